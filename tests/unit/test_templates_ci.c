#include "base/compat.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "data/json.h"
#include "data/yaml.h"

/* The tests run at the top of the source, as tests/run starts them. */
static struct ev_value *must_read(const char *path, bool json)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_value *v = NULL;
	int ret;

	if (ev_file_read(&text, path, EV_DATA_MAX_BYTES) < 0)
		fail_msg("%s", ev_error_last()->message);
	ret = json ? ev_json_read(&v, path, text.ptr, text.len) :
		ev_yaml_read(&v, path, text.ptr, text.len);
	ev_buf_release(&text);
	if (ret < 0)
		fail_msg("%s", ev_error_last()->message);
	return v;
}

static const struct ev_value *must_get(const struct ev_value *v,
				       const char *path, enum ev_type type)
{
	const struct ev_value *found = ev_get_path(v, path);

	if (!found)
		fail_msg("%s: no %s", v->file, path);
	else if (found->type != type)
		fail_msg("%s: %s is a %s", v->file, path,
			 ev_type_name(found->type));
	return found;
}

static void must_find(glob_t *g, const char *pattern, size_t n)
{
	assert_int_equal(glob(pattern, 0, NULL, g), 0);
	assert_int_equal(g->gl_pathc, n);
}

/* Each step has a name and runs a block; no action is used. */
static void check_steps(const struct ev_value *job)
{
	const struct ev_value *steps = must_get(job, "steps", EV_LIST), *run;
	size_t i;

	assert_true(steps->n > 0);
	for (i = 0; i < steps->n; i++) {
		assert_non_null(ev_get_string(steps->items[i], "name"));
		run = must_get(steps->items[i], "run", EV_STRING);
		assert_true(run->quoted);
		assert_null(ev_get(steps->items[i], "uses"));
		assert_null(strstr(run->text, "${{"));
	}
}

static void workflows_of_github_are_strict_yaml(void **state)
{
	const struct ev_value *jobs;
	struct ev_value *v;
	size_t i, k;
	glob_t g;

	(void)state;
	must_find(&g, "templates/ci/github/*.yml", 4);
	for (i = 0; i < g.gl_pathc; i++) {
		v = must_read(g.gl_pathv[i], false);
		must_get(v, "on", EV_MAP);
		must_get(v, "permissions.contents", EV_STRING);
		jobs = must_get(v, "jobs", EV_MAP);
		for (k = 0; k < jobs->n; k++)
			check_steps(jobs->items[k]);
		ev_value_free(v);
	}
	globfree(&g);
}

static void pipelines_of_gitlab_are_strict_yaml(void **state)
{
	static const char *const jobs[] = {
		"evidence-record", "evidence", "evidence-verify"
	};
	struct ev_value *v;
	size_t i, k;

	(void)state;
	v = must_read("templates/ci/gitlab/evidence.gitlab-ci.yml", false);
	/* unlike in YAML 1.1, 1 in quotes is a text, as GitLab asks for */
	must_get(v, "variables.GIT_DEPTH", EV_STRING);
	for (i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		const struct ev_value *job = ev_get(v, jobs[i]), *script;

		assert_non_null(job);
		assert_string_equal(ev_get_string(job, "extends"), ".evidence");
		must_get(job, "rules", EV_LIST);
		script = must_get(job, "script", EV_LIST);
		for (k = 0; k < script->n; k++)
			assert_int_equal(script->items[k]->type, EV_STRING);
	}
	ev_value_free(v);
}

static void rulesets_of_github_are_json(void **state)
{
	struct ev_value *v;
	size_t i;
	glob_t g;

	(void)state;
	must_find(&g, "templates/ci/github/ruleset-*.json", 4);
	for (i = 0; i < g.gl_pathc; i++) {
		v = must_read(g.gl_pathv[i], true);
		must_get(v, "conditions.ref_name.include", EV_LIST);
		must_get(v, "rules", EV_LIST);
		ev_value_free(v);
	}
	globfree(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workflows_of_github_are_strict_yaml),
		cmocka_unit_test(pipelines_of_gitlab_are_strict_yaml),
		cmocka_unit_test(rulesets_of_github_are_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
