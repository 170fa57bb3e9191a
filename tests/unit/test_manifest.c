#include "gitfix.h"

#include "data/json.h"
#include "manifest/environment.h"
#include "manifest/manifest.h"

#define DIGEST "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d" \
	"6c15b0f00a08"

static const char manifest[] =
	"product: {name: RhythmGuard, release: v2.8.1}\n"
	"model: {registry_id: mr-12, name: rhythm, version: 2.80,"
	" path: model.bin}\n"
	"training_data: {snapshot: ecg-2025q4, digest: \"" DIGEST "\"}\n"
	"validation_data: {id: val-1, digest: \"" DIGEST "\","
	" kind: real_world}\n"
	"container: {not_applicable: runs on the bare device}\n"
	"feature_schema: {version: 3, path: features.json}\n"
	"calibration: {method: isotonic, parameters: {a: 1.50}}\n"
	"suite: {id: afib}\n"
	"intended_use: {id: IU-1}\n"
	"risk_tier: high\n"
	"change: {id: CR-7, reason: retrained on new data}\n";

static const char claims[] =
	"intended_uses:\n"
	"  - {id: IU-1, statement: detects AF in adults}\n"
	"  - {id: IU-2, statement: detects AF in children}\n"
	"claims:\n"
	"  - {id: CLM-1, statement: is sensitive, intended_use: IU-1}\n"
	"  - {id: CLM-2, statement: is specific, intended_use: IU-1}\n"
	"  - {id: CLM-3, statement: is small, intended_use: IU-2}\n";

static void put(const char *path, const char *text)
{
	fix_ok(ev_file_replace(path, text, strlen(text), 0644));
}

/* A repository whose manifest is whole, and we in it. */
static int device(void **state)
{
	fix_setup(state);
	fix_run("git init -q -b main dev && mkdir -p dev/.evidence/suites");
	if (chdir("dev"))
		return -1;
	put("model.bin", "weights\n");
	put("features.json", "{}\n");
	put(".evidence/policy.yaml", "product: {id: x, name: RhythmGuard}\n");
	put(".evidence/claims.yaml", claims);
	put(".evidence/suites/afib.yaml",
	    "suite: {id: afib, version: 3.2.0}\n");
	put(".evidence/manifest.yaml", manifest);
	fix_run("git add . && git commit -qm first");
	return 0;
}

struct built {
	int ret;
	struct ev_value *root;		/* NULL on failure */
	struct ev_strs warnings;
	char *error;			/* message and details, LF-ended */
};

static void build_with(struct built *b, const char *rev,
		       struct ev_manifest_options *o)
{
	struct ev_environment env = EV_ENVIRONMENT_INIT;
	struct ev_buf members = EV_BUF_INIT, text = EV_BUF_INIT;
	struct ev_repo *r = NULL;
	struct ev_oid commit;

	memset(b, 0, sizeof(*b));
	ev_strs_add(ev_environment_section(&env, "os"), "id debian");
	ev_environment_seal(&env);
	o->env = &env;
	fix_ok(ev_repo_open(&r, NULL));
	fix_ok(ev_repo_commit(&commit, r, rev));
	b->ret = ev_manifest_build(&members, &b->warnings, r, &commit, o);
	if (b->ret >= 0) {
		ev_buf_addf(&text, "{%s}", members.ptr);
		fix_ok(ev_json_read(&b->root, "members", text.ptr, text.len));
	} else {
		assert_int_equal(members.len, 0);
		b->error = ev_strdupf("%s\n%s", ev_error_last()->message,
				      ev_error_last()->details);
	}
	ev_repo_close(r);
	ev_environment_release(&env);
	ev_buf_release(&members);
	ev_buf_release(&text);
}

static void build(struct built *b)
{
	struct ev_manifest_options o = { .built_at = 1700000000 };

	build_with(b, "HEAD", &o);
}

static void release(struct built *b)
{
	ev_value_free(b->root);
	ev_strs_release(&b->warnings);
	free(b->error);
}

static void is(const struct built *b, const char *path, const char *text)
{
	const struct ev_value *v;

	if (!b->root)
		fail_msg("refused: %s", b->error);
	v = ev_get_path(b->root, path);
	if (!v || v->type != EV_STRING || strcmp(v->text, text))
		fail_msg("%s is '%s', not '%s'", path, v && v->text ? v->text :
			 "(none)", text);
}

