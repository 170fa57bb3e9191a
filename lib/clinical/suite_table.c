#include "base/compat.h"

#include "clinical/suite_internal.h"

/* What can be said where; the readers add what no table can say. */

static const char *const schemas[] = { "git-evidence/suite/v1", NULL };
static const char *const directions[] = { "higher_is_positive", NULL };
static const char *const kinds[] = { "probability", "number", NULL };
static const char *const labels_missing[] = {
	"exclude_and_report", "fail", NULL
};
static const char *const data_kinds[] = {
	"real_world", "synthetic", "mixed", NULL
};
static const char *const proportions[] = {
	"wilson", "clopper_pearson", "jeffreys", NULL
};
static const char *const by_ratio[] = { "ratio_neff", NULL };
static const char *const aucs[] = { "delong", "logit", NULL };
static const char *const by_obuchowski[] = { "obuchowski", NULL };
static const char *const pairs[] = { "tango", "newcombe", NULL };
static const char *const ratios[] = { "ratio", NULL };
static const char *const delongs[] = { "delong", NULL };
static const char *const units[] = { "patient", NULL };
static const char *const schemes[] = { "width", "mass", NULL };
static const char *const closures[] = { "right", "left", NULL };
static const char *const hl_rules[] = {
	"quantile2_ties_together", "quantile7", NULL
};
static const char *const hl_dfs[] = { "external", "development", NULL };
static const char *const statistics[] = { "value", "max_gap", NULL };
static const char *const waivables[] = { "never", NULL };
static const char *const otherwises[] = { "review", "fail", NULL };

#define WORDS(name, words, doc) { name, EV_F_ENUM, 0, NULL, words, doc }
#define TEXT(name, doc) { name, EV_F_TEXT, 0, NULL, NULL, doc }
#define STRING(name, doc) { name, EV_F_STRING, 0, NULL, NULL, doc }
#define INT(name, doc) { name, EV_F_INT, 0, NULL, NULL, doc }
#define ANY(name, doc) { name, EV_F_ANY, 0, NULL, NULL, doc }
#define STRINGS(name, doc) { name, EV_F_LIST, 0, NULL, NULL, doc }
#define MAP(name, fields, doc) { name, EV_F_MAP, 0, fields, NULL, doc }
#define MUST(name, kind, fields, doc) \
	{ name, kind, EV_F_REQUIRED, fields, NULL, doc }

/* suite ------------------------------------------------------------------ */

static const struct ev_field pccp_table[] = {
	TEXT("plan", "change control plan"),
	TEXT("modification", "the modification of it that this is about"),
	{ 0 }
};
static const struct ev_field roles_table[] = {
	TEXT("owner", "role that looks after the suite"),
	STRINGS("gate_change_roles", "roles that a loosened gate needs"),
	{ 0 }
};
static const struct ev_field suite_table[] = {
	MUST("id", EV_F_STRING, NULL, "name that a policy asks for"),
	MUST("version", EV_F_TEXT, NULL, "of the suite"),
	TEXT("title", "for people"),
	TEXT("intended_use", "id in claims.yaml"),
	STRINGS("claims", "ids in claims.yaml"),
	TEXT("risk_file", "risk management file"),
	{ "tier", EV_F_ENUM, EV_F_REQUIRED, NULL, ev_su_tiers,
	  "how grave it is when the device is wrong" },
	MAP("pccp", pccp_table, "predetermined change control plan"),
	MAP("roles", roles_table, "who"),
	{ 0 }
};

/* dataset ---------------------------------------------------------------- */

