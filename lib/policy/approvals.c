#include "base/compat.h"

#include "policy/internal.h"

#include "base/mem.h"
#include "policy/people.h"
#include "policy/quorum.h"

/* Beyond these nobody lists people by hand. */
#define MAX_BALLOTS 1000
#define MAX_PAIRS 10000

const struct ev_field ev_quorum_table[] = {
	{ "role", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "role" },
	{ "count", EV_F_INT, EV_F_REQUIRED, NULL, NULL,
	  "so many different people" },
	{ 0 }
};

void ev_quorum_release(struct ev_quorum *q)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		free(q->items[i].role);
	free(q->items);
	memset(q, 0, sizeof(*q));
}

static void put(struct ev_quorum *q, const char *role, int64_t count)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		if (!strcmp(q->items[i].role, role)) {
			if (q->items[i].count < count)
				q->items[i].count = count;
			return;
		}
	EV_GROW(q->items, q->n, q->cap);
	q->items[q->n].role = ev_strdup(role);
	q->items[q->n++].count = count;
}

void ev_quorum_unite(struct ev_quorum *into, const struct ev_quorum *other)
{
	size_t i;

	for (i = 0; i < other->n; i++)
		put(into, other->items[i].role, other->items[i].count);
}

/* "asks for 3 people of the role 'quality', but 1 is listed" */
static void check_count(const struct ev_roster *t, const struct ev_value *item,
			const char *role, int64_t count,
			struct ev_problems *bad)
{
	int64_t have = ev_holders(t, role, true);

	if (!have)
		ev_role_unheld(t, ev_get(item, "role"), role, true, bad);
	else if (have < count)
		ev_problem_add(bad, ev_get(item, "count"), NULL, "%lld people "
			       "of the role '%s' are asked for, but only %lld "
			       "%s listed with a key", (long long)count, role,
			       (long long)have, have == 1 ? "is" : "are");
}

void ev_quorum_read(struct ev_quorum *q, const struct ev_value *list,
		    const struct ev_roster *t, struct ev_problems *bad)
{
	size_t i, k, n = ev_list_items(list, "approvals", bad);
	const struct ev_value *role;
	int64_t count;

	for (i = 0; i < n; i++) {
		role = ev_get(list->items[i], "role");
		if (!role || role->type != EV_STRING || !role->len ||
		    !ev_role_check(role, bad))
			continue;
		for (k = 0; k < q->n; k++)
			if (!strcmp(q->items[k].role, role->text))
				ev_problem_add(bad, role, "say how many with "
					       "'count'", "role '%s' stands "
					       "twice", role->text);
		count = 0;
		ev_count_read(&count, ev_get(list->items[i], "count"), "count",
			      bad);
		if (!count)
			continue;
		if (t)
			check_count(t, list->items[i], role->text, count, bad);
		EV_GROW(q->items, q->n, q->cap);
		q->items[q->n].role = ev_strdup(role->text);
		q->items[q->n++].count = count;
	}
}

/* More than is looked at in advance: the judgement will say it. */
static bool is_large(const struct ev_roster *t, const struct ev_quorum *q)
{
	int64_t ballots = 0;
	size_t i;

	for (i = 0; i < q->n; i++)
		ballots += ev_holders(t, q->items[i].role, true);
	return ballots > MAX_BALLOTS || t->trust->npeople * q->n > MAX_PAIRS;
}

/* Can the listed people give all approvals if each counts for one role? */
static bool reachable(const struct ev_roster *roster,
		      const struct ev_quorum *q)
{
	const struct ev_trust *t = roster->trust;
	struct ev_ballot *ballots = NULL;
	int64_t *have = ev_calloc(q->n + 1, sizeof(*have));
	size_t i, k, n = 0, cap = 0;
	bool ok;

	for (i = 0; i < t->npeople; i++)
		for (k = 0; k < q->n; k++) {
			if (t->people[i].machine || !t->people[i].nkeys ||
			    !ev_person_has_role(&t->people[i],
						q->items[k].role))
				continue;
			EV_GROW(ballots, n, cap);
			ballots[n].person = &t->people[i];
			ballots[n++].role = q->items[k].role;
		}
	ok = ev_quorum_count(have, NULL, q, ballots, n, true);
	free(ballots);
	free(have);
	return ok;
}

static void check_one_role(const struct ev_requirement *q,
			   const struct ev_roster *t, const struct ev_value *v,
			   struct ev_problems *bad)
{
	struct ev_quorum quorum = { 0 };
	const char *name;
	size_t i;
	bool ok = true;

	for (i = EV_TIER_NONE; ok && i < EV_TIERS; i++) {
		if (!q->approvals[i].n)
			continue;
		ev_quorum_unite(&quorum, &q->approvals[i]);
		ok = is_large(t, &quorum) || reachable(t, &quorum);
		name = ev_tier_name((enum ev_tier)i);
		if (!ok)
			ev_problem_add(bad, ev_get(v, "separation"), NULL,
				       "with one_role_per_person the people "
				       "who are listed cannot give all "
				       "approvals%s%s", name ? " of tier " :
				       "", name ? name : "");
	}
	ev_quorum_release(&quorum);
}

void ev_approvals_read(struct ev_requirement *q, const struct ev_roster *t,
		       const struct ev_value *v, struct ev_problems *bad)
{
	const struct ev_value *more = ev_get(v, "approvals_for_tier");
	const struct ev_value *list;
	size_t i, known = bad->n;

	ev_quorum_read(&q->approvals[EV_TIER_NONE], ev_get(v, "approvals"), t,
		       bad);
	for (i = EV_TIER_LOW; i < EV_TIERS; i++) {
		list = ev_get(more, ev_tier_name((enum ev_tier)i));
		ev_quorum_read(&q->approvals[i], list, t, bad);
	}
	if (t && q->one_role && bad->n == known)
		check_one_role(q, t, v, bad);
}
