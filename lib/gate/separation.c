#include "base/compat.h"

#include "gate/people.h"

#include <stdio.h>
#include <strings.h>

#include "base/fold.h"
#include "base/mem.h"
#include "base/str.h"

static bool same_text(const char *a, const char *b)
{
	return !strcasecmp(a, b) || ev_fold_eq(a, b);
}

static bool has_email(const struct ev_person *p, const char *email)
{
	size_t i;

	for (i = 0; *email && i < p->emails.n; i++)
		if (same_text(p->emails.items[i], email))
			return true;
	return false;
}

/* By e-mail or by name: whoever commits under another address is known by the
 * other of the two. */
static bool is_theirs(const struct ev_person *p, const char *email,
		      const char *name)
{
	return has_email(p, email) || (*name && same_text(p->name, name));
}

/* The range ---------------------------------------------------------------- */

static bool made_it(char reason[200], const struct ev_case *c,
		    const struct ev_person *p)
{
	const struct ev_requirement *req = c->req;
	const struct ev_contributor *x;
	char commit[EV_OID_HEX + 1];
	bool author, committer;
	size_t i;

	for (i = 0; i < c->range.npeople; i++) {
		x = &c->range.people[i];
		author = x->author && req->not_author;
		committer = x->committer && req->not_committer;
		if ((!author && !committer) ||
		    !is_theirs(p, x->email, x->name))
			continue;
		ev_repo_short(commit, c->repo, &x->commit);
		snprintf(reason, 200, "%s of %s", author ? "author" :
			 "committer", commit);
		return true;
	}
	return false;
}

static bool signed_it(char reason[200], const struct ev_case *c,
		      const struct ev_person *p)
{
	char commit[EV_OID_HEX + 1];
	size_t i;

	for (i = 0; i < c->range.nsigners; i++) {
		if (!ev_person_same(c->range.signers[i].person, p))
			continue;
		ev_repo_short(commit, c->repo, &c->range.signers[i].commit);
		snprintf(reason, 200, "signed commit %s", commit);
		return true;
	}
	return false;
}

/* Contributors of the approvals -------------------------------------------- */

/* Is the e-mail in the range only for what the requirement allows? */
static bool is_allowed(const struct ev_case *c, const char *email)
{
	const struct ev_contributor *x;
	bool found = false;
	size_t i;

	for (i = 0; i < c->range.npeople; i++) {
		x = &c->range.people[i];
		if (strcmp(x->email, email))
			continue;
		found = true;
		if ((x->author && c->req->not_author) ||
		    (x->committer && c->req->not_committer))
			return false;
	}
	return found;
}

/* A squash or a rebase may hide who made the content; what approvers saw is
 * not lost by it. */
static bool is_listed(char reason[200], const struct ev_case *c,
		      const struct ev_strs *contributors,
		      const struct ev_person *p)
{
	const char *who;
	size_t i;

	for (i = 0; i < contributors->n; i++) {
		who = contributors->items[i];
		if (!ev_person_same(ev_trust_person(&c->policy->trust, who,
						    NULL), p) &&
		    !has_email(p, who))
			continue;
		if (is_allowed(c, who))
			continue;
		snprintf(reason, 200, "named as contributor by an approval");
		return true;
	}
	return false;
}

/* Recorders ---------------------------------------------------------------- */

static bool is_recorder(char reason[200], const struct ev_picks *picks,
			const char *what, const struct ev_person *p)
{
	size_t i;

	for (i = 0; i < picks->n; i++) {
		if (!ev_person_same(picks->items[i].line->person, p))
			continue;
		snprintf(reason, 200, "recorded %.80s (%.12s)", what,
			 picks->items[i].line->record.id);
		return true;
	}
	return false;
}

static bool recorded_it(char reason[200], const struct ev_case *c,
			const struct ev_person *p)
{
	size_t i;

	if (is_recorder(reason, &c->manifests, "the manifest", p))
		return true;
	for (i = 0; i < c->nrecords; i++)
		if (is_recorder(reason, &c->records[i].picks,
				c->records[i].rule, p))
			return true;
	return false;
}

