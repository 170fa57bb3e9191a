#include "base/compat.h"
#include "sign/keyhome.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "sign/weak.h"

#define REASON_BYTES 160

bool ev_key_is_weak(unsigned algo, unsigned bits)
{
	switch (algo) {
	case 1:
	case 2:
	case 3:					/* RSA */
	case 17:				/* DSA */
		return bits < EV_KEY_MIN_BITS;
	default:
		return false;
	}
}

static bool no(char *reason, const char *fmt, ...) EV_PRINTF(2, 3);

static bool no(char *reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, REASON_BYTES, fmt, ap);
	va_end(ap);
	return false;
}

/* The day is enough for a reader, and short. */
static const char *day(char out[EV_TIME_TEXT], int64_t t)
{
	ev_time_format(out, t);
	out[10] = '\0';
	return out;
}

static bool lasts(char *reason, const char *what, int64_t expires,
		  int64_t created, int64_t now)
{
	char end[EV_TIME_TEXT], made[EV_TIME_TEXT];

	if (!expires)
		return true;
	if (created >= expires)
		return no(reason, "signed on %s, after the %s expired on %s",
			  day(made, created), what, day(end, expires));
	if (now >= expires)
		return no(reason, "%s expired on %s", what, day(end, expires));
	return true;
}

bool ev_key_counts(char reason[REASON_BYTES], const struct ev_keyhome *h,
		   const struct ev_signature *s, int64_t now)
{
	const struct ev_subkey *sub = NULL;
	const struct ev_key *key;
	char made[EV_TIME_TEXT];

	reason[0] = '\0';
	if (s->status != EV_SIG_GOOD)
		return no(reason, "%s", s->reason);
	key = ev_keyhome_find(h, s->subkey, &sub);
	if (!key || strcmp(key->fpr, s->signer))
		return no(reason, "key '%s' is not listed", s->signer);
	if (s->created > now + EV_CLOCK_SKEW)
		return no(reason, "signature is dated %s, in the future",
			  day(made, s->created));
	if (s->created < key->created || s->created < sub->created)
		return no(reason, "signature is dated %s, before its key",
			  day(made, s->created));
	if (key->revoked)
		return no(reason, "key is revoked");
	if (sub->revoked)
		return no(reason, "subkey is revoked");
	if (!sub->can_sign)
		return no(reason, "%s may not sign",
			  sub == key->subs ? "key" : "subkey");
	if (!lasts(reason, "key", key->expires, s->created, now))
		return false;
	return sub == key->subs ||
	       lasts(reason, "subkey", sub->expires, s->created, now);
}
