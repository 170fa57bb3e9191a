#include "base/compat.h"

#include "cmd/words.h"

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "gate/client.h"
#include "gate/releases.h"
#include "repo/config.h"

const char *signer_name(const struct ev_line *line)
{
	if (line->person)
		return line->person->name;
	return *line->record.signer ? line->record.signer + 24 : "-";
}

void signer_roles(struct ev_buf *out, const struct ev_person *p)
{
	size_t i;

	for (i = 0; p && i < p->roles.n; i++)
		ev_buf_addf(out, "%s%s", i ? "," : "", p->roles.items[i]);
}

static void json_oid(struct ev_json *j, const char *key, bool has,
		     const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];

	if (has)
		ev_oid_hex(hex, oid);
	ev_json_kv(j, key, has ? hex : NULL);
}

static const char *or_null(const char *s)
{
	return s && *s ? s : NULL;
}

void json_record(struct ev_json *j, const struct ev_line *line)
{
	const struct ev_record *r = &line->record;
	struct ev_buf roles = EV_BUF_INIT;

	signer_roles(&roles, line->person);
	ev_json_kv(j, "id", or_null(r->id));
	ev_json_kv(j, "line", r->line);
	ev_json_kv(j, "kind", r->kind ? ev_kind_name(r->kind) : NULL);
	ev_json_kv(j, "name", or_null(r->name));
	ev_json_kv(j, "outcome", or_null(r->outcome));
	ev_json_kv(j, "signer", line->person ? line->person->name
					     : or_null(r->signer));
	ev_json_kv(j, "role", or_null(roles.ptr));
	json_oid(j, "commit", r->has_commit, &r->commit);
	json_oid(j, "tree", r->has_tree, &r->tree);
	ev_json_kv(j, "recordedAt", or_null(r->recorded_at));
	ev_json_kv(j, "state", ev_state_name(line->state));
	if (*line->reason)
		ev_json_kv(j, "reason", line->reason);
	ev_buf_release(&roles);
}

void json_ignored(struct ev_json *j, const struct ev_lines *lines)
{
	static const enum ev_state ignored[] = {
		EV_DUPLICATE, EV_MALFORMED, EV_FOREIGN, EV_MISPLACED,
		EV_UNTIMELY,
	};
	size_t i;

	ev_json_key(j, "ignored");
	ev_json_object(j);
	for (i = 0; i < EV_ARRAY_SIZE(ignored); i++)
		ev_json_kvi(j, ev_state_name(ignored[i]),
			    (int64_t)lines->count[ignored[i]]);
	ev_json_end_object(j);
}

void json_policy(struct ev_json *j, const struct ev_chain *c)
{
	const struct ev_policy *p = ev_chain_policy(c);

	ev_json_key(j, "policy");
	if (!p) {
		ev_json_null(j);
		return;
	}
	ev_json_object(j);
	ev_json_kv(j, "controlSet", p->link);
	ev_json_kvi(j, "version", p->version);
	ev_json_kvb(j, "provisional", !c->in_force);
	ev_json_kv(j, "root", or_null(c->root));
	ev_json_end_object(j);
}

void reader_release(struct reader *r)
{
	ev_chain_release(&r->chain);
	ev_evidence_release(&r->evidence);
	memset(r, 0, sizeof(*r));
}

int reader_read(struct reader *out, struct ev_repo *r)
{
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_evidence_read(&out->evidence, r);
	if (ret == 0)
		ret = ev_chain_read(&out->chain, r, &out->evidence, ev_now());
	if (ret == 0)
		ret = ev_chain_provisional(&out->chain, r);
	if (ret < 0)
		return ret;
	out->policy = ev_chain_policy(&out->chain);
	/* The hooks go by a list that a new HEAD or policy may have outdated. */
	if (out->policy && ev_protected_listed(r) &&
	    ev_protected_list(r, out->policy) < 0)
		ev_error_clear();
	out->trust = out->policy ? &out->policy->trust : NULL;
	return 0;
}

static bool refuses_all(const struct reader *x)
{
	return x->chain.state == EV_CHAIN_FORKED ||
		x->chain.state == EV_CHAIN_BROKEN;
}

int reader_open(struct reader *out, struct ev_repo *r)
{
	int ret = reader_read(out, r);

	if (ret < 0)
		return ret;
	if (refuses_all(out))
		say_warning("%s", out->chain.reason);
	else if (!out->policy)
		say_warning("HEAD has no .evidence/policy.yaml, so no key is "
			    "known and no record counts");
	return reader_borrow(out, r);
}

