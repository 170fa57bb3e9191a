/*
 * internal.h - one audit at work; for the files of this room
 */
#ifndef EV_HANDOVER_INTERNAL_H
#define EV_HANDOVER_INTERNAL_H

#include "gate/releases.h"
#include "handover/audit.h"
#include "ledger/ledger.h"
#include "ledger/past.h"
#include "policy/checkpoints.h"

/* A waiver that counts as a record, whether or not it was ever used. */
struct ev_waiver_seen {
	char id[65], rule[200];
	int64_t expires;
	struct ev_oid commit;
};

/* What a promotion says that was decided before it, and is in its past. */
struct ev_listed { struct ev_oid object; char *ref; size_t holder; };

/* When a decision was made; the tag that is there, or was once. */
struct ev_dated { int64_t at; const char *ref; struct ev_oid tag; };

/* A step that a walk has met a promotion for. */
struct ev_went {
	char *ref;
	bool has_from;
	struct ev_oid from, to;
	char record[65];
};

/* Is one commit before another? */
struct ev_answered { struct ev_oid new, old; bool known, yes; };

/* A release tag that is as its promotion says. */
struct ev_tagged {
	char *ref;
	struct ev_oid tag;
	int64_t promoted;		/* when the promotion was signed */
	bool now;			/* its key counts now */
};

/* Of promotions of one commit: what was judged again. */
struct ev_judged {
	char *ref;
	bool has_from;
	struct ev_oid from;
	const struct ev_checkpoint *at;
	int64_t now;
};

struct ev_auditing {
	struct ev_repo *repo;
	const struct ev_audit_ask *ask;
	struct ev_audit *out;
	struct ev_evidence evidence;	/* its ledger: that of the newest
					   checkpoint where the ref does not
					   contain that */
	struct ev_oid there;		/* what the ref holds, if it is there */
	struct ev_chain chain;
	struct ev_policy *policy;	/* in force; NULL: nothing is */
	struct ev_trust *trust;		/* of it */
	struct ev_ledger *ledger;	/* judged by it */
	const struct ev_checkpoints *checkpoints;
	int64_t *until;			/* of each link: when the next one came
					   into force; 0: it has not */
	struct ev_oidmap *seen;		/* lines and commits looked at, by
					   their names */
	struct ev_waiver_seen *waivers;
	size_t nwaivers, waivers_cap;
	struct ev_listed *listed;
	size_t nlisted, listed_cap;
	struct ev_listed *vouched;	/* the same of tags of releases */
	size_t nvouched, vouched_cap;
	struct ev_tagged *tagged;
	size_t ntagged, tagged_cap;
	int64_t promoted;		/* when the last promotion was signed */
	struct ev_judged *judged;	/* to this commit */
	size_t njudged, judged_cap;
	struct ev_oid judged_to;
	struct ev_answered answered[64];
	struct ev_went *went;		/* by promotions, of one ref after the
					   other, newest first */
	size_t nwent, went_cap;
	struct ev_dated *dated;		/* every one but checkpoints */
	size_t ndated, dated_cap;
	struct ev_strs tags;		/* of releases, that promotions name */
	struct ev_strs in_use;		/* waivers of what refs hold now */
	size_t *voids;			/* signatures by each key that
					   trust->withdrawn tells of */
	int64_t turns;			/* the first moment after now at which
					   time alone may change anything */
};

/* At `t` something may be another, if that is still to come. */
void ev_audit_turns(struct ev_auditing *a, int64_t t);
/* What is signed or dated then is from the future until then, or nearly. */
void ev_audit_dated(struct ev_auditing *a, int64_t t);

/* Each looks at one thing and adds its findings. */
int ev_audit_policy(struct ev_auditing *a);
int ev_audit_ledger(struct ev_auditing *a);	/* as history */
int ev_audit_lines(struct ev_auditing *a);	/* and as a set of lines */
int ev_audit_decisions(struct ev_auditing *a);	/* approvals, of policies too */
int ev_audit_checkpoints(struct ev_auditing *a);	/* after the lines */
int ev_audit_refs(struct ev_auditing *a);
int ev_audit_tags(struct ev_auditing *a);	/* protected ones */
int ev_audit_keys(struct ev_auditing *a);
int ev_audit_waivers(struct ev_auditing *a);

/* Is this the first time?  By the first 20 bytes of a name. */
bool ev_audit_first(struct ev_auditing *a, const struct ev_oid *name);
bool ev_audit_first_id(struct ev_auditing *a, const char *id);	/* 64 hex */

/* lines.c calls these for each such record, once; with that of a promotion, for
 * all others of its commit, too. */
