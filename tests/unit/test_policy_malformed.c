#include "base/compat.h"

#include "policyfix.h"

struct edit { const char *from, *to, *said; };

/* All that is said: the message, more of them, hints. */
static char *what_is_said(void)
{
	const struct ev_error *e = ev_error_last();
	struct ev_buf out = EV_BUF_INIT;
	const char *p;
	size_t n;

	ev_buf_addf(&out, "%s\n%s", e->message, e->details);
	for (p = e->hints; *p; p += n + 1) {
		n = strcspn(p, "\n");
		ev_buf_addf(&out, "hint: %.*s\n", (int)n, p);
	}
	return ev_buf_detach(&out, NULL);
}

static void refuse(const struct edit *edits, size_t n)
{
	struct ev_policy p;
	char *text, *said;
	size_t i, wrong = 0;
	int ret;

	for (i = 0; i < n; i++) {
		text = pf_edit(pf_policy, edits[i].from, edits[i].to);
		ret = pf_try(&p, text);
		said = ret ? what_is_said() : ev_strdup("nothing\n");
		if (strcmp(said, edits[i].said)) {
			print_error("'%s' -> '%s' said\n%sexpected\n%s\n",
				    edits[i].from, edits[i].to, said,
				    edits[i].said);
			wrong++;
		} else if (ret != EV_EINVALID) {
			print_error("'%s' -> '%s' gave %d\n", edits[i].from,
				    edits[i].to, ret);
			wrong++;
		}
		ev_policy_release(&p);
		free(said);
		free(text);
	}
	assert_int_equal(wrong, 0);
}

#define REFUSE(edits) refuse(edits, EV_ARRAY_SIZE(edits))
#define AT ".evidence/policy.yaml:"

static void which_policy_it_is_must_be_said(void **state)
{
	static const struct edit edits[] = {
		{ "version: 4",
		  "version: 0",
		  AT "1:10: 'version' must be 1 or more, not 0\n" },
		{ "version: 4",
		  "version: 1",
		  AT "2:11: version 1 replaces no other control set, so it has "
		  "no 'previous'\n" },
		{ "version: 4",
		  "version: 1.5",
		  AT "1:10: field 'version' must be a whole number, not '1.5'\n" },
		{ "version: 4",
		  "version: \"4\"",
		  AT "1:10: field 'version' must be a whole number, not a "
		  "string\n"
		  "hint: take off the quotes\n" },
		{ "previous: " PF_DIGEST "\n",
		  "",
		  AT "1:10: version 4 has no 'previous'\n"
		  "hint: previous: sha256:<digest of the control set that this "
		  "one replaces>    # git evidence check --json | jq -r "
		  ".policy\n" },
		{ "previous: sha256:9c0f",
		  "previous: sha256:9C0F",
		  AT "2:11: field 'previous' must be a sha256 digest "
		  "(sha256:<64 hex>), not "
		  "'sha256:9C0F0000000000000000000000000000000000000000000000000...'\n" },
		{ "adopted: 4be1",
		  "adopted: 4be",
		  AT "3:10: field 'adopted' must be an object id (40 hex), not "
		  "'4be000000000000000000000000000000000000'\n" },
		{ "adopted: 4be1",
		  "adopted: 4BE1",
		  AT "3:10: field 'adopted' must be an object id (40 hex), not "
		  "'4BE1000000000000000000000000000000000000'\n" },
		{ "product: {id: 7b0e, ",
		  "product: {",
		  AT "4:10: missing field 'product.id'\n" },
		{ "product: {id: 7b0e, ",
		  "product: {id: \"\", ",
		  AT "4:15: field 'product.id' must not be empty\n" },
		{ "{id: 7b0e, name: RhythmGuard, repository: https://git.example.org}",
		  "RhythmGuard",
		  AT "4:10: field 'product' must be a map, not 'RhythmGuard'\n" },
	};

	(void)state;
	REFUSE(edits);
}

