/*
 * checkpoints.h - which checkpoints are accepted, and what follows from it
 *
 * Checkpoints are the tags below refs/tags/evidence/checkpoint/, a DAG by
 * their `previous`.  One is accepted if
 *  - it is well formed, of this product, and names a link of the chain;
 *  - its signer has a role of that link's checkpoint.by, is no machine, and
 *    the key was valid at recordedAt by that link's keys;
 *  - and either the key is listed and valid now (by the policy in force, not
 *    withdrawn), or an accepted later checkpoint names it (at any distance),
 *    or the high-water mark does, or the user (--checkpoint).
 * If nothing but a later expiry of the newest one's key stands against it, it
 * is used all the same, said aloud, and nothing better than exit 4 comes of it.
 * One that is dated before another that is accepted, but signs a later ledger,
 * was dated back and is refused.
 * A key that was called compromised takes its checkpoints with it, but those
 * that the last good one is or has before it.
 */
#ifndef EV_POLICY_CHECKPOINTS_H
#define EV_POLICY_CHECKPOINTS_H

#include "ledger/past.h"
#include "policy/chain.h"

#define EV_CHECKPOINT_TAGS EV_TAGS "checkpoint/"
/* Seconds between writing a checkpoint and entering the pass phrase for it. */
#define EV_CHECKPOINT_SIGNING (24 * 3600)

enum ev_checkpoint_state {
	EV_CHECKPOINT_ACCEPTED,
	EV_CHECKPOINT_LATE,		/* the newest, whose key has expired
					   since: used, and said */
	EV_CHECKPOINT_REFUSED		/* `reason` */
};

struct ev_checkpoint {
	struct ev_decided decided;	/* ref, tag id, fields, signer */
	enum ev_checkpoint_state state;
	const struct ev_policy *link;	/* that it names; NULL: none of ours */
	bool named;			/* as `previous` of an accepted one */
	bool late;			/* used on the word of a late one alone,
					   or late itself */
	bool unchecked, may_be_late;	/* private */
	bool vouched, backdated;	/* private */
	char against[64];		/* private: what shows that */
	/* Of the commit it signs, on the line of the ledger, the first being
	 * the smallest; 0: it is not on it, and the checkpoint holds nothing. */
	size_t place;
	bool ledger_here;		/* the commit it signs is */
	char reason[200];
};
struct ev_checkpoints {
	struct ev_checkpoint *items;	/* oldest first, as in ev_past */
	size_t n, cap;
	bool late;			/* the newest is EV_CHECKPOINT_LATE */
	size_t unreadable;		/* tags there that are no checkpoints */
};

/* What somebody outside the repository vouches for. */
struct ev_vouched { struct ev_oids tags; };	/* --checkpoint, high-water */

/*
 * Of the chain: read when first asked for, owned by the chain.  NULL and
 * *err < 0 if they could not be.
 */
struct ev_checkpoints *ev_chain_checkpoints(struct ev_chain *c, int *err);
/* The newest that is used (accepted or late), or NULL. */
const struct ev_checkpoint *
ev_checkpoints_newest(const struct ev_checkpoints *l);
/* Those that no other one that is used names: what the next has as
 * `previous`. */
void ev_checkpoints_tips(struct ev_oids *out, const struct ev_checkpoints *l);

/*
 * May one come in where the refs hold `e`?  Not if it is dated before one that
 * is there and accepted, or signs an older ledger; with the reason.
 */
int ev_checkpoint_comes_after(bool *yes, char reason[200], struct ev_repo *r,
			      struct ev_chain *c, const struct ev_evidence *e,
			      const struct ev_decision *d);

/*
 * Has anything that was judged by this chain so far counted because of a
 * checkpoint that is late?  Then nothing is better than exit status 4; with
 * the reason.
 */
bool ev_chain_late(char reason[200], const struct ev_chain *c);

/* High-water mark ------------------------------------------------------------
 * <statedir>/high-water: one line "TAG LEDGER" for each tip that an audit
 * accepted, sorted.  It is the clone's own memory of what it has seen: what is
 * not here any more stays in it. */
int ev_high_water_read(struct ev_oids *tags, struct ev_oids *ledgers,
		       struct ev_repo *r);	/* absent: both empty */
int ev_high_water_write(struct ev_repo *r, const struct ev_checkpoints *l);

/* Making one --------------------------------------------------------------- */

/* The SHA-256 of the sorted lines "<tag oid> <refname>" LF of all decisions in
 * `e` but checkpoints, as "sha256:...". */
void ev_decisions_digest(char out[72], const struct ev_evidence *e);
/*
 * Fill a checkpoint of `ledger` and the decisions in `e`, as it would be signed
 * by `person` now.  The caller has initialised `out` as EV_DECISION_CHECKPOINT,
 * or as EV_DECISION_RELEASE with `ref` and `commit`; `before` is kept if it is
 * given (a release names the checkpoint that is made with it), else it becomes
 * the tips.  EV_EDENIED if the policy in force does not let them, with who may.
 *
 * Two checkpoints of one commit of the ledger would have one name: the one that
 * is there stays, and ev_decision_write() says EV_EEXISTS of another.  Whoever
 * needs a new one makes a new commit of the ledger first, as promote does.
 */
int ev_checkpoint_draft(struct ev_decision *out, struct ev_chain *c,
			const struct ev_evidence *e,
			const struct ev_oid *ledger,
			const struct ev_person *person, int64_t now);

/* As of a checkpoint ----------------------------------------------------------
 *
 * The repository as it was judged then: the chain up to the link that the
 * checkpoint names, the ledger that it signs, the decisions that it holds, its
 * time; and what the checkpoints before it hold.  A key that was withdrawn
 * later is none yet, unless what this checkpoint holds is void by that.  Borrows from
 * `c`, which must outlive it and may not be used for anything else until it is
 * released; `out` may not be moved.  The checkpoint has to be one that is used.
 */
struct ev_as_of {
	struct ev_chain chain;		/* links borrowed */
	struct ev_evidence evidence;
	int64_t now;
	struct ev_past past;
	struct ev_as_of_kept *kept;	/* the links' own, put back */
	struct ev_seen *seen;		/* private: of the whole chain */
	size_t at;
};
int ev_as_of_open(struct ev_as_of *out, struct ev_repo *r, struct ev_chain *c,
		  const struct ev_checkpoint *at);
void ev_as_of_release(struct ev_as_of *a);

#endif
