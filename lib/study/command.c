#include "base/compat.h"

#include "study/command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/spawn.h"

#define CHUNK ((size_t)64 * 1024)
#define TICK 100		/* ms between looks whether it has ended */
#define PATIENCE 5		/* ticks until what is left is asked to go */
#define GRACE 25		/* and until it must */

static const int forwarded[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define NFORWARDED (sizeof(forwarded) / sizeof(forwarded[0]))

/* For the handler: the group to signal, and what came before it was known. */
static volatile sig_atomic_t group_id, early;

static void forward(int sig)
{
	int err = errno;

	if (group_id)
		kill(-(pid_t)group_id, sig);
	else
		early = sig;
	errno = err;
}

static void signals_take(struct sigaction before[NFORWARDED])
{
	struct sigaction mine = { .sa_handler = forward };
	size_t i;

	group_id = early = 0;
	sigfillset(&mine.sa_mask);
	for (i = 0; i < NFORWARDED; i++) {
		sigaction(forwarded[i], NULL, &before[i]);
		if (before[i].sa_handler != SIG_IGN)
			sigaction(forwarded[i], &mine, NULL);
	}
}

static void signals_give_back(const struct sigaction before[NFORWARDED])
{
	size_t i;

	for (i = 0; i < NFORWARDED; i++)
		sigaction(forwarded[i], &before[i], NULL);
	group_id = 0;
}

struct talk {
	struct ev_command *c;
	pid_t pid;
	int from[3];			/* our ends, by its descriptor */
	int64_t next;			/* look, in ms of a steady clock */
	unsigned ticks;			/* since it has ended */
	char *chunk;
};

static bool has_ended(pid_t pid)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	return waitid(P_PID, (id_t)pid, &info,
		      WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

static int take(struct talk *t, int fd)
{
	ssize_t n = read(t->from[fd], t->chunk, CHUNK);

	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0)
		return ev_fail_errno(EV_ERROR, "cannot read from '%s'",
				     t->c->argv[0]);
	if (n == 0) {
		ev_spawn_close(&t->from[fd]);
		return 0;
	}
	return t->c->output(t->c->ctx, fd, t->chunk, (size_t)n);
}

static int64_t steady_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * Has it ended, and does somebody still hold our pipes?  Looked at now and
 * then, also while output comes.  False when it is time to give up.
 */
static bool hurry(struct talk *t)
{
	int64_t now = steady_ms();

	if (now < t->next)
		return true;
	t->next = now + TICK;
	if (!t->ticks && !has_ended(t->pid))
		return true;
	t->ticks++;
	if (t->ticks == PATIENCE) {
		t->c->leftover = true;
		kill(-t->pid, SIGTERM);
	}
	if (t->ticks == GRACE)
		kill(-t->pid, SIGKILL);
	return t->ticks < GRACE + 5;
}

static int converse(struct talk *t)
{
	struct pollfd fds[2] = { { -1, POLLIN, 0 }, { -1, POLLIN, 0 } };
	int i, n, ret = 0;

	while (ret >= 0 && hurry(t) &&
	       (t->from[1] >= 0 || t->from[2] >= 0)) {
		fds[0].fd = t->from[1];
		fds[1].fd = t->from[2];
		n = poll(fds, 2, TICK);
		if (n < 0 && errno != EINTR)
			return ev_fail_errno(EV_ERROR, "cannot wait for '%s'",
					     t->c->argv[0]);
		for (i = 1; n > 0 && i < 3 && ret >= 0; i++)
			if (t->from[i] >= 0 && fds[i - 1].revents)
				ret = take(t, i);
	}
	return ret < 0 ? ret : 0;
}

static int start(struct talk *t)
{
	struct ev_spawn s = { t->c->argv, t->c->env, t->c->cwd,
			      { -1, -1, -1 }, true, -1, 0 };
	int fds[2], ret, i;

	s.fds[0] = ev_spawn_null();
	ret = s.fds[0] < 0 ? EV_ERROR : 0;
	for (i = 1; i < 3 && ret == 0; i++) {
		ret = ev_spawn_pipe(fds);
		if (ret < 0)
			break;
		t->from[i] = fds[0];
		s.fds[i] = fds[1];
	}
	if (ret == 0)
		ret = ev_spawn(&s);
	for (i = 0; i < 3; i++)
		ev_spawn_close(&s.fds[i]);
	t->pid = s.pid;
	return ret;
}

int ev_command_run(struct ev_command *c)
{
	struct talk t = { .c = c, .pid = -1, .from = { -1, -1, -1 } };
	struct sigaction before[NFORWARDED];
	int ret, i;

	c->status = c->signal = 0;
	c->leftover = false;
	t.chunk = ev_malloc(CHUNK);
	signals_take(before);
	ret = start(&t);
	if (ret < 0)
		goto out;
	group_id = (sig_atomic_t)t.pid;
	if (early)
		kill(-t.pid, (int)early);
	ret = converse(&t);
	if (ret < 0) {
		ev_spawn_kill(t.pid, true);
		goto out;
	}
	ret = ev_spawn_wait(t.pid, &c->signal);
	if (ret >= 0) {
		c->status = ret;
		ret = 0;
	}
out:
	signals_give_back(before);
	for (i = 1; i < 3; i++)
		ev_spawn_close(&t.from[i]);
	free(t.chunk);
	return ret;
}
