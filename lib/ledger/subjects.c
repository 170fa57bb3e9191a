#include "base/compat.h"

#include "ledger/internal.h"

#include "base/error.h"
#include "base/mem.h"

/* Every note is read, and only what may be of that kind is parsed. */
struct search {
	struct ev_ledger *l;
	struct ev_subjects *out;
	enum ev_kind kind;
	struct ev_oidmap *seen;
};

static void take(struct search *w, const struct ev_statement *st)
{
	struct ev_subject *x;
	void **seen;

	if (!st->has_commit || !st->has_tree ||
	    ev_kind_of_predicate(st->predicate_type) != w->kind)
		return;
	seen = ev_oidmap_at(w->seen, &st->commit);
	if (*seen)
		return;
	*seen = w;
	EV_GROW(w->out->items, w->out->n, w->out->cap);
	x = &w->out->items[w->out->n++];
	x->commit = st->commit;
	x->tree = st->tree;
}

static void look_at(struct search *w, const struct ev_slice *s)
{
	const char *type = ev_kind_predicate(w->kind);
	struct ev_statement st = { 0 };
	struct ev_envelope e;

	ev_envelope_init(&e);
	if (ev_envelope_parse(&e, s->p, s->n) < 0 ||
	    !memmem(e.payload.ptr, e.payload.len, type, strlen(type)) ||
	    ev_statement_parse(&st, e.payload.ptr, e.payload.len) < 0)
		ev_error_clear();
	else
		take(w, &st);
	ev_statement_release(&st);
	ev_envelope_release(&e);
}

static int look(void *ctx, const struct ev_oid *object,
		const struct ev_oid *blob)
{
	struct search *w = ctx;
	struct ev_buf text = EV_BUF_INIT_MAX(EV_OBJECT_LIMIT);
	struct ev_slices s = { 0 };
	size_t i;
	int ret;

	(void)object;
	ret = ev_object_read(&text, NULL, w->l->repo, blob);
	if (ret == 0)
		ev_slices_split(&s, &text);
	for (i = 0; ret == 0 && i < s.n; i++)
		look_at(w, &s.items[i]);
	ev_slices_release(&s);
	ev_buf_release(&text);
	return ret;
}

int ev_ledger_subjects(struct ev_subjects *out, struct ev_ledger *l,
		       enum ev_kind kind)
{
	struct search w = { .l = l, .out = out, .kind = kind };
	int ret;

	memset(out, 0, sizeof(*out));
	w.seen = ev_oidmap_new();
	ret = ev_notes_each(l->notes, look, &w);
	ev_oidmap_free(w.seen);
	if (ret < 0)
		ev_subjects_release(out);
	return ret;
}

void ev_subjects_release(struct ev_subjects *l)
{
	free(l->items);
	memset(l, 0, sizeof(*l));
}
