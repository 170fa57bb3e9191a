#include "base/compat.h"
#include "manifest/build.h"

#include <ctype.h>

#define NOT_APPLICABLE { "not_applicable", EV_F_STRING, 0, NULL, NULL, \
	"why this section cannot apply; stands alone" }
#define FILE_FIELDS \
	{ "digest", EV_F_DIGEST, 0, NULL, NULL, "of the content" }, \
	FILE_FACTS
#define FILE_FACTS \
	{ "path", EV_F_STRING, 0, NULL, NULL, "file the digest is of" }, \
	{ "size", EV_F_INT, 0, NULL, NULL, "bytes, computed" }, \
	{ "lfs", EV_F_BOOL, 0, NULL, NULL, \
	  "digest is that of a Git LFS pointer's content" }, \
	{ "untracked", EV_F_BOOL, 0, NULL, NULL, \
	  "file was on disk, not in the commit" }
#define RECORD_FACTS \
	{ "record", EV_F_STRING, 0, NULL, NULL, "id of that record" }, \
	{ "out", EV_F_STRING, 0, NULL, NULL, \
	  "which output of that file or record" }

static const struct ev_field source_fields[] = {
	{ "commit", EV_F_OID, 0, NULL, NULL, "commit id" },
	{ "tree", EV_F_OID, 0, NULL, NULL, "tree id" },
	{ "treeSha256", EV_F_DIGEST, 0, NULL, NULL,
	  "SHA-256 over the whole tree's contents" },
	{ 0 }
};

static const struct ev_field product_fields[] = {
	{ "name", EV_F_STRING, 0, NULL, NULL, "name of the device" },
	{ "release", EV_F_TEXT, 0, NULL, NULL, "release it is meant for" },
	{ 0 }
};

static const struct ev_field model_fields[] = {
	{ "registry_id", EV_F_TEXT, 0, NULL, NULL, "id in the model registry" },
	{ "name", EV_F_STRING, 0, NULL, NULL, "name of the model" },
	{ "version", EV_F_TEXT, 0, NULL, NULL, "version of the model" },
	FILE_FIELDS,
	{ "framework", EV_F_TEXT, 0, NULL, NULL, "framework and version" },
	{ "format", EV_F_TEXT, 0, NULL, NULL, "file format" },
	{ "mlflow", EV_F_STRING, 0, NULL, NULL, "MLmodel file it is described "
	  "by" },
	{ "run_id", EV_F_TEXT, 0, NULL, NULL, "MLflow run that made it" },
	{ "created_at", EV_F_TIME, 0, NULL, NULL, "when MLflow wrote it" },
	{ "gto", EV_F_STRING, 0, NULL, NULL, "name of the GTO artifact" },
	{ "gto_tag", EV_F_STRING, 0, NULL, NULL, "tag its version is from" },
	{ "permitted_environments", EV_F_LIST, 0, NULL, NULL,
	  "where it may run" },
	{ "clinical_domain", EV_F_STRING, 0, NULL, NULL, "clinical domain" },
	NOT_APPLICABLE,
	{ 0 }
};

/* Digests of data may be weak (md5:...) when they come from DVC. */
static const struct ev_field training_data_fields[] = {
	{ "snapshot", EV_F_TEXT, 0, NULL, NULL, "name of the snapshot" },
	{ "digest", EV_F_STRING, 0, NULL, NULL,
	  "sha256:..., or md5:... taken from DVC" },
	FILE_FACTS,
	{ "dvc", EV_F_STRING, 0, NULL, NULL, "DVC file the digest is from" },
	{ "lineage", EV_F_STRING, 0, NULL, NULL,
	  "name of the lineage record the digest is from" },
	RECORD_FACTS,
	{ "sources", EV_F_ANY, 0, NULL, NULL, "where the data come from" },
	{ "inclusion", EV_F_ANY, 0, NULL, NULL, "inclusion criteria" },
	{ "exclusion", EV_F_ANY, 0, NULL, NULL, "exclusion criteria" },
	{ "labelling", EV_F_ANY, 0, NULL, NULL, "guideline, raters" },
	{ "transformations", EV_F_ANY, 0, NULL, NULL, "processing steps" },
	NOT_APPLICABLE,
	{ 0 }
};

static const char *const data_kinds[] = {
	"real_world", "synthetic", "mixed", NULL
};

