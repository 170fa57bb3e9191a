/*
 * options.h - options as a table, in git's manner
 *
 * -x VALUE, -xVALUE, --long VALUE, --long=VALUE, unambiguous abbreviations,
 * --no-long for flags, `--` and --end-of-options end them, options and
 * positional words may mix. A misspelt option names the near one.
 */
#ifndef EV_CMD_OPTIONS_H
#define EV_CMD_OPTIONS_H

#include "base/str.h"

enum option_kind {
	OPT_FLAG = 1,	/* bool *value */
	OPT_STRING,	/* const char **value; last wins */
	OPT_LIST,	/* struct ev_strs *value; every occurrence is added */
	OPT_INT,	/* int64_t *value; not negative */
	OPT_STOP	/* bool *value: set when `--` was met, which then stays
			 * in argv, so that the verb (run) can tell the words
			 * before from those after; not shown in -h */
};
struct option {
	enum option_kind kind;
	char letter;		/* 0 if none */
	const char *name;
	const char *arg;	/* "<file>", NULL for a flag */
	const char *help;
	void *value;
};

/*
 * Where the common flags go, NULL if the verb has no such flag.  A verb's own
 * table goes first: `log -n N` takes -n, not --dry-run.
 */
struct common_flags { bool *json, *dry_run, *quiet; };

/*
 * 0 and the positional words in *argc, *argv (argv[0] is the first of them; the
 * array is reordered in place and stays NULL-ended); else 129 after saying
 * what is wrong and the usage to stderr; 1 for -h, 2 for --help (the caller
 * prints them).
 */
int options_parse(const char *verb, const struct option *table,
		  const struct common_flags *common,
		  int *argc, const char ***argv);
/* The option lines of -h. */
struct ev_buf;
void options_help(struct ev_buf *out, const struct option *table,
		  const struct common_flags *common);

#endif
