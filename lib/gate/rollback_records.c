#include "base/compat.h"

#include "gate/rollback.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "gate/people.h"
#include "gate/records.h"
#include "policy/quorum.h"

#define DIGEST strlen("sha256:")

static bool falls(struct ev_case *c, const char *fmt, ...) EV_PRINTF(2, 3);

/* False, so that it fits "return"; the first reason is told. */
static bool falls(struct ev_case *c, const char *fmt, ...)
{
	struct ev_comeback *b = &c->rollback;
	va_list ap;

	if (!b->stands)
		return false;
	va_start(ap, fmt);
	vsnprintf(b->reason, sizeof(b->reason), fmt, ap);
	va_end(ap);
	b->stands = false;
	return false;
}

/* Lines -------------------------------------------------------------------- */

static int add_lines(struct ev_case *c, const struct ev_oid *commit,
		     const struct ev_oid *tree)
{
	struct ev_lines *l;

	c->others = ev_realloc(c->others,
			       (c->nothers + 1) * sizeof(*c->others));
	l = &c->others[c->nothers++];
	memset(l, 0, sizeof(*l));
	return ev_ledger_lines(l, c->ledger, commit, tree);
}

/* Withdrawn in one place is withdrawn in all; else live ones come first. */
static const struct ev_line *known(const struct ev_case *c, const char *id)
{
	const struct ev_line *found = NULL, *l;
	size_t i, k;

	for (i = 0; i < c->nothers; i++)
		for (k = 0; k < c->others[i].n; k++) {
			l = &c->others[i].items[k];
			if (strcmp(l->record.id, id))
				continue;
			if (l->state == EV_REVOKED)
				return l;
			if (!found)
				found = l;
		}
	return found;
}

/* Reports may lie on what the ref held before, or between. */
static int find(const struct ev_line **out, struct ev_case *c, const char *id)
{
	struct ev_line line;
	int ret;

	*out = known(c, id);
	if (*out)
		return 0;
	ret = ev_ledger_find(&line, c->ledger, id);
	if (ret == EV_ENOTFOUND || ret == EV_EINVALID) {
		ev_error_clear();
		return 0;
	}
	if (ret < 0)
		return ret;
	ret = add_lines(c, line.record.has_commit ? &line.record.commit : NULL,
			line.record.has_tree ? &line.record.tree : NULL);
	ev_line_release(&line);
	if (ret == 0)
		*out = known(c, id);
	return ret;
}

/* Records ------------------------------------------------------------------ */

static void describe(char out[100], const struct ev_record *r)
{
	snprintf(out, 100, "%s%s%.60s (%.12s)", ev_kind_name(r->kind),
		 r->name && *r->name ? " " : "", r->name ? r->name : "",
		 r->id);
}

static bool is_of(const struct ev_line *l, enum ev_kind kind)
{
	return l->record.kind == kind;
}

static bool stands(struct ev_case *c, const struct ev_line *l,
		   enum ev_kind kind, const char *id)
{
	char what[100];

	if (!l)
		return falls(c, "record %.12s, which its promotion lists, is "
			     "not in the ledger here", id);
	if (l->state != EV_LIVE && l->state != EV_REVOKED &&
	    l->state != EV_SUPERSEDED && l->state != EV_DUPLICATE)
		return falls(c, "record %.12s does not count: %.150s", id,
			     l->reason);
	if (!is_of(l, kind))
		return falls(c, "record %.12s is no %s", id,
			     ev_kind_name(kind));
	describe(what, &l->record);
	if (l->state == EV_REVOKED)
		return falls(c, "%s was withdrawn", what);
	if (l->state == EV_SUPERSEDED)
		return falls(c, "%s was superseded", what);
	return true;
}

static void pick(struct ev_picks *to, const struct ev_line *l)
{
	struct ev_pick *p;

	EV_GROW(to->items, to->n, to->cap);
	p = &to->items[to->n++];
	memset(p, 0, sizeof(*p));
	p->line = l;
	p->commit = l->record.commit;
	if (!ev_outcome_parse(&p->outcome, l->record.outcome))
		p->outcome = EV_PASS;
}

/* The rule of that name among the records, made if it is not there. */
static struct ev_record_rule *rule_of(struct ev_case *c,
				      const struct ev_line *l)
{
	const char *name = l->record.name ? l->record.name : "";
	char *rule = ev_strdupf("%s.%s", is_of(l, EV_KIND_REPORT) ? "reports"
				: "tests", name);
	struct ev_record_rule *r;
	size_t i;

	for (i = 0; i < c->nrecords; i++)
		if (!strcmp(c->records[i].rule, rule)) {
			free(rule);
			return &c->records[i];
		}
	r = &c->records[c->nrecords];
	memset(r, 0, sizeof(*r));
	r->rule = rule;
	r->kind = l->record.kind;
	r->test = &c->rollback.names[c->nrecords++];
	c->rollback.names[c->nrecords - 1].name = l->record.name;
	return r;
}

