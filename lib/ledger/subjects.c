#include "base/compat.h"

#include "ledger/internal.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/git.h"

#define MANY 300u			/* notes that git looks through faster */

/* Every note is read, and only what may be of that kind is parsed. */
struct search {
	struct ev_ledger *l;
	struct ev_subjects *out;
	enum ev_kind kind;
	struct ev_oidmap *seen;
	/* The type as it stands in base64, wherever in a group it begins; of
	 * letters that both alphabets have. */
	struct ev_buf encoded[3];
	struct ev_oidmap *only;		/* objects whose notes may be; or NULL */
	size_t n;
};

static bool is_common(char c)
{
	return c != '+' && c != '/';
}

/* The longest run of letters that are the same in both alphabets. */
static void keep_common(struct ev_buf *b)
{
	size_t i, k, at = 0, best = 0;

	for (i = 0; i < b->len; i = k + 1) {
		for (k = i; k < b->len && is_common(b->ptr[k]); k++)
			;
		if (k - i > best) {
			best = k - i;
			at = i;
		}
	}
	memmove(b->ptr, b->ptr + at, best);
	ev_buf_setlen(b, best);
}

/* Of each place in a group the letters that no neighbour has a say in. */
static void encode_type(struct search *w)
{
	const char *type = ev_kind_predicate(w->kind);
	size_t skip, n = strlen(type);

	for (skip = 0; skip < EV_ARRAY_SIZE(w->encoded); skip++) {
		ev_buf_init(&w->encoded[skip]);
		ev_base64_encode(&w->encoded[skip], type + skip,
				 (n - skip) / 3 * 3);
		keep_common(&w->encoded[skip]);
	}
}

/* Few lines of a ledger are of one kind: most need not be decoded. */
static bool may_be(const struct search *w, const struct ev_slice *s)
{
	const struct ev_buf *b;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(w->encoded); i++) {
		b = &w->encoded[i];
		if (memmem(s->p, s->n, b->ptr, b->len))
			return true;
	}
	return false;
}

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

	if (w->only && !ev_oidmap_get(w->only, object))
		return 0;
	ret = ev_object_read(&text, NULL, w->l->repo, blob);
	if (ret == 0)
		ev_slices_split(&s, &text);
	for (i = 0; ret == 0 && i < s.n; i++)
		if (may_be(w, &s.items[i]))
			look_at(w, &s.items[i]);
	ev_slices_release(&s);
	ev_buf_release(&text);
	return ret;
}

static int count(void *ctx, const struct ev_oid *object,
		 const struct ev_oid *blob)
{
	struct search *w = ctx;

	(void)object;
	(void)blob;
	w->n++;
	return 0;
}

/* "TIP:ab/cdef..." is the note of abcdef...; what is no note is passed over. */
static void take_path(struct search *w, const char *path)
{
	char hex[EV_OID_HEX + 1];
	struct ev_oid object;
	size_t n = 0;

	path = strchr(path, ':');
	for (path = path ? path + 1 : ""; *path && n < EV_OID_HEX; path++)
		if (*path != '/')
			hex[n++] = *path;
	hex[n] = '\0';
	if (!*path && ev_oid_parse(&object, hex) == 0)
		*ev_oidmap_at(w->only, &object) = w;
}

/* Git reads a pack in its own order, and many times as fast.  Where it cannot
 * see the notes, such as before they are stored, each is read here. */
static int grep(struct search *w)
{
	struct ev_buf out = EV_BUF_INIT, err = EV_BUF_INIT;
	struct ev_process p = { .out = &out, .err = &err };
	char hex[EV_OID_HEX + 1], *line, *save = NULL;
	const char *const args[] = {
		"grep", "-a", "-l", "-F", "--no-color", "--full-name",
		"-e", w->encoded[0].ptr, "-e", w->encoded[1].ptr,
		"-e", w->encoded[2].ptr, hex, NULL
	};
	int ret;

	ev_oid_hex(hex, &w->l->tip);
	ret = ev_git(&p, w->l->repo, args);
	if (ret == 0 && p.status <= 1) {
		w->only = ev_oidmap_new();
		for (line = strtok_r(out.ptr, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			take_path(w, line);
	}
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}

static void begin(struct search *w, struct ev_subjects *out,
		  struct ev_ledger *l, enum ev_kind kind)
{
	size_t i;

	memset(w, 0, sizeof(*w));
	w->l = l;
	w->out = out;
	w->kind = kind;
	w->seen = ev_oidmap_new();
	for (i = 0; i < out->n; i++)
		*ev_oidmap_at(w->seen, &out->items[i].commit) = w;
	encode_type(w);
}

static void end(struct search *w)
{
	size_t i;

	if (w->only)
		ev_oidmap_free(w->only);
	for (i = 0; i < EV_ARRAY_SIZE(w->encoded); i++)
		ev_buf_release(&w->encoded[i]);
	ev_oidmap_free(w->seen);
}

int ev_subjects_look(struct ev_subjects *out, struct ev_ledger *l,
		     enum ev_kind kind, const struct ev_oids *objects)
{
	struct ev_oids blobs = { NULL, 0, 0 };
	struct search w;
	size_t i, k;
	int ret = 0;

	begin(&w, out, l, kind);
	for (i = 0; ret == 0 && i < objects->n; i++) {
		blobs.n = 0;
		ret = ev_notes_find(&blobs, l->notes, &objects->items[i]);
		for (k = 0; ret == 0 && k < blobs.n; k++)
			ret = look(&w, &objects->items[i], &blobs.items[k]);
	}
	ev_oids_release(&blobs);
	end(&w);
	return ret;
}

int ev_ledger_subjects(struct ev_subjects *out, struct ev_ledger *l,
		       enum ev_kind kind)
{
	struct search w;
	int ret;

	memset(out, 0, sizeof(*out));
	begin(&w, out, l, kind);
	ret = ev_notes_each(l->notes, count, &w);
	if (ret == 0 && w.n > MANY)
		ret = grep(&w);
	if (ret == 0)
		ret = ev_notes_each(l->notes, look, &w);
	end(&w);
	if (ret < 0)
		ev_subjects_release(out);
	return ret;
}

void ev_subjects_release(struct ev_subjects *l)
{
	free(l->items);
	memset(l, 0, sizeof(*l));
}
