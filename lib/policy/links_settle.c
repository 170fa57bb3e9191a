#include "base/compat.h"

#include "policy/links.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "policy/checkpoints_internal.h"

/*
 * Which of several links is settled, and which one cannot have been there when
 * a checkpoint said that another was in force.  A link is named by a hash of
 * all of it, its predecessor's digest too, so who names one names all before.
 */

static struct ev_link *link_of(struct ev_links *all, const char *digest)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		if (!strcmp(all->items[i].link, digest))
			return &all->items[i];
	return NULL;
}

/* The link that a checkpoint names, if that is `x` or follows it. */
static struct ev_link *named_after(struct ev_links *all,
				   const struct ev_link *x,
				   const struct ev_checkpoint *c)
{
	struct ev_link *named = link_of(all, c->decided.d.policy), *l = named;
	size_t steps = 0;

	while (l && l != x && steps++ < all->n)
		l = l->policy && *l->previous ? link_of(all, l->previous) :
			NULL;
	return l == x && named->policy ? named : NULL;
}

/* Could the people of `last`, with keys that count now, sign it? */
static int is_by(bool *yes, struct ev_checkpoint *c, struct ev_repo *r,
		 struct ev_policy *last, int64_t now)
{
	const struct ev_person *p;
	int ret;

	*yes = false;
	if (!last)
		return 0;
	ret = ev_checkpoint_counts(yes, c, r, last, now);
	if (ret == 0 && *yes) {
		p = ev_trust_person(&last->trust, c->decided.signer, NULL);
		*yes = ev_person_has_any(p, &last->checkpoint_by);
	}
	return ret;
}

/* How sure is it that a link was followed?  Named by a key that does not count
 * any more; by one that counts by what it names; ... */
enum settled { BY_NOBODY, BY_THE_PAST, BY_ITS_OWN, BY_THOSE_BEFORE, BY_US };

static int how_settled(enum settled *out, struct ev_links *all,
		       const struct ev_link *x, struct ev_policy *last,
		       struct ev_seen *s)
{
	struct ev_checkpoint *c;
	struct ev_link *named;
	bool yes;
	size_t i;
	int ret = 0;

	*out = BY_NOBODY;
	for (i = s->list.n; ret == 0 && i > 0 && *out < BY_US; i--) {
		c = &s->list.items[i - 1];
		named = named_after(all, x, c);
		if (!named)
			continue;
		ret = ev_checkpoint_fits(&yes, c, s->repo, named->policy);
		if (ret < 0 || !yes)
			continue;
		if (ev_oids_has(&s->vouched, &c->decided.oid)) {
			*out = BY_US;
			continue;
		}
		if (*out < BY_THE_PAST)
			*out = BY_THE_PAST;
		ret = is_by(&yes, c, s->repo, named->policy, s->now);
		if (ret == 0 && yes && *out < BY_ITS_OWN)
			*out = BY_ITS_OWN;
		if (ret == 0)
			ret = is_by(&yes, c, s->repo, last, s->now);
		if (ret == 0 && yes)
			*out = BY_THOSE_BEFORE;
	}
	return ret;
}

/*
 * Who has left still has the key by which the predecessor let them decide, and
 * can date what they like: of two that both have their approvals, or that both
 * are named by somebody who counts, none wins by who signed what.
 */
static bool loses(enum settled how, bool lapsed, enum settled best)
{
	if (best == BY_US)
		return how < BY_US;
	return lapsed && (how == BY_NOBODY ||
			  (how == BY_THE_PAST && best == BY_THOSE_BEFORE));
}

/*
 * With several that follow one: what the user vouches for wins; else one that
 * the predecessor's people have settled, over those that have lapsed and that
 * nobody names who counts; and where none has its approvals any more, the only
 * one that a checkpoint names at all.
 */
int ev_links_settled(struct ev_link_refs *next, struct ev_links *all,
		     const struct ev_chain *c, struct ev_seen *s)
{
	struct ev_policy *last = c->n ? c->links[c->n - 1] : NULL;
	enum settled best = BY_NOBODY;
	enum settled *how = ev_calloc(next->n + 1, sizeof(*how));
	bool all_lapsed = true, wins;
	size_t i, at = 0;
	int ret = ev_checkpoints_read(s);

	for (i = 0; ret == 0 && i < next->n; i++) {
		ret = how_settled(&how[i], all, &all->items[next->at[i]], last,
				  s);
		all_lapsed = all_lapsed && all->items[next->at[i]].lapsed;
		if (how[i] > best) {
			best = how[i];
			at = i;
		}
	}
	wins = ret == 0 && (best >= BY_THOSE_BEFORE ||
			    (best > BY_NOBODY && all_lapsed));
	for (i = 0; wins && i < next->n; i++)
		wins = i == at || loses(how[i], all->items[next->at[i]].lapsed,
					best);
	if (wins) {
		next->at[0] = next->at[at];
		next->n = 1;
	}
	free(how);
	return ret;
}

/* Backdated ---------------------------------------------------------------- */

static bool is_link(const struct ev_chain *c, const char *link)
{
	return ev_chain_link(c, link) != NULL;
}

enum denial { NOT_DENIED, DISPUTED, DENIED };

/* Does a checkpoint say, later than the link was approved, that one before it
 * was in force?  And does nobody say otherwise? */
static int is_denied(enum denial *out, struct ev_links *all, struct ev_link *x,
		     const struct ev_chain *chain, struct ev_seen *s)
{
	struct ev_policy *last = chain->links[chain->n - 1], *link;
	bool fits, vouched = false, denied = false;
	struct ev_checkpoint *c;
	enum settled how;
	size_t i;
	int ret = 0;

	*out = NOT_DENIED;
	for (i = 0; ret == 0 && !vouched && i < s->list.n; i++) {
		bool says = false;

		c = &s->list.items[i];
		if (!is_link(chain, c->decided.d.policy) ||
		    c->decided.d.at <= x->approved_at + EV_CLOCK_SKEW)
			continue;
		link = (struct ev_policy *)ev_chain_link(chain,
							 c->decided.d.policy);
		ret = ev_checkpoint_fits(&fits, c, s->repo, link);
		if (ret < 0 || !fits)
			continue;
		vouched = ev_oids_has(&s->vouched, &c->decided.oid);
		if (!vouched && !denied)
			ret = is_by(&says, c, s->repo, last, s->now);
		if (says)
			snprintf(x->disputed_by, sizeof(x->disputed_by),
				 "%.60s", c->decided.ref +
				 strlen("refs/tags/"));
		denied = denied || says || vouched;
	}
	if (ret < 0 || !denied)
		return ret;
	ret = how_settled(&how, all, x, last, s);
	if (ret == 0 && how < BY_THOSE_BEFORE)
		*out = how == BY_ITS_OWN && !vouched ? DISPUTED : DENIED;
	return ret;
}

int ev_links_backdated(struct ev_link_refs *next, struct ev_links *all,
		       const struct ev_chain *c, struct ev_seen *s)
{
	struct ev_link *x;
	enum denial how;
	size_t i, kept = 0;
	int ret = 0;

	for (i = 0; ret == 0 && i < next->n; i++) {
		x = &all->items[next->at[i]];
		how = NOT_DENIED;
		if (x->lapsed && c->n)
			ret = ev_checkpoints_read(s);
		if (ret == 0 && x->lapsed && c->n)
			ret = is_denied(&how, all, x, c, s);
		if (how != DISPUTED)
			*x->disputed_by = '\0';
		if (how != DENIED)
			next->at[kept++] = next->at[i];
	}
	next->n = kept;
	return ret;
}
