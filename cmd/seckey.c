#include "base/compat.h"
#include "cmd/seckey.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/config.h"
#include "sign/keyhome.h"

static void offer(const struct ev_strs *keys, const char *others)
{
	size_t i;

	for (i = 0; i < keys->n; i++)
		ev_error_hint("git evidence init --key %s%s", keys->items[i],
			      others);
	if (!keys->n)
		ev_error_hint("gpg --quick-generate-key 'NAME <E-MAIL>' "
			      "ed25519 sign 2y");
}

static bool take(char fpr[41], const struct ev_strs *keys, const char *id)
{
	size_t i;

	for (i = 0; i < keys->n; i++)
		if (ev_ends_with(keys->items[i], id)) {
			memcpy(fpr, keys->items[i], 41);
			return true;
		}
	return false;
}

/* A subkey is known only to the block that it is in. */
static bool take_subkey(char fpr[41], struct ev_repo *r,
			const struct ev_strs *keys, const char *id)
{
	struct ev_buf dir = EV_BUF_INIT, text = EV_BUF_INIT;
	struct ev_keyhome *home = NULL;
	struct ev_keyblock block = { .name = "the key" };
	const struct ev_key *k = NULL;
	bool found = false;
	size_t i;

	if (ev_repo_statedir(&dir, r) < 0)
		goto out;
	for (i = 0; i < keys->n && !found; i++) {
		ev_buf_clear(&text);
		if (ev_sign_export_key(&text, keys->items[i]) < 0)
			continue;
		block.bytes = text.ptr;
		block.n = text.len;
		if (ev_keyhome_open(&home, dir.ptr, &block, 1) >= 0)
			k = ev_keyhome_find(home, id, NULL);
		found = k != NULL;
		if (k)
			memcpy(fpr, keys->items[i], 41);
		ev_keyhome_close(home);
		home = NULL;
		k = NULL;
	}
out:
	ev_error_clear();
	ev_buf_release(&dir);
	ev_buf_release(&text);
	return found;
}

static const char *configured(struct ev_repo *r)
{
	const char *format = ev_config_get(r, "gpg.format", NULL);

	/* the key of another kind of signature says nothing here */
	if (format && strcasecmp(format, "openpgp"))
		return NULL;
	return ev_config_get(r, "user.signingkey", NULL);
}

int seckey_choose(char fpr[41], struct ev_repo *r, const char *wanted,
		  const char *others)
{
	struct ev_strs keys = EV_STRS_INIT;
	const char *from = wanted ? wanted : configured(r);
	char id[41];
	int ret;

	ret = ev_sign_secret_keys(&keys);
	if (ret < 0)
		goto out;
	if (from && ev_key_id(id, from) &&
	    (take(fpr, &keys, id) || take_subkey(fpr, r, &keys, id)))
		goto out;
	if (!wanted && keys.n == 1) {
		memcpy(fpr, keys.items[0], 41);
		goto out;
	}
	if (wanted)
		ret = ev_fail(EV_ENOTFOUND, "'%s' is no secret key of yours "
			      "that can sign", wanted);
	else if (from)
		ret = ev_fail(EV_ENOTFOUND, "user.signingKey '%s' is no "
			      "fingerprint of a secret key of yours", from);
	else if (keys.n)
		ret = ev_fail(EV_EINVALID, "there are %zu secret keys: which "
			      "is yours?", keys.n);
	else
		ret = ev_fail(EV_ENOTFOUND, "there is no secret key that can "
			      "sign");
	offer(&keys, others);
out:
	ev_strs_release(&keys);
	return ret < 0 ? ret : 0;
}
