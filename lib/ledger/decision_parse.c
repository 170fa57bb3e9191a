#include "base/compat.h"

#include "ledger/decision_internal.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"
#include "repo/rawobj.h"
#include "sign/openpgp.h"

#define CHECKPOINT_TAG "evidence/checkpoint/"

static int wrong_type(const struct ev_value *v, const char *key,
		      const char *want)
{
	return ev_fail_at(v, "'%s' must be %s, not a %s", key, want,
			  ev_type_name(v->type));
}

static int text_of(char **out, const struct ev_value *o, const char *key)
{
	const struct ev_value *v = ev_get(o, key);

	if (v->type != EV_STRING)
		return wrong_type(v, key, "a string");
	free(*out);
	*out = ev_strdup(v->text);
	return 0;
}

/* Into an array of `size` bytes; "" for null where that is allowed. */
static int word_of(char *out, size_t size, const struct ev_value *o,
		   const char *key, bool may_be_null)
{
	const struct ev_value *v = ev_get(o, key);

	*out = '\0';
	if (may_be_null && v->type == EV_NULL)
		return 0;
	if (v->type != EV_STRING)
		return wrong_type(v, key, may_be_null ? "a string or null"
						      : "a string");
	if (!v->len || v->len >= size)
		return ev_fail_at(v, "'%s' is not %zu letters long", key,
				  size - 1);
	memcpy(out, v->text, v->len + 1);
	return 0;
}

static int id_of(struct ev_oid *out, bool *has, const struct ev_value *o,
		 const char *key)
{
	const struct ev_value *v = ev_get(o, key);

	if (has)
		*has = v->type != EV_NULL;
	if (has && v->type == EV_NULL)
		return 0;
	if (v->type != EV_STRING)
		return wrong_type(v, key, has ? "a string or null"
					      : "a string");
	if (ev_oid_parse(out, v->text) < 0)
		return ev_fail_at(v, "'%s' is no id of an object", key);
	return 0;
}

static int list_of(struct ev_strs *out, const struct ev_value *o,
		   const char *key)
{
	const struct ev_value *v = ev_get(o, key);
	size_t i;

	if (v->type != EV_LIST)
		return wrong_type(v, key, "a list");
	for (i = 0; i < v->n; i++) {
		if (v->items[i]->type != EV_STRING)
			return wrong_type(v->items[i], key,
					  "a list of strings");
		ev_strs_add(out, v->items[i]->text);
	}
	return 0;
}

static int time_of(int64_t *out, const struct ev_value *o, const char *key)
{
	const struct ev_value *v = ev_get(o, key);

	if (v->type != EV_STRING)
		return wrong_type(v, key, "a string");
	if (ev_time_parse(out, v->text) < 0)
		return ev_fail_at(v, "'%s' is not RFC 3339 in UTC", key);
	return 0;
}

static int read_approval(struct ev_decision *d, const struct ev_value *o)
{
	char meaning[16];
	int ret = text_of(&d->ref, o, "ref");

	if (ret == 0)
		ret = id_of(&d->from, &d->has_from, o, "from");
	if (ret == 0)
		ret = id_of(&d->commit, NULL, o, "gitCommit");
	if (ret == 0)
		ret = id_of(&d->tree, NULL, o, "gitTree");
	if (ret == 0)
		ret = word_of(d->manifest, sizeof(d->manifest), o, "manifest",
			      true);
	if (ret == 0)
		ret = list_of(&d->records, o, "records");
	if (ret == 0)
		ret = list_of(&d->contributors, o, "contributors");
	if (ret == 0)
		ret = word_of(d->policy, sizeof(d->policy), o, "policy",
			      false);
	if (ret == 0)
		ret = word_of(meaning, sizeof(meaning), o, "meaning", false);
	if (ret == 0)
		ret = ev_meaning_parse(&d->meaning, meaning);
	if (ret == 0)
		ret = list_of(&d->clears, o, "clears");
	return ret;
}

static int read_policy(struct ev_decision *d, const struct ev_value *o)
{
	const struct ev_value *version = ev_get(o, "version");
	int ret = word_of(d->control_set, sizeof(d->control_set), o,
			  "controlSet", false);

	if (ret == 0 && !ev_value_int(version, &d->version))
		ret = ev_fail_at(version, "'version' is no whole number");
	if (ret == 0)
		ret = word_of(d->previous, sizeof(d->previous), o, "previous",
			      true);
	return ret;
}

static int read_checkpoint(struct ev_decision *d, const struct ev_value *o)
{
	int ret = id_of(&d->ledger, NULL, o, "ledger");

	if (ret == 0)
		ret = word_of(d->approvals, sizeof(d->approvals), o,
			      "approvals", false);
	if (ret == 0)
		ret = word_of(d->policy, sizeof(d->policy), o, "policy",
			      false);
	if (ret == 0)
		ret = list_of(&d->before, o, "previous");
	if (ret == 0)
		ret = time_of(&d->at, o, "recordedAt");
	return ret;
}

/* What both kinds of approval have. */
static int read_given(struct ev_decision *d, const struct ev_value *o)
{
	int ret = text_of(&d->role, o, "role");

	if (ret == 0)
		ret = text_of(&d->name, o, "name");
	if (ret == 0)
		ret = time_of(&d->at, o, "approvedAt");
	if (ret == 0)
		ret = word_of(d->nonce, sizeof(d->nonce), o, "nonce", false);
	return ret;
}