static const struct ev_field validation_data_fields[] = {
	{ "id", EV_F_TEXT, 0, NULL, NULL, "name of the data set" },
	{ "scenario_pack", EV_F_TEXT, 0, NULL, NULL,
	  "pack of a synthetic cohort" },
	{ "digest", EV_F_STRING, 0, NULL, NULL,
	  "sha256:..., or md5:... taken from DVC" },
	FILE_FACTS,
	{ "dvc", EV_F_STRING, 0, NULL, NULL, "DVC file the digest is from" },
	{ "generator", EV_F_STRING, 0, NULL, NULL,
	  "name of the generator record the digest is from" },
	RECORD_FACTS,
	{ "kind", EV_F_ENUM, 0, NULL, data_kinds, "what the data are" },
	NOT_APPLICABLE,
	{ 0 }
};

static const struct ev_field container_fields[] = {
	{ "image", EV_F_STRING, 0, NULL, NULL, "name of the image" },
	{ "digest", EV_F_DIGEST, 0, NULL, NULL, "of the image manifest" },
	NOT_APPLICABLE,
	{ 0 }
};

static const struct ev_field feature_schema_fields[] = {
	{ "version", EV_F_TEXT, 0, NULL, NULL, "version of the schema" },
	FILE_FIELDS,
	NOT_APPLICABLE,
	{ 0 }
};

static const struct ev_field calibration_fields[] = {
	{ "method", EV_F_STRING, 0, NULL, NULL, "how scores are calibrated" },
	{ "parameters", EV_F_ANY, 0, NULL, NULL,
	  "values; or digest, or path of the file that holds them" },
	FILE_FIELDS,
	NOT_APPLICABLE,
	{ 0 }
};

static const struct ev_field suite_fields[] = {
	{ "id", EV_F_TEXT, 0, NULL, NULL, "suite.id of the suite's file" },
	{ "version", EV_F_TEXT, 0, NULL, NULL, "version of the suite" },
	FILE_FIELDS,
	NOT_APPLICABLE,
	{ 0 }
};

static const struct ev_field section_fields[] = {
	{ "name", EV_F_STRING, 0, NULL, NULL, "name of the section" },
	{ "digest", EV_F_DIGEST, 0, NULL, NULL, "of its lines" },
	{ 0 }
};

static const struct ev_field environment_fields[] = {
	{ "fingerprint", EV_F_DIGEST, 0, NULL, NULL,
	  "as git evidence env prints it" },
	{ "sections", EV_F_LIST, 0, section_fields, NULL,
	  "what the fingerprint is made from" },
	{ 0 }
};

static const struct ev_field intended_use_fields[] = {
	{ "id", EV_F_TEXT, 0, NULL, NULL, "id in claims.yaml" },
	{ "statement", EV_F_STRING, 0, NULL, NULL, "as in claims.yaml" },
	{ 0 }
};

static const struct ev_field claim_fields[] = {
	{ "id", EV_F_STRING, 0, NULL, NULL, "id in claims.yaml" },
	{ "statement", EV_F_STRING, 0, NULL, NULL, "as in claims.yaml" },
	{ 0 }
};

static const char *const tiers[] = {
	"low", "moderate", "high", "critical", NULL
};

static const struct ev_field change_fields[] = {
	{ "id", EV_F_TEXT, 0, NULL, NULL, "change request" },
	{ "reason", EV_F_STRING, 0, NULL, NULL, "why the change was made" },
	{ 0 }
};

static const struct ev_field runtime_config_fields[] = {
	FILE_FIELDS,
	{ 0 }
};

static const struct ev_field training_fields[] = {
	{ "commit", EV_F_OID, 0, NULL, NULL, "commit that was trained from" },
	{ "summary", EV_F_STRING, 0, NULL, NULL, "how it was trained" },
	{ 0 }
};

static const struct ev_field qms_fields[] = {
	{ "change_request", EV_F_TEXT, 0, NULL, NULL, "change request" },
	{ "dhf", EV_F_TEXT, 0, NULL, NULL, "design history file" },
	{ 0 }
};

#define CORE(name, kind, fields, words, doc) \
	{ name, kind, EV_F_REQUIRED | EV_F_OPEN, fields, words, doc }
#define OPTIONAL(name, kind, fields, doc) \
	{ name, kind, EV_F_OPEN, fields, NULL, doc }

