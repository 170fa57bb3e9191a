#include "base/compat.h"

#include "ledger/record.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"
#include "data/json.h"

#define MAX_SIGNATURES 64

void ev_envelope_init(struct ev_envelope *e)
{
	memset(e, 0, sizeof(*e));
	ev_buf_init(&e->payload);
	ev_buf_init(&e->sig);
}

void ev_envelope_release(struct ev_envelope *e)
{
	ev_buf_release(&e->payload);
	ev_buf_release(&e->sig);
	free(e->payload_type);
	free(e->keyid);
	ev_envelope_init(e);
}

/*
 * Lines that we wrote ourselves have one exact shape; recognising it without
 * building a tree lets a note with a hundred thousand lines be read quickly.
 * The words between the three values must match to the byte and the values may
 * hold no quote or backslash, so any JSON reader sees the same members.
 */
static bool take(const char **p, const char *end, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(end - *p) < n || memcmp(*p, word, n))
		return false;
	*p += n;
	return true;
}

static bool take_plain(const char **p, const char *end, const char **value,
		       size_t *n)
{
	const char *start = *p, *q = start;

	while (q < end && *q != '"') {
		if (*q == '\\' || *q < 0x20 || *q > 0x7e)
			return false;
		q++;
	}
	if (q == end)
		return false;
	*value = start;
	*n = (size_t)(q - start);
	*p = q;
	return true;
}

struct parts { const char *payload, *keyid, *sig; size_t np, nk, ns; };

static bool compact_shape(struct parts *out, const char *line, size_t n)
{
	const char *p = line, *end = line + n;

	return take(&p, end, "{\"payload\":\"") &&
	       take_plain(&p, end, &out->payload, &out->np) &&
	       take(&p, end, "\",\"payloadType\":\"" EV_PAYLOAD_TYPE
		    "\",\"signatures\":[{\"keyid\":\"") &&
	       take_plain(&p, end, &out->keyid, &out->nk) &&
	       take(&p, end, "\",\"sig\":\"") &&
	       take_plain(&p, end, &out->sig, &out->ns) &&
	       take(&p, end, "\"}]}") && p == end;
}

static int decode(struct ev_buf *out, const char *what, const char *p, size_t n)
{
	if (ev_base64_decode(out, p, n) < 0)
		return ev_fail(EV_EINVALID, "%s is not base64", what);
	return 0;
}

static int parse_signatures(struct ev_envelope *out, const struct ev_value *list)
{
	const struct ev_value *first, *v;
	size_t i;

	if (!list || list->type != EV_LIST || !list->n)
		return ev_fail(EV_EINVALID, "envelope has no signatures");
	if (list->n > MAX_SIGNATURES)
		return ev_fail(EV_ELIMIT, "envelope has more than %d signatures",
			       MAX_SIGNATURES);
	for (i = 0; i < list->n; i++) {
		v = ev_get(list->items[i], "sig");
		if (!v || v->type != EV_STRING)
			return ev_fail(EV_EINVALID,
				       "envelope has a signature without 'sig'");
		v = ev_get(list->items[i], "keyid");
		if (v && v->type != EV_STRING && v->type != EV_NULL)
			return ev_fail(EV_EINVALID, "'keyid' is not a string");
	}
	first = list->items[0];
	out->nsignatures = list->n;
	out->keyid = ev_strdup(ev_get_string(first, "keyid"));
	v = ev_get(first, "sig");
	return decode(&out->sig, "'sig'", v->text, v->len);
}

static int parse_json(struct ev_envelope *out, const char *line, size_t n)
{
	struct ev_value *root = NULL;
	const struct ev_value *payload, *type;
	int ret;

	ret = ev_json_read(&root, "envelope", line, n);
	if (ret < 0)
		goto out;
	if (root->type != EV_MAP) {
		ret = ev_fail(EV_EINVALID, "envelope is no JSON object");
		goto out;
	}
	payload = ev_get(root, "payload");
	type = ev_get(root, "payloadType");
	if (!payload || payload->type != EV_STRING) {
		ret = ev_fail(EV_EINVALID, "envelope has no 'payload'");
		goto out;
	}
	if (!type || type->type != EV_STRING) {
		ret = ev_fail(EV_EINVALID, "envelope has no 'payloadType'");
		goto out;
	}
	out->payload_type = ev_strdup(type->text);
	ret = decode(&out->payload, "'payload'", payload->text, payload->len);
	if (ret == 0)
		ret = parse_signatures(out, ev_get(root, "signatures"));
out:
	ev_value_free(root);
	return ret;
}

int ev_envelope_parse(struct ev_envelope *out, const char *line, size_t n)
{
	struct parts part;
	int ret;

	if (n > EV_LINE_MAX)
		return ev_fail(EV_ELIMIT, "envelope is over %zu bytes",
			       EV_LINE_MAX);
	if (compact_shape(&part, line, n)) {
		out->payload_type = ev_strdup(EV_PAYLOAD_TYPE);
		out->keyid = ev_strndup(part.keyid, part.nk);
		out->nsignatures = 1;
		ret = decode(&out->payload, "'payload'", part.payload, part.np);
		if (ret == 0)
			ret = decode(&out->sig, "'sig'", part.sig, part.ns);
	} else {
		ret = parse_json(out, line, n);
	}
	if (!out->keyid)
		out->keyid = ev_strdup("");
	return ret;
}

void ev_envelope_format(struct ev_buf *line, const struct ev_buf *payload,
			const char *keyid, const struct ev_buf *sig)
{
	ev_buf_adds(line, "{\"payload\":\"");
	ev_base64_encode(line, payload->ptr, payload->len);
	ev_buf_adds(line, "\",\"payloadType\":\"" EV_PAYLOAD_TYPE
		    "\",\"signatures\":[{\"keyid\":\"");
	ev_buf_adds(line, keyid);
	ev_buf_adds(line, "\",\"sig\":\"");
	ev_base64_encode(line, sig->ptr, sig->len);
	ev_buf_adds(line, "\"}]}");
}

void ev_pae(struct ev_buf *out, const char *type, const void *body, size_t n)
{
	ev_buf_addf(out, "DSSEv1 %zu %s %zu ", strlen(type), type, n);
	ev_buf_add(out, body, n);
}
