#include "base/compat.h"
#include "stats/multiclass.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/fixed.h"
#include "stats/predicted.h"
#include "stats/special.h"

static int checked(const struct ev_multiclass *d)
{
	size_t i;

	if (d->k < 2 || d->k > EV_CLASSES_MOST)
		return ev_fail(EV_EINVALID, "%zu classes are not 2 to %d",
			       d->k, EV_CLASSES_MOST);
	if (d->n > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d rows", INT32_MAX);
	for (i = 0; i < d->n * d->k; i++)
		if (!(d->p[i] >= 0 && d->p[i] <= 1))
			return ev_fail(EV_EINVALID, "row %zu: %g is no "
				       "probability", i / d->k, d->p[i]);
	for (i = 0; i < d->n; i++) {
		if (d->truth[i] >= d->k)
			return ev_fail(EV_EINVALID, "row %zu: no class %d", i,
				       d->truth[i]);
		if (d->cluster && d->cluster[i] >= d->clusters)
			return ev_fail(EV_EINVALID, "row %zu: no cluster %u",
				       i, (unsigned)d->cluster[i]);
	}
	return 0;
}

/* Areas ------------------------------------------------------------------- */

int ev_class_ranks_init(struct ev_class_ranks *r,
			const struct ev_multiclass *d)
{
	size_t i, j;
	int ret = checked(d);

	memset(r, 0, sizeof(*r));
	r->d = d;
	if (ret < 0)
		return ret;
	r->p = ev_calloc(d->k, (d->n + 1) * sizeof(*r->p));
	r->order = ev_calloc(d->k, (d->n + 1) * sizeof(*r->order));
	r->is = ev_calloc(d->k, d->n + 1);
	for (j = 0; ret == 0 && j < d->k; j++) {
		for (i = 0; i < d->n; i++) {
			r->p[j * d->n + i] = d->p[i * d->k + j];
			r->is[j * d->n + i] = d->truth[i] == j;
		}
		ret = ev_marker_order(r->order + j * d->n, r->p + j * d->n,
				      d->n);
	}
	if (ret < 0)
		ev_class_ranks_release(r);
	return ret;
}

void ev_class_ranks_release(struct ev_class_ranks *r)
{
	free(r->p);
	free(r->order);
	free(r->is);
	memset(r, 0, sizeof(*r));
}

static void start(struct ev_estimate *out, const char *method, double n)
{
	memset(out, 0, sizeof(*out));
	out->method = method;
	out->n = n;
	out->flags = EV_STAT_NO_INTERVAL;
}

static void undefined(struct ev_estimate *out)
{
	out->value = 0;
	out->flags = EV_STAT_UNDEFINED;
}

int ev_class_auc(struct ev_estimate *out, const struct ev_class_ranks *r,
		 size_t class, const uint32_t *times)
{
	const struct ev_multiclass *d = r->d;
	struct ev_marker m;
	struct ev_cases c;

	start(out, "mann_whitney", (double)d->n);
	if (class >= d->k)
		return ev_fail(EV_EINVALID, "no class %zu", class);
	m = (struct ev_marker){ r->p + class * d->n, r->order + class * d->n };
	c = (struct ev_cases){ r->is + class * d->n, d->cluster, d->clusters,
			       d->n };
	return ev_weighted_auc(out, &m, &c, times);
}

/* How often rows of a class count. */
static double rows_of(const struct ev_class_ranks *r, size_t class,
		      const uint32_t *times)
{
	const struct ev_multiclass *d = r->d;
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->truth[i] == class)
			n += !times ? 1 :
				times[d->cluster ? d->cluster[i] : i];
	return (double)n;
}

static int mean_of_classes(struct ev_estimate *out,
			   const struct ev_class_ranks *r, bool weighted,
			   const uint32_t *times)
{
	double sum = 0, weights = 0, weight;
	struct ev_estimate e;
	size_t i;
	int ret;

	start(out, weighted ? "one_vs_rest_weighted" : "one_vs_rest", 0);
	for (i = 0; i < r->d->k; i++) {
		ret = ev_class_auc(&e, r, i, times);
		if (ret < 0)
			return ret;
		out->n = e.n;
		if (e.flags & EV_STAT_UNDEFINED) {
			undefined(out);
			return 0;
		}
		weight = weighted ? rows_of(r, i, times) : 1;
		sum += weight * e.value;
		weights += weight;
	}
	out->value = sum / weights;
	return 0;
}

int ev_class_auc_macro(struct ev_estimate *out,
		       const struct ev_class_ranks *r, const uint32_t *times)
{
	return mean_of_classes(out, r, false, times);
}

int ev_class_auc_weighted(struct ev_estimate *out,
			  const struct ev_class_ranks *r,
			  const uint32_t *times)
{
	return mean_of_classes(out, r, true, times);
}

