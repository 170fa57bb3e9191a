#include "base/compat.h"

#include "clinical/suite_internal.h"

/* The answer is a suite itself: read again, it says the same. */

static void maybe(struct ev_json *j, const char *key, const char *text)
{
	if (text)
		ev_json_kv(j, key, text);
}

static void maybe_list(struct ev_json *j, const char *key,
		       const struct ev_strs *l)
{
	if (l->n)
		ev_json_strs(j, key, l);
}

static void open_map(struct ev_json *j, const char *key)
{
	ev_json_key(j, key);
	ev_json_object(j);
}

/* What is kept for readers and not judged by. */
static void keep(struct ev_json *j, const char *key, const struct ev_value *v)
{
	if (!v)
		return;
	ev_json_key(j, key);
	ev_json_value(j, v);
}

static void write_head(struct ev_json *j, const struct ev_suite *s)
{
	const char *owner = ev_su_text(ev_get_path(s->tree,
						   "suite.roles.owner"));

	open_map(j, "suite");
	ev_json_kv(j, "id", s->id);
	ev_json_kv(j, "version", s->version);
	maybe(j, "title", s->title);
	maybe(j, "intended_use", s->intended_use);
	maybe_list(j, "claims", &s->claims);
	maybe(j, "risk_file", s->risk_file);
	ev_json_kv(j, "tier", ev_tier_name(s->tier));
	keep(j, "pccp", ev_get_path(s->tree, "suite.pccp"));
	if (owner || s->gate_change_roles.n) {
		open_map(j, "roles");
		maybe(j, "owner", owner);
		maybe_list(j, "gate_change_roles", &s->gate_change_roles);
		ev_json_end_object(j);
	}
	ev_json_end_object(j);
}

/* dataset ---------------------------------------------------------------- */

static void write_columns(struct ev_json *j, const struct ev_dataset *d)
{
	size_t i;

	open_map(j, "columns");
	maybe(j, "patient", d->patient);
	ev_json_kv(j, "label", d->label);
	maybe(j, "score", d->score);
	maybe(j, "abstain", d->abstain);
	maybe(j, "time", d->time);
	maybe(j, "baseline", d->baseline);
	for (i = 0; i < d->columns.n; i++)
		ev_json_kv(j, d->columns.items[i], d->column_names.items[i]);
	ev_json_end_object(j);
}

static void write_label_score(struct ev_json *j, const struct ev_dataset *d)
{
	size_t i;

	open_map(j, "label");
	maybe_list(j, "positive", &d->positive);
	maybe_list(j, "negative", &d->negative);
	maybe_list(j, "classes", &d->classes);
	maybe(j, "reference", d->reference);
	ev_json_end_object(j);
	open_map(j, "score");
	ev_json_kv(j, "kind", d->score_kind == EV_SCORE_NUMBER ? "number" :
		   "probability");
	ev_json_kv(j, "direction", "higher_is_positive");
	if (d->classes.n) {
		open_map(j, "columns");
		for (i = 0; i < d->classes.n; i++)
			ev_json_kv(j, d->classes.items[i],
				   d->class_scores.items[i]);
		ev_json_end_object(j);
	}
	ev_json_end_object(j);
}

static void write_dataset(struct ev_json *j, const struct ev_dataset *d)
{
	open_map(j, "dataset");
	if (d->path || d->format != EV_ROWS_GUESS) {
		open_map(j, "predictions");
		maybe(j, "path", d->path);
		if (d->format != EV_ROWS_GUESS)
			ev_json_kv(j, "format",
				   ev_su_formats[d->format - EV_ROWS_CSV]);
		ev_json_end_object(j);
	}
	ev_json_strs(j, "key", &d->key);
	write_columns(j, d);
	write_label_score(j, d);
	if (d->cluster) {
		open_map(j, "independence");
		ev_json_kv(j, "cluster", d->cluster);
		ev_json_end_object(j);
	}
	open_map(j, "missing");
	ev_json_kv(j, "score", ev_su_missings[d->missing]);
	ev_json_kv(j, "label", d->label_missing_fails ? "fail" :
		   "exclude_and_report");
	maybe(j, "max_fraction", d->missing_max.text);
	ev_json_end_object(j);
	maybe_list(j, "no_overlap_with", &d->no_overlap_with);
	if (d->holdout_max_uses >= 0) {
		open_map(j, "holdout");
		ev_json_kvi(j, "max_uses", d->holdout_max_uses);
		ev_json_end_object(j);
	}
	maybe(j, "kind", d->kind);
	maybe(j, "use", d->use);
	maybe(j, "manifest", d->manifest);
	maybe(j, "window_s", d->window_s.text);
	ev_su_write_readers(j, d);
	ev_json_end_object(j);
}

