#include "base/compat.h"

#include "cmd/schemas.h"

#define TEXT "{\"type\": \"string\"}"
#define MAYBE_TEXT "{\"type\": [\"string\", \"null\"]}"
#define COUNT "{\"type\": \"integer\", \"minimum\": 0}"
#define FLAG "{\"type\": \"boolean\"}"
#define HEX64 "{\"type\": \"string\", \"pattern\": \"^[0-9a-f]{64}$\"}"
#define MAYBE_HEX64 \
	"{\"type\": [\"string\", \"null\"], \"pattern\": \"^[0-9a-f]{64}$\"}"
#define OID "{\"type\": \"string\", \"pattern\": \"^[0-9a-f]{40}$\"}"
#define MAYBE_OID \
	"{\"type\": [\"string\", \"null\"], \"pattern\": \"^[0-9a-f]{40}$\"}"
#define TEXTS "{\"type\": \"array\", \"items\": " TEXT "}"

#define HEAD(verb, required) \
	"{\n" \
	"  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n" \
	"  \"title\": \"git evidence " verb " --json\",\n" \
	"  \"type\": \"object\",\n" \
	"  \"required\": [\"schema\"],\n" \
	"  \"if\": {\"not\": {\"required\": [\"error\"]}},\n" \
	"  \"then\": {\"required\": [" required "]},\n" \
	"  \"properties\": {\n" \
	"    \"schema\": {\"const\": \"git-evidence/" verb "/1\"},\n"

/* On failure the document holds this and `schema` alone. */
#define TAIL \
	"    \"error\": {\"type\": \"object\",\n" \
	"      \"required\": [\"code\", \"message\"],\n" \
	"      \"properties\": {\"code\": {\"type\": [\"string\", " \
	"\"integer\"]},\n" \
	"        \"message\": " TEXT ", \"hint\": " MAYBE_TEXT ",\n" \
	"        \"details\": " TEXTS "}}\n" \
	"  }\n" \
	"}\n"

#define RECORD_NAMES \
	"\"id\", \"line\", \"kind\", \"name\", \"outcome\", \"signer\", " \
	"\"role\", \"commit\", \"tree\", \"recordedAt\", \"state\""
#define RECORD \
	"    \"id\": " MAYBE_HEX64 ",\n" \
	"    \"line\": " HEX64 ",\n" \
	"    \"kind\": " MAYBE_TEXT ",\n" \
	"    \"name\": " MAYBE_TEXT ",\n" \
	"    \"outcome\": {\"enum\": [\"pass\", \"fail\", \"incomplete\", " \
	"\"review\", null]},\n" \
	"    \"signer\": " MAYBE_TEXT ",\n" \
	"    \"role\": " MAYBE_TEXT ",\n" \
	"    \"commit\": " MAYBE_OID ",\n" \
	"    \"tree\": " MAYBE_OID ",\n" \
	"    \"recordedAt\": " MAYBE_TEXT ",\n" \
	"    \"state\": {\"enum\": [\"live\", \"superseded\", \"revoked\", " \
	"\"duplicate\", \"malformed\", \"foreign\", \"misplaced\", " \
	"\"untimely\", \"bad\"]},\n" \
	"    \"reason\": " TEXT
#define RECORDS(more) \
	"    \"records\": {\"type\": \"array\", \"items\": {\"type\": " \
	"\"object\",\n    \"required\": [" RECORD_NAMES "],\n" \
	"    \"properties\": {\n" RECORD more "}}},\n"
#define POLICY \
	"    \"policy\": {\"type\": [\"object\", \"null\"],\n" \
	"      \"required\": [\"controlSet\", \"version\", " \
	"\"provisional\", \"root\"],\n" \
	"      \"properties\": {\"controlSet\": {\"type\": \"string\", " \
	"\"pattern\": \"^sha256:[0-9a-f]{64}$\"},\n" \
	"        \"version\": " COUNT ", \"provisional\": " FLAG ",\n" \
	"        \"root\": " MAYBE_TEXT "}},\n"
