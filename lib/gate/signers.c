#include "base/compat.h"

#include "gate/case.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"

static void add_signer(struct ev_range *range,
		       const struct ev_object_signature *s,
		       const struct ev_oid *commit)
{
	struct ev_range_signer *x;
	size_t i;

	for (i = 0; i < range->nsigners; i++)
		if (!strcmp(range->signers[i].fpr, s->signer))
			return;
	EV_GROW(range->signers, range->nsigners, range->signers_cap);
	x = &range->signers[range->nsigners++];
	memcpy(x->fpr, s->signer, sizeof(x->fpr));
	x->person = s->person;
	x->commit = *commit;
}

/*
 * A signer is named only where the signature is right: else anybody could keep
 * somebody from approving by naming their key.
 */
int ev_range_signatures(struct ev_case *c)
{
	struct ev_object_signature s;
	struct ev_range_commit *x;
	size_t i;
	int ret;

	if (c->range.has_signers)
		return 0;
	c->range.has_signers = true;
	for (i = 0; c->range.known && i < c->range.ncommits; i++) {
		x = &c->range.commits[i];
		if (!x->is_signed)
			continue;
		ret = ev_object_signature(&s, c->repo, &c->policy->trust,
					  &x->commit, NULL, c->q->now);
		if (ret < 0)
			return ret;
		x->sig = s.status;
		if (*s.signer && s.status != EV_OBJSIG_BAD)
			add_signer(&c->range, &s, &x->commit);
	}
	return 0;
}

static bool asks_for_signers(const struct ev_requirement *req)
{
	return req->has_separation || req->commits_signed;
}

int ev_range_contributors(struct ev_strs *out, struct ev_case *c)
{
	struct ev_range *range = &c->range;
	size_t i;
	int ret;

	ret = ev_range_load(range, c);
	if (ret < 0)
		return ret;
	if (!range->known)
		return ev_fail(EV_EINCOMPLETE, "who made '%s' cannot be told "
			       "here: %s", c->label, range->reason);
	if (asks_for_signers(c->req)) {
		ret = ev_range_signatures(c);
		if (ret < 0)
			return ret;
	}
	for (i = 0; i < range->npeople; i++)
		if (*range->people[i].email)
			ev_strs_add(out, range->people[i].email);
	for (i = 0; i < range->nsigners; i++)
		ev_strs_add(out, range->signers[i].fpr);
	ev_strs_sort(out);
	ev_strs_uniq(out);
	return 0;
}