/* references, points, stats ---------------------------------------------- */

static void write_reference(struct ev_json *j, const char *name,
			    const struct ev_reference_spec *r)
{
	if (!r->given)
		return;
	open_map(j, name);
	maybe(j, "release", r->release);
	maybe(j, "path", r->path);
	maybe(j, "column", r->column);
	maybe(j, "reason", r->reason);
	ev_json_end_object(j);
}

static void write_points(struct ev_json *j, const struct ev_suite *s)
{
	const struct ev_value *points = ev_get(s->tree, "operating_points");
	size_t i;

	open_map(j, "references");
	write_reference(j, "previous", &s->previous);
	write_reference(j, "anchor", &s->anchor);
	open_map(j, "pairing");
	ev_json_strs(j, "keys", &s->pairing_keys);
	ev_json_kv(j, "require", s->pairing_require.text);
	ev_json_end_object(j);
	ev_json_end_object(j);
	open_map(j, "operating_points");
	for (i = 0; i < s->n_points; i++) {
		open_map(j, s->points[i].name);
		ev_json_kv(j, "threshold", s->points[i].threshold.text);
		maybe(j, "source",
		      ev_get_string(ev_get(points, s->points[i].name),
				    "source"));
		ev_json_end_object(j);
	}
	ev_json_end_object(j);
}

static void write_pair(struct ev_json *j, const char *key, const char *name,
		       const char *word, const char *clustered)
{
	open_map(j, key);
	ev_json_kv(j, name, word);
	ev_json_kv(j, "clustered", clustered);
	ev_json_end_object(j);
}

static void write_stats(struct ev_json *j, const struct ev_stats_choice *c)
{
	open_map(j, "stats");
	if (c->confidence_given) {
		ev_json_key(j, "confidence");
		ev_json_double(j, c->confidence);
	}
	write_pair(j, "proportion", "ci", c->clopper_pearson ?
		   "clopper_pearson" : c->jeffreys ? "jeffreys" : "wilson",
		   "ratio_neff");
	write_pair(j, "auc", "ci", c->auc_logit ? "logit" : "delong",
		   "obuchowski");
	open_map(j, "difference");
	ev_json_kv(j, "paired_proportion", c->newcombe_paired ? "newcombe" :
		   "tango");
	ev_json_kv(j, "clustered", "ratio");
	ev_json_kv(j, "auc", "delong");
	ev_json_end_object(j);
	open_map(j, "bootstrap");
	ev_json_kvi(j, "replicates", c->replicates);
	ev_json_kvi(j, "seed", (int64_t)c->seed);
	ev_json_kv(j, "unit", "patient");
	ev_json_end_object(j);
	open_map(j, "ece");
	ev_json_kvi(j, "bins", c->ece_bins);
	ev_json_kv(j, "scheme", c->ece_scheme == EV_BIN_MASS ? "mass" :
		   "width");
	ev_json_kv(j, "closure", c->ece_closure == EV_BIN_LEFT ? "left" :
		   "right");
	ev_json_end_object(j);
	open_map(j, "hosmer_lemeshow");
	ev_json_kvi(j, "groups", c->hl_groups);
	ev_json_kv(j, "rule", c->hl_rule == EV_HL_QUANTILE7 ? "quantile7" :
		   "quantile2_ties_together");
	ev_json_kv(j, "df", c->hl_external ? "external" : "development");
	ev_json_end_object(j);
	open_map(j, "multiplicity");
	ev_json_kv(j, "detect_slices", ev_su_adjustments[c->detect_slices]);
	ev_json_end_object(j);
	ev_json_end_object(j);
}

/* slices, minima, metrics ------------------------------------------------ */

