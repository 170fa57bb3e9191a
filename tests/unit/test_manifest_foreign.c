#include "gitfix.h"

#include "data/yaml.h"
#include "manifest/foreign.h"

static void versions_are_told_from_other_tags(void **state)
{
	static const struct {
		const char *tag, *version;
		bool cancels;
		int64_t number;
	} cases[] = {
		{ "m@v1.2.3", "v1.2.3", false, 0 },
		{ "m@v0.0.0!", "v0.0.0", true, 0 },
		{ "m@v1.2.3-rc.1+b.01#12", "v1.2.3-rc.1+b.01", false, 12 },
		{ "m@v1.2.3!#4", "v1.2.3", true, 4 },
		{ "m@v1.2.3-0a", "v1.2.3-0a", false, 0 },
		{ "m@v1.2", NULL, false, 0 }, { "m@1.2.3", NULL, false, 0 },
		{ "m@v1.2.3-", NULL, false, 0 }, { "m@", NULL, false, 0 },
		{ "m@v1.2.3-a..b", NULL, false, 0 }, { "m", NULL, false, 0 },
		{ "m@v1.2.3-00", NULL, false, 0 }, { "", NULL, false, 0 },
		{ "m@v1.02.3", NULL, false, 0 },
		{ "m@v1.2.3#", NULL, false, 0 },
		{ "m@v1.2.3#4!", NULL, false, 0 },
		{ "m@v1.2.3#9999999999", NULL, false, 0 },
		{ "mm@v1.2.3", NULL, false, 0 },
		{ "m#prod#1", NULL, false, 0 },
		{ "m@v1.2.3+", NULL, false, 0 },
	};
	struct ev_gto_tag tag;
	size_t i;
	bool is;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		is = ev_gto_tag_read(&tag, cases[i].tag, "m");
		if (is != !!cases[i].version)
			fail_msg("'%s' is %staken", cases[i].tag,
				 is ? "" : "not ");
		if (!is)
			continue;
		assert_string_equal(tag.version, cases[i].version);
		assert_int_equal(tag.cancels, cases[i].cancels);
		assert_int_equal(tag.number, cases[i].number);
		free(tag.version);
	}
	assert_true(ev_gto_tag_read(&tag, "a/b=m@v1.0.0", "a/b:m"));
	free(tag.version);
	assert_false(ev_gto_tag_read(&tag, "a/b:m@v1.0.0", "a/b=m"));
}

static void names_cannot_leave_their_ref(void **state)
{
	static const char *const good[] = { "m", "a-b/c", "models/x:m", "M1" };
	static const char *const bad[] = {
		"", "*", "a b", ":m", "m:", "a:b:c", "m@v1", "a^b", "m[1]",
		"-m", "../m", "a:/m",
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(good); i++)
		if (!ev_gto_is_name(good[i]))
			fail_msg("'%s' is refused", good[i]);
	for (i = 0; i < EV_ARRAY_SIZE(bad); i++)
		if (ev_gto_is_name(bad[i]))
			fail_msg("'%s' passes", bad[i]);
}

static void before_dvc_3_the_member_names_the_hash(void **state)
{
	static const char text[] =
		"outs: [{path: a, md5: 22a1a2931c8370d3aeedd7183606fd7f}]\n";
	struct ev_value *root;
	struct ev_dvc_out out;

	(void)state;
	fix_ok(ev_yaml_read(&root, "a.dvc", text, strlen(text)));
	fix_ok(ev_dvc_read(&out, root, "a"));
	assert_string_equal(out.digest, "md5:22a1a2931c8370d3aeedd7183606fd7f");
	assert_true(out.weak);
	assert_int_equal(out.size, -1);
	fix_fails(ev_dvc_read(&out, root, "b"), EV_EINVALID,
		  "a.dvc:1:1: there is no output 'b'");
	ev_value_free(root);
}

static void of_several_frameworks_none_is_taken(void **state)
{
	static const char text[] =
		"flavors:\n"
		"  python_function: {data: d.pt}\n"
		"  onnx: {onnx_version: 1.16, data: m.onnx}\n"
		"  pytorch: {pytorch_version: 2.1, model_data: d}\n";
	struct ev_value *root;
	struct ev_mlmodel m;

	(void)state;
	fix_ok(ev_yaml_read(&root, "MLmodel", text, strlen(text)));
	fix_ok(ev_mlmodel_read(&m, root));
	assert_null(m.framework);
	assert_null(m.registry_id);
	assert_string_equal(m.file, "d.pt");
	ev_mlmodel_release(&m);
	ev_value_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_told_from_other_tags),
		cmocka_unit_test(names_cannot_leave_their_ref),
		cmocka_unit_test(before_dvc_3_the_member_names_the_hash),
		cmocka_unit_test(of_several_frameworks_none_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
