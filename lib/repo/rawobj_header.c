#include "base/compat.h"
#include "repo/rawobj_header.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"

#define TIME_DIGITS_MAX 15
#define NAME_MAX_LEN 100

/* Other tools have names like "HG:extra". */
static bool name_char(char c)
{
	return c > ' ' && c < 0x7f;
}

static const char *line_end(const struct ev_raw *h, const char *p)
{
	return memchr(p, '\n', (size_t)(h->end - p));
}

int ev_raw_next(struct ev_raw *h)
{
	const char *lf = h->p < h->end ? line_end(h, h->p) : NULL, *p = h->p;

	if (!lf)
		return ev_fail(EV_EINVALID, "the header of the %s does not"
			       " end", h->kind);
	if (lf == p) {
		h->p = lf + 1;
		return 0;
	}
	if (++h->fields > EV_RAWOBJ_HEADERS)
		return ev_fail(EV_EINVALID, "the %s has more than %d headers",
			       h->kind, EV_RAWOBJ_HEADERS);
	while (p < lf && name_char(*p))
		p++;
	if (p == h->p || *p != ' ' || p - h->p > NAME_MAX_LEN)
		return ev_fail(EV_EINVALID, "header %u of the %s has no name",
			       h->fields, h->kind);
	h->name = h->line = h->p;
	h->name_len = (size_t)(p - h->p);
	h->value = p + 1;
	h->value_len = (size_t)(lf - h->value);
	h->continued = false;
	while (lf + 1 < h->end && lf[1] == ' ') {
		h->continued = true;
		lf = line_end(h, lf + 1);
		if (!lf)
			return ev_fail(EV_EINVALID, "the header of the %s"
				       " does not end", h->kind);
	}
	h->p = lf + 1;
	h->len = (size_t)(h->p - h->line);
	return 1;
}

bool ev_raw_is(const struct ev_raw *h, const char *name)
{
	return strlen(name) == h->name_len &&
		!memcmp(h->name, name, h->name_len);
}

static int malformed(const struct ev_raw *h)
{
	return ev_fail(EV_EINVALID, "the %s has a malformed '%.*s' header",
		       h->kind, (int)h->name_len, h->name);
}

int ev_raw_oid(struct ev_oid *out, const struct ev_raw *h)
{
	char hex[EV_OID_HEX + 1];

	if (h->continued || h->value_len != EV_OID_HEX)
		return malformed(h);
	memcpy(hex, h->value, EV_OID_HEX);
	hex[EV_OID_HEX] = '\0';
	return ev_oid_parse(out, hex) ? malformed(h) : 0;
}

static bool control_in(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			return true;
	return false;
}

static bool digits(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return n > 0;
}

/* "SECONDS +hhmm"; as Git's fsck has it. */
static bool parse_when(struct ev_ident *out, const char *p, size_t n)
{
	const char *zone = memchr(p, ' ', n);
	size_t len = zone ? (size_t)(zone - p) : 0;
	int hhmm;

	if (!zone || n - len != 6 || len > TIME_DIGITS_MAX || !digits(p, len))
		return false;
	zone++;
	if ((p[0] == '0' && len > 1) || (*zone != '+' && *zone != '-') ||
	    !digits(zone + 1, 4))
		return false;
	out->time = strtoll(p, NULL, 10);
	hhmm = atoi(zone + 1);
	out->zone = (hhmm / 100 * 60 + hhmm % 100) * (*zone == '-' ? -1 : 1);
	return true;
}

int ev_raw_ident(struct ev_ident *out, const struct ev_raw *h)
{
	const char *v = h->value, *end = v + h->value_len;
	const char *open = memchr(v, '<', h->value_len);
	const char *shut = open ? memchr(open, '>', (size_t)(end - open)) :
		NULL;

	if (h->continued || !shut || control_in(v, h->value_len) ||
	    memchr(v, '>', (size_t)(open - v)) ||
	    memchr(open + 1, '<', (size_t)(end - open - 1)) ||
	    memchr(shut + 1, '>', (size_t)(end - shut - 1)))
		return malformed(h);
	if ((open > v && open[-1] != ' ') || end - shut < 2 ||
	    shut[1] != ' ' ||
	    !parse_when(out, shut + 2, (size_t)(end - shut - 2)))
		return malformed(h);
	free(out->name);
	free(out->email);
	out->name = ev_strndup(v, open > v ? (size_t)(open - 1 - v) : 0);
	out->email = ev_strndup(open + 1, (size_t)(shut - open - 1));
	return 0;
}

/* Inline-signed text ("PGP MESSAGE") is no detached signature, though Git
 * hands it to gpg as one. */
static const char *const kinds[] = {
	"PGP SIGNATURE", "SSH SIGNATURE", "SIGNED MESSAGE", "PGP MESSAGE",
};
#define DETACHED 3

static size_t marker(const char *p, size_t n, const char *word,
		     const char *kind)
{
	size_t len = strlen(word), more = strlen(kind);
	size_t all = 5 + len + 1 + more + 5;

	return n >= all && !memcmp(p, "-----", 5) &&
		!memcmp(p + 5, word, len) && p[5 + len] == ' ' &&
		!memcmp(p + 6 + len, kind, more) &&
		!memcmp(p + 6 + len + more, "-----", 5) ? all : 0;
}

bool ev_raw_begins_armour(const char *p, const char *end)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(kinds); i++)
		if (marker(p, (size_t)(end - p), "BEGIN", kinds[i]))
			return true;
	return false;
}

static int not_one_block(const char *kind)
{
	return ev_fail(EV_EINVALID, "the signature of the %s is not one"
		       " complete armoured block", kind);
}

/* Text a line of an armour may have: no marker, no control, only ASCII. */
static bool armour_line(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 || (unsigned char)p[i] > 0x7e)
			return false;
	return !memmem(p, n, "-----", 5);
}

int ev_raw_armour(const char *kind, const char *p, size_t n)
{
	const char *end = p + n, *lf;
	const char *armour = NULL;
	size_t i, len = 0;

	for (i = 0; i < DETACHED && !len; i++) {
		armour = kinds[i];
		len = marker(p, n, "BEGIN", armour);
	}
	if (!len)
		return ev_fail(EV_EINVALID, "the signature of the %s has an"
			       " armour of unknown kind", kind);
	p += len;
	if (p == end || *p != '\n')
		return not_one_block(kind);
	for (p++; ; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		len = (size_t)((lf ? lf : end) - p);
		if (len && marker(p, len, "END", armour) == len)
			break;
		if (!lf || !armour_line(p, len))
			return not_one_block(kind);
	}
	for (p += len; p < end; p++)
		if (*p != '\n')
			return ev_fail(EV_EINVALID, "there is text after the"
				       " signature of the %s", kind);
	return 0;
}
