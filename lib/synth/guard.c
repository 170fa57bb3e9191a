#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>
#include <stdarg.h>

#include "base/mem.h"

void ev_guards_release(struct ev_guards *g)
{
	size_t i;

	for (i = 0; i < g->n; i++) {
		free(g->items[i].id);
		free(g->items[i].says);
	}
	free(g->items);
	free(g->leak);
	ev_strs_release(&g->missing_tuples);
	memset(g, 0, sizeof(*g));
}

const struct ev_guard *ev_guards_find(const struct ev_guards *g,
				      const char *id)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		if (!strcmp(g->items[i].id, id))
			return &g->items[i];
	return NULL;
}

/* Items ------------------------------------------------------------------- */

EV_PRINTF(1, 0)
static char *text_of(const char *fmt, va_list ap)
{
	struct ev_buf text = EV_BUF_INIT;

	ev_buf_vaddf(&text, fmt, ap);
	return ev_buf_detach(&text, NULL);
}

struct ev_guard *ev_guard_add(struct ev_guards *g, const char *fmt, ...)
{
	struct ev_guard *x;
	va_list ap;

	EV_GROW(g->items, g->n, g->cap);
	x = &g->items[g->n++];
	memset(x, 0, sizeof(*x));
	x->value = x->limit = x->review = (double)NAN;
	/* until it is judged */
	x->outcome = EV_OUT_INCOMPLETE;
	va_start(ap, fmt);
	x->id = text_of(fmt, ap);
	va_end(ap);
	return x;
}

void ev_guard_says(struct ev_guard *x, const char *fmt, ...)
{
	va_list ap;

	free(x->says);
	va_start(ap, fmt);
	x->says = text_of(fmt, ap);
	va_end(ap);
}

void ev_guard_undefined(struct ev_guard *x, const char *fmt, ...)
{
	va_list ap;

	free(x->says);
	va_start(ap, fmt);
	x->says = text_of(fmt, ap);
	va_end(ap);
	x->value = (double)NAN;
	x->undefined = true;
	x->outcome = EV_OUT_INCOMPLETE;
}

void ev_guard_not_applicable(struct ev_guard *x, const char *fmt, ...)
{
	va_list ap;

	free(x->says);
	va_start(ap, fmt);
	x->says = text_of(fmt, ap);
	va_end(ap);
	x->value = (double)NAN;
	x->not_applicable = true;
	x->outcome = EV_OUT_PASS;
}

void ev_guard_incomplete(struct ev_guard *x, const char *fmt, ...)
{
	va_list ap;

	free(x->says);
	va_start(ap, fmt);
	x->says = text_of(fmt, ap);
	va_end(ap);
	x->value = (double)NAN;
	x->outcome = EV_OUT_INCOMPLETE;
}

static void judge(struct ev_guard *x, double value, double limit,
		  double review)
{
	x->value = value;
	x->limit = limit;
	x->review = review;
	if (!isfinite(value)) {
		x->value = (double)NAN;
		x->undefined = true;
		x->outcome = EV_OUT_INCOMPLETE;
		return;
	}
	if (x->at_least ? value >= limit : value <= limit)
		x->outcome = EV_OUT_PASS;
	else if (review == review &&
		 (x->at_least ? value >= review : value <= review))
		x->outcome = EV_OUT_REVIEW;
	else
		x->outcome = EV_OUT_FAIL;
}

void ev_guard_at_most(struct ev_guard *x, double value, double limit,
		      double review)
{
	x->at_least = false;
	judge(x, value, limit, review < limit ? limit : review);
}

void ev_guard_at_least(struct ev_guard *x, double value, double limit,
		       double review)
{
	x->at_least = true;
	judge(x, value, limit, review > limit ? limit : review);
}

/* All of them ------------------------------------------------------------- */

static bool is_leak(const char *id)
{
	static const char *const names[] = {
		"leak.copies", "leak.near_copies", "leak.identifiers",
		"leak.dcr", "leak.overfitting", "leak.nndr",
		"leak.membership", "leak.membership_tpr",
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(names); i++)
		if (!strcmp(id, names[i]))
			return true;
	return false;
}

