#include "base/compat.h"
#include "repo/notes.h"

#include "base/mem.h"
#include "repo/notes_tree.h"

#define SMALL_FOLDER 64		/* Git splits it soon after */

struct ev_notes {
	struct ev_repo *repo;
	struct ev_notes_budget budget;
	struct ev_notes_folder root;
	struct ev_note *gathered;	/* at work, in flatten() */
	size_t ngathered, gathered_cap;
	bool keep_less;
	struct ev_notes_key key;
};

int ev_notes_open(struct ev_notes **out, struct ev_repo *r,
		  const struct ev_oid *commit)
{
	struct ev_notes *n = ev_calloc(1, sizeof(*n));
	struct ev_oid tree = ev_oid_empty_tree;
	int ret = 0;

	*out = NULL;
	n->repo = r;
	if (commit)
		ret = ev_git2_treeish(&tree, r, commit);
	if (!ret)
		ret = ev_notes_folder_add(&n->root, r, &n->budget, &tree,
					  &ev_oid_zero, 0);
	if (ret) {
		ev_notes_close(n);
		return ret;
	}
	ev_notes_folder_sort(&n->root);
	*out = n;
	return 0;
}

void ev_notes_close(struct ev_notes *n)
{
	if (!n)
		return;
	ev_notes_folder_release(&n->root);
	free(n->gathered);
	free(n);
}

void ev_notes_keep_less(struct ev_notes *n)
{
	n->keep_less = ev_notes_key_draw(&n->key);
}

/* `prefix` holds the bytes above the folder; its next one is set here. */
static int read_sub(struct ev_notes_folder *f, struct ev_notes *n,
		    struct ev_notes_budget *budget,
		    const struct ev_notes_sub *sub, struct ev_oid *prefix,
		    size_t depth)
{
	int ret;

	memset(f, 0, sizeof(*f));
	prefix->id[depth] = sub->byte;
	ret = ev_notes_folder_add(f, n->repo, budget, &sub->tree, prefix,
				  depth + 1);
	if (ret)
		ev_notes_folder_release(f);
	else
		ev_notes_folder_sort(f);
	return ret;
}

/* Order among the entries of one object is by depth, then as they lie. */
static bool can_flatten(const struct ev_notes *n,
			const struct ev_notes_folder *f)
{
	size_t i;

	for (i = 1; i < f->nsubs; i++)
		if (f->subs[i].byte == f->subs[i - 1].byte)
			return false;
	/* What a promisor has would come one by one. */
	return !f->n && f->nsubs > 1 && !n->repo->partial;
}

/* Gathered apart, so that what is kept is made in its final size. */
static void gather(struct ev_notes *n, struct ev_notes_folder *f,
		   struct ev_notes_folder *from)
{
	size_t i;

	for (i = 0; i < from->n; i++) {
		EV_GROW(n->gathered, n->ngathered, n->gathered_cap);
		n->gathered[n->ngathered++] = from->notes[i];
	}
	f->strays += from->strays;
	ev_notes_folder_release(from);
}

/* The notes gathered stand for the first `done` folders. */
static void replace_subs(struct ev_notes_folder *f, const struct ev_notes *n,
			 size_t done)
{
	f->nsubs -= done;
	memmove(f->subs, f->subs + done, f->nsubs * sizeof(*f->subs));
	f->subs = ev_realloc(f->subs, f->nsubs * sizeof(*f->subs));
	f->subcap = f->nsubs;
	if (n->keep_less) {
		ev_notes_folder_mark(f, &n->key, n->gathered, n->ngathered);
		return;
	}
	free(f->notes);
	f->notes = ev_calloc(n->ngathered + 1, sizeof(*f->notes));
	if (n->ngathered)
		memcpy(f->notes, n->gathered, n->ngathered * sizeof(*f->notes));
	f->n = n->ngathered;
	f->cap = n->ngathered + 1;
}

/*
 * In a large ledger the deepest folders hold a note or two.  Commits come in
 * no order, so each of these would be read by itself, all over the pack, and
 * kept at ten times the size of its notes; side by side they are quickly read,
 * and their notes stand in for them.
 */
static int flatten(struct ev_notes_folder *f, struct ev_notes *n,
		   struct ev_oid *prefix, size_t depth)
{
	struct ev_notes_folder sub;
	size_t i;
	int ret = 0;

	if (!can_flatten(n, f))
		return 0;
	n->ngathered = 0;
	for (i = 0; i < f->nsubs; i++) {
		ret = read_sub(&sub, n, &n->budget, &f->subs[i], prefix, depth);
		if (ret)
			return ret;
		if (sub.nsubs || sub.n > SMALL_FOLDER) {
			f->subs[i].folder = ev_malloc(sizeof(sub));
			*f->subs[i].folder = sub;
			break;
		}
		gather(n, f, &sub);
	}
	replace_subs(f, n, i);
	return 0;
}

static int enter(struct ev_notes *n, struct ev_notes_sub *sub,
		 struct ev_oid *prefix, size_t depth)
{
	struct ev_notes_folder f;
	int ret;

