#include "base/compat.h"

#include "policy/links.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/ledger.h"
#include "policy/quorum.h"
#include "repo/rawobj.h"

#define TAG_MAX ((size_t)4 << 20)
#define POLICY_TAGS EV_TAGS "policy/"

void ev_links_release(struct ev_links *l)
{
	size_t i, k;

	for (i = 0; i < l->n; i++) {
		for (k = 0; k < l->items[i].n; k++)
			ev_decided_release(&l->items[i].approvals[k]);
		free(l->items[i].approvals);
		if (l->items[i].policy)
			ev_policy_release(l->items[i].policy);
		free(l->items[i].policy);
	}
	free(l->items);
	memset(l, 0, sizeof(*l));
}

static struct ev_link *link_of(struct ev_links *l, const char *digest)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!strcmp(l->items[i].link, digest))
			return &l->items[i];
	return NULL;
}

/* A listed signer must not be able to lie about what the others approved, so
 * version and predecessor are the control set's own. */
static int new_link(struct ev_links *l, struct ev_repo *r,
		    const struct ev_decision *d)
{
	struct ev_policy *p = ev_calloc(1, sizeof(*p));
	struct ev_link *x;
	int ret;

	ret = ev_policy_read(p, r, &d->tree);
	if (ret < 0) {
		free(p);
		p = NULL;
		if (ret != EV_EINVALID && ret != EV_ELIMIT &&
		    ret != EV_ENOTFOUND)
			return ret;
	}
	EV_GROW(l->items, l->n, l->cap);
	x = &l->items[l->n++];
	memset(x, 0, sizeof(*x));
	x->policy = p;
	memcpy(x->link, d->control_set, sizeof(x->link));
	memcpy(x->previous, p ? p->previous : d->previous,
	       sizeof(x->previous));
	x->version = p ? p->version : d->version;
	if (!p) {
		snprintf(x->error, sizeof(x->error), "%s",
			 ev_error_last()->message);
		ev_error_clear();
	}
	return 0;
}

/* Does the tree have the control set that the approval names? */
static int check_tree(bool *same, struct ev_repo *r, const struct ev_decision *d)
{
	struct ev_buf text = EV_BUF_INIT;
	char link[72];
	int ret;

	ret = ev_control_set(&text, link, r, &d->tree);
	*same = ret == 0 && !strcmp(link, d->control_set);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();
		ret = 0;
	}
	ev_buf_release(&text);
	return ret;
}

static int add(struct ev_links *l, struct ev_repo *r,
	       const struct ev_tagref *tag)
{
	struct ev_decided d;
	struct ev_link *to;
	bool same = false;
	size_t i;
	int ret;

	ret = ev_decided_read(&d, r, tag->name, &tag->oid);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();
		return 0;
	}
	if (ret == 0 && d.d.kind != EV_DECISION_POLICY)
		goto out;
	if (ret == 0) {
		to = link_of(l, d.d.control_set);
		/* The tree that was looked at need not be again. */
		for (i = 0; to && i < to->n && !same; i++)
			same = ev_oid_eq(&to->approvals[i].d.tree, &d.d.tree);
		if (!same)
			ret = check_tree(&same, r, &d.d);
		if (ret == 0 && same && !to)
			ret = new_link(l, r, &d.d);
	}
	if (ret == EV_ENOTFOUND) {
		l->missing = true;
		snprintf(l->reason, sizeof(l->reason), "policy approval "
			 "'%.80s' cannot be read: %.80s", tag->name,
			 ev_error_last()->message);
		ev_error_clear();
		ret = 0;
		goto out;
	}
	if (ret < 0 || !same)
		goto out;
	to = link_of(l, d.d.control_set);
	EV_GROW(to->approvals, to->n, to->cap);
	to->approvals[to->n++] = d;
	return 0;
out:
	ev_decided_release(&d);
	return ret;
}

int ev_links_load(struct ev_links *out, struct ev_repo *r,
		  const struct ev_evidence *e)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < e->n; i++)
		if (ev_starts_with(e->tags[i].name, POLICY_TAGS))
			ret = add(out, r, &e->tags[i]);
	return ret;
}

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
			  const struct ev_decided *d, int64_t now)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(TAG_MAX);
	struct ev_object_signature known;
	struct ev_signature sig;
	struct ev_rawobj tag;
	char why[160];
	int ret;

	*yes = false;
	ev_rawobj_init(&tag);
	ret = ev_object_signature(&known, r, &p->trust, &d->oid, d->ref, now);
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
		ev_key_counts(why, p->trust.home, &sig, now);
out:
	ev_rawobj_release(&tag);
	ev_buf_release(&raw);
	return ret;
}

/* Without a pin the first link that somebody it lists has approved is taken. */
static int signed_by_own(bool *yes, struct ev_policy *p, struct ev_repo *r,
			 struct ev_decided *d, int64_t now)
{
	int ret = ev_decided_verify(d, r, &p->trust, now);

