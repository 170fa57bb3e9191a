#include "base/compat.h"
#include "sign/run.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "sign/gpg.h"

#define VERSION_MAX ((size_t)4 << 10)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ev_strs asked = EV_STRS_INIT;
static char *folder;			/* where answers are kept; or NULL */

/* What was answered before ---------------------------------------------------- */

#define NOTE_MAX ((size_t)512)

void ev_gpg_remember(const char *dir)
{
	pthread_mutex_lock(&lock);
	free(folder);
	folder = ev_strdup(dir);
	pthread_mutex_unlock(&lock);
}

/* A script is not what it runs. */
static bool is_program(const char *path)
{
	static const char elf[] = { 0x7f, 'E', 'L', 'F' };
	char head[sizeof(elf)] = { 0 };
	FILE *f = fopen(path, "re");
	bool yes = f && fread(head, sizeof(head), 1, f) == 1 &&
		   !memcmp(head, elf, sizeof(elf));

	if (f)
		fclose(f);
	return yes;
}

/* The file as it is now, and where it is noted that it was new enough. */
static bool describe(struct ev_buf *note, struct ev_buf *place,
		     const char *path)
{
	char hex[EV_SHA256_HEX + 1];
	struct stat st;

	if (!folder || stat(path, &st) || !is_program(path))
		return false;
	ev_buf_addf(note, "%llu %llu %lld %lld.%09ld %lld.%09ld\n",
		    (unsigned long long)st.st_dev,
		    (unsigned long long)st.st_ino, (long long)st.st_size,
		    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		    (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	ev_sha256_hex(hex, path, strlen(path));
	ev_buf_addf(place, "%s/gpg-%.12s", folder, hex);
	return true;
}

/* By nobody but us. */
static bool is_noted(const struct ev_buf *note, const struct ev_buf *place)
{
	struct ev_buf text = EV_BUF_INIT_MAX(NOTE_MAX);
	struct stat st;
	bool yes;

	yes = lstat(place->ptr, &st) == 0 && S_ISREG(st.st_mode) &&
	      st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH)) &&
	      ev_file_read(&text, place->ptr, NOTE_MAX) == 0 &&
	      !strcmp(text.ptr, note->ptr);

	ev_error_clear();
	ev_buf_release(&text);
	return yes;
}

/* -------------------------------------------------------------------------- */

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

static int check_version(const char *path, const char *program)
{
	struct ev_buf note = EV_BUF_INIT, place = EV_BUF_INIT;
	bool notable = describe(&note, &place, path);
	int ret = 0;

	if (!notable || !is_noted(&note, &place)) {
		ret = ask_version(path, program);
		/* It goes without, where nothing can be written. */
		if (ret == 0 && notable &&
		    ev_file_replace(place.ptr, note.ptr, note.len, 0600) < 0)
			ev_error_clear();
	}
	ev_buf_release(&note);
	ev_buf_release(&place);
	return ret;
}

int ev_gpg_ready(struct ev_buf *path, const char *program)
{
	int ret = ev_gpg_find(path, program);

	if (ret < 0)
		return ret;
	pthread_mutex_lock(&lock);
	if (!ev_strs_has(&asked, path->ptr)) {
		ret = check_version(path->ptr, program ? program : "gpg");
		if (ret == 0)
			ev_strs_add(&asked, path->ptr);
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

int ev_gpg_start(struct ev_gpgrun *r)
{
	size_t n = 0, i;

	r->argv[n++] = r->path;
	if (r->home) {
		r->argv[n++] = "--homedir";
		r->argv[n++] = r->home;
	}
	for (i = 0; r->args[i] && i < EV_GPG_MAX_ARGS; i++)
		r->argv[n++] = r->args[i];
	r->argv[n] = NULL;
	r->process = (struct ev_process){
		.argv = r->argv, .in = r->in, .in_len = r->n,
		.in_later = r->later, .out = r->out, .err = r->err };
	r->ended = false;
	ev_gpg_count();
	return ev_process_begin(&r->running, &r->process);
}

void ev_gpg_give(struct ev_gpgrun *r)
{
	r->process.in = r->in;
	r->process.in_len = r->n;
	ev_process_give(r->running);
}

int ev_gpg_finish(struct ev_gpgrun *r)
{
	int ret;

	if (r->later)
		ev_gpg_give(r);
	ret = ev_process_end(r->running);
	r->running = NULL;
	r->ended = ret == 0 && !r->process.signal;
	return ret;
}

void ev_gpg_drop(struct ev_gpgrun *r)
{
	if (r->running)
		ev_process_drop(r->running);
	r->running = NULL;
}

int ev_gpg_run(struct ev_gpgrun *r)
{
	int ret = ev_gpg_start(r);

	return ret < 0 ? ret : ev_gpg_finish(r);
}
