#include "base/compat.h"

#include "policyfix.h"

struct change { const char *from, *to, *lines; };

/* One line each, from one text to the other. */
static char *loosened(const char *older, const char *newer)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_strs lines = EV_STRS_INIT;
	struct ev_policy a, b;
	size_t i;

	pf_read(&a, older);
	pf_read(&b, newer);
	ev_policy_loosened(&lines, &a, &b);
	for (i = 0; i < lines.n; i++)
		ev_buf_addf(&out, "%s\n", lines.items[i]);
	ev_strs_release(&lines);
	ev_policy_release(&a);
	ev_policy_release(&b);
	return ev_buf_detach(&out, NULL);
}

static size_t compare(const char *older, const char *newer,
		      const struct change *c, const char *lines)
{
	char *got = loosened(older, newer);
	size_t wrong = strcmp(got, lines) != 0;

	if (wrong)
		print_error("'%s' -> '%s' gave\n%sexpected\n%s\n", c->from,
			    c->to, got, lines);
	free(got);
	return wrong;
}

/* And the way back asks for no less, unless it says so. */
static void check(const struct change *changes, size_t n, bool back_is_silent)
{
	size_t i, wrong = 0;
	char *text;

	for (i = 0; i < n; i++) {
		text = pf_edit(pf_policy, changes[i].from, changes[i].to);
		wrong += compare(pf_policy, text, &changes[i],
				 changes[i].lines);
		if (back_is_silent)
			wrong += compare(text, pf_policy, &changes[i], "");
		free(text);
	}
	assert_int_equal(wrong, 0);
}

#define PRODUCTION "protect refs/heads/production: "
#define TAGS "protect refs/tags/v*: "
#define REPORT PRODUCTION "reports.arrhythmia-clinical "

static void what_a_ref_is_asked_less(void **state)
{
	static const struct change changes[] = {
		{ "  - {ref: refs/heads/production, require: release}\n", "",
		  "refs/heads/production is no longer protected\n" },
		{ "refs/tags/v*", "refs/tags/v2*",
		  "refs/tags/v* is no longer protected\n" },
		{ "require: release", "require: {}",
		  PRODUCTION "risk_tier.at_least high -> none\n"
		  PRODUCTION "manifest removed\n"
		  PRODUCTION "manifest.fields udi_di removed\n"
		  PRODUCTION "manifest.fields limitations removed\n"
		  PRODUCTION "manifest.fields "
		  "training_data.labelling.guideline removed\n"
		  PRODUCTION "reports.arrhythmia-clinical removed\n"
		  PRODUCTION "tests.unit removed\n"
		  PRODUCTION "approvals.clinical 1 -> 0\n"
		  PRODUCTION "approvals.quality 1 -> 0\n"
		  PRODUCTION "approvals.regulatory 1 -> 0 from tier critical\n"
		  PRODUCTION "separation approver_is_not author removed\n"
		  PRODUCTION "separation approver_is_not committer removed\n"
		  PRODUCTION "separation approver_is_not recorder removed\n"
		  PRODUCTION "separation one_role_per_person removed\n"
		  PRODUCTION "commits.signed true -> false\n" },
		{ "create_once: true", "create_once: false",
		  TAGS "create_once true -> false\n" },
		{ "signed_by: [quality]", "signed_by: [quality, ci]",
		  TAGS "signed_by role ci added\n" },
		{ "signed_by: [quality], ", "", TAGS "signed_by removed\n" },
		{ "{promoted_on: refs/heads/production}", "{}",
		  TAGS "promoted_on refs/heads/production -> none\n" },
		{ "at_least: high", "at_least: moderate",
		  PRODUCTION "risk_tier.at_least high -> moderate\n" },
		{ "    risk_tier: {at_least: high}\n", "",
		  PRODUCTION "risk_tier.at_least high -> none\n" },
		{ "      by: [ci]\n", "",
		  PRODUCTION "manifest.by is open to anyone listed\n" },
		{ "      by: [ci]\n", "      by: [ci, clinical]\n",
		  PRODUCTION "manifest.by role clinical added\n" },
		{ "[udi_di, limitations]", "[limitations]",
		  PRODUCTION "manifest.fields udi_di removed\n" },
		{ "fields: [udi_di, limitations]\n"
		  "      fields_for_tier: {critical: [",
		  "fields: [limitations]\n"
		  "      fields_for_tier: {high: [udi_di], critical: [",
		  PRODUCTION "manifest.fields udi_di only from tier high\n" },
	};

	(void)state;
	check(changes, EV_ARRAY_SIZE(changes), true);
}

