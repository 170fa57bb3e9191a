#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"

void ev_su_low_n(enum ev_low_n *out, const struct ev_value *v)
{
	int i = ev_su_index(v, ev_su_low_ns);

	if (i >= 0)
		*out = (enum ev_low_n)(EV_LOW_N_REVIEW + i);
}

static void read_insufficient(struct ev_suite *s, const struct ev_value *v)
{
	enum ev_tier t;

	for (t = EV_TIER_NONE; t < EV_TIER_CRITICAL; t++)
		s->low_n[t] = EV_LOW_N_REVIEW;
	s->low_n[EV_TIER_CRITICAL] = EV_LOW_N_FAIL;
	for (t = EV_TIER_LOW; t <= EV_TIER_CRITICAL; t++)
		ev_su_low_n(&s->low_n[t], ev_get(v, ev_tier_name(t)));
}

static void read_escalations(struct ev_suite *s, const struct ev_value *v,
			     struct ev_problems *bad)
{
	size_t i, k, n = v && v->type == EV_LIST ? v->n : 0;
	const struct ev_value *when;
	struct ev_escalation *e;
	char *hint;

	if (n > EV_SUITE_MAX_ITEMS) {
		ev_problem_add(bad, v, NULL, "more than %u escalations",
			       EV_SUITE_MAX_ITEMS);
		n = 0;
	}
	s->escalations = ev_calloc(n + 1, sizeof(*s->escalations));
	for (i = 0; i < n; i++) {
		when = ev_get(v->items[i], "when");
		if (!when || when->type != EV_STRING || !when->len)
			continue;
		e = &s->escalations[s->n_escalations++];
		e->when = ev_strdup(when->text);
		ev_su_strs(&e->roles, ev_get(v->items[i], "roles"),
			   "policy.escalate.roles", bad);
		for (k = 0; ev_su_whens[k]; k++)
			if (!strcmp(ev_su_whens[k], when->text))
				break;
		if (ev_su_whens[k])
			continue;
		hint = ev_su_meant(when->text, ev_su_whens, k);
		ev_problem_add(bad, when, hint, "escalation when '%.60s' is "
			       "not supported", when->text);
		free(hint);
	}
}

void ev_su_policy(struct ev_suite *s, const struct ev_value *v,
		  struct ev_problems *bad)
{
	read_insufficient(s, ev_get(v, "insufficient"));
	read_escalations(s, ev_get(v, "escalate"), bad);
}
