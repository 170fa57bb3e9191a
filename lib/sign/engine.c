#include "base/compat.h"
#include "sign/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/spawn.h"
#include "base/str.h"
#include "sign/gpg.h"
#include "sign/packet.h"
#include "sign/run.h"

#define BY_FD "/dev/fd/3"
#define FIRST "[GNUPG:] FILE_START 1 "
#define LAST "[GNUPG:] FILE_DONE\n"
#define FAILED "[GNUPG:] FILE_ERROR "
/* What a gpg forgets to give back is given back then. */
#define MAX_ASKED 1000
#define MAX_DATA ((size_t)UINT32_MAX - 64)

void ev_engine_init(struct ev_engine *e)
{
	memset(e, 0, sizeof(*e));
	e->to = e->from = e->file = -1;
	ev_buf_init(&e->name);
}

void ev_engine_close(struct ev_engine *e)
{
	if (e->pid > 0) {
		/* It has nothing to lose, and may wait for more. */
		kill(e->pid, SIGKILL);
		ev_spawn_wait(e->pid, NULL);
	}
	ev_spawn_close(&e->to);
	ev_spawn_close(&e->from);
	ev_spawn_close(&e->file);
	if (e->named)
		unlink(e->name.ptr);
	ev_buf_release(&e->name);
	e->named = false;
	e->pid = 0;
	e->asked = 0;
}

/* Read by nobody else. */
static int make_file(struct ev_engine *e)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	if (!dir || *dir != '/' || strchr(dir, '\n') || strlen(dir) > 1000)
		dir = "/tmp";
	ev_path_join(&e->name, dir, "evsigXXXXXX");
	fd = mkostemp(e->name.ptr, O_CLOEXEC);
	if (fd < 0)
		return ev_fail_errno(EV_ERROR, "cannot make a file in '%s'",
				     dir);
	e->named = true;
	return fd;
}

/* Gone with the last who has it open, if it can be opened without a name. */
static int open_file(struct ev_engine *e)
{
	bool by_fd = access("/dev/fd", X_OK) == 0;
	int fd = -1, up;

#ifdef MFD_CLOEXEC
	if (by_fd)
		fd = memfd_create("signature", MFD_CLOEXEC);
#endif
	if (fd < 0)
		fd = make_file(e);
	if (fd < 0)
		return EV_ERROR;
	up = fd > 2 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (up != fd)
		close(fd);
	e->file = up;
	if (by_fd) {
		if (e->named)
			unlink(e->name.ptr);
		e->named = false;
		ev_buf_clear(&e->name);
		ev_buf_adds(&e->name, BY_FD);
	}
	return up < 0 ? ev_fail_errno(EV_ERROR, "cannot make a file") : 0;
}

int ev_engine_start(struct ev_engine *e, const char *path, const char *home)
{
	const char *const argv[] = { path, "--homedir", home, "--quiet",
				     "--status-fd", "1", "--verify-files",
				     NULL };
	struct ev_spawn s = { argv, NULL, NULL, { -1, -1, -1 }, false, -1, 0 };
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, ret;

	ret = open_file(e);
	if (ret == 0)
		ret = ev_spawn_pipe(in);
	if (ret == 0)
		ret = ev_spawn_pipe(out);
	s.fds[2] = ev_spawn_null();
	if (ret == 0 && s.fds[2] < 0)
		ret = EV_ERROR;
	s.fds[0] = in[0];
	s.fds[1] = out[1];
	s.fourth = e->file;
	if (ret == 0)
		ret = ev_spawn(&s);
	ev_spawn_close(&in[0]);
	ev_spawn_close(&out[1]);
	ev_spawn_close(&s.fds[2]);
	e->to = in[1];
	e->from = out[0];
	e->pid = ret == 0 ? s.pid : 0;
	return ret;
}

/* The packets before and around the data: a one-pass signature, and the head
 * of a literal packet without name and date. */
static size_t write_head(unsigned char *out, const struct ev_sigpacket *packet,
			 size_t n)
{
	const char *id = packet->has_keyid ? packet->issuer_keyid :
			 packet->issuer_fpr + 24;
	size_t len = n + 6, at = 0, i;

	out[at++] = 0xc0 | EV_PKT_ONE_PASS;
	out[at++] = 13;
	out[at++] = 3;				/* version */
	out[at++] = (unsigned char)packet->sigclass;
	out[at++] = (unsigned char)packet->hash_algo;
	out[at++] = (unsigned char)packet->pubkey_algo;
	ev_hex_decode(out + at, id, 8);
	at += 8;
	out[at++] = 1;				/* the last one */
	out[at++] = 0xc0 | EV_PKT_LITERAL;
	out[at++] = 0xff;
	for (i = 0; i < 4; i++)
		out[at++] = (unsigned char)(len >> (24 - 8 * i));
	out[at++] = 'b';
	for (i = 0; i < 5; i++)
		out[at++] = 0;
	return at;
}

