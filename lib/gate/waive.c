#include "base/compat.h"

#include "gate/waive.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "data/json.h"
#include "gate/approve_internal.h"
#include "gate/records.h"
#include "gate/waiver.h"

#define DAY ((int64_t)86400)

void ev_waive_view_release(struct ev_waive_view *v)
{
	free(v->detail);
	ev_strs_release(&v->records);
	ev_strs_release(&v->by);
	memset(v, 0, sizeof(*v));
}

/* Words -------------------------------------------------------------------- */

static int check_text(const char *text, const char *what, size_t max)
{
	size_t n = strlen(text);

	/* '<text>' is a hint that was pasted as it is */
	if (!text[strspn(text, " \t\n")] ||
	    (*text == '<' && ev_ends_with(text, ">")))
		return ev_fail(EV_EINVALID, "'%s' is no %s", text, what);
	if (n > max)
		return ev_fail(EV_ELIMIT, "the %s has %zu bytes, over the "
			       "limit of %zu", what, n, max);
	if (!ev_utf8_valid(text, n, NULL))
		return ev_fail(EV_EINVALID, "the %s is not UTF-8", what);
	return 0;
}

static int check_words(const struct ev_waive *a)
{
	int ret = check_text(a->reason, "reason", EV_WAIVE_TEXT_MAX);

	return ret < 0 ? ret : check_text(a->risk, "risk id",
					  EV_WAIVE_RISK_MAX);
}

static int check_end(const struct ev_waive *a, const struct ev_waivable *entry)
{
	int64_t end, last = a->now + entry->max_days * DAY;
	char text[EV_TIME_TEXT];
	int ret;

	if (ev_date_parse(&end, a->expires) < 0)
		return ev_fail(EV_EINVALID, "'%s' is no day, as 2026-09-30 "
			       "is one", a->expires);
	if (end <= a->now)
		return ev_fail(EV_EDENIED, "'%s' has begun: a waiver ends when "
			       "its day begins", a->expires);
	if (end <= last)
		return 0;
	ev_time_format(text, last);
	ret = ev_fail(EV_EDENIED, "a waiver of '%s' may last %lld days, and "
		      "'%s' is later", a->rule, (long long)entry->max_days,
		      a->expires);
	ev_error_hint("--expires %.10s", text);
	return ret;
}

/* The rule ----------------------------------------------------------------- */

static void hint_waivable(const struct ev_cases *cases)
{
	struct ev_strs told = EV_STRS_INIT;
	const struct ev_requirement *q;
	size_t i, k;

	for (i = 0; i < cases->n; i++) {
		q = cases->items[i].req;
		for (k = 0; k < q->nwaivable; k++)
			ev_strs_add(&told, q->waivable[k].rule);
	}
	ev_strs_sort(&told);
	ev_strs_uniq(&told);
	for (i = 0; i < told.n; i++)
		ev_error_hint("git evidence waive %s", told.items[i]);
	if (!told.n)
		ev_error_hint("the policy lets nothing be waived");
	ev_strs_release(&told);
}

static int refuse_rule(const struct ev_cases *cases, const struct ev_waive *a)
{
	int ret = ev_fail(EV_EDENIED, "'%s' cannot be waived for '%s'",
			  a->rule, a->ref);

	hint_waivable(cases);
	return ret;
}

/* Whether that is the one is for ev_draft_check_supersedes() to say. */
static bool is_replaced(const struct ev_waiver *w, const struct ev_waive *a)
{
	return a->supersedes && strlen(a->supersedes) >= 12 &&
	       ev_starts_with(w->line->record.id, a->supersedes);
}

/* One that is there already, and would do. */
static const struct ev_waiver *fitting(const struct ev_case *c,
				       const struct ev_waive *a)
{
	const struct ev_waiver *w;
	size_t i;

	for (i = 0; i < c->nwaivers; i++) {
		w = &c->waivers[i];
		if (w->fits && !strcmp(w->rule, a->rule) && !is_replaced(w, a))
			return w;
	}
	return NULL;
}

