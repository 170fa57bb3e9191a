#include "base/compat.h"

#include "policy/links.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "policy/quorum.h"
#include "repo/rawobj.h"

#define TAG_MAX ((size_t)4 << 20)

/* The first link ------------------------------------------------------------ */

/* Does the approval say of the control set what is so? */
static bool agrees(const struct ev_decided *d, const struct ev_link *l,
		   const char *product)
{
	return ev_streq(d->d.product, product) &&
	       d->d.version == l->version &&
	       !strcmp(d->d.previous, l->previous);
}

/*
 * The root key need not be listed for anybody: it is known by what the
 * repository's own configuration says, and its block by the approved tree.
 */
static int signed_by_root(bool *yes, const struct ev_chain *c,
			  struct ev_policy *p, struct ev_repo *r,
			  struct ev_decided *d, int64_t now, bool then)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(TAG_MAX);
	struct ev_object_signature known;
	struct ev_signature sig;
	struct ev_rawobj tag;
	char why[160];
	int ret;

	*yes = false;
	ev_rawobj_init(&tag);
	ret = then ? ev_object_signature_then(&known, r, &p->trust, &d->oid,
					      d->ref) :
	      ev_object_signature(&known, r, &p->trust, &d->oid, d->ref, now);
	d->signed_at = known.signed_at;
	if (ret < 0 || strcmp(known.signer, c->root) ||
	    known.status == EV_OBJSIG_BAD)
		goto out;
	*yes = known.status == EV_OBJSIG_GOOD;
	if (known.status != EV_OBJSIG_FOREIGN)
		goto out;
	ret = ev_object_read(&raw, NULL, r, &d->oid);
	if (ret == 0)
		ret = ev_tag_split(&tag, raw.ptr, raw.len);
	if (ret == 0)
		ret = ev_signature_check_armored(&sig, p->trust.home,
				tag.payload.ptr, tag.payload.len,
				tag.signature.ptr, tag.signature.len);
	*yes = ret == 0 && sig.status == EV_SIG_GOOD &&
		!strcmp(sig.signer, c->root) &&
		ev_key_counts(why, p->trust.home, &sig, then ? sig.created :
			      now);
out:
	ev_rawobj_release(&tag);
	ev_buf_release(&raw);
	return ret;
}

/* Without a pin the first link that somebody it lists has approved is taken. */
static int signed_by_own(bool *yes, struct ev_policy *p, struct ev_repo *r,
			 struct ev_decided *d, int64_t now, bool then)
{
	int ret = then ? ev_decided_verify_then(d, r, &p->trust) :
		  ev_decided_verify(d, r, &p->trust, now);

	*yes = ret == 0 && d->sig == EV_OBJSIG_GOOD && d->person &&
		!d->person->machine;
	return ret;
}

static int first_at(bool *yes, struct ev_link *l, const struct ev_chain *c,
		    struct ev_repo *r, int64_t now, bool then)
{
	struct ev_policy *p = l->policy;
	struct ev_decided *d;
	size_t i;
	int ret = 0;

	*yes = false;
	for (i = 0; ret == 0 && i < l->n && !*yes; i++) {
		d = &l->approvals[i];
		if (!agrees(d, l, p->trust.product_id))
			continue;
		ret = c->pinned ? signed_by_root(yes, c, p, r, d, now, then) :
		      signed_by_own(yes, p, r, d, now, then);
		if (*yes && d->signed_at > now + EV_CLOCK_SKEW)
			*yes = false;
		l->approved_at = d->signed_at;
	}
	return ret;
}

static int may_be_first(bool *yes, struct ev_link *l, const struct ev_chain *c,
			struct ev_repo *r, int64_t now)
{
	int ret;

	*yes = l->lapsed = false;
	if (*l->previous || !l->policy)
		return 0;
	ret = first_at(yes, l, c, r, now, false);
	if (ret == 0 && !*yes) {
		ret = first_at(yes, l, c, r, now, true);
		l->lapsed = *yes;
	}
	return ret;
}

/* Later links --------------------------------------------------------------- */

static int quorum_at(bool *yes, struct ev_link *l, struct ev_policy *last,
		     struct ev_repo *r, int64_t now, bool then)
{
	struct ev_ballot *ballots = ev_calloc(l->n + 1, sizeof(*ballots));
	int64_t *have = ev_calloc(last->policy_change.n + 1, sizeof(*have));
	size_t i, n = 0;
	int ret = 0;

	l->approved_at = 0;
	for (i = 0; ret == 0 && i < l->n; i++) {
		struct ev_decided *d = &l->approvals[i];

		if (!agrees(d, l, last->trust.product_id))
			continue;
		ret = then ? ev_decided_verify_then(d, r, &last->trust) :
		      ev_decided_verify(d, r, &last->trust, now);
		if (ret < 0 || d->sig != EV_OBJSIG_GOOD || !d->person ||
		    d->person->machine || d->signed_at > now + EV_CLOCK_SKEW)
			continue;
		if (d->signed_at > l->approved_at)
			l->approved_at = d->signed_at;
		ballots[n].person = d->person;
		ballots[n++].role = d->d.role;
	}
	*yes = ret == 0 && last->policy_change.n &&
		ev_quorum_count(have, NULL, &last->policy_change, ballots, n,
				true);
	free(ballots);
	free(have);
	return ret;
}

static int may_follow(bool *yes, struct ev_link *l, struct ev_policy *last,
		      struct ev_repo *r, int64_t now)
{
	int ret;

	*yes = l->lapsed = false;
	if (l->version != last->version + 1 ||
	    strcmp(l->previous, last->link) ||
	    (l->policy && !ev_streq(l->policy->trust.product_id,
				    last->trust.product_id)))
		return 0;
	ret = quorum_at(yes, l, last, r, now, false);
	if (ret == 0 && !*yes) {
		ret = quorum_at(yes, l, last, r, now, true);
		l->lapsed = *yes;
	}
	return ret;
}

int ev_links_next(struct ev_link_refs *out, struct ev_links *all,
		  const struct ev_chain *c, struct ev_repo *r, int64_t now)
{
	struct ev_policy *last = c->n ? c->links[c->n - 1] : NULL;
	bool yes;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < all->n; i++) {
		if (all->items[i].used || !all->items[i].n)
			continue;
		ret = last ? may_follow(&yes, &all->items[i], last, r, now) :
		      may_be_first(&yes, &all->items[i], c, r, now);
		if (ret < 0 || !yes)
			continue;
		all->items[i].candidate = true;
		EV_GROW(out->at, out->n, out->cap);
		out->at[out->n++] = i;
	}
	return ret;
}
