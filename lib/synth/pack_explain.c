#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/error.h"
#include "base/mem.h"

/* YAML as one line, as the file has it. */
static void flow(struct ev_buf *out, const struct ev_value *v)
{
	size_t i;

	switch (v->type) {
	case EV_MAP:
	case EV_LIST:
		ev_buf_addc(out, v->type == EV_MAP ? '{' : '[');
		for (i = 0; i < v->n; i++) {
			ev_buf_adds(out, i ? ", " : "");
			if (v->type == EV_MAP)
				ev_buf_addf(out, "%s: ", v->keys[i]->text);
			flow(out, v->items[i]);
		}
		ev_buf_addc(out, v->type == EV_MAP ? '}' : ']');
		break;
	case EV_BOOL:
		ev_buf_adds(out, v->boolean ? "true" : "false");
		break;
	case EV_NULL:
		ev_buf_adds(out, "null");
		break;
	default:
		ev_buf_adds(out, v->text);
	}
}

/* "  WHAT: " and a part of the file, if it is there. */
static void line(struct ev_buf *out, const char *what, const struct ev_value *v)
{
	if (!v)
		return;
	ev_buf_addf(out, "  %s: ", what);
	flow(out, v);
	ev_buf_addc(out, '\n');
}

static void type_of(struct ev_buf *out, const struct ev_variable *x)
{
	static const char *const words[] = {
		"int", "decimal", "categorical", "boolean",
		"datetime_offset", "text_code"
	};
	size_t i;

	ev_buf_addf(out, "%s: %s", x->name, words[x->type]);
	if (x->type == EV_V_DECIMAL)
		ev_buf_addf(out, "(%u)", x->places);
	if (x->unit)
		ev_buf_addf(out, ", %s", x->unit);
	if (x->code)
		ev_buf_addf(out, ", %s", x->code);
	ev_buf_adds(out, x->hidden ? ", not written\n" : "\n");
	for (i = 0; i < x->levels.n; i++)
		ev_buf_addf(out, "%s%s", i ? ", " : "  levels: ",
			    x->levels.items[i]);
	ev_buf_adds(out, x->levels.n ? "\n" : "");
}

