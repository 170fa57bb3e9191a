/*
 * auc_internal.h - placements of k markers and their exact sums of products
 *
 * The placement of a positive row is 2 for each negative row below it and 1
 * for each that ties; of a negative row, 2 for each positive above it and 1
 * for each that ties.  With M and N rows of the classes they add up to U in
 * either class, and the area is U / (2 M N).
 *
 * In cluster i with m_i and n_i rows, C_i and D_i are the sums of placements
 * of its positive and negative rows.  Everything with a variance needs only
 * the sums of products below, whole numbers without rounding.  Without
 * clusters each row is one.
 */
#ifndef EV_STATS_AUC_INTERNAL_H
#define EV_STATS_AUC_INTERNAL_H

#include "stats/roc.h"
#include "stats/wide.h"

/* Of one marker, over clusters. */
struct ev_auc_sums {
	int64_t u;
	ev_int128 mc, nc, md, nd;	/* sum m C, n C, m D, n D */
};

/* Of two markers, over clusters. */
struct ev_auc_products {
	ev_int128 cc, dd, cd;		/* sum C C', D D', C D' */
};

struct ev_auc_gram {
	size_t k;
	int64_t m, n;			/* rows with and without */
	int64_t clusters_m, clusters_n, clusters;	/* with such rows */
	ev_int128 mm, mn, nn;		/* sum m m, m n, n n */
	struct ev_auc_sums *sums;	/* [k] */
	struct ev_auc_products *products;	/* [k * k] */
	bool clustered;
};

/* Sums of placements of a cluster by truth: [1] C, [0] D. */
struct ev_auc_part {
	int64_t sum[2];
};
void ev_auc_gram_init(struct ev_auc_gram *g, size_t k, bool clustered);
/* Add a cluster with m and n rows and the parts of each marker. */
void ev_auc_gram_unit(struct ev_auc_gram *g, int64_t m, int64_t n,
		      const struct ev_auc_part *p);
/* Add a row that is a cluster of its own, by a marker, 0 or 1; `first`: its
 * placement by marker 0, if this is 1.  After all of them, their sums. */
static inline void ev_auc_gram_row(struct ev_auc_gram *g, size_t marker,
				   int truth, int64_t placement, int64_t first)
{
	struct ev_auc_products *x = g->products + marker * (g->k + 1);
	ev_int128 square = (ev_int128)((ev_uint128)placement * placement);

	*(truth ? &x->cc : &x->dd) += square;
	if (marker)
		*(truth ? &x[-1].cc : &x[-1].dd) += (ev_int128)placement *
						    first;
}
void ev_auc_gram_rows(struct ev_auc_gram *g);

/* EV_EINVALID for markers that are not in order or not of the same rows. */
int ev_auc_gram(struct ev_auc_gram *g, const struct ev_marker *m, size_t k,
		const struct ev_cases *c);
void ev_auc_gram_release(struct ev_auc_gram *g);

/* Marker `plus` less marker `minus` of a gram, or `plus` alone. */
#define EV_AUC_ALONE SIZE_MAX
struct ev_auc_contrast {
	size_t plus, minus;
};

/* U and the value of a contrast; covariance of two, 0 or more of one. */
int64_t ev_auc_contrast_u(const struct ev_auc_gram *g,
			  struct ev_auc_contrast x);
double ev_auc_contrast_value(const struct ev_auc_gram *g,
			     struct ev_auc_contrast x);
double ev_auc_covariance(const struct ev_auc_gram *g,
			 struct ev_auc_contrast x, struct ev_auc_contrast y);

/* Flags of what a gram has too little of: undefined, or one cluster. */
unsigned ev_auc_lack(const struct ev_auc_gram *g);
/* The smaller number of clusters of a class. */
int64_t ev_auc_smaller(const struct ev_auc_gram *g);

#endif
