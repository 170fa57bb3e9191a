#include "base/compat.h"

#include "clinical/page_internal.h"

#define REASONS_MAX 50u

static const char *sentence(enum ev_outcome_word o)
{
	switch (o) {
	case EV_OUT_PASS:
		return "Every gate of the suite holds.";
	case EV_OUT_REVIEW:
		return "Nothing failed, but not all of it can pass without a "
			"person who looks at it.";
	case EV_OUT_INCOMPLETE:
		return "The data cannot answer all that the suite asks.";
	case EV_OUT_FAIL:
		break;
	}
	return "The candidate does not meet the suite.";
}

static const char *to_do(enum ev_outcome_word o)
{
	switch (o) {
	case EV_OUT_PASS:
		return "Read the limitations and the subgroups; then approve "
			"the release, or do not. This page does not approve "
			"it.";
	case EV_OUT_REVIEW:
		return "Look at each gate marked review and at any reason "
			"below, decide, and sign the decision with its "
			"grounds. Until then the result does not count as a "
			"pass.";
	case EV_OUT_INCOMPLETE:
		return "Supply what is missing (more rows, the other version's "
			"predictions, missing answers) and measure again. "
			"Until then nothing can be concluded, neither good "
			"nor bad.";
	case EV_OUT_FAIL:
		break;
	}
	return "Do not release it as it is. Find out why with the gates marked "
		"fail, mend the device and measure again, or have a waiver "
		"signed where the policy allows one. Do not change limits to "
		"fit this result.";
}

static void counts(struct ev_html *h, const struct ev_evaluation *e)
{
	size_t n[EV_OUT_FAIL + 1] = { 0 }, i;
	int o;

	for (i = 0; i < e->n_rows; i++)
		n[e->rows[i].outcome]++;
	ev_html_open(h, "ul");
	ev_html_attr(h, "class", "counts");
	for (o = EV_OUT_FAIL; o >= EV_OUT_PASS; o--) {
		if (!n[o])
			continue;
		ev_html_open(h, "li");
		ev_html_element(h, "strong", NULL, "%zu", n[o]);
		ev_html_text(h, " ");
		ev_page_outcome(h, (enum ev_outcome_word)o);
		ev_html_close(h, "li");
	}
	ev_html_close(h, "ul");
}

static bool is_of(const char *reason, const char *id)
{
	return ev_starts_with(reason, id) && reason[strlen(id)] == ':';
}

/* Reasons of gates stand in the order of these and are told with them. */
static void other_reasons(struct ev_strs *out, const struct ev_evaluation *e)
{
	size_t i, k = 0;

	for (i = 0; i < e->reasons.n; i++) {
		size_t at = k;

		while (at < e->n_rows &&
		       !is_of(e->reasons.items[i],
			      e->suite->gates[e->rows[at].gate].id))
			at++;
		if (at < e->n_rows)
			k = at;
		else
			ev_strs_add(out, e->reasons.items[i]);
	}
}

static void reasons(struct ev_html *h, const struct ev_evaluation *e)
{
	struct ev_strs l = EV_STRS_INIT;
	size_t i;

	other_reasons(&l, e);
	if (l.n) {
		ev_html_element(h, "h3", NULL, "Reasons beside the gates");
		ev_html_open(h, "ul");
		for (i = 0; i < l.n && i < REASONS_MAX; i++)
			ev_html_element(h, "li", NULL, "%s", l.items[i]);
		if (i < l.n)
			ev_html_element(h, "li", NULL, "and %zu more, in the "
					"JSON report", l.n - i);
		ev_html_close(h, "ul");
	}
	ev_strs_release(&l);
}

static void escalations(struct ev_html *h, const struct ev_evaluation *e)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i, k;

	if (!e->n_triggers)
		return;
	ev_html_element(h, "h3", NULL, "Who else has to agree");
	ev_html_open(h, "ul");
	for (i = 0; i < e->n_triggers; i++) {
		const struct ev_trigger *t = &e->triggers[i];

		ev_buf_clear(&text);
		for (k = 0; t->roles && k < t->roles->n; k++)
			ev_buf_addf(&text, "%s%s", k ? ", " : "",
				    t->roles->items[k]);
		ev_html_open(h, "li");
		ev_html_element(h, "strong", NULL, "%s", text.len ? text.ptr :
				"nobody is named");
		ev_html_text(h, ": %s (rule: %s)", t->why ? t->why : "",
			     t->when ? t->when : "");
		ev_html_close(h, "li");
	}
	ev_html_close(h, "ul");
	ev_buf_release(&text);
}

void ev_page_verdict(struct ev_html *h, const struct ev_evaluation *e)
{
	ev_html_open(h, "section");
	ev_html_attr(h, "class", "verdict %s", ev_outcome_word(e->outcome));
	ev_html_attr(h, "aria-labelledby", "verdict");
	ev_html_open(h, "h2");
	ev_html_attr(h, "id", "verdict");
	ev_html_text(h, "Verdict: ");
	ev_page_outcome(h, e->outcome);
	ev_html_close(h, "h2");
	ev_html_element(h, "p", "sentence", "%s", sentence(e->outcome));
	counts(h, e);
	ev_html_open(h, "p");
	ev_html_element(h, "strong", NULL, "What to do: ");
	ev_html_text(h, "%s", to_do(e->outcome));
	ev_html_close(h, "p");
	escalations(h, e);
	reasons(h, e);
	ev_html_close(h, "section");
}
