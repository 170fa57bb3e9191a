#include "base/compat.h"

#include "policy/checkpoints_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "repo/git.h"
#include "repo/rawobj.h"

/*
 * A ledger only grows, in one line, so of two checkpoints the one whose ledger
 * came first was made first, whatever they say.  One that says otherwise was
 * dated back to hold what was not there.
 */

#define COMMIT_MAX ((size_t)1 << 20)
#define NEAR 64				/* commits that git need not walk */
#define OFF ((void *)(uintptr_t)1)	/* places are from 2 */

/* The line ----------------------------------------------------------------- */

struct line {
	struct ev_repo *repo;
	struct ev_oidmap *places;
	size_t top;			/* the place of its newest commit */
};

static size_t place_at(const struct line *l, const struct ev_oid *commit)
{
	void *place = ev_oidmap_get(l->places, commit);

	return place == OFF ? 0 : (size_t)(uintptr_t)place;
}

/* The one before; 0 if there is none that can be read.  *there (may be NULL):
 * the commit itself can. */
static int parent_of(struct ev_oid *out, bool *there, struct ev_repo *r,
		     const struct ev_oid *commit)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(COMMIT_MAX);
	enum ev_objtype type;
	struct ev_rawobj o;
	int ret;

	ev_rawobj_init(&o);
	ret = ev_object_read(&raw, &type, r, commit);
	if (ret == 0 && type == EV_OBJ_COMMIT)
		ret = ev_commit_split(&o, raw.ptr, raw.len);
	if (there)
		*there = ret == 0 && type == EV_OBJ_COMMIT;
	if (ret == 0 && o.parents.n) {
		*out = o.parents.items[0];
		ret = 1;
	} else if (ret == EV_ENOTFOUND || ret == EV_EINVALID ||
		   ret == EV_ELIMIT) {
		ev_error_clear();
		ret = 0;
	}
	ev_rawobj_release(&o);
	ev_buf_release(&raw);
	return ret;
}

/* The newest of them, as long as git would take to start: 1 if there are more,
 * from `at` on. */
static int read_near(struct ev_oids *commits, struct ev_oid *at,
		     struct ev_repo *r, const struct ev_oid *tip)
{
	struct ev_oid next = *tip;
	bool there = false;
	int ret = 1;

	*at = *tip;
	/* Git knows where such a one ends. */
	while (ret > 0 && commits->n < NEAR && !ev_repo_is_shallow(r)) {
		ret = parent_of(&next, &there, r, at);
		if (ret >= 0 && there)
			ev_oids_add(commits, at);
		*at = next;
	}
	return ret;
}

static int read_far(struct ev_oids *commits, struct ev_repo *r,
		    const struct ev_oid *tip)
{
	char hex[EV_OID_HEX + 1];
	const char *args[] = { "--first-parent", hex, NULL };
	struct ev_walk *walk = NULL;
	struct ev_walk_item x;
	int ret, end;

	ev_oid_hex(hex, tip);
	ret = ev_walk_open(&walk, r, args);
	while (ret >= 0 && (ret = ev_walk_next(&x, walk)) > 0)
		ev_oids_add(commits, &x.commit);
	end = walk ? ev_walk_close(walk) : 0;
	return ret < 0 ? ret : end;
}

/* All that lead to the tip of the ledger, as far as they are here. */
static int read_line(struct line *l, const struct ev_oid *tip)
{
	struct ev_oids commits = EV_OIDS_INIT;
	struct ev_oid at;
	size_t i;
	int ret;

	ret = read_near(&commits, &at, l->repo, tip);
	if (ret > 0)
		ret = read_far(&commits, l->repo, &at);
	/* What cannot be read has no place. */
	if (ret == EV_ENOTFOUND || ret == EV_ERROR || ret == EV_EINVALID) {
		ev_error_clear();
		ret = 0;
	}
	for (i = 0; ret == 0 && i < commits.n; i++)
		*ev_oidmap_at(l->places, &commits.items[i]) =
			(void *)(uintptr_t)(commits.n - i + 1);
	l->top = commits.n + 1;
	ev_oids_release(&commits);
	return ret;
}

/* Give `tip` and those before it a place on top of the line, if it goes on from
 * there; else none.  Each commit is looked at once. */
static int go_on(struct line *l, const struct ev_oid *tip)
{
	struct ev_oids new = EV_OIDS_INIT;
	struct ev_oid at = *tip;
	bool on_top;
	size_t i;
	int ret = 1;

	while (ret > 0 && !ev_oidmap_get(l->places, &at)) {
		ev_oids_add(&new, &at);
		*ev_oidmap_at(l->places, &at) = OFF;
		ret = parent_of(&at, NULL, l->repo, &at);
	}
	on_top = ret > 0 ? place_at(l, &at) == l->top : l->top == 1;
	for (i = new.n; ret >= 0 && on_top && i > 0; i--)
		*ev_oidmap_at(l->places, &new.items[i - 1]) =
			(void *)(uintptr_t)++l->top;
	ev_oids_release(&new);
	return ret < 0 ? ret : 0;
}

static int line_open(struct line *l, struct ev_repo *r,
		     const struct ev_evidence *e)
{
	l->repo = r;
	l->places = ev_oidmap_new();
	l->top = 1;
	return e->has_ledger ? read_line(l, &e->ledger) : 0;
}

