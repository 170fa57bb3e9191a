#include "base/compat.h"

#include "handover/internal.h"

#include "base/str.h"
#include "repo/refs.h"

#define TAGS "refs/tags/"

static int was_there(bool *yes, struct ev_auditing *a,
		     const struct ev_oid *commit)
{
	size_t i;
	int ret = 0;

	*yes = false;
	for (i = 0; ret == 0 && !*yes && i < a->out->nrefs; i++)
		if (!ev_oid_is_zero(&a->out->refs[i].since))
			ret = ev_audit_contains(yes, a,
						&a->out->refs[i].since, commit);
	return ret;
}

/* The branches that have held the commit; a tag was made while they did. */
static int add_held(struct ev_ref_changes *out, struct ev_auditing *a,
		    const struct ev_oid *commit)
{
	const struct ev_audit_ref *x;
	bool yes;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < a->out->nrefs; i++) {
		x = &a->out->refs[i];
		if (ev_oid_is_zero(&x->tip))
			continue;
		ret = ev_audit_contains(&yes, a, &x->tip, commit);
		if (ret == 0 && yes)
			ev_ref_changes_add(out, x->name, &ev_oid_zero, commit);
	}
	return ret;
}

static void tell_unrecorded(struct ev_auditing *a, const char *name,
			    const struct ev_verdict *v)
{
	struct ev_buf rules = EV_BUF_INIT;

	if (v->outcome == EV_INCOMPLETE) {
		ev_audit_missing(a, "'%s' cannot be judged here", name);
		return;
	}
	ev_audit_rules(&rules, v, EV_REVIEW);
	ev_findings_add(&a->out->findings, EV_F_RELEASE_UNRECORDED,
			name + strlen(TAGS), NULL, "no promotion names it, and it "
			"should not be there: %s", rules.ptr);
	ev_buf_release(&rules);
}

/* It is judged as of now, and what is judged so grows old. */
static void turn_soon(struct ev_auditing *a, const struct ev_verdict *v,
		      const char *name)
{
	const struct ev_protect *x;
	bool ages = v->outcome != EV_PASS;
	size_t i = 0;

	while ((x = ev_policy_protects(a->policy, name, &i, NULL)))
		ages |= x->require && (x->require->nreports ||
				       x->require->commits_signed);
	if (ages)
		a->turns = a->ask->now;
}

static int look_at_unrecorded(struct ev_auditing *a, const char *name,
			      const struct ev_oid *oid)
{
	struct ev_ref_changes held = { NULL, 0, 0 };
	struct ev_question q = { .ref = name, .to = *oid, .with = &held,
				 .authoritative = true, .now = a->ask->now };
	struct ev_verdict v;
	size_t i = 0;
	bool older = false;
	int ret;

	if (ev_strs_has(&a->tags, name) ||
	    !ev_policy_protects(a->policy, name, &i, NULL))
		return 0;
	ret = ev_judge(&v, a->repo, &a->chain, &a->evidence, &q);
	if (ret == 0 && v.outcome != EV_PASS && v.has_commit)
		ret = add_held(&held, a, &v.commit);
	if (ret == 0 && held.n) {
		ev_verdict_release(&v);
		ret = ev_judge(&v, a->repo, &a->chain, &a->evidence, &q);
	}
	if (ret < 0)
		goto out;
	if (v.outcome != EV_PASS && v.has_commit)
		ret = was_there(&older, a, &v.commit);
	if (ret == 0 && v.outcome != EV_PASS && !older)
		tell_unrecorded(a, name, &v);
	turn_soon(a, &v, name);
	ev_verdict_release(&v);
out:
	ev_ref_changes_release(&held);
	return ret;
}

static int look_at_tag(void *ctx, const char *name, const struct ev_oid *oid)
{
	struct ev_auditing *a = ctx;
	int ret;

	if (ev_starts_with(name, EV_TAGS))
		return 0;
	ret = ev_audit_release_signs(a, name, oid);
	return ret < 0 ? ret : look_at_unrecorded(a, name, oid);
}

int ev_audit_tags(struct ev_auditing *a)
{
	int ret = ev_ref_each(a->repo, TAGS, look_at_tag, a);

	ev_audit_release_lists(a);
	return ev_audit_absent(a, ret, "tag");
}
