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

/* "drift_from_anchor > 0.5*margin" */
static bool is_drift(const char *when)
{
	static const char head[] = "drift_from_anchor > ", tail[] = "*margin";
	struct ev_decimal d = { 0 };
	bool ok = false;
	char *number;

	if (!ev_starts_with(when, head) || !ev_ends_with(when, tail) ||
	    strlen(when) < strlen(head) + strlen(tail))
		return false;
	when += strlen(head);
	number = ev_strndup(when, strlen(when) - strlen(tail));
	if (!ev_decimal_why(number)) {
		ev_decimal_take(&d, number);
		ok = ev_decimal_compare(0, &d) < 0;
		ev_decimal_release(&d);
	}
	free(number);
	return ok;
}

unsigned ev_escalation_times(const char *when)
{
	static const char head[] = "review x", tail[] = " consecutive";
	unsigned n = 0;

	if (!ev_starts_with(when, head))
		return 0;
	when += strlen(head);
	if (*when < '1' || *when > '9')
		return 0;
	for (; *when >= '0' && *when <= '9' && n < 100; when++)
		n = 10 * n + (unsigned)(*when - '0');
	return !strcmp(when, tail) && n > 1 && n < 100 ? n : 0;
}

static void check_when(const struct ev_value *v, struct ev_problems *bad)
{
	static const char *const whens[] = {
		"fail in tier low", "fail in tier moderate",
		"fail in tier high", "fail in tier critical",
		"gate_loosened",
		"drift_from_anchor > 0.5*margin",
		"review x3 consecutive"
	};
	char *hint;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(whens); i++)
		if (!strcmp(whens[i], v->text))
			return;
	if (is_drift(v->text) || ev_escalation_times(v->text))
		return;
	hint = ev_su_meant(v->text, whens, i);
	ev_problem_add(bad, v, hint, "escalation when '%.60s' is not "
		       "supported", v->text);
	free(hint);
}

static void read_escalations(struct ev_suite *s, const struct ev_value *v,
			     struct ev_problems *bad)
{
	size_t i, n = v && v->type == EV_LIST ? v->n : 0;
	const struct ev_value *when;
	struct ev_escalation *e;
	char *path;

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
		path = ev_strdupf("policy.escalate[%zu].roles", i);
		ev_su_words(&e->roles, ev_get(v->items[i], "roles"), path,
			    bad);
		free(path);
		check_when(when, bad);
	}
}

void ev_su_policy(struct ev_suite *s, const struct ev_value *v,
		  struct ev_problems *bad)
{
	read_insufficient(s, ev_get(v, "insufficient"));
	read_escalations(s, ev_get(v, "escalate"), bad);
}
