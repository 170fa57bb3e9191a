#include "base/compat.h"

#include "gate/records.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "data/json.h"

/* The digest of the line is the name of what was read from it. */
static const struct ev_value *known(const struct ev_case *c, const char *line)
{
	size_t i;

	for (i = 0; i < c->ntrees; i++)
		if (!strcmp(c->trees[i]->file, line))
			return c->trees[i];
	return NULL;
}

static int by_note_and_digest(const void *va, const void *vb)
{
	const struct ev_line *const *a = va, *const *b = vb;
	int cmp = ev_oid_cmp(&(*a)->blob, &(*b)->blob);

	return cmp ? cmp : strcmp((*a)->record.line, (*b)->record.line);
}

static int by_digest(const void *digest, const void *line)
{
	const struct ev_line *const *l = line;

	return strcmp(digest, (*l)->record.line);
}

static int read_line(struct ev_case *c, const char *digest,
		     const struct ev_slice *line)
{
	struct ev_value *root = NULL;
	struct ev_envelope e;
	int ret;

	ev_envelope_init(&e);
	ret = ev_envelope_parse(&e, line->p, line->n);
	if (ret == 0)
		ret = ev_json_read(&root, digest, e.payload.ptr,
				   e.payload.len);
	if (ret == 0) {
		EV_GROW(c->trees, c->ntrees, c->trees_cap);
		c->trees[c->ntrees++] = root;
	}
	ev_envelope_release(&e);
	return ret;
}

/* The lines are of one note, in the order of their digests. */
static int read_note(struct ev_case *c, const struct ev_line **lines, size_t n)
{
	struct ev_buf text = EV_BUF_INIT_MAX(EV_OBJECT_LIMIT);
	struct ev_slices all = { NULL, 0, 0 };
	char digest[EV_SHA256_HEX + 1];
	size_t i, left = n;
	int ret;

	ret = ev_object_read(&text, NULL, c->repo, &lines[0]->blob);
	if (ret == 0)
		ev_slices_split(&all, &text);
	for (i = 0; ret == 0 && left && i < all.n; i++) {
		ev_sha256_hex(digest, all.items[i].p, all.items[i].n);
		if (!bsearch(digest, lines, n, sizeof(*lines), by_digest) ||
		    known(c, digest))
			continue;
		ret = read_line(c, digest, &all.items[i]);
		left--;
	}
	for (i = 0; ret == 0 && left && i < n; i++)
		if (!known(c, lines[i]->record.line))
			ret = ev_fail(EV_ENOTFOUND, "line %.12s is not in its "
				      "note", lines[i]->record.line);
	ev_slices_release(&all);
	ev_buf_release(&text);
	return ret;
}

int ev_case_read(struct ev_case *c, const struct ev_line *const *lines,
		 size_t n)
{
	const struct ev_line **want = ev_calloc(n + 1, sizeof(*want));
	size_t i, k, nwant = 0;
	int ret = 0;

	for (i = 0; i < n; i++)
		if (!known(c, lines[i]->record.line))
			want[nwant++] = lines[i];
	qsort(want, nwant, sizeof(*want), by_note_and_digest);
	for (i = 0; ret == 0 && i < nwant; i = k) {
		for (k = i + 1; k < nwant &&
		     ev_oid_eq(&want[i]->blob, &want[k]->blob); k++)
			;
		ret = read_note(c, want + i, k - i);
	}
	free(want);
	return ret;
}

int ev_case_predicate(const struct ev_value **out, struct ev_case *c,
		      const struct ev_line *line)
{
	int ret;

	ret = ev_case_read(c, &line, 1);
	if (ret == 0)
		*out = ev_get(known(c, line->record.line), "predicate");
	return ret;
}
