#include "base/compat.h"

#include "synth/pack_internal.h"

#include <math.h>

#include "base/mem.h"

#define DISTINCT_MAX 1099511627776.0	/* 2^40 */

static const char *const kinds[] = {
	"hard", "soft", "implication", "range", "ordering", "sum", "temporal",
	"unique", NULL
};

static void wrong_unique(struct ev_pk_form *r, const char *name,
			 const char *why)
{
	ev_problem_add(r->k->bad, r->at, "dist: {uniform: {min: 1, max: "
		       "999999}}", "field '%s': '%.60s' %s", r->path, name,
		       why);
}

static void unique(struct ev_pk_form *r)
{
	const char *name = ev_pk_text(r->at);
	const struct ev_marginal *m;
	struct ev_variable *x;
	ptrdiff_t found;
	double n;

	if (!name)
		return;
	found = ev_pk_variable(r->k, r->at, name, r->path);
	if (found < 0)
		return;
	x = &r->k->p->variables[found];
	m = &x->rule.marginal;
	n = m->b - m->a + 1;
	if (x->type != EV_V_INT && x->type != EV_V_OFFSET)
		wrong_unique(r, name, "is no whole number");
	else if (x->rule.kind != EV_RULE_MARGINAL ||
		 m->kind != EV_D_UNIFORM || m->truncated || x->rule.has_clip ||
		 floor(m->a) != m->a || floor(m->b) != m->b ||
		 !(fabs(m->a) < DISTINCT_MAX && n < DISTINCT_MAX))
		wrong_unique(r, name, "is not uniform from one whole number "
			     "to another");
	else if (x->latent >= 0)
		wrong_unique(r, name, "is in a correlation");
	else if (x->distinct)
		wrong_unique(r, name, "is unique already");
	else if (n < (double)r->k->p->patients)
		wrong_unique(r, name, "has fewer values than there are "
			     "patients");
	else
		x->distinct = (uint64_t)n;
	r->c->unique = found;
}

static void compile(struct ev_pk_form *r, size_t kind)
{
	static void (*const forms[])(struct ev_pk_form *) = {
		NULL, NULL, ev_pk_implication, ev_pk_range_form,
		ev_pk_ordering, ev_pk_sum, ev_pk_temporal, unique
	};
	struct ev_value v = *r->at;

	if (kind < 2) {
		ev_buf_adds(&r->text, ev_pk_text(r->at) ? r->at->text : "");
	} else {
		forms[kind](r);
		if (kind != 7 && r->c->kind == EV_C_SOFT) {
			r->c->text = ev_strdupf("not (%s)", r->text.ptr);
			ev_buf_clear(&r->text);
			ev_buf_adds(&r->text, r->c->text);
			free(r->c->text);
		}
		v.type = EV_STRING;
		v.text = r->text.ptr;
		v.len = r->text.len;
	}
	r->c->text = ev_strdup(r->text.ptr);
	if (r->whole && kind != 7)
		r->c->expr = ev_pk_expr(r->k, &v, r->path);
	if (r->c->expr && ev_expr_is_number(r->c->expr))
		ev_problem_add(r->k->bad, r->at, NULL, "field '%s': this is a "
			       "number, and not true or false", r->path);
}

static void read_rate(struct ev_pk *k, struct ev_constraint *c, size_t kind,
		      const struct ev_value *v, const char *path)
{
	const struct ev_value *rate = ev_get(v, "max_rate");
	uint64_t share = 0;

	c->kind = kind == 1 || rate ? EV_C_SOFT : EV_C_HARD;
	if (kind == 0 || kind == 1) {
		c->kind = kind ? EV_C_SOFT : EV_C_HARD;
		if (!kind != !rate)
			ev_problem_add(k->bad, rate ? rate : v, NULL, "field "
				       "'%s': 'soft' and 'max_rate' go "
				       "together", path);
	} else if (kind == 7 && rate) {
		ev_problem_add(k->bad, rate, NULL, "field '%s': 'unique' holds "
			       "always, and has no 'max_rate'", path);
	}
	if (ev_pk_share(k, &share, rate, path))
		ev_pk_number(k, &c->max_rate, rate, path, 0, 1);
}

static void read_one(struct ev_pk *k, const struct ev_value *v,
		     const char *path)
{
	struct ev_constraint *c = &k->p->constraints[k->p->n_constraints++];
	struct ev_pk_form r = { .k = k, .c = c, .path = path, .whole = true };
	const struct ev_value *id = ev_get(v, "id");
	size_t i, n = 0, kind = 0;

	c->id = ev_pk_dup(v, "id");
	c->unique = -1;
	c->form = kinds[0];
	if (c->id && *c->id && !ev_pk_is_id(c->id))
		ev_problem_add(k->bad, id, NULL, "field '%s.id': '%.80s' is no "
			       "name: use letters, digits and . _ -", path,
			       c->id);
	for (i = 0; c->id && i + 1 < k->p->n_constraints; i++)
		if (ev_streq(k->p->constraints[i].id, c->id))
			ev_problem_add(k->bad, id, NULL, "constraint '%.60s' "
				       "stands twice", c->id);
	for (i = 0; kinds[i]; i++)
		if (ev_get(v, kinds[i])) {
			kind = i;
			n++;
		}
	if (n != 1) {
		ev_problem_add(k->bad, v, NULL, "field '%s' must have one of "
			       "hard, soft, implication, range, ordering, sum, "
			       "temporal and unique", path);
		return;
	}
	c->form = kinds[kind];
	read_rate(k, c, kind, v, path);
	r.at = ev_get(v, kinds[kind]);
	r.used = ev_calloc(k->p->n_variables + 1, 1);
	ev_buf_init(&r.text);
	/* the schema has spoken of these */
	if ((kind != 2 && kind != 3 && kind != 5) || r.at->type == EV_MAP)
		compile(&r, kind);
	ev_buf_release(&r.text);
	free(r.used);
}

void ev_pk_constraints(struct ev_pk *k)
{
	const struct ev_value *list = ev_get(k->root, "constraints");
	char *path;
	size_t i;

	if (!list || list->type != EV_LIST)
		return;
	if (list->n > EV_PACK_MAX_CONSTRAINTS) {
		ev_problem_add(k->bad, list, NULL, "field 'constraints' has "
			       "more than %u items", EV_PACK_MAX_CONSTRAINTS);
		return;
	}
	k->p->constraints = ev_calloc(list->n + 1, sizeof(*k->p->constraints));
	for (i = 0; i < list->n; i++) {
		path = ev_strdupf("constraints[%zu]", i);
		if (list->items[i]->type == EV_MAP)
			read_one(k, list->items[i], path);
		free(path);
	}
}
