/*
 * result.h - what a test record says, as members of its predicate
 *
 * in-toto test-result v0.1, and our own members after its; see
 * git-evidence-formats(5).
 */
#ifndef EV_STUDY_RESULT_H
#define EV_STUDY_RESULT_H

#include "base/buf.h"
#include "manifest/environment.h"
#include "study/junit.h"

#define EV_RESULT_NAMES_MAX ((size_t)96 << 10)	/* bytes of names listed */

struct ev_result {
	const char *const *argv;	/* NULL-ended */
	int status, signal;
	int64_t started, finished;
	bool hermetic;
	const struct ev_environment *environment;
	const struct ev_junit *junit;	/* NULL: none was read */
	uint64_t log_size;
	char log_sha256[65];
	bool log_truncated;
};

/* PASSED, WARNED or FAILED: the worst of status and tests. A report of flaky
 * tests, or of none that was run, is WARNED. */
const char *ev_result_word(const struct ev_result *r);
/* Append the members, without outer braces. */
void ev_result_members(struct ev_buf *out, const struct ev_result *r);

#endif
