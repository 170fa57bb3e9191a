#include "base/compat.h"

#include "ledger/past_internal.h"

#include <stdio.h>
#include <strings.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"

/* Notes trees that are kept open. */
#define OPEN_MAX 24

void ev_past_release(struct ev_past *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		ev_notes_close(p->items[i].notes);
	free(p->items);
	for (i = 0; i < p->nvoided; i++)
		free(p->voided[i].spared);
	free(p->voided);
	if (p->memo) {
		ev_buf_release(&p->memo->digests);
		ev_past_namings_release(p->memo);
		free(p->memo->decided);
		free(p->memo->decided_of);
		free(p->memo->held);
		free(p->memo);
	}
	memset(p, 0, sizeof(*p));
}

int ev_past_fill(struct ev_past *p, struct ev_repo *r)
{
	int (*fill)(struct ev_past *, struct ev_repo *) = p->fill;

	int ret;

	/* Whoever asks while it is being filled finds nothing held. */
	p->fill = NULL;
	ret = fill ? fill(p, r) : 0;
	if (ret < 0)
		p->fill = fill;
	return ret;
}

struct ev_past_memo *ev_past_memo(struct ev_past *p)
{
	if (!p->memo) {
		p->memo = ev_calloc(1, sizeof(*p->memo));
		ev_buf_init(&p->memo->digests);
	}
	return p->memo;
}

/* Lines -------------------------------------------------------------------- */

static void close_oldest(struct ev_past *p)
{
	size_t i, oldest = p->n;

	for (i = 0; i < p->n; i++)
		if (p->items[i].notes &&
		    (oldest == p->n ||
		     p->items[i].asked < p->items[oldest].asked))
			oldest = i;
	if (oldest == p->n)
		return;
	ev_notes_close(p->items[oldest].notes);
	p->items[oldest].notes = NULL;
	p->memo->open--;
}

static int notes_of(struct ev_notes **out, struct ev_past *p,
		    struct ev_repo *r, struct ev_holder *h)
{
	struct ev_past_memo *m = ev_past_memo(p);
	int ret = 0;

	h->asked = ++m->clock;
	if (!h->notes) {
		if (m->open >= OPEN_MAX)
			close_oldest(p);
		ret = ev_notes_open(&h->notes, r, &h->ledger);
		if (ret == 0)
			m->open++;
	}
	*out = h->notes;
	return ret;
}

/* The digests of a note's lines; it is the same in many ledgers. */
static int read_blob(struct ev_past_memo *m, struct ev_repo *r,
		     const struct ev_oid *blob)
{
	struct ev_buf text = EV_BUF_INIT_MAX(EV_OBJECT_LIMIT);
	struct ev_slices s = { NULL, 0, 0 };
	unsigned char digest[EV_SHA256_SIZE];
	size_t i;
	int ret;

	if (ev_oid_eq(&m->blob, blob))
		return 0;
	ret = ev_object_read(&text, NULL, r, blob);
	if (ret == 0) {
		m->blob = *blob;
		ev_buf_clear(&m->digests);
		ev_slices_split(&s, &text);
		for (i = 0; i < s.n; i++) {
			ev_sha256_bytes(digest, s.items[i].p, s.items[i].n);
			ev_buf_add(&m->digests, digest, sizeof(digest));
		}
	}
	ev_slices_release(&s);
	ev_buf_release(&text);
	return ret;
}

static bool has_digest(const struct ev_past_memo *m,
		       const unsigned char digest[EV_SHA256_SIZE])
{
	size_t at;

	for (at = 0; at + EV_SHA256_SIZE <= m->digests.len;
	     at += EV_SHA256_SIZE)
		if (!memcmp(m->digests.ptr + at, digest, EV_SHA256_SIZE))
			return true;
	return false;
}

int ev_past_holds(struct ev_past *p, struct ev_repo *r, size_t holder,
		  const struct ev_oid *object, const char *line)
{
	struct ev_oids blobs = EV_OIDS_INIT;
	unsigned char digest[EV_SHA256_SIZE];
	struct ev_notes *notes;
	size_t i;
	int ret, found = 0;

	if (strlen(line) != EV_SHA256_HEX ||
	    ev_hex_decode(digest, line, sizeof(digest)) < 0)
		return ev_fail(EV_EINVALID, "'%.70s' is no digest of a line",
			       line);
	ret = notes_of(&notes, p, r, &p->items[holder]);
	if (ret == 0)
		ret = ev_notes_find(&blobs, notes, object);
	for (i = 0; ret == 0 && !found && i < blobs.n; i++) {
		ret = read_blob(p->memo, r, &blobs.items[i]);
		found = ret == 0 && has_digest(p->memo, digest);
	}
	ev_oids_release(&blobs);
	/* What is not here holds nothing. */
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		return 0;
	}
	return ret < 0 ? ret : found;
}

