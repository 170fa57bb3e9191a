/*
 * expr_internal.h - a parsed expression (for expr*.c)
 */
#ifndef EV_SYNTH_EXPR_INTERNAL_H
#define EV_SYNTH_EXPR_INTERNAL_H

#include "synth/expr.h"

enum ev_expr_op {
	EV_X_NUMBER, EV_X_VARIABLE, EV_X_MINUS,
	EV_X_PLUS, EV_X_LESS_BY, EV_X_TIMES, EV_X_OVER,
	EV_X_EQ, EV_X_NE, EV_X_LT, EV_X_LE, EV_X_GT, EV_X_GE,
	EV_X_IS, EV_X_IS_NOT,		/* variable `left` has level `right` */
	EV_X_AND, EV_X_OR, EV_X_NOT
};

struct ev_expr_node {
	enum ev_expr_op op;
	size_t left, right;		/* nodes; of a variable its index */
	double number;
};

struct ev_expr {
	struct ev_expr_node nodes[EV_EXPR_MAX_NODES];
	size_t n, root;
	bool is_number;
};

/* A decimal number that is all of the text, rounded to nearest. */
bool ev_expr_scan(double *out, const char *text, size_t n);

#endif