static void an_unknown_name_is_refused(void **state)
{
	static const struct edit edits[] = {
		{ "version: 4",
		  "verison: 4",
		  AT "1:1: unknown field 'verison'\n"
		  AT "1:1: missing field 'version'\n"
		  "hint: did you mean 'version'?\n" },
		{ "owners: ",
		  "owner: ",
		  AT "14:1: unknown field 'owner'\n"
		  "hint: did you mean 'owners'?\n" },
		{ "retention: {years: 15}",
		  "retention: {year: 15}",
		  AT "44:13: unknown field 'retention.year'\n"
		  AT "44:12: missing field 'retention.years'\n"
		  "hint: did you mean 'years'?\n" },
		{ "retention: {years: 15}",
		  "retention: {years: 15}\nstrict: true",
		  AT "45:1: unknown field 'strict'\n" },
		{ "risk_tier: {at_least: high}",
		  "risk_tiers: {at_least: high}",
		  AT "21:5: unknown field 'requirements.release.risk_tiers'\n"
		  "hint: did you mean 'risk_tier'?\n" },
		{ "risk_tier: {at_least: high}",
		  "risk_tier: {atleast: high}",
		  AT "21:17: unknown field "
		  "'requirements.release.risk_tier.atleast'\n"
		  AT "21:16: missing field "
		  "'requirements.release.risk_tier.at_least'\n"
		  "hint: did you mean 'at_least'?\n" },
		{ "at_least: high",
		  "at_least: hihg",
		  AT "21:27: field 'requirements.release.risk_tier.at_least' "
		  "must be one of 'low', 'moderate', 'high', 'critical', not "
		  "'hihg'\n"
		  "hint: did you mean 'high'?\n" },
		{ "fields: [",
		  "field: [",
		  AT "24:7: unknown field "
		  "'requirements.release.manifest.field'\n"
		  "hint: did you mean 'fields'?\n" },
		{ "fields_for_tier: {critical",
		  "fields_for_tier: {citical",
		  AT "25:25: unknown field "
		  "'requirements.release.manifest.fields_for_tier.citical'\n"
		  "hint: did you mean 'critical'?\n" },
		{ "max_age_days",
		  "max_age",
		  AT "27:48: unknown field "
		  "'requirements.release.reports[0].max_age'\n" },
		{ "tests:",
		  "test:",
		  AT "29:5: unknown field 'requirements.release.test'\n"
		  "hint: did you mean 'tests'?\n" },
		{ "approvals_for_tier: {critical: ",
		  "approvals_for_tier: {all: ",
		  AT "32:26: unknown field "
		  "'requirements.release.approvals_for_tier.all'\n" },
		{ "{role: clinical, count: 1}",
		  "{role: clinical, number: 1}",
		  AT "31:34: unknown field "
		  "'requirements.release.approvals[0].number'\n"
		  AT "31:17: missing field "
		  "'requirements.release.approvals[0].count'\n" },
		{ "separation: {approver_is_not",
		  "separation: {approver_isnt",
		  AT "33:18: unknown field "
		  "'requirements.release.separation.approver_isnt'\n"
		  "hint: did you mean 'approver_is_not'?\n" },
		{ "[author, committer",
		  "[auther, committer",
		  AT "33:36: 'auther' is none of 'author', 'committer', "
		  "'recorder'\n"
		  "hint: did you mean 'author'?\n" },
		{ "commits: {signed: true}",
		  "commits: {singed: true}",
		  AT "35:15: unknown field "
		  "'requirements.release.commits.singed'\n"
		  AT "35:14: missing field "
		  "'requirements.release.commits.signed'\n"
		  "hint: did you mean 'signed'?\n" },
		{ "create_once",
		  "create_ones",
		  AT "18:28: unknown field 'protect[1].create_ones'\n"
		  "hint: did you mean 'create_once'?\n" },
		{ "promoted_on",
		  "promoted_to",
		  AT "17:37: unknown field 'protect[1].require.promoted_to'\n"
		  "hint: did you mean 'promoted_on'?\n" },
		{ "rollback: {approvals",
		  "rollback: {approval",
		  AT "39:12: unknown field 'rollback.approval'\n"
		  AT "39:11: missing field 'rollback.approvals'\n"
		  "hint: did you mean 'approvals'?\n" },
		{ "promote: {by",
		  "promote: {roles",
		  AT "40:11: unknown field 'promote.roles'\n"
		  AT "40:10: missing field 'promote.by'\n" },
		{ "revoke: {records",
		  "revoke: {record",
		  AT "42:10: unknown field 'revoke.record'\n"
		  "hint: did you mean 'records'?\n" },
		{ "owners: {packs",
		  "owners: {paks",
		  AT "14:10: unknown field 'owners.paks'\n"
		  "hint: did you mean 'packs'?\n" },
	};

	(void)state;
	REFUSE(edits);
}

