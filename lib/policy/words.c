#include "base/compat.h"

#include "policy/internal.h"

#include "base/mem.h"
#include "policy/people.h"

#define MAX_NAME 100

void ev_words_read(struct ev_strs *out, const struct ev_value *list)
{
	size_t i;

	for (i = 0; list && list->type == EV_LIST && i < list->n; i++)
		if (list->items[i]->type == EV_STRING && list->items[i]->len)
			ev_strs_add(out, list->items[i]->text);
}

bool ev_name_valid(const char *name)
{
	return *name && *name != '-' && strlen(name) <= MAX_NAME &&
	       !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
			    "qrstuvwxyz0123456789._/-")];
}

void ev_count_read(int64_t *out, const struct ev_value *v, const char *name,
		   struct ev_problems *bad)
{
	int64_t n;

	if (!ev_value_int(v, &n))
		return;
	if (n < 1)
		ev_problem_add(bad, v, NULL, "'%s' must be 1 or more, not %s",
			       name, v->text);
	else
		*out = n;
}

size_t ev_list_items(const struct ev_value *list, const char *name,
		     struct ev_problems *bad)
{
	if (!list || list->type != EV_LIST)
		return 0;
	if (list->n <= EV_POLICY_MAX_ITEMS)
		return list->n;
	ev_problem_add(bad, list, NULL, "'%s' has more than %d items", name,
		       EV_POLICY_MAX_ITEMS);
	return 0;
}

int64_t ev_holders(const struct ev_trust *t, const char *role, bool human)
{
	int64_t count = 0;
	size_t i;

	for (i = 0; i < t->npeople; i++)
		count += t->people[i].nkeys &&
			 !(human && t->people[i].machine) &&
			 ev_person_has_role(&t->people[i], role);
	return count;
}

void ev_role_unheld(const struct ev_trust *t, const struct ev_value *at,
		    const char *role, bool human, struct ev_problems *bad)
{
	struct ev_strs known = EV_STRS_INIT;
	const char *near;
	char *hint = NULL;
	size_t i, k;

	if (human && ev_holders(t, role, false)) {
		ev_problem_add(bad, at, NULL, "only machines have the role "
			       "'%s', and a machine never decides", role);
		return;
	}
	for (i = 0; i < t->npeople; i++)
		for (k = 0; k < t->people[i].roles.n; k++)
			ev_strs_add(&known, t->people[i].roles.items[k]);
	near = ev_closest(role, (const char *const *)known.items, known.n);
	if (near && strcmp(near, role))
		hint = ev_strdupf("did you mean '%s'?", near);
	ev_problem_add(bad, at, hint, "nobody who is listed with a key has the "
		       "role '%s'", role);
	free(hint);
	ev_strs_release(&known);
}

void ev_by_read(struct ev_strs *out, const struct ev_value *list,
		const char *name, bool human, const struct ev_trust *t,
		struct ev_problems *bad)
{
	size_t i;

	if (list && list->type == EV_LIST && !list->n)
		ev_problem_add(bad, list, "name one, or leave it out",
			       "'%s' names no role", name);
	if (ev_list_items(list, name, bad))
		ev_roles_read(out, list, bad);
	for (i = 0; t && i < out->n; i++)
		if (ev_holders(t, out->items[i], human))
			return;
	if (t && out->n)
		ev_role_unheld(t, list, out->items[0], human, bad);
}
