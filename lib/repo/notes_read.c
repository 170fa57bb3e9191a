#include "base/compat.h"
#include "repo/notes.h"

#include "base/mem.h"
#include "repo/notes_tree.h"

struct ev_notes {
	struct ev_repo *repo;
	struct ev_notes_budget budget;
	struct ev_notes_folder root;
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
	free(n);
}

/* `prefix` holds the bytes above the folder; its next one is set here. */
static int enter(struct ev_notes *n, struct ev_notes_sub *sub,
		 struct ev_oid *prefix, size_t depth)
{
	struct ev_notes_folder *f;
	int ret;

	prefix->id[depth] = sub->byte;
	if (sub->folder)
		return 0;
	f = ev_calloc(1, sizeof(*f));
	ret = ev_notes_folder_add(f, n->repo, &n->budget, &sub->tree, prefix,
				  depth + 1);
	if (ret) {
		ev_notes_folder_release(f);
		free(f);
		return ret;
	}
	ev_notes_folder_sort(f);
	sub->folder = f;
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
};

static int walk_folder(struct walk *w, struct ev_notes_folder *f,
		       struct ev_oid *prefix, size_t depth)
{
	size_t i = 0, s = 0;
	int ret = 0;

	w->strays += f->strays;
	while (!ret && (i < f->n || s < f->nsubs)) {
		if (s < f->nsubs && (i == f->n || f->subs[s].byte <=
				     f->notes[i].object.id[depth])) {
			ret = enter(w->n, &f->subs[s], prefix, depth);
			if (!ret)
				ret = walk_folder(w, f->subs[s].folder, prefix,
						  depth + 1);
			s++;
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
	struct walk w = { n, cb, ctx, 0 };
	struct ev_oid prefix = ev_oid_zero;

	return walk_folder(&w, &n->root, &prefix, 0);
}

int ev_notes_strays(size_t *out, struct ev_notes *n)
{
	struct walk w = { n, NULL, NULL, 0 };
	struct ev_oid prefix = ev_oid_zero;
	int ret;

	ret = walk_folder(&w, &n->root, &prefix, 0);
	if (!ret)
		*out = w.strays;
	return ret;
}
