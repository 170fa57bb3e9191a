#include "base/compat.h"

#include "recordfix.h"

#define ATTACH "git evidence attach manifest 9d03e77"
#define AFTER_FIELD ATTACH "       # after adding the field to " \
	".evidence/manifest.yaml"
#define AFTER_TIER ATTACH "       # after correcting risk_tier in " \
	".evidence/manifest.yaml"

static struct ev_line *manifest(unsigned n, int person, const char *predicate)
{
	struct rf_record x = { .kind = EV_KIND_MANIFEST, .person = person,
			       .n = n, .predicate = predicate,
			       .age = 100 - n };

	return rf_add(&x);
}

static void want_manifest(void)
{
	rf_req.wants_manifest = true;
	ev_strs_add(&rf_req.manifest_by, "ci");
}

static void want_field(enum ev_tier from, const char *path)
{
	ev_strs_add(&rf_req.fields[from], path);
}

/* manifest ----------------------------------------------------------------- */

static void a_manifest_by_the_right_people_passes(void **state)
{
	(void)state;
	want_manifest();
	manifest(1, RF_CI, "{\"risk_tier\":\"low\"}");
	rf_judge();
	rf_says("manifest", EV_PASS, "record 000000000001 by Build service",
		NULL);
	assert_null(rf_rule("risk_tier"));
}

static void without_a_manifest_the_rule_fails_with_the_command(void **state)
{
	(void)state;
	want_manifest();
	rf_judge();
	rf_says("manifest", EV_FAIL, "no manifest for 9d03e77", ATTACH);
	rf_is_for("manifest", "ci");
	assert_null(rf_rule("manifest.fields"));
}

static void a_manifest_that_a_remote_may_have_is_incomplete(void **state)
{
	(void)state;
	want_manifest();
	rf.ledger_unknown = true;
	rf_judge();
	rf_says("manifest", EV_INCOMPLETE, "no manifest for 9d03e77",
		"git evidence sync");
}

static void a_manifest_by_somebody_else_does_not_count(void **state)
{
	(void)state;
	want_manifest();
	manifest(1, RF_QUINN, "{\"risk_tier\":\"low\"}");
	rf_judge();
	rf_says("manifest", EV_FAIL, "no manifest for 9d03e77: 1 record by "
		"Quinn Abara, who is not in ci", ATTACH);
	assert_int_equal(rf.manifests.n, 0);
	assert_int_equal(rf.tier, EV_TIER_CRITICAL);
}

static void equal_manifests_pass(void **state)
{
	(void)state;
	want_manifest();
	manifest(1, RF_CI, "{\"model\":{\"name\":\"a\"},\"built_at\":\"x\"}");
	manifest(2, RF_CI, "{\"model\":{\"name\":\"a\"},\"built_at\":\"y\"}");
	rf_judge();
	assert_false(rf.manifests_differ);
	rf_says("manifest", EV_PASS, "record 000000000002 by Build service, "
		"and 1 that says the same", NULL);
}

static void manifests_that_differ_fail_and_name_one_that_does(void **state)
{
	(void)state;
	want_manifest();
	manifest(1, RF_CI, "{\"model\":{\"name\":\"b\"}}");
	manifest(2, RF_CI, "{\"model\":{\"name\":\"a\"}}");
	manifest(3, RF_CI, "{\"model\":{\"name\":\"a\"}}");
	rf_judge();
	assert_true(rf.manifests_differ);
	rf_says("manifest", EV_FAIL, "3 live manifests differ (record "
		"000000000003 by Build service) (record 000000000001 by Build "
		"service)", "git evidence revoke 000000000001 --reason "
		"'<reason>'       # the one that is wrong");
}

static void a_superseded_manifest_does_not_count(void **state)
{
	struct ev_line *line;

	(void)state;
	want_manifest();
	manifest(1, RF_CI, "{\"model\":{\"name\":\"b\"}}");
	line = manifest(2, RF_CI, "{\"model\":{\"name\":\"a\"}}");
	free(line->record.supersedes);
	line->record.supersedes = ev_strdupf(RF_ID, 1, 0);
	rf_judge();
	assert_int_equal(rf.manifests.n, 1);
	rf_says("manifest", EV_PASS, "record 000000000002", NULL);
}

static void a_manifest_supersedes_none_of_another_name(void **state)
{
	struct ev_line *line;

	(void)state;
	want_manifest();
	manifest(1, RF_CI, "{\"model\":{\"name\":\"b\"}}");
	line = manifest(2, RF_CI, "{\"model\":{\"name\":\"a\"}}");
	free(line->record.supersedes);
	line->record.supersedes = ev_strdupf(RF_ID, 1, 0);
	free(line->record.name);
	line->record.name = ev_strdup("other");
	rf_judge();
	assert_int_equal(rf.manifests.n, 2);
	assert_int_equal(rf_rule("manifest")->outcome, EV_FAIL);
}

