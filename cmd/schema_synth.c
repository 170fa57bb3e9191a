#include "base/compat.h"

#include "cmd/schemas.h"

#define TEXT "{\"type\": \"string\"}"
#define NUMBER "{\"type\": [\"number\", \"null\"]}"
#define COUNT "{\"type\": \"integer\", \"minimum\": 0}"
#define LIST(names, members) \
	"{\"type\": \"array\", \"items\": {\"type\": \"object\",\n" \
	"      \"required\": [" names "],\n" \
	"      \"properties\": {" members "}}}"

/* With --check there are no seed, digest, files and constraints. */
const char schema_synth[] =
	"{\n"
	"  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
	"  \"title\": \"git evidence synth --json\",\n"
	"  \"type\": \"object\",\n"
	"  \"required\": [\"schema\"],\n"
	"  \"if\": {\n"
	"    \"not\": {\"required\": [\"error\"]}},\n"
	"  \"then\": {\"required\": [\"pack\", \"patients\", "
	"\"scenarios\"]},\n"
	"  \"properties\": {\n"
	"    \"schema\": {\"const\": \"git-evidence/synth/1\"},\n"
	"    \"pack\": {\n"
	"      \"type\": \"object\",\n"
	"      \"required\": [\"id\", \"version\", \"digest\"],\n"
	"      \"properties\": {\"id\": " TEXT ", \"version\": " TEXT ", "
	"\"digest\": " TEXT "}},\n"
	"    \"patients\": " COUNT ",\n"
	"    \"scenarios\": " LIST("\"id\", \"risk\", \"patients\"",
		"\"id\": " TEXT ", \"risk\": {\"enum\": [\"common\", "
		"\"edge\", \"high_risk\"]}, \"patients\": " COUNT) ",\n"
	"    \"seed\": " TEXT ",\n"
	"    \"digest\": " TEXT ",\n"
	"    \"rows\": " COUNT ",\n"
	"    \"files\": " LIST("\"name\", \"sha256\", \"bytes\", \"rows\"",
		"\"name\": " TEXT ", \"sha256\": " TEXT ", \"bytes\": " COUNT
		", \"rows\": " COUNT) ",\n"
	"    \"retries\": " COUNT ",\n"
	"    \"constraints\": " LIST("\"id\", \"kind\"",
		"\"id\": " TEXT ", \"kind\": {\"enum\": [\"hard\", "
		"\"soft\"]}, \"retries\": " COUNT ", \"events\": " COUNT) ",\n"
	"    \"outcome\": {\"enum\": [\"pass\", \"review\", "
	"\"incomplete\", \"fail\"]},\n"
	"    \"guardrails\": " LIST("\"id\", \"outcome\", \"value\", "
		"\"limit\", \"review\", \"says\"",
		"\"id\": " TEXT ", \"outcome\": {\"enum\": [\"pass\", "
		"\"review\", \"incomplete\", \"fail\", "
		"\"not_applicable\"]}, \"value\": " NUMBER ", \"asked\": "
		"{\"enum\": [\"at_least\", \"at_most\"]}, \"limit\": "
		NUMBER ", \"review\": " NUMBER ", \"says\": " TEXT) ",\n"
	"    \"leak\": " TEXT ",\n"
	"    \"record\": {\n"
	"      \"type\": \"object\",\n"
	"      \"required\": [\"id\", \"line\", \"commit\", \"signer\"],\n"
	"      \"properties\": {\"id\": " TEXT ", \"line\": " TEXT ", "
	"\"commit\": " TEXT ", \"signer\": " TEXT "}},\n"
	"    \"coverage\": {\n"
	"      \"type\": \"object\",\n"
	"      \"required\": [\"covered\", \"valid\", \"missing\"],\n"
	"      \"properties\": {\"covered\": " COUNT ", \"valid\": "
	COUNT ", \"missing\": {\"type\": \"array\", \"items\": "
	TEXT "}}}\n"
	"  }\n"
	"}\n";