static void says(const struct built *b, const char *part)
{
	if (!b->error || !strstr(b->error, part))
		fail_msg("no '%s' in: %s", part, b->error ? b->error : "(ok)");
}

static size_t lines(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

/* Commit the manifest after a sed script, build, and expect a refusal with
 * `part` and as many lines as given. */
static void refused(const char *script, const char *part, size_t n)
{
	struct built b;

	put(".evidence/manifest.yaml", manifest);
	fix_run("sed -i '%s' .evidence/manifest.yaml && git add . &&"
		" git commit -q --allow-empty -m x", script);
	build(&b);
	if (!b.error)
		fail_msg("'%s' is accepted", script);
	assert_int_equal(b.ret, EV_EINVALID);
	says(&b, part);
	if (lines(b.error) != n)
		fail_msg("'%s': %zu lines, not %zu: %s", script,
			 lines(b.error), n, b.error);
	release(&b);
}

static void accepted(struct built *b, const char *script)
{
	put(".evidence/manifest.yaml", manifest);
	fix_run("sed -i '%s' .evidence/manifest.yaml && git add . &&"
		" git commit -q --allow-empty -m x", script);
	build(b);
	if (!b->root)
		fail_msg("'%s' is refused: %s", script, b->error);
}

static void a_whole_manifest_is_filled_in(void **state)
{
	struct built b;
	char *commit = fix_out("git rev-parse HEAD");
	char *tree = fix_out("git rev-parse HEAD^{tree}");
	char *suite = fix_out("printf sha256: && sha256sum"
			      " <.evidence/suites/afib.yaml | cut -c1-64");
	char *model = fix_out("printf sha256: && sha256sum <model.bin |"
			      " cut -c1-64");
	char *treesha = fix_out(
		"printf sha256: && git ls-tree -r HEAD | while read m t o p; do"
		" printf '%%s %%s\\t%%s\\0' $m $(git cat-file blob $o |"
		" sha256sum | cut -c1-64) $p; done | sha256sum | cut -c1-64");

	(void)state;
	build(&b);
	is(&b, "source.commit", commit);
	is(&b, "source.tree", tree);
	is(&b, "source.treeSha256", treesha);
	is(&b, "built_at", "2023-11-14T22:13:20Z");
	is(&b, "product.name", "RhythmGuard");
	is(&b, "model.version", "2.80");
	is(&b, "model.digest", model);
	is(&b, "model.path", "model.bin");
	is(&b, "container.not_applicable", "runs on the bare device");
	is(&b, "suite.version", "3.2.0");
	is(&b, "suite.digest", suite);
	is(&b, "intended_use.statement", "detects AF in adults");
	is(&b, "change.id", "CR-7");
	assert_non_null(ev_get_path(b.root, "environment.fingerprint"));
	assert_string_equal(ev_get_string(ev_get_path(b.root,
		"environment.sections")->items[0], "name"), "os");
	assert_int_equal(ev_get(b.root, "claims")->n, 2);
	assert_string_equal(ev_get_string(ev_get(b.root, "claims")->items[1],
					  "statement"), "is specific");
	assert_string_equal(ev_get_path(b.root, "calibration.parameters.a")
			    ->text, "1.50");
	assert_null(ev_get(b.root, "extra"));
	assert_int_equal(b.warnings.n, 0);
	release(&b);
	free(commit);
	free(tree);
	free(suite);
	free(model);
	free(treesha);
}

static void every_missing_core_field_has_a_line(void **state)
{
	struct built b;

	(void)state;
	put(".evidence/manifest.yaml", "limitations: [not for children]\n");
	fix_run("git commit -qam x");
	build(&b);
	says(&b, ".evidence/manifest.yaml:1:1: product.name is missing\n");
	says(&b, "product.release is missing\n");
	says(&b, "model.registry_id is missing\n");
	says(&b, "model.name is missing\n");
	says(&b, "model.version is missing\n");
	says(&b, "model.digest is missing\n");
	says(&b, "training_data.snapshot is missing\n");
	says(&b, "training_data.digest is missing\n");
	says(&b, "validation_data.id is missing\n");
	says(&b, "validation_data.digest is missing\n");
	says(&b, "validation_data.kind is missing\n");
	says(&b, "container.digest is missing\n");
	says(&b, "feature_schema.version is missing\n");
	says(&b, "feature_schema.digest is missing\n");
	says(&b, "calibration.method is missing\n");
	says(&b, "calibration.parameters is missing\n");
	says(&b, "suite.id is missing\n");
	says(&b, "suite.version is missing\n");
	says(&b, "suite.digest is missing\n");
	says(&b, "intended_use.id is missing\n");
	says(&b, "claims is missing\n");
	says(&b, "risk_tier is missing\n");
	says(&b, "change.id is missing\n");
	says(&b, "change.reason is missing\n");
	assert_int_equal(lines(b.error), 24);
	release(&b);
}

static void placeholders_are_refused_where_they_stand(void **state)
{
	(void)state;
	refused("s/v2.8.1/TBD/", ".evidence/manifest.yaml:1:39: "
		"product.release is a placeholder: 'TBD'", 1);
	refused("s/mr-12/unknown/", "model.registry_id", 1);
	refused("s/kind: real_world/kind: n\\/a/", "validation_data.kind", 1);
	refused("s/9f86d[0-9a-f]*/" "0000000000000000000000000000000000000000"
		"000000000000000000000000" "/", "training_data.digest", 2);
	refused("s/isotonic/\"\"/", "calibration.method is empty", 1);
	refused("s/{a: 1.50}/{a: todo}/", "calibration.parameters.a", 1);
	refused("s/{a: 1.50}/{}/", "calibration.parameters is empty", 1);
	refused("s/runs on the bare device/TBD/",
		"container.not_applicable must give a reason", 1);
	refused("s/runs on the bare device/too short/",
		"at least 10 characters", 1);
	refused("s/retrained on new data/none/", "change.reason", 1);
	refused("$award: TBD", "ward is a placeholder", 1);
	refused("$alimitations: none", "limitations is a placeholder", 1);
}

static void misspelt_fields_name_the_likely_one(void **state)
{
	(void)state;
	refused("s/risk_tier/risk_teir/", "unknown field 'risk_teir' looks "
		"like 'risk_tier'", 2);
	refused("s/registry_id/regstry_id/", "unknown field 'model.regstry_id' "
		"looks like 'registry_id'", 2);
	refused("$alimitation: [x y]", "looks like 'limitations'", 1);
}

static void wrong_types_are_told_with_their_place(void **state)
{
	(void)state;
	refused("s/^model:.*/model: rhythm/", "2:8: field 'model' must be a "
		"map", 1);
	refused("s/risk_tier: high/risk_tier: hihg/", "one of 'low'", 1);
	refused("s/\"" DIGEST "\"/abc/", "field 'training_data.digest' must be "
		"a sha256 digest", 2);
	refused("s/real_world/realworld/", "'real_world', 'synthetic'", 1);
	refused("$aclaims: CLM-1", "field 'claims' must be a list", 1);
	refused("$asource: yes", "field 'source' must be a map", 1);
}

static void contradictions_are_refused(void **state)
{
	(void)state;
	refused("$asource: {commit: 4be1bd87f3c2a6d7c9a4d9a8a1a1b1c1d1e1f1a2}",
		"source.commit is ", 1);
	refused("s/RhythmGuard/RhythmGuards/", "product.name is "
		"'RhythmGuards', but .evidence/policy.yaml says "
		"'RhythmGuard'", 1);
	refused("s/IU-1/IU-9/", "intended_use.id 'IU-9' is not in "
		".evidence/claims.yaml", 1);
	refused("$aclaims: [CLM-1, CLM-7]", "claim 'CLM-7' is not in", 1);
	refused("$aclaims: [CLM-3]", "belongs to intended use 'IU-2'", 1);
	refused("$aclaims: [CLM-1, CLM-1]", "claim 'CLM-1' is given twice", 1);
	refused("s/model.bin/model.bin, digest: \"" DIGEST "\"/",
		"model.digest is not that of 'model.bin'", 1);
	refused("s/afib/afib, digest: \"" DIGEST "\"/",
		"suite.digest is not that of '.evidence/suites/afib.yaml'", 1);
	refused("s/afib/afib, version: 3.1.0/", "suite.version is 3.2.0", 1);
	refused("s/id: afib/id: afibb/", "'afibb' is no suite in", 3);
	refused("s/IU-1/IU-1, statement: detects all/",
		"intended_use.statement is", 1);
	refused("$aenvironment: {fingerprint: \"" DIGEST "\"}",
		"environment.fingerprint is", 1);
	refused("$abuilt_at: 2023-01-01T00:00:00Z", "built_at comes from", 1);
	refused("s/path: model.bin/path: model.bin, size: 3/",
		"model.size is computed", 1);
}

static void only_some_sections_can_be_not_applicable(void **state)
{
	static const char *const never[] = {
		"source", "product", "environment", "intended_use", "change"
	};
	struct built b;
	char *script;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(never); i++) {
		script = ev_strdupf("s/^%s:.*//;$a%s: {not_applicable: not for "
				    "this product}", never[i], never[i]);
		put(".evidence/manifest.yaml", manifest);
		refused(script, "always applies", 1);
		free(script);
	}
	refused("$asbom: {not_applicable: there is none yet}",
		"not a core field", 1);
	refused("s/bare device/bare device, digest: \"" DIGEST "\"/",
		"cannot hold other fields", 1);
	accepted(&b, "s/^model:.*/model: {not_applicable: rules without "
		 "model}/;s/^suite:.*/suite: {not_applicable: nothing "
		 "clinical changed}/;$aclaims: {not_applicable: "
		 "claims nothing clinical}");
	is(&b, "model.not_applicable", "rules without model");
	is(&b, "suite.not_applicable", "nothing clinical changed");
	is(&b, "claims.not_applicable", "claims nothing clinical");
	release(&b);
}

