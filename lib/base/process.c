#include "base/compat.h"
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/spawn.h"

#define CHUNK ((size_t)64 * 1024)

/* What a child is given to read. */
struct meal {
	int fd;				/* our end */
	const char *p;
	size_t n;			/* what is left */
};

/* Our ends: from[1] and from[2] are its outputs. */
struct talk {
	struct ev_process *p;
	struct meal meal;
	int from[3];
	char *chunk;
};

struct quiet {
	sigset_t before;
	bool pending;
};

/* Writing to a child that has gone must be EPIPE, not our death. */
static void sigpipe_block(struct quiet *q)
{
	sigset_t set;

	sigpending(&set);
	q->pending = sigismember(&set, SIGPIPE) == 1;
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, &q->before);
}

static void sigpipe_restore(const struct quiet *q)
{
	struct timespec now = { 0, 0 };
	int err = errno;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	if (!q->pending)
		while (sigtimedwait(&set, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &q->before, NULL);
	errno = err;
}

/* A child that reads only part of its input is no error. */
static void feed(struct meal *m)
{
	struct quiet q;
	ssize_t n = 0;

	if (m->n) {
		sigpipe_block(&q);
		n = write(m->fd, m->p, m->n);
		sigpipe_restore(&q);
	}
	if (n > 0) {
		m->p += n;
		m->n -= (size_t)n;
	} else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	if (n < 0 || !m->n)
		ev_spawn_close(&m->fd);
}

static void collect(struct ev_buf *b, const char *p, size_t n)
{
	size_t room;

	if (b->overflow)
		return;
	room = b->max > b->len ? b->max - b->len : 0;
	ev_buf_add(b, p, n < room ? n : room);
	b->overflow = n > room;
}

static int drain(struct talk *t, int which)
{
	struct ev_buf *b = which == 1 ? t->p->out : t->p->err;
	ssize_t n = read(t->from[which], t->chunk, CHUNK);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return ev_fail_errno(EV_ERROR, "cannot read from '%s'",
				     t->p->argv[0]);
	if (!n) {
		ev_spawn_close(&t->from[which]);
		return 0;
	}
	if (!b)
		return t->p->on_data(t->p->ctx, which, t->chunk, (size_t)n);
	collect(b, t->chunk, (size_t)n);
	return 0;
}

/* Until all our ends are closed; a negative answer of on_data ends it. */
static int converse(struct talk *t)
{
	struct pollfd fds[3] = { { -1, POLLOUT, 0 }, { -1, POLLIN, 0 },
		{ -1, POLLIN, 0 } };
	int i, ret;

	for (;;) {
		fds[0].fd = t->meal.fd;
		fds[1].fd = t->from[1];
		fds[2].fd = t->from[2];
		if (fds[0].fd < 0 && fds[1].fd < 0 && fds[2].fd < 0)
			return 0;
		if (poll(fds, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			return ev_fail_errno(EV_ERROR, "cannot wait for '%s'",
					     t->p->argv[0]);
		}
		if (t->meal.fd >= 0 && fds[0].revents)
			feed(&t->meal);
		for (i = 1; i < 3; i++) {
			if (t->from[i] < 0 || !fds[i].revents)
				continue;
			ret = drain(t, i);
			if (ret < 0)
				return ret;
		}
	}
}

static int never_block(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return ev_fail_errno(EV_ERROR, "cannot prepare a pipe");
	return 0;
}

static int open_pipe(struct meal *m, int *end)
{
	int fds[2], ret;

	ret = ev_spawn_pipe(fds);
	if (ret)
		return ret;
	*end = fds[0];
	m->fd = fds[1];
	return never_block(m->fd);
}

/* What the pipe holds is there before the child is. */
static int open_meal(struct meal *m, int *end, const char *p, size_t n)
{
	int ret = open_pipe(m, end);

	m->p = p;
	m->n = n;
	if (!ret)
		feed(m);
	return ret;
}

static int open_input(struct talk *t, struct ev_spawn *s)
{
	if (t->p->inherit_in)
		return 0;
	if (t->p->in_later)
		return open_pipe(&t->meal, &s->fds[0]);
	if (t->p->in)
		return open_meal(&t->meal, &s->fds[0], t->p->in, t->p->in_len);
	s->fds[0] = ev_spawn_null();
	return s->fds[0] < 0 ? EV_ERROR : 0;
}

static int open_output(struct talk *t, struct ev_spawn *s, int which)
{
	struct ev_buf *b = which == 1 ? t->p->out : t->p->err;
	int fds[2], ret;

	if (!b && !t->p->on_data)
		return 0;
	ret = ev_spawn_pipe(fds);
	if (ret)
		return ret;
	t->from[which] = fds[0];
	s->fds[which] = fds[1];
	return never_block(t->from[which]);
}

static int start(struct talk *t, struct ev_spawn *s)
{
	int ret, i;

	ret = open_input(t, s);
	if (!ret)
		ret = open_output(t, s, 1);
	if (!ret)
		ret = open_output(t, s, 2);
	if (!ret)
		ret = ev_spawn(s);
	for (i = 0; i < 3; i++)
		ev_spawn_close(&s->fds[i]);
	return ret;
}

struct ev_running {
	struct talk t;
	struct ev_spawn s;
};

static void stop(struct ev_running *r)
{
	int i;

	ev_spawn_close(&r->t.meal.fd);
	for (i = 1; i < 3; i++)
		ev_spawn_close(&r->t.from[i]);
	free(r->t.chunk);
	free(r);
}

int ev_process_begin(struct ev_running **out, struct ev_process *p)
{
	struct ev_running *r = ev_calloc(1, sizeof(*r));
	int ret;

	p->status = p->signal = 0;
	r->t = (struct talk){ p, { -1, NULL, 0 }, { -1, -1, -1 },
		NULL };
	r->s = (struct ev_spawn){ p->argv, p->env, p->cwd, { -1, -1, -1 },
		p->group, -1, 0 };
	ret = start(&r->t, &r->s);
	if (ret) {
		stop(r);
		r = NULL;
	}
	*out = r;
	return ret;
}

void ev_process_give(struct ev_running *r)
{
	struct ev_process *p = r->t.p;

	if (!p->in_later)
		return;
	p->in_later = false;
	r->t.meal.p = p->in;
	r->t.meal.n = p->in_len;
	feed(&r->t.meal);
}

void ev_process_drop(struct ev_running *r)
{
	ev_spawn_kill(r->s.pid, r->t.p->group);
	stop(r);
}

int ev_process_end(struct ev_running *r)
{
	struct ev_process *p = r->t.p;
	int ret;

	ev_process_give(r);
	r->t.chunk = ev_malloc(CHUNK);
	ret = converse(&r->t);
	if (ret < 0) {
		ev_spawn_kill(r->s.pid, p->group);
		goto out;
	}
	ret = ev_spawn_wait(r->s.pid, &p->signal);
	if (ret >= 0) {
		p->status = ret;
		ret = 0;
	}
out:
	stop(r);
	return ret;
}

int ev_process_run(struct ev_process *p)
{
	struct ev_running *r = NULL;
	int ret;

	ret = ev_process_begin(&r, p);
	return ret ? ret : ev_process_end(r);
}
