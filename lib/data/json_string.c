#include "base/compat.h"
#include "data/text.h"

static bool hex4(uint32_t *out, const char *p, const char *end)
{
	uint32_t n = 0;
	int i;

	if (end - p < 4)
		return false;
	for (i = 0; i < 4; i++) {
		n <<= 4;
		if (p[i] >= '0' && p[i] <= '9')
			n |= (uint32_t)(p[i] - '0');
		else if ((p[i] | 32) >= 'a' && (p[i] | 32) <= 'f')
			n |= (uint32_t)((p[i] | 32) - 'a' + 10);
		else
			return false;
	}
	*out = n;
	return true;
}

static char *put_utf8(char *d, uint32_t cp)
{
	if (cp < 0x80) {
		*d++ = (char)cp;
		return d;
	}
	if (cp < 0x800) {
		*d++ = (char)(0xc0 | cp >> 6);
	} else {
		if (cp < 0x10000) {
			*d++ = (char)(0xe0 | cp >> 12);
		} else {
			*d++ = (char)(0xf0 | cp >> 18);
			*d++ = (char)(0x80 | (cp >> 12 & 0x3f));
		}
		*d++ = (char)(0x80 | (cp >> 6 & 0x3f));
	}
	*d++ = (char)(0x80 | (cp & 0x3f));
	return d;
}

/* `p` stands behind "\u"; returns what follows, or NULL and *why. */
static const char *code_point(uint32_t *cp, const char *p, const char *end,
			      const char **why)
{
	uint32_t low;

	*why = "'\\u' without four hexadecimal digits";
	if (!hex4(cp, p, end))
		return NULL;
	p += 4;
	*why = "NUL in a string";
	if (!*cp)
		return NULL;
	if (*cp < 0xd800 || *cp > 0xdfff)
		return p;
	*why = "half of a surrogate pair in a string";
	if (*cp > 0xdbff || end - p < 6 || p[0] != '\\' || p[1] != 'u' ||
	    !hex4(&low, p + 2, end) || low < 0xdc00 || low > 0xdfff)
		return NULL;
	*cp = 0x10000 + ((*cp - 0xd800) << 10) + (low - 0xdc00);
	return p + 6;
}

bool ev_json_unescape(char *out, size_t *len, const char *text, size_t *bad,
		      const char **why)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *p = text, *end = text + *len, *back, *known;
	char *d = out;
	uint32_t cp;

	while ((back = memchr(p, '\\', (size_t)(end - p)))) {
		memcpy(d, p, (size_t)(back - p));
		d += back - p;
		p = back + 2;
		known = strchr(from, back[1]);
		*bad = (size_t)(back - text);
		*why = "unknown escape in a string";
		if (known) {
			*d++ = to[known - from];
			continue;
		}
		p = back[1] == 'u' ? code_point(&cp, p, end, why) : NULL;
		if (!p)
			return false;
		d = put_utf8(d, cp);
	}
	memcpy(d, p, (size_t)(end - p));
	*len = (size_t)(d - out) + (size_t)(end - p);
	return true;
}
