#include "base/compat.h"
#include "data/rows_internal.h"

#include <endian.h>

#include "base/utf8.h"

#define WORD 8
#define ONES 0x0101010101010101ull
#define HIGH 0x8080808080808080ull

/* Eight bytes of a line, of which the high bit of each says something. */
struct word {
	uint64_t delimiters, quotes;
	uint64_t odd;			/* control characters */
	uint64_t high;			/* no ASCII */
};

/* The high bit of each byte of w that is zero; exact in every byte. */
static uint64_t zero_bytes(uint64_t w)
{
	return ~(((w & ~HIGH) + ~HIGH) | w) & HIGH;
}

/* Bytes below 0x20. */
static uint64_t low_bytes(uint64_t w)
{
	return ~(((w & ~HIGH) + ONES * 0x60) | w) & HIGH;
}

/* Bytes behind the line's end are letters that mean nothing. */
static uint64_t word_at(const char *p, size_t left)
{
	uint64_t w, beyond;

	memcpy(&w, p, sizeof(w));
	w = le64toh(w);
	if (left >= WORD)
		return w;
	beyond = ~0ull << 8 * left;
	return (w & ~beyond) | (ONES * 'a' & beyond);
}

static inline struct word look(const char *p, size_t left, uint64_t delimiter)
{
	struct word out;
	uint64_t w = word_at(p, left);

	out.delimiters = zero_bytes(w ^ delimiter);
	out.quotes = zero_bytes(w ^ ONES * '"');
	out.odd = low_bytes(w) & ~out.delimiters;
	out.high = w & HIGH;
	return out;
}

bool ev_rows_is_plain(const char *p, size_t n)
{
	uint64_t bad = 0, w;
	size_t k;

	for (k = 0; k < n; k += WORD) {
		w = word_at(p + k, n - k);
		bad |= low_bytes(w) | (w & HIGH);
	}
	return !bad;
}

/* One bit a byte, lowest byte first. */
static unsigned bits_of(uint64_t mask)
{
	return (unsigned)((mask >> 7) * 0x0102040810204080ull >> 56);
}

/* The high bits of bytes whose bit is not set. */
static uint64_t bytes_without(unsigned bits)
{
	uint64_t mask = 0;
	unsigned i;

	for (i = 0; i < WORD; i++)
		if (!(bits & 1u << i))
			mask |= 0x80ull << 8 * i;
	return mask;
}

/*
 * Delimiters within quotes are none: a byte is within if the quotes before it
 * are odd in number, *inside (0 or all bits) counting those of words before.
 */
static uint64_t outside(uint64_t delimiters, uint64_t quotes, unsigned *inside)
{
	unsigned bits = bits_of(quotes);

	bits ^= bits << 1;
	bits ^= bits << 2;
	bits ^= bits << 4;
	bits = (bits ^ *inside) & 255;
	*inside = bits & 128 ? 255 : 0;
	return delimiters & bytes_without(bits);
}

/* Field by field; what is wrong is found out later. */
struct splitting {
	struct ev_rows_field *f, *last;
	const char *line;
	size_t start;
	size_t quoted;			/* fields between two quotes */
};

static inline bool end_field(struct splitting *s, size_t at, bool more)
{
	struct ev_rows_field *f = s->f;
	size_t n = at - s->start;
	const char *p = s->line + s->start;

	f->column = (unsigned)s->start + 1;
	f->quoted = n >= 2 && *p == '"' && p[n - 1] == '"';
	f->text = p + f->quoted;
	f->len = n - 2 * (size_t)f->quoted;
	s->quoted += f->quoted;
	s->start = at + 1;
	if (more && f == s->last)
		return false;
	s->f += more;
	return true;
}

bool ev_rows_split(struct ev_rows *r, size_t n)
{
	const uint64_t delimiter = ONES * (unsigned char)r->delimiter;
	struct splitting s = { .f = r->fields, .last = r->fields + r->n - 1,
			       .line = r->block + r->at };
	uint64_t odd = 0, high = 0, found;
	size_t k, quotes = 0;
	unsigned inside = 0;
	struct word w;

	for (k = 0; k < n; k += WORD) {
		w = look(s.line + k, n - k, delimiter);
		odd |= w.odd;
		high |= w.high;
		found = w.delimiters;
		if (w.quotes | inside) {
			found = outside(found, w.quotes, &inside);
			quotes += (size_t)__builtin_popcountll(w.quotes);
		}
		for (; found; found &= found - 1)
			if (!end_field(&s, k + ((size_t)__builtin_ctzll(found)
						>> 3), true))
				return false;
	}
	end_field(&s, n, false);
	/* Each quoted field has its two quotes, and there are no others. */
	return s.f == s.last && !odd && quotes == 2 * s.quoted &&
	       n <= EV_ROWS_MAX_FIELD &&
	       (!high || ev_utf8_valid(s.line, n, NULL));
}
