#include "base/compat.h"

#include "policy/internal.h"

#include <stdio.h>

#include "base/fold.h"
#include "base/mem.h"

/*
 * All entries that are about a ref are judged, so it is enough that one of
 * `now` asks for as much.
 */
struct pair {
	struct ev_strs *out;
	char *where;			/* "protect PATTERN" */
	const struct ev_protect *was;
	const struct ev_protect *const *now;
	size_t n;
};

static const struct ev_requirement *rules(const struct pair *p, size_t i)
{
	return p->now[i]->require;
}

/* One line about who may sign: `name` is the rule. */
static void say_by(const struct pair *p, const char *name,
		   const struct ev_strs *was, const struct ev_strs *now)
{
	size_t i;

	if (!now->n)
		ev_strs_addf(p->out, "%s: %s is open to anyone listed",
			     p->where, name);
	for (i = 0; i < now->n; i++)
		if (!ev_strs_has(was, now->items[i]))
			ev_strs_addf(p->out, "%s: %s role %s added", p->where,
				     name, now->items[i]);
}

static void look_at_entry(const struct pair *p)
{
	const struct ev_strs *was = &p->was->signed_by, *first = NULL, *by;
	bool once = false, within = false;
	size_t i;

	for (i = 0; i < p->n; i++) {
		by = &p->now[i]->signed_by;
		once = once || p->now[i]->create_once;
		first = first || !by->n ? first : by;
		within = within || (by->n && ev_roles_within(by, was));
	}
	if (p->was->create_once && !once)
		ev_strs_addf(p->out, "%s: create_once true -> false",
			     p->where);
	if (was->n && !first)
		ev_strs_addf(p->out, "%s: signed_by removed", p->where);
	else if (was->n && !within)
		say_by(p, "signed_by", was, first);
}

/* Tier and manifest ---------------------------------------------------------- */

static void look_at_tier(const struct pair *p)
{
	enum ev_tier was = p->was->require->at_least, now = EV_TIER_NONE;
	const char *name;
	size_t i;

	for (i = 0; i < p->n; i++)
		if (rules(p, i)->at_least > now)
			now = rules(p, i)->at_least;
	name = ev_tier_name(now);
	if (now < was)
		ev_strs_addf(p->out, "%s: risk_tier.at_least %s -> %s",
			     p->where, ev_tier_name(was), name ? name :
			     "none");
}

/* From which tier on a field is asked for; EV_TIERS: never. */
static size_t asked_from(const struct ev_requirement *q, const char *field)
{
	size_t t;

	for (t = 0; t < EV_TIERS; t++)
		if (ev_strs_has(&q->fields[t], field))
			return t;
	return EV_TIERS;
}

static void look_at_field(const struct pair *p, const char *field)
{
	size_t was = asked_from(p->was->require, field), now = EV_TIERS, i, t;

	for (i = 0; i < p->n; i++) {
		t = asked_from(rules(p, i), field);
		now = t < now ? t : now;
	}
	if (now == EV_TIERS)
		ev_strs_addf(p->out, "%s: manifest.fields %s removed",
			     p->where, field);
	else if (now > was)
		ev_strs_addf(p->out, "%s: manifest.fields %s only from tier "
			     "%s", p->where, field,
			     ev_tier_name((enum ev_tier)now));
}

static void look_at_manifest(const struct pair *p)
{
	const struct ev_requirement *was = p->was->require, *first = NULL, *q;
	struct ev_strs fields = EV_STRS_INIT;
	bool within = false;
	size_t i;

	for (i = 0; i < p->n; i++) {
		q = rules(p, i);
		if (q->wants_manifest && !first)
			first = q;
		within = within || (q->wants_manifest &&
				    ev_roles_within(&q->manifest_by,
						    &was->manifest_by));
	}
	if (was->wants_manifest && !first)
		ev_strs_addf(p->out, "%s: manifest removed", p->where);
	else if (was->wants_manifest && !within)
		say_by(p, "manifest.by", &was->manifest_by,
		       &first->manifest_by);
	ev_requirement_fields(&fields, was, EV_TIER_CRITICAL);
	for (i = 0; i < fields.n; i++)
		look_at_field(p, fields.items[i]);
	ev_strs_release(&fields);
}

/* Reports and tests ---------------------------------------------------------- */