static int kind_of(enum ev_decision_kind *out, const struct ev_value *o,
		   const char *tag)
{
	const char *type = ev_get_string(o, "type");
	int k;

	for (k = EV_DECISION_APPROVAL; k <= EV_DECISION_CHECKPOINT; k++)
		if (ev_streq(type, ev_decision_type(k))) {
			*out = (enum ev_decision_kind)k;
			/* A release says what a checkpoint says. */
			if (k == EV_DECISION_CHECKPOINT &&
			    !ev_starts_with(tag, CHECKPOINT_TAG))
				*out = EV_DECISION_RELEASE;
			return 0;
		}
	return ev_fail_at(o, "'type' is that of no decision");
}

/* All members, no others, in their order. */
static int check_members(const struct ev_value *o, enum ev_decision_kind kind)
{
	const char *const *want = ev_decision_members(kind);
	size_t i;

	for (i = 0; i < o->n; i++) {
		if (!want[i])
			return ev_fail_at(o->keys[i], "unknown member '%.40s'",
					  o->keys[i]->text);
		if (strcmp(o->keys[i]->text, want[i]))
			return ev_fail_at(o->keys[i], "'%.40s' stands where "
					  "'%s' belongs", o->keys[i]->text,
					  want[i]);
	}
	return want[i] ? ev_fail_at(o, "there is no '%s'", want[i]) : 0;
}

static int read_json(struct ev_decision *d, const struct ev_rawobj *o,
		     const struct ev_value *root)
{
	int ret;

	if (root->type != EV_MAP)
		return ev_fail_at(root, "the message is no JSON object");
	ret = kind_of(&d->kind, root, o->tag);
	if (ret == 0)
		ret = check_members(root, d->kind);
	if (ret == 0)
		ret = text_of(&d->product, root, "product");
	if (ret < 0)
		return ret;
	d->email = ev_strdup(o->tagger.email);
	if (ev_decision_is_checkpoint(d)) {
		d->name = ev_strdup(o->tagger.name);
		if (d->kind == EV_DECISION_RELEASE) {
			d->ref = ev_strdupf("refs/tags/%s", o->tag);
			d->commit = o->target;
		}
		return read_checkpoint(d, root);
	}
	d->tree = o->target;
	ret = read_given(d, root);
	if (ret == 0 && d->kind == EV_DECISION_APPROVAL)
		ret = read_approval(d, root);
	else if (ret == 0)
		ret = read_policy(d, root);
	return ret;
}

/* The first line in which the two differ, for the message. */
static unsigned differ_at(const struct ev_buf *a, const struct ev_buf *b)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; i < a->len && i < b->len && a->ptr[i] == b->ptr[i]; i++)
		line += a->ptr[i] == '\n';
	return line;
}

/* There is one way to write a decision, and this must be it. */
static int check_bytes(const struct ev_decision *d, const struct ev_rawobj *o)
{
	struct ev_buf again = EV_BUF_INIT;
	int ret = ev_decision_format(&again, d);

	if (ret == 0 && (again.len != o->payload.len ||
			 memcmp(again.ptr, o->payload.ptr, again.len)))
		ret = ev_fail(EV_EINVALID, "line %u of the tag is not as its "
			      "fields are written", differ_at(&again,
							      &o->payload));
	ev_buf_release(&again);
	return ret;
}

/* An armour may hold words of its own, and one signature many armours. */
static int check_armour(const struct ev_rawobj *o)
{
	struct ev_buf sig = EV_BUF_INIT, again = EV_BUF_INIT;
	int ret = 0;

	if (o->signature.len)
		ret = ev_dearmor(&sig, o->signature.ptr, o->signature.len);
	if (ret == 0 && o->signature.len) {
		ev_enarmor(&again, sig.ptr, sig.len);
		if (again.len != o->signature.len ||
		    memcmp(again.ptr, o->signature.ptr, again.len))
			ret = ev_fail(EV_EINVALID, "the signature's armour is "
				      "not as it is written here");
	}
	ev_buf_release(&sig);
	ev_buf_release(&again);
	return ret;
}

static int parse(struct ev_decision *out, struct ev_rawobj *o,
		 const char *raw, size_t n)
{
	struct ev_value *root = NULL;
	const char *json;
	int ret;

	if (n > EV_DECISION_MAX)
		return ev_fail(EV_EINVALID, "the tag has %zu bytes, more than "
			       "the %zu of a decision", n, EV_DECISION_MAX);
	ret = ev_tag_split(o, raw, n);
	if (ret < 0)
		return ret;
	json = strstr(o->message, "\n\n");
	if (!o->tagger.name || !json)
		return ev_fail(EV_EINVALID, "the tag is no decision: %s",
			       json ? "nobody is named" : "it has no text "
			       "below its title");
	json += 2;
	ret = ev_json_read(&root, "message", json, strlen(json));
	if (ret == 0)
		ret = read_json(out, o, root);
	if (ret == 0)
		ret = check_bytes(out, o);
	if (ret == 0)
		ret = check_armour(o);
	ev_value_free(root);
	return ret;
}

int ev_decision_parse(struct ev_decision *out, struct ev_buf *signature,
		      const char *raw, size_t n)
{
	struct ev_rawobj o;
	int ret;

	ev_decision_init(out, EV_DECISION_APPROVAL);
	ev_rawobj_init(&o);
	ret = parse(out, &o, raw, n);
	/* What passes a limit on the way is no decision either. */
	if (ret == EV_ELIMIT)
		ret = ev_fail(EV_EINVALID, "%s", ev_error_last()->message);
	if (ret == 0 && signature)
		ev_buf_add(signature, o.signature.ptr, o.signature.len);
	if (ret < 0)
		ev_decision_release(out);
	ev_rawobj_release(&o);
	return ret;
}
