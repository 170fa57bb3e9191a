#include "base/compat.h"

#include "cmd/approve.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "sign/openpgp.h"

/* Prepare ------------------------------------------------------------------ */

/* For a shell, if it has to be. */
static void add_word(struct ev_buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-+@%,:=";
	const char *p;

	if (*word && *word != '-' && !word[strspn(word, plain)]) {
		ev_buf_adds(out, word);
		return;
	}
	ev_buf_addc(out, '\'');
	for (p = word; *p; p++)
		if (*p == '\'')
			ev_buf_adds(out, "'\\''");
		else
			ev_buf_addc(out, *p);
	ev_buf_addc(out, '\'');
}

int approve_prepare(const struct approve *a)
{
	struct ev_buf text = EV_BUF_INIT, word = EV_BUF_INIT;
	int ret = ev_decision_format(&text, &a->decision);

	if (ret == 0 && !a->ctx->dry_run)
		ret = ev_file_create(a->prepare, text.ptr, text.len, 0644);
	if (ret == 0 && !a->ctx->json && !a->ctx->dry_run) {
		add_word(&word, a->prepare);
		out_raw("\n", 1);
		out_line("prepared for %s: %s", a->decision.name, a->prepare);
		out_line("  gpg -ab %s", word.ptr);
		out_line("  git evidence approve --complete %s.asc", word.ptr);
	}
	ev_buf_release(&word);
	ev_buf_release(&text);
	return ret;
}

/* Complete ----------------------------------------------------------------- */

/* FILE of FILE.asc; the caller frees it. */
static char *prepared_name(const char *signature)
{
	static const char *const ends[] = { ".asc", ".sig", ".gpg", ".pgp" };
	size_t n = strlen(signature), i;

	for (i = 0; i < EV_ARRAY_SIZE(ends); i++)
		if (n > 4 && ev_ends_with(signature, ends[i]))
			return ev_strndup(signature, n - 4);
	return NULL;
}

static int read_prepared(struct ev_decision *d, const struct approve *a)
{
	struct ev_buf text = EV_BUF_INIT_MAX(EV_DECISION_MAX);
	struct ev_buf sig = EV_BUF_INIT;
	char *beside = prepared_name(a->complete);
	const char *name = a->unsigned_file ? a->unsigned_file : beside;
	int ret;

	if (!name) {
		ret = ev_fail(EV_EINVALID, "'%s' does not say by its name what "
			      "it signs", a->complete);
		ev_error_hint("--unsigned <file>                # as --prepare "
			      "wrote it");
		goto out;
	}
	ret = ev_file_read(&text, name, EV_DECISION_MAX);
	if (ret == 0)
		ret = ev_decision_parse(d, &sig, text.ptr, text.len);
	if (ret == EV_EINVALID)
		ev_fail_prefix("'%s'", name);
	if (ret == 0 && sig.len) {
		ev_decision_release(d);
		ret = ev_fail(EV_EINVALID, "'%s' is signed already, and not "
			      "what --prepare wrote", name);
	}
out:
	free(beside);
	ev_buf_release(&sig);
	ev_buf_release(&text);
	return ret;
}

/* As armour; gpg -b, without a, writes bytes. */
static int read_signature(struct ev_buf *armour, const char *name)
{
	struct ev_buf text = EV_BUF_INIT_MAX(EV_DECISION_MAX);
	struct ev_buf bytes = EV_BUF_INIT;
	int ret = ev_file_read(&text, name, EV_DECISION_MAX);

	if (ret == 0 && text.len && ((unsigned char)text.ptr[0] & 0x80))
		ev_enarmor(armour, text.ptr, text.len);
	else if (ret == 0 && (ret = ev_dearmor(&bytes, text.ptr, text.len)) < 0)
		ev_fail(EV_EINVALID, "'%s' is no detached OpenPGP signature",
			name);
	else if (ret == 0)
		ev_buf_add(armour, text.ptr, text.len);
	ev_buf_release(&bytes);
	ev_buf_release(&text);
	return ret;
}

