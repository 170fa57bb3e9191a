#include "gitfix.h"

#include "base/str.h"
#include "repo/repo.h"

static struct ev_repo *repo;

static void open_repo(const char *dir)
{
	fix_ok(ev_repo_open(&repo, dir));
}

static struct ev_oid tree(const char *name)
{
	struct ev_oid commit, oid;

	fix_ok(ev_repo_commit(&commit, repo, name));
	fix_ok(ev_repo_tree_of(&oid, repo, &commit));
	return oid;
}

static int note(void *ctx, const char *path)
{
	ev_strs_add(ctx, path);
	return 0;
}

static void expect(const char *a, const char *b, const char *want)
{
	struct ev_oid x = tree(a), y = tree(b);
	struct ev_strs got = EV_STRS_INIT;
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	fix_ok(ev_tree_diff(repo, &x, &y, note, &got));
	for (i = 0; i < got.n; i++)
		ev_buf_addf(&text, "%s\n", got.items[i]);
	ev_buf_chomp(&text);
	assert_string_equal(text.ptr, want);
	ev_buf_release(&text);
	ev_strs_release(&got);
}

/* What git itself says of two commits, both ways, without its renames. */
static void as_git_says(const char *dir, const char *a, const char *b)
{
	char *there = fix_out("git -C %s diff-tree -r --no-renames --name-only "
			      "%s %s | LC_ALL=C sort -u", dir, a, b);
	struct ev_oid x = tree(a), y = tree(b);
	struct ev_strs got = EV_STRS_INIT;
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	fix_ok(ev_tree_diff(repo, &x, &y, note, &got));
	ev_strs_sort(&got);
	for (i = 0; i < got.n; i++)
		ev_buf_addf(&text, "%s\n", got.items[i]);
	ev_buf_chomp(&text);
	assert_string_equal(text.ptr, there);
	free(there);
	ev_buf_release(&text);
	ev_strs_release(&got);
}

static void paths_that_differ_are_told_in_order(void **state)
{
	(void)state;
	fix_repo("one");
	fix_run("cd one && git tag first && echo x >a.txt && mkdir -p dir/c"
		" dir/e && echo y >dir/c/d && echo z >dir/e/f && git add . &&"
		" git commit -qm second && git tag second && git rm -qr dir/c"
		" dir/b.txt && git commit -qm third && git tag third");
	open_repo("one");
	expect("first", "first", "");
	expect("first", "second", "a.txt\ndir/c/d\ndir/e/f");
	expect("second", "first", "a.txt\ndir/c/d\ndir/e/f");
	expect("second", "third", "dir/b.txt\ndir/c/d");
	expect("first", "third", "a.txt\ndir/b.txt\ndir/e/f");
	ev_repo_close(repo);
}

static void kind_and_mode_are_differences(void **state)
{
	(void)state;
	fix_repo("two");
	fix_run("cd two && git tag first && chmod +x a.txt && git add . &&"
		" git commit -qm mode && git tag mode && rm a.txt &&"
		" ln -s one a.txt && git add . && git commit -qm link &&"
		" git tag link && rm a.txt && mkdir a.txt && echo 1 >a.txt/b &&"
		" git add . && git commit -qm folder && git tag folder &&"
		" git rm -qr dir && git update-index --add --cacheinfo"
		" 160000,$(git rev-parse first),dir && git commit -qm sub &&"
		" git tag sub");
	open_repo("two");
	expect("first", "mode", "a.txt");
	expect("mode", "link", "a.txt");
	expect("link", "folder", "a.txt\na.txt/b");
	expect("folder", "link", "a.txt\na.txt/b");
	expect("folder", "sub", "dir\ndir/b.txt");
	ev_repo_close(repo);
}