static void what_is_not_judged_yet_is_refused_by_name(void **state)
{
	static const struct edit edits[] = {
		{ "commits: {signed: true}",
		  "environment: {same_as: production}",
		  AT "35:18: 'requirements.release.environment' is not judged "
		  "yet\n"
		  "hint: take it out until it is\n" },
		{ "{promoted_on: refs/heads/production}",
		  "{environment: null}",
		  AT "17:50: 'protect[1].require.environment' is not judged "
		  "yet\n"
		  "hint: take it out until it is\n" },
	};

	(void)state;
	REFUSE(edits);
}

static void a_wrong_type_is_refused(void **state)
{
	static const struct edit edits[] = {
		{ "people:\n",
		  "people: nobody\nmore:\n",
		  AT "5:9: field 'people' must be a list, not 'nobody'\n"
		  AT "6:1: unknown field 'more'\n" },
		{ "risk_tier: {at_least: high}",
		  "risk_tier: high",
		  AT "21:16: field 'requirements.release.risk_tier' must be a "
		  "map, not 'high'\n" },
		{ "at_least: high",
		  "at_least: [high]",
		  AT "21:27: field 'requirements.release.risk_tier.at_least' "
		  "must be one of 'low', 'moderate', 'high', 'critical', not a "
		  "list\n" },
		{ "by: [ci]",
		  "by: ci",
		  AT "23:11: field 'requirements.release.manifest.by' must be a "
		  "list, not 'ci'\n" },
		{ "fields: [udi_di, limitations]",
		  "fields: [udi_di, 7]",
		  AT "24:24: field 'requirements.release.manifest.fields[1]' "
		  "must be a string, not a number\n"
		  "hint: put it in quotes: \"7\"\n" },
		{ "tests:\n      - {name: unit, by: [ci]}",
		  "tests: [unit]",
		  AT "29:13: field 'requirements.release.tests[0]' must be a "
		  "map, not 'unit'\n" },
		{ "max_age_days: 30",
		  "max_age_days: thirty",
		  AT "27:62: field "
		  "'requirements.release.reports[0].max_age_days' must be a "
		  "whole number, not 'thirty'\n" },
		{ "may_change: [\"docs/**\", \"*.md\"]",
		  "may_change: docs",
		  AT "28:22: field 'requirements.release.reports[0].may_change' "
		  "must be a list, not 'docs'\n" },
		{ "[{role: clinical, count: 1}, {role: quality, count: 1}]",
		  "{clinical: 1}",
		  AT "31:16: field 'requirements.release.approvals' must be a "
		  "list, not a map\n" },
		{ "one_role_per_person: true",
		  "one_role_per_person: yes",
		  AT "34:39: field "
		  "'requirements.release.separation.one_role_per_person' must "
		  "be true or false, not 'yes'\n" },
		{ "signed: true}",
		  "signed: null}",
		  AT "35:23: field 'requirements.release.commits.signed' must "
		  "be true or false, not null\n" },
		{ "create_once: true",
		  "create_once: \"true\"",
		  AT "18:41: field 'protect[1].create_once' must be true or "
		  "false, not 'true'\n" },
		{ "require: release",
		  "require: [release]",
		  AT "16:43: field 'protect[0].require' must be the name of a "
		  "requirement, or a map of rules\n" },
		{ "require: release",
		  "require: null",
		  AT "16:43: field 'protect[0].require' must be the name of a "
		  "requirement, or a map of rules\n" },
		{ "require: release",
		  "require: \"\"",
		  AT "16:43: field 'protect[0].require' must be the name of a "
		  "requirement, or a map of rules\n" },
		{ "{years: 15}",
		  "15",
		  AT "44:12: field 'retention' must be a map, not a number\n" },
		{ "policy_change: {approvals: [{role: quality, count: 2}]}",
		  "policy_change: null",
		  AT "38:16: field 'policy_change' must be a map, not null\n" },
		{ "owners: {packs: clinical",
		  "owners: {packs: [clinical]",
		  AT "14:17: field 'owners.packs' must be a string, not a "
		  "list\n" },
		{ "requirements:\n",
		  "requirements:\n  - release\nx:\n",
		  AT "20:3: field 'requirements' must be a map, not a list\n"
		  AT "21:1: unknown field 'x'\n"
		  AT "16:43: there is no requirement 'release'\n" },
	};

	(void)state;
	REFUSE(edits);
}

