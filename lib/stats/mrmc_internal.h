/*
 * mrmc_internal.h - from the areas of readers to inference (lib/stats alone)
 */
#ifndef EV_STATS_MRMC_INTERNAL_H
#define EV_STATS_MRMC_INTERNAL_H

#include "stats/auc_internal.h"
#include "stats/mrmc.h"

/* Fill all of `out` but auc, readers and modalities; its lists are there.
 * Marker modality * readers + reader of the gram is a reader's. */
void ev_mrmc_infer(struct ev_mrmc *out, const struct ev_auc_gram *g,
		   double level);

#endif
