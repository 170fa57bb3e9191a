/*
 * peoplefix.h - a case of the gate over a real repository, with a policy made
 * by hand; for the tests of ranges, refs, commits and approvals
 *
 * px_setup() makes an empty repository in the folder we are in and a policy
 * that asks for nothing; px_open() opens the case "may px_ref go from..to?".
 */
#ifndef EV_TESTS_PEOPLEFIX_H
#define EV_TESTS_PEOPLEFIX_H

#include "tests/unit/gitfix.h"

#include "gate/people.h"

#define PX_UNUSED __attribute__((unused))
#define PX_NOW ((int64_t)1790000000)
#define PX_HEAD "refs/heads/production"

static struct ev_repo *px_repo;
static struct ev_policy px_policy;
static struct ev_policy *px_links[2];
static struct ev_chain px_chain;
static struct ev_protect px_protect[2];
static struct ev_requirement px_req;
static struct ev_evidence px_evidence;
static struct ev_question px_q;
static struct ev_verdict px_verdict;
static struct ev_oids px_heads;
static struct ev_case px;
static struct ev_person px_people[4];
enum { PX_ADA, PX_QUINN, PX_ROBIN, PX_CI };

static char px_words[][24] = { PX_HEAD, "refs/tags/v*", "7b0e1111" };

static inline void px_person(int i, const char *name, const char *email,
			     const char *role)
{
	struct ev_person *p = &px_people[i];

	p->name = ev_strdup(name);
	ev_strs_add(&p->emails, email);
	ev_strs_add(&p->roles, role);
}

static inline int px_setup(void **state)
{
	fix_setup(state);
	memset(&px_policy, 0, sizeof(px_policy));
	memset(&px_chain, 0, sizeof(px_chain));
	memset(px_protect, 0, sizeof(px_protect));
	memset(&px_req, 0, sizeof(px_req));
	memset(&px_evidence, 0, sizeof(px_evidence));
	memset(&px_q, 0, sizeof(px_q));
	memset(&px, 0, sizeof(px));
	memset(px_people, 0, sizeof(px_people));
	ev_verdict_init(&px_verdict);
	px_person(PX_ADA, "Dr. Ada Kern", "ada@example.org", "clinical");
	px_person(PX_QUINN, "Quinn Abara", "quinn@example.org", "quality");
	px_person(PX_ROBIN, "Robin Sato", "robin@example.org", "quality");
	px_person(PX_CI, "Build service", "ci@example.org", "ci");
	px_people[PX_CI].machine = true;
	px_policy.trust.people = px_people;
	px_policy.trust.npeople = EV_ARRAY_SIZE(px_people);
	px_policy.trust.product_id = px_words[2];
	memcpy(px_policy.link, "sha256:11", 10);
	px_policy.version = 2;
	px_policy.protects = px_protect;
	px_policy.nprotects = 2;
	px_protect[0].pattern = px_words[0];
	px_protect[1].pattern = px_words[1];
	px_protect[0].require = px_protect[1].require = &px_req;
	memcpy(px_protect[0].digest, "sha256:aa", 10);
	px_links[0] = &px_policy;
	px_chain.links = px_links;
	px_chain.n = 1;
	px_chain.in_force = &px_policy;
	px_chain.state = EV_CHAIN_GOOD;
	px_q.ref = PX_HEAD;
	px_q.authoritative = true;
	px_q.now = PX_NOW;
	px_q.heads = &px_heads;
	fix_run("git init -q -b main r");
	if (chdir("r"))
		fail_msg("cannot enter 'r'");
	fix_ok(ev_repo_open(&px_repo, "."));
	return 0;
}

static inline void px_close(void)
{
	ev_case_release(&px);
	ev_verdict_release(&px_verdict);
}

static inline int px_teardown(void **state)
{
	size_t i;

	px_close();
	for (i = 0; i < EV_ARRAY_SIZE(px_people); i++) {
		free(px_people[i].name);
		ev_strs_release(&px_people[i].emails);
		ev_strs_release(&px_people[i].roles);
	}
	for (i = 0; i < EV_TIERS; i++)
		ev_quorum_release(&px_req.approvals[i]);
	ev_quorum_release(&px_policy.policy_change);
	ev_strs_release(&px_policy.revoke_approvals);
	for (i = 0; i < 2; i++)
		ev_strs_release(&px_protect[i].signed_by);
	ev_oids_release(&px_heads);
	ev_evidence_release(&px_evidence);
	ev_repo_close(px_repo);
	ev_error_clear();
	return fix_teardown(state);
}

/* What a revision stands for, as it is; "" is the zero id. */
static inline PX_UNUSED struct ev_oid px_oid(const char *rev)
{
	struct ev_oid oid = ev_oid_zero;
	char *hex;

	if (*rev) {
		hex = fix_out("git --no-replace-objects rev-parse '%s'",
			      rev);
		fix_ok(ev_oid_parse(&oid, hex));
		free(hex);
	}
	return oid;
}

/* A commit on HEAD that changes a file of that name. */
static inline PX_UNUSED void px_commit(const char *name)
{
	fix_run("echo %s >>'%s' && git add -A && git commit -qm '%s'", name,
		name, name);
}

/* The repository, read anew: what was written since counts. */
static inline PX_UNUSED void px_reopen(void)
{
	ev_repo_close(px_repo);
	fix_ok(ev_repo_open(&px_repo, "."));
}

static inline PX_UNUSED void px_open_at(const struct ev_oid *from,
					const struct ev_oid *to, int entry)
{
	px_close();
	px_reopen();
	px_q.from = *from;
	px_q.to = *to;
	fix_ok(ev_case_open(&px, px_repo, &px_chain, &px_evidence, &px_q,
			    &px_protect[entry], &px_verdict));
}

static inline PX_UNUSED void px_open(const char *from, const char *to)
{
	struct ev_oid old = px_oid(from), new = px_oid(to);

	px_open_at(&old, &new, 0);
}

static inline PX_UNUSED const struct ev_verdict_rule *px_rule(const char *name)
{
	const struct ev_verdict_rule *found = NULL;
	size_t i;

	for (i = 0; i < px_verdict.n; i++)
		if (!strcmp(px_verdict.rules[i].rule, name)) {
			assert_null(found);
			found = &px_verdict.rules[i];
		}
	return found;
}

/* The rule's outcome, and a part of its detail. */
static inline PX_UNUSED void px_says(const char *name, enum ev_outcome outcome,
				     const char *detail)
{
	const struct ev_verdict_rule *r = px_rule(name);

	if (!r)
		fail_msg("there is no rule '%s'", name);
	if (r->outcome != outcome || !strstr(r->detail, detail))
		fail_msg("%s: %s '%s'", name, ev_outcome_name(r->outcome),
			 r->detail);
}

static inline PX_UNUSED void px_hints(const char *name, const char *part)
{
	const struct ev_verdict_rule *r = px_rule(name);

	if (!r)
		fail_msg("there is no rule '%s'", name);
	if (!part != !r->hint || (part && !strstr(r->hint, part)))
		fail_msg("%s: hint '%s'", name, r->hint ? r->hint : "none");
}

#endif
