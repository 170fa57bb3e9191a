#include "base/compat.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "study/command.h"

struct heard {
	struct ev_buf out, err;
	const char *interrupt_at;	/* signal us when this has come */
	int sig;
	int answer;
};

static int hear(void *ctx, int fd, const char *p, size_t n)
{
	struct heard *h = ctx;

	ev_buf_add(fd == 1 ? &h->out : &h->err, p, n);
	if (h->interrupt_at && strstr(h->out.ptr, h->interrupt_at)) {
		h->interrupt_at = NULL;
		raise(h->sig);
	}
	return h->answer;
}

static int sh(struct ev_command *c, struct heard *h, const char *script)
{
	static const char *argv[4] = { "sh", "-c", NULL, NULL };

	argv[2] = script;
	memset(c, 0, sizeof(*c));
	ev_buf_init(&h->out);
	ev_buf_init(&h->err);
	c->argv = argv;
	c->output = hear;
	c->ctx = h;
	return ev_command_run(c);
}

static void release(struct heard *h)
{
	ev_buf_release(&h->out);
	ev_buf_release(&h->err);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void both_outputs_and_the_status_come_back(void **state)
{
	struct heard h = { 0 };
	struct ev_command c;

	(void)state;
	assert_int_equal(sh(&c, &h, "echo a; echo b >&2; exit 7"), 0);
	assert_int_equal(c.status, 7);
	assert_int_equal(c.signal, 0);
	assert_false(c.leftover);
	assert_string_equal(h.out.ptr, "a\n");
	assert_string_equal(h.err.ptr, "b\n");
	release(&h);
}

static void its_input_is_empty(void **state)
{
	struct heard h = { 0 };
	struct ev_command c;

	(void)state;
	assert_int_equal(sh(&c, &h, "cat; echo end"), 0);
	assert_string_equal(h.out.ptr, "end\n");
	release(&h);
}

static void a_signal_is_reported_as_a_shell_would(void **state)
{
	struct heard h = { 0 };
	struct ev_command c;

	(void)state;
	assert_int_equal(sh(&c, &h, "kill -KILL $$"), 0);
	assert_int_equal(c.status, 128 + SIGKILL);
	assert_int_equal(c.signal, SIGKILL);
	release(&h);
}

static void a_program_that_is_not_there_is_not_found(void **state)
{
	const char *argv[] = { "ev-no-such-program", NULL };
	struct ev_command c = { .argv = argv, .output = hear };

	(void)state;
	assert_int_equal(ev_command_run(&c), EV_ENOTFOUND);
}

static void an_interrupt_reaches_the_command_and_not_us(void **state)
{
	struct heard h = { .interrupt_at = "ready", .sig = SIGINT };
	struct ev_command c;

	(void)state;
	assert_int_equal(sh(&c, &h, "trap 'echo got it; exit 3' INT; "
			    "echo ready; while :; do sleep 0.05; done"), 0);
	assert_int_equal(c.status, 3);
	assert_string_equal(h.out.ptr, "ready\ngot it\n");
	release(&h);
}

static void the_children_of_the_command_get_the_signal_too(void **state)
{
	struct heard h = { .interrupt_at = "ready", .sig = SIGTERM };
	struct ev_command c;
	double start = seconds();

	(void)state;
	assert_int_equal(sh(&c, &h, "echo ready; sleep 30"), 0);
	assert_int_equal(c.signal, SIGTERM);
	assert_true(seconds() - start < 10);
	release(&h);
}

static void on_usr(int sig)
{
	(void)sig;
}

static void handlers_are_given_back(void **state)
{
	struct sigaction mine = { .sa_handler = on_usr }, after;
	struct heard h = { 0 };
	struct ev_command c;

	(void)state;
	sigaction(SIGTERM, &mine, NULL);
	assert_int_equal(sh(&c, &h, ":"), 0);
	sigaction(SIGTERM, NULL, &after);
	assert_ptr_equal(after.sa_handler, on_usr);
	mine.sa_handler = SIG_DFL;
	sigaction(SIGTERM, &mine, NULL);
	release(&h);
}

static void a_signal_that_was_ignored_stays_ignored(void **state)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction usual = { .sa_handler = SIG_DFL };
	struct heard h = { 0 };
	struct ev_command c;

	(void)state;
	sigaction(SIGHUP, &ignore, NULL);
	assert_int_equal(sh(&c, &h, "kill -HUP $$; echo alive"), 0);
	sigaction(SIGHUP, &usual, NULL);
	assert_string_equal(h.out.ptr, "alive\n");
	release(&h);
}

static void a_daemon_left_behind_does_not_hold_us(void **state)
{
	struct heard h = { 0 };
	struct ev_command c;
	double start = seconds();

	(void)state;
	assert_int_equal(sh(&c, &h, "sleep 30 & echo done; exit 4"), 0);
	assert_int_equal(c.status, 4);
	assert_true(c.leftover);
	assert_true(seconds() - start < 10);
	assert_string_equal(h.out.ptr, "done\n");
	release(&h);
}

static void a_daemon_that_writes_on_and_ignores_us_is_ended(void **state)
{
	struct heard h = { 0 };
	struct ev_command c;
	double start = seconds();

	(void)state;
	assert_int_equal(sh(&c, &h, "(trap '' TERM; while :; do echo x; "
			    "sleep 0.02; done) & exit 0"), 0);
	assert_true(c.leftover);
	assert_true(seconds() - start < 15);
	release(&h);
}

static void a_negative_answer_ends_the_command(void **state)
{
	struct heard h = { .answer = EV_ESTOP };
	struct ev_command c;
	double start = seconds();

	(void)state;
	assert_int_equal(sh(&c, &h, "echo a; sleep 30"), EV_ESTOP);
	assert_true(seconds() - start < 10);
	release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_outputs_and_the_status_come_back),
		cmocka_unit_test(its_input_is_empty),
		cmocka_unit_test(a_signal_is_reported_as_a_shell_would),
		cmocka_unit_test(a_program_that_is_not_there_is_not_found),
		cmocka_unit_test(an_interrupt_reaches_the_command_and_not_us),
		cmocka_unit_test(
			the_children_of_the_command_get_the_signal_too),
		cmocka_unit_test(handlers_are_given_back),
		cmocka_unit_test(a_signal_that_was_ignored_stays_ignored),
		cmocka_unit_test(a_daemon_left_behind_does_not_hold_us),
		cmocka_unit_test(
			a_daemon_that_writes_on_and_ignores_us_is_ended),
		cmocka_unit_test(a_negative_answer_ends_the_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
