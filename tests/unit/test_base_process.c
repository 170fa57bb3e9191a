#include "base/compat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/process.h"

#define MIB ((size_t)1 << 20)

static struct ev_buf out = EV_BUF_INIT, err = EV_BUF_INIT;
static size_t descriptors_before;

static size_t descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static int begin(void **state)
{
	(void)state;
	descriptors_before = descriptors();
	return 0;
}

/* Whatever happened, nothing may stay open and no child unwaited for. */
static int end(void **state)
{
	int i;

	(void)state;
	ev_buf_release(&out);
	ev_buf_release(&err);
	for (i = 0; i < 3; i++)
		if (fcntl(i, F_GETFD) < 0)
			return -1;
	if (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD)
		return -1;
	return descriptors() == descriptors_before ? 0 : -1;
}

/* Run a line of shell and collect both outputs. */
static int shell(struct ev_process *p, const char *line)
{
	const char *argv[] = { "sh", "-c", line, NULL };

	p->argv = argv;
	ev_buf_clear(&out);
	ev_buf_clear(&err);
	p->out = &out;
	p->err = &err;
	return ev_process_run(p);
}

static bool is_alive(pid_t pid)
{
	char name[64], state = 'Z';
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%ld/stat", (long)pid);
	f = fopen(name, "re");
	if (!f)
		return false;
	if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(f);
	return state != 'Z' && state != 'X';
}

static bool dies_soon(pid_t pid)
{
	struct timespec step = { 0, 5 * 1000 * 1000 };
	int i;

	for (i = 0; i < 400 && is_alive(pid); i++)
		nanosleep(&step, NULL);
	return !is_alive(pid);
}

static void both_outputs_and_the_status_are_kept(void **state)
{
	struct ev_process p = { 0 };

	(void)state;
	assert_int_equal(shell(&p, "echo one; echo two >&2; exit 7"), 0);
	assert_int_equal(p.status, 7);
	assert_int_equal(p.signal, 0);
	assert_string_equal(out.ptr, "one\n");
	assert_string_equal(err.ptr, "two\n");
}

static void a_program_runs_while_something_else_is_done(void **state)
{
	const char *const argv[] = { "sh", "-c",
		"echo here; echo there >&2; exit 3", NULL };
	const char *const none[] = { "no-such-program", NULL };
	struct ev_process p = { .argv = argv, .out = &out, .err = &err };
	struct ev_process q = { .argv = argv, .out = &out, .err = &err };
	struct ev_running *first, *second;

	(void)state;
	assert_int_equal(ev_process_begin(&first, &p), 0);
	assert_int_equal(ev_process_begin(&second, &q), 0);
	assert_int_equal(out.len, 0);
	assert_int_equal(ev_process_end(second), 0);
	assert_int_equal(ev_process_end(first), 0);
	assert_string_equal(out.ptr, "here\nhere\n");
	assert_string_equal(err.ptr, "there\nthere\n");
	assert_int_equal(p.status, 3);
	assert_int_equal(q.status, 3);
	p.argv = none;
	assert_int_equal(ev_process_begin(&first, &p), EV_ENOTFOUND);
	assert_null(first);
}

static void a_signal_is_told_from_an_exit(void **state)
{
	struct ev_process p = { 0 };

	(void)state;
	assert_int_equal(shell(&p, "kill -TERM $$; echo not reached"), 0);
	assert_int_equal(p.signal, SIGTERM);
	assert_int_equal(p.status, 128 + SIGTERM);
	assert_string_equal(out.ptr, "");
	assert_int_equal(shell(&p, "true"), 0);
	assert_int_equal(p.signal, 0);
	assert_int_equal(p.status, 0);
}

static void much_input_and_output_do_not_deadlock(void **state)
{
	const char *cat[] = { "cat", NULL };
	struct ev_process p = { .argv = cat, .out = &out };
	char *text = ev_malloc(8 * MIB);
	size_t i;

	(void)state;
	for (i = 0; i < 8 * MIB; i++)
		text[i] = (char)(i * 31 % 251);
	p.in = text;
	p.in_len = 8 * MIB;
	assert_int_equal(ev_process_run(&p), 0);
	assert_int_equal(p.status, 0);
	assert_int_equal(out.len, 8 * MIB);
	assert_memory_equal(out.ptr, text, 8 * MIB);
	assert_int_equal(shell(&p, "cat >&2; head -c 1000000 /dev/zero"), 0);
	assert_int_equal(err.len, 8 * MIB);
	assert_int_equal(out.len, 1000000);
	free(text);
}

