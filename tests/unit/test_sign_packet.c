#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "sign/packet.h"

#define BYTES(s) s, sizeof(s) - 1

static int take(struct ev_packet *out, const char *p, size_t n, size_t *left)
{
	/* A copy to the byte: reading past it does not go unnoticed. */
	unsigned char *copy = ev_malloc(n);
	struct ev_bytes from = { copy, n };
	int ret;

	memcpy(copy, p, n);
	ret = ev_packet_take(out, &from);
	*left = from.n;
	if (ret == 0 && out->body.n)
		assert_int_equal(out->body.p[0], 'B');
	free(copy);
	return ret;
}

/* The heads, and how many bytes each says that follow: B, then others. */
static void every_form_of_length_is_read(void **state)
{
	static const struct {
		const char *head;
		size_t nhead;
		unsigned tag;
		size_t body;
	} rows[] = {
		{ BYTES("\xc2\x00"), 2, 0 },
		{ BYTES("\xc2\x01"), 2, 1 },
		{ BYTES("\xc2\xbf"), 2, 191 },
		{ BYTES("\xc2\xc0\x00"), 2, 192 },
		{ BYTES("\xc2\xc0\x01"), 2, 193 },
		{ BYTES("\xc2\xc5\xfb"), 2, 1723 },
		{ BYTES("\xc2\xdf\xff"), 2, 8383 },
		{ BYTES("\xc2\xff\x00\x00\x00\x03"), 2, 3 },
		{ BYTES("\xc2\xff\x00\x01\x02\x03"), 2, 66051 },
		{ BYTES("\xfe\x02"), 62, 2 },
		{ BYTES("\x88\x05"), 2, 5 },
		{ BYTES("\x89\x01\x02"), 2, 258 },
		{ BYTES("\x8a\x00\x01\x00\x01"), 2, 65537 },
		{ BYTES("\xbc\x02"), 15, 2 },
	};
	struct ev_buf whole = EV_BUF_INIT;
	struct ev_packet packet;
	size_t i, k, left;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		ev_buf_clear(&whole);
		ev_buf_add(&whole, rows[i].head, rows[i].nhead);
		for (k = 0; k < rows[i].body; k++)
			ev_buf_addc(&whole, k ? 'b' : 'B');
		ev_buf_adds(&whole, "next");
		assert_int_equal(take(&packet, whole.ptr, whole.len, &left), 0);
		assert_int_equal(packet.tag, rows[i].tag);
		assert_int_equal(packet.body.n, rows[i].body);
		assert_int_equal(left, 4);
		if (!rows[i].body)
			continue;
		assert_int_equal(take(&packet, whole.ptr, whole.len - 5, &left),
				 EV_EINVALID);
		assert_string_equal(ev_error_last()->message,
				    "OpenPGP packet is cut short");
	}
	ev_buf_release(&whole);
}

static void assert_refused(const char *p, size_t n, const char *reason)
{
	struct ev_packet packet;
	size_t left;

	assert_int_equal(take(&packet, p, n, &left), EV_EINVALID);
	assert_string_equal(ev_error_last()->message, reason);
}

static void a_head_that_is_cut_short_is_refused(void **state)
{
	static const char cut[] = "OpenPGP packet is cut short";

	(void)state;
	assert_refused(BYTES(""), cut);
	assert_refused(BYTES("\xc2"), cut);
	assert_refused(BYTES("\xc2\xc0"), cut);
	assert_refused(BYTES("\xc2\xff"), cut);
	assert_refused(BYTES("\xc2\xff\x00\x00\x00"), cut);
	assert_refused(BYTES("\x88"), cut);
	assert_refused(BYTES("\x89\x00"), cut);
	assert_refused(BYTES("\x8a\x00\x00\x00"), cut);
}

static void open_lengths_are_refused(void **state)
{
	static const char open[] = "OpenPGP packet of open length";

	(void)state;
	assert_refused(BYTES("\xc2\xe0" "BB"), open);
	assert_refused(BYTES("\xc2\xe1" "BB"), open);
	assert_refused(BYTES("\xc2\xfe" "BB"), open);
	assert_refused(BYTES("\x8b" "BB"), open);
}

static void what_is_no_packet_is_refused(void **state)
{
	static const char none[] = "not an OpenPGP packet";

	(void)state;
	assert_refused(BYTES("\x00\x00"), none);
	assert_refused(BYTES("\x42\x00"), none);
	assert_refused(BYTES("\x7f\x00"), none);
	/* of tag 0, which is reserved, in either format */
	assert_refused(BYTES("\xc0\x00"), none);
	assert_refused(BYTES("\x80\x00"), none);
	assert_int_equal(ev_packet_tag(0x42), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_length_is_read),
		cmocka_unit_test(a_head_that_is_cut_short_is_refused),
		cmocka_unit_test(open_lengths_are_refused),
		cmocka_unit_test(what_is_no_packet_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
