#include "base/compat.h"

#include "clinical/suite_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "data/yaml.h"

static void reference_release(struct ev_reference_spec *r)
{
	free(r->release);
	free(r->path);
	free(r->column);
	free(r->reason);
}

void ev_suite_release(struct ev_suite *s)
{
	size_t i;

	free(s->id);
	free(s->version);
	free(s->title);
	free(s->intended_use);
	free(s->risk_file);
	ev_strs_release(&s->claims);
	ev_strs_release(&s->gate_change_roles);
	ev_dataset_release(&s->dataset);
	reference_release(&s->previous);
	reference_release(&s->anchor);
	ev_strs_release(&s->pairing_keys);
	ev_decimal_release(&s->pairing_require);
	for (i = 0; i < s->n_points; i++) {
		free(s->points[i].name);
		ev_decimal_release(&s->points[i].threshold);
	}
	free(s->points);
	for (i = 0; i < s->n_slices; i++)
		ev_su_family_release(&s->slices[i]);
	free(s->slices);
	for (i = 0; i < s->n_requests; i++) {
		free(s->requests[i].key);
		ev_decimal_release(&s->requests[i].share.limit);
	}
	free(s->requests);
	for (i = 0; i < s->n_prevalences; i++)
		ev_decimal_release(&s->prevalences[i]);
	free(s->prevalences);
	for (i = 0; i < s->n_gates; i++)
		ev_su_gate_release(&s->gates[i]);
	free(s->gates);
	for (i = 0; i < s->n_escalations; i++) {
		free(s->escalations[i].when);
		ev_strs_release(&s->escalations[i].roles);
	}
	free(s->escalations);
	ev_value_free(s->tree);
	memset(s, 0, sizeof(*s));
}

static void read_head(struct ev_suite *s, const struct ev_value *v,
		      struct ev_problems *bad)
{
	const struct ev_value *id = ev_get(v, "id");
	const struct ev_value *roles = ev_get_path(v,
						   "roles.gate_change_roles");
	int tier = ev_su_index(ev_get(v, "tier"), ev_su_tiers);

	s->id = ev_su_dup(v, "id");
	if (id && id->type == EV_STRING && id->len &&
	    !ev_su_name(id->text, true))
		ev_problem_add(bad, id, NULL, "suite.id is no name: use "
			       "letters, digits and . _ / -");
	s->version = ev_su_dup(v, "version");
	s->title = ev_su_dup(v, "title");
	s->intended_use = ev_su_dup(v, "intended_use");
	s->risk_file = ev_su_dup(v, "risk_file");
	s->tier = tier < 0 ? EV_TIER_NONE :
		  (enum ev_tier)(EV_TIER_LOW + tier);
	ev_su_words(&s->claims, ev_get(v, "claims"), "suite.claims", bad);
	ev_su_words(&s->gate_change_roles, roles,
		    "suite.roles.gate_change_roles", bad);
}

static int read_tree(struct ev_suite *s)
{
	const struct ev_value *root = s->tree;
	struct ev_problems bad = EV_PROBLEMS_INIT;
	int ret;

	ev_schema_check(&bad, root, ev_suite_fields, "");
	if (root->type == EV_MAP) {
		read_head(s, ev_get(root, "suite"), &bad);
		ev_su_dataset(s, root, &bad);
		ev_su_references(s, root, &bad);
		ev_su_points(s, ev_get(root, "operating_points"), &bad);
		ev_su_stats(s, ev_get(root, "stats"), &bad);
		ev_su_minima(s, ev_get(root, "min_n"), &bad);
		ev_su_slices(s, ev_get(root, "slices"), &bad);
		ev_su_metrics(s, root, &bad);
		ev_su_gates(s, ev_get(root, "gates"), &bad);
		ev_su_project(s, ev_get(root, "prevalence_projection"), &bad);
		ev_su_policy(s, ev_get(root, "policy"), &bad);
	}
	ret = ev_problems_fail(&bad);
	ev_problems_release(&bad);
	return ret;
}

int ev_suite_parse(struct ev_suite *out, const char *name, const char *text,
		   size_t n)
{
	char hex[EV_SHA256_HEX + 1];
	int ret;

	memset(out, 0, sizeof(*out));
	if (n > EV_SUITE_MAX_BYTES)
		return ev_fail(EV_ELIMIT, "'%s' is larger than 1 MiB", name);
	ret = ev_yaml_read(&out->tree, name, text, n);
	if (ret < 0)
		return ret;
	ev_sha256_hex(hex, text, n);
	snprintf(out->digest, sizeof(out->digest), "sha256:%s", hex);
	ret = read_tree(out);
	if (ret < 0)
		ev_suite_release(out);
	return ret;
}

int ev_suite_read(struct ev_suite *out, const char *path)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_file_read(&text, path, EV_SUITE_MAX_BYTES);
	if (ret == 0)
		ret = ev_suite_parse(out, path, text.ptr, text.len);
	ev_buf_release(&text);
	return ret;
}
