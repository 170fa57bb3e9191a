#include "base/compat.h"

#include "synth/marginal_internal.h"

#include <math.h>

#include "base/mem.h"
#include "data/rows.h"

#define PARTS_DEPTH 4			/* of mixtures in mixtures */

struct shape {
	const char *word;
	enum ev_marginal_kind kind;
	const char *names[4];
	unsigned needed;		/* of the names */
};

static const struct shape shapes[] = {
	{ "constant", EV_D_CONSTANT, { "value" }, 1 },
	{ "uniform", EV_D_UNIFORM, { "min", "max" }, 2 },
	{ "normal", EV_D_NORMAL, { "mean", "sd" }, 2 },
	{ "lognormal", EV_D_LOGNORMAL, { "median", "gsd" }, 2 },
	{ "truncated_normal", EV_D_TRUNCATED_NORMAL,
	  { "mean", "sd", "min", "max" }, 4 },
	{ "exponential", EV_D_EXPONENTIAL, { "mean" }, 1 },
	{ "gamma", EV_D_GAMMA, { "shape", "scale" }, 2 },
	{ "weibull", EV_D_WEIBULL, { "shape", "scale" }, 2 },
	{ "beta", EV_D_BETA, { "a", "b", "min", "max" }, 2 },
	{ "poisson", EV_D_POISSON, { "mean", "min" }, 1 },
	{ "negative_binomial", EV_D_NEGATIVE_BINOMIAL,
	  { "mean", "dispersion" }, 2 },
	{ "triangular", EV_D_TRIANGULAR, { "min", "mode", "max" }, 3 },
	{ "histogram", EV_D_HISTOGRAM, { NULL }, 0 },
	{ "mixture", EV_D_MIXTURE, { NULL }, 0 },
};

static const struct shape *find_shape(const char *word)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(shapes); i++)
		if (!strcmp(shapes[i].word, word))
			return &shapes[i];
	return NULL;
}

static void unknown(struct ev_problems *bad, const struct ev_value *key)
{
	const char *words[EV_ARRAY_SIZE(shapes)], *near;
	char *hint = NULL;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(shapes); i++)
		words[i] = shapes[i].word;
	near = ev_closest(key->text, words, EV_ARRAY_SIZE(shapes));
	if (near)
		hint = ev_strdupf("did you mean '%s'?", near);
	ev_problem_add(bad, key, hint, "distribution '%s' is not supported",
		       key->text);
	free(hint);
}

bool ev_synth_number(double *out, const struct ev_value *v,
		     struct ev_problems *bad)
{
	if (v && (v->type == EV_NUMBER || v->type == EV_STRING) &&
	    ev_parse_double(out, v->text, v->len) && isfinite(*out))
		return true;
	ev_problem_add(bad, v, NULL, "a number is needed here");
	return false;
}

/* What no parameter of these may be. */
static const char *wrong(const struct ev_marginal *m)
{
	switch (m->kind) {
	case EV_D_UNIFORM:
		return m->a < m->b ? NULL : "'min' has to be below 'max'";
	case EV_D_NORMAL:
		return m->b > 0 ? NULL : "'sd' has to be above 0";
	case EV_D_LOGNORMAL:
		if (!(m->a > 0))
			return "'median' has to be above 0";
		return m->b > 1 ? NULL : "'gsd' has to be above 1";
	case EV_D_TRUNCATED_NORMAL:
		if (!(m->b > 0))
			return "'sd' has to be above 0";
		return m->c < m->d ? NULL : "'min' has to be below 'max'";
	case EV_D_EXPONENTIAL:
		return m->a > 0 ? NULL : "'mean' has to be above 0";
	case EV_D_GAMMA:
	case EV_D_WEIBULL:
		if (!(m->a >= 1e-3 && m->a <= 1e6))
			return "'shape' has to be from 0.001 to 1000000";
		return m->b > 0 ? NULL : "'scale' has to be above 0";
	case EV_D_BETA:
		if (!(m->a >= 1e-3 && m->b >= 1e-3 && m->a <= 1e6 &&
		      m->b <= 1e6))
			return "'a' and 'b' have to be from 0.001 to 1000000";
		return m->c < m->d ? NULL : "'min' has to be below 'max'";
	case EV_D_POISSON:
		if (!(m->a > 0 && m->a <= 1e6))
			return "'mean' has to be above 0, at most 1000000";
		return m->b >= 0 && m->b <= 1e6 && m->b == floor(m->b) ? NULL :
			"'min' has to be a whole number, 0 or more";
	case EV_D_NEGATIVE_BINOMIAL:
		if (!(m->a > 0 && m->a <= 1e6))
			return "'mean' has to be above 0, at most 1000000";
		return m->b >= 1e-3 && m->b <= 1e6 ? NULL :
			"'dispersion' has to be from 0.001 to 1000000";
	case EV_D_TRIANGULAR:
		return m->a < m->c && m->a <= m->b && m->b <= m->c ? NULL :
			"'min' <= 'mode' <= 'max' has to hold, and 'min' < "
			"'max'";
	default:
		return NULL;
	}
}

