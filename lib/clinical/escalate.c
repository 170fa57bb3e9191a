#include "base/compat.h"
#include "clinical/engine.h"

#include "base/error.h"
#include "base/mem.h"
#include "clinical/judge.h"
#include "clinical/suite_internal.h"

/*
 * What can be seen in one evaluation: "fail in tier critical" and
 * "drift_from_anchor > 0.5*margin".  What needs the history of a repository
 * ("review x3 consecutive", "gate_loosened") is lib/study's.
 */
static void trigger(struct ev_evaluation *e, const struct ev_escalation *x,
		    char *why)
{
	struct ev_trigger *t;

	e->triggers = ev_realloc(e->triggers, (e->n_triggers + 1) *
				 sizeof(*e->triggers));
	t = &e->triggers[e->n_triggers++];
	t->when = ev_strdup(x->when);
	t->roles = &x->roles;
	t->why = why;
}

static void fail_in_tier(struct ev_evaluation *e,
			 const struct ev_escalation *x, enum ev_tier tier)
{
	size_t i;

	for (i = 0; i < e->n_rows; i++) {
		const struct ev_gate_row *r = &e->rows[i];

		if (r->outcome != EV_OUT_FAIL || r->tier != tier)
			continue;
		trigger(e, x, ev_strdupf("%s fails in '%s'",
					 e->suite->gates[r->gate].id,
					 r->slice_name));
		return;
	}
}

/* How far a difference goes in the direction that is worse. */
static double worse_by(const struct ev_evaluation *e,
		       const struct ev_gate_row *r)
{
	const struct ev_gate *g = &e->suite->gates[r->gate];
	enum ev_metric m = e->suite->requests[g->request].metric;
	double d = r->observed.value;

	switch (ev_metric_info(m)->better) {
	case 1:
		return -d;
	case -1:
		return d;
	default:
		return d < 0 ? -d : d;
	}
}

static void drift(struct ev_evaluation *e, const struct ev_escalation *x,
		  double factor)
{
	size_t i;

	for (i = 0; i < e->n_rows; i++) {
		const struct ev_gate_row *r = &e->rows[i];
		char *number;

		if (!r->against || strcmp(r->against, "anchor") ||
		    !(r->margin > 0) ||
		    r->observed.flags & EV_STAT_UNDEFINED ||
		    !(worse_by(e, r) > factor * r->margin))
			continue;
		number = ev_number_text(worse_by(e, r), NULL);
		trigger(e, x, ev_strdupf("%s is worse than the anchor by %s "
					 "in '%s'",
					 e->suite->gates[r->gate].id, number,
					 r->slice_name));
		free(number);
		return;
	}
}

int ev_escalate(struct ev_evaluation *e)
{
	static const char tier[] = "fail in tier ";
	static const char drifted[] = "drift_from_anchor > ";
	const struct ev_suite *s = e->suite;
	size_t i;

	for (i = 0; i < s->n_escalations; i++) {
		const struct ev_escalation *x = &s->escalations[i];
		const char *p = x->when, *star;
		double factor = 1;

		if (ev_starts_with(p, tier)) {
			fail_in_tier(e, x, ev_tier_parse(p + strlen(tier)));
		} else if (ev_starts_with(p, drifted)) {
			p += strlen(drifted);
			star = strchr(p, '*');
			if (star && !ev_parse_double(&factor, p,
						     (size_t)(star - p)))
				continue;
			drift(e, x, factor);
		}
	}
	return 0;
}
