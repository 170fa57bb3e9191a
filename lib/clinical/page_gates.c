#include "base/compat.h"

#include "clinical/page_internal.h"

#include <math.h>

#include "base/mem.h"

#define DRAWN_MAX 108u			/* lines of one kind: three sheets */

static const struct ev_gate *gate_of(const struct ev_evaluation *e,
				     const struct ev_gate_row *r)
{
	return &e->suite->gates[r->gate];
}

static const struct ev_request *request_of(const struct ev_evaluation *e,
					   const struct ev_gate_row *r)
{
	return &e->suite->requests[gate_of(e, r)->request];
}

static void place_of(struct ev_buf *out, const struct ev_gate_row *r)
{
	ev_buf_adds(out, r->slice_name ? r->slice_name : "");
	if (r->against)
		ev_buf_addf(out, " against %s", r->against);
}

/* The table ---------------------------------------------------------------- */

static void small(struct ev_html *h, const char *word, const char *text)
{
	if (text)
		ev_html_element(h, "div", "small", "%s %s", word, text);
}

static void condition(struct ev_html *h, const struct ev_evaluation *e,
		      const struct ev_gate_row *r,
		      const struct ev_condition *c, const char *class,
		      const char *word)
{
	struct ev_decimal margin = { NULL, 0 };
	bool has = ev_row_margin(&margin, e, r);
	struct ev_buf text = EV_BUF_INIT;
	struct ev_rule rule;
	char *limit;

	ev_rule_of(&rule, gate_of(e, r), c, has ? &margin : NULL,
		   request_of(e, r)->metric);
	limit = ev_rule_text(&rule);
	ev_page_limit(&text, limit);
	ev_html_element(h, "div", class, "%s%s %s", word,
			ev_bound_word(rule.bound), text.ptr);
	free(limit);
	ev_buf_release(&text);
	ev_rule_release(&rule);
	ev_decimal_release(&margin);
}

static void limit_cell(struct ev_html *h, const struct ev_evaluation *e,
		       const struct ev_gate_row *r)
{
	const struct ev_gate *g = gate_of(e, r);

	ev_html_open(h, "td");
	condition(h, e, r, &g->pass, NULL, "");
	if (g->review.given)
		condition(h, e, r, &g->review, "small", "review: ");
	else if (g->otherwise_review)
		ev_html_element(h, "div", "small", "else review");
	ev_html_close(h, "td");
}

/* What so many cases could show at all. */
static void power(struct ev_html *h, const struct ev_gate_row *r)
{
	struct ev_buf text = EV_BUF_INIT;

	if (r->passing < 0 || r->outcome == EV_OUT_PASS)
		return;
	ev_page_number(&text, r->passing);
	if (r->passing <= 0 || r->passing >= 1)
		ev_html_element(h, "div", "small", "among so few cases only a "
				"device without any error would pass");
	else
		ev_html_element(h, "div", "small", "among so many cases a true "
				"share of %s would pass four times in five",
				text.ptr);
	ev_buf_release(&text);
}

static void why_cell(struct ev_html *h, const struct ev_gate_row *r)
{
	struct ev_buf text = EV_BUF_INIT;

	ev_html_open(h, "td");
	ev_html_text(h, "%s", r->reason ? r->reason : "");
	power(h, r);
	if (r->adjusted_p >= 0 && !r->low_n) {
		ev_page_p(&text, r->adjusted_p);
		ev_html_element(h, "div", "small", "p %s that a subgroup at "
				"the limit looks so bad, adjusted for their "
				"number", text.ptr);
	}
	ev_html_close(h, "td");
	ev_buf_release(&text);
}

static void measured_cell(struct ev_html *h, const struct ev_evaluation *e,
			  const struct ev_gate_row *r)
{
	struct ev_plot_line line = { .limit = (double)NAN };

	ev_page_limits(&line, e, r);
	ev_page_cell(h, &r->observed, line.limit);
}

static void level_cell(struct ev_html *h, const struct ev_gate_row *r)
{
	struct ev_buf text = EV_BUF_INIT;

	if (ev_page_has_interval(&r->observed))
		ev_page_level(&text, r->observed.level);
	else
		ev_buf_adds(&text, "none");
	ev_html_element(h, "td", "number", "%s", text.ptr);
	ev_buf_release(&text);
}

static void gate_line(struct ev_html *h, const struct ev_evaluation *e,
		      const struct ev_gate_row *r)
{
	const struct ev_gate *g = gate_of(e, r);
	struct ev_buf text = EV_BUF_INIT;
	const char *tier = ev_tier_name(r->tier);

	ev_html_open(h, "tr");
	ev_html_open(h, "td");
	ev_page_outcome(h, r->outcome);
	ev_html_close(h, "td");
	ev_html_open(h, "th");
	ev_html_attr(h, "scope", "row");
	ev_html_text(h, "%s", g->id);
	small(h, "hazard", g->hazard);
	small(h, "claim", g->claim);
	small(h, "tier", tier);
	ev_html_close(h, "th");
	ev_html_open(h, "td");
	ev_page_metric(&text, e->suite, request_of(e, r));
	ev_html_text(h, "%s", text.ptr);
	if (g->statistic == EV_OF_MAX_GAP)
		ev_html_element(h, "div", "small", "largest difference "
				"between two subgroups");
	else if (g->compare != EV_CMP_NONE)
		ev_html_element(h, "div", "small", "candidate less %s",
				r->against ? r->against : "reference");
	ev_html_close(h, "td");
	ev_html_element(h, "td", NULL, "%s", r->slice_name ? r->slice_name :
			"");
	measured_cell(h, e, r);
	level_cell(h, r);
	limit_cell(h, e, r);
	why_cell(h, r);
	ev_html_close(h, "tr");
	ev_buf_release(&text);
}

