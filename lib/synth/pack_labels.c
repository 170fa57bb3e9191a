#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/mem.h"

#define MAX_RATERS 99u

/* "2-of-3" */
static bool read_needed(unsigned *needed, const char *text, uint64_t raters)
{
	char *end;
	unsigned long of = 0;

	if (*text < '1' || *text > '9')
		return false;
	*needed = (unsigned)strtoul(text, &end, 10);
	if (strncmp(end, "-of-", 4) || end[4] < '1' || end[4] > '9')
		return false;
	of = strtoul(end + 4, &end, 10);
	return !*end && of == raters && *needed <= of;
}

static void read_raters(struct ev_pk *k, const struct ev_value *v)
{
	static const struct ev_field fields[] = {
		{ "n", EV_F_INT, EV_F_REQUIRED, NULL, NULL, "how many" },
		{ "sens", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "of each" },
		{ "spec", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "of each" },
		{ "adjudicate", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
		  "k-of-n that say positive" },
		{ 0 }
	};
	const struct ev_value *rule = ev_get(v, "adjudicate");
	size_t before = k->bad->n, i;
	uint64_t n = 0, sens = 0, spec = 0;
	unsigned needed = 0;

	ev_schema_check(k->bad, v, fields, "labels.raters");
	ev_pk_whole(k, &n, ev_get(v, "n"), "labels.raters.n", 1, MAX_RATERS);
	ev_pk_chance(k, &sens, ev_get(v, "sens"), "labels.raters.sens");
	ev_pk_chance(k, &spec, ev_get(v, "spec"), "labels.raters.spec");
	if (k->bad->n != before)
		return;
	if (!read_needed(&needed, rule->text, n))
		ev_problem_add(k->bad, rule, NULL, "field 'labels.raters."
			       "adjudicate' must be K-of-%llu, not '%.60s'",
			       (unsigned long long)n, rule->text);
	for (i = 0; i < k->p->n_labels; i++) {
		k->p->labels[i].raters = (unsigned)n;
		k->p->labels[i].needed = needed;
		k->p->labels[i].sens = sens;
		k->p->labels[i].spec = spec;
	}
}

/* 1 and 2 for those that are named as positive and as negative */
static void mark(struct ev_pk *k, uint8_t *side, uint8_t as,
		 const struct ev_strs *levels, const struct ev_value *v,
		 const char *what, const char *path)
{
	struct ev_strs names = EV_STRS_INIT;
	ptrdiff_t level;
	size_t i;

	ev_pk_strs(k, &names, v, path);
	for (i = 0; i < names.n; i++) {
		level = ev_pk_level(k, v, names.items[i], levels, what);
		if (level >= 0 && side[level])
			ev_problem_add(k->bad, v, NULL, "field '%s': '%.60s' "
				       "is both positive and negative", path,
				       names.items[i]);
		else if (level >= 0)
			side[level] = as;
	}
	ev_strs_release(&names);
}

static void read_sides(struct ev_pk *k, struct ev_label *x,
		       const struct ev_strs *levels, const struct ev_value *v,
		       const char *path)
{
	const struct ev_value *from = ev_get(v, "from");
	uint8_t *side = ev_calloc(levels->n + 1, 1);
	char *what = ev_strdupf("'%s'", from->text);
	size_t before = k->bad->n, i;

	x->positive = ev_calloc(levels->n + 1, 1);
	mark(k, side, 1, levels, ev_get(v, "positive"), what, path);
	mark(k, side, 2, levels, ev_get(v, "negative"), what, path);
	for (i = 0; i < levels->n && k->bad->n == before; i++) {
		x->positive[i] = side[i] == 1;
		if (!side[i])
			ev_problem_add(k->bad, v, NULL, "field '%s': '%.60s' "
				       "is neither positive nor negative",
				       path, levels->items[i]);
	}
	free(what);
	free(side);
}

static void read_label(struct ev_pk *k, const struct ev_value *key,
		       const struct ev_value *v)
{
	static const struct ev_field fields[] = {
		{ "from", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "a state" },
		{ "positive", EV_F_ANY, EV_F_REQUIRED, NULL, NULL, "levels" },
		{ "negative", EV_F_ANY, EV_F_REQUIRED, NULL, NULL, "levels" },
		{ 0 }
	};
	struct ev_label *x = &k->p->labels[k->p->n_labels];
	char *path = ev_strdupf("labels.%s", key->text);
	const struct ev_longitudinal *s = &k->p->series;
	const struct ev_value *from = ev_get(v, "from");
	size_t before = k->bad->n;

	ev_pk_column(k, key, key->text, "label");
	k->p->n_labels++;
	x->name = ev_strdup(key->text);
	x->from = -1;
	ev_schema_check(k->bad, v, fields, path);
	if (k->bad->n != before) {
		free(path);
		return;
	}
	if (ev_streq(from->text, s->state_name)) {
		read_sides(k, x, &s->states, v, path);
	} else {
		x->from = ev_pk_with_levels(k, from, from->text, path);
		if (x->from >= 0)
			read_sides(k, x, &k->p->variables[x->from].levels, v,
				   path);
	}
	free(path);
}

