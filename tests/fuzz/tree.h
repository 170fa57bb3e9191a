/*
 * tree.h - what every value tree must hold, whichever reader made it
 */
#ifndef EV_FUZZ_TREE_H
#define EV_FUZZ_TREE_H

#include "data/value.h"

/* Abort if the tree breaks a promise of data/value.h. */
void fuzz_check_tree(const struct ev_value *root);
/* Abort unless each node lies where it says in the text that was read. */
void fuzz_check_places(const struct ev_value *root, const char *text, size_t n);
/* Abort unless `v`, written as JSON in every style, reads back equal. */
void fuzz_check_writer(const struct ev_value *v);
/* Abort unless the last error is complete: a code and "FILE:..." message. */
void fuzz_check_error(int ret, const struct ev_value *out, const char *file);

#endif
