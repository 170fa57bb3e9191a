#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"

static const char *const inferences[] = { "random", "fixed", NULL };

const struct ev_field ev_su_readers_table[] = {
	{ "reader", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "column of who reads" },
	{ "modality", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "column of what is read with" },
	{ "case", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "column of what is read" },
	{ "test", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL,
	  "modality that is judged" },
	{ "control", EV_F_TEXT, 0, NULL, NULL, "modality beside it" },
	{ "inference", EV_F_ENUM, 0, NULL, inferences,
	  "random: for readers like these; fixed: for these" },
	{ 0 }
};

static char *column(const struct ev_dataset *d, const struct ev_value *v,
		    const char *key)
{
	const struct ev_value *at = ev_get(v, key);

	return at && at->type == EV_STRING && at->len ?
	       ev_strdup(ev_su_column(d, at->text)) : NULL;
}

/* The rest of the dataset, as far as it must be otherwise. */
static void fit(struct ev_dataset *d, const struct ev_value *v,
		const struct ev_value *dataset, struct ev_problems *bad)
{
	const struct ev_value *rule = ev_get_path(dataset, "missing.score");

	if (d->label_kind == EV_LABEL_CLASSES)
		ev_problem_add(bad, v, NULL, "'dataset.readers' is not "
			       "supported with more than two classes");
	if (ev_streq(d->test, d->control))
		ev_problem_add(bad, ev_get(v, "control"), NULL,
			       "'dataset.readers': test and control are the "
			       "same modality, '%.60s'", d->test);
	/* Each way to fill in a reading favours one of the modalities. */
	if (rule && d->missing != EV_MISSING_FAIL)
		ev_problem_add(bad, rule, "missing: {score: fail}", "with "
			       "'dataset.readers' no reading can be missing, "
			       "so '%.60s' is not supported", rule->text ?
			       rule->text : "");
	d->missing = EV_MISSING_FAIL;
	/* Readings of a case are not patients of their own. */
	if (!d->patient && !d->cluster)
		d->patient = ev_strdup(d->which);
}

void ev_su_readers(struct ev_dataset *d, const struct ev_value *v,
		   const struct ev_value *dataset, struct ev_problems *bad)
{
	if (!v || v->type != EV_MAP)
		return;
	d->reader = column(d, v, "reader");
	d->modality = column(d, v, "modality");
	d->which = column(d, v, "case");
	d->test = ev_su_dup(v, "test");
	d->control = ev_su_dup(v, "control");
	d->fixed_readers = ev_streq(ev_get_string(v, "inference"), "fixed");
	if (ev_has_readers(d))
		fit(d, v, dataset, bad);
}

void ev_su_write_readers(struct ev_json *j, const struct ev_dataset *d)
{
	if (!ev_has_readers(d))
		return;
	ev_json_key(j, "readers");
	ev_json_object(j);
	ev_json_kv(j, "reader", d->reader);
	ev_json_kv(j, "modality", d->modality);
	ev_json_kv(j, "case", d->which);
	ev_json_kv(j, "test", d->test);
	if (d->control)
		ev_json_kv(j, "control", d->control);
	ev_json_kv(j, "inference", inferences[d->fixed_readers]);
	ev_json_end_object(j);
}

const char *ev_su_readers_lack(const struct ev_dataset *d, enum ev_metric m)
{
	bool of_readers = m >= EV_M_READER_AUC && m <= EV_M_READER_AUC_GAIN;

	if (!ev_has_readers(d))
		return of_readers ? "is for 'dataset.readers'" : NULL;
	if (of_readers)
		return m != EV_M_READER_AUC && !d->control ?
		       "needs 'dataset.readers.control'" : NULL;
	switch (m) {
	case EV_M_N:
	case EV_M_N_PATIENTS:
	case EV_M_N_POSITIVES:
	case EV_M_N_NEGATIVES:
	case EV_M_PREVALENCE:
		return NULL;
	default:
		return "is not supported with 'dataset.readers'";
	}
}