#define IGNORED \
	"    \"ignored\": {\"type\": \"object\",\n" \
	"      \"required\": [\"duplicate\", \"malformed\", \"foreign\", " \
	"\"misplaced\", \"untimely\"],\n" \
	"      \"additionalProperties\": " COUNT "},\n"
#define FINDINGS(name) \
	"    \"" name "\": {\"type\": \"array\", \"items\": {\"type\": " \
	"\"object\",\n      \"required\": [\"object\", \"reason\"],\n" \
	"      \"properties\": {\"object\": " OID ", \"line\": " HEX64 ",\n" \
	"        \"ref\": " TEXT ", \"reason\": " TEXT "}}},\n"
#define SIGNATURE(name) \
	"    \"" name "\": {\"type\": \"object\", \"required\": " \
	"[\"status\", \"signer\"],\n" \
	"      \"properties\": {\"status\": {\"enum\": [\"none\", " \
	"\"good\", \"foreign\", \"untimely\", \"bad\"]},\n" \
	"        \"signer\": " MAYBE_TEXT ", \"reason\": " TEXT "}},\n"

#define VERDICT_NAMES \
	"\"outcome\", \"ref\", \"from\", \"to\", \"policy\", \"root\", " \
	"\"rules\""
#define OUTCOME \
	"{\"enum\": [\"pass\", \"review\", \"incomplete\", \"fail\"]}"
#define VERDICT_MEMBERS \
	"    \"outcome\": " OUTCOME ",\n" \
	"    \"ref\": " TEXT ",\n" \
	"    \"from\": " MAYBE_OID ", \"to\": " MAYBE_OID ",\n" \
	"    \"policy\": " MAYBE_TEXT ", \"root\": " MAYBE_TEXT ",\n" \
	"    \"rules\": {\"type\": \"array\", \"items\": {\"type\": " \
	"\"object\",\n" \
	"      \"required\": [\"rule\", \"outcome\", \"detail\", " \
	"\"hint\"],\n" \
	"      \"properties\": {\"rule\": " TEXT ", \"outcome\": " OUTCOME \
	",\n        \"detail\": " TEXT ", \"hint\": " MAYBE_TEXT "}}}"
#define VERDICT VERDICT_MEMBERS ",\n"
#define AWAITED \
	"    \"awaited\": {\"type\": \"array\", \"items\": {\"type\": " \
	"\"object\",\n" \
	"      \"required\": [\"role\", \"wanted\", \"have\", " \
	"\"people\", \"barred\"],\n" \
	"      \"properties\": {\"role\": " TEXT ", \"wanted\": " COUNT \
	", \"have\": " COUNT ",\n" \
	"        \"people\": " TEXTS ", \"barred\": " TEXTS "}}},\n"

/* A decision, or with --prepare what is to become one. */
const char schema_approve[] =
	HEAD("approve", "\"ref\", \"tag\", \"kind\", \"role\", "
	     "\"name\", \"meaning\", \"target\", \"commit\", \"tree\", "
	     "\"controlSet\", \"version\", \"prepared\", \"warnings\", "
	     "\"written\"")
	"    \"ref\": " TEXT ",\n"
	"    \"tag\": " MAYBE_OID ",\n"
	"    \"kind\": {\"enum\": [\"approval\", \"policy-approval\"]},\n"
	"    \"role\": " TEXT ", \"name\": " TEXT ",\n"
	"    \"meaning\": {\"enum\": [\"reviewed\", \"approved\", "
	"\"responsible\", \"rejected\", null]},\n"
	"    \"target\": " MAYBE_TEXT ",\n"
	"    \"commit\": " MAYBE_OID ", \"tree\": " OID ",\n"
	"    \"controlSet\": " MAYBE_TEXT ",\n"
	"    \"version\": {\"type\": [\"integer\", \"null\"]},\n"
	"    \"prepared\": " MAYBE_TEXT ",\n"
	"    \"warnings\": " TEXTS ",\n"
	"    \"written\": " FLAG ",\n"
	TAIL;

