#include "base/compat.h"
#include "repo/notes.h"

#include "repo/notes_tree.h"

struct search {
	struct ev_repo *repo;
	struct ev_notes_budget budget;
	size_t strays;
};

/* One side of the comparison: the bytes of a folder and where we are in it. */
struct side {
	git_odb_object *obj;
	const char *p, *end, *name;
	size_t len;
	unsigned mode;
	struct ev_oid oid;
	bool has;
};

static int next(struct side *s)
{
	int ret = ev_tree_step(&s->p, s->end, &s->mode, &s->name, &s->len,
			       &s->oid);

	s->has = ret > 0;
	return ret < 0 ? ret : 0;
}

static int begin(struct side *s, struct search *w, const struct ev_oid *tree)
{
	int ret = ev_notes_load(&s->obj, w->repo, &w->budget, tree);

	if (ret || !s->obj)
		return ret;
	s->p = git_odb_object_data(s->obj);
	s->end = s->p + git_odb_object_size(s->obj);
	return next(s) ? ev_notes_malformed(tree) : 0;
}

/* As Git orders a tree: a folder as if its name ended in a slash. */
static int order(const struct side *a, const struct side *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int cmp = memcmp(a->name, b->name, n);
	unsigned char x, y;

	if (cmp)
		return cmp;
	x = a->len > n ? (unsigned char)a->name[n] :
		a->mode == 040000 ? '/' : '\0';
	y = b->len > n ? (unsigned char)b->name[n] :
		b->mode == 040000 ? '/' : '\0';
	return (int)x - (int)y;
}

static int compare(struct search *w, const struct ev_oid *old,
		   const struct ev_oid *new, struct ev_oid *prefix,
		   size_t depth);

/* An entry of the new folder; `old` is at its like, if there is one. */
static int examine(struct search *w, const struct side *new,
		   const struct side *old, struct ev_oid *prefix, size_t depth)
{
	bool same = old->has && !order(old, new) && old->mode == new->mode;
	int ret = ev_notes_spend(&w->budget);

	if (ret || (same && ev_oid_eq(&old->oid, &new->oid)))
		return ret;
	switch (ev_note_kind(prefix, depth, new->mode, new->name, new->len)) {
	case EV_NOTE_STRAY:
		w->strays++;
		break;
	case EV_NOTE_FOLDER:
		ret = compare(w, same ? &old->oid : &ev_oid_empty_tree,
			      &new->oid, prefix, depth + 1);
		break;
	case EV_NOTE_FILE:
		break;
	}
	return ret;
}

/* In a folder out of order a like may be missed, and is looked into then. */
static int compare(struct search *w, const struct ev_oid *old,
		   const struct ev_oid *new, struct ev_oid *prefix,
		   size_t depth)
{
	struct side a = { 0 }, b = { 0 };
	int ret;

	ret = begin(&a, w, old);
	if (!ret)
		ret = begin(&b, w, new);
	while (!ret && b.has) {
		while (!ret && a.has && order(&a, &b) < 0)
			if (next(&a))
				ret = ev_notes_malformed(old);
		if (!ret)
			ret = examine(w, &b, &a, prefix, depth);
		if (!ret && next(&b))
			ret = ev_notes_malformed(new);
	}
	git_odb_object_free(a.obj);
	git_odb_object_free(b.obj);
	return ret;
}

int ev_notes_new_strays(size_t *out, struct ev_repo *r,
			const struct ev_oid *old, const struct ev_oid *new)
{
	struct search w = { .repo = r };
	struct ev_oid a = ev_oid_empty_tree, b, prefix = ev_oid_zero;
	int ret = 0;

	if (old)
		ret = ev_git2_treeish(&a, r, old);
	if (!ret)
		ret = ev_git2_treeish(&b, r, new);
	if (!ret && !ev_oid_eq(&a, &b))
		ret = compare(&w, &a, &b, &prefix, 0);
	if (!ret)
		*out = w.strays;
	return ret;
}
