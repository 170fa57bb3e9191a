#include "base/compat.h"
#include "sign/keyhome.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "sign/block.h"
#include "sign/colons.h"
#include "sign/gpg.h"
#include "sign/openpgp.h"
#include "sign/run.h"
#include "sign/signer.h"
#include "sign/status.h"
#include "sign/weak.h"

#define LIST_MAX ((size_t)4 << 20)

static char *program;

void ev_sign_set_program(const char *path)
{
	free(program);
	program = ev_strdup(path && *path ? path : NULL);
}

/* gpg has no terminal of its own here; pinentry asks on the one we name. */
static void name_terminal(void)
{
	char path[256];

	if (!getenv("GPG_TTY") && isatty(0) &&
	    ttyname_r(0, path, sizeof(path)) == 0)
		setenv("GPG_TTY", path, 1);
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

static int run_sign(struct ev_buf *sig, const char *path,
		    const struct ev_seckey *key, const char *fpr,
		    const void *data, size_t n)
{
	const char *const args[] = { "--batch", "--no-tty", "--status-fd", "2",
				     "--no-armor", "--local-user",
				     key->parts[0].fpr, "--detach-sign", NULL };
	struct ev_buf made = EV_BUF_INIT_MAX(EV_SIG_MAX_BYTES * 2);
	struct ev_buf binary = EV_BUF_INIT, said = EV_BUF_INIT;
	struct ev_gpgrun run = { .path = path, .args = args, .out = &made,
				 .err = &said, .in = n ? data : "", .n = n };
	struct ev_gpgsigned result;
	int ret;

	said.max = EV_GPG_STATUS_MAX;
	ret = ev_gpg_run(&run);
	ev_gpgsigned_parse(&result, said.ptr, said.len);
	if (ret == 0 && (result.made != 1 || !run.ended))
		ret = why_not(&result, fpr);
	if (ret == 0)
		ret = take_made(&binary, made.ptr, made.len);
	if (ret == 0)
		ret = check_made(key, &binary);
	if (ret == 0)
		ev_buf_add(sig, binary.ptr, binary.len);
	ev_buf_release(&made);
	ev_buf_release(&binary);
	ev_buf_release(&said);
	return ret;
}

/*
 * Whoever signs one thing often signs another, and to look the key up costs as
 * much as to sign.  What is kept is asked for by the same program, home and
 * name alone, and not after a failure.
 */
static struct {
	char *program, *home, *fpr;
	struct ev_buf path;
	struct ev_seckey key;
} kept = { .path = EV_BUF_INIT };

static void forget_kept(void)
{
	free(kept.program);
	free(kept.home);
	free(kept.fpr);
	kept.program = kept.home = kept.fpr = NULL;
	memset(&kept.key, 0, sizeof(kept.key));
}

int ev_signer_find(const char *fpr)
{
	const char *home = getenv("GNUPGHOME");
	int ret;

	if (kept.fpr && ev_streq(kept.program, program) &&
	    ev_streq(kept.home, home) && ev_streq(kept.fpr, fpr))
		return 0;
	forget_kept();
	ret = ev_gpg_ready(&kept.path, program);
	if (ret == 0)
		ret = find_secret(&kept.key, kept.path.ptr, fpr);
	if (ret < 0)
		return ret;
	kept.program = ev_strdup(program);
	kept.home = ev_strdup(home);
	kept.fpr = ev_strdup(fpr);
	return 0;
}

int ev_sign_detached(struct ev_buf *sig, const char *fpr,
		     const void *data, size_t n)
{
	int ret;

	name_terminal();
	ret = ev_signer_find(fpr);
	if (ret == 0)
		ret = run_sign(sig, kept.path.ptr, &kept.key, fpr, data, n);
	if (ret < 0)
		forget_kept();
	return ret;
}

int ev_sign_armored(struct ev_buf *armour, const char *fpr,
		    const void *data, size_t n)
{
	struct ev_buf sig = EV_BUF_INIT;
	int ret;

	/* Ours, so that no "comment" of a gpg.conf gets into a tag. */
	ret = ev_sign_detached(&sig, fpr, data, n);
	if (ret == 0)
		ev_enarmor(armour, sig.ptr, sig.len);
	ev_buf_release(&sig);
	return ret;
}

static bool can_sign(gpgme_key_t key)
{
	const struct _gpgme_subkey *s;

	if (key->revoked || key->expired || key->disabled || key->invalid)
		return false;
	for (s = key->subkeys; s; s = s->next)
		if (s->can_sign && s->secret && !s->revoked && !s->expired &&
		    !s->disabled && !s->invalid)
			return true;
	return false;
}

static void tell_spent(struct ev_strs *why, gpgme_key_t key)
{
	char day[EV_TIME_TEXT] = "";

	ev_time_format(day, (int64_t)key->subkeys->expires);
	if (key->revoked)
		ev_strs_add(why, "is revoked");
	else if (key->expired)
		ev_strs_addf(why, "has expired on %.10s", day);
	else if (key->disabled || key->invalid)
		ev_strs_add(why, "is disabled in your key ring");
	else
		ev_strs_add(why, "has no part that may sign: it has expired, "
			    "was revoked, or is not here");
}

/* Those that can sign into `out`, which may be NULL, or the others. */
static int list_secret(struct ev_strs *out, struct ev_strs *spent,
		       struct ev_strs *why)
{
	struct ev_gpg_quiet q;
	gpgme_ctx_t ctx = NULL;
	gpgme_key_t key;
	gpgme_error_t err;
	int ret;

	ret = ev_gpg_open(&ctx, program, NULL);
	if (ret < 0)
		return ret;
	ev_gpg_begin(&q);
	err = gpgme_op_keylist_start(ctx, NULL, 1);
	while (!err) {
		err = gpgme_op_keylist_next(ctx, &key);
		if (err)
			break;
		if (out && can_sign(key)) {
			ev_strs_add(out, key->subkeys->fpr);
		} else if (spent && !can_sign(key)) {
			ev_strs_add(spent, key->subkeys->fpr);
			tell_spent(why, key);
		}
		gpgme_key_unref(key);
	}
	gpgme_op_keylist_end(ctx);
	ev_gpg_end(&q);
	if (gpgme_err_code(err) != GPG_ERR_EOF)
		ret = ev_gpg_fail(err, "cannot list your secret keys");
	gpgme_release(ctx);
	return ret;
}

int ev_sign_secret_keys(struct ev_strs *out)
{
	return list_secret(out, NULL, NULL);
}

int ev_sign_spent_keys(struct ev_strs *fprs, struct ev_strs *why)
{
	return list_secret(NULL, fprs, why);
}

int ev_sign_user_id(struct ev_buf *name, struct ev_buf *email,
		    const char *fpr)
{
	struct ev_gpg_quiet q;
	gpgme_key_t key = NULL;
	gpgme_ctx_t ctx = NULL;
	gpgme_error_t err;
	int ret;

	ret = ev_gpg_open(&ctx, program, NULL);
	if (ret < 0)
		return ret;
	ev_gpg_begin(&q);
	err = gpgme_get_key(ctx, fpr, &key, 0);
	ev_gpg_end(&q);
	if (!err && key->uids) {
		ev_buf_adds(name, key->uids->name ? key->uids->name : "");
		ev_buf_adds(email, key->uids->email ? key->uids->email : "");
	}
	if (!err)
		gpgme_key_unref(key);
	gpgme_release(ctx);
	return 0;
}

static int no_public_key(const char *fpr)
{
	ev_fail(EV_ENOTFOUND, "no key '%s' in your key ring", fpr);
	ev_error_hint("gpg --list-keys");
	return EV_ENOTFOUND;
}

int ev_sign_export_key(struct ev_buf *out, const char *fpr)
{
	struct ev_keyblock block = { fpr, NULL, 0 };
	struct ev_buf packets = EV_BUF_INIT;
	struct ev_gpg_quiet q;
	gpgme_data_t data = NULL;
	gpgme_ctx_t ctx = NULL;
	gpgme_error_t err;
	char *made = NULL;
	size_t len = 0, keys = 0;
	int ret;

	ret = ev_gpg_open(&ctx, program, NULL);
	if (ret < 0)
		return ret;
	gpgme_set_armor(ctx, 1);
	err = gpgme_data_new(&data);
	if (!err) {
		ev_gpg_begin(&q);
		err = gpgme_op_export(ctx, fpr, GPGME_EXPORT_MODE_MINIMAL,
				      data);
		ev_gpg_end(&q);
	}
	if (data)
		made = gpgme_data_release_and_get_mem(data, &len);
	if (err && gpgme_err_code(err) != GPG_ERR_NO_DATA)
		ret = ev_gpg_fail(err, "cannot export the key");
	else if (!len)
		ret = no_public_key(fpr);
	block.bytes = made;
	block.n = len;
	if (ret == 0)
		ret = ev_block_read(&packets, &keys, &block);
	if (ret == 0)
		ev_buf_add(out, made, len);
	ev_buf_release(&packets);
	gpgme_free(made);
	gpgme_release(ctx);
	return ret;
}
