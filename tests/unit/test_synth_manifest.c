#include "packfix.h"

#include "base/clock.h"
#include "data/json.h"
#include "synth/manifest.h"

#define SMALL "tests/data/packs/rhythm-small.yaml"
#define PATIENTS 120u

static struct ev_pack pack;
static struct ev_source source;
static struct ev_synth_result result;
static struct ev_buf text = EV_BUF_INIT;
static struct ev_value *tree;

static void draw(const char *from, const char *to)
{
	struct ev_synth_about about = { .tool_version = "1",
					.commit = "0123" };
	struct ev_synth_plan plan = { .source = &source, .jobs = 1,
				      .only = -1 };
	struct ev_buf file = EV_BUF_INIT;
	char *edited;

	assert_int_equal(ev_file_read(&file, SMALL, (size_t)1 << 20), 0);
	edited = pf_edit(file.ptr, from, to);
	pf_must(&pack, edited);
	free(edited);
	ev_buf_release(&file);
	assert_int_equal(ev_source_init(&source, &pack, 7, PATIENTS), 0);
	assert_int_equal(ev_synth_write(&result, &plan), 0);
	ev_synth_manifest(&text, &source, &result, &about);
	assert_int_equal(ev_json_read(&tree, "manifest.json", text.ptr,
				      text.len), 0);
}

static int set_up(void **state)
{
	(void)state;
	draw("tests", "tests");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ev_value_free(tree);
	ev_buf_release(&text);
	ev_synth_result_release(&result);
	ev_source_release(&source);
	ev_pack_release(&pack);
	return 0;
}

static int check(const char *json)
{
	struct ev_value *v;
	int ret;

	assert_int_equal(ev_json_read(&v, "m", json, strlen(json)), 0);
	ret = ev_synth_manifest_check(v);
	ev_value_free(v);
	return ret;
}

static void a_manifest_is_sorted_and_fits(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(ev_synth_manifest_check(tree), 0);
	for (i = 1; i < tree->n; i++)
		assert_true(strcmp(tree->keys[i - 1]->text,
				   tree->keys[i]->text) < 0);
	assert_string_equal(ev_get_string(ev_get(tree, "generator"), "commit"),
			    "0123");
	assert_string_equal(ev_get_string(tree, "cohort_digest"),
			    result.digest);
	assert_int_equal(text.ptr[text.len - 1], '\n');
}

static void an_edited_manifest_is_found(void **state)
{
	static const struct { const char *from, *to; } edits[] = {
		{ "\"training\"", "\"other\"" }, { "\"seed\":\"7\"",
						   "\"seed\":\"8\"" },
		{ "\"simulated_score\":false", "\"simulated_score\":true" },
		{ "\"retries\":", "\"retries\":1" },
		{ "\"id_prefix\":\"TST\"", "\"id_prefix\":\"TSU\"" },
	};
	char *edited;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(edits); i++) {
		edited = pf_edit(text.ptr, edits[i].from, edits[i].to);
		assert_int_equal(check(edited), EV_EINVALID);
		assert_non_null(strstr(ev_error_last()->message,
				       "was edited"));
		free(edited);
	}
}

static void what_a_manifest_lacks_is_named(void **state)
{
	char *edited = pf_edit(text.ptr, "\"simulated_score\"",
			       "\"simulated_scor\"");
	char *said;

	(void)state;
	assert_int_equal(check(edited), EV_EINVALID);
	said = pf_said();
	assert_non_null(strstr(said, "simulated_score"));
	free(said);
	free(edited);
	/* what says that it is something else is not ours to judge */
	assert_int_equal(check("{\"schema\":\"another/1\"}"), 0);
}

