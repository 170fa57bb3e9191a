#include "base/compat.h"

#include "gate/records.h"

#include "base/mem.h"

#define DAY ((int64_t)86400)

/* Which count ------------------------------------------------------------- */

/* Only what says the suite of the policy in force; the others keep nothing
 * from counting either. */
static void hold_to_suite(struct ev_cands *l, struct ev_why *why,
			  const struct ev_report_rule *rule)
{
	const char *digest;
	size_t i, n = 0;

	for (i = 0; i < l->n; i++) {
		digest = ev_report_suite(l->items[i].predicate);
		if (ev_streq(digest, rule->file->digest))
			l->items[n++] = l->items[i];
		else
			ev_why_add(why, digest ? "its suite differs from the "
				   "policy in force (record %.12s)" :
				   "it does not say the digest of its suite "
				   "(record %.12s)",
				   l->items[i].line->record.id);
	}
	l->n = n;
}

static int find(struct ev_record_rule *r, struct ev_why *why,
		struct ev_case *c, const struct ev_places *places)
{
	const struct ev_report_rule *rule = r->report;
	struct ev_cands l = EV_CANDS_INIT;
	const struct ev_place *p;
	size_t i;
	int ret;

	ev_cands_add(&l, &c->lines, c->has_commit ? &c->commit : NULL,
		     r->kind, rule->suite, &rule->by, &c->policy->trust);
	for (i = 0; i < places->n; i++) {
		p = &places->items[i];
		if (p->allowed[rule - c->req->reports])
			ev_cands_add(&l, &c->others[p->lines], &p->commit,
				     r->kind, rule->suite, &rule->by,
				     &c->policy->trust);
	}
	ret = ev_cands_unite(&l, c);
	if (ret == 0) {
		hold_to_suite(&l, why, rule);
		ev_cands_supersede(&l);
		ev_picks_take(&r->picks, &l);
	}
	ev_cands_release(&l);
	return ret;
}

static int64_t age_at(int64_t at, const struct ev_pick *p)
{
	int64_t age = at - p->line->record.signed_at;

	return age > 0 ? age : 0;
}

static int64_t age_of(const struct ev_case *c, const struct ev_pick *p)
{
	return age_at(c->q->now, p);
}

static bool too_old(int64_t at, const struct ev_report_rule *rule,
		    const struct ev_pick *p)
{
	int64_t age = age_at(at, p);

	return rule->max_age_days >= 0 && age > 0 &&
	       (age - 1) / DAY >= rule->max_age_days;
}

/* A bad result does not get better with time, a good one goes stale. */
static const struct ev_pick *newest(const struct ev_picks *picks)
{
	const struct ev_pick *best = &picks->items[0];
	size_t i;

	for (i = 1; i < picks->n; i++)
		if (picks->items[i].line->record.signed_at >
		    best->line->record.signed_at)
			best = &picks->items[i];
	return best;
}

bool ev_report_aged(const struct ev_record_rule *r, int64_t at)
{
	return r->report && r->picks.n &&
		too_old(at, r->report, newest(&r->picks));
}

/* Words ------------------------------------------------------------------- */

static void tell_pass(struct ev_buf *out, const struct ev_case *c,
		      const struct ev_pick *p)
{
	const struct ev_value *gates = ev_report_gates(p);
	int64_t days = age_of(c, p) / DAY;

	if (gates && gates->n)
		ev_buf_addf(out, "%zu gate%s, ", gates->n,
			    gates->n == 1 ? "" : "s");
	ev_buf_addf(out, "%lld day%s old", (long long)days,
		    days == 1 ? "" : "s");
}

static void tell_age(struct ev_buf *out, const struct ev_case *c,
		     const struct ev_report_rule *rule,
		     const struct ev_pick *p)
{
	int64_t days = age_of(c, p) / DAY;

	ev_buf_addf(out, "%s%lld day%s old, at most %lld",
		    days > rule->max_age_days ? "" : "more than ",
		    (long long)days, days == 1 ? "" : "s",
		    (long long)rule->max_age_days);
}

/* "git evidence validate REV --suite PATH --attach", as a shell reads it. */
static void add_command(struct ev_buf *out, const char *name,
			const struct ev_report_rule *rule)
{
	const char *path = rule->file->path;
	bool plain = !path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJK"
				  "LMNOPQRSTUVWXYZ0123456789._/-")];

	ev_buf_addf(out, "git evidence validate %s --suite %s%s%s --attach",
		    name, plain ? "" : "'", path, plain ? "" : "'");
}

