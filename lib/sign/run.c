#include "base/compat.h"
#include "sign/run.h"

#include <pthread.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/process.h"
#include "base/str.h"
#include "sign/gpg.h"

#define MAX_ARGS 16
#define VERSION_MAX ((size_t)4 << 10)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ev_strs asked = EV_STRS_INIT;

/* "gpg (GnuPG) 2.2.40" */
static const char *version_in(char *text)
{
	char *p = strchr(text, '(');

	text[strcspn(text, "\r\n")] = '\0';
	p = p ? strchr(p, ')') : NULL;
	return p && p[1] == ' ' && p[2] ? p + 2 : NULL;
}

static int ask_version(const char *path, const char *program)
{
	struct ev_buf out = EV_BUF_INIT_MAX(VERSION_MAX);
	struct ev_buf err = EV_BUF_INIT_MAX(VERSION_MAX);
	const char *const argv[] = { path, "--version", NULL };
	struct ev_process p = { .argv = argv, .out = &out, .err = &err };
	int ret = ev_process_run(&p);

	if (ret == 0)
		ret = ev_gpg_check_version(program, version_in(out.ptr));
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}

int ev_gpg_ready(struct ev_buf *path, const char *program)
{
	int ret = ev_gpg_find(path, program);

	if (ret < 0)
		return ret;
	pthread_mutex_lock(&lock);
	if (!ev_strs_has(&asked, path->ptr)) {
		ret = ask_version(path->ptr, program ? program : "gpg");
		if (ret == 0)
			ev_strs_add(&asked, path->ptr);
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

int ev_gpg_run(struct ev_gpgrun *r)
{
	const char *argv[MAX_ARGS + 4] = { r->path };
	struct ev_process p = { .argv = argv, .in = r->in, .in_len = r->n,
				.fourth = r->also, .fourth_len = r->nalso,
				.out = r->out, .err = r->err };
	size_t n = 1, i;
	int ret;

	if (r->home) {
		argv[n++] = "--homedir";
		argv[n++] = r->home;
	}
	for (i = 0; r->args[i] && i < MAX_ARGS; i++)
		argv[n++] = r->args[i];
	ev_gpg_count();
	ret = ev_process_run(&p);
	r->ended = ret == 0 && !p.signal;
	return ret;
}
