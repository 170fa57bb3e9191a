#include "base/compat.h"

#include "gate/promote_internal.h"

#include "base/error.h"
#include "base/str.h"

static void add_roles(struct ev_buf *out, const struct ev_strs *roles)
{
	size_t i;

	for (i = 0; i < roles->n; i++)
		ev_buf_addf(out, "%s%s", i == 0 ? "" : i + 1 < roles->n ?
			    ", " : " or ", roles->items[i]);
}

/* Who could, by all that is asked for (`more` may be NULL). */
static void hint_who(const struct ev_policy *p, const struct ev_strs *more)
{
	const struct ev_person *x;
	size_t i, n = 0;

	for (i = 0; i < p->trust.npeople; i++) {
		x = &p->trust.people[i];
		if (x->machine || !ev_person_has_any(x, &p->promote_by) ||
		    !ev_person_has_any(x, &p->checkpoint_by) ||
		    (more && !ev_person_has_any(x, more)))
			continue;
		ev_error_hint("%s may", x->name);
		n++;
	}
	if (!n)
		ev_error_hint("nobody has all the roles that it takes: see "
			      "promote, checkpoint and signed_by in "
			      ".evidence/policy.yaml");
}

static int refuse(const struct ev_promoter *m, const struct ev_strs *roles,
		  const char *what, const struct ev_strs *more)
{
	struct ev_buf words = EV_BUF_INIT;

	add_roles(&words, roles);
	if (roles->n)
		ev_fail(EV_EDENIED, "'%s' is not %s, who %s",
			m->person->name, words.ptr, what);
	else
		ev_fail(EV_EDENIED, "the policy in force says nobody who %s",
			what);
	hint_who(m->policy, more);
	ev_buf_release(&words);
	return EV_EDENIED;
}

int ev_promote_check_person(struct ev_promoter *m)
{
	const struct ev_policy *p = m->policy;

	m->person = ev_trust_person(&p->trust, m->p->fpr, NULL);
	if (!m->person)
		return ev_fail(EV_EDENIED, "key '%s' is listed for nobody by "
			       "the policy in force", m->p->fpr);
	if (m->person->machine) {
		ev_fail(EV_EDENIED, "'%s' is a machine, and machines promote "
			"nothing", m->person->name);
		hint_who(p, NULL);
		return EV_EDENIED;
	}
	if (!ev_person_has_any(m->person, &p->promote_by))
		return refuse(m, &p->promote_by, "may promote", NULL);
	if (!ev_person_has_any(m->person, &p->checkpoint_by))
		return refuse(m, &p->checkpoint_by, "makes checkpoints", NULL);
	return 0;
}

int ev_promote_check_tagger(struct ev_promoter *m)
{
	const struct ev_protect *x;
	size_t i = 0;

	while ((x = ev_policy_protects(m->policy, m->tag, &i, NULL)))
		if (x->signed_by.n && !ev_person_has_any(m->person, &x->signed_by))
			return refuse(m, &x->signed_by, "signs releases",
				      &x->signed_by);
	return 0;
}
