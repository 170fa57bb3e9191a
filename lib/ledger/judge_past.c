#include "base/compat.h"

#include "ledger/examine.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "ledger/past.h"

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

/* Does somebody in the past list its key?  Who could sign what was never taken
 * should not make us look through all that was. */
static int was_listed(bool *yes, struct ev_past *p, const struct ev_ledger *l,
		      const unsigned char digest[EV_SHA256_SIZE],
		      const char *line, size_t n)
{
	struct ev_trust *last = NULL;
	struct ev_ledger other;
	struct ev_line read;
	size_t i;
	int ret = ev_past_fill(p, l->repo);

	*yes = false;
	for (i = p->n; ret == 0 && i > 0 && !*yes; i--) {
		if (p->items[i - 1].trust == last)
			continue;
		last = p->items[i - 1].trust;
		other = read_by(l, last);
		ret = read_again(&read, &other, digest, line, n);
		*yes = ret == 0 && read.state == EV_LIVE &&
			ev_trust_person(last, read.record.signer, NULL);
		ev_line_release(&read);
	}
	return ret;
}

static void judge_held(struct ev_line *out, struct ev_ledger *l,
		       struct ev_past *p, const struct ev_holder *h)
{
	struct ev_signature sig;
	char reason[160];

	memset(&sig, 0, sizeof(sig));
	memcpy(sig.signer, out->record.signer, sizeof(sig.signer));
	memcpy(sig.subkey, out->record.subkey, sizeof(sig.subkey));
	sig.created = out->record.signed_at;
	sig.hash_algo = out->record.hash_algo;
	if (!ev_past_counts(reason, p, l->repo, h, &sig))
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
	struct ev_ledger other;
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
	other = read_by(l, h->trust);
	ret = read_again(&held, &other, digest, line, n);
	if (ret == 0 && held.state == EV_LIVE) {
		ev_judge_place_only(&held, &other, object);
		if (held.state == EV_LIVE)
			judge_held(&held, &other, p, h);
	}
	/* One that nobody listed then keeps the reason it has now. */
	if (ret == 0 && held.person) {
		ev_line_release(out);
		*out = held;
	} else {
		ev_line_release(&held);
	}
	return ret;
}