static void unknown_fields_are_kept_under_extra(void **state)
{
	struct built b;

	(void)state;
	accepted(&b, "s/name: rhythm/name: rhythm, colour: blue/;"
		 "$award: [a, 1.50]\\nextra: {own: none}");
	is(&b, "extra.model.colour", "blue");
	is(&b, "extra.own", "none");
	assert_string_equal(ev_get_path(b.root, "extra.ward")->items[1]->text,
			    "1.50");
	assert_null(ev_get_path(b.root, "model.colour"));
	release(&b);
	refused("$award: 1\\nextra: {ward: 2}", "stands at the top and under",
		1);
}

static void the_change_comes_from_option_trailers_or_file(void **state)
{
	struct ev_manifest_options o = { .change_id = "CR-9",
					 .change_reason = "asked for",
					 .built_at = 1 };
	struct built b;

	(void)state;
	build_with(&b, "HEAD", &o);
	is(&b, "change.id", "CR-9");
	is(&b, "change.reason", "asked for");
	release(&b);
	fix_run("git commit -q --allow-empty -m 't\n\nChange-Id: CR-8\n"
		"Change-Reason: better\n  data\n'");
	build(&b);
	is(&b, "change.id", "CR-8");
	is(&b, "change.reason", "better data");
	release(&b);
	/* one trailer alone may mean something else */
	fix_run("git commit -q --allow-empty -m 't\n\nChange-Id: I0123\n'");
	build(&b);
	is(&b, "change.id", "CR-7");
	release(&b);
	o.change_reason = "TBD";
	build_with(&b, "HEAD", &o);
	says(&b, "--reason is a placeholder");
	release(&b);
}

