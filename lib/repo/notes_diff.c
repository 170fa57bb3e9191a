#include "base/compat.h"
#include "repo/notes.h"

#include "base/mem.h"
#include "repo/notes_tree.h"

struct diff {
	struct ev_repo *repo;
	struct ev_notes_budget budget;
	int (*cb)(void *ctx, const struct ev_oid *object);
	void *ctx;
};

/* A run of the notes and of the folders that share their next byte. */
struct slice {
	const struct ev_note *notes;
	size_t n;
	const struct ev_notes_sub *subs;
	size_t nsubs;
};

static size_t object_end(const struct slice *s, size_t i)
{
	size_t k = i;

	while (k < s->n && ev_oid_eq(&s->notes[k].object, &s->notes[i].object))
		k++;
	return k;
}

/* Equal as sets: the same blob twice is the same as once. */
static bool same_blobs(const struct ev_note *a, size_t na,
		       const struct ev_note *b, size_t nb)
{
	size_t i = 0, k = 0;

	while (i < na && k < nb) {
		if (!ev_oid_eq(&a[i].blob, &b[k].blob))
			return false;
		for (i++; i < na && ev_oid_eq(&a[i].blob, &a[i - 1].blob);)
			i++;
		for (k++; k < nb && ev_oid_eq(&b[k].blob, &b[k - 1].blob);)
			k++;
	}
	return i == na && k == nb;
}

static int compare_notes(struct diff *d, const struct slice *a,
			 const struct slice *b)
{
	size_t i = 0, k = 0, ie, ke;
	int order, ret = 0;

	while (!ret && (i < a->n || k < b->n)) {
		if (i == a->n || k == b->n)
			order = i == a->n ? 1 : -1;
		else
			order = ev_oid_cmp(&a->notes[i].object,
					   &b->notes[k].object);
		ie = order <= 0 ? object_end(a, i) : i;
		ke = order >= 0 ? object_end(b, k) : k;
		if (order || !same_blobs(a->notes + i, ie - i, b->notes + k,
					 ke - k))
			ret = d->cb(d->ctx, order <= 0 ? &a->notes[i].object :
				    &b->notes[k].object);
		i = ie;
		k = ke;
	}
	return ret;
}

static bool same_folders(const struct slice *a, const struct slice *b)
{
	size_t i;

	if (a->nsubs != b->nsubs)
		return false;
	for (i = 0; i < a->nsubs; i++)
		if (!ev_oid_eq(&a->subs[i].tree, &b->subs[i].tree))
			return false;
	return true;
}

/* All of one side below a prefix: the notes that lay higher up, and what the
 * folders of the slice hold. */
static int gather(struct ev_notes_folder *out, struct diff *d,
		  const struct slice *s, const struct ev_oid *prefix,
		  size_t depth)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < s->n; i++) {
		EV_GROW(out->notes, out->n, out->cap);
		out->notes[out->n++] = s->notes[i];
	}
	for (i = 0; !ret && i < s->nsubs; i++)
		ret = ev_notes_folder_add(out, d->repo, &d->budget,
					  &s->subs[i].tree, prefix, depth);
	ev_notes_folder_sort(out);
	return ret;
}

/* Take the run for `byte` off the front of what is left of a folder. */
static struct slice take(struct slice *left, unsigned byte, size_t depth)
{
	struct slice s = { left->notes, 0, left->subs, 0 };

	while (s.n < left->n && left->notes[s.n].object.id[depth] == byte)
		s.n++;
	while (s.nsubs < left->nsubs && left->subs[s.nsubs].byte == byte)
		s.nsubs++;
	if (s.n)
		left->notes += s.n;
	left->n -= s.n;
	if (s.nsubs)
		left->subs += s.nsubs;
	left->nsubs -= s.nsubs;
	return s;
}

static int compare(struct diff *d, const struct slice *a,
		   const struct slice *b, struct ev_oid *prefix, size_t depth)
{
	struct ev_notes_folder fa = EV_NOTES_FOLDER_INIT;
	struct ev_notes_folder fb = EV_NOTES_FOLDER_INIT;
	struct slice left_a, left_b, sa, sb;
	unsigned byte;
	int ret;

	if (same_folders(a, b))
		return compare_notes(d, a, b);
	ret = gather(&fa, d, a, prefix, depth);
	if (!ret)
		ret = gather(&fb, d, b, prefix, depth);
	left_a = (struct slice){ fa.notes, fa.n, fa.subs, fa.nsubs };
	left_b = (struct slice){ fb.notes, fb.n, fb.subs, fb.nsubs };
	for (byte = 0; !ret && byte < 256; byte++) {
		sa = take(&left_a, byte, depth);
		sb = take(&left_b, byte, depth);
		prefix->id[depth] = (unsigned char)byte;
		ret = compare(d, &sa, &sb, prefix, depth + 1);
	}
	ev_notes_folder_release(&fa);
	ev_notes_folder_release(&fb);
	return ret;
}

static int side(struct ev_notes_sub *out, struct ev_repo *r,
		const struct ev_oid *treeish)
{
	out->tree = ev_oid_empty_tree;
	out->byte = 0;
	out->folder = NULL;
	return treeish ? ev_git2_treeish(&out->tree, r, treeish) : 0;
}

int ev_notes_diff(struct ev_repo *r, const struct ev_oid *a,
		  const struct ev_oid *b,
		  int (*cb)(void *ctx, const struct ev_oid *object), void *ctx)
{
	struct diff d = { r, { 0, 0 }, cb, ctx };
	struct ev_oid prefix = ev_oid_zero;
	struct ev_notes_sub ra, rb;
	struct slice sa, sb;
	int ret;

	ret = side(&ra, r, a);
	if (!ret)
		ret = side(&rb, r, b);
	if (ret)
		return ret;
	sa = (struct slice){ NULL, 0, &ra, 1 };
	sb = (struct slice){ NULL, 0, &rb, 1 };
	return compare(&d, &sa, &sb, &prefix, 0);
}
