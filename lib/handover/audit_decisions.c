#include "base/compat.h"

#include "handover/internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "ledger/decision.h"

#define TAGS "refs/tags/"
#define POLICY_TAGS EV_TAGS "policy/"

static const char *subject_of(const char *ref)
{
	return ev_starts_with(ref, TAGS) ? ref + strlen(TAGS) : ref;
}

/* Approvals -------------------------------------------------------------- */

/* Who judges the approval of a policy: the one before it; of the first, its
 * own people. */
static struct ev_policy *judge_of(const struct ev_auditing *a,
				  const struct ev_decision *d)
{
	size_t k;

	for (k = 0; k < a->chain.n; k++)
		if (!strcmp(a->chain.links[k]->link, d->control_set))
			return a->chain.links[k ? k - 1 : 0];
	for (k = 0; k < a->chain.n; k++)
		if (!strcmp(a->chain.links[k]->link, d->previous))
			return a->chain.links[k];
	return a->policy;
}

static int verify(struct ev_auditing *a, struct ev_decided *d)
{
	if (d->d.kind == EV_DECISION_POLICY)
		return ev_decided_verify(d, a->repo, &judge_of(a, &d->d)->trust,
					 d->d.at);
	return ev_decided_verify(d, a->repo, a->trust, a->ask->now);
}

static int tell_unheld(struct ev_auditing *a, const struct ev_decided *d)
{
	struct ev_findings *f = &a->out->findings;
	const char *subject = subject_of(d->ref);
	enum ev_departed how = EV_DEPARTED_UNKNOWN;
	int ret = 0;

	if (d->d.kind != EV_DECISION_POLICY)
		ret = ev_audit_departed_tag(&how, a, d);
	if (ret < 0 || how == EV_DEPARTED_VOID || how == EV_DEPARTED_LATE)
		return ret;
	if (how == EV_DEPARTED_BAD)
		ev_findings_add(f, EV_F_DECISION_BAD, subject, NULL, "it "
				"claims a key that was listed once, and its "
				"signature does not verify");
	else if (how == EV_DEPARTED_UNKNOWN && d->sig != EV_OBJSIG_UNTIMELY)
		ev_findings_add(f, EV_F_DECISION_FOREIGN, subject, NULL, "%s",
				d->reason);
	else
		ev_findings_add(f, EV_F_DECISION_UNTIMELY, subject, NULL,
				"no checkpoint holds it, and it does not count "
				"now: %s", *d->reason ? d->reason :
				"its key does not");
	return 0;
}

static int look_at_tag(struct ev_auditing *a, const struct ev_tagref *tag)
{
	struct ev_findings *f = &a->out->findings;
	struct ev_decided d;
	int ret;

	ret = ev_decided_read(&d, a->repo, tag->name, &tag->oid);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_findings_add(f, EV_F_DECISION_MALFORMED,
				subject_of(tag->name), NULL, "%s",
				ev_error_last()->message);
		ev_error_clear();
		return 0;
	}
	if (ret < 0)
		return ev_audit_absent(a, ret, tag->name);
	a->out->decisions++;
	ev_audit_dated(a, d.d.at);
	if (ev_decision_is_checkpoint(&d.d))
		goto out;		/* told with the checkpoints */
	EV_GROW(a->dated, a->ndated, a->dated_cap);
	a->dated[a->ndated].at = d.d.at;
	a->dated[a->ndated].ref = tag->name;
	a->dated[a->ndated++].tag = tag->oid;
	ret = verify(a, &d);
	ev_audit_dated(a, d.signed_at);
	if (ret < 0 || d.sig == EV_OBJSIG_GOOD)
		goto out;
	if (d.sig == EV_OBJSIG_BAD || d.sig == EV_OBJSIG_NONE)
		ev_findings_add(f, EV_F_DECISION_BAD, subject_of(tag->name),
				NULL, "%s", d.reason);
	else
		ret = tell_unheld(a, &d);
out:
	ev_decided_release(&d);
	return ret;
}

int ev_audit_decisions(struct ev_auditing *a)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < a->evidence.n; i++)
		ret = look_at_tag(a, &a->evidence.tags[i]);
	return ret;
}