static void what_reports_and_tests_are_asked_less(void **state)
{
	static const struct change changes[] = {
		{ "    tests:\n      - {name: unit, by: [ci]}\n", "",
		  PRODUCTION "tests.unit removed\n" },
		{ "unit, by: [ci]", "unit, by: [ci, quality]",
		  PRODUCTION "tests.unit role quality added\n" },
		{ "unit, by: [ci]", "unit",
		  PRODUCTION "tests.unit is open to anyone listed\n" },
		{ "clinical, by: [ci],", "clinical, by: [ci, clinical],",
		  REPORT "role clinical added\n" },
		{ "clinical, by: [ci],", "clinical,",
		  REPORT "is open to anyone listed\n" },
		{ "max_age_days: 30", "max_age_days: 31",
		  REPORT "max_age_days 30 -> 31\n" },
		{ "max_age_days: 30,", "",
		  REPORT "max_age_days 30 -> no limit\n" },
		{ "\"*.md\"]", "\"*.md\", \"model/**\"]",
		  REPORT "may_change model/** added\n" },
		{ "\"docs/**\", \"*.md\"", "\"*\"",
		  REPORT "may_change * added\n" },
		{ "review_by: [clinical]", "review_by: [clinical, quality]",
		  REPORT "review_by role quality added\n" },
		{ ", review_by: [clinical]", "",
		  REPORT "review_by is open to anyone listed\n" },
	};

	(void)state;
	check(changes, EV_ARRAY_SIZE(changes), true);
}

static void what_people_are_asked_less(void **state)
{
	static const struct change changes[] = {
		{ "{role: clinical, count: 1}, ", "",
		  PRODUCTION "approvals.clinical 1 -> 0\n" },
		{ "    approvals_for_tier: {critical: [{role: regulatory, "
		  "count: 1}]}\n", "",
		  PRODUCTION "approvals.regulatory 1 -> 0 from tier "
		  "critical\n" },
		{ "{role: quality, count: 1}]\n    approvals_for_tier: {",
		  "]\n    approvals_for_tier: {high: [{role: quality, "
		  "count: 1}], ",
		  PRODUCTION "approvals.quality 1 -> 0\n" },
		{ "[author, committer, recorder]", "[author, committer]",
		  PRODUCTION "separation approver_is_not recorder removed\n" },
		{ "[author, committer, recorder]", "[]",
		  PRODUCTION "separation approver_is_not author removed\n"
		  PRODUCTION "separation approver_is_not committer removed\n"
		  PRODUCTION "separation approver_is_not recorder removed\n" },
		{ "one_role_per_person: true", "one_role_per_person: false",
		  PRODUCTION "separation one_role_per_person removed\n" },
		{ "commits: {signed: true}", "commits: {signed: false}",
		  PRODUCTION "commits.signed true -> false\n" },
		{ "max_days: 90", "max_days: 91",
		  PRODUCTION "waivable reports.arrhythmia-clinical max_days "
		  "90 -> 91\n" },
		{ "by: [clinical, quality]", "by: [clinical]",
		  PRODUCTION "waivable reports.arrhythmia-clinical role "
		  "quality removed\n" },
		{ "waivable: [", "waivable: [{rule: tests.unit, by: "
		  "[quality], max_days: 1}, ",
		  PRODUCTION "tests.unit can be waived\n" },
		{ "policy_change: {approvals: [{role: quality, count: 2}]}",
		  "policy_change: {approvals: [{role: quality, count: 1}]}",
		  "policy_change: approvals.quality 2 -> 1\n" },
		{ "rollback: {approvals: [{role: quality, count: 1}]}",
		  "rollback: {approvals: [{role: clinical, count: 1}]}",
		  "rollback: approvals.quality 1 -> 0\n" },
		{ "years: 15", "years: 10",
		  "retention.years 15 -> 10\n" },
	};

	(void)state;
	check(changes, EV_ARRAY_SIZE(changes) - 2, true);
	check(changes + EV_ARRAY_SIZE(changes) - 2, 2, false);
}

