#include "base/compat.h"

#include "study/generator.h"

#include "base/error.h"
#include "base/mem.h"
#include "study/validate.h"

/* What a suite that names claims uses its data for, whatever it says. */
static const char *const for_claims[] = {
	"claim", "claims", "clinical-claim", "clinical-claims",
	"evidence-for-claim", "evidence-for-claims", "clinical-evidence",
};
static const char *const alone_for_claims[] = {
	"sole-evidence-for-claim", "sole-evidence-for-claims",
	"sole-evidence",
};

static bool has_claims(const struct ev_suite *s)
{
	size_t i;

	for (i = 0; i < s->n_gates; i++)
		if (s->gates[i].claim)
			return true;
	return s->claims.n > 0;
}

static const char *name_of(const struct ev_synth_known *k)
{
	return k->pack ? k->pack : "another generator";
}

static bool is_same(const struct ev_synth_known *a,
		    const struct ev_synth_known *b)
{
	return *a->digest && !strcmp(a->digest, b->digest);
}

/* Checking ---------------------------------------------------------------- */

/* A file and the records of its cohort say the same of it, or else all of them
 * hold. */
static bool has_live_record(const struct ev_data_use *u, size_t at)
{
	const struct ev_known_cohort *c = u->found[at].cohort, *o;
	size_t i;

	for (i = 0; i < u->n; i++) {
		o = u->found[i].cohort;
		if (o->live && *o->record &&
		    (o == c || is_same(&o->says, &c->says)))
			return true;
	}
	return false;
}

/* One that was replaced by a live one of the same cohort says nothing more. */
static bool is_withdrawn(const struct ev_data_use *u, size_t at)
{
	const struct ev_known_cohort *c = u->found[at].cohort;

	return *c->record && !c->live && !has_live_record(u, at);
}

static int deny(const struct ev_known_cohort *c, const char *why)
{
	return ev_fail(EV_EDENIED, "the data are of a synthetic cohort (%s%s%.12s"
		       "), and %s", name_of(&c->says), *c->record ?
		       ", generator record " : "", c->record, why);
}

static int check_claims(const struct ev_known_cohort *c)
{
	size_t i;
	char *why;

	for (i = 0; i < EV_ARRAY_SIZE(for_claims); i++) {
		if (!ev_synth_use_prohibited(&c->says, for_claims[i]))
			continue;
		why = ev_strdupf("the suite names claims: it is not for '%s'",
				 for_claims[i]);
		deny(c, why);
		free(why);
		return EV_EDENIED;
	}
	return 0;
}

static int check_one(const struct ev_data_use *u, size_t at,
		     const struct ev_suite *s, bool record, int64_t now)
{
	const struct ev_known_cohort *c = u->found[at].cohort;
	struct ev_buf why = EV_BUF_INIT;
	int ret = 0;

	if (is_withdrawn(u, at)) {
		ret = deny(c, "its manifest was withdrawn");
	} else if (record && !*c->record && !has_live_record(u, at)) {
		ret = deny(c, "no signed record says how it was made");
		ev_error_hint("git evidence attach generator manifest.json");
	} else if (c->live) {
		if (!ev_synth_use_allowed(&why, &c->says, u->use, now)) {
			ret = deny(c, why.ptr);
			if (!u->use && !*c->says.expires)
				ev_error_hint("git evidence validate --use "
					      "'%s' ...", c->says.allowed.n ?
					      c->says.allowed.items[0] :
					      "<use>");
		} else if (has_claims(s)) {
			ret = check_claims(c);
		}
	}
	ev_buf_release(&why);
	return ret;
}

/* Whose patients all are of some cohort that was found. */
static bool all_found(const struct ev_data_use *u,
		      const struct ev_cohort *data)
{
	const struct ev_synth_known *k;
	uint32_t i;
	size_t m;

	for (m = 0; m < u->n; m++)
		if (!u->found[m].patients)
			return true;
	for (i = 0; i < data->patients; i++) {
		for (m = 0; m < u->n; m++) {
			k = &u->found[m].cohort->says;
			if (ev_synth_known_patient(k,
					ev_cohort_patient(data, i)))
				break;
		}
		if (m == u->n)
			return false;
	}
	return true;
}

static void tell_report(struct ev_data_use *u)
{
	struct ev_report_cohort *t;
	const struct ev_known_cohort *c;
	size_t i;

	u->told = ev_calloc(u->n + 1, sizeof(*u->told));
	for (i = 0; i < u->n; i++) {
		c = u->found[i].cohort;
		t = &u->told[i];
		t->record = *c->record ? c->record : NULL;
		t->digest = *c->says.digest ? c->says.digest : NULL;
		t->pack = c->says.pack;
		t->patients = u->found[i].patients;
		t->simulated_score = c->says.simulated;
	}
}

