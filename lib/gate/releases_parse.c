#include "base/compat.h"

#include "gate/releases.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/decision.h"

#define TAGS "refs/tags/"

void ev_release_release(struct ev_release *r)
{
	free(r->ref);
	free(r->tag);
	ev_strs_release(&r->reports);
	ev_strs_release(&r->tests);
	ev_strs_release(&r->waivers);
	ev_strs_release(&r->approvals);
	free(r->rollback_tag);
	free(r->rollback_reason);
	memset(r, 0, sizeof(*r));
}

void ev_releases_release(struct ev_releases *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		ev_release_release(&l->items[i]);
	free(l->items);
	memset(l, 0, sizeof(*l));
}

/* Members ------------------------------------------------------------------ */

static int wrong(const char *key, const char *what)
{
	return ev_fail(EV_EINVALID, "'%s' of the promotion is %s", key, what);
}

/* A string of that many bytes at most; *out is NULL for null, which is no
 * error where it may be. */
static int text(const char **out, const struct ev_value *in, const char *key,
		bool may_null, size_t max)
{
	const struct ev_value *v = ev_get(in, key);

	*out = NULL;
	if (!v)
		return wrong(key, "missing");
	if (v->type == EV_NULL)
		return may_null ? 0 : wrong(key, "null");
	if (v->type != EV_STRING || !v->len)
		return wrong(key, "no text");
	if (v->len > max)
		return ev_fail(EV_ELIMIT, "'%s' of the promotion is too long",
			       key);
	*out = v->text;
	return 0;
}

/* What no name of a ref holds. */
static bool is_ref(const char *name, const char *below)
{
	const char *p;

	if (!ev_starts_with(name, below) || !name[strlen(below)] ||
	    strstr(name, "..") || strstr(name, "//") || strstr(name, "@{") ||
	    ev_ends_with(name, "/") || ev_ends_with(name, ".lock"))
		return false;
	for (p = name; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f ||
		    strchr("~^:?*[\\", *p))
			return false;
	return true;
}

static int ref(char **out, const struct ev_value *in, const char *key,
	       const char *below, bool may_null)
{
	const char *name;
	int ret = text(&name, in, key, may_null, EV_RELEASE_NAME_MAX);

	if (ret < 0)
		return ret;
	if (name && !is_ref(name, below))
		return wrong(key, "no full name of a ref");
	*out = ev_strdup(name ? name : "");
	return 0;
}

static int digest(char out[72], const struct ev_value *in, const char *key,
		  bool may_null)
{
	const char *word;
	int ret = text(&word, in, key, may_null, 71);

	if (ret < 0)
		return ret;
	if (word && !ev_digest_valid(word))
		return wrong(key, "no digest");
	snprintf(out, 72, "%s", word ? word : "");
	return 0;
}

static int commit(struct ev_oid *out, bool *has, const struct ev_value *in,
		  const char *key)
{
	const char *hex;
	int ret = text(&hex, in, key, has != NULL, EV_OID_HEX);

	if (ret < 0)
		return ret;
	if (has)
		*has = hex != NULL;
	if (!hex)
		return 0;
	if (ev_oid_parse(out, hex) < 0 || ev_oid_is_zero(out))
		return wrong(key, "no name of a commit");
	return 0;
}

static bool is_oid(const char *hex)
{
	struct ev_oid oid;

	return ev_oid_parse(&oid, hex) == 0;
}

/* Sorted, each once. `out` may be NULL. */
static int list(struct ev_strs *out, const struct ev_value *in,
		const char *key, bool (*valid)(const char *))
{
	const struct ev_value *v = ev_get(in, key), *item;
	size_t i;

	if (!v || v->type != EV_LIST)
		return wrong(key, "no list");
	if (v->n > EV_RELEASE_LIST_MAX)
		return ev_fail(EV_ELIMIT, "'%s' of the promotion is too long",
			       key);
	for (i = 0; i < v->n; i++) {
		item = v->items[i];
		if (item->type != EV_STRING || !valid(item->text))
			return wrong(key, "no list of what it should be");
		if (i && strcmp(v->items[i - 1]->text, item->text) >= 0)
			return wrong(key, "not sorted");
		if (out)
			ev_strs_add(out, item->text);
	}
	return 0;
}

static int decisions(const struct ev_value *in)
{
	static const char key[] = "decisions";
	const struct ev_value *v = ev_get(in, key);
	const char *object, *name, *before = "";
	size_t i;

	if (!v || v->type != EV_LIST)
		return wrong(key, "no list");
	if (v->n > EV_RELEASE_LIST_MAX)
		return ev_fail(EV_ELIMIT, "'%s' of the promotion is too long",
			       key);
	for (i = 0; i < v->n; i++) {
		object = ev_get_string(v->items[i], "object");
		name = ev_get_string(v->items[i], "ref");
		if (!object || !name || !is_oid(object) ||
		    !is_ref(name, TAGS))
			return wrong(key, "no list of tags");
		if (strcmp(before, name) >= 0)
			return wrong(key, "not sorted");
		before = name;
	}
	return 0;
}

static int rollback(struct ev_release *out, const struct ev_value *in)
{
	static const char key[] = "rollback";
	const struct ev_value *v = ev_get(in, key);
	const char *reason;
	int ret;

	if (!v)
		return wrong(key, "missing");
	if (v->type == EV_NULL)
		return 0;
	if (v->type != EV_MAP)
		return wrong(key, "no object");
	ret = ref(&out->rollback_tag, v, "release", TAGS, true);
	if (ret == 0)
		ret = digest(out->rollback_of, v, "promotion", false);
	if (ret == 0)
		ret = text(&reason, v, "reason", false, EV_RELEASE_REASON_MAX);
	if (ret == 0)
		out->rollback_reason = ev_strdup(reason);
	return ret;
}

int ev_release_parse(struct ev_release *out, const struct ev_value *p)
{
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ref(&out->ref, p, "ref", "refs/", false);
	if (ret == 0)
		ret = commit(&out->from, &out->has_from, p, "from");
	if (ret == 0)
		ret = commit(&out->to, NULL, p, "to");
	if (ret == 0)
		ret = ref(&out->tag, p, "release", TAGS, true);
	if (ret == 0)
		ret = rollback(out, p);
	if (ret == 0)
		ret = digest(out->policy, p, "policy", false);
	if (ret == 0)
		ret = digest(out->verdict, p, "verdict", false);
	if (ret == 0)
		ret = digest(out->manifest, p, "manifest", true);
	if (ret == 0)
		ret = list(&out->reports, p, "reports", ev_digest_valid);
	if (ret == 0)
		ret = list(&out->tests, p, "tests", ev_digest_valid);
	if (ret == 0)
		ret = list(&out->waivers, p, "waivers", ev_digest_valid);
	if (ret == 0)
		ret = list(&out->approvals, p, "approvals", is_oid);
	if (ret == 0)
		ret = list(NULL, p, "checkpoint", is_oid);
	if (ret == 0)
		ret = decisions(p);
	if (ret < 0)
		ev_release_release(out);
	return ret;
}