static void gate_table(struct ev_html *h, const struct ev_evaluation *e)
{
	static const char *const head[] = {
		"Outcome", "Gate", "What is measured", "On whom",
		"Estimate (interval)", "Level", "Must hold", "Why",
	};
	int o;
	size_t i;

	ev_page_table(h, "Every gate, the worst first", head,
		      EV_ARRAY_SIZE(head));
	for (o = EV_OUT_FAIL; o >= EV_OUT_PASS; o--)
		for (i = 0; i < e->n_rows; i++)
			if ((int)e->rows[i].outcome == o)
				gate_line(h, e, &e->rows[i]);
	ev_page_table_end(h);
}

/* The drawings ------------------------------------------------------------- */

/* Gates on one scale stand together: all shares, all differences of shares,
 * and each other metric by itself. */
struct kind { bool difference, share; enum ev_metric metric; };

static bool kind_of(struct kind *k, const struct ev_evaluation *e,
		    const struct ev_gate_row *r)
{
	enum ev_metric m = request_of(e, r)->metric;

	k->difference = gate_of(e, r)->compare != EV_CMP_NONE &&
		gate_of(e, r)->compare != EV_CMP_NO_NEW_HARM;
	k->share = ev_page_is_share(m);
	k->metric = k->share ? EV_M__COUNT : m;
	return !ev_metric_info(m)->count;
}

static bool same(const struct kind *a, const struct kind *b)
{
	return a->difference == b->difference && a->share == b->share &&
		a->metric == b->metric;
}

static void add_line(struct ev_page_lines *l, const struct ev_evaluation *e,
		     const struct ev_gate_row *r)
{
	struct ev_buf label = EV_BUF_INIT, note = EV_BUF_INIT;
	struct ev_plot_line limits = { .limit = (double)NAN,
				       .limit2 = (double)NAN };
	struct ev_plot_line *line;

	ev_buf_addf(&label, "%s ", gate_of(e, r)->id);
	place_of(&label, r);
	ev_page_limits(&limits, e, r);
	ev_page_estimate(&note, &r->observed, limits.limit);
	line = ev_page_line(l, label.ptr, &r->observed, note.ptr);
	line->limit = limits.limit;
	line->limit2 = limits.limit2;
	line->asked = limits.asked;
	line->outcome = ev_outcome_word(r->outcome);
	ev_buf_release(&label);
	ev_buf_release(&note);
}

static void title_of(struct ev_buf *out, const struct kind *k)
{
	const char *what = k->share ? "Shares" : ev_metric_info(k->metric)->title;

	if (k->difference && k->share)
		ev_buf_adds(out, "Differences of shares, candidate less "
			    "reference");
	else if (k->difference)
		ev_buf_addf(out, "%s: difference, candidate less reference",
			    what);
	else
		ev_buf_addf(out, "%s, against their limits", what);
}

static void draw(struct ev_html *h, const struct ev_evaluation *e,
		 const struct kind *kind)
{
	struct ev_buf title = EV_BUF_INIT;
	struct ev_page_lines l;
	struct ev_plot_axis axis;
	struct kind k;
	size_t i, left = 0;
	int o;

	ev_page_lines_init(&l);
	for (o = EV_OUT_FAIL; o >= EV_OUT_PASS; o--)
		for (i = 0; i < e->n_rows; i++) {
			const struct ev_gate_row *r = &e->rows[i];

			if ((int)r->outcome != o || !kind_of(&k, e, r) ||
			    !same(&k, kind))
				continue;
			if (l.n < DRAWN_MAX)
				add_line(&l, e, r);
			else
				left++;
		}
	title_of(&title, kind);
	ev_page_axis(&axis, &l, kind->share && !kind->difference,
		     kind->difference ? "worse or better than the reference" :
		     "estimate and interval");
	if (kind->difference) {
		axis.base = 0;
		axis.low = fmin(axis.low, -0.01);
		axis.high = fmax(axis.high, 0.01);
		axis.title = "difference, candidate less reference";
	}
	ev_plot_forest(h, title.ptr, "Each line is a gate: a mark for the "
		       "estimate, a bar for its interval, a shaded band where "
		       "it must lie, and the outcome as a word.  The table "
		       "below has the same numbers.", l.items, l.n, &axis);
	if (left)
		ev_html_element(h, "p", "small", "%zu more gates of this kind "
				"are not drawn; the table has them.", left);
	ev_page_lines_release(&l);
	ev_buf_release(&title);
}

static void drawings(struct ev_html *h, const struct ev_evaluation *e)
{
	struct kind *seen = ev_calloc(e->n_rows + 1, sizeof(*seen)), k;
	size_t i, j, n = 0;

	for (i = 0; i < e->n_rows; i++) {
		if (!kind_of(&k, e, &e->rows[i]))
			continue;
		for (j = 0; j < n && !same(&seen[j], &k); j++)
			;
		if (j < n)
			continue;
		seen[n++] = k;
		draw(h, e, &k);
	}
	free(seen);
}

void ev_page_gates(struct ev_html *h, const struct ev_evaluation *e)
{
	ev_page_section(h, "gates", "Gates", "What must hold. A gate is judged "
			"on the end of the interval that its limit names, not "
			"on the estimate alone: the whole bar has to lie in "
			"the shaded band, unless the gate says otherwise.");
	drawings(h, e);
	gate_table(h, e);
	ev_page_section_end(h);
}
