/*
 * signer.h - looking for the key that signs; this room only
 */
#ifndef EV_SIGN_SIGNER_H
#define EV_SIGN_SIGNER_H

/* Find the secret key, and keep it for the next signature. */
int ev_signer_find(const char *fpr);

#endif
