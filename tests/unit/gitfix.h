/*
 * gitfix.h - repositories for unit tests, made by the git program
 *
 * fix_setup() makes a private folder below $TMPDIR, moves there and gives the
 * test an environment of its own (home, identity, dates, no system or user
 * configuration); fix_teardown() goes back and removes it.  Both fit cmocka's
 * setup and teardown.  All paths given to git are relative to that folder.
 */
#ifndef EV_TESTS_GITFIX_H
#define EV_TESTS_GITFIX_H

#include "base/compat.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/process.h"

#define FIX_UNUSED __attribute__((unused))

/*
 * libgit2 1.5 does not free what its regular expressions take (opening a
 * repository with repositoryFormatVersion 1 uses one); that is not ours.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2-8.so\n";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}

static char fix_root[256];

static inline void fix_env(void)
{
	static const char *const drop[] = {
		"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR",
		"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
		"GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_CONFIG",
		"GIT_NAMESPACE", "GIT_CEILING_DIRECTORIES", "GIT_PREFIX",
		"GIT_QUARANTINE_PATH", "GIT_NO_REPLACE_OBJECTS",
		"GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_NOTES_REF",
		"GIT_TRACE", "GIT_DEFAULT_HASH", "GIT_TEMPLATE_DIR",
		"GIT_CONFIG_SYSTEM", "XDG_CONFIG_HOME", "EMAIL", "SUDO_UID",
		"GIT_DISCOVERY_ACROSS_FILESYSTEM",
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(drop); i++)
		unsetenv(drop[i]);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	setenv("GIT_AUTHOR_NAME", "Dr. Ada Kern", 1);
	setenv("GIT_AUTHOR_EMAIL", "ada@example.org", 1);
	setenv("GIT_AUTHOR_DATE", "1700000000 +0000", 1);
	setenv("GIT_COMMITTER_NAME", "Dr. Ada Kern", 1);
	setenv("GIT_COMMITTER_EMAIL", "ada@example.org", 1);
	setenv("GIT_COMMITTER_DATE", "1700000000 +0000", 1);
}

static inline int fix_setup(void **state)
{
	struct ev_buf dir = EV_BUF_INIT;
	char path[PATH_MAX];	/* what realpath(3) may need */

	(void)state;
	assert_return_code(ev_tmpdir(&dir, "ev-fix"), 0);
	if (!realpath(dir.ptr, path) || strlen(path) >= sizeof(fix_root) ||
	    chdir(path))
		fail_msg("cannot enter '%s'", dir.ptr);
	memcpy(fix_root, path, strlen(path) + 1);
	ev_buf_release(&dir);
	fix_env();
	setenv("HOME", fix_root, 1);
	return 0;
}

static inline int fix_teardown(void **state)
{
	(void)state;
	fix_env();
	if (chdir("/"))
		return -1;
	return ev_rmtree(fix_root);
}

/* Run a line of shell in the folder we are in; its output without the last
 * LF.  The test fails if the line does. */
static inline char *fix_out(const char *fmt, ...) EV_PRINTF(1, 2);
static inline FIX_UNUSED char *fix_out(const char *fmt, ...)
{
	struct ev_buf line = EV_BUF_INIT, out = EV_BUF_INIT, err = EV_BUF_INIT;
	const char *argv[] = { "sh", "-ec", NULL, NULL };
	struct ev_process p = { .argv = argv, .out = &out, .err = &err };
	va_list ap;
	char *ret;

	va_start(ap, fmt);
	ev_buf_vaddf(&line, fmt, ap);
	va_end(ap);
	argv[2] = line.ptr;
	if (ev_process_run(&p) < 0)
		fail_msg("%s", ev_error_last()->message);
	if (p.status)
		fail_msg("'%s' ended with %d: %s", line.ptr, p.status, err.ptr);
	ev_buf_chomp(&out);
	ret = ev_strdup(out.ptr);
	ev_buf_release(&line);
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}

/* The same, when the output does not matter. */
#define fix_run(...) free(fix_out(__VA_ARGS__))

/* A repository `dir` with one commit of the files a.txt and dir/b.txt. */
static inline FIX_UNUSED void fix_repo(const char *dir)
{
	fix_run("git init -q -b main '%s' && cd '%s' && mkdir dir &&"
		" echo one >a.txt && echo two >dir/b.txt &&"
		" git add . && git commit -qm first", dir, dir);
}

/* What is expected of a failing call. */
static inline FIX_UNUSED void fix_fails(int ret, int code, const char *part)
{
	const struct ev_error *e = ev_error_last();

	if (ret != code || (part && !strstr(e->message, part)))
		fail_msg("got %d '%s', expected %d '%s'", ret, e->message,
			 code, part ? part : "");
}

static inline FIX_UNUSED void fix_ok(int ret)
{
	if (ret < 0)
		fail_msg("%d: %s", ret, ev_error_last()->message);
}

#endif
