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
	const struct ev_value *x;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++) {
		x = ev_get(v, words[i]);
		if (!x)
			continue;
		ev_buf_addf(out, "  %s: ", words[i]);
		flow(out, x);
		ev_buf_addc(out, '\n');
	}
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
		    const struct ev_variable *x)
{
	const struct ev_value *v = ev_get_path(p->tree, "missingness");
	const struct ev_value *own = ev_get(v, x->name);

	if (!own)
		own = ev_get(ev_get(ev_get(p->tree, "variables"), x->name),
			     "missing");
	if (!own)
		return;
	ev_buf_adds(out, "  missing: ");
	flow(out, own);
	ev_buf_addc(out, '\n');
}

static void scenarios(struct ev_buf *out, const struct ev_pack *p,
		      const char *name)
{
	const struct ev_value *list = ev_get(p->tree, "scenarios"), *set;
	size_t i;

	for (i = 0; i < p->n_scenarios; i++) {
		set = ev_get(ev_get(list->items[i], "set"), name);
		if (!set)
			continue;
		ev_buf_addf(out, "  in %s: ", p->scenarios[i].id);
		flow(out, set);
		ev_buf_addc(out, '\n');
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

/* Columns of windows: their part of the file says it. */
static bool other_column(struct ev_buf *out, const struct ev_pack *p,
			 const char *name)
{
	static const char *const rooms[] = {
		"longitudinal.series", "longitudinal.latent", "labels"
	};
	const struct ev_value *v = NULL;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(rooms) && !v; i++)
		v = ev_get(ev_get_path(p->tree, rooms[i]), name);
	if (!v && p->score.given && !strcmp(p->score.name, name))
		v = ev_get(p->tree, "score_model");
	if (!v || (i == 3 && !strcmp(name, "raters")))
		return false;
	ev_buf_addf(out, "%s: by window\n  ", name);
	flow(out, v);
	ev_buf_addc(out, '\n');
	return true;
}

static int unknown(const struct ev_pack *p, const char *name)
{
	const char **names = ev_calloc(p->n_variables + 1, sizeof(*names));
	const char *near;
	size_t i;

	for (i = 0; i < p->n_variables; i++)
		names[i] = p->variables[i].name;
	near = ev_closest(name, names, p->n_variables);
	ev_fail(EV_ENOTFOUND, "'%s' is no variable or column of the pack",
		name);
	if (near)
		ev_error_hint("did you mean '%s'?", near);
	free(names);
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
	missing(out, p, x);
	scenarios(out, p, name);
	constraints(out, p, (size_t)found);
	ev_buf_addf(out, "  stream: %08x\n", x->stream);
	return 0;
}
