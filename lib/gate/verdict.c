#include "base/compat.h"

#include "gate/verdict.h"

#include <stdarg.h>

#include "base/mem.h"
#include "base/str.h"

static const char *const names[] = {
	[EV_PASS] = "pass",
	[EV_REVIEW] = "review",
	[EV_INCOMPLETE] = "incomplete",
	[EV_FAIL] = "fail",
};

const char *ev_outcome_name(enum ev_outcome o)
{
	return names[o];
}

bool ev_outcome_parse(enum ev_outcome *out, const char *word)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(names); i++)
		if (ev_streq(word, names[i])) {
			*out = (enum ev_outcome)i;
			return true;
		}
	return false;
}

int ev_outcome_exit(enum ev_outcome o)
{
	static const int status[] = {
		[EV_PASS] = 0, [EV_REVIEW] = 3, [EV_INCOMPLETE] = 2,
		[EV_FAIL] = 1,
	};

	return status[o];
}

void ev_verdict_init(struct ev_verdict *v)
{
	memset(v, 0, sizeof(*v));
}

void ev_verdict_release(struct ev_verdict *v)
{
	size_t i;

	for (i = 0; i < v->n; i++) {
		free(v->rules[i].rule);
		free(v->rules[i].detail);
		free(v->rules[i].hint);
	}
	free(v->rules);
	free(v->ref);
	ev_verdict_init(v);
}

static char *one_line(char *s)
{
	char *p;

	for (p = s; *p; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	return s;
}

void ev_verdict_add(struct ev_verdict *v, const char *rule,
		    enum ev_outcome outcome, const char *hint,
		    const char *fmt, ...)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_verdict_rule *r;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	EV_GROW(v->rules, v->n, v->cap);
	r = &v->rules[v->n++];
	r->rule = ev_strdup(rule);
	r->outcome = outcome;
	r->detail = one_line(ev_buf_detach(&text, NULL));
	r->hint = hint ? one_line(ev_strdup(hint)) : NULL;
	if (outcome > v->outcome)
		v->outcome = outcome;
}

int ev_verdict_exit(const struct ev_verdict *v)
{
	if (v->outcome == EV_PASS && (v->first_use || *v->late))
		return 4;
	return ev_outcome_exit(v->outcome);
}

static void json_oid(struct ev_json *j, const char *key, bool has,
		     const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	ev_json_kv(j, key, has ? hex : NULL);
}

void ev_verdict_json_rules(struct ev_json *j, const struct ev_verdict *v)
{
	size_t i;

	ev_json_key(j, "rules");
	ev_json_list(j);
	for (i = 0; i < v->n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "rule", v->rules[i].rule);
		ev_json_kv(j, "outcome", ev_outcome_name(v->rules[i].outcome));
		ev_json_kv(j, "detail", v->rules[i].detail);
		ev_json_kv(j, "hint", v->rules[i].hint);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

void ev_verdict_json(struct ev_json *j, const struct ev_verdict *v)
{
	ev_json_kv(j, "outcome", ev_outcome_name(v->outcome));
	ev_json_kv(j, "ref", v->ref);
	json_oid(j, "from", v->has_from, &v->from);
	json_oid(j, "to", v->has_to, &v->to);
	ev_json_kv(j, "policy", *v->policy ? v->policy : NULL);
	ev_json_kv(j, "root", *v->root ? v->root : NULL);
	ev_verdict_json_rules(j, v);
}