static const struct ev_report_rule *find_report(const struct ev_requirement *q,
						const char *suite)
{
	size_t i;

	for (i = 0; i < q->nreports; i++)
		if (!strcmp(q->reports[i].suite, suite))
			return &q->reports[i];
	return NULL;
}

static bool is_covered(const char *path, const struct ev_strs *by)
{
	size_t i;

	for (i = 0; i < by->n; i++)
		if (ev_glob(by->items[i], path))
			return true;
	return false;
}

static bool changes_within(const struct ev_strs *now,
			   const struct ev_strs *was)
{
	size_t i;

	for (i = 0; i < now->n; i++)
		if (!is_covered(now->items[i], was))
			return false;
	return true;
}

static void say_age(const struct pair *p, const char *name, int64_t was,
		    int64_t now)
{
	char text[32] = "no limit";

	if (now >= 0)
		snprintf(text, sizeof(text), "%lld", (long long)now);
	ev_strs_addf(p->out, "%s: %s max_age_days %lld -> %s", p->where, name,
		     (long long)was, text);
}

/* What the entries ask of one suite, taken together. */
struct asked {
	const struct ev_report_rule *first;
	bool by, changes, review, real_world;
	int64_t age;			/* the lowest; -1: none */
};

static struct asked look_for(const struct pair *p,
			     const struct ev_report_rule *was)
{
	struct asked a = { NULL, false, false, false, false, -1 };
	const struct ev_report_rule *r;
	size_t i;

	for (i = 0; i < p->n; i++) {
		r = find_report(rules(p, i), was->suite);
		if (!r)
			continue;
		if (!a.first)
			a.first = r;
		a.by = a.by || ev_roles_within(&r->by, &was->by);
		a.review = a.review ||
			   ev_roles_within(&r->review_by, &was->review_by);
		a.changes = a.changes || changes_within(&r->may_change,
							&was->may_change);
		a.real_world = a.real_world || r->real_world;
		if (r->max_age_days >= 0 &&
		    (a.age < 0 || r->max_age_days < a.age))
			a.age = r->max_age_days;
	}
	return a;
}

static void look_at_report(const struct pair *p,
			   const struct ev_report_rule *was)
{
	struct asked a = look_for(p, was);
	char *name = ev_strdupf("reports.%s", was->suite), *sub;
	size_t i;

	if (!a.first) {
		ev_strs_addf(p->out, "%s: %s removed", p->where, name);
		free(name);
		return;
	}
	if (!a.by)
		say_by(p, name, &was->by, &a.first->by);
	if (was->real_world && !a.real_world)
		ev_strs_addf(p->out, "%s: %s data real_world removed",
			     p->where, name);
	if (was->max_age_days >= 0 && (a.age < 0 || a.age > was->max_age_days))
		say_age(p, name, was->max_age_days, a.age);
	for (i = 0; !a.changes && i < a.first->may_change.n; i++)
		if (!is_covered(a.first->may_change.items[i],
				&was->may_change))
			ev_strs_addf(p->out, "%s: %s may_change %s added",
				     p->where, name,
				     a.first->may_change.items[i]);
	if (!a.review) {
		sub = ev_strdupf("%s review_by", name);
		say_by(p, sub, &was->review_by, &a.first->review_by);
		free(sub);
	}
	free(name);
}

static void look_at_test(const struct pair *p, const struct ev_test_rule *was)
{
	const struct ev_test_rule *first = NULL, *t;
	bool within = false;
	char *name;
	size_t i, k;

	for (i = 0; i < p->n; i++)
		for (k = 0; k < rules(p, i)->ntests; k++) {
			t = &rules(p, i)->tests[k];
			if (strcmp(t->name, was->name))
				continue;
			if (!first)
				first = t;
			within = within || ev_roles_within(&t->by, &was->by);
		}
	name = ev_strdupf("tests.%s", was->name);
	if (!first)
		ev_strs_addf(p->out, "%s: %s removed", p->where, name);
	else if (!within)
		say_by(p, name, &was->by, &first->by);
	free(name);
}

/* Approvals ------------------------------------------------------------------ */

