#include "base/compat.h"
#include "stats/logistic.h"

#include "stats/fp.h"
#include "stats/lanes.h"

static EV_LANES void block(double *q, const double *eta)
{
	ev_logistic_block(q, eta);
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