static void a_child_may_leave_its_input_unread(void **state)
{
	char *text = ev_calloc(4, MIB);
	struct ev_process p = { .in = text, .in_len = 4 * MIB };
	sigset_t set;

	(void)state;
	assert_int_equal(shell(&p, "exec <&-; echo done; exit 3"), 0);
	assert_int_equal(p.status, 3);
	assert_string_equal(out.ptr, "done\n");
	/* No SIGPIPE is left behind for later, and none is blocked. */
	sigpending(&set);
	assert_int_equal(sigismember(&set, SIGPIPE), 0);
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	assert_int_equal(sigismember(&set, SIGPIPE), 0);
	free(text);
}

static void input_is_empty_unless_given(void **state)
{
	struct ev_process p = { 0 };

	(void)state;
	assert_int_equal(shell(&p, "cat; readlink /proc/self/fd/0"), 0);
	assert_string_equal(out.ptr, "/dev/null\n");
	p.in = "";
	assert_int_equal(shell(&p, "cat; readlink /proc/self/fd/0"), 0);
	assert_memory_equal(out.ptr, "pipe:", 5);
	p.in = "abc";
	p.in_len = 2;
	assert_int_equal(shell(&p, "cat"), 0);
	assert_string_equal(out.ptr, "ab");
}

static void input_can_come_when_the_program_runs_already(void **state)
{
	const char *argv[] = { "sh", "-c", "echo first; cat", NULL };
	struct ev_process p = { .argv = argv, .out = &out, .in_later = true };
	char *much = ev_calloc(1, 3 * MIB);
	struct ev_running *r;

	(void)state;
	assert_int_equal(ev_process_begin(&r, &p), 0);
	p.in = "then";
	p.in_len = 4;
	ev_process_give(r);
	assert_int_equal(ev_process_end(r), 0);
	assert_string_equal(out.ptr, "first\nthen");
	ev_buf_clear(&out);
	p.in_later = true;
	assert_int_equal(ev_process_begin(&r, &p), 0);
	p.in = much;
	p.in_len = 3 * MIB;
	assert_int_equal(ev_process_end(r), 0);
	assert_int_equal(out.len, 6 + 3 * MIB);
	free(much);
}

/* Its end would be an empty input, which is something to act on. */
static void a_program_that_is_dropped_sees_no_end_of_input(void **state)
{
	struct ev_buf dir = EV_BUF_INIT, mark = EV_BUF_INIT;
	const char *argv[] = { "sh", "-c", "read -r x; : >\"$0\"", NULL, NULL };
	struct ev_process p = { .argv = argv, .in_later = true };
	struct ev_running *r;

	(void)state;
	assert_int_equal(ev_tmpdir(&dir, "evp"), 0);
	ev_path_join(&mark, dir.ptr, "mark");
	argv[3] = mark.ptr;
	assert_int_equal(ev_process_begin(&r, &p), 0);
	ev_process_drop(r);
	assert_false(ev_file_exists(mark.ptr));
	assert_int_equal(ev_rmtree(dir.ptr), 0);
	ev_buf_release(&dir);
	ev_buf_release(&mark);
}

static void input_can_be_the_callers(void **state)
{
	struct ev_process p = { .inherit_in = true };
	int before = fcntl(0, F_DUPFD_CLOEXEC, 3), fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], "mine", 4), 4);
	close(fds[1]);
	assert_int_equal(dup2(fds[0], 0), 0);
	close(fds[0]);
	assert_int_equal(shell(&p, "cat"), 0);
	dup2(before, 0);
	close(before);
	assert_string_equal(out.ptr, "mine");
}