const char schema_attach[] =
	HEAD("attach", "\"id\", \"line\", \"kind\", \"commit\", \"signer\", "
	     "\"written\"")
	"    \"id\": " HEX64 ",\n"
	"    \"line\": " MAYBE_HEX64 ",\n"
	"    \"kind\": " TEXT ",\n"
	"    \"commit\": " OID ",\n"
	"    \"signer\": " TEXT ",\n"
	"    \"written\": " FLAG ",\n"
	TAIL;

const char schema_audit[] =
	HEAD("audit", "\"outcome\", \"root\", \"coverage\", \"findings\", "
	     "\"missing\"")
	"    \"outcome\": {\"enum\": [\"pass\", \"fail\", "
	"\"incomplete\"]},\n"
	"    \"root\": " MAYBE_TEXT ",\n"
	"    \"coverage\": {\"type\": \"object\",\n"
	"      \"required\": [\"policy\", \"version\", \"ledger\", "
	"\"fromCheckpoint\", \"policies\",\n"
	"        \"checkpoints\", \"decisions\", \"records\", "
	"\"releases\", \"refs\"],\n"
	"      \"properties\": {\"policy\": " MAYBE_TEXT ", "
	"\"version\": " COUNT ",\n"
	"        \"ledger\": " MAYBE_OID ", \"fromCheckpoint\": " FLAG ",\n"
	"        \"policies\": " COUNT ", \"checkpoints\": " COUNT ", "
	"\"decisions\": " COUNT ",\n"
	"        \"records\": " COUNT ", \"releases\": " COUNT ",\n"
	"        \"refs\": {\"type\": \"array\", \"items\": {\"type\": "
	"\"object\",\n"
	"          \"required\": [\"ref\", \"tip\", \"since\", "
	"\"protected\", \"commits\", \"steps\",\n"
	"            \"promotions\"],\n"
	"          \"properties\": {\"ref\": " TEXT ", \"tip\": " MAYBE_OID
	", \"since\": " MAYBE_OID ",\n"
	"            \"protected\": " FLAG ", \"commits\": " COUNT
	", \"steps\": " COUNT ",\n"
	"            \"promotions\": " COUNT "}}}}},\n"
	"    \"findings\": {\"type\": \"array\", \"items\": {\"type\": "
	"\"object\",\n"
	"      \"required\": [\"code\", \"severity\", \"subject\", "
	"\"detail\", \"hint\"],\n"
	"      \"properties\": {\"code\": " TEXT ",\n"
	"        \"severity\": {\"enum\": [\"info\", \"warning\", "
	"\"alarm\"]},\n"
	"        \"subject\": " TEXT ", \"detail\": " TEXT ", \"hint\": "
	MAYBE_TEXT "}}},\n"
	"    \"missing\": " TEXTS ",\n"
	TAIL;

const char schema_check[] =
	HEAD("check", VERDICT_NAMES) VERDICT TAIL;