static int complete_release(struct approve *a, const struct ev_buf *armour)
{
	const struct ev_decision *d = &a->decision;
	struct ev_repo *r = a->ctx->repo;
	bool counts = true;
	char reason[200], hex[EV_OID_HEX + 1];
	int ret;

	/* How it is judged depends on what is here. */
	ret = ev_object_info(NULL, NULL, r, &d->commit);
	if (ret == EV_ENOTFOUND) {
		ev_oid_hex(hex, &d->commit);
		ev_fail(EV_EINCOMPLETE, "commit %s is not in this clone", hex);
		ev_error_hint("git fetch");
	}
	if (ret < 0)
		return ret;
	if (!a->reader.trust)
		return ev_fail(EV_EDENIED, "no policy is in force here");
	if (strcmp(d->product, a->reader.trust->product_id))
		return ev_fail(EV_EINVALID, "it is an approval for another "
			       "product, '%s'", d->product);
	ret = ev_approve_signer(a->fpr, r, a->reader.trust, d, armour,
				ev_now());
	if (ret == 0)
		ret = ev_approve_would_count(&counts, reason, r,
					     &a->reader.chain,
					     &a->reader.evidence, d, armour,
					     ev_now());
	if (ret == 0 && !counts && (d->meaning == EV_MEANING_APPROVED ||
				    d->meaning == EV_MEANING_REJECTED)) {
		ret = ev_fail(EV_EDENIED, "this approval would not count: %s",
			      reason);
		ev_error_hint("git evidence approve --prepare <file>    # "
			      "prepare it anew");
	}
	if (ret == 0 && !a->ctx->dry_run)
		ret = ev_decision_write(&a->tag, NULL, r, a->reader.trust, d,
					NULL, armour);
	return ret;
}

/* What is signed must be what would be drafted now. */
static int complete_policy(struct approve *a, const struct ev_buf *armour)
{
	struct ev_decision *d = &a->decision, now;
	struct ev_approve_policy ask = { .commit = d->tree, .role = d->role,
					 .fpr = a->reader.chain.root,
					 .name = d->name, .email = d->email,
					 .now = ev_now() };
	struct ev_strs diff = EV_STRS_INIT, loosened = EV_STRS_INIT;
	struct ev_repo *r = a->ctx->repo;
	struct ev_policy next = { 0 };
	struct ev_trust *judge;
	int ret;

	ret = ev_policy_read(&next, r, &d->tree);
	if (ret < 0)
		return ret;
	judge = ev_approve_policy_judge(&a->reader.chain, &next);
	ret = ev_approve_policy_root(&next, &a->reader.chain, &ask);
	if (ret == 0)
		ret = ev_approve_signer(a->fpr, r, judge, d, armour, ev_now());
	ask.fpr = a->fpr;
	ev_policy_release(&next);
	if (ret == 0)
		ret = ev_approve_policy_draft(&now, &next, &diff, &loosened, r,
					      &a->reader.chain, &ask);
	if (ret < 0)
		goto out;
	if (strcmp(now.control_set, d->control_set) ||
	    strcmp(now.previous, d->previous) || now.version != d->version ||
	    strcmp(now.product, d->product))
		ret = ev_fail(EV_EINVALID, "the control set has changed "
			      "since, or never was what it says");
	if (ret == 0 && !a->ctx->dry_run)
		ret = ev_decision_write(&a->tag, NULL, r,
			ev_approve_policy_judge(&a->reader.chain, &next), d,
			NULL, armour);
	ev_decision_release(&now);
	ev_policy_release(&next);
out:
	ev_strs_release(&diff);
	ev_strs_release(&loosened);
	return ret;
}

int approve_complete(struct approve *a)
{
	struct ev_buf armour = EV_BUF_INIT;
	int ret = read_prepared(&a->decision, a);

	if (ret < 0)
		return ret;
	ret = read_signature(&armour, a->complete);
	if (ret < 0)
		goto out;
	a->ref = ev_decision_ref(&a->decision);
	switch (a->decision.kind) {
	case EV_DECISION_APPROVAL:
		ret = complete_release(a, &armour);
		break;
	case EV_DECISION_POLICY:
		ret = complete_policy(a, &armour);
		break;
	default:
		ret = ev_fail(EV_EINVALID, "it is a checkpoint, not an "
			      "approval");
	}
	a->written = ret == 0 && !a->ctx->dry_run;
out:
	ev_buf_release(&armour);
	return ret;
}
