#include "base/compat.h"

#include "gate/records.h"

#include "base/mem.h"

#define NAME_MAX_SHOWN 60

static int64_t count(const struct ev_value *p, const char *word)
{
	int64_t n;

	return ev_value_int(ev_get(ev_get(p, "tests"), word), &n) && n > 0 &&
	       n < 1000000000 ? n : 0;
}

static void first_name(struct ev_buf *out, const struct ev_value *names)
{
	if (!names || names->type != EV_LIST || !names->n ||
	    names->items[0]->type != EV_STRING)
		return;
	ev_buf_addf(out, "%s '", names->n > 1 ? ", first" : ":");
	ev_words_clip(out, names->items[0]->text, NAME_MAX_SHOWN);
	ev_buf_addc(out, '\'');
}

/* "3 of 120 tests failed"; false if it does not say how many. */
static bool tell_count(struct ev_buf *out, const struct ev_value *p,
		       const char *word, const char *list, const char *verb)
{
	int64_t all = count(p, "passed") + count(p, "failed") +
		count(p, "warned");
	const struct ev_value *names = ev_get(p, list);
	int64_t n = count(p, word);

	if (!n && names && names->type == EV_LIST)
		n = (int64_t)names->n;
	if (!n)
		return false;
	ev_buf_addf(out, "%lld ", (long long)n);
	if (all > n)
		ev_buf_addf(out, "of %lld ", (long long)all);
	ev_buf_addf(out, "test%s %s", n == 1 && all <= n ? "" : "s", verb);
	if (strcmp(word, "passed"))
		first_name(out, names);
	return true;
}

static void tell_failed(struct ev_buf *out, const struct ev_value *p)
{
	int64_t status;

	if (tell_count(out, p, "failed", "failedTests", "failed"))
		return;
	ev_buf_adds(out, "failed");
	if (ev_value_int(ev_get(p, "exitStatus"), &status) && status)
		ev_buf_addf(out, " with status %lld", (long long)status);
}

static void tell(struct ev_buf *out, const struct ev_pick *p)
{
	switch (p->outcome) {
	case EV_PASS:
		if (p->rerun)
			ev_buf_adds(out, "a re-run: passed after a worse "
				    "result for the same content");
		else if (!tell_count(out, p->predicate, "passed",
				     "passedTests", "passed"))
			ev_buf_adds(out, "passed");
		return;
	case EV_REVIEW:
		if (!tell_count(out, p->predicate, "warned", "warnedTests",
				"warned"))
			ev_buf_adds(out, "ended with a warning");
		return;
	default:
		tell_failed(out, p->predicate);
	}
}

static void missing(struct ev_record_rule *r, struct ev_case *c)
{
	const struct ev_test_rule *t = r->test;
	struct ev_buf text = EV_BUF_INIT;
	struct ev_why why = { 0, 0, false, NULL, NULL };

	ev_why_lines(&why, &c->lines, EV_KIND_TEST, t->name, &t->by);
	ev_buf_addf(&text, "no test '%s' for %s", t->name, c->label);
	ev_why_tell(&text, &why, &t->by);
	r->outcome = ev_case_missing(c);
	r->detail = ev_buf_detach(&text, NULL);
	r->hint = ev_strdupf("git evidence run %s --name %s -- COMMAND",
			     c->label, t->name);
	r->hint = ev_words_missing(c, ev_words_by(r->hint, &t->by));
	ev_why_release(&why);
}

int ev_test_gather(struct ev_record_rule *r, struct ev_case *c)
{
	const struct ev_test_rule *t = r->test;
	struct ev_buf text = EV_BUF_INIT;
	const struct ev_pick *worst;
	int ret;

	ret = ev_picks_add(&r->picks, c, &c->lines, EV_KIND_TEST, t->name,
			   &t->by);
	if (ret < 0)
		return ret;
	if (!r->picks.n) {
		missing(r, c);
		return 0;
	}
	worst = &r->picks.items[0];
	r->outcome = ev_pick_outcome(worst);
	tell(&text, worst);
	ev_words_record(&text, c, worst);
	ev_words_more(&text, &r->picks);
	r->detail = ev_buf_detach(&text, NULL);
	if (r->outcome == EV_REVIEW) {
		ev_strs_add(&r->open, r->rule);
		r->hint = ev_words_clear(c, r->rule, NULL);
	} else if (r->outcome != EV_PASS) {
		r->hint = ev_strdupf("git evidence run %s --name %s "
				     "--supersede %.12s --because '<reason>' "
				     "-- COMMAND", c->label, t->name,
				     worst->line->record.id);
		r->hint = ev_words_by(r->hint, &t->by);
	}
	return 0;
}