static void who_may_do_more(void **state)
{
	static const struct change changes[] = {
		{ "promote: {by: [quality]}", "promote: {by: [quality, "
		  "clinical]}", "promote.by: role clinical added\n" },
		{ "promote: {by: [quality]}\n", "",
		  "promote.by: no longer limited to roles\n" },
		{ "checkpoint: {by: [quality]}", "checkpoint: {by: "
		  "[quality, clinical]}",
		  "checkpoint.by: role clinical added\n" },
		{ "records: [quality]", "records: [quality, ci]",
		  "revoke.records: role ci added\n" },
		{ "approvals: [quality]", "approvals: [quality, ci]",
		  "revoke.approvals: role ci added\n" },
		{ "[quality, regulatory]", "[quality, regulatory, ci]",
		  "revoke.releases: role ci added\n" },
		{ " keys: [quality]}\n", " keys: [quality, ci]}\n",
		  "revoke.keys: role ci added\n" },
		{ "packs: clinical", "packs: quality",
		  "owners.packs: clinical -> quality\n" },
		{ "policy: quality}", "}",
		  "owners.policy: quality -> none\n" },
	};

	(void)state;
	check(changes, EV_ARRAY_SIZE(changes), false);
}

static void who_is_new(void **state)
{
	static const struct change changes[] = {
		{ "roles: [clinical]", "roles: [clinical, quality]",
		  "role quality: Dr. Ada Kern added\n" },
		{ "owners:", "  - {name: Eve, roles: [quality], keys: []}\n"
		  "owners:", "role quality: Eve added\n" },
		{ "name: Quinn Abara", "name: Quinn Okoro",
		  "role quality: Quinn Okoro added\n" },
		{ "keys: [{fingerprint: " PF_QUINN "}]",
		  "keys: [{fingerprint: " PF_QUINN "}, {fingerprint: "
		  "E000000000000000000000000000000000000005}]",
		  "key E000000000000000000000000000000000000005 added for "
		  "Quinn Abara\n" },
		{ "valid_from: 2026-01-01", "valid_from: 2025-01-01",
		  "key " PF_ADA " of Dr. Ada Kern: valid_from 2026-01-01 -> "
		  "2025-01-01\n" },
		{ ", valid_from: 2026-01-01", "",
		  "key " PF_ADA " of Dr. Ada Kern: valid_from 2026-01-01 -> "
		  "always\n" },
		{ "emails: [ada@example.org], ", "",
		  "e-mail ada@example.org of Dr. Ada Kern removed\n" },
		{ "machine: true", "machine: false",
		  "Build service is no longer a machine\n" },
	};

	(void)state;
	check(changes, EV_ARRAY_SIZE(changes), false);
}

