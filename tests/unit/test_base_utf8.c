#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/utf8.h"

static uint32_t random_next(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static size_t encode(char out[4], uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 63));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 63));
		out[2] = (char)(0x80 | (cp & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 63));
	out[2] = (char)(0x80 | (cp >> 6 & 63));
	out[3] = (char)(0x80 | (cp & 63));
	return 4;
}

static void every_code_point_decodes_but_surrogates(void **state)
{
	uint32_t cp, got;
	char text[4];
	size_t n;

	(void)state;
	for (cp = 0; cp < 0x120000; cp++) {
		n = encode(text, cp);
		if ((cp >= 0xd800 && cp < 0xe000) || cp > 0x10ffff) {
			assert_int_equal(ev_utf8_decode(&got, text, n), 0);
			continue;
		}
		if (ev_utf8_decode(&got, text, n) != n || got != cp)
			fail_msg("U+%04X", (unsigned)cp);
		if (n > 1)
			assert_int_equal(ev_utf8_decode(&got, text, n - 1), 0);
	}
}

/* RFC 3629, section 4: what may follow each first byte of three. */
static bool may_be_three(unsigned a, unsigned b, unsigned c)
{
	unsigned low = a == 0xe0 ? 0xa0 : 0x80, high = a == 0xed ? 0x9f : 0xbf;

	return a >= 0xe0 && a <= 0xef && b >= low && b <= high &&
		c >= 0x80 && c <= 0xbf;
}

static void sequences_follow_the_grammar_of_the_standard(void **state)
{
	unsigned a, b, c;
	uint32_t cp;
	char t[3];

	(void)state;
	for (a = 0x80; a < 0x100; a++) {
		for (b = 0; b < 0x100; b++) {
			bool two = a >= 0xc2 && a <= 0xdf && b >= 0x80 &&
				b <= 0xbf;

			t[0] = (char)a;
			t[1] = (char)b;
			if ((ev_utf8_decode(&cp, t, 2) == 2) != two)
				fail_msg("%02x %02x", a, b);
			for (c = 0; c < 0x100; c += 0x0f) {
				t[2] = (char)c;
				if ((ev_utf8_decode(&cp, t, 3) == 3) !=
				    may_be_three(a, b, c))
					fail_msg("%02x %02x %02x", a, b, c);
			}
		}
	}
	assert_int_equal(ev_utf8_decode(&cp, "\xf4\x8f\xbf\xbf", 4), 4);
	assert_int_equal(ev_utf8_decode(&cp, "\xf4\x90\x80\x80", 4), 0);
	assert_int_equal(ev_utf8_decode(&cp, "\xf0\x8f\xbf\xbf", 4), 0);
	assert_int_equal(ev_utf8_decode(&cp, "\xf8\x88\x80\x80\x80", 5), 0);
}

static void the_first_wrong_byte_is_named(void **state)
{
	size_t bad = 99;

	(void)state;
	assert_true(ev_utf8_valid("", 0, &bad));
	assert_true(ev_utf8_valid("a\0\xc3\xa4", 4, &bad));
	assert_int_equal(bad, 99);
	assert_false(ev_utf8_valid("a\xc3\xa4\xc3(", 5, &bad));
	assert_int_equal(bad, 3);
	assert_false(ev_utf8_valid("a\xe2\x82", 3, NULL));
	assert_false(ev_utf8_valid("\xc0\xaf", 2, &bad));
	assert_int_equal(bad, 0);
}

static void assert_shown(const char *in, size_t n, const char *want)
{
	struct ev_buf b = EV_BUF_INIT;

	ev_display(&b, in, n);
	assert_string_equal(b.ptr, want);
	assert_int_equal(ev_display_safe(in, n),
			 b.len == n && !memcmp(b.ptr, in, n));
	ev_buf_release(&b);
}

