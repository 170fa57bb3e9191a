/*
 * Any bytes as what gpg says of a signature, while it signs, and of a secret
 * key: no fault, and a key is named only where all of it could be read.
 */
#include "base/compat.h"

#include "base/error.h"
#include "sign/colons.h"
#include "sign/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_fpr(const char *s)
{
	return strlen(s) == 40 && strspn(s, "0123456789ABCDEF") == 40;
}

static void check_said(const char *p, size_t n)
{
	struct ev_gpgsaid s;
	int ret = ev_gpgsaid_parse(&s, p, n);

	if (ret < 0) {
		if (ret != EV_EINVALID || !*ev_error_last()->message)
			abort();
		return;
	}
	if ((s.word == EV_GPG_NONE) != !s.words ||
	    (s.ordered && (s.news != 1 || s.words != 1 || s.valids != 1)))
		abort();
	if (*s.fpr && (!is_fpr(s.fpr) || !is_fpr(s.primary) || !s.valids ||
		       s.created < 0 || s.sigclass > 255))
		abort();
	if (!*s.fpr && (*s.primary || s.created || s.hash_algo))
		abort();
}

static void check_signed(const char *p, size_t n)
{
	struct ev_gpgsigned s;

	ev_gpgsigned_parse(&s, p, n);
	if (s.made > n || s.failure > 0xffff)
		abort();
}

static void check_key(const char *p, size_t n)
{
	struct ev_seckey key;
	size_t i;

	ev_seckey_parse(&key, p, n);
	if (key.n > EV_SECKEY_MAX_PARTS || (key.n && !key.keys))
		abort();
	for (i = 0; i < key.n; i++)
		if (!is_fpr(key.parts[i].fpr))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;

	check_said(p, size);
	check_signed(p, size);
	check_key(p, size);
	return 0;
}
