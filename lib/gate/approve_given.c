#include "base/compat.h"

#include "gate/approve_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "sign/openpgp.h"

static int put_together(struct ev_buf *raw, const struct ev_decision *d,
			const struct ev_buf *armour)
{
	struct ev_buf sig = EV_BUF_INIT;
	int ret = ev_decision_format(raw, d);

	if (ret == 0)
		ret = ev_dearmor(&sig, armour->ptr, armour->len);
	if (ret == 0)
		ev_enarmor(raw, sig.ptr, sig.len);
	ev_buf_release(&sig);
	return ret;
}

/* The tag object, so that the judgement can read it; nothing names it yet. */
static int write_tag(struct ev_oid *tag, struct ev_repo *r,
		     const struct ev_decision *d, const struct ev_buf *armour)
{
	struct ev_buf raw = EV_BUF_INIT;
	int ret = put_together(&raw, d, armour);

	if (ret == 0)
		ret = ev_object_write(tag, r, EV_OBJ_TAG, raw.ptr, raw.len);
	ev_buf_release(&raw);
	return ret;
}

int ev_approve_signer(char fpr[41], struct ev_repo *r, struct ev_trust *trust,
		      const struct ev_decision *d, const struct ev_buf *armour,
		      int64_t now)
{
	struct ev_object_signature s;
	struct ev_buf raw = EV_BUF_INIT;
	char *ref = NULL;
	int ret = put_together(&raw, d, armour);

	if (ret == 0) {
		ref = ev_decision_ref(d);
		ret = ev_raw_signature(&s, r, trust, EV_OBJ_TAG, &raw, ref,
				       now);
	}
	if (ret == 0 && s.status != EV_OBJSIG_GOOD)
		ret = ev_fail(EV_EDENIED, "the signature does not count: %s",
			      s.reason);
	if (ret == 0)
		memcpy(fpr, s.signer, 41);
	free(ref);
	ev_buf_release(&raw);
	return ret;
}

static void find_vote(bool *counts, char reason[200], const struct ev_cases *c,
		      const struct ev_oid *tag)
{
	const struct ev_vote *v;
	size_t i, k;

	*counts = false;
	snprintf(reason, 200, "it is no approval of what is asked for");
	for (i = 0; i < c->n; i++)
		for (k = 0; k < c->items[i].nvotes; k++) {
			v = &c->items[i].votes[k];
			if (!ev_oid_eq(&v->decided->oid, tag))
				continue;
			*counts = v->counts || v->rejects;
			snprintf(reason, 200, "%s", v->reason);
			if (*counts)
				return;
		}
}

int ev_approve_would_count(bool *counts, char reason[200], struct ev_repo *r,
			   const struct ev_chain *chain,
			   const struct ev_evidence *e,
			   const struct ev_decision *d,
			   const struct ev_buf *armour, int64_t now)
{
	struct ev_evidence with = EV_EVIDENCE_INIT;
	struct ev_cases cases;
	struct ev_oid tag;
	char *ref;
	int ret;

	ret = ev_approve_chain(chain);
	if (ret == 0)
		ret = write_tag(&tag, r, d, armour);
	if (ret < 0)
		return ret;
	ref = ev_decision_ref(d);
	ev_evidence_copy(&with, e);
	ev_evidence_set_tag(&with, ref, &tag);
	ret = ev_cases_judge(&cases, r, chain, &with, d->ref, &d->commit, now);
	if (ret == 0) {
		find_vote(counts, reason, &cases, &tag);
		ev_cases_release(&cases);
	}
	ev_evidence_release(&with);
	free(ref);
	return ret;
}
