#include "base/compat.h"
#include "clinical/engine.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/special.h"

/*
 * Are scores spread as the reference's are?  PSI over ten classes that the
 * reference's deciles bound, with half a row added to each so that an empty
 * one has a logarithm; KS is the greatest distance of the two distributions.
 */
#define CLASSES 10

struct spreads {
	const double *a, *b;		/* ascending */
	size_t n;
};

static double *sorted(const struct ev_view *v, int marker)
{
	double *out = ev_malloc((v->n + 1) * sizeof(*out));
	size_t i;

	for (i = 0; i < v->n; i++)
		out[i] = v->score[marker][v->order[marker][i]];
	return out;
}

/* How many are at most x. */
static size_t up_to(const double *s, size_t n, double x)
{
	size_t low = 0, high = n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (s[mid] <= x)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static double psi(const struct spreads *s)
{
	size_t below_a = 0, below_b = 0, k, at_a, at_b;
	double total = (double)s->n + CLASSES / 2.0, sum = 0, p, q, cut;

	for (k = 1; k <= CLASSES; k++) {
		at_a = at_b = s->n;
		if (k < CLASSES) {
			cut = s->b[s->n * k / CLASSES];
			at_a = up_to(s->a, s->n, cut);
			at_b = up_to(s->b, s->n, cut);
		}
		p = ((double)(at_a - below_a) + 0.5) / total;
		q = ((double)(at_b - below_b) + 0.5) / total;
		sum += (p - q) * ev_log(p / q);
		below_a = at_a;
		below_b = at_b;
	}
	return sum;
}

static double ks(const struct spreads *s)
{
	size_t i = 0, k = 0, gap = 0, d;
	double x;

	while (i < s->n && k < s->n) {
		x = s->a[i] < s->b[k] ? s->a[i] : s->b[k];
		while (i < s->n && s->a[i] <= x)
			i++;
		while (k < s->n && s->b[k] <= x)
			k++;
		d = i > k ? i - k : k - i;
		if (d > gap)
			gap = d;
	}
	return (double)gap / (double)s->n;
}

int ev_measure_drift(struct ev_work *w, const struct ev_task *t)
{
	int against = t->against >= 0 ? t->against : w->g->ref[0] ? 0 : 1;
	const struct ev_view *v;
	double *a, *b;
	struct spreads s;

	if (t->q->metric != EV_M_PSI && t->q->metric != EV_M_KS)
		return EV_ENOTFOUND;
	if (!w->g->ref[against])
		return 1;
	v = ev_work_pair_scored(w, against);
	if (!v->n)
		return 1;
	a = sorted(v, 0);
	b = sorted(v, 1);
	s.a = a;
	s.b = b;
	s.n = v->n;
	memset(t->m, 0, sizeof(*t->m));
	t->m->e.value = t->q->metric == EV_M_PSI ? psi(&s) : ks(&s);
	t->m->e.method = t->q->metric == EV_M_PSI ? "psi_deciles" : "ks";
	t->m->e.n = (double)s.n;
	t->m->e.level = t->level;
	t->m->e.flags = EV_STAT_NO_INTERVAL;
	free(a);
	free(b);
	return 1;
}
