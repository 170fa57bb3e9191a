#include "base/compat.h"

#include "ledger/past_internal.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"

#define TAGS "refs/tags/"

/* Promotions are looked for in every note of the ledgers that no other one
 * follows; a note that is in several is read once. */
struct walk {
	struct ev_past_memo *memo;
	struct ev_repo *repo;
	struct ev_oidmap *seen;
};

void ev_past_namings_release(struct ev_past_memo *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		free(m->namings[i].ref);
	free(m->namings);
	free(m->promotions);
	m->namings = NULL;
	m->promotions = NULL;
	m->n = m->cap = m->npromotions = m->promotions_cap = 0;
}

static void add(struct ev_past_memo *m, const char *ref, const char *object,
		bool release)
{
	struct ev_past_naming *x;
	struct ev_oid oid;

	if (!ref || !object || ev_oid_parse(&oid, object) < 0)
		return;
	EV_GROW(m->namings, m->n, m->cap);
	x = &m->namings[m->n++];
	x->ref = ev_strdup(ref);
	x->object = oid;
	x->release = release;
	x->promotion = m->npromotions - 1;
}

/* Shape -------------------------------------------------------------------- */

static bool is_oid(const char *text)
{
	return text && ev_is_hex(text, EV_OID_HEX);
}

static bool is_digest(const char *text)
{
	return text && ev_digest_valid(text);
}

static bool is_null(const struct ev_value *p, const char *key)
{
	const struct ev_value *v = ev_get(p, key);

	return v && v->type == EV_NULL;
}

static bool is_list(const struct ev_value *p, const char *key,
		    bool (*valid)(const char *))
{
	const struct ev_value *v = ev_get(p, key);
	size_t i;

	for (i = 0; v && v->type == EV_LIST && i < v->n; i++)
		if (v->items[i]->type != EV_STRING ||
		    !valid(v->items[i]->text))
			return false;
	return v && v->type == EV_LIST;
}

static bool is_below(const char *ref, const char *prefix)
{
	return ref && ev_starts_with(ref, prefix);
}

static bool are_decisions(const struct ev_value *list)
{
	size_t i;

	for (i = 0; list && list->type == EV_LIST && i < list->n; i++)
		if (!is_oid(ev_get_string(list->items[i], "object")) ||
		    !is_below(ev_get_string(list->items[i], "ref"), TAGS))
			return false;
	return list && list->type == EV_LIST;
}

/* Does it say what a promotion has to say? */
static bool is_whole(const struct ev_value *p)
{
	static const char *const digests[] = { "reports", "tests", "waivers" };
	const char *release = ev_get_string(p, "release");
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(digests); i++)
		if (!is_list(p, digests[i], is_digest))
			return false;
	return is_below(ev_get_string(p, "ref"), "refs/") &&
		is_oid(ev_get_string(p, "to")) &&
		(is_null(p, "from") || is_oid(ev_get_string(p, "from"))) &&
		(is_null(p, "release") || is_below(release, TAGS)) &&
		is_digest(ev_get_string(p, "policy")) &&
		is_digest(ev_get_string(p, "verdict")) &&
		is_list(p, "approvals", is_oid) &&
		is_list(p, "checkpoint", is_oid) &&
		are_decisions(ev_get(p, "decisions"));
}

/* -------------------------------------------------------------------------- */

static void add_promotion(struct ev_past_memo *m, const struct ev_value *p,
			  const struct ev_oid *on, const char *line)
{
	const struct ev_value *list = ev_get(p, "decisions");
	struct ev_past_promotion *x;
	size_t i;

	EV_GROW(m->promotions, m->npromotions, m->promotions_cap);
	x = &m->promotions[m->npromotions++];
	memset(x, 0, sizeof(*x));
	x->on = *on;
	memcpy(x->line, line, sizeof(x->line));
	for (i = 0; list && list->type == EV_LIST && i < list->n; i++)
		add(m, ev_get_string(list->items[i], "ref"),
		    ev_get_string(list->items[i], "object"), false);
	add(m, ev_get_string(p, "release"), ev_get_string(p, "to"), true);
}

static bool is_promotion(const struct ev_buf *payload)
{
	const char *type = ev_kind_predicate(EV_KIND_PROMOTION);

	return memmem(payload->ptr, payload->len, type, strlen(type));
}

static void look_line(struct walk *w, const struct ev_oid *on,
		      const struct ev_slice *s)
{
	struct ev_statement st = { 0 };
	char digest[EV_SHA256_HEX + 1];
	struct ev_envelope e;

	ev_envelope_init(&e);
	if (ev_envelope_parse(&e, s->p, s->n) == 0 &&
	    is_promotion(&e.payload) &&
	    ev_statement_parse(&st, e.payload.ptr, e.payload.len) == 0 &&
	    ev_kind_of_predicate(st.predicate_type) == EV_KIND_PROMOTION &&
	    is_whole(st.predicate)) {
		ev_sha256_hex(digest, s->p, s->n);
		add_promotion(w->memo, st.predicate, on, digest);
	}
	ev_error_clear();
	ev_statement_release(&st);
	ev_envelope_release(&e);
}

static int look(void *ctx, const struct ev_oid *object,
		const struct ev_oid *blob)
{
	struct ev_buf text = EV_BUF_INIT_MAX(EV_OBJECT_LIMIT);
	struct ev_slices s = { NULL, 0, 0 };
	struct walk *w = ctx;
	void **seen = ev_oidmap_at(w->seen, blob);
	size_t i;
	int ret;

	if (*seen)
		return 0;
	*seen = w;
	ret = ev_object_read(&text, NULL, w->repo, blob);
	if (ret == 0)
		ev_slices_split(&s, &text);
	for (i = 0; i < s.n; i++)
		look_line(w, object, &s.items[i]);
	ev_slices_release(&s);
	ev_buf_release(&text);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		ret = 0;
	}
	return ret;
}

static int order(const void *va, const void *vb)
{
	const struct ev_past_naming *a = va, *b = vb;
	int cmp = strcmp(a->ref, b->ref);

	if (!cmp)
		cmp = (int)a->release - (int)b->release;
	if (!cmp)
		cmp = ev_oid_cmp(&a->object, &b->object);
	return cmp ? cmp : (a->promotion > b->promotion) -
		(a->promotion < b->promotion);
}

int ev_past_namings(struct ev_past *p, struct ev_repo *r)
{
	struct walk w = { .memo = ev_past_memo(p), .repo = r };
	struct ev_notes *notes;
	size_t i;
	int ret = 0;

	if (w.memo->read)
		return 0;
	w.seen = ev_oidmap_new();
	for (i = 0; ret == 0 && i < p->n; i++) {
		if (!p->items[i].tip)
			continue;
		ret = ev_notes_open(&notes, r, &p->items[i].ledger);
		if (ret == 0)
			ret = ev_notes_each(notes, look, &w);
		ev_notes_close(notes);
	}
	ev_oidmap_free(w.seen);
	if (ret < 0)
		ev_past_namings_release(w.memo);
	else if (w.memo->n)
		qsort(w.memo->namings, w.memo->n, sizeof(*w.memo->namings),
		      order);
	w.memo->read = ret == 0;
	return ret;
}
