#include "base/compat.h"
#include "clinical/minimum.h"

#include "base/mem.h"

/* Rows that a number looks at: all of a slice, but for these. */
struct counted {
	bool scored;			/* without those that have no score */
	const struct ev_reference *ref;	/* without those that it has not */
};

static bool looks_at_scores(const struct ev_suite *s, enum ev_metric m)
{
	switch (m) {
	case EV_M_ABSTAIN_RATE:
	case EV_M_MISSING_RATE:
	case EV_M_PREVALENCE:
		return false;
	case EV_M_SATURATED:
	case EV_M_STUCK:
	case EV_M_PSI:
	case EV_M_KS:
	case EV_M_OVR_AUC:
	case EV_M_OVO_AUC:
	case EV_M_MULTI_BRIER:
	case EV_M_TOP_ECE:
		return true;
	case EV_M_AUC:
		if (s->dataset.label_kind == EV_LABEL_CLASSES)
			return true;
		break;
	default:
		break;
	}
	return ev_needs_score(m) ||
		s->dataset.missing == EV_MISSING_COMPLETE_CASE ||
		s->dataset.missing == EV_MISSING_FAIL;
}

static struct counted counted_by(const struct ev_evaluation *e,
				 enum ev_metric m, int against)
{
	struct counted c = { .scored = looks_at_scores(e->suite, m) };

	switch (m) {
	case EV_M_NEW_FN_RATE:
	case EV_M_NEW_FP_RATE:
	case EV_M_PSI:
	case EV_M_KS:
		if (against < 0)
			against = e->reference[0] ? 0 : 1;
		break;
	default:
		break;
	}
	if (against >= 0)
		c.ref = e->reference[against];
	return c;
}

static bool counts(const struct counted *by, const struct ev_cohort *c,
		   size_t row)
{
	if (by->scored && c->state[row] != EV_ROW_SCORED)
		return false;
	return !by->ref || (by->ref->paired[row] && (!by->scored ||
		by->ref->state[row] == EV_ROW_SCORED));
}

/* How many of a slice's rows count. */
static size_t count(struct ev_minimum *have, const struct ev_evaluation *e,
		    const struct ev_slice_result *r, const struct counted *by)
{
	const struct ev_cohort *c = e->cohort;
	bool several = e->suite->dataset.label_kind == EV_LABEL_CLASSES;
	size_t k = several ? e->suite->dataset.classes.n : 2, i, row, n = 0;
	uint8_t *seen = ev_calloc((size_t)c->patients + 1, 1);
	int64_t *of = ev_calloc(k + 1, sizeof(*of)), least;

	memset(have, 0, sizeof(*have));
	for (i = 0; i < r->n; i++) {
		row = r->rows ? r->rows[i] : i;
		if (!counts(by, c, row))
			continue;
		n++;
		of[c->label[row]]++;
		have->patients += !seen[c->patient[row]];
		seen[c->patient[row]] = 1;
	}
	least = several ? of[0] : of[1];
	for (i = 1; several && i < k; i++)
		if (of[i] < least)
			least = of[i];
	have->positives = least;
	have->negatives = (int64_t)n - least;
	free(seen);
	free(of);
	return n;
}

/* What this one counts: many rows can be few episodes. */
static int64_t episodes(const struct ev_evaluation *e,
			const struct ev_gate_row *row)
{
	const struct ev_measure *x = ev_row_measure(e, row, -1);

	return x && !(x->e.flags & EV_STAT_UNDEFINED) ? (int64_t)x->e.n : 0;
}

bool ev_row_below(struct ev_below *out, const struct ev_evaluation *e,
		  const struct ev_gate_row *row,
		  const struct ev_slice_result *r, int against)
{
	const struct ev_suite *s = e->suite;
	enum ev_metric m = s->requests[s->gates[row->gate].request].metric;
	struct counted by = counted_by(e, m, against);
	bool critical = row->tier == EV_TIER_CRITICAL ||
		r->tier == EV_TIER_CRITICAL;
	const struct ev_minimum *least = critical ? &s->min_n_critical :
		&s->min_n;
	struct ev_minimum have = {
		(int64_t)r->positives, (int64_t)r->negatives,
		(int64_t)r->patients
	};

	out->fewer = (by.ref || (by.scored && r->no_score + r->abstained)) &&
		count(&have, e, r, &by) < r->n;
	if (m == EV_M_EPISODE_SENSITIVITY)
		have.positives = episodes(e, row);
	out->what = ev_minimum_missed(least, &have);
	if (!out->what)
		return false;
	out->have = have.patients;
	out->least = least->patients;
	if (!strcmp(out->what, "positives")) {
		out->have = have.positives;
		out->least = least->positives;
	} else if (!strcmp(out->what, "negatives")) {
		out->have = have.negatives;
		out->least = least->negatives;
	}
	if (s->dataset.label_kind == EV_LABEL_CLASSES &&
	    strcmp(out->what, "patients"))
		out->what = "rows of the rarest class";
	if (m == EV_M_EPISODE_SENSITIVITY && !strcmp(out->what, "positives"))
		out->what = "episodes";
	return true;
}
