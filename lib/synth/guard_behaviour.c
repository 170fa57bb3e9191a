#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>

#include "base/mem.h"
#include "data/rows.h"
#include "stats/cluster.h"
#include "stats/roc.h"

#define LEVEL 0.95

/* The rows that have a score, and what stands beside it. */
struct scored {
	const struct ev_check *c;
	const struct ev_guard_table *t;
	const struct ev_guard_column *id, *score, *label;
	size_t *scenario, *patient;	/* by row; SIZE_MAX: none */
};

/* False: there are no scores here. */
static bool open_scores(struct scored *x, const struct ev_check *c)
{
	const struct ev_score_model *m = &c->p->score;

	memset(x, 0, sizeof(*x));
	x->c = c;
	x->t = c->in->windows ? c->in->windows : c->t;
	if (!m->given)
		return false;
	x->id = ev_guard_column(x->t, "patient_id");
	x->score = ev_guard_column(x->t, m->name);
	x->label = m->label < c->p->n_labels ?
		ev_guard_column(x->t, c->p->labels[m->label].name) : NULL;
	if (!x->id || x->id->numeric || !x->score || !x->label ||
	    !x->label->numeric)
		return false;
	x->scenario = ev_guard_scenarios(x->t, c->p);
	x->patient = ev_guard_patients(c, x->t);
	return true;
}

static void close_scores(struct scored *x)
{
	free(x->scenario);
	free(x->patient);
}

/* Which rows are asked about. */
struct which {
	ptrdiff_t scenario, by;		/* index, or -1 */
	size_t level;			/* of `by` */
};

static bool is_in(const struct scored *x, const struct which *w, size_t row)
{
	const struct ev_guard_column *by;

	if (w->scenario >= 0 && x->scenario[row] != (size_t)w->scenario)
		return false;
	if (w->by < 0)
		return true;
	by = x->c->column[w->by];
	return by && x->patient[row] != SIZE_MAX &&
		by->x[x->patient[row]] == (double)w->level;
}

/* "sensitivity@alert" is the sensitivity here: a simulated device has one
 * threshold. */
static bool is_metric(const char *metric, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(metric, word, n) && (!metric[n] || metric[n] == '@');
}

enum kind { ABSTAIN, SENSITIVITY, SPECIFICITY, ALERTS, AUC, KINDS };
static const char *const words[KINDS] = {
	"abstain_rate", "sensitivity", "specificity", "alert_rate", "auc",
};

static int kind_of(const char *metric)
{
	int i;

	for (i = 0; i < KINDS; i++)
		if (is_metric(metric, words[i]))
			return i;
	return -1;
}

/* A row counts (1 is yes), or does not (-1). */
static int count(const struct scored *x, int kind, size_t row)
{
	double score = x->score->x[row], label = x->label->x[row];
	bool alert = score >= x->c->p->score.threshold;

	if (kind == ABSTAIN)
		return score != score;
	if (score != score || label != label)
		return -1;
	if (kind == ALERTS)
		return alert;
	if ((label > 0) != (kind == SENSITIVITY))
		return -1;
	return kind == SENSITIVITY ? alert : !alert;
}

static bool share(struct ev_estimate *out, const struct scored *x, int kind,
		  const struct which *w)
{
	struct ev_cluster *c = ev_calloc(x->id->levels.n + 1, sizeof(*c));
	struct ev_clustered e;
	size_t i;
	int one;
	bool good;

	for (i = 0; i < x->t->n; i++) {
		if (!is_in(x, w, i) || x->id->x[i] != x->id->x[i])
			continue;
		one = count(x, kind, i);
		if (one < 0)
			continue;
		c[(size_t)x->id->x[i]].n++;
		c[(size_t)x->id->x[i]].x += one;
	}
	good = ev_clustered_proportion(&e, c, x->id->levels.n, LEVEL) == 0 &&
		!(e.wilson.flags & EV_STAT_UNDEFINED);
	*out = e.wilson;
	free(c);
	return good;
}

static bool area(struct ev_estimate *out, const struct scored *x,
		 const struct which *w)
{
	double *score = ev_malloc((x->t->n + 1) * sizeof(*score));
	uint32_t *order = ev_malloc((x->t->n + 1) * sizeof(*order));
	uint32_t *patient = ev_malloc((x->t->n + 1) * sizeof(*patient));
	uint8_t *truth = ev_malloc(x->t->n + 1);
	struct ev_marker m = { score, order };
	struct ev_cases cases = { truth, patient, (uint32_t)x->id->levels.n,
				  0 };
	size_t i;
	bool good;

	for (i = 0; i < x->t->n; i++) {
		if (!is_in(x, w, i) || x->score->x[i] != x->score->x[i] ||
		    x->label->x[i] != x->label->x[i])
			continue;
		score[cases.n] = x->score->x[i];
		patient[cases.n] = (uint32_t)x->id->x[i];
		truth[cases.n++] = x->label->x[i] > 0;
	}
	good = ev_marker_order(order, score, cases.n) == 0 &&
		ev_auc(out, &m, &cases, EV_AUC_WALD, LEVEL) == 0 &&
		!(out->flags & EV_STAT_UNDEFINED);
	free(score);
	free(order);
	free(patient);
	free(truth);
	return good;
}

