/*
 * usage.h - the words of -h, of --help and of wrong usage
 *
 * All of it comes from the verb table, so that it cannot drift from what the
 * program accepts; tests/man/lint holds the SYNOPSIS of each page to it.
 */
#ifndef EV_CMD_USAGE_H
#define EV_CMD_USAGE_H

#include "base/buf.h"
#include "cmd/verb.h"

/* "usage: git evidence ..." and "   or: ..." lines. */
void usage_lines(struct ev_buf *out, const struct verb *v);
/* The lines, the summary and the options: what -h prints. */
void usage_text(struct ev_buf *out, const struct verb *v);
/* The flags that the framework gives to `v`, bound to `ctx`. */
struct common_flags usage_common(const struct verb *v, struct context *ctx);

/* Short help of the whole program: an example, the verbs, where to go next. */
void usage_overview(struct ev_buf *out, bool plumbing);

/*
 * Show the manual page of `v` (NULL: of the program) with man(1); where that
 * cannot be done, print the long usage.  Exit status.
 */
int usage_manual(const struct verb *v);

/*
 * Say "error: <message>" and the usage lines of `v` (may be NULL) on stderr,
 * with `json` the error document on stdout; 129.
 */
int usage_fail(const struct verb *v, bool json, const char *message);

#endif
