#include "base/compat.h"

#include "gate/approve.h"

#include "base/error.h"
#include "base/mem.h"
#include "policy/links.h"
#include "policy/quorum.h"

void ev_pending_release(struct ev_pending *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		free(p->awaited[i].role);
		ev_strs_release(&p->awaited[i].people);
		ev_strs_release(&p->awaited[i].barred);
	}
	free(p->awaited);
	free(p->wrong);
	free(p->mends);
	free(p->root_of);
	ev_strs_release(&p->given);
	ev_strs_release(&p->roles);
	memset(p, 0, sizeof(*p));
}

static void take_wrong(struct ev_pending *out)
{
	out->wrong = ev_strdup(ev_error_last()->message);
	out->mends = ev_strdup(ev_error_last()->hints);
	ev_error_clear();
}

/* What has been approved --------------------------------------------------- */

static bool agrees(const struct ev_decided *d, const struct ev_policy *next)
{
	return ev_streq(d->d.product, next->trust.product_id) &&
	       d->d.version == next->version &&
	       !strcmp(d->d.previous, next->previous);
}

static int add_ballots(struct ev_ballot **out, size_t *n,
		       struct ev_pending *p, struct ev_link *l,
		       const struct ev_policy *next, struct ev_policy *last,
		       struct ev_repo *r, int64_t now)
{
	struct ev_decided *d;
	size_t i;
	int ret = 0;

	*out = ev_calloc(l->n + 1, sizeof(**out));
	for (i = 0; ret == 0 && i < l->n; i++) {
		d = &l->approvals[i];
		if (!agrees(d, next))
			continue;
		ret = ev_decided_verify(d, r, &last->trust, now);
		if (ret < 0 || d->sig != EV_OBJSIG_GOOD || !d->person ||
		    d->person->machine)
			continue;
		(*out)[*n].person = d->person;
		(*out)[(*n)++].role = d->d.role;
		ev_strs_addf(&p->given, "%s as %s", d->person->name,
			     d->d.role);
	}
	ev_strs_sort(&p->given);
	ev_strs_uniq(&p->given);
	return ret;
}

/* Who is awaited ----------------------------------------------------------- */

/* As each person counts for one role, whoever has signed is not asked again. */
static bool has_signed(const struct ev_ballot *b, size_t n,
		       const struct ev_person *p)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (b[i].person == p)
			return true;
	return false;
}

static void await(struct ev_pending *out, const struct ev_policy *last,
		  const struct ev_quorum_item *q, int64_t have,
		  const struct ev_ballot *b, size_t n,
		  const struct ev_person *asks)
{
	const struct ev_person *p;
	struct ev_awaited *a;
	size_t i;

	EV_GROW(out->awaited, out->n, out->cap);
	a = &out->awaited[out->n++];
	memset(a, 0, sizeof(*a));
	a->role = ev_strdup(q->role);
	a->wanted = q->count;
	a->have = have;
	for (i = 0; i < last->trust.npeople; i++) {
		p = &last->trust.people[i];
		if (p->machine || !p->nkeys ||
		    !ev_person_has_role(p, q->role) || has_signed(b, n, p))
			continue;
		ev_strs_add(&a->people, p->name);
		if (p == asks)
			ev_strs_add(&out->roles, q->role);
	}
}

static int read_quorum(struct ev_pending *out, struct ev_links *all,
		       const struct ev_policy *next, struct ev_policy *last,
		       struct ev_repo *r, const struct ev_person *asks,
		       int64_t now)
{
	const struct ev_quorum *q = &last->policy_change;
	struct ev_ballot *ballots = NULL;
	int64_t *have = ev_calloc(q->n + 1, sizeof(*have));
	struct ev_link none = { .n = 0 }, *l = &none;
	size_t i, n = 0;
	int ret;

	for (i = 0; i < all->n; i++)
		if (!strcmp(all->items[i].link, next->link))
			l = &all->items[i];
	ret = add_ballots(&ballots, &n, out, l, next, last, r, now);
	if (ret < 0)
		goto out;
	ev_quorum_count(have, NULL, q, ballots, n, true);
	for (i = 0; i < q->n; i++)
		if (have[i] < q->items[i].count)
			await(out, last, &q->items[i], have[i], ballots, n,
			      asks);
out:
	free(ballots);
	free(have);
	return ret;
}

/* The first policy ---------------------------------------------------------- */

static bool has_say(const struct ev_policy *next, const char *role)
{
	size_t i;

	for (i = 0; i < next->policy_change.n; i++)
		if (!strcmp(next->policy_change.items[i].role, role))
			return true;
	return false;
}

/* One role will do: any of theirs, at best one that has a say later too. */
static void offer_role(struct ev_pending *out, const struct ev_policy *next,
		       const struct ev_person *p)
{
	const char *role = NULL;
	size_t i;

	for (i = 0; p && i < p->roles.n; i++)
		if (!role || (!has_say(next, role) &&
			      has_say(next, p->roles.items[i])))
			role = p->roles.items[i];
	if (!p && next->policy_change.n)
		role = next->policy_change.items[0].role;
	if (role)
		ev_strs_add(&out->roles, role);
}

static void read_first(struct ev_pending *out, const struct ev_policy *next,
		       const struct ev_chain *chain,
		       const struct ev_person *asks, bool has_root)
{
	const struct ev_person *p = NULL;

	if (chain->pinned) {
		memcpy(out->root, chain->root, sizeof(out->root));
		p = ev_trust_person(&next->trust, chain->root, NULL);
		out->root_of = ev_strdup(p ? p->name : "");
		if (has_root && (!p || !p->machine))
			offer_role(out, next, p);
		return;
	}
	/* asks is a person of another reading of this control set */
	if (asks && !asks->machine && asks->nkeys)
		p = ev_trust_person(&next->trust, asks->keys[0].fpr, NULL);
	if (p)
		offer_role(out, next, p);
}

/* -------------------------------------------------------------------------- */

/* Is it one that was in force, or an older draft that nobody goes by? */
static bool is_past(const struct ev_policy *next, const struct ev_chain *c)
{
	return ev_chain_link(c, next->link) ||
	       (c->in_force && next->version < c->in_force->version);
}

static int look(struct ev_pending *out, struct ev_policy *next,
		struct ev_repo *r, const struct ev_chain *chain,
		const struct ev_evidence *e, const struct ev_person *asks,
		bool has_root, int64_t now)
{
	struct ev_links all = { .n = 0 };
	int ret = 0;

	if (is_past(next, chain))
		return 0;
	out->is = true;
	memcpy(out->link, next->link, sizeof(out->link));
	out->version = next->version;
	if (ev_approve_policy_follows(next, chain) < 0) {
		take_wrong(out);
		return 0;
	}
	if (!chain->in_force) {
		read_first(out, next, chain, asks, has_root);
		return 0;
	}
	ret = ev_links_load(&all, r, e);
	if (ret == 0)
		ret = read_quorum(out, &all, next, chain->in_force, r, asks,
				  now);
	ev_links_release(&all);
	return ret;
}

int ev_pending_read(struct ev_pending *out, struct ev_repo *r,
		    const struct ev_chain *chain, const struct ev_evidence *e,
		    const struct ev_oid *commit, const struct ev_person *asks,
		    bool has_root, int64_t now)
{
	struct ev_policy next = { 0 };
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_policy_read(&next, r, commit);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		return 0;
	}
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		out->is = true;
		take_wrong(out);
		return 0;
	}
	if (ret == 0)
		ret = look(out, &next, r, chain, e, asks, has_root, now);
	ev_policy_release(&next);
	if (ret < 0)
		ev_pending_release(out);
	return ret;
}