static void an_option_stands_over_a_placeholder_in_the_file(void **state)
{
	struct ev_manifest_options o = { .change_id = "CR-9",
					 .change_reason = "asked for",
					 .built_at = 1 };
	struct built b;

	(void)state;
	refused("s/^change:.*/change: {id: TBD, reason: TBD}/",
		"change.id is a placeholder", 2);
	build_with(&b, "HEAD", &o);
	is(&b, "change.id", "CR-9");
	is(&b, "change.reason", "asked for");
	release(&b);
}

static void the_working_file_is_never_signed(void **state)
{
	struct built b;

	(void)state;
	fix_run("sed -i 's/v2.8.1/v9/' .evidence/manifest.yaml");
	build(&b);
	is(&b, "product.release", "v2.8.1");
	assert_int_equal(b.warnings.n, 1);
	assert_non_null(strstr(b.warnings.items[0], "work tree differs"));
	release(&b);
	fix_run("git checkout -q . && sed -i 's/$/\\r/' "
		".evidence/manifest.yaml");
	build(&b);
	assert_int_equal(b.warnings.n, 0);
	release(&b);
}

static void a_commit_without_a_manifest_is_told(void **state)
{
	struct built b;

	(void)state;
	fix_run("git rm -q .evidence/manifest.yaml && git commit -qm gone");
	build(&b);
	assert_int_equal(b.ret, EV_ENOTFOUND);
	says(&b, "'.evidence/manifest.yaml' is not in");
	release(&b);
}

