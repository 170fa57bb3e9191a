/*
 * notes.h - notes trees read and written without libgit2's notes code
 *
 * A notes tree maps an object id to blobs.  Git may keep a note flat
 * ("aabbcc..."), or in folders of two hex digits at any depth; one object can
 * even have several entries at different depths (git shows them concatenated,
 * libgit2 shows one).  The reader here gives every entry, and takes for a note
 * what Git does: digits of either case, executable files too.  All else is a
 * stray: kept by the writer, counted by the reader.
 *
 * Fan-out follows Git: at an even level a folder is split when each of its 16
 * next digits leads to a folder or to two notes at least (notes.c of Git,
 * determine_fanout).  A tree written here by additions alone has the same id
 * as the one `git notes` writes for the same content.
 */
#ifndef EV_REPO_NOTES_H
#define EV_REPO_NOTES_H

#include "repo/repo.h"

struct ev_notes;

/* The notes of a commit (or tree) object; NULL is the empty set. Folders are
 * read when first needed and kept sorted: about 40 bytes an entry. */
int ev_notes_open(struct ev_notes **out, struct ev_repo *r,
		  const struct ev_oid *commit);
/*
 * For lists, of which the memory is not to grow with the notes: from now on
 * ev_notes_find() keeps about 28 bytes an entry, 8 of them a hash of the object
 * under a key that is drawn for this handle.  One object in 2^64 may be given
 * the blobs of another, by chance alone: nobody knows the key beforehand.
 */
void ev_notes_keep_less(struct ev_notes *n);
void ev_notes_close(struct ev_notes *n);

/* Blobs noted for `object`, all paths, deepest last; empty list if none. */
int ev_notes_find(struct ev_oids *blobs, struct ev_notes *n,
		  const struct ev_oid *object);
/* Every entry, in the order of the objects but for those that lie at several
 * depths; an object may come more than once. */
int ev_notes_each(struct ev_notes *n,
		  int (*cb)(void *ctx, const struct ev_oid *object,
			    const struct ev_oid *blob), void *ctx);
/* Entries that are no notes (bad names, bad modes), after a whole walk. */
int ev_notes_strays(size_t *out, struct ev_notes *n);
/* Strays that `new` has and `old` (may be NULL) does not have, or not as they
 * are; equal folders are not read. */
int ev_notes_new_strays(size_t *out, struct ev_repo *r,
			const struct ev_oid *old, const struct ev_oid *new);

/* One change: `blob` becomes the only entry for `object`; a zero id removes. */
struct ev_note_edit { struct ev_oid object, blob; };

/*
 * Apply edits (any order; the last for an object wins) to the tree of `base`
 * (commit or tree, NULL: empty) and write the new tree.  Where an object has
 * several entries they become one.  Cost: the folders touched, not the whole.
 */
int ev_notes_write(struct ev_oid *tree, struct ev_repo *r,
		   const struct ev_oid *base,
		   const struct ev_note_edit *edits, size_t n);

/*
 * Objects whose entries differ between two notes commits or trees (either may
 * be NULL); equal folders are not read.  An object may be given twice.
 */
int ev_notes_diff(struct ev_repo *r, const struct ev_oid *a,
		  const struct ev_oid *b,
		  int (*cb)(void *ctx, const struct ev_oid *object), void *ctx);

/* Commit `tree` with identity and time of now; does not move any ref. */
int ev_notes_commit(struct ev_oid *out, struct ev_repo *r,
		    const struct ev_oid *tree,
		    const struct ev_oid *parents, size_t nparents,
		    const char *message);

/*
 * Many objects at once: while a batch is open, ev_object_write() collects in
 * memory, and ev_object_read() sees it.  ev_batch_end() writes one pack (with
 * index) into the store, or loose objects if they are fewer than 100, before
 * it returns, so refs may be moved after it.  Abandon with keep = false: then,
 * and when storing fails, the batch is closed too.
 */
int ev_batch_begin(struct ev_repo *r);
int ev_batch_end(struct ev_repo *r, bool keep);

#endif
