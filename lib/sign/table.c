#include "base/compat.h"
#include "sign/table.h"

#include <ctype.h>
#include <errno.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

#define FIRST_LINE "git-evidence key table 1\n"
#define FPR_DIGITS 40
#define KEYID_DIGITS 16

void ev_keytable_release(struct ev_keytable *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		free(t->keys[i].subs);
	free(t->keys);
	memset(t, 0, sizeof(*t));
}

struct ev_key *ev_keytable_add(struct ev_keytable *t)
{
	struct ev_key *key;

	EV_GROW(t->keys, t->n, t->cap);
	key = &t->keys[t->n++];
	memset(key, 0, sizeof(*key));
	return key;
}

/* Room doubles at powers of two, so that a key needs no capacity field. */
struct ev_subkey *ev_key_add_subkey(struct ev_key *key)
{
	struct ev_subkey *sub;

	if (key->nsubs == EV_TABLE_MAX_SUBKEYS)
		return NULL;
	if ((key->nsubs & (key->nsubs - 1)) == 0)
		key->subs = ev_realloc(key->subs, (key->nsubs ? 2 * key->nsubs
						   : 1) * sizeof(*key->subs));
	sub = &key->subs[key->nsubs++];
	memset(sub, 0, sizeof(*sub));
	return sub;
}

void ev_key_complete(struct ev_key *key)
{
	const struct ev_subkey *primary = &key->subs[0];

	memcpy(key->fpr, primary->fpr, sizeof(key->fpr));
	key->created = primary->created;
	key->expires = primary->expires;
	key->revoked = primary->revoked;
	key->algo_bits = primary->bits;
}

bool ev_key_id(char out[41], const char *text)
{
	size_t n = 0;

	if (!strncasecmp(text, "0x", 2))
		text += 2;
	for (; *text && n < FPR_DIGITS; text++) {
		if (*text == ' ' || (*text == '!' && !text[1]))
			continue;
		if (!isxdigit((unsigned char)*text))
			return false;
		out[n++] = (char)toupper((unsigned char)*text);
	}
	out[n] = '\0';
	while (*text == ' ' || *text == '!')
		text++;
	return !*text && (n == FPR_DIGITS || n == KEYID_DIGITS);
}

const struct ev_key *ev_keytable_find(const struct ev_keytable *t,
				      const char *id,
				      const struct ev_subkey **sub)
{
	const struct ev_key *found = NULL;
	size_t n = strlen(id), i, k;

	if (sub)
		*sub = NULL;
	if (n != FPR_DIGITS && n != KEYID_DIGITS)
		return NULL;
	for (i = 0; i < t->n; i++) {
		const struct ev_key *key = &t->keys[i];

		for (k = 0; k < key->nsubs; k++) {
			if (strcasecmp(key->subs[k].fpr + FPR_DIGITS - n, id))
				continue;
			if (found) {
				if (sub)
					*sub = NULL;
				return NULL;
			}
			found = key;
			if (sub)
				*sub = &key->subs[k];
		}
	}
	return found;
}

void ev_keytable_format(struct ev_buf *out, const struct ev_keytable *t,
			const char *blocks, const char *pubring)
{
	size_t i, k;

	ev_buf_adds(out, FIRST_LINE);
	ev_buf_addf(out, "blocks %s\npubring %s\n", blocks, pubring);
	for (i = 0; i < t->n; i++) {
		const struct ev_key *key = &t->keys[i];

		ev_buf_addf(out, "key %s\n", key->fpr);
		for (k = 0; k < key->nsubs; k++) {
			const struct ev_subkey *s = &key->subs[k];

			ev_buf_addf(out, "sub %s %lld %lld %d %d %u %u\n",
				    s->fpr, (long long)s->created,
				    (long long)s->expires, s->revoked,
				    s->can_sign, s->algo, s->bits);
		}
	}
	ev_buf_addf(out, "end %zu\n", t->n);
}

/* Step over `word` if the text goes on with it. */
static bool skip(const char **p, const char *word)
{
	if (!ev_starts_with(*p, word))
		return false;
	*p += strlen(word);
	return true;
}

static bool read_fpr(char out[41], const char **p)
{
	size_t i;

	for (i = 0; i < FPR_DIGITS; i++) {
		char c = (*p)[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'F'))
			return false;
		out[i] = c;
	}
	out[FPR_DIGITS] = '\0';
	*p += FPR_DIGITS;
	return true;
}

static bool read_number(int64_t *out, const char **p, int64_t max)
{
	char *end;

	if (!skip(p, " ") || **p < '0' || **p > '9')
		return false;
	errno = 0;
	*out = strtoll(*p, &end, 10);
	if (errno || *out > max)
		return false;
	*p = end;
	return true;
}

static bool read_subkey(struct ev_key *key, const char **p)
{
	struct ev_subkey *s = ev_key_add_subkey(key);
	int64_t revoked, can_sign, algo, bits;

	if (!s || !read_fpr(s->fpr, p) ||
	    !read_number(&s->created, p, INT64_MAX - 1) ||
	    !read_number(&s->expires, p, INT64_MAX - 1) ||
	    !read_number(&revoked, p, 1) || !read_number(&can_sign, p, 1) ||
	    !read_number(&algo, p, 255) || !read_number(&bits, p, 1 << 20) ||
	    !skip(p, "\n"))
		return false;
	s->revoked = revoked;
	s->can_sign = can_sign;
	s->algo = (unsigned)algo;
	s->bits = (unsigned)bits;
	return true;
}

static bool read_key(struct ev_keytable *out, const char **p)
{
	struct ev_key *key;

	if (out->n == EV_TABLE_MAX_KEYS)
		return false;
	key = ev_keytable_add(out);
	if (!read_fpr(key->fpr, p) || !skip(p, "\n"))
		return false;
	while (skip(p, "sub "))
		if (!read_subkey(key, p))
			return false;
	if (!key->nsubs || strcmp(key->fpr, key->subs[0].fpr))
		return false;
	ev_key_complete(key);
	return true;
}

static bool read_table(struct ev_keytable *out, const char *p,
		       const char *blocks, const char *pubring)
{
	int64_t count;

	if (!skip(&p, FIRST_LINE) ||
	    !skip(&p, "blocks ") || !skip(&p, blocks) || !skip(&p, "\n") ||
	    !skip(&p, "pubring ") || !skip(&p, pubring) || !skip(&p, "\n"))
		return false;
	while (skip(&p, "key "))
		if (!read_key(out, &p))
			return false;
	return skip(&p, "end") && read_number(&count, &p, EV_TABLE_MAX_KEYS) &&
	       (size_t)count == out->n && !strcmp(p, "\n");
}

int ev_keytable_parse(struct ev_keytable *out, const char *text,
		      const char *blocks, const char *pubring)
{
	if (read_table(out, text, blocks, pubring))
		return 0;
	ev_keytable_release(out);
	return EV_EINVALID;
}
