#include "base/compat.h"

#include "ledger/vanish.h"

#include <stdio.h>

#include "base/error.h"
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
	memset(v, 0, sizeof(*v));
}

static bool known(const struct ev_vanished *v, const struct ev_oid *object,
		  const struct ev_slice *s)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (ev_oid_eq(&v->items[i].object, object) &&
		    v->items[i].line.len == s->n &&
		    !memcmp(v->items[i].line.ptr, s->p, s->n))
			return true;
	return false;
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
	if (ret < 0)
		goto out;
	ev_slices_sort(&a);
	ev_slices_sort(&b);
	ev_slices_sort(&tip);
	for (i = 0; i < a.n; i++) {
		if (ev_slices_has(&b, &a.items[i]) ||
		    ev_slices_has(&tip, &a.items[i]) ||
		    known(c->out, object, &a.items[i]))
			continue;
		EV_GROW(c->out->items, c->out->n, c->out->cap);
		ev_buf_init(&c->out->items[c->out->n].line);
		c->out->items[c->out->n].object = *object;
		ev_buf_add(&c->out->items[c->out->n].line, a.items[i].p,
			   a.items[i].n);
		c->out->n++;
	}
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
