#include "base/compat.h"

#include "ledger/examine.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"

/* Records of one commit come together, so the last answer is kept. */
static int tree_of(struct ev_oid *tree, struct ev_ledger *l,
		   const struct ev_oid *commit)
{
	int ret = 0;

	if (ev_oid_is_zero(commit) || !ev_oid_eq(commit, &l->known_commit)) {
		ret = ev_repo_tree_of(tree, l->repo, commit);
		if (ret == 0)
			ev_ledger_tree_is(l, commit, tree);
	} else {
		*tree = l->known_tree;
	}
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
		ev_line_set(out, EV_MALFORMED,
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
		if (tree_of(&tree, l, &r->commit) < 0) {
			ev_error_clear();	/* the commit need not be here */
		} else if (!ev_oid_eq(&tree, &r->tree)) {
			ev_line_set(out, EV_MISPLACED,
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
		ev_line_set(out, EV_UNTIMELY, reason);
}

bool ev_judge_cached(struct ev_line *out, struct ev_ledger *l,
		     const unsigned char digest[32])
{
	struct ev_record *r = &out->record;

	if (!l->cache || !ev_cache_get(l->cache, r, digest))
		return false;
	if (r->sig != EV_SIG_GOOD)
		ev_line_set(out, r->foreign ? EV_FOREIGN : EV_BAD,
			    r->sig_reason);
	return true;
}

int ev_judge_read(struct ev_line *out, struct ev_ledger *l,
		  const unsigned char digest[EV_SHA256_SIZE], const char *line,
		  size_t n)
{
	struct ev_signature sig;
	struct ev_exam x;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	if (ev_judge_cached(out, l, digest))
		return 0;
	if (ev_exam_begin(&x, l, digest, line, n)) {
		ret = ev_signature_check_many(&sig, l->trust->home, &x.job, 1);
		if (ret == 0)
			ev_exam_end(&x, l, &sig);
	}
	if (ret == 0) {
		*out = x.line;
		memset(&x.line, 0, sizeof(x.line));
	}
	ev_exam_release(&x);
	return ret;
}

void ev_judge_place_only(struct ev_line *out, struct ev_ledger *l,
			 const struct ev_oid *object)
{
	if (out->state != EV_LIVE)
		return;
	out->person = ev_trust_person(l->trust, out->record.signer, NULL);
	if (!out->person) {
		snprintf(out->reason, sizeof(out->reason),
			 "key %s is listed for nobody", out->record.signer);
		out->state = EV_FOREIGN;
		return;
	}
	place(out, l, object);
}

void ev_judge_place(struct ev_line *out, struct ev_ledger *l,
		    const struct ev_oid *object)
{
	ev_judge_place_only(out, l, object);
	if (out->state == EV_LIVE)
		judge_time(out, l);
}

int ev_ledger_judge(struct ev_line *out, struct ev_ledger *l,
		    const struct ev_oid *object, const char *line, size_t n)
{
	unsigned char digest[EV_SHA256_SIZE];
	bool done;
	int ret;

	ev_sha256_bytes(digest, line, n);
	ret = ev_judge_known(&done, out, l, object, digest, line, n);
	if (ret == 0 && !done)
		ret = ev_judge_read(out, l, digest, line, n);
	if (ret < 0)
		return ret;
	if (!done)
		ev_judge_place(out, l, object);
	if (!done)
		ret = ev_judge_past(out, l, object, digest, line, n);
	if (ret == 0)
		ret = ev_judge_stood(out, l, object, digest, line, n);
	if (ret < 0)
		ev_line_release(out);
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
