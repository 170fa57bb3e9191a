/*
 * quorum.h - are there enough people of each role?
 *
 * Each person may sign for several roles.  With `one_role` a person counts for
 * one role only, and the assignment is the one that fills most places (a
 * maximum matching of people and places, by augmenting paths).
 */
#ifndef EV_POLICY_QUORUM_H
#define EV_POLICY_QUORUM_H

#include "policy/requirement.h"

/* One person's decision in one role; the same twice counts once. */
struct ev_ballot { const struct ev_person *person; const char *role; };

/*
 * have[i] (q->n of them) becomes how many count for q->items[i], at most what
 * is asked for; who[] (may be NULL), one for each ballot, whether that ballot
 * is among them.  True if all places are filled.
 */
bool ev_quorum_count(int64_t *have, bool *who, const struct ev_quorum *q,
		     const struct ev_ballot *ballots, size_t n, bool one_role);

#endif