static void a_missing_program_is_named(void **state)
{
	const char *argv[] = { "no-such-program", NULL };
	struct ev_process p = { .argv = argv };

	(void)state;
	assert_int_equal(ev_process_run(&p), EV_ENOTFOUND);
	assert_string_equal(ev_error_last()->message,
		"cannot run 'no-such-program': No such file or directory");
	argv[0] = "/no/such/program";
	assert_int_equal(ev_process_run(&p), EV_ENOTFOUND);
	assert_string_equal(ev_error_last()->message,
		"cannot run '/no/such/program': No such file or directory");
	argv[0] = "";
	assert_int_equal(ev_process_run(&p), EV_ENOTFOUND);
	argv[0] = "/etc";
	assert_int_equal(ev_process_run(&p), EV_ERROR);
	assert_string_equal(ev_error_last()->message,
			    "cannot run '/etc': Permission denied");
}

static void the_folder_can_be_chosen_and_must_exist(void **state)
{
	struct ev_process p = { .cwd = "/" };

	(void)state;
	assert_int_equal(shell(&p, "pwd"), 0);
	assert_string_equal(out.ptr, "/\n");
	p.cwd = "/no/such/folder";
	assert_int_equal(shell(&p, "pwd"), EV_ERROR);
	assert_string_equal(ev_error_last()->message,
		"cannot enter '/no/such/folder': No such file or directory");
}

static void the_environment_is_changed_for_the_child_only(void **state)
{
	const char *env[] = { "EV_A=new", "EV_B", "EV_C=1", "EV_C=2",
		"EV_D=1", "EV_D", "EV_E=", "EV_=x=y", "EV_AAA=z", NULL };
	struct ev_process p = { .env = env };

	(void)state;
	setenv("EV_A", "old", 1);
	setenv("EV_B", "old", 1);
	setenv("EV_AA", "kept", 1);
	assert_int_equal(shell(&p, "echo $EV_A,${EV_B-unset},$EV_C,"
			       "${EV_D-unset},${EV_E-unset},$EV_,$EV_AA"), 0);
	assert_string_equal(out.ptr, "new,unset,2,unset,,x=y,kept\n");
	assert_int_equal(shell(&p, "env | grep -c ^EV_A="), 0);
	assert_string_equal(out.ptr, "1\n");
	assert_string_equal(getenv("EV_A"), "old");
	unsetenv("EV_A");
	unsetenv("EV_B");
	unsetenv("EV_AA");
}

static void write_program(const char *name, const char *text)
{
	assert_int_equal(ev_file_replace(name, text, strlen(text), 0755), 0);
}

static void programs_are_never_taken_from_the_current_folder(void **state)
{
	const char *argv[] = { "ev-prog", NULL }, *env[] = { NULL, NULL };
	struct ev_process p = { .argv = argv, .env = env, .out = &out };
	struct ev_buf dir = EV_BUF_INIT, path = EV_BUF_INIT;
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *text;

	(void)state;
	assert_int_equal(ev_tmpdir(&dir, "proc"), 0);
	ev_path_join(&path, dir.ptr, "ev-prog");
	write_program(path.ptr, "#!/bin/sh\necho found\n");
	p.cwd = dir.ptr;
	assert_int_equal(chdir(dir.ptr), 0);
	env[0] = "PATH=:.::/bin";
	assert_int_equal(ev_process_run(&p), EV_ENOTFOUND);
	assert_int_equal(fchdir(here), 0);
	close(here);
	text = ev_strdupf("PATH=/no/such:/bin:%s", dir.ptr);
	env[0] = text;
	assert_int_equal(ev_process_run(&p), 0);
	assert_string_equal(out.ptr, "found\n");
	/* Relative to the folder of the child when it has a slash. */
	argv[0] = "./ev-prog";
	env[0] = NULL;
	assert_int_equal(ev_process_run(&p), 0);
	assert_string_equal(out.ptr, "found\nfound\n");
	free(text);
	assert_int_equal(ev_rmtree(dir.ptr), 0);
	ev_buf_release(&dir);
	ev_buf_release(&path);
}

