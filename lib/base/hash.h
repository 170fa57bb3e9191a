/*
 * hash.h - SHA-256 (FIPS 180-4), the only place with <openssl/evp.h>
 */
#ifndef EV_BASE_HASH_H
#define EV_BASE_HASH_H

#include "base/compat.h"

#define EV_SHA256_SIZE 32
#define EV_SHA256_HEX 64

struct ev_sha256;			/* a running digest */
struct ev_sha256 *ev_sha256_new(void);
void ev_sha256_add(struct ev_sha256 *h, const void *p, size_t n);
/* Write the digest; the state starts anew. */
void ev_sha256_finish(struct ev_sha256 *h, unsigned char out[EV_SHA256_SIZE]);
void ev_sha256_free(struct ev_sha256 *h);

void ev_sha256_bytes(unsigned char out[EV_SHA256_SIZE], const void *p,
		     size_t n);
void ev_sha256_hex(char out[EV_SHA256_HEX + 1], const void *p, size_t n);
/*
 * Digest of a regular file of any size, and its size; both outputs may be
 * NULL.  EV_ENOTFOUND, EV_EINVALID if it is something else than a file.
 */
int ev_sha256_file(char out[EV_SHA256_HEX + 1], uint64_t *size,
		   const char *path);

/* HMAC-SHA-256 (RFC 2104) under a key of 32 bytes. */
void ev_hmac_sha256(unsigned char out[EV_SHA256_SIZE],
		    const unsigned char key[EV_SHA256_SIZE], const void *p,
		    size_t n);
/* In a time that does not tell where two differ. */
bool ev_same_secret(const unsigned char *a, const unsigned char *b, size_t n);

/* SHA-1 for the ends of Git's files, where it is a checksum and no more. */
#define EV_SHA1_SIZE 20
struct ev_sha1;
struct ev_sha1 *ev_sha1_new(void);
void ev_sha1_add(struct ev_sha1 *h, const void *p, size_t n);
void ev_sha1_finish(struct ev_sha1 *h, unsigned char out[EV_SHA1_SIZE]);
void ev_sha1_free(struct ev_sha1 *h);

#endif
