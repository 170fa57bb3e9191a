#include "base/compat.h"
#include "sign/keyhome.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "sign/home.h"
#include "sign/openpgp.h"
#include "sign/weak.h"

/* A signature that gpg has to be asked about. */
struct question {
	const struct ev_sigjob *job;
	struct ev_signature *answer;
	struct ev_sigpacket packet;
	struct ev_buf dearmored;
	const void *sig;
	size_t nsig;
};

static void answer(struct ev_signature *out, enum ev_sigstatus status,
		   const char *fmt, ...) EV_PRINTF(3, 4);

static void answer(struct ev_signature *out, enum ev_sigstatus status,
		   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->reason, sizeof(out->reason), fmt, ap);
	va_end(ap);
	out->status = status;
	out->signer[0] = '\0';
	out->subkey[0] = '\0';
}

/* What is wrong with the key or the digest, whatever gpg says. */
static bool refuse_weak(struct ev_signature *out, const struct ev_subkey *sub,
			unsigned hash_algo)
{
	if (!ev_hash_is_strong(hash_algo))
		answer(out, EV_SIG_REFUSED, "%s digest",
		       ev_hash_name(hash_algo));
	else if (sub && ev_key_is_weak(sub->algo, sub->bits))
		answer(out, EV_SIG_REFUSED, "key of %u bits", sub->bits);
	else
		return false;
	return true;
}

static const char *issuer_of(const struct ev_sigpacket *packet)
{
	return packet->has_fpr ? packet->issuer_fpr : packet->issuer_keyid;
}

/* All that can be said without gpg; true if that is not enough. */
static bool prepare(struct question *q, const struct ev_keyhome *h)
{
	struct ev_signature *out = q->answer;
	const struct ev_subkey *sub;
	const char *issuer;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	ev_buf_init(&q->dearmored);
	q->sig = q->job->sig;
	q->nsig = q->job->nsig;
	if (q->job->armored) {
		ret = ev_dearmor(&q->dearmored, q->job->sig, q->job->nsig);
		q->sig = q->dearmored.ptr;
		q->nsig = q->dearmored.len;
	}
	if (ret == 0)
		ret = ev_sigpacket_parse(&q->packet, q->sig, q->nsig);
	if (ret < 0) {
		answer(out, EV_SIG_REFUSED, "%s", ev_error_last()->message);
		ev_error_clear();
		return false;
	}
	out->created = q->packet.created;
	out->hash_algo = q->packet.hash_algo;
	if (refuse_weak(out, NULL, q->packet.hash_algo))
		return false;
	issuer = issuer_of(&q->packet);
	if (!q->packet.created)
		answer(out, EV_SIG_REFUSED, "signature without a date");
	else if (!*issuer)
		answer(out, EV_SIG_REFUSED, "signature names no issuer");
	else if (!ev_keyhome_find(h, issuer, &sub))
		answer(out, EV_SIG_UNKNOWN_KEY,
		       "key '%s' is not listed", issuer);
	else
		return !refuse_weak(out, sub, q->packet.hash_algo);
	return false;
}

/* gpg calls it right: does it speak of what we read in the packet? */
static void accept(struct question *q, const struct ev_keyhome *h,
		   gpgme_signature_t s)
{
	struct ev_signature *out = q->answer;
	const struct ev_sigpacket *packet = &q->packet;
	const struct ev_subkey *sub = NULL;
	const struct ev_key *key = NULL;

	if (strlen(s->fpr) == sizeof(sub->fpr) - 1)
		key = ev_keyhome_find(h, s->fpr, &sub);
	if (!key)
		answer(out, EV_SIG_UNKNOWN_KEY, "key '%s' is not listed",
		       s->fpr);
	else if (s->wrong_key_usage)
		answer(out, EV_SIG_REFUSED, "key may not be used so");
	else if ((packet->has_fpr &&
		  strcasecmp(packet->issuer_fpr, sub->fpr)) ||
		 (packet->has_keyid &&
		  strcasecmp(packet->issuer_keyid, sub->fpr + 24)) ||
		 (unsigned)s->hash_algo != packet->hash_algo ||
		 (int64_t)s->timestamp != packet->created)
		answer(out, EV_SIG_REFUSED,
		       "gpg speaks of another signature");
	else if (packet->created < sub->created)
		answer(out, EV_SIG_REFUSED, "made before its key");
	else if (!refuse_weak(out, sub, packet->hash_algo)) {
		out->status = EV_SIG_GOOD;
		memcpy(out->signer, key->fpr, sizeof(out->signer));
		memcpy(out->subkey, sub->fpr, sizeof(out->subkey));
	}
}

/* GPGME calls it a success when gpg is killed; nothing was told then. */
static int no_answer(void)
{
	return ev_fail(EV_ERROR, "gpg ended without an answer about a "
		       "signature");
}

