#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "data/rows.h"
#include "stats/dist.h"
#include "stats/special.h"

#define BYTES_MAX ((size_t)4 << 20)
#define EPSILON 1e-4			/* share of an empty bin */
#define ALPHA 0.01
#define SUM_NEAR 1e-3

static const struct ev_field variable_fields[] = {
	{ "edges", EV_F_ANY, 0, NULL, NULL, "of bins, ascending" },
	{ "shares", EV_F_ANY, 0, NULL, NULL, "of bins, between edges" },
	{ "levels", EV_F_MAP, 0, NULL, NULL, "share of each level" },
	{ "n", EV_F_INT, 0, NULL, NULL, "rows they were counted over" },
	{ 0 }
};
static const char *const schemas[] = { "git-evidence/histograms/1", NULL };
static const struct ev_field fields[] = {
	{ "schema", EV_F_ENUM, EV_F_REQUIRED, NULL, schemas, "the format" },
	{ "source", EV_F_STRING, 0, NULL, NULL, "where they are from" },
	{ "variables", EV_F_MAP, EV_F_REQUIRED, NULL, NULL, "by name" },
	{ 0 }
};

/* Shares by bin, published and of the cohort. */
struct shares {
	double *published, *edges;
	double *own;
	size_t n;
	double published_rows;		/* 0: not told */
};

static int number(double *out, const struct ev_value *v)
{
	if (v && v->text && (v->type == EV_NUMBER || v->type == EV_STRING) &&
	    ev_parse_double(out, v->text, v->len))
		return 0;
	return ev_fail_at(v, "this must be a number");
}

static int check_sum(const struct shares *s, const struct ev_value *at)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (!(s->published[i] >= 0))
			return ev_fail_at(at, "a share is not below 0");
		sum += s->published[i];
	}
	return fabs(sum - 1) <= SUM_NEAR ? 0 :
		ev_fail_at(at, "shares must sum to 1");
}

static int read_bins(struct shares *s, const struct ev_value *v)
{
	const struct ev_value *edges = ev_get(v, "edges");
	const struct ev_value *shares = ev_get(v, "shares");
	size_t i;
	int ret = 0;

	if (!edges || !shares || edges->type != EV_LIST ||
	    shares->type != EV_LIST || !shares->n ||
	    edges->n != shares->n + 1 || shares->n > EV_MARGINAL_MAX_BINS)
		return ev_fail_at(v, "a number has 'shares', and 'edges', of "
				  "which there is one more");
	s->n = shares->n;
	s->edges = ev_calloc(edges->n, sizeof(double));
	s->published = ev_calloc(s->n, sizeof(double));
	for (i = 0; ret == 0 && i < edges->n; i++) {
		ret = number(&s->edges[i], edges->items[i]);
		if (ret == 0 && i && !(s->edges[i] > s->edges[i - 1]))
			ret = ev_fail_at(edges->items[i], "edges ascend");
	}
	for (i = 0; ret == 0 && i < s->n; i++)
		ret = number(&s->published[i], shares->items[i]);
	return ret ? ret : check_sum(s, shares);
}

static int read_levels(struct shares *s, const struct ev_value *v,
		       const struct ev_variable *x)
{
	const struct ev_value *levels = ev_get(v, "levels");
	size_t i, k;
	int ret = 0;

	if (!levels || levels->type != EV_MAP)
		return ev_fail_at(v, "what has levels has 'levels'");
	s->n = x->levels.n;
	s->published = ev_calloc(s->n + 1, sizeof(double));
	for (i = 0; ret == 0 && i < levels->n; i++) {
		for (k = 0; k < s->n; k++)
			if (!strcmp(x->levels.items[k], levels->keys[i]->text))
				break;
		ret = k < s->n ? number(&s->published[k], levels->items[i]) :
			ev_fail_at(levels->keys[i], "'%s' has no such level",
				   x->name);
	}
	return ret ? ret : check_sum(s, levels);
}

/* The first and the last bin have no end. */
static size_t bin_of(const struct shares *s, double x)
{
	size_t low = 0, high = s->n, middle;

	while (high - low > 1) {
		middle = (low + high) / 2;
		if (x < s->edges[middle])
			high = middle;
		else
			low = middle;
	}
	return low;
}

static size_t count(struct shares *s, const struct ev_guard_table *t,
		    const struct ev_guard_column *c)
{
	size_t i, n = 0;

	s->own = ev_calloc(s->n + 1, sizeof(double));
	for (i = 0; i < t->n; i++) {
		if (c->x[i] != c->x[i] ||
		    (!s->edges && c->x[i] >= (double)s->n))
			continue;
		s->own[s->edges ? bin_of(s, c->x[i]) : (size_t)c->x[i]]++;
		n++;
	}
	for (i = 0; i < s->n && n; i++)
		s->own[i] /= (double)n;
	return n;
}

