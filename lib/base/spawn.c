#include "base/compat.h"
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"

#define USUAL_PATH "/usr/local/bin:/usr/bin:/bin"
#define GRACE_STEPS 200			/* of 10 ms */
#define FOURTH 3

enum step { STEP_DESCRIPTORS = 1, STEP_FOLDER, STEP_EXEC };

struct failure {
	int step, err;
};

static size_t name_length(const char *entry)
{
	return strcspn(entry, "=");
}

/* The last of `list` that speaks of the same name as `entry`, or NULL. */
static const char *overriding(const char *const *list, const char *entry)
{
	const char *found = NULL;
	size_t n = name_length(entry);

	for (; list && *list; list++)
		if (name_length(*list) == n && !strncmp(*list, entry, n))
			found = *list;
	return found;
}

/* Only the list is new, the strings are borrowed. */
static const char **make_env(const char *const *list)
{
	const char **env;
	size_t n = 0, i;

	for (i = 0; environ && environ[i]; i++)
		n++;
	for (i = 0; list && list[i]; i++)
		n++;
	env = ev_calloc(n + 1, sizeof(*env));
	n = 0;
	for (i = 0; environ && environ[i]; i++)
		if (!overriding(list, environ[i]))
			env[n++] = environ[i];
	for (i = 0; list && list[i]; i++)
		if (strchr(list[i], '=') &&
		    overriding(list, list[i]) == list[i])
			env[n++] = list[i];
	return env;
}

static const char *env_value(const char *const *env, const char *name)
{
	const char *entry = overriding(env, name);

	return entry ? entry + strlen(name) + 1 : NULL;
}

static bool can_run(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/*
 * Look `name` up here rather than with execvp(3), which hands what the kernel
 * cannot run to a shell and takes programs from the current folder where PATH
 * has an empty or relative entry; that folder is often somebody's repository.
 */
static int find_program(struct ev_buf *out, const char *name,
			const char *const *env)
{
	const char *path = env_value(env, "PATH"), *p;
	size_t n;

	if (strchr(name, '/')) {
		ev_buf_adds(out, name);
		return 0;
	}
	for (p = path ? path : USUAL_PATH; *name; p += n + 1) {
		n = strcspn(p, ":");
		if (*p == '/') {
			ev_buf_clear(out);
			ev_buf_add(out, p, n);
			ev_buf_addf(out, "/%s", name);
			if (can_run(out->ptr))
				return 0;
		}
		if (!p[n])
			break;
	}
	errno = ENOENT;
	return ev_fail_errno(EV_ENOTFOUND, "cannot run '%s'", name);
}

static void child_fail(int report, enum step step)
{
	struct failure f = { step, errno };
	ssize_t n;

	do
		n = write(report, &f, sizeof(f));
	while (n < 0 && errno == EINTR);
	_exit(127);
}

/* Between fork and exec, in the memory of the parent, which waits: nothing that
 * allocates, takes a lock or changes what is not this function's own. */
static void run_child(const struct ev_spawn *s, const char *program,
		      const char *const *env, int report, const sigset_t *mask)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	int i;

	/* It may be the very descriptor that is to be another. */
	if (s->fourth > 0 && report == FOURTH) {
		i = fcntl(report, F_DUPFD_CLOEXEC, FOURTH + 1);
		if (i < 0)
			child_fail(report, STEP_DESCRIPTORS);
		report = i;
	}
	if (s->group)
		setpgid(0, 0);
	for (i = 0; i < 3; i++)
		if (s->fds[i] >= 0 && dup2(s->fds[i], i) < 0)
			child_fail(report, STEP_DESCRIPTORS);
	if (s->fourth == FOURTH && fcntl(FOURTH, F_SETFD, 0) < 0)
		child_fail(report, STEP_DESCRIPTORS);
	if (s->fourth > 0 && s->fourth != FOURTH &&
	    dup2(s->fourth, FOURTH) < 0)
		child_fail(report, STEP_DESCRIPTORS);
	if (s->cwd && chdir(s->cwd))
		child_fail(report, STEP_FOLDER);
	/* An ignored signal would stay ignored in the program. */
	sigaction(SIGPIPE, &usual, NULL);
	sigaction(SIGCHLD, &usual, NULL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execve(program, (char *const *)s->argv, (char *const *)env);
	child_fail(report, STEP_EXEC);
}

static int explain(const struct ev_spawn *s, const struct failure *f)
{
	errno = f->err;
	switch (f->step) {
	case STEP_FOLDER:
		return ev_fail_errno(EV_ERROR, "cannot enter '%s'", s->cwd);
	case STEP_EXEC:
		return ev_fail_errno(f->err == ENOENT || f->err == ENOTDIR ?
				     EV_ENOTFOUND : EV_ERROR,
				     "cannot run '%s'", s->argv[0]);
	default:
		return ev_fail_errno(EV_ERROR, "cannot prepare '%s'",
				     s->argv[0]);
	}
}

/* Nothing comes through `report` if exec closed it. */
static int await_exec(const struct ev_spawn *s, int report)
{
	struct failure f;
	ssize_t n;

	do
		n = read(report, &f, sizeof(f));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(f))
		return 0;
	ev_spawn_wait(s->pid, NULL);
	return explain(s, &f);
}

