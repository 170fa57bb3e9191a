#include "base/compat.h"

#include "handover/internal.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"

#define KEY_SHOWN 16

/* A key that was withdrawn is told of as a whole: how much is void by it. */
static bool is_void(struct ev_auditing *a, const char *signer,
		    const char *subkey)
{
	const struct ev_withdrawn *w;
	size_t i = 0;

	w = ev_trust_withdrawn(a->trust, signer, subkey, &i);
	if (!w)
		return false;
	a->voids[w - a->trust->withdrawn]++;
	return true;
}

static void tell_late(struct ev_auditing *a, const struct ev_policy *p,
		      const struct ev_person *who, const char *signer,
		      int64_t at, const char *what)
{
	char subject[KEY_SHOWN + 1], when[EV_TIME_TEXT];

	snprintf(subject, sizeof(subject), "%.16s", signer);
	ev_time_format(when, at);
	ev_findings_add(&a->out->findings, EV_F_KEY_LEFT, subject, NULL,
			"%s signed %s at %s, and was listed up to version %lld "
			"alone", who->name, what, when, (long long)p->version);
}

/* What follows from a good signature under the keys of link `k`. */
static bool settle(enum ev_departed *out, struct ev_auditing *a, size_t k,
		   const struct ev_person *who, const char *signer,
		   const char *subkey, int64_t at, const char *what)
{
	struct ev_policy *p = a->chain.links[k];

	if (!who)
		return false;
	*out = EV_DEPARTED_LOOSE;
	if (is_void(a, signer, subkey))
		*out = EV_DEPARTED_VOID;
	else if (a->until[k] && at > a->until[k] &&
	    !ev_trust_person(a->trust, signer, NULL)) {
		*out = EV_DEPARTED_LATE;
		tell_late(a, p, who, signer, at, what);
	}
	return true;
}

static int line_under(bool *done, enum ev_departed *out,
		      struct ev_auditing *a, size_t k,
		      const struct ev_oid *object, const struct ev_buf *text)
{
	struct ev_ledger *l = NULL;
	const struct ev_record *r;
	struct ev_line line;
	char what[160];
	int ret;

	ret = ev_ledger_open(&l, a->repo, &a->chain.links[k]->trust,
			     &a->evidence.ledger);
	if (ret < 0)
		return ret;
	memset(&line, 0, sizeof(line));
	ret = ev_ledger_judge(&line, l, object, text->ptr, text->len);
	r = &line.record;
	if (ret == 0 && r->sig == EV_SIG_GOOD && !r->foreign) {
		snprintf(what, sizeof(what), "%s %.80s", r->kind ?
			 ev_kind_name(r->kind) : "a line", r->name ? r->name :
			 "");
		*done = settle(out, a, k, ev_trust_person(
			       &a->chain.links[k]->trust, r->signer, NULL),
			       r->signer, r->subkey, r->signed_at, what);
	} else if (ret == 0 && line.state == EV_BAD) {
		*out = EV_DEPARTED_BAD;
		*done = true;
	}
	ev_line_release(&line);
	ev_ledger_close(l);
	return ret;
}

int ev_audit_departed_line(enum ev_departed *out, struct ev_auditing *a,
			   const struct ev_oid *object,
			   const struct ev_line *line)
{
	struct ev_buf text = EV_BUF_INIT;
	bool done = false;
	size_t k;
	int ret;

	*out = EV_DEPARTED_UNKNOWN;
	if (line->state == EV_UNTIMELY) {
		*out = is_void(a, line->record.signer, line->record.subkey) ?
			EV_DEPARTED_VOID : EV_DEPARTED_LOOSE;
		return 0;
	}
	ret = ev_ledger_text(&text, a->ledger, line);
	for (k = a->chain.n; ret == 0 && !done && k > 0; k--)
		if (a->chain.links[k - 1] != a->policy)
			ret = line_under(&done, out, a, k - 1, object, &text);
	ev_buf_release(&text);
	return ret;
}

/* At its own time: what the tag says of when need not be so. */
static int signature_then(struct ev_object_signature *s,
			  struct ev_auditing *a, size_t k,
			  const struct ev_decided *d)
{
	struct ev_trust *trust = &a->chain.links[k]->trust;
	int ret;

	ret = ev_object_signature(s, a->repo, trust, &d->oid, d->ref, d->d.at);
	if (ret == 0 && s->status == EV_OBJSIG_UNTIMELY)
		ret = ev_object_signature(s, a->repo, trust, &d->oid, d->ref,
					  s->signed_at);
	return ret;
}

int ev_audit_departed_tag(enum ev_departed *out, struct ev_auditing *a,
			  const struct ev_decided *d)
{
	struct ev_object_signature s;
	bool done = false;
	size_t k;
	int ret = 0;

	*out = EV_DEPARTED_UNKNOWN;
	if (d->sig == EV_OBJSIG_UNTIMELY) {
		*out = is_void(a, d->signer, "") ? EV_DEPARTED_VOID :
			EV_DEPARTED_LOOSE;
		return 0;
	}
	for (k = a->chain.n; ret == 0 && !done && k > 0; k--) {
		ret = signature_then(&s, a, k - 1, d);
		if (ret == 0 && s.status == EV_OBJSIG_GOOD)
			done = settle(out, a, k - 1, s.person, s.signer, "",
				      s.signed_at, d->ref);
		if (ret == 0 && s.status == EV_OBJSIG_BAD) {
			*out = EV_DEPARTED_BAD;
			done = true;
		}
	}
	return ret;
}