static int write_message(struct ev_engine *e,
			 const struct ev_sigpacket *packet, const void *data,
			 size_t n, const void *sig, size_t nsig)
{
	unsigned char head[40];
	size_t len = write_head(head, packet, n);

	if (lseek(e->file, 0, SEEK_SET) < 0 ||
	    ev_fd_write(e->file, head, len) < 0 ||
	    ev_fd_write(e->file, data, n) < 0 ||
	    ev_fd_write(e->file, sig, nsig) < 0 ||
	    ftruncate(e->file, (off_t)(len + n + nsig)) < 0 ||
	    lseek(e->file, 0, SEEK_SET) < 0)
		return ev_fail_errno(EV_ERROR, "cannot hand gpg a signature");
	return 0;
}

static bool ends_with(const struct ev_buf *b, const char *text)
{
	size_t n = strlen(text);

	return b->len >= n && !memcmp(b->ptr + b->len - n, text, n);
}

/* A line that begins so; in the middle of one it is somebody's text. */
static bool has_line(const struct ev_buf *b, const char *prefix)
{
	const char *p = b->ptr;

	while (p && *p) {
		if (ev_starts_with(p, prefix))
			return true;
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return false;
}

/* Has it said its last word, as a line of its own? */
static bool is_done(const struct ev_buf *b)
{
	size_t n = strlen(LAST);

	return ends_with(b, LAST) && b->len > n &&
	       b->ptr[b->len - n - 1] == '\n';
}

/* 1 with its last word, 0 at its end. */
static int read_answer(struct ev_buf *b, struct ev_engine *e)
{
	char chunk[4096];
	ssize_t n;

	while (!is_done(b)) {
		n = read(e->from, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ev_fail_errno(EV_ERROR, "cannot read from gpg");
		if (!n)
			return 0;
		ev_buf_add(b, chunk, (size_t)n);
		if (b->overflow)
			return ev_fail(EV_ERROR, "gpg says too much about a "
				       "signature");
		/* It waits for the next one then. */
		if (has_line(b, FAILED))
			return ev_fail(EV_ERROR, "gpg ended without an answer "
				       "about a signature");
	}
	return 1;
}

/* It has to be silent until it is asked. */
static bool is_silent(const struct ev_engine *e)
{
	struct pollfd p = { e->from, POLLIN, 0 };

	return poll(&p, 1, 0) == 0;
}

/* The lines between the first and the last, which are about the file. */
static int take(struct ev_buf *said, const struct ev_engine *e,
		const struct ev_buf *b, bool done)
{
	struct ev_buf first = EV_BUF_INIT;
	size_t last = done ? strlen(LAST) : 0;
	int ret = 0;

	ev_buf_addf(&first, FIRST "%s\n", e->name.ptr);
	if (b->len < first.len + last || memcmp(b->ptr, first.ptr, first.len))
		ret = ev_fail(EV_ERROR, "gpg ended without an answer about a "
			      "signature");
	if (ret == 0)
		ev_buf_add(said, b->ptr + first.len,
			   b->len - first.len - last);
	if (ret == 0 && has_line(said, "[GNUPG:] FILE_"))
		ret = ev_fail(EV_ERROR, "gpg speaks of another file");
	ev_buf_release(&first);
	return ret;
}

static int question(struct ev_engine *e)
{
	struct ev_buf line = EV_BUF_INIT;
	struct ev_gpg_quiet q;
	ssize_t n;
	int ret = 0;

	ev_buf_addf(&line, "%s\n", e->name.ptr);
	ev_gpg_begin(&q);
	do
		n = write(e->to, line.ptr, line.len);
	while (n < 0 && errno == EINTR);
	/* If it has gone, its end is what there is to be read. */
	if (n != (ssize_t)line.len && (n >= 0 || errno != EPIPE))
		ret = ev_fail_errno(EV_ERROR, "cannot ask gpg");
	ev_gpg_end(&q);
	ev_buf_release(&line);
	return ret;
}

int ev_engine_ask(struct ev_buf *said, int *sig_no, struct ev_engine *e,
		  const char *path, const char *home,
		  const struct ev_sigpacket *packet, const void *data, size_t n,
		  const void *sig, size_t nsig)
{
	struct ev_buf b = EV_BUF_INIT_MAX(EV_GPG_STATUS_MAX);
	int ret = 0, done;

	*sig_no = 0;
	if (n > MAX_DATA)
		return ev_fail(EV_ELIMIT, "what is signed is %zu bytes, over "
			       "the limit of %zu", n, MAX_DATA);
	if (e->pid && (e->asked == MAX_ASKED || !is_silent(e)))
		ev_engine_close(e);
	if (!e->pid)
		ret = ev_engine_start(e, path, home);
	if (ret == 0)
		ret = write_message(e, packet, data, n, sig, nsig);
	if (ret == 0)
		ret = question(e);
	done = ret == 0 ? read_answer(&b, e) : ret;
	if (done == 0) {
		ev_spawn_wait(e->pid, sig_no);
		e->pid = 0;
	}
	ret = done < 0 ? done : take(said, e, &b, done == 1);
	if (ret == 0 && done == 1 && !is_silent(e))
		ret = ev_fail(EV_ERROR, "gpg goes on after its answer");
	e->asked++;
	if (ret < 0 || done == 0)
		ev_engine_close(e);
	ev_buf_release(&b);
	return ret < 0 ? ret : done;
}
