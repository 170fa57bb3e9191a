#include "base/compat.h"

#include "policyfix.h"

#include "base/file.h"
#include "base/fold.h"
#include "base/hash.h"

static void list_is(const struct ev_strs *l, const char *want)
{
	struct ev_buf got = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < l->n; i++)
		ev_buf_addf(&got, "%s%s", i ? " " : "", l->items[i]);
	assert_string_equal(got.ptr, want);
	ev_buf_release(&got);
}

static void quorum_is(const struct ev_quorum *q, const char *want)
{
	struct ev_buf got = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < q->n; i++)
		ev_buf_addf(&got, "%s%s %lld", i ? ", " : "", q->items[i].role,
			    (long long)q->items[i].count);
	assert_string_equal(got.ptr, want);
	ev_buf_release(&got);
}

static void all_of_the_language_is_read(void **state)
{
	const struct ev_requirement *q;
	struct ev_policy p;
	char hex[EV_OID_HEX + 1];

	(void)state;
	pf_read(&p, pf_policy);
	assert_int_equal(p.version, 4);
	assert_string_equal(p.previous, PF_DIGEST);
	assert_true(p.has_adopted);
	ev_oid_hex(hex, &p.adopted);
	assert_string_equal(hex, "4be1000000000000000000000000000000000000");
	assert_string_equal(p.trust.product_id, "7b0e");
	assert_int_equal(p.trust.npeople, 4);
	assert_true(p.trust.people[3].machine);
	assert_int_equal(p.nrequirements, 2);
	q = &p.requirements[0];
	assert_string_equal(q->name, "release");
	assert_int_equal(q->at_least, EV_TIER_HIGH);
	assert_true(q->wants_manifest);
	list_is(&q->manifest_by, "ci");
	list_is(&q->fields[EV_TIER_NONE], "udi_di limitations");
	list_is(&q->fields[EV_TIER_CRITICAL],
		"training_data.labelling.guideline");
	assert_int_equal(q->nreports, 1);
	assert_string_equal(q->reports[0].suite, "arrhythmia-clinical");
	assert_ptr_equal(q->reports[0].file, &p.suites[0]);
	list_is(&q->reports[0].by, "ci");
	assert_int_equal(q->reports[0].max_age_days, 30);
	list_is(&q->reports[0].may_change, "docs/** *.md");
	list_is(&q->reports[0].review_by, "clinical");
	assert_int_equal(q->ntests, 1);
	assert_string_equal(q->tests[0].name, "unit");
	list_is(&q->tests[0].by, "ci");
	assert_true(q->has_separation && q->not_author && q->not_committer &&
		    q->not_recorder && q->one_role && q->commits_signed);
	assert_int_equal(q->nwaivable, 1);
	assert_string_equal(q->waivable[0].rule,
			    "reports.arrhythmia-clinical");
	list_is(&q->waivable[0].by, "clinical quality");
	assert_int_equal(q->waivable[0].max_days, 90);
	quorum_is(&p.policy_change, "quality 2");
	quorum_is(&p.rollback, "quality 1");
	list_is(&p.promote_by, "quality");
	list_is(&p.checkpoint_by, "quality");
	list_is(&p.trust.revoke_records, "quality");
	list_is(&p.revoke_approvals, "quality");
	list_is(&p.revoke_releases, "quality regulatory");
	list_is(&p.revoke_keys, "quality");
	assert_int_equal(p.retention_years, 15);
	ev_policy_release(&p);
}

static void an_entry_names_its_requirement_or_holds_it(void **state)
{
	struct ev_policy p;

	(void)state;
	pf_read(&p, pf_policy);
	assert_int_equal(p.nprotects, 2);
	assert_string_equal(p.protects[0].pattern, "refs/heads/production");
	assert_ptr_equal(p.protects[0].require, &p.requirements[0]);
	assert_false(p.protects[0].create_once);
	assert_int_equal(p.protects[0].signed_by.n, 0);
	assert_ptr_equal(p.protects[1].require, &p.requirements[1]);
	assert_null(p.requirements[1].name);
	assert_string_equal(p.requirements[1].promoted_on,
			    "refs/heads/production");
	assert_false(p.requirements[1].wants_manifest);
	assert_true(p.protects[1].create_once);
	list_is(&p.protects[1].signed_by, "quality");
	ev_policy_release(&p);
}

