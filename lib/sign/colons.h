/*
 * colons.h - the one key of gpg --with-colons --list-secret-keys; this room
 * only
 */
#ifndef EV_SIGN_COLONS_H
#define EV_SIGN_COLONS_H

#include "base/compat.h"

#define EV_SECKEY_MAX_PARTS 64

struct ev_seckey {
	size_t keys;			/* how many there are; the rest is of
					   the first */
	bool revoked, expired;
	struct ev_seckey_part {
		char fpr[41];		/* upper-case hex */
		unsigned bits;
	} parts[EV_SECKEY_MAX_PARTS];	/* the primary is the first */
	size_t n;
};
/* A part without a fingerprint of 40 digits is not among them. */
void ev_seckey_parse(struct ev_seckey *out, const char *text, size_t n);

#endif
