/*
 * status.h - what gpg says through --status-fd; this room only
 *
 * No verdict: only which lines there are and what they say, so that nothing
 * is overlooked.  A text of anything but whole status lines has said nothing.
 */
#ifndef EV_SIGN_STATUS_H
#define EV_SIGN_STATUS_H

#include "base/compat.h"

/* What gpg calls a signature. */
enum ev_gpgword {
	EV_GPG_NONE,
	EV_GPG_GOODSIG,
	EV_GPG_EXPKEYSIG,		/* right, by a key that has expired */
	EV_GPG_REVKEYSIG,		/* ... that is revoked */
	EV_GPG_EXPSIG,			/* right, and has itself expired */
	EV_GPG_BADSIG,
	EV_GPG_ERRSIG			/* could not be looked at: `rc` */
};
#define EV_GPG_RC_ALGORITHM 4		/* of ERRSIG: not known to gpg */
#define EV_GPG_RC_NO_KEY 9

struct ev_gpgsaid {
	enum ev_gpgword word;		/* the last one */
	unsigned news, words, valids;	/* how many signatures were begun, called
					   something, and described */
	bool ordered;			/* NEWSIG, one word, VALIDSIG */
	bool nodata;			/* there is no signature */
	bool misused;			/* the key may not be used so */
	unsigned rc;
	/* VALIDSIG: all zero unless it could be read */
	char fpr[41], primary[41];	/* upper-case hex */
	int64_t created;
	unsigned sigclass, pubkey_algo, hash_algo;
};
/* EV_EINVALID with the reason if it is not all status lines. */
int ev_gpgsaid_parse(struct ev_gpgsaid *out, const char *text, size_t n);

/* What it says while it signs; lines for people may be between. */
struct ev_gpgsigned {
	unsigned made;			/* SIG_CREATED, how many */
	bool no_signer;			/* INV_SGNR: the key cannot be used */
	unsigned failure;		/* why, as libgpg-error counts; 0: not
					   said */
};
void ev_gpgsigned_parse(struct ev_gpgsigned *out, const char *text, size_t n);

#endif
