/*
 * decision.h - what people decide, as signed tags
 *
 * Below refs/tags/evidence/:
 *	approve/<tree12>/<role>/<id>	approval, on a tree
 *	policy/<link12>/<role>/<id>	policy approval, on a tree
 *	checkpoint/<ledger12>		checkpoint, on the ledger's commit
 * and where the policy has the names of releases:
 *	<name>				release, on the commit: a checkpoint
 *
 * <id> is the first 12 digits of the nonce.  The message is a title line, an
 * empty line and one JSON object: two-space indent, LF, printable ASCII with
 * \u escapes, members in a fixed order (git-evidence-formats(5)).  The tagger
 * is the person as the policy names them, the time is approvedAt, in UTC.  A
 * tag whose bytes are not exactly what ev_decision_format() would write from
 * its fields is refused, so there is one reading of it.
 */
#ifndef EV_LEDGER_DECISION_H
#define EV_LEDGER_DECISION_H

#include "ledger/evidence.h"
#include "ledger/verify.h"

#define EV_APPROVAL_TYPE "https://git-evidence.dev/approval/v1"
#define EV_POLICY_APPROVAL_TYPE "https://git-evidence.dev/policy-approval/v1"
#define EV_CHECKPOINT_TYPE "https://git-evidence.dev/checkpoint/v1"
#define EV_DECISION_MAX ((size_t)256 << 10)	/* bytes of the tag object */

enum ev_decision_kind { EV_DECISION_APPROVAL, EV_DECISION_POLICY,
			EV_DECISION_CHECKPOINT, EV_DECISION_RELEASE };
/* 21 CFR 11.50 (a)(3) */
enum ev_meaning { EV_MEANING_REVIEWED, EV_MEANING_APPROVED,
		  EV_MEANING_RESPONSIBLE, EV_MEANING_REJECTED };
const char *ev_meaning_name(enum ev_meaning m);
int ev_meaning_parse(enum ev_meaning *out, const char *word);

struct ev_decision {
	enum ev_decision_kind kind;
	/* all */
	char *product;
	int64_t at;			/* approvedAt, recordedAt */
	/* approval and policy approval */
	char *role, *name;		/* name as printed */
	char nonce[33];			/* lower-case hex */
	/* approval */
	char *ref;			/* full name of the target ref; of a
					   release, of its own tag */
	bool has_from;
	struct ev_oid from, commit;	/* the ref's old value; gitCommit, or
					   what a release is a tag of */
	struct ev_oid tree;		/* gitTree; also of policy approvals:
					   where the control set was read */
	char manifest[72];		/* "sha256:<record id>", "" for null */
	struct ev_strs records;		/* the same, sorted */
	struct ev_strs contributors;	/* e-mails and fingerprints, sorted */
	char policy[72];		/* link; also of the next two */
	enum ev_meaning meaning;
	struct ev_strs clears;		/* sorted */
	/* policy approval */
	char control_set[72], previous[72];	/* "" for null */
	int64_t version;
	/* checkpoint and release */
	struct ev_oid ledger;
	char approvals[72];
	struct ev_strs before;		/* previous checkpoints: tag ids */
	/* the tagger; time is `at` */
	char *email;			/* tagger's; its name is `name` */
};
void ev_decision_init(struct ev_decision *d, enum ev_decision_kind kind);
void ev_decision_release(struct ev_decision *d);

/* "sha256:<64 lower-case hex>" */
bool ev_digest_valid(const char *text);
/* 16 random bytes as hex. */
int ev_nonce(char out[33]);

/* The object that the tag is about, a commit or a tree. */
const struct ev_oid *ev_decision_target(enum ev_objtype *type,
					const struct ev_decision *d);
/* Does it say what a checkpoint says? */
bool ev_decision_is_checkpoint(const struct ev_decision *d);
/* The ref at which the tag belongs; owned by the caller. */
char *ev_decision_ref(const struct ev_decision *d);
/*
 * Append the unsigned tag object, byte for byte what is signed.  EV_EINVALID
 * if a field cannot be (an e-mail with '>', a role that is no part of a ref).
 */
int ev_decision_format(struct ev_buf *out, const struct ev_decision *d);
/* Read it back, signed or not; *signature (may be NULL) is the armour. */
int ev_decision_parse(struct ev_decision *out, struct ev_buf *signature,
		      const char *raw, size_t n);

/* One that lies in a repository, and whose it is. */
struct ev_decided {
	struct ev_decision d;
	char *ref;
	struct ev_oid oid;		/* of the tag */
	enum ev_objsig sig;		/* against a trust, see below */
	const struct ev_person *person;
	char signer[41], subkey[41];
	int64_t signed_at;
	char reason[200];		/* why it does not count; "" */
};
struct ev_decideds { struct ev_decided *items; size_t n, cap; };
void ev_decided_release(struct ev_decided *d);
void ev_decideds_release(struct ev_decideds *l);
/*
 * Read the tag `oid` at `ref`: shape, name, target, and that what it says fits
 * where it lies.  EV_EINVALID with the reason; EV_ENOTFOUND if it is not here.
 */
int ev_decided_read(struct ev_decided *out, struct ev_repo *r,
		    const char *ref, const struct ev_oid *oid);
/*
 * Hold its signature against `trust` at `now`: good means by a listed key that
 * counts, whose person has the name and the role that the tag says (the role
 * of a checkpoint is for others to judge); all else has a reason.
 */
int ev_decided_verify(struct ev_decided *d, struct ev_repo *r,
		      struct ev_trust *trust, int64_t now);
/* Did it count by `trust` when it was signed, whatever was withdrawn since? */
int ev_decided_verify_then(struct ev_decided *d, struct ev_repo *r,
			   struct ev_trust *trust);
/* Those of `e` below `prefix`, read and verified; what cannot be read is left
 * out and counted in *bad (may be NULL). */
int ev_decideds_load(struct ev_decideds *out, size_t *bad, struct ev_repo *r,
		     struct ev_trust *trust, const struct ev_evidence *e,
		     const char *prefix, int64_t now);

/*
 * Sign with `fpr` and create the ref; or, for one signed elsewhere, with
 * `armour` given.  The signature is verified against `trust` before anything
 * is written (EV_EDENIED if it would not count).  A ref that is there is never
 * written over (EV_EEXISTS): of two checkpoints of one commit of the ledger
 * the first one stays.
 */
int ev_decision_write(struct ev_oid *tag, char **ref, struct ev_repo *r,
		      struct ev_trust *trust, const struct ev_decision *d,
		      const char *fpr, const struct ev_buf *armour);
/* The same without the ref, for who creates several at once. */
int ev_decision_make(struct ev_oid *tag, struct ev_repo *r,
		     struct ev_trust *trust, const struct ev_decision *d,
		     const char *fpr, const struct ev_buf *armour);

#endif
