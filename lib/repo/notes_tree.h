/*
 * notes_tree.h - what one entry of a notes tree is; shared by the notes files
 *
 * As Git's notes.c (load_subtree) sees it, below a folder that stands for the
 * first `depth` bytes of an object id:
 *
 *   note    a regular file, executable or not, named by all remaining digits
 *   folder  a tree named by the next two digits
 *   stray   all else: other names, links, submodules, files and folders where
 *           the other kind belongs
 *
 * Digits may be of either case.  A folder of depth 19 has no folders: two
 * digits are all that remain, and name a note.
 *
 * Limits: a tree object may have EV_OBJECT_LIMIT bytes; one notes handle (for
 * what it looks up), one walk, one write and one comparison read at most
 * EV_NOTES_FOLDERS folders with EV_NOTES_ENTRIES entries, since a few small
 * trees can name each other so as to look like billions.
 */
#ifndef EV_REPO_NOTES_TREE_H
#define EV_REPO_NOTES_TREE_H

#include "repo/internal.h"
#include "repo/notes.h"

#define EV_NOTES_FOLDERS ((size_t)1 << 18)
#define EV_NOTES_ENTRIES ((size_t)1 << 23)
#define EV_NOTES_DEPTH (EV_OID_SIZE - 1)	/* deepest folder */

enum ev_note_kind { EV_NOTE_STRAY, EV_NOTE_FOLDER, EV_NOTE_FILE };

/*
 * What the entry is.  `object` holds the `depth` bytes of its folder; for a
 * note the others are filled in, for a folder the next one is.
 */
enum ev_note_kind ev_note_kind(struct ev_oid *object, size_t depth,
			       unsigned mode, const char *name, size_t len);

struct ev_notes_budget {
	size_t folders, entries;		/* read so far */
};

/*
 * The bytes of the tree object `tree`, to be freed with git_odb_object_free();
 * EV_EINVALID if it is something else, EV_ELIMIT over the limits.  NULL for
 * the empty tree, which need not be stored.
 */
int ev_notes_load(git_odb_object **out, struct ev_repo *r,
		  struct ev_notes_budget *budget, const struct ev_oid *tree);
/* One entry more. */
int ev_notes_spend(struct ev_notes_budget *budget);
int ev_notes_malformed(const struct ev_oid *tree);

/* A folder read and sorted ------------------------------------------- */

struct ev_note {
	struct ev_oid object, blob;
};

struct ev_notes_sub {
	struct ev_oid tree;
	unsigned char byte;
	struct ev_notes_folder *folder;	/* NULL until somebody needs it */
};

/* What stands for an object in a handle that keeps less (notes.h). */
#define EV_NOTES_MARK 8
#define EV_NOTES_WORDS (EV_OID_SIZE / 4)

struct ev_notes_mark {
	unsigned char mark[EV_NOTES_MARK];
	struct ev_oid blob;
};

struct ev_notes_folder {
	struct ev_note *notes;		/* by object, then blob */
	size_t n, cap;
	struct ev_notes_sub *subs;	/* by byte, then tree */
	size_t nsubs, subcap;
	size_t strays;
	struct ev_notes_mark *marks;	/* instead of notes, if `marked` */
	size_t nmarks;
	bool marked;
};
#define EV_NOTES_FOLDER_INIT { NULL, 0, 0, NULL, 0, 0, 0, NULL, 0, false }

int ev_note_cmp(const void *a, const void *b);

/*
 * Add the entries of `tree`, a folder for the first `depth` bytes of `prefix`,
 * to `f`; ev_notes_folder_sort() when all trees are in.
 */
int ev_notes_folder_add(struct ev_notes_folder *f, struct ev_repo *r,
			struct ev_notes_budget *budget,
			const struct ev_oid *tree,
			const struct ev_oid *prefix, size_t depth);
void ev_notes_folder_sort(struct ev_notes_folder *f);
void ev_notes_folder_release(struct ev_notes_folder *f);	/* and below */

struct ev_notes_key { uint64_t words[2][EV_NOTES_WORDS + 1]; };

bool ev_notes_key_draw(struct ev_notes_key *k);
/* Keep these notes as marks. */
void ev_notes_folder_mark(struct ev_notes_folder *f,
			  const struct ev_notes_key *k,
			  const struct ev_note *notes, size_t n);
/* Add the blobs of an object that are kept so. */
void ev_notes_folder_marked(struct ev_oids *blobs,
			    const struct ev_notes_folder *f,
			    const struct ev_notes_key *k,
			    const struct ev_oid *object);

#endif
