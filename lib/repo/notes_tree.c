#include "base/compat.h"
#include "repo/notes_tree.h"

#include "base/hex.h"
#include "base/mem.h"

enum ev_note_kind ev_note_kind(struct ev_oid *object, size_t depth,
			       unsigned mode, const char *name, size_t len)
{
	size_t rest = EV_OID_SIZE - depth;

	if (len == 2 * rest) {
		if ((mode & 0170000) != 0100000 ||
		    ev_hex_decode(object->id + depth, name, rest))
			return EV_NOTE_STRAY;
		return EV_NOTE_FILE;
	}
	if (len != 2 || mode != 040000 ||
	    ev_hex_decode(object->id + depth, name, 1))
		return EV_NOTE_STRAY;
	return EV_NOTE_FOLDER;
}

int ev_notes_malformed(const struct ev_oid *tree)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, tree);
	ev_fail(EV_EINVALID, "tree %s is malformed", hex);
	ev_error_hint("git fsck --full");
	return EV_EINVALID;
}

int ev_notes_load(git_odb_object **out, struct ev_repo *r,
		  struct ev_notes_budget *budget, const struct ev_oid *tree)
{
	char hex[EV_OID_HEX + 1];
	int ret;

	*out = NULL;
	if (ev_oid_eq(tree, &ev_oid_empty_tree))
		return 0;
	if (++budget->folders > EV_NOTES_FOLDERS)
		return ev_fail(EV_ELIMIT, "the notes have more than %zu"
			       " folders", EV_NOTES_FOLDERS);
	ret = ev_git2_read(out, r, tree);
	if (ret)
		return ret;
	if (git_odb_object_type(*out) == GIT_OBJECT_TREE)
		return 0;
	git_odb_object_free(*out);
	*out = NULL;
	ev_oid_hex(hex, tree);
	return ev_fail(EV_EINVALID, "%s is no tree, though the notes have it"
		       " as a folder", hex);
}

int ev_notes_spend(struct ev_notes_budget *budget)
{
	if (++budget->entries > EV_NOTES_ENTRIES)
		return ev_fail(EV_ELIMIT, "the notes have more than %zu"
			       " entries", EV_NOTES_ENTRIES);
	return 0;
}

static void add_note(struct ev_notes_folder *f, const struct ev_oid *object,
		     const struct ev_oid *blob)
{
	EV_GROW(f->notes, f->n, f->cap);
	f->notes[f->n].object = *object;
	f->notes[f->n++].blob = *blob;
}

static void add_sub(struct ev_notes_folder *f, unsigned char byte,
		    const struct ev_oid *tree)
{
	EV_GROW(f->subs, f->nsubs, f->subcap);
	f->subs[f->nsubs].tree = *tree;
	f->subs[f->nsubs].byte = byte;
	f->subs[f->nsubs++].folder = NULL;
}

int ev_notes_folder_add(struct ev_notes_folder *f, struct ev_repo *r,
			struct ev_notes_budget *budget,
			const struct ev_oid *tree,
			const struct ev_oid *prefix, size_t depth)
{
	struct ev_oid object = *prefix, oid;
	git_odb_object *obj = NULL;
	const char *p, *end, *name;
	unsigned mode;
	size_t len;
	int ret;

	ret = ev_notes_load(&obj, r, budget, tree);
	if (ret || !obj)
		return ret;
	p = git_odb_object_data(obj);
	end = p + git_odb_object_size(obj);
	while ((ret = ev_tree_step(&p, end, &mode, &name, &len, &oid)) > 0) {
		ret = ev_notes_spend(budget);
		if (ret)
			goto out;
		switch (ev_note_kind(&object, depth, mode, name, len)) {
		case EV_NOTE_FILE:
			add_note(f, &object, &oid);
			break;
		case EV_NOTE_FOLDER:
			add_sub(f, object.id[depth], &oid);
			break;
		case EV_NOTE_STRAY:
			f->strays++;
			break;
		}
	}
	if (ret < 0)
		ret = ev_notes_malformed(tree);
out:
	git_odb_object_free(obj);
	return ret;
}

int ev_note_cmp(const void *a, const void *b)
{
	const struct ev_note *x = a, *y = b;
	int d = ev_oid_cmp(&x->object, &y->object);

	return d ? d : ev_oid_cmp(&x->blob, &y->blob);
}

static int sub_cmp(const void *a, const void *b)
{
	const struct ev_notes_sub *x = a, *y = b;
	int d = (int)x->byte - (int)y->byte;

	return d ? d : ev_oid_cmp(&x->tree, &y->tree);
}

static void sort_unless_sorted(void *items, size_t n, size_t size,
			       int (*cmp)(const void *, const void *))
{
	const char *p = items;
	size_t i;

	for (i = 1; i < n; i++)
		if (cmp(p + (i - 1) * size, p + i * size) > 0)
			break;
	if (i < n)
		qsort(items, n, size, cmp);
}

void ev_notes_folder_sort(struct ev_notes_folder *f)
{
	sort_unless_sorted(f->notes, f->n, sizeof(*f->notes), ev_note_cmp);
	sort_unless_sorted(f->subs, f->nsubs, sizeof(*f->subs), sub_cmp);
}

void ev_notes_folder_release(struct ev_notes_folder *f)
{
	size_t i;

	for (i = 0; i < f->nsubs; i++) {
		if (!f->subs[i].folder)
			continue;
		ev_notes_folder_release(f->subs[i].folder);
		free(f->subs[i].folder);
	}
	free(f->notes);
	free(f->subs);
	free(f->marks);
	memset(f, 0, sizeof(*f));
}