/* Tier --------------------------------------------------------------------- */

static void the_tier_is_what_the_manifest_says(void **state)
{
	static const struct {
		const char *first, *second;
		enum ev_tier least, tier;
	} cases[] = {
		{ "\"low\"", NULL, EV_TIER_NONE, EV_TIER_LOW },
		{ "\"moderate\"", NULL, EV_TIER_LOW, EV_TIER_MODERATE },
		{ "\"low\"", NULL, EV_TIER_HIGH, EV_TIER_HIGH },
		{ "\"critical\"", NULL, EV_TIER_HIGH, EV_TIER_CRITICAL },
		{ "\"low\"", "\"high\"", EV_TIER_NONE, EV_TIER_HIGH },
		{ "\"high\"", "\"low\"", EV_TIER_NONE, EV_TIER_HIGH },
		{ "\"harmless\"", NULL, EV_TIER_NONE, EV_TIER_CRITICAL },
		{ "1", NULL, EV_TIER_NONE, EV_TIER_CRITICAL },
		{ "\"low\"", "null", EV_TIER_NONE, EV_TIER_CRITICAL },
		{ NULL, NULL, EV_TIER_LOW, EV_TIER_CRITICAL },
	};
	char text[80];
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		rf_again(state);
		rf_req.at_least = cases[i].least;
		snprintf(text, sizeof(text), "{\"risk_tier\":%s}",
			 cases[i].first ? cases[i].first : "");
		if (cases[i].first)
			manifest(1, RF_CI, text);
		snprintf(text, sizeof(text), "{\"risk_tier\":%s}",
			 cases[i].second ? cases[i].second : "");
		if (cases[i].second)
			manifest(2, RF_CI, text);
		assert_int_equal(ev_manifest_gather(&rf), 0);
		assert_int_equal(rf.tier, cases[i].tier);
	}
}

static void a_tier_that_is_high_enough_passes(void **state)
{
	(void)state;
	rf_req.at_least = EV_TIER_HIGH;
	manifest(1, RF_CI, "{\"risk_tier\":\"high\"}");
	rf_judge();
	rf_says("risk_tier", EV_PASS, "high", NULL);
}

static void a_tier_that_is_lower_than_the_policys_fails(void **state)
{
	(void)state;
	rf_req.at_least = EV_TIER_HIGH;
	manifest(1, RF_CI, "{\"risk_tier\":\"moderate\"}");
	rf_judge();
	rf_says("risk_tier", EV_FAIL, "the manifest says 'moderate', at least "
		"'high' is required (record 000000000001 by Build service)",
		AFTER_TIER);
}

static void of_several_manifests_the_lowest_tier_is_held(void **state)
{
	(void)state;
	rf_req.at_least = EV_TIER_HIGH;
	manifest(1, RF_CI, "{\"risk_tier\":\"low\"}");
	manifest(2, RF_CI, "{\"risk_tier\":\"critical\"}");
	rf_judge();
	rf_says("risk_tier", EV_FAIL, "the manifest says 'low'", AFTER_TIER);
}

static void a_manifest_that_says_no_tier_fails(void **state)
{
	(void)state;
	rf_req.at_least = EV_TIER_LOW;
	manifest(1, RF_CI, "{\"risk_tier\":\"harmless\"}");
	rf_judge();
	rf_says("risk_tier", EV_FAIL, "does not say one, at least 'low'",
		AFTER_TIER);
}

static void without_a_manifest_nobody_says_a_tier(void **state)
{
	(void)state;
	rf_req.at_least = EV_TIER_LOW;
	rf_judge();
	rf_says("risk_tier", EV_FAIL, "no manifest for 9d03e77", ATTACH);
}

static void no_tier_is_asked_for_unless_the_policy_does(void **state)
{
	(void)state;
	manifest(1, RF_CI, "{\"risk_tier\":\"low\"}");
	rf_judge();
	assert_null(rf_rule("risk_tier"));
}

/* Fields ------------------------------------------------------------------- */

static void fields_that_are_there_pass(void **state)
{
	(void)state;
	want_field(EV_TIER_NONE, "udi_di");
	want_field(EV_TIER_LOW, "training_data.labelling.raters");
	manifest(1, RF_CI, "{\"risk_tier\":\"low\",\"udi_di\":\"0123\","
		 "\"training_data\":{\"labelling\":{\"raters\":0}}}");
	rf_judge();
	rf_says("manifest.fields", EV_PASS, "2 required fields", NULL);
}

