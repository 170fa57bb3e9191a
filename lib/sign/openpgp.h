/*
 * openpgp.h - the shape of one OpenPGP signature (RFC 4880, RFC 9580)
 *
 * No arithmetic: only what must be known before gpg is asked, and what gpg
 * does not say.  The bytes must be exactly one version 4 signature packet of
 * class 0x00 (binary document), so that an inline, clear-text, text-class or
 * second signature cannot pass as a detached one.
 */
#ifndef EV_SIGN_OPENPGP_H
#define EV_SIGN_OPENPGP_H

#include "base/buf.h"

struct ev_sigpacket {
	unsigned version, sigclass, pubkey_algo, hash_algo;
	int64_t created;		/* hashed subpacket 2; 0 if absent */
	bool has_fpr, has_keyid;
	char issuer_fpr[41];		/* upper-case hex, subpacket 33 */
	char issuer_keyid[17];		/* upper-case hex, subpacket 16 */
	size_t unhashed;		/* bytes of the unhashed area */
};
#define EV_SIG_MAX_BYTES 8192

/* EV_EINVALID with the reason ("signature is of text class", "more than one
 * signature packet", "not an OpenPGP signature", ...). */
int ev_sigpacket_parse(struct ev_sigpacket *out, const void *p, size_t n);
/* SHA-256, 384, 512 or SHA3 (RFC 9580); names for messages. */
bool ev_hash_is_strong(unsigned hash_algo);
const char *ev_hash_name(unsigned hash_algo);

/* Exactly one armour block "PGP SIGNATURE" into bytes; checksum if present is
 * checked; headers allowed as RFC 4880 says; nothing before or after. */
int ev_dearmor(struct ev_buf *out, const char *text, size_t n);
/* Append the one block that we write: no headers, lines of 64, a checksum. */
void ev_enarmor(struct ev_buf *out, const void *sig, size_t n);

#endif
