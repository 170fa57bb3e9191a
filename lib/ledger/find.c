#include "base/compat.h"

#include "ledger/internal.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/str.h"

/* Looking for one record by its id or line digest through every note. */
struct search {
	struct ev_ledger *l;
	const char *prefix;
	size_t len;
	struct ev_line best;
	struct ev_oid at;		/* where the best one was found */
	bool found;
};

static int id_of(char id[65], const struct ev_slice *s)
{
	struct ev_envelope e;
	int ret;

	ev_envelope_init(&e);
	ret = ev_envelope_parse(&e, s->p, s->n);
	if (ret == 0)
		ev_sha256_hex(id, e.payload.ptr, e.payload.len);
	else
		ev_error_clear();
	ev_envelope_release(&e);
	return ret;
}

static bool matches(struct search *w, const struct ev_slice *s)
{
	struct ev_record cached = { 0 };
	unsigned char digest[EV_SHA256_SIZE];
	char hex[EV_SHA256_HEX + 1];
	bool yes;

	ev_sha256_bytes(digest, s->p, s->n);
	ev_hex_encode(hex, digest, sizeof(digest));
	if (!strncmp(hex, w->prefix, w->len))
		return true;
	if (w->l->cache && ev_cache_get(w->l->cache, &cached, digest)) {
		yes = !strncmp(cached.id, w->prefix, w->len);
		ev_record_release(&cached);
		return yes;
	}
	return id_of(hex, s) == 0 && !strncmp(hex, w->prefix, w->len);
}

/* Prefer a live place of the same record; another record is ambiguous. */
static int take(struct search *w, struct ev_line *line,
		const struct ev_oid *object)
{
	if (!w->found) {
		w->best = *line;
		w->at = *object;
		w->found = true;
		return 0;
	}
	if (strcmp(w->best.record.id, line->record.id)) {
		ev_line_release(line);
		return ev_fail(EV_EINVALID, "'%s' fits more than one record",
			       w->prefix);
	}
	if (w->best.state != EV_LIVE && line->state == EV_LIVE) {
		ev_line_release(&w->best);
		w->best = *line;
		w->at = *object;
	} else {
		ev_line_release(line);
	}
	return 0;
}

static int look(void *ctx, const struct ev_oid *object,
		const struct ev_oid *blob)
{
	struct search *w = ctx;
	struct ev_buf text = EV_BUF_INIT_MAX(EV_OBJECT_LIMIT);
	struct ev_slices s = { 0 };
	struct ev_line line;
	size_t i;
	int ret;

	ret = ev_object_read(&text, NULL, w->l->repo, blob);
	if (ret < 0)
		goto out;
	ev_slices_split(&s, &text);
	for (i = 0; i < s.n && ret == 0; i++) {
		if (!matches(w, &s.items[i]))
			continue;
		ret = ev_ledger_judge(&line, w->l, object, s.items[i].p,
				      s.items[i].n);
		if (ret < 0)
			break;
		line.blob = *blob;
		ret = take(w, &line, object);
	}
out:
	ev_slices_release(&s);
	ev_buf_release(&text);
	return ret;
}

/* What the set rules say of it, where it stands; a line that is no record does
 * not say what it is about, and stands where it was found. */
static int settle(struct search *w)
{
	const struct ev_record *r = &w->best.record;
	bool by_id = !strncmp(r->id, w->prefix, w->len);
	struct ev_lines set = EV_LINES_INIT;
	size_t i;
	int ret;

	ret = ev_ledger_lines(&set, w->l, r->has_commit ? &r->commit : NULL,
			      r->has_tree ? &r->tree : r->has_commit ? NULL :
			      &w->at);
	for (i = 0; ret == 0 && i < set.n; i++) {
		/* Live lines come first: of a record asked for by its id,
		 * one that counts if there is any. */
		if (strcmp(set.items[i].record.line, r->line) &&
		    !(by_id && set.items[i].state == EV_LIVE &&
		      !strcmp(set.items[i].record.id, r->id)))
			continue;
		ev_line_release(&w->best);
		w->best = set.items[i];
		memset(&set.items[i].record, 0, sizeof(set.items[i].record));
		break;
	}
	ev_lines_release(&set);
	return ret;
}

int ev_ledger_find(struct ev_line *out, struct ev_ledger *l, const char *id)
{
	struct search w = { .l = l, .prefix = id, .len = strlen(id) };
	size_t i;
	int ret;

	for (i = 0; i < w.len; i++)
		if (!strchr("0123456789abcdef", id[i]))
			return ev_fail(EV_ENOTFOUND, "'%s' is no record id",
				       id);
	if (w.len < 12 || w.len > 64)
		return ev_fail(EV_ENOTFOUND,
			       "'%s' is no record id (12 to 64 hex digits)",
			       id);
	ret = ev_notes_each(l->notes, look, &w);
	if (ret == 0 && !w.found)
		ret = ev_fail(EV_ENOTFOUND, "no record '%s' in the ledger", id);
	if (ret == 0)
		ret = settle(&w);
	if (ret < 0 && w.found)
		ev_line_release(&w.best);
	if (ret == 0)
		*out = w.best;
	return ret;
}
