#include "base/compat.h"

#include "synth/guard_page.h"

#include <math.h>

#include "base/mem.h"
#include "stats/proportion.h"

#define LEVEL 0.95

static const struct ev_guard *guard_of(const struct ev_check *c,
				       const char *kind, const char *name)
{
	char *id = ev_strdupf("%s.%s", kind, name);
	const struct ev_guard *g = ev_guards_find(c->out, id);

	free(id);
	return g;
}

static char *title_of(const struct ev_variable *v)
{
	return ev_strdupf("%s%s%s%s%s", v->name, v->title ? ": " : "",
			  v->title ? v->title : "", v->unit ? ", " : "",
			  v->unit ? v->unit : "");
}

static void add_number(struct ev_buf *out, double x)
{
	struct ev_buf text = EV_BUF_INIT;

	ev_page_number(&text, x);
	ev_buf_adds(out, text.ptr);
	ev_buf_release(&text);
}

static char *sentence(const struct ev_check *c, const char *kind,
		      const struct ev_variable *v, size_t rows)
{
	const struct ev_guard *g = guard_of(c, kind, v->name);
	struct ev_buf text = EV_BUF_INIT;

	ev_buf_addf(&text, "%zu values of the cohort beside what is declared",
		    rows);
	if (g && g->value == g->value) {
		ev_buf_adds(&text, "; their distance is ");
		add_number(&text, g->value);
		ev_buf_adds(&text, ", at most ");
		add_number(&text, g->limit);
		ev_buf_addf(&text, " passes: %s", ev_outcome_word(g->outcome));
	}
	return ev_buf_detach(&text, NULL);
}

static void number(struct ev_html *h, const struct ev_check *c, size_t i)
{
	const struct ev_variable *v = &c->p->variables[i];
	struct ev_plot_axis axis = { 0, 0, v->unit ? v->unit : v->name,
				     (double)NAN };
	struct ev_plot_counts up, down;
	struct ev_page_bins b;
	char *title, *says;

	if (!ev_page_bin(&b, c, i))
		return;
	axis.low = b.edge[0];
	axis.high = b.edge[b.n];
	up.name = "cohort";
	up.n = b.seen;
	down.name = "declared";
	down.n = b.declared;
	title = title_of(v);
	says = sentence(c, "ks", v, b.rows);
	ev_plot_histogram(h, title, says, &up, &down, b.n, &axis);
	free(title);
	free(says);
}

static bool is_number(const struct ev_check *c, size_t i)
{
	return !ev_variable_has_levels(&c->p->variables[i]);
}

static void levels(struct ev_page_lines *l, const struct ev_check *c, size_t i)
{
	const struct ev_variable *v = &c->p->variables[i];
	double *seen = ev_calloc(v->levels.n + 2, sizeof(*seen));
	double *declared = ev_calloc(v->levels.n + 2, sizeof(*declared));
	const struct ev_guard *g = guard_of(c, "tvd", v->name);
	struct ev_plot_line *line;
	struct ev_estimate e;
	struct ev_buf note = EV_BUF_INIT;
	size_t rows, k;

	if (ev_page_shares(seen, declared, &rows, c, i)) {
		ev_page_head(l, v->name);
		for (k = 0; k < v->levels.n; k++) {
			if (ev_clopper_pearson(&e, (int64_t)seen[k],
					       (int64_t)rows, LEVEL) < 0)
				continue;
			ev_buf_clear(&note);
			add_number(&note, e.value);
			ev_buf_adds(&note, ", declared ");
			add_number(&note, declared[k]);
			line = ev_page_line(l, v->levels.items[k], &e,
					    note.ptr);
			line->limit = line->limit2 = declared[k];
			line->outcome = NULL;
		}
		if (g && l->n && !g->not_applicable)
			l->items[l->n - 1].outcome =
				ev_outcome_word(g->outcome);
	}
	ev_buf_release(&note);
	free(seen);
	free(declared);
}

void ev_page_distributions(struct ev_html *h, const struct ev_check *c)
{
	struct ev_plot_axis axis;
	struct ev_page_lines l;
	size_t i;

	ev_page_section(h, "distributions", "Distributions", "Bars above the "
			"line count the cohort, bars below it what the pack "
			"declares for as many patients: they should mirror "
			"each other. What the pack derives from other values "
			"by an expression is not drawn.");
	ev_html_open(h, "div");
	ev_html_attr(h, "class", "side");
	for (i = 0; i < c->p->n_variables; i++)
		if (is_number(c, i) && c->column[i])
			number(h, c, i);
	ev_html_close(h, "div");
	ev_page_lines_init(&l);
	for (i = 0; i < c->p->n_variables; i++)
		if (!is_number(c, i) && c->column[i])
			levels(&l, c, i);
	if (l.n) {
		l.low = 0;
		ev_page_axis(&axis, &l, true, "share of patients");
		ev_plot_forest(h, "Shares of levels", "Shares in the cohort "
			       "with 95 % intervals; the stroke is the "
			       "declared share. The outcome of a variable "
			       "stands with its last level.", l.items, l.n,
			       &axis);
	}
	ev_page_lines_release(&l);
	ev_page_section_end(h);
}
