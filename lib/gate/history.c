#include "base/compat.h"

#include "gate/history.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"

#define NOBODY UINT32_MAX

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
	h->encoding[0] = '\0';
	h->at = EV_AT_HEADER;
	h->in = EV_IN_TREE;
	return 0;
}

static int end_commit(struct ev_history *h)
{
	struct ev_made made = h->made[h->out->ncommits - 1];

	h->at = EV_AT_NAME;
	if (!h->has_author || !h->has_committer)
		return stop(h, "it does not say who made the commit");
	ev_maker_as_shown(h, made.author, true);
	ev_maker_as_shown(h, made.committer, false);
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

/* Letters that the name of an encoding has; '/' would say more than that. */
static void take_encoding(struct ev_history *h, const char *p, size_t n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:+";

	if (*h->encoding || n >= sizeof(h->encoding))
		return;
	memcpy(h->encoding, p, n);
	h->encoding[n] = '\0';
	if (h->encoding[strspn(h->encoding, letters)])
		h->encoding[0] = '\0';
}

static int take_maker(struct ev_history *h, const char *p, size_t n,
		      bool author)
{
	struct ev_made *made = &h->made[h->out->ncommits - 1];
	bool *seen = author ? &h->has_author : &h->has_committer;
	uint32_t maker = NOBODY;

	if (ev_maker_take(&maker, h, p, n, author))
		*seen = true;
	/* Of two lines Git knows the first; both have a say here. */
	if (author && made->author == NOBODY)
		made->author = maker;
	else if (!author && made->committer == NOBODY)
		made->committer = maker;
	return h->out->pool.overflow ?
		stop(h, "too many people have made it, counted") : 0;
}

static int take_tree(struct ev_history *h, const char *p, size_t n)
{
	struct ev_range_commit *x = &h->out->commits[h->out->ncommits - 1];
	char hex[EV_OID_HEX + 1];

	snprintf(hex, sizeof(hex), "%.*s", n < EV_OID_HEX ? (int)n : EV_OID_HEX,
		 p);
	return ev_oid_parse(&x->tree, hex) < 0 ?
		stop(h, "a tree that is no object id") : 0;
}

static int take_header(struct ev_history *h, const char *p, size_t n)
{
	if (!n) {
		h->at = EV_AT_BODY;
		return 0;
	}
	if (h->in == EV_IN_TREE && is_header(p, n, "tree")) {
		h->in = EV_IN_PARENTS;
		return take_tree(h, p + 5, n - 5);
	}
	if (h->in == EV_IN_PARENTS && is_header(p, n, "parent"))
		return take_parent(h, p + 7, n - 7);
	h->in = EV_IN_REST;
	if (is_header(p, n, "author"))
		return take_maker(h, p + 7, n - 7, true);
	if (is_header(p, n, "committer"))
		return take_maker(h, p + 10, n - 10, false);
	if (is_header(p, n, "encoding"))
		take_encoding(h, p + 9, n - 9);
	if (is_header(p, n, "gpgsig"))
		h->out->commits[h->out->ncommits - 1].is_signed = true;
	return 0;
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
