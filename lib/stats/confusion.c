#include "base/compat.h"
#include "stats/agreement.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/fp.h"

#define MOST 1000000000
#define MOST_CLASSES 1000

__extension__ typedef __int128 wide;

/* Rows of each class by truth and by call; both freed with `row`. */
struct margins {
	int64_t *row;
	int64_t *column;
	int64_t n, agreed;
};

static int sum_up(struct margins *m, const struct ev_confusion *c)
{
	size_t i, j;
	int64_t x;

	m->row = NULL;
	m->n = 0;
	m->agreed = 0;
	if (c->k < 2 || c->k > MOST_CLASSES)
		return ev_fail(EV_EINVALID, "%zu classes; 2 to %d are possible",
			       c->k, MOST_CLASSES);
	m->row = ev_calloc(2 * c->k, sizeof(*m->row));
	m->column = m->row + c->k;
	for (i = 0; i < c->k; i++)
		for (j = 0; j < c->k; j++) {
			x = c->cell[i * c->k + j];
			if (x < 0)
				return ev_fail(EV_EINVALID, "a count of the "
					       "table is negative");
			if (x > MOST || m->n + x > MOST)
				return ev_fail(EV_ELIMIT,
					       "more than %d rows", MOST);
			m->row[i] += x;
			m->column[j] += x;
			m->n += x;
			if (i == j)
				m->agreed += x;
		}
	return 0;
}

static double weight(size_t i, size_t j, size_t k, enum ev_kappa_weights w)
{
	double far = i > j ? (double)(i - j) : (double)(j - i);

	far /= (double)(k - 1);
	if (w == EV_KAPPA_LINEAR)
		return 1 - far;
	if (w == EV_KAPPA_QUADRATIC)
		return 1 - far * far;
	return i == j ? 1 : 0;
}

/* Agreement seen, by chance, and the sums behind both standard errors. */
struct kappa_sums {
	double seen, chance;
	double at, none;
};

static struct kappa_sums kappa_sums(const struct ev_confusion *c,
				    const struct margins *m,
				    enum ev_kappa_weights w)
{
	struct kappa_sums s = { 0, 0, 0, 0 };
	size_t i, j, k = c->k;
	double n = (double)m->n, p, pe, x, *mean, kappa;

	/* mean weight of each row and of each column */
	mean = ev_calloc(2 * k, sizeof(*mean));
	for (i = 0; i < k; i++)
		for (j = 0; j < k; j++) {
			x = weight(i, j, k, w);
			mean[i] += x * ((double)m->column[j] / n);
			mean[k + j] += x * ((double)m->row[i] / n);
			s.seen += x * ((double)c->cell[i * k + j] / n);
			s.chance += x * ((double)m->row[i] / n *
					 ((double)m->column[j] / n));
		}
	kappa = s.chance < 1 ? (s.seen - s.chance) / (1 - s.chance) : 0;
	for (i = 0; i < k; i++)
		for (j = 0; j < k; j++) {
			x = weight(i, j, k, w);
			p = (double)c->cell[i * k + j] / n;
			pe = (double)m->row[i] / n * ((double)m->column[j] / n);
			pe *= (x - (mean[i] + mean[k + j])) *
			      (x - (mean[i] + mean[k + j]));
			s.none += pe;
			x -= (mean[i] + mean[k + j]) * (1 - kappa);
			s.at += p * x * x;
		}
	free(mean);
	x = kappa - s.chance * (1 - kappa);
	s.at -= x * x;
	s.none -= s.chance * s.chance;
	return s;
}

int ev_kappa(struct ev_kappa *out, const struct ev_confusion *c,
	     enum ev_kappa_weights weights, double level)
{
	struct kappa_sums s;
	struct margins m;
	double n, scale;
	bool certain = false;
	size_t i;
	int ret;

	ret = ev_estimate_init(&out->at, "fleiss_at_kappa", level);
	if (ret == 0)
		ret = ev_estimate_init(&out->kappa, "fleiss", level);
	if (ret < 0)
		return ret;
	ret = sum_up(&m, c);
	if (ret < 0)
		goto out;
	n = (double)m.n;
	/* all rows of one class and called it: chance agrees always */
	for (i = 0; i < c->k; i++)
		certain = certain || (m.row[i] == m.n && m.column[i] == m.n);
	out->kappa.n = out->at.n = n;
	if (m.n == 0 || certain) {
		out->kappa.flags = out->at.flags = EV_STAT_UNDEFINED;
		goto out;
	}
	s = kappa_sums(c, &m, weights);
	out->kappa.value = (s.seen - s.chance) / (1 - s.chance);
	out->at.value = out->kappa.value;
	scale = (1 - s.chance) * sqrt(n);
	if (m.agreed == m.n || !(s.at > 0)) {
		out->at.flags = EV_STAT_DEGENERATE_VARIANCE;
		s.at = s.none;
	}
	if (!(s.none > 0)) {
		out->kappa.flags = EV_STAT_NO_INTERVAL;
		out->at.flags |= EV_STAT_NO_INTERVAL;
		goto out;
	}
	ev_estimate_wald(&out->kappa, sqrt(s.none) / scale, -1, 1);
	ev_estimate_wald(&out->at, sqrt(s.at) / scale, -1, 1);
out:
	free(m.row);
	return ret;
}

static void correlate(struct ev_classes *out, const struct margins *m,
		      size_t k)
{
	wide both = 0, rows = 0, columns = 0, n2 = (wide)m->n * m->n;
	size_t i;
	double down;

	for (i = 0; i < k; i++) {
		both += (wide)m->row[i] * m->column[i];
		rows += (wide)m->row[i] * m->row[i];
		columns += (wide)m->column[i] * m->column[i];
	}
	down = sqrt((double)(n2 - rows) * (double)(n2 - columns));
	if (down == 0)
		out->mcc_undefined = true;
	else
		out->mcc = (double)((wide)m->agreed * m->n - both) / down;
}

int ev_classes(struct ev_classes *out, const struct ev_confusion *c)
{
	struct margins m;
	double n, f, hit, there = 0, known = 0;
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = sum_up(&m, c);
	if (ret < 0)
		goto out;
	if (m.n == 0) {
		out->undefined = out->mcc_undefined = true;
		goto out;
	}
	n = (double)m.n;
	out->n = n;
	/* one call for each row: precision, recall and accuracy are the same */
	out->accuracy = out->micro_f1 = (double)m.agreed / n;
	for (i = 0; i < c->k; i++) {
		if (m.row[i] + m.column[i] == 0)
			continue;
		hit = (double)c->cell[i * c->k + i];
		f = 2 * hit / (double)(m.row[i] + m.column[i]);
		known += 1;
		out->macro_f1 += f;
		out->weighted_f1 += f * ((double)m.row[i] / n);
		if (m.row[i] == 0)
			continue;
		there += 1;
		out->balanced_accuracy += hit / (double)m.row[i];
	}
	out->macro_f1 /= known;
	out->balanced_accuracy /= there;
	correlate(out, &m, c->k);
out:
	free(m.row);
	return ret;
}
