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
		return ev_judge_read(out, l, digest, line, n);
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

/* Is it good by that trust, by a key that `l`'s own home has not under any of
 * its names?  Then that one could say only that it is unknown. */
static bool is_known_to(int64_t *made, const struct ev_ledger *l,
			struct ev_trust *trust,
			const unsigned char digest[EV_SHA256_SIZE])
{
	struct ev_ledger other = read_by(l, trust);
	const struct ev_keyhome *home = l->trust->home;
	struct ev_line read;
	bool yes;

	memset(&read, 0, sizeof(read));
	yes = ev_judge_cached(&read, &other, digest) &&
		read.record.sig == EV_SIG_GOOD && read.record.own_keyid &&
		strlen(read.record.subkey) == 40 &&
		!ev_keyhome_find(home, read.record.signer, NULL) &&
		!ev_keyhome_find(home, read.record.subkey, NULL) &&
		!ev_keyhome_find(home, read.record.subkey + 24, NULL);
	if (yes && made)
		*made = read.record.signed_at;
	ev_line_release(&read);
	return yes;
}

bool ev_judge_known_before(int64_t *made, struct ev_ledger *l,
			   const unsigned char digest[EV_SHA256_SIZE])
{
	struct ev_trust *t = l->trust;

	if (!t || !t->home || !t->past || t->past->fill)
		return false;
	if (l->hint && is_known_to(made, l, l->hint, digest))
		return true;
	for (t = t->before; t; t = t->before)
		if (t != l->hint && t->home &&
		    is_known_to(made, l, t, digest)) {
			l->hint = t;
			return true;
		}
	return false;
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

/* `made` is when it was signed; `out` stays where nothing holds it. */
static int judge_by_holder(struct ev_line *out, struct ev_ledger *l,
			   const struct ev_oid *object,
			   const unsigned char digest[EV_SHA256_SIZE],
			   const char *line, size_t n, int64_t made)
{
	struct ev_past *p = l->trust->past;
	char hex[EV_SHA256_HEX + 1];
	const struct ev_holder *h;
	struct ev_line held;
	int ret;

	ev_hex_encode(hex, digest, EV_SHA256_SIZE);
	ret = ev_past_line_of(&h, p, l->repo, object, hex, made);
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

int ev_judge_known(bool *done, struct ev_line *out, struct ev_ledger *l,
		   const struct ev_oid *object,
		   const unsigned char digest[EV_SHA256_SIZE],
		   const char *line, size_t n)
{
	int64_t made;
	int ret;

	memset(out, 0, sizeof(*out));
	*done = false;
	if (!l->cache || ev_cache_has(l->cache, digest) ||
	    !ev_judge_known_before(&made, l, digest))
		return 0;
	ret = judge_by_holder(out, l, object, digest, line, n, made);
	*done = ret == 0 && out->person;
	return ret;
}

int ev_judge_past(struct ev_line *out, struct ev_ledger *l,
		  const struct ev_oid *object,
		  const unsigned char digest[EV_SHA256_SIZE],
		  const char *line, size_t n)
{
	struct ev_past *p = l->trust ? l->trust->past : NULL;
	bool listed;
	int ret;

	if ((out->state != EV_FOREIGN && out->state != EV_UNTIMELY) || !p)
		return 0;
	ret = was_listed(&listed, p, l, digest, line, n);
	if (ret || !listed)
		return ret;
	return judge_by_holder(out, l, object, digest, line, n,
			       out->record.signed_at);
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
				   const unsigned char digest[EV_SHA256_SIZE])
{
	unsigned char own[EV_SHA256_SIZE];
	size_t i;

	for (i = 0; i < lines->n; i++) {
		ev_sha256_bytes(own, lines->items[i].p, lines->items[i].n);
		if (!memcmp(own, digest, sizeof(own)))
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
	unsigned char digest[EV_SHA256_SIZE];
	const struct ev_slice *s;
	struct ev_line read;
	int ret;

	*yes = false;
	memset(&read, 0, sizeof(read));
	ret = ev_ledger_open(&l, r, h->trust, &h->ledger);
	if (ret == 0)
		ret = ev_note_lines(&lines, &texts, r, l->notes, object);
	s = ret == 0 && ev_hex_decode(digest, line, sizeof(digest)) == 0 ?
		pick(&lines, digest) : NULL;
	if (s)
		ret = ev_judge_read(&read, l, digest, s->p, s->n);
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
