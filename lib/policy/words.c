#include "base/compat.h"

#include "policy/internal.h"

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

void ev_by_read(struct ev_strs *out, const struct ev_value *list,
		const char *name, bool human, const struct ev_roster *t,
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