static void ids_are_known_from_the_manifest_alone(void **state)
{
	struct ev_synth_known k;
	struct ev_source other;
	struct ev_drawn d;
	char id[EV_DRAW_ID_SIZE + 2];
	uint64_t i;

	(void)state;
	assert_int_equal(ev_synth_known_read(&k, tree), 0);
	ev_drawn_init(&d, &pack);
	for (i = 0; i < PATIENTS; i++) {
		assert_int_equal(ev_draw(&d, &source, i), 0);
		assert_int_equal(ev_synth_known_patient(&k, d.id), 2);
		snprintf(id, sizeof(id), "P%s", d.id);
		assert_int_equal(ev_synth_known_patient(&k, id), 1);
		id[strlen(id) - 1] = id[strlen(id) - 1] == 'A' ? 'B' : 'A';
		assert_int_equal(ev_synth_known_patient(&k, id), 0);
		id[strlen(id) - 1] = '\0';
		assert_int_equal(ev_synth_known_patient(&k, id), 0);
	}
	/* another seed's, and those that a longer cohort has more */
	assert_int_equal(ev_source_init(&other, &pack, 8, PATIENTS), 0);
	for (i = 0; i < PATIENTS; i++) {
		assert_int_equal(ev_draw(&d, &other, i), 0);
		assert_int_equal(ev_synth_known_patient(&k, d.id), 0);
	}
	ev_source_release(&other);
	assert_int_equal(ev_source_init(&other, &pack, 7, PATIENTS + 9), 0);
	for (i = PATIENTS; i < PATIENTS + 9; i++) {
		assert_int_equal(ev_draw(&d, &other, i), 0);
		assert_int_equal(ev_synth_known_patient(&k, d.id), 0);
	}
	ev_source_release(&other);
	ev_drawn_release(&d);
	ev_synth_known_release(&k);
}

