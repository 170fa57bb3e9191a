#include "base/compat.h"

#include "gate/history.h"

#include <ctype.h>
#include <iconv.h>

#include "base/mem.h"

static uint32_t hash_of(const char *p, size_t n)
{
	uint32_t h = 2166136261u;

	while (n--)
		h = (h ^ (unsigned char)*p++) * 16777619u;
	return h;
}

static uint32_t *slot_of(struct ev_history *h, const char *key, size_t n)
{
	const struct ev_maker *m;
	size_t i;

	for (i = hash_of(key, n) & (h->nslots - 1); h->slots[i];
	     i = (i + 1) & (h->nslots - 1)) {
		m = &h->makers[h->slots[i] - 1];
		if (m->len == n && !memcmp(h->out->pool.ptr + m->at, key, n))
			break;
	}
	return &h->slots[i];
}

static void grow_slots(struct ev_history *h)
{
	size_t i;

	free(h->slots);
	h->nslots = h->nslots ? h->nslots * 2 : 256;
	h->slots = ev_calloc(h->nslots, sizeof(*h->slots));
	for (i = 0; i < h->nmakers; i++)
		*slot_of(h, h->out->pool.ptr + h->makers[i].at,
			 h->makers[i].len) = (uint32_t)i + 1;
}

/* `key` is "email NUL name NUL"; may lie anywhere but in the pool. */
static uint32_t maker_of(struct ev_history *h, const char *key, size_t n,
			 bool author)
{
	struct ev_maker *m;
	uint32_t *slot;

	if (h->nmakers * 2 >= h->nslots)
		grow_slots(h);
	slot = slot_of(h, key, n);
	if (!*slot) {
		EV_GROW(h->makers, h->nmakers, h->makers_cap);
		m = &h->makers[h->nmakers++];
		memset(m, 0, sizeof(*m));
		m->at = h->out->pool.len;
		m->name_at = m->at + strlen(key) + 1;
		m->len = n;
		m->commit = h->out->ncommits - 1;
		ev_buf_add(&h->out->pool, key, n);
		*slot = (uint32_t)h->nmakers;
	}
	m = &h->makers[*slot - 1];
	if (author)
		m->author = true;
	else
		m->committer = true;
	return *slot - 1;
}

/* As Git reads an ident: the name is what comes before the first '<' without
 * the blanks at its end, the e-mail goes to the '>' after that. */
static bool split_ident(struct ev_buf *key, const char *p, size_t n)
{
	const char *left = memchr(p, '<', n), *right, *end = left;

	right = left ? memchr(left, '>', n - (size_t)(left - p)) : NULL;
	if (!right)
		return false;
	while (p < end && isspace((unsigned char)*p))
		p++;
	while (end > p && isspace((unsigned char)end[-1]))
		end--;
	ev_buf_clear(key);
	ev_buf_add(key, left + 1, (size_t)(right - left) - 1);
	ev_buf_addc(key, '\0');
	ev_buf_add(key, p, (size_t)(end - p));
	ev_buf_addc(key, '\0');
	return true;
}

bool ev_maker_take(uint32_t *maker, struct ev_history *h, const char *p,
		   size_t n, bool author)
{
	if (!split_ident(&h->key, p, n))
		return false;
	*maker = maker_of(h, h->key.ptr, h->key.len, author);
	return h->key.len > 2;
}

/* Append `text` in UTF-8; false if it is not of that encoding. */
static bool convert(struct ev_buf *out, const char *encoding, const char *text)
{
	char to[1024], *in = (char *)(uintptr_t)text, *at = to;
	size_t n = strlen(text), left = sizeof(to);
	iconv_t cd = iconv_open("UTF-8", encoding);
	bool good;

	if (cd == (iconv_t)-1)
		return false;
	good = iconv(cd, &in, &n, &at, &left) != (size_t)-1 &&
		iconv(cd, NULL, NULL, &at, &left) != (size_t)-1 &&
		!memchr(to, '\0', sizeof(to) - left);
	if (good)
		ev_buf_add(out, to, sizeof(to) - left);
	iconv_close(cd);
	return good;
}

void ev_maker_as_shown(struct ev_history *h, uint32_t maker, bool author)
{
	const char *pool = h->out->pool.ptr;

	if (maker >= h->nmakers || !*h->encoding)
		return;
	ev_buf_clear(&h->key);
	if (!convert(&h->key, h->encoding, pool + h->makers[maker].at))
		return;
	ev_buf_addc(&h->key, '\0');
	if (!convert(&h->key, h->encoding, pool + h->makers[maker].name_at))
		return;
	ev_buf_addc(&h->key, '\0');
	maker_of(h, h->key.ptr, h->key.len, author);
}
