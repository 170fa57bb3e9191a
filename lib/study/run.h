/*
 * run.h - run a test on the files of a commit and write a test record
 *
 * Everything that can be refused is refused before the command runs: a name
 * that is none, a signing key that the policy does not list, a record to
 * supersede that is not there, a sandbox that cannot be made.  What the
 * command prints goes to `output` as it comes and into the log artifact.
 *
 * Of a command that failed a record is written in any case, also if a file it
 * should have made is missing; of one that ended well it is not.
 */
#ifndef EV_STUDY_RUN_H
#define EV_STUDY_RUN_H

#include "ledger/write.h"

struct ev_run {
	struct ev_oid commit;
	const char *name;		/* see ev_check_record_name() */
	const char *const *argv;	/* NULL-ended, at least one word */
	bool hermetic, dry_run;
	const char *junit;		/* path below the checkout, or NULL */
	const struct ev_strs *artifacts;	/* NAME=PATH, below the checkout */
	const char *supersedes, *because;	/* NULL, or both */
	const char *key;		/* NULL: ev_draft_key() chooses */
	/* The command's output; what it answers is ignored if it is 0, and ends
	 * the command if it is negative. */
	int (*output)(void *ctx, int fd, const char *p, size_t n);
	/* One line that the user should know; may come before the command. */
	void (*note)(void *ctx, const char *text);
	void *ctx;
};
struct ev_run_result {
	bool ran;			/* the command ran to its end */
	int status;			/* its exit status, or 128 + signal */
	const char *result;		/* PASSED, WARNED, FAILED */
	struct ev_written record;	/* of a dry run: nothing */
};

/* 0 when the record is written (or a dry run found nothing to refuse). A
 * failure after the command has run leaves `ran` and `status`. */
int ev_run(struct ev_run_result *out, struct ev_repo *r,
	   struct ev_trust *trust, const struct ev_run *run);

#endif