static void a_field_is_missing_in_each_of_these(void **state)
{
	static const struct { const char *field, *manifest, *detail; }
	cases[] = {
		{ "udi_di", "{}", "udi_di is missing" },
		{ "udi_di", "{\"udi_di\":null}", "udi_di is missing" },
		{ "udi_di", "{\"udi_di\":\"\"}", "udi_di is empty" },
		{ "udi_di", "{\"udi_di\":\"TBD\"}",
		  "udi_di is a placeholder: 'TBD'" },
		{ "limitations", "{\"limitations\":[]}",
		  "limitations is empty" },
		{ "limitations", "{\"limitations\":{}}",
		  "limitations is empty" },
		{ "limitations", "{\"limitations\":[\"none under 18\",\"?\"]}",
		  "limitations[1] is a placeholder: '?'" },
		{ "training_data.labelling",
		  "{\"training_data\":{\"labelling\":{\"guideline\":"
		  "\"todo\"}}}",
		  "training_data.labelling.guideline is a placeholder: "
		  "'todo'" },
		{ "training_data.labelling",
		  "{\"training_data\":{\"not_applicable\":\"rule-based\"}}",
		  "training_data.labelling is missing: the manifest says that "
		  "training_data does not apply" },
		{ "training_data.labelling",
		  "{\"training_data\":{\"not_applicable\":\"rule-based\","
		  "\"labelling\":\"by two cardiologists\"}}",
		  "training_data.labelling is missing: the manifest says that "
		  "training_data does not apply" },
		{ "training_data.labelling.guideline",
		  "{\"training_data\":{\"labelling\":{\"not_applicable\":"
		  "\"no labels\",\"guideline\":\"v2\"}}}",
		  "training_data.labelling.guideline is missing: the manifest "
		  "says that training_data.labelling does not apply" },
		{ "container", "{\"container\":{\"not_applicable\":\"bare "
		  "metal\"}}", "container is missing: the manifest says that "
		  "container does not apply" },
		{ "model.version.major", "{\"model\":{\"version\":\"2\"}}",
		  "model.version.major is missing" },
		/* what is known has one place, and that is not `extra` */
		{ "udi_di", "{\"extra\":{\"udi_di\":\"0123\"}}",
		  "udi_di is missing" },
		{ "training_data.labelling", "{\"extra\":{\"training_data\":"
		  "{\"labelling\":\"x y\"}}}",
		  "training_data.labelling is missing" },
		{ "site", "{\"extra\":{\"site\":\"unknown\"}}",
		  "site is a placeholder: 'unknown'" },
		{ "site", "{\"extra\":{\"other\":\"a\"}}", "site is missing" },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		rf_again(state);
		want_field(EV_TIER_NONE, cases[i].field);
		manifest(1, RF_CI, cases[i].manifest);
		rf_judge();
		rf_says("manifest.fields", EV_FAIL, cases[i].detail,
			AFTER_FIELD);
		assert_string_equal(rf_rule("manifest.fields")->detail,
				    cases[i].detail);
	}
}

static void fields_of_the_users_own_are_found_under_extra(void **state)
{
	(void)state;
	want_field(EV_TIER_NONE, "site");
	want_field(EV_TIER_NONE, "training_data.consent");
	want_field(EV_TIER_NONE, "extra.ward");
	manifest(1, RF_CI, "{\"training_data\":{\"snapshot\":\"s\"},"
		 "\"extra\":{\"site\":\"north\",\"ward\":\"3b\","
		 "\"training_data\":{\"consent\":\"2024/17\"}}}");
	rf_judge();
	rf_says("manifest.fields", EV_PASS, "3 required fields", NULL);
}

static void fields_are_asked_for_from_their_tier_upward(void **state)
{
	static const struct { const char *tier; bool asked; } cases[] = {
		{ "low", false }, { "moderate", false }, { "high", true },
		{ "critical", true },
	};
	char text[40], detail[80];
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		rf_again(state);
		want_field(EV_TIER_HIGH, "udi_di");
		snprintf(text, sizeof(text), "{\"risk_tier\":\"%s\"}",
			 cases[i].tier);
		manifest(1, RF_CI, text);
		rf_judge();
		snprintf(detail, sizeof(detail), "udi_di is missing (required "
			 "for tier '%s')", cases[i].tier);
		if (cases[i].asked)
			rf_says("manifest.fields", EV_FAIL, detail,
				AFTER_FIELD);
		else
			assert_null(rf_rule("manifest.fields"));
	}
}

