#include "base/compat.h"

#include "synth/guard_page.h"

#include <math.h>

#include "base/mem.h"

static const char *sentence(enum ev_outcome_word o)
{
	switch (o) {
	case EV_OUT_PASS:
		return "The cohort is what its pack declares, as far as these "
			"guardrails can tell.";
	case EV_OUT_REVIEW:
		return "Nothing failed, but a person has to look at what is "
			"marked review.";
	case EV_OUT_INCOMPLETE:
		return "Not all that is asked can be told from what is here.";
	case EV_OUT_FAIL:
		break;
	}
	return "The cohort is not what its pack declares, or something in it "
		"should not be there.";
}

static void verdict(struct ev_html *h, const struct ev_guards *g)
{
	ev_html_open(h, "section");
	ev_html_attr(h, "class", "verdict %s", ev_outcome_word(g->outcome));
	ev_html_open(h, "h2");
	ev_page_outcome(h, g->outcome);
	ev_html_close(h, "h2");
	ev_html_element(h, "p", "sentence", "%s", sentence(g->outcome));
	ev_html_element(h, "p", NULL, "Leaks: %s.", g->leak);
	ev_html_element(h, "p", "says", "Distances and attacks of this kind "
			"find some leaks. That they find none does not show "
			"that there is none.");
	ev_html_close(h, "section");
}

static void header(struct ev_html *h, const struct ev_guard_inputs *in)
{
	const struct ev_pack *p = in->source->pack;

	ev_html_open(h, "header");
	ev_html_element(h, "h1", NULL, "Synthetic cohort: %s", p->title ?
			p->title : p->id);
	ev_html_element(h, "p", NULL, "Pack %s %s, seed %llu, %llu patients. "
			"All of them are invented.", p->id, p->version,
			(unsigned long long)in->source->seed,
			(unsigned long long)in->source->patients);
	ev_html_close(h, "header");
}

static void contents(struct ev_html *h)
{
	static const char *const parts[][2] = {
		{ "guardrails", "Guardrails" },
		{ "distributions", "Distributions" },
		{ "scenarios", "Scenarios" }, { "tuples", "Combinations" },
		{ "inputs", "Inputs" },
	};
	size_t i;

	ev_html_open(h, "nav");
	ev_html_attr(h, "aria-label", "Contents");
	ev_html_open(h, "ul");
	for (i = 0; i < EV_ARRAY_SIZE(parts); i++) {
		ev_html_open(h, "li");
		ev_html_open(h, "a");
		ev_html_attr(h, "href", "#%s", parts[i][0]);
		ev_html_text(h, "%s", parts[i][1]);
		ev_html_close(h, "a");
		ev_html_close(h, "li");
	}
	ev_html_close(h, "ul");
	ev_html_close(h, "nav");
}

static void limit_cell(struct ev_html *h, const struct ev_guard *g)
{
	struct ev_buf text = EV_BUF_INIT;

	if (g->limit == g->limit) {
		ev_buf_adds(&text, g->at_least ? "\u2265 " : "\u2264 ");
		ev_page_number(&text, g->limit);
	}
	if (g->limit == g->limit && g->review == g->review &&
	    g->review != g->limit) {
		ev_buf_adds(&text, ", review to ");
		ev_page_number(&text, g->review);
	}
	ev_html_element(h, "td", "number whole", "%s", text.ptr);
	ev_buf_release(&text);
}

static void row(struct ev_html *h, const struct ev_guard *g)
{
	ev_html_open(h, "tr");
	ev_page_name(h, "%s", g->id);
	ev_html_open(h, "td");
	if (g->not_applicable)
		ev_html_text(h, "not applicable");
	else
		ev_page_outcome(h, g->outcome);
	ev_html_close(h, "td");
	if (g->value == g->value)
		ev_page_value(h, g->value);
	else
		ev_html_element(h, "td", NULL, "%s", g->undefined ?
				"not defined" : "");
	limit_cell(h, g);
	ev_html_element(h, "td", NULL, "%s", g->says);
	ev_html_close(h, "tr");
}

/* Those of one kind: the worst stand first on the page. */
static bool is_of(const struct ev_guard *g, int kind)
{
	return kind == 0 ? g->outcome != EV_OUT_PASS :
		kind == 1 ? g->outcome == EV_OUT_PASS && !g->not_applicable :
		g->not_applicable;
}

static void table(struct ev_html *h, const struct ev_guards *g, int kind,
		  const char *caption)
{
	static const char *const head[] = {
		"Guardrail", "Outcome", "Value", "Passes", "What it says",
	};
	enum ev_outcome_word o;
	size_t i, n = 0;

	for (i = 0; i < g->n; i++)
		n += is_of(&g->items[i], kind);
	if (!n)
		return;
	ev_page_table(h, caption, head, EV_ARRAY_SIZE(head));
	for (o = EV_OUT_FAIL;; o--) {
		for (i = 0; i < g->n; i++)
			if (is_of(&g->items[i], kind) &&
			    g->items[i].outcome == o)
				row(h, &g->items[i]);
		if (o == EV_OUT_PASS)
			break;
	}
	ev_page_table_end(h);
}

