#include "base/compat.h"
#include "manifest/build.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "data/yaml.h"

#define POLICY_PATH ".evidence/policy.yaml"
#define SUITE_DIR ".evidence/suites"
#define CONTROL_MAX_BYTES ((size_t)4 << 20)

/* A file of the tree as a value; NULL where there is none or it is broken,
 * which is for those to say whose file it is. */
static struct ev_value *read_yaml(struct ev_build *b, const char *path,
				  char digest[80])
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_value *root = NULL;
	char hex[65];

	if (ev_tree_read(&text, b->r, &b->tree, path, CONTROL_MAX_BYTES) < 0 ||
	    ev_yaml_read(&root, path, text.ptr, text.len) < 0)
		ev_error_clear();
	if (digest) {
		ev_sha256_hex(hex, text.ptr, text.len);
		snprintf(digest, 80, "sha256:%s", hex);
	}
	ev_buf_release(&text);
	return root;
}

/* A known value that the file states too must be the same there. */
static void state(struct ev_build *b, const char *section, const char *field,
		  const char *text)
{
	const struct ev_value *given = ev_build_member(b, section, field);

	if (given && strcmp(given->text, text))
		ev_problem_add(&b->problems, given, NULL, "%s.%s is %s, not "
			       "'%s'", section, field, text, given->text);
	ev_build_text(b, section, field, text);
}

int ev_build_source(struct ev_build *b)
{
	const struct ev_value *given = ev_get(b->root, "built_at");
	int64_t at = b->options->built_at;
	char hex[EV_OID_HEX + 1], digest[80], time[EV_TIME_TEXT];
	int ret;

	ev_oid_hex(hex, b->commit);
	state(b, "source", "commit", hex);
	ev_oid_hex(hex, &b->tree);
	state(b, "source", "tree", hex);
	memcpy(digest, "sha256:", 7);
	ret = ev_tree_sha256(digest + 7, b->r, &b->tree);
	if (ret < 0)
		return ret;
	state(b, "source", "treeSha256", digest);
	if (!at && (ret = ev_build_time(&at)) < 0)
		return ret;
	ev_time_format(time, at);
	if (given && given->type != EV_NULL)
		ev_problem_add(&b->problems, given, NULL, "built_at comes from "
			       "the clock or SOURCE_DATE_EPOCH and cannot be "
			       "given");
	ev_build_text(b, "built_at", "", time);
	state(b, "environment", "fingerprint", b->env->fingerprint);
	return 0;
}

int ev_build_product(struct ev_build *b)
{
	const struct ev_value *given = ev_build_member(b, "product", "name");
	struct ev_value *policy = read_yaml(b, POLICY_PATH, NULL);
	const char *name = ev_get_string(ev_get(policy, "product"), "name");

	if (name && given && strcmp(given->text, name))
		ev_problem_add(&b->problems, given, NULL, "product.name is "
			       "'%s', but %s says '%s'", given->text,
			       POLICY_PATH, name);
	ev_value_free(policy);
	return 0;
}

/* The suite's own id and version against what the manifest says. */
static void take_suite(struct ev_build *b, const char *path,
		       const struct ev_value *root, const char *digest)
{
	const struct ev_value *suite = ev_get(root, "suite");
	const struct ev_value *v = ev_get(suite, "version");
	const struct ev_value *given = ev_build_member(b, "suite", "digest");
	const char *id = ev_get_string(suite, "id");

	if (id && !ev_is_placeholder(id))
		state(b, "suite", "id", id);
	if (v && (v->type == EV_STRING || v->type == EV_NUMBER))
		state(b, "suite", "version", v->text);
	/* with a path it was compared there */
	if (given && !ev_build_member(b, "suite", "path") &&
	    !ev_is_placeholder(given->text) && strcmp(given->text, digest))
		ev_problem_add(&b->problems, given, NULL, "suite.digest is not "
			       "that of '%s', which is %s", path, digest);
	if (!ev_build_fact(b, "suite.digest"))
		ev_build_text(b, "suite", "digest", digest);
}

struct suite_search {
	struct ev_build *b;
	const char *id;
	struct ev_strs ids;
	bool found;
};

static int visit_suite(void *ctx, const struct ev_tree_entry *e)
{
	struct suite_search *s = ctx;
	struct ev_value *root;
	const char *id;
	char *path, digest[80];

	if (!ev_ends_with(e->path, ".yaml") || (e->mode & 0170000) != 0100000)
		return 0;
	path = ev_strdupf("%s/%s", SUITE_DIR, e->path);
	root = read_yaml(s->b, path, digest);
	id = ev_get_string(ev_get(root, "suite"), "id");
	if (id)
		ev_strs_add(&s->ids, id);
	if (ev_streq(id, s->id)) {
		take_suite(s->b, path, root, digest);
		s->found = true;
	}
	ev_value_free(root);
	free(path);
	return s->found ? EV_ESTOP : 0;
}