static int take(struct ev_case *c, const char *digest, enum ev_kind kind)
{
	const struct ev_line *l;
	int ret;

	ret = find(&l, c, digest + DIGEST);
	if (ret < 0 || !stands(c, l, kind, digest + DIGEST))
		return ret;
	if (kind == EV_KIND_MANIFEST)
		pick(&c->manifests, l);
	else if (kind == EV_KIND_REPORT || kind == EV_KIND_TEST)
		pick(&rule_of(c, l)->picks, l);
	return 0;
}

static int take_list(struct ev_case *c, const struct ev_strs *ids,
		     enum ev_kind kind)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < ids->n; i++)
		ret = take(c, ids->items[i], kind);
	return ret;
}

static int take_records(struct ev_case *c, const struct ev_release *x)
{
	size_t n = x->reports.n + x->tests.n + 1;
	int ret;

	c->records = ev_calloc(n, sizeof(*c->records));
	c->rollback.names = ev_calloc(n, sizeof(*c->rollback.names));
	ret = add_lines(c, &x->to, &x->tree);
	if (ret == 0)
		ret = take(c, x->verdict, EV_KIND_VERDICT);
	if (ret == 0 && *x->manifest)
		ret = take(c, x->manifest, EV_KIND_MANIFEST);
	if (ret == 0)
		ret = take_list(c, &x->reports, EV_KIND_REPORT);
	if (ret == 0)
		ret = take_list(c, &x->tests, EV_KIND_TEST);
	if (ret == 0)
		ret = take_list(c, &x->waivers, EV_KIND_WAIVER);
	return ret;
}

/* What came since ---------------------------------------------------------- */

static const struct ev_strs *asked_of(const struct ev_case *c,
				      const struct ev_record_rule *r)
{
	size_t i;

	for (i = 0; i < c->req->nreports; i++)
		if (r->kind == EV_KIND_REPORT &&
		    !strcmp(c->req->reports[i].suite, r->test->name))
			return &c->req->reports[i].by;
	for (i = 0; i < c->req->ntests; i++)
		if (r->kind == EV_KIND_TEST &&
		    !strcmp(c->req->tests[i].name, r->test->name))
			return &c->req->tests[i].by;
	return NULL;
}

static enum ev_outcome worst(const struct ev_picks *l)
{
	enum ev_outcome o = EV_PASS;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->items[i].outcome > o)
			o = l->items[i].outcome;
	return o;
}

/* On its own content something may have been found since. */
static int look_since(struct ev_case *c, const struct ev_record_rule *r)
{
	struct ev_picks now = { NULL, 0, 0 };
	char what[100];
	int ret;

	ret = ev_picks_add(&now, c, &c->others[0], r->kind, r->test->name,
			   asked_of(c, r));
	if (ret == 0 && now.n && now.items[0].outcome > worst(&r->picks)) {
		describe(what, &now.items[0].line->record);
		falls(c, "%s came since, and says %s", what,
		      ev_outcome_name(now.items[0].outcome));
	}
	free(now.items);
	return ret;
}

/* Approvals ---------------------------------------------------------------- */

static struct ev_vote *vote_of(const struct ev_case *c, const char *hex)
{
	struct ev_oid oid;
	size_t i;

	if (ev_oid_parse(&oid, hex) < 0)
		return NULL;
	for (i = 0; i < c->nvotes; i++)
		if (ev_oid_eq(&c->votes[i].decided->oid, &oid))
			return &c->votes[i];
	return NULL;
}

/* Under a name that is not read again, a tag may be there and not its object. */
static bool may_come(const struct ev_case *c)
{
	return !c->q->authoritative;
}

static int take_approval(struct ev_case *c, const struct ev_release *x,
			 const char *hex)
{
	struct ev_vote *v = vote_of(c, hex);
	const struct ev_decided *d;
	struct ev_vote copy;
	bool yes;
	int ret;

	if (!v) {
		falls(c, "approval %.12s, which its promotion lists, is not "
		      "here", hex);
		c->rollback.unsure = may_come(c);
		return 0;
	}
	d = v->decided;
	if (d->sig != EV_OBJSIG_GOOD || !d->person || d->person->machine ||
	    d->d.meaning != EV_MEANING_APPROVED || strcmp(d->d.ref, x->ref)) {
		falls(c, "approval %.12s, which its promotion lists, does not "
		      "count%s%.120s", hex, *d->reason ? ": " : "", d->reason);
		return 0;
	}
	copy = *v;
	ret = ev_vote_withdrawn(&yes, &copy, c);
	if (ret == 0 && yes)
		falls(c, "the approval as %.60s by %.60s was %.100s",
		      d->d.role, d->person->name, copy.reason);
	return ret;
}

