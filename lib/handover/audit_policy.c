#include "base/compat.h"

#include "handover/internal.h"

#include <stdio.h>

#include "base/str.h"
#include "policy/links.h"

#define LINK_SHOWN 19			/* "sha256:" and twelve digits */

static void look_at_state(struct ev_auditing *a)
{
	struct ev_findings *f = &a->out->findings;
	const struct ev_chain *c = &a->chain;

	if (c->state == EV_CHAIN_FORKED)
		ev_findings_add(f, EV_F_POLICY_FORKED, "policy",
				"git evidence doctor", "%s", c->reason);
	else if (c->state == EV_CHAIN_BROKEN && c->lacking &&
		 ev_repo_is_shallow(a->repo))
		ev_audit_missing(a, "%s", c->reason);
	else if (c->state == EV_CHAIN_BROKEN)
		ev_findings_add(f, EV_F_POLICY_BROKEN, "policy", c->lacking ?
				"git evidence sync" : "git evidence doctor",
				"%s", c->reason);
	else if (!c->in_force && ev_repo_is_shallow(a->repo))
		ev_audit_missing(a, "no approval of a policy is here: a clone "
				 "that is cut off has no tags");
	else if (!c->in_force && c->pinned)
		ev_findings_add(f, EV_F_POLICY_NONE, "policy", NULL,
				"the root %.16s has approved no policy here",
				c->root);
	else if (!c->in_force)
		ev_findings_add(f, EV_F_POLICY_NONE, "policy", NULL,
				"nobody has approved a policy here");
}

/* Approvals of control sets that are no part of the chain. */
static void look_at_link(struct ev_auditing *a, const struct ev_link *l)
{
	const struct ev_policy *last = a->chain.in_force;
	char subject[LINK_SHOWN + 1];

	/* Where the chain cannot be followed, its state says so. */
	if (!last || a->chain.state != EV_CHAIN_GOOD ||
	    ev_chain_link(&a->chain, l->link))
		return;
	snprintf(subject, sizeof(subject), "%.19s", l->link);
	if (l->version > last->version + 1 ||
	    (l->version == last->version + 1 &&
	     strcmp(l->previous, last->link)))
		ev_findings_add(&a->out->findings, EV_F_POLICY_GAP, subject,
				NULL, "version %lld follows %.19s, and the "
				"last that counts is version %lld",
				(long long)l->version, *l->previous ?
				l->previous : "nothing",
				(long long)last->version);
	else if (l->version == last->version + 1)
		ev_findings_add(&a->out->findings, EV_F_POLICY_PENDING,
				subject, NULL, "version %lld is approved by "
				"%zu, which is not enough",
				(long long)l->version, l->n);
	else
		ev_findings_add(&a->out->findings, EV_F_POLICY_PENDING,
				subject, NULL, "version %lld, approved by "
				"%zu, never came into force",
				(long long)l->version, l->n);
}

/* The last link that an accepted checkpoint names settles those before it. */
static void look_at_settled(struct ev_auditing *a)
{
	const struct ev_checkpoints *l = a->checkpoints;
	char subject[LINK_SHOWN + 1];
	size_t i, k, settled = 0;

	for (i = 0; l && i < l->n; i++)
		for (k = 0; k < a->chain.n; k++)
			if (l->items[i].state != EV_CHECKPOINT_REFUSED &&
			    l->items[i].link == a->chain.links[k] &&
			    settled <= k)
				settled = k + 1;
	for (k = settled; k < a->chain.n; k++) {
		snprintf(subject, sizeof(subject), "%.19s",
			 a->chain.links[k]->link);
		ev_findings_add(&a->out->findings, EV_F_POLICY_UNSETTLED,
				subject, NULL, "no accepted checkpoint names "
				"version %lld yet",
				(long long)a->chain.links[k]->version);
	}
}

/* A link is in force up to when the last approval of the next was given. */
static void note_times(struct ev_auditing *a, const struct ev_link *l)
{
	size_t i, k;

	for (k = 1; k < a->chain.n; k++) {
		if (strcmp(a->chain.links[k]->link, l->link))
			continue;
		for (i = 0; i < l->n; i++)
			if (l->approvals[i].d.at > a->until[k - 1])
				a->until[k - 1] = l->approvals[i].d.at;
	}
}

/* Rivals ------------------------------------------------------------------- */

/* All that had the approvals of one predecessor are told, whichever of them
 * the chain goes by: that may be the wrong one. */
static int look_at_rivals(struct ev_auditing *a, struct ev_links *all,
			  size_t k)
{
	struct ev_link_refs next = { NULL, 0, 0 };
	struct ev_chain before = a->chain;
	char subject[LINK_SHOWN + 1];
	const struct ev_link *x;
	size_t i;
	int ret;

	before.n = k;
	ret = ev_links_next(&next, all, &before, a->repo, a->ask->now);
	if (ret == 0 && next.n > 1)
		ret = ev_links_withdraw(&next, all, &before, a->repo,
					&a->evidence, a->ask->now);
	for (i = 0; ret == 0 && i < next.n; i++) {
		x = &all->items[next.at[i]];
		if (!strcmp(x->link, a->chain.links[k]->link))
			continue;
		snprintf(subject, sizeof(subject), "%.19s", x->link);
		ev_findings_add(&a->out->findings, EV_F_POLICY_FORKED, subject,
				"git evidence revoke LINK --reason TEXT",
				"version %lld was approved by those who may, "
				"as %.19s was, which is the one in the chain",
				(long long)x->version,
				a->chain.links[k]->link);
		all->items[next.at[i]].used = true;
	}
	free(next.at);
	return ret;
}

int ev_audit_policy(struct ev_auditing *a)
{
	struct ev_links all = { NULL, 0, 0, false, "" };
	size_t i;
	int ret;

	look_at_state(a);
	ret = ev_links_load(&all, a->repo, &a->evidence);
	for (i = 0; ret == 0 && i < a->chain.n; i++)
		ret = look_at_rivals(a, &all, i);
	for (i = 0; ret == 0 && i < all.n; i++) {
		if (!all.items[i].used)
			look_at_link(a, &all.items[i]);
		note_times(a, &all.items[i]);
	}
	ev_links_release(&all);
	if (ret == 0)
		look_at_settled(a);
	a->out->links = a->chain.n;
	return ret;
}
