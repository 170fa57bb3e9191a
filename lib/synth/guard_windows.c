#include "base/compat.h"

#include "synth/guard_windows.h"

#include <math.h>

#include "base/mem.h"
#include "stats/dist.h"
#include "stats/special.h"

#define HOUR 3600.0
#define ALPHA 0.01

/* What comes and goes: off at `per_h`, for `mean_s`. */
struct gaps {
	double rate, back;		/* per second */
	double length;			/* of a window */
};

/* On at some time if it was on `s` seconds before. */
static double still_on(const struct gaps *g, double s)
{
	double all = g->rate + g->back;

	return s <= 0 ? 1 : (g->back + g->rate * ev_exp(-all * s)) / all;
}

/* A window that begins then is clear. */
static double clear(const struct gaps *g, double start)
{
	return still_on(g, start) * ev_exp(-g->rate * g->length);
}

/* So is another one that begins later. */
static double both_clear(const struct gaps *g, double start, double later)
{
	return clear(g, start) * clear(g, later - start - g->length);
}

/* Sums of a patient, and of all: windows of one patient are alike. */
struct tally {
	double off, square;		/* seen less declared, by patient */
	double all, patients;
	double own, own_n;		/* of the one that is looked at */
};

static void add(struct tally *t, double seen, double declared)
{
	t->own += seen - declared;
	t->own_n++;
}

static void next_patient(struct tally *t)
{
	t->off += t->own;
	t->square += t->own * t->own;
	t->all += t->own_n;
	t->patients += t->own_n > 0;
	t->own = t->own_n = 0;
}

static void judge(struct ev_check *c, const struct tally *t, const char *id,
		  const char *name, size_t of, const char *what)
{
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_MISSINGNESS);
	struct ev_guard *x = ev_guard_add(c->out, "%s.%s", id, name);
	double chance;

	if (!(t->all > 0)) {
		ev_guard_undefined(x, "%s: no window to look at", name);
		return;
	}
	chance = ev_normal_z(1 - ALPHA / (double)of) * sqrt(t->square) /
		t->all;
	ev_guard_says(x, "%s, from the declared one%s", what, chance > l.pass ?
		      "; the limit is what chance does in so few rows" : "");
	ev_guard_at_most(x, fabs(t->off) / t->all, fmax(l.pass, chance),
			 fmax(l.review, chance));
}

/* The rate of a patient; NaN: it cannot be told. */
static double rate_of(const struct ev_windows *w, const struct ev_burst *b,
		      size_t patient)
{
	const struct ev_guard_column *on;
	double level;

	if (b->on < 0)
		return b->per_h[0] / HOUR;
	on = w->c->column[b->on];
	level = on && patient != SIZE_MAX ? on->x[patient] : (double)NAN;
	return level >= 0 && level < (double)on->declared ?
		b->per_h[(size_t)level] / HOUR : (double)NAN;
}

void ev_windows_bursts(struct ev_windows *w, const struct ev_burst *b,
		       size_t of)
{
	struct tally one = { 0, 0, 0, 0, 0, 0 }, two = one;
	struct gaps g = { 0, 1 / b->mean_s, w->c->p->series.window_s };
	double last = -1, at, off;
	bool was = false;
	size_t i;

	for (i = 0; i < w->t->n; i++) {
		if (i && w->patient[i] != w->patient[i - 1]) {
			next_patient(&one);
			next_patient(&two);
			last = -1;
		}
		g.rate = rate_of(w, b, w->patient[i]);
		at = w->start->x[i];
		off = b->flag ? b->column->x[i] :
			b->column->x[i] != b->column->x[i];
		if (g.rate != g.rate || at != at || off != off)
			continue;
		add(&one, off > 0, 1 - clear(&g, at));
		if (last >= 0)
			add(&two, was && !(off > 0), both_clear(&g, last, at));
		was = !(off > 0);
		last = at;
	}
	next_patient(&one);
	next_patient(&two);
	judge(w->c, &one, b->flag ? "burst_rate" : "missing", b->name, of,
	      b->flag ? "share of windows that a burst touches" :
	      "share of windows without a value");
	judge(w->c, &two, "burst_length", b->name, of, "share of neighbouring "
	      "windows that are both clear, which tells how long bursts are");
}