int ev_audit_promotion(struct ev_auditing *a, const struct ev_line *line);
int ev_audit_waiver(struct ev_auditing *a, const struct ev_line *line);
/* And so does a walk of what it meets: `line` is that of the promotion. */
int ev_audit_see_release(struct ev_auditing *a, const struct ev_release *x,
			 const struct ev_line *line);

/* release_tags.c: the tag that a promotion says it made. */
int ev_audit_release_tag(struct ev_auditing *a, const struct ev_release *x);
/* And any tag: one by somebody who may make it signs the ledger, and the
 * checkpoints before it, whether or not a promotion names it. */
int ev_audit_release_signs(struct ev_auditing *a, const char *ref,
			   const struct ev_oid *tag);
/* Once all promotions are seen: are the tags those that later ones list? */
void ev_audit_release_lists(struct ev_auditing *a);
/* checkpoints.c: the one that is this tag, accepted or not; NULL: it is not
 * here. */
const struct ev_checkpoint *ev_audit_checkpoint(const struct ev_auditing *a,
						const struct ev_oid *tag);
/* Those that `who` ("promotion 1234", "'v1.0.0'") names as before it: those
 * that are not here are findings. */
void ev_audit_before(struct ev_auditing *a, const struct ev_strs *before,
		     const char *who);

/* departed.c: a signature by somebody who is not listed, or by a key that does
 * not count now, and that no checkpoint holds.  `at` is when it was made. */
enum ev_departed {
	EV_DEPARTED_UNKNOWN,		/* never listed */
	EV_DEPARTED_LATE,		/* listed once, and signed after that:
					   a finding was added */
	EV_DEPARTED_VOID,		/* the key is withdrawn: counted there */
	EV_DEPARTED_LOOSE,		/* by somebody who was listed then */
	EV_DEPARTED_BAD			/* in their name, and wrong */
};
int ev_audit_departed_line(enum ev_departed *out, struct ev_auditing *a,
			   const struct ev_oid *object,
			   const struct ev_line *line);
int ev_audit_departed_tag(enum ev_departed *out, struct ev_auditing *a,
			  const struct ev_decided *d);

/* Is it `old`, or is `old` before it?  False also where one is not here. */
int ev_audit_contains(bool *yes, struct ev_auditing *a,
		      const struct ev_oid *new, const struct ev_oid *old);
/* "approvals.clinical (0 of 1), separation (...)": rules that are as bad. */
void ev_audit_rules(struct ev_buf *out, const struct ev_verdict *v,
		    enum ev_outcome from);

/* What could not be looked at; each once. */
void ev_audit_missing(struct ev_auditing *a, const char *fmt, ...)
	EV_PRINTF(2, 3);
/* The last error, if it is that something is not here: noted and cleared, and
 * 0; else it stays. */
int ev_audit_absent(struct ev_auditing *a, int ret, const char *what);

/* Subjects: as many digits as the formats have for names. */
#define EV_SHORT 12
void ev_audit_short(char out[EV_SHORT + 1], const struct ev_oid *oid);

/* judged.c: judging once more -------------------------------------------- */

/* One way in which the ref may have come to hold the commit. */
struct ev_way {
	const char *ref;
	bool has_from;
	struct ev_oid from, to;
	const struct ev_checkpoint *at;	/* that holds it; NULL: none does */
	int64_t now;			/* without one */
};
int ev_way_judge(struct ev_verdict *v, struct ev_auditing *a,
		 const struct ev_way *w);
void ev_way_tell(struct ev_auditing *a, const struct ev_way *w,
		 const struct ev_verdict *v);
const struct ev_checkpoint *ev_audit_holder(const struct ev_auditing *a,
					    const struct ev_holder *h);
/* Does the promotion count, or did it before its content was withdrawn? */
int ev_audit_happened(bool *yes, struct ev_auditing *a,
		      const struct ev_release *x, const struct ev_line *line);
/* As of the checkpoint that holds it. */
int ev_audit_judge_again(struct ev_auditing *a, const struct ev_release *x,
			 const struct ev_line *line);
/* A walk has met it. */
void ev_audit_went(struct ev_auditing *a, const struct ev_release *x);
/* After the walks, one that none has met: judged like the others, and did its
 * ref stop there at all? */
int ev_audit_stray(struct ev_auditing *a, const struct ev_release *x,
		   const struct ev_line *line);

/* steps.c: how did the ref come to hold this commit? --------------------- */

struct ev_step {
	bool found;
	bool promoted;			/* a promotion says so */
	bool has_from;
	struct ev_oid from;
};
/*
 * The step of `ref` that ends at `commit`, judged again; what is wrong with it
 * is a finding already.
 */
int ev_step_find(struct ev_step *out, struct ev_auditing *a, const char *ref,
		 const struct ev_oid *commit);

#endif
