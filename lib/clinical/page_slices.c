#include "base/compat.h"

#include "clinical/page_internal.h"

#include <math.h>

#include "base/mem.h"

#define DRAWN_MAX 180u			/* lines of one metric: five sheets */

static bool is_gated(const struct ev_evaluation *e, size_t request)
{
	size_t i;

	for (i = 0; i < e->suite->n_gates; i++)
		if (e->suite->gates[i].request == request)
			return true;
	return false;
}

static bool is_drawn(const struct ev_evaluation *e, size_t request)
{
	const struct ev_request *q = &e->suite->requests[request];
	const struct ev_metric_info *info = ev_metric_info(q->metric);

	return is_gated(e, request) && !info->count && !info->reported_only;
}

/* The gate that judged the metric of a slice by its value; the worst. */
static const struct ev_gate_row *judged(const struct ev_evaluation *e,
					size_t request, size_t slice)
{
	const struct ev_gate_row *worst = NULL;
	size_t i;

	for (i = 0; i < e->n_rows; i++) {
		const struct ev_gate_row *r = &e->rows[i];
		const struct ev_gate *g = &e->suite->gates[r->gate];

		if (r->slice == slice && g->request == request &&
		    g->compare == EV_CMP_NONE &&
		    (!worst || r->outcome > worst->outcome))
			worst = r;
	}
	return worst;
}

static const char *family_of(const struct ev_evaluation *e, size_t slice)
{
	const struct ev_slice_result *r = &e->slices[slice];

	return r->family < e->suite->n_slices ?
		e->suite->slices[r->family].name : r->name;
}

static const char *member_of(const struct ev_slice_result *r)
{
	return r->member && *r->member ? r->member : r->name;
}

static void add_line(struct ev_page_lines *l, const struct ev_evaluation *e,
		     size_t request, size_t i)
{
	const struct ev_slice_result *r = &e->slices[i];
	const struct ev_measure *m = &r->measures[request];
	const struct ev_gate_row *row = judged(e, request, i);
	struct ev_buf note = EV_BUF_INIT, label = EV_BUF_INIT;
	struct ev_plot_line *line;

	ev_page_estimate(&note, &m->e, (double)NAN);
	ev_buf_addf(&label, "%s, %zu rows%s", member_of(r), r->n,
		    r->missed ? " (too few)" : "");
	line = ev_page_line(l, label.ptr, &m->e, note.ptr);
	line->weight = e->slices[0].n ? 0.7 + 0.9 * sqrt((double)r->n /
		(double)e->slices[0].n) : 1;
	if (row) {
		ev_page_limits(line, e, row);
		line->outcome = ev_outcome_word(row->outcome);
	}
	ev_buf_release(&note);
	ev_buf_release(&label);
}

/* Subgroups of one metric, family by family, against all. */
static void draw(struct ev_html *h, const struct ev_evaluation *e,
		 size_t request)
{
	const struct ev_request *q = &e->suite->requests[request];
	const struct ev_measure *all = &e->slices[0].measures[request];
	struct ev_buf name = EV_BUF_INIT, title = EV_BUF_INIT;
	struct ev_page_lines l;
	struct ev_plot_axis axis;
	size_t i;

	ev_page_lines_init(&l);
	for (i = 0; i < e->n_slices && l.n < DRAWN_MAX; i++) {
		if (i && e->slices[i].family != e->slices[i - 1].family &&
		    e->slices[i].member && *e->slices[i].member)
			ev_page_head(&l, family_of(e, i));
		add_line(&l, e, request, i);
	}
	ev_page_metric(&name, e->suite, q);
	ev_page_axis(&axis, &l, ev_page_is_share(q->metric), name.ptr);
	if (!(all->e.flags & EV_STAT_UNDEFINED))
		axis.base = all->e.value;
	ev_buf_addf(&title, "%s by subgroup", name.ptr);
	ev_plot_forest(h, title.ptr, "Each line is a subgroup: a mark for the "
		       "estimate, larger where there are more rows, and a bar "
		       "for its interval; the dashed line is the estimate of "
		       "all. A band and a word stand where a gate judges it.",
		       l.items, l.n, &axis);
	if (i < e->n_slices)
		ev_html_element(h, "p", "small", "%zu more subgroups are not "
				"drawn; the table has them.", e->n_slices - i);
	ev_page_lines_release(&l);
	ev_buf_release(&name);
	ev_buf_release(&title);
}

