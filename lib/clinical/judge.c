#include "base/compat.h"
#include "clinical/judge.h"

#include <stdarg.h>
#include "base/mem.h"

static enum ev_outcome_word low_n_outcome(const struct ev_suite *s,
					  const struct ev_gate *gate,
					  enum ev_tier tier)
{
	enum ev_low_n l = gate->low_n != EV_LOW_N_DEFAULT ? gate->low_n :
		s->low_n[tier];

	switch (l) {
	case EV_LOW_N_REVIEW:
		return EV_OUT_REVIEW;
	case EV_LOW_N_INCOMPLETE:
		return EV_OUT_INCOMPLETE;
	case EV_LOW_N_FAIL:
		return EV_OUT_FAIL;
	case EV_LOW_N_DEFAULT:
		break;
	}
	return tier == EV_TIER_CRITICAL ? EV_OUT_FAIL : EV_OUT_REVIEW;
}

static void say(struct ev_gate_row *row, const char *fmt, va_list ap)
{
	struct ev_buf b = EV_BUF_INIT;

	if (row->reason)
		ev_buf_addf(&b, "%s; ", row->reason);
	ev_buf_vaddf(&b, fmt, ap);
	free(row->reason);
	row->reason = ev_buf_detach(&b, NULL);
}

static void EV_PRINTF(2, 3) because(struct ev_gate_row *row, const char *fmt,
				    ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(row, fmt, ap);
	va_end(ap);
}

void ev_row_insufficient(struct ev_evaluation *e, struct ev_gate_row *row,
			 const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(row, fmt, ap);
	va_end(ap);
	row->low_n = true;
	row->outcome = low_n_outcome(e->suite, &e->suite->gates[row->gate],
				     row->tier);
}

void ev_row_weaken(struct ev_evaluation *e, struct ev_gate_row *row,
		   const char *fmt, ...)
{
	enum ev_outcome_word o = low_n_outcome(e->suite,
			&e->suite->gates[row->gate], row->tier);
	va_list ap;

	va_start(ap, fmt);
	say(row, fmt, ap);
	va_end(ap);
	if (o <= row->outcome)
		return;
	row->low_n = true;
	row->outcome = o;
}

void ev_row_review(struct ev_gate_row *row, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(row, fmt, ap);
	va_end(ap);
	if (row->outcome < EV_OUT_REVIEW)
		row->outcome = EV_OUT_REVIEW;
}

/* "lower bound 0.91 is not >= 0.92" */
static void tell(struct ev_gate_row *row, const struct ev_rule *r,
		 double judged, int holds)
{
	bool exact = r->ratio && r->bound == EV_BOUND_ESTIMATE;
	char *number = ev_number_text(judged, exact ? NULL : &r->limit);
	char *limit = ev_rule_text(r);
	const char *word = ev_bound_word(r->bound);

	if (r->bound == EV_BOUND_INTERVAL)
		word = judged == row->observed.upper ? "upper bound" :
			"lower bound";
	if (holds < 0)
		because(row, "the %s has no interval",
			row->against ? "difference" : "estimate");
	else
		because(row, "%s %s is %s%s", word, number,
			holds ? "" : "not ", limit);
	free(number);
	free(limit);
}

static int holds(struct ev_gate_row *row, const struct ev_gate *gate,
		 const struct ev_condition *c,
		 const struct ev_decimal *margin, enum ev_metric metric,
		 bool first)
{
	struct ev_rule r;
	double judged;
	int ret;

	ev_rule_of(&r, gate, c, margin, metric);
	ret = ev_rule_holds(&judged, &r, &row->observed);
	if (first) {
		row->bound = r.bound;
		row->judged = judged;
		free(row->limit);
		row->limit = ev_rule_text(&r);
	}
	tell(row, &r, judged, ret);
	ev_rule_release(&r);
	return ret;
}

void ev_row_judge(struct ev_evaluation *e, struct ev_gate_row *row)
{
	const struct ev_gate *gate = &e->suite->gates[row->gate];
	const struct ev_request *q = &e->suite->requests[gate->request];
	struct ev_decimal margin = { NULL, 0 };
	int ret, review = 0;
	bool has;

	has = ev_row_margin(&margin, e, row);
	row->margin = has ? margin.value : 0;
	ret = holds(row, gate, &gate->pass, has ? &margin : NULL, q->metric,
		    true);
	if (ret == 0 && gate->review.given)
		review = holds(row, gate, &gate->review, has ? &margin : NULL,
			       q->metric, false);
	if (ret < 0)
		ev_row_insufficient(e, row, "so '%s' cannot be judged",
				    gate->id);
	else if (ret > 0)
		row->outcome = EV_OUT_PASS;
	else if (review > 0)
		row->outcome = EV_OUT_REVIEW;
	else if (gate->otherwise_review)
		row->outcome = EV_OUT_REVIEW;
	else
		row->outcome = EV_OUT_FAIL;
	if (ret == 0 && review <= 0 && gate->otherwise_review)
		because(row, "what does not pass is for review");
	ev_decimal_release(&margin);
}

bool ev_row_margin(struct ev_decimal *out, const struct ev_evaluation *e,
		   const struct ev_gate_row *row)
{
	const struct ev_gate *gate = &e->suite->gates[row->gate];
	const char *family = row->slice == SIZE_MAX ? row->slice_name :
		e->suite->slices[e->slices[row->slice].family].name;
	const struct ev_decimal *found = NULL;
	double factor;
	size_t i;

	for (i = 0; i < gate->n_margins; i++) {
		const struct ev_margin *m = &gate->margins[i];

		if (!strcmp(m->slice, row->slice_name))
			found = &m->margin;
		else if (!found && !strcmp(m->slice, family))
			found = &m->margin;
	}
	if (found) {
		ev_decimal_times(out, found, 10, false);
		return true;
	}
	if (!gate->margin.text)
		return false;
	factor = ev_tier_margin_factor(row->tier);
	ev_decimal_times(out, &gate->margin, (unsigned)(factor * 10 + 0.5),
			 false);
	return true;
}
