#include "base/compat.h"
#include "sign/keyhome.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "sign/home.h"
#include "sign/openpgp.h"
#include "sign/run.h"
#include "sign/status.h"
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
		   const struct ev_gpgsaid *s)
{
	struct ev_signature *out = q->answer;
	const struct ev_sigpacket *packet = &q->packet;
	const struct ev_subkey *sub = NULL;
	const struct ev_key *key = ev_keyhome_find(h, s->fpr, &sub);

	if (!key)
		answer(out, EV_SIG_UNKNOWN_KEY, "key '%s' is not listed",
		       s->fpr);
	else if (s->misused)
		answer(out, EV_SIG_REFUSED, "key may not be used so");
	else if ((packet->has_fpr && strcmp(packet->issuer_fpr, sub->fpr)) ||
		 (packet->has_keyid &&
		  strcmp(packet->issuer_keyid, sub->fpr + 24)) ||
		 strcmp(s->primary, key->fpr) ||
		 s->sigclass != packet->sigclass ||
		 s->pubkey_algo != packet->pubkey_algo ||
		 s->hash_algo != packet->hash_algo ||
		 s->created != packet->created)
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

/* It was killed, or could not work: nothing was told then. */
static int no_answer(void)
{
	return ev_fail(EV_ERROR, "gpg ended without an answer about a "
		       "signature");
}

static int cannot(struct question *q, const struct ev_keyhome *h, unsigned rc)
{
	if (rc == EV_GPG_RC_NO_KEY)
		return ev_fail(EV_ERROR, "gpg does not find key '%s' in '%s'",
			       issuer_of(&q->packet), h->dir.ptr);
	answer(q->answer, EV_SIG_REFUSED, "gpg refuses it: %s",
	       rc == EV_GPG_RC_ALGORITHM ? "unsupported algorithm" :
	       "it gives no reason");
	return 0;
}

static int judge(struct question *q, const struct ev_keyhome *h,
		 const struct ev_gpgsaid *s, bool ended)
{
	if (s->news > 1 || s->words > 1 || s->valids > 1) {
		answer(q->answer, EV_SIG_REFUSED, "more than one signature");
		return 0;
	}
	switch (s->word) {
	case EV_GPG_GOODSIG:
	case EV_GPG_EXPKEYSIG:
	case EV_GPG_REVKEYSIG:
		/* First it says by which key id, then by which key. */
		if (!s->ordered || !s->fpr[0] || !ended)
			return no_answer();
		if (s->nodata)
			answer(q->answer, EV_SIG_REFUSED,
			       "gpg finds more than a signature");
		else
			accept(q, h, s);
		return 0;
	case EV_GPG_BADSIG:
		answer(q->answer, EV_SIG_BAD,
		       "signature is not over these bytes");
		return 0;
	case EV_GPG_EXPSIG:
		answer(q->answer, EV_SIG_REFUSED, "signature has expired");
		return 0;
	case EV_GPG_ERRSIG:
		return cannot(q, h, s->rc);
	case EV_GPG_NONE:
		break;
	}
	if (!s->nodata)
		return no_answer();
	answer(q->answer, EV_SIG_REFUSED, "gpg finds no signature");
	return 0;
}

/* What it is not to read or to start is in the gpg.conf of the home. */
static int ask(struct question *q, const struct ev_keyhome *h,
	       struct ev_engine *engine)
{
	struct ev_buf said = EV_BUF_INIT_MAX(EV_GPG_STATUS_MAX);
	struct ev_gpgsaid s;
	int ret, sig_no;

	q->answer->asked = true;
	ret = ev_engine_ask(&said, &sig_no, engine, h->gpg.ptr, h->dir.ptr,
			    &q->packet, q->job->data, q->job->n, q->sig,
			    q->nsig);
	if (ret >= 0 && ev_gpgsaid_parse(&s, said.ptr, said.len) < 0)
		ret = no_answer();
	if (ret >= 0)
		ret = judge(q, h, &s, ret == 1);
	ev_buf_release(&said);
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
	struct ev_engine *engine;
	int ret;
	char *message;			/* the error lives in its own thread */
};

static void *work(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	size_t i;

	while (w->ret == 0 && (i = atomic_fetch_add(&p->next, 1)) < p->n)
		w->ret = ask(&p->questions[i], p->home,
			     w->engine);
	if (w->ret < 0)
		w->message = ev_strdup(ev_error_last()->message);
	return NULL;
}

static int find_gpg(struct ev_keyhome *h)
{
	int ret = h->gpg.len ? 0 : ev_gpg_ready(&h->gpg, NULL);

	if (ret < 0)
		ev_buf_clear(&h->gpg);
	return ret;
}

void ev_keyhome_ahead(struct ev_keyhome *h)
{
	struct ev_engine *e = &h->engines[0];

	if (e->pid || !h->dir.len)
		return;
	if (find_gpg(h) < 0 ||
	    ev_engine_start(e, h->gpg.ptr, h->dir.ptr) < 0) {
		ev_engine_close(e);
		ev_error_clear();
	}
}

static int ask_all(struct question *questions, size_t n, struct ev_keyhome *h)
{
	size_t count = n < EV_HOME_ENGINES ? n : EV_HOME_ENGINES, i;
	struct pool pool = { .questions = questions, .n = n, .home = h };
	struct worker workers[EV_HOME_ENGINES];
	pthread_t threads[EV_HOME_ENGINES];
	bool started[EV_HOME_ENGINES] = { false };
	int ret = find_gpg(h);

	if (ret < 0)
		return ret;
	for (i = 0; i < count; i++)
		workers[i] = (struct worker){ &pool, &h->engines[i], 0,
					       NULL };
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
