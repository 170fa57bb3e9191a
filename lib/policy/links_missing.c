#include "base/compat.h"

#include "policy/links.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "policy/checkpoints_internal.h"

struct search {
	struct ev_repo *repo;
	const struct ev_links *all;
	struct ev_policy *last;		/* NULL: none is in force */
	struct ev_policy *head;		/* HEAD's; NULL: none, or not asked */
	bool asked;
	struct ev_oids vouched;
	int64_t now;
	bool found;
	char *reason;
	size_t size;
};

static const struct ev_link *link_of(const struct ev_links *all,
				     const char *digest)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		if (!strcmp(all->items[i].link, digest))
			return &all->items[i];
	return NULL;
}

/*
 * Is it known why this link is, or is not, in force?  It is in the chain; or it
 * is, or follows, one that could have been and gave way, or that is the first
 * of a chain from another root.
 */
static bool is_explained(const struct ev_links *all, const char *digest)
{
	const struct ev_link *l = link_of(all, digest);
	size_t steps;

	if (l && l->used)
		return true;
	for (steps = 0; l && !l->used && steps < all->n; steps++) {
		if (l->candidate || !*l->previous)
			return true;
		l = link_of(all, l->previous);
	}
	return false;
}

/* Whose word there is where no policy is in force. */
static struct ev_policy *head_of(struct search *s)
{
	struct ev_policy *p;

	if (s->asked)
		return s->head;
	s->asked = true;
	p = ev_calloc(1, sizeof(*p));
	if (ev_policy_read_head(p, s->repo) == 0) {
		s->head = p;
	} else {
		free(p);
		ev_error_clear();
	}
	return s->head;
}

/* Who may be believed beside the last policy: HEAD's people where there is
 * none, and those of the policy that is missed if that is HEAD's. */
static struct ev_policy *second_judge(struct search *s, const char *digest)
{
	struct ev_policy *head = head_of(s);

	if (!head || !s->last)
		return head;
	return !strcmp(head->link, digest) &&
		head->version > s->last->version &&
		ev_streq(head->trust.product_id, s->last->trust.product_id) ?
		head : NULL;
}

static int accepted_by(bool *yes, struct ev_decided *d, struct search *s,
		       struct ev_policy *judge)
{
	struct ev_checkpoint c;
	int ret;

	*yes = false;
	if (!judge)
		return 0;
	memset(&c, 0, sizeof(c));
	c.decided = *d;
	ret = ev_checkpoint_fits(yes, &c, s->repo, judge);
	if (ret == 0 && *yes)
		ret = ev_checkpoint_counts(yes, &c, s->repo, judge, s->now);
	*d = c.decided;
	return ret;
}

/* Would it be accepted if the link that it names were as the last one here?
 * What this clone has accepted before is not asked about again. */
static int is_believed(bool *yes, struct ev_decided *d, struct search *s)
{
	int ret;

	*yes = ev_oids_has(&s->vouched, &d->oid) &&
		(!s->last || ev_streq(d->d.product, s->last->trust.product_id));
	if (*yes)
		return 0;
	ret = accepted_by(yes, d, s, s->last);
	if (ret == 0 && !*yes)
		ret = accepted_by(yes, d, s, second_judge(s, d->d.policy));
	return ret;
}

/* Has one of HEAD's people signed it, by a key that counts now? */
static int is_ours(bool *yes, struct ev_decided *d, struct search *s)
{
	struct ev_policy *head = head_of(s);
	int ret;

	*yes = false;
	if (!head || !ev_streq(d->d.product, head->trust.product_id))
		return 0;
	ret = ev_decided_verify(d, s->repo, &head->trust, s->now);
	*yes = ret == 0 && d->sig == EV_OBJSIG_GOOD && d->person &&
		!d->person->machine;
	return ret;
}

