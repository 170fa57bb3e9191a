#include "base/compat.h"

#include "synth/output_internal.h"

#include <pthread.h>

#include "base/error.h"
#include "base/mem.h"

/* Chunks that are drawn and not yet taken, by thread. */
#define AHEAD 2u

struct place {
	struct ev_chunk_text chunk;
	bool full;
	int failed;			/* then its error, and the words */
	char *message, *details;
};

/* Chunk number i stands in place i modulo n: a thread takes the next number
 * whose place was emptied, so that memory is bounded and order is kept. */
struct ring {
	const struct ev_run *run;
	struct place *places;
	size_t n;
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	uint64_t next, taken;		/* chunks given out, and written */
	bool over;			/* nothing more is wanted */
};

struct worker {
	pthread_t thread;
	struct ring *ring;
	struct ev_drawn *drawn;
};

/* Errors belong to threads: this one waits until it is the chunk's turn, so
 * that it is the first patient's, however many threads there are. */
static void keep_error(struct place *p, int ret)
{
	const struct ev_error *e = ev_error_last();

	p->failed = ret;
	p->message = ev_strdup(e->message);
	p->details = ev_strdup(e->details);
}

static int say(const struct place *p)
{
	char *line, *save = NULL;
	int ret = ev_fail(p->failed, "%s", p->message);

	for (line = strtok_r(p->details, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		ev_error_detail("%s", line);
	return ret;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct ring *g = w->ring;
	struct place *p;
	uint64_t number;
	int ret = 0;

	pthread_mutex_lock(&g->lock);
	for (;;) {
		while (!g->over && g->next < g->run->chunks &&
		       g->next >= g->taken + g->n)
			pthread_cond_wait(&g->emptied, &g->lock);
		if (g->over || g->next >= g->run->chunks)
			break;
		number = g->next++;
		pthread_mutex_unlock(&g->lock);
		p = &g->places[number % g->n];
		ret = ev_run_chunk(&p->chunk, g->run, w->drawn, number);
		if (ret < 0)
			keep_error(p, ret);
		pthread_mutex_lock(&g->lock);
		p->full = true;
		pthread_cond_signal(&g->filled);
	}
	pthread_mutex_unlock(&g->lock);
	return NULL;
}

static int take_all(struct ring *g,
		    int (*take)(void *ctx, const struct ev_chunk_text *c,
				uint64_t number), void *ctx)
{
	struct place *p;
	int ret = 0;

	pthread_mutex_lock(&g->lock);
	while (ret == 0 && g->taken < g->run->chunks) {
		p = &g->places[g->taken % g->n];
		if (!p->full) {
			pthread_cond_wait(&g->filled, &g->lock);
			continue;
		}
		pthread_mutex_unlock(&g->lock);
		ret = p->failed < 0 ? say(p) : take(ctx, &p->chunk, g->taken);
		pthread_mutex_lock(&g->lock);
		p->full = false;
		g->taken++;
		pthread_cond_broadcast(&g->emptied);
	}
	g->over = true;
	pthread_cond_broadcast(&g->emptied);
	pthread_mutex_unlock(&g->lock);
	return ret;
}

int ev_ring_run(const struct ev_run *r, unsigned jobs, struct ev_drawn *drawn,
		int (*take)(void *ctx, const struct ev_chunk_text *c,
			    uint64_t number), void *ctx)
{
	struct worker workers[EV_SYNTH_JOBS_MAX];
	struct ring g = { .run = r };
	unsigned started;
	size_t i, k;
	int ret;

	g.n = (size_t)jobs * AHEAD;
	g.places = ev_calloc(g.n, sizeof(*g.places));
	for (i = 0; i < g.n; i++)
		for (k = 0; k < EV_FILES; k++)
			ev_buf_init(&g.places[i].chunk.text[k]);
	pthread_mutex_init(&g.lock, NULL);
	pthread_cond_init(&g.filled, NULL);
	pthread_cond_init(&g.emptied, NULL);
	for (started = 0; started < jobs; started++) {
		workers[started].ring = &g;
		workers[started].drawn = &drawn[started];
		if (pthread_create(&workers[started].thread, NULL, work,
				   &workers[started]))
			break;
	}
	ret = started ? take_all(&g, take, ctx) :
		ev_fail(EV_ERROR, "cannot start a thread");
	while (started-- > 0)
		pthread_join(workers[started].thread, NULL);
	for (i = 0; i < g.n; i++) {
		for (k = 0; k < EV_FILES; k++)
			ev_buf_release(&g.places[i].chunk.text[k]);
		free(g.places[i].message);
		free(g.places[i].details);
	}
	pthread_cond_destroy(&g.emptied);
	pthread_cond_destroy(&g.filled);
	pthread_mutex_destroy(&g.lock);
	free(g.places);
	return ret;
}