const char schema_doctor[] =
	HEAD("doctor", "\"findings\", \"server\", \"checks\", "
	     "\"folder\", \"manager\", \"hooks\", \"prevented\", "
	     "\"detected\"")
	"    \"findings\": " COUNT ", \"server\": " FLAG ",\n"
	"    \"checks\": {\"type\": \"array\", \"items\": {\"type\": "
	"\"object\",\n      \"required\": [\"check\", \"state\", "
	"\"detail\", \"hint\"],\n"
	"      \"properties\": {\"check\": " TEXT ",\n"
	"        \"state\": {\"enum\": [\"ok\", \"note\", \"bad\"]},\n"
	"        \"detail\": " TEXT ", \"hint\": " MAYBE_TEXT "}}},\n"
	"    \"folder\": " TEXT ", \"manager\": " MAYBE_TEXT ",\n"
	"    \"hooks\": {\"type\": \"array\", \"items\": {\"type\": "
	"\"object\",\n      \"required\": [\"name\", \"state\", "
	"\"chained\", \"program\"],\n"
	"      \"properties\": {\"name\": " TEXT ",\n"
	"        \"state\": {\"enum\": [\"missing\", \"active\", "
	"\"stale\", \"foreign\", \"called\", \"broken\"]},\n"
	"        \"chained\": " FLAG ", \"program\": " MAYBE_TEXT "}}},\n"
	"    \"prevented\": " TEXTS ", \"detected\": " TEXTS ",\n"
	TAIL;

const char schema_import[] =
	HEAD("import", "\"lines\", \"added\", \"known\", \"refused\", "
	     "\"dryRun\"")
	"    \"lines\": " COUNT ", \"added\": " COUNT ", \"known\": " COUNT
	",\n"
	"    \"refused\": {\"type\": \"array\", \"items\": {\"type\": "
	"\"object\",\n      \"required\": [\"row\", \"reason\"],\n"
	"      \"properties\": {\"row\": " COUNT ", \"reason\": " TEXT "}}},\n"
	"    \"dryRun\": " FLAG ",\n"
	TAIL;

/* One document a line. */
const char schema_log[] =
	HEAD("log", RECORD_NAMES) RECORD ",\n" TAIL;

const char schema_revoke[] =
	HEAD("revoke", "\"id\", \"line\", \"target\", \"signer\", "
	     "\"written\"")
	"    \"id\": " HEX64 ",\n"
	"    \"line\": " MAYBE_HEX64 ",\n"
	"    \"target\": {\"type\": \"object\", \"required\": [\"type\", "
	"\"id\"],\n"
	"      \"properties\": {\"type\": {\"enum\": [\"record\", \"line\", "
	"\"approval\", \"link\", \"release\", \"key\", \"artifact\"]},\n"
	"        \"id\": " TEXT "}},\n"
	"    \"compromised\": " FLAG ",\n"
	"    \"checkpoint\": " MAYBE_TEXT ",\n"
	"    \"lost\": {\"type\": \"object\"},\n"
	"    \"expunged\": " FLAG ",\n"
	"    \"signer\": " TEXT ",\n"
	"    \"written\": " FLAG ",\n"
	TAIL;

const char schema_show[] =
	HEAD("show", "\"policy\", \"records\", \"ignored\"")
	POLICY
	RECORDS(",\n    \"predicateType\": " TEXT
		", \"predicate\": {\"type\": \"object\"}")
	IGNORED
	TAIL;

/* The same texts, in fewer letters: a string has its limit. */
#define NAMES "{\"$ref\": \"#/properties/open\"}"
const char schema_status[] =
	HEAD("status", VERDICT_NAMES ", \"records\", \"ignored\", "
	     "\"awaited\", \"open\", \"rejectedBy\", \"waivers\", "
	     "\"pendingPolicy\", \"you\"")
	VERDICT
	RECORDS("")
	IGNORED
	AWAITED
	"    \"waivers\": {\"type\": \"array\", \"items\": {\"type\": "
	"\"object\",\n"
	"      \"required\": [\"id\", \"rule\", \"expires\", \"counts\", "
	"\"lacks\"],\n"
	"      \"properties\": {\"id\": " HEX64 ", \"rule\": " TEXT ",\n"
	"    \"signer\": " TEXT ", \"expires\": " TEXT ", \"days\": "
	COUNT ",\n"
	"    \"counts\": " FLAG ", \"used\": " FLAG ",\n"
	"    \"approvedBy\": " NAMES ", \"lacks\": " NAMES ",\n"
	"    \"renewal\": " MAYBE_TEXT "}}},\n"
	"    \"pendingPolicy\": {\"type\": [\"object\", \"null\"], "
	"\"required\": [\"version\", \"awaited\"],\n"
	"      \"properties\": {\"awaited\": {\"$ref\": "
	"\"#/properties/awaited\"},\n"
	"    \"controlSet\": " MAYBE_TEXT ", \"version\": " COUNT ",\n"
	"    \"wrong\": " MAYBE_TEXT ", \"root\": " MAYBE_TEXT ", "
	"\"approvedBy\": " NAMES "}},\n"
	"    \"open\": " TEXTS ", \"rejectedBy\": " NAMES ",\n"
	"    \"you\": {\"type\": \"object\", \"required\": [\"name\", "
	"\"roles\", \"next\"],\n"
	"      \"properties\": {\"name\": " MAYBE_TEXT ", \"roles\": "
	NAMES ", \"next\": " NAMES "}},\n"
	TAIL;

