#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"

#define MAX_PREFIX 12u
#define MAX_STRENGTH 4u
#define MAX_FACTORS 100u

static void read_date(struct ev_pk *k, const struct ev_value *v)
{
	int64_t day;

	k->p->reference_date = ev_strdup(ev_pk_text(v));
	if (k->p->reference_date && *k->p->reference_date &&
	    ev_date_parse(&day, k->p->reference_date) < 0)
		ev_problem_add(k->bad, v, NULL, "field 'pack.reference_date' "
			       "must be a day (YYYY-MM-DD), not '%.60s'",
			       k->p->reference_date);
}

/* The manifest says both again, as they stand here. */
static void check_life(struct ev_pk *k, const struct ev_value *expires,
		       const struct ev_value *parents)
{
	const char *text = ev_pk_text(expires);
	const struct ev_value *v;
	int64_t day;
	size_t i;

	if (expires && (!text || ev_date_parse(&day, text) < 0))
		ev_problem_add(k->bad, expires, NULL, "field 'pack.expires' "
			       "must be a day (YYYY-MM-DD), not '%.60s'",
			       text ? text : "");
	if (!parents || parents->type != EV_LIST)
		return;
	for (i = 0; i < parents->n; i++) {
		v = parents->items[i];
		text = ev_pk_text(v);
		if (!text || !ev_starts_with(text, "sha256:") ||
		    !ev_is_hex(text + 7, 64))
			ev_problem_add(k->bad, v, NULL, "field 'pack.parents' "
				       "lists digests, 'sha256:' and 64 "
				       "lower-case hexadecimal digits");
	}
}

static void read_assumptions(struct ev_pk *k, const struct ev_value *v)
{
	struct ev_assumption *a;
	size_t i, m;

	if (!v || v->type != EV_LIST || v->n > EV_PACK_MAX_ITEMS)
		return;
	k->p->assumptions = ev_calloc(v->n + 1, sizeof(*a));
	for (i = 0; i < v->n; i++) {
		a = &k->p->assumptions[k->p->n_assumptions++];
		a->id = ev_pk_dup(v->items[i], "id");
		a->statement = ev_pk_dup(v->items[i], "statement");
		a->source = ev_pk_dup(v->items[i], "source");
		for (m = 0; m < i; m++)
			if (a->id && ev_streq(k->p->assumptions[m].id, a->id))
				ev_problem_add(k->bad,
					       ev_get(v->items[i], "id"), NULL,
					       "assumption '%.60s' stands "
					       "twice", a->id);
	}
}

static void read_pack(struct ev_pk *k, const struct ev_value *v)
{
	const struct ev_value *id = ev_get(v, "id");
	const struct ev_value *derived = ev_get(v, "derived_from_patient_data");
	struct ev_pack *p = k->p;

	p->id = ev_pk_dup(v, "id");
	if (p->id && *p->id && !ev_pk_is_id(p->id))
		ev_problem_add(k->bad, id, NULL, "field 'pack.id': '%.80s' is "
			       "no name: use letters, digits and . _ -", p->id);
	p->version = ev_pk_dup(v, "version");
	p->title = ev_pk_dup(v, "title");
	p->owner = ev_pk_dup(v, "owner");
	p->derived_from_patient_data = derived && derived->boolean;
	read_date(k, ev_get(v, "reference_date"));
	ev_pk_strs(k, &p->allowed_uses, ev_get(v, "allowed_uses"),
		   "pack.allowed_uses");
	ev_pk_strs(k, &p->prohibited_uses, ev_get(v, "prohibited_uses"),
		   "pack.prohibited_uses");
	ev_pk_strs(k, &p->limitations, ev_get(v, "limitations"),
		   "pack.limitations");
	check_life(k, ev_get(v, "expires"), ev_get(v, "parents"));
	read_assumptions(k, ev_get(v, "assumptions"));
}