static void what_is_not_said_is_not_asked(void **state)
{
	static const char text[] = "version: 1\n"
		"product: {id: x, name: y}\n"
		"people: [{name: A, roles: [quality], keys: [{fingerprint: "
		PF_ADA "}]}]\n"
		"protect: [{ref: refs/heads/main, require: r}]\n"
		"requirements: {r: {reports: [{suite: arrhythmia-clinical}],"
		" tests: [{name: t}]}, unused: {}}\n"
		"policy_change: {approvals: [{role: quality, count: 1}]}\n";
	const struct ev_requirement *q;
	struct ev_policy p;

	(void)state;
	pf_read(&p, text);
	assert_string_equal(p.previous, "");
	assert_false(p.has_adopted);
	assert_int_equal(p.nrequirements, 2);
	q = &p.requirements[0];
	assert_int_equal(q->at_least, EV_TIER_NONE);
	assert_false(q->wants_manifest || q->has_separation || q->one_role ||
		     q->commits_signed || q->promoted_on);
	assert_int_equal(q->reports[0].max_age_days, -1);
	assert_int_equal(q->reports[0].by.n, 0);
	assert_int_equal(q->tests[0].by.n, 0);
	assert_int_equal(p.rollback.n + p.promote_by.n + p.checkpoint_by.n, 0);
	assert_int_equal(p.retention_years, 0);
	ev_policy_release(&p);
}

static void a_policy_that_protects_nothing_may_lack_people(void **state)
{
	static const char text[] = "version: 1\n"
		"product: {id: x, name: y}\npeople: []\nprotect: []\n"
		"requirements: {}\n"
		"policy_change: {approvals: [{role: quality, count: 1}]}\n";
	struct ev_policy p;
	char *other;

	(void)state;
	pf_read(&p, text);
	ev_policy_release(&p);
	other = pf_edit(text, "protect: []",
			"protect: [{ref: refs/heads/a, require: {}}]");
	assert_int_equal(pf_try(&p, other), EV_EINVALID);
	assert_string_equal(ev_error_last()->message, ".evidence/policy.yaml:"
			    "6:36: nobody who is listed with a key has the "
			    "role 'quality'");
	ev_policy_release(&p);
	free(other);
}

static void tiers_are_asked_from_below(void **state)
{
	struct ev_strs fields = EV_STRS_INIT;
	struct ev_quorum q = { 0 };
	struct ev_policy p;

	(void)state;
	pf_with(&p, "{critical: [{role: regulatory, count: 1}]}",
		"{moderate: [{role: quality, count: 1}], critical: "
		"[{role: regulatory, count: 1}]}");
	ev_requirement_fields(&fields, &p.requirements[0], EV_TIER_HIGH);
	list_is(&fields, "udi_di limitations");
	ev_strs_release(&fields);
	ev_requirement_fields(&fields, &p.requirements[0], EV_TIER_CRITICAL);
	list_is(&fields,
		"udi_di limitations training_data.labelling.guideline");
	ev_requirement_quorum(&q, &p.requirements[0], EV_TIER_NONE);
	quorum_is(&q, "clinical 1, quality 1");
	ev_quorum_release(&q);
	ev_requirement_quorum(&q, &p.requirements[0], EV_TIER_CRITICAL);
	quorum_is(&q, "clinical 1, quality 1, regulatory 1");
	ev_quorum_release(&q);
	ev_strs_release(&fields);
	ev_policy_release(&p);
}

static void the_larger_count_of_a_role_stands(void **state)
{
	struct ev_quorum_item a[] = { { (char *)"x", 2 }, { (char *)"y", 1 } };
	struct ev_quorum_item b[] = { { (char *)"y", 3 }, { (char *)"x", 1 },
				      { (char *)"z", 1 } };
	const struct ev_quorum one = { a, 2, 2 }, two = { b, 3, 3 };
	struct ev_quorum q = { 0 };

	(void)state;
	ev_quorum_unite(&q, &one);
	ev_quorum_unite(&q, &two);
	quorum_is(&q, "x 2, y 3, z 1");
	ev_quorum_release(&q);
}

