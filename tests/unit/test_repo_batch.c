/*
 * Batches: many objects into one pack, few into loose ones, none if abandoned.
 */
#include "gitfix.h"

#include <signal.h>
#include <sys/resource.h>

#include "repo/notes.h"
#include "repo/repo.h"

static struct ev_repo *open_repo(void)
{
	struct ev_repo *r = NULL;

	fix_run("git init -q -b main .");
	fix_ok(ev_repo_open(&r, "."));
	return r;
}

static struct ev_oid blob_of(struct ev_repo *r, unsigned number)
{
	struct ev_oid oid;
	char text[32];
	int len;

	len = snprintf(text, sizeof(text), "note %u\n", number);
	fix_ok(ev_object_write(&oid, r, EV_OBJ_BLOB, text, (size_t)len));
	return oid;
}

static void a_large_batch_becomes_one_pack(void **state)
{
	struct ev_repo *r = open_repo();
	struct ev_oids blobs = EV_OIDS_INIT;
	struct ev_buf got = EV_BUF_INIT;
	struct ev_oid oid;
	unsigned i;
	char *out;

	(void)state;
	fix_ok(ev_batch_begin(r));
	for (i = 0; i < 10000; i++) {
		oid = blob_of(r, i);
		ev_oids_add(&blobs, &oid);
	}
	out = fix_out("find .git/objects -type f | wc -l");
	assert_string_equal(out, "0");
	free(out);
	fix_ok(ev_object_read(&got, NULL, r, &blobs.items[77]));
	assert_string_equal(got.ptr, "note 77\n");
	fix_ok(ev_batch_end(r, true));
	for (i = 0; i < 10000; i++)
		fix_ok(ev_object_info(NULL, NULL, r, &blobs.items[i]));
	out = fix_out("find .git/objects -type f | sed 's,.*\\.,,' | sort |"
		      " xargs; git fsck --strict --full 2>/dev/null |"
		      " grep -c '^dangling blob'");
	assert_string_equal(out, "idx pack\n10000");
	free(out);
	ev_oids_release(&blobs);
	ev_buf_release(&got);
	ev_repo_close(r);
}

/* What stands before an object in a pack has one byte more from 16 bytes on,
 * two from 2048 on, and so forth. */
static void a_pack_holds_objects_of_any_kind_and_size(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 2047, 2048, 262143,
		262144, (size_t)9 << 20 };
	struct ev_repo *r = open_repo();
	struct ev_oid blobs[EV_ARRAY_SIZE(sizes)], tree, commit;
	struct ev_buf text = EV_BUF_INIT, got = EV_BUF_INIT;
	struct ev_note_edit edit;
	enum ev_objtype type;
	unsigned i;

	(void)state;
	fix_ok(ev_batch_begin(r));
	for (i = 0; i < 100; i++)
		edit.object = edit.blob = blob_of(r, i);
	fix_ok(ev_notes_write(&tree, r, NULL, &edit, 1));
	fix_ok(ev_notes_commit(&commit, r, &tree, NULL, 0, "all kinds"));
	for (i = 0; i < EV_ARRAY_SIZE(sizes); i++) {
		while (text.len < sizes[i])
			ev_buf_addc(&text, (char)(text.len * 7 + text.len /
						  253));
		fix_ok(ev_object_write(&blobs[i], r, EV_OBJ_BLOB, text.ptr,
				       text.len));
	}
	fix_ok(ev_batch_end(r, true));
	for (i = 0; i < EV_ARRAY_SIZE(sizes); i++) {
		ev_buf_clear(&got);
		fix_ok(ev_object_read(&got, &type, r, &blobs[i]));
		assert_int_equal(type, EV_OBJ_BLOB);
		assert_int_equal(got.len, sizes[i]);
		assert_memory_equal(got.ptr, text.ptr, sizes[i]);
	}
	fix_ok(ev_object_info(&type, NULL, r, &tree));
	assert_int_equal(type, EV_OBJ_TREE);
	fix_ok(ev_object_info(&type, NULL, r, &commit));
	assert_int_equal(type, EV_OBJ_COMMIT);
	fix_run("test $(ls .git/objects/pack | wc -l) -eq 2 &&"
		" git verify-pack .git/objects/pack/*.idx &&"
		" git fsck --strict --full 2>/dev/null &&"
		" git index-pack -o again.idx .git/objects/pack/*.pack &&"
		" cmp again.idx .git/objects/pack/*.idx &&"
		" test -z \"$(find .git/objects/pack -perm /222 -type f)\"");
	ev_buf_release(&text);
	ev_buf_release(&got);
	ev_repo_close(r);
}

static void a_pack_that_cannot_be_written_leaves_nothing(void **state)
{
	struct ev_repo *r = open_repo();
	struct rlimit before, little;
	unsigned i;
	int ret;

	(void)state;
	fix_ok(ev_batch_begin(r));
	for (i = 0; i < 1000; i++)
		blob_of(r, i);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	little = before;
	little.rlim_cur = 4096;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	ret = ev_batch_end(r, true);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
	fix_fails(ret, EV_ERROR, "cannot write objects to '");
	fix_run("test $(find .git/objects -type f | wc -l) -eq 0");
	ev_repo_close(r);
}