const char schema_sync[] =
	HEAD("sync", "\"remote\", \"received\", \"sent\", \"artifacts\", "
	     "\"decisions\", \"restored\", \"kept\", \"dryRun\"")
	"    \"remote\": " TEXT ",\n"
	"    \"received\": " COUNT ", \"sent\": " COUNT ",\n"
	"    \"artifacts\": {\"type\": \"object\", \"required\": "
	"[\"received\", \"sent\"],\n"
	"      \"properties\": {\"received\": " COUNT ", \"sent\": " COUNT
	"}},\n"
	"    \"decisions\": {\"type\": \"object\", \"required\": "
	"[\"received\", \"sent\"],\n"
	"      \"properties\": {\"received\": " COUNT ", \"sent\": " COUNT
	"}},\n"
	FINDINGS("restored")
	FINDINGS("kept")
	"    \"dryRun\": " FLAG ",\n"
	TAIL;

const char schema_verify[] =
	HEAD("verify", "\"outcome\", \"commit\", \"tree\", \"policy\", "
	     "\"commitSignature\", \"records\", \"ignored\", \"artifacts\", "
	     "\"findings\", \"missing\"")
	"    \"outcome\": {\"enum\": [\"pass\", \"fail\", \"incomplete\"]},\n"
	"    \"commit\": " OID ", \"tree\": " OID ",\n"
	POLICY
	SIGNATURE("commitSignature")
	SIGNATURE("tagSignature")
	RECORDS("")
	IGNORED
	"    \"artifacts\": {\"type\": \"array\", \"items\": {\"type\": "
	"\"object\",\n"
	"      \"required\": [\"record\", \"name\", \"digest\", \"state\"],\n"
	"      \"properties\": {\"record\": " HEX64 ", \"name\": " TEXT ",\n"
	"        \"digest\": " TEXT ", \"state\": {\"enum\": [\"good\", "
	"\"elsewhere\", \"absent\", \"different\", \"expunged\"]}}}},\n"
	"    \"recomputed\": {\"type\": \"array\", \"items\": {\"type\": "
	"\"object\",\n"
	"      \"required\": [\"record\", \"kind\", \"name\", "
	"\"done\", \"numbers\", \"differences\", \"page\"],\n"
	"      \"properties\": {\"record\": " HEX64 ",\n"
	"        \"kind\": {\"enum\": [\"report\", \"generator\"]}, "
	"\"name\": " TEXT ",\n"
	"        \"done\": " FLAG ", \"numbers\": {\"type\": \"integer\"},\n"
	"        \"differences\": {\"type\": \"integer\"},\n"
	"        \"page\": {\"enum\": [null, \"same\", \"differs\", "
	"\"absent\", \"other_version\"]}}}},\n"
	"    \"findings\": " TEXTS ",\n"
	"    \"missing\": " TEXTS ",\n"
	TAIL;

