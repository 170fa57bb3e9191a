#include "base/compat.h"

#include "gate/records.h"

/*
 * A suite can name roles that have to agree when something comes out: a gate
 * fails in a tier, a limit was loosened, the third review in a row.  The
 * report lists what came out; here each of these roles has one place among the
 * approvals, whatever the policy asks for besides.
 */

static bool has(const struct ev_value *roles, const char *role)
{
	size_t i;

	for (i = 0; roles && roles->type == EV_LIST && i < roles->n; i++)
		if (roles->items[i]->type == EV_STRING &&
		    !strcmp(roles->items[i]->text, role))
			return true;
	return false;
}

static const struct ev_value *escalations(const struct ev_pick *p)
{
	const struct ev_value *v = ev_get(p->predicate, "escalations");

	return v && v->type == EV_LIST ? v : NULL;
}

static void ask(struct ev_quorum *q, const struct ev_value *roles)
{
	struct ev_quorum_item one = { NULL, 1 };
	struct ev_quorum more = { &one, 1, 1 };
	size_t i;

	for (i = 0; roles && roles->type == EV_LIST && i < roles->n; i++) {
		if (roles->items[i]->type != EV_STRING)
			continue;
		one.role = roles->items[i]->text;
		ev_quorum_unite(q, &more);
	}
}

void ev_escalated_ask(struct ev_quorum *q, const struct ev_case *c)
{
	const struct ev_value *list;
	size_t i, k, m;

	for (i = 0; i < c->nrecords; i++) {
		const struct ev_record_rule *r = &c->records[i];

		for (k = 0; r->report && k < r->picks.n; k++) {
			list = escalations(&r->picks.items[k]);
			for (m = 0; list && m < list->n; m++)
				ask(q, ev_get(list->items[m], "roles"));
		}
	}
}

const char *ev_escalated_why(const char **rule, const struct ev_case *c,
			     const char *role)
{
	const struct ev_value *list;
	const char *why;
	size_t i, k, m;

	for (i = 0; i < c->nrecords; i++) {
		const struct ev_record_rule *r = &c->records[i];

		for (k = 0; r->report && k < r->picks.n; k++) {
			list = escalations(&r->picks.items[k]);
			for (m = 0; list && m < list->n; m++) {
				if (!has(ev_get(list->items[m], "roles"),
					 role))
					continue;
				*rule = r->rule;
				why = ev_get_string(list->items[m], "why");
				return why ? why : "";
			}
		}
	}
	return NULL;
}
