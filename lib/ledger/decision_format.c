#include "base/compat.h"

#include "ledger/decision_internal.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/error.h"
#include "data/json.h"

static const char *const approval[] = {
	"type", "product", "ref", "from", "gitCommit", "gitTree", "manifest",
	"records", "contributors", "policy", "role", "meaning", "clears",
	"name", "approvedAt", "nonce", NULL
};
static const char *const policy[] = {
	"type", "product", "controlSet", "version", "previous", "role", "name",
	"approvedAt", "nonce", NULL
};
static const char *const checkpoint[] = {
	"type", "product", "ledger", "approvals", "policy", "previous",
	"recordedAt", NULL
};

const char *const *ev_decision_members(enum ev_decision_kind kind)
{
	return kind == EV_DECISION_APPROVAL ? approval :
		kind == EV_DECISION_POLICY ? policy : checkpoint;
}

const char *ev_decision_type(enum ev_decision_kind kind)
{
	return kind == EV_DECISION_APPROVAL ? EV_APPROVAL_TYPE :
		kind == EV_DECISION_POLICY ? EV_POLICY_APPROVAL_TYPE :
		EV_CHECKPOINT_TYPE;
}

/* As in JSON, so that a title is ASCII whatever a ref is called. */
static void add_escaped(struct ev_buf *out, const char *s)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;

	ev_json_init(&j, &text);
	j.ascii = true;
	ev_json_string(&j, s);
	ev_buf_add(out, text.ptr + 1, text.len - 2);
	ev_buf_release(&text);
}

static void add_title(struct ev_buf *out, const struct ev_decision *d)
{
	char hex[EV_OID_HEX + 1];

	switch (d->kind) {
	case EV_DECISION_APPROVAL:
		ev_buf_addf(out, "%s for ", ev_meaning_name(d->meaning));
		add_escaped(out, d->ref);
		ev_buf_addf(out, " as %s", d->role);
		break;
	case EV_DECISION_POLICY:
		ev_buf_addf(out, "policy version %" PRId64 " approved as %s",
			    d->version, d->role);
		break;
	case EV_DECISION_RELEASE:
		ev_buf_adds(out, "release ");
		add_escaped(out, d->ref + strlen("refs/tags/"));
		break;
	default:
		ev_oid_hex(hex, &d->ledger);
		ev_buf_addf(out, "checkpoint of ledger %.12s", hex);
	}
	ev_buf_adds(out, "\n\n");
}

static void add_id(struct ev_json *j, const char *key, const struct ev_oid *id)
{
	char hex[EV_OID_HEX + 1];

	if (id)
		ev_oid_hex(hex, id);
	ev_json_kv(j, key, id ? hex : NULL);
}

static void add_or_null(struct ev_json *j, const char *key, const char *s)
{
	ev_json_kv(j, key, *s ? s : NULL);
}

static void add_approval(struct ev_json *j, const struct ev_decision *d)
{
	ev_json_kv(j, "ref", d->ref);
	add_id(j, "from", d->has_from ? &d->from : NULL);
	add_id(j, "gitCommit", &d->commit);
	add_id(j, "gitTree", &d->tree);
	add_or_null(j, "manifest", d->manifest);
	ev_json_strs(j, "records", &d->records);
	ev_json_strs(j, "contributors", &d->contributors);
	ev_json_kv(j, "policy", d->policy);
	ev_json_kv(j, "role", d->role);
	ev_json_kv(j, "meaning", ev_meaning_name(d->meaning));
	ev_json_strs(j, "clears", &d->clears);
}

static void add_policy(struct ev_json *j, const struct ev_decision *d)
{
	ev_json_kv(j, "controlSet", d->control_set);
	ev_json_kvi(j, "version", d->version);
	add_or_null(j, "previous", d->previous);
	ev_json_kv(j, "role", d->role);
}

static void add_checkpoint(struct ev_json *j, const struct ev_decision *d)
{
	add_id(j, "ledger", &d->ledger);
	ev_json_kv(j, "approvals", d->approvals);
	ev_json_kv(j, "policy", d->policy);
	ev_json_strs(j, "previous", &d->before);
}

static void add_json(struct ev_buf *out, const struct ev_decision *d)
{
	char when[EV_TIME_TEXT];
	struct ev_json j;

	ev_json_init(&j, out);
	j.indent = 2;
	j.ascii = true;
	ev_time_format(when, d->at);
	ev_json_object(&j);
	ev_json_kv(&j, "type", ev_decision_type(d->kind));
	ev_json_kv(&j, "product", d->product);
	if (ev_decision_is_checkpoint(d)) {
		add_checkpoint(&j, d);
		ev_json_kv(&j, "recordedAt", when);
	} else {
		if (d->kind == EV_DECISION_APPROVAL)
			add_approval(&j, d);
		else
			add_policy(&j, d);
		ev_json_kv(&j, "name", d->name);
		ev_json_kv(&j, "approvedAt", when);
		ev_json_kv(&j, "nonce", d->nonce);
	}
	ev_json_end_object(&j);
	ev_buf_addc(out, '\n');
}

int ev_decision_format(struct ev_buf *out, const struct ev_decision *d)
{
	struct ev_buf text = EV_BUF_INIT_MAX(EV_DECISION_MAX);
	char hex[EV_OID_HEX + 1];
	enum ev_objtype type;
	char *ref;
	int ret = ev_decision_check(d);

	if (ret < 0)
		return ret;
	ref = ev_decision_ref(d);
	ev_oid_hex(hex, ev_decision_target(&type, d));
	ev_buf_addf(&text, "object %s\ntype %s\ntag %s\n"
		    "tagger %s <%s> %" PRId64 " +0000\n\n", hex,
		    ev_objtype_name(type), ref + strlen("refs/tags/"),
		    d->name, d->email ? d->email : "", d->at);
	add_title(&text, d);
	add_json(&text, d);
	free(ref);
	if (text.overflow)
		ret = ev_fail(EV_ELIMIT, "the decision has more than the %zu "
			      "bytes allowed", EV_DECISION_MAX);
	else
		ev_buf_add(out, text.ptr, text.len);
	ev_buf_release(&text);
	return ret;
}
