/*
 * checkpoints_internal.h - how checkpoints are read and accepted; this room
 * only
 */
#ifndef EV_POLICY_CHECKPOINTS_INTERNAL_H
#define EV_POLICY_CHECKPOINTS_INTERNAL_H

#include "policy/checkpoints.h"

/* What a chain keeps to answer questions about the past: owned by it, and by
 * no address of it, so that a chain can be moved. */
struct ev_seen {
	struct ev_repo *repo;
	struct ev_evidence evidence;
	int64_t now;
	struct ev_oids vouched;		/* tags: high-water mark, --checkpoint */
	/* Who judges: the links, and the last of them.  Not owned. */
	struct ev_policy **links;
	size_t n;
	struct ev_policy *in_force;
	struct ev_checkpoints list;
	struct ev_oidmap *places;	/* in the list, by tag, from 1 */
	/* Those that each names as before it, by their places in the list:
	 * named[named_at[i]] and on; is everything up to it before it? */
	size_t *named, *named_at;
	bool *whole;
	/* What the last good one that was asked about has before it. */
	bool *good;
	size_t good_at;
	/* Of each of the decisions, the place of the first checkpoint that
	 * holds it, from 1; 0: none does.  NULL: not asked yet. */
	uint32_t *held;
	bool read, accepted, unchecked;
	bool late_settled;		/* a link stands by a late one alone */
	struct ev_past past;
};
struct ev_seen *ev_seen_new(struct ev_repo *r, const struct ev_evidence *e,
			    int64_t now);
void ev_seen_free(struct ev_seen *s);
/* By these links the checkpoints are judged from now on. */
void ev_seen_judges(struct ev_seen *s, const struct ev_chain *c);

/* Where the ledger of each is on the line of all of them. */
int ev_checkpoints_place(struct ev_seen *s);
/*
 * Mark those that are used although they are dated before another that is, but
 * over a later ledger: the date is the signer's word, the ledger is not.  Are
 * there any?  What is vouched for stands, with all before it.
 */
bool ev_checkpoints_backdated(struct ev_seen *s);

/* Read the tags, in the order of ev_past, and find the vouched; once. */
int ev_checkpoints_read(struct ev_seen *s);
/* Which of them are accepted; once for these judges. */
int ev_checkpoints_accept(struct ev_seen *s);
/* The same, without a look at the signatures of those that a later one names,
 * unless the newest is late: they are accepted for now, and `unchecked`. */
int ev_checkpoints_accept_now(struct ev_seen *s);
/* Look at one that is unchecked: its state is right then. */
int ev_checkpoint_check(struct ev_seen *s, size_t i);
bool ev_checkpoint_used(const struct ev_checkpoint *c);
/*
 * Is it well formed for the link, by somebody with the role whose key was valid
 * then?  Sets what is known of its signer; `reason` where not.
 */
int ev_checkpoint_fits(bool *yes, struct ev_checkpoint *c, struct ev_repo *r,
		       struct ev_policy *link);
/* Does the key that signed it count now by `p`, and was not withdrawn? */
int ev_checkpoint_counts(bool *yes, struct ev_checkpoint *c, struct ev_repo *r,
			 struct ev_policy *p, int64_t now);
/* Where a tag (in hex) is in the list; its n if it is not. */
size_t ev_checkpoints_find(const struct ev_seen *s, const char *tag);
/* Those that `at` is or has before it, at any distance: one flag each. */
bool *ev_checkpoints_up_to(const struct ev_seen *s, size_t at);
void ev_checkpoints_release(struct ev_checkpoints *l);

struct ev_policy *ev_seen_link(const struct ev_seen *s, const char *link);
/* Does what checkpoint `i` holds stand against the withdrawal? */
int ev_checkpoint_spared(bool *yes, const struct ev_withdrawn *w,
			 struct ev_seen *s, size_t i);

/* What withdrawals make of checkpoint `i`: it stands against each; one names it
 * as the last good one, by a key that counts now or held by a later checkpoint,
 * and that is not withdrawn itself; there are any at all. */
struct ev_fate { bool stands, good, withdrawn; };
int ev_checkpoint_fate(struct ev_fate *f, struct ev_seen *s, size_t i,
		       const struct ev_trust *trust);

/* Fill the past from what is accepted (lib/ledger/past.h: fill). */
int ev_seen_fill(struct ev_past *p, struct ev_repo *r);
/* The same of some of them (`which`: a flag each; NULL: all), by what is
 * withdrawn for `now` (may be NULL). */
int ev_seen_fill_from(struct ev_past *p, struct ev_seen *s, const bool *which,
		      const struct ev_trust *now);

#endif
