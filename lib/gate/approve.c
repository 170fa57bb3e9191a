#include "base/compat.h"

#include "gate/approve_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"

void ev_approve_view_release(struct ev_approve_view *v)
{
	ev_verdict_release(&v->verdict);
	ev_strs_release(&v->manifest);
	ev_strs_release(&v->outcomes);
	ev_strs_release(&v->bounds);
	ev_strs_release(&v->waivers);
	ev_strs_release(&v->changes);
	ev_strs_release(&v->warnings);
}

/* May they at all? --------------------------------------------------------- */

int ev_approve_chain(const struct ev_chain *chain)
{
	int ret;

	if (chain->state == EV_CHAIN_GOOD)
		return 0;
	if (chain->state != EV_CHAIN_NONE) {
		ret = ev_fail(EV_EDENIED, "no policy is in force: %s",
			      chain->reason);
		ev_error_hint("git evidence doctor");
		return ret;
	}
	ret = ev_fail(EV_EDENIED, "no policy is in force yet, under which an "
		      "approval could count");
	ev_error_hint("git evidence approve --policy --role <role>    # the "
		      "control set of HEAD first");
	return ret;
}

static void hint_roles(const struct ev_person *p)
{
	size_t i;

	for (i = 0; i < p->roles.n; i++)
		ev_error_hint("--role %s", p->roles.items[i]);
}

static int check_person(const struct ev_person *p, const char *role)
{
	int ret;

	if (p->machine)
		return ev_fail(EV_EDENIED, "'%s' is a machine, and machines "
			       "do not approve", p->name);
	if (ev_person_has_role(p, role))
		return 0;
	ret = ev_fail(EV_EDENIED, "%s has not the role '%s'", p->name, role);
	hint_roles(p);
	return ret;
}

static int check_role(const struct ev_cases *c, const struct ev_approve *a)
{
	struct ev_strs asked = EV_STRS_INIT;
	size_t i;
	int ret = 0;

	ev_cases_roles(&asked, c);
	if (!ev_strs_has(&asked, a->role)) {
		ret = ev_fail(EV_EDENIED, "nobody asks for an approval of '%s' "
			      "by the role '%s'", a->ref, a->role);
		for (i = 0; i < asked.n; i++)
			ev_error_hint("--role %s", asked.items[i]);
	}
	ev_strs_release(&asked);
	return ret;
}

static int check_manifest(struct ev_case *c)
{
	int ret;

	if (c->manifests_differ) {
		ret = ev_fail(EV_EINVALID, "there are manifests of %s that "
			      "differ", c->label);
		ev_error_hint("git evidence show %s", c->label);
		return ret;
	}
	if (c->manifests.n || !c->req->wants_manifest || c->rollback.is)
		return 0;
	ret = ev_fail(EV_EINVALID, "no manifest of %s counts, and one is "
		      "required", c->label);
	if (c->ledger_unknown)
		ev_error_hint("git evidence sync");
	else
		ev_error_hint("git evidence attach manifest %s", c->label);
	return ret;
}

static int check_clear(const struct ev_strs *open, const struct ev_strs *theirs,
		       const char *name, const struct ev_approve *a)
{
	size_t i;
	int ret;

	if (ev_strs_has(theirs, name))
		return 0;
	if (ev_strs_has(open, name))
		return ev_fail(EV_EDENIED, "'%s' is not for %s to clear",
			       name, a->person->name);
	ret = ev_fail(EV_EDENIED, "'%s' is not in review", name);
	for (i = 0; i < theirs->n; i++)
		ev_error_hint("--clears %s", theirs->items[i]);
	return ret;
}

static int check_clears(const struct ev_cases *c, const struct ev_approve *a)
{
	struct ev_strs open = EV_STRS_INIT, theirs = EV_STRS_INIT;
	size_t i;
	int ret = 0;

	ev_cases_open_names(&open, c, NULL);
	ev_cases_open_names(&theirs, c, a->person);
	ev_cases_later_names(&open, c, NULL);
	ev_cases_later_names(&theirs, c, a->person);
	for (i = 0; ret == 0 && a->clears && i < a->clears->n; i++)
		ret = check_clear(&open, &theirs, a->clears->items[i], a);
	ev_strs_release(&open);
	ev_strs_release(&theirs);
	return ret;
}

