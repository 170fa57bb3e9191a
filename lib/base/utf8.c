#include "base/compat.h"
#include "base/utf8.h"

struct range {
	uint32_t first, last;
};

size_t ev_utf8_decode(uint32_t *cp, const char *p, size_t n)
{
	const unsigned char *s = (const unsigned char *)p;
	size_t len, i;
	uint32_t c, least;

	if (s[0] < 0x80) {
		*cp = s[0];
		return 1;
	}
	if ((s[0] & 0xe0) == 0xc0) {
		len = 2;
		least = 0x80;
	} else if ((s[0] & 0xf0) == 0xe0) {
		len = 3;
		least = 0x800;
	} else if ((s[0] & 0xf8) == 0xf0) {
		len = 4;
		least = 0x10000;
	} else {
		return 0;
	}
	if (n < len)
		return 0;
	c = s[0] & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*cp = c;
	return len;
}

bool ev_utf8_valid(const char *p, size_t n, size_t *bad)
{
	size_t i = 0, used;
	uint32_t cp;

	while (i < n) {
		used = ev_utf8_decode(&cp, p + i, n - i);
		if (!used) {
			if (bad)
				*bad = i;
			return false;
		}
		i += used;
	}
	return true;
}

static bool in_ranges(const struct range *r, size_t n, uint32_t cp)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (cp > r[mid].last)
			lo = mid + 1;
		else if (cp < r[mid].first)
			hi = mid;
		else
			return true;
	}
	return false;
}

static bool is_misleading(uint32_t cp)
{
	static const struct range ranges[] = {
		{ 0x0000, 0x001f },	/* C0 */
		{ 0x007f, 0x009f },	/* DEL, C1 */
		{ 0x061c, 0x061c },	/* Arabic letter mark */
		{ 0x200b, 0x200f },	/* zero width, direction marks */
		{ 0x2028, 0x202e },	/* separators, bidi embedding */
		{ 0x2060, 0x2060 },	/* word joiner */
		{ 0x2066, 0x2069 },	/* bidi isolates */
		{ 0xfdd0, 0xfdef },	/* noncharacters */
		{ 0xfeff, 0xfeff },	/* byte order mark */
		{ 0xe0000, 0xe007f },	/* tags */
	};

	if (cp >= 0x20 && cp < 0x7f)
		return false;
	if ((cp & 0xfffe) == 0xfffe)
		return true;
	return in_ranges(ranges, EV_ARRAY_SIZE(ranges), cp);
}

/* How many bytes from p on can be shown as they are. */
static size_t safe_span(const char *p, size_t n)
{
	size_t i = 0, used;
	uint32_t cp;

	while (i < n) {
		used = ev_utf8_decode(&cp, p + i, n - i);
		if (!used || is_misleading(cp))
			break;
		i += used;
	}
	return i;
}

void ev_display(struct ev_buf *out, const char *p, size_t n)
{
	size_t i = 0, used;
	uint32_t cp;

	while (i < n) {
		used = safe_span(p + i, n - i);
		ev_buf_add(out, p + i, used);
		i += used;
		if (i == n)
			break;
		used = ev_utf8_decode(&cp, p + i, n - i);
		if (used)
			ev_buf_addf(out, "\\u{%04X}", (unsigned)cp);
		else
			ev_buf_addf(out, "\\x%02X", (unsigned char)p[i]);
		i += used ? used : 1;
	}
}

void ev_displays(struct ev_buf *out, const char *s)
{
	ev_display(out, s, strlen(s));
}

bool ev_display_safe(const char *p, size_t n)
{
	return safe_span(p, n) == n;
}

