#include "base/compat.h"
#include "manifest/claims.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/yaml.h"
#include "manifest/manifest.h"

#define CLAIMS_MAX_BYTES ((size_t)1 << 20)
#define CLAIMS_MAX 1000

static const struct ev_field use_fields[] = {
	{ "id", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "name by which manifests and suites refer to it" },
	{ "statement", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "the words of the labelling" },
	{ 0 }
};

static const struct ev_field claim_fields[] = {
	{ "id", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "name by which manifests and suites refer to it" },
	{ "statement", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "what is claimed" },
	{ "intended_use", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "id of the intended use that it belongs to" },
	{ 0 }
};

static const struct ev_field fields[] = {
	{ "intended_uses", EV_F_LIST, EV_F_REQUIRED, use_fields, NULL,
	  "intended uses" },
	{ "claims", EV_F_LIST, 0, claim_fields, NULL, "clinical claims" },
	{ 0 }
};

void ev_claims_release(struct ev_claims *c)
{
	ev_value_free(c->root);
	memset(c, 0, sizeof(*c));
}

static const struct ev_value *find(const struct ev_value *list, const char *id)
{
	size_t i;

	for (i = 0; list && id && i < list->n; i++)
		if (ev_streq(ev_get_string(list->items[i], "id"), id))
			return list->items[i];
	return NULL;
}

const struct ev_value *ev_claims_use(const struct ev_claims *c, const char *id)
{
	return find(c->uses, id);
}

const struct ev_value *ev_claims_claim(const struct ev_claims *c,
				       const char *id)
{
	return find(c->claims, id);
}

const char *ev_claims_closest(const struct ev_value *list, const char *id)
{
	const char **words;
	const char *near;
	size_t i;

	if (!list || !list->n)
		return NULL;
	words = ev_calloc(list->n, sizeof(*words));
	for (i = 0; i < list->n; i++)
		words[i] = ev_get_string(list->items[i], "id");
	near = ev_closest(id, words, list->n);
	free(words);
	return near;
}

static void check_item(struct ev_problems *p, const struct ev_value *list,
		       const struct ev_value *item)
{
	const struct ev_value *id = ev_get(item, "id"), *text;

	if (find(list, id->text) != item)
		ev_problem_add(p, id, NULL, "id '%s' is used twice", id->text);
	text = ev_get(item, "statement");
	if (ev_is_placeholder(id->text))
		ev_problem_add(p, id, NULL, "id '%s' is a placeholder",
			       id->text);
	if (ev_is_placeholder(text->text))
		ev_problem_add(p, text, NULL, "the statement of '%s' is a "
			       "placeholder", id->text);
}

static void check_use_of(struct ev_problems *p, const struct ev_claims *c,
			 const struct ev_value *item)
{
	const struct ev_value *use = ev_get(item, "intended_use");
	const char *near;
	char *hint = NULL;

	if (ev_claims_use(c, use->text))
		return;
	near = ev_claims_closest(c->uses, use->text);
	if (near)
		hint = ev_strdupf("did you mean '%s'?", near);
	ev_problem_add(p, use, hint, "claim '%s' names intended use '%s', "
		       "which is not listed", ev_get_string(item, "id"),
		       use->text);
	free(hint);
}

static void check(struct ev_problems *p, const struct ev_claims *c)
{
	size_t i, n = c->claims ? c->claims->n : 0;

	if (c->uses->n > CLAIMS_MAX || n > CLAIMS_MAX) {
		ev_problem_add(p, c->root, NULL, "more than %d intended uses "
			       "or claims", CLAIMS_MAX);
		return;
	}
	for (i = 0; i < c->uses->n; i++)
		check_item(p, c->uses, c->uses->items[i]);
	for (i = 0; i < n; i++) {
		check_item(p, c->claims, c->claims->items[i]);
		check_use_of(p, c, c->claims->items[i]);
	}
}

int ev_claims_parse(struct ev_claims *out, const char *file,
		    const char *text, size_t n)
{
	struct ev_problems problems = EV_PROBLEMS_INIT;
	struct ev_claims c = EV_CLAIMS_INIT;
	int ret;

	ret = ev_yaml_read(&c.root, file, text, n);
	if (ret < 0)
		goto out;
	ev_schema_check(&problems, c.root, fields, "");
	if (!problems.n) {
		c.uses = ev_get(c.root, "intended_uses");
		c.claims = ev_get(c.root, "claims");
		check(&problems, &c);
	}
	ret = ev_problems_fail(&problems);
	if (ret < 0)
		goto out;
	ev_claims_release(out);
	*out = c;
	memset(&c, 0, sizeof(c));
out:
	ev_claims_release(&c);
	ev_problems_release(&problems);
	return ret;
}

int ev_claims_read(struct ev_claims *out, struct ev_repo *r,
		   const struct ev_oid *tree)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret;

	ret = ev_tree_read(&text, r, tree, EV_CLAIMS_PATH, CLAIMS_MAX_BYTES);
	if (ret >= 0)
		ret = ev_claims_parse(out, EV_CLAIMS_PATH, text.ptr, text.len);
	ev_buf_release(&text);
	return ret;
}
