#include "base/compat.h"
#include "repo/notes_folder.h"

#include "base/hex.h"
#include "base/mem.h"

static int item_cmp(const void *a, const void *b)
{
	const struct ev_notes_item *x = a, *y = b;
	int d = (int)x->kind - (int)y->kind;

	if (d || x->kind == EV_NOTE_STRAY)
		return d;
	return ev_oid_cmp(&x->object, &y->object);
}

static void sort_items(struct ev_notes_edit_folder *f)
{
	size_t i;

	for (i = 1; i < f->n; i++)
		if (item_cmp(&f->items[i - 1], &f->items[i]) > 0)
			break;
	if (i < f->n)
		qsort(f->items, f->n, sizeof(*f->items), item_cmp);
	while (f->nstrays < f->n &&
	       f->items[f->nstrays].kind == EV_NOTE_STRAY)
		f->nstrays++;
	f->first_note = f->nstrays;
	while (f->first_note < f->n &&
	       f->items[f->first_note].kind == EV_NOTE_FOLDER)
		f->first_note++;
	f->read = f->n;
}

int ev_notes_folder_read(struct ev_notes_edit_folder *f, struct ev_repo *r,
			 struct ev_notes_budget *budget,
			 const struct ev_oid *tree,
			 const struct ev_oid *prefix, size_t depth)
{
	struct ev_notes_item item = { .object = *prefix };
	const char *p = "", *end = p;
	int ret;

	memset(f, 0, sizeof(*f));
	f->depth = depth;
	ret = ev_notes_load(&f->stored, r, budget, tree);
	if (ret)
		return ret;
	if (f->stored) {
		p = git_odb_object_data(f->stored);
		end = p + git_odb_object_size(f->stored);
	}
	while ((ret = ev_tree_step(&p, end, &item.mode, &item.name, &item.len,
				   &item.oid)) > 0) {
		ret = ev_notes_spend(budget);
		if (ret)
			return ret;
		item.kind = ev_note_kind(&item.object, depth, item.mode,
					 item.name, item.len);
		if (item.kind == EV_NOTE_FOLDER)
			memset(item.object.id + depth + 1, 0,
			       EV_OID_SIZE - depth - 1);
		EV_GROW(f->items, f->n, f->cap);
		f->items[f->n++] = item;
	}
	if (ret < 0)
		return ev_notes_malformed(tree);
	sort_items(f);
	return 0;
}

void ev_notes_folder_free(struct ev_notes_edit_folder *f)
{
	git_odb_object_free(f->stored);
	free(f->items);
	memset(f, 0, sizeof(*f));
}

size_t ev_notes_folder_put(struct ev_notes_edit_folder *f,
			   enum ev_note_kind kind, const struct ev_oid *object,
			   const struct ev_oid *oid, const char *name)
{
	struct ev_notes_item item = { kind, false, true, 0100644, name, 2,
		*object, *oid };

	if (kind == EV_NOTE_FOLDER)
		item.mode = 040000;
	else
		item.len = 2 * (EV_OID_SIZE - f->depth);
	EV_GROW(f->items, f->n, f->cap);
	f->items[f->n] = item;
	return f->n++;
}

static bool leads_to(const struct ev_notes_edit_folder *f, size_t at,
		     const struct ev_oid *object)
{
	return f->items[at].kind == EV_NOTE_FOLDER &&
		f->items[at].object.id[f->depth] == object->id[f->depth];
}

size_t ev_notes_folder_find(const struct ev_notes_edit_folder *f,
			    const struct ev_oid *object)
{
	unsigned char byte = object->id[f->depth];
	size_t low = f->nstrays, high = f->first_note, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (f->items[mid].object.id[f->depth] < byte)
			low = mid + 1;
		else
			high = mid;
	}
	return low < f->first_note && leads_to(f, low, object) ? low : f->n;
}

size_t ev_notes_folder_next(const struct ev_notes_edit_folder *f, size_t at,
			    const struct ev_oid *object)
{
	at++;
	return at < f->first_note && leads_to(f, at, object) ? at : f->n;
}

/* A stray that has the name of a folder is in the way of one. */
static bool in_the_way(const struct ev_notes_item *stray)
{
	unsigned char byte;

	return stray->len == 2 && !ev_hex_decode(&byte, stray->name, 1);
}

