#include "base/compat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

static struct ev_buf dir = EV_BUF_INIT, path = EV_BUF_INIT;

/* What the system would do to us on a bad day. */
static int close_error, fsync_error, write_error;
static size_t write_most = SIZE_MAX;

int close(int fd)
{
	long ret = syscall(SYS_close, fd);

	if (!close_error)
		return (int)ret;
	errno = close_error;
	return -1;
}

int fsync(int fd)
{
	if (!fsync_error)
		return (int)syscall(SYS_fsync, fd);
	errno = fsync_error;
	return -1;
}

ssize_t write(int fd, const void *p, size_t n)
{
	static bool interrupted;

	if (write_most != SIZE_MAX && n > write_most) {
		interrupted = !interrupted;
		if (interrupted) {
			errno = EINTR;
			return -1;
		}
		n = write_most;
	} else if (write_error) {
		errno = write_error;
		return -1;
	}
	return syscall(SYS_write, fd, p, n);
}

static int begin(void **state)
{
	(void)state;
	close_error = fsync_error = write_error = 0;
	write_most = SIZE_MAX;
	return ev_tmpdir(&dir, "file");
}

static int end(void **state)
{
	int ret;

	(void)state;
	close_error = fsync_error = write_error = 0;
	ret = ev_rmtree(dir.ptr);
	ev_buf_release(&dir);
	ev_buf_release(&path);
	return ret;
}

static const char *in_dir(const char *name)
{
	ev_path_join(&path, dir.ptr, name);
	return path.ptr;
}

