#include "base/compat.h"

#include "synth/manifest.h"

#include "base/hash.h"
#include "base/mem.h"
#include "data/json.h"

/* Members stand sorted by name; whoever adds one keeps them so. */

static void maybe(struct ev_json *j, const char *key, const char *text)
{
	if (text)
		ev_json_kv(j, key, text);
}

static void assumptions(struct ev_json *j, const struct ev_pack *p)
{
	size_t i;

	ev_json_key(j, "assumptions");
	ev_json_list(j);
	for (i = 0; i < p->n_assumptions; i++) {
		ev_json_object(j);
		ev_json_kv(j, "id", p->assumptions[i].id);
		ev_json_kv(j, "source", p->assumptions[i].source);
		ev_json_kv(j, "statement", p->assumptions[i].statement);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void constraint_log(struct ev_json *j, const struct ev_pack *p,
			   const struct ev_synth_result *r)
{
	const struct ev_constraint *c;
	size_t i;

	ev_json_key(j, "constraint_log");
	ev_json_object(j);
	ev_json_key(j, "acceptance");
	ev_json_double(j, r->attempts ? (double)r->patients /
		       (double)r->attempts : 1);
	ev_json_kvi(j, "attempts", (int64_t)r->attempts);
	ev_json_key(j, "constraints");
	ev_json_list(j);
	for (i = 0; i < p->n_constraints; i++) {
		c = &p->constraints[i];
		ev_json_object(j);
		if (c->kind == EV_C_SOFT)
			ev_json_kvi(j, "events", (int64_t)r->soft[i]);
		ev_json_kv(j, "id", c->id);
		ev_json_kv(j, "kind", c->kind == EV_C_HARD ? "hard" : "soft");
		if (c->kind == EV_C_SOFT) {
			ev_json_key(j, "max_rate");
			ev_json_double(j, c->max_rate);
		} else {
			ev_json_kvi(j, "retries", (int64_t)r->refused[i]);
		}
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
	ev_json_kvi(j, "retries", (int64_t)(r->attempts - r->patients));
	ev_json_end_object(j);
}

static void coverage(struct ev_json *j, const struct ev_pack *p,
		     const struct ev_guards *g)
{
	ev_json_key(j, "coverage");
	if (!g || !p->strength) {
		ev_json_null(j);
		return;
	}
	ev_json_object(j);
	ev_json_kvi(j, "covered", (int64_t)g->covered);
	ev_json_strs(j, "missing", &g->missing_tuples);
	ev_json_kvi(j, "t", p->strength);
	ev_json_kvi(j, "valid", (int64_t)g->valid);
	ev_json_end_object(j);
}

static void outputs(struct ev_json *j, const struct ev_synth_result *r)
{
	char digest[72];
	size_t i;

	ev_json_key(j, "outputs");
	ev_json_list(j);
	for (i = 0; i < r->n_files; i++) {
		snprintf(digest, sizeof(digest), "sha256:%s",
			 r->files[i].sha256);
		ev_json_object(j);
		ev_json_kvi(j, "bytes", (int64_t)r->files[i].bytes);
		ev_json_kv(j, "digest", digest);
		ev_json_kv(j, "name", r->files[i].name);
		ev_json_kvi(j, "rows", (int64_t)r->files[i].rows);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

/* Such as it was compiled for this machine; the tables do not depend on it. */
static void generator(struct ev_json *j, const struct ev_synth_about *about)
{
	ev_json_key(j, "generator");
	ev_json_object(j);
	ev_json_kvi(j, "alg", EV_PACK_ALG);
	maybe(j, "build_flags", about->build_flags);
	maybe(j, "commit", about->commit);
#ifdef __clang__
	ev_json_kv(j, "compiler", __VERSION__);
#else
	ev_json_kv(j, "compiler", "GCC " __VERSION__);
#endif
	ev_json_kv(j, "float_mode", "binary64 + - * / sqrt, no contraction, "
		   "own functions");
	ev_json_kv(j, "name", "git-evidence");
	ev_json_kv(j, "rng", "philox4x32-10");
	maybe(j, "version", about->tool_version);
	ev_json_end_object(j);
}

static const char *outcome(const struct ev_guard *g)
{
	static const char *const names[] = {
		[EV_OUT_PASS] = "pass", [EV_OUT_REVIEW] = "review",
		[EV_OUT_INCOMPLETE] = "incomplete", [EV_OUT_FAIL] = "fail",
	};

	return g->not_applicable ? "not_applicable" : names[g->outcome];
}

static void guardrails(struct ev_json *j, const struct ev_guards *g)
{
	size_t i;

	ev_json_key(j, "guardrails");
	if (!g) {
		ev_json_null(j);
		return;
	}
	ev_json_list(j);
	for (i = 0; i < g->n; i++) {
		ev_json_object(j);
		ev_json_key(j, "bound");
		ev_json_double(j, g->items[i].limit);
		ev_json_kv(j, "id", g->items[i].id);
		ev_json_key(j, "review");
		ev_json_double(j, g->items[i].review);
		ev_json_key(j, "value");
		ev_json_double(j, g->items[i].value);
		ev_json_kv(j, "verdict", outcome(&g->items[i]));
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static bool is_of_cohort(const char *role)
{
	return !strcmp(role, "suite") || !strcmp(role, "predictions");
}

/* What was looked at beside the pack: that it is not the pack's, and whose it
 * is, stands there. */
static void inputs(struct ev_json *j, const struct ev_pack *p,
		   const struct ev_synth_about *about)
{
	const struct ev_value *from = ev_get_path(p->tree,
						  "guardrails.reference");
	const struct ev_value *theirs;
	size_t i;

	ev_json_key(j, "inputs");
	ev_json_list(j);
	for (i = 0; i < about->n_inputs; i++) {
		/* what a device answered is of no patient */
		theirs = is_of_cohort(about->inputs[i].role) ? NULL : from;
		ev_json_object(j);
		maybe(j, "classification",
		      ev_get_string(theirs, "classification"));
		ev_json_kv(j, "digest", about->inputs[i].digest);
		maybe(j, "legal_basis", ev_get_string(theirs, "legal_basis"));
		ev_json_kv(j, "role", about->inputs[i].role);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void pack(struct ev_json *j, const struct ev_pack *p,
		 const struct ev_synth_about *about)
{
	static const struct ev_strs nobody = EV_STRS_INIT;

	ev_json_key(j, "pack");
	ev_json_object(j);
	ev_json_strs(j, "approved_by", about->approved_by ?
		     about->approved_by : &nobody);
	ev_json_kv(j, "digest", p->digest);
	ev_json_kv(j, "id", p->id);
	maybe(j, "owner", p->owner);
	maybe(j, "title", p->title);
	ev_json_kv(j, "version", p->version);
	ev_json_end_object(j);
}

/* A list of texts of the pack's file, or none. */
static void texts(struct ev_json *j, const char *key, const struct ev_value *l)
{
	size_t i;

	ev_json_key(j, key);
	ev_json_list(j);
	for (i = 0; l && l->type == EV_LIST && i < l->n; i++)
		ev_json_string(j, l->items[i]->text);
	ev_json_end_list(j);
}

static void scenarios(struct ev_json *j, const struct ev_source *s,
		      const struct ev_synth_result *r)
{
	const struct ev_scenario *c;
	size_t i;

	ev_json_key(j, "scenarios");
	ev_json_list(j);
	for (i = 0; i < s->pack->n_scenarios; i++) {
		c = &s->pack->scenarios[i];
		ev_json_object(j);
		ev_json_kvi(j, "actual", (int64_t)r->by_scenario[i]);
		ev_json_strs(j, "hazards", &c->hazards);
		ev_json_kv(j, "id", c->id);
		ev_json_kv(j, "risk", ev_risk_name(c->risk));
		ev_json_kvi(j, "target", (int64_t)s->counts[i]);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

/* What the columns are: whoever compares two cohorts asks this first. */
static void variables_digest(char out[72], const struct ev_pack *p)
{
	struct ev_buf text = EV_BUF_INIT;
	char hex[EV_SHA256_HEX + 1];
	const struct ev_variable *v;
	size_t i, k;

	for (i = 0; i < p->n_variables; i++) {
		v = &p->variables[i];
		if (v->hidden)
			continue;
		ev_buf_addf(&text, "%s %d %u\n%s\n%s\n", v->name, (int)v->type,
			    v->places, v->unit ? v->unit : "",
			    v->code ? v->code : "");
		for (k = 0; k < v->levels.n; k++)
			ev_buf_addf(&text, "%s\n", v->levels.items[k]);
	}
	ev_sha256_hex(hex, text.ptr, text.len);
	snprintf(out, 72, "sha256:%s", hex);
	ev_buf_release(&text);
}

static void write_all(struct ev_json *j, const struct ev_source *s,
		      const struct ev_synth_result *r,
		      const struct ev_synth_about *about, const char *id)
{
	const struct ev_pack *p = s->pack;
	char digest[72], seed[24];

	variables_digest(digest, p);
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)s->seed);
	ev_json_object(j);
	ev_json_strs(j, "allowed_uses", &p->allowed_uses);
	assumptions(j, p);
	ev_json_kv(j, "cohort_digest", r->digest);
	constraint_log(j, p, r);
	coverage(j, p, about->guards);
	ev_json_kvb(j, "derived_from_patient_data",
		    p->derived_from_patient_data);
	maybe(j, "expires", ev_get_string(ev_get(p->tree, "pack"), "expires"));
	generator(j, about);
	guardrails(j, about->guards);
	ev_json_kv(j, "id_prefix", p->id_prefix);
	inputs(j, p, about);
	ev_json_kv(j, "key_scope", p->key_by_seed ? "seed" : "pack");
	ev_json_strs(j, "limitations", &p->limitations);
	if (id)
		ev_json_kv(j, "manifest_id", id);
	ev_json_kvi(j, "n_patients", (int64_t)r->patients);
	ev_json_kvi(j, "n_rows", (int64_t)r->rows);
	outputs(j, r);
	pack(j, p, about);
	texts(j, "parents", ev_get_path(p->tree, "pack.parents"));
	ev_json_strs(j, "prohibited_uses", &p->prohibited_uses);
	ev_json_kv(j, "reference_date", p->reference_date);
	scenarios(j, s, r);
	ev_json_kv(j, "schema", EV_SYNTH_MANIFEST);
	ev_json_kv(j, "schema_version", digest);
	ev_json_kv(j, "seed", seed);
	ev_json_kvb(j, "simulated_score", p->score.given);
	ev_json_end_object(j);
}

void ev_synth_manifest(struct ev_buf *out, const struct ev_source *s,
		       const struct ev_synth_result *r,
		       const struct ev_synth_about *about)
{
	struct ev_buf text = EV_BUF_INIT;
	char hex[EV_SHA256_HEX + 1], id[72];
	struct ev_json j;

	ev_json_init(&j, &text);
	write_all(&j, s, r, about, NULL);
	ev_sha256_hex(hex, text.ptr, text.len);
	snprintf(id, sizeof(id), "sha256:%s", hex);
	ev_json_init(&j, out);
	write_all(&j, s, r, about, id);
	ev_buf_addc(out, '\n');
	ev_buf_release(&text);
}