static void judge(struct ev_check *c, const struct shares *s, const char *name,
		  size_t rows)
{
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_REF_PSI);
	struct ev_guard *g = ev_guard_add(c->out, "histogram.psi.%s", name);
	double sum = 0, p, q, n = (double)rows, chance;
	size_t i, bins = 0;

	for (i = 0; i < s->n; i++) {
		if (!(s->own[i] > 0) && !(s->published[i] > 0))
			continue;
		p = fmax(s->own[i], EPSILON);
		q = fmax(s->published[i], EPSILON);
		sum += (p - q) * ev_log(p / q);
		bins++;
	}
	if (bins < 2 || !rows) {
		ev_guard_undefined(g, "%s: a single bin, or no values", name);
		return;
	}
	if (s->published_rows > 0)
		n = n * s->published_rows / (n + s->published_rows);
	chance = ev_chi2_quantile(1 - ALPHA, (double)bins - 1) / n;
	ev_guard_says(g, "population stability index of %s over %zu published "
		      "bins%s", name, bins, chance > l.pass ? "; the limit is "
		      "what chance does in so few rows" : "");
	ev_guard_at_most(g, sum, fmax(l.pass, chance), fmax(l.review, chance));
}

static int one(struct ev_check *c, const struct ev_value *key,
	       const struct ev_value *v)
{
	ptrdiff_t i = ev_pack_variable(c->p, key->text);
	struct shares s = { NULL, NULL, NULL, 0, 0 };
	struct ev_problems bad = EV_PROBLEMS_INIT;
	struct ev_guard *g;
	int64_t n = 0;
	int ret;

	if (i < 0)
		return ev_fail_at(key, "the pack has no variable '%.60s'",
				  key->text);
	ev_schema_check(&bad, v, variable_fields, key->text);
	ret = ev_problems_fail(&bad);
	ev_problems_release(&bad);
	if (ret == 0)
		ret = ev_variable_has_levels(&c->p->variables[i]) ?
			read_levels(&s, v, &c->p->variables[i]) :
			read_bins(&s, v);
	if (ret == 0 && ev_value_int(ev_get(v, "n"), &n) && n > 0)
		s.published_rows = (double)n;
	if (ret == 0 && c->column[i]) {
		judge(c, &s, key->text, count(&s, c->t, c->column[i]));
	} else if (ret == 0) {
		g = ev_guard_add(c->out, "histogram.psi.%s", key->text);
		ev_guard_not_applicable(g, "%s is hidden", key->text);
	}
	free(s.edges);
	free(s.published);
	free(s.own);
	return ret;
}

static int all(struct ev_check *c, const char *path, const struct ev_buf *text)
{
	struct ev_problems bad = EV_PROBLEMS_INIT;
	const struct ev_value *list;
	struct ev_value *v = NULL;
	size_t i;
	int ret = ev_json_read(&v, path, text->ptr, text->len);

	if (ret < 0)
		return ret;
	ev_schema_check(&bad, v, fields, "");
	ret = ev_problems_fail(&bad);
	ev_problems_release(&bad);
	list = ev_get(v, "variables");
	for (i = 0; ret == 0 && i < list->n; i++)
		ret = one(c, list->keys[i], list->items[i]);
	ev_sha256_hex(c->out->histograms, text->ptr, text->len);
	ev_value_free(v);
	return ret;
}

int ev_check_histograms(struct ev_check *c)
{
	const char *name = ev_guard_histograms(c->p), *slash;
	struct ev_buf path = EV_BUF_INIT, dir = EV_BUF_INIT;
	struct ev_buf text = EV_BUF_INIT;
	struct ev_guard *g;
	int ret;

	if (!name)
		return 0;
	slash = c->in->pack_path ? strrchr(c->in->pack_path, '/') : NULL;
	if (slash)
		ev_buf_add(&dir, c->in->pack_path,
			   (size_t)(slash - c->in->pack_path));
	if (slash == c->in->pack_path && slash)
		ev_buf_addc(&dir, '/');
	ev_path_join(&path, dir.ptr, name);
	ret = ev_file_read(&text, path.ptr, BYTES_MAX);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		g = ev_guard_add(c->out, "histogram.psi");
		if (c->p->derived_from_patient_data)
			ev_guard_incomplete(g, "'%s', which the pack names, "
					    "is not there", name);
		else
			ev_guard_not_applicable(g, "'%s', which the pack "
						"names, was not supplied",
						name);
		ret = 0;
	} else if (ret == 0) {
		ret = all(c, path.ptr, &text);
	}
	ev_buf_release(&path);
	ev_buf_release(&dir);
	ev_buf_release(&text);
	return ret;
}
