#include "base/compat.h"

#include "base/fold.h"

#include <unicase.h>
#include <uninorm.h>

#include "base/mem.h"
#include "base/utf8.h"

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text > 0x7f)
			return false;
	return true;
}

static char *fold_ascii(const char *text)
{
	char *out = ev_strdup(text), *p;

	for (p = out; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return out;
}

/*
 * Unicode's canonical caseless match decomposes first: a letter that was
 * composed before would fold to something else than its parts (U+0345).
 */
char *ev_fold(const char *text)
{
	size_t n = strlen(text), parts_len = 0, len = 0;
	uint8_t *parts, *folded = NULL;
	char *out;

	if (is_ascii(text))
		return fold_ascii(text);
	if (!ev_utf8_valid(text, n, NULL))
		return ev_strdup(text);
	parts = u8_normalize(UNINORM_NFD, (const uint8_t *)text, n, NULL,
			     &parts_len);
	if (parts)
		folded = u8_casefold(parts, parts_len, NULL, UNINORM_NFC, NULL,
				     &len);
	if (!folded)
		abort();	/* no memory: half an answer is worse */
	out = ev_strndup((const char *)folded, len);
	free(parts);
	free(folded);
	return out;
}

bool ev_fold_eq(const char *a, const char *b)
{
	char *one, *two;
	bool same;

	if (!strcmp(a, b))
		return true;
	one = ev_fold(a);
	two = ev_fold(b);
	same = !strcmp(one, two);
	free(one);
	free(two);
	return same;
}

/* Only the last star has to be tried again: what the ones before it took
 * leaves at least as much to all that follows. */
bool ev_glob(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	for (;;) {
		if (*pattern == '*') {
			star = ++pattern;
			from = text;
		} else if (*text && *pattern == *text) {
			pattern++;
			text++;
		} else if (!*text && !*pattern) {
			return true;
		} else if (star && *from) {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
}
