#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"

/* A gap between members is good when it is small, whatever is measured. */
int ev_su_better(const struct ev_su_gate *x)
{
	if (x->g->statistic == EV_OF_MAX_GAP)
		return -1;
	return x->info ? x->info->better : 0;
}

/* Who compares with a margin says no number: the margin is it. */
static bool has_limit(const struct ev_gate *g)
{
	return g->compare == EV_CMP_NONE || g->compare == EV_CMP_CHANGE ||
	       g->compare == EV_CMP_NO_NEW_HARM;
}

/* Members ---------------------------------------------------------------- */

static void check_members(const struct ev_su_gate *x,
			  const struct ev_value *v, const char *path)
{
	static const char *const words[] = {
		"bound", "ge", "gt", "le", "lt", "within"
	};
	const char *name;
	char *hint;
	size_t i, k;

	for (i = 0; i < v->n; i++) {
		name = v->keys[i]->text;
		for (k = 0; k < EV_ARRAY_SIZE(words); k++)
			if (!strcmp(name, words[k]))
				break;
		if (k < EV_ARRAY_SIZE(words))
			continue;
		hint = !strcmp(name, "on") ?
		       ev_strdup("it is called 'bound': YAML reads 'on' as "
				 "true elsewhere") :
		       ev_su_meant(name, words, EV_ARRAY_SIZE(words));
		ev_problem_add(x->bad, v->keys[i], hint, "unknown field "
			       "'%s.%s'", path, name);
		free(hint);
	}
}

/* The comparator that is there; -1: none, or several, which is a problem. */
static int comparator_of(const struct ev_su_gate *x, const struct ev_value *v,
			 const char *path)
{
	int i, found = -1;

	for (i = 0; ev_su_comparators[i]; i++) {
		if (!ev_get(v, ev_su_comparators[i]))
			continue;
		if (found >= 0) {
			ev_problem_add(x->bad, v, NULL, "field '%s' has both "
				       "'%s' and '%s'", path,
				       ev_su_comparators[found],
				       ev_su_comparators[i]);
			return -1;
		}
		found = i;
	}
	if (found < 0 && has_limit(x->g))
		ev_problem_add(x->bad, v, NULL, "gate '%s' has no number: "
			       "'%s' needs one of 'ge', 'gt', 'le', 'lt', "
			       "'within'", x->g->id, path);
	if (found >= 0 && !has_limit(x->g)) {
		ev_problem_add(x->bad, ev_get(v, ev_su_comparators[found]),
			       NULL, "gate '%s': the number comes from the "
			       "comparison, '%s' may not say one", x->g->id,
			       path);
		return -1;
	}
	return found;
}

static bool read_limits(const struct ev_su_gate *x, struct ev_condition *c,
			const struct ev_value *v, const char *path)
{
	const char *word = ev_su_comparators[c->comparator];
	const struct ev_value *at = ev_get(v, word);
	char *name = ev_strdupf("%s.%s", path, word);
	bool ok = false;

	if (c->comparator != EV_WITHIN) {
		ok = ev_su_decimal(&c->limit, at, name, NULL, x->bad);
	} else if (at->type != EV_LIST || at->n != 2) {
		ev_problem_add(x->bad, at, "within: [\"0.80\", \"1.25\"]",
			       "field '%s' must be a list of two numbers",
			       name);
	} else {
		ok = ev_su_any_decimal(&c->limit, at->items[0], name, NULL,
				       x->bad);
		ok = ev_su_any_decimal(&c->limit2, at->items[1], name, NULL,
				       x->bad) && ok;
		if (ok && ev_decimal_order(&c->limit, &c->limit2) >= 0) {
			ev_problem_add(x->bad, at, NULL, "field '%s': %s is "
				       "not below %s", name, c->limit.text,
				       c->limit2.text);
			ok = false;
		}
	}
	free(name);
	return ok;
}

/* What is compared with what --------------------------------------------- */

