/*
 * table.h - what gpg said of the keys of a home, kept as text
 *
 * The file is `table` in the home: a versioned first line, the digests of what
 * it was made from, a line for each key and subkey, and a last line that
 * counts them.  A file that differs in any way is not read in part: the home
 * is then made anew.
 */
#ifndef EV_SIGN_TABLE_H
#define EV_SIGN_TABLE_H

#include "sign/keyhome.h"

#define EV_TABLE_MAX_KEYS 4096
#define EV_TABLE_MAX_SUBKEYS 64		/* of one key, the primary included */

struct ev_keytable {
	struct ev_key *keys;
	size_t n, cap;
};
#define EV_KEYTABLE_INIT { NULL, 0, 0 }

void ev_keytable_release(struct ev_keytable *t);
/* Add an empty key; the pointer holds until the next addition. */
struct ev_key *ev_keytable_add(struct ev_keytable *t);
/* Add an empty subkey to `key`; NULL if it has too many. */
struct ev_subkey *ev_key_add_subkey(struct ev_key *key);
/* Say of the key what is true of its first subkey, which is the primary. */
void ev_key_complete(struct ev_key *key);
const struct ev_key *ev_keytable_find(const struct ev_keytable *t,
				      const char *id,
				      const struct ev_subkey **sub);

/* `blocks` and `pubring` are digests in 64 lower-case hex digits. */
void ev_keytable_format(struct ev_buf *out, const struct ev_keytable *t,
			const char *blocks, const char *pubring);
/* EV_EINVALID (no message) unless it is such a text with these digests. */
int ev_keytable_parse(struct ev_keytable *out, const char *text,
		      const char *blocks, const char *pubring);

#endif
