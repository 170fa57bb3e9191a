#include "base/compat.h"

#include "policy/checkpoints_internal.h"

#include <stdio.h>

#include "base/mem.h"

static void add_holder(struct ev_past *p, const struct ev_checkpoint *c,
		       struct ev_policy *link)
{
	struct ev_holder *h;

	EV_GROW(p->items, p->n, p->cap);
	h = &p->items[p->n++];
	memset(h, 0, sizeof(*h));
	h->tag = c->decided.oid;
	h->ledger = c->decided.d.ledger;
	h->at = c->decided.d.at;
	h->trust = &link->trust;
	h->promoters = &link->promote_by;
	h->late = c->late;
	memcpy(h->approvals, c->decided.d.approvals, sizeof(h->approvals));
}

/* Those that no other one of the past comes after. */
static void mark_tips(struct ev_past *p, const struct ev_seen *s,
		      const size_t *at)
{
	bool *followed = ev_calloc(s->list.n + 1, sizeof(*followed));
	size_t i, k;

	for (i = 0; i < p->n; i++)
		for (k = s->named_at[at[i]]; k < s->named_at[at[i] + 1]; k++)
			followed[s->named[k]] = true;
	for (i = 0; i < p->n; i++)
		p->items[i].tip = !followed[at[i]];
	free(followed);
}

static int add_voided(struct ev_past *p, struct ev_seen *s, const size_t *at,
		      const struct ev_withdrawn *w)
{
	struct ev_voided *v;
	size_t i;
	int ret = 0;

	EV_GROW(p->voided, p->nvoided, p->voided_cap);
	v = &p->voided[p->nvoided++];
	memset(v, 0, sizeof(*v));
	memcpy(v->fpr, w->fpr, sizeof(v->fpr));
	memcpy(v->record, w->record, sizeof(v->record));
	v->at = w->at;
	snprintf(v->reason, sizeof(v->reason), "key %.40s was withdrawn%s"
		 "%s%.12s", w->fpr, w->compromised ? " as compromised" : "",
		 *w->record ? " by record " : "", w->record);
	v->spared = ev_calloc(p->n + 1, sizeof(*v->spared));
	for (i = 0; ret == 0 && i < p->n; i++)
		ret = ev_checkpoint_spared(&v->spared[i], w, s, at[i]);
	return ret;
}

int ev_seen_fill_from(struct ev_past *p, struct ev_seen *s, const bool *which,
		      const struct ev_trust *now)
{
	const struct ev_checkpoint *c;
	struct ev_policy *link;
	size_t i, *at = NULL;
	int ret;

	ret = ev_checkpoints_read(s);
	if (ret == 0)
		ret = ev_checkpoints_accept_now(s);
	if (ret == 0)
		at = ev_calloc(s->list.n + 1, sizeof(*at));
	for (i = 0; ret == 0 && i < s->list.n; i++) {
		c = &s->list.items[i];
		if (!ev_checkpoint_used(c) || !c->place ||
		    (which && !which[i]))
			continue;
		link = ev_seen_link(s, c->decided.d.policy);
		if (!link)
			continue;
		at[p->n] = i;
		add_holder(p, c, link);
	}
	if (ret == 0)
		mark_tips(p, s, at);
	for (i = 0; ret == 0 && now && i < now->nwithdrawn; i++)
		ret = add_voided(p, s, at, &now->withdrawn[i]);
	free(at);
	return ret;
}

static int check(struct ev_past *p, struct ev_repo *r, size_t holder)
{
	struct ev_seen *s = p->ctx;
	char hex[EV_OID_HEX + 1];
	size_t i;
	int ret;

	(void)r;
	ev_oid_hex(hex, &p->items[holder].tag);
	i = ev_checkpoints_find(s, hex);
	ret = ev_checkpoint_check(s, i);
	return ret < 0 ? ret : ev_checkpoint_used(&s->list.items[i]);
}

int ev_seen_fill(struct ev_past *p, struct ev_repo *r)
{
	struct ev_seen *s = p->ctx;

	(void)r;
	p->check = check;
	return ev_seen_fill_from(p, s, NULL, s->in_force ?
				 &s->in_force->trust : NULL);
}