/* What was looked for, and what of it was found; never that there is none. */
static void sum_up_leaks(struct ev_guards *g)
{
	struct ev_buf clean = EV_BUF_INIT, found = EV_BUF_INIT;
	struct ev_buf all = EV_BUF_INIT, *to;
	const struct ev_guard *leak = ev_guards_find(g, "leak");
	const char *none = leak ? leak->says : NULL;
	size_t i;

	for (i = 0; i < g->n; i++) {
		if (!is_leak(g->items[i].id) || g->items[i].not_applicable ||
		    g->items[i].outcome == EV_OUT_INCOMPLETE)
			continue;
		to = g->items[i].outcome == EV_OUT_PASS ? &clean : &found;
		ev_buf_addf(to, "%s%s", to->len ? ", " : "",
			    g->items[i].id + strlen("leak."));
	}
	if (found.len)
		ev_buf_addf(&all, "a leak is suspected by tests %s", found.ptr);
	if (clean.len)
		ev_buf_addf(&all, "%sno leak detected by tests %s",
			    found.len ? "; " : "", clean.ptr);
	if (!all.len)
		ev_buf_addf(&all, "no test for leaks was made%s%s", none ? ": " :
			    "", none ? none : "");
	g->leak = ev_buf_detach(&all, NULL);
	ev_buf_release(&clean);
	ev_buf_release(&found);
}

static void settle(struct ev_guards *g)
{
	size_t i;

	g->outcome = EV_OUT_PASS;
	for (i = 0; i < g->n; i++) {
		if (!g->items[i].says)
			g->items[i].says = ev_strdup("");
		if (g->items[i].outcome > g->outcome)
			g->outcome = g->items[i].outcome;
	}
	sum_up_leaks(g);
}

static int (*const checks[])(struct ev_check *c) = {
	ev_check_scenarios, ev_check_declared, ev_check_derived,
	ev_check_correlation, ev_check_missing, ev_check_windows,
	ev_check_constraints, ev_check_tuples, ev_check_modes, ev_check_histograms,
	ev_check_reference, ev_check_propensity, ev_check_leak,
	ev_check_downstream, ev_check_behaviour,
};

void ev_check_open(struct ev_check *c, struct ev_guards *out,
		   const struct ev_guard_inputs *in)
{
	size_t i;

	memset(c, 0, sizeof(*c));
	c->out = out;
	c->in = in;
	c->s = in->source;
	c->p = in->source->pack;
	c->t = in->cohort;
	c->scenario = ev_guard_scenarios(c->t, c->p);
	c->column = ev_calloc(c->p->n_variables + 1, sizeof(*c->column));
	for (i = 0; i < c->p->n_variables; i++)
		c->column[i] = ev_guard_variable(c->t, i);
	ev_check_groups(c);
}

void ev_check_close(struct ev_check *c)
{
	free(c->scenario);
	free(c->column);
	free(c->alone);
	free(c->group);
}

int ev_guards_check(struct ev_guards *out, const struct ev_guard_inputs *in)
{
	struct ev_check c;
	size_t i;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	ev_check_open(&c, out, in);
	for (i = 0; ret == 0 && i < EV_ARRAY_SIZE(checks); i++)
		ret = checks[i](&c);
	ev_check_close(&c);
	if (ret < 0)
		ev_guards_release(out);
	else
		settle(out);
	return ret;
}

void ev_guards_json(struct ev_json *j, const struct ev_guards *g)
{
	const struct ev_guard *x;
	size_t i;

	ev_json_list(j);
	for (i = 0; i < g->n; i++) {
		x = &g->items[i];
		ev_json_object(j);
		ev_json_kv(j, "id", x->id);
		ev_json_kv(j, "outcome", x->not_applicable ?
			   "not_applicable" : ev_outcome_word(x->outcome));
		ev_json_key(j, "value");
		ev_json_double(j, x->value);
		if (x->limit == x->limit)
			ev_json_kv(j, "asked", x->at_least ? "at_least" :
				   "at_most");
		ev_json_key(j, "limit");
		ev_json_double(j, x->limit);
		ev_json_key(j, "review");
		ev_json_double(j, x->review);
		ev_json_kv(j, "says", x->says);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}