static int refuse_second(const struct ev_case *c, const struct ev_waiver *w)
{
	struct ev_buf text = EV_BUF_INIT;
	char *hint;
	size_t i;
	int ret;

	ev_waiver_tell(&text, w);
	ret = ev_fail(EV_EEXISTS, "'%s' is waived already: %s%s%s", w->rule,
		      text.ptr, w->counts ? "" : ", but ",
		      w->counts ? "" : w->reason);
	for (i = 0; i < w->lacks.n; i++) {
		hint = ev_words_approve(c, w->lacks.items[i]);
		ev_error_hint("%s%s%s", hint, ev_waiver_reviewed(c) ?
			      " --clears " : "",
			      ev_waiver_reviewed(c) ? w->rule : "");
		free(hint);
	}
	ev_error_hint("--supersede %.12s --because '<reason>'    # to replace "
		      "it", w->line->record.id);
	ev_buf_release(&text);
	return ret;
}

/*
 * The first case in which the rule can be waived, and has to be: a ref may have
 * several entries, and the rule may hold by some of them.
 */
static struct ev_case *find_case(struct ev_waiver *w, int *err,
				 struct ev_cases *cases,
				 const struct ev_waive *a)
{
	const struct ev_waiver *there = NULL, *one;
	const struct ev_case *where = NULL;
	struct ev_waiver about;
	bool any = false;
	size_t i;

	for (i = 0; i < cases->n; i++) {
		memset(&about, 0, sizeof(about));
		if (!ev_waiver_about(&about, &cases->items[i], a->rule) ||
		    !about.entry)
			continue;
		any = true;
		one = fitting(&cases->items[i], a);
		if (one) {
			there = one;
			where = &cases->items[i];
		}
		if (one || ev_waiver_outcome(&cases->items[i], &about) ==
		    EV_PASS)
			continue;
		*w = about;
		return &cases->items[i];
	}
	if (there)
		*err = refuse_second(where, there);
	else if (any)
		*err = ev_fail(EV_EINVALID, "'%s' holds: there is nothing to "
			       "waive", a->rule);
	else
		*err = refuse_rule(cases, a);
	return NULL;
}

static int check_core(struct ev_case *c)
{
	struct ev_strs core = EV_STRS_INIT, fields = EV_STRS_INIT;
	int ret = 0;

	if (!c->manifests.n)
		return ev_fail(EV_EINVALID, "no manifest of %s counts, and "
			       "that cannot be waived", c->label);
	ev_manifest_lacks(&core, &fields, c);
	if (core.n)
		ret = ev_fail(EV_EDENIED, "what a manifest always says cannot "
			      "be waived: %s", core.items[0]);
	ev_strs_release(&core);
	ev_strs_release(&fields);
	return ret;
}

static int check_outcome(struct ev_case *c, const struct ev_waiver *w,
			 enum ev_outcome outcome)
{
	const char *gate = ev_waiver_forbidden(c, w);
	char *hint;
	int ret;

	if (gate)
		return ev_fail(EV_EDENIED, "gate '%s' can never be waived, "
			       "says '%s'", gate,
			       w->record->report->file->path);
	if (outcome == EV_INCOMPLETE) {
		ret = ev_fail(EV_EINCOMPLETE, "'%s' is incomplete, which "
			      "cannot be waived", w->rule);
		if (c->ledger_unknown)
			ev_error_hint("git evidence sync");
		return ret;
	}
	if (!w->record)
		return check_core(c);
	if (outcome != EV_REVIEW || !ev_waiver_reviewed(c))
		return 0;
	ret = ev_fail(EV_EINVALID, "'%s' is in review, which at tier '%s' an "
		      "approval clears", w->rule, ev_tier_name(c->tier));
	hint = ev_words_clear(c, w->rule, w->record->report ?
			      &w->record->report->review_by : NULL);
	ev_error_hint("%s", hint);
	free(hint);
	return ret;
}

/* The record --------------------------------------------------------------- */