/* East Asian Width W and F, unassigned places of their blocks included. */
static bool is_wide(uint32_t cp)
{
	static const struct range ranges[] = {
		{ 0x1100, 0x115f }, { 0x231a, 0x231b }, { 0x2329, 0x232a },
		{ 0x23e9, 0x23ec }, { 0x23f0, 0x23f0 }, { 0x23f3, 0x23f3 },
		{ 0x25fd, 0x25fe }, { 0x2614, 0x2615 }, { 0x2648, 0x2653 },
		{ 0x267f, 0x267f }, { 0x2693, 0x2693 }, { 0x26a1, 0x26a1 },
		{ 0x26aa, 0x26ab }, { 0x26bd, 0x26be }, { 0x26c4, 0x26c5 },
		{ 0x26ce, 0x26ce }, { 0x26d4, 0x26d4 }, { 0x26ea, 0x26ea },
		{ 0x26f2, 0x26f3 }, { 0x26f5, 0x26f5 }, { 0x26fa, 0x26fa },
		{ 0x26fd, 0x26fd }, { 0x2705, 0x2705 }, { 0x270a, 0x270b },
		{ 0x2728, 0x2728 }, { 0x274c, 0x274c }, { 0x274e, 0x274e },
		{ 0x2753, 0x2755 }, { 0x2757, 0x2757 }, { 0x2795, 0x2797 },
		{ 0x27b0, 0x27b0 }, { 0x27bf, 0x27bf }, { 0x2b1b, 0x2b1c },
		{ 0x2b50, 0x2b50 }, { 0x2b55, 0x2b55 }, { 0x2e80, 0x303e },
		{ 0x3041, 0x4dbf }, { 0x4e00, 0xa4cf }, { 0xa960, 0xa97f },
		{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe10, 0xfe19 },
		{ 0xfe30, 0xfe6f }, { 0xff01, 0xff60 }, { 0xffe0, 0xffe6 },
		{ 0x16fe0, 0x18d7f }, { 0x1aff0, 0x1b2ff },
		{ 0x1f004, 0x1f004 }, { 0x1f0cf, 0x1f0cf },
		{ 0x1f18e, 0x1f18e }, { 0x1f191, 0x1f19a },
		{ 0x1f200, 0x1f320 }, { 0x1f32d, 0x1f335 },
		{ 0x1f337, 0x1f37c }, { 0x1f37e, 0x1f393 },
		{ 0x1f3a0, 0x1f3ca }, { 0x1f3cf, 0x1f3d3 },
		{ 0x1f3e0, 0x1f3f0 }, { 0x1f3f4, 0x1f3f4 },
		{ 0x1f3f8, 0x1f43e }, { 0x1f440, 0x1f440 },
		{ 0x1f442, 0x1f4fc }, { 0x1f4ff, 0x1f53d },
		{ 0x1f54b, 0x1f54e }, { 0x1f550, 0x1f567 },
		{ 0x1f57a, 0x1f57a }, { 0x1f595, 0x1f596 },
		{ 0x1f5a4, 0x1f5a4 }, { 0x1f5fb, 0x1f64f },
		{ 0x1f680, 0x1f6c5 }, { 0x1f6cc, 0x1f6cc },
		{ 0x1f6d0, 0x1f6d2 }, { 0x1f6d5, 0x1f6d7 },
		{ 0x1f6dc, 0x1f6df }, { 0x1f6eb, 0x1f6ec },
		{ 0x1f6f4, 0x1f6fc }, { 0x1f7e0, 0x1f7eb },
		{ 0x1f7f0, 0x1f7f0 }, { 0x1f90c, 0x1f93a },
		{ 0x1f93c, 0x1f945 }, { 0x1f947, 0x1f9ff },
		{ 0x1fa70, 0x1faff }, { 0x20000, 0x2fffd },
		{ 0x30000, 0x3fffd },
	};

	return cp >= 0x1100 && in_ranges(ranges, EV_ARRAY_SIZE(ranges), cp);
}

size_t ev_display_width(const char *p, size_t n)
{
	size_t i = 0, used, columns = 0;
	uint32_t cp;

	while (i < n) {
		used = ev_utf8_decode(&cp, p + i, n - i);
		columns += used && is_wide(cp) ? 2 : 1;
		i += used ? used : 1;
	}
	return columns;
}