static bool no_interval(const struct ev_su_gate *x)
{
	return x->info && x->info->no_interval &&
	       x->g->statistic == EV_OF_VALUE;
}

/* The bound that speaks against the device. */
static enum ev_bound adverse(const struct ev_su_gate *x,
			     enum ev_comparator comparator)
{
	if (no_interval(x))
		return EV_BOUND_ESTIMATE;
	if (comparator == EV_WITHIN)
		return EV_BOUND_INTERVAL;
	return comparator == EV_GE || comparator == EV_GT ? EV_BOUND_LOWER :
	       EV_BOUND_UPPER;
}

/* Of a comparison whose number is a margin, or none. */
static enum ev_comparator by_margin(const struct ev_su_gate *x)
{
	if (x->g->compare == EV_CMP_EQUIVALENCE)
		return EV_WITHIN;
	return ev_su_better(x) < 0 ? EV_LT : EV_GT;
}

/* Is a number at which a good device is refused and a bad one is not? */
static bool is_reversed(const struct ev_su_gate *x, enum ev_comparator c)
{
	int better = ev_su_better(x);

	if (c == EV_WITHIN || !better)
		return false;
	return better > 0 ? c == EV_LE || c == EV_LT : c == EV_GE ||
	       c == EV_GT;
}

static void check_direction(const struct ev_su_gate *x,
			    const struct ev_condition *c,
			    const struct ev_value *v)
{
	const char *word = ev_su_comparators[c->comparator];
	bool from_below = c->comparator == EV_GE || c->comparator == EV_GT;

	if (is_reversed(x, c->comparator)) {
		ev_problem_add(x->bad, v, from_below ? "say 'le' or 'lt'" :
			       "say 'ge' or 'gt'", "gate '%s': %s%s is better "
			       "%s, so '%s' would pass what is worse",
			       x->g->id, x->g->statistic == EV_OF_MAX_GAP ?
			       "a gap of " : "", x->metric, from_below ?
			       "low" : "high", word);
		return;
	}
	if (c->bound == EV_BOUND_ESTIMATE)
		return;
	if (no_interval(x))
		ev_problem_add(x->bad, v, "bound: estimate", "gate '%s': %s "
			       "has no interval", x->g->id, x->metric);
	else if (c->bound != adverse(x, c->comparator))
		ev_problem_add(x->bad, v, c->comparator == EV_WITHIN ?
			       "bound: interval" : from_below ?
			       "bound: lower" : "bound: upper", "gate '%s': "
			       "bound '%s' does not go with '%s'", x->g->id,
			       ev_su_bounds[c->bound], word);
}

/* What no number of the kind can be is a slip, as 92 for 0.92. */
static void check_range(const struct ev_su_gate *x, struct ev_decimal *d,
			const struct ev_value *at)
{
	double low = x->info->low, high = x->info->high;
	bool gap = x->g->statistic == EV_OF_MAX_GAP;
	bool change = x->g->compare == EV_CMP_CHANGE;

	if (gap || change) {
		high -= low;
		low = gap ? 0 : -high;
	}
	if (ev_decimal_compare(low, d) <= 0 && ev_decimal_compare(high, d) >= 0)
		return;
	ev_problem_add(x->bad, at, !gap && !change && low >= 0 && high <= 1 ?
		       "a share is from 0 to 1: 92 % is \"0.92\"" : NULL,
		       "gate '%s': %s%s cannot be %s", x->g->id, gap ?
		       "a gap of " : change ? "a change of " : "", x->metric,
		       d->text);
	ev_decimal_release(d);
}

