#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"

static const struct ev_su_range share = {
	0, 1, true, "from 0 to 1"
};

void ev_dataset_release(struct ev_dataset *d)
{
	free(d->path);
	ev_strs_release(&d->key);
	ev_strs_release(&d->no_overlap_with);
	free(d->patient);
	free(d->label);
	free(d->score);
	free(d->abstain);
	free(d->time);
	free(d->baseline);
	ev_strs_release(&d->columns);
	ev_strs_release(&d->column_names);
	ev_strs_release(&d->positive);
	ev_strs_release(&d->negative);
	ev_strs_release(&d->classes);
	ev_strs_release(&d->class_scores);
	free(d->reference);
	free(d->cluster);
	ev_decimal_release(&d->missing_max);
	free(d->kind);
	free(d->use);
	free(d->manifest);
	ev_decimal_release(&d->window_s);
	free(d->reader);
	free(d->modality);
	free(d->which);
	free(d->test);
	free(d->control);
}

/* Columns ---------------------------------------------------------------- */

/* A column of that name comes before a role. */
const char *ev_su_column(const struct ev_dataset *d, const char *word)
{
	const struct { const char *role, *column; } own[] = {
		{ "patient", d->patient }, { "label", d->label },
		{ "score", d->score }, { "abstain", d->abstain },
		{ "time", d->time }, { "baseline", d->baseline },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(own); i++)
		if (ev_streq(own[i].column, word))
			return word;
	if (ev_strs_has(&d->column_names, word) || ev_strs_has(&d->key, word))
		return word;
	for (i = 0; i < EV_ARRAY_SIZE(own); i++)
		if (own[i].column && !strcmp(own[i].role, word))
			return own[i].column;
	for (i = 0; i < d->columns.n; i++)
		if (!strcmp(d->columns.items[i], word))
			return d->column_names.items[i];
	return word;
}

/* A misspelt role would otherwise be one more column, and say nothing. */
static void other_column(struct ev_dataset *d, const struct ev_value *key,
			 const struct ev_value *v, const char *const *roles,
			 size_t n, struct ev_problems *bad)
{
	char *hint = ev_su_meant(key->text, roles, n);

	if (hint)
		ev_problem_add(bad, key, hint, "dataset.columns: '%s' is no "
			       "role that the program knows, and too near to "
			       "one to be another", key->text);
	else if (d->columns.n < EV_SUITE_MAX_ITEMS) {
		ev_strs_add(&d->columns, key->text);
		ev_strs_add(&d->column_names, v->text);
	}
	free(hint);
}

static void read_columns(struct ev_dataset *d, const struct ev_value *v,
			 struct ev_problems *bad)
{
	static const char *const roles[] = {
		"patient", "label", "score", "abstain", "time", "baseline"
	};
	char **const members[] = { &d->patient, &d->label, &d->score,
				   &d->abstain, &d->time, &d->baseline };
	size_t i, k;

	if (!v || v->type != EV_MAP)
		return;
	for (i = 0; i < v->n; i++) {
		if (v->items[i]->type != EV_STRING || !v->items[i]->len) {
			ev_problem_add(bad, v->items[i], NULL, "field "
				       "'dataset.columns.%s' must be the name "
				       "of a column", v->keys[i]->text);
			continue;
		}
		for (k = 0; k < EV_ARRAY_SIZE(roles); k++)
			if (!strcmp(roles[k], v->keys[i]->text))
				break;
		if (k < EV_ARRAY_SIZE(roles))
			*members[k] = ev_strdup(v->items[i]->text);
		else
			other_column(d, v->keys[i], v->items[i], roles,
				     EV_ARRAY_SIZE(roles), bad);
	}
	if (!ev_get(v, "label"))
		ev_problem_add(bad, v, NULL, "missing field "
			       "'dataset.columns.label'");
}

/* Labels and scores ------------------------------------------------------ */