static void what_is_missing_is_named(void **state)
{
	static const struct edit edits[] = {
		{ "policy_change: {approvals: [{role: quality, count: 2}]}\n",
		  "",
		  AT "1:1: missing field 'policy_change'\n" },
		{ "ref: refs/heads/production, ",
		  "",
		  AT "16:5: missing field 'protect[0].ref'\n" },
		{ ", require: release",
		  "",
		  AT "16:5: missing field 'protect[0].require'\n" },
		{ "suite: arrhythmia-clinical, ",
		  "",
		  AT "27:9: missing field "
		  "'requirements.release.reports[0].suite'\n"
		  AT "36:23: 'reports.arrhythmia-clinical' is no rule of this "
		  "requirement that can be waived\n"
		  "hint: reports.SUITE, reports.SUITE/GATE, tests.NAME or "
		  "manifest.fields\n" },
		{ "name: unit, ",
		  "",
		  AT "30:9: missing field "
		  "'requirements.release.tests[0].name'\n" },
		{ "role: clinical, ",
		  "",
		  AT "31:17: missing field "
		  "'requirements.release.approvals[0].role'\n" },
		{ "{at_least: high}",
		  "{}",
		  AT "21:16: missing field "
		  "'requirements.release.risk_tier.at_least'\n" },
		{ "{signed: true}",
		  "{}",
		  AT "35:14: missing field "
		  "'requirements.release.commits.signed'\n" },
		{ "{by: [quality]}\ncheck",
		  "{}\ncheck",
		  AT "40:10: missing field 'promote.by'\n" },
		{ ",\n                max_days: 90",
		  "",
		  AT "36:16: missing field "
		  "'requirements.release.waivable[0].max_days'\n" },
		{ "{years: 15}",
		  "{}",
		  AT "44:12: missing field 'retention.years'\n" },
	};

	(void)state;
	REFUSE(edits);
}

static void a_count_is_one_at_least(void **state)
{
	static const struct edit edits[] = {
		{ "{role: clinical, count: 1}",
		  "{role: clinical, count: 0}",
		  AT "31:41: 'count' must be 1 or more, not 0\n" },
		{ "{role: clinical, count: 1}",
		  "{role: clinical, count: -3}",
		  AT "31:41: 'count' must be 1 or more, not -3\n" },
		{ "{role: clinical, count: 1}",
		  "{role: clinical, count: 1.0}",
		  AT "31:41: field 'requirements.release.approvals[0].count' "
		  "must be a whole number, not '1.0'\n" },
		{ "{role: quality, count: 2}",
		  "{role: quality, count: 0}",
		  AT "38:52: 'count' must be 1 or more, not 0\n" },
		{ "max_age_days: 30",
		  "max_age_days: 0",
		  AT "27:62: 'max_age_days' must be 1 or more, not 0\n" },
		{ "max_days: 90",
		  "max_days: 0",
		  AT "37:27: 'max_days' must be 1 or more, not 0\n" },
		{ "years: 15",
		  "years: 0",
		  AT "44:20: 'retention.years' must be 1 or more, not 0\n" },
	};

	(void)state;
	REFUSE(edits);
}

