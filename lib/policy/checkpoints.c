#include "base/compat.h"

#include "policy/checkpoints_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

/* What a chain keeps ------------------------------------------------------- */

struct ev_seen *ev_seen_new(struct ev_repo *r, const struct ev_evidence *e,
			    int64_t now)
{
	struct ev_seen *s = ev_calloc(1, sizeof(*s));

	s->repo = r;
	s->now = now;
	ev_evidence_copy(&s->evidence, e);
	s->evidence.supposed = NULL;	/* lives no longer than the call */
	s->past.fill = ev_seen_fill;
	s->past.ctx = s;
	s->past.evidence = &s->evidence;
	return s;
}

void ev_seen_judges(struct ev_seen *s, const struct ev_chain *c)
{
	free(s->links);
	s->links = ev_calloc(c->n + 1, sizeof(struct ev_policy *));
	if (c->n)
		memcpy(s->links, c->links, c->n * sizeof(struct ev_policy *));
	s->n = c->n;
	s->in_force = c->in_force;
	s->accepted = false;
}

void ev_seen_free(struct ev_seen *s)
{
	if (!s)
		return;
	ev_past_release(&s->past);
	ev_checkpoints_release(&s->list);
	ev_oidmap_free(s->places);
	free(s->named);
	free(s->named_at);
	free(s->whole);
	free(s->good);
	free(s->held);
	free(s->links);
	ev_oids_release(&s->vouched);
	ev_evidence_release(&s->evidence);
	free(s);
}

void ev_checkpoints_release(struct ev_checkpoints *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		ev_decided_release(&l->items[i].decided);
	free(l->items);
	memset(l, 0, sizeof(*l));
}

/* Reading ------------------------------------------------------------------ */

static int read_tag(struct ev_seen *s, const struct ev_tagref *tag)
{
	struct ev_checkpoints *l = &s->list;
	struct ev_checkpoint *c;
	struct ev_decided d;
	enum ev_objtype type;
	int ret = ev_decided_read(&d, s->repo, tag->name, &tag->oid);

	if (ret == EV_EINVALID || ret == EV_ENOTFOUND) {
		l->unreadable++;
		ev_error_clear();
		return 0;
	}
	if (ret < 0)
		return ret;
	EV_GROW(l->items, l->n, l->cap);
	c = &l->items[l->n++];
	memset(c, 0, sizeof(*c));
	c->decided = d;
	c->state = EV_CHECKPOINT_REFUSED;
	c->ledger_here = ev_object_info(&type, NULL, s->repo,
					&d.d.ledger) == 0 &&
		type == EV_OBJ_COMMIT;
	ev_error_clear();
	return 0;
}

static int by_time(const void *va, const void *vb)
{
	const struct ev_checkpoint *a = va, *b = vb;

	if (a->decided.d.at != b->decided.d.at)
		return a->decided.d.at < b->decided.d.at ? -1 : 1;
	return ev_oid_cmp(&a->decided.oid, &b->decided.oid);
}

/* Positions by tag, from 1. */
static struct ev_oidmap *places_of(const struct ev_checkpoints *l)
{
	struct ev_oidmap *m = ev_oidmap_new();
	size_t i;

	for (i = 0; i < l->n; i++)
		*ev_oidmap_at(m, &l->items[i].decided.oid) =
			(void *)(uintptr_t)(i + 1);
	return m;
}

static size_t place_of(const struct ev_oidmap *m, const char *hex)
{
	struct ev_oid oid;

	if (ev_oid_parse(&oid, hex) < 0)
		return 0;
	return (size_t)(uintptr_t)ev_oidmap_get(m, &oid);
}

/* One of those before `at` that has no place in the order yet; 0: none. */
static size_t waits_for(const struct ev_checkpoints *l,
			const struct ev_oidmap *places, const size_t *rank,
			size_t at)
{
	const struct ev_strs *before = &l->items[at].decided.d.before;
	size_t i, k;

	for (i = 0; i < before->n; i++) {
		k = place_of(places, before->items[i]);
		if (k && !rank[k - 1])
			return k;
	}
	return 0;
}

/*
 * By time, but for those that a later one names and that say they were made
 * after it.  A name is a hash, so nothing comes before itself.
 */
static void sort(struct ev_checkpoints *l)
{
	struct ev_checkpoint *sorted;
	struct ev_oidmap *places;
	size_t *rank, *stack, i, k, deep, next = 0;

	if (l->n < 2)
		return;
	qsort(l->items, l->n, sizeof(*l->items), by_time);
	sorted = ev_calloc(l->n, sizeof(*sorted));
	rank = ev_calloc(l->n, sizeof(*rank));
	stack = ev_calloc(l->n, sizeof(*stack));
	places = places_of(l);
	for (i = 0; i < l->n; i++) {
		deep = 0;
		if (!rank[i])
			stack[deep++] = i;
		while (deep) {
			k = waits_for(l, places, rank, stack[deep - 1]);
			if (k) {
				stack[deep++] = k - 1;
				continue;
			}
			k = stack[--deep];
			sorted[next] = l->items[k];
			rank[k] = ++next;
		}
	}
	ev_oidmap_free(places);
	free(rank);
	free(stack);
	free(l->items);
	l->items = sorted;
	l->cap = l->n;
}

