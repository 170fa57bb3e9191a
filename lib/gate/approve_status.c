#include "base/compat.h"

#include "gate/approve_internal.h"

#include "base/mem.h"
#include "base/str.h"
#include "gate/waiver.h"
#include "policy/quorum.h"

static void release_waiver(struct ev_open_waiver *w)
{
	free(w->rule);
	free(w->signer);
	free(w->expires);
	free(w->renewal);
	ev_strs_release(&w->given);
	ev_strs_release(&w->lacks);
}

void ev_standing_release(struct ev_standing *s)
{
	size_t i;

	ev_verdict_release(&s->verdict);
	for (i = 0; i < s->n; i++) {
		free(s->awaited[i].role);
		ev_strs_release(&s->awaited[i].people);
		ev_strs_release(&s->awaited[i].barred);
	}
	free(s->awaited);
	for (i = 0; i < s->nwaivers; i++)
		release_waiver(&s->waivers[i]);
	free(s->waivers);
	ev_strs_release(&s->open);
	ev_strs_release(&s->rejected_by);
	ev_strs_release(&s->roles);
	ev_strs_release(&s->clears);
	ev_strs_release(&s->again);
	ev_strs_release(&s->records);
	memset(s, 0, sizeof(*s));
}

static void add_once(struct ev_strs *l, const char *s)
{
	if (!ev_strs_has(l, s))
		ev_strs_add(l, s);
}

/* Votes that count towards a quorum. */
static struct ev_ballot *ballots_of(size_t *n, const struct ev_case *c)
{
	struct ev_ballot *b = ev_calloc(c->nvotes + 1, sizeof(*b));
	size_t i;

	*n = 0;
	for (i = 0; i < c->nvotes; i++) {
		const struct ev_vote *v = &c->votes[i];

		if (!v->counts || v->conflicted || !v->decided->person)
			continue;
		b[*n].person = v->decided->person;
		b[(*n)++].role = v->decided->d.role;
	}
	return b;
}

/* Has this person given what would count towards the role? */
static bool has_voted(const struct ev_ballot *b, size_t n,
		      const struct ev_person *p, const char *role,
		      bool one_role)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (b[i].person == p && (one_role || !strcmp(b[i].role, role)))
			return true;
	return false;
}

static struct ev_awaited *awaited_of(struct ev_standing *s, const char *role)
{
	struct ev_awaited *a;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!strcmp(s->awaited[i].role, role))
			return &s->awaited[i];
	EV_GROW(s->awaited, s->n, s->cap);
	a = &s->awaited[s->n++];
	memset(a, 0, sizeof(*a));
	a->role = ev_strdup(role);
	return a;
}

static void await(struct ev_standing *s, struct ev_case *c,
		  const struct ev_quorum_item *q, int64_t have,
		  const struct ev_ballot *b, size_t n,
		  const struct ev_person *asks)
{
	struct ev_awaited *a = awaited_of(s, q->role);
	const struct ev_person *p;
	char reason[200], *who;
	size_t i;

	if (q->count - have > a->wanted - a->have) {
		a->wanted = q->count;
		a->have = have;
	}
	for (i = 0; i < c->policy->trust.npeople; i++) {
		p = &c->policy->trust.people[i];
		if (p->machine || !ev_person_has_role(p, q->role) ||
		    has_voted(b, n, p, q->role, c->req->one_role))
			continue;
		if (ev_case_barred(reason, c, p)) {
			who = ev_strdupf("%s: %s", p->name, reason);
			add_once(&a->barred, who);
			free(who);
			continue;
		}
		add_once(&a->people, p->name);
		if (p == asks)
			add_once(&s->roles, q->role);
	}
}

static void read_votes(struct ev_standing *s, struct ev_case *c,
		       const struct ev_person *asks)
{
	struct ev_quorum q = { NULL, 0, 0 };
	struct ev_ballot *b;
	int64_t *have;
	size_t i, n;

	ev_case_quorum(&q, c);
	b = ballots_of(&n, c);
	have = ev_calloc(q.n + 1, sizeof(*have));
	ev_quorum_count(have, NULL, &q, b, n, c->req->one_role);
	for (i = 0; i < q.n; i++)
		if (have[i] < q.items[i].count)
			await(s, c, &q.items[i], have[i], b, n, asks);
	for (i = 0; i < c->nvotes; i++)
		if (c->votes[i].rejects && c->votes[i].decided->person)
			add_once(&s->rejected_by,
				 c->votes[i].decided->person->name);
	free(have);
	free(b);
	ev_quorum_release(&q);
}

