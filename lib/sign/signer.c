#include "base/compat.h"
#include "sign/keyhome.h"

#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
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

const char *ev_signer_program(void)
{
	return program;
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

/* A gpg that signs what it is given. */
struct pen {
	const char *args[10];
	struct ev_buf made, said;
	struct ev_gpgrun run;
};

/*
 * Whoever signs one thing often signs another, and to look the key up costs as
 * much as to sign.  What is kept is asked for by the same program, home and
 * name alone, and not after a failure.
 */
static struct {
	char *program, *home, *fpr;
	struct ev_buf path;
	struct ev_seckey key;
	struct pen *next;		/* started before it was needed */
	unsigned ahead;			/* how many more will be needed */
} kept = { .path = EV_BUF_INIT };

static void pen_release(struct pen *p)
{
	if (!p)
		return;
	ev_gpg_drop(&p->run);
	ev_buf_release(&p->made);
	ev_buf_release(&p->said);
	free(p);
}

static struct pen *pen_start(void)
{
	const char *const args[] = { "--batch", "--no-tty", "--status-fd", "2",
				     "--no-armor", "--local-user",
				     kept.key.parts[0].fpr, "--detach-sign" };
	struct pen *p = ev_calloc(1, sizeof(*p));

	memcpy(p->args, args, sizeof(args));
	ev_buf_init(&p->made);
	ev_buf_init(&p->said);
	p->made.max = EV_SIG_MAX_BYTES * 2;
	p->said.max = EV_GPG_STATUS_MAX;
	p->run = (struct ev_gpgrun){ .path = kept.path.ptr, .args = p->args,
				     .out = &p->made, .err = &p->said,
				     .later = true };
	if (ev_gpg_start(&p->run) == 0)
		return p;
	pen_release(p);
	return NULL;
}

static int pen_finish(struct ev_buf *sig, struct pen *p, const char *fpr)
{
	struct ev_buf binary = EV_BUF_INIT;
	struct ev_gpgsigned result;
	int ret = ev_gpg_finish(&p->run);

	ev_gpgsigned_parse(&result, p->said.ptr, p->said.len);
	if (ret == 0 && (result.made != 1 || !p->run.ended))
		ret = why_not(&result, fpr);
	if (ret == 0)
		ret = take_made(&binary, p->made.ptr, p->made.len);
	if (ret == 0)
		ret = check_made(&kept.key, &binary);
	if (ret == 0)
		ev_buf_add(sig, binary.ptr, binary.len);
	ev_buf_release(&binary);
	return ret;
}

static void forget_kept(void)
{
	free(kept.program);
	free(kept.home);
	free(kept.fpr);
	pen_release(kept.next);
	kept.program = kept.home = kept.fpr = NULL;
	kept.next = NULL;
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

void ev_sign_ahead(unsigned n)
{
	kept.ahead = n;
	if (n)
		return;
	pen_release(kept.next);
	kept.next = NULL;
}

static int sign(struct ev_buf *sig, const char *fpr, const void *data, size_t n)
{
	struct pen *p = kept.next ? kept.next : pen_start();
	int ret;

	kept.next = NULL;
	if (!p)
		return ev_error_last()->code;
	p->run.in = n ? data : "";
	p->run.n = n;
	ev_gpg_give(&p->run);
	kept.ahead -= kept.ahead > 0;
	if (kept.ahead)
		kept.next = pen_start();
	ret = pen_finish(sig, p, fpr);
	pen_release(p);
	return ret;
}

int ev_sign_detached(struct ev_buf *sig, const char *fpr,
		     const void *data, size_t n)
{
	int ret;

	name_terminal();
	ret = ev_signer_find(fpr);
	if (ret == 0)
		ret = sign(sig, fpr, data, n);
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
