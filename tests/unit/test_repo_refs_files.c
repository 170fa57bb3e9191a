#include "gitfix.h"

#include "base/str.h"
#include "repo/notes.h"
#include "repo/refs.h"
#include "repo/repo.h"

#define A "refs/tags/evidence/policy/a"
#define B "refs/tags/evidence/policy/deep/er/b"

static struct ev_repo *opened(void)
{
	struct ev_repo *r = NULL;

	fix_repo("a");
	fix_ok(ev_repo_open(&r, "a"));
	return r;
}

static struct ev_oid oid_of(const char *name)
{
	char *hex = fix_out("git -C a rev-parse --verify '%s'", name);
	struct ev_oid oid;

	assert_int_equal(ev_oid_parse(&oid, hex), 0);
	free(hex);
	return oid;
}

static void expect_real(struct ev_repo *r, const char *name, const char *want)
{
	struct ev_buf real = EV_BUF_INIT;

	fix_ok(ev_ref_real(&real, r, name));
	assert_string_equal(real.ptr, want);
	ev_buf_release(&real);
}

static void a_symbolic_ref_is_called_by_what_it_writes(void **state)
{
	struct ev_buf real = EV_BUF_INIT;
	struct ev_repo *r = opened();

	(void)state;
	fix_run("git -C a symbolic-ref refs/heads/one refs/heads/two && "
		"git -C a symbolic-ref refs/heads/zero refs/heads/one && "
		"git -C a symbolic-ref refs/heads/x refs/heads/y && "
		"git -C a symbolic-ref refs/heads/y refs/heads/x");
	expect_real(r, "refs/heads/plain", "refs/heads/plain");
	expect_real(r, "refs/heads/one", "refs/heads/two");
	expect_real(r, "refs/heads/zero", "refs/heads/two");
	expect_real(r, "HEAD", "refs/heads/main");
	fix_fails(ev_ref_real(&real, r, "refs/heads/x"), EV_EINVALID, "circle");
	fix_fails(ev_ref_real(&real, r, "refs/../x"), EV_EINVALID, "valid");
	ev_buf_release(&real);
	ev_repo_close(r);
}

static void other_writers_are_seen_by_their_locks(void **state)
{
	struct ev_strs own = EV_STRS_INIT;
	struct ev_repo *r = opened();

	(void)state;
	fix_ok(ev_ref_no_writer(r, "refs/tags/evidence/policy/", &own));
	fix_run("mkdir -p a/.git/refs/tags/evidence/policy/deep/er && "
		": >a/.git/" A ".lock");
	ev_strs_add(&own, A);
	fix_ok(ev_ref_no_writer(r, "refs/tags/evidence/policy/", &own));
	fix_run(": >a/.git/" B ".lock && : >a/.git/refs/tags/c.lock");
	fix_fails(ev_ref_no_writer(r, "refs/tags/evidence/policy/", &own),
		  EV_ECONFLICT, B);
	ev_strs_add(&own, B);
	fix_ok(ev_ref_no_writer(r, "refs/tags/evidence/policy/", &own));
	fix_fails(ev_ref_no_writer(r, "refs/tags/", &own), EV_ECONFLICT,
		  "refs/tags/c");
	ev_strs_release(&own);
	ev_repo_close(r);
}

static void expect_stays(bool want, struct ev_repo *r, const char *name,
			 const struct ev_oid *value)
{
	bool yes;

	fix_ok(ev_ref_stays_packed(&yes, r, name, value));
	assert_int_equal(yes, want);
}

static void only_a_ref_that_is_packed_as_it_is_stays(void **state)
{
	struct ev_repo *r = opened();
	struct ev_oid first, second;

	(void)state;
	fix_run("git -C a commit -q --allow-empty -m second");
	first = oid_of("HEAD~1");
	second = oid_of("HEAD");
	expect_stays(false, r, "refs/heads/main", &second);
	fix_run("git -C a branch main2 HEAD~1 && git -C a pack-refs --all && "
		"git -C a branch xrefs/heads/later HEAD~1 && "
		"git -C a tag later HEAD~1");
	expect_stays(true, r, "refs/heads/main", &second);
	expect_stays(true, r, "refs/heads/main2", &first);
	expect_stays(false, r, "refs/heads/main", &first);
	expect_stays(false, r, "refs/heads/mai", &second);
	expect_stays(false, r, "refs/tags/later", &first);
	/* git takes this lock for a deletion */
	fix_run(": >a/.git/packed-refs.lock");
	expect_stays(false, r, "refs/heads/main", &second);
	ev_repo_close(r);
}