/* The link that was there when this was signed; "" if it tells of none. */
static const char *named_by(const struct ev_decided *d, const struct search *s)
{
	switch (d->d.kind) {
	case EV_DECISION_CHECKPOINT:
		return d->d.policy;
	case EV_DECISION_APPROVAL:
		return s->last ? "" : d->d.policy;
	case EV_DECISION_POLICY:
		return s->last ? "" : d->d.previous;
	default:
		return "";
	}
}

static int look_at(struct search *s, const char *name, const struct ev_oid *tag)
{
	const char *named;
	struct ev_decided d;
	bool yes = false;
	int ret = ev_decided_read(&d, s->repo, name, tag);

	if (ret == EV_EINVALID || ret == EV_ELIMIT || ret == EV_ENOTFOUND) {
		ev_error_clear();
		return 0;
	}
	if (ret < 0)
		return ret;
	named = named_by(&d, s);
	/* What is dated later names what comes later. */
	if (*named && d.d.at <= s->now + EV_CLOCK_SKEW &&
	    !is_explained(s->all, named))
		ret = d.d.kind == EV_DECISION_CHECKPOINT ?
		      is_believed(&yes, &d, s) : is_ours(&yes, &d, s);
	if (ret == 0 && yes) {
		s->found = true;
		snprintf(s->reason, s->size, "%s '%.100s' names policy %.19s, "
			 "whose approvals are not all here",
			 d.d.kind == EV_DECISION_CHECKPOINT ? "checkpoint" :
			 "approval", name + strlen("refs/tags/"), named);
	}
	ev_decided_release(&d);
	return ret;
}

/* What an audit here has accepted, and is not among the refs any more. */
static int look_at_mark(struct search *s, const struct ev_oid *tag,
			const struct ev_oid *ledger)
{
	char name[sizeof(EV_CHECKPOINT_TAGS) + 12], hex[EV_OID_HEX + 1];
	enum ev_objtype type;

	ev_oid_hex(hex, ledger);
	snprintf(name, sizeof(name), EV_CHECKPOINT_TAGS "%.12s", hex);
	if (ev_object_info(&type, NULL, s->repo, tag) == 0)
		return look_at(s, name, tag);
	ev_error_clear();
	if (s->last)
		return 0;
	s->found = true;
	ev_oid_hex(hex, tag);
	snprintf(s->reason, s->size, "an audit here has accepted checkpoint "
		 "%.12s, and the policy that it names is not here", hex);
	return 0;
}

static bool is_there(const struct ev_evidence *e, const struct ev_oid *tag)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (ev_oid_eq(&e->tags[i].oid, tag))
			return true;
	return false;
}

int ev_links_missing(bool *yes, char *reason, size_t size, struct ev_repo *r,
		     const struct ev_links *all, struct ev_policy *last,
		     const struct ev_evidence *e, const struct ev_oids *user,
		     int64_t now)
{
	struct search s = { .repo = r, .all = all, .last = last, .now = now,
			    .reason = reason, .size = size };
	struct ev_oids ledgers = EV_OIDS_INIT;
	size_t marks, i;
	int ret;

	ret = ev_high_water_read(&s.vouched, &ledgers, r);
	marks = s.vouched.n;
	for (i = 0; i < user->n; i++)
		ev_oids_add(&s.vouched, &user->items[i]);
	for (i = 0; ret == 0 && !s.found && i < e->n; i++)
		if (!last || ev_starts_with(e->tags[i].name,
					    EV_CHECKPOINT_TAGS))
			ret = look_at(&s, e->tags[i].name, &e->tags[i].oid);
	for (i = 0; ret == 0 && !s.found && i < marks; i++)
		if (!is_there(e, &s.vouched.items[i]))
			ret = look_at_mark(&s, &s.vouched.items[i],
					   &ledgers.items[i]);
	*yes = s.found;
	if (s.head)
		ev_policy_release(s.head);
	free(s.head);
	ev_oids_release(&ledgers);
	ev_oids_release(&s.vouched);
	return ret;
}
