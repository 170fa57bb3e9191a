#include "base/compat.h"
#include "clinical/engine.h"

#include "base/mem.h"
#include "stats/dist.h"

/* One column's words: rows with the condition, and those that were missed. */
struct tally {
	int64_t *positives, *missed;
	int64_t all, all_missed;
};

static void count(struct tally *t, const struct ev_engine *g,
		  const struct ev_column *c)
{
	size_t i, row_n = g->c->n;

	t->positives = ev_calloc(c->n_words + 1, sizeof(*t->positives));
	t->missed = ev_calloc(c->n_words + 1, sizeof(*t->missed));
	t->all = t->all_missed = 0;
	for (i = 0; i < row_n; i++) {
		int call;

		if (g->c->label[i] != 1)
			continue;
		call = ev_call_by(g->rule, 1, ev_call_of(&g->cuts[0],
				  g->c->state[i], g->c->score[i]));
		if (call < 0)
			continue;
		t->positives[c->code[i]]++;
		t->missed[c->code[i]] += !call;
		t->all++;
		t->all_missed += !call;
	}
}

static size_t members(const struct tally *t, size_t n)
{
	size_t i, k = 0;

	for (i = 0; i < n; i++)
		k += t->positives[i] > 0;
	return k;
}

static void look(struct ev_concentration *out, const struct tally *t,
		 const struct ev_family *f, const struct ev_column *c)
{
	double p, part;
	size_t i;

	for (i = 0; i < c->n_words; i++) {
		if (!t->missed[i])
			continue;
		part = (double)t->positives[i] / (double)t->all;
		p = ev_binomial_sf(t->missed[i] - 1, t->all_missed, part);
		if (out->member && p >= out->p)
			continue;
		out->slice = f->name;
		out->member = c->words[i];
		out->missed = (size_t)t->missed[i];
		out->of = (size_t)t->all_missed;
		out->expected = part;
		out->p = p;
	}
}

void ev_concentration_find(struct ev_concentration *out,
			   const struct ev_engine *g)
{
	const struct ev_suite *s = g->s;
	size_t i, tried = 0, n;

	memset(out, 0, sizeof(*out));
	for (i = 0; s->n_points && i < s->n_slices; i++) {
		const struct ev_family *f = &s->slices[i];
		const struct ev_column *c;
		struct tally t;

		if (f->kind != EV_SLICE_BY)
			continue;
		c = ev_cohort_column(g->c, f->column);
		if (!c || !c->coded)
			continue;
		count(&t, g, c);
		n = members(&t, c->n_words);
		if (n > 1 && t.all_missed) {
			look(out, &t, f, c);
			tried += n;
		}
		free(t.positives);
		free(t.missed);
	}
	/* as many were looked at as there are members (Bonferroni) */
	out->p *= (double)tried;
	if (out->p > 1)
		out->p = 1;
}