static void what_misleads_is_shown_as_an_escape(void **state)
{
	struct ev_buf b = EV_BUF_INIT;

	(void)state;
	assert_shown("", 0, "");
	assert_shown("plain \\ text", 12, "plain \\ text");
	assert_shown("M\xc3\xbcller", 7, "M\xc3\xbcller");
	assert_shown("a\tb\nc\r", 6, "a\\u{0009}b\\u{000A}c\\u{000D}");
	assert_shown("\0", 1, "\\u{0000}");
	assert_shown("\x1b[2J\x7f", 5, "\\u{001B}[2J\\u{007F}");
	assert_shown("\xc2\x9b", 2, "\\u{009B}");
	assert_shown("a\xff" "b\xc3", 4, "a\\xFFb\\xC3");
	assert_shown("\xed\xa0\x80", 3, "\\xED\\xA0\\x80");
	assert_shown("\xe2\x80\xae", 3, "\\u{202E}");
	assert_shown("\xf3\xa0\x81\x81", 4, "\\u{E0041}");
	ev_displays(&b, "x\x01");
	assert_string_equal(b.ptr, "x\\u{0001}");
	ev_buf_release(&b);
}

static void the_list_of_what_misleads_is_exact(void **state)
{
	static const uint32_t ranges[][2] = {
		{ 0, 0x1f }, { 0x7f, 0x9f }, { 0x61c, 0x61c },
		{ 0x200b, 0x200d }, { 0x200e, 0x200f }, { 0x2028, 0x2029 },
		{ 0x202a, 0x202e }, { 0x2060, 0x2060 }, { 0x2066, 0x2069 },
		{ 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff },
		{ 0xe0000, 0xe007f },
	};
	uint32_t cp;
	char text[4];
	size_t i, n;
	bool want;

	(void)state;
	for (cp = 0; cp <= 0x10ffff; cp++) {
		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		want = (cp & 0xffff) == 0xfffe || (cp & 0xffff) == 0xffff;
		for (i = 0; i < EV_ARRAY_SIZE(ranges); i++)
			want |= cp >= ranges[i][0] && cp <= ranges[i][1];
		n = encode(text, cp);
		if (ev_display_safe(text, n) == want)
			fail_msg("U+%04X", (unsigned)cp);
	}
}

static void what_is_shown_is_always_safe(void **state)
{
	struct ev_buf once = EV_BUF_INIT, twice = EV_BUF_INIT;
	uint32_t seed = 4711, cp;
	size_t i, n;
	char text[64], *copy;
	int round;

	(void)state;
	for (round = 0; round < 50000; round++) {
		for (n = 0; n < sizeof(text) - 4;) {
			cp = random_next(&seed);
			if (!(random_next(&seed) % 9))
				break;
			if (round % 2)
				text[n++] = (char)cp;
			else
				n += encode(text + n, cp % 0x2100);
		}
		copy = ev_malloc(n);
		memcpy(copy, text, n);
		ev_buf_clear(&once);
		ev_buf_clear(&twice);
		ev_display(&once, copy, n);
		free(copy);
		assert_true(ev_utf8_valid(once.ptr, once.len, NULL));
		assert_true(ev_display_safe(once.ptr, once.len));
		for (i = 0; i < once.len; i++)
			assert_true((unsigned char)once.ptr[i] >= 0x20);
		ev_display(&twice, once.ptr, once.len);
		assert_int_equal(once.len, twice.len);
		assert_memory_equal(once.ptr, twice.ptr, once.len);
	}
	ev_buf_release(&once);
	ev_buf_release(&twice);
}

static void width_counts_code_points_and_wide_ones_twice(void **state)
{
	(void)state;
	assert_int_equal(ev_display_width("", 0), 0);
	assert_int_equal(ev_display_width("abc", 3), 3);
	assert_int_equal(ev_display_width("M\xc3\xbcller", 7), 6);
	assert_int_equal(ev_display_width("\xe5\x8c\xbb\xe7\x99\x82", 6), 4);
	assert_int_equal(ev_display_width("\xed\x95\x9c", 3), 2);
	assert_int_equal(ev_display_width("\xf0\x9f\xa9\xba", 4), 2);
	assert_int_equal(ev_display_width("\xef\xbc\xa1", 3), 2);
	assert_int_equal(ev_display_width("\xe2\x80\x93", 3), 1);
	assert_int_equal(ev_display_width("\xff\xfe", 2), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_decodes_but_surrogates),
		cmocka_unit_test(sequences_follow_the_grammar_of_the_standard),
		cmocka_unit_test(the_first_wrong_byte_is_named),
		cmocka_unit_test(what_misleads_is_shown_as_an_escape),
		cmocka_unit_test(the_list_of_what_misleads_is_exact),
		cmocka_unit_test(what_is_shown_is_always_safe),
		cmocka_unit_test(width_counts_code_points_and_wide_ones_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