static void a_quorum_that_nobody_can_reach_is_refused(void **state)
{
	static const struct edit edits[] = {
		{ "{role: clinical, count: 1}",
		  "{role: clinical, count: 2}",
		  AT "31:41: 2 people of the role 'clinical' are asked for, but "
		  "only 1 is listed with a key\n" },
		{ "{role: quality, count: 2}",
		  "{role: quality, count: 3}",
		  AT "38:52: 3 people of the role 'quality' are asked for, but "
		  "only 2 are listed with a key\n" },
		{ "{role: clinical, count: 1}",
		  "{role: clinicl, count: 1}",
		  AT "31:24: nobody who is listed with a key has the role "
		  "'clinicl'\n"
		  "hint: did you mean 'clinical'?\n" },
		{ "{role: clinical, count: 1}",
		  "{role: ci, count: 1}",
		  AT "31:24: only machines have the role 'ci', and a machine "
		  "never decides\n" },
		{ "{critical: [{role: regulatory, count: 1}]}",
		  "{high: [{role: legal, count: 1}]}",
		  AT "32:40: nobody who is listed with a key has the role "
		  "'legal'\n" },
		{ "{role: quality, count: 1}]\n    approvals_for",
		  "{role: quality, count: 2}]\n    approvals_for",
		  AT "33:17: with one_role_per_person the people who are listed "
		  "cannot give all approvals of tier critical\n" },
		{ "rollback: {approvals: [{role: quality, count: 1}]}",
		  "rollback: {approvals: [{role: ops, count: 1}]}",
		  AT "39:31: nobody who is listed with a key has the role "
		  "'ops'\n" },
		{ "policy_change: {approvals: [{role: quality, count: 2}]}",
		  "policy_change: {approvals: []}",
		  AT "38:28: 'policy_change.approvals' asks for nobody\n" },
		{ "keys: [{fingerprint: " PF_ADA ", valid_from: 2026-01-01}]",
		  "keys: []",
		  AT "28:54: nobody who is listed with a key has the role "
		  "'clinical'\n"
		  AT "31:24: nobody who is listed with a key has the role "
		  "'clinical'\n"
		  AT "36:56: nobody who is listed with a key has the role "
		  "'clinical'\n" },
	};

	(void)state;
	REFUSE(edits);
}

static void a_role_that_nobody_has_is_refused(void **state)
{
	static const struct edit edits[] = {
		{ "by: [ci]",
		  "by: [cis]",
		  AT "23:11: nobody who is listed with a key has the role "
		  "'cis'\n"
		  "hint: did you mean 'ci'?\n" },
		{ "by: [ci]",
		  "by: []",
		  AT "23:11: 'by' names no role\n"
		  "hint: name one, or leave it out\n" },
		{ "max_age_days: 30",
		  "max_age_days: 30, x: 1",
		  AT "27:66: unknown field "
		  "'requirements.release.reports[0].x'\n" },
		{ "review_by: [clinical]",
		  "review_by: [ci]",
		  AT "28:54: only machines have the role 'ci', and a machine "
		  "never decides\n" },
		{ "{name: unit, by: [ci]}",
		  "{name: unit, by: [robots]}",
		  AT "30:26: nobody who is listed with a key has the role "
		  "'robots'\n" },
		{ "signed_by: [quality]",
		  "signed_by: [qualty]",
		  AT "18:17: nobody who is listed with a key has the role "
		  "'qualty'\n"
		  "hint: did you mean 'quality'?\n" },
		{ "signed_by: [quality]",
		  "signed_by: []",
		  AT "18:17: 'signed_by' names no role\n"
		  "hint: name one, or leave it out\n" },
		{ "promote: {by: [quality]}",
		  "promote: {by: [release-team]}",
		  AT "40:15: nobody who is listed with a key has the role "
		  "'release-team'\n" },
		{ "checkpoint: {by: [quality]}",
		  "checkpoint: {by: [ci]}",
		  AT "41:18: only machines have the role 'ci', and a machine "
		  "never decides\n" },
		{ "by: [clinical, quality]",
		  "by: [clinical, legal]",
		  AT "36:56: nobody who is listed with a key has the role "
		  "'legal'\n" },
		{ "roles: [regulatory, quality]",
		  "roles: [regulatory, Quality]",
		  AT "10:44: 'Quality' is no role name: use small letters, "
		  "digits and '-'\n" },
		{ "owners: {packs: clinical",
		  "owners: {packs: \"Clinical team\"",
		  AT "14:17: 'Clinical team' is no role name: use small "
		  "letters, digits and '-'\n" },
		{ "revoke: {records: [quality]",
		  "revoke: {records: [quality team]",
		  AT "42:20: 'quality team' is no role name: use small letters, "
		  "digits and '-'\n" },
	};

	(void)state;
	REFUSE(edits);
}