static int check_cases(struct ev_cases *c, const struct ev_approve *a)
{
	size_t i;
	int ret = 0;

	if (!c->n)
		return ev_fail(EV_EDENIED, "'%s' is not protected, so nobody "
			       "asks for an approval of it", a->ref);
	ret = check_role(c, a);
	for (i = 0; ret == 0 && i < c->n; i++)
		ret = check_manifest(&c->items[i]);
	return ret < 0 ? ret : check_clears(c, a);
}

/* What is signed ----------------------------------------------------------- */

static void add_records(struct ev_decision *d, const struct ev_case *c)
{
	size_t i, k;

	for (i = 0; i < c->nrecords; i++)
		for (k = 0; k < c->records[i].picks.n; k++)
			ev_strs_addf(&d->records, "sha256:%s", c->records[i].
				     picks.items[k].line->record.id);
	for (i = 0; i < c->nwaivers; i++)
		if (c->waivers[i].fits)
			ev_strs_addf(&d->records, "sha256:%s",
				     c->waivers[i].line->record.id);
	if (c->manifests.n && !*d->manifest)
		snprintf(d->manifest, sizeof(d->manifest), "sha256:%s",
			 c->manifests.items[0].line->record.id);
}

static void set_person(struct ev_decision *d, const struct ev_person *p,
		       const char *role)
{
	d->role = ev_strdup(role);
	d->name = ev_strdup(p->name);
	d->email = ev_strdup(p->emails.n ? p->emails.items[0] : "");
}

/* Whoever made the range; a commit may hold what no text may. */
static int add_contributors(struct ev_decision *d, struct ev_cases *c)
{
	struct ev_strs all = EV_STRS_INIT;
	struct ev_buf text = EV_BUF_INIT;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < c->n; i++)
		ret = ev_range_contributors(&all, &c->items[i]);
	if (ret == EV_EINCOMPLETE)
		ev_error_hint("%s", ev_range_hint(&c->items[0]));
	for (i = 0; ret == 0 && i < all.n; i++) {
		ev_buf_clear(&text);
		ev_displays(&text, all.items[i]);
		ev_strs_add(&d->contributors, text.ptr);
	}
	ev_strs_sort(&d->contributors);
	ev_strs_uniq(&d->contributors);
	ev_buf_release(&text);
	ev_strs_release(&all);
	return ret;
}

static int fill(struct ev_decision *d, struct ev_cases *c,
		const struct ev_policy *policy, const struct ev_approve *a)
{
	size_t i;
	int ret;

	d->product = ev_strdup(policy->trust.product_id);
	d->at = a->now;
	set_person(d, a->person, a->role);
	d->ref = ev_strdup(a->ref);
	d->has_from = !ev_oid_is_zero(&c->q.from);
	d->from = c->q.from;
	d->commit = a->commit;
	d->tree = c->items[0].tree;
	d->meaning = a->meaning;
	memcpy(d->policy, policy->link, sizeof(d->policy));
	for (i = 0; i < c->n; i++)
		add_records(d, &c->items[i]);
	ev_strs_sort(&d->records);
	ev_strs_uniq(&d->records);
	for (i = 0; a->clears && i < a->clears->n; i++)
		ev_strs_add(&d->clears, a->clears->items[i]);
	ev_strs_sort(&d->clears);
	ev_strs_uniq(&d->clears);
	ret = add_contributors(d, c);
	if (ret < 0)
		return ret;
	return ev_nonce(d->nonce);
}

/* What they should know ---------------------------------------------------- */

