#include "packfix.h"

#include <math.h>

#include "base/hash.h"
#include "stats/dist.h"
#include "synth/draw_internal.h"

#define HEAD "schema: git-evidence/scenario-pack/v1\n" \
	"pack: {id: p, version: '1', title: T, owner: o, " \
	"reference_date: 2026-01-01, derived_from_patient_data: false, " \
	"allowed_uses: [test], prohibited_uses: [training]}\n" \
	"cohort: {patients: 2000, id_prefix: P}\n"
#define TAIL "scenarios:\n  - {id: all, risk: common, weight: 1"

/* Constant age; states A and B, a series of AR(1) alone, a score. */
#define SERIES HEAD \
	"variables:\n  age: {type: int, dist: {constant: {value: 60}}}\n" \
	"longitudinal:\n" \
	"  windows: {length_s: 60, per_patient: {constant: {value: 40}}, " \
	"horizon_h: 200}\n" \
	"  latent: {st: {states: [A, B], initial: from_scenario, " \
	"transition_per_h: from_scenario}}\n" \
	"  series:\n    x: {base: age, ar1: {phi: 0.8, sd: 3}}\n" \
	TAIL ", latent: {initial: A, transition_per_h: {A>B: '1', " \
	"B>A: '3'}}}\n"

static struct ev_pack pack;
static struct ev_source source;
static struct ev_drawn drawn;

static void begin(const char *text, uint64_t n)
{
	pf_must(&pack, text);
	if (ev_source_init(&source, &pack, 11, n) < 0)
		fail_msg("%s", ev_error_last()->message);
	ev_drawn_init(&drawn, &pack);
}

static void begin_example(uint64_t n)
{
	char *text = pf_text();

	begin(text, n);
	free(text);
}

static void end(void)
{
	ev_drawn_release(&drawn);
	ev_source_release(&source);
	ev_pack_release(&pack);
}

static void draw(uint64_t patient)
{
	if (ev_draw(&drawn, &source, patient) < 0)
		fail_msg("%s", ev_error_last()->message);
}

static void the_key_is_what_the_header_says(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	unsigned char digest[EV_SHA256_SIZE];
	uint64_t key = 0;
	int i;

	(void)state;
	begin_example(4000);
	ev_buf_add(&text, "git-evidence synth v1\0" "11", 25);
	ev_buf_adds(&text, pack.digest);
	ev_sha256_bytes(digest, text.ptr, text.len);
	for (i = 0; i < 8; i++)
		key |= (uint64_t)digest[i] << (8 * i);
	assert_true(source.key == key);
	ev_buf_release(&text);
	end();
}

static void a_value_is_that_of_its_stream(void **state)
{
	const struct ev_variable *v;
	struct ev_stream s;
	uint64_t i;

	(void)state;
	begin_example(20000);
	v = &pack.variables[ev_pack_variable(&pack, "fitzpatrick")];
	for (i = 0; i < 20000; i += 37) {
		draw(i);
		ev_stream_init(&s, source.key, i, v->stream);
		ev_stream_seek(&s, drawn.attempts - 1);
		assert_true(drawn.full[v - pack.variables] ==
			    (double)ev_levels_pick(&v->rule.levels,
						   ev_stream_u64(&s)));
	}
	end();
}

static void words_side_by_side_are_those_alone(void **state)
{
	uint32_t streams[5] = { 1, 0xffffffffU, 77, 0, 123456789 };
	struct ev_dice d = { &source, UINT64_C(0x123456789), 5 };
	uint64_t words[5];
	size_t n, i;

	(void)state;
	begin_example(4000);
	for (n = 0; n <= 5; n++) {
		ev_dice_words(words, &d, streams, n);
		for (i = 0; i < n; i++)
			assert_true(words[i] == ev_dice_bits(&d, streams[i],
							     0).word[0]);
	}
	end();
}

static void a_patient_is_the_same_after_any_other(void **state)
{
	double first[32];
	char id[EV_DRAW_ID_SIZE];
	size_t windows;
	uint64_t i;

	(void)state;
	begin_example(20000);
	assert_in_range(pack.n_variables, 1, 32);
	draw(19876);
	memcpy(first, drawn.full, pack.n_variables * sizeof(double));
	memcpy(id, drawn.id, sizeof(id));
	windows = drawn.windows;
	for (i = 0; i < 300; i++)
		draw(i * 60);
	draw(19876);
	assert_memory_equal(first, drawn.full,
			    pack.n_variables * sizeof(double));
	assert_string_equal(id, drawn.id);
	assert_int_equal(windows, drawn.windows);
	end();
}

static void what_is_drawn_ahead_is_the_same(void **state)
{
	static const uint64_t from[] = { 0, 64, 9990, 19900 };
	struct ev_drawn ahead;
	uint64_t i, k;

	(void)state;
	begin_example(20000);
	ev_drawn_init(&ahead, &pack);
	for (i = 0; i < EV_ARRAY_SIZE(from); i++) {
		ev_draw_ahead(&ahead, &source, from[i]);
		for (k = from[i]; k < from[i] + EV_DRAW_AHEAD + 2; k++) {
			assert_int_equal(ev_draw(&ahead, &source, k), 0);
			draw(k);
			assert_memory_equal(ahead.full, drawn.full,
					    pack.n_variables * sizeof(double));
			assert_string_equal(ahead.id, drawn.id);
		}
	}
	ev_drawn_release(&ahead);
	end();
}

