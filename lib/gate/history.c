#include "base/compat.h"

#include "gate/history.h"

#include <ctype.h>
#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)
#define POOL_MAX ((size_t)256 << 20)

void ev_history_init(struct ev_history *h, struct ev_range *out)
{
	memset(h, 0, sizeof(*h));
	h->out = out;
	ev_buf_init(&h->line);
	ev_buf_init(&h->key);
	h->line.max = LINE_MAX_BYTES;
	out->pool.max = POOL_MAX;
}

void ev_history_release(struct ev_history *h)
{
	free(h->makers);
	free(h->slots);
	free(h->made);
	ev_buf_release(&h->line);
	ev_buf_release(&h->key);
	memset(h, 0, sizeof(*h));
}

static int stop(struct ev_history *h, const char *what)
{
	struct ev_range *out = h->out;
	char hex[EV_OID_HEX + 1] = "";

	if (out->ncommits)
		ev_oid_hex(hex, &out->commits[out->ncommits - 1].commit);
	snprintf(out->reason, sizeof(out->reason), "%s%s%.12s", what,
		 *hex ? " at " : "", hex);
	return EV_ESTOP;
}

/* Makers ------------------------------------------------------------------- */

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
static uint32_t maker_of(struct ev_history *h, const char *key, size_t n)
{
	struct ev_maker *m;
	uint32_t *slot;

	if (h->nmakers * 2 >= h->nslots)
		grow_slots(h);
	slot = slot_of(h, key, n);
	if (*slot)
		return *slot - 1;
	EV_GROW(h->makers, h->nmakers, h->makers_cap);
	m = &h->makers[h->nmakers++];
	memset(m, 0, sizeof(*m));
	m->at = h->out->pool.len;
	m->name_at = m->at + strlen(key) + 1;
	m->len = n;
	m->commit = h->out->ncommits - 1;
	ev_buf_add(&h->out->pool, key, n);
	*slot = (uint32_t)h->nmakers;
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

static int take_maker(struct ev_history *h, const char *p, size_t n,
		      bool author)
{
	struct ev_made *made = &h->made[h->out->ncommits - 1];
	bool *seen = author ? &h->has_author : &h->has_committer;
	uint32_t maker;

	if (split_ident(&h->key, p, n)) {
		maker = maker_of(h, h->key.ptr, h->key.len);
		if (author)
			h->makers[maker].author = true;
		else
			h->makers[maker].committer = true;
		/* Of two lines Git knows the first; both have a say here. */
		if (!*seen && author)
			made->author = maker;
		else if (!*seen)
			made->committer = maker;
		*seen = true;
	}
	return h->out->pool.overflow ?
		stop(h, "too many people have made it, counted") : 0;
}

/* Commits ------------------------------------------------------------------ */

/* "<commit> <parent as walked>..." */
static int begin_commit(struct ev_history *h, const char *p, size_t n)
{
	struct ev_range *out = h->out;
	struct ev_range_commit *x;
	char hex[EV_OID_HEX + 1];
	size_t cap = h->made_cap;

	if (out->ncommits >= EV_HISTORY_COMMITS)
		return stop(h, "more commits than can be judged, counted");
	out->commits = ev_grow(out->commits, out->ncommits + 1, &cap,
			       sizeof(*out->commits));
	EV_GROW(h->made, out->ncommits, h->made_cap);
	x = &out->commits[out->ncommits];
	memset(x, 0, sizeof(*x));
	memset(&h->made[out->ncommits], 0xff, sizeof(*h->made));
	snprintf(hex, sizeof(hex), "%.*s", n < EV_OID_HEX ? (int)n : EV_OID_HEX,
		 p);
	if (ev_oid_parse(&x->commit, hex) < 0)
		return stop(h, "git rev-list said what cannot be read");
	out->ncommits++;
	h->walked = (n - EV_OID_HEX) / (EV_OID_HEX + 1);
	h->stored = 0;
	h->has_author = h->has_committer = false;
	h->at = EV_AT_HEADER;
	return 0;
}

static int end_commit(struct ev_history *h)
{
	h->at = EV_AT_NAME;
	if (h->stored > h->walked)
		return stop(h, "history is cut off (shallow clone)");
	/* What `from` holds is cut off as well, and cannot be left out. */
	if (!h->stored && h->shallow_matters)
		return stop(h, "history is cut off (shallow clone), and begins");
	return 0;
}

static bool is_header(const char *p, size_t n, const char *name)
{
	size_t len = strlen(name);

	return n > len && p[len] == ' ' && !memcmp(p, name, len);
}

static int take_parent(struct ev_history *h, const char *p, size_t n)
{
	struct ev_oid parent;
	char hex[EV_OID_HEX + 1];

	snprintf(hex, sizeof(hex), "%.*s", n < EV_OID_HEX ? (int)n : EV_OID_HEX,
		 p);
	h->stored++;
	if (ev_oid_parse(&parent, hex) < 0)
		return stop(h, "a parent that is no object id");
	if (ev_oid_eq(&parent, &h->from))
		h->out->has_from = true;
	return 0;
}

static int take_header(struct ev_history *h, const char *p, size_t n)
{
	struct ev_range_commit *x = &h->out->commits[h->out->ncommits - 1];
	char hex[EV_OID_HEX + 1];

	if (!n) {
		h->at = EV_AT_BODY;
		return 0;
	}
	if (is_header(p, n, "parent"))
		return take_parent(h, p + 7, n - 7);
	if (is_header(p, n, "author"))
		return take_maker(h, p + 7, n - 7, true);
	if (is_header(p, n, "committer"))
		return take_maker(h, p + 10, n - 10, false);
	if (is_header(p, n, "gpgsig"))
		x->is_signed = true;
	if (!is_header(p, n, "tree"))
		return 0;
	snprintf(hex, sizeof(hex), "%.*s", (int)(n - 5 < EV_OID_HEX ? n - 5 :
						 EV_OID_HEX), p + 5);
	return ev_oid_parse(&x->tree, hex) < 0 ?
		stop(h, "a tree that is no object id") : 0;
}

static int take_line(struct ev_history *h, const char *p, size_t n)
{
	int ret;

	if (h->line.len || h->line.overflow) {
		ev_buf_add(&h->line, p, n);
		if (h->line.overflow)
			return stop(h, "a header line is too long");
		p = h->line.ptr;
		n = h->line.len;
	}
	ret = h->at == EV_AT_NAME ? begin_commit(h, p, n)
				  : take_header(h, p, n);
	ev_buf_clear(&h->line);
	return ret;
}

int ev_history_feed(struct ev_history *h, const char *p, size_t n)
{
	const char *end = p + n, *q;
	int ret = 0;

	while (p < end && ret == 0) {
		/* A commit without a message ends with its header. */
		if (h->at == EV_AT_BODY ||
		    (h->at == EV_AT_HEADER && !*p && !h->line.len)) {
			q = memchr(p, '\0', (size_t)(end - p));
			if (!q)
				break;
			ret = end_commit(h);
			p = q + 1;
			continue;
		}
		q = memchr(p, '\n', (size_t)(end - p));
		if (!q) {
			ev_buf_add(&h->line, p, (size_t)(end - p));
			break;
		}
		ret = take_line(h, p, (size_t)(q - p));
		p = q + 1;
	}
	return ret;
}

static const char *text_of(const struct ev_history *h, uint32_t maker,
			   bool name)
{
	const struct ev_maker *m;

	if (maker >= h->nmakers)
		return "";		/* it has no such line */
	m = &h->makers[maker];
	return h->out->pool.ptr + (name ? m->name_at : m->at);
}

void ev_history_end(struct ev_history *h)
{
	struct ev_range_commit *x;
	size_t i;

	for (i = 0; i < h->out->ncommits; i++) {
		x = &h->out->commits[i];
		x->author = text_of(h, h->made[i].author, false);
		x->author_name = text_of(h, h->made[i].author, true);
		x->committer = text_of(h, h->made[i].committer, false);
		x->committer_name = text_of(h, h->made[i].committer, true);
	}
}
