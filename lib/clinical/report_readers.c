#include "base/compat.h"
#include "clinical/readers.h"
#include "clinical/report_internal.h"

static void put_areas(struct ev_json *j, const struct ev_readings *r,
		      const struct ev_mrmc *x)
{
	size_t m, i;

	ev_json_key(j, "areas");
	ev_json_object(j);
	for (m = 0; m < x->modalities; m++) {
		ev_json_key(j, ev_readings_modality(r, m));
		ev_json_object(j);
		for (i = 0; i < x->readers; i++)
			ev_json_kvd(j, ev_readings_reader(r, i),
				    x->auc[m * x->readers + i]);
		ev_json_end_object(j);
	}
	ev_json_end_object(j);
}

/* The test that all modalities are equal; null without one. */
static void put_equal(struct ev_json *j, const struct ev_mrmc *x, bool fixed)
{
	unsigned flags = fixed ? x->fixed_flags : x->random_flags;

	ev_json_key(j, "equal");
	if (flags & EV_STAT_UNDEFINED) {
		ev_json_null(j);
		return;
	}
	ev_json_object(j);
	if (fixed) {
		ev_json_kvd(j, "chi2", x->chi2);
		ev_json_kvd(j, "df", x->chi2_df);
	} else {
		ev_json_kvd(j, "f", x->f);
		ev_json_kvd(j, "df1", x->df1);
		if (x->df2 > 0)
			ev_json_kvd(j, "df2", x->df2);
	}
	ev_json_kvd(j, "p", fixed ? x->chi2_p : x->p);
	ev_report_put_flags(j, flags, false, false);
	ev_json_end_object(j);
}

static void put(struct ev_json *j, const struct ev_dataset *d,
		const struct ev_readings *r, const struct ev_mrmc *x)
{
	ev_json_kv(j, "inference", d->fixed_readers ? "fixed" : "random");
	ev_json_kv(j, "test", d->test);
	ev_json_kv(j, "control", d->control);
	ev_json_kvi(j, "readers", (int64_t)x->readers);
	ev_json_kvi(j, "cases", (int64_t)r->table.cases);
	put_areas(j, r, x);
	ev_json_key(j, "components");
	ev_json_object(j);
	ev_json_kvd(j, "error", x->error);
	ev_json_kvd(j, "cov1", x->cov1);
	ev_json_kvd(j, "cov2", x->cov2);
	ev_json_kvd(j, "cov3", x->cov3);
	ev_json_end_object(j);
	put_equal(j, x, d->fixed_readers);
}

void ev_report_put_readers(struct ev_json *j, const struct ev_evaluation *e)
{
	const struct ev_dataset *d = &e->suite->dataset;
	const struct ev_cohort *c = e->cohort;
	struct ev_readings r;
	struct ev_mrmc x;

	if (!ev_has_readers(d) || !c->n)
		return;
	if (ev_readings_make(&r, e->suite, c, NULL, c->n, false) > 0 &&
	    ev_mrmc(&x, &r.table, e->suite->stats.confidence) == 0) {
		ev_json_key(j, "readers");
		ev_json_object(j);
		put(j, d, &r, &x);
		ev_json_end_object(j);
		ev_mrmc_release(&x);
	}
	ev_readings_release(&r);
}
