#include "base/compat.h"

#include "ledger/objsig_internal.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "ledger/cache.h"

#define RAW_MAX ((size_t)4 << 20)
#define LEARN_AT_ONCE 128		/* tags held while gpg is asked */

/* No line has a LF, so what a line is called is no object's name. */
static void cache_key(unsigned char out[EV_SHA256_SIZE],
		      const struct ev_buf *raw)
{
	struct ev_sha256 *h = ev_sha256_new();

	ev_sha256_add(h, "object\n", 7);
	ev_sha256_add(h, raw->ptr, raw->len);
	ev_sha256_finish(h, out);
	ev_sha256_free(h);
}

static bool recall(struct ev_signature *sig, struct ev_cache *cache,
		   const unsigned char key[EV_SHA256_SIZE])
{
	struct ev_record known;

	memset(&known, 0, sizeof(known));
	memset(sig, 0, sizeof(*sig));
	if (!cache || !ev_cache_get(cache, &known, key))
		return false;
	sig->status = known.sig;
	sig->created = known.signed_at;
	sig->hash_algo = known.hash_algo;
	memcpy(sig->signer, known.signer, sizeof(sig->signer));
	memcpy(sig->subkey, known.subkey, sizeof(sig->subkey));
	memcpy(sig->reason, known.sig_reason, sizeof(sig->reason));
	ev_record_release(&known);
	return true;
}

static void remember(struct ev_cache *cache,
		     const unsigned char key[EV_SHA256_SIZE],
		     const struct ev_signature *sig)
{
	struct ev_record known;

	memset(&known, 0, sizeof(known));
	known.sig = sig->status;
	known.signed_at = sig->created;
	known.hash_algo = sig->hash_algo;
	memcpy(known.signer, sig->signer, sizeof(known.signer));
	memcpy(known.subkey, sig->subkey, sizeof(known.subkey));
	memcpy(known.sig_reason, sig->reason, sizeof(known.sig_reason));
	ev_cache_put(cache, key, &known);
}

/* What gpg says of the signature, which it is asked once. */
int ev_objsig_ask(struct ev_signature *sig, struct ev_repo *r,
		  struct ev_trust *trust, const struct ev_rawobj *o,
		  const struct ev_buf *raw)
{
	struct ev_cache *cache = ev_trust_cache(trust, r);
	unsigned char key[EV_SHA256_SIZE];
	int ret;

	cache_key(key, raw);
	if (recall(sig, cache, key))
		return 0;
	ret = ev_signature_check_armored(sig, trust->home, o->payload.ptr,
					 o->payload.len, o->signature.ptr,
					 o->signature.len);
	if (ret == 0 && cache && sig->asked)
		remember(cache, key, sig);
	return ret;
}

/* One that gpg has to be asked about. */
struct question {
	struct ev_buf raw;
	struct ev_rawobj o;
	unsigned char key[EV_SHA256_SIZE];
};

static bool begin(struct question *q, struct ev_repo *r,
		  struct ev_cache *cache, const struct ev_oid *oid)
{
	enum ev_objtype type;
	bool ask_it;

	ev_buf_init(&q->raw);
	q->raw.max = RAW_MAX;
	ev_rawobj_init(&q->o);
	ask_it = ev_object_read(&q->raw, &type, r, oid) == 0 &&
		 type == EV_OBJ_TAG &&
		 ev_tag_split(&q->o, q->raw.ptr, q->raw.len) == 0 &&
		 q->o.signature.len;
	ev_error_clear();		/* whoever needs it meets it again */
	if (ask_it)
		cache_key(q->key, &q->raw);
	if (ask_it && !ev_cache_has(cache, q->key))
		return true;
	ev_rawobj_release(&q->o);
	ev_buf_release(&q->raw);
	return false;
}

static int ask_all(struct question *q, size_t n, struct ev_trust *trust,
		   struct ev_cache *cache)
{
	struct ev_sigjob *jobs = ev_calloc(n + 1, sizeof(*jobs));
	struct ev_signature *sigs = ev_calloc(n + 1, sizeof(*sigs));
	size_t i;
	int ret;

	for (i = 0; i < n; i++) {
		jobs[i].data = q[i].o.payload.ptr;
		jobs[i].n = q[i].o.payload.len;
		jobs[i].sig = q[i].o.signature.ptr;
		jobs[i].nsig = q[i].o.signature.len;
		jobs[i].armored = true;
	}
	ret = ev_signature_check_many(sigs, trust->home, jobs, n);
	for (i = 0; i < n; i++) {
		if (ret == 0 && sigs[i].asked)
			remember(cache, q[i].key, &sigs[i]);
		ev_rawobj_release(&q[i].o);
		ev_buf_release(&q[i].raw);
	}
	free(jobs);
	free(sigs);
	return ret;
}

int ev_objects_learn(struct ev_repo *r, struct ev_trust *trust,
		     const struct ev_oid *tags, size_t n)
{
	struct ev_cache *cache = trust ? ev_trust_cache(trust, r) : NULL;
	struct question *q;
	size_t i, open = 0;
	int ret = 0;

	if (!cache || n < 2)
		return 0;
	q = ev_calloc(LEARN_AT_ONCE, sizeof(*q));
	for (i = 0; ret == 0 && i < n; i++) {
		if (begin(&q[open], r, cache, &tags[i]))
			open++;
		if (!open || (open < LEARN_AT_ONCE && i + 1 < n))
			continue;
		ret = ask_all(q, open, trust, cache);
		open = 0;
	}
	free(q);
	return ret;
}
