#include "base/compat.h"
#include "clinical/timeline.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"

struct place {
	int64_t at;
	uint32_t patient, row;
};

static int by_time(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->patient != y->patient)
		return x->patient < y->patient ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The step that most rows take to the next. */
static int64_t commonest(const struct place *p, size_t n)
{
	int64_t *steps = ev_malloc((n + 1) * sizeof(*steps)), answer = 0;
	size_t i, k = 0, from = 0, best = 0;

	for (i = 1; i < n; i++)
		if (p[i].patient == p[i - 1].patient && p[i].at > p[i - 1].at)
			steps[k++] = p[i].at - p[i - 1].at;
	qsort(steps, k, sizeof(*steps), by_size);
	for (i = 1; i <= k; i++) {
		if (i < k && steps[i] == steps[from])
			continue;
		if (i - from > best) {
			best = i - from;
			answer = steps[from];
		}
		from = i;
	}
	free(steps);
	return answer;
}

static bool is_asked(const struct ev_suite *s)
{
	size_t i;

	for (i = 0; i < s->n_requests; i++)
		if (ev_is_in_time(s->requests[i].metric))
			return true;
	return false;
}

int ev_timeline_make(struct ev_engine *g)
{
	const struct ev_dataset *d = &g->s->dataset;
	const struct ev_column *time;
	const char *episode = ev_dataset_episode(d);
	size_t n = g->c->n, i;
	struct ev_timeline *t;
	struct place *p;

	if (!is_asked(g->s))
		return 0;
	time = ev_cohort_column(g->c, d->time);
	if (!time || !time->numeric)
		return ev_fail(EV_EINVALID, "the data have no times");
	t = g->timeline = ev_calloc(1, sizeof(*t));
	t->order = ev_malloc((n + 1) * sizeof(*t->order));
	t->at = ev_malloc((n + 1) * sizeof(*t->at));
	p = ev_malloc((n + 1) * sizeof(*p));
	for (i = 0; i < n; i++) {
		t->at[i] = (int64_t)floor(time->number[i] * 1000 + 0.5);
		p[i] = (struct place){ t->at[i], g->c->patient[i],
				       (uint32_t)i };
	}
	qsort(p, n, sizeof(*p), by_time);
	for (i = 0; i < n; i++)
		t->order[i] = p[i].row;
	t->step = d->window_s.text ?
		(int64_t)floor(d->window_s.value * 1000 + 0.5) :
		commonest(p, n);
	if (episode)
		t->episode = ev_cohort_column(g->c, episode);
	free(p);
	return 0;
}

void ev_timeline_free(struct ev_timeline *t)
{
	if (!t)
		return;
	free(t->order);
	free(t->at);
	free(t);
}
