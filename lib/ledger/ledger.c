#include "base/compat.h"

#include "ledger/internal.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/refs.h"

int ev_ledger_open(struct ev_ledger **out, struct ev_repo *r,
		   struct ev_trust *trust, const struct ev_oid *tip)
{
	struct ev_ledger *l = ev_calloc(1, sizeof(*l));
	struct ev_oid found;
	int ret = 0;

	l->repo = r;
	l->trust = trust;
	l->now = ev_now();
	if (!tip) {
		ret = ev_ref_read(&found, r, EV_LEDGER_REF);
		if (ret == 0)
			tip = &found;
		else if (ret == EV_ENOTFOUND)
			ev_error_clear();
		else
			goto out;
	}
	l->absent = !tip;
	if (tip)
		l->tip = *tip;
	ret = ev_notes_open(&l->notes, r, tip);
	if (ret < 0)
		goto out;
	if (trust)
		l->cache = ev_trust_cache(trust, r);
out:
	if (ret < 0) {
		ev_ledger_close(l);
		l = NULL;
	}
	*out = l;
	return ret;
}

void ev_ledger_close(struct ev_ledger *l)
{
	if (!l)
		return;
	ev_lines_release(&l->global);
	ev_noted_release(&l->last);
	ev_notes_close(l->notes);
	free(l);
}

void ev_ledger_tree_is(struct ev_ledger *l, const struct ev_oid *commit,
		       const struct ev_oid *tree)
{
	l->known_commit = *commit;
	l->known_tree = *tree;
}

bool ev_ledger_absent(const struct ev_ledger *l)
{
	return l->absent;
}

void ev_ledger_set_now(struct ev_ledger *l, int64_t now)
{
	l->now = now;
}

void ev_texts_release(struct ev_texts *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		ev_buf_release(&t->items[i]);
	free(t->items);
	memset(t, 0, sizeof(*t));
}

static int add_blob(struct ev_slices *out, struct ev_texts *texts,
		    struct ev_repo *r, const struct ev_oid *blob)
{
	struct ev_buf *text;
	int ret;

	EV_GROW(texts->items, texts->n, texts->cap);
	text = &texts->items[texts->n++];
	ev_buf_init(text);
	text->max = EV_OBJECT_LIMIT;
	ret = ev_object_read(text, NULL, r, blob);
	if (ret == 0)
		ev_slices_split(out, text);
	return ret;
}

int ev_note_lines(struct ev_slices *out, struct ev_texts *texts,
		  struct ev_repo *r, struct ev_notes *notes,
		  const struct ev_oid *object)
{
	struct ev_oids blobs = EV_OIDS_INIT;
	size_t i;
	int ret;

	ret = ev_notes_find(&blobs, notes, object);
	for (i = 0; ret == 0 && i < blobs.n; i++)
		ret = add_blob(out, texts, r, &blobs.items[i]);
	ev_oids_release(&blobs);
	return ret;
}

/* The lines of one object and which blob each came from. */
struct source {
	struct ev_oids blobs;
	struct ev_texts texts;
	struct ev_slices lines;		/* sorted, unique */
};

static int find(struct source *s, struct ev_ledger *l,
		const struct ev_oid *object)
{
	return object ? ev_notes_find(&s->blobs, l->notes, object) : 0;
}

static int load(struct source *s, struct ev_ledger *l)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < s->blobs.n; i++)
		ret = add_blob(&s->lines, &s->texts, l->repo,
			       &s->blobs.items[i]);
	ev_slices_sort(&s->lines);
	return ret;
}

static void unload(struct source *s)
{
	ev_oids_release(&s->blobs);
	ev_texts_release(&s->texts);
	ev_slices_release(&s->lines);
}

static const struct ev_oid *blob_of(const struct source *s, const char *p)
{
	size_t i;

	for (i = 0; i < s->texts.n; i++)
		if (p >= s->texts.items[i].ptr &&
		    p < s->texts.items[i].ptr + s->texts.items[i].len)
			return &s->blobs.items[i];
	return &ev_oid_zero;
}

static bool is_ignored(enum ev_state s)
{
	return s == EV_MALFORMED || s == EV_FOREIGN;
}

void ev_lines_keep(struct ev_lines *out, struct ev_line *line)
{
	/* One that has its effect must not be hidden behind others. */
	if (is_ignored(line->state) && !line->stood &&
	    out->count[line->state] >= EV_LINES_KEEP_IGNORED) {
		out->count[line->state]++;
		ev_line_release(line);
		return;
	}
	if (is_ignored(line->state))
		out->count[line->state]++;
	EV_GROW(out->items, out->n, out->cap);
	out->items[out->n++] = *line;
}

