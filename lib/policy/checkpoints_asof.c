#include "base/compat.h"

#include "policy/checkpoints_internal.h"

#include "base/error.h"
#include "base/mem.h"

/* What a link's trust goes by otherwise. */
struct ev_as_of_kept {
	struct ev_past *past;
	struct ev_withdrawn *withdrawn;
	size_t n, cap;
};

/* The checkpoints before this one, when somebody asks for them. */
static int fill(struct ev_past *p, struct ev_repo *r)
{
	struct ev_as_of *a = p->ctx;
	bool *before = ev_checkpoints_up_to(a->seen, a->at);
	int ret;

	(void)r;
	before[a->at] = false;
	ret = ev_seen_fill_from(p, a->seen, before,
				&a->chain.in_force->trust);
	free(before);
	return ret;
}

/* What is withdrawn from the view of that time. */
static int keep_withdrawn(struct ev_trust *t, const struct ev_as_of *a,
			  const struct ev_as_of_kept *kept)
{
	bool spared;
	size_t i;
	int ret = 0;

	t->withdrawn = NULL;
	t->nwithdrawn = t->withdrawn_cap = 0;
	for (i = 0; ret == 0 && i < kept->n; i++) {
		ret = ev_checkpoint_spared(&spared, &kept->withdrawn[i],
					   a->seen, a->at);
		if (ret < 0 || spared)
			continue;
		EV_GROW(t->withdrawn, t->nwithdrawn, t->withdrawn_cap);
		t->withdrawn[t->nwithdrawn++] = kept->withdrawn[i];
	}
	return ret;
}

static int borrow_links(struct ev_as_of *a, const struct ev_chain *c,
			const struct ev_policy *last)
{
	struct ev_as_of_kept *kept;
	struct ev_trust *t;
	size_t i;
	int ret = 0;

	a->chain.links = ev_calloc(c->n + 1, sizeof(struct ev_policy *));
	a->kept = ev_calloc(c->n + 1, sizeof(*a->kept));
	for (i = 0; ret == 0 && i < c->n; i++) {
		t = &c->links[i]->trust;
		kept = &a->kept[i];
		kept->past = t->past;
		kept->withdrawn = t->withdrawn;
		kept->n = t->nwithdrawn;
		kept->cap = t->withdrawn_cap;
		a->chain.links[a->chain.n++] = c->links[i];
		t->past = &a->past;
		ret = keep_withdrawn(t, a, kept);
		if (c->links[i] == last)
			break;
	}
	a->chain.in_force = c->links[a->chain.n - 1];
	a->chain.seen = a->seen;
	a->chain.state = EV_CHAIN_GOOD;
	a->chain.pinned = c->pinned;
	memcpy(a->chain.root, c->root, sizeof(a->chain.root));
	return ret;
}

/* Where the first checkpoint that holds each decision is in the list. */
static int find_held(struct ev_seen *s, struct ev_repo *r)
{
	const struct ev_holder *const *held;
	char hex[EV_OID_HEX + 1];
	size_t i;
	int ret;

	if (s->held)
		return 0;
	ret = ev_past_tags(&held, &s->past, r);
	if (ret < 0)
		return ret;
	s->held = ev_calloc(s->evidence.n + 1, sizeof(*s->held));
	for (i = 0; i < s->evidence.n; i++) {
		if (!held[i])
			continue;
		ev_oid_hex(hex, &held[i]->tag);
		s->held[i] = (uint32_t)ev_checkpoints_find(s, hex) + 1;
		if (s->held[i] > s->list.n)
			s->held[i] = 0;
	}
	return 0;
}

/* The decisions that it or one before it holds; their names are borrowed. */
static int take_decisions(struct ev_as_of *a, struct ev_repo *r)
{
	struct ev_evidence *e = &a->seen->evidence, *out = &a->evidence;
	bool *before;
	size_t i;
	int ret = find_held(a->seen, r);

	if (ret < 0)
		return ret;
	before = ev_checkpoints_up_to(a->seen, a->at);
	out->tags = ev_calloc(e->n + 1, sizeof(*out->tags));
	out->cap = e->n + 1;
	for (i = 0; i < e->n; i++)
		if (a->seen->held[i] && before[a->seen->held[i] - 1])
			out->tags[out->n++] = e->tags[i];
	free(before);
	return 0;
}

int ev_as_of_open(struct ev_as_of *out, struct ev_repo *r, struct ev_chain *c,
		  const struct ev_checkpoint *at)
{
	int ret;

	memset(out, 0, sizeof(*out));
	if (!ev_checkpoint_used(at) || !at->link || !at->ledger_here)
		return ev_fail(EV_EINVALID, "checkpoint '%s' is not accepted: "
			       "%s", at->decided.ref, *at->reason ?
			       at->reason : "its ledger is not here");
	out->seen = c->seen;
	out->at = (size_t)(at - c->seen->list.items);
	out->now = at->decided.d.at;
	out->evidence.has_ledger = true;
	out->evidence.ledger = at->decided.d.ledger;
	ret = take_decisions(out, r);
	out->past.evidence = &out->evidence;
	out->past.ctx = out;
	out->past.fill = fill;
	if (ret == 0)
		ret = borrow_links(out, c, at->link);
	if (ret < 0)
		ev_as_of_release(out);
	return ret;
}

void ev_as_of_release(struct ev_as_of *a)
{
	struct ev_trust *t;
	size_t i;

	for (i = 0; i < a->chain.n; i++) {
		t = &a->chain.links[i]->trust;
		free(t->withdrawn);
		t->past = a->kept[i].past;
		t->withdrawn = a->kept[i].withdrawn;
		t->nwithdrawn = a->kept[i].n;
		t->withdrawn_cap = a->kept[i].cap;
	}
	free(a->chain.links);
	free(a->kept);
	ev_past_release(&a->past);
	free(a->evidence.tags);
	memset(a, 0, sizeof(*a));
}
