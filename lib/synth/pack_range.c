#include "base/compat.h"

#include "synth/pack_internal.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"

/* clip and truncate ------------------------------------------------------- */

static void no_mass(struct ev_pk *k, const struct ev_value *v,
		    const char *path)
{
	ev_problem_add(k->bad, v, NULL, "field '%s': no value of the "
		       "distribution lies there", path);
}

/* What comes out after factor and shift lies in the range. */
static void truncate_rule(struct ev_pk *k, struct ev_rule *r,
			  const struct ev_value *v, double low, double high,
			  const char *path)
{
	size_t i;

	low = (low - r->shift) / r->factor;
	high = (high - r->shift) / r->factor;
	if (r->kind == EV_RULE_MARGINAL) {
		if (!ev_marginal_truncate(&r->marginal, low, high))
			no_mass(k, v, path);
	} else if (r->kind == EV_RULE_GIVEN && r->given.marginals) {
		for (i = 0; i < r->given.n; i++)
			if (!ev_marginal_truncate(&r->given.marginals[i], low,
						  high))
				no_mass(k, v, path);
	} else if (r->kind == EV_RULE_PREDICTOR && r->predictor.sd > 0) {
		r->has_truncate = true;
		r->truncate_low = low;
		r->truncate_high = high;
	} else {
		ev_problem_add(k->bad, v, "clip: [LOW, HIGH]", "field '%s': "
			       "what is computed from others cannot be "
			       "truncated", path);
	}
}

void ev_pk_range(struct ev_pk *k, struct ev_rule *r, size_t variable,
		 const struct ev_value *v, const char *path)
{
	const struct ev_variable *x = &k->p->variables[variable];
	const struct ev_value *clip = ev_get(v, "clip");
	const struct ev_value *truncate = ev_get(v, "truncate");
	char *at_clip = ev_strdupf("%s.clip", path);
	char *at_truncate = ev_strdupf("%s.truncate", path);
	double low, high;

	if ((clip || truncate) && ev_variable_has_levels(x))
		ev_problem_add(k->bad, clip ? clip : truncate, NULL, "field "
			       "'%s': only numbers are clipped or truncated",
			       path);
	else if (clip && truncate)
		ev_problem_add(k->bad, clip, NULL, "field '%s' says both "
			       "'clip' and 'truncate'", path);
	else if (ev_pk_pair(k, &low, &high, clip, at_clip)) {
		r->has_clip = true;
		r->clip_low = low;
		r->clip_high = high;
	} else if (ev_pk_pair(k, &low, &high, truncate, at_truncate)) {
		truncate_rule(k, r, truncate, low, high, at_truncate);
	}
	free(at_clip);
	free(at_truncate);
}

/* Expressions -------------------------------------------------------------- */

static ptrdiff_t find(void *ctx, const char *name, const char **near)
{
	const struct ev_pack *p = ctx;
	ptrdiff_t found = ev_pack_variable(p, name);
	const char **names;
	size_t i;

	if (found >= 0)
		return found;
	names = ev_calloc(p->n_variables + 1, sizeof(*names));
	for (i = 0; i < p->n_variables; i++)
		names[i] = p->variables[i].name;
	*near = ev_closest(name, names, p->n_variables);
	free(names);
	return -1;
}

static ptrdiff_t level(void *ctx, size_t i, const char *text)
{
	const struct ev_pack *p = ctx;
	const struct ev_strs *levels = &p->variables[i].levels;
	size_t n;

	for (n = 0; n < levels->n; n++)
		if (!strcmp(levels->items[n], text))
			return (ptrdiff_t)n;
	return -1;
}

static bool is_number(void *ctx, size_t i)
{
	const struct ev_pack *p = ctx;

	return !ev_variable_has_levels(&p->variables[i]);
}

struct ev_expr *ev_pk_expr(struct ev_pk *k, const struct ev_value *v,
			   const char *path)
{
	struct ev_expr_names names = { k->p, find, level, is_number };
	struct ev_value place;
	struct ev_expr *out = NULL;
	const char *hint;
	size_t at, n;
	char *first;

	if (!v || v->type != EV_STRING || !v->len)
		return NULL;
	if (ev_expr_parse(&out, v->text, &at, &names) == 0)
		return out;
	place = *v;
	/* a plain or quoted scalar on one line: the offset is the column's */
	if (!strchr(v->text, '\n'))
		place.column += (unsigned)at + (v->quoted ? 1 : 0);
	hint = ev_error_last()->hints;
	n = strcspn(hint, "\n");
	first = n ? ev_strndup(hint, n) : NULL;
	ev_problem_add(k->bad, &place, first, "field '%s': %s", path,
		       ev_error_last()->message);
	free(first);
	return NULL;
}
