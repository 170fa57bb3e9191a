#include "base/compat.h"

#include "gate/records.h"

#include "base/error.h"
#include "base/fold.h"
#include "base/mem.h"
#include "repo/notes.h"

void ev_places_release(struct ev_places *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->items[i].allowed);
	free(l->items);
	memset(l, 0, sizeof(*l));
}

static bool any_may_change(const struct ev_requirement *q)
{
	size_t i;

	for (i = 0; i < q->nreports; i++)
		if (q->reports[i].may_change.n)
			return true;
	return false;
}

/* Stops at the first path that may not change. */
static int hold_path(void *ctx, const char *path)
{
	const struct ev_strs *may = ctx;
	size_t i;

	for (i = 0; i < may->n; i++)
		if (ev_glob(may->items[i], path))
			return 0;
	return 1;
}

/* 1 if only what may change differs; what is not here cannot be told. */
static int only_may_change(struct ev_places *l, struct ev_case *c,
			   const struct ev_oid *tree, struct ev_strs *may)
{
	int ret;

	if (!may->n)
		return 0;
	ret = ev_tree_diff(c->repo, tree, &c->tree, hold_path, may);
	if (ret >= 0)
		return !ret;
	if (ret != EV_ENOTFOUND && ret != EV_EINVALID && ret != EV_ELIMIT)
		return ret;
	ev_error_clear();
	l->unsure = l->unsure || ret == EV_ENOTFOUND;
	return 0;
}

static int has_note(struct ev_notes *notes, const struct ev_oid *object)
{
	struct ev_oids blobs = EV_OIDS_INIT;
	int ret;

	ret = ev_notes_find(&blobs, notes, object);
	if (ret == 0)
		ret = blobs.n > 0;
	ev_oids_release(&blobs);
	return ret;
}

static int read_lines(struct ev_place *p, struct ev_case *c)
{
	struct ev_lines *lines;

	c->others = ev_realloc(c->others,
			       (c->nothers + 1) * sizeof(*c->others));
	p->lines = c->nothers++;
	lines = &c->others[p->lines];
	memset(lines, 0, sizeof(*lines));
	ev_ledger_tree_is(c->ledger, &p->commit, &p->tree);
	return ev_ledger_lines(lines, c->ledger, &p->commit, &p->tree);
}

/* Most commits have no note, which costs the least to find out. */
static int look_at(struct ev_places *l, struct ev_case *c,
		   struct ev_notes *notes, const struct ev_oid *commit,
		   const struct ev_oid *tree)
{
	struct ev_place p = { *commit, *tree, 0, NULL };
	bool any = false;
	size_t i;
	int ret;

	/* What lies on the same content lies on its tree. */
	if (ev_oid_eq(tree, &c->tree))
		return 0;
	ret = has_note(notes, commit);
	if (ret == 0)
		ret = has_note(notes, tree);
	if (ret <= 0)
		return ret;
	p.allowed = ev_calloc(c->req->nreports, sizeof(*p.allowed));
	for (i = 0; i < c->req->nreports; i++) {
		ret = only_may_change(l, c, tree,
				      &c->req->reports[i].may_change);
		if (ret < 0)
			goto out;
		p.allowed[i] = ret > 0;
		any = any || ret > 0;
	}
	ret = any ? read_lines(&p, c) : 0;
	if (ret < 0 || !any)
		goto out;
	EV_GROW(l->items, l->n, l->cap);
	l->items[l->n++] = p;
	return 0;
out:
	free(p.allowed);
	return ret;
}

int ev_places_gather(struct ev_places *out, struct ev_case *c)
{
	struct ev_notes *notes = NULL;
	const struct ev_range_commit *x;
	size_t i;
	int ret;

	if (!any_may_change(c->req))
		return 0;
	out->unsure = !c->range.known;
	if (!c->ledger || !c->evidence->has_ledger)
		return 0;
	ret = ev_notes_open(&notes, c->repo, &c->evidence->ledger);
	if (ret == 0 && c->has_from_tree)
		ret = look_at(out, c, notes, &c->from_commit, &c->from_tree);
	for (i = 0; ret == 0 && i < c->range.ncommits; i++) {
		x = &c->range.commits[i];
		if (!c->has_from_tree ||
		    !ev_oid_eq(&x->commit, &c->from_commit))
			ret = look_at(out, c, notes, &x->commit, &x->tree);
	}
	ev_notes_close(notes);
	return ret;
}
