#include "base/compat.h"

#include "policy/internal.h"

#include "base/mem.h"

#define MAX_NEAR 1000			/* roles among which a likely one is
					   looked for */

static int by_role(const void *a, const void *b)
{
	const struct ev_role_count *x = a, *y = b;

	return strcmp(x->role, y->role);
}

/* Equal ones become one with the sum; a person holds a role once. */
static void unite(struct ev_roster *t)
{
	size_t i, n = 0;

	for (i = 0; i < t->n; i++) {
		if (n && !strcmp(t->items[n - 1].role, t->items[i].role)) {
			t->items[n - 1].all += t->items[i].all;
			t->items[n - 1].human += t->items[i].human;
		} else {
			t->items[n++] = t->items[i];
		}
	}
	t->n = n;
}

static bool is_first(const struct ev_strs *roles, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (!strcmp(roles->items[i], roles->items[at]))
			return false;
	return true;
}

void ev_roster_init(struct ev_roster *t, const struct ev_trust *trust)
{
	const struct ev_person *p;
	size_t i, k, cap = 0;

	memset(t, 0, sizeof(*t));
	t->trust = trust;
	for (i = 0; i < trust->npeople; i++) {
		p = &trust->people[i];
		for (k = 0; p->nkeys && k < p->roles.n; k++) {
			if (!is_first(&p->roles, k))
				continue;
			EV_GROW(t->items, t->n, cap);
			t->items[t->n].role = p->roles.items[k];
			t->items[t->n].all = 1;
			t->items[t->n++].human = !p->machine;
		}
	}
	if (t->n)
		qsort(t->items, t->n, sizeof(*t->items), by_role);
	unite(t);
}

void ev_roster_release(struct ev_roster *t)
{
	free(t->items);
	memset(t, 0, sizeof(*t));
}

int64_t ev_holders(const struct ev_roster *t, const char *role, bool human)
{
	const struct ev_role_count wanted = { role, 0, 0 }, *found;

	if (!t->n)
		return 0;
	found = bsearch(&wanted, t->items, t->n, sizeof(*t->items), by_role);
	return !found ? 0 : human ? found->human : found->all;
}

void ev_role_unheld(const struct ev_roster *t, const struct ev_value *at,
		    const char *role, bool human, struct ev_problems *bad)
{
	const char **known, *near;
	char *hint = NULL;
	size_t i, n = t->n < MAX_NEAR ? t->n : MAX_NEAR;

	if (bad->n > EV_PROBLEMS_MAX)
		return;
	if (human && ev_holders(t, role, false)) {
		ev_problem_add(bad, at, NULL, "only machines have the role "
			       "'%s', and a machine never decides", role);
		return;
	}
	known = ev_calloc(n + 1, sizeof(*known));
	for (i = 0; i < n; i++)
		known[i] = t->items[i].role;
	near = ev_closest(role, known, n);
	if (near)
		hint = ev_strdupf("did you mean '%s'?", near);
	ev_problem_add(bad, at, hint, "nobody who is listed with a key has the "
		       "role '%s'", role);
	free(hint);
	free(known);
}
