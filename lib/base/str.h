/*
 * str.h - small words on strings, and a list of strings
 */
#ifndef EV_BASE_STR_H
#define EV_BASE_STR_H

#include "base/compat.h"

bool ev_starts_with(const char *s, const char *prefix);
bool ev_ends_with(const char *s, const char *suffix);
bool ev_streq(const char *a, const char *b);	/* NULL equals only NULL */

/* Owned strings in order of addition. */
struct ev_strs {
	char **items;
	size_t n, cap;
};
#define EV_STRS_INIT { NULL, 0, 0 }
void ev_strs_add(struct ev_strs *l, const char *s);	/* copies */
void ev_strs_addf(struct ev_strs *l, const char *fmt, ...) EV_PRINTF(2, 3);
void ev_strs_take(struct ev_strs *l, char *s);		/* takes ownership */
bool ev_strs_has(const struct ev_strs *l, const char *s);
void ev_strs_sort(struct ev_strs *l);			/* by bytes */
void ev_strs_uniq(struct ev_strs *l);			/* of a sorted list */
void ev_strs_release(struct ev_strs *l);

/* Optimal string alignment distance (adjacent swaps count one), bytes. */
size_t ev_edit_distance(const char *a, const char *b);
/*
 * The word nearest to `word` if it is near enough to be meant (distance at
 * most a third of its length, at least 1 and at most 3), else NULL.
 */
const char *ev_closest(const char *word, const char *const *words, size_t n);

#endif
