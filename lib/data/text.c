#include "base/compat.h"
#include "data/text.h"

#include <jansson.h>

#include "base/error.h"
#include "base/utf8.h"
#include "data/value.h"

#define CLIP 60

int ev_text_check(const char *file, const char *text, size_t n)
{
	const char *nul;
	size_t bad;

	if (n > EV_DATA_MAX_BYTES)
		return ev_fail(EV_ELIMIT, "%s: larger than %zu bytes", file,
			       EV_DATA_MAX_BYTES);
	if (n >= 2 && (!memcmp(text, "\xff\xfe", 2) ||
		       !memcmp(text, "\xfe\xff", 2)))
		return ev_text_fail(EV_EINVALID, file, text, 0,
				    "text is UTF-16 or UTF-32, not UTF-8");
	nul = n ? memchr(text, 0, n) : NULL;
	if (!ev_utf8_valid(text, n, &bad) &&
	    (!nul || bad < (size_t)(nul - text)))
		return ev_text_fail(EV_EINVALID, file, text, bad,
				    "invalid UTF-8 (byte 0x%02x)",
				    (unsigned char)text[bad]);
	if (nul)
		return ev_text_fail(EV_EINVALID, file, text,
				    (size_t)(nul - text), "NUL in the text");
	return 0;
}

void ev_text_place(unsigned *line, unsigned *column,
		   const char *text, size_t offset)
{
	const char *start = text, *end = text + offset, *lf;

	*line = 1;
	while (start < end &&
	       (lf = memchr(start, '\n', (size_t)(end - start)))) {
		++*line;
		start = lf + 1;
	}
	*column = (unsigned)(end - start) + 1;
}

int ev_text_fail(int code, const char *file, const char *text, size_t offset,
		 const char *fmt, ...)
{
	struct ev_buf message = EV_BUF_INIT;
	unsigned line, column;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&message, fmt, ap);
	va_end(ap);
	ev_text_place(&line, &column, text, offset);
	ev_fail(code, "%s:%u:%u: %s", file, line, column, message.ptr);
	ev_buf_release(&message);
	return code;
}

int ev_text_clip(const char *s, size_t n)
{
	if (n <= CLIP)
		return (int)n;
	n = CLIP;
	while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return (int)n;
}

static size_t digits(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] >= '0' && p[i] <= '9')
		i++;
	return i;
}

size_t ev_number_scan(const char *p, size_t n, const char **why)
{
	const char *ignored;
	size_t i = 0, k;

	if (!why)
		why = &ignored;
	if (n && p[0] == '-')
		i++;
	k = digits(p + i, n - i);
	*why = k ? "number with a leading zero" : "number without digits";
	if (!k || (k > 1 && p[i] == '0'))
		return 0;
	i += k;
	if (i < n && p[i] == '.') {
		k = digits(p + i + 1, n - i - 1);
		*why = "number without digits after the point";
		if (!k)
			return 0;
		i += 1 + k;
	}
	if (i < n && (p[i] == 'e' || p[i] == 'E')) {
		i++;
		if (i < n && (p[i] == '+' || p[i] == '-'))
			i++;
		k = digits(p + i, n - i);
		*why = "number without digits in the exponent";
		if (!k)
			return 0;
		i += k;
	}
	*why = NULL;
	return i;
}

bool ev_number_fits(const char *p, size_t n)
{
	json_t *number;

	if (n <= 18 && !memchr(p, 'e', n) && !memchr(p, 'E', n))
		return true;
	number = json_loadb(p, n, JSON_DECODE_ANY, NULL);
	json_decref(number);
	return number != NULL;
}