/* Other letters, marks or words around it: it is the same patient. */
static void ids_that_are_dressed_up_are_known(void **state)
{
	struct ev_synth_known k;
	struct ev_drawn d;
	char id[2 * EV_DRAW_ID_SIZE];
	char *letters, *p;

	(void)state;
	assert_int_equal(ev_synth_known_read(&k, tree), 0);
	ev_drawn_init(&d, &pack);
	assert_int_equal(ev_draw(&d, &source, 3), 0);
	letters = strrchr(d.id, '-') + 1;
	assert_int_equal(ev_synth_known_patient(&k, letters), 1);
	snprintf(id, sizeof(id), "%s-1", d.id);
	assert_int_equal(ev_synth_known_patient(&k, id), 1);
	snprintf(id, sizeof(id), "H04x%sx9", letters);
	assert_int_equal(ev_synth_known_patient(&k, id), 1);
	snprintf(id, sizeof(id), "%.4s %s", letters, letters + 4);
	assert_int_equal(ev_synth_known_patient(&k, id), 1);
	snprintf(id, sizeof(id), "%s", d.id);
	for (p = id; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') :
			*p == '-' ? '_' : *p;
	assert_int_equal(ev_synth_known_patient(&k, id), 1);
	/* not what has letters between its own, or not all of them */
	snprintf(id, sizeof(id), "%.4s0%s", letters, letters + 4);
	assert_int_equal(ev_synth_known_patient(&k, id), 0);
	assert_int_equal(ev_synth_known_patient(&k, letters + 1), 0);
	assert_int_equal(ev_synth_known_patient(&k, ""), 0);
	assert_int_equal(ev_synth_known_patient(&k, "MRN-70013"), 0);
	ev_drawn_release(&d);
	ev_synth_known_release(&k);
}

static void ids_are_known_where_the_key_is_the_seed(void **state)
{
	struct ev_synth_known k;
	struct ev_drawn d;

	tear_down(state);
	draw("id_prefix: TST", "key_scope: seed, id_prefix: TST");
	assert_int_equal(ev_synth_known_read(&k, tree), 0);
	ev_drawn_init(&d, &pack);
	assert_int_equal(ev_draw(&d, &source, 5), 0);
	assert_int_equal(ev_synth_known_patient(&k, d.id), 2);
	ev_drawn_release(&d);
	ev_synth_known_release(&k);
	tear_down(state);
	draw("tests", "tests");
}

#define DIGEST "sha256:" \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* What was read beside the pack is told by its digest, and whose it is. */
static void inputs_are_told_as_the_pack_calls_them(void **state)
{
	static const struct ev_synth_input input = { "reference", DIGEST };
	struct ev_synth_about about = { .inputs = &input, .n_inputs = 1 };
	const struct ev_value *v;

	tear_down(state);
	draw("longitudinal:", "guardrails: {reference: {"
	     "classification: pseudonymous,"
	     " legal_basis: consent}}\nlongitudinal:");
	ev_value_free(tree);
	ev_buf_clear(&text);
	ev_synth_manifest(&text, &source, &result, &about);
	assert_int_equal(ev_json_read(&tree, "manifest.json", text.ptr,
				      text.len), 0);
	assert_int_equal(ev_synth_manifest_check(tree), 0);
	v = ev_get(tree, "inputs")->items[0];
	assert_string_equal(ev_get_string(v, "digest"), DIGEST);
	assert_string_equal(ev_get_string(v, "role"), "reference");
	assert_string_equal(ev_get_string(v, "classification"),
			    "pseudonymous");
	assert_string_equal(ev_get_string(v, "legal_basis"), "consent");
	tear_down(state);
	draw("tests", "tests");
}

static void end_and_parents_are_those_of_the_pack(void **state)
{
	const struct ev_value *parents;

	tear_down(state);
	draw("owner: tests", "owner: tests\n  expires: 2027-03-01\n"
	     "  parents: [\"" DIGEST "\"]");
	assert_int_equal(ev_synth_manifest_check(tree), 0);
	assert_string_equal(ev_get_string(tree, "expires"), "2027-03-01");
	parents = ev_get(tree, "parents");
	assert_int_equal(parents->n, 1);
	assert_string_equal(parents->items[0]->text, DIGEST);
	tear_down(state);
	draw("tests", "tests");
}

static void an_end_or_a_parent_that_is_none_is_refused(void **state)
{
	static const char *const bad[] = {
		"expires: 2027-02-30", "expires: soon", "parents: [P1]",
		"parents: [\"sha256:00\"]",
	};
	struct ev_buf file = EV_BUF_INIT;
	struct ev_pack p;
	char *edited, *to, *said;
	size_t i;

	(void)state;
	assert_int_equal(ev_file_read(&file, SMALL, (size_t)1 << 20), 0);
	for (i = 0; i < EV_ARRAY_SIZE(bad); i++) {
		to = ev_strdupf("owner: tests\n  %s", bad[i]);
		edited = pf_edit(file.ptr, "owner: tests", to);
		assert_int_equal(ev_pack_parse(&p, "p.yaml", edited,
					       strlen(edited)), EV_EINVALID);
		said = pf_said();
		assert_non_null(strstr(said, i < 2 ? "'pack.expires'" :
				       "'pack.parents'"));
		free(said);
		free(edited);
		free(to);
	}
	ev_buf_release(&file);
}

static void files_are_known_by_their_digest(void **state)
{
	struct ev_synth_known k;

	(void)state;
	assert_int_equal(ev_synth_known_read(&k, tree), 0);
	assert_true(ev_synth_known_file(&k, result.files[1].sha256));
	assert_true(ev_synth_known_file(&k, result.digest));
	assert_false(ev_synth_known_file(&k, pack.digest));
	assert_false(ev_synth_known_file(&k, ""));
	ev_synth_known_release(&k);
}

static void read_known(struct ev_synth_known *k, const char *json)
{
	struct ev_value *v;

	assert_int_equal(ev_json_read(&v, "m", json, strlen(json)), 0);
	if (ev_synth_known_read(k, v) < 0)
		fail_msg("%s", ev_error_last()->message);
	ev_value_free(v);
}

static void a_use_is_allowed_or_not(void **state)
{
	static const struct {
		const char *manifest, *use, *why;	/* NULL: it is */
	} cases[] = {
		{ "{}", NULL, NULL }, { "{}", "anything", NULL },
		{ "{\"prohibited_uses\":[\"training\"]}", "Training", "not" },
		{ "{\"prohibited_uses\":[\"clinical claim\"]}",
		  "Clinical-Claim", "not" },
		{ "{\"prohibited_uses\":[\"training\"]}", "train", NULL },
		{ "{\"prohibited_uses\":[\"training\"]}", NULL, NULL },
		{ "{\"allowed_uses\":[\"a b\",\"c\"]}", "A_B", NULL },
		{ "{\"allowed_uses\":[\"a\",\"c\"]}", "b", "but for a, c" },
		{ "{\"allowed_uses\":[\"a\"]}", NULL, "nobody says" },
		/* what is both is prohibited */
		{ "{\"allowed_uses\":[\"a\"],\"prohibited_uses\":[\"a\"]}",
		  "a", "not" },
		{ "{\"expires\":\"2026-11-25\"}", "a", "expired on 2026-11-25" },
		{ "{\"expires\":\"2026-11-26\"}", "a", NULL },
		{ "{\"expires\":null}", "a", NULL },
	};
	struct ev_buf why = EV_BUF_INIT;
	struct ev_synth_known k;
	int64_t now;
	size_t i;

	(void)state;
	assert_int_equal(ev_time_parse(&now, "2026-11-25T00:00:00Z"), 0);
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		read_known(&k, cases[i].manifest);
		ev_buf_clear(&why);
		if (ev_synth_use_allowed(&why, &k, cases[i].use, now) !=
		    !cases[i].why)
			fail_msg("%s, %s: %s", cases[i].manifest,
				 cases[i].use ? cases[i].use : "-", why.ptr);
		if (cases[i].why)
			assert_non_null(strstr(why.ptr, cases[i].why));
		ev_synth_known_release(&k);
	}
	ev_buf_release(&why);
}

