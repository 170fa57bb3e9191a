#include "base/compat.h"

#include "policy/chain.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "policy/checkpoints_internal.h"
#include "policy/final.h"
#include "policy/links.h"
#include "repo/config.h"
#include "repo/refs.h"

#define MAX_LINKS 4096

static void free_policy(struct ev_policy *p)
{
	if (!p)
		return;
	ev_policy_release(p);
	free(p);
}

void ev_chain_release(struct ev_chain *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		free_policy(c->links[i]);
	free(c->links);
	free_policy(c->provisional);
	ev_seen_free(c->seen);
	memset(c, 0, sizeof(*c));
}

struct ev_policy *ev_chain_policy(const struct ev_chain *c)
{
	return c->in_force ? c->in_force : c->provisional;
}

const struct ev_policy *ev_chain_link(const struct ev_chain *c,
				      const char *link)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (!strcmp(c->links[i]->link, link))
			return c->links[i];
	return NULL;
}

static int read_root(struct ev_chain *c, struct ev_repo *r, const char *root)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret;

	if (root) {
		memcpy(c->root, root, sizeof(c->root));
		c->pinned = true;
		return 0;
	}
	ret = ev_config_trusted(&text, r, "evidence.root");
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		ret = 0;
	} else if (ret == 0) {
		c->pinned = ev_key_id(c->root, text.ptr) &&
			strlen(c->root) == 40;
		if (!c->pinned) {
			ret = ev_fail(EV_EINVALID, "evidence.root is '%s', no "
				      "fingerprint of 40 hex digits", text.ptr);
			ev_error_hint("git config --local evidence.root "
				      "<fingerprint>");
		}
	}
	ev_buf_release(&text);
	return ret;
}

static void forked(struct ev_chain *c, const struct ev_links *all,
		   const struct ev_link_refs *next)
{
	size_t i, n;

	c->state = EV_CHAIN_FORKED;
	n = (size_t)snprintf(c->reason, sizeof(c->reason), "%zu policies "
			     "follow %s:", next->n, c->n ?
			     c->links[c->n - 1]->link : "nothing");
	for (i = 0; i < next->n && n < sizeof(c->reason); i++)
		n += (size_t)snprintf(c->reason + n, sizeof(c->reason) - n,
				      " %.19s", all->items[next->at[i]].link);
}

/* It has lapsed, its own people name it, and somebody says it never was. */
static void disputed(struct ev_chain *c, const struct ev_link *l)
{
	c->state = EV_CHAIN_FORKED;
	memcpy(c->anew, l->link, sizeof(c->anew));
	snprintf(c->reason, sizeof(c->reason), "the approvals of policy "
		 "version %lld, %.19s, count no longer, and checkpoint '%s' "
		 "says that the one before it was in force later; approve it "
		 "anew", (long long)l->version, l->link, l->disputed_by);
}

/* False if the link cannot be gone by, which ends the chain in the wrong way. */
static bool follow(struct ev_chain *c, struct ev_link *l)
{
	l->used = true;
	if (!l->policy) {
		c->state = EV_CHAIN_BROKEN;
		snprintf(c->reason, sizeof(c->reason), "the policy %.19s "
			 "cannot be read: %.300s", l->link, l->error);
		return false;
	}
	EV_GROW(c->links, c->n, c->cap);
	c->links[c->n++] = l->policy;
	c->in_force = l->policy;
	l->policy = NULL;
	c->state = EV_CHAIN_GOOD;
	return true;
}

/* Whose keys are withdrawn has a say in what follows, too. */
static int read_final(struct ev_chain *c, struct ev_repo *r,
		      const struct ev_evidence *e, int64_t now)
{
	return ev_policy_read_final(c->in_force, c->n > 1 ?
				    c->links[c->n - 2] : NULL, r, e, now);
}

/* Those of which one has to follow the last link. */
static int find_next(struct ev_link_refs *next, struct ev_chain *c,
		     struct ev_repo *r, struct ev_links *all,
		     const struct ev_evidence *e, int64_t now)
{
	int ret;

	next->n = 0;
	ret = ev_links_next(next, all, c, r, now);
	if (ret == 0)
		ret = ev_links_backdated(next, all, c, c->seen);
	if (ret == 0 && next->n > 1)
		ret = ev_links_settled(next, all, c, c->seen);
	if (ret == 0 && next->n > 1)
		ret = ev_links_withdraw(next, all, c, r, e, now);
	return ret;
}

/* As it was when each link was signed; *lapsed: where the first one is that
 * would not follow now, else MAX_LINKS. */
static int walk(size_t *lapsed, struct ev_chain *c, struct ev_repo *r,
		struct ev_links *all, const struct ev_evidence *e, int64_t now)
{
	struct ev_link_refs next = { NULL, 0, 0 };
	struct ev_link *l;
	int ret = 0;

	*lapsed = MAX_LINKS;
	while (ret == 0 && c->n < MAX_LINKS) {
		ret = find_next(&next, c, r, all, e, now);
		if (ret < 0 || !next.n)
			break;
		if (next.n > 1) {
			forked(c, all, &next);
			break;
		}
		l = &all->items[next.at[0]];
		if (*l->disputed_by) {
			disputed(c, l);
			break;
		}
		if (!follow(c, l))
			break;
		if (l->lapsed && *lapsed == MAX_LINKS)
			*lapsed = c->n - 1;
		ret = read_final(c, r, e, now);
	}
	free(next.at);
	return ret;
}

