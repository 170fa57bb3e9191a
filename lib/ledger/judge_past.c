#include "base/compat.h"

#include "ledger/examine.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "ledger/past_internal.h"

/* The ledger as people of another link read it. */
static struct ev_ledger read_by(const struct ev_ledger *l,
				struct ev_trust *trust)
{
	struct ev_ledger other = *l;

	other.trust = trust;
	other.cache = ev_trust_cache(trust, l->repo);
	return other;
}

/* 1: without the line itself it cannot be told. */
static int read_again(struct ev_line *out, struct ev_ledger *l,
		      const unsigned char digest[EV_SHA256_SIZE],
		      const char *line, size_t n)
{
	memset(out, 0, sizeof(*out));
	if (line)
		return ev_judge_read(out, l, line, n);
	return ev_judge_cached(out, l, digest) ? 0 : 1;
}

int ev_judge_as(struct ev_line *out, const struct ev_ledger *l,
		struct ev_trust *trust,
		const unsigned char digest[EV_SHA256_SIZE], const char *line,
		size_t n)
{
	struct ev_ledger other = read_by(l, trust);

	return read_again(out, &other, digest, line, n);
}

int ev_judge_place_as(struct ev_line *out, const struct ev_ledger *l,
		      struct ev_trust *trust, const struct ev_oid *object,
		      const unsigned char digest[EV_SHA256_SIZE],
		      const char *line, size_t n)
{
	struct ev_ledger other = read_by(l, trust);
	int ret = read_again(out, &other, digest, line, n);

	if (ret == 0)
		ev_judge_place_only(out, &other, object);
	return ret;
}

/* Does somebody in the past list its key?  Who could sign what was never taken
 * should not make us look through all that was. */
static int was_listed(bool *yes, struct ev_past *p, const struct ev_ledger *l,
		      const unsigned char digest[EV_SHA256_SIZE],
		      const char *line, size_t n)
{
	struct ev_trust *last = NULL;
	struct ev_line read;
	size_t i;
	int ret = ev_past_fill(p, l->repo);

	*yes = false;
	for (i = p->n; ret == 0 && i > 0 && !*yes; i--) {
		if (p->items[i - 1].trust == last)
			continue;
		last = p->items[i - 1].trust;
		ret = ev_judge_as(&read, l, last, digest, line, n);
		*yes = ret == 0 && read.state == EV_LIVE &&
			ev_trust_person(last, read.record.signer, NULL);
		ev_line_release(&read);
	}
	return ret;
}

static void judge_held(struct ev_line *out, struct ev_repo *r,
		       struct ev_past *p, const struct ev_holder *h)
{
	struct ev_signature sig;
	char reason[160];

	memset(&sig, 0, sizeof(sig));
	memcpy(sig.signer, out->record.signer, sizeof(sig.signer));
	memcpy(sig.subkey, out->record.subkey, sizeof(sig.subkey));
	sig.created = out->record.signed_at;
	sig.hash_algo = out->record.hash_algo;
	if (!ev_past_counts(reason, p, r, h, &sig))
		ev_line_set(out, EV_UNTIMELY, reason);
}

int ev_judge_past(struct ev_line *out, struct ev_ledger *l,
		  const struct ev_oid *object,
		  const unsigned char digest[EV_SHA256_SIZE],
		  const char *line, size_t n)
{
	struct ev_past *p = l->trust ? l->trust->past : NULL;
	char hex[EV_SHA256_HEX + 1];
	const struct ev_holder *h;
	struct ev_line held;
	bool listed;
	int ret;

	if ((out->state != EV_FOREIGN && out->state != EV_UNTIMELY) || !p)
		return 0;
	ret = was_listed(&listed, p, l, digest, line, n);
	if (ret || !listed)
		return ret;
	ev_hex_encode(hex, digest, EV_SHA256_SIZE);
	ret = ev_past_line(&h, p, l->repo, object, hex);
	if (ret < 0 || !h)
		return ret;
	ret = ev_judge_place_as(&held, l, h->trust, object, digest, line, n);
	if (ret == 0 && held.state == EV_LIVE)
		judge_held(&held, l->repo, p, h);
	/* One that nobody listed then keeps the reason it has now. */
	if (ret == 0 && held.person) {
		ev_line_release(out);
		*out = held;
	} else {
		ev_line_release(&held);
	}
	return ret;
}

static bool may_promote(const struct ev_person *p, const struct ev_holder *h)
{
	size_t i;

	for (i = 0; !p->machine && h->promoters && i < h->promoters->n; i++)
		if (ev_person_has_role(p, h->promoters->items[i]))
			return true;
	return false;
}

/* The text of a line among those of `object`, by its digest. */
static const struct ev_slice *pick(const struct ev_slices *lines,
				   const char *digest)
{
	char hex[EV_SHA256_HEX + 1];
	size_t i;

	for (i = 0; i < lines->n; i++) {
		ev_sha256_hex(hex, lines->items[i].p, lines->items[i].n);
		if (!strcmp(hex, digest))
			return &lines->items[i];
	}
	return NULL;
}

int ev_past_is_promoted(bool *yes, struct ev_past *p, struct ev_repo *r,
			const struct ev_holder *h, const struct ev_oid *object,
			const char *line)
{
	struct ev_slices lines = { NULL, 0, 0 };
	struct ev_texts texts = { NULL, 0, 0 };
	struct ev_ledger *l = NULL;
	const struct ev_slice *s;
	struct ev_line read;
	int ret;

	*yes = false;
	memset(&read, 0, sizeof(read));
	ret = ev_ledger_open(&l, r, h->trust, &h->ledger);
	if (ret == 0)
		ret = ev_note_lines(&lines, &texts, r, l->notes, object);
	s = ret == 0 ? pick(&lines, line) : NULL;
	if (s)
		ret = ev_judge_read(&read, l, s->p, s->n);
	if (s && ret == 0)
		ev_judge_place_only(&read, l, object);
	if (s && ret == 0 && read.state == EV_LIVE)
		judge_held(&read, r, p, h);
	*yes = s && ret == 0 && read.state == EV_LIVE &&
		read.person && may_promote(read.person, h);
	ev_line_release(&read);
	ev_slices_release(&lines);
	ev_texts_release(&texts);
	ev_ledger_close(l);
	return ret;
}
