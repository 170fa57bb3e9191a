#include "base/compat.h"
#include "sign/keyhome.h"

#include <pthread.h>

#include "base/error.h"
#include "base/mem.h"
#include "sign/signer.h"

struct ev_signing {
	pthread_t thread;
	bool started;
	char *fpr;
	const void *data;
	size_t n;
	struct ev_buf sig;
	int ret;
	char *message, *details, *hints;	/* of a failure */
};

static void work(struct ev_signing *s)
{
	s->ret = s->data ? ev_sign_detached(&s->sig, s->fpr, s->data, s->n) :
		 ev_signer_find(s->fpr);
}

/* An error is its thread's own. */
static void *run(void *arg)
{
	struct ev_signing *s = arg;
	const struct ev_error *e;

	work(s);
	if (s->ret < 0) {
		e = ev_error_last();
		s->message = ev_strdup(e->message);
		s->details = ev_strdup(e->details);
		s->hints = ev_strdup(e->hints);
		ev_error_clear();
	}
	return NULL;
}

struct ev_signing *ev_sign_start(const char *fpr, const void *data, size_t n)
{
	struct ev_signing *s = ev_calloc(1, sizeof(*s));

	s->fpr = ev_strdup(fpr);
	s->data = data;
	s->n = n;
	ev_buf_init(&s->sig);
	s->started = !pthread_create(&s->thread, NULL, run, s);
	return s;
}

static void tell(struct ev_signing *s)
{
	char *line, *save = NULL;

	ev_fail(s->ret, "%s", s->message);
	for (line = strtok_r(s->details, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		ev_error_detail("%s", line);
	save = NULL;
	for (line = strtok_r(s->hints, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		ev_error_hint("%s", line);
}

int ev_sign_finish(struct ev_signing *s, struct ev_buf *sig)
{
	int ret = 0;

	if (!s)
		return 0;
	if (s->started)
		pthread_join(s->thread, NULL);
	else
		run(s);
	if (sig && s->data) {
		ret = s->ret;
		if (ret < 0)
			tell(s);
		else
			ev_buf_add(sig, s->sig.ptr, s->sig.len);
	}
	ev_buf_release(&s->sig);
	free(s->fpr);
	free(s->message);
	free(s->details);
	free(s->hints);
	free(s);
	return ret;
}
