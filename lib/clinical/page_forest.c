#include "base/compat.h"

#include "clinical/page_internal.h"

#include <math.h>

#include "base/mem.h"

void ev_page_lines_init(struct ev_page_lines *l)
{
	memset(l, 0, sizeof(*l));
	l->low = (double)INFINITY;
	l->high = (double)-INFINITY;
}

void ev_page_lines_release(struct ev_page_lines *l)
{
	size_t i;

	for (i = 0; i < 2 * l->n; i++)
		free(l->texts[i]);
	free(l->texts);
	free(l->items);
}

static struct ev_plot_line *add(struct ev_page_lines *l, const char *label,
				char *note)
{
	struct ev_plot_line *line;

	EV_GROW(l->items, l->n, l->cap);
	l->texts = ev_realloc(l->texts, 2 * l->cap * sizeof(*l->texts));
	line = &l->items[l->n];
	memset(line, 0, sizeof(*line));
	line->label = l->texts[2 * l->n] = ev_strdup(label);
	line->note = l->texts[2 * l->n + 1] = note;
	line->value = line->lower = line->upper = (double)NAN;
	line->limit = line->limit2 = (double)NAN;
	l->n++;
	return line;
}

void ev_page_head(struct ev_page_lines *l, const char *label)
{
	add(l, label, NULL)->head = true;
}

struct ev_plot_line *ev_page_line(struct ev_page_lines *l, const char *label,
				  const struct ev_estimate *e,
				  const char *note)
{
	struct ev_plot_line *line = add(l, label, ev_strdup(note));

	if (e->flags & EV_STAT_UNDEFINED || !ev_page_is_number(e->value))
		return line;
	line->value = e->value;
	if (ev_page_has_interval(e)) {
		line->lower = e->lower;
		line->upper = e->upper;
	}
	return line;
}

static void widen(struct ev_page_lines *l, double x)
{
	if (!ev_page_is_number(x))
		return;
	l->low = fmin(l->low, x);
	l->high = fmax(l->high, x);
}

/* Ratios may reach far out: what lies beyond four times the rest becomes an
 * arrow, so that the others can still be told apart. */
static void range(struct ev_page_lines *l)
{
	double low, high, span;
	size_t i;

	for (i = 0; i < l->n; i++) {
		widen(l, l->items[i].value);
		widen(l, l->items[i].limit);
		widen(l, l->items[i].limit2);
	}
	low = l->low;
	high = l->high;
	for (i = 0; i < l->n; i++) {
		widen(l, l->items[i].lower);
		widen(l, l->items[i].upper);
	}
	span = high - low;
	if (!(span > 0))
		return;
	l->low = fmax(l->low, low - 4 * span);
	l->high = fmin(l->high, high + 4 * span);
}

void ev_page_axis(struct ev_plot_axis *axis, const struct ev_page_lines *lines,
		  bool share, const char *title)
{
	struct ev_page_lines l = *lines;
	double pad;

	axis->title = title;
	axis->base = (double)NAN;
	axis->low = 0;
	axis->high = 1;
	range(&l);
	if (!(l.low <= l.high))
		return;
	if (share) {
		axis->low = fmax(0, floor(l.low * 10 - 0.01) / 10);
		axis->high = fmin(1, (floor(l.high * 10 + 0.01) + 1) / 10);
		return;
	}
	pad = (l.high - l.low) * 0.05;
	axis->low = l.low - pad;
	axis->high = l.high + pad;
}

static int side(enum ev_comparator c)
{
	switch (c) {
	case EV_GE:
	case EV_GT:
		return 1;
	case EV_LE:
	case EV_LT:
		return -1;
	case EV_WITHIN:
		break;
	}
	return 0;
}

void ev_page_limits(struct ev_plot_line *line, const struct ev_evaluation *e,
		    const struct ev_gate_row *r)
{
	const struct ev_gate *g = &e->suite->gates[r->gate];
	struct ev_decimal margin = { NULL, 0 };
	bool has = ev_row_margin(&margin, e, r);
	struct ev_rule rule;

	ev_rule_of(&rule, g, &g->pass, has ? &margin : NULL,
		   e->suite->requests[g->request].metric);
	if (rule.limit.text) {
		line->limit = rule.limit.value;
		line->asked = side(rule.comparator);
		if (rule.comparator == EV_WITHIN && rule.limit2.text)
			line->limit2 = rule.limit2.value;
	}
	ev_rule_release(&rule);
	ev_decimal_release(&margin);
}
