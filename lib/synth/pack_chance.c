#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/mem.h"

#define PLACES 18

/*
 * Digits, a point, digits: as a whole number in 10^-places.  NULL, or what is
 * wrong with it; `before` digits at most in front of the point.
 */
static const char *scaled(uint64_t *out, const char *text, unsigned before,
			  unsigned places)
{
	const char *s = text;
	uint64_t x = 0;
	size_t n = strspn(s, "0123456789");

	if (!n)
		return "is no decimal number, 0 or more";
	if (n > before)
		return "is too large";
	for (; n; n--)
		x = x * 10 + (uint64_t)(*s++ - '0');
	if (*s == '.') {
		s++;
		n = strspn(s, "0123456789");
		if (!n)
			return "is no decimal number: digits must follow '.'";
		for (; n > places && s[n - 1] == '0'; n--)
			;
		if (n > places)
			return "has too many places";
		for (; n; n--, places--)
			x = x * 10 + (uint64_t)(*s++ - '0');
		s += strspn(s, "0");
	}
	if (*s)
		return "is no decimal number, 0 or more";
	for (; places; places--)
		x *= 10;
	*out = x;
	return NULL;
}

bool ev_pk_share(struct ev_pk *k, uint64_t *out, const struct ev_value *v,
		 const char *path)
{
	const char *text = ev_pk_text(v), *why;

	if (!v)
		return false;
	if (!text) {
		ev_problem_add(k->bad, v, NULL, "field '%s' must be a decimal "
			       "from 0 to 1, not a %s", path,
			       ev_type_name(v->type));
		return false;
	}
	why = scaled(out, text, 1, PLACES);
	if (why || *out > EV_PK_ONE) {
		ev_problem_add(k->bad, v, NULL, "field '%s': '%.60s' %s", path,
			       text, why && strcmp(why, "is too large") ? why :
			       "is above 1");
		return false;
	}
	return true;
}

bool ev_pk_weight(uint64_t *out, const char *text)
{
	return !scaled(out, text, 6, 6) && *out;
}

/* Division bit by bit, as 10^18 is below 2^63. */
uint64_t ev_pk_threshold(uint64_t share)
{
	uint64_t bits = 0;
	unsigned i;

	if (share >= EV_PK_ONE)
		return UINT64_MAX;
	for (i = 0; i < 64; i++) {
		share *= 2;
		bits = bits << 1 | (share >= EV_PK_ONE);
		if (share >= EV_PK_ONE)
			share -= EV_PK_ONE;
	}
	return bits;
}

bool ev_pk_chance(struct ev_pk *k, uint64_t *out, const struct ev_value *v,
		  const char *path)
{
	uint64_t share;

	if (!ev_pk_share(k, &share, v, path))
		return false;
	*out = ev_pk_threshold(share);
	return true;
}

/* Shares, which sum to 1, become thresholds. */
static void compile(struct ev_levels *out, const uint64_t *share, size_t n)
{
	uint64_t sum = 0;
	size_t i;

	out->t = ev_calloc(n + 1, sizeof(*out->t));
	out->n = n;
	for (i = 0; i < n; i++) {
		sum += share[i];
		out->t[i] = ev_pk_threshold(sum);
		if (share[i])
			out->last = i;
	}
}

void ev_pk_certain(struct ev_levels *out, size_t level, size_t n)
{
	uint64_t *share = ev_calloc(n + 1, sizeof(*share));

	share[level] = EV_PK_ONE;
	compile(out, share, n);
	free(share);
}

void ev_pk_yes(struct ev_levels *out, uint64_t share)
{
	uint64_t both[2];

	both[0] = EV_PK_ONE - share;
	both[1] = share;
	compile(out, both, 2);
}

/* 10^-18 as people write it. */
static void as_text(char out[24], uint64_t x)
{
	size_t n;

	snprintf(out, 24, "%llu.%018llu", (unsigned long long)(x / EV_PK_ONE),
		 (unsigned long long)(x % EV_PK_ONE));
	for (n = strlen(out); out[n - 1] == '0'; n--)
		out[n - 1] = '\0';
	if (out[n - 1] == '.')
		out[n - 1] = '\0';
}

bool ev_pk_levels(struct ev_pk *k, struct ev_levels *out,
		  const struct ev_value *v, const struct ev_strs *levels,
		  const char *path)
{
	uint64_t *share, x = 0, sum = 0;
	size_t before = k->bad->n, i;
	ptrdiff_t level;
	char text[24], *what;

	if (!v || v->type != EV_MAP || !v->n || v->n > EV_PACK_MAX_LEVELS) {
		ev_problem_add(k->bad, v, NULL, "field '%s' must be a map of "
			       "1 to %u levels and their shares", path,
			       EV_PACK_MAX_LEVELS);
		return false;
	}
	what = ev_strdupf("field '%s'", path);
	share = ev_calloc(levels->n + 1, sizeof(*share));
	for (i = 0; i < v->n; i++) {
		level = ev_pk_level(k, v->keys[i], v->keys[i]->text, levels,
				    what);
		if (!ev_pk_share(k, &x, v->items[i], path) || level < 0)
			continue;
		share[level] = x;
		/* so many more than one that the sum wraps is as wrong */
		sum = sum > 10 * EV_PK_ONE ? sum : sum + x;
	}
	if (k->bad->n == before && sum != EV_PK_ONE) {
		as_text(text, sum);
		ev_problem_add(k->bad, v, NULL, "field '%s': the shares sum "
			       "to %s, not to 1", path, text);
	}
	if (k->bad->n == before)
		compile(out, share, levels->n);
	free(share);
	free(what);
	return k->bad->n == before;
}
