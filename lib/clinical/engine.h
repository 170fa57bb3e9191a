/*
 * engine.h - the rooms of an evaluation (for lib/clinical alone)
 *
 * The engine holds what is the same for all slices: each marker's scores,
 * sorted once.  A work holds one slice: its rows side by side, as lib/stats
 * wants them, made when somebody asks for them.  A task is one number that is
 * wanted of a slice; those without a closed form are drawn together, one
 * bootstrap for each level.
 */
#ifndef EV_CLINICAL_ENGINE_H
#define EV_CLINICAL_ENGINE_H

#include "clinical/evaluate.h"
#include "stats/cluster.h"
#include "stats/roc.h"

enum ev_call { EV_CALL_NEGATIVE, EV_CALL_POSITIVE, EV_CALL_MISSING };

/* Rows by truth and call, before missing ones are counted some way. */
struct ev_cells {
	uint32_t n[2][3];
};

/* Scores were decimals too, and both became their nearest double: a score of
 * 0.7 reaches the threshold 0.7. */
struct ev_cut {
	double t;
};
struct ev_cut ev_cut_of(const struct ev_decimal *d);
static inline bool ev_cut_met(const struct ev_cut *c, double score)
{
	return score >= c->t;
}

struct ev_engine {
	const struct ev_suite *s;
	const struct ev_cohort *c;
	const struct ev_reference *ref[2];
	unsigned jobs;
	uint64_t key;			/* of the bootstrap's streams */
	enum ev_missing_rule rule;
	bool drops;			/* rows without score take no part */
	struct ev_cut *cuts;		/* by operating point */
	/* By marker (0 candidate, 1 previous, 2 anchor); missing scores are at
	 * an end, by the rule. Alias or owned. */
	const double *score[3];
	uint32_t *order[3];
	uint64_t *first[3];		/* where another score begins */
	double *owned[3];
	bool same_rows[2];		/* a reference has all that take part */
	const struct ev_evaluation *e;
	struct ev_division *division;	/* of the family looked at */
	uint32_t *places[3];		/* see division.c */
	struct ev_timeline *timeline;	/* rows in time; or NULL */
	struct ev_patients *patients;	/* see patients.h; or NULL */
	uint32_t *local;		/* by row; scratch, EV_NOWHERE; NULL
					   until somebody asks for it */
};
#define EV_NOWHERE UINT32_MAX

int ev_measuring_open(struct ev_engine *g, const struct ev_evaluation *e,
		   const struct ev_evaluate_options *o);
void ev_measuring_close(struct ev_engine *g);
uint32_t *ev_engine_local(struct ev_engine *g);
/* Give back what was kept for further slices; it is made again if need be. */
void ev_engine_forget(struct ev_engine *g);

/* Which rows take part in what a view is for. */
struct ev_part {
	const uint8_t *state, *other, *paired;	/* NULL: any */
};
/* Paired with a reference (or -1), with a score alone, or as the rule has
 * it. */
void ev_part_of(struct ev_part *p, const struct ev_engine *g, int against,
		bool scored);
static inline bool ev_takes_part(const struct ev_part *p, size_t row)
{
	return (!p->paired || p->paired[row]) &&
		(!p->state || p->state[row] == EV_ROW_SCORED) &&
		(!p->other || p->other[row] == EV_ROW_SCORED);
}

/* Rows that take part, in one array for each property. */
struct ev_view {
	bool made;
	size_t n, positives;
	int marker;			/* of the reference; 0: none */
	const double *score[2];		/* candidate, reference */
	const uint32_t *order[2];	/* NULL: see ev_work_order() */
	const uint8_t *truth;
	const uint32_t *cluster;	/* NULL: a row is its own */
	uint32_t clusters;
	struct ev_auc_order places[2];	/* by marker, for replicates; or NULL */
	struct ev_part part;
	void *owned[10];
};

/* PSI and the Kolmogorov-Smirnov distance beside a reference. */
struct ev_drift_values {
	double value[2];
	bool defined[2];
	bool made;
};

