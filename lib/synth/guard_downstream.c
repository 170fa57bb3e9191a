#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"

/* Which patients of the cohort predictions are of, and what is wrong. */
struct told {
	uint8_t *seen;			/* a bit for each patient */
	size_t strangers;		/* patients of no cohort like this */
	size_t elsewhere;		/* rows that name another scenario */
	size_t silent;			/* patients with rows, but none here */
};

static bool find(uint64_t *patient, const struct ev_check *c, const char *id)
{
	if (ev_source_find(patient, c->s, id) == 0)
		return true;
	ev_error_clear();
	return false;
}

static void count_patients(struct told *t, const struct ev_check *c,
			   const struct ev_cohort *data)
{
	uint64_t patient;
	uint32_t i;

	for (i = 0; i < data->patients; i++)
		if (find(&patient, c, ev_cohort_patient(data, i)))
			t->seen[patient / 8] |= (uint8_t)(1u << patient % 8);
		else
			t->strangers++;
}

static void count_scenarios(struct told *t, const struct ev_check *c,
			    const struct ev_cohort *data)
{
	const struct ev_column *col = ev_cohort_column(data, "scenario");
	uint64_t patient;
	const char *id;
	size_t i;

	for (i = 0; col && col->coded && i < data->n; i++) {
		if (!find(&patient, c, ev_cohort_patient(data,
						data->patient[i])))
			continue;
		id = c->p->scenarios[ev_source_scenario(c->s, patient)].id;
		t->elsewhere += strcmp(id, col->words[col->code[i]]) != 0;
	}
}

/* Who has no windows has no rows that a device could answer. */
static void count_silent(struct told *t, const struct ev_check *c,
			 const struct ev_guard_column *ids)
{
	const struct ev_guard_column *windows = ev_guard_column(c->t,
								"windows");
	uint64_t patient;
	size_t i;

	for (i = 0; i < c->t->n; i++) {
		if (ids->x[i] != ids->x[i] || (windows && windows->numeric &&
					       windows->x[i] <= 0))
			continue;
		if (find(&patient, c, ids->levels.items[(size_t)ids->x[i]]) &&
		    !(t->seen[patient / 8] >> patient % 8 & 1))
			t->silent++;
	}
}

int ev_check_downstream(struct ev_check *c)
{
	const struct ev_cohort *data = c->in->downstream ?
		c->in->downstream->cohort : NULL;
	const struct ev_guard_column *ids = ev_guard_column(c->t,
							    "patient_id");
	struct told t = { NULL, 0, 0, 0 };
	struct ev_guard *g;

	if (!data)
		return 0;
	g = ev_guard_add(c->out, "behaviour.predictions");
	if (!ids || ids->numeric) {
		ev_guard_incomplete(g, "the cohort has no column 'patient_id' "
				    "of texts");
		return 0;
	}
	t.seen = ev_calloc(c->s->patients / 8 + 1, 1);
	count_patients(&t, c, data);
	count_scenarios(&t, c, data);
	count_silent(&t, c, ids);
	free(t.seen);
	ev_guard_says(g, "%zu patients of the predictions are none of the "
		      "cohort, %zu rows name another scenario than their "
		      "patient's, and %zu patients of the cohort have no "
		      "prediction", t.strangers, t.elsewhere, t.silent);
	ev_guard_at_most(g, (double)(t.strangers + t.elsewhere), 0,
			 (double)NAN);
	if (g->outcome == EV_OUT_PASS && t.silent)
		g->outcome = EV_OUT_INCOMPLETE;
	return 0;
}
