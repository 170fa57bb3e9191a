#include "base/compat.h"
#include "stats/calibration.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/cluster.h"
#include "stats/fixed.h"
#include "stats/predicted.h"
#include "stats/proportion.h"

/* Ends of bins: bin i lies between edge[i] and edge[i + 1]. */
struct edges {
	double edge[EV_BINS_MAX + 1];
	size_t bins;
	bool left;
	bool even;
};

/* As numpy.linspace(0, 1, bins + 1) has them: i times the width, so that 3
 * of 10 is 0.30000000000000004, and the last exactly 1. */
static void by_width(struct edges *e, unsigned bins)
{
	double width = 1.0 / bins;
	size_t i;

	for (i = 0; i < bins; i++)
		e->edge[i] = (double)i * width;
	e->edge[bins] = 1;
	e->bins = bins;
	e->even = true;
}

static void by_mass(struct edges *e, const struct ev_predicted *d,
		    unsigned bins)
{
	double *x = ev_sorted(d->p, d->n);
	size_t i, n;

	for (i = 0; i <= bins; i++)
		e->edge[i] = ev_quantile7(x, d->n, i, bins);
	free(x);
	n = ev_distinct(e->edge, bins + 1);
	if (n == 1)
		e->edge[n++] = e->edge[0];
	e->bins = n - 1;
	e->even = false;
}

static inline bool below(const struct edges *e, size_t i, double p)
{
	return e->left ? p < e->edge[i] : p <= e->edge[i];
}

static inline size_t bin_of(const struct edges *e, double p)
{
	size_t low = 0, high = e->bins - 1, mid;

	if (e->even) {
		/* right but for rounding, which is one bin at most */
		low = (size_t)(p * (double)e->bins);
		low = low > high ? high : low;
		if (low > 0 && below(e, low, p))
			return low - 1;
		return low < high && !below(e, low + 1, p) ? low + 1 : low;
	}
	while (low < high) {
		mid = (low + high) / 2;
		if (below(e, mid + 1, p))
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* Wilson's interval of each bin, patients as the unit. */
static int clustered(struct ev_bins *out, const struct ev_predicted *d,
		     const uint16_t *bin, double level)
{
	struct ev_cluster *c = ev_calloc((size_t)d->clusters + 1, sizeof(*c));
	uint32_t *row = ev_calloc(d->n + 1, sizeof(*row));
	uint32_t *met = ev_calloc((size_t)d->clusters + 1, sizeof(*met));
	struct ev_cluster *seen = ev_calloc((size_t)d->clusters + 1,
					    sizeof(*seen));
	size_t start[EV_BINS_MAX + 1] = { 0 }, i, j, k;
	struct ev_clustered e;
	int ret = 0;

	for (i = 0; i + 1 < out->n; i++)
		start[i + 1] = start[i] + (size_t)out->items[i].n;
	for (i = 0; i < d->n; i++)
		row[start[bin[i]]++] = (uint32_t)i;
	for (i = 0, j = 0; ret == 0 && i < out->n; i++) {
		for (k = 0; j < start[i]; j++) {
			struct ev_cluster *at = &c[d->cluster[row[j]]];

			if (at->n++ == 0)
				met[k++] = d->cluster[row[j]];
			at->x += d->y[row[j]];
		}
		for (start[i] = 0; start[i] < k; start[i]++) {
			seen[start[i]] = c[met[start[i]]];
			c[met[start[i]]] = (struct ev_cluster){ 0, 0 };
		}
		ret = ev_clustered_proportion(&e, seen, k, level);
		out->items[i].observed = e.wilson;
	}
	free(c);
	free(row);
	free(met);
	free(seen);
	return ret;
}

static int fill(struct ev_bins *out, const struct ev_predicted *d,
		const struct edges *e, double level)
{
	uint16_t *bin = d->cluster ? ev_calloc(d->n + 1, sizeof(*bin)) : NULL;
	ev_fixed sum[EV_BINS_MAX] = { 0 };
	struct ev_bin *b;
	double gap, total = 0;
	size_t i, at;
	int ret = 0;

	for (i = 0; i < d->n; i++) {
		at = bin_of(e, d->p[i]);
		out->items[at].n++;
		out->items[at].positives += d->y[i];
		sum[at] += ev_fixed_of(d->p[i]);
		if (bin)
			bin[i] = (uint16_t)at;
	}
	for (i = 0; ret == 0 && i < out->n; i++) {
		b = &out->items[i];
		b->low = e->edge[i];
		b->high = e->edge[i + 1];
		ret = ev_wilson(&b->observed, (double)b->positives,
				(double)b->n, level);
		if (b->n == 0)
			continue;
		b->mean_p = ev_fixed_value(sum[i]) / (double)b->n;
		gap = ev_fp_abs((double)b->positives - ev_fixed_value(sum[i]));
		total += gap;
		gap /= (double)b->n;
		out->mce = gap > out->mce ? gap : out->mce;
	}
	if (d->n > 0)
		out->ece = total / (double)d->n;
	else
		out->flags = EV_STAT_UNDEFINED;
	if (ret == 0 && bin)
		ret = clustered(out, d, bin, level);
	free(bin);
	return ret;
}

static int begin(struct edges *e, const struct ev_predicted *d, unsigned bins,
		 enum ev_bin_closure closure)
{
	if (bins < 1 || bins > EV_BINS_MAX)
		return ev_fail(EV_EINVALID, "%u bins are not 1 to %d", bins,
			       EV_BINS_MAX);
	e->left = closure == EV_BIN_LEFT;
	by_width(e, bins);
	return ev_predicted_check(d);
}

int ev_bins(struct ev_bins *out, const struct ev_predicted *d, unsigned bins,
	    enum ev_bin_scheme scheme, enum ev_bin_closure closure,
	    double level)
{
	struct edges e = { .bins = 0 };
	int ret;

	memset(out, 0, sizeof(*out));
	ret = begin(&e, d, bins, closure);
	if (ret < 0)
		return ret;
	if (scheme == EV_BIN_MASS && d->n > 0)
		by_mass(&e, d, bins);
	out->n = e.bins;
	out->items = ev_calloc(out->n, sizeof(*out->items));
	ret = fill(out, d, &e, level);
	if (ret < 0)
		ev_bins_release(out);
	return ret;
}

void ev_bins_release(struct ev_bins *b)
{
	free(b->items);
	memset(b, 0, sizeof(*b));
}

int ev_weighted_ece(double *ece, const struct ev_predicted *d,
		    const uint32_t *times, unsigned bins,
		    enum ev_bin_closure closure)
{
	ev_fixed sum[EV_BINS_MAX] = { 0 };
	struct edges e = { .bins = 0 };
	double total = 0;
	int64_t n = 0, w;
	size_t i, at;
	int ret = begin(&e, d, bins, closure);

	*ece = 0;
	if (ret < 0)
		return ret;
	for (i = 0; i < d->n; i++) {
		w = !times ? 1 : times[d->cluster ? d->cluster[i] : i];
		if (w == 0)
			continue;
		at = bin_of(&e, d->p[i]);
		n += w;
		sum[at] += ev_fixed_of((double)d->y[i] - d->p[i]) * w;
	}
	if (n == 0)
		return ev_fail(EV_ENOTFOUND, "no rows to be calibrated");
	for (i = 0; i < e.bins; i++)
		total += ev_fp_abs(ev_fixed_value(sum[i]));
	*ece = total / (double)n;
	return 0;
}
