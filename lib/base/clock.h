/*
 * clock.h - seconds since the epoch and RFC 3339 in UTC
 */
#ifndef EV_BASE_CLOCK_H
#define EV_BASE_CLOCK_H

#include "base/compat.h"

#define EV_TIME_TEXT 21			/* "2026-01-31T12:00:00Z", NUL */

int64_t ev_now(void);
/* SOURCE_DATE_EPOCH if set (EV_EINVALID if it is no number), else now. */
int ev_build_time(int64_t *out);
void ev_time_format(char out[EV_TIME_TEXT], int64_t t);	/* years 0-9999 */
/* "YYYY-MM-DDThh:mm:ssZ", fraction allowed and dropped; EV_EINVALID (no
 * message) for anything else, also for days that do not exist. */
int ev_time_parse(int64_t *out, const char *s);
/* "YYYY-MM-DD", midnight UTC. */
int ev_date_parse(int64_t *out, const char *s);

#endif
