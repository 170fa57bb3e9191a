#include "base/compat.h"

#include "policy/checkpoints_internal.h"

#include <stdio.h>

#include "base/mem.h"
#include "ledger/final.h"

/* The ledger of this one checkpoint, as a past of one. */
static int holds_line(bool *yes, struct ev_repo *r,
		      const struct ev_checkpoint *c, const char *line)
{
	struct ev_past one;
	int ret;

	memset(&one, 0, sizeof(one));
	EV_GROW(one.items, one.n, one.cap);
	memset(one.items, 0, sizeof(*one.items));
	one.items[one.n++].ledger = c->decided.d.ledger;
	ret = ev_past_holds(&one, r, 0, &ev_oid_empty_tree, line);
	*yes = ret > 0;
	ev_past_release(&one);
	return ret < 0 ? ret : 0;
}

/* Does what this checkpoint holds stand against the withdrawal? */
int ev_checkpoint_spared(bool *yes, const struct ev_withdrawn *w,
			 struct ev_seen *s, size_t i)
{
	bool held = false;
	size_t last;
	int ret = 0;

	/* A later one that lacks the withdrawal is of a ledger that somebody
	 * did not have, or left out. */
	*yes = s->list.items[i].decided.d.at <= w->at + EV_CLOCK_SKEW;
	if (!*yes)
		return 0;
	if (*w->checkpoint) {
		last = ev_checkpoints_find(s, w->checkpoint);
		if (!s->good || s->good_at != last) {
			free(s->good);
			s->good = ev_checkpoints_up_to(s, last);
			s->good_at = last;
		}
		*yes = s->good[i];
		return 0;
	}
	if (!w->compromised && *w->line)
		ret = holds_line(&held, s->repo, &s->list.items[i],
				 w->line);
	*yes = !w->compromised && !held;
	return ret;
}

/*
 * That a key is withdrawn is believed whoever may say it; which checkpoint of
 * it is good, only of who has no use for a forged one: somebody with another
 * key that is not withdrawn.
 */
static bool may_vouch(const struct ev_trust *t, const struct ev_withdrawn *w,
		      int64_t at)
{
	const struct ev_person *p = ev_trust_person(t, w->signer, NULL);
	struct ev_signature s;
	char why[160];

	memset(&s, 0, sizeof(s));
	memcpy(s.signer, w->signer, sizeof(s.signer));
	memcpy(s.subkey, w->subkey, sizeof(s.subkey));
	s.created = w->at;
	s.hash_algo = w->hash_algo;
	return p && ev_may_withdraw_key(t, p, w->fpr) &&
		ev_trust_counts_then(why, t, &s, at);
}

/* Does a checkpoint that is accepted without it hold the withdrawal?  All that
 * come after it in the list have been judged. */
static int held_by_others(bool *yes, struct ev_seen *s, size_t i,
			  const struct ev_withdrawn *w)
{
	struct ev_checkpoint *c;
	struct ev_policy *link;
	size_t k;
	int ret = 0;

	*yes = false;
	for (k = i + 1; ret == 0 && !*yes && k < s->list.n; k++) {
		c = &s->list.items[k];
		link = ev_seen_link(s, c->decided.d.policy);
		if (c->state != EV_CHECKPOINT_ACCEPTED || c->late ||
		    !c->place || !link ||
		    w->at > c->decided.d.at + EV_CLOCK_SKEW ||
		    !may_vouch(&link->trust, w, w->at))
			continue;
		ret = holds_line(yes, s->repo, c, w->line);
		if (ret == 0 && *yes)
			ret = ev_checkpoint_check(s, k);
		*yes = *yes && c->state == EV_CHECKPOINT_ACCEPTED;
	}
	return ret;
}

static int vouches(bool *yes, struct ev_seen *s, size_t i,
		   const struct ev_trust *trust, const struct ev_withdrawn *w)
{
	size_t at = 0;

	/* One that is only supposed is about to be signed. */
	*yes = !*w->line;
	if (*yes || ev_trust_withdrawn(trust, w->signer, w->subkey, &at))
		return 0;
	*yes = may_vouch(trust, w, s->now);
	return *yes ? 0 : held_by_others(yes, s, i, w);
}

int ev_checkpoint_fate(struct ev_fate *f, struct ev_seen *s, size_t i,
		       const struct ev_trust *trust)
{
	struct ev_checkpoint *c = &s->list.items[i];
	const struct ev_withdrawn *w;
	char hex[EV_OID_HEX + 1];
	bool spared, good;
	size_t at = 0;
	int ret = 0;

	f->stands = true;
	f->good = f->withdrawn = false;
	ev_oid_hex(hex, &c->decided.oid);
	while (ret == 0 && (w = ev_trust_withdrawn(trust, c->decided.signer,
						   c->decided.subkey, &at))) {
		f->withdrawn = true;
		good = false;
		if (!f->good && !strcmp(w->checkpoint, hex))
			ret = vouches(&good, s, i, trust, w);
		f->good = f->good || good;
		if (ret == 0)
			ret = ev_checkpoint_spared(&spared, w, s, i);
		if (ret < 0 || (spared && c->decided.signed_at <=
				w->at + EV_CLOCK_SKEW))
			continue;
		f->stands = false;
		snprintf(c->reason, sizeof(c->reason), "its key was withdrawn"
			 "%s%s%.12s, and this is none that stands",
			 w->compromised ? " as compromised" : "",
			 *w->record ? " by record " : "", w->record);
	}
	return ret;
}
