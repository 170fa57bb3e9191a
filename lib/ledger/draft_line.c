#include "base/compat.h"

#include "ledger/write.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/str.h"

int ev_draft_begin(struct ev_draft_signing *s, const struct ev_trust *trust,
		   const struct ev_draft *d, const char *fpr)
{
	int ret;

	memset(s, 0, sizeof(*s));
	ev_buf_init(&s->payload);
	ev_buf_init(&s->pae);
	ret = ev_draft_payload(&s->payload, d, trust);
	if (ret < 0)
		return ret;
	ev_pae(&s->pae, EV_PAYLOAD_TYPE, s->payload.ptr, s->payload.len);
	return ev_sign_start(&s->signing, fpr, s->pae.ptr, s->pae.len);
}

int ev_draft_end(struct ev_written *out, struct ev_buf *line,
		 struct ev_draft_signing *s, const char *fpr)
{
	struct ev_buf sig = EV_BUF_INIT;
	int ret = ev_sign_finish(s->signing, line ? &sig : NULL);

	if (ret < 0 || !line)
		goto out;
	ev_envelope_format(line, &s->payload, fpr, &sig);
	ev_sha256_hex(out->id, s->payload.ptr, s->payload.len);
	ev_sha256_hex(out->line, line->ptr, line->len);
	if (line->len > EV_LINE_MAX)
		ret = ev_fail(EV_ELIMIT, "record is %zu bytes as a line, over "
			      "the limit of %zu", line->len, EV_LINE_MAX);
out:
	s->signing = NULL;
	ev_buf_release(&sig);
	ev_buf_release(&s->payload);
	ev_buf_release(&s->pae);
	return ret;
}

static int judge(struct ev_line *out, struct ev_ledger *l,
		 const struct ev_draft *d, const struct ev_buf *line)
{
	return ev_ledger_judge(out, l, ev_oid_is_zero(&d->commit) ? &d->tree :
			       &d->commit, line->ptr, line->len);
}

int ev_draft_accepted(struct ev_ledger *l, const struct ev_draft *d,
		      const struct ev_buf *line)
{
	struct ev_line judged = { 0 };
	int ret = judge(&judged, l, d, line);

	if (ret == 0 && judged.state != EV_LIVE)
		ret = ev_fail(EV_EDENIED, "nobody would accept this record: %s",
			      judged.reason);
	ev_line_release(&judged);
	return ret;
}

int ev_draft_sign(struct ev_written *out, struct ev_buf *line,
		  struct ev_ledger *l, const struct ev_trust *trust,
		  const struct ev_draft *d, const char *fpr)
{
	struct ev_draft_signing s;
	int ret = ev_draft_begin(&s, trust, d, fpr), end;

	end = ev_draft_end(out, ret < 0 ? NULL : line, &s, fpr);
	ret = ret < 0 ? ret : end;
	return ret < 0 ? ret : ev_draft_accepted(l, d, line);
}

/* Does the line say, byte for byte, what the draft says? */
static int says_the_same(bool *yes, const struct ev_trust *trust,
			 const struct ev_draft *d, const struct ev_buf *line)
{
	struct ev_buf payload = EV_BUF_INIT;
	struct ev_envelope e;
	int ret;

	*yes = false;
	ev_envelope_init(&e);
	ret = ev_draft_payload(&payload, d, trust);
	if (ret == 0 && ev_envelope_parse(&e, line->ptr, line->len) == 0)
		*yes = e.payload.len == payload.len &&
		       !memcmp(e.payload.ptr, payload.ptr, payload.len);
	ev_envelope_release(&e);
	ev_buf_release(&payload);
	return ret;
}

int ev_draft_fits(bool *fits, struct ev_written *out, struct ev_ledger *l,
		  const struct ev_trust *trust, const struct ev_draft *d,
		  const char *fpr, const struct ev_buf *line)
{
	struct ev_line judged = { 0 };
	int ret;

	*fits = false;
	ret = judge(&judged, l, d, line);
	if (ret == 0 && judged.state == EV_LIVE &&
	    ev_streq(judged.record.signer, fpr))
		ret = says_the_same(fits, trust, d, line);
	if (*fits) {
		memcpy(out->id, judged.record.id, sizeof(out->id));
		memcpy(out->line, judged.record.line, sizeof(out->line));
	}
	ev_line_release(&judged);
	return ret;
}