static void tiers_have_names(void **state)
{
	size_t t;

	(void)state;
	assert_null(ev_tier_name(EV_TIER_NONE));
	for (t = EV_TIER_LOW; t < EV_TIERS; t++)
		assert_int_equal(ev_tier_parse(ev_tier_name((enum ev_tier)t)),
				 t);
	assert_int_equal(ev_tier_parse("High"), EV_TIER_NONE);
	assert_int_equal(ev_tier_parse(""), EV_TIER_NONE);
	assert_int_equal(ev_tier_parse(NULL), EV_TIER_NONE);
}

/* Digests --------------------------------------------------------------------- */

/* Anybody can make it again: compact JSON, LF, one line a suite. */
static void the_digest_of_a_requirement_is_of_its_words(void **state)
{
	static const char json[] = "{\"reports\":[{\"suite\":"
		"\"arrhythmia-clinical\",\"max_age_days\":30}]}\n"
		"suite arrhythmia-clinical sha256:";
	static const char text[] = "version: 1\n"
		"product: {id: x, name: y}\n"
		"people: [{name: A, roles: [quality], keys: [{fingerprint: "
		PF_ADA "}]}]\n"
		"protect: [{ref: refs/heads/main, require: r}]\n"
		"requirements:\n  r:\n    reports:\n"
		"      - suite: arrhythmia-clinical\n"
		"        max_age_days: 30\n"
		"policy_change: {approvals: [{role: quality, count: 1}]}\n";
	char suite[EV_SHA256_HEX + 1], hex[EV_SHA256_HEX + 1], *all;
	struct ev_policy p;

	(void)state;
	pf_read(&p, text);
	ev_sha256_hex(suite, pf_suite, strlen(pf_suite));
	assert_string_equal(p.suites[0].digest + 7, suite);
	all = ev_strdupf("%s%s\n", json, suite);
	ev_sha256_hex(hex, all, strlen(all));
	assert_string_equal(p.requirements[0].digest + 7, hex);
	free(all);
	all = ev_strdupf("{\"ref\":\"refs/heads/main\",\"require\":\"r\"}\n"
			 "sha256:%s\n", hex);
	ev_sha256_hex(hex, all, strlen(all));
	assert_string_equal(p.protects[0].digest + 7, hex);
	assert_memory_equal(p.protects[0].digest, "sha256:", 7);
	free(all);
	ev_policy_release(&p);
}

static void digests_change_with_what_is_asked_and_with_nothing_else(
	void **state)
{
	struct ev_policy p, same, rule, tag, suite;
	char *text;

	(void)state;
	pf_read(&p, pf_policy);
	pf_with(&same, "roles: [clinical]", "roles: [clinical, other]");
	pf_with(&rule, "max_age_days: 30", "max_age_days: 31");
	pf_with(&tag, "create_once: true", "create_once: false");
	memset(&suite, 0, sizeof(suite));
	text = ev_strdupf("%s# looser\n", pf_suite);
	assert_int_equal(ev_suite_add(&suite, "a.yaml", text, strlen(text)),
			 0);
	free(text);
	assert_int_equal(ev_policy_parse(&suite, pf_policy,
					 strlen(pf_policy)), 0);
	assert_string_equal(p.protects[0].digest, same.protects[0].digest);
	assert_string_equal(p.protects[1].digest, same.protects[1].digest);
	assert_string_not_equal(p.protects[0].digest, rule.protects[0].digest);
	assert_string_equal(p.protects[1].digest, rule.protects[1].digest);
	assert_string_equal(p.protects[0].digest, tag.protects[0].digest);
	assert_string_not_equal(p.protects[1].digest, tag.protects[1].digest);
	assert_string_not_equal(p.protects[0].digest,
				suite.protects[0].digest);
	assert_string_equal(p.protects[1].digest, suite.protects[1].digest);
	ev_policy_release(&p);
	ev_policy_release(&same);
	ev_policy_release(&rule);
	ev_policy_release(&tag);
	ev_policy_release(&suite);
}

/* Refs ------------------------------------------------------------------------ */

