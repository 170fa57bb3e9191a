#include "base/compat.h"

#include "synth/output_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "synth/waveform.h"

#define CHUNK_ROWS 16384.0
#define CHUNK_MAX 4096u
#define CHUNK_WAVES 4194304.0		/* bytes */

void ev_synth_result_release(struct ev_synth_result *r)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(r->files); i++)
		free(r->files[i].name);
	free(r->by_scenario);
	free(r->refused);
	free(r->soft);
	memset(r, 0, sizeof(*r));
}

/* As many patients as have some thousands of rows, or some MiB of samples. */
static uint64_t chunk_of(const struct ev_pack *p)
{
	double each, waves;

	if (!(p->series.window_s > 0))
		return CHUNK_MAX;
	each = ev_marginal_quantile(&p->series.per_patient, 0.99);
	if (p->series.waveform.enabled) {
		waves = ev_waveform_bytes(p) / CHUNK_WAVES * CHUNK_ROWS;
		each = waves > each ? waves : each;
	}
	if (!(each > CHUNK_ROWS / CHUNK_MAX))
		return CHUNK_MAX;
	return each < CHUNK_ROWS ? (uint64_t)(CHUNK_ROWS / each) : 1;
}

int ev_run_chunk(struct ev_chunk_text *out, const struct ev_run *r,
		 struct ev_drawn *d, uint64_t number)
{
	const struct ev_synth_plan *plan = r->plan;
	uint64_t i = r->first + number * r->chunk, end = i + r->chunk;
	int ret = 0;
	size_t k;

	for (k = 0; k < EV_FILES; k++)
		ev_buf_clear(&out->text[k]);
	out->rows = 0;
	for (; i < end && i < r->last && ret == 0; i++) {
		if ((i - r->first) % EV_DRAW_AHEAD == 0 && i + 1 < r->last)
			ev_draw_ahead(d, plan->source, i);
		ret = plan->stop && *plan->stop ?
			ev_fail(EV_ESTOP, "interrupted") :
			ev_draw(d, plan->source, i);
		if (ret == 0)
			ret = ev_tables_add(out->text, r->tables, d);
		if (ret == 0 && plan->source->pack->series.waveform.enabled)
			ret = ev_waveform_add(&out->text[EV_WAVES],
					      plan->source, d);
		if (ret == 0 && plan->each)
			ret = plan->each(plan->ctx, d);
		out->rows += d->windows;
	}
	return ret;
}

struct taker {
	const struct ev_run *run;
	struct ev_sink *sink;
	struct ev_synth_result *result;
};

/* The records themselves, and their line in the list. */
static int take_waves(struct taker *t, const struct ev_buf *frames)
{
	struct ev_buf list = EV_BUF_INIT;
	uint64_t records;
	int ret = ev_waveform_write(&records, &list, t->sink->folder ?
				    t->sink->hidden.ptr : NULL, frames->ptr,
				    frames->len);

	if (ret == 0)
		ret = ev_sink_add(t->sink, t->result, EV_WAVES, list.ptr,
				  list.len);
	t->result->files[EV_WAVES].rows += records;
	ev_buf_release(&list);
	return ret;
}

static int take(void *ctx, const struct ev_chunk_text *c, uint64_t number)
{
	struct taker *t = ctx;
	const struct ev_run *r = t->run;
	uint64_t from = r->first + number * r->chunk, to = from + r->chunk;
	size_t i;
	int ret = 0;

	if (to > r->last)
		to = r->last;
	for (i = 0; i < t->result->n_files && ret == 0; i++)
		ret = i == EV_WAVES ? take_waves(t, &c->text[i]) :
			ev_sink_add(t->sink, t->result, i, c->text[i].ptr,
				    c->text[i].len);
	t->result->files[0].rows += to - from;
	t->result->files[1].rows += c->rows;
	if (ret == 0 && r->plan->progress)
		r->plan->progress(r->plan->ctx, to - r->first,
				  r->last - r->first);
	return ret;
}

static void chunk_init(struct ev_chunk_text *c)
{
	size_t k;

	for (k = 0; k < EV_FILES; k++)
		ev_buf_init(&c->text[k]);
	c->rows = 0;
}

static void chunk_release(struct ev_chunk_text *c)
{
	size_t k;

	for (k = 0; k < EV_FILES; k++)
		ev_buf_release(&c->text[k]);
}

static int one_by_one(const struct ev_run *r, struct ev_drawn *d,
		      struct taker *t)
{
	struct ev_chunk_text c;
	uint64_t i;
	int ret = 0;