static void every_missing_field_is_counted_and_some_are_told(void **state)
{
	static const char *const names[] = { "udi_di", "limitations",
		"training.commit", "qms.dhf", "sbom.digest", "model.format" };
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(names); i++)
		want_field(EV_TIER_NONE, names[i]);
	manifest(1, RF_CI, "{}");
	rf_judge();
	rf_says("manifest.fields", EV_FAIL, "udi_di is missing; limitations is "
		"missing; training.commit is missing; qms.dhf is missing; and "
		"2 more", AFTER_FIELD);
}

static void each_of_equal_manifests_must_have_the_fields(void **state)
{
	(void)state;
	want_field(EV_TIER_NONE, "environment.gpu");
	manifest(1, RF_CI, "{\"environment\":{}}");
	manifest(2, RF_CI, "{\"environment\":{\"gpu\":\"A100\"}}");
	rf_judge();
	assert_false(rf.manifests_differ);
	rf_says("manifest.fields", EV_FAIL, "environment.gpu is missing",
		AFTER_FIELD);
}

static void without_a_manifest_no_field_is_there(void **state)
{
	(void)state;
	want_field(EV_TIER_CRITICAL, "udi_di");
	rf_judge();
	rf_says("manifest.fields", EV_FAIL, "no manifest for 9d03e77", ATTACH);
}

static void a_long_placeholder_is_cut_between_letters(void **state)
{
	(void)state;
	want_field(EV_TIER_NONE, "udi_di");
	manifest(1, RF_CI, "{\"udi_di\":\"<\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
		 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
		 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
		 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9>\"}");
	rf_judge();
	rf_says("manifest.fields", EV_FAIL, "\xc3\xa9...'", AFTER_FIELD);
}

/* Core --------------------------------------------------------------------- */

#define D "\"digest\":\"sha256:abab\""
#define HEAD "{\"source\":{\"commit\":\"c\",\"tree\":\"t\"," \
	"\"treeSha256\":\"s\"},\"built_at\":\"2026-01-31T12:00:00Z\"," \
	"\"product\":{\"name\":\"p\",\"release\":\"2\"},"
#define MODEL "\"model\":{\"registry_id\":\"r\",\"name\":\"n\"," \
	"\"version\":\"2\"," D "},"
#define DATA "\"training_data\":{\"snapshot\":\"s\"," D "}," \
	"\"validation_data\":{\"id\":\"v\",\"kind\":\"mixed\"," D "},"
#define BOX "\"container\":{" D "},"
#define REST "\"feature_schema\":{\"version\":\"5\"," D "}," \
	"\"suite\":{\"id\":\"s\",\"version\":\"3\"," D "}," \
	"\"environment\":{\"fingerprint\":\"f\"}," \
	"\"intended_use\":{\"id\":\"i\",\"statement\":\"s\"}," \
	"\"risk_tier\":\"low\","
#define CALIBRATION "\"calibration\":{\"method\":\"m\"," \
	"\"parameters\":{\"bins\":20}},"
#define CLAIMS "\"claims\":[{\"id\":\"c\",\"statement\":\"s\"}],"
#define CHANGE "\"change\":{\"id\":\"CR-1\",\"reason\":\"r\"}}"

static void what_a_manifest_always_says_is_enough(void **state)
{
	static const char *const good[] = {
		HEAD MODEL DATA BOX REST CALIBRATION CLAIMS CHANGE,
		HEAD MODEL DATA BOX REST CALIBRATION "\"claims\":[]," CHANGE,
		HEAD MODEL DATA BOX REST CLAIMS "\"calibration\":{\"method\":"
			"\"m\",\"parameters\":null," D "}," CHANGE,
		HEAD MODEL BOX REST CALIBRATION CLAIMS "\"training_data\":"
			"{\"not_applicable\":\"rule-based, not trained\"},"
			"\"validation_data\":{\"scenario_pack\":\"p\","
			"\"kind\":\"synthetic\"," D "}," CHANGE,
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(good); i++) {
		rf_again(state);
		want_manifest();
		manifest(1, RF_CI, good[i]);
		rf_judge();
		rf_says("manifest.fields", EV_PASS, "all that a manifest "
			"always says", NULL);
	}
}

