#include "base/compat.h"
#include "sign/keyhome.h"

#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "sign/openpgp.h"
#include "sign/signer.h"

/* The next one to be used, and one that starts meanwhile. */
#define PENS 2

/* A gpg that signs what it is given. */
struct pen {
	const char *args[10];
	struct ev_buf made, said;
	struct ev_gpgrun run;
};

/* Started before they are needed, for the key that is kept. */
static struct {
	struct pen *ready[PENS];
	size_t n;
	unsigned ahead;			/* how many more will be needed */
} pens;

struct ev_signing {
	struct pen *pen;
	char *fpr;
};

/* gpg has no terminal of its own here; pinentry asks on the one we name. */
static void name_terminal(void)
{
	char path[256];

	if (!getenv("GPG_TTY") && isatty(0) &&
	    ttyname_r(0, path, sizeof(path)) == 0)
		setenv("GPG_TTY", path, 1);
}

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
				     ev_signer_primary(), "--detach-sign" };
	struct pen *p = ev_calloc(1, sizeof(*p));

	memcpy(p->args, args, sizeof(args));
	ev_buf_init(&p->made);
	ev_buf_init(&p->said);
	p->made.max = EV_SIG_MAX_BYTES * 2;
	p->said.max = EV_GPG_STATUS_MAX;
	p->run = (struct ev_gpgrun){ .path = ev_signer_path(),
				     .args = p->args, .out = &p->made,
				     .err = &p->said, .later = true };
	if (ev_gpg_start(&p->run) == 0)
		return p;
	pen_release(p);
	return NULL;
}

static void drop_pens(void)
{
	while (pens.n)
		pen_release(pens.ready[--pens.n]);
}

/* That one cannot be started is told when it is needed. */
static void start_ahead(void)
{
	struct pen *p;

	while (pens.n < PENS && pens.n < pens.ahead) {
		p = pen_start();
		if (!p) {
			ev_error_clear();
			return;
		}
		pens.ready[pens.n++] = p;
	}
}

static struct pen *pen_next(void)
{
	struct pen *p;

	if (!pens.n)
		return pen_start();
	p = pens.ready[0];
	pens.ready[0] = pens.ready[--pens.n];
	return p;
}

void ev_sign_ahead(const struct ev_keyhome *h, const char *fpr, unsigned n)
{
	pens.ahead = n;
	if (!n || !ev_signer_keeps(fpr))
		drop_pens();
	if (!n)
		return;
	name_terminal();
	ev_signer_expect(h, fpr);
	if (ev_signer_keeps(fpr))
		start_ahead();
}

static int find(const char *fpr)
{
	int ret;

	name_terminal();
	if (!ev_signer_keeps(fpr))
		drop_pens();
	ret = ev_signer_find(fpr);
	if (ret < 0)
		ev_signer_forget();
	return ret;
}

int ev_sign_start(struct ev_signing **out, const char *fpr, const void *data,
		  size_t n)
{
	struct pen *p = NULL;
	int ret = find(fpr);

	*out = NULL;
	if (ret == 0)
		p = pen_next();
	if (ret == 0 && !p)
		ret = ev_error_last()->code;
	if (ret < 0)
		return ret;
	p->run.in = n ? data : "";
	p->run.n = n;
	ev_gpg_give(&p->run);
	pens.ahead -= pens.ahead > 0;
	start_ahead();
	*out = ev_calloc(1, sizeof(**out));
	(*out)->pen = p;
	(*out)->fpr = ev_strdup(fpr);
	return 0;
}

int ev_sign_finish(struct ev_signing *s, struct ev_buf *sig)
{
	int ret = 0;

	if (!s)
		return 0;
	if (sig)
		ret = ev_gpg_finish(&s->pen->run);
	if (sig && ret == 0)
		ret = ev_signer_take(sig, &s->pen->run, s->fpr);
	if (ret < 0) {
		ev_signer_forget();
		drop_pens();
	}
	pen_release(s->pen);
	free(s->fpr);
	free(s);
	return ret;
}

int ev_sign_detached(struct ev_buf *sig, const char *fpr,
		     const void *data, size_t n)
{
	struct ev_signing *s;
	int ret = ev_sign_start(&s, fpr, data, n);

	return ret < 0 ? ret : ev_sign_finish(s, sig);
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
