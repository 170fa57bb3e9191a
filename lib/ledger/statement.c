#include "base/compat.h"

#include "ledger/record.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/str.h"
#include "data/json.h"

#define MAX_SUBJECTS 1024

void ev_statement_release(struct ev_statement *s)
{
	ev_value_free(s->root);
	memset(s, 0, sizeof(*s));
}

/* Lengths of the digests that in-toto names and that we accept. */
static const struct {
	const char *name;
	size_t a, b;
} algorithms[] = {
	{ "sha256", 64, 0 }, { "sha384", 96, 0 }, { "sha512", 128, 0 },
	{ "sha224", 56, 0 }, { "sha1", 40, 0 }, { "md5", 32, 0 },
	{ "gitCommit", 40, 64 }, { "gitTree", 40, 64 },
	{ "gitBlob", 40, 64 }, { "gitTag", 40, 64 },
};

static int check_digest(const struct ev_value *key, const struct ev_value *v)
{
	size_t i;

	if (v->type != EV_STRING || !v->len)
		return ev_fail_at(v, "digest '%s' must be a string", key->text);
	for (i = 0; i < EV_ARRAY_SIZE(algorithms); i++) {
		if (strcmp(algorithms[i].name, key->text))
			continue;
		if (ev_is_hex(v->text, algorithms[i].a) ||
		    (algorithms[i].b && ev_is_hex(v->text, algorithms[i].b)))
			return 0;
		return ev_fail_at(v, "digest '%s' is not %zu lower-case hex "
				  "digits", key->text, algorithms[i].a);
	}
	return 0;
}

static int take_oid(bool *has, struct ev_oid *out, const struct ev_value *v,
		    const char *word)
{
	struct ev_oid oid;

	if (!v)
		return 0;
	if (ev_oid_parse(&oid, v->text) < 0)
		return ev_fail_at(v, "subject names a SHA-256 %s", word);
	if (*has && !ev_oid_eq(&oid, out))
		return ev_fail_at(v, "statement has more than one %s as "
				  "subject", word);
	*has = true;
	*out = oid;
	return 0;
}

static int parse_subject(struct ev_statement *out, const struct ev_value *s)
{
	const struct ev_value *digest, *v;
	size_t i;
	int ret;

	if (s->type != EV_MAP)
		return ev_fail_at(s, "subject must be an object, not a %s",
				  ev_type_name(s->type));
	v = ev_get(s, "name");
	if (v && v->type != EV_STRING)
		return ev_fail_at(v, "subject 'name' must be a string");
	digest = ev_get(s, "digest");
	if (!digest || digest->type != EV_MAP || !digest->n)
		return ev_fail_at(s, "subject has no 'digest'");
	for (i = 0; i < digest->n; i++) {
		ret = check_digest(digest->keys[i], digest->items[i]);
		if (ret < 0)
			return ret;
	}
	ret = take_oid(&out->has_commit, &out->commit,
		       ev_get(digest, "gitCommit"), "commit");
	if (ret < 0)
		return ret;
	return take_oid(&out->has_tree, &out->tree, ev_get(digest, "gitTree"),
			"tree");
}

int ev_statement_parse(struct ev_statement *out, const char *text, size_t n)
{
	const struct ev_value *subject;
	const char *type;
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_json_read(&out->root, "statement", text, n);
	if (ret < 0)
		return ret;
	if (out->root->type != EV_MAP)
		return ev_fail_at(out->root, "statement is no JSON object");
	type = ev_get_string(out->root, "_type");
	if (!ev_streq(type, EV_STATEMENT_TYPE))
		return ev_fail_at(out->root, "'_type' is '%s', not '%s'",
				  type ? type : "", EV_STATEMENT_TYPE);
	subject = ev_get(out->root, "subject");
	if (!subject || subject->type != EV_LIST || !subject->n)
		return ev_fail_at(out->root, "statement has no subject");
	if (subject->n > MAX_SUBJECTS)
		return ev_fail_at(subject, "statement has more than %d "
				  "subjects", MAX_SUBJECTS);
	for (i = 0; i < subject->n; i++) {
		ret = parse_subject(out, subject->items[i]);
		if (ret < 0)
			return ret;
	}
	out->predicate_type = ev_get_string(out->root, "predicateType");
	if (!out->predicate_type || !*out->predicate_type)
		return ev_fail_at(out->root, "statement has no "
				  "'predicateType'");
	out->predicate = ev_get(out->root, "predicate");
	if (!out->predicate || out->predicate->type != EV_MAP)
		return ev_fail_at(out->root, "'predicate' is no object");
	return 0;
}
