/*
 * statsfix.h - numbers of tests/data/reference, and how near is near
 */
#ifndef EV_TESTS_STATSFIX_H
#define EV_TESTS_STATSFIX_H

#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "data/json.h"
#include "stats/fp.h"

static inline struct ev_value *read_json(const char *path)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_value *v = NULL;

	if (ev_file_read(&text, path, 1 << 20) < 0 ||
	    ev_json_read(&v, path, text.ptr, text.len) < 0)
		fail_msg("%s", ev_error_last()->message);
	ev_buf_release(&text);
	return v;
}

static inline double number(const struct ev_value *v)
{
	if (!v || v->type != EV_NUMBER)
		fail_msg("no number where one was expected");
	return strtod(v->text, NULL);
}

static inline double number_at(const struct ev_value *v, const char *path)
{
	const struct ev_value *at = ev_get_path(v, path);

	if (!at)
		fail_msg("nothing at '%s'", path);
	return number(at);
}

static inline int64_t count_at(const struct ev_value *v, const char *path)
{
	return (int64_t)number_at(v, path);
}

/* Within `bound` of the expected value, or of its size when above 1. */
#define assert_near(got, want, bound) \
	near_or_fail((got), (want), (bound), __FILE__, __LINE__)

static inline void near_or_fail(double got, double want, double bound,
				const char *file, int line)
{
	double size = ev_fp_abs(want) > 1 ? ev_fp_abs(want) : 1;

	if (!(ev_fp_abs(got - want) <= bound * size)) {
		print_error("%.17g is not within %g of %.17g\n", got, bound,
			    want);
		_fail(file, line);
	}
}

/* The same, of a list of two: the bounds of an interval. */
#define assert_bounds(e, list, bound) do { \
	assert_near((e)->lower, number((list)->items[0]), bound); \
	assert_near((e)->upper, number((list)->items[1]), bound); \
} while (0)

/* Call f for each map below v. */
static inline void each_map(const struct ev_value *v,
			    void (*f)(const struct ev_value *v, void *arg),
			    void *arg)
{
	size_t i;

	if (v->type == EV_MAP)
		f(v, arg);
	if (v->type != EV_MAP && v->type != EV_LIST)
		return;
	for (i = 0; i < v->n; i++)
		each_map(v->items[i], f, arg);
}

static const char *const references[] = {
	"tests/data/breast_cancer/expected.json",
	"tests/data/reference/pima_te.expected.json",
	"tests/data/reference/hanley1982.expected.json",
	"tests/data/reference/published_anchors.expected.json",
};

/* Call f for each map of the four files with 2x2 tables. */
static inline void each_reference(void (*f)(const struct ev_value *v,
					    void *arg), void *arg)
{
	struct ev_value *v;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(references); i++) {
		v = read_json(references[i]);
		each_map(v, f, arg);
		ev_value_free(v);
	}
}

#endif
