#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

static void an_empty_buffer_is_an_empty_string(void **state)
{
	struct ev_buf b = EV_BUF_INIT;

	(void)state;
	assert_string_equal(b.ptr, "");
	ev_buf_add(&b, NULL, 0);
	ev_buf_adds(&b, "");
	ev_buf_addf(&b, "%s", "");
	ev_buf_clear(&b);
	ev_buf_setlen(&b, 0);
	ev_buf_chomp(&b);
	assert_ptr_equal(b.ptr, ev_buf_empty);
	ev_buf_release(&b);
	ev_buf_release(&b);
}

static void bytes_are_kept_in_order_and_ended_by_nul(void **state)
{
	struct ev_buf b;
	size_t i;

	(void)state;
	ev_buf_init(&b);
	for (i = 0; i < 5000; i++) {
		ev_buf_addc(&b, (char)(i % 251));
		assert_int_equal(b.len, i + 1);
		assert_int_equal(b.ptr[b.len], 0);
	}
	for (i = 0; i < 5000; i++)
		assert_int_equal((unsigned char)b.ptr[i], i % 251);
	ev_buf_release(&b);
	assert_ptr_equal(b.ptr, ev_buf_empty);
}

static void text_is_formatted_after_what_is_there(void **state)
{
	struct ev_buf b = EV_BUF_INIT;

	(void)state;
	ev_buf_adds(&b, "model ");
	ev_buf_addf(&b, "%d of '%s'", 7, "chest");
	assert_string_equal(b.ptr, "model 7 of 'chest'");
	assert_int_equal(b.len, strlen(b.ptr));
	ev_buf_release(&b);
}

static void a_full_buffer_takes_no_more_until_cleared(void **state)
{
	struct ev_buf b = EV_BUF_INIT_MAX(4);

	(void)state;
	ev_buf_adds(&b, "abcd");
	assert_false(b.overflow);
	ev_buf_release(&b);
	ev_buf_adds(&b, "abc");
	ev_buf_adds(&b, "de");
	assert_true(b.overflow);
	/* This would fit, but it would be no beginning of the whole. */
	ev_buf_addc(&b, 'f');
	ev_buf_addf(&b, "%c", 'g');
	assert_null(ev_buf_reserve(&b, 0));
	assert_string_equal(b.ptr, "abc");
	ev_buf_clear(&b);
	assert_false(b.overflow);
	ev_buf_addf(&b, "%s", "wxyz");
	assert_string_equal(b.ptr, "wxyz");
	ev_buf_addf(&b, "%d", 1);
	assert_true(b.overflow);
	ev_buf_release(&b);
	assert_false(b.overflow);
	assert_int_equal(b.max, 4);
}

static void sizes_near_the_end_of_memory_overflow_cleanly(void **state)
{
	struct ev_buf b = EV_BUF_INIT_MAX(SIZE_MAX);

	(void)state;
	ev_buf_addc(&b, 'a');
	assert_null(ev_buf_reserve(&b, SIZE_MAX));
	assert_true(b.overflow);
	ev_buf_clear(&b);
	assert_null(ev_buf_reserve(&b, SIZE_MAX - 1));
	assert_true(b.overflow);
	ev_buf_release(&b);
}

static void reserved_bytes_become_part_by_setlen(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	char *to;

	(void)state;
	ev_buf_adds(&b, "ab");
	to = ev_buf_reserve(&b, 10);
	memset(to, 'x', 10);
	ev_buf_setlen(&b, 5);
	assert_string_equal(b.ptr, "abxxx");
	ev_buf_setlen(&b, 1);
	assert_string_equal(b.ptr, "a");
	ev_buf_release(&b);
}

static void a_buffer_can_be_added_to_itself(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	int i;

	(void)state;
	ev_buf_adds(&b, "abc");
	for (i = 0; i < 10; i++)
		ev_buf_add(&b, b.ptr, b.len);
	assert_int_equal(b.len, 3 << 10);
	for (i = 0; i < 3 << 10; i++)
		assert_int_equal(b.ptr[i], "abc"[i % 3]);
	ev_buf_release(&b);
}

static void detached_bytes_belong_to_the_caller(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	size_t len;
	char *p;

	(void)state;
	p = ev_buf_detach(&b, &len);
	assert_string_equal(p, "");
	assert_int_equal(len, 0);
	free(p);
	ev_buf_add(&b, "a\0b", 3);
	p = ev_buf_detach(&b, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(p, "a\0b", 4);
	assert_ptr_equal(b.ptr, ev_buf_empty);
	assert_int_equal(b.len, 0);
	free(p);
}

static void swap_and_chomp_do_what_they_say(void **state)
{
	struct ev_buf a = EV_BUF_INIT, b = EV_BUF_INIT_MAX(9);

	(void)state;
	ev_buf_adds(&a, "line\n\n");
	ev_buf_swap(&a, &b);
	assert_int_equal(a.max, 9);
	assert_string_equal(a.ptr, "");
	ev_buf_chomp(&b);
	assert_string_equal(b.ptr, "line\n");
	ev_buf_chomp(&b);
	ev_buf_chomp(&b);
	assert_string_equal(b.ptr, "line");
	ev_buf_release(&a);
	ev_buf_release(&b);
}

static void strings_are_copied_up_to_their_end(void **state)
{
	char *p;

	(void)state;
	assert_null(ev_strdup(NULL));
	assert_null(ev_strndup(NULL, 3));
	p = ev_strndup("abc", 2);
	assert_string_equal(p, "ab");
	free(p);
	p = ev_strndup("abc", 99);
	assert_string_equal(p, "abc");
	free(p);
	p = ev_strdupf("%d-%s", 4, "x");
	assert_string_equal(p, "4-x");
	free(p);
	p = ev_malloc(0);
	assert_non_null(p);
	p = ev_realloc(p, 0);
	assert_non_null(p);
	free(p);
	p = ev_calloc(0, 8);
	assert_non_null(p);
	free(p);
}

static void arrays_grow_and_keep_their_items(void **state)
{
	size_t n, cap = 0;
	int *items = NULL;

	(void)state;
	for (n = 0; n < 1000; n++) {
		EV_GROW(items, n, cap);
		assert_true(cap > n);
		items[n] = (int)n;
	}
	for (n = 0; n < 1000; n++)
		assert_int_equal(items[n], n);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_is_an_empty_string),
		cmocka_unit_test(bytes_are_kept_in_order_and_ended_by_nul),
		cmocka_unit_test(text_is_formatted_after_what_is_there),
		cmocka_unit_test(a_full_buffer_takes_no_more_until_cleared),
		cmocka_unit_test(sizes_near_the_end_of_memory_overflow_cleanly),
		cmocka_unit_test(reserved_bytes_become_part_by_setlen),
		cmocka_unit_test(a_buffer_can_be_added_to_itself),
		cmocka_unit_test(detached_bytes_belong_to_the_caller),
		cmocka_unit_test(swap_and_chomp_do_what_they_say),
		cmocka_unit_test(strings_are_copied_up_to_their_end),
		cmocka_unit_test(arrays_grow_and_keep_their_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
