#include "base/compat.h"

#include "ledger/write.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "data/json.h"
#include "ledger/expunge.h"
#include "repo/config.h"

void ev_draft_init(struct ev_draft *d, enum ev_kind kind)
{
	memset(d, 0, sizeof(*d));
	d->kind = kind;
	ev_buf_init(&d->members);
}

void ev_draft_release(struct ev_draft *d)
{
	ev_buf_release(&d->members);
	ev_artifacts_release(&d->artifacts);
	memset(d, 0, sizeof(*d));
	ev_buf_init(&d->members);
}

static void put_subject(struct ev_json *j, const char *name, const char *digest,
			const struct ev_oid *oid, const char *ref)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	ev_json_object(j);
	ev_json_kv(j, "name", name);
	ev_json_key(j, "digest");
	ev_json_object(j);
	ev_json_kv(j, digest, hex);
	ev_json_end_object(j);
	if (ref) {
		ev_json_key(j, "annotations");
		ev_json_object(j);
		ev_json_key(j, "sourceRefs");
		ev_json_list(j);
		ev_json_string(j, ref);
		ev_json_end_list(j);
		ev_json_end_object(j);
	}
	ev_json_end_object(j);
}

static void put_artifact(struct ev_json *j, const struct ev_artifact *a)
{
	char text[80];

	ev_json_object(j);
	ev_json_kv(j, "name", a->name);
	ev_json_kvi(j, "size", (int64_t)a->size);
	ev_json_kv(j, "mediaType", a->media_type);
	snprintf(text, sizeof(text), "sha256:%s", a->sha256);
	ev_json_kv(j, "digest", text);
	if (a->stored) {
		ev_oid_hex(text, &a->blob);
		ev_json_kv(j, "gitBlob", text);
	}
	if (a->uri)
		ev_json_kv(j, "uri", a->uri);
	ev_json_end_object(j);
}

static void put_own(struct ev_json *j, const struct ev_draft *d,
		    const struct ev_trust *trust)
{
	char when[EV_TIME_TEXT];
	size_t i;

	ev_time_format(when, d->recorded_at ? d->recorded_at : ev_now());
	ev_json_object(j);
	ev_json_kv(j, "product", trust->product_id);
	ev_json_kv(j, "recordedAt", when);
	ev_json_key(j, "tool");
	ev_json_object(j);
	ev_json_kv(j, "name", "git-evidence");
	ev_json_kv(j, "version", EV_VERSION);
	ev_json_end_object(j);
	if (d->name)
		ev_json_kv(j, "name", d->name);
	if (d->supersedes) {
		ev_json_kv(j, "supersedes", d->supersedes);
		ev_json_kv(j, "because", d->because);
	}
	if (d->artifacts.n) {
		ev_json_key(j, "artifacts");
		ev_json_list(j);
		for (i = 0; i < d->artifacts.n; i++)
			put_artifact(j, &d->artifacts.items[i]);
		ev_json_end_list(j);
	}
	ev_json_end_object(j);
}

int ev_draft_payload(struct ev_buf *out, const struct ev_draft *d,
		     const struct ev_trust *trust)
{
	struct ev_statement check = { 0 };
	struct ev_json j;
	struct ev_buf own = EV_BUF_INIT;
	int ret;

	ev_json_init(&j, out);
	ev_json_object(&j);
	ev_json_kv(&j, "_type", EV_STATEMENT_TYPE);
	ev_json_key(&j, "subject");
	ev_json_list(&j);
	if (!ev_oid_is_zero(&d->commit))
		put_subject(&j, "commit", "gitCommit", &d->commit,
			    d->source_ref);
	put_subject(&j, "tree", "gitTree", &d->tree, NULL);
	ev_json_end_list(&j);
	ev_json_kv(&j, "predicateType",
		   d->type ? d->type : ev_kind_predicate(d->kind));
	ev_buf_adds(out, ",\"predicate\":{");
	ev_buf_add(out, d->members.ptr, d->members.len);
	ev_buf_adds(out, d->members.len ? ",\"gitEvidence\":"
					: "\"gitEvidence\":");
	ev_json_init(&j, &own);
	put_own(&j, d, trust);
	ev_buf_add(out, own.ptr, own.len);
	ev_buf_adds(out, "}}");
	/* What we sign, a strict reader must be able to read. */
	ret = ev_statement_parse(&check, out->ptr, out->len);
	ev_statement_release(&check);
	ev_buf_release(&own);
	return ret;
}

/* Writing ----------------------------------------------------------------- */

/* A reason, and not the '<reason>' of a hint that was pasted as it is. */
static bool is_reason(const char *text)
{
	return text && *text && !(*text == '<' && ev_ends_with(text, ">"));
}