	chunk_init(&c);
	for (i = 0; i < r->chunks && ret == 0; i++) {
		ret = ev_run_chunk(&c, r, d, i);
		if (ret == 0)
			ret = take(t, &c, i);
	}
	chunk_release(&c);
	return ret;
}

/* All are kept: for tests of small cohorts. */
static int last_first(const struct ev_run *r, struct ev_drawn *d,
		      struct taker *t)
{
	struct ev_chunk_text *c = ev_calloc(r->chunks, sizeof(*c));
	uint64_t i;
	int ret = 0;

	for (i = 0; i < r->chunks; i++)
		chunk_init(&c[i]);
	for (i = r->chunks; i-- > 0 && ret == 0;)
		ret = ev_run_chunk(&c[i], r, d, i);
	for (i = 0; i < r->chunks && ret == 0; i++)
		ret = take(t, &c[i], i);
	for (i = 0; i < r->chunks; i++)
		chunk_release(&c[i]);
	free(c);
	return ret;
}

static int draw_all(const struct ev_run *r, struct taker *t)
{
	const struct ev_synth_plan *plan = r->plan;
	const struct ev_pack *p = plan->source->pack;
	unsigned jobs = plan->jobs ? plan->jobs : 1, i;
	struct ev_drawn *d;
	size_t k;
	int ret;

	if (jobs > EV_SYNTH_JOBS_MAX)
		jobs = EV_SYNTH_JOBS_MAX;
	if (plan->each || plan->reverse || r->chunks < 2)
		jobs = 1;
	d = ev_calloc(jobs, sizeof(*d));
	for (i = 0; i < jobs; i++)
		ev_drawn_init(&d[i], p);
	ret = plan->reverse ? last_first(r, d, t) :
		jobs == 1 ? one_by_one(r, d, t) :
		ev_ring_run(r, jobs, d, take, t);
	for (i = 0; i < jobs; i++) {
		t->result->attempts += d[i].log.attempts;
		for (k = 0; k < p->n_constraints; k++) {
			t->result->refused[k] += d[i].log.refused[k];
			t->result->soft[k] += d[i].log.soft[k];
		}
		ev_drawn_release(&d[i]);
	}
	free(d);
	return ret;
}

static void result_init(struct ev_synth_result *r,
			const struct ev_synth_plan *plan,
			const struct ev_run *run)
{
	const struct ev_source *s = plan->source;
	size_t i;

	memset(r, 0, sizeof(*r));
	r->n_scenarios = s->pack->n_scenarios;
	r->n_constraints = s->pack->n_constraints;
	r->by_scenario = ev_calloc(r->n_scenarios + 1, sizeof(uint64_t));
	r->refused = ev_calloc(r->n_constraints + 1, sizeof(uint64_t));
	r->soft = ev_calloc(r->n_constraints + 1, sizeof(uint64_t));
	r->patients = run->last - run->first;
	if (plan->only >= 0) {
		r->by_scenario[ev_source_scenario(s, run->first)] = 1;
		return;
	}
	for (i = 0; i < r->n_scenarios; i++)
		r->by_scenario[i] = s->counts[i];
}

int ev_synth_write(struct ev_synth_result *out,
		   const struct ev_synth_plan *plan)
{
	const struct ev_source *s = plan->source;
	struct ev_run run = { .plan = plan, .last = s->patients };
	struct ev_tables tables;
	struct ev_sink sink;
	struct taker t = { &run, &sink, out };
	int ret;

	if (plan->only >= 0) {
		run.first = (uint64_t)plan->only;
		run.last = run.first + 1;
	}
	result_init(out, plan, &run);
	if (run.last > s->patients)
		return ev_fail(EV_EINVALID, "there is no patient %llu",
			       (unsigned long long)run.last);
	run.chunk = plan->chunk ? plan->chunk : chunk_of(s->pack);
	run.chunks = (run.last - run.first + run.chunk - 1) / run.chunk;
	ev_tables_init(&tables, s->pack, plan->format);
	run.tables = &tables;
	ret = ev_sink_open(&sink, plan->folder, out, &tables,
			   s->pack->series.waveform.enabled);
	if (ret == 0)
		ret = draw_all(&run, &t);
	if (ret == 0)
		ret = ev_sink_close(&sink, out);
	out->rows = out->files[0].rows + out->files[1].rows;
	if (ret == 0 && plan->finish)
		ret = plan->finish(plan->ctx, out, sink.hidden.ptr);
	if (ret == 0)
		ret = ev_sink_show(&sink);
	ev_sink_release(&sink);
	ev_tables_release(&tables);
	return ret;
}