static void what_a_manifest_always_says_must_be_there(void **state)
{
	static const struct { const char *manifest, *detail; } cases[] = {
		{ HEAD MODEL DATA REST CALIBRATION CLAIMS CHANGE,
		  "container is missing" },
		{ HEAD MODEL DATA REST CALIBRATION CLAIMS
		  "\"container\":null," CHANGE, "container is missing" },
		{ HEAD MODEL DATA REST CALIBRATION CLAIMS
		  "\"container\":{\"image\":\"i\"}," CHANGE,
		  "container.digest is missing" },
		{ HEAD MODEL DATA REST CALIBRATION CLAIMS
		  "\"container\":{\"digest\":\"TBD\"}," CHANGE,
		  "container.digest is a placeholder: 'TBD'" },
		{ HEAD MODEL DATA REST CALIBRATION CLAIMS
		  "\"container\":{\"not_applicable\":true}," CHANGE,
		  "container does not apply, but no reason is given" },
		{ HEAD MODEL DATA REST CALIBRATION CLAIMS
		  "\"container\":{\"not_applicable\":1234567890}," CHANGE,
		  "container does not apply, but no reason is given" },
		{ HEAD MODEL DATA REST CALIBRATION CLAIMS
		  "\"container\":{\"not_applicable\":\"no\"}," CHANGE,
		  "container does not apply, but no reason is given" },
		{ HEAD MODEL DATA REST CALIBRATION CLAIMS
		  "\"container\":{\"not_applicable\":\"TBD by the team\"},"
		  CHANGE, "container does not apply, but no reason is given" },
		{ HEAD MODEL DATA BOX REST CLAIMS
		  "\"calibration\":{\"method\":\"m\"}," CHANGE,
		  "calibration.parameters is missing" },
		{ HEAD MODEL DATA BOX REST CALIBRATION CHANGE,
		  "claims is missing" },
		{ HEAD MODEL DATA BOX REST CALIBRATION CLAIMS
		  "\"change\":{\"not_applicable\":\"first release of all\"}}",
		  "change always applies" },
		{ HEAD DATA BOX REST CALIBRATION CLAIMS
		  "\"change\":{\"id\":\"\"}}",
		  "model is missing; change.id is empty; change.reason is "
		  "missing" },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		rf_again(state);
		want_manifest();
		manifest(1, RF_CI, cases[i].manifest);
		rf_judge();
		rf_says("manifest.fields", EV_FAIL, cases[i].detail,
			AFTER_FIELD);
		assert_string_equal(rf_rule("manifest.fields")->detail,
				    cases[i].detail);
	}
}

static void what_is_always_and_also_required_is_told_once(void **state)
{
	(void)state;
	want_manifest();
	want_field(EV_TIER_HIGH, "container.digest");
	want_field(EV_TIER_NONE, "udi_di");
	rf_req.at_least = EV_TIER_HIGH;
	manifest(1, RF_CI, HEAD MODEL DATA REST CALIBRATION CLAIMS
		 "\"container\":{\"image\":\"i\"}," CHANGE);
	rf_judge();
	rf_says("manifest.fields", EV_FAIL, "container.digest is missing; "
		"udi_di is missing", AFTER_FIELD);
	assert_string_equal(rf_rule("manifest.fields")->detail,
			    "container.digest is missing; udi_di is missing");
}

#define T(name) cmocka_unit_test_setup_teardown(name, rf_setup, rf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_manifest_by_the_right_people_passes),
		T(without_a_manifest_the_rule_fails_with_the_command),
		T(a_manifest_that_a_remote_may_have_is_incomplete),
		T(a_manifest_by_somebody_else_does_not_count),
		T(equal_manifests_pass),
		T(manifests_that_differ_fail_and_name_one_that_does),
		T(a_superseded_manifest_does_not_count),
		T(a_manifest_supersedes_none_of_another_name),
		T(the_tier_is_what_the_manifest_says),
		T(a_tier_that_is_high_enough_passes),
		T(a_tier_that_is_lower_than_the_policys_fails),
		T(of_several_manifests_the_lowest_tier_is_held),
		T(a_manifest_that_says_no_tier_fails),
		T(without_a_manifest_nobody_says_a_tier),
		T(no_tier_is_asked_for_unless_the_policy_does),
		T(fields_that_are_there_pass),
		T(a_field_is_missing_in_each_of_these),
		T(fields_of_the_users_own_are_found_under_extra),
		T(fields_are_asked_for_from_their_tier_upward),
		T(every_missing_field_is_counted_and_some_are_told),
		T(each_of_equal_manifests_must_have_the_fields),
		T(without_a_manifest_no_field_is_there),
		T(a_long_placeholder_is_cut_between_letters),
		T(what_a_manifest_always_says_is_enough),
		T(what_a_manifest_always_says_must_be_there),
		T(what_is_always_and_also_required_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