static void nothing_stands_twice(void **state)
{
	static const struct edit edits[] = {
		{ "{role: quality, count: 1}]\n    approvals_for",
		  "{role: clinical, count: 1}]\n    approvals_for",
		  AT "31:52: role 'clinical' stands twice\n"
		  "hint: say how many with 'count'\n" },
		{ "    tests:\n",
		  "    tests:\n      - {name: unit}\n",
		  AT "31:16: test 'unit' is asked for twice\n" },
		{ "    reports:\n",
		  "    reports:\n      - {suite: arrhythmia-clinical}\n",
		  AT "28:17: suite 'arrhythmia-clinical' is asked for twice\n" },
		{ "protect:\n",
		  "protect:\n  - {ref: refs/heads/production, require: {}}\n",
		  AT "17:11: 'refs/heads/production' stands twice\n" },
		{ "protect:\n",
		  "protect:\n  - {ref: refs/heads/Production, require: {}}\n",
		  AT "17:11: 'refs/heads/Production' and "
		  "'refs/heads/production' are one name where letter case does "
		  "not count\n" },
		{ "protect:\n",
		  "protect:\n  - {ref: \"refs/tags/V*\", require: {}}\n",
		  AT "18:11: 'refs/tags/V*' and 'refs/tags/v*' are one name "
		  "where letter case does not count\n" },
		{ "waivable: [",
		  "waivable: [{rule: tests.unit, by: [quality], max_days: 1}, "
		  "{rule: tests.unit, by: [quality], max_days: 1}, ",
		  AT "36:71: rule 'tests.unit' stands twice\n" },
		{ "name: Quinn Abara",
		  "name: dr. ada kern",
		  AT "8:5: 'Dr. Ada Kern' and 'dr. ada kern' have the same name "
		  "or e-mail address\n"
		  "hint: list one person once, with all roles and keys\n" },
		{ "emails: [q@example.org]",
		  "emails: [Ada@example.org]",
		  AT "8:5: 'Dr. Ada Kern' and 'Quinn Abara' have the same name "
		  "or e-mail address\n"
		  "hint: list one person once, with all roles and keys\n" },
		{ "fingerprint: " PF_QUINN,
		  "fingerprint: a000000000000000000000000000000000000001",
		  AT "8:5: key A000000000000000000000000000000000000001 is "
		  "listed for 'Dr. Ada Kern' and for 'Quinn Abara'\n" },
	};

	(void)state;
	REFUSE(edits);
}