static void find_named(struct ev_seen *s)
{
	const struct ev_checkpoints *l = &s->list;
	const struct ev_strs *before;
	size_t i, k, m, n = 0;

	for (i = 0; i < l->n; i++)
		n += l->items[i].decided.d.before.n;
	s->named = ev_calloc(n + 1, sizeof(*s->named));
	s->named_at = ev_calloc(l->n + 1, sizeof(*s->named_at));
	s->whole = ev_calloc(l->n + 1, sizeof(*s->whole));
	for (i = n = 0; i < l->n; i++) {
		before = &l->items[i].decided.d.before;
		s->named_at[i] = n;
		s->whole[i] = i == 0;
		for (k = 0; k < before->n; k++) {
			m = ev_checkpoints_find(s, before->items[k]);
			if (m >= i)
				continue;
			s->named[n++] = m;
			s->whole[i] |= m + 1 == i && s->whole[m];
		}
	}
	s->named_at[l->n] = n;
}

int ev_checkpoints_read(struct ev_seen *s)
{
	const struct ev_evidence *e = &s->evidence;
	struct ev_oids ledgers = EV_OIDS_INIT;
	size_t i;
	int ret = 0;

	if (s->read)
		return 0;
	for (i = 0; ret == 0 && i < e->n; i++)
		if (ev_starts_with(e->tags[i].name, EV_CHECKPOINT_TAGS))
			ret = read_tag(s, &e->tags[i]);
	if (ret == 0)
		ret = ev_high_water_read(&s->vouched, &ledgers, s->repo);
	ev_oids_release(&ledgers);
	if (ret < 0) {
		ev_checkpoints_release(&s->list);
		return ret;
	}
	sort(&s->list);
	s->places = places_of(&s->list);
	ret = ev_checkpoints_place(s);
	if (ret < 0) {
		ev_oidmap_free(s->places);
		s->places = NULL;
		ev_checkpoints_release(&s->list);
		return ret;
	}
	find_named(s);
	s->read = true;
	return 0;
}

/* Asking ------------------------------------------------------------------- */

size_t ev_checkpoints_find(const struct ev_seen *s, const char *tag)
{
	size_t at = place_of(s->places, tag);

	return at ? at - 1 : s->list.n;
}

bool *ev_checkpoints_up_to(const struct ev_seen *s, size_t at)
{
	bool *flags = ev_calloc(s->list.n + 1, sizeof(*flags));
	size_t i, k;

	if (at >= s->list.n)
		return flags;
	flags[at] = true;
	for (i = at + 1; i > 0; i--) {
		if (!flags[i - 1])
			continue;
		if (s->whole[i - 1]) {
			memset(flags, true, i);
			break;
		}
		for (k = s->named_at[i - 1]; k < s->named_at[i]; k++)
			flags[s->named[k]] = true;
	}
	return flags;
}

bool ev_checkpoint_used(const struct ev_checkpoint *c)
{
	return c->state != EV_CHECKPOINT_REFUSED;
}

const struct ev_checkpoint *
ev_checkpoints_newest(const struct ev_checkpoints *l)
{
	size_t i;

	for (i = l->n; i > 0; i--)
		if (ev_checkpoint_used(&l->items[i - 1]))
			return &l->items[i - 1];
	return NULL;
}

void ev_checkpoints_tips(struct ev_oids *out, const struct ev_checkpoints *l)
{
	struct ev_oidmap *places = places_of(l);
	bool *named = ev_calloc(l->n + 1, sizeof(*named));
	const struct ev_strs *before;
	size_t i, k, m;

	for (i = 0; i < l->n; i++) {
		before = &l->items[i].decided.d.before;
		for (k = 0; ev_checkpoint_used(&l->items[i]) && k < before->n; k++) {
			m = place_of(places, before->items[k]);
			if (m)
				named[m - 1] = true;
		}
	}
	for (i = 0; i < l->n; i++)
		if (ev_checkpoint_used(&l->items[i]) && !named[i])
			ev_oids_add(out, &l->items[i].decided.oid);
	free(named);
	ev_oidmap_free(places);
}

bool ev_chain_late(char reason[200], const struct ev_chain *c)
{
	const struct ev_checkpoint *last;

	*reason = '\0';
	if (!c->seen || (!c->seen->late_settled && !c->seen->past.late_used))
		return false;
	last = ev_checkpoints_newest(&c->seen->list);
	snprintf(reason, 200, "only checkpoint '%.40s' holds it, and no later "
		 "one says that it was made in time: %.80s", last ?
		 last->decided.ref + strlen("refs/tags/") : "", last ?
		 last->reason : "");
	return true;
}

struct ev_checkpoints *ev_chain_checkpoints(struct ev_chain *c, int *err)
{
	static struct ev_checkpoints none;
	struct ev_seen *s = c->seen;
	int ret = 0;

	if (!s) {
		*err = 0;
		return &none;
	}
	ret = ev_checkpoints_read(s);
	if (ret == 0)
		ret = ev_checkpoints_accept(s);
	*err = ret;
	return ret < 0 ? NULL : &s->list;
}
