#include "base/compat.h"
#include "repo/notes.h"

#include "base/mem.h"
#include "repo/notes_folder.h"

enum what {
	OP_SET,			/* the only entry from now on */
	OP_REMOVE,
	OP_MOVE			/* an entry of a folder above that was split */
};

struct op {
	size_t folder;		/* where it goes next: index of an item */
	struct ev_oid object, blob;
	enum what what;
	const char *name;	/* OP_MOVE: as spelt, below this folder */
};

struct ops {
	struct op *items;
	size_t n, cap;
};

struct writer {
	struct ev_repo *repo;
	struct ev_notes_budget budget;
};

static void add_op(struct ops *l, const struct op *op)
{
	EV_GROW(l->items, l->n, l->cap);
	l->items[l->n++] = *op;
}

static void pass_down(struct ops *down, const struct op *op, size_t folder,
		      enum what what)
{
	struct op next = *op;

	next.folder = folder;
	next.what = what;
	if (next.name)
		next.name += 2;
	add_op(down, &next);
}

static int op_cmp(const void *a, const void *b)
{
	const struct op *x = a, *y = b;
	int d;

	if (x->folder != y->folder)
		return x->folder < y->folder ? -1 : 1;
	d = ev_oid_cmp(&x->object, &y->object);
	return d ? d : ev_oid_cmp(&x->blob, &y->blob);
}

/* In the order they were given in, which `folder` still holds. */
static int by_object(const void *a, const void *b)
{
	const struct op *x = a, *y = b;
	int d = ev_oid_cmp(&x->object, &y->object);

	return d ? d : x->folder < y->folder ? -1 : 1;
}

