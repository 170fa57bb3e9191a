#include "base/compat.h"

#include "synth/pack_internal.h"

/* What can be said where; the readers add what no table can say. */

static const char *const schemas[] = {
	"git-evidence/scenario-pack/v1", NULL
};
static const char *const allocations[] = { "largest_remainder", NULL };
static const char *const scopes[] = { "pack", "seed", NULL };
static const char *const methods[] = { "gaussian_copula", NULL };
static const char *const targets[] = {
	"spearman", "pearson", "latent", NULL
};
static const char *const repairs[] = { "none", "nearest", NULL };
static const char *const risks[] = { "common", "edge", "high_risk", NULL };
static const char *const bounds[] = { "lower", "estimate", "upper", NULL };
static const char *const directions[] = { "increasing", "decreasing", NULL };
static const char *const elses[] = { "review", "fail", NULL };

#define WORDS(name, words, doc) { name, EV_F_ENUM, 0, NULL, words, doc }
#define TEXT(name, doc) { name, EV_F_TEXT, 0, NULL, NULL, doc }
#define STRING(name, doc) { name, EV_F_STRING, 0, NULL, NULL, doc }
#define INT(name, doc) { name, EV_F_INT, 0, NULL, NULL, doc }
#define BOOL(name, doc) { name, EV_F_BOOL, 0, NULL, NULL, doc }
#define ANY(name, doc) { name, EV_F_ANY, 0, NULL, NULL, doc }
#define STRINGS(name, doc) { name, EV_F_LIST, 0, NULL, NULL, doc }
#define MAP(name, fields, doc) { name, EV_F_MAP, 0, fields, NULL, doc }
#define MUST(name, kind, fields, doc) \
	{ name, kind, EV_F_REQUIRED, fields, NULL, doc }