static void warn_barred(struct ev_strs *warnings, struct ev_cases *c,
			const struct ev_approve *a)
{
	char reason[200];
	size_t i;

	for (i = 0; i < c->n; i++)
		if (ev_case_barred(reason, &c->items[i], a->person)) {
			ev_strs_addf(warnings, "it would not count towards "
				     "approvals.%s, by %s: %s", a->role,
				     a->person->name, reason);
			return;
		}
}

static void warn_given(struct ev_strs *warnings, const struct ev_case *c,
		       const struct ev_approve *a)
{
	const struct ev_vote *v;
	size_t i;

	for (i = 0; i < c->nvotes; i++) {
		v = &c->votes[i];
		if (!v->counts ||
		    !ev_person_same(v->decided->person, a->person) ||
		    strcmp(v->decided->d.role, a->role))
			continue;
		ev_strs_addf(warnings, "%s has approved it as %s already",
			     a->person->name, a->role);
		return;
	}
}

/* Nobody else may know that it waits for them. */
static void warn_open(struct ev_strs *warnings, const struct ev_cases *c,
		      const struct ev_verdict *v, const struct ev_approve *a)
{
	struct ev_strs open = EV_STRS_INIT;
	struct ev_buf rest = EV_BUF_INIT;
	size_t i, n = 0;

	ev_cases_left_names(&open, c, v, a->person);
	for (i = 0; i < open.n; i++) {
		if (a->clears && ev_strs_has(a->clears, open.items[i]))
			continue;
		ev_buf_addf(&rest, " --clears %s", open.items[i]);
		n++;
	}
	if (n)
		ev_strs_addf(warnings, "%s in review, and this approval does "
			     "not accept %s; one that does: git evidence "
			     "approve %s --for %s --role %s%s", n == 1 ?
			     "something is" : "some things are", n == 1 ?
			     "it" : "them", c->items[0].label, a->ref, a->role,
			     rest.ptr);
	ev_buf_release(&rest);
	ev_strs_release(&open);
}

static void add_warnings(struct ev_strs *warnings, struct ev_cases *c,
			 const struct ev_verdict *v,
			 const struct ev_approve *a)
{
	if (ev_oid_eq(&c->q.from, &a->commit))
		ev_strs_addf(warnings, "'%s' holds %s already", a->ref,
			     c->items[0].label);
	if (a->meaning == EV_MEANING_REVIEWED ||
	    a->meaning == EV_MEANING_RESPONSIBLE)
		ev_strs_addf(warnings, "the meaning '%s' is kept, and counts "
			     "towards no rule", ev_meaning_name(a->meaning));
	if (a->meaning != EV_MEANING_APPROVED)
		return;
	warn_barred(warnings, c, a);
	warn_given(warnings, &c->items[0], a);
	warn_open(warnings, c, v, a);
}

int ev_approve_draft(struct ev_decision *out, struct ev_approve_view *view,
		     struct ev_repo *r, const struct ev_chain *chain,
		     const struct ev_evidence *e, const struct ev_approve *a)
{
	struct ev_cases cases = { .n = 0 };
	int ret;

	memset(view, 0, sizeof(*view));
	ev_decision_init(out, EV_DECISION_APPROVAL);
	ret = ev_approve_chain(chain);
	if (ret == 0)
		ret = check_person(a->person, a->role);
	if (ret < 0)
		return ret;
	ret = ev_cases_judge(&cases, r, chain, e, a->ref, &a->commit, a->now);
	if (ret < 0)
		return ret;
	ret = check_cases(&cases, a);
	if (ret == 0)
		ret = fill(out, &cases, chain->in_force, a);
	if (ret == 0)
		ret = ev_judge(&view->verdict, r, chain, e, &cases.q);
	if (ret == 0)
		ret = ev_approve_look(view, &cases);
	if (ret == 0)
		add_warnings(&view->warnings, &cases, &view->verdict, a);
	ev_cases_release(&cases);
	if (ret < 0) {
		ev_decision_release(out);
		ev_approve_view_release(view);
	}
	return ret;
}