static void missing_claims_are_one_problem_among_others(void **state)
{
	(void)state;
	fix_run("git rm -q .evidence/claims.yaml");
	refused("s/v2.8.1/TBD/", "'.evidence/claims.yaml' is not in", 2);
}

static bool flag(const struct built *b, const char *path)
{
	const struct ev_value *v = ev_get_path(b->root, path);

	return v && v->type == EV_BOOL && v->boolean;
}

static void an_lfs_pointer_stands_for_its_content(void **state)
{
	struct built b;

	(void)state;
	put("model.bin", "version https://git-lfs.github.com/spec/v1\noid "
	    DIGEST "\nsize 4096\n");
	accepted(&b, "");
	is(&b, "model.digest", DIGEST);
	assert_true(flag(&b, "model.lfs"));
	assert_string_equal(ev_get_path(b.root, "model.size")->text, "4096");
	release(&b);
	put("model.bin", "version https://git-lfs.github.com/spec/v1\noid x\n");
	refused("", "malformed Git LFS pointer", 1);
}

static void calibration_parameters_can_lie_in_a_file(void **state)
{
	struct built b;
	char *sum = fix_out("printf sha256: && sha256sum <features.json |"
			    " cut -c1-64");

	(void)state;
	accepted(&b, "s/{a: 1.50}/{path: features.json, knots: 3}/");
	is(&b, "calibration.parameters.path", "features.json");
	is(&b, "calibration.parameters.digest", sum);
	assert_string_equal(ev_get_path(b.root, "calibration.parameters.knots")
			    ->text, "3");
	release(&b);
	accepted(&b, "s/parameters: {a: 1.50}/path: features.json/");
	is(&b, "calibration.digest", sum);
	release(&b);
	put("features.json", "");
	refused("", "feature_schema.path: 'features.json' is empty", 1);
	put("features.json", "{}\n");
	refused("s/{a: 1.50}/{path: features.json, digest: \"" DIGEST "\"}/",
		"calibration.parameters.digest is not that of", 1);
	free(sum);
}

static void links_are_followed_inside_the_tree_only(void **state)
{
	struct built b;
	char *sum = fix_out("printf sha256: && sha256sum <model.bin |"
			    " cut -c1-64");

	(void)state;
	fix_run("mkdir -p a/b && git mv model.bin a/real && ln -s ../a/b sub &&"
		" rm sub && ln -s a/b sub && ln -s ../real a/b/l &&"
		" ln -s sub/l model.bin");
	accepted(&b, "");
	is(&b, "model.digest", sum);
	assert_false(flag(&b, "model.untracked"));
	release(&b);
	fix_run("ln -sf ../../x model.bin");
	refused("", "symbolic link out of the tree", 1);
	fix_run("ln -sf /etc/passwd model.bin");
	refused("", "symbolic link out of the tree", 1);
	fix_run("ln -sf model.bin model.bin");
	refused("", "too many symbolic links", 1);
	fix_run("ln -sf a model.bin");
	refused("", "is a folder", 1);
	free(sum);
}

static void paths_that_are_no_files_are_refused(void **state)
{
	static const struct { const char *path, *part; } cases[] = {
		{ "nothing.bin", "is neither in" }, { "..\\/x", "no path" },
		{ "\\/etc\\/passwd", "no path" },
		{ ".git\\/config", "no path" },
		{ "sub\\/x", "in a submodule" }, { "sub", "is a submodule" },
		{ "features.json\\/x", "'features.json' is a file" },
		{ ".evidence", "is a folder" },
	};
	char *script;
	size_t i;

	(void)state;
	fix_run("git update-index --add --cacheinfo 160000,%s,sub &&"
		" git commit -qm sub",
		"4be1bd87f3c2a6d7c9a4d9a8a1a1b1c1d1e1f1a2");
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		script = ev_strdupf("s/path: model.bin/path: %s/",
				    cases[i].path);
		put(".evidence/manifest.yaml", manifest);
		fix_run("mkdir -p sub && sed -i '%s' .evidence/manifest.yaml &&"
			" git commit -q -m x -- .evidence", script);
		{
			struct built b;

			build(&b);
			says(&b, cases[i].part);
			release(&b);
		}
		free(script);
	}
}

