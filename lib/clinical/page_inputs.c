#include "base/compat.h"

#include "clinical/page_internal.h"

static void input(struct ev_html *h, const char *what, const char *name,
		  const char *digest)
{
	ev_html_open(h, "tr");
	ev_page_name(h, "%s", what);
	ev_html_element(h, "td", NULL, "%s", name ? name : "");
	ev_html_open(h, "td");
	if (digest && *digest)
		ev_html_element(h, "code", NULL, "%s", digest);
	ev_html_close(h, "td");
	ev_html_close(h, "tr");
}

void ev_page_inputs(struct ev_html *h, const struct ev_evaluation *e,
		    const struct ev_report_context *x)
{
	static const char *const head[] = { "Input", "Name", "Digest" };
	static const char *const versions[] = {
		"Predictions, previous", "Predictions, anchor"
	};
	char data[72] = "";
	int k;

	ev_page_section(h, "inputs", "Inputs and custody", "With the same "
			"inputs the same numbers come out, digit for digit.");
	ev_page_table(h, "Inputs", head, EV_ARRAY_SIZE(head));
	input(h, "Suite", e->suite->id, e->suite->digest);
	input(h, "Predictions", e->cohort->name, e->cohort->digest);
	if (e->cohort->n) {
		ev_cohort_data_digest(data, e->cohort);
		input(h, "Keys and labels", "whatever was predicted", data);
	}
	for (k = 0; k < 2; k++)
		if (e->reference[k])
			input(h, versions[k], e->reference[k]->name,
			      e->reference[k]->digest);
	if (x && x->commit)
		input(h, "Candidate", "commit", x->commit);
	if (x && x->tree)
		input(h, "Candidate", "tree", x->tree);
	ev_page_table_end(h);
	ev_html_element(h, "h3", NULL, "Custody");
	if (x && x->custody && x->custody->n)
		ev_page_list(h, x->custody);
	else
		ev_html_element(h, "p", NULL, "Nothing is known: the report "
				"was not attached to a record, so nobody vouches "
				"for it, and when the suite was fixed and who "
				"used the data before cannot be told.");
	ev_page_section_end(h);
}

/* What follows from what was measured, whatever the authors add. */
static void own(struct ev_strs *l, const struct ev_evaluation *e)
{
	const struct ev_flow *f = &e->cohort->flow;
	size_t i, small = 0;

	for (i = 0; i < e->n_slices; i++)
		small += e->slices[i].missed != NULL;
	if (small)
		ev_strs_addf(l, "%zu of %zu subgroups have fewer rows than the "
			     "suite's minimum; their numbers decide nothing.",
			     small, e->n_slices);
	if (f->no_score || f->abstained)
		ev_strs_addf(l, "%llu of %llu rows have no answer of the "
			     "device. Probabilities are judged on the rows "
			     "that have one.", (unsigned long long)
			     (f->no_score + f->abstained),
			     (unsigned long long)f->analysed);
	if (f->no_label)
		ev_strs_addf(l, "%llu rows without a known truth are left "
			     "out.", (unsigned long long)f->no_label);
	if (!e->suite->dataset.patient && !e->suite->dataset.cluster)
		ev_strs_add(l, "The suite names no patient: intervals take "
			    "every row for a patient of its own, and are too "
			    "narrow if that is not so.");
	if (e->suite->dataset.imperfect)
		ev_strs_add(l, "The reference standard is imperfect: read "
			    "sensitivity and specificity as agreement with "
			    "it.");
	if (e->suite->stats.detect_slices == EV_ADJUST_NONE && e->n_slices > 1)
		ev_strs_add(l, "Intervals of subgroups are not adjusted for "
			    "their number: among many, some lie outside by "
			    "chance.");
	if (e->suite->dataset.kind &&
	    strcmp(e->suite->dataset.kind, "real_world"))
		ev_strs_addf(l, "The data are %s: they show what the device "
			     "does on them, not what it does in use.",
			     e->suite->dataset.kind);
	ev_strs_add(l, "The numbers hold for patients like those measured "
		    "here, and for the thresholds that the suite fixes.");
}

void ev_page_limitations(struct ev_html *h, const struct ev_evaluation *e,
			 const struct ev_report_context *x)
{
	struct ev_strs l = EV_STRS_INIT;

	ev_page_section(h, "limitations", "Limitations", NULL);
	if (x && x->limitations && x->limitations->n)
		ev_page_list(h, x->limitations);
	own(&l, e);
	ev_page_list(h, &l);
	ev_strs_release(&l);
	ev_page_section_end(h);
}
