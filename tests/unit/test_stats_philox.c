#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/error.h"
#include "stats/philox.h"

/* kat_vectors of Random123 1.14, philox4x32 with 10 rounds */
static void known_answers_are_given(void **state)
{
	static const struct {
		uint32_t counter[4], key[2], answer[4];
	} known[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 },
		  { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
		  { 0xffffffff, 0xffffffff },
		  { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
		  { 0xa4093822, 0x299f31d0 },
		  { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};
	struct ev_philox_block b;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(known); i++) {
		b = ev_philox(known[i].counter, known[i].key);
		assert_memory_equal(b.word, known[i].answer, sizeof(b.word));
	}
}

static void a_stream_is_the_blocks_of_its_place(void **state)
{
	struct ev_stream s;
	const uint32_t counter[4] = { 0x13198a2e, 0x03707344, 7, 1 };
	const uint32_t key[2] = { 0xa4093822, 0x299f31d0 };
	struct ev_philox_block b = ev_philox(counter, key);
	int i;

	(void)state;
	ev_stream_init(&s, 0x299f31d0a4093822ULL, 0x0370734413198a2eULL, 7);
	for (i = 0; i < 4; i++)
		ev_stream_u32(&s);
	assert_int_equal(ev_stream_u32(&s), b.word[0]);
	ev_stream_seek(&s, 1);
	assert_true(ev_stream_u64(&s) ==
		    ((uint64_t)b.word[1] << 32 | b.word[0]));
	assert_int_equal(ev_stream_u32(&s), b.word[2]);
}

static void streams_do_not_share_what_they_draw(void **state)
{
	struct ev_stream s;
	uint64_t first[6], other;
	int i, j;

	(void)state;
	for (i = 0; i < 6; i++) {
		ev_stream_init(&s, i == 1 ? 2 : 1, i == 2 ? 2 :
			       i == 3 ? 1ULL << 32 : 1, i == 4 ? 2 : 1);
		if (i == 5)
			ev_stream_seek(&s, 1);
		first[i] = ev_stream_u64(&s);
		for (j = 0; j < i; j++)
			assert_true(first[i] != first[j]);
	}
	assert_int_equal(ev_stream_key(&first[0], "a", 1), 0);
	assert_int_equal(ev_stream_key(&other, "a", 1), 0);
	assert_true(first[0] == other);
	assert_int_equal(ev_stream_key(&other, "a", 11), 0);
	assert_true(first[0] != other);
	assert_int_equal(ev_stream_key(&other, "b", 1), 0);
	assert_true(first[0] != other);
	assert_int_equal(ev_stream_key(&other, NULL, 1), EV_EINVALID);
}

/* SHA-256 of "git-evidence stream v1\0bootstrap\0" "20260501", by sha256sum */
static void the_key_of_a_seed_is_pinned(void **state)
{
	uint64_t key;

	(void)state;
	assert_int_equal(ev_stream_key(&key, "bootstrap", 20260501), 0);
	assert_true(key == 0x5f9329031416d0d9ULL);
}

static void uniform_numbers_stay_inside_and_spread(void **state)
{
	struct ev_stream s;
	double u, sum = 0, square = 0;
	int i, bin[20] = { 0 };

	(void)state;
	ev_stream_init(&s, 20240607, 1, 1);
	for (i = 0; i < 200000; i++) {
		u = ev_stream_uniform(&s);
		assert_true(u > 0 && u < 1);
		sum += u;
		square += u * u;
		bin[(int)(u * 20)]++;
	}
	assert_true(sum / i > 0.497 && sum / i < 0.503);
	assert_true(square / i > 0.330 && square / i < 0.337);
	for (i = 0; i < 20; i++)
		assert_true(bin[i] > 9500 && bin[i] < 10500);
	/* the outermost ones */
	assert_true(((double)(UINT64_MAX >> 12) + 0.5) * 0x1p-52 < 1);
	assert_true((0 + 0.5) * 0x1p-52 > 0);
}

static void whole_numbers_below_are_not_biased(void **state)
{
	struct ev_stream s;
	int i, count[3] = { 0 };
	const uint64_t big = 0xc000000000000000ULL;
	uint64_t n;

	(void)state;
	ev_stream_init(&s, 1, 2, 3);
	assert_true(ev_stream_below(&s, 0) == 0);
	for (i = 0; i < 1000; i++) {
		assert_true(ev_stream_below(&s, 1) == 0);
		assert_true(ev_stream_below(&s, 7) < 7);
	}
	/* without drawing again, half of them would be multiples of three */
	for (i = 0; i < 60000; i++) {
		n = ev_stream_below(&s, big);
		assert_true(n < big);
		count[n % 3]++;
	}
	for (i = 0; i < 3; i++)
		assert_true(count[i] > 19400 && count[i] < 20600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers_are_given),
		cmocka_unit_test(a_stream_is_the_blocks_of_its_place),
		cmocka_unit_test(streams_do_not_share_what_they_draw),
		cmocka_unit_test(the_key_of_a_seed_is_pinned),
		cmocka_unit_test(uniform_numbers_stay_inside_and_spread),
		cmocka_unit_test(whole_numbers_below_are_not_biased),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
