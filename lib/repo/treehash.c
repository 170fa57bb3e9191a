#include "base/compat.h"
#include "repo/repo.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "repo/git.h"
#include "repo/internal.h"

struct digest {
	struct ev_repo *r;
	struct ev_sha256 *all, *one;
	struct ev_buf line;
};

static int feed(void *ctx, int fd, const char *p, size_t n)
{
	struct digest *d = ctx;

	if (fd == 1)
		ev_sha256_add(d->one, p, n);
	return 0;
}

/* Too large to hold: git streams it. */
static int add_large(struct digest *d, const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];
	const char *args[] = { "cat-file", "blob", hex, NULL };
	struct ev_buf err = EV_BUF_INIT_MAX(64 << 10);
	struct ev_process p = { .err = &err, .on_data = feed, .ctx = d };
	int ret;

	ev_oid_hex(hex, oid);
	ret = ev_git(&p, d->r, args);
	if (!ret && p.status)
		ret = ev_fail(EV_ERROR, "cannot read object %s", hex);
	ev_buf_release(&err);
	return ret;
}

static int add_blob(struct digest *d, const struct ev_oid *oid)
{
	unsigned char sum[EV_SHA256_SIZE];
	char hex[EV_SHA256_HEX + 1];
	git_odb_object *obj = NULL;
	int ret;

	ret = ev_git2_read(&obj, d->r, oid);
	if (!ret)
		ev_sha256_add(d->one, git_odb_object_data(obj),
			      git_odb_object_size(obj));
	else if (ret == EV_ELIMIT)
		ret = add_large(d, oid);
	git_odb_object_free(obj);
	ev_sha256_finish(d->one, sum);
	ev_hex_encode(hex, sum, sizeof(sum));
	ev_buf_adds(&d->line, hex);
	return ret;
}

static int add_entry(void *ctx, const struct ev_tree_entry *e)
{
	struct digest *d = ctx;
	char hex[EV_OID_HEX + 1];
	int ret;

	ev_buf_clear(&d->line);
	ev_buf_addf(&d->line, "%06o ", e->mode);
	if (e->mode == 0160000) {
		ev_oid_hex(hex, &e->oid);
		ev_buf_adds(&d->line, hex);
	} else {
		ret = add_blob(d, &e->oid);
		if (ret)
			return ev_fail_prefix("'%s'", e->path);
	}
	ev_buf_addf(&d->line, "\t%s", e->path);
	ev_sha256_add(d->all, d->line.ptr, d->line.len + 1);
	return 0;
}

struct missing {
	struct ev_repo *r;
	struct ev_buf list;
};

static int note_missing(void *ctx, const struct ev_tree_entry *e)
{
	struct missing *m = ctx;
	char hex[EV_OID_HEX + 1];

	if (e->mode == 0160000 || !ev_object_info(NULL, NULL, m->r, &e->oid))
		return 0;
	ev_oid_hex(hex, &e->oid);
	ev_buf_addf(&m->list, "%s\n", hex);
	return 0;
}

/*
 * One request for all blobs a partial clone lacks, in place of one each.  If
 * it fails, reading them one by one says what is wrong.
 */
static int fetch_missing(struct ev_repo *r, const struct ev_oid *tree)
{
	const char *args[] = { "-c", "fetch.negotiationAlgorithm=noop",
		"fetch", r->promisor, "--quiet", "--no-tags",
		"--no-write-fetch-head", "--recurse-submodules=no",
		"--filter=blob:none", "--stdin", NULL };
	struct missing m = { r, EV_BUF_INIT };
	struct ev_buf said = EV_BUF_INIT_MAX(64 << 10);
	struct ev_process p = { .out = &said, .err = &said };
	int ret;

	ret = ev_tree_each(r, tree, note_missing, &m);
	if (!ret && m.list.len && r->promisor) {
		p.in = m.list.ptr;
		p.in_len = m.list.len;
		ret = ev_git(&p, r, args);
		if (!ret)
			git_odb_refresh(r->odb);
	}
	ev_buf_release(&m.list);
	ev_buf_release(&said);
	return ret;
}

int ev_tree_sha256(char out[65], struct ev_repo *r, const struct ev_oid *tree)
{
	unsigned char sum[EV_SHA256_SIZE];
	struct digest d = { r, NULL, NULL, EV_BUF_INIT };
	int ret = 0;

	if (r->partial)
		ret = fetch_missing(r, tree);
	if (ret)
		return ret;
	d.all = ev_sha256_new();
	d.one = ev_sha256_new();
	ret = ev_tree_each(r, tree, add_entry, &d);
	ev_sha256_finish(d.all, sum);
	if (!ret)
		ev_hex_encode(out, sum, sizeof(sum));
	ev_sha256_free(d.all);
	ev_sha256_free(d.one);
	ev_buf_release(&d.line);
	return ret;
}
