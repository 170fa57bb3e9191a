#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>

#include "base/mem.h"
#include "stats/proportion.h"
#include "stats/special.h"

#define LEVEL 0.95
#define SENSITIVITY 0.90		/* of which the power is told */

/* What so many events can tell: chance to see one of the misses of a device
 * that finds 90 of 100, and how near a sensitivity would be known. */
static void power_of(char out[160], uint64_t events)
{
	struct ev_estimate e;
	double missed = -ev_expm1((double)events * ev_log(SENSITIVITY));
	int64_t n = (int64_t)events;

	out[0] = '\0';
	if (!n || ev_clopper_pearson(&e, (int64_t)floor((double)n *
				     SENSITIVITY + 0.5), n, LEVEL) < 0)
		return;
	snprintf(out, 160, "; at a sensitivity of 90 %% a miss is seen with "
		 "%.0f %%, and the half width of its interval is %.2g",
		 floor(missed * 1000 + 0.5) / 10, ev_half_width(&e));
}

/* At least, exactly, or what the allocation makes of weights. */
static uint64_t asked(const struct ev_check *c, size_t k)
{
	const struct ev_scenario *s = &c->p->scenarios[k];

	return s->at_least > c->s->counts[k] ? s->at_least : c->s->counts[k];
}

static void one(struct ev_check *c, size_t k, uint64_t seen, uint64_t rows)
{
	const struct ev_scenario *s = &c->p->scenarios[k];
	struct ev_guard *x = ev_guard_add(c->out, "rare.%s", s->id);
	double target = (double)c->s->counts[k] / (double)c->s->patients;
	struct ev_estimate e;
	char power[160];
	bool sampled = c->t->step > 1, outside;
	double limit = (double)asked(c, k);

	if (ev_clopper_pearson(&e, (int64_t)seen, (int64_t)rows, LEVEL) < 0 ||
	    e.flags & EV_STAT_UNDEFINED) {
		ev_guard_undefined(x, "the table has no rows");
		return;
	}
	outside = target < e.lower || target > e.upper;
	power_of(power, seen);
	ev_guard_says(x, "%llu of %llu patients are of scenario %s, of whom "
		      "%llu are asked for%s%s", (unsigned long long)seen,
		      (unsigned long long)rows, s->id,
		      (unsigned long long)asked(c, k), outside ? "; its share "
		      "is outside the 95 % interval" : "", power);
	/* every step-th row shows one of step, give or take one */
	if (sampled)
		limit = floor(limit / (double)c->t->step);
	ev_guard_at_least(x, (double)seen, limit, (double)NAN);
	if (outside)
		x->outcome = EV_OUT_FAIL;
}

int ev_check_scenarios(struct ev_check *c)
{
	size_t n = c->p->n_scenarios, i, other = 0;
	uint64_t *seen = ev_calloc(n + 1, sizeof(*seen));
	struct ev_guard *x;

	for (i = 0; i < c->t->n; i++)
		if (c->scenario[i] < n)
			seen[c->scenario[i]]++;
		else
			other++;
	for (i = 0; i < n; i++)
		one(c, i, seen[i], c->t->n);
	free(seen);
	if (!other)
		return 0;
	x = ev_guard_add(c->out, "scenario.unknown");
	ev_guard_says(x, "%zu patients are of no scenario of the pack", other);
	ev_guard_at_most(x, (double)other, 0, (double)NAN);
	return 0;
}
