/*
 * Any bytes as the root of a notes tree: no fault; what is read can be
 * written, and then read again with the same notes.
 *
 * The store is a folder below $TMPDIR, made at the first input; objects stay
 * in a batch that is never kept.
 */
#include "base/compat.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "repo/notes.h"

#define MUST(condition) must((condition), #condition)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ev_buf home = EV_BUF_INIT;
static struct ev_repo *repo;

static void must(bool holds, const char *condition)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\nlast error: %s\n", condition,
		ev_error_last()->message);
	abort();
}

static void remove_home(void)
{
	ev_repo_close(repo);
	ev_rmtree(home.ptr);
	ev_buf_release(&home);
}

static void make_home(void)
{
	const char *argv[] = { "git", "init", "-q", "--bare", NULL, NULL };
	struct ev_process p = { .argv = argv };

	if (repo)
		return;
	MUST(!ev_tmpdir(&home, "ev-fuzz"));
	argv[4] = home.ptr;
	MUST(!ev_process_run(&p) && !p.status);
	MUST(!ev_repo_open(&repo, home.ptr));
	atexit(remove_home);
}

struct seen {
	size_t n;
	struct ev_oid first, last;
};

static int see(void *ctx, const struct ev_oid *object,
	       const struct ev_oid *blob)
{
	struct seen *s = ctx;

	(void)blob;
	if (!s->n++)
		s->first = *object;
	s->last = *object;
	return 0;
}

static int walk(struct seen *s, const struct ev_oid *tree)
{
	struct ev_notes *n = NULL;
	size_t strays;
	int ret;

	memset(s, 0, sizeof(*s));
	ret = ev_notes_open(&n, repo, tree);
	if (!ret)
		ret = ev_notes_each(n, see, s);
	if (!ret)
		ret = ev_notes_strays(&strays, n);
	ev_notes_close(n);
	return ret;
}

static void check_found(const struct ev_oid *tree, const struct ev_oid *object,
			size_t least, const struct ev_oid *only)
{
	struct ev_oids blobs = EV_OIDS_INIT;
	struct ev_notes *n = NULL;

	MUST(!ev_notes_open(&n, repo, tree));
	MUST(!ev_notes_find(&blobs, n, object));
	MUST(blobs.n >= least);
	if (only)
		MUST(blobs.n == 1 && ev_oid_eq(&blobs.items[0], only));
	ev_notes_close(n);
	ev_oids_release(&blobs);
}

static int ignore(void *ctx, const struct ev_oid *object)
{
	(void)object;
	++*(size_t *)ctx;
	return 0;
}

static void change(const struct ev_oid *tree, const struct seen *before)
{
	struct ev_note_edit edit = { before->last, ev_oid_empty_tree };
	struct ev_oid next, same;
	struct seen after;
	size_t differ = 0;

	if (!before->n)
		memset(edit.object.id, 0xab, EV_OID_SIZE);
	MUST(!ev_notes_write(&next, repo, tree, &edit, 1));
	MUST(!walk(&after, &next));
	MUST(after.n <= before->n + 1);
	check_found(&next, &edit.object, 1, &edit.blob);
	MUST(!ev_notes_write(&same, repo, &next, &edit, 1));
	MUST(ev_oid_eq(&same, &next));
	MUST(!ev_notes_diff(repo, &next, &same, ignore, &differ) && !differ);
	MUST(!ev_notes_diff(repo, tree, &next, ignore, &differ));
	edit.blob = ev_oid_zero;
	MUST(!ev_notes_write(&next, repo, &next, &edit, 1));
	MUST(!walk(&after, &next));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_oid tree;
	struct seen s;

	make_home();
	MUST(!ev_batch_begin(repo));
	if (ev_object_write(&tree, repo, EV_OBJ_TREE, data, size))
		goto out;
	if (walk(&s, &tree)) {
		MUST(ev_error_last()->code < 0);
		goto out;
	}
	if (s.n)
		check_found(&tree, &s.first, 1, NULL);
	change(&tree, &s);
out:
	MUST(!ev_batch_end(repo, false));
	return 0;
}
