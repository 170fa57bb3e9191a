/*
 * keyhome.h - a private GnuPG home that holds the listed keys and no others
 *
 * The only room with <gpgme.h>.  The user's key ring takes no part in any
 * verdict.  A home is made once for a set of key blocks under
 * <statedir>/keys/<digest of the blocks>: pubring, gpg.conf (no-autostart,
 * trust-model always, no-auto-key-retrieve, no-auto-check-trustdb, ...) and
 * `table`, our own list of what gpg said of each key, so that a warm run needs
 * no gpg process.  Made in a temporary folder and renamed: two processes may
 * make it at once.  Starts no agent.  If <statedir> is NULL or cannot be
 * written the home is made under $TMPDIR and removed at close.  gpg older than
 * 2.2.36 is refused (CVE-2022-34903).
 */
#ifndef EV_SIGN_KEYHOME_H
#define EV_SIGN_KEYHOME_H

#include "base/buf.h"

struct ev_strs;

struct ev_subkey {
	char fpr[41];			/* upper-case hex */
	int64_t created, expires;	/* 0: never */
	bool revoked, can_sign;
	unsigned algo, bits;		/* public-key algorithm (RFC 9580), and
					   key length in bits as gpg says */
};
struct ev_key {
	char fpr[41];			/* primary */
	int64_t created, expires;
	bool revoked;
	struct ev_subkey *subs;		/* the primary itself is subs[0] */
	size_t nsubs;
	unsigned algo_bits;		/* subs[0].bits */
};

/* One .asc or binary public key file. `name` is for messages. */
struct ev_keyblock { const char *name; const char *bytes; size_t n; };

struct ev_keyhome;
int ev_keyhome_open(struct ev_keyhome **out, const char *statedir,
		    const struct ev_keyblock *blocks, size_t n);
void ev_keyhome_close(struct ev_keyhome *h);
const char *ev_keyhome_digest(const struct ev_keyhome *h);	/* 64 hex */
size_t ev_keyhome_count(const struct ev_keyhome *h);
const struct ev_key *ev_keyhome_key(const struct ev_keyhome *h, size_t i);
/* The digits of a fingerprint or long key id as people write it, such as
 * "0x6E3F 21AB..." or "...!", in upper case; false if `text` is neither. */
bool ev_key_id(char out[41], const char *text);
/* By fingerprint (40 hex) or long key id (16 hex) of the primary or of any
 * subkey, either case; *sub (may be NULL) is the one that matched. NULL if
 * not there, or if a key id fits two keys. */
const struct ev_key *ev_keyhome_find(const struct ev_keyhome *h,
				     const char *id,
				     const struct ev_subkey **sub);

/* Number of gpg runs this process has asked for (verify, import, list). */
unsigned ev_sign_gpg_runs(void);

enum ev_sigstatus {
	EV_SIG_GOOD,		/* right over these bytes by `signer`; says
				   nothing about expiry or role */
	EV_SIG_BAD,		/* wrong over these bytes */
	EV_SIG_UNKNOWN_KEY,	/* by a key that is not in the home */
	EV_SIG_REFUSED		/* shape or algorithm that never counts */
};
struct ev_signature {
	enum ev_sigstatus status;
	char signer[41];	/* primary fingerprint, "" if unknown */
	char subkey[41];	/* the key that made it */
	int64_t created;
	unsigned hash_algo;
	char reason[160];	/* one line; "" when good */
	bool asked;		/* it took a gpg process to know */
};

/*
 * The verdict on one binary detached signature over `data`.  Decided from the
 * packet's shape and from gpg's status lines alone, never from how it ended:
 * one signature, what it is called (an expired or revoked key still gives GOOD
 * here: time is judged by ev_key_counts), fingerprint to primary, algorithms.
 * Returns negative only when gpg could not be asked.
 */
int ev_signature_check(struct ev_signature *out, struct ev_keyhome *h,
		       const void *data, size_t n,
		       const void *sig, size_t nsig);