bool ev_notes_folder_splits(const struct ev_notes_edit_folder *f)
{
	unsigned notes[16] = { 0 }, folders[16] = { 0 };
	bool any = false;
	size_t i;

	if (f->depth >= EV_NOTES_DEPTH)
		return false;
	for (i = 0; i < f->nstrays; i++)
		if (in_the_way(&f->items[i]))
			return false;
	for (; i < f->n; i++) {
		const struct ev_notes_item *item = &f->items[i];
		unsigned slot = item->object.id[f->depth] >> 4;

		if (item->gone)
			continue;
		if (item->kind == EV_NOTE_FOLDER) {
			folders[slot]++;
			continue;
		}
		notes[slot]++;
		any = true;
	}
	for (i = 0; i < 16; i++)
		if (!folders[i] && notes[i] < 2)
			return false;
	return any;
}

static const char *name_of(char *made, const struct ev_notes_item *item,
			   size_t depth)
{
	if (item->name)
		return item->name;
	ev_hex_encode(made, item->object.id + depth, item->len / 2);
	return made;
}

/* The order of Git: a folder sorts as if its name ended in a slash. */
static int place_cmp(const struct ev_notes_item *x,
		     const struct ev_notes_item *y, size_t depth)
{
	char mx[EV_OID_HEX + 1], my[EV_OID_HEX + 1];
	const char *nx = name_of(mx, x, depth), *ny = name_of(my, y, depth);
	size_t n = x->len < y->len ? x->len : y->len;
	int cx, cy, d;

	d = memcmp(nx, ny, n);
	if (d)
		return d;
	cx = n < x->len ? (unsigned char)nx[n] : x->mode == 040000 ? '/' : 0;
	cy = n < y->len ? (unsigned char)ny[n] : y->mode == 040000 ? '/' : 0;
	if (cx != cy)
		return cx - cy;
	return (int)x->kind - (int)y->kind;
}

/* To the last byte, so that a malformed tree, too, gives one answer. */
static int tree_cmp(const void *a, const void *b, void *ctx)
{
	const struct ev_notes_item *const *x = a, *const *y = b;
	const size_t *depth = ctx;
	int d = place_cmp(*x, *y, *depth);

	if (!d)
		d = (int)((*x)->mode) - (int)((*y)->mode);
	return d ? d : ev_oid_cmp(&(*x)->oid, &(*y)->oid);
}

static void add_entry(struct ev_buf *out, const struct ev_notes_item *item,
		      size_t depth)
{
	char made[EV_OID_HEX + 1];

	ev_buf_addf(out, "%o ", item->mode);
	ev_buf_add(out, name_of(made, item, depth), item->len);
	ev_buf_addc(out, '\0');
	ev_buf_add(out, item->oid.id, EV_OID_SIZE);
}

/* As with Git, a note takes the place of what has its name and is none. */
static bool gives_way(const struct ev_notes_item *stray,
		      struct ev_notes_item *const *order, size_t n,
		      size_t depth)
{
	struct ev_notes_item note = *stray;
	const struct ev_notes_item *key = &note;
	size_t low = 0, mid;
	int d;

	if (stray->len != 2 * (EV_OID_SIZE - depth))
		return false;
	note.kind = EV_NOTE_FILE;
	note.mode = 0100644;
	while (low < n) {
		mid = low + (n - low) / 2;
		d = place_cmp(order[mid], key, depth);
		if (!d)
			return true;
		if (d < 0)
			low = mid + 1;
		else
			n = mid;
	}
	return false;
}

static void serialise(struct ev_buf *out, struct ev_notes_edit_folder *f)
{
	struct ev_notes_item **order = ev_calloc(f->n + 1, sizeof(*order));
	size_t i, n = 0;

	for (i = 0; i < f->n; i++)
		if (!f->items[i].gone)
			order[n++] = &f->items[i];
	qsort_r(order, n, sizeof(*order), tree_cmp, &f->depth);
	for (i = 0; i < n; i++) {
		if (order[i]->kind == EV_NOTE_STRAY &&
		    gives_way(order[i], order, n, f->depth))
			continue;
		add_entry(out, order[i], f->depth);
	}
	free(order);
}

int ev_notes_folder_write(struct ev_oid *out, struct ev_notes_edit_folder *f,
			  struct ev_repo *r)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(EV_OBJECT_LIMIT);
	int ret = 0;

	serialise(&raw, f);
	if (raw.overflow)
		ret = ev_fail(EV_ELIMIT, "a folder of the notes would be"
			      " larger than %zu bytes", EV_OBJECT_LIMIT);
	else if (!raw.len)
		*out = ev_oid_zero;
	else if (f->stored && raw.len == git_odb_object_size(f->stored) &&
		 !memcmp(raw.ptr, git_odb_object_data(f->stored), raw.len))
		ev_git2_from(out, git_odb_object_id(f->stored));
	else
		ret = ev_object_write(out, r, EV_OBJ_TREE, raw.ptr, raw.len);
	ev_buf_release(&raw);
	return ret;
}