static void entry_is(const struct ev_policy *p, const char *ref,
		     const char *pattern, bool exact)
{
	const struct ev_protect *x;
	bool same = !exact;
	size_t i = 0;

	x = ev_policy_protects(p, ref, &i, &same);
	if (!x || !pattern) {
		if ((!x) != (!pattern))
			fail_msg("'%s': %s", ref, x ? x->pattern : "none");
		return;
	}
	assert_string_equal(x->pattern, pattern);
	assert_int_equal(same, exact);
	assert_null(ev_policy_protects(p, ref, &i, &same));
}

static void a_ref_is_protected_by_its_name_in_any_spelling(void **state)
{
	struct ev_policy p;

	(void)state;
	pf_with(&p, "protect:\n", "protect:\n  - {ref: refs/heads/caf\xc3\xa9,"
		" require: {}}\n");
	entry_is(&p, "refs/heads/production", "refs/heads/production", true);
	entry_is(&p, "refs/heads/Production", "refs/heads/production", false);
	entry_is(&p, "refs/Heads/production", "refs/heads/production", false);
	entry_is(&p, "refs/heads/production2", NULL, false);
	entry_is(&p, "refs/heads/productio", NULL, false);
	entry_is(&p, "refs/heads/cafe\xcc\x81", "refs/heads/caf\xc3\xa9",
		 false);
	entry_is(&p, "refs/heads/caf\xc3\xa9", "refs/heads/caf\xc3\xa9", true);
	entry_is(&p, "refs/tags/v1/a", "refs/tags/v*", true);
	entry_is(&p, "refs/tags/V1", "refs/tags/v*", false);
	entry_is(&p, "refs/tags/w1", NULL, false);
	entry_is(&p, "refs/heads/\xff", NULL, false);
	ev_policy_release(&p);
}

static void every_entry_about_a_ref_is_given_in_order(void **state)
{
	struct ev_policy p;
	size_t i = 0;

	(void)state;
	pf_with(&p, "protect:\n", "protect:\n  - {ref: \"refs/*\", require: "
		"{}}\n");
	assert_string_equal(ev_policy_protects(&p, "refs/tags/v1", &i, NULL)
			    ->pattern, "refs/*");
	assert_string_equal(ev_policy_protects(&p, "refs/tags/v1", &i, NULL)
			    ->pattern, "refs/tags/v*");
	assert_null(ev_policy_protects(&p, "refs/tags/v1", &i, NULL));
	ev_policy_release(&p);
}

/* The manual ------------------------------------------------------------------ */

/* The blocks in EXAMPLES that are policies, as a reader sees them. */
static void the_examples_of_the_manual_are_policies(void **state)
{
	struct ev_buf page = EV_BUF_INIT;
	const char *p, *end;
	struct ev_policy policy;
	size_t count = 0;
	char *text;

	(void)state;
	assert_int_equal(ev_file_read(&page, "man/git-evidence-policy.5",
				      1 << 20), 0);
	p = strstr(page.ptr, "\n.Sh EXAMPLES\n");
	assert_non_null(p);
	while ((p = strstr(p, "\nversion: ")) != NULL) {
		end = strstr(p, "\n.Ed\n");
		assert_non_null(end);
		text = ev_strndup(p + 1, (size_t)(end - p));
		assert_null(strchr(text, '\\'));
		pf_read(&policy, text);
		ev_policy_release(&policy);
		free(text);
		p = end;
		count++;
	}
	assert_int_equal(count, 2);
	ev_buf_release(&page);
}

/* Suites and ceilings --------------------------------------------------------- */

static int add_suite(struct ev_policy *p, const char *path, const char *text)
{
	return ev_suite_add(p, path, text, strlen(text));
}

