/*
 * members.h - a family of slices that is being divided (for lib/clinical
 *             alone)
 */
#ifndef EV_CLINICAL_MEMBERS_H
#define EV_CLINICAL_MEMBERS_H

#include "clinical/engine.h"

/* The rows of one. */
struct ev_member {
	char *name;			/* "" for a single one */
	uint32_t *rows;
	size_t n, cap;
	bool keep;			/* also if it has no rows */
};
struct ev_members {
	struct ev_member *items;
	size_t n, cap;
};

/* By value, cuts, groups or conditions; no cross. */
int ev_members_divide(struct ev_members *m, const struct ev_family *f,
		      const struct ev_cohort *c);
void ev_members_release(struct ev_members *m);

#endif
