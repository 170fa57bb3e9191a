#include "base/compat.h"

#include "policy/quorum.h"

#include "base/mem.h"

/* An item can be met by at most as many as there are ballots. */
struct matching {
	const struct ev_quorum *q;
	const struct ev_ballot *ballots;
	size_t n;
	bool one_role;
	size_t *item;			/* of each ballot; q->n: none */
	int64_t *have;
	bool *seen;			/* items, in one search */
};

static bool fits(const struct matching *m, size_t ballot, size_t item)
{
	return !strcmp(m->ballots[ballot].role, m->q->items[item].role);
}

/* Does an earlier ballot say the same? */
static bool is_repeated(const struct matching *m, size_t ballot)
{
	size_t i;

	for (i = 0; i < ballot; i++)
		if (ev_person_same(m->ballots[i].person,
				   m->ballots[ballot].person) &&
		    !strcmp(m->ballots[i].role, m->ballots[ballot].role))
			return true;
	return false;
}

/* The ballot of this person that is placed, or m->n. */
static size_t placed(const struct matching *m, const struct ev_person *p)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (ev_person_same(m->ballots[i].person, p) &&
		    m->item[i] < m->q->n)
			return i;
	return m->n;
}

static bool place(struct matching *m, const struct ev_person *p);

/* Move somebody who fills `item` to another role of theirs. */
static bool make_room(struct matching *m, size_t item)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		if (m->item[i] != item)
			continue;
		m->item[i] = m->q->n;
		m->have[item]--;
		if (place(m, m->ballots[i].person))
			return true;
		m->item[i] = item;
		m->have[item]++;
	}
	return false;
}

static bool place(struct matching *m, const struct ev_person *p)
{
	size_t i, k;

	for (i = 0; i < m->n; i++) {
		if (!ev_person_same(m->ballots[i].person, p))
			continue;
		for (k = 0; k < m->q->n; k++) {
			if (m->seen[k] || !fits(m, i, k))
				continue;
			m->seen[k] = true;
			if (m->have[k] >= m->q->items[k].count &&
			    !make_room(m, k))
				continue;
			m->item[i] = k;
			m->have[k]++;
			return true;
		}
	}
	return false;
}

static void match(struct matching *m)
{
	size_t i, k;

	for (i = 0; i < m->n; i++) {
		if (is_repeated(m, i))
			continue;
		if (m->one_role) {
			if (placed(m, m->ballots[i].person) == m->n) {
				memset(m->seen, 0, m->q->n + 1);
				place(m, m->ballots[i].person);
			}
			continue;
		}
		for (k = 0; k < m->q->n; k++)
			if (fits(m, i, k) &&
			    m->have[k] < m->q->items[k].count) {
				m->item[i] = k;
				m->have[k]++;
				break;
			}
	}
}

bool ev_quorum_count(int64_t *have, bool *who, const struct ev_quorum *q,
		     const struct ev_ballot *ballots, size_t n, bool one_role)
{
	struct matching m = { q, ballots, n, one_role, NULL, have, NULL };
	bool all = true;
	size_t i;

	m.item = ev_calloc(n + 1, sizeof(*m.item));
	m.seen = ev_calloc(q->n + 1, sizeof(*m.seen));
	for (i = 0; i < n; i++)
		m.item[i] = q->n;
	for (i = 0; i < q->n; i++)
		have[i] = 0;
	match(&m);
	for (i = 0; i < q->n; i++)
		all = all && have[i] >= q->items[i].count;
	for (i = 0; who && i < n; i++)
		who[i] = m.item[i] < q->n;
	free(m.item);
	free(m.seen);
	return all;
}
