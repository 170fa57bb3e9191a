#include "base/compat.h"

#include "policy/checkpoints_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

static int refuse(struct ev_checkpoint *c, const char *reason)
{
	snprintf(c->reason, sizeof(c->reason), "%s", reason);
	return 0;
}

/* By itself ---------------------------------------------------------------- */

/* What it says of its own time must fit the signature. */
static bool dated_rightly(const struct ev_decided *d)
{
	return d->d.at <= d->signed_at + EV_CLOCK_SKEW &&
	       d->signed_at <= d->d.at + EV_CHECKPOINT_SIGNING;
}

int ev_checkpoint_fits(bool *yes, struct ev_checkpoint *c, struct ev_repo *r,
		       struct ev_policy *link)
{
	struct ev_decided *d = &c->decided;
	int ret;

	*yes = false;
	if (!ev_streq(d->d.product, link->trust.product_id))
		return refuse(c, "it is of another product");
	ret = ev_decided_verify_then(d, r, &link->trust);
	if (ret < 0)
		return ret;
	if (d->sig != EV_OBJSIG_GOOD || !d->person)
		return refuse(c, *d->reason ? d->reason :
			      "its signature does not count");
	if (d->person->machine)
		return refuse(c, "a machine cannot sign a checkpoint");
	if (!ev_person_has_any(d->person, &link->checkpoint_by)) {
		snprintf(c->reason, sizeof(c->reason), "%.80s has no role of "
			 "checkpoint.by in policy version %lld",
			 d->person->name, (long long)link->version);
		return 0;
	}
	if (!dated_rightly(d))
		return refuse(c, "its date is not that of its signature");
	*yes = true;
	return 0;
}

int ev_checkpoint_counts(bool *yes, struct ev_checkpoint *c, struct ev_repo *r,
			 struct ev_policy *p, int64_t now)
{
	struct ev_object_signature s;
	int ret;

	*yes = false;
	if (!p)
		return 0;
	ret = ev_object_signature(&s, r, &p->trust, &c->decided.oid,
				  c->decided.ref, now);
	if (ret == 0)
		*yes = s.status == EV_OBJSIG_GOOD && s.person &&
			!s.person->machine;
	if (ret == 0 && !*yes)
		snprintf(c->reason, sizeof(c->reason), "%s", s.reason);
	return ret;
}

/* All of them -------------------------------------------------------------- */

struct walk {
	struct ev_seen *s;
	int64_t *bound;			/* by when each must have been there;
					   INT64_MIN: nothing names it */
	bool *sure;			/* one that is not late names it */
	bool quick;			/* leave those that are named */
	size_t late;			/* the one that is used although it is
					   late; n of the list: none */
};

struct ev_policy *ev_seen_link(const struct ev_seen *s, const char *link)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!strcmp(s->links[i]->link, link))
			return s->links[i];
	return NULL;
}

/* Its owner says that somebody else may use it: then it never is late only. */
static bool is_revoked(const struct ev_policy *p, const char *subkey)
{
	const struct ev_subkey *sub = NULL;
	const struct ev_key *key = NULL;

	if (p && p->trust.home)
		key = ev_keyhome_find(p->trust.home, subkey, &sub);
	return key && (key->revoked || sub->revoked);
}

/* Would it count but for the expiry of its key?  Somebody who has left, or
 * whose key was withdrawn, has no say any more. */
static int only_expired(bool *yes, struct ev_seen *s, size_t i,
			const struct ev_fate *fate)
{
	struct ev_checkpoint *c = &s->list.items[i];
	const struct ev_person *person = c->decided.person;
	struct ev_policy *now = s->in_force;
	char reason[sizeof(c->reason)];
	int ret = 0;

	*yes = false;
	if (fate->withdrawn || is_revoked(now, c->decided.subkey))
		return 0;
	memcpy(reason, c->reason, sizeof(reason));
	ret = ev_checkpoint_fits(yes, c, s->repo, now);
	c->decided.person = person;
	memcpy(c->reason, reason, sizeof(reason));
	return ret;
}

/* What it names, by a hash, was there at the time that it says. */
static void name_before(struct walk *w, size_t i, int64_t bound, bool sure)
{
	const struct ev_decision *d = &w->s->list.items[i].decided.d;
	size_t k, m;

	if (d->at < bound)
		bound = d->at;
	for (k = 0; k < d->before.n; k++) {
		m = ev_checkpoints_find(w->s, d->before.items[k]);
		if (m >= i)
			continue;
		if (w->bound[m] < bound)
			w->bound[m] = bound;
		w->sure[m] = w->sure[m] || sure;
	}
}

/* By itself, and by who has withdrawn its key; only then *fits. */
static int stands(bool *yes, struct ev_fate *fate, struct ev_seen *s, size_t i)
{
	struct ev_checkpoint *c = &s->list.items[i];
	int ret;

	*yes = false;
	c->decided.person = NULL;	/* of a link that may be gone */
	ret = ev_checkpoint_fits(yes, c, s->repo,
				 ev_seen_link(s, c->decided.d.policy));
	if (ret < 0 || !*yes)
		return ret;
	ret = ev_checkpoint_fate(fate, s, i, &s->in_force->trust);
	*yes = ret == 0 && fate->stands;
	return ret;
}

int ev_checkpoint_check(struct ev_seen *s, size_t i)
{
	struct ev_checkpoint *c = &s->list.items[i];
	struct ev_fate fate;
	bool yes;
	int ret;

	if (!c->unchecked)
		return 0;
	ret = stands(&yes, &fate, s, i);
	if (ret < 0)
		return ret;
	c->unchecked = false;
	if (!yes)
		c->state = EV_CHECKPOINT_REFUSED;
	return 0;
}

