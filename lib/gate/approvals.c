#include "base/compat.h"

#include "gate/people.h"
#include "gate/records.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "policy/quorum.h"

#define HEADS "refs/heads/"
#define NAMED 5				/* people that a detail tells of */

struct count {
	struct ev_case *c;
	struct ev_quorum quorum;
	int64_t *have;			/* for each item */
	bool *who;			/* votes that fill a place */
	struct ev_buf found;		/* against separation */
};

static const struct ev_person *person_of(const struct ev_vote *v)
{
	return v->decided->person;
}

static const char *name_of(const struct ev_vote *v)
{
	return person_of(v) ? person_of(v)->name : v->decided->d.name;
}

static bool same_person(const struct ev_vote *a, const struct ev_vote *b)
{
	return person_of(a) ? ev_person_same(person_of(a), person_of(b))
			    : !strcmp(name_of(a), name_of(b));
}

static bool is_for(const struct ev_vote *v, const char *role)
{
	return !strcmp(v->decided->d.role, role);
}

static void count(struct count *k)
{
	struct ev_case *c = k->c;
	struct ev_ballot *ballots = ev_calloc(c->nvotes + 1, sizeof(*ballots));
	bool *who = ev_calloc(c->nvotes + 1, sizeof(*who));
	size_t i, n = 0;

	k->have = ev_calloc(k->quorum.n + 1, sizeof(*k->have));
	k->who = ev_calloc(c->nvotes + 1, sizeof(*k->who));
	for (i = 0; i < c->nvotes; i++) {
		if (!c->votes[i].counts || c->votes[i].conflicted)
			continue;
		ballots[n].person = person_of(&c->votes[i]);
		ballots[n++].role = c->votes[i].decided->d.role;
	}
	ev_quorum_count(k->have, who, &k->quorum, ballots, n,
			c->req->has_separation && c->req->one_role);
	for (i = n = 0; i < c->nvotes; i++)
		if (c->votes[i].counts && !c->votes[i].conflicted)
			k->who[i] = who[n++];
	free(ballots);
	free(who);
}

/* Words -------------------------------------------------------------------- */

/* Does this person count for the role, or does one of their later votes say
 * why not?  One word for each is enough. */
static bool is_told_elsewhere(const struct count *k, size_t at,
			      const char *role)
{
	const struct ev_case *c = k->c;
	const struct ev_vote *v = &c->votes[at], *other;
	size_t i;

	for (i = 0; i < c->nvotes; i++) {
		other = &c->votes[i];
		if (i == at || !is_for(other, role) || !same_person(v, other))
			continue;
		if (k->who[i] || other->decided->d.at > v->decided->d.at ||
		    (other->decided->d.at == v->decided->d.at && i > at))
			return true;
	}
	return false;
}

/* Why a vote fills no place, or NULL if that needs no word. */
static const char *why_not(const struct count *k, size_t at, bool enough)
{
	const struct ev_vote *v = &k->c->votes[at];

	if (!v->counts || v->conflicted)
		return v->reason;
	return enough ? NULL : "counts for another role";
}

static void tell(struct ev_buf *out, const struct count *k, const char *role,
		 bool enough)
{
	const struct ev_case *c = k->c;
	struct ev_strs yes = EV_STRS_INIT, no = EV_STRS_INIT;
	const char *reason;
	size_t i, n = 0;

	for (i = 0; i < c->nvotes; i++) {
		if (!is_for(&c->votes[i], role))
			continue;
		if (k->who[i])
			ev_strs_add(&yes, name_of(&c->votes[i]));
		else if (!is_told_elsewhere(k, i, role) &&
			 (reason = why_not(k, i, enough)))
			ev_strs_addf(&no, "%s: %s", name_of(&c->votes[i]),
				     reason);
	}
	ev_strs_sort(&yes);
	ev_strs_sort(&no);
	for (i = 0; i < yes.n && n < NAMED; i++, n++)
		ev_buf_addf(out, "%s%s", n ? ", " : " (", yes.items[i]);
	for (i = 0; i < no.n && n < NAMED; i++, n++)
		ev_buf_addf(out, "%s%s", n ? "; " : " (", no.items[i]);
	if (yes.n + no.n > n)
		ev_buf_addf(out, "; %zu more", yes.n + no.n - n);
	ev_buf_adds(out, n ? ")" : "");
	ev_strs_release(&yes);
	ev_strs_release(&no);
}

static char *mend(const struct ev_case *c, const char *role)
{
	const char *ref = c->q->ref;
	char *only = NULL, *name, *hint;
	bool named;

	if (ev_target_ref(&only, c->policy, NULL) < 0)
		ev_error_clear();
	named = !only || strcmp(only, ref);
	if (ev_starts_with(ref, HEADS))
		ref += strlen(HEADS);
	name = ev_case_called(c);
	hint = ev_strdupf("git evidence approve %s --role %s%s%s", name, role,
			  named ? " --for " : "", named ? ref : "");
	free(name);
	free(only);
	return hint;
}

/* Rules -------------------------------------------------------------------- */

/* The first who says no in this role. */
static const struct ev_vote *rejection(const struct ev_case *c,
				       const char *role)
{
	size_t i;

	for (i = 0; i < c->nvotes; i++)
		if (c->votes[i].rejects && is_for(&c->votes[i], role))
			return &c->votes[i];
	return NULL;
}