static void parameters(struct ev_marginal *out, const struct shape *s,
		       const struct ev_value *v, struct ev_problems *bad)
{
	double *to[] = { &out->a, &out->b, &out->c, &out->d };
	struct ev_field fields[5] = { { 0 } };
	size_t before = bad->n, i;
	const struct ev_value *x;
	const char *why;

	for (i = 0; i < 4 && s->names[i]; i++) {
		fields[i].name = s->names[i];
		fields[i].kind = EV_F_TEXT;
		fields[i].flags = i < s->needed ? EV_F_REQUIRED : 0;
	}
	if (s->kind == EV_D_BETA)
		out->d = 1;
	ev_schema_check(bad, v, fields, s->word);
	for (i = 0; bad->n == before && i < 4 && s->names[i]; i++) {
		x = ev_get(v, s->names[i]);
		if (x)
			ev_synth_number(to[i], x, bad);
	}
	why = bad->n == before ? wrong(out) : NULL;
	if (why)
		ev_problem_add(bad, v, NULL, "%s", why);
}

/* A list of numbers; NULL after a problem. */
static double *numbers(const struct ev_value *v, size_t max,
		       struct ev_problems *bad)
{
	double *out;
	size_t i;

	if (!v || v->type != EV_LIST || !v->n || v->n > max) {
		ev_problem_add(bad, v, NULL, "a list of 1 to %zu numbers is "
			       "needed here", max);
		return NULL;
	}
	out = ev_calloc(v->n, sizeof(*out));
	for (i = 0; i < v->n; i++)
		if (!ev_synth_number(&out[i], v->items[i], bad)) {
			free(out);
			return NULL;
		}
	return out;
}

/* Weights become the cumulative shares, the last of them exactly 1. */
static bool accumulate(double *w, size_t n, const struct ev_value *at,
		       struct ev_problems *bad)
{
	double sum = 0, all = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!(w[i] >= 0)) {
			ev_problem_add(bad, at, NULL, "a weight is below 0");
			return false;
		}
		all += w[i];
	}
	if (!(all > 0)) {
		ev_problem_add(bad, at, NULL, "all weights are 0");
		return false;
	}
	for (i = 0; i < n; i++) {
		sum += w[i];
		w[i] = i + 1 == n ? 1 : sum / all;
	}
	return true;
}

static void histogram(struct ev_marginal *out, const struct ev_value *v,
		      struct ev_problems *bad)
{
	static const struct ev_field fields[] = {
		{ "edges", EV_F_ANY, EV_F_REQUIRED, NULL, NULL, "ascending" },
		{ "weights", EV_F_ANY, EV_F_REQUIRED, NULL, NULL, "of bins" },
		{ 0 }
	};
	const struct ev_value *edges = ev_get(v, "edges");
	const struct ev_value *weights = ev_get(v, "weights");
	size_t before = bad->n, i;