static int state_of(struct walk *w, size_t i)
{
	struct ev_checkpoint *c = &w->s->list.items[i];
	struct ev_policy *now = w->s->in_force;
	bool named = w->bound[i] != INT64_MIN &&
		c->decided.d.at <= w->bound[i] + EV_CLOCK_SKEW, fits, counts;
	bool vouched = ev_oids_has(&w->s->vouched, &c->decided.oid);
	struct ev_fate fate;
	int ret;

	c->state = EV_CHECKPOINT_REFUSED;
	c->link = ev_seen_link(w->s, c->decided.d.policy);
	c->named = named;
	c->late = c->unchecked = c->may_be_late = false;
	*c->reason = '\0';
	if (!c->link || !now)
		return refuse(c, "it names a policy that is not in the chain");
	if (c->decided.d.at > w->s->now + EV_CLOCK_SKEW)
		return refuse(c, "it is dated in the future");
	if (c->backdated) {
		snprintf(c->reason, sizeof(c->reason), "it is dated before "
			 "'%s', and signs a later ledger", c->against);
		return 0;
	}
	if (named && w->quick && !w->s->list.late) {
		c->unchecked = w->s->unchecked = true;
		c->state = EV_CHECKPOINT_ACCEPTED;
		return 0;
	}
	ret = stands(&fits, &fate, w->s, i);
	if (ret < 0 || !fits)
		return ret;
	if (named || vouched || fate.good)
		c->state = EV_CHECKPOINT_ACCEPTED;
	if (vouched || fate.good || (named && w->sure[i]))
		return 0;
	ret = ev_checkpoint_counts(&counts, c, w->s->repo, now, w->s->now);
	if (ret < 0)
		return ret;
	if (counts) {
		c->state = EV_CHECKPOINT_ACCEPTED;
		return 0;
	}
	c->late = named;
	if (w->bound[i] == INT64_MIN)
		ret = only_expired(&c->may_be_late, w->s, i, &fate);
	if (ret < 0)
		return ret;
	if (i == w->late) {
		c->state = EV_CHECKPOINT_LATE;
		c->late = true;
	}
	return 0;
}

/* gpg is asked about many at once, and each is known then. */
static int learn(struct ev_seen *s)
{
	struct ev_oids tags = EV_OIDS_INIT;
	size_t i, k;
	int ret = 0;

	for (k = 0; ret == 0 && k < s->n; k++) {
		tags.n = 0;
		for (i = 0; i < s->list.n; i++)
			if (!strcmp(s->list.items[i].decided.d.policy,
				    s->links[k]->link))
				ev_oids_add(&tags,
					    &s->list.items[i].decided.oid);
		ret = ev_objects_learn(s->repo, &s->links[k]->trust,
				       tags.items, tags.n);
	}
	ev_oids_release(&tags);
	return ret;
}

static int walk(struct walk *w)
{
	struct ev_checkpoints *l = &w->s->list;
	struct ev_checkpoint *c;
	size_t i;
	int ret = 0;

	for (i = 0; i < l->n; i++) {
		w->bound[i] = INT64_MIN;
		w->sure[i] = false;
	}
	for (i = l->n; ret == 0 && i > 0; i--) {
		c = &l->items[i - 1];
		ret = state_of(w, i - 1);
		if (ret < 0)
			break;
		if (c->state == EV_CHECKPOINT_ACCEPTED)
			*c->reason = '\0';
		/* One that nothing names stands for itself; of one that is
		 * not used, others are known if a later one holds it. */
		if (ev_checkpoint_used(c) && !c->named)
			name_before(w, i - 1, INT64_MAX, !c->late);
		else if (w->bound[i - 1] != INT64_MIN)
			name_before(w, i - 1, w->bound[i - 1], w->sure[i - 1] ||
				    (ev_checkpoint_used(c) && !c->late));
	}
	return ret;
}

/*
 * The newest of those that only a later expiry is against, if none that is
 * accepted is dated later: whoever has an old key could name that one and say
 * that it was before.
 */
static size_t find_late(const struct ev_checkpoints *l)
{
	int64_t last = INT64_MIN;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (ev_checkpoint_used(&l->items[i]) &&
		    l->items[i].decided.d.at > last)
			last = l->items[i].decided.d.at;
	for (i = l->n; i > 0; i--)
		if (l->items[i - 1].may_be_late &&
		    l->items[i - 1].decided.d.at >= last)
			return i - 1;
	return l->n;
}

static int accept(struct ev_seen *s, bool quick)
{
	struct walk w = { s, NULL, NULL, quick, s->list.n };
	bool again = false;
	size_t i;
	int ret = quick ? 0 : learn(s);

	for (i = 0; i < s->list.n; i++)
		s->list.items[i].backdated = false;
	w.bound = ev_calloc(s->list.n + 1, sizeof(*w.bound));
	w.sure = ev_calloc(s->list.n + 1, sizeof(*w.sure));
	s->unchecked = s->list.late = false;
	if (ret == 0)
		ret = walk(&w);
	if (ret == 0 && ev_checkpoints_backdated(s)) {
		again = quick;
		ret = again ? 0 : walk(&w);
	}
	if (ret == 0 && !again)
		w.late = find_late(&s->list);
	if (ret == 0 && w.late < s->list.n) {
		s->unchecked = false;
		s->list.late = true;
		ret = walk(&w);
	}
	free(w.bound);
	free(w.sure);
	/* Nobody is refused for what another one says that is not looked at. */
	if (again)
		return accept(s, false);
	s->accepted = ret == 0;
	return ret;
}

int ev_checkpoints_accept(struct ev_seen *s)
{
	return s->accepted && !s->unchecked ? 0 : accept(s, false);
}

int ev_checkpoints_accept_now(struct ev_seen *s)
{
	return s->accepted ? 0 : accept(s, true);
}