static void say_unknown_suite(struct suite_search *s,
			      const struct ev_value *at)
{
	const char *near = ev_closest(s->id, (const char *const *)s->ids.items,
				      s->ids.n);
	char *hint = near ? ev_strdupf("did you mean '%s'?", near) : NULL;

	if (s->ids.n)
		ev_problem_add(&s->b->problems, at, hint, "suite.id '%s' is "
			       "no suite in %s", s->id, SUITE_DIR);
	else
		ev_strs_addf(s->b->warnings, "suite '%s' is not in %s of %s: "
			     "no file there says suite: {id, version}",
			     s->id, SUITE_DIR, s->b->name);
	free(hint);
}

int ev_build_suite(struct ev_build *b)
{
	const struct ev_value *id = ev_build_member(b, "suite", "id");
	const struct ev_value *path = ev_build_member(b, "suite", "path");
	struct suite_search s = { b, id ? id->text : NULL, EV_STRS_INIT,
				  false };
	struct ev_value *root;
	struct ev_oid dir;
	char digest[80];
	unsigned mode;
	int ret = 0;

	if (path && path->type == EV_STRING) {
		root = read_yaml(b, path->text, digest);
		if (root)
			take_suite(b, path->text, root, digest);
		ev_value_free(root);
		return 0;
	}
	if (!id || ev_is_placeholder(id->text))
		return 0;
	if (ev_tree_entry(&dir, &mode, b->r, &b->tree, SUITE_DIR) >= 0 &&
	    mode == 040000)
		ret = ev_tree_each(b->r, &dir, visit_suite, &s);
	else
		ev_error_clear();
	if (ret == EV_ESTOP)
		ret = 0;
	if (!ret && !s.found)
		say_unknown_suite(&s, id);
	ev_strs_release(&s.ids);
	return ret;
}

static void unknown_id(struct ev_build *b, const struct ev_value *at,
		       const char *what, const struct ev_value *list)
{
	const char *near = ev_claims_closest(list, at->text);
	char *hint = near ? ev_strdupf("did you mean '%s'?", near) : NULL;

	ev_problem_add(&b->problems, at, hint, "%s '%s' is not in %s", what,
		       at->text, EV_CLAIMS_PATH);
	free(hint);
}

/* The one intended use there is need not be named. */
static const char *take_use(struct ev_build *b)
{
	const struct ev_value *id = ev_build_member(b, "intended_use", "id");
	const struct ev_value *use = NULL;

	if (id && ev_is_placeholder(id->text))
		return NULL;
	if (id) {
		use = ev_claims_use(&b->claims, id->text);
		if (!use)
			unknown_id(b, id, "intended_use.id", b->claims.uses);
	} else if (b->claims.uses->n == 1) {
		use = b->claims.uses->items[0];
	}
	if (!use)
		return NULL;
	ev_build_text(b, "intended_use", "id", ev_get_string(use, "id"));
	state(b, "intended_use", "statement", ev_get_string(use, "statement"));
	return ev_get_string(use, "id");
}

static bool given_before(const struct ev_value *list, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (list->items[i]->type == EV_STRING &&
		    !strcmp(list->items[i]->text, list->items[at]->text))
			return true;
	return false;
}

static void check_claims(struct ev_build *b, const struct ev_value *list,
			 const char *use)
{
	const struct ev_value *v, *claim;
	const char *of;
	size_t i;

	for (i = 0; i < list->n; i++) {
		v = list->items[i];
		if (v->type != EV_STRING || ev_is_placeholder(v->text))
			continue;
		claim = ev_claims_claim(&b->claims, v->text);
		of = ev_get_string(claim, "intended_use");
		if (!claim)
			unknown_id(b, v, "claim", b->claims.claims);
		else if (use && strcmp(of, use))
			ev_problem_add(&b->problems, v, NULL, "claim '%s' "
				       "belongs to intended use '%s', not "
				       "'%s'", v->text, of, use);
		if (given_before(list, i))
			ev_problem_add(&b->problems, v, NULL, "claim '%s' is "
				       "given twice", v->text);
	}
}

static bool has_claims(const struct ev_build *b, const char *use)
{
	const struct ev_value *list = b->claims.claims;
	size_t i;

	for (i = 0; use && list && i < list->n; i++)
		if (ev_streq(ev_get_string(list->items[i], "intended_use"),
			     use))
			return true;
	return false;
}

int ev_build_claims(struct ev_build *b)
{
	const struct ev_value *list = ev_build_section(b, "claims");
	const char *use;
	int ret;

	ret = ev_claims_read(&b->claims, b->r, &b->tree);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		ev_problem_add(&b->problems, NULL, NULL,
			       "'%s' is not in %s", EV_CLAIMS_PATH, b->name);
		return 0;
	}
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_build_take_error(b);
		return 0;
	}
	if (ret < 0)
		return ret;
	use = take_use(b);
	if (list && list->type == EV_LIST)
		check_claims(b, list, use);
	else if (!list && !ev_build_not_applicable(b, "claims") &&
		 has_claims(b, use))
		/* written from claims.yaml, in its order */
		ev_build_text(b, "claims", "", use);
	return 0;
}
