/*
 * ledger.h - the lines noted for a commit and its tree, read and judged
 *
 * A ledger is a grow-only set of lines for each object.  Nothing read from it
 * has an effect unless its line is a well formed envelope, signed by one good
 * signature of a listed key that counts now, about the very object it is noted
 * on, and for this product.  Everything else is ignored and counted, so that
 * nobody who can write lines can harm a reader.
 */
#ifndef EV_LEDGER_LEDGER_H
#define EV_LEDGER_LEDGER_H

#include "ledger/record.h"
#include "repo/repo.h"

struct ev_ledger;

/*
 * Open the ledger at `tip` (NULL: refs/notes/evidence, which may be absent:
 * then *out is an empty ledger and ev_ledger_absent() is true).  `trust` must
 * outlive it.
 */
int ev_ledger_open(struct ev_ledger **out, struct ev_repo *r,
		   struct ev_trust *trust, const struct ev_oid *tip);
void ev_ledger_close(struct ev_ledger *l);
bool ev_ledger_absent(const struct ev_ledger *l);
/* The time signatures are held against; ev_now() unless set. */
void ev_ledger_set_now(struct ev_ledger *l, int64_t now);

/*
 * What is read is only listed: a note whose lines were all judged before is
 * known by its name and not read again.  Not for what decides anything, since
 * the bytes that were signed are not looked at.
 */
void ev_ledger_only_list(struct ev_ledger *l);
/*
 * Git says that this is the tree of that commit: it need not be asked again
 * for the records about it.
 */
void ev_ledger_tree_is(struct ev_ledger *l, const struct ev_oid *commit,
		       const struct ev_oid *tree);

struct ev_line {
	struct ev_record record;
	enum ev_state state;
	char reason[200];		/* "" when live */
	const struct ev_person *person;	/* NULL if unknown */
	/* EV_REVOKED, and by machines alone: no person has decided that what
	 * it says may be forgotten. */
	bool by_machine;
	/* EV_REVOKED, and only by revocations that stood (below). */
	bool by_stood;
	/*
	 * A revocation, or a test or report that does not pass, that is
	 * foreign or untimely now, and was right when it was signed: see
	 * ev_line_stood().
	 */
	bool stood;
	bool on_commit, on_tree;	/* where it was found */
	struct ev_oid blob;		/* a note that holds it */
};
struct ev_lines {
	struct ev_line *items;
	size_t n, cap;
	size_t count[EV_BAD + 1];	/* by state, of every line */
};
#define EV_LINES_INIT { NULL, 0, 0, { 0 } }
void ev_lines_release(struct ev_lines *l);
/* Malformed and foreign lines are kept only up to this many; all are counted. */
#define EV_LINES_KEEP_IGNORED 16

/*
 * Every line on `commit` and on `tree` (either may be NULL), judged, live ones
 * first by (recordedAt, id).  A line found on both counts once.
 */
int ev_ledger_lines(struct ev_lines *out, struct ev_ledger *l,
		    const struct ev_oid *commit, const struct ev_oid *tree);

/*
 * Judge one line as if it were noted on `object` (a commit or a tree); fills
 * record, state, reason and person, leaves the set rules (duplicate,
 * superseded, revoked) alone. Negative only if gpg could not be asked.
 */
int ev_ledger_judge(struct ev_line *out, struct ev_ledger *l,
		    const struct ev_oid *object, const char *line, size_t n);

/*
 * The revocations on the empty tree (of lines, keys, links, artifacts), judged
 * and settled; owned by the ledger.  NULL and *err < 0 if they could not be.
 */
const struct ev_lines *ev_ledger_global(struct ev_ledger *l, int *err);
/*
 * The revocations among `lines` that are live or stood, and that name `id` as a
 * `type` ("approval", "link"), whoever signed them; the first `max` into `out`,
 * all are counted.
 */
size_t ev_lines_revoking(const struct ev_line **out, size_t max,
			 const struct ev_lines *lines, const char *type,
			 const char *id);

