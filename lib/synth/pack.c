#include "base/compat.h"

#include "synth/pack_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "data/yaml.h"

static void release_variable(struct ev_variable *x)
{
	free(x->name);
	free(x->unit);
	free(x->code);
	free(x->title);
	ev_strs_release(&x->levels);
	ev_pk_rule_release(&x->rule);
	free(x->missing.by_level);
}

static void release_head(struct ev_pack *p)
{
	size_t i;

	free(p->id);
	free(p->version);
	free(p->title);
	free(p->owner);
	free(p->reference_date);
	free(p->id_prefix);
	ev_strs_release(&p->allowed_uses);
	ev_strs_release(&p->prohibited_uses);
	ev_strs_release(&p->limitations);
	for (i = 0; i < p->n_assumptions; i++) {
		free(p->assumptions[i].id);
		free(p->assumptions[i].statement);
		free(p->assumptions[i].source);
	}
	free(p->assumptions);
}

static void release_rest(struct ev_pack *p)
{
	size_t i;

	for (i = 0; i < p->n_labels; i++) {
		free(p->labels[i].name);
		free(p->labels[i].positive);
	}
	free(p->labels);
	free(p->score.name);
	free(p->score.noise);
	free(p->score.abstain_by);
	for (i = 0; i < p->n_behaviours; i++) {
		free(p->behaviours[i].scenario);
		free(p->behaviours[i].metric);
		free(p->behaviours[i].order_of);
		free(p->behaviours[i].by);
		free(p->behaviours[i].limit);
	}
	free(p->behaviours);
	free(p->copula.variable);
	free(p->copula.factor);
	free(p->copula.latent);
	free(p->copula.asked);
}

void ev_pack_release(struct ev_pack *p)
{
	size_t i;

	release_head(p);
	for (i = 0; i < p->n_variables; i++)
		release_variable(&p->variables[i]);
	free(p->variables);
	free(p->order);
	free(p->factors);
	for (i = 0; i < p->n_constraints; i++) {
		free(p->constraints[i].id);
		free(p->constraints[i].text);
		ev_expr_free(p->constraints[i].expr);
	}
	free(p->constraints);
	ev_pk_series_release(&p->series);
	for (i = 0; i < p->n_scenarios; i++)
		ev_pk_scenario_release(&p->scenarios[i]);
	free(p->scenarios);
	release_rest(p);
	ev_value_free(p->tree);
	memset(p, 0, sizeof(*p));
}

const char *ev_risk_name(enum ev_risk r)
{
	static const char *const words[] = { "common", "edge", "high_risk" };

	return words[r];
}

const struct ev_rule *ev_pack_rule(const struct ev_pack *p, size_t scenario,
				   size_t variable)
{
	const struct ev_scenario *s = &p->scenarios[scenario];
	size_t i;

	for (i = 0; i < s->n_set; i++)
		if (s->set[i].variable == variable)
			return &s->set[i].rule;
	return &p->variables[variable].rule;
}

static int read_tree(struct ev_pack *p)
{
	struct ev_problems bad = EV_PROBLEMS_INIT;
	struct ev_pk k = { p, &bad, p->tree, NULL };
	int ret;

	ev_schema_check(&bad, p->tree, ev_pack_fields, "");
	if (p->tree->type == EV_MAP) {
		ev_pk_head(&k);
		ev_pk_variables(&k);
		ev_pk_factors(&k);
		ev_pk_copula(&k);
		ev_pk_constraints(&k);
		ev_pk_series(&k);
		ev_pk_missing(&k);
		ev_pk_labels(&k);
		ev_pk_score(&k);
		ev_pk_scenarios(&k);
		ev_pk_behaviours(&k);
		ev_pk_outputs(&k);
		ev_pk_guardrails(&k);
		p->guardrails = ev_get(p->tree, "guardrails");
	}
	/* what asks about all of it is asked of what is right */
	if (!bad.n) {
		ev_pk_order(&k);
		ev_pk_streams(&k);
	}
	if (!bad.n)
		ev_pk_reach(&k);
	ret = ev_problems_fail(&bad);
	ev_problems_release(&bad);
	free(k.at);
	return ret;
}

int ev_pack_parse(struct ev_pack *out, const char *name, const char *text,
		  size_t n)
{
	char hex[EV_SHA256_HEX + 1];
	int ret;

	memset(out, 0, sizeof(*out));
	if (n > EV_PACK_MAX_BYTES)
		return ev_fail(EV_ELIMIT, "'%s' is larger than 4 MiB", name);
	ret = ev_yaml_read(&out->tree, name, text, n);
	if (ret < 0)
		return ret;
	ev_sha256_hex(hex, text, n);
	snprintf(out->digest, sizeof(out->digest), "sha256:%s", hex);
	ret = read_tree(out);
	if (ret < 0)
		ev_pack_release(out);
	return ret;
}

int ev_pack_read(struct ev_pack *out, const char *path)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_file_read(&text, path, EV_PACK_MAX_BYTES);
	if (ret == 0)
		ret = ev_pack_parse(out, path, text.ptr, text.len);
	ev_buf_release(&text);
	return ret;
}