struct ev_work {
	struct ev_engine *g;
	struct ev_slice_result *slice;
	const uint32_t *rows;		/* NULL: all */
	size_t n;
	uint32_t *cluster;		/* by place in the slice; or NULL */
	const uint32_t *cluster_of;	/* the same, or the cohort's own */
	uint32_t clusters;		/* units to draw: rows, if not clustered */
	/* All rows of its clusters, which are patients; by cluster the
	 * cohort's number, NULL if it is the same. */
	bool whole;
	uint32_t *patient;
	struct ev_cells *cells;		/* by operating point */
	struct ev_cells **unit_cells;	/* by operating point and cluster */
	struct ev_view rank, scored, pair[2], pair_scored[2];
	struct ev_class_rows *classes;	/* several classes alone */
	/* The models are fitted once for all that ask; at another level their
	 * intervals follow from the standard errors. */
	struct ev_calibration model;
	unsigned models;		/* those in it */
	struct ev_patient_sums *sums;
	/* The same of areas: [0] the value, [1], [2] its changes. */
	struct ev_measure area[3];
	bool has_area[3];
	struct ev_drift_values drift[2];	/* by reference */
	double stuck;			/* the score that most have */
	bool has_stuck;
};

static inline bool ev_has_classes(const struct ev_engine *g)
{
	return g->s->dataset.label_kind == EV_LABEL_CLASSES;
}

static inline size_t ev_work_row(const struct ev_work *w, size_t i)
{
	return w->rows ? w->rows[i] : i;
}

int ev_work_open(struct ev_work *w, struct ev_engine *g,
		 struct ev_slice_result *slice);
void ev_work_close(struct ev_work *w);
/* Rows as ranks see them; those with a score; the same paired with a
 * reference. */
const struct ev_view *ev_work_rank(struct ev_work *w);
const struct ev_view *ev_work_scored(struct ev_work *w);
const struct ev_view *ev_work_pair(struct ev_work *w, int against);
const struct ev_view *ev_work_pair_scored(struct ev_work *w, int against);
/* Rows of one of its views by a marker's score, 0 or 1; then in the view, too,
 * so that threads may look there. */
const uint32_t *ev_work_order(struct ev_work *w, const struct ev_view *v,
			      int marker);
static inline size_t ev_work_patient(const struct ev_work *w, size_t cluster)
{
	return w->patient ? w->patient[cluster] : cluster;
}
/* The same rows as ev_ordered_auc() takes them; made like that. */
int ev_work_places(struct ev_work *w, const struct ev_view *v, int marker);
/* Cells of each cluster at an operating point. */
const struct ev_cells *ev_work_units(struct ev_work *w, size_t point);

/* How a call counts by a rule: positive 1, negative 0, left out -1. */
static inline int ev_call_by(enum ev_missing_rule rule, int truth, int call)
{
	if (call != EV_CALL_MISSING)
		return call;
	switch (rule) {
	case EV_MISSING_WORST_CASE:
		return !truth;
	case EV_MISSING_AS_NEGATIVE:
		return 0;
	case EV_MISSING_AS_POSITIVE:
		return 1;
	case EV_MISSING_COMPLETE_CASE:
	case EV_MISSING_FAIL:
		break;
	}
	return -1;
}
static inline int ev_call_of(const struct ev_cut *cut, uint8_t state,
			     double score)
{
	if (state != EV_ROW_SCORED)
		return EV_CALL_MISSING;
	return ev_cut_met(cut, score);
}
void ev_cells_table(struct ev_table *t, const struct ev_cells *c,
		    enum ev_missing_rule rule);

/* One number that is wanted of a slice. */
struct ev_task {
	const struct ev_request *q;
	int against;			/* reference, or -1: the value */
	double level;
	struct ev_measure *m;		/* where it goes */
	bool draws;			/* value is there, interval is drawn */
};

/* 1: done; 0: value is set, the interval is the bootstrap's. */
int ev_measure_task(struct ev_work *w, const struct ev_task *t);
int ev_change_task(struct ev_work *w, const struct ev_task *t);
bool ev_change_is_cheap(const struct ev_request *q);
/* What there is a difference of, and a largest one between slices: a suite is
 * held to it when it is read. */