/* Lost each by itself, or all from some time on. */
static void simple(struct ev_windows *w, const struct ev_series *s,
		   const struct ev_guard_column *col, size_t of)
{
	struct tally t = { 0, 0, 0, 0, 0, 0 };
	double p = ev_share_of(s->gap.threshold);
	size_t i;

	for (i = 0; i < w->t->n; i++) {
		if (i && w->patient[i] != w->patient[i - 1])
			next_patient(&t);
		if (s->gap.kind == EV_GAP_MONOTONE)
			p = -ev_expm1(-s->gap.per_h / HOUR * w->start->x[i]);
		if (p == p)
			add(&t, col->x[i] != col->x[i], p);
	}
	next_patient(&t);
	judge(w->c, &t, "missing", s->name, of, "share of windows without a "
	      "value");
}

/* Missing just where another series is. */
static void with_other(struct ev_windows *w, const struct ev_series *s,
		       const struct ev_guard_column *col)
{
	const char *name = w->c->p->series.series[s->gap.with].name;
	const struct ev_guard_column *other = ev_guard_column(w->t, name);
	struct ev_guard *x = ev_guard_add(w->c->out, "missing.%s", s->name);
	size_t i, wrong = 0;

	if (!other) {
		ev_guard_incomplete(x, "the table has no column '%s'", name);
		return;
	}
	for (i = 0; i < w->t->n; i++)
		wrong += (col->x[i] == col->x[i]) !=
			(other->x[i] == other->x[i]);
	ev_guard_says(x, "windows that have one of %s and %s", s->name, name);
	ev_guard_at_most(x, (double)wrong, 0, (double)NAN);
}

static void series(struct ev_windows *w, const struct ev_series *s, size_t of)
{
	const struct ev_guard_column *col = ev_guard_column(w->t, s->name);
	struct ev_burst b = { s->name, col, false, -1, &s->gap.per_h,
			      s->gap.mean_s };

	if (s->gap.kind == EV_GAP_NONE)
		return;
	if (!col)
		ev_guard_incomplete(ev_guard_add(w->c->out, "missing.%s",
						 s->name), "the table has no "
				    "column '%s'", s->name);
	else if (s->gap.kind == EV_GAP_WITH)
		with_other(w, s, col);
	else if (s->gap.kind == EV_GAP_BURST)
		ev_windows_bursts(w, &b, of);
	else
		simple(w, s, col, of);
}

int ev_check_windows(struct ev_check *c)
{
	const struct ev_longitudinal *l = &c->p->series;
	struct ev_windows w = { c, c->in->windows, NULL, NULL };
	struct ev_burst b = { "artefact", NULL, true, l->burst_on,
			      l->burst_per_h, l->burst_mean_s };
	size_t i, of = 0;

	if (!w.t)
		return 0;
	w.start = ev_guard_column(w.t, "start_s");
	b.column = ev_guard_column(w.t, "artefact");
	for (i = 0; i < l->n_series; i++)
		of += l->series[i].gap.kind != EV_GAP_NONE;
	of = 2 * (of + (b.column != NULL));
	if (!of || !w.start || !w.start->numeric)
		return 0;
	w.patient = ev_guard_patients(c, w.t);
	if (b.column && l->burst_per_h && l->burst_mean_s > 0 &&
	    b.column->numeric)
		ev_windows_bursts(&w, &b, of);
	for (i = 0; i < l->n_series; i++)
		series(&w, &l->series[i], of);
	free(w.patient);
	return 0;
}

bool ev_guards_want_windows(const struct ev_pack *p)
{
	size_t i;

	if (p->score.given || p->series.burst_per_h)
		return true;
	for (i = 0; i < p->series.n_series; i++)
		if (p->series.series[i].gap.kind != EV_GAP_NONE)
			return true;
	return false;
}
