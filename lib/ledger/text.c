#include "base/compat.h"

#include "ledger/internal.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"

void ev_noted_release(struct ev_noted *t)
{
	free(t->digests);
	ev_slices_release(&t->lines);
	ev_buf_release(&t->text);
	memset(t, 0, sizeof(*t));
}

static int read_note(struct ev_noted *t, struct ev_repo *r,
		     const struct ev_oid *blob)
{
	size_t i;
	int ret;

	ev_noted_release(t);
	ev_buf_init(&t->text);
	t->text.max = EV_OBJECT_LIMIT;
	ret = ev_object_read(&t->text, NULL, r, blob);
	if (ret < 0)
		return ret;
	ev_slices_split(&t->lines, &t->text);
	t->digests = ev_calloc(t->lines.n + 1, sizeof(*t->digests));
	for (i = 0; i < t->lines.n; i++)
		ev_sha256_bytes(t->digests[i], t->lines.items[i].p,
				t->lines.items[i].n);
	t->blob = *blob;
	return 0;
}

/* Who asks for one line of a note asks for the others too. */
int ev_ledger_text(struct ev_buf *out, struct ev_ledger *l,
		   const struct ev_line *line)
{
	unsigned char digest[EV_SHA256_SIZE];
	struct ev_noted *t = &l->last;
	size_t i;
	int ret;

	if (!t->digests || !ev_oid_eq(&t->blob, &line->blob)) {
		ret = read_note(t, l->repo, &line->blob);
		if (ret < 0)
			return ret;
	}
	if (!ev_hex_decode(digest, line->record.line, sizeof(digest)))
		for (i = 0; i < t->lines.n; i++) {
			if (memcmp(t->digests[i], digest, sizeof(digest)))
				continue;
			ev_buf_add(out, t->lines.items[i].p,
				   t->lines.items[i].n);
			return 0;
		}
	return ev_fail(EV_ENOTFOUND, "line %.12s is not in its note",
		       line->record.line);
}

int ev_line_payload(struct ev_buf *out, struct ev_ledger *l,
		    const struct ev_line *line)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_envelope e;
	int ret;

	ev_envelope_init(&e);
	ret = ev_ledger_text(&text, l, line);
	if (ret == 0)
		ret = ev_envelope_parse(&e, text.ptr, text.len);
	if (ret == 0)
		ev_buf_add(out, e.payload.ptr, e.payload.len);
	ev_envelope_release(&e);
	ev_buf_release(&text);
	return ret;
}

int ev_line_statement(struct ev_statement *out, struct ev_ledger *l,
		      const struct ev_line *line)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret = ev_line_payload(&text, l, line);

	if (ret == 0)
		ret = ev_statement_parse(out, text.ptr, text.len);
	ev_buf_release(&text);
	return ret;
}