/* The same for an armoured signature as Git keeps in commits and tags. */
int ev_signature_check_armored(struct ev_signature *out, struct ev_keyhome *h,
			       const void *data, size_t n,
			       const char *sig, size_t nsig);

struct ev_sigjob {
	const void *data;
	size_t n;
	const void *sig;
	size_t nsig;
	bool armored;
};
/*
 * The verdicts on `n` signatures, out[i] on jobs[i], two at a time: most of a
 * verification is waiting for a gpg process.  Nothing else may use `h`
 * meanwhile.  Negative, with the reason of the first that failed, if gpg could
 * not be asked for one of them; `out` says nothing then.
 */
int ev_signature_check_many(struct ev_signature *out, struct ev_keyhome *h,
			    const struct ev_sigjob *jobs, size_t n);

#define EV_CLOCK_SKEW 300		/* seconds a signature may be ahead */
/*
 * Does a good signature count at `now` when nothing holds its time?  True, or
 * false with `reason`: from the future, before the key was made, key expired,
 * signed after expiry, key revoked, subkey expired or revoked, subkey may not
 * sign.
 */
bool ev_key_counts(char reason[160], const struct ev_keyhome *h,
		   const struct ev_signature *s, int64_t now);

/*
 * A signature will be verified soon: gpg is started meanwhile.  That it cannot
 * be is told when it is needed.
 */
void ev_keyhome_ahead(struct ev_keyhome *h);

/* Signing uses the user's own GnuPG home and agent ---------------------- */

/* The program that signs, as Git's gpg.program names it: a path, or a name
 * that is looked up in PATH; NULL: gpg.  It takes no part in verification. */
void ev_sign_set_program(const char *path);

/* Append one binary detached signature (class 0x00, SHA-256 or better) by
 * the key `fpr` (a fingerprint; a subkey's or primary's). Errors with hints:
 * no secret key, no terminal for the pass phrase (GPG_TTY), gpg missing. */
int ev_sign_detached(struct ev_buf *sig, const char *fpr,
		     const void *data, size_t n);
/*
 * `n` signatures by `fpr` follow: gpg is started for the next ones meanwhile
 * and waits for what it is to sign.  A key that `h` lists is not looked for in
 * the user's key ring, unless it cannot sign.  0: there will be no more,
 * whatever was said before; needed where fewer were made.
 */
void ev_sign_ahead(const struct ev_keyhome *h, const char *fpr, unsigned n);
/* The same as an armoured block, as Git keeps it at the end of a tag. */
int ev_sign_armored(struct ev_buf *armour, const char *fpr,
		    const void *data, size_t n);
/*
 * The same while the caller does something else, such as verifying what was
 * signed before: most of it is waiting for gpg.  `data` stays as it is until
 * ev_sign_finish(), which has to follow.  Not two at once: an agent would ask
 * for the pass phrase twice.
 */
struct ev_signing;
int ev_sign_start(struct ev_signing **out, const char *fpr, const void *data,
		  size_t n);
/* Append the binary signature; `sig` NULL: it is given up, and no error is
 * told.  NULL is fine. */
int ev_sign_finish(struct ev_signing *s, struct ev_buf *sig);
/* Fingerprints of primary keys for which the user has a secret key that can
 * sign and is neither expired nor revoked. */
int ev_sign_secret_keys(struct ev_strs *out);
/* Those of which you have the secret key and that cannot sign; why[i] is what
 * is the matter with fprs[i]: "has expired on 2026-03-01", "is revoked". */
int ev_sign_spent_keys(struct ev_strs *fprs, struct ev_strs *why);
/* Whose key it is by the first user id of `fpr` in their key ring: both empty
 * if it is not there. */
int ev_sign_user_id(struct ev_buf *name, struct ev_buf *email,
		    const char *fpr);
/* Append the public block of `fpr`, armoured, self-signatures only. */
int ev_sign_export_key(struct ev_buf *out, const char *fpr);

#endif
