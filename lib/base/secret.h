/*
 * secret.h - 32 random bytes that nobody but this user knows
 *
 * They lie in <state>/git-evidence/secret, where <state> is $XDG_STATE_HOME or
 * ~/.local/state: never in a repository, and so never in a copy of one.  What
 * was written under them (ev_hmac_sha256()) was written by this user.
 */
#ifndef EV_BASE_SECRET_H
#define EV_BASE_SECRET_H

#include "base/compat.h"

#define EV_SECRET_SIZE 32

/*
 * Made when there is none yet.  False, without a message, if there is no such
 * folder, or the file is not this user's alone (a link, of another owner, with
 * any right for others), or not as long: then nothing can be told by it.
 */
bool ev_secret(unsigned char out[EV_SECRET_SIZE]);

#endif