	ev_schema_check(bad, v, fields, "histogram");
	if (bad->n != before)
		return;
	out->edges = numbers(edges, EV_MARGINAL_MAX_BINS + 1, bad);
	out->weights = numbers(weights, EV_MARGINAL_MAX_BINS, bad);
	if (!out->edges || !out->weights)
		return;
	if (edges->n != weights->n + 1) {
		ev_problem_add(bad, v, NULL, "%zu bins need %zu edges, there "
			       "are %zu", weights->n, weights->n + 1, edges->n);
		return;
	}
	for (i = 1; i < edges->n; i++)
		if (!(out->edges[i - 1] < out->edges[i])) {
			ev_problem_add(bad, edges->items[i], NULL,
				       "edges have to ascend");
			return;
		}
	if (accumulate(out->weights, weights->n, weights, bad))
		out->n = weights->n;
}

static void read_at(struct ev_marginal *out, const struct ev_value *v,
		    struct ev_problems *bad, unsigned depth);

/* [{weight: 0.3, dist: {normal: {...}}}, ...] */
static void mixture(struct ev_marginal *out, const struct ev_value *v,
		    struct ev_problems *bad, unsigned depth)
{
	static const struct ev_field fields[] = {
		{ "weight", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "share" },
		{ "dist", EV_F_ANY, EV_F_REQUIRED, NULL, NULL, "part" },
		{ 0 }
	};
	size_t before = bad->n, i;

	if (v->type != EV_LIST || !v->n || v->n > EV_MARGINAL_MAX_PARTS ||
	    depth == PARTS_DEPTH) {
		ev_problem_add(bad, v, NULL, depth == PARTS_DEPTH ?
			       "mixtures are too deep" :
			       "a list of 1 to %u parts is needed here",
			       EV_MARGINAL_MAX_PARTS);
		return;
	}
	out->parts = ev_calloc(v->n, sizeof(*out->parts));
	out->weights = ev_calloc(v->n, sizeof(*out->weights));
	out->n = v->n;
	for (i = 0; i < v->n; i++) {
		ev_schema_check(bad, v->items[i], fields, "mixture");
		if (bad->n != before)
			return;
		ev_synth_number(&out->weights[i], ev_get(v->items[i], "weight"),
				bad);
		read_at(&out->parts[i], ev_get(v->items[i], "dist"), bad,
			depth + 1);
	}
	if (bad->n == before)
		accumulate(out->weights, v->n, v, bad);
}

static void read_at(struct ev_marginal *out, const struct ev_value *v,
		    struct ev_problems *bad, unsigned depth)
{
	const struct shape *s;
	size_t before = bad->n;

	if (!v || v->type != EV_MAP || v->n != 1) {
		ev_problem_add(bad, v, "dist: {normal: {mean: 74, sd: 18}}",
			       "one distribution is needed here");
		return;
	}
	s = find_shape(v->keys[0]->text);
	if (!s) {
		unknown(bad, v->keys[0]);
		return;
	}
	out->kind = s->kind;
	v = v->items[0];
	if (s->kind == EV_D_HISTOGRAM)
		histogram(out, v, bad);
	else if (s->kind == EV_D_MIXTURE)
		mixture(out, v, bad, depth);
	else
		parameters(out, s, v, bad);
	if (bad->n == before && !ev_marginal_prepare(out))
		ev_problem_add(bad, v, NULL, "no value of the distribution "
			       "lies in its range");
}

void ev_marginal_read(struct ev_marginal *out, const struct ev_value *v,
		      struct ev_problems *bad)
{
	size_t before = bad->n;

	memset(out, 0, sizeof(*out));
	read_at(out, v, bad, 0);
	if (bad->n != before)
		ev_marginal_release(out);
}

void ev_marginal_release(struct ev_marginal *m)
{
	size_t i;

	for (i = 0; m->parts && i < m->n; i++)
		ev_marginal_release(&m->parts[i]);
	free(m->parts);
	free(m->edges);
	free(m->weights);
	memset(m, 0, sizeof(*m));
}
