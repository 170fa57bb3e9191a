/*
 * past.h - what accepted checkpoints hold, and by whom that is judged
 *
 * Time is not the signer's to choose.  What no accepted checkpoint holds
 * counts only if its key is listed and valid now; what one holds is judged by
 * the policy link that the first such checkpoint names, at the time of the
 * signature, whatever expires or leaves the policy later.  Nothing may be
 * signed after the checkpoint that holds it.
 *
 * lib/policy fills a past when somebody asks it the first time (most
 * judgements never do), and gives it to a trust; the ledger and the tags are
 * judged by both.
 */
#ifndef EV_LEDGER_PAST_H
#define EV_LEDGER_PAST_H

#include "ledger/decision.h"
#include "ledger/ledger.h"

/* An accepted checkpoint whose ledger is here. */
struct ev_holder {
	struct ev_oid tag, ledger;	/* its tag object, and what it signs */
	int64_t at;			/* recordedAt */
	struct ev_trust *trust;		/* of the link it names; not owned */
	const struct ev_strs *promoters;	/* roles of that; not owned */
	char approvals[72];		/* digest of the decisions there were */
	bool tip;			/* no other one comes after it */
	bool late;			/* used although nothing says that it
					   was not made later than it says */
	/* Private: what was opened of it, when it was last asked; whether its
	 * digest is that of the decisions there are, and whether it is a
	 * holder at all (0: not asked). */
	struct ev_notes *notes;
	unsigned long asked;
	int agrees, checked;
};

/* A key that somebody entitled has withdrawn. */
struct ev_voided {
	char fpr[41];			/* primary or subkey */
	char record[65];		/* the revocation */
	int64_t at;			/* when that was signed */
	/* What these hold still counts: the last good checkpoint and those
	 * before it, or, where none is named and the key is not called
	 * compromised, all that do not hold the revocation itself; of them
	 * those that are not dated after it.  Indices into the past's holders;
	 * one for each. */
	bool *spared;
	char reason[160];
};

struct ev_past_memo;
struct ev_past {
	/* Oldest first: of two, one that the other names as previous comes
	 * before it; else by time. */
	struct ev_holder *items;
	size_t n, cap;
	struct ev_voided *voided;
	size_t nvoided, voided_cap;
	/* The decisions there are; not owned, may be NULL. */
	const struct ev_evidence *evidence;
	/* Fills the past once; NULL: filled.  Negative: it could not be. */
	int (*fill)(struct ev_past *p, struct ev_repo *r);
	/* Is this one well signed?  Those that a later one names are not asked
	 * about before they hold something.  1, 0 or negative; NULL: all are. */
	int (*check)(struct ev_past *p, struct ev_repo *r, size_t holder);
	void *ctx;
	bool late_used;			/* something counted by a late one */
	struct ev_past_memo *memo;	/* private */
};
void ev_past_release(struct ev_past *p);
/* Fill it, if it is not yet. */
int ev_past_fill(struct ev_past *p, struct ev_repo *r);

/*
 * The first accepted checkpoint that holds a line (by its SHA-256, 64 hex) on
 * an object, or a tag at its ref; *out is NULL if none does.  A tag is held by
 * a checkpoint if a promotion in that checkpoint's ledger lists it, or if the
 * checkpoint's `approvals` is the digest of all tags up to its time; and if it
 * is not dated after it.  A promotion has to be well formed, by a person whose
 * signature counts there and who has a role of `promoters`.  A release tag is
 * held by such a promotion that names its ref and commit, if no later one lists
 * another object of that name.
 */
int ev_past_line(const struct ev_holder **out, struct ev_past *p,
		 struct ev_repo *r, const struct ev_oid *object,
		 const char *line);
/* The same, of one that is signed at that time: found sooner. */
int ev_past_line_of(const struct ev_holder **out, struct ev_past *p,
		    struct ev_repo *r, const struct ev_oid *object,
		    const char *line, int64_t made);
int ev_past_tag(const struct ev_holder **out, struct ev_past *p,
		struct ev_repo *r, const char *ref, const struct ev_oid *tag);
/* What the first of those promotions lists at this name, if one does. */
int ev_past_listed(bool *yes, struct ev_oid *object, struct ev_past *p,
		   struct ev_repo *r, const char *ref);
/* Did one of them make a release tag of this name? */
int ev_past_names_release(bool *yes, struct ev_past *p, struct ev_repo *r,
			  const char *ref);
/* The first that holds each of the decisions there are (p->evidence), NULL
 * where none does; owned by the past. */
int ev_past_tags(const struct ev_holder *const **out, struct ev_past *p,
		 struct ev_repo *r);
/* Does the holder's own ledger have the line?  1, 0, or negative. */
int ev_past_holds(struct ev_past *p, struct ev_repo *r, size_t holder,
		  const struct ev_oid *object, const char *line);
/* Does a signature that `h` (NULL: nothing) holds stand although its key may be
 * withdrawn?  Not if it was made after that; false with the reason. */
bool ev_past_spares(char reason[160], struct ev_past *p, struct ev_repo *r,
		    const struct ev_holder *h, const struct ev_signature *s);

/*
 * A signature that `h` holds, by the key that `s` says: does it count by the
 * holder's own link, at its own time, before the checkpoint, and although the
 * key may be withdrawn?  False with the reason.
 */
bool ev_past_counts(char reason[160], struct ev_past *p, struct ev_repo *r,
		    const struct ev_holder *h, const struct ev_signature *s);

/* SHA-256 of sorted lines "<tag oid> <refname>" LF of what is given, as
 * "sha256:...". */
void ev_tags_digest(char out[72], const struct ev_tagref *const *tags,
		    size_t n);

#endif
