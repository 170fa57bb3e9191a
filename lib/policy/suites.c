#include "base/compat.h"

#include "policy/internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "data/yaml.h"

#define SUITES ".evidence/suites"
#define MAX_SUITE ((size_t)1 << 20)

void ev_suites_release(struct ev_policy *p)
{
	size_t i;

	for (i = 0; i < p->nsuites; i++) {
		free(p->suites[i].id);
		free(p->suites[i].version);
		free(p->suites[i].path);
		ev_strs_release(&p->suites[i].never);
	}
	free(p->suites);
	p->suites = NULL;
	p->nsuites = 0;
}

const struct ev_suite_file *ev_policy_suite(const struct ev_policy *p,
				       const char *id)
{
	size_t i;

	for (i = 0; i < p->nsuites; i++)
		if (!strcmp(p->suites[i].id, id))
			return &p->suites[i];
	return NULL;
}

/* Nothing but `never` can be said here: who may waive says the policy. */
static int read_gates(struct ev_strs *never, const struct ev_value *gates)
{
	const struct ev_value *v;
	const char *id;
	size_t i;

	for (i = 0; gates && gates->type == EV_LIST && i < gates->n; i++) {
		v = ev_get(gates->items[i], "waivable");
		if (!v)
			continue;
		if (v->type != EV_STRING || strcmp(v->text, "never"))
			return ev_fail_at(v, "a suite can only say 'waivable: "
					  "never' of a gate");
		id = ev_get_string(gates->items[i], "id");
		if (!id || !*id)
			return ev_fail_at(v, "a gate that is never to be "
					  "waived needs an id");
		ev_strs_add(never, id);
	}
	return 0;
}

static int add(struct ev_policy *p, const char *path,
	       const struct ev_value *root, const char *text, size_t n)
{
	const struct ev_value *suite = ev_get(root, "suite");
	const struct ev_value *id = ev_get(suite, "id");
	const struct ev_value *version = ev_get(suite, "version");
	const struct ev_suite_file *other;
	struct ev_suite_file *s;
	char hex[EV_SHA256_HEX + 1];

	if (!id)
		return 0;
	if (id->type != EV_STRING || !ev_name_valid(id->text))
		return ev_fail_at(id, "suite.id is no name: use letters, "
				  "digits and . _ / -");
	other = ev_policy_suite(p, id->text);
	if (other)
		return ev_fail_at(id, "suite '%s' is defined in '%s' already",
				  id->text, other->path);
	if (p->nsuites >= EV_POLICY_MAX_SUITES)
		return ev_fail(EV_ELIMIT, "more than %d suites in '%s'",
			       EV_POLICY_MAX_SUITES, SUITES);
	p->suites = ev_realloc(p->suites, (p->nsuites + 1) *
			       sizeof(*p->suites));
	s = &p->suites[p->nsuites++];
	memset(s, 0, sizeof(*s));
	s->id = ev_strdup(id->text);
	s->version = ev_strdup(version && version->text ? version->text : "");
	s->path = ev_strdup(path);
	ev_sha256_hex(hex, text, n);
	snprintf(s->digest, sizeof(s->digest), "sha256:%s", hex);
	s->real_world = ev_streq(ev_get_string(ev_get(root, "dataset"),
					       "kind"), "real_world");
	return read_gates(&s->never, ev_get(root, "gates"));
}

int ev_suite_add(struct ev_policy *p, const char *path, const char *text,
		 size_t n)
{
	struct ev_value *root;
	int ret;

	ret = ev_yaml_read(&root, path, text, n);
	if (ret == 0) {
		ret = add(p, path, root, text, n);
		ev_value_free(root);
	}
	return ret;
}

struct visit { struct ev_policy *policy; struct ev_repo *repo; };

static int visit(void *ctx, const struct ev_tree_entry *e)
{
	struct visit *v = ctx;
	struct ev_buf text = EV_BUF_INIT_MAX(MAX_SUITE);
	char *path;
	int ret;

	if ((!ev_ends_with(e->path, ".yaml") &&
	     !ev_ends_with(e->path, ".yml")) ||
	    (e->mode & 0170000) != 0100000)
		return 0;
	path = ev_strdupf(SUITES "/%s", e->path);
	ret = ev_object_read(&text, NULL, v->repo, &e->oid);
	if (ret < 0)
		ev_fail_prefix("'%s'", path);
	else
		ret = ev_suite_add(v->policy, path, text.ptr, text.len);
	ev_buf_release(&text);
	free(path);
	return ret;
}

int ev_suites_read(struct ev_policy *p, struct ev_repo *r,
		   const struct ev_oid *tree)
{
	struct visit v = { p, r };
	struct ev_oid below;
	unsigned mode;
	int ret;

	ret = ev_tree_entry(&below, &mode, r, tree, SUITES);
	if (ret == EV_ENOTFOUND)
		return 0;
	if (ret == 0 && mode == 040000)
		ret = ev_tree_each(r, &below, visit, &v);
	return ret;
}
