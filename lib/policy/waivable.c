#include "base/compat.h"

#include "policy/internal.h"

#include "base/mem.h"

const struct ev_field ev_waivable_table[] = {
	{ "rule", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "rule" },
	{ "by", EV_F_LIST, EV_F_REQUIRED, NULL, NULL,
	  "each of these roles has to agree" },
	{ "max_days", EV_F_INT, EV_F_REQUIRED, NULL, NULL,
	  "a waiver may last" },
	{ 0 }
};

bool ev_rule_waivable(const struct ev_requirement *q, const char *rule)
{
	size_t i, n;

	if (!strcmp(rule, "manifest.fields"))
		return q->wants_manifest;
	for (i = 0; i < q->ntests && ev_starts_with(rule, "tests."); i++)
		if (!strcmp(rule + 6, q->tests[i].name))
			return true;
	for (i = 0; i < q->nreports && ev_starts_with(rule, "reports."); i++) {
		n = strlen(q->reports[i].suite);
		if (!strncmp(rule + 8, q->reports[i].suite, n) &&
		    (!rule[8 + n] || (rule[8 + n] == '/' && rule[9 + n])))
			return true;
	}
	return false;
}

/* The suite by which the rule's gate may never be waived; NULL. */
static const struct ev_suite_file *forbidding(const struct ev_requirement *q,
					 const char *rule)
{
	const struct ev_suite_file *s;
	size_t i, n;

	for (i = 0; i < q->nreports && ev_starts_with(rule, "reports."); i++) {
		s = q->reports[i].file;
		n = strlen(q->reports[i].suite);
		if (s && !strncmp(rule + 8, q->reports[i].suite, n) &&
		    rule[8 + n] == '/' && ev_strs_has(&s->never, rule + 9 + n))
			return s;
	}
	return NULL;
}

void ev_waivable_read(struct ev_requirement *q, const struct ev_roster *t,
		      const struct ev_value *list, struct ev_problems *bad)
{
	size_t i, k, n = ev_list_items(list, "waivable", bad);
	const struct ev_value *rule, *by;
	const struct ev_suite_file *s;
	struct ev_waivable *w;

	q->waivable = ev_calloc(n + 1, sizeof(*q->waivable));
	for (i = 0; i < n; i++) {
		rule = ev_get(list->items[i], "rule");
		if (!rule || rule->type != EV_STRING || !rule->len)
			continue;
		if (!ev_rule_waivable(q, rule->text))
			ev_problem_add(bad, rule, "reports.SUITE, "
				       "reports.SUITE/GATE, tests.NAME or "
				       "manifest.fields", "'%s' is no rule of "
				       "this requirement that can be waived",
				       rule->text);
		s = forbidding(q, rule->text);
		if (s)
			ev_problem_add(bad, rule, NULL, "'%s' can never be "
				       "waived, says '%s'", rule->text,
				       s->path);
		for (k = 0; k < q->nwaivable; k++)
			if (!strcmp(q->waivable[k].rule, rule->text))
				ev_problem_add(bad, rule, NULL, "rule '%s' "
					       "stands twice", rule->text);
		w = &q->waivable[q->nwaivable++];
		w->rule = ev_strdup(rule->text);
		by = ev_get(list->items[i], "by");
		ev_by_read(&w->by, by, "by", true, NULL, bad);
		for (k = 0; t && k < w->by.n; k++)
			if (!ev_holders(t, w->by.items[k], true))
				ev_role_unheld(t, by, w->by.items[k], true,
					       bad);
		ev_count_read(&w->max_days, ev_get(list->items[i], "max_days"),
			      "max_days", bad);
	}
}
