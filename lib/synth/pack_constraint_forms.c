#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/mem.h"

static void part(struct ev_pk_form *r, const struct ev_value *v, bool number)
{
	const char *text = ev_pk_text(v);
	struct ev_expr *e = NULL;

	if (!text || !*text) {
		ev_problem_add(r->k->bad, v ? v : r->at, NULL, "field '%s': an "
			       "expression is needed here", r->path);
	} else if (v->type == EV_NUMBER && number) {
		ev_buf_addf(&r->text, "(%s)", text);
		return;
	} else {
		e = ev_pk_expr(r->k, v, r->path);
	}
	if (e && ev_expr_is_number(e) != number)
		ev_problem_add(r->k->bad, v, NULL, "field '%s': this is %s",
			       r->path, number ? "true or false, and no number"
			       : "a number, and not true or false");
	else if (e)
		ev_expr_uses(e, r->used);
	r->whole = r->whole && e && ev_expr_is_number(e) == number;
	ev_expr_free(e);
	ev_buf_addf(&r->text, "(%s)", text ? text : "");
}

/* A finite number as it stands. */
static void limit(struct ev_pk_form *r, const struct ev_value *v)
{
	double x;

	if (!ev_pk_number(r->k, &x, v, r->path, -1e300, 1e300))
		r->whole = false;
	else
		ev_buf_addf(&r->text, "%s%s%s", x < 0 ? "(" : "", v->text,
			    x < 0 ? ")" : "");
}

void ev_pk_implication(struct ev_pk_form *r)
{
	ev_buf_adds(&r->text, "not ");
	part(r, ev_get(r->at, "if"), false);
	ev_buf_adds(&r->text, " or ");
	part(r, ev_get(r->at, "then"), false);
}

void ev_pk_range_form(struct ev_pk_form *r)
{
	const struct ev_value *v;
	double low, high;
	size_t i;

	for (i = 0; i < r->at->n; i++) {
		v = r->at->items[i];
		if (!ev_pk_pair(r->k, &low, &high, v, r->path)) {
			r->whole = false;
			return;
		}
		ev_buf_adds(&r->text, i ? " and " : "");
		part(r, r->at->keys[i], true);
		ev_buf_adds(&r->text, " >= ");
		limit(r, v->items[0]);
		ev_buf_adds(&r->text, " and ");
		part(r, r->at->keys[i], true);
		ev_buf_adds(&r->text, " <= ");
		limit(r, v->items[1]);
	}
}

/* The list itself, or that of `of`; NULL and a problem if it is none. */
static const struct ev_value *listed(struct ev_pk_form *r)
{
	const struct ev_value *list = r->at->type == EV_MAP ?
		ev_get(r->at, "of") : r->at;

	if (list && list->type == EV_LIST && list->n >= 2)
		return list;
	ev_problem_add(r->k->bad, list ? list : r->at, NULL, "field '%s' must "
		       "be a list of two or more numbers", r->path);
	r->whole = false;
	return NULL;
}

void ev_pk_ordering(struct ev_pk_form *r)
{
	static const struct ev_field fields[] = {
		{ "of", EV_F_ANY, EV_F_REQUIRED, NULL, NULL, "numbers" },
		{ "strict", EV_F_BOOL, 0, NULL, NULL, "each greater" },
		{ 0 }
	};
	const struct ev_value *list, *strict = ev_get(r->at, "strict");
	size_t i;

	if (r->at->type == EV_MAP)
		ev_schema_check(r->k->bad, r->at, fields, r->path);
	list = listed(r);
	for (i = 0; list && i + 1 < list->n; i++) {
		ev_buf_adds(&r->text, i ? " and " : "");
		part(r, list->items[i], true);
		ev_buf_adds(&r->text, strict && strict->type == EV_BOOL &&
			    strict->boolean ? " < " : " <= ");
		part(r, list->items[i + 1], true);
	}
}

/* How far apart neighbours are: "(b) - (a) >= MIN and (b) - (a) <= MAX". */
static void apart(struct ev_pk_form *r, const struct ev_value *list, size_t i,
		  const struct ev_value *by, const char *how)
{
	if (!by)
		return;
	ev_buf_adds(&r->text, r->text.len ? " and " : "");
	part(r, list->items[i + 1], true);
	ev_buf_adds(&r->text, " - ");
	part(r, list->items[i], true);
	ev_buf_adds(&r->text, how);
	limit(r, by);
}

void ev_pk_temporal(struct ev_pk_form *r)
{
	static const struct ev_field fields[] = {
		{ "of", EV_F_LIST, EV_F_REQUIRED, NULL, NULL, "days" },
		{ "min_days", EV_F_TEXT, 0, NULL, NULL, "apart" },
		{ "max_days", EV_F_TEXT, 0, NULL, NULL, "apart" },
		{ 0 }
	};
	const struct ev_value *list, *min = ev_get(r->at, "min_days");
	const struct ev_variable *x = r->k->p->variables;
	size_t i;

	if (r->at->type == EV_MAP)
		ev_schema_check(r->k->bad, r->at, fields, r->path);
	list = listed(r);
	for (i = 0; list && i + 1 < list->n; i++) {
		if (!min) {
			ev_buf_adds(&r->text, i ? " and " : "");
			part(r, list->items[i], true);
			ev_buf_adds(&r->text, " <= ");
			part(r, list->items[i + 1], true);
		}
		apart(r, list, i, min, " >= ");
		apart(r, list, i, ev_get(r->at, "max_days"), " <= ");
	}
	for (i = 0; r->whole && i < r->k->p->n_variables; i++)
		if (r->used[i] && x[i].type != EV_V_OFFSET) {
			ev_problem_add(r->k->bad, r->at, "type: "
				       "datetime_offset", "field '%s': '%s' "
				       "is no day", r->path, x[i].name);
			r->whole = false;
		}
}

/* Half a unit of the last place of the numbers that are used. */
static void add_half_unit(struct ev_pk_form *r)
{
	unsigned places = 0, i;
	size_t n;

	for (n = 0; n < r->k->p->n_variables; n++)
		if (r->used[n] && r->k->p->variables[n].places > places)
			places = r->k->p->variables[n].places;
	ev_buf_adds(&r->text, "0.");
	for (i = 0; i < places; i++)
		ev_buf_addc(&r->text, '0');
	ev_buf_addc(&r->text, '5');
}

static void add_sum(struct ev_pk_form *r, const struct ev_value *list)
{
	size_t i;

	ev_buf_addc(&r->text, '(');
	for (i = 0; i < list->n; i++) {
		ev_buf_adds(&r->text, i ? " + " : "");
		part(r, list->items[i], true);
	}
	ev_buf_adds(&r->text, ") - ");
	part(r, ev_get(r->at, "equals"), true);
}

void ev_pk_sum(struct ev_pk_form *r)
{
	const struct ev_value *within = ev_get(r->at, "within");
	const struct ev_value *list = listed(r);
	int side;

	for (side = 0; list && side < 2; side++) {
		ev_buf_adds(&r->text, side ? " and " : "");
		add_sum(r, list);
		ev_buf_adds(&r->text, side ? " >= -" : " <= ");
		if (within)
			limit(r, within);
		else
			add_half_unit(r);
	}
}