static const struct ev_field predictions_table[] = {
	STRING("path", "file of the candidate's predictions"),
	WORDS("format", ev_su_formats, "left out: by the file's name"),
	{ 0 }
};
static const struct ev_field label_table[] = {
	ANY("positive", "text, or list of texts, of positive rows"),
	ANY("negative", "the same for negative rows"),
	ANY("classes", "list of names: more than two classes"),
	TEXT("reference", "the reference standard; imperfect: PPA and NPA"),
	{ 0 }
};
static const struct ev_field score_table[] = {
	WORDS("kind", kinds, "probability: from 0 to 1"),
	WORDS("direction", directions, "never found out from the data"),
	MAP("columns", NULL, "class: column of its probability"),
	{ 0 }
};
static const struct ev_field independence_table[] = {
	STRING("cluster", "column of the patient"),
	{ 0 }
};
static const struct ev_field missing_table[] = {
	WORDS("score", ev_su_missings, "how a missing score counts"),
	WORDS("label", labels_missing, "rows without a label"),
	TEXT("max_fraction", "of missing scores; above: incomplete"),
	{ 0 }
};
static const struct ev_field holdout_table[] = {
	INT("max_uses", "candidates that may be judged on the data"),
	{ 0 }
};
static const struct ev_field dataset_table[] = {
	MAP("predictions", predictions_table, "where"),
	MUST("key", EV_F_ANY, NULL, "columns that name a row"),
	MUST("columns", EV_F_MAP, NULL, "role: column"),
	MUST("label", EV_F_MAP, label_table, "the truth"),
	MAP("score", score_table, "the device's output"),
	MAP("independence", independence_table, "what is drawn at random"),
	MAP("missing", missing_table, "rows without score or label"),
	ANY("no_overlap_with", "data whose patients must not be here"),
	MAP("holdout", holdout_table, "how often the data may be used"),
	WORDS("kind", data_kinds, "where the data come from"),
	STRING("use", "what a synthetic cohort is used for"),
	STRING("manifest", "file that says how the cohort was made"),
	TEXT("window_s", "seconds that a row lasts"),
	MAP("readers", ev_su_readers_table, "people who read each case"),
	{ 0 }
};

/* references, stats ------------------------------------------------------ */

static const struct ev_field reference_table[] = {
	TEXT("release", "whose predictions"),
	STRING("path", "file of its predictions"),
	STRING("column", "of its scores in the candidate's file"),
	TEXT("reason", "why this one"),
	{ 0 }
};
static const struct ev_field pairing_table[] = {
	ANY("keys", "as dataset.key"),
	TEXT("require", "share of rows that must be in both"),
	{ 0 }
};
static const struct ev_field references_table[] = {
	MAP("previous", reference_table, "the release before"),
	MAP("anchor", reference_table, "a release that stays, as cleared"),
	MAP("pairing", pairing_table, "how rows find their partner"),
	{ 0 }
};
static const struct ev_field proportion_table[] = {
	WORDS("ci", proportions, "interval"),
	WORDS("clustered", by_ratio, "with several rows a patient"),
	{ 0 }
};
static const struct ev_field auc_table[] = {
	WORDS("ci", aucs, "interval"),
	WORDS("clustered", by_obuchowski, "with several rows a patient"),
	{ 0 }
};
static const struct ev_field difference_table[] = {
	WORDS("paired_proportion", pairs, "interval"),
	WORDS("clustered", ratios, "with several rows a patient"),
	WORDS("auc", delongs, "interval"),
	{ 0 }
};
static const struct ev_field bootstrap_table[] = {
	INT("replicates", "how many"),
	INT("seed", "of the stream"),
	WORDS("unit", units, "what is drawn"),
	{ 0 }
};
static const struct ev_field ece_table[] = {
	INT("bins", "how many"),
	WORDS("scheme", schemes, "equal width or equal numbers"),
	WORDS("closure", closures, "end that belongs to a bin"),
	{ 0 }
};
static const struct ev_field hl_table[] = {
	INT("groups", "how many"),
	WORDS("rule", hl_rules, "how they are cut"),
	WORDS("df", hl_dfs, "external: groups; development: groups - 2"),
	{ 0 }
};
static const struct ev_field multiplicity_table[] = {
	WORDS("detect_slices", ev_su_adjustments,
	      "of p-values that screen slices"),
	{ 0 }
};
static const struct ev_field stats_table[] = {
	TEXT("confidence", "two-sided level of intervals"),
	MAP("proportion", proportion_table, "sensitivity and the like"),
	MAP("auc", auc_table, "area under the curve"),
	MAP("difference", difference_table, "candidate - reference"),
	MAP("bootstrap", bootstrap_table, "what has no closed form"),
	MAP("ece", ece_table, "reliability bins"),
	MAP("hosmer_lemeshow", hl_table, "its groups"),
	MAP("multiplicity", multiplicity_table, "many tests"),
	{ 0 }
};
static const struct ev_field min_n_critical_table[] = {
	INT("positives", "rows"),
	INT("negatives", "rows"),
	INT("patients", "persons"),
	{ 0 }
};
static const struct ev_field min_n_table[] = {
	INT("positives", "rows"),
	INT("negatives", "rows"),
	INT("patients", "persons"),
	MAP("critical", min_n_critical_table, "the same in tier critical"),
	{ 0 }
};

