/* Areas of many groups at once are those of each alone, to the last bit. */
#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/mem.h"
#include "stats/philox.h"
#include "stats/roc.h"

#define ROWS 3000
#define UNITS 400
#define GROUPS 4

/* Rows of units, each unit of a group or (GROUPS) of none. */
struct rows {
	double score[2][ROWS];
	uint32_t order[2][ROWS], place[2][ROWS], unit[ROWS];
	uint64_t first[2][ROWS / 64 + 1];
	uint8_t truth[ROWS], out[ROWS];
	uint32_t group[ROWS];
	struct ev_auc_rows r;
	struct ev_auc_order by[2];
};

/* `steps`: how many scores there are. */
static struct rows *draw(uint64_t seed, uint64_t steps, bool single)
{
	struct rows *x = ev_calloc(1, sizeof(*x));
	struct ev_stream s;
	uint32_t row;
	size_t i;
	int k;

	ev_stream_init(&s, seed, 0, 0);
	for (i = 0; i < ROWS; i++) {
		x->unit[i] = single ? (uint32_t)i :
			(uint32_t)ev_stream_below(&s, UNITS);
		x->truth[i] = ev_stream_uniform(&s) < 0.3;
		x->out[i] = ev_stream_uniform(&s) < 0.1;
		x->group[i] = (uint32_t)ev_stream_below(&s, GROUPS + 1);
		for (k = 0; k < 2; k++)
			x->score[k][i] = (double)ev_stream_below(&s, steps) +
				x->truth[i];
	}
	for (k = 0; k < 2; k++) {
		assert_int_equal(ev_marker_sort(x->order[k], x->first[k],
						x->score[k], ROWS), 0);
		for (i = 0; i < ROWS; i++) {
			row = x->order[k][i];
			x->place[k][i] = x->out[row] ? EV_AUC_NO_PLACE :
				2 * x->unit[row] + x->truth[row];
		}
		x->by[k] = (struct ev_auc_order){ x->place[k], x->first[k] };
	}
	x->r = (struct ev_auc_rows){
		.n = ROWS, .group = x->group, .groups = GROUPS,
		.units = single ? ROWS : UNITS, .single = single
	};
	return x;
}

/* The rows of one group by themselves. */
static size_t alone(struct rows *to, const struct rows *x, uint32_t group)
{
	size_t i, n = 0;
	int k;

	for (i = 0; i < ROWS; i++) {
		if (x->out[i] || x->group[x->unit[i]] != group)
			continue;
		to->truth[n] = x->truth[i];
		to->unit[n] = x->unit[i];
		for (k = 0; k < 2; k++)
			to->score[k][n] = x->score[k][i];
		n++;
	}
	for (k = 0; k < 2; k++)
		assert_int_equal(ev_marker_order(to->order[k], to->score[k],
						 n), 0);
	return n;
}

static void same(const struct ev_estimate *a, const struct ev_estimate *b)
{
	assert_true(a->value == b->value && a->se == b->se &&
		    a->lower == b->lower && a->upper == b->upper &&
		    a->flags == b->flags && a->n == b->n);
	assert_string_equal(a->method, b->method);
}

static void hold(uint64_t seed, uint64_t steps, bool single)
{
	struct rows *x = draw(seed, steps, single);
	struct rows *one = ev_calloc(1, sizeof(*one));
	struct ev_auc_gram *g;
	struct ev_auc_test want, got;
	struct ev_estimate a, b;
	uint32_t i;

	assert_int_equal(ev_auc_groups(&g, x->by, 2, &x->r), 0);
	for (i = 0; i < GROUPS; i++) {
		struct ev_cases c = { one->truth, single ? NULL : one->unit,
				      UNITS, alone(one, x, i) };
		struct ev_marker m[2] = { { one->score[0], one->order[0] },
					  { one->score[1], one->order[1] } };

		assert_true(c.n > 200);
		ev_auc(&a, &m[0], &c, EV_AUC_LOGIT, 0.9);
		ev_auc_of_group(&b, ev_auc_group(g, i), EV_AUC_LOGIT, 0.9);
		same(&a, &b);
		ev_auc_paired(&want, &m[0], &m[1], &c, 0.95);
		ev_auc_pair_of_group(&got, ev_auc_group(g, i), 0.95);
		same(&want.difference, &got.difference);
		assert_true(want.z == got.z && want.p == got.p);
	}
	ev_auc_groups_free(g, GROUPS);
	free(one);
	free(x);
}

static void patients_of_each_group_have_the_area_they_have_alone(void **state)
{
	(void)state;
	hold(1, 1000000, false);
	hold(2, 400, false);
}

static void rows_of_each_group_have_the_area_they_have_alone(void **state)
{
	(void)state;
	hold(3, 1000000, true);
	hold(4, 400, true);
}

/* Two scores and three for all: more rows tie than a block has. */
static void most_rows_may_have_the_same_score(void **state)
{
	(void)state;
	hold(5, 2, false);
	hold(6, 2, true);
	hold(7, 1, false);
}

static void one_marker_alone_has_the_same_area(void **state)
{
	struct rows *x = draw(8, 50, false);
	struct ev_auc_gram *one, *two;
	struct ev_estimate a, b;
	size_t i;

	(void)state;
	assert_int_equal(ev_auc_groups(&one, x->by, 1, &x->r), 0);
	assert_int_equal(ev_auc_groups(&two, x->by, 2, &x->r), 0);
	for (i = 0; i < GROUPS; i++) {
		ev_auc_of_group(&a, ev_auc_group(one, i), EV_AUC_WALD, 0.95);
		ev_auc_of_group(&b, ev_auc_group(two, i), EV_AUC_WALD, 0.95);
		same(&a, &b);
	}
	ev_auc_groups_free(one, GROUPS);
	ev_auc_groups_free(two, GROUPS);
	free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			patients_of_each_group_have_the_area_they_have_alone),
		cmocka_unit_test(
			rows_of_each_group_have_the_area_they_have_alone),
		cmocka_unit_test(most_rows_may_have_the_same_score),
		cmocka_unit_test(one_marker_alone_has_the_same_area),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