/* Of rows of a and b alone, by the probability of a; order: room for n. */
static int between(struct ev_estimate *out, const struct ev_class_ranks *r,
		   size_t a, size_t b, uint32_t *order, const uint32_t *times)
{
	const struct ev_multiclass *d = r->d;
	const struct ev_marker m = { r->p + a * d->n, order };
	struct ev_cases c = { r->is + a * d->n, d->cluster, d->clusters, 0 };
	uint32_t row;
	size_t i;

	for (i = 0; i < d->n; i++) {
		row = r->order[a * d->n + i];
		if (d->truth[row] == a || d->truth[row] == b)
			order[c.n++] = row;
	}
	return ev_weighted_auc(out, &m, &c, times);
}

int ev_hand_till(struct ev_estimate *out, const struct ev_class_ranks *r,
		 const uint32_t *times)
{
	uint32_t *order = ev_malloc((r->d->n + 1) * sizeof(*order));
	size_t a, b, k = r->d->k;
	struct ev_estimate e;
	double n = 0;
	int ret = 0;

	start(out, "hand_till", 0);
	for (a = 0; a < k; a++)
		n += rows_of(r, a, times);
	for (a = 0; a < k; a++) {
		for (b = 0; b < k; b++) {
			if (a == b)
				continue;
			ret = between(&e, r, a, b, order, times);
			if (ret < 0 || e.flags & EV_STAT_UNDEFINED) {
				undefined(out);
				goto out;
			}
			out->value += e.value;
		}
	}
	out->value /= (double)(k * (k - 1));
out:
	out->n = n;
	free(order);
	return ret;
}

/* Rows -------------------------------------------------------------------- */

/* What is averaged over rows, 0 to 2^20. */
typedef double term(const double *p, size_t k, size_t truth);

static double squares(const double *p, size_t k, size_t truth)
{
	double sum = 0, miss;
	size_t j;

	for (j = 0; j < k; j++) {
		miss = j == truth ? 1 - p[j] : p[j];
		sum += miss * miss;
	}
	return sum;
}

static double surprise(const double *p, size_t k, size_t truth)
{
	(void)k;
	return -ev_log(ev_predicted_clip(p[truth]));
}

static int mean(struct ev_estimate *out, const char *method,
		const struct ev_multiclass *d, const uint32_t *times, term *f)
{
	int ret = checked(d);
	uint64_t n = 0, w;
	ev_fixed sum = 0;
	size_t i;

	start(out, method, 0);
	for (i = 0; ret == 0 && i < d->n; i++) {
		w = !times ? 1 : times[d->cluster ? d->cluster[i] : i];
		n += w;
		if (w)
			sum += ev_fixed_of(f(d->p + i * d->k, d->k,
					     d->truth[i])) * (ev_fixed)w;
	}
	out->n = (double)n;
	if (n == 0)
		undefined(out);
	else
		out->value = ev_fixed_value(sum) / out->n;
	return ret;
}

int ev_multiclass_brier(struct ev_estimate *out,
			const struct ev_multiclass *d, const uint32_t *times)
{
	return mean(out, "brier", d, times, squares);
}

int ev_multiclass_log_loss(struct ev_estimate *out,
			   const struct ev_multiclass *d,
			   const uint32_t *times, size_t *clipped)
{
	int ret = mean(out, "log_loss", d, times, surprise);
	size_t i, n = 0;
	double p;

	for (i = 0; ret == 0 && i < d->n; i++) {
		p = d->p[i * d->k + d->truth[i]];
		n += ev_predicted_clip(p) != p;
	}
	if (clipped)
		*clipped = n;
	return ret;
}

int ev_top_label_ece(struct ev_estimate *out, const struct ev_multiclass *d,
		     const uint32_t *times, unsigned bins,
		     enum ev_bin_closure closure)
{
	struct ev_predicted top = { NULL, NULL, d->cluster, d->clusters, d->n };
	uint64_t n = 0;
	uint8_t *right;
	double *p;
	size_t i, j, best;
	int ret = checked(d);

	start(out, "top_label", 0);
	if (ret < 0)
		return ret;
	top.p = p = ev_malloc((d->n + 1) * sizeof(*p));
	top.y = right = ev_malloc(d->n + 1);
	for (i = 0; i < d->n; i++) {
		const double *of = d->p + i * d->k;

		for (best = 0, j = 1; j < d->k; j++)
			if (of[j] > of[best])
				best = j;
		p[i] = of[best];
		right[i] = best == d->truth[i];
		n += !times ? 1 : times[d->cluster ? d->cluster[i] : i];
	}
	out->n = (double)n;
	if (n == 0)
		undefined(out);
	else
		ret = ev_weighted_ece(&out->value, &top, times, bins, closure);
	free(p);
	free(right);
	return ret;
}