/* A ref with several entries may have the same one in each. */
static struct ev_open_waiver *open_waiver(struct ev_standing *s,
					  const struct ev_case *c,
					  const struct ev_waiver *w)
{
	struct ev_open_waiver *o;
	size_t i;

	for (i = 0; i < s->nwaivers; i++)
		if (!strcmp(s->waivers[i].id, w->line->record.id))
			return &s->waivers[i];
	EV_GROW(s->waivers, s->nwaivers, s->waivers_cap);
	o = &s->waivers[s->nwaivers++];
	memset(o, 0, sizeof(*o));
	memcpy(o->id, w->line->record.id, sizeof(o->id));
	o->rule = ev_strdup(w->rule);
	o->signer = ev_strdup(w->line->person->name);
	o->expires = ev_strdup(ev_get_string(w->predicate, "expires"));
	o->days = ev_waiver_days(c, w);
	o->counts = true;
	ev_waiver_given(&o->given, c, w);
	o->renewal = ev_waiver_renewal(c, w);
	return o;
}

static void tell_waiver(struct ev_standing *s, const struct ev_case *c,
			const struct ev_waiver *w)
{
	struct ev_open_waiver *o = open_waiver(s, c, w);
	size_t i;

	o->counts = o->counts && w->counts;
	o->used = o->used || w->used;
	for (i = 0; i < w->lacks.n; i++)
		add_once(&o->lacks, w->lacks.items[i]);
}

/* Roles that a waiver lacks to count. */
static void read_waivers(struct ev_standing *s, struct ev_case *c,
			 const struct ev_person *asks)
{
	struct ev_quorum_item one = { NULL, 1 };
	const struct ev_waiver *w;
	size_t i, k;

	for (i = 0; i < c->nwaivers; i++) {
		w = &c->waivers[i];
		if (w->fits)
			tell_waiver(s, c, w);
		for (k = 0; w->fits && k < w->lacks.n; k++) {
			one.role = w->lacks.items[k];
			await(s, c, &one, 0, NULL, 0, asks);
		}
	}
}

/* Rules about records that they might sign. */
static void read_records(struct ev_standing *s, const struct ev_case *c,
			 const struct ev_person *asks)
{
	const struct ev_requirement *req = c->req;
	size_t i;

	if (!asks)
		return;
	if (req->wants_manifest && ev_by_allows(&req->manifest_by, asks))
		add_once(&s->records, "manifest");
	for (i = 0; i < c->nrecords; i++)
		if (ev_by_allows(c->records[i].report ?
				 &c->records[i].report->by :
				 &c->records[i].test->by, asks))
			add_once(&s->records, c->records[i].rule);
}

/* What somebody has accepted already need not be accepted again. */
static void read_open(struct ev_standing *s, const struct ev_cases *cases,
		      const struct ev_person *asks)
{
	ev_cases_left_names(&s->open, cases, &s->verdict, NULL);
	if (asks && !asks->machine)
		ev_cases_left_names(&s->clears, cases, &s->verdict, asks);
}

/* Who has approved may approve once more to accept what they had not. */
static void read_again(struct ev_standing *s, struct ev_cases *cases,
		       const struct ev_person *asks)
{
	struct ev_strs roles = EV_STRS_INIT;
	char reason[200];
	size_t i;

	if (!s->clears.n || s->roles.n)
		return;
	for (i = 0; i < cases->n; i++)
		if (ev_case_barred(reason, &cases->items[i], asks))
			return;
	ev_cases_roles(&roles, cases);
	for (i = 0; i < roles.n && !s->again.n; i++)
		if (ev_person_has_role(asks, roles.items[i]))
			ev_strs_add(&s->again, roles.items[i]);
	ev_strs_release(&roles);
}

/* Then nobody's word is awaited. */
static bool is_withdrawn(const struct ev_verdict *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (!strcmp(v->rules[i].rule, "withdrawn"))
			return true;
	return false;
}

int ev_standing_read(struct ev_standing *out, struct ev_repo *r,
		     const struct ev_chain *chain, const struct ev_evidence *e,
		     const char *ref, const struct ev_oid *to,
		     const struct ev_person *asks, int64_t now)
{
	struct ev_cases cases;
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_cases_judge(&cases, r, chain, e, ref, to, now);
	if (ret < 0)
		return ret;
	out->from = cases.q.from;
	ret = ev_judge(&out->verdict, r, chain, e, &cases.q);
	if (ret == 0 && is_withdrawn(&out->verdict)) {
		ev_cases_release(&cases);
		return 0;
	}
	for (i = 0; ret == 0 && i < cases.n; i++) {
		if (cases.items[i].req->has_separation)
			ret = ev_range_signatures(&cases.items[i]);
		if (ret < 0)
			break;
		read_votes(out, &cases.items[i], asks);
		read_waivers(out, &cases.items[i], asks);
		read_records(out, &cases.items[i], asks);
	}
	if (ret == 0) {
		read_open(out, &cases, asks);
		read_again(out, &cases, asks);
	}
	ev_cases_release(&cases);
	if (ret < 0)
		ev_standing_release(out);
	return ret;
}