static void a_ref_is_named_as_git_would_take_it(void **state)
{
	static const struct edit edits[] = {
		{ "ref: refs/heads/production",
		  "ref: production",
		  AT "16:11: 'production' is no ref: a full name begins with "
		  "refs/\n"
		  "hint: write refs/heads/production or refs/tags/production\n" },
		{ "ref: refs/heads/production",
		  "ref: heads/production",
		  AT "16:11: 'heads/production' is no ref: a full name begins "
		  "with refs/\n"
		  "hint: write refs/heads/production\n" },
		{ "ref: refs/heads/production",
		  "ref: \"*\"",
		  AT "16:11: '*' is no ref: a full name begins with refs/\n"
		  "hint: write refs/heads/* or refs/tags/*\n" },
		{ "ref: refs/heads/production",
		  "ref: refs/",
		  AT "16:11: 'refs/' is no ref: '..', '@{', '//', '/.' and a "
		  "'/' or '.' at the end cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: refs/heads/a..b",
		  AT "16:11: 'refs/heads/a..b' is no ref: '..', '@{', '//', "
		  "'/.' and a '/' or '.' at the end cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: refs/heads/.a",
		  AT "16:11: 'refs/heads/.a' is no ref: '..', '@{', '//', '/.' "
		  "and a '/' or '.' at the end cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: refs/heads//a",
		  AT "16:11: 'refs/heads//a' is no ref: '..', '@{', '//', '/.' "
		  "and a '/' or '.' at the end cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: refs/heads/a/",
		  AT "16:11: 'refs/heads/a/' is no ref: '..', '@{', '//', '/.' "
		  "and a '/' or '.' at the end cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: refs/heads/a.",
		  AT "16:11: 'refs/heads/a.' is no ref: '..', '@{', '//', '/.' "
		  "and a '/' or '.' at the end cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: refs/heads/a.lock",
		  AT "16:11: 'refs/heads/a.lock' is no ref: no part of it can "
		  "end in .lock\n" },
		{ "ref: refs/heads/production",
		  "ref: refs/heads/a.lock/b",
		  AT "16:11: 'refs/heads/a.lock/b' is no ref: no part of it can "
		  "end in .lock\n" },
		{ "ref: refs/heads/production",
		  "ref: refs/heads/a b",
		  AT "16:11: 'refs/heads/a b' is no ref: blanks, controls and ~ "
		  "^ : ? [ \\ cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: \"refs/heads/a@{1}\"",
		  AT "16:11: 'refs/heads/a@{1}' is no ref: '..', '@{', '//', "
		  "'/.' and a '/' or '.' at the end cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: \"refs/heads/a:b\"",
		  AT "16:11: 'refs/heads/a:b' is no ref: blanks, controls and ~ "
		  "^ : ? [ \\ cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: \"refs/heads/a?\"",
		  AT "16:11: 'refs/heads/a?' is no ref: blanks, controls and ~ "
		  "^ : ? [ \\ cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: \"refs/heads/[ab]\"",
		  AT "16:11: 'refs/heads/[ab]' is no ref: blanks, controls and "
		  "~ ^ : ? [ \\ cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: \"refs/heads/a\\\\b\"",
		  AT "16:11: 'refs/heads/a\\b' is no ref: blanks, controls and "
		  "~ ^ : ? [ \\ cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: \"refs/heads/a\\tb\"",
		  AT "16:11: 'refs/heads/a\tb' is no ref: blanks, controls and "
		  "~ ^ : ? [ \\ cannot be in it\n" },
		{ "ref: refs/heads/production",
		  "ref: refs/notes/evidence",
		  AT "16:11: 'refs/notes/evidence' is reserved for evidence and "
		  "has rules of its own\n" },
		{ "ref: refs/heads/production",
		  "ref: \"refs/tags/evidence/*\"",
		  AT "16:11: 'refs/tags/evidence/*' is reserved for evidence "
		  "and has rules of its own\n" },
		{ "ref: refs/heads/production",
		  "ref: refs/tags/Evidence",
		  AT "16:11: 'refs/tags/Evidence' is reserved for evidence and "
		  "has rules of its own\n" },
		{ "promoted_on: refs/heads/production",
		  "promoted_on: production",
		  AT "17:50: 'production' is no ref: a full name begins with "
		  "refs/\n"
		  "hint: write refs/heads/production or refs/tags/production\n" },
		{ "promoted_on: refs/heads/production",
		  "promoted_on: \"refs/heads/*\"",
		  AT "17:50: 'refs/heads/*' is no ref: '*' cannot be in it\n" },
	};

	(void)state;
	REFUSE(edits);
}

static void a_name_that_nothing_has_is_refused(void **state)
{
	static const struct edit edits[] = {
		{ "require: release",
		  "require: relase",
		  AT "16:43: there is no requirement 'relase'\n"
		  "hint: did you mean 'release'?\n" },
		{ "require: release",
		  "require: nothing",
		  AT "16:43: there is no requirement 'nothing'\n" },
		{ "suite: arrhythmia-clinical",
		  "suite: arhythmia-clinical",
		  AT "27:17: no file in .evidence/suites defines the suite "
		  "'arhythmia-clinical'\n"
		  AT "36:23: 'reports.arrhythmia-clinical' is no rule of this "
		  "requirement that can be waived\n"
		  "hint: did you mean 'arrhythmia-clinical'?\n"
		  "hint: reports.SUITE, reports.SUITE/GATE, tests.NAME or "
		  "manifest.fields\n" },
		{ "suite: arrhythmia-clinical",
		  "suite: sepsis",
		  AT "27:17: no file in .evidence/suites defines the suite "
		  "'sepsis'\n"
		  AT "36:23: 'reports.arrhythmia-clinical' is no rule of this "
		  "requirement that can be waived\n"
		  "hint: a file in .evidence/suites/ defines it by suite: {id: "
		  "ID, version: VERSION}\n"
		  "hint: reports.SUITE, reports.SUITE/GATE, tests.NAME or "
		  "manifest.fields\n" },
		{ "name: unit",
		  "name: unit tests",
		  AT "30:16: 'unit tests' is no name of a record: use letters, "
		  "digits and . _ / -\n" },
		{ "udi_di, limitations",
		  "udi_di, training data",
		  AT "24:24: 'training data' is no field of a manifest\n" },
		{ "udi_di, limitations",
		  "udi_di, training..data",
		  AT "24:24: 'training..data' is no field of a manifest\n" },
		{ "  release:\n",
		  "  release it:\n",
		  AT "20:3: 'release it' is no name of a requirement: use "
		  "letters, digits and . _ / -\n"
		  AT "16:43: there is no requirement 'release'\n" },
		{ "rule: reports.arrhythmia-clinical",
		  "rule: reports.sepsis",
		  AT "36:23: 'reports.sepsis' is no rule of this requirement "
		  "that can be waived\n"
		  "hint: reports.SUITE, reports.SUITE/GATE, tests.NAME or "
		  "manifest.fields\n" },
		{ "rule: reports.arrhythmia-clinical",
		  "rule: approvals.clinical",
		  AT "36:23: 'approvals.clinical' is no rule of this "
		  "requirement that can be waived\n"
		  "hint: reports.SUITE, reports.SUITE/GATE, tests.NAME or "
		  "manifest.fields\n" },
		{ "rule: reports.arrhythmia-clinical",
		  "rule: commits.signed",
		  AT "36:23: 'commits.signed' is no rule of this requirement "
		  "that can be waived\n"
		  "hint: reports.SUITE, reports.SUITE/GATE, tests.NAME or "
		  "manifest.fields\n" },
		{ "rule: reports.arrhythmia-clinical",
		  "rule: tests.units",
		  AT "36:23: 'tests.units' is no rule of this requirement that "
		  "can be waived\n"
		  "hint: reports.SUITE, reports.SUITE/GATE, tests.NAME or "
		  "manifest.fields\n" },
	};

	(void)state;
	REFUSE(edits);
}