/* "a", "a.b" and the folder "a" stand in an order of their own. */
static void names_that_begin_alike_are_told_apart_as_git_does(void **state)
{
	(void)state;
	fix_run("git init -q -b main three && cd three &&"
		" c() { git add -A && git commit -qm $1 && git tag $1; } &&"
		" mkdir a && echo 1 >a/x && echo 1 >a.b && echo 1 >a-b &&"
		" echo 1 >a0 && c one &&"
		" rm -r a && echo 1 >a && echo 2 >a-b && c two &&"
		" rm a && mkdir a && echo 2 >a/x && echo 1 >a/y && rm a0 &&"
		" c three && git rm -qr . && git commit -qm four"
		" --allow-empty && git tag four");
	open_repo("three");
	as_git_says("three", "one", "two");
	as_git_says("three", "two", "one");
	as_git_says("three", "two", "three");
	as_git_says("three", "one", "three");
	as_git_says("three", "three", "four");
	as_git_says("three", "four", "three");
	ev_repo_close(repo);
}

static int stop(void *ctx, const char *path)
{
	int *left = ctx;

	(void)path;
	return --*left ? 0 : 7;
}

static void the_callback_can_stop_the_walk(void **state)
{
	struct ev_oid x, y;
	int left = 2;

	(void)state;
	open_repo("one");
	x = tree("first");
	y = tree("second");
	assert_int_equal(ev_tree_diff(repo, &x, &y, stop, &left), 7);
	assert_int_equal(left, 0);
	ev_repo_close(repo);
}

static void equal_folders_are_not_read(void **state)
{
	struct ev_strs got = EV_STRS_INIT;
	struct ev_oid x, y;

	(void)state;
	fix_repo("four");
	fix_run("cd four && git tag first && echo x >a.txt && git add . &&"
		" git commit -qm second && git tag second &&"
		" t=$(git rev-parse first:dir) &&"
		" rm -f .git/objects/$(echo $t | sed 's:^..:&/:')");
	open_repo("four");
	expect("first", "second", "a.txt");
	memset(&x, 0x11, sizeof(x));
	y = x;
	fix_ok(ev_tree_diff(repo, &x, &y, note, &got));
	x = tree("first");
	y = ev_oid_empty_tree;
	fix_fails(ev_tree_diff(repo, &x, &y, note, &got), EV_ENOTFOUND,
		  "not in this repository");
	ev_strs_release(&got);
	ev_repo_close(repo);
}

static void a_malformed_tree_is_refused(void **state)
{
	static const char twice[] = "100644 a\0" "aaaaaaaaaaaaaaaaaaaa"
		"100644 a\0" "bbbbbbbbbbbbbbbbbbbb";
	struct ev_strs got = EV_STRS_INIT;
	struct ev_oid bad;

	(void)state;
	open_repo("one");
	fix_ok(ev_object_write(&bad, repo, EV_OBJ_TREE, twice,
			       sizeof(twice) - 1));
	fix_fails(ev_tree_diff(repo, &bad, &ev_oid_empty_tree, note, &got),
		  EV_EINVALID, "lists a name twice");
	fix_fails(ev_tree_diff(repo, &ev_oid_empty_tree, &bad, note, &got),
		  EV_EINVALID, "lists a name twice");
	fix_ok(ev_object_write(&bad, repo, EV_OBJ_TREE, twice, 12));
	fix_fails(ev_tree_diff(repo, &bad, &ev_oid_empty_tree, note, &got),
		  EV_EINVALID, "in the middle of an entry");
	ev_strs_release(&got);
	ev_repo_close(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_that_differ_are_told_in_order),
		cmocka_unit_test(kind_and_mode_are_differences),
		cmocka_unit_test(
			names_that_begin_alike_are_told_apart_as_git_does),
		cmocka_unit_test(the_callback_can_stop_the_walk),
		cmocka_unit_test(equal_folders_are_not_read),
		cmocka_unit_test(a_malformed_tree_is_refused),
	};

	return cmocka_run_group_tests(tests, fix_setup, fix_teardown);
}
