#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/mem.h"

#define MAX_SERIES 100u
#define MAX_RATE 1e6			/* per hour */

void ev_pk_series_release(struct ev_longitudinal *s)
{
	struct ev_series *x;
	size_t i, m;

	ev_marginal_release(&s->per_patient);
	free(s->state_name);
	for (i = 0; i < s->n_series; i++) {
		x = &s->series[i];
		for (m = 0; x->by_state && m < s->states.n; m++)
			ev_marginal_release(&x->by_state[m]);
		free(x->by_state);
		free(x->name);
		free(x->shifts);
		free(x->level_shift);
	}
	free(s->series);
	ev_strs_release(&s->states);
	free(s->burst_per_h);
	ev_strs_release(&s->dropout_reasons);
	free(s->dropout_levels.t);
	free(s->waveform.model);
	free(s->waveform.af);
}

/* States ------------------------------------------------------------------ */

bool ev_pk_initial(struct ev_pk *k, struct ev_levels *out,
		   const struct ev_value *v, const char *path)
{
	const struct ev_strs *states = &k->p->series.states;
	ptrdiff_t state;
	char *what;

	if (v->type == EV_MAP)
		return ev_pk_levels(k, out, v, states, path);
	if (!ev_pk_text(v)) {
		ev_problem_add(k->bad, v, NULL, "field '%s' must be a state, "
			       "or a map of states and shares", path);
		return false;
	}
	what = ev_strdupf("'%s'", k->p->series.state_name);
	state = ev_pk_level(k, v, v->text, states, what);
	free(what);
	if (state < 0)
		return false;
	ev_pk_certain(out, (size_t)state, states->n);
	return true;
}

double *ev_pk_rates(struct ev_pk *k, const struct ev_value *v,
		    const char *path)
{
	const struct ev_strs *states = &k->p->series.states;
	size_t n = states->n, i;
	double *rate = ev_calloc(n * n + 1, sizeof(*rate)), x;
	char *from, *to, *what = ev_strdupf("'%s'", k->p->series.state_name);
	ptrdiff_t a, b;

	if (v && v->type != EV_MAP)
		ev_problem_add(k->bad, v, "{A>B: \"0.01\"}", "field '%s' must "
			       "be a map of changes and rates", path);
	for (i = 0; v && v->type == EV_MAP && i < v->n; i++) {
		from = ev_strdup(v->keys[i]->text);
		to = strchr(from, '>');
		if (to) {
			*to++ = '\0';
			a = ev_pk_level(k, v->keys[i], from, states, what);
			b = ev_pk_level(k, v->keys[i], to, states, what);
		}
		if (!to || (a >= 0 && a == b))
			ev_problem_add(k->bad, v->keys[i], NULL, "field '%s': "
				       "'%.60s' is no change of a state: "
				       "write A>B", path, v->keys[i]->text);
		else if (ev_pk_number(k, &x, v->items[i], path, 0, MAX_RATE) &&
			 a >= 0 && b >= 0)
			rate[(size_t)a * n + (size_t)b] = x;
		free(from);
	}
	free(what);
	return rate;
}

static void read_latent(struct ev_pk *k, const struct ev_value *v)
{
	static const struct ev_field fields[] = {
		{ "states", EV_F_LIST, EV_F_REQUIRED, NULL, NULL, "names" },
		{ "initial", EV_F_ANY, 0, NULL, NULL, "where it begins" },
		{ "transition_per_h", EV_F_ANY, 0, NULL, NULL, "rates" },
		{ 0 }
	};
	struct ev_longitudinal *s = &k->p->series;
	char *path;

	if (!v || v->type != EV_MAP)
		return;
	if (v->n != 1) {
		ev_problem_add(k->bad, v, NULL, "field 'longitudinal.latent' "
			       "must hold one latent state");
		return;
	}
	path = ev_strdupf("longitudinal.latent.%s", v->keys[0]->text);
	ev_pk_column(k, v->keys[0], v->keys[0]->text, "latent state");
	s->state_name = ev_strdup(v->keys[0]->text);
	ev_schema_check(k->bad, v->items[0], fields, path);
	ev_pk_strs(k, &s->states, ev_get(v->items[0], "states"), path);
	if (s->states.n > EV_PACK_MAX_STATES) {
		ev_problem_add(k->bad, v->items[0], NULL, "field '%s' has more "
			       "than %u states", path, EV_PACK_MAX_STATES);
		ev_strs_release(&s->states);
	}
	free(path);
}

/* Numbers by level of a variable; NULL after a problem. ------------------- */

double *ev_pk_by_level(struct ev_pk *k, const struct ev_variable *on,
		       const struct ev_value *v, const char *path, double low,
		       double high)
{
	double *out = ev_calloc(on->levels.n + 1, sizeof(*out));
	uint8_t *seen = ev_calloc(on->levels.n + 1, 1);
	char *what = ev_strdupf("'%s'", on->name);
	ptrdiff_t level;
	size_t i;

	for (i = 0; i < v->n; i++) {
		level = ev_pk_level(k, v->keys[i], v->keys[i]->text,
				    &on->levels, what);
		if (level < 0)
			continue;
		seen[level] = 1;
		ev_pk_number(k, &out[level], v->items[i], path, low, high);
	}
	for (i = 0; i < on->levels.n; i++)
		if (!seen[i])
			ev_problem_add(k->bad, v, NULL, "field '%s' says "
				       "nothing of level '%.60s' of '%s'", path,
				       on->levels.items[i], on->name);
	free(what);
	free(seen);
	return out;
}