static void slice_line(struct ev_html *h, const struct ev_evaluation *e,
		       const struct ev_slice_result *r, const size_t *shown,
		       size_t n)
{
	size_t i;

	ev_html_open(h, "tr");
	ev_page_name(h, "%s", r->name);
	ev_html_element(h, "td", NULL, "%s", ev_tier_name(r->tier) ?
			ev_tier_name(r->tier) : "");
	ev_page_count(h, r->n);
	ev_page_count(h, r->patients);
	if (e->suite->dataset.label_kind == EV_LABEL_BINARY) {
		ev_page_count(h, r->positives);
		ev_page_count(h, r->negatives);
	}
	ev_page_count(h, r->no_score + r->abstained);
	if (r->missed)
		ev_html_element(h, "td", NULL, "too few %s",
				e->suite->dataset.label_kind ==
				EV_LABEL_CLASSES && strcmp(r->missed,
							   "patients") ?
				"rows of the rarest class" : r->missed);
	else
		ev_html_element(h, "td", NULL, "yes");
	for (i = 0; i < n; i++)
		ev_page_measure(h, &e->suite->requests[shown[i]],
				&r->measures[shown[i]]);
	ev_html_close(h, "tr");
}

static void table(struct ev_html *h, const struct ev_evaluation *e,
		  const size_t *shown, size_t n)
{
	static const char *const first[] = {
		"Subgroup", "Tier", "Rows", "Patients", "With the condition",
		"Without", "No answer", "Enough rows",
	};
	size_t i, k = 0, room = EV_ARRAY_SIZE(first) + n;
	const char **head = ev_calloc(room, sizeof(*head));
	char **names = ev_calloc(n + 1, sizeof(*names));
	struct ev_buf text = EV_BUF_INIT;

	for (i = 0; i < EV_ARRAY_SIZE(first); i++)
		if (e->suite->dataset.label_kind == EV_LABEL_BINARY ||
		    (i != 4 && i != 5))
			head[k++] = first[i];
	for (i = 0; i < n; i++) {
		ev_buf_clear(&text);
		ev_page_metric(&text, e->suite, &e->suite->requests[shown[i]]);
		head[k++] = names[i] = ev_strdup(text.ptr);
	}
	ev_page_table(h, "Every subgroup", head, k);
	for (i = 0; i < e->n_slices; i++)
		slice_line(h, e, &e->slices[i], shown, n);
	ev_page_table_end(h);
	for (i = 0; i < n; i++)
		free(names[i]);
	free(names);
	free(head);
	ev_buf_release(&text);
}

#define COLUMNS 3u			/* metrics that fit beside the counts */

void ev_page_slices(struct ev_html *h, const struct ev_evaluation *e)
{
	const struct ev_suite *s = e->suite;
	struct ev_buf level = EV_BUF_INIT;
	size_t shown[COLUMNS], i, n = 0;

	ev_page_section(h, "subgroups", "Subgroups", "How the device does in "
			"parts of the data. Small parts have wide intervals: "
			"that two marks differ does not yet mean that the "
			"device does.");
	ev_page_level(&level, s->stats.confidence);
	ev_html_element(h, "p", NULL, "Intervals here are %s intervals; gates "
			"are judged on those of the section above.", level.ptr);
	for (i = 0; i < s->n_requests && e->n_slices > 1; i++) {
		if (!is_drawn(e, i))
			continue;
		draw(h, e, i);
		if (n < COLUMNS)
			shown[n++] = i;
	}
	if (e->n_slices)
		table(h, e, shown, n);
	if (e->suppressed)
		ev_html_element(h, "p", NULL, "%zu combinations of subgroups "
				"are smaller than the suite's minimum and are "
				"not shown.", e->suppressed);
	if (e->n_slices <= 1)
		ev_html_element(h, "p", NULL, "The suite asks for no "
				"subgroups.");
	ev_buf_release(&level);
	ev_page_section_end(h);
}
