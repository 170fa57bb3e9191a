#include "base/compat.h"
#include "clinical/classes.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/bootstrap.h"

/* Tasks of one slice that are drawn together: same level, same units. */
struct draw {
	struct ev_work *w;
	const struct ev_task **tasks;
	const struct ev_view **views;
	size_t n;
};

/* Rows a task looks at. */
static const struct ev_view *view_of(struct ev_work *w, const struct ev_task *t)
{
	if (ev_has_classes(w->g))
		return ev_work_class_view(w);
	if (t->against >= 0)
		return ev_needs_score(t->q->metric) ?
			ev_work_pair_scored(w, t->against) :
			ev_work_pair(w, t->against);
	return ev_needs_score(t->q->metric) ? ev_work_scored(w) :
		ev_work_rank(w);
}

static int statistic(double *values, uint8_t *defined, void *data,
		     const uint32_t *times)
{
	const struct draw *d = data;
	double other;
	size_t i;
	int ret;

	for (i = 0; i < d->n; i++) {
		const struct ev_task *t = d->tasks[i];

		ret = ev_weighted_value(&values[i], d->w, t->q, d->views[i],
					0, times);
		if (ret == 1 && t->against >= 0) {
			ret = ev_weighted_value(&other, d->w, t->q,
						d->views[i], 1, times);
			values[i] -= other;
		}
		if (ret < 0)
			return ret;
		defined[i] = ret == 1;
	}
	return 1;
}

/* Units with a positive row and units without are drawn apart. */
static uint8_t *strata(const struct ev_view *v, uint32_t units)
{
	uint8_t *out = ev_calloc((size_t)units + 1, 1);
	size_t i;

	for (i = 0; i < v->n; i++)
		if (v->truth[i])
			out[v->cluster ? v->cluster[i] : i] = 1;
	return out;
}

static void keep(struct ev_measure *m, const struct ev_estimate *e,
		 unsigned failures)
{
	double value = m->e.value, n = m->e.n;

	m->e.lower = e->lower;
	m->e.upper = e->upper;
	m->e.level = e->level;
	m->e.se = e->se;
	m->e.method = e->method;
	m->e.value = value;
	m->e.n = n;
	m->e.flags = (m->e.flags & ~(unsigned)EV_STAT_NO_INTERVAL) | e->flags;
	m->failures = failures;
}

static int draw(struct draw *d, double level)
{
	const struct ev_view *v = d->views[0];
	struct ev_engine *g = d->w->g;
	struct ev_boot_plan plan = {
		.patients = v->clusters,
		.replicates = g->s->stats.replicates,
		.key = g->key,
		.level = level,
		.jobs = g->jobs,
		.statistics = d->n
	};
	struct ev_estimate *out = ev_calloc(d->n, sizeof(*out));
	unsigned *failures = ev_calloc(d->n, sizeof(*failures));
	uint8_t *stratum = strata(v, v->clusters);
	size_t i;
	int ret;

	plan.stratum = stratum;
	for (i = 0; i < d->n; i++)
		out[i].value = d->tasks[i]->m->e.value;
	ret = ev_bootstrap(out, failures, &plan, statistic, d);
	for (i = 0; i < d->n && ret >= 0; i++)
		keep(d->tasks[i]->m, &out[i], failures[i]);
	free(out);
	free(failures);
	free(stratum);
	return ret;
}

int ev_draw_tasks(struct ev_work *w, struct ev_task *tasks, size_t n)
{
	struct draw d = { .w = w };
	size_t i, k;
	int ret = 0;

	if (!w->g->s->stats.replicates)
		return 0;
	d.tasks = ev_malloc((n + 1) * sizeof(*d.tasks));
	d.views = ev_malloc((n + 1) * sizeof(*d.views));
	for (i = 0; i < n && ret >= 0; i++) {
		const struct ev_view *v;

		if (!tasks[i].draws)
			continue;
		v = view_of(w, &tasks[i]);
		d.n = 0;
		for (k = i; k < n; k++) {
			if (!tasks[k].draws ||
			    tasks[k].level != tasks[i].level ||
			    view_of(w, &tasks[k]) != v)
				continue;
			d.tasks[d.n] = &tasks[k];
			d.views[d.n++] = v;
			tasks[k].draws = false;
		}
		ret = draw(&d, d.tasks[0]->level);
	}
	free(d.tasks);
	free(d.views);
	return ret < 0 ? ret : 0;
}
