#include "base/compat.h"

#include "policy/links.h"

#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "policy/checkpoints_internal.h"

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

/* Would it be accepted if the link that it names were as the last one here?
 * What this clone has accepted before is not asked about again. */
static int is_believed(bool *yes, struct ev_decided *d, struct ev_repo *r,
		       struct ev_policy *last, const struct ev_oids *vouched,
		       int64_t now)
{
	struct ev_checkpoint c;
	int ret;

	*yes = ev_oids_has(vouched, &d->oid) &&
		ev_streq(d->d.product, last->trust.product_id);
	if (*yes)
		return 0;
	memset(&c, 0, sizeof(c));
	c.decided = *d;
	ret = ev_checkpoint_fits(yes, &c, r, last);
	if (ret == 0 && *yes)
		ret = ev_checkpoint_counts(yes, &c, r, last, now);
	*d = c.decided;
	return ret;
}

static int look_at(bool *yes, char *reason, size_t size, struct ev_repo *r,
		   const struct ev_links *all, struct ev_policy *last,
		   const struct ev_tagref *tag, const struct ev_oids *vouched,
		   int64_t now)
{
	struct ev_decided d;
	int ret = ev_decided_read(&d, r, tag->name, &tag->oid);

	if (ret == EV_EINVALID || ret == EV_ELIMIT || ret == EV_ENOTFOUND) {
		ev_error_clear();
		return 0;
	}
	if (ret < 0)
		return ret;
	/* What is dated later names what comes later. */
	if (d.d.kind == EV_DECISION_CHECKPOINT &&
	    d.d.at <= now + EV_CLOCK_SKEW && !is_explained(all, d.d.policy))
		ret = is_believed(yes, &d, r, last, vouched, now);
	if (ret == 0 && *yes)
		snprintf(reason, size, "checkpoint '%.60s' names policy %.19s, "
			 "whose approvals are not all here",
			 tag->name + strlen("refs/tags/"), d.d.policy);
	ev_decided_release(&d);
	return ret;
}

int ev_links_missing(bool *yes, char *reason, size_t size, struct ev_repo *r,
		     const struct ev_links *all, struct ev_policy *last,
		     const struct ev_evidence *e, const struct ev_oids *user,
		     int64_t now)
{
	struct ev_oids ledgers = EV_OIDS_INIT, vouched = EV_OIDS_INIT;
	size_t i;
	int ret;

	*yes = false;
	ret = ev_high_water_read(&vouched, &ledgers, r);
	for (i = 0; i < user->n; i++)
		ev_oids_add(&vouched, &user->items[i]);
	for (i = 0; ret == 0 && !*yes && i < e->n; i++)
		if (ev_starts_with(e->tags[i].name, EV_CHECKPOINT_TAGS))
			ret = look_at(yes, reason, size, r, all, last,
				      &e->tags[i], &vouched, now);
	ev_oids_release(&ledgers);
	ev_oids_release(&vouched);
	return ret;
}
