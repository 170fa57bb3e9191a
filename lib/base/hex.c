#include "base/compat.h"
#include "base/hex.h"

#include "base/error.h"

void ev_hex_encode(char *out, const unsigned char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int ev_hex_decode(unsigned char *out, const char *hex, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		int hi = hex_value(hex[2 * i]), lo;

		/* A NUL may end the text: do not look past it. */
		if (hi < 0)
			return EV_EINVALID;
		lo = hex_value(hex[2 * i + 1]);
		if (lo < 0)
			return EV_EINVALID;
		out[i] = (unsigned char)(hi << 4 | lo);
	}
	return 0;
}

bool ev_is_hex(const char *s, size_t digits)
{
	size_t i;

	if (!s)
		return false;
	for (i = 0; i < digits; i++)
		if (hex_value(s[i]) < 0 || (s[i] >= 'A' && s[i] <= 'F'))
			return false;
	return !s[digits];
}

void ev_base64_encode(struct ev_buf *out, const void *p, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = p;
	size_t i, want = n / 3 * 4 + (n % 3 ? 4 : 0);
	char *to;

	if (!n)
		return;
	to = ev_buf_reserve(out, want);
	if (!to)
		return;
	for (i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)in[i] << 16;

		if (i + 1 < n)
			v |= (uint32_t)in[i + 1] << 8;
		if (i + 2 < n)
			v |= in[i + 2];
		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
		*to++ = i + 2 < n ? digits[v & 63] : '=';
	}
	ev_buf_setlen(out, out->len + want);
}

/* `seen` remembers which of the two alphabets the text has shown. */
static int base64_value(char c, int *seen)
{
	enum { STANDARD = 1, URL = 2 };

	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '/') {
		*seen |= STANDARD;
		return c == '+' ? 62 : 63;
	}
	if (c == '-' || c == '_') {
		*seen |= URL;
		return c == '-' ? 62 : 63;
	}
	return -1;
}

/* Strip complete padding: the text is then 2 or 3 past a multiple of four. */
static size_t without_padding(const char *s, size_t n)
{
	if (n && n % 4 == 0 && s[n - 1] == '=')
		n -= s[n - 2] == '=' ? 2 : 1;
	return n;
}

int ev_base64_decode(struct ev_buf *out, const char *s, size_t n)
{
	size_t i, done = 0;
	uint32_t bits = 0;
	int seen = 0, held = 0, v;
	char *to;

	n = without_padding(s, n);
	if (n % 4 == 1)
		return EV_EINVALID;
	to = ev_buf_reserve(out, n / 4 * 3 + (n % 4 ? n % 4 - 1 : 0));
	if (!to)
		return EV_ELIMIT;
	for (i = 0; i < n; i++) {
		v = base64_value(s[i], &seen);
		if (v < 0 || seen == 3)
			goto bad;
		bits = (bits << 6 | (uint32_t)v) & 0xffffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			to[done++] = (char)(bits >> held & 0xff);
		}
	}
	if (bits & ((1u << held) - 1))
		goto bad;
	ev_buf_setlen(out, out->len + done);
	return 0;
bad:
	ev_buf_setlen(out, out->len);
	return EV_EINVALID;
}