static void no_shell_is_called_to_help(void **state)
{
	struct ev_buf dir = EV_BUF_INIT, path = EV_BUF_INIT;
	const char *argv[] = { NULL, NULL };
	struct ev_process p = { .argv = argv, .out = &out };

	(void)state;
	assert_int_equal(ev_tmpdir(&dir, "proc"), 0);
	ev_path_join(&path, dir.ptr, "script");
	argv[0] = path.ptr;
	write_program(path.ptr, "echo by a shell\n");
	assert_int_equal(ev_process_run(&p), EV_ERROR);
	assert_non_null(strstr(ev_error_last()->message, "Exec format error"));
	write_program(path.ptr, "#!/no/such/interpreter\n");
	assert_int_equal(ev_process_run(&p), EV_ENOTFOUND);
	assert_string_equal(out.ptr, "");
	assert_int_equal(ev_rmtree(dir.ptr), 0);
	ev_buf_release(&dir);
	ev_buf_release(&path);
}

static void output_beyond_the_limit_is_dropped(void **state)
{
	const char *argv[] = { "sh", "-c", "seq 100000; exit 5", NULL };
	struct ev_buf small = EV_BUF_INIT_MAX(10);
	struct ev_process p = { .argv = argv, .out = &small };

	(void)state;
	assert_int_equal(ev_process_run(&p), 0);
	assert_int_equal(p.status, 5);
	assert_true(small.overflow);
	assert_string_equal(small.ptr, "1\n2\n3\n4\n5\n");
	ev_buf_release(&small);
	argv[2] = "printf 0123456789";
	assert_int_equal(ev_process_run(&p), 0);
	assert_false(small.overflow);
	assert_string_equal(small.ptr, "0123456789");
	ev_buf_release(&small);
}

struct seen {
	struct ev_buf by_fd[3];
	size_t stop_after;
	pid_t pid;
};

static int on_data(void *ctx, int fd, const char *p, size_t n)
{
	struct seen *s = ctx;

	ev_buf_add(&s->by_fd[fd], p, n);
	if (s->stop_after && s->by_fd[1].len >= s->stop_after) {
		s->pid = (pid_t)atol(s->by_fd[1].ptr);
		return ev_fail(EV_ESTOP, "enough");
	}
	return 0;
}

static void seen_init(struct seen *s)
{
	memset(s, 0, sizeof(*s));
	ev_buf_init(&s->by_fd[1]);
	ev_buf_init(&s->by_fd[2]);
}

static void seen_release(struct seen *s)
{
	ev_buf_release(&s->by_fd[1]);
	ev_buf_release(&s->by_fd[2]);
}

static void data_is_handed_on_as_it_comes(void **state)
{
	const char *argv[] = { "sh", "-c", "seq 30000; echo e >&2", NULL };
	struct ev_process p = { .argv = argv, .on_data = on_data };
	struct seen s;

	(void)state;
	seen_init(&s);
	p.ctx = &s;
	assert_int_equal(ev_process_run(&p), 0);
	assert_int_equal(s.by_fd[1].len, 168894);
	assert_string_equal(s.by_fd[2].ptr, "e\n");
	/* A buffer takes its share, the rest comes here. */
	ev_buf_clear(&s.by_fd[1]);
	p.err = &err;
	assert_int_equal(ev_process_run(&p), 0);
	assert_int_equal(s.by_fd[1].len, 168894);
	assert_string_equal(s.by_fd[2].ptr, "e\n");
	assert_string_equal(err.ptr, "e\n");
	seen_release(&s);
}

static void a_callback_stops_an_endless_program(void **state)
{
	const char *argv[] = { "yes", NULL };
	struct ev_process p = { .argv = argv, .on_data = on_data };
	struct seen s;

	(void)state;
	seen_init(&s);
	s.stop_after = 10;
	p.ctx = &s;
	assert_int_equal(ev_process_run(&p), EV_ESTOP);
	assert_string_equal(ev_error_last()->message, "enough");
	seen_release(&s);
}

static void stopping_a_group_reaches_grandchildren(void **state)
{
	const char *argv[] = { "sh", "-c",
		"trap '' TERM; sleep 60 & echo $!; exec sleep 61", NULL };
	struct ev_process p = { .argv = argv, .on_data = on_data,
		.group = true };
	struct seen s;

	(void)state;
	seen_init(&s);
	s.stop_after = 1;
	p.ctx = &s;
	/* It ignores the friendly signal, so this takes the grace time. */
	assert_int_equal(ev_process_run(&p), EV_ESTOP);
	assert_true(s.pid > 1);
	assert_true(dies_soon(s.pid));
	seen_release(&s);
}