static void guardrails(struct ev_html *h, const struct ev_guards *g)
{
	ev_page_section(h, "guardrails", "Guardrails", "Each is a number, the "
			"limit it was judged by and what came of it. What is "
			"not defined is no pass.");
	table(h, g, 0, "To be looked at");
	table(h, g, 1, "Passed");
	table(h, g, 2, "Not applicable");
	ev_page_section_end(h);
}

static void scenarios(struct ev_html *h, const struct ev_check *c)
{
	static const char *const head[] = {
		"Scenario", "Risk", "Asked for", "There", "Hazards",
	};
	const struct ev_pack *p = c->p;
	struct ev_buf hazards = EV_BUF_INIT;
	size_t i, k, seen;

	ev_page_section(h, "scenarios", "Scenarios", "Quotas are exact: what "
			"is asked for has to be there.");
	ev_page_table(h, "Patients by scenario", head, EV_ARRAY_SIZE(head));
	for (i = 0; i < p->n_scenarios; i++) {
		for (k = 0, seen = 0; k < c->t->n; k++)
			seen += c->scenario[k] == i;
		ev_buf_clear(&hazards);
		for (k = 0; k < p->scenarios[i].hazards.n; k++)
			ev_buf_addf(&hazards, "%s%s", k ? ", " : "",
				    p->scenarios[i].hazards.items[k]);
		ev_html_open(h, "tr");
		ev_page_name(h, "%s", p->scenarios[i].id);
		ev_html_element(h, "td", NULL, "%s",
				ev_risk_name(p->scenarios[i].risk));
		ev_page_count(h, c->s->counts[i]);
		ev_page_count(h, seen);
		ev_html_element(h, "td", NULL, "%s", hazards.ptr);
		ev_html_close(h, "tr");
	}
	ev_page_table_end(h);
	if (c->t->step > 1)
		ev_html_element(h, "p", "small", "One of %llu patients was "
				"looked at.",
				(unsigned long long)c->t->step);
	ev_page_section_end(h);
	ev_buf_release(&hazards);
}

static void tuples(struct ev_html *h, const struct ev_guards *g)
{
	ev_page_section(h, "tuples", "Combinations", NULL);
	if (!g->valid) {
		ev_html_element(h, "p", NULL, "The pack asks for no "
				"combinations of factors.");
	} else {
		ev_html_element(h, "p", NULL, "%llu of %llu possible "
				"combinations occur.",
				(unsigned long long)g->covered,
				(unsigned long long)g->valid);
		if (g->missing_tuples.n) {
			ev_html_element(h, "p", NULL, "These do not%s:",
					g->missing_tuples.n < g->valid -
					g->covered ? ", among others" : "");
			ev_page_list(h, &g->missing_tuples);
		}
	}
	ev_page_section_end(h);
}

static void inputs(struct ev_html *h, const struct ev_guard_inputs *in,
		   const struct ev_guards *g)
{
	const struct ev_pack *p = in->source->pack;

	ev_page_section(h, "inputs", "Inputs", NULL);
	ev_page_table(h, "What this was made from", NULL, 0);
	ev_page_fact(h, "Pack", p->digest);
	ev_page_fact(h, "Owner", p->owner);
	ev_page_fact(h, "Cohort", in->result->digest);
	if (in->reference)
		ev_page_factf(h, "Reference", "sha256:%s, %zu rows; none is "
			      "stored", in->reference->digest,
			      in->reference->n);
	if (in->holdout)
		ev_page_factf(h, "Holdout", "sha256:%s, %zu rows; none is "
			      "stored", in->holdout->digest, in->holdout->n);
	if (g->histograms[0])
		ev_page_factf(h, "Histograms", "sha256:%s", g->histograms);
	ev_page_table_end(h);
	if (p->limitations.n) {
		ev_html_element(h, "h3", NULL, "Limitations");
		ev_page_list(h, &p->limitations);
	}
	if (p->prohibited_uses.n) {
		ev_html_element(h, "h3", NULL, "Not to be used for");
		ev_page_list(h, &p->prohibited_uses);
	}
	ev_page_section_end(h);
}

int ev_guards_page(struct ev_buf *out, const struct ev_guards *g,
		   const struct ev_guard_inputs *in)
{
	struct ev_buf title = EV_BUF_INIT, css = EV_BUF_INIT;
	struct ev_guards copy = *g;
	struct ev_check c;
	struct ev_html h;
	int ret;

	ev_check_open(&c, &copy, in);
	ev_html_init(&h, out);
	ev_buf_addf(&title, "%s: %s %s", ev_outcome_word(g->outcome),
		    c.p->id, c.p->version);
	ev_page_css(&css);
	ev_html_begin(&h, title.ptr, css.ptr);
	header(&h, in);
	ev_html_open(&h, "main");
	verdict(&h, g);
	contents(&h);
	guardrails(&h, g);
	ev_page_distributions(&h, &c);
	scenarios(&h, &c);
	tuples(&h, g);
	inputs(&h, in, g);
	ev_html_close(&h, "main");
	ev_html_open(&h, "footer");
	ev_html_element(&h, "p", NULL, "Made by git-evidence. The manifest of "
			"the cohort has all digits of these numbers.");
	ev_html_close(&h, "footer");
	ret = ev_html_end(&h);
	ev_buf_release(&title);
	ev_buf_release(&css);
	ev_check_close(&c);
	return ret;
}