static void a_suite_is_defined_once(void **state)
{
	struct ev_policy p;

	(void)state;
	memset(&p, 0, sizeof(p));
	assert_int_equal(add_suite(&p, "a.yaml", "suite: {id: a, version: 2}"),
			 0);
	assert_int_equal(add_suite(&p, "b.yaml", "suite: {id: b}"), 0);
	assert_int_equal(add_suite(&p, "c.yaml", "note: no suite\n"), 0);
	assert_int_equal(p.nsuites, 2);
	assert_string_equal(ev_policy_suite(&p, "a")->version, "2");
	assert_string_equal(ev_policy_suite(&p, "b")->path, "b.yaml");
	assert_null(ev_policy_suite(&p, "c"));
	assert_int_equal(add_suite(&p, "d.yaml", "suite: {id: a}"),
			 EV_EINVALID);
	assert_string_equal(ev_error_last()->message, "d.yaml:1:13: suite 'a' "
			    "is defined in 'a.yaml' already");
	assert_int_equal(add_suite(&p, "e.yaml", "suite: {id: 7}"),
			 EV_EINVALID);
	assert_int_equal(add_suite(&p, "f.yaml", "suite: {id: a b}"),
			 EV_EINVALID);
	assert_int_equal(add_suite(&p, "g.yaml", "suite: ["), EV_EINVALID);
	assert_int_equal(p.nsuites, 2);
	ev_policy_release(&p);
}

/* `from` made `head` and so many items, each with its number in it. */
static void too_many(const char *from, const char *head, const char *item,
		     size_t n, const char *tail, const char *said)
{
	struct ev_buf list = EV_BUF_INIT;
	struct ev_policy p;
	char *text;
	size_t i;

	ev_buf_adds(&list, head);
	for (i = 0; i < n; i++)
		ev_buf_addf(&list, "%.*s%zu%s", (int)strcspn(item, "#"), item,
			    i, item + strcspn(item, "#") + 1);
	ev_buf_adds(&list, tail);
	text = pf_edit(pf_policy, from, list.ptr);
	assert_int_equal(pf_try(&p, text), EV_EINVALID);
	if (!strstr(ev_error_last()->message, said) &&
	    !strstr(ev_error_last()->details, said))
		fail_msg("%s\n%s", ev_error_last()->message,
			 ev_error_last()->details);
	ev_policy_release(&p);
	free(text);
	ev_buf_release(&list);
}

static void there_are_ceilings(void **state)
{
	(void)state;
	too_many("people:\n", "people:\n",
		 "  - {name: P#, roles: [], keys: []}\n", 1001, "",
		 "more than 1000 people are listed");
	too_many("owners:", "  - {name: N, roles: [], keys: [{fingerprint: "
		 PF_ADA "}",
		 ", {fingerprint: 1#}", 257, "]}\nowners:",
		 "'keys' has more than 256 items");
	too_many("protect:\n", "protect:\n",
		 "  - {ref: refs/heads/b#, require: {}}\n", 257, "",
		 "'protect' has more than 256 items");
	too_many("requirements:\n", "requirements:\n", "  r#: {}\n", 257, "",
		 "more than 256 requirements");
	too_many("{name: unit, by: [ci]}", "{name: unit, by: [ci",
		 ", r#", 257, "]}", "'by' has more than 256 items");
	too_many("      - {name: unit, by: [ci]}\n", "",
		 "      - {name: t#}\n", 257, "",
		 "'tests' has more than 256 items");
	too_many("fields: [udi_di", "fields: [udi_di", ", f#", 257, "",
		 "'fields' has more than 256 items");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_the_language_is_read),
		cmocka_unit_test(an_entry_names_its_requirement_or_holds_it),
		cmocka_unit_test(what_is_not_said_is_not_asked),
		cmocka_unit_test(
			a_policy_that_protects_nothing_may_lack_people),
		cmocka_unit_test(tiers_are_asked_from_below),
		cmocka_unit_test(the_larger_count_of_a_role_stands),
		cmocka_unit_test(tiers_have_names),
		cmocka_unit_test(the_digest_of_a_requirement_is_of_its_words),
		cmocka_unit_test(
		    digests_change_with_what_is_asked_and_with_nothing_else),
		cmocka_unit_test(
			a_ref_is_protected_by_its_name_in_any_spelling),
		cmocka_unit_test(every_entry_about_a_ref_is_given_in_order),
		cmocka_unit_test(the_examples_of_the_manual_are_policies),
		cmocka_unit_test(a_suite_is_defined_once),
		cmocka_unit_test(there_are_ceilings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
