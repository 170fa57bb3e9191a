#include "base/compat.h"

#include "clinical/page_internal.h"

#include <math.h>

static void check(struct ev_html *h, const char *name, const char *found,
		  const char *means)
{
	ev_html_open(h, "tr");
	ev_page_name(h, "%s", name);
	ev_html_element(h, "td", "number", "%s", found);
	ev_html_element(h, "td", NULL, "%s", means);
	ev_html_close(h, "tr");
}

static void counted(struct ev_html *h, const char *name, size_t n, size_t of,
		    const char *means)
{
	struct ev_buf text = EV_BUF_INIT;

	ev_buf_addf(&text, "%zu of %zu", n, of);
	check(h, name, text.ptr, means);
	ev_buf_release(&text);
}

static void confident(struct ev_html *h, const char *name, size_t n,
		      const struct ev_estimate *rate, const char *means)
{
	struct ev_buf text = EV_BUF_INIT;

	ev_buf_addf(&text, "%zu", n);
	if (!(rate->flags & EV_STAT_UNDEFINED)) {
		ev_buf_adds(&text, ", share ");
		ev_page_estimate(&text, rate, (double)NAN);
	}
	check(h, name, text.ptr, means);
	ev_buf_release(&text);
}

static void drift(struct ev_html *h, const char *name, double x,
		  const char *means)
{
	struct ev_buf text = EV_BUF_INIT;

	if (!(x >= 0))
		return;
	ev_page_number(&text, x);
	check(h, name, text.ptr, means);
	ev_buf_release(&text);
}

static void gathered(struct ev_html *h, const struct ev_concentration *c)
{
	struct ev_buf text = EV_BUF_INIT;

	if (!c->member)
		return;
	ev_buf_addf(&text, "%s=%s: %zu of %zu, where ", c->slice, c->member,
		    c->missed, c->of);
	ev_page_number(&text, c->expected * (double)c->of);
	ev_buf_adds(&text, " were to be expected (p ");
	ev_page_p(&text, c->p);
	ev_buf_addc(&text, ')');
	check(h, "Where misses gather", text.ptr, "a site or device that "
	      "misses more than its part");
	ev_buf_release(&text);
}

static void modes(struct ev_html *h, const struct ev_evaluation *e)
{
	static const char *const head[] = { "Check", "Found", "Why it is looked "
		"for" };
	const struct ev_checks *k = &e->checks;
	const struct ev_flow *f = &e->cohort->flow;
	size_t scored = (size_t)(f->analysed - f->no_score - f->abstained);
	struct ev_buf text = EV_BUF_INIT;

	ev_page_table(h, "Failure modes", head, EV_ARRAY_SIZE(head));
	check(h, "Area too good to be true", k->leak_suspected ?
	      "yes: above 0.999" : "no", "the predictions may know the "
	      "label");
	ev_page_number(&text, k->stuck_score);
	ev_buf_addf(&text, " in %zu of %zu", k->stuck, scored);
	if (k->stuck)
		check(h, "Commonest score", text.ptr, "a device that is stuck "
		      "answers the same to everybody");
	if (e->suite->dataset.score_kind == EV_SCORE_PROBABILITY) {
		counted(h, "Saturated probabilities", k->saturated, scored,
			"practically 0 or 1: surer than any data can be");
		confident(h, "Sure and missed", k->confident_fn,
			  &k->confident_fn_rate, "with the condition, and "
			  "given less than 0.05");
		confident(h, "Sure and called for nothing", k->confident_fp,
			  &k->confident_fp_rate, "without the condition, and "
			  "given more than 0.95");
	}
	gathered(h, &k->concentration);
	drift(h, "Population stability index", k->psi, "how far the scores "
	      "moved from the previous version's; above 0.25 is much");
	drift(h, "Kolmogorov-Smirnov distance", k->ks, "the same as greatest "
	      "distance, from 0 to 1");
	ev_page_table_end(h);
	ev_buf_release(&text);
}

static void worst(struct ev_html *h, const struct ev_evaluation *e)
{
	static const char *const head[] = { "Row", "Truth", "Score", "Loss" };
	const struct ev_cohort *c = e->cohort;
	char id[EV_MISS_ID];
	size_t i;

	ev_page_table(h, "The rows that are most wrong", head,
		      EV_ARRAY_SIZE(head));
	for (i = 0; i < e->checks.n_worst; i++) {
		const struct ev_miss *m = &e->checks.worst[i];

		if (m->row >= c->n || ev_miss_id(id, e, m->row) < 0)
			continue;
		ev_html_open(h, "tr");
		ev_html_open(h, "th");
		ev_html_attr(h, "scope", "row");
		ev_html_element(h, "code", NULL, "%s", id);
		ev_html_close(h, "th");
		ev_html_element(h, "td", NULL, "%s", c->label[m->row] ?
				"with the condition" : "without it");
		ev_page_value(h, c->score[m->row]);
		ev_page_value(h, m->loss);
		ev_html_close(h, "tr");
	}
	ev_page_table_end(h);
	ev_html_element(h, "p", "small", "A row is named by the beginning of "
			"the SHA-256 of the suite's digest and its key, so "
			"that who has the data finds it and nobody else learns "
			"who it is.");
}

void ev_page_checks(struct ev_html *h, const struct ev_evaluation *e)
{
	ev_page_section(h, "checks", "Signs of trouble", "What is always "
			"looked for, whatever the suite asks.");
	if (e->suite->dataset.label_kind != EV_LABEL_BINARY || !e->cohort->n)
		ev_html_element(h, "p", NULL, "These checks are made where "
				"there are two classes and at least one row.");
	else
		modes(h, e);
	if (e->checks.n_worst)
		worst(h, e);
	ev_page_section_end(h);
}