static void people_and_keys_are_whole(void **state)
{
	static const struct edit edits[] = {
		{ "fingerprint: " PF_ADA,
		  "fingerprint: A00000",
		  AT "7:27: 'A00000' is no fingerprint (40 hex digits)\n"
		  "hint: gpg --list-keys --with-colons   # on lines that begin "
		  "with fpr\n" },
		{ "fingerprint: " PF_ADA,
		  "fingerprint: Z000000000000000000000000000000000000001",
		  AT "7:27: 'Z000000000000000000000000000000000000001' is no "
		  "fingerprint (40 hex digits)\n"
		  "hint: gpg --list-keys --with-colons   # on lines that begin "
		  "with fpr\n" },
		{ "valid_from: 2026-01-01",
		  "valid_from: 2026-02-30",
		  AT "7:81: '2026-02-30' is no date (YYYY-MM-DD)\n" },
		{ "valid_from: 2026-01-01",
		  "valid_form: 2026-01-01",
		  AT "7:69: unknown field 'people[0].keys[0].valid_form'\n"
		  "hint: did you mean 'valid_from'?\n" },
		{ "machine: true",
		  "machine: 1",
		  AT "12:49: field 'people[3].machine' must be true or false, "
		  "not a number\n" },
		{ "roles: [quality]",
		  "roles: quality",
		  AT "8:57: field 'people[1].roles' must be a list, not "
		  "'quality'\n" },
		{ "roles: [quality]",
		  "roles: [quality, 7]",
		  AT "8:67: field 'people[1].roles[1]' must be a string, not a "
		  "number\n"
		  "hint: put it in quotes: \"7\"\n" },
		{ "roles: [clinical]",
		  "roles: [a/b]",
		  AT "6:61: 'a/b' is no role name: use small letters, digits "
		  "and '-'\n" },
		{ "name: Quinn Abara, ",
		  "",
		  AT "8:5: missing field 'people[1].name'\n" },
	};

	(void)state;
	REFUSE(edits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_policy_it_is_must_be_said),
		cmocka_unit_test(an_unknown_name_is_refused),
		cmocka_unit_test(what_is_not_judged_yet_is_refused_by_name),
		cmocka_unit_test(a_wrong_type_is_refused),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(a_count_is_one_at_least),
		cmocka_unit_test(a_quorum_that_nobody_can_reach_is_refused),
		cmocka_unit_test(a_role_that_nobody_has_is_refused),
		cmocka_unit_test(nothing_stands_twice),
		cmocka_unit_test(a_ref_is_named_as_git_would_take_it),
		cmocka_unit_test(a_name_that_nothing_has_is_refused),
		cmocka_unit_test(people_and_keys_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

