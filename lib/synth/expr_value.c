#include "base/compat.h"

#include "synth/expr_internal.h"

#include <math.h>

#include "data/rows.h"

bool ev_expr_scan(double *out, const char *text, size_t n)
{
	return ev_parse_double(out, text, n);
}

static bool is_missing(double x)
{
	return x != x;
}

static double arithmetic(const struct ev_expr *e, const double *values,
			 size_t node)
{
	const struct ev_expr_node *x = &e->nodes[node];
	double a, b;

	if (x->op == EV_X_NUMBER)
		return x->number;
	if (x->op == EV_X_VARIABLE)
		return values[x->left];
	a = arithmetic(e, values, x->left);
	if (x->op == EV_X_MINUS)
		return -a;
	b = arithmetic(e, values, x->right);
	switch (x->op) {
	case EV_X_PLUS:
		return a + b;
	case EV_X_LESS_BY:
		return a - b;
	case EV_X_TIMES:
		return a * b;
	default:
		return a / b;
	}
}

static enum ev_truth as_truth(bool b)
{
	return b ? EV_TRUE : EV_FALSE;
}

static enum ev_truth comparison(const struct ev_expr *e, const double *values,
				const struct ev_expr_node *x)
{
	double a = arithmetic(e, values, x->left);
	double b = arithmetic(e, values, x->right);

	if (is_missing(a) || is_missing(b))
		return EV_UNKNOWN;
	switch (x->op) {
	case EV_X_EQ:
		return as_truth(a == b);
	case EV_X_NE:
		return as_truth(a != b);
	case EV_X_LT:
		return as_truth(a < b);
	case EV_X_LE:
		return as_truth(a <= b);
	case EV_X_GT:
		return as_truth(a > b);
	default:
		return as_truth(a >= b);
	}
}

/* Kleene's logic: what is missing decides only where it would have to. */
static enum ev_truth truth(const struct ev_expr *e, const double *values,
			   size_t node)
{
	const struct ev_expr_node *x = &e->nodes[node];
	enum ev_truth a, b, stops;

	switch (x->op) {
	case EV_X_IS:
	case EV_X_IS_NOT:
		if (is_missing(values[x->left]))
			return EV_UNKNOWN;
		return as_truth((values[x->left] == (double)x->right) ==
				(x->op == EV_X_IS));
	case EV_X_NOT:
		a = truth(e, values, x->left);
		return a == EV_UNKNOWN ? a : as_truth(a == EV_FALSE);
	case EV_X_AND:
	case EV_X_OR:
		stops = x->op == EV_X_AND ? EV_FALSE : EV_TRUE;
		a = truth(e, values, x->left);
		if (a == stops)
			return a;
		b = truth(e, values, x->right);
		return b == stops || a == EV_UNKNOWN ? (b == stops ? b : a) : b;
	default:
		return comparison(e, values, x);
	}
}

enum ev_truth ev_expr_truth(const struct ev_expr *e, const double *values)
{
	return e->is_number ? EV_UNKNOWN : truth(e, values, e->root);
}

double ev_expr_number(const struct ev_expr *e, const double *values)
{
	if (e->is_number)
		return arithmetic(e, values, e->root);
	switch (truth(e, values, e->root)) {
	case EV_TRUE:
		return 1;
	case EV_FALSE:
		return 0;
	default:
		return (double)NAN;
	}
}

void ev_expr_uses(const struct ev_expr *e, uint8_t *used)
{
	const struct ev_expr_node *x;
	size_t i;

	for (i = 0; i < e->n; i++) {
		x = &e->nodes[i];
		if (x->op == EV_X_VARIABLE || x->op == EV_X_IS ||
		    x->op == EV_X_IS_NOT)
			used[x->left] = 1;
	}
}

bool ev_expr_is_number(const struct ev_expr *e)
{
	return e->is_number;
}