/*
 * A line on both objects is judged on the commit; where it does not hold there
 * (a note that was copied to another commit of the same content) the tree
 * decides.
 */
static int judge_line(struct ev_lines *out, struct ev_ledger *l,
		      const struct ev_oid *commit, const struct ev_oid *tree,
		      const struct ev_slice *s, const struct ev_oid *blob)
{
	struct ev_line line, other;
	int ret;

	ret = ev_ledger_judge(&line, l, commit ? commit : tree, s->p, s->n);
	if (ret < 0)
		return ret;
	if (line.state == EV_MISPLACED && commit && tree) {
		ret = ev_ledger_judge(&other, l, tree, s->p, s->n);
		if (ret < 0) {
			ev_line_release(&line);
			return ret;
		}
		ev_line_release(&line);
		line = other;
	}
	line.on_commit = commit != NULL;
	line.on_tree = tree != NULL;
	line.blob = *blob;
	ev_lines_keep(out, &line);
	return 0;
}

static int judge_all(struct ev_lines *out, struct ev_ledger *l,
		     const struct ev_oid *commit, const struct source *c,
		     const struct ev_oid *tree, const struct source *t)
{
	const struct ev_slice *s;
	size_t i;
	bool both;
	int ret;

	ret = ev_ledger_learn(l, c->lines.items, c->lines.n);
	if (ret == 0 && t != c)
		ret = ev_ledger_learn(l, t->lines.items, t->lines.n);
	for (i = 0; ret == 0 && i < c->lines.n; i++) {
		s = &c->lines.items[i];
		both = t == c || ev_slices_has(&t->lines, s);
		ret = judge_line(out, l, commit, both ? tree : NULL, s,
				 blob_of(c, s->p));
	}
	for (i = 0; ret == 0 && t != c && i < t->lines.n; i++) {
		s = &t->lines.items[i];
		if (!ev_slices_has(&c->lines, s))
			ret = judge_line(out, l, NULL, tree, s,
					 blob_of(t, s->p));
	}
	return ret;
}

/* Revocations of lines and keys have the empty tree as their only subject. */
static int read_global(struct ev_ledger *l)
{
	struct source s = { 0 }, none = { 0 };
	int ret;

	if (l->global_read)
		return 0;
	ret = find(&s, l, &ev_oid_empty_tree);
	if (ret == 0)
		ret = load(&s, l);
	if (ret == 0)
		ret = judge_all(&l->global, l, NULL, &none, &ev_oid_empty_tree,
				&s);
	if (ret == 0)
		ev_lines_settle(&l->global, NULL, l->trust);
	else
		ev_lines_release(&l->global);
	l->global_read = ret == 0;
	unload(&s);
	return ret;
}

const struct ev_lines *ev_ledger_global(struct ev_ledger *l, int *err)
{
	int ret = read_global(l);

	if (err)
		*err = ret;
	return ret < 0 ? NULL : &l->global;
}

static int read_and_judge(struct ev_lines *out, struct ev_ledger *l,
			  const struct ev_oid *commit, struct source *c,
			  const struct ev_oid *tree, struct source *t)
{
	int ret;

	ret = load(c, l);
	if (ret == 0 && t != c)
		ret = load(t, l);
	if (ret == 0)
		ret = judge_all(out, l, commit, c, tree, t);
	if (ret == 0 && t == c)
		ev_listing_remember(l, &c->blobs.items[0], &c->lines);
	return ret;
}

int ev_ledger_lines(struct ev_lines *out, struct ev_ledger *l,
		    const struct ev_oid *commit, const struct ev_oid *tree)
{
	struct source c = { 0 }, t = { 0 };
	bool same;
	size_t i;
	int ret;

	ret = find(&c, l, commit);
	if (ret == 0)
		ret = find(&t, l, tree);
	if (ret < 0 || (!c.blobs.n && !t.blobs.n))
		goto out;
	/* As it is wherever the tree belongs to one commit alone. */
	same = c.blobs.n == 1 && t.blobs.n == 1 &&
		ev_oid_eq(&c.blobs.items[0], &t.blobs.items[0]);
	ret = read_global(l);
	if (ret == 0 && (!same || !ev_listing_lines(out, l, commit, tree,
						    &c.blobs.items[0])))
		ret = read_and_judge(out, l, commit, &c, tree, same ? &c : &t);
	if (ret < 0)
		goto out;
	ev_lines_settle(out, &l->global, l->trust);
	for (i = 0; i < out->n; i++)
		if (!is_ignored(out->items[i].state))
			out->count[out->items[i].state]++;
out:
	unload(&c);
	unload(&t);
	return ret;
}
