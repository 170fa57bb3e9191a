#include "base/compat.h"
#include "sign/keyhome.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "sign/block.h"
#include "sign/gpg.h"
#include "sign/signer.h"

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

	ret = ev_gpg_open(&ctx, ev_signer_program(), NULL);
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

	ret = ev_gpg_open(&ctx, ev_signer_program(), NULL);
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

	ret = ev_gpg_open(&ctx, ev_signer_program(), NULL);
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
