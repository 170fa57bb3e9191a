#include "base/compat.h"
#include "sign/signer.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "sign/gpg.h"
#include "sign/openpgp.h"
#include "sign/status.h"
#include "sign/weak.h"

#define LIST_MAX ((size_t)4 << 20)

static char *program;

void ev_sign_set_program(const char *path)
{
	free(program);
	program = ev_strdup(path && *path ? path : NULL);
}

const char *ev_signer_program(void)
{
	return program;
}

static int no_secret_key(const char *fpr)
{
	ev_fail(EV_ENOTFOUND, "no secret key for '%s' in your key ring", fpr);
	ev_error_hint("gpg --list-secret-keys");
	ev_error_hint("gpg-connect-agent /bye");
	return EV_ENOTFOUND;
}

static int no_pass_phrase(const char *why)
{
	ev_fail(EV_ERROR, "gpg could not ask for the pass phrase: %s", why);
	ev_error_hint("export GPG_TTY=$(tty)");
	return EV_ERROR;
}

static int translate(gpgme_error_t err, const char *fpr)
{
	char text[128];

	switch (gpgme_err_code(err)) {
	case GPG_ERR_NO_SECKEY:
	case GPG_ERR_UNUSABLE_SECKEY:
		return no_secret_key(fpr);
	case GPG_ERR_ENOTTY:
	case GPG_ERR_ENXIO:
		return no_pass_phrase("no terminal");
	case GPG_ERR_NO_PIN_ENTRY:
		ev_fail(EV_ERROR, "gpg could not ask for the pass phrase: "
			"no pinentry");
		ev_error_hint("install a pinentry program "
			      "(the package pinentry-curses)");
		return EV_ERROR;
	case GPG_ERR_TIMEOUT:
		return no_pass_phrase("nobody answered");
	case GPG_ERR_CANCELED:
	case GPG_ERR_FULLY_CANCELED:
		return ev_fail(EV_ERROR, "signing was cancelled");
	case GPG_ERR_BAD_PASSPHRASE:
		return ev_fail(EV_ERROR, "wrong pass phrase for '%s'", fpr);
	case GPG_ERR_NO_AGENT:
	case GPG_ERR_AGENT:
		ev_fail(EV_ERROR, "gpg-agent cannot be reached");
		ev_error_hint("gpgconf --launch gpg-agent");
		return EV_ERROR;
	default:
		gpgme_strerror_r(err, text, sizeof(text));
		ev_fail(EV_ERROR, "gpg cannot sign with '%s': %s", fpr, text);
		ev_error_hint("echo test | gpg --local-user %s --detach-sign "
			      ">/dev/null", fpr);
		return EV_ERROR;
	}
}

/* Is the issuer one of this key's parts, and strong enough to count? */
static int check_issuer(const struct ev_seckey *key,
			const struct ev_sigpacket *packet)
{
	const struct ev_seckey_part *part;
	size_t i;

	for (i = 0; i < key->n; i++) {
		part = &key->parts[i];
		if (packet->has_fpr ? strcmp(part->fpr, packet->issuer_fpr)
				    : strcmp(part->fpr + 24,
					     packet->issuer_keyid))
			continue;
		if (!ev_key_is_weak(packet->pubkey_algo, part->bits))
			return 0;
		return ev_fail(EV_EDENIED, "key '%s' has %u bits, at least %u "
			       "are needed", part->fpr, part->bits,
			       EV_KEY_MIN_BITS);
	}
	return ev_fail(EV_ERROR, "gpg signed with another key than '%s'",
		       key->parts[0].fpr);
}

/* Never hand out a signature that nobody's verification would count. */
static int check_made(const struct ev_seckey *key, const struct ev_buf *sig)
{
	struct ev_sigpacket packet;

	if (ev_sigpacket_parse(&packet, sig->ptr, sig->len) < 0) {
		ev_fail_prefix("gpg made a signature that does not count");
		ev_error_hint("look into your gpg.conf, textmode is one cause");
		return ev_error_last()->code;
	}
	if (ev_hash_is_strong(packet.hash_algo))
		return check_issuer(key, &packet);
	ev_fail(EV_EDENIED, "gpg signed with a %s digest, SHA-256 or better is "
		"needed", ev_hash_name(packet.hash_algo));
	ev_error_hint("remove digest-algo and personal-digest-preferences from "
		      "your gpg.conf");
	return EV_EDENIED;
}

/* Many people have "armor" in their gpg.conf, and a wrapper that is set
 * as the program may not know how to undo it. */
static int take_made(struct ev_buf *out, const char *made, size_t n)
{
	if (n && made[0] == '-')
		return ev_dearmor(out, made, n);
	ev_buf_add(out, made, n);
	return 0;
}