static void which_product_and_from_when_on(void **state)
{
	static const struct change changes[] = {
		{ "id: 7b0e", "id: 7b0f", "product.id: 7b0e -> 7b0f\n" },
		{ "adopted: 4be1", "adopted: 4be2",
		  "adopted: 4be100000000 -> 4be200000000 (history up to "
		  "there is not judged)\n" },
		{ "adopted: 4be1000000000000000000000000000000000000\n", "",
		  "" },
	};
	char *without = pf_edit(pf_policy, changes[2].from, ""), *lines;

	(void)state;
	check(changes, EV_ARRAY_SIZE(changes), false);
	lines = loosened(without, pf_policy);
	assert_string_equal(lines, "adopted: none -> 4be100000000 (history "
			    "up to there is not judged)\n");
	free(lines);
	free(without);
}

/* The same rules under another name, in another order, or by one pattern
 * over both. */
static void what_is_only_written_differently_is_no_less(void **state)
{
	static const struct change changes[] = {
		{ "version: 4", "version: 5", "" },
		{ "name: RhythmGuard", "name: Rhythm", "" },
		{ "ref: refs/heads/production", "ref: \"refs/heads/*\"", "" },
		{ "ref: \"refs/tags/v*\"", "ref: \"refs/tags/*\"", "" },
		{ "by: [ci]\n", "by: [ci, ci]\n", "" },
		{ "[udi_di, limitations]", "[limitations, udi_di]", "" },
		{ "{role: clinical, count: 1}, {role: quality, count: 1}",
		  "{role: quality, count: 1}, {role: clinical, count: 1}",
		  "" },
		{ "emails: [ada@example.org]", "emails: [ADA@example.org]",
		  "" },
		{ "\"*.md\"", "\"doc*.md\"", "" },
		{ "protect:\n", "protect:\n  - {ref: \"refs/heads/pro*\", "
		  "require: {}}\n", "" },
	};

	(void)state;
	check(changes, EV_ARRAY_SIZE(changes), false);
}

static void two_entries_ask_together(void **state)
{
	static const char *const split[][2] = {
		{ "require: release}\n", "require: release}\n"
		  "  - {ref: \"refs/heads/*\", require: {tests: [{name: unit, "
		  "by: [ci]}], commits: {signed: true}}}\n" },
		{ "    tests:\n      - {name: unit, by: [ci]}\n", "" },
		{ "    commits: {signed: true}\n", "" },
	};
	char *text = ev_strdup(pf_policy), *next, *lines;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(split); i++) {
		next = pf_edit(text, split[i][0], split[i][1]);
		free(text);
		text = next;
	}
	lines = loosened(pf_policy, text);
	assert_string_equal(lines, "");
	free(lines);
	free(text);
}

static void a_changed_suite_is_named(void **state)
{
	struct ev_strs lines = EV_STRS_INIT;
	struct ev_policy older, newer;

	(void)state;
	pf_read(&older, pf_policy);
	assert_int_equal(ev_suite_add(&older, "b", "suite: {id: b}", 14), 0);
	memset(&newer, 0, sizeof(newer));
	assert_int_equal(ev_suite_add(&newer, "a.yaml", "suite: {id: "
				      "arrhythmia-clinical}\n", 33), 0);
	assert_int_equal(ev_policy_parse(&newer, pf_policy,
					 strlen(pf_policy)), 0);
	ev_policy_loosened(&lines, &older, &newer);
	assert_int_equal(lines.n, 2);
	assert_string_equal(lines.items[0],
			    "suite arrhythmia-clinical changed");
	assert_string_equal(lines.items[1], "suite b removed");
	ev_strs_release(&lines);
	ev_policy_release(&older);
	ev_policy_release(&newer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_ref_is_asked_less),
		cmocka_unit_test(what_reports_and_tests_are_asked_less),
		cmocka_unit_test(what_people_are_asked_less),
		cmocka_unit_test(who_may_do_more),
		cmocka_unit_test(who_is_new),
		cmocka_unit_test(which_product_and_from_when_on),
		cmocka_unit_test(
			what_is_only_written_differently_is_no_less),
		cmocka_unit_test(two_entries_ask_together),
		cmocka_unit_test(a_changed_suite_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