bool ev_change_is_possible(const struct ev_request *q);
bool ev_gap_is_possible(enum ev_metric m);

/* By subject; answers as above, EV_ENOTFOUND where it is none of theirs. */
int ev_measure_decision(struct ev_work *w, const struct ev_task *t);
int ev_measure_share(struct ev_work *w, const struct ev_task *t);
int ev_measure_rank(struct ev_work *w, const struct ev_task *t);
int ev_measure_calibration(struct ev_work *w, const struct ev_task *t);
int ev_measure_classes(struct ev_work *w, const struct ev_task *t);
int ev_measure_drift(struct ev_work *w, const struct ev_task *t);
int ev_measure_time(struct ev_work *w, const struct ev_task *t);

/* Of each cluster (row, without clusters) how many count; NULL: the metric is
 * no share that each row has for itself. */
struct ev_cluster *ev_share_units(struct ev_work *w,
				  const struct ev_request *q);
/* x of n, by patient where rows are alike; units: of each cluster, or NULL. */
int ev_measure_proportion(struct ev_work *w, struct ev_measure *m, int64_t x,
			  int64_t n, const struct ev_cluster *units,
			  double level);
/* The number alone of a decision metric; 0 if it does not exist. */
int ev_decision_value(double *value, const struct ev_request *q,
		      const struct ev_table *t);
/* Is there somebody that an interval can count? */
bool ev_by_patient(const struct ev_engine *g);
void ev_measure_undefined(struct ev_measure *m, double level);

void ev_view_predicted(struct ev_predicted *d, const struct ev_view *v,
		       int marker);
/* Does a metric look at rows with a score only? */
static inline bool ev_needs_score(enum ev_metric m)
{
	return m >= EV_M_BRIER && m <= EV_M_NET_BENEFIT;
}

/* An estimate of which the interval is value -+ z se, at another level; false
 * if it is not of that kind. */
bool ev_at_level(struct ev_estimate *e, double level, double low, double high);

/* Intervals of tasks with `draws`. */
int ev_draw_tasks(struct ev_work *w, struct ev_task *tasks, size_t n);
/* The number alone with each cluster counted `times` (NULL: once), of marker
 * 0 or 1 of a view; 1, or 0 if it does not exist. */
int ev_weighted_value(double *value, struct ev_work *w,
		      const struct ev_request *q, const struct ev_view *v,
		      int marker, const uint32_t *times);

/* Is it x of n? */
bool ev_metric_is_share(enum ev_metric m);

/* Slices. */
int ev_slices_make(struct ev_evaluation *e);
void ev_slice_release(struct ev_slice_result *s);

/* Gates. */
int ev_gates_plan(struct ev_evaluation *e);
/* The number that a row judges; NULL if there is none. */
const struct ev_measure *ev_row_measure(const struct ev_evaluation *e,
					const struct ev_gate_row *row,
					int against);
int ev_gates_judge(struct ev_evaluation *e, struct ev_engine *g);
enum ev_tier ev_row_tier(const struct ev_suite *s, const struct ev_gate *gate,
			 const struct ev_family *family);
int ev_gap_measure(struct ev_engine *g, struct ev_evaluation *e,
		   struct ev_gate_row *row);
/* The score that most rows of a slice have; the least of several. */
double ev_commonest_score(struct ev_work *w);
void ev_concentration_find(struct ev_concentration *out,
			   const struct ev_engine *g);
int ev_checks_make(struct ev_evaluation *e, struct ev_engine *g);
int ev_escalate(struct ev_evaluation *e);

/* "0.9231": six decimals at most, or all digits if these would hide on which
 * side of `limit` (NULL: none) it lies. */
char *ev_number_text(double x, const struct ev_decimal *limit);
/* d times factor / 10, exactly; negative with `minus`. */
int ev_decimal_times(struct ev_decimal *out, const struct ev_decimal *d,
		     uint64_t factor, bool minus);
/* x / n, whole numbers below 2^31, against a decimal: exactly. */
int ev_ratio_compare(double x, double n, const struct ev_decimal *d);
int ev_decimal_text(struct ev_decimal *out, const char *text);

#endif