/*
 * A revocation is final.  What speaks for a release stays withdrawn if that was
 * right when the revocation was signed, whatever expires, leaves the policy or
 * is withdrawn later: by a person, and a role, of the policy in force or of one
 * before it until its successor was approved.  What speaks against a release (a
 * record that does not pass, a rejection, a bad line) is withdrawn only by what
 * is live: an old key must not silence it.  And nothing else comes to count
 * because of a revocation that only stood: what the withdrawn one superseded
 * stays superseded, unless it speaks against; and a manifest goes on saying what
 * it said against another one that differs (lib/gate/manifest.c).
 *
 * A test or report that does not pass says so for good, too: with the key that
 * signed it goes no more than its place among what counts.  A pass that comes
 * later answers for it (a re-run), until a person withdraws it.
 *
 * Of a revocation, or such a record, that is live or stood: the next policy from `in_force` back
 * by which it was right (*at; NULL at first), and its signer as that lists
 * them.  NULL at the end.
 */
const struct ev_person *ev_line_stood(const struct ev_trust **at,
				      const struct ev_trust *in_force,
				      const struct ev_line *l);
/* Does the record speak for a release, and not against it? */
bool ev_record_speaks_for(const struct ev_record *r);

/* The text of a line by its digest in one of `blobs`' notes; EV_ENOTFOUND. */
int ev_ledger_text(struct ev_buf *out, struct ev_ledger *l,
		   const struct ev_line *line);
/* What its envelope holds: appended, or read into a statement that is empty.
 * Released by the caller, also on failure; as ev_ledger_text(), and
 * EV_EINVALID. */
int ev_line_payload(struct ev_buf *out, struct ev_ledger *l,
		    const struct ev_line *line);
int ev_line_statement(struct ev_statement *out, struct ev_ledger *l,
		      const struct ev_line *line);

/* Find a record by id or line digest (12 hex digits at least) anywhere in the
 * ledger: walks every note. EV_ENOTFOUND; EV_EINVALID if several fit. */
int ev_ledger_find(struct ev_line *out, struct ev_ledger *l, const char *id);
void ev_line_release(struct ev_line *l);

/*
 * The commits that some record of a kind seems to be about, each once with its
 * tree: for who looks for records without knowing where.  Nothing is verified,
 * every note is read.  A kind that has its own predicate type.
 */
struct ev_subject { struct ev_oid commit, tree; };
struct ev_subjects { struct ev_subject *items; size_t n, cap; };
void ev_subjects_release(struct ev_subjects *l);
int ev_ledger_subjects(struct ev_subjects *out, struct ev_ledger *l,
		       enum ev_kind kind);
/*
 * The same for what is asked again and again: what was found is kept in
 * <statedir>/subjects/<kind>, and of another ledger only the notes that differ
 * are read.  It may name commits that have no such record in this one.
 */
int ev_ledger_subjects_kept(struct ev_subjects *out, struct ev_ledger *l,
			    enum ev_kind kind);

/* Lines as sets -------------------------------------------------------- */

/* Split into lines without LF; blank ones are left out. */
struct ev_slice { const char *p; size_t n; };
struct ev_slices { struct ev_slice *items; size_t n, cap; };
void ev_slices_split(struct ev_slices *out, const struct ev_buf *text);
void ev_slices_release(struct ev_slices *s);
void ev_slices_sort(struct ev_slices *s);	/* by bytes, and unique */
bool ev_slices_has(const struct ev_slices *sorted, const struct ev_slice *x);
/* Sorted by bytes, unique, each ended by LF. */
void ev_slices_join(struct ev_buf *out, struct ev_slices *s);

/*
 * Read every note of `object` and append its lines; `texts` keeps the bytes
 * that the slices point into, one buffer a blob (the caller releases both).
 */
struct ev_notes;
struct ev_texts { struct ev_buf *items; size_t n, cap; };
void ev_texts_release(struct ev_texts *t);
int ev_note_lines(struct ev_slices *out, struct ev_texts *texts,
		  struct ev_repo *r, struct ev_notes *notes,
		  const struct ev_oid *object);

/* Appending ------------------------------------------------------------ */

struct ev_append { struct ev_oid object; struct ev_buf line; };
/*
 * Put lines on objects in one ledger commit: read the tip, unite, write, move
 * the ref by compare-and-swap, again if somebody else was first. Adding what
 * is there already makes no commit. *commit (may be NULL) is the new tip.
 */
int ev_ledger_append(struct ev_oid *commit, struct ev_repo *r,
		     const struct ev_append *lines, size_t n,
		     const char *message);
/* Only make the commit: the notes of `base` (commit or tree, NULL: none) and
 * those lines, on `parent` (NULL: the first).  No ref moves. */
int ev_ledger_commit(struct ev_oid *commit, struct ev_repo *r,
		     const struct ev_oid *base, const struct ev_oid *parent,
		     const struct ev_append *lines, size_t n,
		     const char *message);

#endif