static void read_two_labels(struct ev_dataset *d, const struct ev_value *v,
			    struct ev_problems *bad)
{
	const struct ev_value *at;
	size_t i;

	if (!ev_get(v, "positive"))
		ev_problem_add(bad, v, NULL, "missing field "
			       "'dataset.label.positive'");
	if (!ev_get(v, "negative"))
		ev_problem_add(bad, v, NULL, "missing field "
			       "'dataset.label.negative'");
	ev_su_strs(&d->positive, ev_get(v, "positive"),
		   "dataset.label.positive", bad);
	at = ev_get(v, "negative");
	ev_su_strs(&d->negative, at, "dataset.label.negative", bad);
	for (i = 0; i < d->negative.n; i++)
		if (ev_strs_has(&d->positive, d->negative.items[i]))
			ev_problem_add(bad, at, NULL, "label '%s' is positive "
				       "and negative", d->negative.items[i]);
}

static void read_classes(struct ev_dataset *d, const struct ev_value *v,
			 const struct ev_value *score,
			 struct ev_problems *bad)
{
	const struct ev_value *list = ev_get(v, "classes"), *columns, *at;
	size_t i;

	d->label_kind = EV_LABEL_CLASSES;
	if (ev_get(v, "positive") || ev_get(v, "negative"))
		ev_problem_add(bad, list, NULL, "dataset.label has classes, "
			       "and positive or negative labels too");
	ev_su_strs(&d->classes, list, "dataset.label.classes", bad);
	if (list->type != EV_LIST || d->classes.n < 2 || d->classes.n > 100)
		ev_problem_add(bad, list, NULL, "field "
			       "'dataset.label.classes' must name 2 to 100 "
			       "classes");
	columns = ev_get(score, "columns");
	if (!columns || columns->type != EV_MAP) {
		ev_problem_add(bad, score ? score : list, "score: {columns: "
			       "{CLASS: COLUMN, ...}}", "classes need a column "
			       "of probabilities each");
		return;
	}
	for (i = 0; i < d->classes.n; i++) {
		at = ev_get(columns, d->classes.items[i]);
		if (at && at->type == EV_STRING && at->len)
			ev_strs_add(&d->class_scores, at->text);
		else
			ev_problem_add(bad, at ? at : columns, NULL, "class "
				       "'%s' has no column in "
				       "'dataset.score.columns'",
				       d->classes.items[i]);
	}
	for (i = 0; i < columns->n; i++)
		if (!ev_strs_has(&d->classes, columns->keys[i]->text))
			ev_problem_add(bad, columns->keys[i], NULL, "'%s' is "
				       "none of 'dataset.label.classes'",
				       columns->keys[i]->text);
}

static void read_label(struct ev_dataset *d, const struct ev_value *dataset,
		       struct ev_problems *bad)
{
	const struct ev_value *v = ev_get(dataset, "label");
	const struct ev_value *score = ev_get(dataset, "score");
	const struct ev_value *at = ev_get(score, "columns");

	if (ev_su_index(ev_get(score, "kind"), (const char *const[])
			{ "probability", "number", NULL }) == 1)
		d->score_kind = EV_SCORE_NUMBER;
	if (!v || v->type != EV_MAP)
		return;
	d->reference = ev_su_dup(v, "reference");
	d->imperfect = ev_streq(d->reference, "imperfect");
	if (ev_get(v, "classes")) {
		read_classes(d, v, score, bad);
		if (d->score_kind == EV_SCORE_NUMBER)
			ev_problem_add(bad, ev_get(score, "kind"), NULL,
				       "scores of classes must be "
				       "probabilities");
		return;
	}
	read_two_labels(d, v, bad);
	if (at)
		ev_problem_add(bad, at, NULL, "'dataset.score.columns' is for "
			       "'dataset.label.classes'");
	at = ev_get(dataset, "columns");
	if (at && at->type == EV_MAP && !ev_get(at, "score"))
		ev_problem_add(bad, at, NULL, "missing field "
			       "'dataset.columns.score'");
}