/* Strays --------------------------------------------------------------- */

/* A tree of "MODE TYPE ID<TAB>NAME" lines. */
static struct ev_oid tree(const char *lines)
{
	char *hex = fix_out("printf '%s' | git -C a mktree --missing", lines);
	struct ev_oid oid;

	assert_int_equal(ev_oid_parse(&oid, hex), 0);
	free(hex);
	return oid;
}

#define BLOB "100644 blob 1111111111111111111111111111111111111111\\t"
#define BLOB2 "100644 blob 2222222222222222222222222222222222222222\\t"
#define NOTE_A "aa11111111111111111111111111111111111111\\n"
#define NOTE_B "bb11111111111111111111111111111111111111\\n"

static void expect_strays(size_t want, struct ev_repo *r,
			  const struct ev_oid *old, const struct ev_oid *new)
{
	size_t got = 99;

	fix_ok(ev_notes_new_strays(&got, r, old, new));
	assert_int_equal(got, want);
}

static void strays_are_counted_where_they_are_new(void **state)
{
	struct ev_repo *r = opened();
	struct ev_oid notes, stray, other, more, empty;

	(void)state;
	notes = tree(BLOB NOTE_A);
	stray = tree(BLOB NOTE_A BLOB "readme\\n");
	other = tree(BLOB NOTE_A BLOB NOTE_B BLOB2 "readme\\n");
	more = tree(BLOB NOTE_A BLOB2 NOTE_B BLOB "readme\\n" BLOB "zz\\n");
	empty = tree("");
	expect_strays(0, r, NULL, &notes);
	expect_strays(1, r, NULL, &stray);
	expect_strays(1, r, &notes, &stray);
	expect_strays(0, r, &stray, &stray);
	expect_strays(1, r, &stray, &other);
	expect_strays(1, r, &stray, &more);
	expect_strays(0, r, &more, &notes);
	expect_strays(2, r, &empty, &more);
	expect_strays(0, r, &more, &empty);
	ev_repo_close(r);
}

static void strays_in_folders_are_found_where_the_folder_differs(void **state)
{
	char text[512], old_hex[EV_OID_HEX + 1], new_hex[EV_OID_HEX + 1];
	struct ev_repo *r = opened();
	struct ev_oid in_old, in_new, old, new;

	(void)state;
	in_old = tree(BLOB "11111111111111111111111111111111111111\\n");
	in_new = tree(BLOB "11111111111111111111111111111111111111\\n"
		      BLOB "hidden\\n");
	ev_oid_hex(old_hex, &in_old);
	ev_oid_hex(new_hex, &in_new);
	snprintf(text, sizeof(text), "040000 tree %s\\taa\\n"
		 "040000 tree %s\\tbb\\n", old_hex, new_hex);
	old = tree(text);
	snprintf(text, sizeof(text), "040000 tree %s\\taa\\n"
		 "040000 tree %s\\tbb\\n", new_hex, new_hex);
	new = tree(text);
	expect_strays(1, r, &old, &new);
	expect_strays(1, r, NULL, &old);
	expect_strays(2, r, NULL, &new);
	expect_strays(0, r, &new, &old);
	/* a folder in a note's place, and the other way round */
	snprintf(text, sizeof(text), "040000 tree %s\\tcc\\n"
		 BLOB "dd\\n", old_hex);
	new = tree(text);
	expect_strays(1, r, NULL, &new);
	ev_repo_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, fix_setup, fix_teardown)
		T(a_symbolic_ref_is_called_by_what_it_writes),
		T(other_writers_are_seen_by_their_locks),
		T(only_a_ref_that_is_packed_as_it_is_stays),
		T(strays_are_counted_where_they_are_new),
		T(strays_in_folders_are_found_where_the_folder_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