static void read_condition(const struct ev_su_gate *x, struct ev_condition *c,
			   const struct ev_value *v, const char *path)
{
	int word = -1, bound;

	c->given = true;
	if (v && v->type != EV_MAP)
		return;
	if (v) {
		check_members(x, v, path);
		word = comparator_of(x, v, path);
	}
	if (word < 0 && has_limit(x->g))
		return;
	c->comparator = word < 0 ? by_margin(x) : (enum ev_comparator)word;
	bound = ev_su_index(ev_get(v, "bound"), ev_su_bounds);
	c->bound = bound < 0 ? adverse(x, c->comparator) :
		   (enum ev_bound)bound;
	if ((word >= 0 && !read_limits(x, c, v, path)) || !x->info)
		return;
	check_direction(x, c, v ? v : x->v);
	if (c->limit.text)
		check_range(x, &c->limit, v);
	if (c->limit2.text)
		check_range(x, &c->limit2, v);
}

/* Pass and review -------------------------------------------------------- */

/* -1, 0, 1: `a` is harder to meet than `b`, as hard, easier. */
static int looseness(const struct ev_condition *a,
		     const struct ev_condition *b)
{
	int order = ev_decimal_order(&a->limit, &b->limit);
	bool from_below = a->comparator == EV_GE || a->comparator == EV_GT;

	if (a->comparator == EV_WITHIN)
		return order <= 0 && ev_decimal_order(&a->limit2,
						      &b->limit2) >= 0 &&
		       (order || ev_decimal_order(&a->limit2, &b->limit2));
	if (order)
		return (order < 0) == from_below ? 1 : -1;
	return (int)(a->comparator == EV_GE || a->comparator == EV_LE) -
	       (int)(b->comparator == EV_GE || b->comparator == EV_LE);
}

/* Can one be told from the other? A bound is never better than the estimate. */
static bool same_way(const struct ev_condition *pass,
		     const struct ev_condition *band)
{
	bool low = pass->comparator == EV_GE || pass->comparator == EV_GT;
	bool as_low = band->comparator == EV_GE || band->comparator == EV_GT;

	return (pass->bound == band->bound ||
		pass->bound == EV_BOUND_ESTIMATE) && low == as_low &&
	       (pass->comparator == EV_WITHIN) ==
	       (band->comparator == EV_WITHIN);
}

/* A band that nothing can be in was meant otherwise. */
static void check_band(const struct ev_su_gate *x, const struct ev_value *v)
{
	const struct ev_condition *pass = &x->g->pass, *band = &x->g->review;

	if (!pass->given || !band->given || !same_way(pass, band))
		return;
	if (has_limit(x->g) && (!pass->limit.text || !band->limit.text))
		return;
	if (pass->comparator == EV_WITHIN && has_limit(x->g) &&
	    (!pass->limit2.text || !band->limit2.text))
		return;
	if (!has_limit(x->g) || looseness(band, pass) <= 0)
		ev_problem_add(x->bad, v, NULL, "gate '%s': 'review' asks for "
			       "no less than 'pass', so nothing is left to "
			       "review", x->g->id);
}

void ev_su_conditions(struct ev_su_gate *x, const struct ev_value *v,
		      const char *path)
{
	const struct ev_value *pass = ev_get(v, "pass");
	const struct ev_value *review = ev_get(v, "review");
	const char *dot = *path ? "." : "";
	char *name = ev_strdupf("%s%spass", path, dot);

	if (pass || !has_limit(x->g))
		read_condition(x, &x->g->pass, pass, name);
	else
		ev_problem_add(x->bad, v, NULL, "gate '%s' has no 'pass'",
			       x->g->id);
	free(name);
	name = ev_strdupf("%s%sreview", path, dot);
	if (review)
		read_condition(x, &x->g->review, review, name);
	check_band(x, review);
	free(name);
	x->g->otherwise_review = ev_streq(ev_get_string(v, "otherwise"),
					  "review");
	if (x->g->otherwise_review && review)
		ev_problem_add(x->bad, ev_get(v, "otherwise"), NULL, "gate "
			       "'%s' has 'review' and 'otherwise: review'",
			       x->g->id);
	ev_su_low_n(&x->g->low_n, ev_get(v, "insufficient"));
}
