/*
 * promote_internal.h - one try of a promotion, shared by its files
 */
#ifndef EV_GATE_PROMOTE_INTERNAL_H
#define EV_GATE_PROMOTE_INTERNAL_H

#include "gate/case.h"
#include "gate/promote.h"
#include "ledger/outgoing.h"
#include "ledger/write.h"

/* What the judgement went by: "sha256:<record id>", sorted; tags as hex. */
struct ev_counted {
	struct ev_strs manifests, reports, tests, waivers, approvals;
	char *release;			/* product.release; NULL: not said */
};
void ev_counted_release(struct ev_counted *c);
/* A callback for ev_judge_look(). */
int ev_counted_look(void *ctx, const struct ev_case *c);

/* Everything that the two records say. */
struct ev_promoted {
	const char *ref, *tag;		/* full names; tag NULL: none */
	bool has_from;
	struct ev_oid from, to, tree;
	const struct ev_policy *policy;
	const struct ev_verdict *verdict;
	const struct ev_counted *counted;
	const struct ev_release *rollback;
	const char *reason;
	struct ev_strs checkpoints;	/* before: tag ids, sorted */
	const struct ev_tagref *decisions;	/* new ones, by name */
	size_t ndecisions;
	int64_t at;
};
/* The members of the two predicates, as ev_draft wants them. */
void ev_verdict_members(struct ev_buf *out, const struct ev_promoted *p);
void ev_promotion_members(struct ev_buf *out, const struct ev_promoted *p,
			  const char *verdict_id);
/* What the records are called: the release, or the ref; NULL if neither can
 * be a record's name. */
const char *ev_promoted_name(const char *tag, const char *ref);

enum { EV_VERDICT_LINE, EV_PROMOTION_LINE, EV_PROMOTE_LINES };

struct ev_promoter {
	struct ev_repo *repo;
	const struct ev_promote *p;
	struct ev_promote_result *out;
	unsigned attempt;
	/* of the whole, kept from try to try */
	bool asked;
	char told[65];			/* promotion that was pushed last */
	unsigned in_vain;		/* pushes lost though nothing moved */
	struct ev_oid shown_from;	/* what the one who was asked saw */
	struct ev_oid seen_from;		/* what the ref held last time */
	/* of one try */
	struct ev_chain first, second;	/* before and after fetching */
	struct ev_chain *chain;		/* by which is judged */
	struct ev_policy *policy;
	const struct ev_person *person;
	struct ev_sync_result sync;
	struct ev_outgoing *going;	/* NULL: no remote */
	struct ev_evidence e;		/* all there is */
	struct ev_evidence sent;	/* what there will be on the remote */
	struct ev_oid from, tree;	/* zero: the ref is not there */
	char *tag;
	struct ev_oid tag_there;	/* zero: not there, as it should be */
	struct ev_counted counted;
	struct ev_ledger *ledger;	/* judges the lines */
	struct ev_buf lines[EV_PROMOTE_LINES];
	struct ev_written written[EV_PROMOTE_LINES];
};

/* promote_who.c: EV_EDENIED, and who may, if the signer may not. */
int ev_promote_check_person(struct ev_promoter *m);
/* ... nor sign the release tag. */
int ev_promote_check_tagger(struct ev_promoter *m);

/* promote_look.c: fetch; who may; what the ref holds. */
int ev_promote_look(struct ev_promoter *m);
void ev_promote_forget(struct ev_promoter *m);	/* all of one try */
/* The ref holds it: 0 if that is recorded, and the local refs follow. */
int ev_promote_already(struct ev_promoter *m);

/* promote_refs.c: what the local refs lag behind the result. */
int ev_promote_follow(struct ev_ref_changes *out, struct ev_promoter *m);

/* promote_judge.c: 1 if it may be, 0 if not (the verdicts say why). */
int ev_promote_judge(struct ev_promoter *m);
/* The tag as it is now made: the same. */
int ev_promote_judge_tag(struct ev_promoter *m);

/* promote_listed.c: what no promotion lists yet: decisions that the remote has
 * or will have, and the tags of releases before. */
int ev_promote_listed(struct ev_evidence *out, struct ev_promoter *m);

/* promote_draft.c: the two lines, signed now or before. */
int ev_promote_sign(struct ev_promoter *m);
/* The second has not been looked at since it was signed: would everybody
 * accept it? */
int ev_promote_accept(struct ev_promoter *m);
void ev_promote_draft_drop(struct ev_promoter *m);

/* promote_push.c: ledger, checkpoint, release tag; then the step. */
int ev_promote_plan(struct ev_promoter *m);
int ev_promote_seal(struct ev_promoter *m);
int ev_promote_push(struct ev_promoter *m);
/* The remote has it: bring the local refs up. */
void ev_promote_settle(struct ev_promoter *m);

/*
 * Move local refs in one transaction, hooks and all.  EV_ECONFLICT if one is
 * not at `old` or is locked, EV_EDENIED with its words if a hook refuses.
 */
int ev_refs_move(struct ev_repo *r, const struct ev_ref_changes *c,
		 const char *why);
/* Where a branch is checked out, or "". */
int ev_ref_worktree(struct ev_buf *out, struct ev_repo *r, const char *ref);

#endif
