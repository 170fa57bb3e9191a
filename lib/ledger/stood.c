#include "base/compat.h"

#include "ledger/internal.h"

#include "base/error.h"
#include "base/str.h"

static bool matters(enum ev_kind kind)
{
	return kind == EV_KIND_REVOCATION || kind == EV_KIND_TEST ||
	       kind == EV_KIND_REPORT;
}

/* Could it be of that kind, whoever signed it?  Asks no signature. */
static bool may_matter(const char *line, size_t n)
{
	struct ev_statement st = { 0 };
	struct ev_envelope e;
	bool yes;

	ev_envelope_init(&e);
	yes = ev_envelope_parse(&e, line, n) == 0 &&
	      ev_statement_parse(&st, e.payload.ptr, e.payload.len) == 0 &&
	      matters(ev_kind_of_predicate(st.predicate_type));
	ev_error_clear();
	ev_statement_release(&st);
	ev_envelope_release(&e);
	return yes;
}

static bool was_right(const struct ev_trust *t, const struct ev_record *r)
{
	struct ev_signature sig;
	char why[160];

	memset(&sig, 0, sizeof(sig));
	memcpy(sig.signer, r->signer, sizeof(sig.signer));
	memcpy(sig.subkey, r->subkey, sizeof(sig.subkey));
	sig.created = r->signed_at;
	sig.hash_algo = r->hash_algo;
	return ev_trust_counts_then(why, t, &sig, r->signed_at);
}

const struct ev_person *ev_line_stood(const struct ev_trust **at,
				      const struct ev_trust *in_force,
				      const struct ev_line *l)
{
	const struct ev_record *r = &l->record;
	const struct ev_trust *t = *at;

	if (!matters(r->kind) ||
	    (l->state != EV_LIVE && !l->stood))
		return NULL;
	do {
		/* A policy has no say any more once another has followed. */
		if (t && r->signed_at > t->before_until)
			return NULL;
		t = t ? t->before : in_force;
	} while (t && !was_right(t, r));
	*at = t;
	return t ? ev_trust_person(t, r->signer, NULL) : NULL;
}

/* What it says is taken over, and that it does not count now stays. */
static void take(struct ev_line *out, struct ev_line *then)
{
	then->state = out->state;
	memcpy(then->reason, out->reason, sizeof(then->reason));
	then->person = out->person;
	then->stood = true;
	ev_line_release(out);
	*out = *then;
}

int ev_judge_stood(struct ev_line *out, struct ev_ledger *l,
		   const struct ev_oid *object,
		   const unsigned char digest[EV_SHA256_SIZE],
		   const char *line, size_t n)
{
	struct ev_trust *t = l->trust;
	int64_t until = INT64_MAX;
	struct ev_line then;
	int ret = 0;

	if ((out->state != EV_FOREIGN && out->state != EV_UNTIMELY) ||
	    (out->record.kind && !matters(out->record.kind)) ||
	    (line && !may_matter(line, n)))
		return 0;
	for (; ret == 0 && t && !out->stood; t = t->before) {
		ret = ev_judge_place_as(&then, l, t, object, digest, line, n);
		if (ret == 0 && then.state == EV_LIVE &&
		    matters(then.record.kind) &&
		    !ev_record_speaks_for(&then.record) &&
		    then.record.signed_at <= until &&
		    then.record.signed_at <= l->now + EV_CLOCK_SKEW &&
		    was_right(t, &then.record))
			take(out, &then);
		else
			ev_line_release(&then);
		if (t->before_until < until)
			until = t->before_until;
	}
	return ret;
}

bool ev_record_speaks_for(const struct ev_record *r)
{
	if (r->kind == EV_KIND_REVOCATION)
		return false;
	if (r->kind != EV_KIND_TEST && r->kind != EV_KIND_REPORT &&
	    (!r->outcome || !*r->outcome))
		return true;
	return ev_streq(r->outcome, "pass");
}
