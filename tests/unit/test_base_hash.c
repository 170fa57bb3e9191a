#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"

#define MILLION 1000000

/* FIPS 180-4 and its examples. */
static const char of_nothing[] = "e3b0c44298fc1c149afbf4c8996fb924"
	"27ae41e4649b934ca495991b7852b855";
static const char of_abc[] = "ba7816bf8f01cfea414140de5dae2223"
	"b00361a396177a9cb410ff61f20015ad";
static const char of_two_blocks[] = "248d6a61d20638b8e5c026930c3e6039"
	"a33ce45964ff2167f6ecedd419db06c1";
static const char of_million_a[] = "cdc76e5c9914fb9281a1c7e284d73e67"
	"f1809a48a497200e046d39ccc7112cd0";

static struct ev_buf dir = EV_BUF_INIT;

static int make_dir(void **state)
{
	(void)state;
	return ev_tmpdir(&dir, "hash");
}

static int remove_dir(void **state)
{
	int ret = ev_rmtree(dir.ptr);

	(void)state;
	ev_buf_release(&dir);
	return ret;
}

static void known_answers_are_met(void **state)
{
	static const char two[] =
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	char hex[EV_SHA256_HEX + 1];

	(void)state;
	ev_sha256_hex(hex, NULL, 0);
	assert_string_equal(hex, of_nothing);
	ev_sha256_hex(hex, "abc", 3);
	assert_string_equal(hex, of_abc);
	ev_sha256_hex(hex, two, strlen(two));
	assert_string_equal(hex, of_two_blocks);
}

static void pieces_add_up_to_the_whole(void **state)
{
	struct ev_sha256 *h = ev_sha256_new();
	unsigned char raw[EV_SHA256_SIZE];
	char hex[EV_SHA256_HEX + 1], a[997];
	size_t left, n;

	(void)state;
	memset(a, 'a', sizeof(a));
	ev_sha256_add(h, NULL, 0);
	for (left = MILLION; left; left -= n) {
		n = left < sizeof(a) ? left : left % sizeof(a) + 1;
		ev_sha256_add(h, a, n);
	}
	ev_sha256_finish(h, raw);
	ev_hex_encode(hex, raw, sizeof(raw));
	assert_string_equal(hex, of_million_a);
	/* The state starts anew. */
	ev_sha256_add(h, "a", 1);
	ev_sha256_add(h, "bc", 2);
	ev_sha256_finish(h, raw);
	ev_hex_encode(hex, raw, sizeof(raw));
	assert_string_equal(hex, of_abc);
	ev_sha256_finish(h, raw);
	ev_hex_encode(hex, raw, sizeof(raw));
	assert_string_equal(hex, of_nothing);
	ev_sha256_free(h);
	ev_sha256_free(NULL);
}

static void a_file_gives_its_digest_and_size(void **state)
{
	struct ev_buf path = EV_BUF_INIT;
	char *a = ev_malloc(MILLION), hex[EV_SHA256_HEX + 1];
	uint64_t size;

	(void)state;
	memset(a, 'a', MILLION);
	ev_path_join(&path, dir.ptr, "million");
	assert_int_equal(ev_file_create(path.ptr, a, MILLION, 0644), 0);
	assert_int_equal(ev_sha256_file(hex, &size, path.ptr), 0);
	assert_string_equal(hex, of_million_a);
	assert_int_equal(size, MILLION);
	assert_int_equal(ev_sha256_file(NULL, NULL, path.ptr), 0);
	ev_path_join(&path, dir.ptr, "empty");
	assert_int_equal(ev_file_create(path.ptr, NULL, 0, 0644), 0);
	assert_int_equal(ev_sha256_file(hex, &size, path.ptr), 0);
	assert_string_equal(hex, of_nothing);
	assert_int_equal(size, 0);
	free(a);
	ev_buf_release(&path);
}

static void what_is_no_file_is_an_error(void **state)
{
	struct ev_buf path = EV_BUF_INIT;
	char hex[EV_SHA256_HEX + 1] = "untouched";

	(void)state;
	ev_path_join(&path, dir.ptr, "absent");
	assert_int_equal(ev_sha256_file(hex, NULL, path.ptr), EV_ENOTFOUND);
	assert_non_null(strstr(ev_error_last()->message, "cannot open '"));
	assert_int_equal(ev_sha256_file(hex, NULL, dir.ptr), EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message, "no regular file"));
	assert_string_equal(hex, "untouched");
	ev_buf_release(&path);
}

static void a_pipe_without_a_writer_does_not_hang(void **state)
{
	struct ev_buf path = EV_BUF_INIT;
	char hex[EV_SHA256_HEX + 1];

	(void)state;
	ev_path_join(&path, dir.ptr, "fifo");
	assert_int_equal(mkfifo(path.ptr, 0600), 0);
	assert_int_equal(ev_sha256_file(hex, NULL, path.ptr), EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message, "no regular file"));
	ev_buf_release(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers_are_met),
		cmocka_unit_test(pieces_add_up_to_the_whole),
		cmocka_unit_test(a_file_gives_its_digest_and_size),
		cmocka_unit_test(what_is_no_file_is_an_error),
		cmocka_unit_test(a_pipe_without_a_writer_does_not_hang),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
