/*
 * policyfix.h - a policy in which everything is said, to be spoilt by tests
 */
#ifndef EV_TESTS_POLICYFIX_H
#define EV_TESTS_POLICYFIX_H

#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "policy/internal.h"

#define PF_UNUSED __attribute__((unused))
#define PF_ADA "A000000000000000000000000000000000000001"
#define PF_QUINN "B000000000000000000000000000000000000002"
#define PF_RENE "C000000000000000000000000000000000000003"
#define PF_CI "D000000000000000000000000000000000000004"
#define PF_DIGEST "sha256:9c0f0000000000000000000000000000" \
	"00000000000000000000000000000000"

static const char pf_policy[] =
"version: 4\n"
"previous: " PF_DIGEST "\n"
"adopted: 4be1000000000000000000000000000000000000\n"
"product: {id: 7b0e, name: RhythmGuard, repository: https://git.example.org}\n"
"people:\n"
"  - {name: Dr. Ada Kern, emails: [ada@example.org], roles: [clinical],\n"
"     keys: [{fingerprint: " PF_ADA ", valid_from: 2026-01-01}]}\n"
"  - {name: Quinn Abara, emails: [q@example.org], roles: [quality],\n"
"     keys: [{fingerprint: " PF_QUINN "}]}\n"
"  - {name: Rene Okoro, roles: [regulatory, quality],\n"
"     keys: [{fingerprint: " PF_RENE "}]}\n"
"  - {name: Build service, roles: [ci], machine: true,\n"
"     keys: [{fingerprint: " PF_CI "}]}\n"
"owners: {packs: clinical, suites: clinical, policy: quality}\n"
"protect:\n"
"  - {ref: refs/heads/production, require: release}\n"
"  - {ref: \"refs/tags/v*\", require: {promoted_on: refs/heads/production},\n"
"     signed_by: [quality], create_once: true}\n"
"requirements:\n"
"  release:\n"
"    risk_tier: {at_least: high}\n"
"    manifest:\n"
"      by: [ci]\n"
"      fields: [udi_di, limitations]\n"
"      fields_for_tier: {critical: [training_data.labelling.guideline]}\n"
"    reports:\n"
"      - {suite: arrhythmia-clinical, by: [ci], max_age_days: 30,\n"
"         may_change: [\"docs/**\", \"*.md\"], review_by: [clinical]}\n"
"    tests:\n"
"      - {name: unit, by: [ci]}\n"
"    approvals: [{role: clinical, count: 1}, {role: quality, count: 1}]\n"
"    approvals_for_tier: {critical: [{role: regulatory, count: 1}]}\n"
"    separation: {approver_is_not: [author, committer, recorder],\n"
"                 one_role_per_person: true}\n"
"    commits: {signed: true}\n"
"    waivable: [{rule: reports.arrhythmia-clinical, by: [clinical, quality],\n"
"                max_days: 90}]\n"
"policy_change: {approvals: [{role: quality, count: 2}]}\n"
"rollback: {approvals: [{role: quality, count: 1}]}\n"
"promote: {by: [quality]}\n"
"checkpoint: {by: [quality]}\n"
"revoke: {records: [quality], approvals: [quality],\n"
"         releases: [quality, regulatory], keys: [quality]}\n"
"retention: {years: 15}\n";

static const char pf_suite[] =
"suite: {id: arrhythmia-clinical, version: 3.1.0}\n";

/* `text` with the first `from` made `to`, which must be there. */
static inline PF_UNUSED char *pf_edit(const char *text, const char *from,
				      const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		fail_msg("'%s' is not in the policy", from);
	return ev_strdupf("%.*s%s%s", (int)(at - text), text, to,
			  at + strlen(from));
}

static inline int pf_try(struct ev_policy *p, const char *text)
{
	memset(p, 0, sizeof(*p));
	if (ev_suite_add(p, ".evidence/suites/a.yaml", pf_suite,
			 strlen(pf_suite)))
		fail_msg("%s", ev_error_last()->message);
	return ev_policy_parse(p, text, strlen(text));
}

static inline PF_UNUSED void pf_read(struct ev_policy *p, const char *text)
{
	if (pf_try(p, text))
		fail_msg("%s\n%s", ev_error_last()->message,
			 ev_error_last()->details);
}

/* The policy with one edit. */
static inline PF_UNUSED void pf_with(struct ev_policy *p, const char *from,
				     const char *to)
{
	char *text = pf_edit(pf_policy, from, to);

	pf_read(p, text);
	free(text);
}

#endif