static size_t find_note(const struct ev_notes_edit_folder *f,
			const struct ev_oid *object)
{
	size_t low = f->first_note, high = f->read, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (ev_oid_cmp(&f->items[mid].object, object) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_note_of(const struct ev_notes_edit_folder *f, size_t i,
		       const struct ev_oid *object)
{
	return i < f->read && ev_oid_eq(&f->items[i].object, object);
}

static void set_or_remove(struct ev_notes_edit_folder *f, struct ops *down,
			  const struct op *op)
{
	enum what what = op->what;
	size_t i;

	for (i = find_note(f, &op->object); is_note_of(f, i, &op->object); i++)
		f->items[i].gone = true;
	i = ev_notes_folder_find(f, &op->object);
	if (i == f->n && what == OP_SET) {
		ev_notes_folder_put(f, EV_NOTE_FILE, &op->object, &op->blob,
				    NULL);
		return;
	}
	/* One folder, unless somebody has spelt it in two ways. */
	while (i < f->n) {
		pass_down(down, op, i, what);
		what = OP_REMOVE;
		i = ev_notes_folder_next(f, i, &op->object);
	}
}

/*
 * Two entries for one object that no edit names hold different blobs, maybe;
 * which of them is right is not for us to say: both stay, and so the one
 * above stays above.
 */
static void move_here(struct ev_notes_edit_folder *f, struct ops *down,
		      struct ops *rejected, const struct op *op,
		      const struct op *before)
{
	size_t i;

	if (before && ev_oid_eq(&before->object, &op->object)) {
		if (!ev_oid_eq(&before->blob, &op->blob))
			add_op(rejected, op);
		return;
	}
	i = find_note(f, &op->object);
	if (is_note_of(f, i, &op->object)) {
		for (; is_note_of(f, i, &op->object); i++)
			if (ev_oid_eq(&f->items[i].oid, &op->blob))
				return;
		add_op(rejected, op);
		return;
	}
	i = ev_notes_folder_find(f, &op->object);
	if (i < f->n)
		pass_down(down, op, i, OP_MOVE);
	else
		ev_notes_folder_put(f, EV_NOTE_FILE, &op->object, &op->blob,
				    op->name);
}

static size_t folder_for(struct ev_notes_edit_folder *f, size_t made[256],
			 const struct ev_oid *object)
{
	unsigned char byte = object->id[f->depth];
	size_t at = ev_notes_folder_find(f, object);
	struct ev_oid prefix = *object;

	if (at < f->n)
		return at;
	if (!made[byte]) {
		memset(prefix.id + f->depth + 1, 0,
		       EV_OID_SIZE - f->depth - 1);
		made[byte] = 1 + ev_notes_folder_put(f, EV_NOTE_FOLDER,
						     &prefix, &ev_oid_zero,
						     NULL);
	}
	return made[byte] - 1;
}

static void split(struct ev_notes_edit_folder *f, struct ops *down)
{
	size_t made[256] = { 0 }, n = f->n, i;
	struct op op = { .what = OP_MOVE };

	for (i = f->first_note; i < n; i++) {
		if (f->items[i].gone || f->items[i].kind != EV_NOTE_FILE)
			continue;
		f->items[i].gone = true;
		op.object = f->items[i].object;
		op.blob = f->items[i].oid;
		op.name = f->items[i].name;
		pass_down(down, &op, folder_for(f, made, &op.object), OP_MOVE);
	}
}

static int write_folder(struct ev_oid *out, struct writer *w,
			const struct ev_oid *tree, const struct ev_oid *prefix,
			size_t depth, const struct op *ops, size_t n,
			struct ops *rejected);

static int write_below(struct ev_notes_edit_folder *f, struct writer *w,
		       const struct op *ops, size_t n)
{
	struct ev_notes_item folder = f->items[ops[0].folder];
	struct ops back = { NULL, 0, 0 };
	const struct op *op;
	struct ev_oid oid;
	size_t i;
	int ret;

	ret = write_folder(&oid, w, folder.fresh ? &ev_oid_empty_tree :
			   &folder.oid, &folder.object, f->depth + 1, ops, n,
			   &back);
	if (ret)
		goto out;
	f->items[ops[0].folder].oid = oid;
	f->items[ops[0].folder].gone = ev_oid_is_zero(&oid);
	for (i = 0; i < back.n; i++) {
		op = &back.items[i];
		ev_notes_folder_put(f, EV_NOTE_FILE, &op->object, &op->blob,
				    op->name ? op->name - 2 : NULL);
	}
out:
	free(back.items);
	return ret;
}

static int write_folder(struct ev_oid *out, struct writer *w,
			const struct ev_oid *tree, const struct ev_oid *prefix,
			size_t depth, const struct op *ops, size_t n,
			struct ops *rejected)
{
	struct ops down = { NULL, 0, 0 };
	struct ev_notes_edit_folder f;
	size_t i, from;
	int ret;

	ret = ev_notes_folder_read(&f, w->repo, &w->budget, tree, prefix,
				   depth);
	if (ret)
		goto out;
	for (i = 0; i < n; i++) {
		if (ops[i].what == OP_MOVE)
			move_here(&f, &down, rejected, &ops[i],
				  i ? &ops[i - 1] : NULL);
		else
			set_or_remove(&f, &down, &ops[i]);
	}
	if (ev_notes_folder_splits(&f))
		split(&f, &down);
	if (down.n > 1)
		qsort(down.items, down.n, sizeof(*down.items), op_cmp);
	for (i = 0; !ret && i < down.n; ) {
		for (from = i; i < down.n; i++)
			if (down.items[i].folder != down.items[from].folder)
				break;
		ret = write_below(&f, w, down.items + from, i - from);
	}
	if (!ret)
		ret = ev_notes_folder_write(out, &f, w->repo);
out:
	ev_notes_folder_free(&f);
	free(down.items);
	return ret;
}

/* Sorted by object; of several edits for one object only the last is left. */
static void ops_of_edits(struct ops *out, const struct ev_note_edit *edits,
			 size_t n)
{
	struct op op = { .name = NULL };
	size_t i, kept = 0;

	for (i = 0; i < n; i++) {
		op.folder = i;
		op.object = edits[i].object;
		op.blob = edits[i].blob;
		op.what = ev_oid_is_zero(&op.blob) ? OP_REMOVE : OP_SET;
		add_op(out, &op);
	}
	if (n)
		qsort(out->items, n, sizeof(*out->items), by_object);
	for (i = 0; i < n; i++) {
		if (i + 1 < n && ev_oid_eq(&out->items[i].object,
					   &out->items[i + 1].object))
			continue;
		out->items[kept] = out->items[i];
		out->items[kept++].folder = 0;
	}
	out->n = kept;
}

int ev_notes_write(struct ev_oid *tree, struct ev_repo *r,
		   const struct ev_oid *base,
		   const struct ev_note_edit *edits, size_t n)
{
	struct writer w = { r, { 0, 0 } };
	struct ops ops = { NULL, 0, 0 }, rejected = { NULL, 0, 0 };
	struct ev_oid from = ev_oid_empty_tree, oid;
	int ret = 0;

	if (base)
		ret = ev_git2_treeish(&from, r, base);
	if (ret)
		return ret;
	ops_of_edits(&ops, edits, n);
	ret = write_folder(&oid, &w, &from, &ev_oid_zero, 0, ops.items, ops.n,
			   &rejected);
	if (!ret && ev_oid_is_zero(&oid))
		ret = ev_object_write(&oid, r, EV_OBJ_TREE, "", 0);
	if (!ret)
		*tree = oid;
	free(ops.items);
	free(rejected.items);
	return ret;
}
