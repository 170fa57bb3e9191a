#include "base/compat.h"

#include "ledger/write.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/str.h"

static int sign_line(struct ev_buf *line, const struct ev_buf *payload,
		     const char *fpr)
{
	struct ev_buf pae = EV_BUF_INIT, sig = EV_BUF_INIT;
	int ret;

	ev_pae(&pae, EV_PAYLOAD_TYPE, payload->ptr, payload->len);
	ret = ev_sign_detached(&sig, fpr, pae.ptr, pae.len);
	if (ret == 0)
		ev_envelope_format(line, payload, fpr, &sig);
	if (ret == 0 && line->len > EV_LINE_MAX)
		ret = ev_fail(EV_ELIMIT, "record is %zu bytes as a line, over "
			      "the limit of %zu", line->len, EV_LINE_MAX);
	ev_buf_release(&sig);
	ev_buf_release(&pae);
	return ret;
}

static int judge(struct ev_line *out, struct ev_ledger *l,
		 const struct ev_draft *d, const struct ev_buf *line)
{
	return ev_ledger_judge(out, l, ev_oid_is_zero(&d->commit) ? &d->tree :
			       &d->commit, line->ptr, line->len);
}

int ev_draft_sign(struct ev_written *out, struct ev_buf *line,
		  struct ev_ledger *l, const struct ev_trust *trust,
		  const struct ev_draft *d, const char *fpr)
{
	struct ev_buf payload = EV_BUF_INIT;
	struct ev_line judged = { 0 };
	int ret = ev_draft_payload(&payload, d, trust);

	if (ret == 0)
		ret = sign_line(line, &payload, fpr);
	if (ret < 0)
		goto out;
	ev_sha256_hex(out->id, payload.ptr, payload.len);
	ret = judge(&judged, l, d, line);
	if (ret == 0 && judged.state != EV_LIVE)
		ret = ev_fail(EV_EDENIED, "nobody would accept this record: %s",
			      judged.reason);
	if (ret == 0)
		memcpy(out->line, judged.record.line, sizeof(out->line));
	ev_line_release(&judged);
out:
	ev_buf_release(&payload);
	return ret;
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
