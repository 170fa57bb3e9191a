#include "base/compat.h"

#include "cmd/synth_behaviour.h"

static struct {
	struct ev_suite suite;
	struct ev_cohort cohort;
	struct ev_reference none[2];	/* a cohort has no earlier version */
	struct ev_evaluation evaluation;
	bool done;
} behaviour;

int synth_behaviour_measure(const char *suite, const char *predictions,
			    unsigned jobs)
{
	struct ev_evaluate_options o = { .jobs = jobs };
	int ret = ev_suite_read(&behaviour.suite, suite);

	if (ret == 0)
		ret = ev_cohort_read(&behaviour.cohort, &behaviour.suite,
				     predictions);
	if (ret == 0)
		ret = ev_evaluate(&behaviour.evaluation, &behaviour.suite,
				  &behaviour.cohort, &behaviour.none[0],
				  &behaviour.none[1], &o);
	behaviour.done = ret == 0;
	return ret;
}

const struct ev_evaluation *synth_behaviour_of(void)
{
	return behaviour.done ? &behaviour.evaluation : NULL;
}

void synth_behaviour_release(void)
{
	ev_evaluation_release(&behaviour.evaluation);
	ev_cohort_release(&behaviour.cohort);
	ev_suite_release(&behaviour.suite);
	memset(&behaviour, 0, sizeof(behaviour));
}
