#include "base/compat.h"

#include "clinical/page_internal.h"

static void joined(struct ev_html *h, const char *name,
		   const struct ev_strs *l)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < l->n; i++)
		ev_buf_addf(&text, "%s%s", i ? ", " : "", l->items[i]);
	ev_page_fact(h, name, l->n ? text.ptr : NULL);
	ev_buf_release(&text);
}

static void labels(struct ev_html *h, const struct ev_dataset *d)
{
	if (d->label_kind == EV_LABEL_CLASSES) {
		joined(h, "Classes", &d->classes);
		return;
	}
	joined(h, "Labels with the condition", &d->positive);
	joined(h, "Labels without it", &d->negative);
}

static void points(struct ev_html *h, const struct ev_suite *s)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < s->n_points; i++)
		ev_buf_addf(&text, "%s%s: score \u2265 %s", i ? "; " : "",
			    s->points[i].name, s->points[i].threshold.text);
	ev_page_fact(h, "Operating points", s->n_points ? text.ptr : NULL);
	ev_buf_release(&text);
}

static void minimum(struct ev_html *h, const char *name,
		    const struct ev_minimum *m)
{
	ev_page_factf(h, name, "%lld with the condition, %lld without, %lld "
		      "patients", (long long)m->positives,
		      (long long)m->negatives, (long long)m->patients);
}

static void families(struct ev_html *h, const struct ev_suite *s)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < s->n_slices; i++)
		ev_buf_addf(&text, "%s%s%s", i ? ", " : "", s->slices[i].name,
			    s->slices[i].synthetic ? " (synthetic)" : "");
	ev_page_fact(h, "Subgroups", s->n_slices ? text.ptr : NULL);
	ev_buf_release(&text);
}

static void methods(struct ev_html *h, const struct ev_suite *s)
{
	struct ev_buf text = EV_BUF_INIT;

	ev_page_level(&text, s->stats.confidence);
	ev_page_fact(h, "Level of reported intervals", text.ptr);
	ev_page_fact(h, "Intervals of shares", s->stats.clopper_pearson ?
		     "Clopper-Pearson" : s->stats.jeffreys ? "Jeffreys" :
		     "Wilson");
	ev_page_factf(h, "Bootstrap", "%u replicates, seed %llu",
		      s->stats.replicates, (unsigned long long)s->stats.seed);
	ev_buf_release(&text);
}

void ev_page_suite(struct ev_html *h, const struct ev_evaluation *e)
{
	const struct ev_suite *s = e->suite;

	ev_page_section(h, "suite", "The suite", "What was asked, fixed before "
			"the results were known. The JSON report has the "
			"effective suite whole, with every default.");
	ev_page_table(h, "The suite", NULL, 0);
	ev_page_fact(h, "Name", s->id);
	ev_page_fact(h, "Version", s->version);
	ev_page_fact(h, "Title", s->title);
	ev_page_fact(h, "Tier", ev_tier_name(s->tier));
	ev_page_fact(h, "Intended use", s->intended_use);
	joined(h, "Claims", &s->claims);
	ev_page_fact(h, "Risk file", s->risk_file);
	ev_page_fact(h, "Data", s->dataset.kind);
	ev_page_fact(h, "Reference standard", s->dataset.reference);
	labels(h, &s->dataset);
	ev_page_fact(h, "Scores", s->dataset.score_kind ==
		     EV_SCORE_PROBABILITY ? "probabilities" : "numbers, higher "
		     "speaks for the condition");
	points(h, s);
	families(h, s);
	minimum(h, "Least numbers of a subgroup", &s->min_n);
	minimum(h, "The same in tier critical", &s->min_n_critical);
	if (s->dataset.holdout_max_uses >= 0)
		ev_page_factf(h, "The data may be used", "%lld times",
			      (long long)s->dataset.holdout_max_uses);
	joined(h, "Roles for a changed gate", &s->gate_change_roles);
	methods(h, s);
	ev_page_table_end(h);
	ev_page_section_end(h);
}
