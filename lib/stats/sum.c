#include "base/compat.h"
#include "stats/sum.h"

#include "stats/fp.h"

#define WORD_BITS 32
#define WORD_MASK 0xffffffffLL
/* Each term puts less than 2^32 into a word of 2^63. */
#define ROOM (1 << 30)

void ev_sum_init(struct ev_sum *s)
{
	memset(s, 0, sizeof(*s));
	s->room = ROOM;
}

/* Leave 0 <= word < 2^32 in all words but the last, which keeps the sign. */
static void carry(struct ev_sum *s)
{
	int64_t low, over;
	int i;

	for (i = 0; i < EV_SUM_WORDS - 1; i++) {
		low = s->word[i] & WORD_MASK;
		over = (s->word[i] - low) / (WORD_MASK + 1);
		s->word[i] = low;
		s->word[i + 1] += over;
	}
	s->room = ROOM;
}

void ev_sum_add(struct ev_sum *s, double x)
{
	uint64_t u = ev_fp_bits(x), m = u & 0xfffffffffffffULL;
	int e = (int)(u >> 52 & 0x7ff), i, shift;
	int64_t a, b, c;

	if (e == 0x7ff) {
		s->nan = s->nan || m != 0;
		s->plus_inf = s->plus_inf || (m == 0 && x > 0);
		s->minus_inf = s->minus_inf || (m == 0 && x < 0);
		return;
	}
	/* x = m 2^(e - 1074) */
	if (e > 0) {
		m |= 1ULL << 52;
		e--;
	}
	i = e / WORD_BITS;
	shift = e % WORD_BITS;
	a = (int64_t)(m << shift & WORD_MASK);
	b = (int64_t)(m >> (WORD_BITS - shift) & WORD_MASK);
	c = (int64_t)(m >> (WORD_BITS - shift) >> WORD_BITS);
	if (u >> 63) {
		a = -a;
		b = -b;
		c = -c;
	}
	s->word[i] += a;
	s->word[i + 1] += b;
	s->word[i + 2] += c;
	if (--s->room == 0)
		carry(s);
}

void ev_sum_add_product(struct ev_sum *s, double a, double b)
{
	struct ev_pair p = { a * b, 0 };
	double size = ev_fp_abs(p.hi);

	if (size > 0x1p-900 && size < 0x1p900 && ev_fp_abs(a) < 0x1p900 &&
	    ev_fp_abs(b) < 0x1p900)
		p = ev_fp_two_prod(a, b);
	ev_sum_add(s, p.hi);
	if (p.lo != 0)
		ev_sum_add(s, p.lo);
}

void ev_sum_merge(struct ev_sum *into, struct ev_sum *from)
{
	int i;

	carry(into);
	carry(from);
	for (i = 0; i < EV_SUM_WORDS; i++)
		into->word[i] += from->word[i];
	carry(into);
	into->nan = into->nan || from->nan;
	into->plus_inf = into->plus_inf || from->plus_inf;
	into->minus_inf = into->minus_inf || from->minus_inf;
}

/* The 53 bits and more below the highest one, with a sticky last bit. */
static double rounded(const int64_t *word, int top)
{
	uint64_t m = (uint64_t)word[top], half, rest;
	int i, bits = WORD_BITS, drop, exponent;
	bool sticky = false;

	/* three words hold 65 to 96 bits: take 64 from the highest one on */
	while (m >> (bits - 1) == 0)
		bits--;
	rest = top > 0 ? (uint64_t)word[top - 1] : 0;
	m = m << WORD_BITS | rest;
	rest = top > 1 ? (uint64_t)word[top - 2] : 0;
	m = m << (WORD_BITS - bits) | (bits < WORD_BITS ? rest >> bits : 0);
	if (bits == WORD_BITS)
		sticky = rest != 0;
	else
		sticky = (rest & ((1ULL << bits) - 1)) != 0;
	for (i = 0; i < top - 2; i++)
		sticky = sticky || word[i] != 0;
	/* worth m 2^exponent; a double keeps 53 bits, fewer if subnormal */
	exponent = WORD_BITS * (top - 1) - 1074 - (WORD_BITS - bits);
	drop = 11;
	if (exponent + drop < -1074)
		drop = -1074 - exponent;
	half = 1ULL << (drop - 1);
	rest = drop < 64 ? m & ((half << 1) - 1) : m;
	m = drop < 64 ? m >> drop : 0;
	if (rest > half || (rest == half && (sticky || (m & 1))))
		m++;
	exponent += drop;
	if (exponent > 1023 - 52)
		return ev_fp_inf();
	if (exponent < -1022)
		return (double)m * 0x1p-1022 * ev_fp_two_to(exponent + 1022);
	return (double)m * ev_fp_two_to(exponent);
}

double ev_sum_value(struct ev_sum *s)
{
	int64_t word[EV_SUM_WORDS];
	bool negative;
	int64_t low, over = 0;
	int i, top = -1;

	if (s->nan || (s->plus_inf && s->minus_inf))
		return ev_fp_nan();
	if (s->plus_inf || s->minus_inf)
		return s->plus_inf ? ev_fp_inf() : -ev_fp_inf();
	carry(s);
	negative = s->word[EV_SUM_WORDS - 1] < 0;
	for (i = 0; i < EV_SUM_WORDS; i++) {
		word[i] = (negative ? -s->word[i] : s->word[i]) + over;
		if (i < EV_SUM_WORDS - 1) {
			low = word[i] & WORD_MASK;
			over = (word[i] - low) / (WORD_MASK + 1);
			word[i] = low;
		}
		if (word[i] != 0)
			top = i;
	}
	if (top < 0)
		return 0;
	return negative ? -rounded(word, top) : rounded(word, top);
}

double ev_sum_of(const double *x, size_t n)
{
	struct ev_sum s;
	size_t i;

	ev_sum_init(&s);
	for (i = 0; i < n; i++)
		ev_sum_add(&s, x[i]);
	return ev_sum_value(&s);
}
