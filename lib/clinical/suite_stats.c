#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "stats/bootstrap.h"

static bool says(const struct ev_value *stats, const char *path,
		 const char *word)
{
	const struct ev_value *v = ev_get_path(stats, path);

	return v && v->type == EV_STRING && !strcmp(v->text, word);
}

static void count(unsigned *out, const struct ev_value *stats,
		  const char *path, int64_t low, int64_t high,
		  struct ev_problems *bad)
{
	struct ev_buf name = EV_BUF_INIT;
	int64_t n;

	ev_buf_addf(&name, "stats.%s", path);
	if (ev_su_int(&n, ev_get_path(stats, path), name.ptr, low, high, bad))
		*out = (unsigned)n;
	ev_buf_release(&name);
}

static void read_confidence(struct ev_stats_choice *c,
			    const struct ev_value *v,
			    struct ev_problems *bad)
{
	static const struct ev_su_range range = {
		0.5, 1, false, "above 0.5 and below 1"
	};
	struct ev_decimal d = { 0 };

	c->confidence = 0.95;
	if (!ev_su_decimal(&d, v, "stats.confidence", &range, bad))
		return;
	c->confidence = d.value;
	c->confidence_given = true;
	ev_decimal_release(&d);
}

void ev_su_stats(struct ev_suite *s, const struct ev_value *v,
		 struct ev_problems *bad)
{
	struct ev_stats_choice *c = &s->stats;
	int64_t seed;
	int i;

	read_confidence(c, ev_get(v, "confidence"), bad);
	c->clopper_pearson = says(v, "proportion.ci", "clopper_pearson");
	c->jeffreys = says(v, "proportion.ci", "jeffreys");
	c->auc_logit = says(v, "auc.ci", "logit");
	c->newcombe_paired = says(v, "difference.paired_proportion",
				  "newcombe");
	c->replicates = 2000;
	count(&c->replicates, v, "bootstrap.replicates", 100,
	      EV_BOOT_MAX_REPLICATES, bad);
	if (ev_su_int(&seed, ev_get_path(v, "bootstrap.seed"),
		      "stats.bootstrap.seed", 0, INT64_MAX, bad))
		c->seed = (uint64_t)seed;
	c->ece_bins = 10;
	count(&c->ece_bins, v, "ece.bins", 2, EV_BINS_MAX, bad);
	c->ece_scheme = says(v, "ece.scheme", "mass") ? EV_BIN_MASS :
			EV_BIN_WIDTH;
	c->ece_closure = says(v, "ece.closure", "left") ? EV_BIN_LEFT :
			 EV_BIN_RIGHT;
	c->hl_groups = 10;
	count(&c->hl_groups, v, "hosmer_lemeshow.groups", 3, 100, bad);
	c->hl_rule = says(v, "hosmer_lemeshow.rule", "quantile7") ?
		     EV_HL_QUANTILE7 : EV_HL_QUANTILE2;
	c->hl_external = !says(v, "hosmer_lemeshow.df", "development");
	i = ev_su_index(ev_get_path(v, "multiplicity.detect_slices"),
			ev_su_adjustments);
	c->detect_slices = i < 0 ? EV_ADJUST_NONE : (enum ev_adjustment)i;
}

/* Least numbers ---------------------------------------------------------- */

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void read_minimum(struct ev_minimum *m, const struct ev_value *v,
			 const char *path, struct ev_problems *bad)
{
	const struct { const char *word; int64_t *n; } parts[] = {
		{ "positives", &m->positives }, { "negatives", &m->negatives },
		{ "patients", &m->patients },
	};
	struct ev_buf name = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(parts); i++) {
		ev_buf_clear(&name);
		ev_buf_addf(&name, "%s.%s", path, parts[i].word);
		ev_su_int(parts[i].n, ev_get(v, parts[i].word), name.ptr, 0,
			  EV_ROWS_MAX_ROWS, bad);
	}
	ev_buf_release(&name);
}

void ev_su_minima(struct ev_suite *s, const struct ev_value *v,
		  struct ev_problems *bad)
{
	struct ev_minimum *high = &s->min_n_critical;

	s->min_n = ev_minimum_default(false);
	read_minimum(&s->min_n, v, "min_n", bad);
	*high = ev_minimum_default(true);
	high->positives = larger(high->positives, s->min_n.positives);
	high->negatives = larger(high->negatives, s->min_n.negatives);
	high->patients = larger(high->patients, s->min_n.patients);
	read_minimum(high, ev_get(v, "critical"), "min_n.critical", bad);
}

/* Defaults by tier ------------------------------------------------------- */

double ev_gate_level(const struct ev_suite *s, enum ev_tier t)
{
	if (s->stats.confidence_given)
		return s->stats.confidence;
	return t >= EV_TIER_HIGH ? 0.95 : 0.90;
}

double ev_tier_margin_factor(enum ev_tier t)
{
	return t == EV_TIER_LOW ? 1.5 : t == EV_TIER_CRITICAL ? 0.5 : 1;
}
