/*
 * notes_folder.h - one folder of a notes tree while it is being changed
 *
 * Entries keep the spelling and mode they were read with; those made here are
 * plain files and folders with lower-case names.  Items are marked `gone`, not
 * taken out, so that an index stays good until the folder is written.
 */
#ifndef EV_REPO_NOTES_FOLDER_H
#define EV_REPO_NOTES_FOLDER_H

#include "repo/notes_tree.h"

struct ev_notes_item {
	enum ev_note_kind kind;
	bool gone;
	bool fresh;			/* not in the stored tree */
	unsigned mode;
	const char *name;		/* NULL: digits of `object` */
	size_t len;
	struct ev_oid object;		/* of a folder: up to its byte */
	struct ev_oid oid;		/* zero: a folder not yet written */
};

struct ev_notes_edit_folder {
	git_odb_object *stored;		/* names point into it */
	size_t depth;
	struct ev_notes_item *items;	/* strays, folders, notes in order */
	size_t n, cap;
	size_t nstrays;			/* the first `nstrays` items */
	size_t first_note, read;	/* notes as read: [first_note, read) */
};

int ev_notes_folder_read(struct ev_notes_edit_folder *f, struct ev_repo *r,
			 struct ev_notes_budget *budget,
			 const struct ev_oid *tree,
			 const struct ev_oid *prefix, size_t depth);
void ev_notes_folder_free(struct ev_notes_edit_folder *f);

/* Index of the new item.  `name` (may be NULL) is its name in this folder,
 * and must outlive it. */
size_t ev_notes_folder_put(struct ev_notes_edit_folder *f,
			   enum ev_note_kind kind, const struct ev_oid *object,
			   const struct ev_oid *oid, const char *name);
/* The stored folder that `object` may be in, and the one after `at` if it is
 * spelt in several ways; f->n if there is none. */
size_t ev_notes_folder_find(const struct ev_notes_edit_folder *f,
			    const struct ev_oid *object);
size_t ev_notes_folder_next(const struct ev_notes_edit_folder *f, size_t at,
			    const struct ev_oid *object);
/* Does Git split a folder with these entries? */
bool ev_notes_folder_splits(const struct ev_notes_edit_folder *f);
/*
 * Write what is left and free nothing.  `out` is the stored tree's id if
 * nothing changed, and zero if nothing is left.
 */
int ev_notes_folder_write(struct ev_oid *out, struct ev_notes_edit_folder *f,
			  struct ev_repo *r);

#endif