/* One note on a large ledger must not pack the ledger again. */
static void a_batch_packs_only_what_was_written_in_it(void **state)
{
	struct ev_repo *r = open_repo();
	struct ev_note_edit edits[300];
	struct ev_oid tree, commit;
	unsigned i;

	(void)state;
	for (i = 0; i < 300; i++) {
		edits[i].object = ev_oid_zero;
		edits[i].object.id[0] = (unsigned char)(i * 16 + i / 16);
		edits[i].object.id[1] = (unsigned char)i;
		edits[i].blob = blob_of(r, i);
	}
	fix_ok(ev_notes_write(&tree, r, NULL, edits, 300));
	fix_ok(ev_batch_begin(r));
	for (i = 0; i < 120; i++)
		blob_of(r, 1000 + i);
	edits[0].blob = blob_of(r, 1000);
	fix_ok(ev_notes_write(&tree, r, &tree, edits, 1));
	fix_ok(ev_notes_commit(&commit, r, &tree, NULL, 0, "one more"));
	fix_ok(ev_batch_end(r, true));
	/* 120 blobs, the root, one folder, the commit. */
	fix_run("test $(git show-index <$(ls .git/objects/pack/*.idx) |"
		" wc -l) -eq 123");
	ev_repo_close(r);
}

static void a_small_batch_becomes_loose_objects(void **state)
{
	struct ev_repo *r = open_repo();
	struct ev_buf got = EV_BUF_INIT;
	enum ev_objtype type;
	struct ev_oid oid;
	uint64_t size;
	char *files;

	(void)state;
	fix_ok(ev_batch_begin(r));
	oid = blob_of(r, 1);
	blob_of(r, 1);
	blob_of(r, 2);
	fix_ok(ev_object_read(&got, &type, r, &oid));
	assert_string_equal(got.ptr, "note 1\n");
	fix_ok(ev_object_info(&type, &size, r, &oid));
	assert_int_equal(type, EV_OBJ_BLOB);
	assert_int_equal(size, 7);
	fix_ok(ev_batch_end(r, true));
	files = fix_out("find .git/objects -type f | wc -l");
	assert_string_equal(files, "2");
	free(files);
	/* The next one finds what is stored, and begins empty. */
	fix_ok(ev_batch_begin(r));
	oid = blob_of(r, 2);
	oid = blob_of(r, 3);
	fix_ok(ev_batch_end(r, true));
	files = fix_out("find .git/objects -type f | wc -l; git fsck 2>&1 |"
			" grep -c '^dangling blob'");
	assert_string_equal(files, "3\n3");
	free(files);
	ev_buf_release(&got);
	ev_repo_close(r);
}

static void an_abandoned_batch_leaves_nothing(void **state)
{
	struct ev_repo *r = open_repo();
	struct ev_oid oid, again;
	struct ev_buf got = EV_BUF_INIT;
	char *files;

	(void)state;
	fix_ok(ev_batch_begin(r));
	oid = blob_of(r, 1);
	fix_ok(ev_batch_end(r, false));
	fix_fails(ev_object_read(&got, NULL, r, &oid), EV_ENOTFOUND, NULL);
	files = fix_out("find .git/objects -type f | wc -l");
	assert_string_equal(files, "0");
	free(files);
	/* Written again, it is stored. */
	again = blob_of(r, 1);
	assert_true(ev_oid_eq(&oid, &again));
	fix_run("test $(find .git/objects -type f | wc -l) -eq 1");
	/* Left open, it is let go with the handle. */
	fix_ok(ev_batch_begin(r));
	blob_of(r, 2);
	ev_repo_close(r);
	fix_run("test $(find .git/objects -type f | wc -l) -eq 1");
	ev_buf_release(&got);
}

static void batches_do_not_nest(void **state)
{
	struct ev_repo *r = open_repo();

	(void)state;
	fix_fails(ev_batch_end(r, true), EV_ERROR, "no batch");
	fix_ok(ev_batch_begin(r));
	fix_fails(ev_batch_begin(r), EV_ERROR, "already");
	fix_ok(ev_batch_end(r, true));
	ev_repo_close(r);
}

#define IN_FOLDER(name) \
	cmocka_unit_test_setup_teardown(name, fix_setup, fix_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_large_batch_becomes_one_pack),
		IN_FOLDER(a_pack_holds_objects_of_any_kind_and_size),
		IN_FOLDER(a_pack_that_cannot_be_written_leaves_nothing),
		IN_FOLDER(a_batch_packs_only_what_was_written_in_it),
		IN_FOLDER(a_small_batch_becomes_loose_objects),
		IN_FOLDER(an_abandoned_batch_leaves_nothing),
		IN_FOLDER(batches_do_not_nest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
