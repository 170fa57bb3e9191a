#include "base/compat.h"
#include "repo/repo.h"

#include "base/error.h"
#include "repo/internal.h"
#include "repo/treecheck.h"

struct diff {
	struct ev_repo *r;
	int (*cb)(void *ctx, const char *path);
	void *ctx;
	struct ev_buf path;
	unsigned depth;
};

/* One of the two trees, and the entry we stand at. */
struct side {
	const struct ev_oid *tree;
	git_odb_object *obj;
	struct ev_treecheck check;
	const char *p, *end;
	bool there;			/* false: past the last entry */
	const char *name;
	size_t len;
	unsigned mode;
	struct ev_oid oid;
};

static int next(struct side *s)
{
	const char *why;
	int ret;

	ret = ev_tree_step(&s->p, s->end, &s->mode, &s->name, &s->len,
			   &s->oid);
	if (ret < 0)
		return ev_tree_malformed(s->tree, "it ends in the middle of"
					 " an entry");
	s->there = ret > 0;
	why = s->there ? ev_treecheck_next(&s->check, s->name, s->len,
					   s->mode) : NULL;
	return why ? ev_tree_malformed(s->tree, why) : 0;
}

static int begin(struct side *s, struct ev_repo *r, const struct ev_oid *tree)
{
	int ret;

	memset(s, 0, sizeof(*s));
	s->tree = tree;
	ret = ev_tree_open(&s->obj, r, tree);
	if (ret)
		return ret;
	s->p = ev_tree_bytes(s->obj, &s->end);
	return next(s);
}

static void finish(struct side *s)
{
	ev_treecheck_release(&s->check);
	git_odb_object_free(s->obj);
}

static int end_byte(const struct side *s, size_t at)
{
	if (at < s->len)
		return (unsigned char)s->name[at];
	return s->mode == 040000 ? '/' : 0;
}

/* The order of Git, in which the file "a" is not the folder "a". */
static int name_cmp(const struct side *a, const struct side *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int d;

	if (!a->there || !b->there)
		return b->there - a->there;
	d = memcmp(a->name, b->name, n);
	return d ? d : end_byte(a, n) - end_byte(b, n);
}

static int diff_trees(struct diff *d, const struct ev_oid *a,
		      const struct ev_oid *b);

/* The entry that `at` names is in one of the trees, or not as in the other. */
static int differs(struct diff *d, const struct side *at,
		   const struct ev_oid *a, const struct ev_oid *b)
{
	size_t base = d->path.len;
	int ret;

	ev_buf_add(&d->path, at->name, at->len);
	if (at->mode == 040000)
		ev_buf_addc(&d->path, '/');
	if (d->path.overflow)
		return ev_fail(EV_ELIMIT, "a path in the tree is longer than"
			       " %zu bytes", EV_TREE_PATH_MAX);
	if (at->mode != 040000) {
		ret = d->cb(d->ctx, d->path.ptr);
	} else if (++d->depth > EV_TREE_DEPTH_MAX) {
		ret = ev_fail(EV_ELIMIT, "the tree is deeper than %d folders",
			      EV_TREE_DEPTH_MAX);
	} else {
		ret = diff_trees(d, a, b);
		d->depth--;
	}
	ev_buf_setlen(&d->path, base);
	return ret;
}

static int both(struct diff *d, const struct side *a, const struct side *b)
{
	if (ev_oid_eq(&a->oid, &b->oid) && a->mode == b->mode)
		return 0;
	return differs(d, a, &a->oid, &b->oid);
}

static int diff_sides(struct diff *d, struct side *a, struct side *b)
{
	int ret = 0, cmp;

	while (!ret && (a->there || b->there)) {
		cmp = name_cmp(a, b);
		if (!cmp)
			ret = both(d, a, b);
		else if (cmp < 0)
			ret = differs(d, a, &a->oid, &ev_oid_empty_tree);
		else
			ret = differs(d, b, &ev_oid_empty_tree, &b->oid);
		if (!ret && cmp <= 0)
			ret = next(a);
		if (!ret && cmp >= 0)
			ret = next(b);
	}
	return ret;
}

static int diff_trees(struct diff *d, const struct ev_oid *a,
		      const struct ev_oid *b)
{
	struct side left, right;
	int ret;

	if (ev_oid_eq(a, b))
		return 0;
	ret = begin(&left, d->r, a);
	if (!ret) {
		ret = begin(&right, d->r, b);
		if (!ret)
			ret = diff_sides(d, &left, &right);
		finish(&right);
	}
	finish(&left);
	return ret;
}

int ev_tree_diff(struct ev_repo *r, const struct ev_oid *a,
		 const struct ev_oid *b,
		 int (*cb)(void *ctx, const char *path), void *ctx)
{
	struct diff d = { r, cb, ctx, EV_BUF_INIT_MAX(EV_TREE_PATH_MAX), 0 };
	int ret;

	ret = diff_trees(&d, a, b);
	ev_buf_release(&d.path);
	return ret;
}