static void a_grandchild_cannot_outlive_a_stopped_group(void **state)
{
	const char *argv[] = { "sh", "-c",
		"sh -c 'trap \"\" TERM; echo $$; exec sleep 60' & wait", NULL };
	struct ev_process p = { .argv = argv, .on_data = on_data,
		.group = true };
	struct seen s;

	(void)state;
	seen_init(&s);
	s.stop_after = 1;
	p.ctx = &s;
	assert_int_equal(ev_process_run(&p), EV_ESTOP);
	assert_true(s.pid > 1);
	assert_true(dies_soon(s.pid));
	seen_release(&s);
}

static void a_child_starts_with_the_usual_signals(void **state)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	struct ev_process p = { 0 };
	unsigned long ignored, blocked;
	sigset_t mask;

	(void)state;
	sigaction(SIGPIPE, &ignore, &before);
	assert_int_equal(shell(&p, "sed -n 's/^SigIgn:.//p;s/^SigBlk:.//p' "
			       "/proc/self/status"), 0);
	sigaction(SIGPIPE, &before, NULL);
	assert_int_equal(sscanf(out.ptr, "%lx\n%lx", &blocked, &ignored), 2);
	assert_int_equal(blocked, 0);
	assert_int_equal(ignored >> (SIGPIPE - 1) & 1, 0);
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	assert_int_equal(sigismember(&mask, SIGTERM), 0);
}

/* What our own caller left open for its children, as a job server may. */
static int inherited(void)
{
	int fd, flags, n = 0;

	for (fd = 3; fd < 1024; fd++) {
		flags = fcntl(fd, F_GETFD);
		n += flags >= 0 && !(flags & FD_CLOEXEC);
	}
	return n;
}

static void descriptors_of_ours_do_not_reach_the_child(void **state)
{
	const char *ls[] = { "ls", "-1", "/proc/self/fd", NULL };
	const char *sleep[] = { "sleep", "60", NULL };
	struct ev_process p = { .argv = ls, .in = "", .out = &out,
		.err = &err };
	int expected = 4 + inherited(), n = 0;	/* ls opens the folder */
	struct ev_pipe *pipe;
	const char *c;

	(void)state;
	assert_int_equal(ev_pipe_open(&pipe, sleep, NULL, NULL), 0);
	assert_int_equal(ev_process_run(&p), 0);
	assert_int_equal(ev_pipe_close(pipe), 0);
	for (c = out.ptr; *c; c++)
		n += *c == '\n';
	assert_int_equal(n, expected);
}

static void it_works_with_the_standard_descriptors_closed(void **state)
{
	struct ev_process p = { .in = "in", .in_len = 2 };
	int kept[3], i, ret;

	(void)state;
	for (i = 0; i < 3; i++) {
		kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
		close(i);
	}
	ret = shell(&p, "cat; echo e >&2");
	for (i = 0; i < 3; i++) {
		dup2(kept[i], i);
		close(kept[i]);
	}
	assert_int_equal(ret, 0);
	assert_string_equal(out.ptr, "in");
	assert_string_equal(err.ptr, "e\n");
}

static void lines_come_one_by_one(void **state)
{
	const char *argv[] = { "sh", "-c",
		"printf 'one\\n\\nth\\0ree\\nlast'; exit 4", NULL };
	struct ev_buf line = EV_BUF_INIT;
	struct ev_pipe *p;

	(void)state;
	assert_int_equal(ev_pipe_open(&p, argv, NULL, NULL), 0);
	assert_int_equal(ev_pipe_line(p, &line), 1);
	assert_string_equal(line.ptr, "one");
	assert_int_equal(ev_pipe_line(p, &line), 1);
	assert_int_equal(line.len, 0);
	assert_int_equal(ev_pipe_line(p, &line), 1);
	assert_int_equal(line.len, 6);
	assert_memory_equal(line.ptr, "th\0ree", 7);
	assert_int_equal(ev_pipe_line(p, &line), 1);
	assert_string_equal(line.ptr, "last");
	assert_int_equal(ev_pipe_line(p, &line), 0);
	assert_int_equal(line.len, 0);
	assert_int_equal(ev_pipe_line(p, &line), 0);
	assert_int_equal(ev_pipe_close(p), 4);
	ev_buf_release(&line);
}