static const struct ev_field assumption_table[] = {
	MUST("id", EV_F_STRING, NULL, "name"),
	MUST("statement", EV_F_STRING, NULL, "what is taken for granted"),
	MUST("source", EV_F_STRING, NULL, "where it is from"),
	{ 0 }
};
static const struct ev_field pack_table[] = {
	MUST("id", EV_F_STRING, NULL, "name"),
	MUST("version", EV_F_TEXT, NULL, "of the pack"),
	TEXT("title", "for people"),
	TEXT("owner", "role that looks after it"),
	MUST("reference_date", EV_F_STRING, NULL, "YYYY-MM-DD: day 0"),
	MUST("derived_from_patient_data", EV_F_BOOL, NULL,
	     "whether numbers were fitted to data of patients"),
	STRINGS("allowed_uses", "what a cohort is for"),
	STRINGS("prohibited_uses", "what it is not for"),
	STRINGS("limitations", "what it does not show"),
	STRING("expires", "YYYY-MM-DD: from then on no cohort counts"),
	STRINGS("parents", "digests of what it was made after"),
	{ "assumptions", EV_F_LIST, 0, assumption_table, NULL,
	  "with their sources" },
	{ 0 }
};
static const struct ev_field cohort_table[] = {
	MUST("patients", EV_F_INT, NULL, "how many, if nothing else is said"),
	WORDS("allocation", allocations, "of patients to scenarios"),
	STRING("id_prefix", "of patient ids"),
	WORDS("key_scope", scopes, "seed: edits keep what they do not touch"),
	{ 0 }
};
static const struct ev_field factors_table[] = {
	INT("strength", "t of t-way coverage; 2"),
	MUST("of", EV_F_LIST, NULL, "variables with levels"),
	{ 0 }
};
static const struct ev_field correlations_table[] = {
	WORDS("method", methods, "how they are joined"),
	WORDS("target", targets, "what the numbers are"),
	WORDS("repair", repairs, "of a matrix that is not positive definite"),
	MUST("pairs", EV_F_MAP, NULL, "A~B: correlation"),
	{ 0 }
};
static const struct ev_field implication_table[] = {
	MUST("if", EV_F_STRING, NULL, "where this holds"),
	MUST("then", EV_F_STRING, NULL, "this does"),
	{ 0 }
};
static const struct ev_field sum_table[] = {
	MUST("of", EV_F_ANY, NULL, "numbers"),
	MUST("equals", EV_F_TEXT, NULL, "number"),
	TEXT("within", "how far off; half of the last place"),
	{ 0 }
};
static const struct ev_field constraint_table[] = {
	MUST("id", EV_F_STRING, NULL, "name"),
	STRING("hard", "must hold"),
	STRING("soft", "may happen, up to max_rate"),
	MAP("implication", implication_table, "then, where if"),
	MAP("range", NULL, "number: [low, high]"),
	ANY("ordering", "numbers that ascend"),
	MAP("sum", sum_table, "of numbers"),
	ANY("temporal", "days in order"),
	STRING("unique", "no two patients have the same"),
	TEXT("max_rate", "share that may violate it"),
	{ 0 }
};
static const struct ev_field windows_table[] = {
	MUST("length_s", EV_F_TEXT, NULL, "of a window"),
	MUST("per_patient", EV_F_ANY, NULL, "distribution of their number"),
	MUST("horizon_h", EV_F_TEXT, NULL, "in which they begin"),
	{ 0 }
};
static const struct ev_field dropout_table[] = {
	MUST("hazard_per_h", EV_F_TEXT, NULL, "of leaving"),
	MAP("reasons", NULL, "reason: share"),
	{ 0 }
};
static const struct ev_field bursts_table[] = {
	MUST("rate_per_h", EV_F_ANY, NULL, "a number, or by level"),
	STRING("by", "variable whose levels they are"),
	MUST("mean_s", EV_F_TEXT, NULL, "mean length"),
	{ 0 }
};
static const struct ev_field waveform_table[] = {
	BOOL("enabled", "whether samples are written"),
	STRING("model", "gaussian_pqrst"),
	TEXT("fs_hz", "samples per second"),
	STRING("rate", "series of beats per minute; hr"),
	STRING("rr_cv", "series of how beats vary; rr_cv"),
	STRING("snr_db", "series of signal to noise; snr_db"),
	STRINGS("af", "states of atrial fibrillation; AF"),
	INT("per_patient", "records: of the first windows; 1"),
	{ 0 }
};
static const struct ev_field longitudinal_table[] = {
	MUST("windows", EV_F_MAP, windows_table, "when"),
	MAP("latent", NULL, "name: its states"),
	MAP("series", NULL, "name: its numbers"),
	MAP("artifact_bursts", bursts_table, "spoilt windows"),
	MAP("dropout", dropout_table, "patients who leave"),
	MAP("waveform", waveform_table, "samples"),
	{ 0 }
};
static const struct ev_field score_table[] = {
	STRING("column", "name of the score; score"),
	STRING("label", "the truth that is scored"),
	MUST("auc", EV_F_TEXT, NULL, "binormal, without noise"),
	STRING("by", "variable whose levels spoil it"),
	MAP("noise", NULL, "level: how much wider scores scatter"),
	ANY("abstain", "share without a score"),
	MAP("abstain_by", NULL, "level: share more"),
	{ 0 }
};
static const struct ev_field scenario_table[] = {
	MUST("id", EV_F_STRING, NULL, "name"),
	TEXT("title", "for people"),
	{ "risk", EV_F_ENUM, EV_F_REQUIRED, NULL, risks, "of the scenario" },
	TEXT("weight", "share of the patients without quota"),
	INT("quota", "exact number of patients"),
	INT("at_least", "patients"),
	STRINGS("hazards", "ids in the risk management file"),
	TEXT("rationale", "why it is there"),
	MAP("set", NULL, "variable: what is different"),
	MAP("latent", NULL, "initial, transition_per_h"),
	{ 0 }
};
static const struct ev_field behaviour_table[] = {
	STRING("scenario", "where"),
	STRING("metric", "of git-evidence-suite(5)"),
	STRING("order", "metric that is ordered"),
	STRING("by", "variable whose levels order it"),
	WORDS("direction", directions, "of the order"),
	WORDS("bound", bounds, "what is compared; estimate"),
	TEXT("ge", "at least"),
	TEXT("le", "at most"),
	WORDS("else", elses, "what follows; fail"),
	{ 0 }
};
static const struct ev_field outputs_table[] = {
	STRINGS("tables", "files"),
	STRING("manifest", "manifest.json"),
	ANY("null", "text of a missing value: empty"),
	{ 0 }
};

const struct ev_field ev_pack_fields[] = {
	{ "schema", EV_F_ENUM, EV_F_REQUIRED, NULL, schemas,
	  "which language this is" },
	MUST("pack", EV_F_MAP, pack_table, "which pack it is"),
	MUST("cohort", EV_F_MAP, cohort_table, "how many"),
	MAP("factors", factors_table, "whose combinations are covered"),
	MUST("variables", EV_F_MAP, NULL, "name: how it comes about"),
	MAP("correlations", correlations_table, "between variables"),
	{ "constraints", EV_F_LIST, 0, constraint_table, NULL,
	  "what holds in each patient" },
	MAP("missingness", NULL, "variable: when it is missing"),
	MAP("longitudinal", longitudinal_table, "windows of a patient"),
	MAP("labels", NULL, "name: the truth"),
	MAP("score_model", score_table, "a simulated device"),
	{ "scenarios", EV_F_LIST, EV_F_REQUIRED, scenario_table, NULL,
	  "kinds of patients" },
	MAP("guardrails", NULL, "what a cohort has to pass"),
	{ "expected_behaviour", EV_F_LIST, 0, behaviour_table, NULL,
	  "of the device" },
	MAP("outputs", outputs_table, "files"),
	{ 0 }
};
