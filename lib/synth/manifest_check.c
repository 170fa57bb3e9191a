#include "base/compat.h"

#include "synth/manifest.h"

#include "base/error.h"
#include "base/hash.h"
#include "data/json.h"
#include "data/schema.h"

#define MUST EV_F_REQUIRED
#define TEXT(name, doc) { name, EV_F_STRING, MUST, NULL, NULL, doc }
#define MAY(name, doc) { name, EV_F_STRING, 0, NULL, NULL, doc }
#define WHOLE(name, doc) { name, EV_F_INT, MUST, NULL, NULL, doc }
#define DIGEST(name, doc) { name, EV_F_DIGEST, MUST, NULL, NULL, doc }
#define STRINGS(name, doc) { name, EV_F_LIST, MUST, NULL, NULL, doc }
#define BOOL(name, doc) { name, EV_F_BOOL, MUST, NULL, NULL, doc }
#define ANY(name, doc) { name, EV_F_ANY, MUST, NULL, NULL, doc }
#define MAP(name, fields, doc) { name, EV_F_MAP, MUST, fields, NULL, doc }
#define LIST(name, fields, doc) { name, EV_F_LIST, MUST, fields, NULL, doc }

static const char *const schemas[] = { EV_SYNTH_MANIFEST, NULL };
static const char *const scopes[] = { "pack", "seed", NULL };
static const char *const risks[] = { "common", "edge", "high_risk", NULL };
static const char *const kinds[] = { "hard", "soft", NULL };
static const char *const roles[] = {
	"reference", "holdout", "histogram", "suite", "predictions", NULL
};

static const struct ev_field assumption_fields[] = {
	TEXT("id", "name"), TEXT("source", "where it is from"),
	TEXT("statement", "what is taken for granted"), { 0 }
};
static const struct ev_field constraint_fields[] = {
	TEXT("id", "name"),
	{ "kind", EV_F_ENUM, MUST, NULL, kinds, "hard or soft" },
	{ "events", EV_F_INT, 0, NULL, NULL, "of soft ones" },
	{ "max_rate", EV_F_NUMBER, 0, NULL, NULL, "of soft ones" },
	{ "retries", EV_F_INT, 0, NULL, NULL, "of hard ones" },
	{ 0 }
};
static const struct ev_field log_fields[] = {
	{ "acceptance", EV_F_NUMBER, MUST, NULL, NULL, "share of draws" },
	WHOLE("attempts", "draws of patients"),
	LIST("constraints", constraint_fields, "each of them"),
	WHOLE("retries", "draws that were refused"), { 0 }
};
static const struct ev_field generator_fields[] = {
	WHOLE("alg", "version of the algorithm, part of the key"),
	MAY("build_flags", "of the compiler"), MAY("commit", "of the program"),
	TEXT("compiler", "and its version"),
	TEXT("float_mode", "how it computes"), TEXT("name", "of the program"),
	TEXT("rng", "random numbers"), MAY("version", "of the program"), { 0 }
};
static const struct ev_field input_fields[] = {
	MAY("classification", "how protected it is"),
	DIGEST("digest", "of the file"), MAY("legal_basis", "why it was read"),
	{ "role", EV_F_ENUM, MUST, NULL, roles, "what it was read for" },
	{ 0 }
};
static const struct ev_field output_fields[] = {
	WHOLE("bytes", "size"), DIGEST("digest", "of the file"),
	TEXT("name", "of the file"), WHOLE("rows", "without the head"), { 0 }
};
static const struct ev_field pack_fields[] = {
	STRINGS("approved_by", "who approved a policy with this pack"),
	DIGEST("digest", "of the file"), TEXT("id", "of the pack"),
	MAY("owner", "role"), MAY("title", "for people"),
	TEXT("version", "of the pack"), { 0 }
};
static const struct ev_field scenario_fields[] = {
	WHOLE("actual", "patients"), STRINGS("hazards", "covered"),
	TEXT("id", "name"),
	{ "risk", EV_F_ENUM, MUST, NULL, risks, "of the scenario" },
	WHOLE("target", "patients that the pack allots"), { 0 }
};
static const struct ev_field fields[] = {
	STRINGS("allowed_uses", "what it is for; empty: not said"),
	LIST("assumptions", assumption_fields, "with their sources"),
	DIGEST("cohort_digest", "of the lines 'SHA256  NAME' of its files"),
	MAP("constraint_log", log_fields, "how patients were accepted"),
	ANY("coverage", "of t-way combinations; null: not looked at"),
	BOOL("derived_from_patient_data", "as the pack says"),
	MAY("expires", "YYYY-MM-DD"),
	MAP("generator", generator_fields, "what drew it"),
	ANY("guardrails", "id, value, bound, verdict; null: not checked"),
	TEXT("id_prefix", "of patient ids"),
	LIST("inputs", input_fields, "what was read beside the pack"),
	{ "key_scope", EV_F_ENUM, MUST, NULL, scopes, "of the random numbers" },
	STRINGS("limitations", "what it does not show"),
	DIGEST("manifest_id", "of this object without this member"),
	WHOLE("n_patients", "of all scenarios"), WHOLE("n_rows", "of all files"),
	LIST("outputs", output_fields, "the files"),
	MAP("pack", pack_fields, "what it was drawn from"),
	STRINGS("parents", "digests of what it was made after"),
	STRINGS("prohibited_uses", "what it is not for"),
	TEXT("reference_date", "day 0"),
	LIST("scenarios", scenario_fields, "kinds of patients"),
	{ "schema", EV_F_ENUM, MUST, NULL, schemas, "this" },
	DIGEST("schema_version", "of the variables"),
	TEXT("seed", "of the cohort"),
	BOOL("simulated_score", "whether its scores are no device's"),
	{ 0 }
};

/* As it was written, without the member that depends on it. */
static void digest_of(char out[72], const struct ev_value *m)
{
	struct ev_buf text = EV_BUF_INIT;
	char hex[EV_SHA256_HEX + 1];
	struct ev_json j;
	size_t i;

	ev_json_init(&j, &text);
	ev_json_object(&j);
	for (i = 0; i < m->n; i++) {
		if (!strcmp(m->keys[i]->text, "manifest_id"))
			continue;
		ev_json_key(&j, m->keys[i]->text);
		ev_json_value(&j, m->items[i]);
	}
	ev_json_end_object(&j);
	ev_sha256_hex(hex, text.ptr, text.len);
	snprintf(out, 72, "sha256:%s", hex);
	ev_buf_release(&text);
}

int ev_synth_manifest_check(const struct ev_value *m)
{
	struct ev_problems bad = EV_PROBLEMS_INIT;
	char digest[72];
	int ret;

	if (!ev_streq(ev_get_string(m, "schema"), EV_SYNTH_MANIFEST))
		return 0;
	ev_schema_check(&bad, m, fields, "");
	ret = ev_problems_fail(&bad);
	ev_problems_release(&bad);
	if (ret < 0)
		return ret;
	digest_of(digest, m);
	if (strcmp(digest, ev_get_string(m, "manifest_id"))) {
		ev_fail_at(ev_get(m, "manifest_id"), "the manifest of cohort "
			   "'%s' was edited: it is not what its manifest_id "
			   "is of", ev_get_string(ev_get(m, "pack"), "id"));
		ev_error_hint("take the one that 'git evidence synth' wrote, "
			      "or draw the cohort again");
		return EV_EINVALID;
	}
	return 0;
}