/* The members that say how it comes about. */
static void members(struct ev_buf *out, const struct ev_value *v)
{
	static const char *const words[] = {
		"p", "dist", "value", "given", "logit", "log", "identity",
		"derive", "factor", "shift", "truncate", "clip"
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		line(out, words[i], ev_get(v, words[i]));
}

static void needs(struct ev_buf *out, const struct ev_pack *p, size_t i)
{
	uint8_t *used = ev_calloc(p->n_variables + 1, 1);
	const char *before = "  needs: ";
	size_t k;

	ev_pk_rule_uses(&p->variables[i].rule, used);
	for (k = 0; k < p->n_variables; k++)
		if (used[k]) {
			ev_buf_addf(out, "%s%s", before,
				    p->variables[k].name);
			before = ", ";
		}
	ev_buf_adds(out, *before == ',' ? "\n" : "");
	free(used);
}

static void joined(struct ev_buf *out, const struct ev_pack *p,
		   const struct ev_variable *x)
{
	static const char *const targets[] = {
		"spearman", "pearson", "latent"
	};
	const struct ev_copula *c = &p->copula;
	size_t i, row;

	if (x->latent < 0)
		return;
	row = (size_t)x->latent * c->n;
	for (i = 0; i < c->n; i++)
		if ((ptrdiff_t)i != x->latent &&
		    (c->asked[row + i] < 0 || c->asked[row + i] > 0))
			ev_buf_addf(out, "  correlated with %s: %s %.4f, "
				    "latent %.4f%s\n",
				    p->variables[c->variable[i]].name,
				    targets[c->target], c->asked[row + i],
				    c->latent[row + i], c->repaired ?
				    " (repaired)" : "");
}

static void missing(struct ev_buf *out, const struct ev_pack *p,
		    const char *name)
{
	const struct ev_value *v = ev_get_path(p->tree, "missingness");
	const struct ev_value *own = ev_get(v, name);

	if (!own)
		own = ev_get(ev_get(ev_get(p->tree, "variables"), name),
			     "missing");
	line(out, "missing", own);
}

static void scenarios(struct ev_buf *out, const struct ev_pack *p,
		      const char *name)
{
	const struct ev_value *list = ev_get(p->tree, "scenarios"), *set;
	bool latent = p->series.state_name &&
		!strcmp(p->series.state_name, name);
	char *what;
	size_t i;

	for (i = 0; i < p->n_scenarios; i++) {
		set = latent ? ev_get(list->items[i], "latent") :
			ev_get(ev_get(list->items[i], "set"), name);
		what = ev_strdupf("in %s", p->scenarios[i].id);
		line(out, what, set);
		free(what);
	}
}

static void constraints(struct ev_buf *out, const struct ev_pack *p, size_t n)
{
	const struct ev_constraint *c;
	uint8_t *used = ev_calloc(p->n_variables + 1, 1);
	size_t i;

	for (i = 0; i < p->n_constraints; i++) {
		c = &p->constraints[i];
		memset(used, 0, p->n_variables);
		if (c->expr)
			ev_expr_uses(c->expr, used);
		if (c->unique == (ptrdiff_t)n)
			ev_buf_addf(out, "  unique %s\n", c->id);
		else if (used[n])
			ev_buf_addf(out, "  %s %s: %s\n",
				    c->kind == EV_C_HARD ? "hard" : "soft",
				    c->id, c->text);
	}
	free(used);
}

/* Columns that the tables have for what stands in some part of the file. */
static const struct { const char *column, *part; } columns[] = {
	{ "windows", "longitudinal.windows" },
	{ "start_s", "longitudinal.windows" },
	{ "dropout", "longitudinal.dropout" },
	{ "artefact", "longitudinal.artifact_bursts" },
	{ "abstain", "score_model" },
};

static const struct ev_value *part_of(const struct ev_pack *p, const char *name)
{
	static const char *const maps[] = {
		"longitudinal.series", "longitudinal.latent", "labels"
	};
	const struct ev_value *v = NULL;
	size_t i;

	if (!strcmp(name, "raters"))
		return NULL;
	for (i = 0; i < EV_ARRAY_SIZE(maps) && !v; i++)
		v = ev_get(ev_get_path(p->tree, maps[i]), name);
	if (!v && p->score.given && !strcmp(p->score.name, name))
		v = ev_get(p->tree, "score_model");
	for (i = 0; i < EV_ARRAY_SIZE(columns) && !v; i++)
		if (!strcmp(columns[i].column, name))
			v = ev_get_path(p->tree, columns[i].part);
	return v;
}

/* Columns that are no variables: their part of the file says it. */
static bool other_column(struct ev_buf *out, const struct ev_pack *p,
			 const char *name)
{
	const struct ev_value *v = part_of(p, name);
	const struct ev_value *labels = ev_get(p->tree, "labels");
	bool patients = !(p->series.window_s > 0) ||
		!strcmp(name, "windows") || !strcmp(name, "dropout");

	if (!v)
		return false;
	ev_buf_addf(out, "%s: by %s\n  ", name,
		    patients ? "patient" : "window");
	flow(out, v);
	ev_buf_addc(out, '\n');
	if (ev_get(labels, name))
		line(out, "raters", ev_get(labels, "raters"));
	missing(out, p, name);
	scenarios(out, p, name);
	return true;
}

static int unknown(const struct ev_pack *p, const char *name)
{
	struct ev_strs names = EV_STRS_INIT;
	size_t i;
	char *near;

	for (i = 0; i < p->n_variables; i++)
		ev_strs_add(&names, p->variables[i].name);
	for (i = 0; i < p->series.n_series; i++)
		ev_strs_add(&names, p->series.series[i].name);
	for (i = 0; i < p->n_labels; i++)
		ev_strs_add(&names, p->labels[i].name);
	near = ev_pk_meant(name, &names);
	ev_fail(EV_ENOTFOUND, "'%s' is no variable or column of the pack",
		name);
	if (near)
		ev_error_hint("%s", near);
	free(near);
	ev_strs_release(&names);
	return EV_ENOTFOUND;
}

int ev_pack_explain(struct ev_buf *out, const struct ev_pack *p,
		    const char *name)
{
	ptrdiff_t found = ev_pack_variable(p, name);
	const struct ev_variable *x;

	if (found < 0)
		return other_column(out, p, name) ? 0 : unknown(p, name);
	x = &p->variables[found];
	type_of(out, x);
	members(out, ev_get(ev_get(p->tree, "variables"), name));
	needs(out, p, (size_t)found);
	joined(out, p, x);
	missing(out, p, name);
	scenarios(out, p, name);
	constraints(out, p, (size_t)found);
	ev_buf_addf(out, "  stream: %08x\n", x->stream);
	return 0;
}