static int judge(struct question *q, const struct ev_keyhome *h,
		 gpgme_signature_t s)
{
	char text[128];

	if (!s)
		return no_answer();
	if (s->next) {
		answer(q->answer, EV_SIG_REFUSED, "more than one signature");
		return 0;
	}
	switch (gpgme_err_code(s->status)) {
	case GPG_ERR_NO_ERROR:
	case GPG_ERR_KEY_EXPIRED:
	case GPG_ERR_CERT_REVOKED:
		/* First it says by which key id, then by which key. */
		if (!s->fpr || strlen(s->fpr) < sizeof(q->answer->subkey) - 1)
			return no_answer();
		accept(q, h, s);
		return 0;
	case GPG_ERR_BAD_SIGNATURE:
		answer(q->answer, EV_SIG_BAD,
		       "signature is not over these bytes");
		return 0;
	case GPG_ERR_SIG_EXPIRED:
		answer(q->answer, EV_SIG_REFUSED, "signature has expired");
		return 0;
	case GPG_ERR_NO_PUBKEY:
		return ev_fail(EV_ERROR, "gpg does not find key '%s' in '%s'",
			       issuer_of(&q->packet), h->dir.ptr);
	default:
		if (ev_gpg_is_system(s->status))
			return ev_gpg_fail(s->status, "gpg cannot verify");
		gpgme_strerror_r(s->status, text, sizeof(text));
		answer(q->answer, EV_SIG_REFUSED, "gpg refuses it: %s", text);
		return 0;
	}
}

static int ask(struct question *q, const struct ev_keyhome *h, gpgme_ctx_t ctx)
{
	struct ev_gpg_quiet quiet;
	gpgme_data_t sig = NULL, data = NULL;
	gpgme_verify_result_t res;
	gpgme_error_t err;
	int ret = 0;

	q->answer->asked = true;
	err = gpgme_data_new_from_mem(&sig, q->sig, q->nsig, 0);
	if (!err)
		err = gpgme_data_new_from_mem(&data, q->job->n ? q->job->data
					      : "", q->job->n, 0);
	if (!err) {
		ev_gpg_begin(&quiet);
		err = gpgme_op_verify(ctx, sig, data, NULL);
		ev_gpg_end(&quiet);
	}
	res = err ? NULL : gpgme_op_verify_result(ctx);
	if (gpgme_err_code(err) == GPG_ERR_NO_DATA)
		answer(q->answer, EV_SIG_REFUSED, "gpg finds no signature");
	else if (err)
		ret = ev_gpg_fail(err, "gpg cannot verify");
	else
		ret = judge(q, h, res ? res->signatures : NULL);
	gpgme_data_release(sig);
	gpgme_data_release(data);
	return ret;
}

/* What the workers share: each takes the next question. */
struct pool {
	struct question *questions;
	size_t n;
	atomic_size_t next;
	const struct ev_keyhome *home;
};

struct worker {
	struct pool *pool;
	gpgme_ctx_t *ctx;
	int ret;
	char *message;			/* the error lives in its own thread */
};

static void *work(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	size_t i;

	if (!*w->ctx)
		w->ret = ev_gpg_open(w->ctx, NULL, p->home->dir.ptr);
	while (w->ret == 0 && (i = atomic_fetch_add(&p->next, 1)) < p->n)
		w->ret = ask(&p->questions[i], p->home, *w->ctx);
	if (w->ret < 0)
		w->message = ev_strdup(ev_error_last()->message);
	return NULL;
}

static int ask_all(struct question *questions, size_t n, struct ev_keyhome *h)
{
	size_t count = n < EV_HOME_CONTEXTS ? n : EV_HOME_CONTEXTS, i;
	struct pool pool = { .questions = questions, .n = n, .home = h };
	struct worker workers[EV_HOME_CONTEXTS];
	pthread_t threads[EV_HOME_CONTEXTS];
	bool started[EV_HOME_CONTEXTS] = { false };
	int ret;

	for (i = 0; i < count; i++)
		workers[i] = (struct worker){ &pool, &h->ctx[i], 0, NULL };
	for (i = 1; i < count; i++)
		started[i] = !pthread_create(&threads[i], NULL, work,
					     &workers[i]);
	/* the first here, for the sake of the hints of its error */
	work(&workers[0]);
	ret = workers[0].ret;
	for (i = 0; i < count; i++) {
		if (started[i])
			pthread_join(threads[i], NULL);
		if (started[i] && workers[i].ret < 0 && ret == 0)
			ret = ev_fail(workers[i].ret, "%s", workers[i].message);
		free(workers[i].message);
	}
	return ret;
}

int ev_signature_check_many(struct ev_signature *out, struct ev_keyhome *h,
			    const struct ev_sigjob *jobs, size_t n)
{
	struct question *questions = ev_calloc(n ? n : 1, sizeof(*questions));
	size_t i, open = 0;
	int ret = 0;

	for (i = 0; i < n; i++) {
		struct question *q = &questions[open];

		q->job = &jobs[i];
		q->answer = &out[i];
		if (prepare(q, h))
			open++;
		else
			ev_buf_release(&q->dearmored);
	}
	if (open)
		ret = ask_all(questions, open, h);
	for (i = 0; i < open; i++)
		ev_buf_release(&questions[i].dearmored);
	free(questions);
	return ret;
}

int ev_signature_check(struct ev_signature *out, struct ev_keyhome *h,
		       const void *data, size_t n,
		       const void *sig, size_t nsig)
{
	const struct ev_sigjob job = { data, n, sig, nsig, false };

	return ev_signature_check_many(out, h, &job, 1);
}

int ev_signature_check_armored(struct ev_signature *out, struct ev_keyhome *h,
			       const void *data, size_t n,
			       const char *sig, size_t nsig)
{
	const struct ev_sigjob job = { data, n, sig, nsig, true };

	return ev_signature_check_many(out, h, &job, 1);
}
