/*
 * tree.h - build a value tree from a stream of events; for the readers only
 *
 * A reader calls node, open and close in the order of the text; the builder
 * holds the tree to the limits of value.h and refuses duplicate keys.  In a
 * map every other node is a key, beginning with the first.
 *
 * All nodes and texts come from one arena that the root owns, so reading a
 * document costs a few allocations and freeing it one walk over the chunks.
 */
#ifndef EV_DATA_TREE_H
#define EV_DATA_TREE_H

#include "data/value.h"

struct ev_chunk;

struct ev_root {
	struct ev_value value;		/* first, so the root is the owner */
	struct ev_chunk *chunks;
	size_t next_size;		/* of the next chunk */
};

struct ev_builder {
	struct ev_root *root;
	struct ev_value **stack;	/* children of all open containers */
	size_t n, cap;
	size_t nodes;
	unsigned depth;
	struct {
		struct ev_value *node;
		size_t base;		/* its first child in the stack */
	} frames[EV_DATA_MAX_DEPTH];
};

/* `bytes` is the size of the text, a hint for the arena. */
void ev_builder_init(struct ev_builder *b, const char *file, size_t bytes);
void ev_builder_release(struct ev_builder *b);
/* The finished tree; null at 1:1 if there was no event. */
struct ev_value *ev_builder_finish(struct ev_builder *b);

/* True if the next node is the key of a map. */
bool ev_builder_wants_key(const struct ev_builder *b);
/* Bytes that live as long as the tree. */
char *ev_builder_bytes(struct ev_builder *b, size_t n);
/* A key or a scalar, to be filled by the caller. */
int ev_builder_node(struct ev_value **out, struct ev_builder *b,
		    enum ev_type type, unsigned line, unsigned column);
int ev_builder_open(struct ev_builder *b, enum ev_type type,
		    unsigned line, unsigned column);
/* EV_EINVALID at the second of two equal keys. */
int ev_builder_close(struct ev_builder *b);

#endif