static void quantiles_of_many_are_those_alone(void **state)
{
	double p[EV_NORMAL_BLOCK], q[EV_NORMAL_BLOCK], x;
	struct ev_stream s;
	unsigned i, k;

	(void)state;
	ev_stream_init(&s, 1, 2, 3);
	for (k = 0; k < 500; k++) {
		for (i = 0; i < EV_NORMAL_BLOCK; i++)
			p[i] = ev_stream_uniform(&s);
		p[0] = 0x1p-53;
		p[1] = 0.075;
		p[2] = 0.925;
		p[3] = 1 - 0x1p-53;
		ev_normal_quantiles(q, p);
		for (i = 0; i < EV_NORMAL_BLOCK; i++) {
			x = ev_normal_quantile(p[i]);
			assert_memory_equal(&x, &q[i], sizeof(x));
		}
	}
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, EV_DRAW_ID_SIZE);
}

static void ids_are_unlike_and_can_be_undone(void **state)
{
	enum { N = 20000 };
	char (*ids)[EV_DRAW_ID_SIZE] = ev_calloc(N, sizeof(*ids));
	uint64_t i, back;

	(void)state;
	begin_example(N);
	for (i = 0; i < N; i++) {
		drawn.patient = i;
		drawn.scenario = ev_source_scenario(&source, i);
		ev_draw_id(&drawn, &source);
		memcpy(ids[i], drawn.id, strlen(drawn.id));
		assert_int_equal(ev_source_find(&back, &source, drawn.id), 0);
		assert_true(back == i);
	}
	qsort(ids, N, sizeof(*ids), by_bytes);
	for (i = 1; i < N; i++)
		assert_true(memcmp(ids[i - 1], ids[i], sizeof(*ids)) < 0);
	assert_int_equal(ev_source_find(&back, &source, "SYN-01-AAAAAAAA"),
			 EV_ENOTFOUND);
	assert_int_equal(ev_source_find(&back, &source, ""), EV_ENOTFOUND);
	free(ids);
	end();
}

static void states_are_as_often_as_their_rates_say(void **state)
{
	size_t i, k, in_b = 0, n = 0;
	double share;

	(void)state;
	begin(SERIES, 2000);
	for (i = 0; i < 2000; i++) {
		draw(i);
		assert_int_equal(drawn.windows, 40);
		for (k = 4; k < 40; k++, n++)
			in_b += drawn.state[k];
	}
	share = (double)in_b / (double)n;	/* 1 / (1 + 3), sd 0.0016 */
	if (!(fabs(share - 0.25) < 0.007))
		fail_msg("the share of B is %g", share);
	end();
}

static void a_series_is_stationary_from_its_first_window_on(void **state)
{
	double first = 0, later = 0, both = 0, a, b;
	size_t i;

	(void)state;
	begin(SERIES, 2000);
	for (i = 0; i < 2000; i++) {
		draw(i);
		a = drawn.series[0] - 60;
		b = drawn.series[1] - 60;
		first += a * a / 2000;
		both += a * b / 2000;
		b = drawn.series[39] - 60;
		later += b * b / 2000;
	}
	/* 9, 0.8 * 9 and 9; sd about 0.28 */
	if (!(fabs(first - 9) < 1.2 && fabs(later - 9) < 1.2 &&
	      fabs(both - 7.2) < 1.2))
		fail_msg("%g %g %g", first, both, later);
	end();
}

static void windows_are_in_order_and_apart(void **state)
{
	size_t i, k;

	(void)state;
	begin_example(20000);
	for (i = 0; i < 20000; i += 211) {
		draw(i);
		for (k = 0; k < drawn.windows; k++) {
			assert_true(fmod(drawn.start_s[k], 30) == 0);
			assert_true(drawn.start_s[k] <= 72 * 3600 - 30);
			assert_true(!k || drawn.start_s[k] >=
				    drawn.start_s[k - 1] + 30);
		}
	}
	end();
}

static void a_constraint_that_cannot_be_met_is_named(void **state)
{
	(void)state;
	pf_must(&pack, HEAD "variables:\n  x: {type: decimal(3), "
		"dist: {normal: {mean: 0, sd: 1}}}\n"
		"constraints:\n  - {id: C0, hard: 'x > -9'}\n"
		"  - {id: FAR, hard: 'x > 6'}\n" TAIL "}\n"
		"  - {id: far, risk: edge, weight: 1}\n");
	pack.constraints[1].kind = EV_C_SOFT;
	assert_int_equal(ev_source_init(&source, &pack, 11, 10), 0);
	pack.constraints[1].kind = EV_C_HARD;
	ev_drawn_init(&drawn, &pack);
	assert_int_equal(ev_draw(&drawn, &source, 3), EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message, "'FAR' is not met"));
	assert_non_null(strstr(ev_error_last()->message, "patient 4"));
	assert_int_equal(drawn.log.refused[1], 200);
	ev_source_release(&source);
	/* and before any is drawn */
	assert_int_equal(ev_source_init(&source, &pack, 11, 10), EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message, "'FAR' is not met"));
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_is_what_the_header_says),
		cmocka_unit_test(a_value_is_that_of_its_stream),
		cmocka_unit_test(words_side_by_side_are_those_alone),
		cmocka_unit_test(a_patient_is_the_same_after_any_other),
		cmocka_unit_test(what_is_drawn_ahead_is_the_same),
		cmocka_unit_test(quantiles_of_many_are_those_alone),
		cmocka_unit_test(ids_are_unlike_and_can_be_undone),
		cmocka_unit_test(states_are_as_often_as_their_rates_say),
		cmocka_unit_test(
			a_series_is_stationary_from_its_first_window_on),
		cmocka_unit_test(windows_are_in_order_and_apart),
		cmocka_unit_test(a_constraint_that_cannot_be_met_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
