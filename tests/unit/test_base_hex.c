#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"

/* Decode an exact copy: a sanitizer then sees every byte past its end. */
static int decode(struct ev_buf *out, const char *text)
{
	size_t n = strlen(text);
	char *copy = ev_malloc(n);
	int ret;

	memcpy(copy, text, n);
	ev_buf_clear(out);
	ret = ev_base64_decode(out, copy, n);
	free(copy);
	return ret;
}

static uint32_t random_next(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static void every_byte_survives_hex(void **state)
{
	unsigned char in[256], out[256];
	char text[513];
	int i;

	(void)state;
	for (i = 0; i < 256; i++)
		in[i] = (unsigned char)i;
	ev_hex_encode(text, in, 256);
	assert_int_equal(strlen(text), 512);
	assert_true(ev_is_hex(text, 512));
	assert_int_equal(strncmp(text + 2 * 0xa9, "a9aaabac", 8), 0);
	assert_int_equal(ev_hex_decode(out, text, 256), 0);
	assert_memory_equal(in, out, 256);
}

static void hex_takes_either_case_and_nothing_else(void **state)
{
	static const char bad[] = " /:@G`gx\n";
	unsigned char out[2];
	char text[3] = "00";
	size_t i;

	(void)state;
	assert_int_equal(ev_hex_decode(out, "aBFf", 2), 0);
	assert_int_equal(out[0], 0xab);
	assert_int_equal(out[1], 0xff);
	assert_int_equal(ev_hex_decode(out, "abc", 2), EV_EINVALID);
	assert_int_equal(ev_hex_decode(out, "", 1), EV_EINVALID);
	assert_int_equal(ev_hex_decode(out, "", 0), 0);
	for (i = 0; i < sizeof(bad); i++) {
		text[0] = bad[i];
		text[1] = '0';
		assert_int_equal(ev_hex_decode(out, text, 1), EV_EINVALID);
		text[0] = '0';
		text[1] = bad[i];
		assert_int_equal(ev_hex_decode(out, text, 1), EV_EINVALID);
	}
}

static void is_hex_wants_lower_case_and_the_exact_length(void **state)
{
	(void)state;
	assert_true(ev_is_hex("0af9", 4));
	assert_true(ev_is_hex("", 0));
	assert_false(ev_is_hex("0aF9", 4));
	assert_false(ev_is_hex("0af", 4));
	assert_false(ev_is_hex("0af90", 4));
	assert_false(ev_is_hex("0ag9", 4));
	assert_false(ev_is_hex(NULL, 0));
}

/* RFC 4648, section 10. */
static void base64_agrees_with_the_standard(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "+/+/" },
	};
	struct ev_buf b = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		ev_buf_clear(&b);
		ev_base64_encode(&b, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(b.ptr, rows[i][1]);
		assert_int_equal(decode(&b, rows[i][1]), 0);
		assert_string_equal(b.ptr, rows[i][0]);
	}
	ev_buf_release(&b);
}

static void base64_takes_both_alphabets_and_no_padding(void **state)
{
	struct ev_buf b = EV_BUF_INIT;

	(void)state;
	assert_int_equal(decode(&b, "-_-_"), 0);
	assert_string_equal(b.ptr, "\xfb\xff\xbf");
	assert_int_equal(decode(&b, "Zm8"), 0);
	assert_string_equal(b.ptr, "fo");
	assert_int_equal(decode(&b, "Zg"), 0);
	assert_string_equal(b.ptr, "f");
	ev_buf_release(&b);
}

static void base64_refuses_all_that_is_not_canonical(void **state)
{
	static const char *const rows[] = {
		"Z", "Zg=", "Zg===", "=", "==", "===", "====", "Z===",
		"Zm9v=", "Zm9v==", "Zm9v====", "Zm8==", "Zg==Zg==", "Zm=v",
		"Zh==", "Zm9=", "Zh", "Zm9", " Zg==", "Zg==\n", "Zm\n9v",
		"Z g=", "+_++", "-/--", "Zm9v.", "Zm9v!", "\xff\xff\xff\xff",
		"A=AA", "A==A", "=AAA",
	};
	struct ev_buf b = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		if (decode(&b, rows[i]) != EV_EINVALID)
			fail_msg("'%s' was taken", rows[i]);
		assert_int_equal(b.len, 0);
		assert_string_equal(b.ptr, "");
	}
	assert_int_equal(ev_base64_decode(&b, "Zm\0v", 4), EV_EINVALID);
	ev_buf_release(&b);
}

static void a_refusal_leaves_what_was_there(void **state)
{
	struct ev_buf b = EV_BUF_INIT, small = EV_BUF_INIT_MAX(2);

	(void)state;
	ev_buf_adds(&b, "kept");
	assert_int_equal(ev_base64_decode(&b, "Zm9vYm!y", 8), EV_EINVALID);
	assert_string_equal(b.ptr, "kept");
	assert_int_equal(ev_base64_decode(&b, "Zm9v", 4), 0);
	assert_string_equal(b.ptr, "keptfoo");
	assert_int_equal(ev_base64_decode(&small, "Zm9v", 4), EV_ELIMIT);
	assert_int_equal(small.len, 0);
	ev_buf_release(&b);
	ev_buf_release(&small);
}

/* Whatever is taken is the one way to write what it decodes to. */
static void random_text_is_refused_or_canonical(void **state)
{
	static const char letters[] = "AQgwZ/+-_=09 ";
	struct ev_buf raw = EV_BUF_INIT, again = EV_BUF_INIT;
	uint32_t seed = 20260131;
	int round, taken = 0;
	size_t i, n;
	char text[13];

	(void)state;
	for (round = 0; round < 200000; round++) {
		n = random_next(&seed) % sizeof(text);
		for (i = 0; i < n; i++)
			text[i] = letters[random_next(&seed) %
				(sizeof(letters) - 1)];
		text[n] = '\0';
		if (decode(&raw, text))
			continue;
		taken++;
		ev_buf_clear(&again);
		ev_base64_encode(&again, raw.ptr, raw.len);
		for (i = 0; i < n; i++) {
			if (text[i] == '-')
				text[i] = '+';
			if (text[i] == '_')
				text[i] = '/';
		}
		if (n < again.len)
			assert_null(strchr(text, '='));
		assert_memory_equal(again.ptr, text, n);
		for (i = n; i < again.len; i++)
			assert_int_equal(again.ptr[i], '=');
	}
	assert_true(taken > 1000);
	ev_buf_release(&raw);
	ev_buf_release(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_survives_hex),
		cmocka_unit_test(hex_takes_either_case_and_nothing_else),
		cmocka_unit_test(is_hex_wants_lower_case_and_the_exact_length),
		cmocka_unit_test(base64_agrees_with_the_standard),
		cmocka_unit_test(base64_takes_both_alphabets_and_no_padding),
		cmocka_unit_test(base64_refuses_all_that_is_not_canonical),
		cmocka_unit_test(a_refusal_leaves_what_was_there),
		cmocka_unit_test(random_text_is_refused_or_canonical),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