	*yes = ret == 0 && d->sig == EV_OBJSIG_GOOD && d->person &&
		!d->person->machine;
	return ret;
}

static int may_be_first(bool *yes, struct ev_link *l, const struct ev_chain *c,
			struct ev_repo *r, int64_t now)
{
	struct ev_policy *p = l->policy;
	struct ev_decided *d;
	size_t i;
	int ret = 0;

	*yes = false;
	if (*l->previous || !p)
		return 0;
	for (i = 0; ret == 0 && i < l->n && !*yes; i++) {
		d = &l->approvals[i];
		if (!agrees(d, l, p->trust.product_id))
			continue;
		ret = c->pinned ? signed_by_root(yes, c, p, r, d, now) :
		      signed_by_own(yes, p, r, d, now);
	}
	return ret;
}

/* Later links --------------------------------------------------------------- */

static int may_follow(bool *yes, struct ev_link *l, struct ev_policy *last,
		      struct ev_repo *r, int64_t now)
{
	struct ev_ballot *ballots;
	int64_t *have;
	size_t i, n = 0;
	int ret = 0;

	*yes = false;
	if (l->version != last->version + 1 ||
	    strcmp(l->previous, last->link) ||
	    (l->policy && !ev_streq(l->policy->trust.product_id,
				    last->trust.product_id)))
		return 0;
	ballots = ev_calloc(l->n + 1, sizeof(*ballots));
	have = ev_calloc(last->policy_change.n + 1, sizeof(*have));
	for (i = 0; ret == 0 && i < l->n; i++) {
		struct ev_decided *d = &l->approvals[i];

		if (!agrees(d, l, last->trust.product_id))
			continue;
		ret = ev_decided_verify(d, r, &last->trust, now);
		if (ret < 0 || d->sig != EV_OBJSIG_GOOD || !d->person ||
		    d->person->machine)
			continue;
		ballots[n].person = d->person;
		ballots[n++].role = d->d.role;
	}
	if (ret == 0)
		*yes = last->policy_change.n &&
			ev_quorum_count(have, NULL, &last->policy_change,
					ballots, n, true);
	free(ballots);
	free(have);
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
		EV_GROW(out->at, out->n, out->cap);
		out->at[out->n++] = i;
	}
	return ret;
}

/* Withdrawn links ----------------------------------------------------------- */

/* Every person once, in each role they have. */
static size_t ballots_of(struct ev_ballot **out, const struct ev_lines *lines,
			 const char *link)
{
	const struct ev_line *l;
	size_t i, k, n = 0, cap = 0;

	for (i = 0; i < lines->n; i++) {
		l = &lines->items[i];
		if (l->state != EV_LIVE || !l->person || l->person->machine ||
		    l->record.kind != EV_KIND_REVOCATION ||
		    !ev_streq(l->record.withdraws_type, "link") ||
		    !ev_streq(l->record.withdraws_id, link))
			continue;
		for (k = 0; k < l->person->roles.n; k++) {
			EV_GROW(*out, n, cap);
			(*out)[n].person = l->person;
			(*out)[n++].role = l->person->roles.items[k];
		}
	}
	return n;
}

static bool is_withdrawn(const struct ev_lines *lines,
			 const struct ev_quorum *q, const char *link)
{
	struct ev_ballot *ballots = NULL;
	int64_t *have = ev_calloc(q->n + 1, sizeof(*have));
	size_t n = ballots_of(&ballots, lines, link);
	bool yes;

	yes = q->n && ev_quorum_count(have, NULL, q, ballots, n, true);
	free(ballots);
	free(have);
	return yes;
}

int ev_links_withdraw(struct ev_link_refs *next, const struct ev_links *all,
		      const struct ev_chain *c, struct ev_repo *r,
		      const struct ev_evidence *e, int64_t now)
{
	struct ev_policy *last = c->n ? c->links[c->n - 1] : NULL;
	struct ev_lines lines = EV_LINES_INIT;
	struct ev_ledger *ledger = NULL;
	size_t i, kept = 0;
	int ret;

	/* Of two first policies the configuration has to name one's root. */
	if (!last || !e->has_ledger)
		return 0;
	ret = ev_ledger_open(&ledger, r, &last->trust, &e->ledger);
	if (ret < 0)
		return ret;
	ev_ledger_set_now(ledger, now);
	ret = ev_ledger_lines(&lines, ledger, NULL, &ev_oid_empty_tree);
	if (ret == 0) {
		for (i = 0; i < next->n; i++)
			if (!is_withdrawn(&lines, &last->policy_change,
					  all->items[next->at[i]].link))
				next->at[kept++] = next->at[i];
		next->n = kept;
	}
	ev_lines_release(&lines);
	ev_ledger_close(ledger);
	return ret;
}