static void put_bound(struct ev_json *j, const struct ev_case *c,
		      const struct ev_waive_view *view)
{
	char *manifest = NULL;
	size_t i;

	if (c->manifests.n)
		manifest = ev_strdupf("sha256:%s", c->manifests.items[0].line->
				      record.id);
	ev_json_key(j, "bound");
	ev_json_object(j);
	ev_json_kv(j, "manifest", manifest);
	ev_json_key(j, "records");
	ev_json_list(j);
	for (i = 0; i < view->records.n; i++)
		ev_json_string(j, view->records.items[i]);
	ev_json_end_list(j);
	ev_json_kv(j, "outcome", ev_outcome_name(view->outcome));
	if (view->detail)
		ev_json_kv(j, "detail", view->detail);
	ev_json_end_object(j);
	free(manifest);
}

static void put_members(struct ev_buf *out, const struct ev_case *c,
			const struct ev_waive_view *view,
			const struct ev_waive *a)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;

	ev_json_init(&j, &text);
	ev_json_object(&j);
	ev_json_kv(&j, "rule", a->rule);
	ev_json_kv(&j, "ref", a->ref);
	ev_json_kv(&j, "policy", c->policy->link);
	put_bound(&j, c, view);
	ev_json_kv(&j, "reason", a->reason);
	ev_json_kv(&j, "risk", a->risk);
	ev_json_kv(&j, "expires", a->expires);
	ev_json_end_object(&j);
	/* without the braces */
	ev_buf_add(out, text.ptr + 1, text.len - 2);
	ev_buf_release(&text);
}

/* What the verdict says of the rule; a gate's is that of its report. */
static const char *detail_of(const struct ev_cases *cases,
			     const struct ev_waiver *w)
{
	const char *rule = w->record ? w->record->rule : w->rule;
	const struct ev_verdict *v = &cases->scratch;
	size_t i;

	for (i = 0; i < v->n; i++)
		if (!strcmp(v->rules[i].rule, rule) &&
		    v->rules[i].outcome != EV_PASS)
			return v->rules[i].detail;
	return NULL;
}

static int fill(struct ev_draft *d, struct ev_waive_view *view,
		struct ev_cases *cases, const struct ev_waive *a)
{
	struct ev_waiver w;
	struct ev_case *c;
	size_t i;
	int ret = 0;

	c = find_case(&w, &ret, cases, a);
	if (!c)
		return ret;
	view->outcome = ev_waiver_outcome(c, &w);
	ret = check_outcome(c, &w, view->outcome);
	if (ret == 0)
		ret = check_end(a, w.entry);
	if (ret < 0)
		return ret;
	view->detail = ev_strdup(detail_of(cases, &w));
	view->reviewed = ev_waiver_reviewed(c);
	ev_waiver_records(&view->records, c, &w);
	for (i = 0; i < w.entry->by.n; i++)
		ev_strs_add(&view->by, w.entry->by.items[i]);
	d->name = a->rule;
	d->supersedes = a->supersedes;
	d->because = a->because;
	d->commit = a->commit;
	d->tree = c->tree;
	put_members(&d->members, c, view, a);
	return 0;
}

int ev_waive_draft(struct ev_draft *out, struct ev_waive_view *view,
		   struct ev_repo *r, const struct ev_chain *chain,
		   const struct ev_evidence *e, const struct ev_waive *a)
{
	struct ev_cases cases = { .n = 0 };
	int ret;

	memset(view, 0, sizeof(*view));
	ret = ev_approve_chain(chain);
	if (ret == 0 && a->person->machine)
		ret = ev_fail(EV_EDENIED, "'%s' is a machine, and machines "
			      "waive nothing", a->person->name);
	if (ret == 0)
		ret = check_words(a);
	if (ret == 0)
		ret = ev_cases_judge(&cases, r, chain, e, a->ref, &a->commit,
				     a->now);
	if (ret < 0)
		return ret;
	if (!cases.n)
		ret = ev_fail(EV_EDENIED, "'%s' is not protected, so there is "
			      "nothing to waive", a->ref);
	else
		ret = fill(out, view, &cases, a);
	ev_cases_release(&cases);
	if (ret < 0)
		ev_waive_view_release(view);
	return ret;
}