void ev_pk_labels(struct ev_pk *k)
{
	const struct ev_value *v = ev_get(k->root, "labels");
	size_t i;

	if (!v || v->type != EV_MAP || v->n > EV_PACK_MAX_ITEMS)
		return;
	k->p->labels = ev_calloc(v->n + 1, sizeof(*k->p->labels));
	for (i = 0; i < v->n; i++)
		if (strcmp(v->keys[i]->text, "raters"))
			read_label(k, v->keys[i], v->items[i]);
	if (ev_get(v, "raters"))
		read_raters(k, ev_get(v, "raters"));
}

/* A simulated device ------------------------------------------------------ */

static ptrdiff_t find_label(struct ev_pk *k, const struct ev_value *v)
{
	struct ev_strs names = EV_STRS_INIT;
	ptrdiff_t found = -1;
	char *hint;
	size_t i;

	for (i = 0; i < k->p->n_labels; i++)
		ev_strs_add(&names, k->p->labels[i].name);
	for (i = 0; v && v->type == EV_STRING && i < names.n; i++)
		if (!strcmp(names.items[i], v->text))
			found = (ptrdiff_t)i;
	if (v && v->type == EV_STRING && found < 0) {
		hint = ev_pk_meant(v->text, &names);
		ev_problem_add(k->bad, v, hint, "field 'score_model.label': "
			       "there is no label '%.60s'", v->text);
		free(hint);
	} else if (v) {
		;
	} else if (names.n == 1) {
		found = 0;
	} else {
		ev_problem_add(k->bad, ev_get(k->root, "score_model"), "label: "
			       "NAME", "field 'score_model' scores one label: "
			       "there are %zu", names.n);
	}
	ev_strs_release(&names);
	return found;
}

static void read_noise(struct ev_pk *k, const struct ev_value *v)
{
	struct ev_score_model *m = &k->p->score;
	const struct ev_value *by = ev_get(v, "by");
	const struct ev_value *noise = ev_get(v, "noise");
	const struct ev_value *abstain = ev_get(v, "abstain_by");
	const struct ev_variable *on;

	m->noise_on = -1;
	if (!by != (!noise && !abstain))
		ev_problem_add(k->bad, by ? by : v, NULL, "field 'score_model' "
			       "goes by levels with 'by' and one of 'noise' "
			       "and 'abstain_by'");
	if (!by || by->type != EV_STRING)
		return;
	m->noise_on = ev_pk_with_levels(k, by, by->text, "score_model.by");
	if (m->noise_on < 0)
		return;
	on = &k->p->variables[m->noise_on];
	if (noise && noise->type == EV_MAP)
		m->noise = ev_pk_by_level(k, on, noise, "score_model.noise",
					  0, 1000);
	if (abstain && abstain->type == EV_MAP)
		m->abstain_by = ev_pk_by_level(k, on, abstain,
					       "score_model.abstain_by", 0, 1);
}

void ev_pk_score(struct ev_pk *k)
{
	const struct ev_value *v = ev_get(k->root, "score_model");
	const struct ev_value *name = ev_get(v, "column");
	struct ev_score_model *m = &k->p->score;
	ptrdiff_t label;

	m->noise_on = -1;
	if (!v || v->type != EV_MAP)
		return;
	m->given = true;
	m->threshold = 0.5;
	m->name = ev_strdup(name && name->type == EV_STRING ? name->text :
			    "score");
	ev_pk_column(k, name ? name : v, m->name, "score");
	label = find_label(k, ev_get(v, "label"));
	m->label = label < 0 ? 0 : (size_t)label;
	ev_pk_number(k, &m->auc, ev_get(v, "auc"), "score_model.auc", 0.5,
		     0.9999);
	ev_pk_number(k, &m->abstain_base, ev_get(v, "abstain"),
		     "score_model.abstain", 0, 1);
	read_noise(k, v);
}
