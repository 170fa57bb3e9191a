/*
 * expr.h - small expressions of packs: "sbp >= 70 and sbp <= 240"
 *
 *	or, and, not, = != < <= > >=, + - * /, parentheses, numbers,
 *	'text' or bare level names beside = and !=, names of variables
 *
 * A name alone is a boolean variable.  Compared with a missing value nothing
 * holds, and a missing truth value is neither: a constraint that cannot be
 * told is not violated.  Depth, length and count of nodes are limited.
 */
#ifndef EV_SYNTH_EXPR_H
#define EV_SYNTH_EXPR_H

#include "base/buf.h"

#define EV_EXPR_MAX_BYTES 4096u
#define EV_EXPR_MAX_NODES 512u
#define EV_EXPR_MAX_DEPTH 64u

struct ev_expr;

/* What a name means: its index, and whether `level` is one of its levels. */
struct ev_expr_names {
	void *ctx;
	/* index, or -1 and the likely name in *near (may stay NULL) */
	ptrdiff_t (*find)(void *ctx, const char *name, const char **near);
	/* code of a level of variable i, or -1 */
	ptrdiff_t (*level)(void *ctx, size_t i, const char *level);
	bool (*is_number)(void *ctx, size_t i);
};
/* EV_EINVALID with the offset (from 0) of the fault in *at. */
int ev_expr_parse(struct ev_expr **out, const char *text, size_t *at,
		  const struct ev_expr_names *names);
void ev_expr_free(struct ev_expr *e);
bool ev_expr_is_number(const struct ev_expr *e);

enum ev_truth { EV_FALSE, EV_TRUE, EV_UNKNOWN };
/* values[i]: number or code, NaN missing; of a number EV_UNKNOWN */
enum ev_truth ev_expr_truth(const struct ev_expr *e, const double *values);
/* A truth value is 1 or 0; NaN: it cannot be told. */
double ev_expr_number(const struct ev_expr *e, const double *values);
/* Mark used[i] for each variable it names. */
void ev_expr_uses(const struct ev_expr *e, uint8_t *used);

#endif
