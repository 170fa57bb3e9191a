#include "base/compat.h"

#include "handover/internal.h"

#include <stdio.h>

#include "base/mem.h"

/* Judging once more -------------------------------------------------------- */

static int judge_now(struct ev_verdict *v, struct ev_auditing *a,
		     const struct ev_question *q)
{
	return ev_judge(v, a->repo, &a->chain, &a->evidence, q);
}

static int judge_then(struct ev_verdict *v, struct ev_auditing *a,
		      struct ev_question *q, const struct ev_checkpoint *at)
{
	struct ev_as_of then;
	int ret;

	ret = ev_as_of_open(&then, a->repo, &a->chain, at);
	if (ret < 0)
		return ret;
	q->now = then.now;
	ret = ev_judge(v, a->repo, &then.chain, &then.evidence, q);
	ev_as_of_release(&then);
	return ret;
}

int ev_way_judge(struct ev_verdict *v, struct ev_auditing *a,
		 const struct ev_way *w)
{
	struct ev_question q = {
		.ref = w->ref, .to = w->to, .authoritative = true,
		.now = w->now,
	};

	q.from = w->has_from ? w->from : ev_oid_zero;
	return w->at ? judge_then(v, a, &q, w->at) : judge_now(v, a, &q);
}

void ev_audit_rules(struct ev_buf *out, const struct ev_verdict *v,
		    enum ev_outcome from)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (v->rules[i].outcome >= from)
			ev_buf_addf(out, "%s%s (%s)", out->len ? ", " : "",
				    v->rules[i].rule, v->rules[i].detail);
}

void ev_way_tell(struct ev_auditing *a, const struct ev_way *w,
		 const struct ev_verdict *v)
{
	char to[EV_SHORT + 1], from[EV_SHORT + 1] = "nothing";
	struct ev_buf rules = EV_BUF_INIT;

	ev_audit_short(to, &w->to);
	if (w->has_from)
		ev_audit_short(from, &w->from);
	ev_audit_rules(&rules, v, v->outcome == EV_INCOMPLETE ? EV_INCOMPLETE :
		  EV_REVIEW);
	if (v->outcome == EV_INCOMPLETE)
		ev_audit_missing(a, "%s from %s to %s: %s", w->ref, from, to,
				 rules.ptr);
	else
		ev_findings_add(&a->out->findings, EV_F_STEP_INVALID, to, NULL,
				"%s went there from %s, and should not have: "
				"%s", w->ref, from, rules.ptr);
	ev_buf_release(&rules);
}

const struct ev_checkpoint *ev_audit_holder(const struct ev_auditing *a,
					    const struct ev_holder *h)
{
	return h ? ev_audit_checkpoint(a, &h->tag) : NULL;
}

/* Promotions --------------------------------------------------------------- */

/* What is withdrawn says no more whether it counted. */
int ev_audit_happened(bool *yes, struct ev_auditing *a,
		      const struct ev_release *x, const struct ev_line *line)
{
	*yes = x->counts;
	if (x->counts || !x->withdrawn || !line || line->state != EV_LIVE ||
	    !x->person || x->person->machine)
		return 0;
	*yes = true;
	if (x->has_from && ev_oid_eq(&x->from, &x->to))
		*yes = false;
	else if (x->has_from)
		return ev_audit_contains(yes, a, &x->to, &x->from);
	return 0;
}

/* Several records may tell of one step. */
static bool is_judged(struct ev_auditing *a, const struct ev_way *w)
{
	struct ev_judged *j;
	size_t i;

	if (!ev_oid_eq(&a->judged_to, &w->to)) {
		for (i = 0; i < a->njudged; i++)
			free(a->judged[i].ref);
		a->njudged = 0;
		a->judged_to = w->to;
	}
	for (i = 0; i < a->njudged; i++) {
		j = &a->judged[i];
		if (j->at == w->at && j->has_from == w->has_from &&
		    (!w->has_from || ev_oid_eq(&j->from, &w->from)) &&
		    (w->at || j->now == w->now) && !strcmp(j->ref, w->ref))
			return true;
	}
	EV_GROW(a->judged, a->njudged, a->judged_cap);
	j = &a->judged[a->njudged++];
	j->ref = ev_strdup(w->ref);
	j->has_from = w->has_from;
	j->from = w->from;
	j->at = w->at;
	j->now = w->now;
	return false;
}

