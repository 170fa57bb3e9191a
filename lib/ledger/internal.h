/*
 * internal.h - what the files of the ledger room share
 */
#ifndef EV_LEDGER_INTERNAL_H
#define EV_LEDGER_INTERNAL_H

#include "base/hash.h"
#include "ledger/cache.h"
#include "ledger/ledger.h"
#include "repo/notes.h"

/* A note's text with the digest of each of its lines. */
struct ev_noted {
	struct ev_oid blob;
	struct ev_buf text;
	struct ev_slices lines;
	unsigned char (*digests)[EV_SHA256_SIZE];
};
void ev_noted_release(struct ev_noted *t);

struct ev_ledger {
	struct ev_repo *repo;
	struct ev_trust *trust;
	struct ev_notes *notes;
	struct ev_oid tip;		/* of the notes; zero: there are none */
	struct ev_cache *cache;		/* the trust's */
	bool absent;
	int64_t now;
	struct ev_lines global;		/* revocations on the empty tree */
	bool global_read, only_list;
	struct ev_oid known_commit, known_tree;	/* zero: none yet */
	struct ev_noted last;		/* that a text was asked of */
	struct ev_trust *hint;		/* that knew the line before, of those
					   before `trust` */
};

/* subjects.c: those of the notes of some objects, added. */
int ev_subjects_look(struct ev_subjects *out, struct ev_ledger *l,
		     enum ev_kind kind, const struct ev_oids *objects);

/*
 * Verify those of the lines that the cache does not know, two at a time; then
 * ev_ledger_judge() finds them there.  Negative only if gpg could not be asked.
 */
int ev_ledger_learn(struct ev_ledger *l, const struct ev_slice *lines,
		    size_t n);

/* The cache's verdict on a line into `out`, which is zero; false if it has
 * none. */
bool ev_judge_cached(struct ev_line *out, struct ev_ledger *l,
		     const unsigned char digest[32]);
/* What the cache says of the line or, failing that, gpg. */
int ev_judge_read(struct ev_line *out, struct ev_ledger *l,
		  const unsigned char digest[32], const char *line, size_t n);
/* Whether a line with a good signature counts on `object`, now. */
void ev_judge_place(struct ev_line *out, struct ev_ledger *l,
		    const struct ev_oid *object);
/* The same, but for time and who withdrew the key. */
void ev_judge_place_only(struct ev_line *out, struct ev_ledger *l,
			 const struct ev_oid *object);
/*
 * What is foreign or untimely now may be held by a checkpoint and count by
 * that.  1 if that cannot be told without the line (`line` NULL) and nothing
 * was changed.
 */
int ev_judge_past(struct ev_line *out, struct ev_ledger *l,
		  const struct ev_oid *object, const unsigned char digest[32],
		  const char *line, size_t n);
/*
 * Is it well signed by a key that nobody lists any more, as a policy before
 * this one has found out?  Then this one need not ask who made it.  Only once
 * the past is known.  `made` (may be NULL) is when that was.
 */
bool ev_judge_known_before(int64_t *made, struct ev_ledger *l,
			   const unsigned char digest[32]);
/* Such a line, where a checkpoint holds it; *done is false where none does, or
 * it is none, and `out` says nothing. */
int ev_judge_known(bool *done, struct ev_line *out, struct ev_ledger *l,
		   const struct ev_oid *object, const unsigned char digest[32],
		   const char *line, size_t n);
/* What the cache says of the line under another trust, or gpg; 1 if neither
 * can be asked (`line` NULL). */
int ev_judge_as(struct ev_line *out, const struct ev_ledger *l,
		struct ev_trust *trust, const unsigned char digest[32],
		const char *line, size_t n);
/* The same, and that it is in its place. */
int ev_judge_place_as(struct ev_line *out, const struct ev_ledger *l,
		      struct ev_trust *trust, const struct ev_oid *object,
		      const unsigned char digest[32], const char *line,
		      size_t n);
/* A revocation that is foreign or untimely now may have been right: `stood`.
 * Returns as ev_judge_past() does. */
int ev_judge_stood(struct ev_line *out, struct ev_ledger *l,
		   const struct ev_oid *object, const unsigned char digest[32],
		   const char *line, size_t n);
/* Add to the set, or only count. */
void ev_lines_keep(struct ev_lines *out, struct ev_line *line);

/*
 * The lines of a commit and its tree when `blob` is the one note of both, from
 * the cache alone; false, with an empty `out`, if it does not know them all.
 */
bool ev_listing_lines(struct ev_lines *out, struct ev_ledger *l,
		      const struct ev_oid *commit, const struct ev_oid *tree,
		      const struct ev_oid *blob);
/* Those were all lines of the note: the next time it need not be read. */
void ev_listing_remember(struct ev_ledger *l, const struct ev_oid *blob,
			 const struct ev_slices *lines);

/* Apply duplicate, revoked and superseded to judged lines. */
void ev_lines_settle(struct ev_lines *set, const struct ev_lines *global,
		     const struct ev_trust *trust);

/* Edits of a notes tree, grown one object at a time. */
struct ev_edits { struct ev_note_edit *items; size_t n, cap; };

/*
 * Unite `add` with what `notes` hold for `object`; where that changes the note,
 * write the new blob and add an edit.  *added (may be NULL) grows by the lines
 * that were new.
 */
int ev_edits_unite(struct ev_edits *out, struct ev_repo *r,
		   struct ev_notes *notes, const struct ev_oid *object,
		   const struct ev_slices *add, size_t *added);

/* Edits that take what is expunged out of a store (NULL: none). */
int ev_expunged_edits(struct ev_edits *out, struct ev_repo *r,
		      const struct ev_trust *t, const struct ev_oid *store);

/* How often a compare-and-swap is tried before a lock is called stale. */
#define EV_CAS_ATTEMPTS 400

#endif