/* Those up to the last one that a checkpoint names that is used; *sure: by one
 * that is not late. */
static int count_settled(size_t *out, size_t *sure, struct ev_chain *c)
{
	const struct ev_checkpoints *l;
	size_t i, k;
	int ret;

	*out = *sure = 0;
	l = ev_chain_checkpoints(c, &ret);
	for (i = 0; l && i < l->n; i++) {
		if (!ev_checkpoint_used(&l->items[i]))
			continue;
		for (k = 0; k < c->n && c->links[k] != l->items[i].link; k++)
			;
		if (k < c->n && k + 1 > *out)
			*out = k + 1;
		if (k < c->n && k + 1 > *sure && !l->items[i].late)
			*sure = k + 1;
	}
	return ret;
}

/* A link whose approvals have lapsed stands only if it is settled. */
static int cut_unsettled(struct ev_chain *c, size_t lapsed)
{
	const struct ev_policy *p;
	size_t settled, sure, i;
	int ret;

	if (lapsed >= c->n)
		return 0;
	ret = count_settled(&settled, &sure, c);
	if (ret == 0)
		c->seen->late_settled = settled > lapsed && sure <= lapsed;
	if (ret < 0 || settled > lapsed)
		return ret;
	p = c->links[lapsed];
	snprintf(c->reason, sizeof(c->reason), "the approvals of policy "
		 "version %lld, %.19s, count no longer: keys have expired "
		 "since; approve it anew", (long long)p->version, p->link);
	c->state = EV_CHAIN_BROKEN;
	memcpy(c->anew, p->link, sizeof(c->anew));
	for (i = lapsed; i < c->n; i++)
		free_policy(c->links[i]);
	c->n = lapsed;
	c->in_force = lapsed ? c->links[lapsed - 1] : NULL;
	ev_seen_judges(c->seen, c);
	return 0;
}

/* What is not here could be the link that is in force. */
static int look_for_missing(struct ev_chain *c, struct ev_repo *r,
			    const struct ev_links *all,
			    const struct ev_evidence *e, int64_t now)
{
	int ret = 0;

	if (all->missing) {
		c->state = EV_CHAIN_BROKEN;
		snprintf(c->reason, sizeof(c->reason), "%s", all->reason);
	} else if (c->state == EV_CHAIN_GOOD || c->state == EV_CHAIN_NONE) {
		ret = ev_links_missing(&c->lacking, c->reason,
				       sizeof(c->reason), r, all, c->in_force,
				       e, &c->seen->vouched, now);
		if (ret == 0 && c->lacking)
			c->state = EV_CHAIN_BROKEN;
	}
	return ret;
}

static void set_past(struct ev_chain *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		c->links[i]->trust.past = &c->seen->past;
}

int ev_chain_read_as(struct ev_chain *out, struct ev_repo *r,
		     const struct ev_evidence *e, int64_t now,
		     const char *root, const struct ev_oids *vouched)
{
	struct ev_links all = { NULL, 0, 0, false, "" };
	size_t lapsed = MAX_LINKS, i;
	int ret;

	memset(out, 0, sizeof(*out));
	out->seen = ev_seen_new(r, e, now);
	for (i = 0; vouched && i < vouched->n; i++)
		ev_oids_add(&out->seen->vouched, &vouched->items[i]);
	ret = read_root(out, r, root);
	if (ret == 0)
		ret = ev_links_load(&all, r, e);
	if (ret == 0)
		ret = walk(&lapsed, out, r, &all, e, now);
	if (ret == 0) {
		ev_seen_judges(out->seen, out);
		ret = cut_unsettled(out, lapsed);
	}
	/* By what counts now, so before there is a past. */
	if (ret == 0)
		ret = look_for_missing(out, r, &all, e, now);
	if (ret == 0)
		set_past(out);
	ev_links_release(&all);
	if (ret < 0)
		ev_chain_release(out);
	return ret;
}

int ev_chain_read(struct ev_chain *out, struct ev_repo *r,
		  const struct ev_evidence *e, int64_t now)
{
	return ev_chain_read_as(out, r, e, now, NULL, NULL);
}

static int provisional_final(struct ev_policy *p, struct ev_repo *r)
{
	struct ev_evidence e = EV_EVIDENCE_INIT;
	int ret = ev_ref_read(&e.ledger, r, EV_LEDGER_REF);

	e.has_ledger = ret == 0;
	if (ret < 0 && ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	return ev_policy_read_final(p, NULL, r, &e, ev_now());
}

int ev_chain_provisional(struct ev_chain *c, struct ev_repo *r)
{
	struct ev_policy *p;
	int ret;

	if (c->in_force || c->provisional || c->state != EV_CHAIN_NONE)
		return 0;
	p = ev_calloc(1, sizeof(*p));
	ret = ev_policy_read_head(p, r);
	if (ret < 0) {
		free(p);
		if (ret != EV_ENOTFOUND)
			return ret;
		ev_error_clear();
		return 0;
	}
	c->provisional = p;
	return provisional_final(p, r);
}

bool ev_chain_would_fork(char reason[200], const struct ev_chain *before,
			 const struct ev_chain *after)
{
	/* What is missing comes back beside what came in its place: then it is
	 * for their people to withdraw one. */
	if (after->state != EV_CHAIN_FORKED ||
	    before->state == EV_CHAIN_FORKED || before->lacking)
		return false;
	snprintf(reason, 200, "it would complete a second policy beside one "
		 "that is there: %.120s", after->reason);
	return true;
}