static int may_supersede(const struct ev_draft *d, const struct ev_line *old,
			 const struct ev_trust *trust, const char *fpr)
{
	const struct ev_person *by = ev_trust_person(trust, fpr, NULL);
	const struct ev_record *r = &old->record;
	const char *type = d->type ? d->type : ev_kind_predicate(d->kind);

	if (old->state != EV_LIVE)
		return ev_fail(EV_EINVALID, "record %.12s is %s: %s", r->id,
			       ev_state_name(old->state), old->reason);
	if (!ev_streq(r->type, type) ||
	    !ev_streq(r->name, d->name ? d->name : ""))
		return ev_fail(EV_EINVALID, "record %.12s is %s '%s', not %s "
			       "'%s'", r->id, ev_kind_name(r->kind), r->name,
			       ev_kind_name(d->kind), d->name ? d->name : "");
	if (!ev_person_shares_role(by, old->person))
		return ev_fail(EV_EDENIED, "record %.12s is by %s, who shares "
			       "no role with %s", r->id, old->person->name,
			       by ? by->name : fpr);
	return 0;
}

/* The line that `id` means, or NULL: a live one if there is one. */
static int find_superseded(const struct ev_line **out,
			   const struct ev_lines *set, const char *id)
{
	size_t n = strlen(id), i;

	*out = NULL;
	for (i = 0; n >= 12 && i < set->n; i++) {
		if (strncmp(set->items[i].record.id, id, n))
			continue;
		if (*out && strcmp((*out)->record.id, set->items[i].record.id))
			return ev_fail(EV_EINVALID, "'%s' fits more than one "
				       "record", id);
		if (!*out)
			*out = &set->items[i];
	}
	return *out ? 0 : ev_fail(EV_ENOTFOUND, "no record '%s' on this commit "
				  "or its tree", id);
}

int ev_draft_check_supersedes(struct ev_draft *d, struct ev_ledger *l,
			      const struct ev_trust *trust, const char *fpr)
{
	struct ev_lines set = EV_LINES_INIT;
	const struct ev_line *old;
	int ret;

	if (!d->supersedes)
		return 0;
	if (!is_reason(d->because))
		return ev_fail(EV_EINVALID, "a reason is needed to supersede "
			       "'%s'", d->supersedes);
	ret = ev_ledger_lines(&set, l, &d->commit, &d->tree);
	if (ret == 0)
		ret = find_superseded(&old, &set, d->supersedes);
	if (ret == 0)
		ret = may_supersede(d, old, trust, fpr);
	if (ret == 0) {
		memcpy(d->superseded, old->record.id, sizeof(d->superseded));
		d->supersedes = d->superseded;
	}
	ev_lines_release(&set);
	return ret;
}

/* The key must count today, or the record would be ignored by everybody. */
static int check_key(const struct ev_trust *trust, const char *fpr)
{
	struct ev_signature sig;
	const struct ev_key *key = ev_keyhome_find(trust->home, fpr, NULL);
	char reason[160];
	size_t at = 0;

	memset(&sig, 0, sizeof(sig));
	memcpy(sig.signer, key->fpr, sizeof(sig.signer));
	memcpy(sig.subkey, key->fpr, sizeof(sig.subkey));
	sig.created = ev_now();
	sig.hash_algo = 8;
	/* Which subkey gpg will take is judged after signing. */
	if ((key->nsubs <= 1 ||
	     ev_trust_withdrawn(trust, key->fpr, key->fpr, &at)) &&
	    !ev_trust_counts(reason, trust, &sig, ev_now()))
		return ev_fail(EV_EDENIED, "signing key '%s': %s", fpr, reason);
	return 0;
}

static int store(struct ev_written *out, struct ev_repo *r,
		 const struct ev_draft *d, const struct ev_buf *line)
{
	struct ev_append add[2];
	struct ev_buf message = EV_BUF_INIT;
	bool on_commit = !ev_oid_is_zero(&d->commit);
	char hex[EV_OID_HEX + 1];
	int ret;

	ret = ev_artifacts_store(r, &d->artifacts);
	if (ret < 0)
		return ret;
	ev_oid_hex(hex, on_commit ? &d->commit : &d->tree);
	ev_buf_addf(&message, "evidence: %s%s%s on %.12s\n",
		    ev_kind_name(d->kind), d->name ? " " : "",
		    d->name ? d->name : "", hex);
	add[0].object = d->tree;
	add[1].object = d->commit;
	add[0].line = add[1].line = *line;
	ret = ev_ledger_append(&out->ledger, r, add, on_commit ? 2 : 1,
			       message.ptr);
	ev_buf_release(&message);
	return ret;
}

int ev_draft_write(struct ev_written *out, struct ev_repo *r,
		   struct ev_trust *trust, struct ev_draft *d,
		   const char *fpr, bool dry_run)
{
	struct ev_ledger *l = NULL;
	struct ev_buf payload = EV_BUF_INIT, line = EV_BUF_INIT;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = check_key(trust, fpr);
	if (ret == 0)
		ret = ev_ledger_open(&l, r, trust, NULL);
	if (ret == 0)
		ret = ev_draft_check_supersedes(d, l, trust, fpr);
	ev_artifacts_leave_out(&d->artifacts, trust);
	if (ret < 0)
		goto out;
	if (dry_run) {
		ret = ev_draft_payload(&payload, d, trust);
		if (ret == 0)
			ev_sha256_hex(out->id, payload.ptr, payload.len);
		goto out;
	}
	ret = ev_draft_sign(out, &line, l, trust, d, fpr);
	if (ret == 0)
		ret = store(out, r, d, &line);
out:
	ev_ledger_close(l);
	ev_buf_release(&line);
	ev_buf_release(&payload);
	return ret;
}
