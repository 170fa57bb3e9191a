#include "base/compat.h"
#include "stats/logistic.h"

#include "stats/fp.h"

#define LN2_HIGH 0x1.62e42fefa38p-1
#define LN2_MIDDLE 0x1.ef35793c7673p-45
#define LOG2_E 0x1.71547652b82fep+0
#define SHIFT 0x1.8p52
#define MOST 700.0

/* exp(r) = 1 + r (1 + r / 2 (1 + r / 3 (...))), |r| <= log(2) / 2 */
#define C(k) (1.0 / (k))
static const double c[] = {
	C(1), C(2), C(6), C(24), C(120), C(720), C(5040), C(40320),
	C(362880), C(3628800), C(39916800), C(479001600), C(6227020800),
};

/*
 * A body without branches or calls over a whole block, so that a compiler
 * may put rows side by side; each lane is the same arithmetic.
 */
static void block(double *restrict q, const double *restrict eta)
{
	double x, t, r, s, e;
	uint64_t u, k;
	int i;

	for (i = 0; i < EV_LOGISTIC_BLOCK; i++) {
		x = eta[i] < 0 ? eta[i] : -eta[i];
		q[i] = x < -MOST ? -MOST : x;
	}
	for (i = 0; i < EV_LOGISTIC_BLOCK; i++) {
		x = q[i];
		/* the low bits of t hold k of x = k log 2 + r */
		t = x * LOG2_E + SHIFT;
		memcpy(&k, &t, sizeof(k));
		t -= SHIFT;
		r = (x - t * LN2_HIGH) - t * LN2_MIDDLE;
		s = c[12];
		s = c[11] + r * s;
		s = c[10] + r * s;
		s = c[9] + r * s;
		s = c[8] + r * s;
		s = c[7] + r * s;
		s = c[6] + r * s;
		s = c[5] + r * s;
		s = c[4] + r * s;
		s = c[3] + r * s;
		s = c[2] + r * s;
		s = c[1] + r * s;
		s = 1 + (r + r * r * s);
		memcpy(&u, &s, sizeof(u));
		u += k << 52;
		memcpy(&e, &u, sizeof(e));
		q[i] = e / (1 + e);
	}
}

void ev_logistic_tails(double *q, const double *eta, size_t n)
{
	double in[EV_LOGISTIC_BLOCK] = { 0 }, out[EV_LOGISTIC_BLOCK];

	if (n == EV_LOGISTIC_BLOCK) {
		block(q, eta);
		return;
	}
	memcpy(in, eta, n * sizeof(*eta));
	block(out, in);
	memcpy(q, out, n * sizeof(*q));
}
