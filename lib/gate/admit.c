#include "base/compat.h"

#include "gate/admit_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/decision.h"
#include "policy/checkpoints.h"
#include "repo/git.h"

int ev_admit_denied(int ret)
{
	const struct ev_error *e = ev_error_last();
	char *message, *details, *line, *save = NULL;

	if (ret != EV_EINVALID && ret != EV_ELIMIT && ret != EV_ENOTFOUND)
		return ret;
	message = ev_strdup(e->message);
	details = ev_strdup(e->details);
	ev_fail(EV_EDENIED, "%s", message);
	for (line = strtok_r(details, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		ev_error_detail("%s", line);
	free(message);
	free(details);
	return EV_EDENIED;
}

static bool asked_for(const struct ev_quorum *q, const char *role)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		if (!strcmp(q->items[i].role, role))
			return true;
	return false;
}

/* Well signed by a person who is listed. */
static int check_signer(struct ev_decided *d, struct ev_repo *r,
			struct ev_policy *p, int64_t now)
{
	int ret;

	ret = ev_decided_verify(d, r, &p->trust, now);
	if (ret < 0)
		return ret;
	if (d->sig != EV_OBJSIG_GOOD || !d->person)
		return ev_fail(EV_EDENIED, "%s", *d->reason ? d->reason :
			       d->sig == EV_OBJSIG_NONE ? "it is not signed" :
			       "its signature does not count");
	if (d->person->machine)
		return ev_fail(EV_EDENIED, "'%s' is a machine, and decides "
			       "nothing", d->person->name);
	if (!ev_streq(d->d.product, p->trust.product_id))
		return ev_fail(EV_EDENIED, "made for another product, '%s'",
			       d->d.product);
	return 0;
}

/* Checkpoints -------------------------------------------------------------- */

/* Is the commit the ledger's tip, or in its history? */
static int check_history(struct ev_repo *r, const struct ev_evidence *e,
			 const struct ev_oid *commit)
{
	char a[EV_OID_HEX + 1], b[EV_OID_HEX + 1];
	const char *args[] = { "merge-base", "--is-ancestor", a, b, NULL };
	struct ev_buf err = EV_BUF_INIT_MAX(4096);
	struct ev_process p = { .err = &err };
	int ret = 0;

	ev_oid_hex(a, commit);
	ev_oid_hex(b, &e->ledger);
	p.status = !e->has_ledger;
	if (e->has_ledger && !ev_oid_eq(commit, &e->ledger))
		ret = ev_git(&p, r, args);
	if (ret == 0 && p.status)
		ret = ev_fail(EV_EDENIED, "commit %.12s is not of the ledger",
			      a);
	ev_buf_release(&err);
	return ret;
}

/* What is dated otherwise is not from when it comes in. */
static int check_date(const struct ev_decided *d, int64_t now)
{
	if (d->d.at > now + EV_CLOCK_SKEW)
		return ev_fail(EV_EDENIED, "dated in the future");
	if (d->d.at < now - EV_CHECKPOINT_SIGNING) {
		ev_fail(EV_EDENIED, "dated more than a day ago");
		ev_error_hint("git evidence checkpoint       # a new one");
		return EV_EDENIED;
	}
	return 0;
}

/* After those that are there, by date and by ledger. */
static int check_order(const struct ev_decided *d, struct ev_repo *r,
		       struct ev_chain *chain, const struct ev_evidence *e)
{
	char reason[200];
	bool yes;
	int ret = ev_checkpoint_comes_after(&yes, reason, r, chain, e, &d->d);

	if (ret < 0 || yes)
		return ret;
	ev_fail(EV_EDENIED, "%s", reason);
	ev_error_hint("git evidence sync       # then make a new checkpoint");
	return EV_EDENIED;
}

static int admit_under(struct ev_decided *d, struct ev_repo *r,
		       struct ev_chain *chain, struct ev_policy *p,
		       const struct ev_evidence *e, int64_t now)
{
	int ret = check_signer(d, r, p, now);

	if (ret == 0 && !ev_person_has_any(d->person, &p->checkpoint_by))
		ret = ev_fail(EV_EDENIED, "'%s' has none of the roles that "
			      "make checkpoints", d->person->name);
	if (ret == 0)
		ret = check_date(d, now);
	if (ret == 0)
		ret = check_history(r, e, &d->d.ledger);
	if (ret == 0)
		ret = check_order(d, r, chain, e);
	d->person = NULL;
	return ret;
}

/* Under the policy in force, also if that comes in with it. */
static int admit_checkpoint(struct ev_decided *d, struct ev_repo *r,
			    struct ev_chain *chain,
			    const struct ev_evidence *e, int64_t now)
{
	struct ev_chain after;
	int ret;

	if (!strcmp(chain->in_force->link, d->d.policy))
		return admit_under(d, r, chain, chain->in_force, e, now);
	ret = ev_chain_read(&after, r, e, now);
	if (ret < 0)
		return ret;
	if (after.in_force && !strcmp(after.in_force->link, d->d.policy))
		ret = admit_under(d, r, chain, after.in_force, e, now);
	else
		ret = ev_fail(EV_EDENIED, "policy %.19s is not the one in "
			      "force", d->d.policy);
	ev_chain_release(&after);
	return ret;
}

/* Policy approvals --------------------------------------------------------- */

/* The chain as it will be with the tag. */
static int chain_with(struct ev_chain *out, struct ev_repo *r,
		      const struct ev_evidence *e, const struct ev_decided *d,
		      int64_t now)
{
	struct ev_evidence with;
	int ret;

	ev_evidence_copy(&with, e);
	ev_evidence_set_tag(&with, d->ref, &d->oid);
	ret = ev_chain_read(out, r, &with, now);
	ev_evidence_release(&with);
	return ret;
}

/* The first link: whatever the tag says, it has to begin the chain.  So has
 * the one that is missed, if others are missed after it. */
static int admit_first(struct ev_decided *d, struct ev_repo *r,
		       const struct ev_chain *chain,
		       const struct ev_evidence *e, int64_t now)
{
	struct ev_chain after;
	int ret;

	if (chain->state != EV_CHAIN_NONE && !chain->lacking)
		return ev_fail(EV_EDENIED, "%s", chain->reason);
	ret = chain_with(&after, r, e, d, now);
	if (ret < 0)
		return ret;
	if (after.lacking && after.in_force)
		ret = 0;
	else if (after.state != EV_CHAIN_GOOD && *after.reason)
		ret = ev_fail(EV_EDENIED, "%s", after.reason);
	else if (after.state != EV_CHAIN_GOOD && after.pinned)
		ret = ev_fail(EV_EDENIED, "no policy is in force yet, and the "
			      "root key %.16s did not sign this one",
			      after.root);
	else if (after.state != EV_CHAIN_GOOD)
		ret = ev_fail(EV_EDENIED, "no policy is in force yet, and "
			      "this cannot be the first");
	ev_chain_release(&after);
	return ret;
}

/* The next link, or a late approval of one that is there.  What is missing may
 * have followed an earlier one, beside what came in its place. */
static int check_follows(struct ev_repo *r, const struct ev_chain *chain,
			 const struct ev_decision *d)
{
	const struct ev_policy *last = chain->in_force, *before;
	struct ev_policy next = { 0 };
	int ret;

	ret = ev_policy_read(&next, r, &d->tree);
	if (ret < 0)
		return ret;
	before = chain->lacking ? ev_chain_link(chain, next.previous) : last;
	if (strcmp(next.link, d->control_set) || next.version != d->version ||
	    strcmp(next.previous, d->previous))
		ret = ev_fail(EV_EDENIED, "the tree has another policy than "
			      "the approval says");
	else if (!ev_chain_link(chain, d->control_set) &&
		 (!before || next.version != before->version + 1 ||
		  strcmp(next.previous, before->link)))
		ret = ev_fail(EV_EDENIED, "version %lld after %.19s does not "
			      "follow version %lld, %.19s, which is in force",
			      (long long)next.version, *next.previous ?
			      next.previous : "nothing",
			      (long long)last->version, last->link);
	ev_policy_release(&next);
	return ret;
}

static int admit_next(struct ev_decided *d, struct ev_repo *r,
		      const struct ev_chain *chain,
		      const struct ev_evidence *e, int64_t now)
{
	struct ev_chain after;
	char reason[200];
	int ret;

	ret = check_signer(d, r, chain->in_force, now);
	if (ret == 0 && !asked_for(&chain->in_force->policy_change, d->d.role))
		ret = ev_fail(EV_EDENIED, "role '%s' has no say in a change of "
			      "the policy", d->d.role);
	if (ret < 0)
		return ret;
	ret = chain_with(&after, r, e, d, now);
	if (ret < 0)
		return ret;
	if (ev_chain_would_fork(reason, chain, &after))
		ret = ev_fail(EV_EDENIED, "%s", reason);
	else if (after.state == EV_CHAIN_BROKEN && !after.lacking &&
		 !*after.anew)
		ret = ev_fail(EV_EDENIED, "%s", after.reason);
	else
		ret = check_follows(r, chain, &d->d);
	ev_chain_release(&after);
	return ret;
}

/* All of them -------------------------------------------------------------- */

/*
 * Whoever is about to send a policy approval has it already, and perhaps a
 * chain that rests on it: it is judged as the other side will.
 */
static int admit_policy(struct ev_decided *d, struct ev_repo *r,
			const struct ev_chain *chain,
			const struct ev_evidence *e, int64_t now)
{
	const struct ev_oid *held = ev_evidence_tag(e, d->ref);
	struct ev_evidence without;
	struct ev_chain before;
	int ret;

	if (!held)
		return chain->in_force ? admit_next(d, r, chain, e, now) :
		       admit_first(d, r, chain, e, now);
	ev_evidence_copy(&without, e);
	ev_evidence_set_tag(&without, d->ref, &ev_oid_zero);
	ret = ev_chain_read(&before, r, &without, now);
	if (ret == 0) {
		ret = before.in_force ?
			admit_next(d, r, &before, &without, now) :
			admit_first(d, r, &before, &without, now);
		ev_chain_release(&before);
	}
	ev_evidence_release(&without);
	return ret;
}

static int admit(struct ev_decided *d, struct ev_repo *r,
		 struct ev_chain *chain, const struct ev_evidence *e,
		 int64_t now)
{
	if (d->d.kind == EV_DECISION_POLICY)
		return admit_policy(d, r, chain, e, now);
	if (!chain->in_force)
		return ev_fail(EV_EDENIED, "no policy is in force that says "
			       "who may decide");
	if (d->d.kind == EV_DECISION_CHECKPOINT)
		return admit_checkpoint(d, r, chain, e, now);
	return check_signer(d, r, chain->in_force, now);
}

static int check_move(const struct ev_evidence *e, const char *ref,
		      const struct ev_oid *old, const struct ev_oid *new)
{
	const struct ev_oid *held = ev_evidence_tag(e, ref);

	if (ev_oid_is_zero(new)) {
		ev_fail(EV_EDENIED, "a decision is withdrawn, not deleted");
		ev_error_hint("git evidence revoke <tag> --reason <text>");
		return EV_EDENIED;
	}
	if (!ev_oid_is_zero(old) || (held && !ev_oid_eq(held, new)))
		return ev_fail(EV_EDENIED, "a decision that is there is not "
			       "moved");
	return 0;
}

int ev_admit_tag(struct ev_repo *r, struct ev_chain *chain,
		 const struct ev_evidence *e, const char *ref,
		 const struct ev_oid *old, const struct ev_oid *new,
		 int64_t now)
{
	static const char *const kinds[] = {
		EV_TAGS "approve/", EV_TAGS "policy/", EV_TAGS "checkpoint/",
	};
	struct ev_decided d;
	size_t i;
	int ret;

	for (i = 0; i < EV_ARRAY_SIZE(kinds); i++)
		if (ev_starts_with(ref, kinds[i]))
			break;
	if (i == EV_ARRAY_SIZE(kinds))
		return ev_fail(EV_EDENIED, "this name is reserved for "
			       "evidence");
	ret = check_move(e, ref, old, new);
	if (ret == 0)
		ret = ev_decided_read(&d, r, ref, new);
	if (ret < 0)
		return ev_admit_denied(ret);
	ret = admit(&d, r, chain, e, now);
	ev_decided_release(&d);
	return ev_admit_denied(ret);
}