/* No handler of the caller may run in the child, so block them all. */
static int fork_child(struct ev_spawn *s, const char *program,
		      const char *const *env, int report)
{
	sigset_t all, before;
	pid_t pid;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	/* fork() would copy the tables of all our memory, to throw them away. */
	pid = vfork();
	if (!pid)
		run_child(s, program, env, report, &before);
	err = errno;
	s->pid = pid;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = err;
	if (s->pid < 0)
		return ev_fail_errno(EV_ERROR, "cannot start '%s'", s->argv[0]);
	/* Both do it, so that neither can be too early. */
	if (s->group)
		setpgid(s->pid, s->pid);
	return 0;
}

int ev_spawn(struct ev_spawn *s)
{
	struct ev_buf program = EV_BUF_INIT;
	const char **env = make_env(s->env);
	int report[2] = { -1, -1 }, ret;

	ret = find_program(&program, s->argv[0], env);
	if (ret)
		goto out;
	ret = ev_spawn_pipe(report);
	if (ret)
		goto out;
	ret = fork_child(s, program.ptr, env, report[1]);
	if (ret)
		goto out;
	ev_spawn_close(&report[1]);
	ret = await_exec(s, report[0]);
out:
	ev_spawn_close(&report[0]);
	ev_spawn_close(&report[1]);
	ev_buf_release(&program);
	free(env);
	return ret;
}

/* The caller may run with 0, 1 or 2 closed: keep them free for dup2(). */
static int move_up(int *fd)
{
	int up;

	if (*fd > 2)
		return 0;
	up = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (up < 0)
		return -1;
	close(*fd);
	*fd = up;
	return 0;
}

int ev_spawn_pipe(int fds[2])
{
	int ret;

	if (pipe2(fds, O_CLOEXEC)) {
		fds[0] = fds[1] = -1;
		return ev_fail_errno(EV_ERROR, "cannot create a pipe");
	}
	if (!move_up(&fds[0]) && !move_up(&fds[1]))
		return 0;
	ret = ev_fail_errno(EV_ERROR, "cannot create a pipe");
	ev_spawn_close(&fds[0]);
	ev_spawn_close(&fds[1]);
	return ret;
}

int ev_spawn_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd >= 0 && !move_up(&fd))
		return fd;
	ev_fail_errno(EV_ERROR, "cannot open '/dev/null'");
	ev_spawn_close(&fd);
	return -1;
}

void ev_spawn_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int ev_spawn_wait(pid_t pid, int *sig)
{
	int status;
	pid_t got;

	if (sig)
		*sig = 0;
	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return ev_fail_errno(EV_ERROR, "cannot wait for process %ld",
				     (long)pid);
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	if (sig)
		*sig = WTERMSIG(status);
	return 128 + WTERMSIG(status);
}

/* True once it has ended; it stays to be waited for, so its id stays ours. */
static bool has_ended(pid_t pid)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT))
		return errno != EINTR;
	return info.si_pid == pid;
}

void ev_spawn_kill(pid_t pid, bool group)
{
	struct timespec step = { 0, 10 * 1000 * 1000 };
	pid_t target = group ? -pid : pid;
	int i;

	kill(target, SIGTERM);
	for (i = 0; i < GRACE_STEPS && !has_ended(pid); i++)
		nanosleep(&step, NULL);
	/* The leader may be gone and its children not. */
	if (group || i == GRACE_STEPS)
		kill(target, SIGKILL);
	ev_spawn_wait(pid, NULL);
}
