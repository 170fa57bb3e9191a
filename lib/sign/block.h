/*
 * block.h - a public key file, checked before gpg sees it; this room only
 */
#ifndef EV_SIGN_BLOCK_H
#define EV_SIGN_BLOCK_H

#include "sign/keyhome.h"

#define EV_KEYBLOCK_MAX_BYTES ((size_t)1 << 20)

/*
 * Append the binary packets of one file, armoured (one block or several, text
 * between them is skipped) or binary.  EV_EINVALID, naming the file, unless
 * they are whole packets of public keys and what belongs to them; a secret key
 * is refused with a hint, since whoever put it there must know.  Adds the
 * number of primary keys to *keys.
 */
int ev_block_read(struct ev_buf *out, size_t *keys,
		  const struct ev_keyblock *block);

#endif