/* By the suite that measured a device on this cohort. */
static bool downstream(struct ev_estimate *out, const struct ev_evaluation *e,
		       const char *metric, const char *slice)
{
	size_t i, k;

	for (k = 0; k < e->suite->n_requests; k++)
		if (!strcmp(e->suite->requests[k].key, metric))
			break;
	for (i = 0; k < e->suite->n_requests && i < e->n_slices; i++)
		if (!strcmp(e->slices[i].name, slice)) {
			*out = e->slices[i].measures[k].e;
			return !(out->flags & EV_STAT_UNDEFINED);
		}
	return false;
}

static bool measure(struct ev_estimate *out, const struct scored *x,
		    const char *metric, const struct which *w)
{
	const struct ev_evaluation *e = x->c->in->downstream;
	const struct ev_pack *p = x->c->p;
	char *slice;
	bool good;
	int kind;

	if (e) {
		slice = w->by >= 0 ?
			ev_strdupf("%s=%s", p->variables[w->by].name,
				   p->variables[w->by].levels.items[w->level]) :
			w->scenario >= 0 ?
			ev_strdupf("scenario=%s",
				   p->scenarios[w->scenario].id) :
			ev_strdup("overall");
		good = downstream(out, e, metric, slice);
		free(slice);
		return good;
	}
	kind = kind_of(metric);
	return kind == AUC ? area(out, x, w) :
		kind >= 0 && share(out, x, kind, w);
}

static ptrdiff_t scenario_of(const struct ev_pack *p, const char *id)
{
	size_t i;

	for (i = 0; id && i < p->n_scenarios; i++)
		if (!strcmp(p->scenarios[i].id, id))
			return (ptrdiff_t)i;
	return -1;
}

static void limit(struct ev_check *c, struct scored *x,
		  const struct ev_behaviour *b)
{
	struct which w = { scenario_of(c->p, b->scenario), -1, 0 };
	struct ev_guard *g = ev_guard_add(c->out, "behaviour.%s%s%s",
					  b->metric, b->scenario ? "." : "",
					  b->scenario ? b->scenario : "");
	struct ev_estimate e;
	double asked, value;

	if (!measure(&e, x, b->metric, &w) ||
	    !ev_parse_double(&asked, b->limit, strlen(b->limit))) {
		ev_guard_incomplete(g, "%s has no value here", b->metric);
		return;
	}
	value = b->bound < 0 ? e.lower : b->bound > 0 ? e.upper : e.value;
	if (b->bound && e.flags & EV_STAT_NO_INTERVAL) {
		ev_guard_incomplete(g, "%s has no interval here", b->metric);
		return;
	}
	ev_guard_says(g, "%s of the %sdevice is %.4g (%.4g to %.4g)",
		      b->metric, c->in->downstream ? "" : "simulated ",
		      e.value, e.lower, e.upper);
	if (b->at_least)
		ev_guard_at_least(g, value, asked, (double)NAN);
	else
		ev_guard_at_most(g, value, asked, (double)NAN);
	if (g->outcome == EV_OUT_FAIL && b->otherwise_review)
		g->outcome = EV_OUT_REVIEW;
}

static void order(struct ev_check *c, struct scored *x,
		  const struct ev_behaviour *b)
{
	struct which w = { scenario_of(c->p, b->scenario),
			   ev_pack_variable(c->p, b->by), 0 };
	struct ev_guard *g = ev_guard_add(c->out, "behaviour.%s.by.%s",
					  b->order_of, b->by);
	struct ev_estimate e, last;
	size_t n = c->p->variables[w.by].levels.n, wrong = 0, seen = 0;
	double clear = 0;
	bool back;

	memset(&last, 0, sizeof(last));
	for (w.level = 0; w.level < n; w.level++) {
		if (!measure(&e, x, b->order_of, &w))
			continue;
		back = seen && (b->increasing ? e.value < last.value :
				e.value > last.value);
		wrong += back;
		/* intervals that do not meet */
		clear += back && (b->increasing ? e.upper < last.lower :
				  e.lower > last.upper);
		last = e;
		seen++;
	}
	if (seen < 2) {
		ev_guard_incomplete(g, "%s has no values by %s here",
				    b->order_of, b->by);
		return;
	}
	ev_guard_says(g, "%s by %s goes the other way than %s %zu times in %zu "
		      "levels", b->order_of, b->by, b->increasing ?
		      "increasing" : "decreasing", wrong, seen);
	ev_guard_at_most(g, (double)wrong, 0, clear > 0 ? (double)NAN :
			 (double)n);
	if (g->outcome == EV_OUT_FAIL && b->otherwise_review)
		g->outcome = EV_OUT_REVIEW;
}

int ev_check_behaviour(struct ev_check *c)
{
	struct scored x;
	struct ev_guard *g;
	size_t i;
	bool here;

	if (!c->p->n_behaviours)
		return 0;
	here = open_scores(&x, c) || c->in->downstream;
	if (!here) {
		g = ev_guard_add(c->out, "behaviour");
		ev_guard_not_applicable(g, "there are no scores of a device "
					"here: they take --suite and "
					"--predictions");
	}
	for (i = 0; here && i < c->p->n_behaviours; i++)
		if (c->p->behaviours[i].order_of)
			order(c, &x, &c->p->behaviours[i]);
		else
			limit(c, &x, &c->p->behaviours[i]);
	close_scores(&x);
	return 0;
}
