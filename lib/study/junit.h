/*
 * junit.h - what a JUnit report says, test by test
 *
 * There is no standard; what Ant, Maven Surefire, pytest, bats, cmocka and
 * others write has in common: <testcase name classname> below <testsuite>,
 * with <failure> or <error> in it if it failed, <skipped> if it was not run,
 * and <flakyFailure> or <flakyError> if it passed only when tried again.
 */
#ifndef EV_STUDY_JUNIT_H
#define EV_STUDY_JUNIT_H

#include "base/str.h"

#define EV_JUNIT_NAME_MAX 500		/* bytes; longer names are cut */

struct ev_junit {
	/* "CLASSNAME.NAME", sorted by bytes; a name may come more than once */
	struct ev_strs passed, warned, failed;
	size_t skipped;
};
#define EV_JUNIT_INIT { EV_STRS_INIT, EV_STRS_INIT, EV_STRS_INIT, 0 }
void ev_junit_release(struct ev_junit *j);

/* EV_EINVALID "FILE:LINE:COL: ...", also if it is XML and no JUnit report. */
int ev_junit_read(struct ev_junit *out, const char *file, const char *text,
		  size_t n);

#endif