static void a_million_lines_need_little_memory(void **state)
{
	const char *argv[] = { "seq", "1000000", NULL };
	struct ev_buf line = EV_BUF_INIT;
	struct ev_pipe *p;
	long n = 0;
	int ret;

	(void)state;
	assert_int_equal(ev_pipe_open(&p, argv, NULL, NULL), 0);
	while ((ret = ev_pipe_line(p, &line)) > 0)
		if (atol(line.ptr) != ++n)
			fail_msg("'%s' is not %ld", line.ptr, n);
	assert_int_equal(ret, 0);
	assert_int_equal(n, 1000000);
	assert_true(line.cap < 100);
	assert_int_equal(ev_pipe_close(p), 0);
	ev_buf_release(&line);
}

static void a_line_has_a_limit(void **state)
{
	const char *argv[] = { "sh", "-c",
		"head -c 67108864 /dev/zero; echo; head -c 67108865 /dev/zero",
		NULL };
	struct ev_buf line = EV_BUF_INIT, small = EV_BUF_INIT_MAX(4);
	const char *hello[] = { "echo", "hello", NULL };
	struct ev_pipe *p;

	(void)state;
	assert_int_equal(ev_pipe_open(&p, argv, NULL, NULL), 0);
	assert_int_equal(ev_pipe_line(p, &line), 1);
	assert_int_equal(line.len, 64 * MIB);
	assert_int_equal(ev_pipe_line(p, &line), EV_ELIMIT);
	assert_int_equal(ev_pipe_close(p), 0);
	assert_int_equal(ev_pipe_open(&p, hello, NULL, NULL), 0);
	assert_int_equal(ev_pipe_line(p, &small), EV_ELIMIT);
	assert_int_equal(ev_pipe_close(p), 0);
	ev_buf_release(&line);
	ev_buf_release(&small);
}

static void a_pipe_can_be_closed_early(void **state)
{
	const char *yes[] = { "yes", NULL }, *none[] = { "no-such", NULL };
	struct ev_buf line = EV_BUF_INIT;
	struct ev_pipe *p = (struct ev_pipe *)&line;

	(void)state;
	assert_int_equal(ev_pipe_open(&p, none, NULL, NULL), EV_ENOTFOUND);
	assert_null(p);
	assert_int_equal(ev_pipe_close(p), 0);
	assert_int_equal(ev_pipe_open(&p, yes, NULL, "/"), 0);
	assert_int_equal(ev_pipe_line(p, &line), 1);
	assert_string_equal(line.ptr, "y");
	assert_int_equal(ev_pipe_close(p), 0);
	ev_buf_release(&line);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_outputs_and_the_status_are_kept),
		TEST(a_program_runs_while_something_else_is_done),
		TEST(a_signal_is_told_from_an_exit),
		TEST(much_input_and_output_do_not_deadlock),
		TEST(a_child_may_leave_its_input_unread),
		TEST(input_is_empty_unless_given),
		TEST(input_can_come_when_the_program_runs_already),
		TEST(a_program_that_is_dropped_sees_no_end_of_input),
		TEST(input_can_be_the_callers),
		TEST(a_missing_program_is_named),
		TEST(the_folder_can_be_chosen_and_must_exist),
		TEST(the_environment_is_changed_for_the_child_only),
		TEST(programs_are_never_taken_from_the_current_folder),
		TEST(no_shell_is_called_to_help),
		TEST(output_beyond_the_limit_is_dropped),
		TEST(data_is_handed_on_as_it_comes),
		TEST(a_callback_stops_an_endless_program),
		TEST(stopping_a_group_reaches_grandchildren),
		TEST(a_grandchild_cannot_outlive_a_stopped_group),
		TEST(a_child_starts_with_the_usual_signals),
		TEST(descriptors_of_ours_do_not_reach_the_child),
		TEST(it_works_with_the_standard_descriptors_closed),
		TEST(lines_come_one_by_one),
		TEST(a_million_lines_need_little_memory),
		TEST(a_line_has_a_limit),
		TEST(a_pipe_can_be_closed_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
