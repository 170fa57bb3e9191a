/*
 * armor.h - OpenPGP's ASCII armour (RFC 9580, 6), for this room only
 *
 * Strict where laxness has been used to show one text and verify another: the
 * lines must be base64 of the standard alphabet, a checksum that is there must
 * be right, header lines must look like headers.
 */
#ifndef EV_SIGN_ARMOR_H
#define EV_SIGN_ARMOR_H

#include "base/buf.h"

/* What is not read yet. */
struct ev_armor {
	const char *p;
	size_t n;
};

/*
 * Take the text up to and including the next block, which must be of `label`
 * ("PGP SIGNATURE"), and append its bytes.  1, or 0 if there is no further
 * block; EV_EINVALID for a block of another label or a damaged one.  *outside
 * (may be NULL) becomes true if anything but white space lay before the block
 * or, at the end, was left.
 */
int ev_armor_take(struct ev_buf *out, struct ev_armor *from,
		  const char *label, bool *outside);

#endif
