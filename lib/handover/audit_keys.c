#include "base/compat.h"

#include "handover/internal.h"

#include <stdio.h>

#include "base/clock.h"

#define KEY_SHOWN 16
#define SOON ((int64_t)90 * 86400)
#define RSA_MIN 2048			/* NIST SP 800-131A */

static void add(struct ev_auditing *a, enum ev_finding_code c,
		const char *fpr, const char *fmt, ...) EV_PRINTF(4, 5);

static void add(struct ev_auditing *a, enum ev_finding_code c,
		const char *fpr, const char *fmt, ...)
{
	char subject[KEY_SHOWN + 1];
	struct ev_buf text = EV_BUF_INIT;
	va_list ap;

	snprintf(subject, sizeof(subject), "%.16s", fpr);
	va_start(ap, fmt);
	ev_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	ev_findings_add(&a->out->findings, c, subject, NULL, "%s", text.ptr);
	ev_buf_release(&text);
}

/* Until when it can sign: that of its best subkey, and its own. */
static int64_t end_of(const struct ev_key *k)
{
	int64_t best = -1, end;
	size_t i;

	for (i = 0; i < k->nsubs; i++) {
		if (!k->subs[i].can_sign || k->subs[i].revoked)
			continue;
		end = k->subs[i].expires ? k->subs[i].expires : INT64_MAX;
		if (end > best)
			best = end;
	}
	if (k->expires && k->expires < best)
		best = k->expires;
	return best;
}

static bool is_weak(const struct ev_subkey *s)
{
	/* RSA and DSA, as RFC 9580 numbers them */
	return s->can_sign && (s->algo <= 3 || s->algo == 17) &&
		s->bits < RSA_MIN;
}

static bool is_withdrawn(const struct ev_trust *t, const char *fpr)
{
	size_t i = 0;

	return ev_trust_withdrawn(t, fpr, fpr, &i) != NULL;
}

/* True if its owner can sign with it today. */
static bool look_at_key(struct ev_auditing *a, const struct ev_person *who,
			const char *fpr)
{
	const struct ev_key *k = a->trust->home ?
		ev_keyhome_find(a->trust->home, fpr, NULL) : NULL;
	char day[EV_TIME_TEXT];
	int64_t end;
	size_t i;

	if (!k)
		return false;
	end = end_of(k);
	if (end >= 0 && end != INT64_MAX) {
		ev_time_format(day, end);
		day[10] = '\0';
	}
	for (i = 0; i < k->nsubs; i++)
		if (is_weak(&k->subs[i]))
			add(a, EV_F_KEY_WEAK, fpr, "the key of %s has %u bits",
			    who->name, k->subs[i].bits);
	if (k->revoked)
		add(a, EV_F_KEY_REVOKED, fpr, "the key of %s is revoked, and "
		    "still listed", who->name);
	else if (end >= 0 && end <= a->ask->now)
		add(a, EV_F_KEY_EXPIRED, fpr, "the key of %s expired on %s",
		    who->name, day);
	else if (end >= 0 && end != INT64_MAX && end - a->ask->now <= SOON)
		add(a, EV_F_KEY_EXPIRING, fpr, "the key of %s expires on %s",
		    who->name, day);
	return !k->revoked && end > a->ask->now &&
		!is_withdrawn(a->trust, fpr);
}

static void look_at_person(struct ev_auditing *a, const struct ev_person *p)
{
	bool any = false;
	size_t i;

	for (i = 0; i < p->nkeys; i++)
		any = look_at_key(a, p, p->keys[i].fpr) || any;
	if (!any)
		ev_findings_add(&a->out->findings, EV_F_KEY_NONE, p->name,
				NULL, "no key that is listed for them counts "
				"now");
}

static void look_at_withdrawn(struct ev_auditing *a)
{
	const struct ev_withdrawn *w;
	char day[EV_TIME_TEXT], good[80] = "and has no good checkpoint";
	size_t i;

	for (i = 0; i < a->trust->nwithdrawn; i++) {
		w = &a->trust->withdrawn[i];
		ev_time_format(day, w->at);
		day[10] = '\0';
		if (!w->compromised) {
			add(a, EV_F_KEY_WITHDRAWN, w->fpr, "withdrawn on %s "
			    "by record %.12s; %zu of its signatures do not "
			    "count", day, w->record, a->voids[i]);
			continue;
		}
		if (*w->checkpoint)
			snprintf(good, sizeof(good), "the last good checkpoint "
				 "is %.12s", w->checkpoint);
		add(a, EV_F_KEY_COMPROMISED, w->fpr, "called compromised on "
		    "%s by record %.12s, %s; %zu of its signatures are void",
		    day, w->record, good, a->voids[i]);
	}
}

/* Any link's keys may have a say, and each of them ends. */
static void turn_with(struct ev_auditing *a, const struct ev_keyhome *h)
{
	const struct ev_key *k;
	size_t i, n;

	for (i = 0; h && i < ev_keyhome_count(h); i++) {
		k = ev_keyhome_key(h, i);
		ev_audit_turns(a, k->expires);
		ev_audit_turns(a, k->expires - SOON);
		for (n = 0; n < k->nsubs; n++) {
			ev_audit_turns(a, k->subs[n].expires);
			ev_audit_turns(a, k->subs[n].expires - SOON);
		}
	}
}

int ev_audit_keys(struct ev_auditing *a)
{
	size_t i;

	for (i = 0; i < a->chain.n; i++)
		turn_with(a, a->chain.links[i]->trust.home);

	for (i = 0; i < a->trust->npeople; i++)
		look_at_person(a, &a->trust->people[i]);
	look_at_withdrawn(a);
	return 0;
}
