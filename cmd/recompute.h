/*
 * recompute.h - verify --recompute: the numbers of reports made again, and
 *               cohorts drawn again
 */
#ifndef EV_CMD_RECOMPUTE_H
#define EV_CMD_RECOMPUTE_H

#include "cmd/words.h"
#include "ledger/verify.h"
#include "study/validate.h"

struct recomputed {
	char record[65];
	const char *kind;		/* "report", "generator" */
	char *name;
	size_t numbers;			/* compared; of a generator, files */
	size_t differences;
	bool done;			/* false: it could not be */
	enum ev_page_state page;
};
struct recomputed_list { struct recomputed *items; size_t n, cap; };

/*
 * Every live report and cohort of `v`, one after the other.  What differs becomes a
 * finding and makes it fail; what cannot be made again is missing.
 */
int recompute_reports(struct recomputed_list *out, struct ev_verification *v,
		      const struct reader *reader, struct ev_repo *r);
void recomputed_json(struct ev_json *j, const struct recomputed_list *l);
void recomputed_print(const struct recomputed_list *l);
void recomputed_release(struct recomputed_list *l);

#endif
