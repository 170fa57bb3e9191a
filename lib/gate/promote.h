/*
 * promote.h - moving a protected ref together with the proof of it
 *
 * fetch -> judge -> sign (verdict, promotion, checkpoint, release tag) -> one
 * atomic push of ref, release tag, ledger, checkpoint and approvals -> local
 * refs in one transaction.  Until the push has been taken nothing is written
 * but objects and a draft in <statedir>/promote/, from which the next try goes
 * on; a draft that does not fit any more is made anew.  So no promotion is
 * recorded that did not happen.
 *
 * The ledger's commit is made on top of the remote's tip, with the lines of
 * this clone that may be sent (as sync would) and the two new ones; the
 * checkpoint and the release tag sign that commit.
 */
#ifndef EV_GATE_PROMOTE_H
#define EV_GATE_PROMOTE_H

#include "gate/approve.h"
#include "gate/judge.h"
#include "gate/releases.h"

struct ev_promote_result;
struct ev_promote {
	const char *ref;		/* full name */
	struct ev_oid to;		/* commit that it shall hold */
	const char *tag;		/* as --release says; NULL: the name that
					   policy and manifest give it, which for
					   a rollback is none */
	const struct ev_release *rollback;	/* what comes back; or NULL */
	const char *reason;		/* of a rollback */
	const char *fpr;		/* who signs */
	const char *remote;		/* name; NULL: none, local refs only */
	bool dry_run;
	int64_t now;
	/*
	 * Everything is judged, and is now to be signed: negative stops it.
	 * Asked again if what is to be signed has changed.  May be NULL.
	 */
	int (*ask)(void *ctx, const struct ev_promote_result *r);
	bool unasked;			/* `ask` waits for nobody */
	/* Something has to be known at once ("... was moved meanwhile").  May
	 * be NULL. */
	void (*tell)(void *ctx, const char *text);
	void *ctx;
};

enum ev_promote_end {
	EV_PROMOTE_DONE, EV_PROMOTE_ALREADY,	/* the ref holds it, recorded */
	EV_PROMOTE_REFUSED,		/* `verdict` says why */
	EV_PROMOTE_WOULD		/* dry run, and it would be done */
};
struct ev_promote_result {
	enum ev_promote_end end;
	struct ev_verdict verdict;	/* of the ref; then of the tag, if the
					   ref's passes */
	struct ev_verdict tag_verdict;
	/* Of a ref that is refused: whose decision is awaited. */
	struct ev_standing standing;
	char promotion[65], record[65];	/* ids: promotion, verdict */
	struct ev_oid ledger, checkpoint, tag;	/* commit, tag objects */
	char *checkpoint_ref, *tag_ref;	/* NULL: none (yet) */
	char *person;			/* who signs */
	size_t lines;			/* of this clone that go along */
	bool shared;			/* nothing is left here to be shared */
	/* What is to be, or was, moved in one step; zero: not there, or not
	 * made yet.  The name of a checkpoint not made yet ends in a star. */
	struct ev_ref_changes moves;
	struct ev_strs left;		/* local refs that stay, and why */
	unsigned attempts;		/* pushes */
};
void ev_promote_result_release(struct ev_promote_result *r);
/* Negative: it could not be tried, or the push was refused for a reason that
 * no verdict has (the words of the server are the error). */
int ev_promote(struct ev_promote_result *out, struct ev_repo *r,
	       const struct ev_promote *p);

/* The name of the release tag for a candidate: `word` (--release) as a full
 * name; without one, the policy's pattern of tags that are `promoted_on` this
 * ref with its star as the manifest's product.release (a leading v only once);
 * NULL in *tag if the policy has no such pattern. */
int ev_promote_tag(char **tag, const struct ev_policy *p, const char *ref,
		   const char *release, const char *word);

#endif
