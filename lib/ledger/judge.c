#include "base/compat.h"

#include "ledger/internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"

static void set(struct ev_line *l, enum ev_state state, const char *reason)
{
	l->state = state;
	snprintf(l->reason, sizeof(l->reason), "%s", reason);
}

static void set_from_error(struct ev_line *l, enum ev_state state)
{
	set(l, state, ev_error_last()->message);
	ev_error_clear();
}

static bool listed(struct ev_ledger *l, const char *keyid)
{
	const struct ev_key *key;

	if (!keyid || !*keyid || !l->trust || !l->trust->home)
		return false;
	key = ev_keyhome_find(l->trust->home, keyid, NULL);
	return key && ev_trust_person(l->trust, key->fpr, NULL);
}

/*
 * The cryptographic verdict and, for a good one, the summary.  True when the
 * outcome is worth keeping in the cache.
 */
static int examine(struct ev_line *out, struct ev_ledger *l,
		   const struct ev_envelope *e, bool *keep)
{
	struct ev_signature sig;
	struct ev_statement st = { 0 };
	struct ev_buf pae = EV_BUF_INIT;
	struct ev_record *r = &out->record;
	bool by_listed;
	int ret = 0;

	*keep = false;
	if (strcmp(e->payload_type, EV_PAYLOAD_TYPE)) {
		snprintf(out->reason, sizeof(out->reason),
			 "payloadType is '%.80s', not in-toto", e->payload_type);
		out->state = EV_MALFORMED;
		goto out;
	}
	by_listed = listed(l, e->keyid);
	if (e->nsignatures != 1) {
		snprintf(out->reason, sizeof(out->reason),
			 "envelope has %zu signatures, not one", e->nsignatures);
		out->state = by_listed ? EV_BAD : EV_FOREIGN;
		goto out;
	}
	if (!l->trust || !l->trust->home) {
		set(out, EV_FOREIGN, "no policy lists any key");
		goto out;
	}
	ev_pae(&pae, e->payload_type, e->payload.ptr, e->payload.len);
	ret = ev_signature_check(&sig, l->trust->home, pae.ptr, pae.len,
				 e->sig.ptr, e->sig.len);
	if (ret < 0)
		goto out;
	r->sig = sig.status;
	memcpy(r->signer, sig.signer, sizeof(r->signer));
	memcpy(r->subkey, sig.subkey, sizeof(r->subkey));
	r->signed_at = sig.created;
	r->hash_algo = sig.hash_algo;
	memcpy(r->sig_reason, sig.reason, sizeof(r->sig_reason));
	if (sig.status != EV_SIG_GOOD) {
		by_listed = by_listed || listed(l, sig.signer);
		set(out, by_listed ? EV_BAD : EV_FOREIGN, sig.reason);
		*keep = by_listed;
		goto out;
	}
	if (ev_statement_parse(&st, e->payload.ptr, e->payload.len) < 0 ||
	    ev_record_summarise(r, &st) < 0) {
		set_from_error(out, EV_MALFORMED);
		goto out;
	}
	*keep = true;
out:
	ev_statement_release(&st);
	ev_buf_release(&pae);
	return ret;
}

/* Is the record about `object`, and of a commit that has that tree? */
static void place(struct ev_line *out, struct ev_ledger *l,
		  const struct ev_oid *object)
{
	const struct ev_record *r = &out->record;
	struct ev_oid tree;
	char hex[EV_OID_HEX + 1];

	if (!ev_streq(r->product, l->trust->product_id)) {
		snprintf(out->reason, sizeof(out->reason),
			 "made for another product, '%.80s'", r->product);
		out->state = EV_MISPLACED;
		return;
	}
	if (!r->has_tree || (!r->has_commit &&
			     r->kind != EV_KIND_REVOCATION)) {
		set(out, EV_MALFORMED,
		    "statement does not name a commit and its tree");
		return;
	}
	if (!(r->has_commit && ev_oid_eq(&r->commit, object)) &&
	    !ev_oid_eq(&r->tree, object)) {
		ev_oid_hex(hex, r->has_commit ? &r->commit : &r->tree);
		snprintf(out->reason, sizeof(out->reason),
			 "is about %s %.12s", r->has_commit ? "commit" : "tree",
			 hex);
		out->state = EV_MISPLACED;
		return;
	}
	if (r->has_commit) {
		if (ev_repo_tree_of(&tree, l->repo, &r->commit) < 0) {
			ev_error_clear();	/* the commit need not be here */
		} else if (!ev_oid_eq(&tree, &r->tree)) {
			set(out, EV_MISPLACED,
			    "its tree is not the tree of its commit");
			return;
		}
	}
	out->state = EV_LIVE;
}

static void judge_time(struct ev_line *out, struct ev_ledger *l)
{
	struct ev_signature sig;
	char reason[160];

	memset(&sig, 0, sizeof(sig));
	memcpy(sig.signer, out->record.signer, sizeof(sig.signer));
	memcpy(sig.subkey, out->record.subkey, sizeof(sig.subkey));
	sig.created = out->record.signed_at;
	sig.hash_algo = out->record.hash_algo;
	if (!ev_trust_counts(reason, l->trust, &sig, l->now))
		set(out, EV_UNTIMELY, reason);
}

int ev_ledger_judge(struct ev_line *out, struct ev_ledger *l,
		    const struct ev_oid *object, const char *line, size_t n)
{
	struct ev_envelope e;
	unsigned char digest[EV_SHA256_SIZE];
	struct ev_record *r = &out->record;
	bool keep;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	ev_envelope_init(&e);
	ev_sha256_bytes(digest, line, n);
	if (l->cache && ev_cache_get(l->cache, r, digest)) {
		if (r->sig != EV_SIG_GOOD) {
			set(out, EV_BAD, r->sig_reason);
			goto out;
		}
	} else {
		ev_hex_encode(r->line, digest, sizeof(digest));
		if (ev_envelope_parse(&e, line, n) < 0) {
			set_from_error(out, EV_MALFORMED);
			goto out;
		}
		ev_sha256_hex(r->id, e.payload.ptr, e.payload.len);
		ret = examine(out, l, &e, &keep);
		if (ret < 0)
			goto out;
		if (keep && l->cache)
			ev_cache_put(l->cache, digest, r);
		if (out->state != EV_LIVE)
			goto out;
	}
	out->person = ev_trust_person(l->trust, r->signer, NULL);
	if (!out->person) {
		snprintf(out->reason, sizeof(out->reason),
			 "key %s is listed for nobody", r->signer);
		out->state = EV_FOREIGN;
		goto out;
	}
	place(out, l, object);
	if (out->state == EV_LIVE)
		judge_time(out, l);
out:
	ev_envelope_release(&e);
	return ret;
}

void ev_line_release(struct ev_line *l)
{
	ev_record_release(&l->record);
}

void ev_lines_release(struct ev_lines *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		ev_line_release(&l->items[i]);
	free(l->items);
	memset(l, 0, sizeof(*l));
}