/* Patients and missing rows ---------------------------------------------- */

static void read_cluster(struct ev_dataset *d, const struct ev_value *v,
			 struct ev_problems *bad)
{
	const char *text = ev_su_text(v);

	if (text)
		d->cluster = ev_strdup(ev_su_column(d, text));
	if (d->cluster && d->patient && strcmp(d->cluster, d->patient))
		ev_problem_add(bad, v, NULL, "independence by another column "
			       "than that of patients, '%s', is not supported",
			       d->patient);
}

static void read_missing(struct ev_dataset *d, const struct ev_value *v,
			 struct ev_problems *bad)
{
	int i = ev_su_index(ev_get(v, "score"), ev_su_missings);

	d->missing = i < 0 ? EV_MISSING_WORST_CASE : (enum ev_missing_rule)i;
	d->label_missing_fails = ev_streq(ev_get_string(v, "label"), "fail");
	ev_su_decimal(&d->missing_max, ev_get(v, "max_fraction"),
		      "dataset.missing.max_fraction", &share, bad);
}

/* "evidence:lineage/NAME#ARTIFACT"; dataset is another word for it */
static bool is_evidence(const char *text)
{
	static const char *const heads[] = {
		"evidence:lineage/", "evidence:dataset/"
	};
	const char *hash = strchr(text, '#');
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(heads); i++)
		if (ev_starts_with(text, heads[i]))
			return hash && hash > text + strlen(heads[i]) &&
				hash[1] && !strchr(hash + 1, '#');
	return false;
}

static void read_overlap(struct ev_dataset *d, const struct ev_value *v,
			 struct ev_problems *bad)
{
	size_t i;

	ev_su_strs(&d->no_overlap_with, v, "dataset.no_overlap_with", bad);
	for (i = 0; i < d->no_overlap_with.n; i++)
		if (!is_evidence(d->no_overlap_with.items[i]))
			ev_problem_add(bad, v, "evidence:lineage/NAME#patients",
				       "'dataset.no_overlap_with': '%.60s' "
				       "names no artifact of a lineage record",
				       d->no_overlap_with.items[i]);
}

void ev_su_dataset(struct ev_suite *s, const struct ev_value *root,
		   struct ev_problems *bad)
{
	const struct ev_value *v = ev_get(root, "dataset");
	struct ev_dataset *d = &s->dataset;
	int i;

	d->holdout_max_uses = -1;
	d->path = ev_su_dup(ev_get(v, "predictions"), "path");
	i = ev_su_index(ev_get_path(v, "predictions.format"), ev_su_formats);
	d->format = i < 0 ? EV_ROWS_GUESS :
		    (enum ev_rows_format)(EV_ROWS_CSV + i);
	ev_su_strs(&d->key, ev_get(v, "key"), "dataset.key", bad);
	read_columns(d, ev_get(v, "columns"), bad);
	read_label(d, v, bad);
	read_cluster(d, ev_get_path(v, "independence.cluster"), bad);
	read_missing(d, ev_get(v, "missing"), bad);
	read_overlap(d, ev_get(v, "no_overlap_with"), bad);
	ev_su_int(&d->holdout_max_uses, ev_get_path(v, "holdout.max_uses"),
		  "dataset.holdout.max_uses", 1, 1000000, bad);
	d->kind = ev_strdup(ev_get_string(v, "kind"));
	d->use = ev_strdup(ev_get_string(v, "use"));
	d->manifest = ev_strdup(ev_get_string(v, "manifest"));
	if (ev_streq(d->kind, "real_world") && (d->use || d->manifest))
		ev_problem_add(bad, ev_get(v, d->use ? "use" : "manifest"),
			       NULL, "field 'dataset.%s' is for a synthetic "
			       "cohort, and 'dataset.kind' is real_world",
			       d->use ? "use" : "manifest");
	ev_su_window(d, ev_get(v, "window_s"), bad);
	ev_su_readers(d, ev_get(v, "readers"), v, bad);
}