static char *attach_hint(const struct ev_case *c,
			 const struct ev_report_rule *rule,
			 const struct ev_pick *p)
{
	struct ev_buf hint = EV_BUF_INIT;
	char name[EV_OID_HEX + 1];

	if (!p || ev_oid_eq(&p->line->record.tree, &c->tree))
		snprintf(name, sizeof(name), "%s", c->label);
	else
		ev_repo_short(name, c->repo, &p->commit);
	add_command(&hint, name, rule);
	if (p)
		ev_buf_addf(&hint, " --supersede %.12s --because '<reason>'",
			    p->line->record.id);
	return ev_words_by(ev_buf_detach(&hint, NULL), &rule->by);
}

/* The rule ---------------------------------------------------------------- */

static void review(struct ev_record_rule *r, const struct ev_case *c)
{
	const struct ev_pick *p;
	size_t i;

	for (i = 0; i < r->picks.n; i++) {
		p = &r->picks.items[i];
		if (ev_pick_outcome(p) == EV_REVIEW)
			ev_report_open(&r->open, r->rule, p);
	}
	ev_strs_sort(&r->open);
	ev_strs_uniq(&r->open);
	r->hint = ev_words_clear_open(c, r->rule, &r->open,
				      &r->report->review_by);
}

static void missing(struct ev_record_rule *r, struct ev_case *c,
		    struct ev_why *why)
{
	const struct ev_report_rule *rule = r->report;
	struct ev_buf text = EV_BUF_INIT;

	ev_why_lines(why, &c->lines, r->kind, rule->suite, &rule->by);
	ev_buf_addf(&text, "no report of suite '%s' for %s", rule->suite,
		    c->label);
	ev_why_tell(&text, why, &rule->by);
	r->outcome = ev_case_missing(c);
	r->detail = ev_buf_detach(&text, NULL);
	r->hint = ev_words_missing(c, attach_hint(c, rule, NULL));
}

static void conclude(struct ev_record_rule *r, struct ev_case *c)
{
	const struct ev_report_rule *rule = r->report;
	const struct ev_pick *p = &r->picks.items[0], *last;
	struct ev_buf text = EV_BUF_INIT;

	r->outcome = ev_pick_outcome(p);
	last = newest(&r->picks);
	if (r->outcome < EV_FAIL && too_old(c->q->now, rule, last)) {
		r->outcome = EV_FAIL;
		tell_age(&text, c, rule, last);
		ev_words_record(&text, c, last);
		r->hint = attach_hint(c, rule, NULL);
	} else if (r->outcome == EV_PASS) {
		tell_pass(&text, c, p);
		ev_words_record(&text, c, p);
	} else {
		if (*p->denied)
			ev_buf_adds(&text, p->denied);
		else if (p->outcome == EV_PASS && p->post_hoc)
			ev_buf_adds(&text, "its suite came into the policy "
				    "after the predictions were known");
		else if (p->outcome == EV_PASS)
			ev_buf_adds(&text, "a re-run: passes after a worse "
				    "result of the same suite and data");
		else
			ev_words_gates(&text, p);
		ev_words_record(&text, c, p);
		ev_words_more(&text, &r->picks);
		if (r->outcome == EV_REVIEW)
			review(r, c);
		else
			r->hint = attach_hint(c, rule, p);
	}
	r->detail = ev_buf_detach(&text, NULL);
}

/* Where there may be one that is not seen here, nothing is decided by what is;
 * but a failure that is seen is one. */
static void hedge(struct ev_record_rule *r)
{
	char *detail = r->detail;

	if (r->picks.n && r->outcome == EV_FAIL)
		return;
	r->outcome = EV_INCOMPLETE;
	r->detail = ev_strdupf("%s; not all commits where one may lie are "
			       "here", detail);
	free(detail);
}

void ev_report_again(struct ev_record_rule *r, struct ev_case *c)
{
	free(r->detail);
	free(r->hint);
	r->detail = r->hint = NULL;
	ev_strs_release(&r->open);
	conclude(r, c);
	if (r->unsure)
		hedge(r);
}

int ev_report_gather(struct ev_record_rule *r, struct ev_case *c,
		     const struct ev_places *places)
{
	struct ev_why why = { 0, 0, false, NULL, NULL };
	int ret;

	ret = find(r, &why, c, places);
	if (ret == 0)
		ret = ev_report_posthoc(r, c);
	if (ret == 0)
		ret = ev_report_synthetic(r, c);
	if (ret == 0 && r->picks.n)
		conclude(r, c);
	else if (ret == 0)
		missing(r, c, &why);
	r->unsure = r->report->may_change.n && places->unsure;
	if (ret == 0 && r->unsure)
		hedge(r);
	ev_why_release(&why);
	return ret;
}
