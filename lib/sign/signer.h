/*
 * signer.h - the key that signs, and what gpg made with it; this room only
 */
#ifndef EV_SIGN_SIGNER_H
#define EV_SIGN_SIGNER_H

#include "sign/colons.h"
#include "sign/keyhome.h"
#include "sign/run.h"

/* As ev_sign_set_program() was told; NULL: gpg. */
const char *ev_signer_program(void);
/* Find the secret key, and keep it for the next signature. */
int ev_signer_find(const char *fpr);
/* Take it to be what `h` lists, if it lists it; the user's key ring is looked
 * into if gpg cannot sign with it. */
void ev_signer_expect(const struct ev_keyhome *h, const char *fpr);
bool ev_signer_keeps(const char *fpr);
void ev_signer_forget(void);
/* Of what is kept: the program, and the primary fingerprint. */
const char *ev_signer_path(void);
const char *ev_signer_primary(void);
/* Append the binary signature that a run of it has made, unless nobody's
 * verification would count it; with an error forget the key. */
int ev_signer_take(struct ev_buf *sig, const struct ev_gpgrun *run,
		   const char *fpr);

#endif
