#include "base/compat.h"

#include "clinical/page_internal.h"
#include "clinical/readers.h"

#include <math.h>

#include "base/mem.h"

static void means(struct ev_html *h, const struct ev_evaluation *e,
		  const struct ev_readings *r, const struct ev_mrmc *x)
{
	bool fixed = e->suite->dataset.fixed_readers;
	struct ev_plot_axis axis = { 0 };
	struct ev_page_lines l;
	size_t m;

	ev_page_lines_init(&l);
	for (m = 0; m < x->modalities; m++) {
		const struct ev_estimate *of = fixed ? &x->means[m].fixed :
			&x->means[m].random;
		struct ev_buf note = EV_BUF_INIT;

		ev_page_estimate(&note, of, (double)NAN);
		ev_page_line(&l, ev_readings_modality(r, m), of, note.ptr);
		ev_buf_release(&note);
	}
	ev_page_axis(&axis, &l, true, "mean area under the ROC curve");
	ev_plot_forest(h, "Mean area by modality", "Each line is a modality: "
		       "a mark for the mean area of the readers, a bar for "
		       "its interval.", l.items, l.n, &axis);
	ev_page_lines_release(&l);
}

static void areas(struct ev_html *h, const struct ev_readings *r,
		  const struct ev_mrmc *x)
{
	const char **head = ev_calloc(x->modalities + 1, sizeof(*head));
	size_t m, i;

	head[0] = "Reader";
	for (m = 0; m < x->modalities; m++)
		head[m + 1] = ev_readings_modality(r, m);
	ev_page_table(h, "Area under the ROC curve of each reader", head,
		      x->modalities + 1);
	for (i = 0; i < x->readers; i++) {
		ev_html_open(h, "tr");
		ev_page_name(h, "%s", ev_readings_reader(r, i));
		for (m = 0; m < x->modalities; m++)
			ev_page_value(h, x->auc[m * x->readers + i]);
		ev_html_close(h, "tr");
	}
	ev_page_table_end(h);
	free(head);
}

static void equal(struct ev_html *h, const struct ev_mrmc *x, bool fixed)
{
	unsigned flags = fixed ? x->fixed_flags : x->random_flags;
	struct ev_buf p = EV_BUF_INIT;

	if (flags & EV_STAT_UNDEFINED)
		return;
	ev_page_p(&p, fixed ? x->chi2_p : x->p);
	ev_html_element(h, "p", NULL, "That all modalities are equal has p "
			"%s (%s).", p.ptr, fixed ? "chi-square" : "F with the "
			"degrees of freedom of Hillis");
	ev_buf_release(&p);
}

void ev_page_readers(struct ev_html *h, const struct ev_evaluation *e)
{
	const struct ev_dataset *d = &e->suite->dataset;
	const struct ev_cohort *c = e->cohort;
	struct ev_readings r;
	struct ev_mrmc x;

	if (!ev_has_readers(d))
		return;
	ev_page_section(h, "readers", "Readers", d->fixed_readers ?
			"How well people tell groups apart with each "
			"modality. The intervals are about other cases read "
			"by these same readers." :
			"How well people tell groups apart with each "
			"modality. The intervals are about other cases and "
			"other readers, of whom these are a sample.");
	memset(&r, 0, sizeof(r));
	if (c->n && ev_readings_make(&r, e->suite, c, NULL, c->n, false) > 0 &&
	    ev_mrmc(&x, &r.table, e->suite->stats.confidence) == 0) {
		means(h, e, &r, &x);
		areas(h, &r, &x);
		equal(h, &x, d->fixed_readers);
		ev_mrmc_release(&x);
	} else {
		ev_html_element(h, "p", NULL, "There are no readings to "
				"compare: some are missing, or there are no "
				"rows.");
	}
	ev_readings_release(&r);
	ev_page_section_end(h);
}