/* Without a ledger, that of the newest checkpoint is it. */
int ev_checkpoints_place(struct ev_seen *s)
{
	struct ev_checkpoint *c;
	struct line l;
	size_t i;
	int ret = line_open(&l, s->repo, &s->evidence);

	for (i = s->list.n; ret == 0 && l.top == 1 && i > 0; i--) {
		c = &s->list.items[i - 1];
		if (c->ledger_here && c->decided.d.at <= s->now +
		    EV_CLOCK_SKEW)
			ret = go_on(&l, &c->decided.d.ledger);
	}
	for (i = 0; ret == 0 && i < s->list.n; i++) {
		c = &s->list.items[i];
		if (c->ledger_here)
			ret = go_on(&l, &c->decided.d.ledger);
		if (ret == 0)
			c->place = place_at(&l, &c->decided.d.ledger);
	}
	ev_oidmap_free(l.places);
	return ret;
}

/* Backdated ---------------------------------------------------------------- */

static int by_place(const void *va, const void *vb)
{
	const struct ev_checkpoint *const *a = va, *const *b = vb;

	return ((*a)->place > (*b)->place) - ((*a)->place < (*b)->place);
}

static bool is_dated(const struct ev_checkpoint *c)
{
	return c->state == EV_CHECKPOINT_ACCEPTED && !c->late;
}

/* What the user, or this clone, has accepted before is no lie. */
static void mark_vouched(struct ev_seen *s)
{
	const struct ev_checkpoint *c;
	bool *known;
	size_t i, k;

	for (i = 0; i < s->list.n; i++)
		s->list.items[i].vouched = false;
	for (i = s->vouched.n ? s->list.n : 0; i > 0; i--) {
		c = &s->list.items[i - 1];
		if (c->vouched || !ev_checkpoint_used(c) ||
		    !ev_oids_has(&s->vouched, &c->decided.oid))
			continue;
		known = ev_checkpoints_up_to(s, i - 1);
		for (k = 0; k < i; k++)
			s->list.items[k].vouched |= known[k];
		free(known);
	}
}

static bool set_backdated(struct ev_checkpoint *c,
			  const struct ev_checkpoint *other)
{
	c->backdated = true;
	snprintf(c->against, sizeof(c->against), "%.60s",
		 other->decided.ref + strlen("refs/tags/"));
	return true;
}

bool ev_checkpoints_backdated(struct ev_seen *s)
{
	struct ev_checkpoint **l = ev_calloc(s->list.n + 1, sizeof(*l));
	const struct ev_checkpoint *first = NULL, *last = NULL;
	bool any = false;
	size_t i, n = 0;

	mark_vouched(s);
	for (i = 0; i < s->list.n; i++)
		if (s->list.items[i].place &&
		    ev_checkpoint_used(&s->list.items[i]))
			l[n++] = &s->list.items[i];
	if (n)
		qsort(l, n, sizeof(*l), by_place);
	/* Nothing before what is vouched for was made after that. */
	for (i = n; i > 0; i--) {
		if (first && !l[i - 1]->vouched && l[i - 1]->decided.d.at >
		    first->decided.d.at + EV_CLOCK_SKEW)
			any = set_backdated(l[i - 1], first);
		if (l[i - 1]->vouched && (!first || l[i - 1]->decided.d.at <
					  first->decided.d.at))
			first = l[i - 1];
	}
	for (i = 0; i < n; i++) {
		if (l[i]->backdated)
			continue;
		if (last && !l[i]->vouched && last->place < l[i]->place &&
		    l[i]->decided.d.at + EV_CLOCK_SKEW < last->decided.d.at) {
			any = set_backdated(l[i], last);
			continue;
		}
		if (is_dated(l[i]) && (!last || l[i]->decided.d.at >
				       last->decided.d.at))
			last = l[i];
	}
	free(l);
	return any;
}

/* Coming in ---------------------------------------------------------------- */

int ev_checkpoint_comes_after(bool *yes, char reason[200], struct ev_repo *r,
			      struct ev_chain *c, const struct ev_evidence *e,
			      const struct ev_decision *d)
{
	const struct ev_checkpoint *x;
	const struct ev_oid *there;
	struct line l;
	size_t i, at;
	int ret;

	*yes = true;
	if (!c->seen)
		return 0;
	ret = ev_checkpoints_read(c->seen);
	if (ret == 0)
		ret = ev_checkpoints_accept_now(c->seen);
	if (ret < 0)
		return ret;
	ret = line_open(&l, r, e);
	at = ret == 0 ? place_at(&l, &d->ledger) : 0;
	for (i = 0; ret == 0 && *yes && i < c->seen->list.n; i++) {
		x = &c->seen->list.items[i];
		there = ev_evidence_tag(e, x->decided.ref);
		if (!is_dated(x) || !there ||
		    !ev_oid_eq(there, &x->decided.oid))
			continue;
		*yes = false;
		if (d->at + EV_CLOCK_SKEW < x->decided.d.at)
			snprintf(reason, 200, "dated before '%.80s', which "
				 "is there", x->decided.ref);
		else if (at < place_at(&l, &x->decided.d.ledger))
			snprintf(reason, 200, "its ledger is older than that "
				 "of '%.80s', which is there", x->decided.ref);
		else
			*yes = true;
	}
	ev_oidmap_free(l.places);
	return ret;
}
