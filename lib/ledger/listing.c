#include "base/compat.h"

#include "ledger/internal.h"

#include "base/error.h"
#include "base/hash.h"

void ev_ledger_only_list(struct ev_ledger *l)
{
	l->only_list = true;
	ev_notes_keep_less(l->notes);
}

static bool known_on(struct ev_line *out, struct ev_ledger *l,
		     const struct ev_oid *object, const unsigned char digest[32])
{
	int ret;

	memset(out, 0, sizeof(*out));
	if (!ev_judge_cached(out, l, digest))
		return false;
	ev_judge_place(out, l, object);
	ret = ev_judge_past(out, l, object, digest, NULL, 0);
	if (ret == 0)
		ret = ev_judge_stood(out, l, object, digest, NULL, 0);
	if (ret < 0)
		ev_error_clear();	/* it is read, and says it again */
	if (ret)
		ev_line_release(out);
	return ret == 0;
}

/* As judge_line() does for a line that is on both. */
static bool known_line(struct ev_line *out, struct ev_ledger *l,
		       const struct ev_oid *commit, const struct ev_oid *tree,
		       const struct ev_oid *blob, const unsigned char digest[32])
{
	if (!known_on(out, l, commit, digest))
		return false;
	if (out->state == EV_MISPLACED) {
		ev_line_release(out);
		if (!known_on(out, l, tree, digest))
			return false;
	}
	out->on_commit = out->on_tree = true;
	out->blob = *blob;
	return true;
}

bool ev_listing_lines(struct ev_lines *out, struct ev_ledger *l,
		      const struct ev_oid *commit, const struct ev_oid *tree,
		      const struct ev_oid *blob)
{
	struct ev_buf digests = EV_BUF_INIT;
	struct ev_line line;
	bool known = false;
	size_t at;

	if (!l->only_list || !l->cache ||
	    !ev_cache_get_note(l->cache, &digests, blob))
		goto out;
	for (at = 0; at + 32 <= digests.len; at += 32) {
		if (!known_line(&line, l, commit, tree, blob,
				(unsigned char *)digests.ptr + at)) {
			ev_lines_release(out);
			goto out;
		}
		ev_lines_keep(out, &line);
	}
	known = true;
out:
	ev_buf_release(&digests);
	return known;
}

void ev_listing_remember(struct ev_ledger *l, const struct ev_oid *blob,
			 const struct ev_slices *lines)
{
	unsigned char digest[EV_SHA256_SIZE];
	struct ev_buf digests = EV_BUF_INIT;
	size_t i;

	if (!l->only_list || !l->cache)
		return;
	for (i = 0; i < lines->n; i++) {
		ev_sha256_bytes(digest, lines->items[i].p, lines->items[i].n);
		if (!ev_cache_has(l->cache, digest))
			goto out;
		ev_buf_add(&digests, digest, sizeof(digest));
	}
	ev_cache_put_note(l->cache, blob, &digests);
out:
	ev_buf_release(&digests);
}
