/*
 * fold.h - names as case-insensitive and normalising file systems see them
 *
 * The only room with <unicase.h> and <uninorm.h> (libunistring).
 */
#ifndef EV_BASE_FOLD_H
#define EV_BASE_FOLD_H

#include "base/compat.h"

/* The NFC of the case-folded text, owned by the caller; bytes that are no
 * UTF-8 come back as they are. */
char *ev_fold(const char *text);
/* Are they one name to such a file system? */
bool ev_fold_eq(const char *a, const char *b);
/*
 * `*` (and `**`) stands for any bytes, also none and '/'; all else is meant
 * literally.  Linear in the product of the lengths at worst.
 */
bool ev_glob(const char *pattern, const char *text);

#endif