static void a_file_on_disk_is_flagged_untracked(void **state)
{
	struct ev_manifest_options o = { .built_at = 1 };
	struct built b;
	char *sum;

	(void)state;
	fix_run("git rm -q --cached model.bin && git commit -qm out &&"
		" echo other >model.bin");
	sum = fix_out("printf sha256: && sha256sum <model.bin | cut -c1-64");
	build(&b);
	is(&b, "model.digest", sum);
	assert_true(flag(&b, "model.untracked"));
	assert_int_equal(b.warnings.n, 1);
	release(&b);
	/* what HEAD tracks is another version, not this one's file */
	fix_run("git add model.bin && git commit -qm back");
	build_with(&b, "HEAD~1", &o);
	says(&b, "'model.bin' is in HEAD but not in");
	release(&b);
	free(sum);
}

static void an_untracked_link_cannot_leave_the_work_tree(void **state)
{
	struct built b;

	(void)state;
	fix_run("git rm -q --cached model.bin && git commit -qm out && rm"
		" model.bin && echo x >../secret && ln -s ../secret model.bin");
	build(&b);
	says(&b, "leads out of the work tree");
	release(&b);
}

static void a_dvc_file_gives_a_weak_digest(void **state)
{
	struct built b;

	(void)state;
	put("train.dvc", "outs:\n- md5: 22a1a2931c8370d3aeedd7183606fd7f\n"
	    "  size: 14445097\n  path: data.xml\n");
	fix_run("git add train.dvc && git commit -qm dvc");
	accepted(&b, "s/^training_data:.*/training_data: {dvc: train.dvc}/");
	is(&b, "training_data.digest", "md5:22a1a2931c8370d3aeedd7183606fd7f");
	is(&b, "training_data.snapshot", "train.dvc");
	assert_int_equal(b.warnings.n, 1);
	release(&b);
	refused("s/^training_data:.*/training_data: {dvc: no.dvc}/",
		"training_data.dvc: ", 2);
	put("train.dvc", "outs: []\n");
	refused("s/^training_data:.*/training_data: {dvc: train.dvc}/",
		"there are no outputs", 2);
}

static void a_broken_yaml_is_told_with_its_place(void **state)
{
	struct built b;

	(void)state;
	put(".evidence/manifest.yaml", "product: {name: A, name: B}\n");
	fix_run("git commit -qam x");
	build(&b);
	says(&b, ".evidence/manifest.yaml:1:20: ");
	release(&b);
	put(".evidence/manifest.yaml", "- a\n");
	fix_run("git commit -qam x");
	build(&b);
	says(&b, "a manifest is a map, not a list");
	release(&b);
}

#define IN_DEVICE(f) cmocka_unit_test_setup_teardown(f, device, fix_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DEVICE(a_whole_manifest_is_filled_in),
		IN_DEVICE(every_missing_core_field_has_a_line),
		IN_DEVICE(placeholders_are_refused_where_they_stand),
		IN_DEVICE(misspelt_fields_name_the_likely_one),
		IN_DEVICE(wrong_types_are_told_with_their_place),
		IN_DEVICE(contradictions_are_refused),
		IN_DEVICE(only_some_sections_can_be_not_applicable),
		IN_DEVICE(unknown_fields_are_kept_under_extra),
		IN_DEVICE(the_change_comes_from_option_trailers_or_file),
		IN_DEVICE(an_option_stands_over_a_placeholder_in_the_file),
		IN_DEVICE(the_working_file_is_never_signed),
		IN_DEVICE(a_commit_without_a_manifest_is_told),
		IN_DEVICE(missing_claims_are_one_problem_among_others),
		IN_DEVICE(an_lfs_pointer_stands_for_its_content),
		IN_DEVICE(calibration_parameters_can_lie_in_a_file),
		IN_DEVICE(links_are_followed_inside_the_tree_only),
		IN_DEVICE(paths_that_are_no_files_are_refused),
		IN_DEVICE(a_file_on_disk_is_flagged_untracked),
		IN_DEVICE(an_untracked_link_cannot_leave_the_work_tree),
		IN_DEVICE(a_dvc_file_gives_a_weak_digest),
		IN_DEVICE(a_broken_yaml_is_told_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