/* The first that is not from before: where it is most likely. */
static size_t first_after(const struct ev_past *p, size_t last, int64_t made)
{
	size_t low = 0, high = last, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (p->items[mid].at >= made)
			high = mid;
		else
			low = mid + 1;
	}
	return high;
}

/* A ledger only grows, so what one has all later ones have. */
static int first_up_to(size_t *out, struct ev_past *p, struct ev_repo *r,
		       size_t last, const struct ev_oid *object,
		       const char *line, int64_t made)
{
	size_t low = 0, high = last, mid = first_after(p, last, made), tries;
	int ret;

	for (tries = 0; low < high; tries++) {
		/* It, and the one before it; then by halves. */
		if (tries == 1 && mid > low && high == mid)
			mid--;
		else if (tries || mid >= high)
			mid = low + (high - low) / 2;
		ret = ev_past_holds(p, r, mid, object, line);
		if (ret < 0)
			return ret;
		if (ret)
			high = mid;
		else
			low = mid + 1;
	}
	*out = high;
	return 0;
}

int ev_past_check(struct ev_past *p, struct ev_repo *r, size_t holder)
{
	struct ev_holder *h = &p->items[holder];
	int ret = 1;

	if (!h->checked && p->check)
		ret = p->check(p, r, holder);
	if (ret < 0)
		return ret;
	if (!h->checked)
		h->checked = ret ? 1 : -1;
	return h->checked > 0;
}

/* From `at` on, one that is well signed and holds it. */
static int first_checked(const struct ev_holder **out, struct ev_past *p,
			 struct ev_repo *r, size_t at,
			 const struct ev_oid *object, const char *line)
{
	int ret = 0;

	for (; at < p->n; at++) {
		ret = ev_past_holds(p, r, at, object, line);
		if (ret > 0)
			ret = ev_past_check(p, r, at);
		if (ret)
			break;
	}
	if (ret > 0)
		*out = &p->items[at];
	return ret < 0 ? ret : 0;
}

int ev_past_line(const struct ev_holder **out, struct ev_past *p,
		 struct ev_repo *r, const struct ev_oid *object,
		 const char *line)
{
	return ev_past_line_of(out, p, r, object, line, INT64_MAX);
}

int ev_past_line_of(const struct ev_holder **out, struct ev_past *p,
		    struct ev_repo *r, const struct ev_oid *object,
		    const char *line, int64_t made)
{
	size_t i, at;
	int ret = ev_past_fill(p, r);

	*out = NULL;
	/* The newest should have it; if its ledger was made from an older
	 * state, others may. */
	for (i = p->n; ret == 0 && i > 0; i--) {
		ret = ev_past_holds(p, r, i - 1, object, line);
		if (ret <= 0)
			continue;
		ret = first_up_to(&at, p, r, i - 1, object, line, made);
		return ret < 0 ? ret : first_checked(out, p, r, at, object,
						     line);
	}
	return ret < 0 ? ret : 0;
}

/* Keys --------------------------------------------------------------------- */

bool ev_past_spares(char reason[160], struct ev_past *p, struct ev_repo *r,
		    const struct ev_holder *h, const struct ev_signature *s)
{
	const struct ev_voided *v;
	size_t i;

	reason[0] = '\0';
	if (ev_past_fill(p, r) < 0) {
		snprintf(reason, 160, "%s", ev_error_last()->message);
		ev_error_clear();
		return false;
	}
	for (i = 0; i < p->nvoided; i++) {
		v = &p->voided[i];
		if (strcasecmp(v->fpr, s->signer) &&
		    strcasecmp(v->fpr, s->subkey))
			continue;
		if (h && v->spared[h - p->items] &&
		    s->created <= v->at + EV_CLOCK_SKEW)
			continue;
		snprintf(reason, 160, "%s", v->reason);
		return false;
	}
	return true;
}

bool ev_past_counts(char reason[160], struct ev_past *p, struct ev_repo *r,
		    const struct ev_holder *h, const struct ev_signature *s)
{
	char made[EV_TIME_TEXT], held[EV_TIME_TEXT];

	if (!ev_past_spares(reason, p, r, h, s))
		return false;
	if (s->created > h->at + EV_CLOCK_SKEW) {
		ev_time_format(made, s->created);
		ev_time_format(held, h->at);
		snprintf(reason, 160, "signature is dated %.10s, after the "
			 "checkpoint of %.10s that holds it", made, held);
		return false;
	}
	if (!ev_trust_counts_then(reason, h->trust, s, s->created))
		return false;
	p->late_used = p->late_used || h->late;
	return true;
}