	prefix->id[depth] = sub->byte;
	if (sub->folder)
		return 0;
	ret = read_sub(&f, n, &n->budget, sub, prefix, depth);
	if (ret)
		return ret;
	ret = flatten(&f, n, prefix, depth + 1);
	if (ret) {
		ev_notes_folder_release(&f);
		return ret;
	}
	sub->folder = ev_malloc(sizeof(f));
	*sub->folder = f;
	return 0;
}

/* The first note whose object is not below `object`. */
static size_t first_note(const struct ev_notes_folder *f,
			 const struct ev_oid *object)
{
	size_t low = 0, high = f->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (ev_oid_cmp(&f->notes[mid].object, object) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static size_t first_sub(const struct ev_notes_folder *f, unsigned char byte)
{
	size_t low = 0, high = f->nsubs, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (f->subs[mid].byte < byte)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Folders of one level that lead to the object: more than one only where
 * somebody has spelt a folder in two ways ("ab" and "AB"). */
struct level {
	struct ev_notes_folder **items;
	size_t n, cap;
};

static int find_level(struct ev_oids *blobs, struct level *next,
		      struct ev_notes *n, struct ev_notes_folder *f,
		      const struct ev_oid *object, size_t depth)
{
	struct ev_oid prefix = *object;
	size_t i;
	int ret;

	for (i = first_note(f, object); i < f->n; i++) {
		if (!ev_oid_eq(&f->notes[i].object, object))
			break;
		ev_oids_add(blobs, &f->notes[i].blob);
	}
	ev_notes_folder_marked(blobs, f, &n->key, object);
	for (i = first_sub(f, object->id[depth]); i < f->nsubs; i++) {
		if (f->subs[i].byte != object->id[depth])
			break;
		ret = enter(n, &f->subs[i], &prefix, depth);
		if (ret)
			return ret;
		EV_GROW(next->items, next->n, next->cap);
		next->items[next->n++] = f->subs[i].folder;
	}
	return 0;
}

int ev_notes_find(struct ev_oids *blobs, struct ev_notes *n,
		  const struct ev_oid *object)
{
	struct level at = { NULL, 0, 0 }, next = { NULL, 0, 0 }, swap;
	size_t depth, i;
	int ret = 0;

	EV_GROW(at.items, at.n, at.cap);
	at.items[at.n++] = &n->root;
	for (depth = 0; !ret && at.n; depth++) {
		next.n = 0;
		for (i = 0; !ret && i < at.n; i++)
			ret = find_level(blobs, &next, n, at.items[i], object,
					 depth);
		swap = at;
		at = next;
		next = swap;
	}
	free(at.items);
	free(next.items);
	return ret;
}

struct walk {
	struct ev_notes *n;
	int (*cb)(void *ctx, const struct ev_oid *object,
		  const struct ev_oid *blob);
	void *ctx;
	size_t strays;
	struct ev_notes_budget budget;
};

static int walk_folder(struct walk *w, struct ev_notes_folder *f,
		       struct ev_oid *prefix, size_t depth);

/* A folder that nobody has looked into is not kept for the walk; where only
 * marks are, the objects have to be read again. */
static int walk_sub(struct walk *w, struct ev_notes_sub *sub,
		    struct ev_oid *prefix, size_t depth)
{
	struct ev_notes_folder f;
	int ret;

	prefix->id[depth] = sub->byte;
	if (sub->folder && !sub->folder->marked)
		return walk_folder(w, sub->folder, prefix, depth + 1);
	ret = read_sub(&f, w->n, &w->budget, sub, prefix, depth);
	if (ret)
		return ret;
	ret = walk_folder(w, &f, prefix, depth + 1);
	ev_notes_folder_release(&f);
	return ret;
}

static int walk_folder(struct walk *w, struct ev_notes_folder *f,
		       struct ev_oid *prefix, size_t depth)
{
	size_t i = 0, s = 0;
	int ret = 0;

	w->strays += f->strays;
	while (!ret && (i < f->n || s < f->nsubs)) {
		if (s < f->nsubs && (i == f->n || f->subs[s].byte <=
				     f->notes[i].object.id[depth])) {
			ret = walk_sub(w, &f->subs[s++], prefix, depth);
			continue;
		}
		if (w->cb)
			ret = w->cb(w->ctx, &f->notes[i].object,
				    &f->notes[i].blob);
		i++;
	}
	return ret;
}

int ev_notes_each(struct ev_notes *n,
		  int (*cb)(void *ctx, const struct ev_oid *object,
			    const struct ev_oid *blob), void *ctx)
{
	struct walk w = { n, cb, ctx, 0, { 0, 0 } };
	struct ev_oid prefix = ev_oid_zero;

	return walk_folder(&w, &n->root, &prefix, 0);
}

int ev_notes_strays(size_t *out, struct ev_notes *n)
{
	struct walk w = { n, NULL, NULL, 0, { 0, 0 } };
	struct ev_oid prefix = ev_oid_zero;
	int ret;

	ret = walk_folder(&w, &n->root, &prefix, 0);
	if (!ret)
		*out = w.strays;
	return ret;
}
