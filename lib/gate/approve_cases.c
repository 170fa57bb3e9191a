#include "base/compat.h"

#include "gate/approve_internal.h"

#include <stdio.h>
#include "base/fold.h"
#include "base/mem.h"
#include "base/str.h"
#include "gate/records.h"
#include "gate/waiver.h"

void ev_cases_release(struct ev_cases *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		ev_case_release(&c->items[i]);
	free(c->items);
	ev_oids_release(&c->heads);
	ev_verdict_release(&c->scratch);
	memset(c, 0, sizeof(*c));
}

static size_t count_entries(const struct ev_policy *p, const char *ref)
{
	size_t i = 0, n = 0;

	while (p && ev_policy_protects(p, ref, &i, NULL))
		n++;
	return n;
}

int ev_cases_judge(struct ev_cases *out, struct ev_repo *r,
		   const struct ev_chain *chain, const struct ev_evidence *e,
		   const char *ref, const struct ev_oid *to, int64_t now)
{
	const struct ev_policy *p = ev_chain_policy(chain);
	const struct ev_protect *protect;
	struct ev_case *c;
	size_t i = 0;
	int ret;

	memset(out, 0, sizeof(*out));
	ev_verdict_init(&out->scratch);
	out->q.ref = ref;
	out->q.to = *to;
	out->q.now = now;
	ret = ev_target_move(&out->q.from, r, ref, to);
	if (ret == 0)
		ret = ev_rollback_ask(&out->q, &out->heads, r, chain, e);
	if (ret < 0) {
		ev_cases_release(out);
		return ret;
	}
	out->items = ev_calloc(count_entries(p, ref) + 1, sizeof(*c));
	while (ret == 0 && p &&
	       (protect = ev_policy_protects(p, ref, &i, NULL))) {
		c = &out->items[out->n];
		ret = ev_case_open(c, r, chain, e, &out->q, protect,
				   &out->scratch);
		if (ret < 0)
			break;
		out->n++;
		c->want_range = true;
		ret = ev_case_judge(c);
	}
	if (ret < 0)
		ev_cases_release(out);
	return ret;
}

static void add_once(struct ev_strs *l, const char *s)
{
	if (!ev_strs_has(l, s))
		ev_strs_add(l, s);
}

void ev_cases_roles(struct ev_strs *out, const struct ev_cases *c)
{
	struct ev_quorum q = { NULL, 0, 0 };
	const struct ev_requirement *req;
	size_t i, k, m;

	for (i = 0; i < c->n; i++) {
		req = c->items[i].req;
		ev_case_quorum(&q, &c->items[i]);
		for (k = 0; k < q.n; k++)
			add_once(out, q.items[k].role);
		ev_quorum_release(&q);
		/* Nothing of what comes back is left to review. */
		if (c->items[i].rollback.is)
			continue;
		for (k = 0; k < req->nreports; k++)
			for (m = 0; m < req->reports[k].review_by.n; m++)
				add_once(out,
					 req->reports[k].review_by.items[m]);
		ev_waivers_roles(out, &c->items[i]);
	}
}

static bool may_clear(const struct ev_record_rule *r,
		      const struct ev_person *by)
{
	if (!by)
		return true;
	if (r->clear_by)
		return ev_by_allows(r->clear_by, by);
	return !r->report || ev_by_allows(&r->report->review_by, by);
}

void ev_cases_open_names(struct ev_strs *out, const struct ev_cases *c,
			 const struct ev_person *by)
{
	const struct ev_record_rule *r;
	size_t i, k, m;

	for (i = 0; i < c->n; i++) {
		for (k = 0; k < c->items[i].nrecords; k++) {
			r = &c->items[i].records[k];
			if (r->outcome != EV_REVIEW || !may_clear(r, by))
				continue;
			for (m = 0; m < r->open.n; m++)
				add_once(out, r->open.items[m]);
		}
		ev_waivers_open(out, &c->items[i], by);
	}
}

/* What a whole report leaves open without a gate is not among them. */
static void add_later(struct ev_strs *out, const struct ev_record_rule *r,
		      const struct ev_pick *p)
{
	const struct ev_value *gates = ev_report_gates(p);
	char *name;
	const char *id;
	size_t i;

	for (i = 0; gates && i < gates->n; i++) {
		id = ev_get_string(gates->items[i], "id");
		if (!id || ev_gate_outcome(gates->items[i]) != EV_REVIEW)
			continue;
		name = ev_strdupf("%s/%s", r->rule, id);
		add_once(out, name);
		free(name);
	}
}

void ev_cases_later_names(struct ev_strs *out, const struct ev_cases *c,
			  const struct ev_person *by)
{
	const struct ev_record_rule *r;
	size_t i, k, m;

	for (i = 0; i < c->n; i++)
		for (k = 0; k < c->items[i].nrecords; k++) {
			r = &c->items[i].records[k];
			if (!r->report || r->outcome != EV_FAIL ||
			    !may_clear(r, by))
				continue;
			for (m = 0; m < r->picks.n; m++)
				add_later(out, r, &r->picks.items[m]);
		}
}

/* A name that can be cleared: of a rule, or "reports.S/G01".  Of a rule that
 * fails, one that a waiver will leave to review. */
static bool is_left(const struct ev_verdict *v, const char *name,
		    const struct ev_strs *waived)
{
	enum ev_outcome least = ev_strs_has(waived, name) ? EV_FAIL :
		EV_REVIEW;
	size_t i, n;

	for (i = 0; i < v->n; i++) {
		n = strlen(v->rules[i].rule);
		if ((v->rules[i].outcome == EV_REVIEW ||
		     v->rules[i].outcome == least) &&
		    !strncmp(v->rules[i].rule, name, n) &&
		    (!name[n] || name[n] == '/'))
			return true;
	}
	return false;
}

void ev_cases_left_names(struct ev_strs *out, const struct ev_cases *c,
			 const struct ev_verdict *v,
			 const struct ev_person *by)
{
	struct ev_strs all = EV_STRS_INIT, waived = EV_STRS_INIT;
	size_t i;

	for (i = 0; i < c->n; i++)
		ev_waivers_open(&waived, &c->items[i], NULL);
	ev_cases_open_names(&all, c, by);
	for (i = 0; i < all.n; i++)
		if (is_left(v, all.items[i], &waived))
			ev_strs_add(out, all.items[i]);
	ev_strs_release(&waived);
	ev_strs_release(&all);
}
