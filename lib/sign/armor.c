#include "base/compat.h"
#include "sign/armor.h"

#include "base/error.h"
#include "base/hex.h"
#include "sign/openpgp.h"

#define DASHES "-----"
#define LINE_MAX_BYTES 1024

struct line {
	const char *p;
	size_t n;			/* without line ending and blanks */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool take_line(struct line *out, struct ev_armor *from)
{
	const char *lf;

	if (!from->n)
		return false;
	lf = memchr(from->p, '\n', from->n);
	out->p = from->p;
	out->n = lf ? (size_t)(lf - from->p) : from->n;
	from->p += out->n + (lf != NULL);
	from->n -= out->n + (lf != NULL);
	while (out->n && is_blank(out->p[out->n - 1]))
		out->n--;
	return true;
}

static bool line_starts(const struct line *l, const char *s)
{
	size_t n = strlen(s);

	return l->n >= n && !memcmp(l->p, s, n);
}

/* "-----BEGIN label-----", with `word` either "BEGIN " or "END ". */
static bool is_edge(const struct line *l, const char *word, const char *label)
{
	struct line rest = *l;
	size_t i;
	const char *const parts[] = { DASHES, word, label, DASHES };

	for (i = 0; i < EV_ARRAY_SIZE(parts); i++) {
		if (!line_starts(&rest, parts[i]))
			return false;
		rest.p += strlen(parts[i]);
		rest.n -= strlen(parts[i]);
	}
	return rest.n == 0;
}

/* "Key: value", the key of letters, digits and dashes. */
static bool is_header(const struct line *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		char c = l->p[i];

		if (c == ':')
			return i && (i + 1 == l->n || l->p[i + 1] == ' ');
		if (c != '-' && !(c >= '0' && c <= '9') &&
		    !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z'))
			return false;
	}
	return false;
}

static bool is_standard_base64(const struct line *l)
{
	return !memchr(l->p, '-', l->n) && !memchr(l->p, '_', l->n);
}

static uint32_t crc24(const char *p, size_t n)
{
	uint32_t crc = 0xb704ce;
	int i;

	while (n--) {
		crc ^= (uint32_t)(unsigned char)*p++ << 16;
		for (i = 0; i < 8; i++) {
			crc <<= 1;
			if (crc & 0x1000000)
				crc ^= 0x1864cfb;
		}
	}
	return crc & 0xffffff;
}

static int damaged(const char *what)
{
	return ev_fail(EV_EINVALID, "damaged armour: %s", what);
}

static int check_crc(const struct line *l, const char *p, size_t n)
{
	struct ev_buf sum = EV_BUF_INIT;
	uint32_t crc = crc24(p, n);
	int ret = 0;

	if (l->n != 5 || !is_standard_base64(l) ||
	    ev_base64_decode(&sum, l->p + 1, 4) < 0 || sum.len != 3 ||
	    (unsigned char)sum.ptr[0] != (crc >> 16) ||
	    (unsigned char)sum.ptr[1] != (crc >> 8 & 255) ||
	    (unsigned char)sum.ptr[2] != (crc & 255))
		ret = damaged("checksum is wrong");
	ev_buf_release(&sum);
	return ret;
}

static int skip_headers(struct ev_armor *from)
{
	struct line l;

	while (take_line(&l, from)) {
		if (!l.n)
			return 0;
		if (l.n > LINE_MAX_BYTES || !is_header(&l))
			return damaged("no empty line before its data");
	}
	return damaged("it is cut short");
}

/* The base64 lines into `text`, and the line that ended them. */
static int collect(struct ev_buf *text, struct line *end, struct ev_armor *from)
{
	while (take_line(end, from)) {
		if (line_starts(end, "=") || line_starts(end, DASHES))
			return 0;
		if (!end->n || end->n > LINE_MAX_BYTES ||
		    !is_standard_base64(end))
			return damaged("a line is no base64");
		ev_buf_add(text, end->p, end->n);
	}
	return damaged("it is cut short");
}

static int take_body(struct ev_buf *out, struct ev_armor *from,
		     const char *label)
{
	struct ev_buf text = EV_BUF_INIT;
	struct line l = { "", 0 };
	size_t start = out->len;
	int ret;

	ret = skip_headers(from);
	if (ret < 0)
		goto out;
	ret = collect(&text, &l, from);
	if (ret < 0)
		goto out;
	if (ev_base64_decode(out, text.ptr, text.len) < 0) {
		ret = damaged("its data is no base64");
		goto out;
	}
	if (line_starts(&l, "=")) {
		ret = check_crc(&l, out->ptr + start, out->len - start);
		if (ret < 0)
			goto out;
		if (!take_line(&l, from)) {
			ret = damaged("it is cut short");
			goto out;
		}
	}
	if (!is_edge(&l, "END ", label))
		ret = damaged("its last line is another one's");
out:
	ev_buf_release(&text);
	return ret;
}

int ev_armor_take(struct ev_buf *out, struct ev_armor *from,
		  const char *label, bool *outside)
{
	struct line l;
	int ret;

	while (take_line(&l, from)) {
		if (is_edge(&l, "BEGIN ", label)) {
			ret = take_body(out, from, label);
			return ret < 0 ? ret : 1;
		}
		if (line_starts(&l, DASHES))
			return ev_fail(EV_EINVALID, "not a %s", label);
		if (l.n && outside)
			*outside = true;
	}
	return 0;
}

int ev_dearmor(struct ev_buf *out, const char *text, size_t n)
{
	static const char label[] = "PGP SIGNATURE";
	struct ev_armor from = { text, n };
	bool outside = false;
	size_t start = out->len;
	int ret;

	if (n > 2 * EV_SIG_MAX_BYTES)
		return ev_fail(EV_EINVALID, "armoured signature of %zu bytes, "
			       "%d are allowed", n, 2 * EV_SIG_MAX_BYTES);
	ret = ev_armor_take(out, &from, label, &outside);
	if (ret == 0)
		ret = ev_fail(EV_EINVALID, "not a %s", label);
	if (ret > 0)
		ret = ev_armor_take(out, &from, label, &outside);
	if (ret > 0)
		ret = ev_fail(EV_EINVALID, "more than one signature block");
	else if (ret == 0 && outside)
		ret = ev_fail(EV_EINVALID, "text beside the signature block");
	if (ret < 0)
		ev_buf_setlen(out, start);
	return ret;
}

void ev_enarmor(struct ev_buf *out, const void *sig, size_t n)
{
	struct ev_buf text = EV_BUF_INIT;
	uint32_t crc = crc24(sig, n);
	const unsigned char sum[] = { (unsigned char)(crc >> 16),
		(unsigned char)(crc >> 8), (unsigned char)crc };
	size_t at;

	ev_base64_encode(&text, sig, n);
	ev_buf_adds(out, DASHES "BEGIN PGP SIGNATURE" DASHES "\n\n");
	for (at = 0; at < text.len; at += 64)
		ev_buf_addf(out, "%.64s\n", text.ptr + at);
	ev_buf_addc(out, '=');
	ev_base64_encode(out, sum, sizeof(sum));
	ev_buf_adds(out, "\n" DASHES "END PGP SIGNATURE" DASHES "\n");
	ev_buf_release(&text);
}
