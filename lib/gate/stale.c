#include "base/compat.h"

#include "gate/people.h"

#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "gate/records.h"
#include "repo/git.h"

#define TREES_MAX ((size_t)64 << 20)

/* Records ------------------------------------------------------------------ */

bool ev_vote_names(const struct ev_vote *v, const char *id)
{
	const struct ev_strs *records = &v->decided->d.records;
	size_t i;

	for (i = 0; i < records->n; i++)
		if (!strcmp(records->items[i] + strlen("sha256:"), id))
			return true;
	return false;
}

static bool is_picked(const struct ev_picks *picks, const char *id)
{
	size_t i;

	for (i = 0; i < picks->n; i++)
		if (!strcmp(picks->items[i].line->record.id, id))
			return true;
	return false;
}

static bool counts_now(const struct ev_case *c, const char *id)
{
	size_t i;

	if (is_picked(&c->manifests, id))
		return true;
	for (i = 0; i < c->nrecords; i++)
		if (is_picked(&c->records[i].picks, id))
			return true;
	return false;
}

static const struct ev_line *line_of(const struct ev_lines *lines,
				     const char *id)
{
	size_t i;

	for (i = 0; i < lines->n; i++)	/* live ones come first */
		if (!strcmp(lines->items[i].record.id, id))
			return &lines->items[i];
	return NULL;
}

static const struct ev_line *find_line(const struct ev_case *c, const char *id)
{
	const struct ev_line *l = line_of(&c->lines, id);
	size_t i;

	for (i = 0; !l && i < c->nothers; i++)
		l = line_of(&c->others[i], id);
	return l;
}

static const char *name_of(const struct ev_record_rule *r)
{
	return r->report ? r->report->suite : r->test->name;
}

/* A record that a rule is about, and that is not among those that count, was
 * replaced or is not what is asked for; others must only be live. */
static bool is_asked_for(const struct ev_case *c, const struct ev_record *r)
{
	size_t i;

	if (r->kind == EV_KIND_MANIFEST)
		return c->req->wants_manifest || c->rollback.is;
	for (i = 0; i < c->nrecords; i++)
		if (c->records[i].kind == r->kind &&
		    ev_streq(name_of(&c->records[i]), r->name))
			return true;
	return false;
}

static bool record_gone(struct ev_vote *v, const struct ev_case *c,
			const char *digest)
{
	const char *id = digest + strlen("sha256:");
	const struct ev_line *l;
	const char *what;

	if (counts_now(c, id))
		return false;
	l = find_line(c, id);
	if (!l)
		what = "is not in the ledger here";
	else if (l->state == EV_REVOKED)
		what = "was withdrawn";
	else if (l->state == EV_SUPERSEDED)
		what = "was superseded";
	else if (l->state != EV_LIVE || is_asked_for(c, &l->record))
		what = "does not count any more";
	else
		return false;
	snprintf(v->reason, sizeof(v->reason), "record %.12s, which it names, "
		 "%s", id, what);
	return true;
}

/* Has something worse come than what the approver saw? */
static bool got_worse(struct ev_vote *v, const struct ev_record_rule *r)
{
	enum ev_outcome saw = EV_PASS, now;
	const struct ev_pick *p;
	size_t i;

	for (i = 0; i < r->picks.n; i++) {
		p = &r->picks.items[i];
		now = ev_pick_outcome(p);
		if (ev_vote_names(v, p->line->record.id) && now > saw)
			saw = now;
	}
	for (i = 0; i < r->picks.n; i++) {
		p = &r->picks.items[i];
		now = ev_pick_outcome(p);
		if (now <= saw || ev_vote_names(v, p->line->record.id))
			continue;
		snprintf(v->reason, sizeof(v->reason), "record %.12s of %.80s "
			 "came since, and says %s", p->line->record.id,
			 r->rule, ev_outcome_name(now));
		return true;
	}
	return false;
}

/* Requirement -------------------------------------------------------------- */

/* The policy that the approver was bound to, if it is or was in force. */
static const struct ev_policy *policy_of(const struct ev_case *c,
					 const char *link)
{
	if (!strcmp(c->policy->link, link))
		return c->policy;
	return ev_chain_link(c->chain, link);
}

bool ev_requirement_changed(char reason[200], const struct ev_case *c,
			    const char *link)
{
	const struct ev_policy *p = policy_of(c, link);
	const struct ev_protect *entry;
	size_t i = 0;

	if (!p) {
		snprintf(reason, 200, "given under a policy "
			 "that was never in force (%.19s)", link);
		return true;
	}
	if (p == c->policy)
		return false;
	while ((entry = ev_policy_protects(p, c->q->ref, &i, NULL)))
		if (!strcmp(entry->digest, c->protect->digest))
			return false;
	snprintf(reason, 200, "the requirement changed since "
		 "(policy version %lld)", (long long)p->version);
	return true;
}

/* What the ref held --------------------------------------------------------- */

/* Has it held what was approved, since it held what that was approved for?
 * Content that was taken back is not brought again by the old decision. */
static bool taken_back(struct ev_vote *v, const struct ev_case *c)
{
	const struct ev_decision *d = &v->decided->d;
	char from[EV_OID_HEX + 1], held[EV_OID_HEX + 1], tree[EV_OID_HEX + 1];
	char range[2 * EV_OID_HEX + 3];
	const char *args[] = { "log", "--format=%T", range, "--", NULL };
	struct ev_buf out = EV_BUF_INIT_MAX(TREES_MAX);
	struct ev_buf err = EV_BUF_INIT_MAX(4096);
	struct ev_process p = { .out = &out, .err = &err };
	bool found;

	if (!d->has_from || ev_oid_eq(&d->from, &c->q->from))
		return false;
	ev_oid_hex(from, &d->from);
	ev_oid_hex(held, &c->q->from);
	ev_oid_hex(tree, &c->tree);
	snprintf(range, sizeof(range), "%s..%s", from, held);
	found = ev_git(&p, c->repo, args) < 0 || p.status || out.overflow ||
		strstr(out.ptr, tree);
	ev_error_clear();
	if (found)
		snprintf(v->reason, sizeof(v->reason), "given when the ref "
			 "held %.12s, and since then what was approved was "
			 "there and was taken back", from);
	ev_buf_release(&out);
	ev_buf_release(&err);
	return found;
}

bool ev_vote_stale(struct ev_vote *v, const struct ev_case *c)
{
	const struct ev_decision *d = &v->decided->d;
	size_t i;

	if (ev_requirement_changed(v->reason, c, d->policy))
		return true;
	if (*d->manifest && record_gone(v, c, d->manifest))
		return true;
	for (i = 0; i < d->records.n; i++)
		if (record_gone(v, c, d->records.items[i]))
			return true;
	for (i = 0; i < c->nrecords; i++)
		if (got_worse(v, &c->records[i]))
			return true;
	return taken_back(v, c);
}
