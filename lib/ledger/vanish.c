#include "base/compat.h"

#include "ledger/vanish.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/internal.h"
#include "repo/git.h"

void ev_vanished_release(struct ev_vanished *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		ev_buf_release(&v->items[i].line);
	free(v->items);
	ev_oidmap_free(v->seen);
	memset(v, 0, sizeof(*v));
}

/* Names a line of an object; the map is asked, never a list scanned. */
static struct ev_oid name_of(const struct ev_oid *object,
			     const struct ev_slice *s)
{
	struct ev_sha256 *h = ev_sha256_new();
	unsigned char digest[EV_SHA256_SIZE];
	struct ev_oid name;

	ev_sha256_add(h, object->id, sizeof(object->id));
	ev_sha256_add(h, s->p, s->n);
	ev_sha256_finish(h, digest);
	ev_sha256_free(h);
	memcpy(name.id, digest, sizeof(name.id));
	return name;
}

static void remember(struct ev_vanished *v, const struct ev_oid *object,
		     const struct ev_slice *s)
{
	struct ev_oid name = name_of(object, s);
	void **seen;

	if (!v->seen)
		v->seen = ev_oidmap_new();
	seen = ev_oidmap_at(v->seen, &name);
	if (*seen)
		return;
	*seen = v;
	EV_GROW(v->items, v->n, v->cap);
	ev_buf_init(&v->items[v->n].line);
	v->items[v->n].object = *object;
	ev_buf_add(&v->items[v->n++].line, s->p, s->n);
}

struct compare {
	struct ev_repo *repo;
	struct ev_notes *before, *after, *tip;
	struct ev_vanished *out;
};

/* Lines of `before` that neither `after` nor the tip holds for this object. */
static int compare_object(void *ctx, const struct ev_oid *object)
{
	struct compare *c = ctx;
	struct ev_slices a = { 0 }, b = { 0 }, tip = { 0 };
	struct ev_texts texts = { 0 };
	size_t i;
	int ret;

	ret = ev_note_lines(&a, &texts, c->repo, c->before, object);
	if (ret == 0)
		ret = ev_note_lines(&b, &texts, c->repo, c->after, object);
	if (ret == 0)
		ret = ev_note_lines(&tip, &texts, c->repo, c->tip, object);
	/* Too large to be read, here or there: nothing can be said of it. */
	if (ret == EV_ELIMIT) {
		ev_error_clear();
		ret = 0;
		goto out;
	}
	if (ret < 0)
		goto out;
	ev_slices_sort(&a);
	ev_slices_sort(&b);
	ev_slices_sort(&tip);
	for (i = 0; i < a.n; i++)
		if (!ev_slices_has(&b, &a.items[i]) &&
		    !ev_slices_has(&tip, &a.items[i]))
			remember(c->out, object, &a.items[i]);
out:
	ev_texts_release(&texts);
	ev_slices_release(&a);
	ev_slices_release(&b);
	ev_slices_release(&tip);
	return ret;
}

static int compare_pair(struct ev_vanished *out, struct ev_repo *r,
			const struct ev_oid *before, const struct ev_oid *after,
			struct ev_notes *tip)
{
	struct compare c = { .repo = r, .tip = tip, .out = out };
	int ret;

	ret = ev_notes_open(&c.before, r, before);
	if (ret == 0)
		ret = ev_notes_open(&c.after, r, after);
	if (ret == 0)
		ret = ev_notes_diff(r, before, after, compare_object, &c);
	ev_notes_close(c.before);
	ev_notes_close(c.after);
	return ret;
}

static int walk(struct ev_vanished *out, struct ev_repo *r,
		const struct ev_oid *base, const struct ev_oid *tip,
		struct ev_notes *notes)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_oid commit, parent;
	char tip_hex[EV_OID_HEX + 1], base_hex[EV_OID_HEX + 2];
	const char *args[] = { "rev-list", "--parents", tip_hex, NULL, NULL };
	char *line, *next, *word, *save;
	int ret;

	ev_oid_hex(tip_hex, tip);
	if (base) {
		base_hex[0] = '^';
		ev_oid_hex(base_hex + 1, base);
		args[3] = base_hex;
	}
	ret = ev_git_out(&text, r, args);
	for (line = text.ptr; ret == 0 && line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		word = strtok_r(line, " ", &save);
		if (!word || ev_oid_parse(&commit, word) < 0)
			continue;
		while (ret == 0 && (word = strtok_r(NULL, " ", &save)))
			if (ev_oid_parse(&parent, word) == 0)
				ret = compare_pair(out, r, &parent, &commit,
						   notes);
	}
	ev_buf_release(&text);
	return ret;
}

static int by_object(const void *va, const void *vb)
{
	const struct ev_vanished_line *a = va, *b = vb;

	return ev_oid_cmp(&a->object, &b->object);
}

void ev_vanished_sort(struct ev_vanished *v)
{
	if (v->n)
		qsort(v->items, v->n, sizeof(*v->items), by_object);
}

size_t ev_vanished_first(const struct ev_vanished *v,
			 const struct ev_oid *object)
{
	size_t low = 0, high = v->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (ev_oid_cmp(&v->items[mid].object, object) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

int ev_vanished_find(struct ev_vanished *out, struct ev_repo *r,
		     const struct ev_oid *base, const struct ev_oid *tip)
{
	struct ev_notes *notes = NULL;
	int ret;

	if (base && tip && ev_oid_eq(base, tip))
		return 0;
	if (base && ev_object_info(NULL, NULL, r, base) < 0) {
		ev_error_clear();
		base = NULL;
	}
	ret = ev_notes_open(&notes, r, tip);
	if (ret == 0 && base)
		ret = compare_pair(out, r, base, tip, notes);
	if (ret == 0 && tip)
		ret = walk(out, r, base, tip, notes);
	ev_notes_close(notes);
	return ret;
}