/* The lines of a tier are said once, at the lowest where they are true. */
static void look_at_approvals(const struct pair *p)
{
	struct ev_strs said = EV_STRS_INIT, lines = EV_STRS_INIT;
	struct ev_quorum was, now;
	const char *name;
	size_t t, i;

	for (t = EV_TIER_NONE; t < EV_TIERS; t++) {
		memset(&was, 0, sizeof(was));
		memset(&now, 0, sizeof(now));
		name = ev_tier_name((enum ev_tier)t);
		ev_requirement_quorum(&was, p->was->require, (enum ev_tier)t);
		for (i = 0; i < p->n; i++)
			ev_requirement_quorum(&now, rules(p, i),
					      (enum ev_tier)t);
		ev_loosened_quorum(&lines, p->where, &was, &now);
		for (i = 0; i < lines.n; i++) {
			if (ev_strs_has(&said, lines.items[i]))
				continue;
			ev_strs_add(&said, lines.items[i]);
			ev_strs_addf(p->out, "%s%s%s", lines.items[i],
				     name ? " from tier " : "",
				     name ? name : "");
		}
		ev_strs_release(&lines);
		ev_quorum_release(&was);
		ev_quorum_release(&now);
	}
	ev_strs_release(&said);
}

static void say_apart(const struct pair *p, bool was, bool now,
		      const char *what)
{
	if (was && !now)
		ev_strs_addf(p->out, "%s: separation %s removed", p->where,
			     what);
}

static void look_at_people(const struct pair *p)
{
	const struct ev_requirement *was = p->was->require, *q;
	bool author = false, committer = false, recorder = false;
	bool one_role = false, is_signed = false, on = false;
	size_t i;

	for (i = 0; i < p->n; i++) {
		q = rules(p, i);
		author = author || q->not_author;
		committer = committer || q->not_committer;
		recorder = recorder || q->not_recorder;
		one_role = one_role || q->one_role;
		is_signed = is_signed || q->commits_signed;
		on = on || ev_streq(q->promoted_on, was->promoted_on);
	}
	say_apart(p, was->not_author, author, "approver_is_not author");
	say_apart(p, was->not_committer, committer,
		  "approver_is_not committer");
	say_apart(p, was->not_recorder, recorder, "approver_is_not recorder");
	say_apart(p, was->one_role, one_role, "one_role_per_person");
	if (was->commits_signed && !is_signed)
		ev_strs_addf(p->out, "%s: commits.signed true -> false",
			     p->where);
	if (was->promoted_on && !on)
		ev_strs_addf(p->out, "%s: promoted_on %s -> %s", p->where,
			     was->promoted_on, rules(p, 0)->promoted_on ?
			     rules(p, 0)->promoted_on : "none");
}

/* Waivers -------------------------------------------------------------------- */

/* Each role of `by` has to agree, so here one less is the weaker rule. */
static void look_at_waivable(const struct pair *p,
			     const struct ev_waivable *now)
{
	const struct ev_requirement *q = p->was->require;
	const struct ev_waivable *was = NULL;
	size_t i;

	for (i = 0; i < q->nwaivable; i++)
		if (!strcmp(q->waivable[i].rule, now->rule))
			was = &q->waivable[i];
	if (!was) {
		if (ev_rule_waivable(q, now->rule))
			ev_strs_addf(p->out, "%s: %s can be waived", p->where,
				     now->rule);
		return;
	}
	if (now->max_days > was->max_days)
		ev_strs_addf(p->out, "%s: waivable %s max_days %lld -> %lld",
			     p->where, now->rule, (long long)was->max_days,
			     (long long)now->max_days);
	for (i = 0; i < was->by.n; i++)
		if (!ev_strs_has(&now->by, was->by.items[i]))
			ev_strs_addf(p->out, "%s: waivable %s role %s removed",
				     p->where, now->rule, was->by.items[i]);
}

void ev_loosened_rules(struct ev_strs *out, const struct ev_protect *was,
		       const struct ev_protect *const *now, size_t n)
{
	struct pair p = { out, NULL, was, now, n };
	const struct ev_requirement *q = was->require;
	size_t i, k;

	p.where = ev_strdupf("protect %s", was->pattern);
	look_at_entry(&p);
	look_at_tier(&p);
	look_at_manifest(&p);
	for (i = 0; i < q->nreports; i++)
		look_at_report(&p, &q->reports[i]);
	for (i = 0; i < q->ntests; i++)
		look_at_test(&p, &q->tests[i]);
	look_at_approvals(&p);
	look_at_people(&p);
	for (i = 0; i < n; i++)
		for (k = 0; k < rules(&p, i)->nwaivable; k++)
			look_at_waivable(&p, &rules(&p, i)->waivable[k]);
	free(p.where);
}
