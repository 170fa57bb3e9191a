#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "policy/quorum.h"

#define PEOPLE 4
#define ROLES 3

static char role_names[ROLES][16] = { "clinical", "quality", "regulatory" };

/* The most places that can be filled when each person takes one role at most,
 * by trying every assignment. */
static int64_t most(const struct ev_quorum *q, const bool may[PEOPLE][ROLES],
		    size_t person, int64_t left[ROLES])
{
	int64_t best, n;
	size_t k;

	if (person == PEOPLE)
		return 0;
	best = most(q, may, person + 1, left);
	for (k = 0; k < q->n; k++) {
		if (!may[person][k] || !left[k])
			continue;
		left[k]--;
		n = 1 + most(q, may, person + 1, left);
		left[k]++;
		if (n > best)
			best = n;
	}
	return best;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

static size_t draw(struct ev_ballot *ballots, bool may[PEOPLE][ROLES],
		   const struct ev_person *people, uint32_t *seed)
{
	size_t i, k, n = 0;

	for (i = 0; i < PEOPLE; i++)
		for (k = 0; k < ROLES; k++) {
			may[i][k] = next_random(seed) % 2;
			if (!may[i][k])
				continue;
			ballots[n].person = &people[i];
			ballots[n++].role = role_names[k];
			if (next_random(seed) % 4 == 0) {	/* said twice */
				ballots[n].person = &people[i];
				ballots[n++].role = role_names[k];
			}
		}
	return n;
}

static void the_best_assignment_of_people_to_roles_counts(void **state)
{
	struct ev_ballot ballots[2 * PEOPLE * ROLES];
	struct ev_person people[PEOPLE];
	struct ev_quorum_item items[ROLES];
	struct ev_quorum q = { items, ROLES, ROLES };
	int64_t have[ROLES], left[ROLES], sum, asked;
	bool may[PEOPLE][ROLES], who[2 * PEOPLE * ROLES];
	uint32_t seed = 7;
	size_t n, k, i, round, used;

	(void)state;
	memset(people, 0, sizeof(people));
	for (round = 0; round < 20000; round++) {
		n = draw(ballots, may, people, &seed);
		for (k = 0, asked = 0; k < ROLES; k++) {
			items[k].role = role_names[k];
			items[k].count = 1 + next_random(&seed) % 2;
			left[k] = items[k].count;
			asked += items[k].count;
		}
		sum = most(&q, (const bool (*)[ROLES])may, 0, left);
		assert_int_equal(ev_quorum_count(have, who, &q, ballots, n,
						 true), sum == asked);
		for (k = 0; k < ROLES; k++)
			sum -= have[k];
		assert_int_equal(sum, 0);
		for (i = 0, used = 0; i < n; i++)
			used += who[i];
		assert_int_equal(used, have[0] + have[1] + have[2]);
	}
}

static void a_person_counts_once_in_a_role_and_for_each_of_their_roles(void **s)
{
	struct ev_quorum_item items[] = { { role_names[0], 2 },
					  { role_names[1], 1 } };
	struct ev_quorum q = { items, 2, 2 };
	struct ev_person ada, bo;
	struct ev_ballot ballots[] = {
		{ &ada, "clinical" }, { &ada, "clinical" }, { &ada, "quality" },
		{ &ada, "regulatory" }, { &bo, "clinical" },
	};
	int64_t have[2];
	bool who[5];

	(void)s;
	memset(&ada, 0, sizeof(ada));
	memset(&bo, 0, sizeof(bo));
	assert_false(ev_quorum_count(have, who, &q, ballots, 4, false));
	assert_int_equal(have[0], 1);
	assert_int_equal(have[1], 1);
	assert_false(who[1]);
	assert_false(who[3]);
	assert_true(ev_quorum_count(have, NULL, &q, ballots, 5, false));
	/* Ada cannot be both when each person has one role. */
	assert_false(ev_quorum_count(have, NULL, &q, ballots, 5, true));
}

static void nothing_asked_for_is_met_by_nobody(void **state)
{
	struct ev_quorum q = { NULL, 0, 0 };
	int64_t have[1];

	(void)state;
	assert_true(ev_quorum_count(have, NULL, &q, NULL, 0, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_assignment_of_people_to_roles_counts),
		cmocka_unit_test(
			a_person_counts_once_in_a_role_and_for_each_of_their_roles),
		cmocka_unit_test(nothing_asked_for_is_met_by_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