/* A manifest that is named has to be of these data. */
static int check_named(const struct ev_data_use *u)
{
	const struct ev_known_cohort *c;
	size_t i, k;

	for (i = 0; i < u->known.n; i++) {
		c = &u->known.items[i];
		for (k = 0; k < u->n && u->found[k].cohort != c; k++)
			;
		if (!*c->record && k == u->n)
			return ev_fail(EV_EINVALID, "the manifest is of "
				       "another cohort (%s): none of its "
				       "patients is among the data",
				       name_of(&c->says));
	}
	return 0;
}

int ev_data_use_check(struct ev_data_use *u, const struct ev_suite *s,
		      const struct ev_cohort *data, const char *use,
		      bool record, int64_t now)
{
	size_t i;
	int ret;

	u->use = use ? use : s->dataset.use;
	u->found = ev_calloc(u->known.n + 1, sizeof(*u->found));
	u->n = ev_cohorts_find(u->found, &u->known, data);
	u->all = u->n && all_found(u, data);
	tell_report(u);
	if (use && s->dataset.use && strcmp(use, s->dataset.use))
		return ev_fail(EV_EINVALID, "the suite says that the data are "
			       "used for '%s', not '%s'", s->dataset.use, use);
	ret = check_named(u);
	if (ret == 0 && u->n && ev_streq(s->dataset.kind, "real_world"))
		ret = deny(u->found[0].cohort, "the suite asks for real_world "
			   "data");
	for (i = 0; ret == 0 && i < u->n; i++)
		ret = check_one(u, i, s, record, now);
	return ret;
}

void ev_data_use_apply(struct ev_evaluation *e, const struct ev_data_use *u)
{
	const struct ev_synth_known *k;
	size_t i, m;

	for (i = 0; u->all && has_claims(e->suite) && i < u->n; i++) {
		k = &u->found[i].cohort->says;
		for (m = 0; m < EV_ARRAY_SIZE(alone_for_claims); m++) {
			if (!ev_synth_use_prohibited(k, alone_for_claims[m]))
				continue;
			ev_evaluation_cap(e, EV_OUT_REVIEW, "the data are "
					  "synthetic (%s), and must not be "
					  "the only evidence for a claim",
					  name_of(k));
			return;
		}
	}
}

void ev_data_use_tell(struct ev_strs *out, const struct ev_data_use *u)
{
	const struct ev_cohort_found *f;
	size_t i;

	for (i = 0; i < u->n; i++) {
		f = &u->found[i];
		if (f->patients)
			ev_strs_addf(out, "%llu patients are synthetic (%s).",
				     (unsigned long long)f->patients,
				     name_of(&f->cohort->says));
		else
			ev_strs_addf(out, "The data are synthetic (%s).",
				     name_of(&f->cohort->says));
		if (f->cohort->says.simulated)
			ev_strs_add(out, "The cohort has simulated scores, "
				    "which are no device's: nothing is "
				    "promoted by this report.");
	}
	ev_strs_sort(out);
	ev_strs_uniq(out);
}

void ev_data_use_release(struct ev_data_use *u)
{
	ev_known_cohorts_release(&u->known);
	free(u->found);
	free(u->told);
	memset(u, 0, sizeof(*u));
}

/* What a report keeps silent about -------------------------------------------- */

static bool names(const struct ev_value *report,
		  const struct ev_known_cohort *c)
{
	const struct ev_value *l = ev_get(report, "syntheticData"), *v;
	size_t i;

	for (i = 0; l && l->type == EV_LIST && i < l->n; i++) {
		v = l->items[i];
		if (ev_streq(ev_get_string(v, "record"), c->record) ||
		    (*c->says.digest && ev_streq(ev_get_string(v, "cohort"),
						 c->says.digest)))
			return true;
	}
	return false;
}

int ev_cohorts_unsaid(struct ev_recomputed *out, struct ev_ledger *l,
		      const struct ev_cohort *data,
		      const struct ev_value *report)
{
	struct ev_known_cohorts known = { NULL, 0, 0 };
	struct ev_cohort_found *found;
	size_t i, n;
	int ret = ev_known_cohorts_load(&known, l);

	found = ev_calloc(known.n + 1, sizeof(*found));
	n = ret == 0 ? ev_cohorts_find(found, &known, data) : 0;
	for (i = 0; i < n; i++)
		if (!names(report, found[i].cohort))
			ev_strs_addf(&out->differences, "syntheticData: the "
				     "data are of a synthetic cohort (%s, "
				     "generator record %.12s), and the report "
				     "does not say so",
				     name_of(&found[i].cohort->says),
				     found[i].cohort->record);
	free(found);
	ev_known_cohorts_release(&known);
	return ret;
}