const struct ev_field ev_manifest_fields[] = {
	CORE("source", EV_F_MAP, source_fields, NULL, "what is released"),
	CORE("built_at", EV_F_TIME, NULL, NULL, "time of the build"),
	CORE("product", EV_F_MAP, product_fields, NULL, "the device"),
	CORE("model", EV_F_MAP, model_fields, NULL, "the model"),
	CORE("training_data", EV_F_MAP, training_data_fields, NULL,
	     "what it learnt from"),
	CORE("validation_data", EV_F_MAP, validation_data_fields, NULL,
	     "what it is judged on"),
	CORE("container", EV_F_MAP, container_fields, NULL, "what it runs in"),
	CORE("feature_schema", EV_F_MAP, feature_schema_fields, NULL,
	     "its inputs"),
	CORE("calibration", EV_F_MAP, calibration_fields, NULL,
	     "from scores to probabilities"),
	CORE("suite", EV_F_MAP, suite_fields, NULL, "clinical test suite"),
	CORE("environment", EV_F_MAP, environment_fields, NULL,
	     "what it was built on"),
	CORE("intended_use", EV_F_MAP, intended_use_fields, NULL,
	     "intended use"),
	CORE("claims", EV_F_LIST, claim_fields, NULL, "clinical claims"),
	CORE("risk_tier", EV_F_ENUM, NULL, tiers, "risk tier"),
	CORE("change", EV_F_MAP, change_fields, NULL, "why it is released"),
	OPTIONAL("runtime_config", EV_F_MAP, runtime_config_fields,
		 "feature flags and thresholds"),
	OPTIONAL("training", EV_F_MAP, training_fields, "the training run"),
	OPTIONAL("limitations", EV_F_ANY, NULL, "known limitations"),
	OPTIONAL("sbom", EV_F_MAP, runtime_config_fields,
		 "software bill of materials"),
	OPTIONAL("qms", EV_F_MAP, qms_fields, "quality system references"),
	OPTIONAL("udi_di", EV_F_TEXT, NULL, "UDI device identifier"),
	OPTIONAL("extra", EV_F_MAP, NULL, "fields of the user's own"),
	{ 0 }
};

bool ev_manifest_is_computed(const char *field)
{
	return !strcmp(field, "size") || !strcmp(field, "lfs") ||
		!strcmp(field, "untracked") || !strcmp(field, "sections") ||
		!strcmp(field, "record") || !strcmp(field, "gto_tag");
}

const struct ev_field *ev_manifest_field(const struct ev_field *fields,
					 const char *name)
{
	for (; fields && fields->name; fields++)
		if (!strcmp(fields->name, name))
			return fields;
	return NULL;
}

static bool is_word(const char *s, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == n && !strncasecmp(s, *words, n))
			return true;
	return false;
}

/*
 * sha256:000..., or a bare run of one digit as long as a digest; or the digest
 * of no bytes at all, which is what a broken pipe leaves.
 */
static bool is_flat_digest(const char *s, size_t n)
{
	static const char nothing[] = "e3b0c44298fc1c149afbf4c8996fb924"
		"27ae41e4649b934ca495991b7852b855";
	static const char md5[] = "d41d8cd98f00b204e9800998ecf8427e";
	const char *colon = memchr(s, ':', n);
	size_t i;

	if (colon) {
		n -= (size_t)(colon + 1 - s);
		s = colon + 1;
	}
	if (n < 32)
		return false;
	if (n == sizeof(nothing) - 1 && !strncasecmp(s, nothing, n))
		return true;
	if (n == sizeof(md5) - 1 && !strncasecmp(s, md5, n))
		return true;
	for (i = 0; i < n; i++)
		if (!isxdigit((unsigned char)s[i]) || s[i] != *s)
			return false;
	return true;
}

static const char *trim(const char *s, size_t *n)
{
	s += strspn(s, " \t\r\n");
	*n = strlen(s);
	while (*n && strchr(" \t\r\n", s[*n - 1]))
		(*n)--;
	return s;
}

bool ev_is_unfinished(const char *s)
{
	static const char *const words[] = {
		"tbd", "todo", "fixme", "tba", "tbc", "changeme", "change me",
		"placeholder", "fill me in", NULL
	};
	size_t n, word;

	s = trim(s, &n);
	if (!n || strspn(s, "?") >= n || strspn(s, ".") >= n ||
	    strspn(s, "xX") >= (n > 3 ? n : 3))
		return true;
	if (*s == '<' && s[n - 1] == '>')
		return true;
	/* "TBD by QA", "TODO: ask" are no answer either */
	word = strcspn(s, " \t:,;");
	return is_word(s, n, words) || is_word(s, word < n ? word : n, words);
}

bool ev_is_placeholder(const char *s)
{
	static const char *const words[] = {
		"unknown", "n/a", "na", "n.a.", "none", "null", "nil", "-",
		"--", "not applicable", "not available", "undefined",
		"unspecified", "dummy", NULL
	};
	size_t n;

	if (ev_is_unfinished(s))
		return true;
	s = trim(s, &n);
	return is_word(s, n, words) || is_flat_digest(s, n);
}