int reader_for_verdict(struct reader *out, struct ev_repo *r)
{
	struct ev_policy head = { 0 };
	int ret = reader_read(out, r);

	if (ret < 0 || out->policy || refuses_all(out))
		return ret;
	/* it says what is missing, and the way out */
	ret = ev_policy_read_head(&head, r);
	ev_policy_release(&head);
	return ret;
}

int reader_require(struct reader *out, struct ev_repo *r)
{
	int ret = reader_for_verdict(out, r);

	if (ret == 0 && !out->policy && refuses_all(out)) {
		ret = ev_fail(EV_EINVALID, "%s", out->chain.reason);
		ev_error_hint("%s", out->chain.lacking ? "git evidence sync" :
			      "git evidence doctor");
	}
	return ret;
}

static bool may_be_release(const char *rev)
{
	return *rev && !strpbrk(rev, " ^~:?*[\\") && !strstr(rev, "..") &&
		!strstr(rev, "@{") && strcmp(rev, "HEAD");
}

int rev_read(struct ev_oid *out, const struct reader *reader,
	     struct ev_repo *r, const char *rev)
{
	const struct ev_evidence *e = &reader->evidence;
	struct ev_ledger *l = NULL;
	int ret = ev_repo_commit(out, r, rev);

	if (ret != EV_ENOTFOUND || !reader->policy || !may_be_release(rev))
		return ret;
	ret = ev_ledger_open(&l, r, reader->trust, e->has_ledger ?
			     &e->ledger : NULL);
	if (ret == 0)
		ret = ev_release_commit(out, r, &reader->chain, l, rev);
	ev_ledger_close(l);
	/* What Git says of it is what the user knows. */
	return ret == EV_ENOTFOUND ? ev_repo_commit(out, r, rev) : ret;
}

int target_read(char **ref, struct ev_oid *to, const struct reader *reader,
		struct ev_repo *r, const char *rev, const char *word)
{
	const char *near;
	enum ev_objtype type;
	int ret;

	ret = ev_target_ref(ref, reader->policy, word);
	if (ret < 0)
		return ret;
	near = ev_target_near(reader->policy, *ref);
	if (near)
		say_warning("no rule is about '%s'; there are some about '%s'",
			    *ref, near);
	if (ev_starts_with(*ref, "refs/tags/")) {
		ret = ev_repo_resolve(to, &type, r, rev);
		if (ret != EV_ENOTFOUND && (ret < 0 || type == EV_OBJ_TAG))
			return ret;
	}
	return rev_read(to, reader, r, rev);
}

static const struct ev_person *by_email(const struct ev_trust *trust,
					const char *email)
{
	const struct ev_person *p;
	size_t i, k;

	for (i = 0; i < trust->npeople; i++) {
		p = &trust->people[i];
		for (k = 0; k < p->emails.n; k++)
			if (!strcasecmp(p->emails.items[k], email))
				return p;
	}
	return NULL;
}

const struct ev_person *who_asks(struct ev_repo *r,
				 const struct ev_trust *trust)
{
	const char *word = ev_config_get(r, "evidence.signingKey", NULL);
	const struct ev_key *key = NULL;
	const struct ev_person *p = NULL;
	char id[41];

	if (!word)
		word = ev_config_get(r, "user.signingKey", NULL);
	if (word && trust->home && ev_key_id(id, word))
		key = ev_keyhome_find(trust->home, id, NULL);
	if (key)
		p = ev_trust_person(trust, key->fpr, NULL);
	word = ev_config_get(r, "user.email", NULL);
	return p || !word ? p : by_email(trust, word);
}

int ask_to_sign(struct context *ctx)
{
	char answer[16] = "";
	int ret;

	if (!isatty(STDIN_FILENO) || ctx->json) {
		ret = ev_fail(EV_EINVALID, ctx->json ? "with --json nobody "
			      "is asked" : "standard input is no terminal on "
			      "which to ask");
		ev_error_hint("--yes                            # sign what "
			      "was shown without being asked");
		return ret;
	}
	out_flush();
	fputs("\nSign this? [y/N] ", stderr);
	fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin) &&
	    (answer[0] == 'y' || answer[0] == 'Y'))
		return 0;
	return ev_fail(EV_ESTOP, "nothing was signed");
}