static void add_rejected(struct ev_case *c, const char *role,
			 const struct ev_vote *v)
{
	char *rule = ev_strdupf("approvals.%s", role), *hint;

	hint = ev_strdupf("git evidence revoke %s --reason TEXT   # by who "
			  "rejected it",
			  v->decided->ref + strlen(EV_TAGS));
	ev_verdict_add(c->verdict, rule, EV_FAIL, hint, "rejected by %s",
		       name_of(v));
	free(hint);
	free(rule);
}

static void add_count(struct count *k, size_t item)
{
	struct ev_case *c = k->c;
	const struct ev_quorum_item *q = &k->quorum.items[item];
	bool enough = k->have[item] >= q->count;
	char *rule = ev_strdupf("approvals.%s", q->role), *hint = NULL;
	struct ev_buf words = EV_BUF_INIT;
	enum ev_outcome outcome = EV_PASS;
	const char *why, *by = "";

	tell(&words, k, q->role, enough);
	why = ev_escalated_why(&by, c, q->role);
	if (!enough && why)
		ev_buf_addf(&words, "; %s escalates%s%s", by, *why ? ": " : "",
			    why);
	if (!enough) {
		outcome = EV_REVIEW;
		hint = mend(c, q->role);
	} else if (c->ledger_unknown) {
		outcome = EV_INCOMPLETE;
		hint = ev_strdup("git evidence sync");
		ev_buf_adds(&words, "; whether any was withdrawn is not known "
			    "here");
	}
	ev_verdict_add(c->verdict, rule, outcome, hint, "%lld of %lld%s",
		       (long long)k->have[item], (long long)q->count,
		       words.ptr);
	ev_buf_release(&words);
	free(hint);
	free(rule);
}

/* In a role that has too few: who approves and may not. */
static void find_conflicts(struct count *k, size_t item)
{
	const struct ev_quorum_item *q = &k->quorum.items[item];
	const struct ev_vote *v;
	size_t i;

	if (k->have[item] >= q->count)
		return;
	for (i = 0; i < k->c->nvotes; i++) {
		v = &k->c->votes[i];
		if (!v->counts || k->who[i] || !is_for(v, q->role) ||
		    is_told_elsewhere(k, i, q->role))
			continue;
		ev_buf_addf(&k->found, "%s%s for %s: %s",
			    k->found.len ? "; " : "", name_of(v), q->role,
			    why_not(k, i, false));
	}
}

static bool is_asked(const struct ev_quorum *q, const char *role)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		if (!strcmp(q->items[i].role, role))
			return true;
	return false;
}

/* A no counts in any role that its signer holds. */
static void add_other_rejections(struct count *k)
{
	struct ev_case *c = k->c;
	struct ev_strs roles = EV_STRS_INIT;
	size_t i;

	for (i = 0; i < c->nvotes; i++)
		if (c->votes[i].rejects &&
		    !is_asked(&k->quorum, c->votes[i].decided->d.role))
			ev_strs_add(&roles, c->votes[i].decided->d.role);
	ev_strs_sort(&roles);
	ev_strs_uniq(&roles);
	for (i = 0; i < roles.n; i++)
		add_rejected(c, roles.items[i],
			     rejection(c, roles.items[i]));
	ev_strs_release(&roles);
}

/* Among decisions that are not here may be a no. */
static void add_missing(struct ev_case *c)
{
	char hex[EV_OID_HEX + 1], *prefix, *rule;
	const struct ev_tagref *tag;
	size_t i, n;

	ev_oid_hex(hex, &c->tree);
	prefix = ev_strdupf(EV_TAGS "approve/%.12s/", hex);
	n = strlen(prefix);
	for (i = 0; i < c->evidence->n; i++) {
		tag = &c->evidence->tags[i];
		if (!ev_starts_with(tag->name, prefix) ||
		    ev_object_info(NULL, NULL, c->repo, &tag->oid) == 0)
			continue;
		ev_error_clear();
		rule = ev_strdupf("approvals.%.*s",
				  (int)strcspn(tag->name + n, "/"),
				  tag->name + n);
		ev_verdict_add(c->verdict, rule, EV_INCOMPLETE, "git fetch",
			       "the decision '%s' is not here",
			       tag->name + strlen("refs/tags/"));
		free(rule);
	}
	free(prefix);
}

int ev_rule_approvals(struct ev_case *c)
{
	struct count k = { .c = c, .found = EV_BUF_INIT };
	const struct ev_vote *no;
	size_t i;

	ev_case_quorum(&k.quorum, c);
	count(&k);
	for (i = 0; i < k.quorum.n; i++) {
		no = rejection(c, k.quorum.items[i].role);
		if (no)
			add_rejected(c, k.quorum.items[i].role, no);
		else
			add_count(&k, i);
		find_conflicts(&k, i);
	}
	add_other_rejections(&k);
	add_missing(c);
	if (c->req->has_separation)
		ev_rule_separation(c, &k.found);
	ev_quorum_release(&k.quorum);
	ev_buf_release(&k.found);
	free(k.have);
	free(k.who);
	return 0;
}
