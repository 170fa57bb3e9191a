/*
 * Any bytes as an expression of a pack.  No fault; what is refused says where;
 * what is accepted has a value for any values, by Kleene's logic: what is
 * told with a value missing is so whatever that value is.
 */
#include "base/compat.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"
#include "synth/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void want(bool ok)
{
	if (!ok)
		abort();
}

static ptrdiff_t find(void *ctx, const char *name, const char **near)
{
	(void)ctx;
	*near = "a";
	return strlen(name) == 1 && *name >= 'a' && *name <= 'd' ?
		*name - 'a' : -1;
}

static ptrdiff_t level(void *ctx, size_t i, const char *text)
{
	(void)ctx;
	if (!strcmp(text, "no") || !strcmp(text, "x"))
		return 0;
	if (!strcmp(text, "yes"))
		return i == 2 ? 1 : -1;
	return !strcmp(text, "y") && i == 3 ? 1 : -1;
}

static bool is_number(void *ctx, size_t i)
{
	(void)ctx;
	return i < 2;
}

static const double trials[][4] = {
	{ 0, 0, 0, 0 }, { 1, 2, 1, 1 }, { -3.5, 7, 1, 0 }, { 1e9, -1, 0, 1 },
};

/* Each variable left out in turn. */
static void evaluate(const struct ev_expr *e)
{
	double values[4];
	enum ev_truth with, without;
	uint8_t used[4] = { 0 };
	size_t i, k;

	ev_expr_uses(e, used);
	for (i = 0; i < EV_ARRAY_SIZE(trials); i++) {
		with = ev_expr_truth(e, trials[i]);
		want(!ev_expr_is_number(e) || with == EV_UNKNOWN);
		ev_expr_number(e, trials[i]);
		for (k = 0; k < 4; k++) {
			memcpy(values, trials[i], sizeof(values));
			values[k] = (double)NAN;
			without = ev_expr_truth(e, values);
			want(without == EV_UNKNOWN || without == with);
			want(used[k] || without == with);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ev_expr_names names = {
		NULL, find, level, is_number
	};
	char *text = ev_strndup((const char *)data, size);
	struct ev_expr *e;
	size_t at = SIZE_MAX;
	int ret = ev_expr_parse(&e, text, &at, &names);

	if (ret < 0) {
		want(ret == EV_EINVALID && !e && at <= strlen(text));
		want(*ev_error_last()->message);
	} else {
		evaluate(e);
		ev_expr_free(e);
	}
	free(text);
	return 0;
}