int ev_audit_judge_again(struct ev_auditing *a, const struct ev_release *x,
			 const struct ev_line *line)
{
	struct ev_way w = { .ref = x->ref, .has_from = x->has_from,
			    .from = x->from, .to = x->to, .now = x->at };
	const struct ev_holder *h;
	struct ev_verdict v;
	int ret;

	ret = ev_past_line_of(&h, a->trust->past, a->repo, &x->to,
			      line->record.line, line->record.signed_at);
	if (ret < 0)
		return ret;
	w.at = ev_audit_holder(a, h);
	if (is_judged(a, &w))
		return 0;
	ret = ev_way_judge(&v, a, &w);
	if (ret < 0)
		return ret;
	if (v.outcome != EV_PASS)
		ev_way_tell(a, &w, &v);
	ev_verdict_release(&v);
	return 0;
}

/* Promotions that no walk has met ------------------------------------------ */

void ev_audit_went(struct ev_auditing *a, const struct ev_release *x)
{
	struct ev_went *w;

	EV_GROW(a->went, a->nwent, a->went_cap);
	w = &a->went[a->nwent++];
	memset(w, 0, sizeof(*w));
	w->ref = ev_strdup(x->ref);
	w->has_from = x->has_from;
	w->from = x->from;
	w->to = x->to;
	memcpy(w->record, x->record, sizeof(w->record));
}

/* Whoever asks about less is told about less: of some refs, or since some
 * release.  What is older than the policy is no reason. */
static int is_asked(bool *yes, struct ev_auditing *a,
		    const struct ev_release *x)
{
	const struct ev_audit_ref *r = NULL;
	bool older = false;
	size_t i;
	int ret = 0;

	for (i = 0; i < a->out->nrefs; i++)
		if (!strcmp(a->out->refs[i].name, x->ref))
			r = &a->out->refs[i];
	if (r && a->ask->since && !ev_oid_is_zero(&r->since))
		ret = ev_audit_contains(&older, a, &r->since, &x->to);
	*yes = !older && (r || !a->ask->refs.n);
	return ret;
}

/*
 * The promotions of a ref that its walk met, newest first, are nested: find
 * the oldest one that has the commit.
 */
static int oldest_with(const struct ev_went **out, struct ev_auditing *a,
		       const struct ev_release *x)
{
	size_t first = 0, low, high, mid;
	bool has;
	int ret = 0;

	*out = NULL;
	while (first < a->nwent && strcmp(a->went[first].ref, x->ref))
		first++;
	for (high = first; high < a->nwent &&
	     !strcmp(a->went[high].ref, x->ref); high++)
		;
	for (low = first; ret == 0 && low < high; ) {
		mid = low + (high - low) / 2;
		ret = ev_audit_contains(&has, a, &a->went[mid].to,
					&x->to);
		if (has)
			low = mid + 1;
		else
			high = mid;
	}
	if (ret == 0 && low > first)
		*out = &a->went[low - 1];
	return ret;
}

/* Did the ref pass it by, from before it to after it in one step, or come there
 * from elsewhere?  It comes to one commit once. */
static int is_passed(bool *yes, struct ev_auditing *a,
		     const struct ev_release *x, const struct ev_went *w)
{
	bool before = false;
	int ret = 0;

	*yes = false;
	if (!w)
		return 0;
	if (ev_oid_eq(&w->to, &x->to)) {
		*yes = w->has_from != x->has_from ||
			(x->has_from && !ev_oid_eq(&w->from, &x->from));
		return 0;
	}
	if (w->has_from)
		ret = ev_audit_contains(&before, a, &w->from, &x->to);
	*yes = ret == 0 && !before;
	return ret;
}

int ev_audit_stray(struct ev_auditing *a, const struct ev_release *x,
		   const struct ev_line *line)
{
	char subject[EV_SHORT + 1], from[EV_SHORT + 1] = "nothing";
	char to[EV_SHORT + 1];
	const struct ev_went *w = NULL;
	bool yes;
	int ret;

	ret = ev_audit_happened(&yes, a, x, line);
	if (ret == 0 && yes)
		ret = is_asked(&yes, a, x);
	if (ret < 0 || !yes)
		return ret;
	ret = oldest_with(&w, a, x);
	if (ret == 0)
		ret = is_passed(&yes, a, x, w);
	if (ret == 0 && yes) {
		snprintf(subject, sizeof(subject), "%.12s", x->record);
		ev_audit_short(to, &w->to);
		if (w->has_from)
			ev_audit_short(from, &w->from);
		ev_findings_add(&a->out->findings, EV_F_PROMOTION_UNSEEN,
				subject, NULL, "%s went %s, from %s to %s "
				"(promotion %.12s)", x->ref,
				ev_oid_eq(&w->to, &x->to) ? "there otherwise" :
				"past it", from, to, w->record);
		/* That it came there otherwise says all; and there may be as
		 * many of these as there are commits. */
		if (ev_oid_eq(&w->to, &x->to))
			return 0;
	}
	return ret < 0 ? ret : ev_audit_judge_again(a, x, line);
}
