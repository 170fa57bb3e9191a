#include "base/compat.h"
#include "clinical/judge.h"

#include "base/mem.h"

const char *ev_bound_word(enum ev_bound b)
{
	static const char *const words[] = {
		[EV_BOUND_LOWER] = "lower bound",
		[EV_BOUND_UPPER] = "upper bound",
		[EV_BOUND_ESTIMATE] = "estimate",
		[EV_BOUND_INTERVAL] = "interval"
	};

	return words[b];
}

static void copy(struct ev_decimal *out, const struct ev_decimal *d)
{
	memset(out, 0, sizeof(*out));
	if (d->text)
		ev_decimal_text(out, d->text);
}

/* One side alone: no worse than the margin, or better by it. */
static void one_sided(struct ev_rule *r, const struct ev_decimal *margin,
		      int better, bool superior)
{
	bool minus = (better < 0) == superior;

	r->comparator = better < 0 ? EV_LT : EV_GT;
	if (r->bound != EV_BOUND_ESTIMATE)
		r->bound = better < 0 ? EV_BOUND_UPPER : EV_BOUND_LOWER;
	if (margin)
		ev_decimal_times(&r->limit, margin, 10, minus);
	else
		ev_decimal_text(&r->limit, "0");
}

static void equivalence(struct ev_rule *r, const struct ev_decimal *margin)
{
	r->comparator = EV_WITHIN;
	r->open = true;
	if (r->bound != EV_BOUND_ESTIMATE)
		r->bound = EV_BOUND_INTERVAL;
	ev_decimal_times(&r->limit, margin, 10, true);
	ev_decimal_times(&r->limit2, margin, 10, false);
}

void ev_rule_of(struct ev_rule *out, const struct ev_gate *gate,
		const struct ev_condition *c, const struct ev_decimal *margin,
		enum ev_metric metric)
{
	int better = ev_metric_info(metric)->better;

	memset(out, 0, sizeof(*out));
	out->bound = c->bound;
	out->ratio = gate->compare == EV_CMP_NONE &&
		gate->statistic == EV_OF_VALUE && ev_metric_is_share(metric);
	out->comparator = c->comparator;
	copy(&out->limit, &c->limit);
	copy(&out->limit2, &c->limit2);
	if (c->limit.text)
		return;
	switch (gate->compare) {
	case EV_CMP_NON_INFERIORITY:
		one_sided(out, margin, better, false);
		break;
	case EV_CMP_SUPERIORITY:
		one_sided(out, margin, better, true);
		break;
	case EV_CMP_EQUIVALENCE:
		if (margin)
			equivalence(out, margin);
		break;
	case EV_CMP_NO_NEW_HARM:
	case EV_CMP_CHANGE:
		out->comparator = EV_LE;
		if (margin)
			ev_decimal_times(&out->limit, margin, 10, false);
		break;
	case EV_CMP_NONE:
		break;
	}
}

void ev_rule_release(struct ev_rule *r)
{
	ev_decimal_release(&r->limit);
	ev_decimal_release(&r->limit2);
}

/* A share is the ratio of its counts, which may lie a little beside the double
 * that stands for it: 7 of 10 is at least 0.7. */
static int order(const struct ev_rule *r, const struct ev_estimate *e,
		 double x, const struct ev_decimal *limit)
{
	if (r->ratio && r->bound == EV_BOUND_ESTIMATE && e->n > 0)
		return ev_ratio_compare(e->x, e->n, limit);
	return ev_decimal_compare(x, limit);
}

static bool meets(const struct ev_rule *r, const struct ev_estimate *e,
		  double x)
{
	int cmp = order(r, e, x, &r->limit), high;

	switch (r->comparator) {
	case EV_GE:
		return cmp >= 0;
	case EV_GT:
		return cmp > 0;
	case EV_LE:
		return cmp <= 0;
	case EV_LT:
		return cmp < 0;
	case EV_WITHIN:
		high = order(r, e, x, &r->limit2);
		return r->open ? cmp > 0 && high < 0 : cmp >= 0 && high <= 0;
	}
	return false;
}

int ev_rule_holds(double *judged, const struct ev_rule *r,
		  const struct ev_estimate *e)
{
	*judged = e->value;
	if (!r->limit.text || (r->comparator == EV_WITHIN && !r->limit2.text))
		return -1;
	if (e->flags & EV_STAT_UNDEFINED)
		return -1;
	if (r->bound == EV_BOUND_ESTIMATE)
		return meets(r, e, e->value);
	if (e->flags & EV_STAT_NO_INTERVAL)
		return -1;
	*judged = r->bound == EV_BOUND_UPPER ? e->upper : e->lower;
	if (r->bound != EV_BOUND_INTERVAL)
		return meets(r, e, *judged);
	/* the end that does not lie inside, if one does not */
	if (!meets(r, e, e->lower))
		return 0;
	if (!meets(r, e, e->upper) || r->comparator == EV_LE ||
	    r->comparator == EV_LT)
		*judged = e->upper;
	return meets(r, e, e->upper);
}

char *ev_rule_text(const struct ev_rule *r)
{
	static const char *const signs[] = {
		[EV_GE] = ">=", [EV_GT] = ">", [EV_LE] = "<=", [EV_LT] = "<"
	};

	if (!r->limit.text)
		return ev_strdup("no limit");
	if (r->comparator != EV_WITHIN)
		return ev_strdupf("%s %s", signs[r->comparator],
				  r->limit.text);
	return ev_strdupf(r->open ? "within (%s, %s)" : "within [%s, %s]",
			  r->limit.text, r->limit2.text ? r->limit2.text :
			  "?");
}
