#include "base/compat.h"

#include "ledger/examine.h"

#include <stdio.h>
#include <strings.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"

/* Envelopes held at a time while gpg is asked. */
#define LEARN_AT_ONCE 128

void ev_line_set(struct ev_line *l, enum ev_state state, const char *reason)
{
	l->state = state;
	snprintf(l->reason, sizeof(l->reason), "%s", reason);
}

static void set_from_error(struct ev_line *l, enum ev_state state)
{
	ev_line_set(l, state, ev_error_last()->message);
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

bool ev_exam_begin(struct ev_exam *x, struct ev_ledger *l,
		   const unsigned char digest[32], const char *line, size_t n)
{
	struct ev_envelope *e = &x->envelope;
	struct ev_line *out = &x->line;

	memset(x, 0, sizeof(*x));
	ev_envelope_init(e);
	ev_buf_init(&x->pae);
	memcpy(x->digest, digest, sizeof(x->digest));
	ev_hex_encode(out->record.line, digest, EV_SHA256_SIZE);
	if (ev_envelope_parse(e, line, n) < 0) {
		set_from_error(out, EV_MALFORMED);
		return false;
	}
	ev_sha256_hex(out->record.id, e->payload.ptr, e->payload.len);
	if (strcmp(e->payload_type, EV_PAYLOAD_TYPE)) {
		snprintf(out->reason, sizeof(out->reason),
			 "payloadType is '%.80s', not in-toto", e->payload_type);
		out->state = EV_MALFORMED;
		return false;
	}
	x->listed = listed(l, e->keyid);
	if (e->nsignatures != 1) {
		snprintf(out->reason, sizeof(out->reason),
			 "envelope has %zu signatures, not one", e->nsignatures);
		out->state = x->listed ? EV_BAD : EV_FOREIGN;
		return false;
	}
	if (!l->trust || !l->trust->home) {
		ev_line_set(out, EV_FOREIGN, "no policy lists any key");
		return false;
	}
	ev_pae(&x->pae, e->payload_type, e->payload.ptr, e->payload.len);
	x->job.data = x->pae.ptr;
	x->job.n = x->pae.len;
	x->job.sig = e->sig.ptr;
	x->job.nsig = e->sig.len;
	return true;
}

void ev_exam_end(struct ev_exam *x, struct ev_ledger *l,
		 const struct ev_signature *sig)
{
	struct ev_statement st = { 0 };
	struct ev_line *out = &x->line;
	struct ev_record *r = &out->record;

	r->sig = sig->status;
	memcpy(r->signer, sig->signer, sizeof(r->signer));
	memcpy(r->subkey, sig->subkey, sizeof(r->subkey));
	r->own_keyid = sig->status == EV_SIG_GOOD &&
		(!x->envelope.keyid || !*x->envelope.keyid ||
		 !strcasecmp(x->envelope.keyid, sig->signer) ||
		 !strcasecmp(x->envelope.keyid, sig->subkey));
	r->signed_at = sig->created;
	r->hash_algo = sig->hash_algo;
	memcpy(r->sig_reason, sig->reason, sizeof(r->sig_reason));
	if (sig->status != EV_SIG_GOOD) {
		r->foreign = !x->listed && !listed(l, sig->signer);
		ev_line_set(out, r->foreign ? EV_FOREIGN : EV_BAD,
			    sig->reason);
		/* What costs no process is not worth the room in a file that
		 * anybody could make grow. */
		if (!sig->asked)
			return;
	} else if (ev_statement_parse(&st, x->envelope.payload.ptr,
				      x->envelope.payload.len) < 0 ||
		   ev_record_summarise(r, &st) < 0) {
		set_from_error(out, EV_MALFORMED);
		ev_statement_release(&st);
		return;
	}
	ev_statement_release(&st);
	if (l->cache)
		ev_cache_put(l->cache, x->digest, r);
}

void ev_exam_release(struct ev_exam *x)
{
	ev_line_release(&x->line);
	ev_envelope_release(&x->envelope);
	ev_buf_release(&x->pae);
}

static int ask(struct ev_exam *exams, size_t n, struct ev_ledger *l)
{
	struct ev_sigjob *jobs = ev_calloc(n, sizeof(*jobs));
	struct ev_signature *sigs = ev_calloc(n, sizeof(*sigs));
	size_t i;
	int ret;

	for (i = 0; i < n; i++)
		jobs[i] = exams[i].job;
	ret = ev_signature_check_many(sigs, l->trust->home, jobs, n);
	for (i = 0; ret == 0 && i < n; i++)
		ev_exam_end(&exams[i], l, &sigs[i]);
	free(jobs);
	free(sigs);
	return ret;
}

int ev_ledger_learn(struct ev_ledger *l, const struct ev_slice *lines, size_t n)
{
	struct ev_exam *exams;
	unsigned char digest[EV_SHA256_SIZE];
	size_t i, k, open = 0;
	int ret = 0;

	if (!l->cache || n < 2)
		return 0;
	exams = ev_calloc(LEARN_AT_ONCE, sizeof(*exams));
	for (i = 0; ret == 0 && i < n; i++) {
		ev_sha256_bytes(digest, lines[i].p, lines[i].n);
		if (!ev_cache_has(l->cache, digest) &&
		    !ev_judge_known_before(NULL, l, digest)) {
			if (ev_exam_begin(&exams[open], l, digest, lines[i].p,
					  lines[i].n))
				open++;
			else
				ev_exam_release(&exams[open]);
		}
		if (!open || (open < LEARN_AT_ONCE && i + 1 < n))
			continue;
		ret = ask(exams, open, l);
		for (k = 0; k < open; k++)
			ev_exam_release(&exams[k]);
		open = 0;
	}
	free(exams);
	return ret;
}
