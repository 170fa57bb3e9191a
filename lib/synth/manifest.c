#include "base/compat.h"

#include "synth/manifest.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"

#define FORMAT "git-evidence/synth-manifest/1"

/* Members stand sorted by name; whoever adds one keeps them so. */

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

static void files(struct ev_json *j, const struct ev_synth_result *r)
{
	size_t i;

	ev_json_key(j, "files");
	ev_json_list(j);
	for (i = 0; i < r->n_files; i++) {
		ev_json_object(j);
		ev_json_kvi(j, "bytes", (int64_t)r->files[i].bytes);
		ev_json_kv(j, "name", r->files[i].name);
		ev_json_kvi(j, "rows", (int64_t)r->files[i].rows);
		ev_json_kv(j, "sha256", r->files[i].sha256);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void generator(struct ev_json *j, const char *tool_version)
{
	ev_json_key(j, "generator");
	ev_json_object(j);
	ev_json_kvi(j, "alg", EV_PACK_ALG);
#ifdef __VERSION__
	ev_json_kv(j, "compiler", __VERSION__);
#endif
	ev_json_kv(j, "float_mode", "binary64 + - * / sqrt, no contraction, "
		   "own functions");
	ev_json_kv(j, "name", "git-evidence");
	ev_json_kv(j, "rng", "philox4x32-10");
	ev_json_kv(j, "version", tool_version);
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
		      const struct ev_guards *g,
		      const char *tool_version, const char *id)
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
	coverage(j, p, g);
	ev_json_kvb(j, "derived_from_patient_data",
		    p->derived_from_patient_data);
	files(j, r);
	generator(j, tool_version);
	guardrails(j, g);
	ev_json_kv(j, "key_scope", p->key_by_seed ? "seed" : "pack");
	ev_json_strs(j, "limitations", &p->limitations);
	if (id)
		ev_json_kv(j, "manifest_id", id);
	ev_json_kvi(j, "n_patients", (int64_t)r->patients);
	ev_json_kvi(j, "n_rows", (int64_t)r->rows);
	ev_json_key(j, "pack");
	ev_json_object(j);
	ev_json_kv(j, "digest", p->digest);
	ev_json_kv(j, "id", p->id);
	ev_json_kv(j, "owner", p->owner);
	ev_json_kv(j, "title", p->title);
	ev_json_kv(j, "version", p->version);
	ev_json_end_object(j);
	ev_json_strs(j, "prohibited_uses", &p->prohibited_uses);
	ev_json_kv(j, "reference_date", p->reference_date);
	scenarios(j, s, r);
	ev_json_kv(j, "schema", FORMAT);
	ev_json_kv(j, "seed", seed);
	ev_json_kvb(j, "simulated_score", p->score.given);
	ev_json_kv(j, "variables_digest", digest);
	ev_json_end_object(j);
}

void ev_synth_manifest(struct ev_buf *out, const struct ev_source *s,
		       const struct ev_synth_result *r,
		       const struct ev_guards *g, const char *tool_version)
{
	struct ev_buf text = EV_BUF_INIT;
	char hex[EV_SHA256_HEX + 1], id[72];
	struct ev_json j;

	ev_json_init(&j, &text);
	write_all(&j, s, r, g, tool_version, NULL);
	ev_sha256_hex(hex, text.ptr, text.len);
	snprintf(id, sizeof(id), "sha256:%s", hex);
	ev_json_init(&j, out);
	write_all(&j, s, r, g, tool_version, id);
	ev_buf_addc(out, '\n');
	ev_buf_release(&text);
}

static int read_list(struct ev_strs *out, const struct ev_value *m,
		     const char *name)
{
	const struct ev_value *v = ev_get(m, name);
	size_t i;

	if (!v || v->type != EV_LIST)
		return ev_fail_at(m, "a cohort's manifest has a list '%s'",
				  name);
	for (i = 0; i < v->n; i++) {
		if (v->items[i]->type != EV_STRING)
			return ev_fail_at(v->items[i], "'%s' lists texts",
					  name);
		ev_strs_add(out, v->items[i]->text);
	}
	return 0;
}

int ev_synth_uses_read(struct ev_synth_uses *out, const struct ev_value *m)
{
	const struct ev_value *simulated = ev_get(m, "simulated_score");
	int ret;

	memset(out, 0, sizeof(*out));
	if (!ev_streq(ev_get_string(m, "schema"), FORMAT))
		return ev_fail_at(m, "this is no '%s'", FORMAT);
	if (!simulated || simulated->type != EV_BOOL)
		return ev_fail_at(m, "a cohort's manifest says whether there "
				  "is a 'simulated_score'");
	out->simulated = simulated->boolean;
	ret = read_list(&out->allowed, m, "allowed_uses");
	if (ret == 0)
		ret = read_list(&out->prohibited, m, "prohibited_uses");
	if (ret < 0)
		ev_synth_uses_release(out);
	return ret;
}

void ev_synth_uses_release(struct ev_synth_uses *u)
{
	ev_strs_release(&u->allowed);
	ev_strs_release(&u->prohibited);
	memset(u, 0, sizeof(*u));
}