static int find_secret(struct ev_seckey *out, const char *path,
		       const char *fpr)
{
	const char *const args[] = { "--batch", "--no-tty", "--with-colons",
				     "--fixed-list-mode", "--with-fingerprint",
				     "--with-fingerprint",
				     "--list-secret-keys", "--", fpr, NULL };
	struct ev_buf list = EV_BUF_INIT_MAX(LIST_MAX);
	struct ev_buf err = EV_BUF_INIT_MAX(EV_GPG_STATUS_MAX);
	struct ev_gpgrun run = { .path = path, .args = args, .out = &list,
				 .err = &err };
	int ret = *fpr ? ev_gpg_run(&run) : 0;

	if (ret == 0)
		ev_seckey_parse(out, list.ptr, list.len);
	if (ret == 0 && *fpr && (!run.ended || list.overflow))
		ret = ev_fail(EV_ERROR, "gpg ended before it had listed '%s'",
			      fpr);
	else if (ret == 0 && out->keys > 1)
		ret = translate(gpgme_error(GPG_ERR_AMBIGUOUS_NAME), fpr);
	else if (ret == 0 && !out->n)
		ret = no_secret_key(fpr);
	else if (ret == 0 && out->revoked)
		ret = ev_fail(EV_EDENIED, "key '%s' is revoked", fpr);
	else if (ret == 0 && out->expired)
		ret = ev_fail(EV_EDENIED, "key '%s' has expired", fpr);
	ev_buf_release(&list);
	ev_buf_release(&err);
	return ret;
}

/* What gpg said when there is no signature. */
static int why_not(const struct ev_gpgsigned *said, const char *fpr)
{
	if (said->no_signer)
		return translate(gpgme_error(GPG_ERR_UNUSABLE_SECKEY), fpr);
	return translate(gpgme_error(said->failure ? said->failure :
				     GPG_ERR_GENERAL), fpr);
}

/* The key ------------------------------------------------------------------ */

/*
 * Whoever signs one thing often signs another, and to look the key up costs as
 * much as to sign.  What is kept is asked for by the same program, home and
 * name alone, and not after a failure.
 */
static struct {
	char *program, *home, *fpr;
	struct ev_buf path;
	struct ev_seckey key;
	bool listed;			/* as gpg lists it */
} kept = { .path = EV_BUF_INIT };

bool ev_signer_keeps(const char *fpr)
{
	return kept.fpr && ev_streq(kept.program, program) &&
	       ev_streq(kept.home, getenv("GNUPGHOME")) &&
	       ev_streq(kept.fpr, fpr);
}

void ev_signer_forget(void)
{
	free(kept.program);
	free(kept.home);
	free(kept.fpr);
	kept.program = kept.home = kept.fpr = NULL;
	kept.listed = false;
	memset(&kept.key, 0, sizeof(kept.key));
}

static void keep(const char *fpr, bool listed)
{
	kept.program = ev_strdup(program);
	kept.home = ev_strdup(getenv("GNUPGHOME"));
	kept.fpr = ev_strdup(fpr);
	kept.listed = listed;
}

int ev_signer_find(const char *fpr)
{
	int ret;

	if (ev_signer_keeps(fpr))
		return 0;
	ev_signer_forget();
	ret = ev_gpg_ready(&kept.path, program);
	if (ret == 0)
		ret = find_secret(&kept.key, kept.path.ptr, fpr);
	if (ret == 0)
		keep(fpr, true);
	return ret;
}

void ev_signer_expect(const struct ev_keyhome *h, const char *fpr)
{
	const struct ev_key *key = ev_keyhome_find(h, fpr, NULL);
	struct ev_seckey_part *part;
	size_t i;

	if (ev_signer_keeps(fpr) || !key)
		return;
	ev_signer_forget();
	if (ev_gpg_ready(&kept.path, program) < 0) {
		ev_error_clear();
		return;
	}
	for (i = 0; i < key->nsubs && i < EV_SECKEY_MAX_PARTS; i++) {
		part = &kept.key.parts[kept.key.n++];
		memcpy(part->fpr, key->subs[i].fpr, sizeof(part->fpr));
		part->bits = key->subs[i].bits;
	}
	keep(fpr, false);
}

const char *ev_signer_path(void)
{
	return kept.path.ptr;
}

const char *ev_signer_primary(void)
{
	return kept.key.parts[0].fpr;
}

static int take(struct ev_buf *sig, const struct ev_gpgrun *run,
		const char *fpr)
{
	struct ev_buf binary = EV_BUF_INIT;
	struct ev_gpgsigned result;
	int ret = 0;

	ev_gpgsigned_parse(&result, run->err->ptr, run->err->len);
	if (result.made != 1 || !run->ended)
		ret = why_not(&result, fpr);
	if (ret == 0)
		ret = take_made(&binary, run->out->ptr, run->out->len);
	if (ret == 0)
		ret = check_made(&kept.key, &binary);
	if (ret == 0)
		ev_buf_add(sig, binary.ptr, binary.len);
	ev_buf_release(&binary);
	return ret;
}

int ev_signer_take(struct ev_buf *sig, const struct ev_gpgrun *run,
		   const char *fpr)
{
	int ret = take(sig, run, fpr);

	if (ret == 0 || kept.listed)
		return ret;
	ev_signer_forget();
	ret = ev_signer_find(fpr);
	return ret < 0 ? ret : take(sig, run, fpr);
}
