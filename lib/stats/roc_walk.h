/*
 * roc_walk.h - go down the scores, one distinct value at a time
 *
 * (for lib/stats alone)  What has passed counts as called positive, as the
 * rule is score >= threshold; each row counts as often as its cluster does.
 */
#ifndef EV_STATS_ROC_WALK_H
#define EV_STATS_ROC_WALK_H

#include "stats/roc.h"

struct ev_walk {
	const struct ev_marker *m;
	const struct ev_cases *c;
	const uint32_t *times;
	size_t left;		/* rows not passed yet */
	double score;		/* of the last step, the threshold */
	uint64_t tp, fp;	/* passed, with the last step */
	uint64_t dtp, dfp;	/* of the last step alone */
};

static inline void ev_walk_init(struct ev_walk *w, const struct ev_marker *m,
				const struct ev_cases *c,
				const uint32_t *times)
{
	memset(w, 0, sizeof(*w));
	w->m = m;
	w->c = c;
	w->times = times;
	w->left = c->n;
}

/* Pass the rows of the next lower score, if any counts; false at the end. */
static inline bool ev_walk_step(struct ev_walk *w)
{
	const uint32_t *cluster = w->c->cluster;
	uint64_t by[2], k;
	uint32_t row;

	do {
		if (w->left == 0)
			return false;
		by[0] = 0;
		by[1] = 0;
		w->score = w->m->score[w->m->order[w->left - 1]];
		do {
			row = w->m->order[w->left - 1];
			if (w->m->score[row] != w->score)
				break;
			k = !w->times ? 1 :
				w->times[cluster ? cluster[row] : row];
			by[w->c->truth[row]] += k;
		} while (--w->left > 0);
	} while (by[0] + by[1] == 0);
	w->dfp = by[0];
	w->dtp = by[1];
	w->fp += by[0];
	w->tp += by[1];
	return true;
}

#endif
