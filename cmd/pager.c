#include "base/compat.h"
#include "cmd/pager.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "repo/config.h"

static pid_t pager;
static bool was_terminal;

bool stdout_is_terminal(void)
{
	const char *in_use = getenv("GIT_PAGER_IN_USE");

	return was_terminal || isatty(STDOUT_FILENO) ||
		(in_use && (!strcmp(in_use, "true") || !strcmp(in_use, "1")));
}

static const char *pager_command(struct ev_repo *repo)
{
	const char *s = getenv("GIT_PAGER");

	if (!s)
		s = ev_config_get(repo, "core.pager", NULL);
	if (!s)
		s = getenv("PAGER");
	if (!s)
		s = "less";
	return !*s || !strcmp(s, "cat") ? NULL : s;
}

static void pager_wait(void)
{
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		;
	pager = 0;
}

/* The shell must not have the terminal back before the pager has left it. */
static void on_signal(int sig)
{
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	pager_wait();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void pager_exec(const char *command, const int fds[2])
{
	const char *argv[] = { "sh", "-c", command, NULL };

	setenv("LESS", "FRX", 0);
	setenv("LV", "-c", 0);
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	close(fds[1]);
	execv("/bin/sh", (char *const *)(uintptr_t)argv);
	_exit(127);
}

void pager_start(struct ev_repo *repo)
{
	const char *command;
	int fds[2];

	if (!isatty(STDOUT_FILENO) || getenv("GIT_PAGER_IN_USE"))
		return;
	command = pager_command(repo);
	if (!command || pipe(fds) < 0)
		return;
	was_terminal = true;
	fflush(stdout);
	pager = fork();
	if (!pager)
		pager_exec(command, fds);
	if (pager > 0) {
		dup2(fds[1], STDOUT_FILENO);
		if (isatty(STDERR_FILENO))
			dup2(fds[1], STDERR_FILENO);
		setenv("GIT_PAGER_IN_USE", "true", 1);
		signal(SIGPIPE, on_signal);
		signal(SIGTERM, on_signal);
		signal(SIGHUP, on_signal);
		signal(SIGINT, SIG_IGN);
	} else {
		pager = 0;
	}
	close(fds[0]);
	close(fds[1]);
}

void pager_finish(void)
{
	if (pager <= 0)
		return;
	fflush(stdout);
	fflush(stderr);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	pager_wait();
}