static size_t entries(const char *where)
{
	DIR *d = opendir(where);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void assert_holds(const char *name, const char *want)
{
	struct ev_buf b = EV_BUF_INIT;

	assert_int_equal(ev_file_read(&b, in_dir(name), 1000), 0);
	assert_string_equal(b.ptr, want);
	ev_buf_release(&b);
}

static void put(const char *name, const char *text)
{
	assert_int_equal(ev_file_replace(in_dir(name), text, strlen(text),
					 0644), 0);
}

static void a_file_is_appended_to_the_buffer(void **state)
{
	struct ev_buf b = EV_BUF_INIT;

	(void)state;
	put("a", "text");
	ev_buf_adds(&b, "before ");
	assert_int_equal(ev_file_read(&b, in_dir("a"), 4), 0);
	assert_string_equal(b.ptr, "before text");
	ev_buf_release(&b);
}

static void a_file_over_the_limit_is_refused(void **state)
{
	struct ev_buf b = EV_BUF_INIT, small = EV_BUF_INIT_MAX(7);

	(void)state;
	put("a", "text");
	ev_buf_adds(&b, "x");
	assert_int_equal(ev_file_read(&b, in_dir("a"), 3), EV_ELIMIT);
	assert_string_equal(b.ptr, "x");
	assert_non_null(strstr(ev_error_last()->message,
			       "larger than 3 bytes"));
	assert_int_equal(ev_file_read(&b, in_dir("a"), 0), EV_ELIMIT);
	ev_buf_adds(&small, "four");
	assert_int_equal(ev_file_read(&small, in_dir("a"), 99), EV_ELIMIT);
	assert_string_equal(small.ptr, "four");
	put("empty", "");
	assert_int_equal(ev_file_read(&b, in_dir("empty"), 0), 0);
	ev_buf_release(&b);
	ev_buf_release(&small);
}

static void what_cannot_be_read_says_so(void **state)
{
	struct ev_buf b = EV_BUF_INIT;

	(void)state;
	assert_int_equal(ev_file_read(&b, in_dir("no"), 9), EV_ENOTFOUND);
	put("plain", "x");
	assert_int_equal(ev_file_read(&b, in_dir("plain/no"), 9), EV_ENOTFOUND);
	assert_int_equal(ev_file_read(&b, dir.ptr, 9), EV_ERROR);
	assert_non_null(strstr(ev_error_last()->message, "Is a directory"));
	ev_buf_release(&b);
}

static void a_pipe_without_a_writer_is_empty(void **state)
{
	struct ev_buf b = EV_BUF_INIT;

	(void)state;
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	assert_int_equal(ev_file_read(&b, in_dir("fifo"), 9), 0);
	assert_int_equal(b.len, 0);
	ev_buf_release(&b);
}

static void a_large_file_survives_short_and_broken_writes(void **state)
{
	size_t n = 300 * 1000, i;
	char *p = ev_malloc(n);
	struct ev_buf b = EV_BUF_INIT;

	(void)state;
	for (i = 0; i < n; i++)
		p[i] = (char)(i * 7 % 253);
	write_most = 1009;
	assert_int_equal(ev_file_create(in_dir("big"), p, n, 0600), 0);
	write_most = SIZE_MAX;
	assert_int_equal(ev_file_read(&b, in_dir("big"), n), 0);
	assert_int_equal(b.len, n);
	assert_memory_equal(b.ptr, p, n);
	ev_buf_release(&b);
	free(p);
}

static void replacing_keeps_the_mode_asked_for(void **state)
{
	mode_t before = umask(027);
	struct stat st;

	(void)state;
	assert_int_equal(ev_file_replace(in_dir("m"), "1", 1, 0600), 0);
	assert_int_equal(stat(path.ptr, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(ev_file_replace(in_dir("m"), "2", 1, 0666), 0);
	assert_int_equal(stat(path.ptr, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	umask(before);
	assert_holds("m", "2");
	assert_int_equal(entries(dir.ptr), 1);
}

static void a_link_is_replaced_and_its_target_left(void **state)
{
	(void)state;
	put("target", "old");
	assert_int_equal(symlink("target", in_dir("link")), 0);
	put("link", "new");
	assert_holds("target", "old");
	assert_holds("link", "new");
}

static void creating_refuses_what_is_there(void **state)
{
	(void)state;
	assert_int_equal(ev_file_create(in_dir("c"), "1", 1, 0644), 0);
	assert_int_equal(ev_file_create(in_dir("c"), "2", 1, 0644), EV_EEXISTS);
	assert_holds("c", "1");
	/* A link to nowhere is something too. */
	assert_int_equal(symlink("nowhere", in_dir("l")), 0);
	assert_int_equal(ev_file_create(in_dir("l"), "2", 1, 0644), EV_EEXISTS);
	assert_true(ev_file_exists(in_dir("l")));
	assert_false(ev_file_exists(in_dir("nowhere")));
	assert_int_equal(entries(dir.ptr), 2);
}

static void assert_replace_fails_without_a_trace(const char *why)
{
	put("r", "old");
	/* `put` must work, the next must not. */
	if (!strcmp(why, strerror(ENOSPC)))
		write_error = ENOSPC;
	else if (!strcmp(why, strerror(EIO)))
		fsync_error = EIO;
	else
		close_error = EDQUOT;
	assert_int_equal(ev_file_replace(in_dir("r"), "new", 3, 0644),
			 EV_ERROR);
	assert_int_equal(ev_file_create(in_dir("n"), "new", 3, 0644), EV_ERROR);
	close_error = fsync_error = write_error = 0;
	assert_non_null(strstr(ev_error_last()->message, "cannot write '"));
	assert_non_null(strstr(ev_error_last()->message, why));
	assert_holds("r", "old");
	assert_int_equal(entries(dir.ptr), 1);
}

static void a_full_disk_leaves_the_old_file_and_nothing_else(void **state)
{
	(void)state;
	assert_replace_fails_without_a_trace(strerror(ENOSPC));
	assert_replace_fails_without_a_trace(strerror(EIO));
	assert_replace_fails_without_a_trace(strerror(EDQUOT));
}

static void replacing_a_folder_or_in_no_folder_fails(void **state)
{
	(void)state;
	assert_int_equal(ev_file_replace(in_dir("no/f"), "x", 1, 0644),
			 EV_ENOTFOUND);
	assert_int_equal(mkdir(in_dir("d"), 0755), 0);
	assert_int_equal(ev_file_replace(in_dir("d"), "x", 1, 0644), EV_ERROR);
	assert_int_equal(entries(dir.ptr), 1);
}

static void a_name_of_any_legal_length_can_be_replaced(void **state)
{
	char name[256];

	(void)state;
	memset(name, 'n', 255);
	name[255] = '\0';
	put(name, "long");
	assert_holds(name, "long");
}

static void a_bare_name_is_written_to_the_current_folder(void **state)
{
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_true(here >= 0);
	assert_int_equal(chdir(dir.ptr), 0);
	assert_int_equal(ev_file_replace("bare", "x", 1, 0644), 0);
	assert_int_equal(ev_mkdirs("one/two", 0755), 0);
	assert_int_equal(fchdir(here), 0);
	close(here);
	assert_holds("bare", "x");
	assert_true(ev_file_exists(in_dir("one/two")));
}

static void folders_are_made_with_their_parents(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(ev_mkdirs(in_dir("a/b//c/"), 0700), 0);
	assert_int_equal(ev_mkdirs(in_dir("a/b/c"), 0700), 0);
	assert_int_equal(stat(in_dir("a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(ev_mkdirs("/", 0700), 0);
	assert_int_equal(symlink("a", in_dir("link")), 0);
	assert_int_equal(ev_mkdirs(in_dir("link/x"), 0700), 0);
	assert_true(ev_file_exists(in_dir("a/x")));
	put("plain", "");
	assert_int_equal(ev_mkdirs(in_dir("plain"), 0700), EV_EEXISTS);
	assert_int_equal(ev_mkdirs(in_dir("plain/x"), 0700), EV_EEXISTS);
	assert_int_equal(ev_mkdirs("", 0700), EV_ERROR);
}

static void removing_a_tree_stops_at_links(void **state)
{
	(void)state;
	assert_int_equal(ev_mkdirs(in_dir("keep"), 0755), 0);
	put("keep/file", "kept");
	assert_int_equal(ev_mkdirs(in_dir("gone/x/y"), 0755), 0);
	put("gone/x/file", "x");
	put("gone/.hidden", "x");
	assert_int_equal(symlink("../keep", in_dir("gone/link")), 0);
	assert_int_equal(symlink("keep", in_dir("top")), 0);
	assert_int_equal(ev_rmtree(in_dir("gone")), 0);
	assert_false(ev_file_exists(in_dir("gone")));
	assert_int_equal(ev_rmtree(in_dir("top")), 0);
	assert_false(ev_file_exists(in_dir("top")));
	assert_holds("keep/file", "kept");
	assert_int_equal(ev_rmtree(in_dir("gone")), 0);
	put("plain", "");
	assert_int_equal(ev_rmtree(in_dir("plain")), 0);
	assert_int_equal(entries(dir.ptr), 1);
}

static void a_tree_too_deep_is_refused_and_said_so(void **state)
{
	struct ev_buf deep = EV_BUF_INIT;
	int i;

	(void)state;
	ev_buf_adds(&deep, in_dir("deep"));
	for (i = 0; i < 390; i++)
		ev_buf_adds(&deep, "/d");
	assert_int_equal(ev_mkdirs(deep.ptr, 0755), 0);
	assert_int_equal(ev_rmtree(in_dir("deep")), 0);
	for (i = 0; i < 30; i++)
		ev_buf_adds(&deep, "/d");
	assert_int_equal(ev_mkdirs(deep.ptr, 0755), 0);
	assert_int_equal(ev_rmtree(in_dir("deep")), EV_ELIMIT);
	for (i = 0; i < 40; i++)
		ev_path_join(&path, path.ptr, "d");
	assert_int_equal(ev_rmtree(path.ptr), 0);
	ev_buf_release(&deep);
}

static void a_temporary_folder_is_private_and_short(void **state)
{
	char *before = ev_strdup(getenv("TMPDIR"));
	struct ev_buf a = EV_BUF_INIT, b = EV_BUF_INIT;
	struct stat st;
	char far[200];

	(void)state;
	setenv("TMPDIR", dir.ptr, 1);
	assert_int_equal(ev_tmpdir(&a, "p"), 0);
	assert_int_equal(ev_tmpdir(&b, "p"), 0);
	assert_string_not_equal(a.ptr, b.ptr);
	assert_memory_equal(a.ptr, dir.ptr, dir.len);
	assert_int_equal(stat(a.ptr, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	memset(far, 'x', sizeof(far) - 1);
	far[0] = '/';
	far[sizeof(far) - 1] = '\0';
	setenv("TMPDIR", far, 1);
	assert_int_equal(ev_tmpdir(&a, "a-prefix-that-is-long-too"), 0);
	assert_true(a.len <= 72);
	assert_int_equal(ev_rmtree(a.ptr), 0);
	setenv("TMPDIR", "relative", 1);
	assert_int_equal(ev_tmpdir(&a, "p"), 0);
	assert_int_equal(a.ptr[0], '/');
	assert_int_equal(ev_rmtree(a.ptr), 0);
	setenv("TMPDIR", "/nonexistent", 1);
	assert_int_equal(ev_tmpdir(&a, "p"), EV_ERROR);
	assert_non_null(strstr(ev_error_last()->message, "'/nonexistent'"));
	if (before)
		setenv("TMPDIR", before, 1);
	else
		unsetenv("TMPDIR");
	free(before);
	ev_buf_release(&a);
	ev_buf_release(&b);
}

static void joined_paths_stay_below_the_folder(void **state)
{
	static const char *const rows[][3] = {
		{ "a", "b", "a/b" }, { "a/", "b", "a/b" }, { "", "b", "b" },
		{ "/", "b", "/b" }, { "a", "/b", "a/b" }, { "a", "", "a/" },
		{ "", "/b", "/b" },
	};
	struct ev_buf b = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		ev_path_join(&b, rows[i][0], rows[i][1]);
		assert_string_equal(b.ptr, rows[i][2]);
	}
	ev_path_join(&b, "a", "b");
	ev_path_join(&b, b.ptr, b.ptr);
	assert_string_equal(b.ptr, "a/b/a/b");
	ev_buf_release(&b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_appended_to_the_buffer),
		TEST(a_file_over_the_limit_is_refused),
		TEST(what_cannot_be_read_says_so),
		TEST(a_pipe_without_a_writer_is_empty),
		TEST(a_large_file_survives_short_and_broken_writes),
		TEST(replacing_keeps_the_mode_asked_for),
		TEST(a_link_is_replaced_and_its_target_left),
		TEST(creating_refuses_what_is_there),
		TEST(a_full_disk_leaves_the_old_file_and_nothing_else),
		TEST(replacing_a_folder_or_in_no_folder_fails),
		TEST(a_name_of_any_legal_length_can_be_replaced),
		TEST(a_bare_name_is_written_to_the_current_folder),
		TEST(folders_are_made_with_their_parents),
		TEST(removing_a_tree_stops_at_links),
		TEST(a_tree_too_deep_is_refused_and_said_so),
		TEST(a_temporary_folder_is_private_and_short),
		TEST(joined_paths_stay_below_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