/* Votes -------------------------------------------------------------------- */

static bool stands_against(char reason[200], const struct ev_case *c,
			   const struct ev_strs *contributors,
			   const struct ev_person *p)
{
	const struct ev_requirement *req = c->req;

	if (req->not_author || req->not_committer) {
		if (made_it(reason, c, p) || signed_it(reason, c, p) ||
		    is_listed(reason, c, contributors, p))
			return true;
	}
	return req->not_recorder && recorded_it(reason, c, p);
}

static void mark(struct ev_case *c, const struct ev_strs *contributors)
{
	struct ev_vote *v;
	size_t i, k;

	for (i = 0; i < c->nvotes; i++) {
		v = &c->votes[i];
		if (!v->counts)
			continue;
		for (k = 0; k < i; k++)
			if (c->votes[k].counts && c->votes[k].decided->person ==
			    v->decided->person)
				break;
		if (k < i) {		/* this person was looked at */
			v->conflicted = c->votes[k].conflicted;
			memcpy(v->reason, c->votes[k].reason,
			       sizeof(v->reason));
			continue;
		}
		v->conflicted = stands_against(v->reason, c, contributors,
					       v->decided->person);
	}
}

/* All that counting approvals name as contributors. */
static void add_contributors(struct ev_strs *out, const struct ev_case *c)
{
	const struct ev_strs *some;
	size_t i, k;

	for (i = 0; i < c->nvotes; i++) {
		some = &c->votes[i].decided->d.contributors;
		for (k = 0; c->votes[i].counts && k < some->n; k++)
			ev_strs_add(out, some->items[k]);
	}
	ev_strs_sort(out);
	ev_strs_uniq(out);
}

bool ev_case_barred(char reason[200], const struct ev_case *c,
		    const struct ev_person *p)
{
	struct ev_strs contributors = EV_STRS_INIT;
	bool yes;

	*reason = '\0';
	if (!c->req->has_separation)
		return false;
	add_contributors(&contributors, c);
	yes = stands_against(reason, c, &contributors, p);
	ev_strs_release(&contributors);
	return yes;
}

int ev_votes_separate(struct ev_case *c)
{
	struct ev_strs contributors = EV_STRS_INIT;
	int ret;

	if (!c->req->has_separation)
		return 0;
	ret = ev_range_load(&c->range, c);
	if (ret == 0 && (c->nvotes || c->want_range))
		ret = ev_range_signatures(c);
	if (ret < 0)
		return ret;
	add_contributors(&contributors, c);
	mark(c, &contributors);
	ev_strs_release(&contributors);
	return 0;
}

/* The rule ----------------------------------------------------------------- */

void ev_rule_separation(struct ev_case *c, const struct ev_buf *found)
{
	static const char rule[] = "separation";
	const struct ev_requirement *req = c->req;
	struct ev_buf words = EV_BUF_INIT;

	if (found->len) {
		ev_verdict_add(c->verdict, rule, EV_FAIL, NULL, "%s",
			       found->ptr);
		goto out;
	}
	if ((req->not_author || req->not_committer) && !c->range.known) {
		ev_verdict_add(c->verdict, rule, EV_INCOMPLETE,
			       ev_range_hint(c), "%s", c->range.reason);
		goto out;
	}
	ev_buf_adds(&words, req->not_author ? ", author" : "");
	ev_buf_adds(&words, req->not_committer ? ", committer" : "");
	ev_buf_adds(&words, req->not_recorder ? ", recorder" : "");
	ev_buf_adds(&words, req->one_role ? ", counted twice" : "");
	ev_verdict_add(c->verdict, rule, EV_PASS, NULL,
		       "nobody approves as %s",
		       words.len ? words.ptr + 2 : "anything else");
out:
	ev_buf_release(&words);
}