static void write_parts(struct ev_json *j, const struct ev_family *f)
{
	size_t i;

	if (f->n_cuts) {
		ev_json_key(j, "cuts");
		ev_json_list(j);
		for (i = 0; i < f->n_cuts; i++)
			ev_json_string(j, f->cuts[i].text);
		ev_json_end_list(j);
	}
	if (f->n_groups) {
		open_map(j, "groups");
		for (i = 0; i < f->n_groups; i++)
			ev_json_strs(j, f->groups[i].name,
				     &f->groups[i].values);
		ev_json_end_object(j);
	}
	if (f->n_where) {
		open_map(j, "where");
		for (i = 0; i < f->n_where; i++)
			ev_json_strs(j, f->where[i].column,
				     &f->where[i].values);
		ev_json_end_object(j);
	}
}

static void write_slices(struct ev_json *j, const struct ev_suite *s)
{
	const struct ev_family *f;
	size_t i;

	open_map(j, "slices");
	for (i = 0; i < s->n_slices; i++) {
		f = &s->slices[i];
		open_map(j, f->name);
		maybe(j, "by", f->column);
		write_parts(j, f);
		if (f->kind == EV_SLICE_CROSS) {
			ev_json_key(j, "cross");
			ev_json_list(j);
			ev_json_string(j, s->slices[f->cross[0]].name);
			ev_json_string(j, s->slices[f->cross[1]].name);
			ev_json_end_list(j);
		}
		if (f->kind == EV_SLICE_GROUPS)
			ev_json_kv(j, "ungrouped", f->ignores_ungrouped ?
				   "ignore" : "review");
		if (f->has_tier)
			ev_json_kv(j, "tier", ev_tier_name(f->tier));
		maybe(j, "source", f->synthetic ? "synth" : NULL);
		ev_json_end_object(j);
	}
	ev_json_end_object(j);
}

static void write_minimum(struct ev_json *j, const struct ev_minimum *m)
{
	ev_json_kvi(j, "positives", m->positives);
	ev_json_kvi(j, "negatives", m->negatives);
	ev_json_kvi(j, "patients", m->patients);
}

static void write_metrics(struct ev_json *j, const struct ev_suite *s)
{
	size_t i;

	open_map(j, "min_n");
	write_minimum(j, &s->min_n);
	open_map(j, "critical");
	write_minimum(j, &s->min_n_critical);
	ev_json_end_object(j);
	ev_json_end_object(j);
	ev_json_key(j, "metrics");
	ev_json_list(j);
	for (i = 0; i < s->n_requests; i++)
		if (s->requests[i].wanted)
			ev_json_string(j, s->requests[i].key);
	ev_json_end_list(j);
	if (!s->n_prevalences)
		return;
	ev_json_key(j, "prevalence_projection");
	ev_json_list(j);
	for (i = 0; i < s->n_prevalences; i++)
		ev_json_string(j, s->prevalences[i].text);
	ev_json_end_list(j);
}

/* policy ----------------------------------------------------------------- */

static void write_policy(struct ev_json *j, const struct ev_suite *s)
{
	enum ev_tier t;
	size_t i;

	open_map(j, "policy");
	open_map(j, "insufficient");
	for (t = EV_TIER_LOW; t <= EV_TIER_CRITICAL; t++)
		ev_json_kv(j, ev_tier_name(t),
			   ev_su_low_ns[s->low_n[t] - EV_LOW_N_REVIEW]);
	ev_json_end_object(j);
	ev_json_key(j, "escalate");
	ev_json_list(j);
	for (i = 0; i < s->n_escalations; i++) {
		ev_json_object(j);
		ev_json_kv(j, "when", s->escalations[i].when);
		ev_json_strs(j, "roles", &s->escalations[i].roles);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
	keep(j, "waiver", ev_get_path(s->tree, "policy.waiver"));
	ev_json_end_object(j);
}

void ev_suite_effective(struct ev_json *j, const struct ev_suite *s)
{
	ev_json_object(j);
	ev_json_kv(j, "schema", "git-evidence/suite/v1");
	write_head(j, s);
	write_dataset(j, &s->dataset);
	write_points(j, s);
	write_stats(j, &s->stats);
	write_slices(j, s);
	write_metrics(j, s);
	ev_su_write_gates(j, s);
	write_policy(j, s);
	ev_json_end_object(j);
}