const char schema_waive[] =
	HEAD("waive", "\"id\", \"line\", \"rule\", \"target\", \"commit\", "
	     "\"outcome\", \"records\", \"expires\", \"supersedes\", "
	     "\"awaited\", \"signer\", \"written\"")
	"    \"id\": " HEX64 ",\n"
	"    \"line\": " MAYBE_HEX64 ",\n"
	"    \"rule\": " TEXT ",\n"
	"    \"target\": " TEXT ",\n"
	"    \"commit\": " OID ",\n"
	"    \"outcome\": {\"enum\": [\"fail\", \"review\"]},\n"
	"    \"records\": " TEXTS ",\n"
	"    \"expires\": " TEXT ", \"supersedes\": " MAYBE_HEX64 ",\n"
	"    \"awaited\": " TEXTS ",\n"
	"    \"signer\": " TEXT ",\n"
	"    \"written\": " FLAG ",\n"
	TAIL;

const char schema_checkpoint[] =
	HEAD("checkpoint", "\"ref\", \"object\", \"ledger\", "
	     "\"approvals\", \"policy\", \"previous\", \"signer\", "
	     "\"written\"")
	"    \"ref\": " TEXT ",\n"
	"    \"object\": {\"anyOf\": [" OID ", {\"type\": \"null\"}]},\n"
	"    \"ledger\": " OID ",\n"
	"    \"approvals\": " TEXT ",\n"
	"    \"policy\": " TEXT ",\n"
	"    \"previous\": " TEXTS ",\n"
	"    \"signer\": " TEXT ",\n"
	"    \"written\": " FLAG ",\n"
	TAIL;

/* What promote did or would do; rollback says the same. */
#define PROMOTING_NAMES \
	"\"end\", \"ref\", \"to\", \"remote\", \"person\", " \
	"\"verdict\", \"promotion\", \"ledger\", \"checkpoint\", " \
	"\"release\", \"verdicts\", \"awaited\", \"open\", " \
	"\"moves\", \"records\", \"warnings\""
#define MADE_TAG(name) \
	"    \"" name "\": {\"type\": [\"object\", \"null\"],\n" \
	"      \"required\": [\"ref\", \"object\"],\n" \
	"      \"properties\": {\"ref\": " TEXT ", \"object\": " \
	MAYBE_OID "}},\n"
#define PROMOTING \
	"    \"end\": {\"enum\": [\"done\", \"already\", \"refused\", " \
	"\"would\"]},\n" \
	"    \"ref\": " TEXT ", \"to\": " OID ",\n" \
	"    \"remote\": " MAYBE_TEXT ", \"person\": " MAYBE_TEXT ",\n" \
	"    \"verdict\": " MAYBE_HEX64 ",\n" \
	"    \"promotion\": " MAYBE_HEX64 ",\n" \
	"    \"ledger\": " MAYBE_OID ",\n" \
	MADE_TAG("checkpoint") \
	MADE_TAG("release") \
	"    \"verdicts\": {\"type\": \"array\", \"items\": {\"type\": " \
	"\"object\",\n      \"required\": [" VERDICT_NAMES "],\n" \
	"      \"properties\": {\n" VERDICT_MEMBERS "}}},\n" \
	AWAITED \
	"    \"open\": " TEXTS ",\n" \
	"    \"moves\": {\"type\": \"array\", \"items\": {\"type\": " \
	"\"object\",\n      \"required\": [\"ref\", \"old\", " \
	"\"new\"],\n      \"properties\": {\"ref\": " TEXT \
	", \"old\": " MAYBE_OID ", \"new\": " MAYBE_OID "}}},\n" \
	"    \"records\": " COUNT ", \"warnings\": " TEXTS ",\n"

const char schema_promote[] =
	HEAD("promote", PROMOTING_NAMES) PROMOTING TAIL;

const char schema_rollback[] =
	HEAD("rollback", PROMOTING_NAMES) PROMOTING TAIL;
