#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ledger/cache_index.h"

/* The same keys in every run, in no order. */
static uint32_t key_number(uint32_t i)
{
	uint64_t x = i + 1;

	x *= UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(x >> 32);
}

struct asked {
	uint32_t wanted;		/* say yes to this; 0: to none */
	uint32_t first;
	size_t n;
};

static bool is_wanted(void *ctx, uint32_t offset)
{
	struct asked *a = ctx;

	if (!a->n++)
		a->first = offset;
	return offset == a->wanted;
}

static bool finds(struct asked *a, const struct ev_cache_index *x,
		  uint32_t key, uint32_t wanted)
{
	*a = (struct asked){ wanted, 0, 0 };
	return ev_cache_index_find(x, key, is_wanted, a);
}

static struct ev_cache_slot *entries(size_t n)
{
	struct ev_cache_slot *e = ev_calloc(n, sizeof(*e));
	size_t i;

	for (i = 0; i < n; i++) {
		e[i].key = key_number((uint32_t)i);
		e[i].offset = (uint32_t)(16 + 100 * i);
	}
	return e;
}

static void an_empty_index_finds_nothing(void **state)
{
	struct ev_cache_index x = { 0 };
	struct asked a;

	(void)state;
	assert_false(finds(&a, &x, 0, 16));
	ev_cache_index_fill(&x, NULL, 0);
	assert_false(finds(&a, &x, 0, 16));
	assert_int_equal(a.n, 0);
	ev_cache_index_release(&x);
}

/* Sizes on both sides of where another bucket begins. */
static void every_entry_is_found_whatever_their_number(void **state)
{
	static const size_t sizes[] = { 1, 7, 8, 9, 16, 17, 1000, 40000 };
	struct ev_cache_index x = { 0 };
	struct ev_cache_slot *e;
	struct asked a;
	size_t i, k;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(sizes); i++) {
		e = entries(sizes[i]);
		ev_cache_index_fill(&x, e, sizes[i]);
		for (k = 0; k < sizes[i]; k++)
			assert_true(finds(&a, &x, e[k].key, e[k].offset));
		ev_cache_index_release(&x);
		free(e);
	}
}

static void few_entries_are_looked_at_in_vain(void **state)
{
	const size_t n = 40000;
	struct ev_cache_index x = { 0 };
	struct ev_cache_slot *e = entries(n);
	size_t i, vain = 0;
	struct asked a;

	(void)state;
	ev_cache_index_fill(&x, e, n);
	for (i = n; i < 2 * n; i++) {
		assert_false(finds(&a, &x, key_number((uint32_t)i), 0));
		vain += a.n;
	}
	assert_true(vain < n / 10);
	ev_cache_index_release(&x);
	free(e);
}

static void entries_of_one_key_are_asked_about_in_order(void **state)
{
	const struct ev_cache_slot e[] = { { 5, 16 }, { 0x06000005, 30 },
		{ 5, 40 }, { 5, 50 } };
	struct ev_cache_index x = { 0 };
	struct asked a;

	(void)state;
	ev_cache_index_fill(&x, e, EV_ARRAY_SIZE(e));
	ev_cache_index_add(&x, 5, 7);
	assert_true(finds(&a, &x, 5, 7));
	assert_int_equal(a.first, 16);
	assert_int_equal(a.n, 4);
	assert_true(finds(&a, &x, 5, 40));
	assert_int_equal(a.n, 2);
	ev_cache_index_release(&x);
}

static void what_is_added_is_found_beside_the_file(void **state)
{
	const size_t n = 500;
	struct ev_cache_index x = { 0 };
	struct ev_cache_slot *e = entries(3 * n);
	struct asked a;
	size_t i;

	(void)state;
	ev_cache_index_fill(&x, e, n);
	for (i = n; i < 2 * n; i++) {
		assert_false(finds(&a, &x, e[i].key, e[i].offset));
		ev_cache_index_add(&x, e[i].key, e[i].offset);
	}
	for (i = 0; i < 3 * n; i++)
		assert_int_equal(finds(&a, &x, e[i].key, e[i].offset),
				 i < 2 * n);
	ev_cache_index_release(&x);
	free(e);
}

/* The highest bits alone tell these apart, then the lowest alone. */
static void keys_that_differ_at_one_end_are_told_apart(void **state)
{
	struct ev_cache_slot e[2 * 64];
	struct ev_cache_index x = { 0 };
	struct asked a;
	uint32_t i;

	(void)state;
	for (i = 0; i < 64; i++) {
		e[i] = (struct ev_cache_slot){ i << 26, 16 + i };
		e[64 + i] = (struct ev_cache_slot){ i, 1016 + i };
	}
	ev_cache_index_fill(&x, e, EV_ARRAY_SIZE(e));
	for (i = 1; i < 64; i++) {
		assert_true(finds(&a, &x, i << 26, 16 + i));
		assert_int_equal(a.n, 1);
		assert_true(finds(&a, &x, i, 1016 + i));
	}
	ev_cache_index_release(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_index_finds_nothing),
		cmocka_unit_test(every_entry_is_found_whatever_their_number),
		cmocka_unit_test(few_entries_are_looked_at_in_vain),
		cmocka_unit_test(entries_of_one_key_are_asked_about_in_order),
		cmocka_unit_test(what_is_added_is_found_beside_the_file),
		cmocka_unit_test(keys_that_differ_at_one_end_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
