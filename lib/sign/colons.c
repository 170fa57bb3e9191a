#include "base/compat.h"
#include "sign/colons.h"

#include <ctype.h>

enum { TYPE = 0, VALIDITY = 1, LENGTH = 2, FINGERPRINT = 9 };

struct field {
	const char *p;
	size_t n;
};

static struct field field_of(const char *line, size_t n, int which)
{
	struct field f = { line, 0 };
	const char *end = line + n;

	for (; which > 0; which--) {
		while (f.p < end && *f.p != ':')
			f.p++;
		f.p += f.p < end;
	}
	while (f.p + f.n < end && f.p[f.n] != ':')
		f.n++;
	return f;
}

static bool is(struct field f, const char *text)
{
	return f.n == strlen(text) && !memcmp(f.p, text, f.n);
}

static unsigned bits(struct field f)
{
	unsigned v = 0;
	size_t i;

	for (i = 0; i < f.n && i < 6 && isdigit((unsigned char)f.p[i]); i++)
		v = v * 10 + (unsigned)(f.p[i] - '0');
	return v;
}

static bool fingerprint(char out[41], struct field f)
{
	size_t i;

	for (i = 0; i < f.n && i < 40; i++)
		out[i] = (char)toupper((unsigned char)f.p[i]);
	out[i] = '\0';
	return f.n == 40 && strspn(out, "0123456789ABCDEF") == 40;
}

/* A fingerprint follows the part that it is of. */
static void take(struct ev_seckey *out, struct ev_seckey_part *part,
		 const char *line, size_t n)
{
	struct field type = field_of(line, n, TYPE);
	struct field validity = field_of(line, n, VALIDITY);
	bool primary = is(type, "sec");

	if (primary && !out->keys++) {
		out->revoked = is(validity, "r");
		out->expired = is(validity, "e");
	}
	if (out->keys > 1)
		return;
	if (primary || is(type, "ssb")) {
		/* without its primary a part is none */
		part->fpr[0] = primary || out->n ? '?' : '\0';
		part->bits = bits(field_of(line, n, LENGTH));
	} else if (is(type, "fpr") && part->fpr[0] == '?' &&
		   out->n < EV_SECKEY_MAX_PARTS) {
		if (fingerprint(part->fpr, field_of(line, n, FINGERPRINT)))
			out->parts[out->n++] = *part;
		part->fpr[0] = '\0';
	}
}

void ev_seckey_parse(struct ev_seckey *out, const char *text, size_t n)
{
	struct ev_seckey_part part = { .bits = 0 };
	const char *lf;
	size_t len;

	memset(out, 0, sizeof(*out));
	for (; n; text += len, n -= len) {
		lf = memchr(text, '\n', n);
		len = lf ? (size_t)(lf - text) : n;
		take(out, &part, text, len);
		len += lf != NULL;
	}
}