ptrdiff_t ev_pk_with_levels(struct ev_pk *k, const struct ev_value *at,
			    const char *name, const char *path)
{
	ptrdiff_t found = ev_pk_variable(k, at, name, path);

	if (found >= 0 && !ev_variable_has_levels(&k->p->variables[found])) {
		ev_problem_add(k->bad, at, NULL, "field '%s': '%.60s' has no "
			       "levels", path, name);
		return -1;
	}
	return found;
}

/* Bursts, dropout ------------------------------------------------ */

static bool same_levels(const struct ev_variable *x, const struct ev_value *v)
{
	size_t i;

	if (!ev_variable_has_levels(x) || x->levels.n != v->n)
		return false;
	for (i = 0; i < v->n; i++)
		if (!ev_strs_has(&x->levels, v->keys[i]->text))
			return false;
	return true;
}

/* The only variable that has just these levels. */
static ptrdiff_t guess(const struct ev_pk *k, const struct ev_value *v)
{
	ptrdiff_t found = -1;
	size_t i;

	for (i = 0; i < k->p->n_variables; i++) {
		if (!same_levels(&k->p->variables[i], v))
			continue;
		if (found >= 0)
			return -1;
		found = (ptrdiff_t)i;
	}
	return found;
}

static void read_bursts(struct ev_pk *k, const struct ev_value *v)
{
	static const char path[] = "longitudinal.artifact_bursts.rate_per_h";
	struct ev_longitudinal *s = &k->p->series;
	const struct ev_value *rate = ev_get(v, "rate_per_h");
	const struct ev_value *by = ev_get(v, "by");

	s->burst_on = -1;
	if (!rate)
		return;
	ev_pk_number(k, &s->burst_mean_s, ev_get(v, "mean_s"),
		     "longitudinal.artifact_bursts.mean_s", 1e-3, 1e6);
	if (rate->type != EV_MAP) {
		s->burst_per_h = ev_calloc(1, sizeof(*s->burst_per_h));
		ev_pk_number(k, s->burst_per_h, rate, path, 0, MAX_RATE);
		if (by)
			ev_problem_add(k->bad, by, NULL, "field '%s' is one "
				       "number, and goes by no variable",
				       path);
		return;
	}
	if (by && by->type == EV_STRING) {
		s->burst_on = ev_pk_with_levels(k, by, by->text,
			"longitudinal.artifact_bursts.by");
	} else {
		s->burst_on = guess(k, rate);
		if (s->burst_on < 0)
			ev_problem_add(k->bad, rate, "by: VARIABLE", "field "
				       "'%s': no variable, or more than one, "
				       "has just these levels", path);
	}
	if (s->burst_on >= 0)
		s->burst_per_h = ev_pk_by_level(k,
			&k->p->variables[s->burst_on], rate, path, 0, MAX_RATE);
}

static void read_dropout(struct ev_pk *k, const struct ev_value *v)
{
	struct ev_longitudinal *s = &k->p->series;
	const struct ev_value *reasons = ev_get(v, "reasons");

	ev_pk_number(k, &s->dropout_per_h, ev_get(v, "hazard_per_h"),
		     "longitudinal.dropout.hazard_per_h", 0, MAX_RATE);
	if (!reasons || reasons->type != EV_MAP)
		return;
	ev_pk_keys(k, &s->dropout_reasons, reasons,
		   "longitudinal.dropout.reasons");
	ev_pk_levels(k, &s->dropout_levels, reasons, &s->dropout_reasons,
		     "longitudinal.dropout.reasons");
}

static void read_series(struct ev_pk *k, const struct ev_value *v)
{
	struct ev_longitudinal *s = &k->p->series;
	size_t i;

	if (!v || v->type != EV_MAP)
		return;
	if (v->n > MAX_SERIES) {
		ev_problem_add(k->bad, v, NULL, "field 'longitudinal.series' "
			       "has more than %u items", MAX_SERIES);
		return;
	}
	s->series = ev_calloc(v->n + 1, sizeof(*s->series));
	for (i = 0; i < v->n; i++) {
		ev_pk_one_series(k, &s->series[i], v->keys[i], v->items[i]);
		s->n_series++;
	}
}

void ev_pk_series(struct ev_pk *k)
{
	const struct ev_value *v = ev_get(k->root, "longitudinal");
	const struct ev_value *windows = ev_get(v, "windows");
	const struct ev_value *count = ev_get(windows, "per_patient");
	struct ev_longitudinal *s = &k->p->series;

	s->burst_on = -1;
	if (!windows || windows->type != EV_MAP)
		return;
	ev_pk_number(k, &s->window_s, ev_get(windows, "length_s"),
		     "longitudinal.windows.length_s", 1e-3, 1e6);
	ev_pk_number(k, &s->horizon_h, ev_get(windows, "horizon_h"),
		     "longitudinal.windows.horizon_h", 1e-3, 1e6);
	if (count)
		ev_marginal_read(&s->per_patient, count, k->bad);
	read_latent(k, ev_get(v, "latent"));
	read_bursts(k, ev_get(v, "artifact_bursts"));
	read_dropout(k, ev_get(v, "dropout"));
	read_series(k, ev_get(v, "series"));
	ev_pk_waveform(k, ev_get(v, "waveform"));
}
