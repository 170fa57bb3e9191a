/*
 * signer.h - looking for the key that signs; this room only
 */
#ifndef EV_SIGN_SIGNER_H
#define EV_SIGN_SIGNER_H

/* As ev_sign_set_program() was told; NULL: gpg. */
const char *ev_signer_program(void);
/* Find the secret key, and keep it for the next signature. */
int ev_signer_find(const char *fpr);

#endif
