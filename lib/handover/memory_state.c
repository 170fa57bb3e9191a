#include "base/compat.h"

#include "handover/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "repo/config.h"
#include "repo/refs.h"

#define FILE_MAX ((size_t)16 << 20)

struct digest { struct ev_sha256 *h; struct ev_repo *r; bool failed; };

/* With its NUL, so that no two texts can be taken for others. */
static void text(struct digest *d, const char *s)
{
	ev_sha256_add(d->h, s ? s : "", s ? strlen(s) + 1 : 1);
}

static void number(struct digest *d, uint64_t n)
{
	ev_sha256_add(d->h, &n, sizeof(n));
}

/* What is asked, and who answers ------------------------------------------ */

static void asked(struct digest *d, const struct ev_audit_ask *ask)
{
	size_t i;

	text(d, ask->root);
	text(d, ask->since);
	number(d, ask->vouched.n);
	for (i = 0; i < ask->vouched.n; i++)
		ev_sha256_add(d->h, ask->vouched.items[i].id, EV_OID_SIZE);
	number(d, ask->refs.n);
	for (i = 0; i < ask->refs.n; i++)
		text(d, ask->refs.items[i]);
}

static void stamp(struct digest *d, const struct stat *st)
{
	number(d, st->st_dev);
	number(d, st->st_ino);
	number(d, (uint64_t)st->st_size);
	number(d, (uint64_t)st->st_mtim.tv_sec);
	number(d, (uint64_t)st->st_mtim.tv_nsec);
}

/* Another build of the same version may know better. */
static void program(struct digest *d)
{
	struct stat st;

	text(d, EV_VERSION);
	if (stat("/proc/self/exe", &st) < 0)
		d->failed = true;
	else
		stamp(d, &st);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Who makes commits, and when, is nothing to an audit, which makes none. */
static bool matters(const char *var)
{
	return ev_starts_with(var, "GIT_") &&
		!ev_starts_with(var, "GIT_AUTHOR_") &&
		!ev_starts_with(var, "GIT_COMMITTER_");
}

static void environment(struct digest *d)
{
	char **vars;
	size_t i, n = 0;

	for (i = 0; environ[i]; i++)
		;
	vars = ev_calloc(i + 1, sizeof(*vars));
	for (i = 0; environ[i]; i++)
		if (matters(environ[i]))
			vars[n++] = environ[i];
	if (n)
		qsort(vars, n, sizeof(*vars), by_bytes);
	number(d, n);
	for (i = 0; i < n; i++)
		text(d, vars[i]);
	free(vars);
	/* Objects of other folders may come and go unseen. */
	d->failed |= getenv("GIT_OBJECT_DIRECTORY") ||
		getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
}

/* What there is ------------------------------------------------------------ */

static void file(struct digest *d, const char *dir, const char *name)
{
	struct ev_buf path = EV_BUF_INIT, bytes = EV_BUF_INIT;
	int ret;

	ev_path_join(&path, dir, name);
	ret = ev_file_read(&bytes, path.ptr, FILE_MAX);
	if (ret < 0)
		ev_error_clear();
	d->failed |= ret < 0 && ret != EV_ENOTFOUND;
	number(d, ret == 0);
	number(d, bytes.len);
	ev_sha256_add(d->h, bytes.ptr, bytes.len);
	ev_buf_release(&path);
	ev_buf_release(&bytes);
}

static void settings(struct digest *d)
{
	const char *common = ev_repo_commondir(d->r);
	const char *own = ev_repo_gitdir(d->r);
	unsigned char digest[32] = { 0 };

	text(d, common);
	text(d, own);
	d->failed |= ev_config_digest(digest, d->r) < 0;
	ev_sha256_add(d->h, digest, sizeof(digest));
	file(d, common, "config");
	file(d, own, "config.worktree");
	file(d, own, "HEAD");
	file(d, common, "shallow");
	file(d, common, "info/grafts");
}

static int one_ref(void *ctx, const char *name, const struct ev_oid *oid)
{
	struct digest *d = ctx;

	text(d, name);
	ev_sha256_add(d->h, oid->id, EV_OID_SIZE);
	return 0;
}

static void refs(struct digest *d)
{
	struct ev_strs symbols = EV_STRS_INIT;
	size_t i;

	d->failed |= ev_ref_each(d->r, "refs/", one_ref, d) < 0;
	d->failed |= ev_ref_symbols(&symbols, d->r, "refs/") < 0;
	for (i = 0; i < symbols.n; i++)
		file(d, ev_repo_commondir(d->r), symbols.items[i]);
	ev_strs_release(&symbols);
}

/* The names in a folder with their sizes and times, whatever their order. */
static void folder(struct digest *d, const char *path)
{
	unsigned char sum[32] = { 0 }, one[32];
	struct digest x = { ev_sha256_new(), d->r, false };
	DIR *dir = opendir(path);
	struct dirent *e;
	struct stat st;
	size_t i;

	d->failed |= !dir && errno != ENOENT;
	while (dir && (e = readdir(dir))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (fstatat(dirfd(dir), e->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) < 0) {
			d->failed = true;
			break;
		}
		text(&x, e->d_name);
		stamp(&x, &st);
		ev_sha256_finish(x.h, one);
		for (i = 0; i < sizeof(sum); i++)
			sum[i] ^= one[i];
	}
	if (dir)
		closedir(dir);
	ev_sha256_free(x.h);
	ev_sha256_add(d->h, sum, sizeof(sum));
}

/* The folders of loose objects have the times at which one came or went. */
static void objects(struct digest *d)
{
	struct ev_buf path = EV_BUF_INIT, sub = EV_BUF_INIT;
	static const char *const subs[] = { "", "pack", "info" };
	size_t i;

	ev_path_join(&path, ev_repo_commondir(d->r), "objects");
	for (i = 0; i < EV_ARRAY_SIZE(subs); i++) {
		ev_path_join(&sub, path.ptr, subs[i]);
		folder(d, sub.ptr);
	}
	ev_path_join(&sub, path.ptr, "info/alternates");
	d->failed |= ev_file_exists(sub.ptr);
	ev_buf_release(&path);
	ev_buf_release(&sub);
}

bool ev_memory_state(unsigned char out[32], struct ev_repo *r,
		     const struct ev_audit_ask *ask)
{
	struct digest d = { ev_sha256_new(), r, false };

	text(&d, "git-evidence audit 1");
	asked(&d, ask);
	program(&d);
	environment(&d);
	settings(&d);
	refs(&d);
	objects(&d);
	if (d.failed)
		ev_error_clear();
	ev_sha256_finish(d.h, out);
	ev_sha256_free(d.h);
	return !d.failed;
}