static void another_generators_manifest_is_read_as_far_as_it_goes(void **state)
{
	static const char *const bad[] = {
		"{\"allowed_uses\":\"all\"}", "{\"prohibited_uses\":[1]}",
		"{\"expires\":\"soon\"}", "{\"expires\":20261125}",
		"{\"schema\":\"" EV_SYNTH_MANIFEST "\"}",
	};
	struct ev_synth_known k;
	struct ev_value *v;
	size_t i;

	(void)state;
	read_known(&k, "{\"outputs\":[{\"name\":\"a\"},3]}");
	assert_int_equal(k.digests.n, 0);
	assert_false(k.simulated);
	assert_int_equal(ev_synth_known_patient(&k, "TST-01-AAAAAAAA"), 0);
	ev_synth_known_release(&k);
	/* what is no word for no is yes */
	read_known(&k, "{\"simulated_score\":\"false\"}");
	assert_true(k.simulated);
	ev_synth_known_release(&k);
	for (i = 0; i < EV_ARRAY_SIZE(bad); i++) {
		assert_int_equal(ev_json_read(&v, "m", bad[i],
					      strlen(bad[i])), 0);
		assert_int_equal(ev_synth_known_read(&k, v), EV_EINVALID);
		ev_value_free(v);
	}
}

static void without_a_folder_the_digests_are_those_of_the_files(void **state)
{
	struct ev_buf top = EV_BUF_INIT, folder = EV_BUF_INIT;
	struct ev_synth_plan plan = { .source = &source, .jobs = 2,
				      .only = -1 };
	struct ev_synth_result r;

	(void)state;
	assert_int_equal(ev_tmpdir(&top, "synth"), 0);
	ev_path_join(&folder, top.ptr, "out");
	plan.folder = folder.ptr;
	assert_int_equal(ev_synth_write(&r, &plan), 0);
	assert_string_equal(r.digest, result.digest);
	assert_int_equal(r.files[1].bytes, result.files[1].bytes);
	assert_int_equal(r.rows, result.rows);
	ev_synth_result_release(&r);
	ev_rmtree(top.ptr);
	ev_buf_release(&top);
	ev_buf_release(&folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_is_sorted_and_fits),
		cmocka_unit_test(an_edited_manifest_is_found),
		cmocka_unit_test(what_a_manifest_lacks_is_named),
		cmocka_unit_test(ids_are_known_from_the_manifest_alone),
		cmocka_unit_test(ids_that_are_dressed_up_are_known),
		cmocka_unit_test(ids_are_known_where_the_key_is_the_seed),
		cmocka_unit_test(inputs_are_told_as_the_pack_calls_them),
		cmocka_unit_test(end_and_parents_are_those_of_the_pack),
		cmocka_unit_test(an_end_or_a_parent_that_is_none_is_refused),
		cmocka_unit_test(files_are_known_by_their_digest),
		cmocka_unit_test(a_use_is_allowed_or_not),
		cmocka_unit_test(
			another_generators_manifest_is_read_as_far_as_it_goes),
		cmocka_unit_test(
			without_a_folder_the_digests_are_those_of_the_files),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
