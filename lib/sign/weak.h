/*
 * weak.h - public keys too short to count; this room only
 */
#ifndef EV_SIGN_WEAK_H
#define EV_SIGN_WEAK_H

#include "base/compat.h"

#define EV_KEY_MIN_BITS 2048	/* RSA and DSA (NIST SP 800-131A) */

/* `algo` is the number of RFC 9580; elliptic curves are never weak here. */
bool ev_key_is_weak(unsigned algo, unsigned bits);

#endif