/* gates ------------------------------------------------------------------ */

static const struct ev_field compare_table[] = {
	{ "type", EV_F_ENUM, EV_F_REQUIRED, NULL, ev_su_compares,
	  "what is asked of candidate - reference" },
	MUST("against", EV_F_ANY, NULL, "previous, anchor, or a list"),
	ANY("margin", "decimal, or a map of slice: decimal"),
	TEXT("rationale", "where the margin comes from"),
	{ 0 }
};
/* Open: suite_condition.c says of `on` what it is. */
static const struct ev_field condition_table[] = {
	WORDS("bound", ev_su_bounds, "what is compared"),
	TEXT("ge", "at least"), TEXT("gt", "more than"),
	TEXT("le", "at most"), TEXT("lt", "less than"),
	ANY("within", "list of two: from, to"),
	{ 0 }
};
#define CONDITION(name, doc) \
	{ name, EV_F_MAP, EV_F_OPEN, condition_table, NULL, doc }
#define CONDITIONS \
	CONDITION("pass", "when it passes"), \
	CONDITION("review", "else, when somebody has to look"), \
	WORDS("otherwise", otherwises, "else"), \
	WORDS("insufficient", ev_su_low_ns, "too few rows, or undefined")
static const struct ev_field each_table[] = { CONDITIONS, { 0 } };
static const struct ev_field gate_table[] = {
	MUST("id", EV_F_STRING, NULL, "name of the gate"),
	TEXT("hazard", "id in the risk management file"),
	TEXT("claim", "one of suite.claims"),
	TEXT("rationale", "why this number"),
	MUST("metric", EV_F_STRING, NULL, "one number"),
	ANY("slice", "name or list of names; overall"),
	WORDS("statistic", statistics, "max_gap: greatest difference"),
	MAP("compare", compare_table, "with other releases"),
	CONDITIONS,
	MAP("each", each_table, "the same, of each member"),
	WORDS("tier", ev_su_tiers, "how grave a miss of it is"),
	WORDS("waivable", waivables, "who may waive says the policy"),
	{ 0 }
};

/* policy ----------------------------------------------------------------- */

static const struct ev_field insufficient_table[] = {
	WORDS("low", ev_su_low_ns, "outcome"),
	WORDS("moderate", ev_su_low_ns, "outcome"),
	WORDS("high", ev_su_low_ns, "outcome"),
	WORDS("critical", ev_su_low_ns, "outcome"),
	{ 0 }
};
static const struct ev_field escalate_table[] = {
	MUST("when", EV_F_STRING, NULL, "one of a few sentences"),
	MUST("roles", EV_F_LIST, NULL, "who has to agree"),
	{ 0 }
};
static const struct ev_field waiver_table[] = {
	STRINGS("roles", "what the suite's authors expect"),
	INT("max_days", "the same"),
	INT("max_releases", "the same"),
	STRINGS("requires", "the same"),
	{ 0 }
};
static const struct ev_field policy_table[] = {
	MAP("insufficient", insufficient_table,
	    "outcome of what cannot be judged, by tier"),
	{ "escalate", EV_F_LIST, 0, escalate_table, NULL,
	  "who else has to agree, and when" },
	MAP("waiver", waiver_table, "kept for readers"),
	{ 0 }
};

const struct ev_field ev_suite_fields[] = {
	{ "schema", EV_F_ENUM, EV_F_REQUIRED, NULL, schemas,
	  "which language this is" },
	MUST("suite", EV_F_MAP, suite_table, "which suite it is"),
	MUST("dataset", EV_F_MAP, dataset_table, "the predictions"),
	MAP("references", references_table, "other releases"),
	MAP("operating_points", NULL, "name: {threshold: decimal}"),
	MAP("stats", stats_table, "methods"),
	MAP("slices", NULL, "name: how it is cut"),
	MAP("min_n", min_n_table, "least numbers of a slice"),
	STRINGS("metrics", "what is reported"),
	ANY("prevalence_projection", "prevalences for ppv and npv"),
	{ "gates", EV_F_LIST, EV_F_REQUIRED, gate_table, NULL,
	  "what must hold" },
	MAP("policy", policy_table, "what follows"),
	{ 0 }
};
