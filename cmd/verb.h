/*
 * verb.h - what a verb is, and the one table of them
 *
 * The table feeds dispatch, `git evidence help`, `-h`, completion and the test
 * that compares man pages with what the program accepts.
 */
#ifndef EV_CMD_VERB_H
#define EV_CMD_VERB_H

#include "cmd/options.h"
#include "repo/repo.h"

enum verb_group { GROUP_SETUP, GROUP_RECORD, GROUP_DECIDE, GROUP_LOOK,
		  GROUP_HANDOVER, GROUP_PLUMBING };

#define NEED_REPO 1u	/* open the repository before run() */
#define MAY_REPO 2u	/* open it if there is one; ctx->repo may be NULL */
#define MAY_PAGE 4u	/* long output: pager on a terminal */
#define WRITES 8u	/* has -n/--dry-run */
#define HAS_JSON 16u	/* has --json */
#define ASKS_CONFIG 32u	/* will ask for configuration, if only for how long
			   short names are: git reads it meanwhile */

struct context {
	struct ev_repo *repo;
	bool json, dry_run, quiet;
	const struct verb *verb;
};

struct verb {
	const char *name;
	enum verb_group group;
	unsigned flags;
	const char *summary;		/* one line, lower case, no full stop */
	/* Lines after "git evidence ", NULL-ended. */
	const char *const *synopsis;
	/* Own options, ended by {0}; the framework adds -h, --json, -n. May be
	 * NULL. */
	const struct option *options;
	int (*run)(struct context *ctx, int argc, const char **argv);
				/* argv: positional words; exit status */
	const char *json_schema;	/* of --json; NULL without HAS_JSON */
};
extern const struct verb *const verbs[];	/* by group, ended by NULL */
const struct verb *verb_find(const char *name);
/* The verb that was meant by a misspelt one, or NULL. */
const char *verb_closest(const char *name);
const char *verb_group_title(enum verb_group group);

#endif
