#include "base/compat.h"
#include "sign/keyhome.h"

#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "sign/block.h"
#include "sign/gpg.h"
#include "sign/openpgp.h"
#include "sign/signer.h"
#include "sign/weak.h"

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
static int check_issuer(gpgme_key_t key, const struct ev_sigpacket *packet)
{
	const struct _gpgme_subkey *s;

	for (s = key->subkeys; s; s = s->next) {
		if (!s->fpr || strlen(s->fpr) != 40)
			continue;
		if (packet->has_fpr ? strcasecmp(s->fpr, packet->issuer_fpr)
				    : strcasecmp(s->fpr + 24,
						 packet->issuer_keyid))
			continue;
		if (!ev_key_is_weak(packet->pubkey_algo, s->length))
			return 0;
		return ev_fail(EV_EDENIED, "key '%s' has %u bits, at least %u "
			       "are needed", s->fpr, s->length,
			       EV_KEY_MIN_BITS);
	}
	return ev_fail(EV_ERROR, "gpg signed with another key than '%s'",
		       key->subkeys ? key->subkeys->fpr : "");
}

/* Never hand out a signature that nobody's verification would count. */
static int check_made(gpgme_key_t key, const struct ev_buf *sig)
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

/* Many people have "armor" in their gpg.conf, and GPGME cannot undo it. */
static int take_made(struct ev_buf *out, const char *made, size_t n)
{
	if (n && made[0] == '-')
		return ev_dearmor(out, made, n);
	ev_buf_add(out, made, n);
	return 0;
}

/* gpgme_get_key() would run gpg twice, for a context of its own. */
static gpgme_error_t only_secret(gpgme_key_t *out, gpgme_ctx_t ctx,
				 const char *fpr)
{
	gpgme_key_t second = NULL;
	gpgme_error_t err = *fpr ? gpgme_op_keylist_start(ctx, fpr, 1) :
			    gpgme_error(GPG_ERR_INV_VALUE);

	if (!err)
		err = gpgme_op_keylist_next(ctx, out);
	if (!err && !gpgme_op_keylist_next(ctx, &second)) {
		gpgme_key_unref(second);
		err = gpgme_error(GPG_ERR_AMBIGUOUS_NAME);
	}
	gpgme_op_keylist_end(ctx);
	return err;
}

static int find_secret(gpgme_key_t *out, gpgme_ctx_t ctx, const char *fpr)
{
	struct ev_gpg_quiet q;
	gpgme_error_t err;

	ev_gpg_begin(&q);
	err = only_secret(out, ctx, fpr);
	ev_gpg_end(&q);
	switch (gpgme_err_code(err)) {
	case GPG_ERR_NO_ERROR:
		break;
	case GPG_ERR_EOF:
	case GPG_ERR_INV_VALUE:
		return no_secret_key(fpr);
	default:
		return translate(err, fpr);
	}
	if ((*out)->revoked)
		return ev_fail(EV_EDENIED, "key '%s' is revoked", fpr);
	if ((*out)->expired)
		return ev_fail(EV_EDENIED, "key '%s' has expired", fpr);
	return 0;
}

static int run_sign(struct ev_buf *sig, gpgme_ctx_t ctx, gpgme_key_t key,
		    const char *fpr, const void *data, size_t n)
{
	struct ev_gpg_quiet q;
	struct ev_buf binary = EV_BUF_INIT;
	gpgme_data_t in = NULL, out = NULL;
	gpgme_error_t err;
	char *made = NULL;
	size_t len = 0;
	int ret;

	gpgme_set_armor(ctx, 0);
	gpgme_set_textmode(ctx, 0);
	err = gpgme_signers_add(ctx, key);
	if (!err)
		err = gpgme_data_new_from_mem(&in, n ? data : "", n, 0);
	if (!err)
		err = gpgme_data_new(&out);
	if (!err) {
		ev_gpg_begin(&q);
		err = gpgme_op_sign(ctx, in, out, GPGME_SIG_MODE_DETACH);
		ev_gpg_end(&q);
	}
	if (out)
		made = gpgme_data_release_and_get_mem(out, &len);
	ret = err ? translate(err, fpr) : take_made(&binary, made, len);
	if (ret == 0)
		ret = check_made(key, &binary);
	if (ret == 0)
		ev_buf_add(sig, binary.ptr, binary.len);
	ev_buf_release(&binary);
	gpgme_free(made);
	gpgme_data_release(in);
	return ret;
}

/*
 * Whoever signs one thing often signs another: to look the key up takes as
 * many runs of gpg as to sign.  What is kept is asked for by the same program,
 * home and name alone, and not after a failure.
 */
static struct {
	char *program, *home, *fpr;
	gpgme_ctx_t ctx;
	gpgme_key_t key;
} kept;

static void forget_kept(void)
{
	free(kept.program);
	free(kept.home);
	free(kept.fpr);
	if (kept.key)
		gpgme_key_unref(kept.key);
	if (kept.ctx)
		gpgme_release(kept.ctx);
	memset(&kept, 0, sizeof(kept));
}

int ev_signer_find(const char *fpr)
{
	const char *home = getenv("GNUPGHOME");
	int ret;

	if (kept.key && ev_streq(kept.program, program) &&
	    ev_streq(kept.home, home) && ev_streq(kept.fpr, fpr)) {
		gpgme_signers_clear(kept.ctx);
		return 0;
	}
	forget_kept();
	ret = ev_gpg_open(&kept.ctx, program, NULL);
	if (ret == 0)
		ret = find_secret(&kept.key, kept.ctx, fpr);
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
		ret = run_sign(sig, kept.ctx, kept.key, fpr, data, n);
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