void ev_pk_head(struct ev_pk *k)
{
	const struct ev_value *v = ev_get(k->root, "cohort");
	const struct ev_value *prefix = ev_get(v, "id_prefix");

	read_pack(k, ev_get(k->root, "pack"));
	ev_pk_whole(k, &k->p->patients, ev_get(v, "patients"),
		    "cohort.patients", 1, EV_PACK_MAX_PATIENTS);
	k->p->key_by_seed = ev_streq(ev_pk_text(ev_get(v, "key_scope")),
				     "seed");
	k->p->id_prefix = ev_strdup(prefix && prefix->type == EV_STRING ?
				    prefix->text : "SYN");
	if (!ev_pk_is_name(k->p->id_prefix) ||
	    strlen(k->p->id_prefix) > MAX_PREFIX)
		ev_problem_add(k->bad, prefix, NULL, "field 'cohort.id_prefix' "
			       "must be 1 to %u letters, digits and _, the "
			       "first no digit", MAX_PREFIX);
}

void ev_pk_factors(struct ev_pk *k)
{
	const struct ev_value *v = ev_get(k->root, "factors");
	const struct ev_value *of = ev_get(v, "of");
	struct ev_strs names = EV_STRS_INIT;
	uint64_t strength = 2;
	ptrdiff_t found;
	size_t i;

	if (!of || of->type != EV_LIST)
		return;
	ev_pk_strs(k, &names, of, "factors.of");
	k->p->factors = ev_calloc(names.n + 1, sizeof(*k->p->factors));
	for (i = 0; i < names.n && i < MAX_FACTORS; i++) {
		found = ev_pk_variable(k, of, names.items[i], "factors.of");
		if (found < 0)
			continue;
		if (!ev_variable_has_levels(&k->p->variables[found]))
			ev_problem_add(k->bad, of, "derive: {cut: ...} makes "
				       "levels of a number", "field "
				       "'factors.of': '%s' has no levels",
				       names.items[i]);
		k->p->factors[k->p->n_factors++] = (size_t)found;
	}
	if (names.n > MAX_FACTORS)
		ev_problem_add(k->bad, of, NULL, "field 'factors.of' has more "
			       "than %u items", MAX_FACTORS);
	else if (ev_pk_whole(k, &strength, ev_get(v, "strength"),
			     "factors.strength", 1, MAX_STRENGTH) ||
		 !ev_get(v, "strength"))
		if (names.n && strength > names.n)
			ev_problem_add(k->bad, of, NULL, "%llu-way coverage "
				       "needs as many factors, there are %zu",
				       (unsigned long long)strength, names.n);
	k->p->strength = (unsigned)strength;
	ev_strs_release(&names);
}

void ev_pk_outputs(struct ev_pk *k)
{
	const struct ev_value *v = ev_get(k->root, "outputs");
	const struct ev_value *tables = ev_get(v, "tables");
	const struct ev_value *manifest = ev_get(v, "manifest");
	const struct ev_value *null = ev_get(v, "null");
	struct ev_strs names = EV_STRS_INIT;
	bool windows = k->p->series.window_s > 0;
	size_t i;

	ev_pk_strs(k, &names, tables, "outputs.tables");
	for (i = 0; i < names.n; i++)
		if (strcmp(names.items[i], "patients.csv") &&
		    (strcmp(names.items[i], "windows.csv") || !windows))
			ev_problem_add(k->bad, tables, NULL, "field "
				       "'outputs.tables': there is no table "
				       "'%.60s': the pack has 'patients.csv'%s",
				       names.items[i], windows ?
				       " and 'windows.csv'" : "");
	if (names.n == 1 && windows)
		ev_problem_add(k->bad, tables, NULL, "field 'outputs.tables': "
			       "both 'patients.csv' and 'windows.csv' are "
			       "written");
	if (manifest && strcmp(manifest->text ? manifest->text : "",
			       "manifest.json"))
		ev_problem_add(k->bad, manifest, NULL, "field 'outputs."
			       "manifest' must be 'manifest.json'");
	if (null && (null->type != EV_STRING || null->len))
		ev_problem_add(k->bad, null, NULL, "field 'outputs.null' must "
			       "be \"\": other texts for missing values are "
			       "not supported");
	ev_strs_release(&names);
}
