#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/mem.h"

#define MAX_RATE 1e6			/* per hour */

static const struct ev_field monotone_fields[] = {
	{ "hazard_per_h", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "of its end" },
	{ 0 }
};
static const struct ev_field burst_fields[] = {
	{ "rate_per_h", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "how often" },
	{ "mean_s", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "for how long" },
	{ 0 }
};
static const struct ev_field fields[] = {
	{ "mcar", EV_F_TEXT, 0, NULL, NULL, "share of windows" },
	{ "monotone", EV_F_MAP, 0, monotone_fields, NULL, "from a time on" },
	{ "burst", EV_F_MAP, 0, burst_fields, NULL, "off, then on again" },
	{ "with", EV_F_STRING, 0, NULL, NULL, "when another series is" },
	{ 0 }
};

static void read_with(struct ev_pk *k, size_t series, const struct ev_value *v,
		      const char *path)
{
	struct ev_longitudinal *s = &k->p->series;
	struct ev_strs names = EV_STRS_INIT;
	size_t i, found = s->n_series;
	char *hint;

	for (i = 0; i < s->n_series; i++) {
		ev_strs_add(&names, s->series[i].name);
		if (ev_streq(s->series[i].name, v->text))
			found = i;
	}
	s->series[series].gap.kind = EV_GAP_WITH;
	s->series[series].gap.with = found;
	hint = ev_pk_meant(v->text, &names);
	if (found == s->n_series)
		ev_problem_add(k->bad, v, hint, "field '%s': there is no "
			       "series '%.60s'", path, v->text);
	else if (found == series ||
		 s->series[found].gap.kind == EV_GAP_WITH)
		ev_problem_add(k->bad, v, NULL, "field '%s': '%.60s' is itself "
			       "missing with another", path, v->text);
	free(hint);
	ev_strs_release(&names);
}

void ev_pk_gap(struct ev_pk *k, size_t series, const struct ev_value *v,
	       const char *path)
{
	struct ev_gap *g = &k->p->series.series[series].gap;
	size_t before = k->bad->n;
	const struct ev_value *x;

	ev_schema_check(k->bad, v, fields, path);
	if (k->bad->n == before && v->n != 1)
		ev_problem_add(k->bad, v, NULL, "field '%s' must be one of "
			       "mcar, monotone, burst and with", path);
	if (k->bad->n != before)
		return;
	x = v->items[0];
	if (ev_get(v, "mcar")) {
		g->kind = EV_GAP_MCAR;
		ev_pk_chance(k, &g->threshold, x, path);
	} else if (ev_get(v, "monotone")) {
		g->kind = EV_GAP_MONOTONE;
		ev_pk_number(k, &g->per_h, ev_get(x, "hazard_per_h"), path, 0,
			     MAX_RATE);
	} else if (ev_get(v, "burst")) {
		g->kind = EV_GAP_BURST;
		ev_pk_number(k, &g->per_h, ev_get(x, "rate_per_h"), path, 0,
			     MAX_RATE);
		ev_pk_number(k, &g->mean_s, ev_get(x, "mean_s"), path, 1e-3,
			     1e9);
	} else {
		read_with(k, series, x, path);
	}
}