/* What its policy asked for ------------------------------------------------ */

static bool lists(const struct ev_case *c, const struct ev_release *x,
		  enum ev_kind kind, const char *rule, const char *name)
{
	const struct ev_line *l;
	size_t i;

	for (i = 0; i < c->nrecords; i++)
		if (c->records[i].kind == kind &&
		    !strcmp(c->records[i].test->name, name))
			return true;
	for (i = 0; i < x->waivers.n; i++) {
		l = known(c, x->waivers.items[i] + DIGEST);
		if (l && ev_streq(l->record.name, rule))
			return true;
	}
	return false;
}

static bool lists_records(struct ev_case *c, const struct ev_release *x,
			  const struct ev_requirement *req)
{
	char *rule;
	size_t i;
	bool yes = true;

	for (i = 0; yes && i < req->nreports + req->ntests; i++) {
		bool report = i < req->nreports;
		const char *name = report ? req->reports[i].suite :
			req->tests[i - req->nreports].name;

		rule = ev_strdupf("%s.%s", report ? "reports" : "tests", name);
		yes = lists(c, x, report ? EV_KIND_REPORT : EV_KIND_TEST,
			    rule, name) ||
			falls(c, "its promotion lists nothing for %.150s",
			      rule);
		free(rule);
	}
	if (yes && req->wants_manifest && !*x->manifest)
		return falls(c, "its promotion lists no manifest");
	return yes;
}

static bool lists_approvals(struct ev_case *c, const struct ev_release *x,
			    const struct ev_quorum *q)
{
	struct ev_ballot *ballots = ev_calloc(x->approvals.n + 1,
					      sizeof(*ballots));
	int64_t *have = ev_calloc(q->n + 1, sizeof(*have));
	const struct ev_vote *v;
	size_t i, n = 0;
	bool yes;

	for (i = 0; i < x->approvals.n; i++) {
		v = vote_of(c, x->approvals.items[i]);
		if (!v || !v->decided->person)
			continue;
		ballots[n].person = v->decided->person;
		ballots[n++].role = v->decided->d.role;
	}
	yes = !q->n || ev_quorum_count(have, NULL, q, ballots, n, false);
	for (i = 0; !yes && i < q->n; i++)
		if (have[i] < q->items[i].count)
			falls(c, "its promotion lists %lld of %lld approvals "
			      "as %.60s", (long long)have[i],
			      (long long)q->items[i].count, q->items[i].role);
	free(have);
	free(ballots);
	return yes;
}

/* Nobody makes a release by writing that there was one. */
static void look_asked(struct ev_case *c, const struct ev_release *x)
{
	const struct ev_policy *p = ev_chain_link(c->chain, x->policy);
	const struct ev_protect *entry;
	size_t i = 0;

	if (!p)
		p = c->policy;
	while ((entry = ev_policy_protects(p, x->ref, &i, NULL)))
		if (!lists_records(c, x, entry->require) ||
		    !lists_approvals(c, x, &entry->require->
				     approvals[EV_TIER_NONE]))
			return;
}

/* -------------------------------------------------------------------------- */

static void forget(struct ev_case *c)
{
	ev_votes_release(c);
	ev_records_release(c);
	free(c->rollback.names);
	c->rollback.names = NULL;
}

int ev_rollback_try(struct ev_case *c, const struct ev_release *x)
{
	struct ev_comeback *b = &c->rollback;
	size_t i;
	int ret;

	forget(c);
	b->release = x;
	b->stands = true;
	b->unsure = false;
	if (!x->counts) {
		falls(c, "%s", x->reason);
		b->unsure = x->unsure;
	}
	ret = take_records(c, x);
	for (i = 0; ret == 0 && i < c->nrecords; i++)
		ret = look_since(c, &c->records[i]);
	if (ret == 0)
		ret = ev_votes_gather(c);
	for (i = 0; ret == 0 && i < x->approvals.n; i++)
		ret = take_approval(c, x, x->approvals.items[i]);
	if (ret == 0 && b->stands)
		look_asked(c, x);
	if (ret == 0 && b->stands)
		ret = ev_rollback_again(c, x);
	return ret;
}
