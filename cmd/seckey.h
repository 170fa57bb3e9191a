/*
 * seckey.h - which of the user's own keys is meant
 */
#ifndef EV_CMD_SECKEY_H
#define EV_CMD_SECKEY_H

#include "repo/repo.h"

/*
 * The primary fingerprint of `wanted` (fingerprint or key id, of a primary or
 * a subkey; NULL: user.signingKey, else the only secret key).  EV_ENOTFOUND or
 * EV_EINVALID with the choices as hints, which end in `others`: the further
 * options that were given, each with a blank before it.
 */
int seckey_choose(char fpr[41], struct ev_repo *r, const char *wanted,
		  const char *others);

#endif
