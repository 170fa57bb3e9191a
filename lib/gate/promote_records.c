#include "base/compat.h"

#include "gate/promote_internal.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/str.h"
#include "data/json.h"

#define VERIFIER "https://git-evidence.dev/gate"
#define LEVEL "ORG_SOURCE_GIT_EVIDENCE_"
#define SLSA_VERSION "1.2"
#define NAME_MAX_BYTES 100

/* Names -------------------------------------------------------------------- */

static bool is_name(const char *s)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789._/-";

	return *s && *s != '-' && !s[strspn(s, letters)] &&
	       strlen(s) <= NAME_MAX_BYTES;
}

static const char *short_name(const char *ref)
{
	static const char *const roots[] = { "refs/heads/", "refs/tags/" };
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(roots); i++)
		if (ev_starts_with(ref, roots[i]))
			return ref + strlen(roots[i]);
	return ref;
}

const char *ev_promoted_name(const char *tag, const char *ref)
{
	if (tag && is_name(short_name(tag)))
		return short_name(tag);
	return is_name(short_name(ref)) ? short_name(ref) : NULL;
}

/* What both have ----------------------------------------------------------- */

/* Without the braces, as a draft wants it. */
static void put_inside(struct ev_buf *out, struct ev_buf *object)
{
	ev_buf_add(out, object->ptr + 1, object->len - 2);
	ev_buf_release(object);
}

static void put_oid(struct ev_json *j, const char *key, bool has,
		    const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];

	if (has)
		ev_oid_hex(hex, oid);
	ev_json_kv(j, key, has ? hex : NULL);
}

/* Verdict: a verification summary of SLSA ----------------------------------- */

static void add_resource(struct ev_buf *out, const struct ev_policy *p)
{
	const char *at = ev_get_string(ev_get(p->root, "product"),
				       "repository");

	if (at)
		ev_buf_addf(out, "git+%s", at);
	else
		ev_buf_addf(out, "git+urn:uuid:%s", p->trust.product_id);
}

/* "sha256:<hex>" as a digest set. */
static void put_digest(struct ev_json *j, const char *digest)
{
	ev_json_key(j, "digest");
	ev_json_object(j);
	ev_json_kv(j, "sha256", digest + strlen("sha256:"));
	ev_json_end_object(j);
}

static void put_inputs(struct ev_json *j, const struct ev_counted *c)
{
	const struct ev_strs *lists[] = { &c->manifests, &c->reports,
					  &c->tests, &c->waivers };
	struct ev_strs all = EV_STRS_INIT;
	struct ev_buf uri = EV_BUF_INIT;
	size_t i, k;

	for (i = 0; i < EV_ARRAY_SIZE(lists); i++)
		for (k = 0; k < lists[i]->n; k++)
			ev_strs_add(&all, lists[i]->items[k]);
	ev_strs_sort(&all);
	ev_strs_uniq(&all);
	ev_json_key(j, "inputAttestations");
	ev_json_list(j);
	for (i = 0; i < all.n; i++) {
		ev_buf_clear(&uri);
		ev_buf_addf(&uri, "urn:%s", all.items[i]);
		ev_json_object(j);
		ev_json_kv(j, "uri", uri.ptr);
		put_digest(j, all.items[i]);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
	ev_buf_release(&uri);
	ev_strs_release(&all);
}

static void put_verifier(struct ev_json *j)
{
	ev_json_key(j, "verifier");
	ev_json_object(j);
	ev_json_kv(j, "id", VERIFIER);
	ev_json_key(j, "version");
	ev_json_object(j);
	ev_json_kv(j, "git-evidence", EV_VERSION);
	ev_json_end_object(j);
	ev_json_end_object(j);
}

void ev_verdict_members(struct ev_buf *out, const struct ev_promoted *p)
{
	struct ev_buf text = EV_BUF_INIT, resource = EV_BUF_INIT;
	struct ev_buf uri = EV_BUF_INIT;
	char when[EV_TIME_TEXT];
	struct ev_json j;

	ev_time_format(when, p->at);
	add_resource(&resource, p->policy);
	ev_buf_addf(&uri, "%s@%s#.evidence/policy.yaml", resource.ptr, p->ref);
	ev_json_init(&j, &text);
	ev_json_object(&j);
	put_verifier(&j);
	ev_json_kv(&j, "timeVerified", when);
	ev_json_kv(&j, "resourceUri", resource.ptr);
	ev_json_key(&j, "policy");
	ev_json_object(&j);
	ev_json_kv(&j, "uri", uri.ptr);
	put_digest(&j, p->policy->link);
	ev_json_end_object(&j);
	put_inputs(&j, p->counted);
	ev_json_kv(&j, "verificationResult", "PASSED");
	ev_json_key(&j, "verifiedLevels");
	ev_json_list(&j);
	ev_json_string(&j, p->rollback ? LEVEL "ROLLBACK" : LEVEL "RELEASE");
	ev_json_end_list(&j);
	ev_json_kv(&j, "slsaVersion", SLSA_VERSION);
	ev_verdict_json_rules(&j, p->verdict);
	ev_json_end_object(&j);
	put_inside(out, &text);
	ev_buf_release(&resource);
	ev_buf_release(&uri);
}

/* Promotion ---------------------------------------------------------------- */

static void put_rollback(struct ev_json *j, const struct ev_promoted *p)
{
	const struct ev_release *x = p->rollback;
	char digest[72];

	ev_json_key(j, "rollback");
	if (!x) {
		ev_json_null(j);
		return;
	}
	snprintf(digest, sizeof(digest), "sha256:%s", x->record);
	ev_json_object(j);
	ev_json_kv(j, "release", *x->tag ? x->tag : NULL);
	ev_json_kv(j, "promotion", digest);
	ev_json_kv(j, "reason", p->reason);
	ev_json_end_object(j);
}

static void put_decisions(struct ev_json *j, const struct ev_promoted *p)
{
	size_t i;

	ev_json_key(j, "decisions");
	ev_json_list(j);
	for (i = 0; i < p->ndecisions; i++) {
		ev_json_object(j);
		put_oid(j, "object", true, &p->decisions[i].oid);
		ev_json_kv(j, "ref", p->decisions[i].name);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

void ev_promotion_members(struct ev_buf *out, const struct ev_promoted *p,
			  const char *verdict_id)
{
	const struct ev_counted *c = p->counted;
	struct ev_buf text = EV_BUF_INIT;
	char digest[72];
	struct ev_json j;

	snprintf(digest, sizeof(digest), "sha256:%s", verdict_id);
	ev_json_init(&j, &text);
	ev_json_object(&j);
	ev_json_kv(&j, "ref", p->ref);
	put_oid(&j, "from", p->has_from, &p->from);
	put_oid(&j, "to", true, &p->to);
	ev_json_kv(&j, "release", p->tag);
	put_rollback(&j, p);
	ev_json_kv(&j, "policy", p->policy->link);
	ev_json_kv(&j, "verdict", digest);
	ev_json_kv(&j, "manifest", c->manifests.n ? c->manifests.items[0] :
		   NULL);
	ev_json_strs(&j, "reports", &c->reports);
	ev_json_strs(&j, "tests", &c->tests);
	ev_json_strs(&j, "waivers", &c->waivers);
	ev_json_strs(&j, "approvals", &c->approvals);
	ev_json_strs(&j, "checkpoint", &p->checkpoints);
	put_decisions(&j, p);
	ev_json_end_object(&j);
	put_inside(out, &text);
}
