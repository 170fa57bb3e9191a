#include "base/compat.h"
#include "base/process.h"

#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/spawn.h"

#define CHUNK ((size_t)64 * 1024)
#define LINE_MAX_BYTES ((size_t)64 * 1024 * 1024)

struct ev_pipe {
	pid_t pid;
	int fd;
	bool ended;
	char *name;
	size_t at, len;
	char chunk[CHUNK];
};

int ev_pipe_open(struct ev_pipe **out, const char *const *argv,
		 const char *const *env, const char *cwd)
{
	struct ev_spawn s = { argv, env, cwd, { -1, -1, -1 }, false, -1, 0 };
	int fds[2] = { -1, -1 }, ret;
	struct ev_pipe *p;

	*out = NULL;
	s.fds[0] = ev_spawn_null();
	ret = s.fds[0] < 0 ? EV_ERROR : ev_spawn_pipe(fds);
	s.fds[1] = fds[1];
	if (!ret)
		ret = ev_spawn(&s);
	ev_spawn_close(&s.fds[0]);
	ev_spawn_close(&s.fds[1]);
	if (ret) {
		ev_spawn_close(&fds[0]);
		return ret;
	}
	p = ev_calloc(1, sizeof(*p));
	p->pid = s.pid;
	p->fd = fds[0];
	p->name = ev_strdup(argv[0]);
	*out = p;
	return 0;
}

static int refill(struct ev_pipe *p)
{
	ssize_t n;

	do
		n = read(p->fd, p->chunk, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return ev_fail_errno(EV_ERROR, "cannot read from '%s'",
				     p->name);
	p->at = 0;
	p->len = (size_t)n;
	p->ended = !n;
	return 0;
}

int ev_pipe_line(struct ev_pipe *p, struct ev_buf *line)
{
	const char *from, *lf;
	size_t n;
	int ret;

	ev_buf_clear(line);
	while (!p->ended) {
		if (p->at == p->len) {
			ret = refill(p);
			if (ret)
				return ret;
			continue;
		}
		from = p->chunk + p->at;
		lf = memchr(from, '\n', p->len - p->at);
		n = lf ? (size_t)(lf - from) : p->len - p->at;
		if (n > LINE_MAX_BYTES - line->len)
			return ev_fail(EV_ELIMIT, "line of '%s' is too long",
				       p->name);
		ev_buf_add(line, from, n);
		if (line->overflow)
			return ev_fail(EV_ELIMIT, "line of '%s' is too long",
				       p->name);
		p->at += n + (lf != NULL);
		if (lf)
			return 1;
	}
	/* What comes after the last LF is a line too. */
	return line->len > 0;
}

int ev_pipe_close(struct ev_pipe *p)
{
	int ret = 0;

	if (!p)
		return 0;
	ev_spawn_close(&p->fd);
	if (p->ended)
		ret = ev_spawn_wait(p->pid, NULL);
	else
		ev_spawn_kill(p->pid, false);
	free(p->name);
	free(p);
	return ret;
}
