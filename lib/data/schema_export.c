#include "base/compat.h"
#include "data/schema.h"

#include "data/json.h"

#define DIALECT "https://json-schema.org/draft/2020-12/schema"

static void write_field(struct ev_json *j, const struct ev_field *f);

static void write_words(struct ev_json *j, const char *const *words)
{
	ev_json_key(j, "enum");
	ev_json_list(j);
	for (; *words; words++)
		ev_json_string(j, *words);
	ev_json_end_list(j);
}

static void write_members(struct ev_json *j, const struct ev_field *fields,
			  bool open)
{
	const struct ev_field *f;
	bool any = false;

	ev_json_kv(j, "type", "object");
	if (!fields)
		return;
	ev_json_key(j, "properties");
	ev_json_object(j);
	for (f = fields; f->name; f++) {
		ev_json_key(j, f->name);
		write_field(j, f);
		any = any || (f->flags & EV_F_REQUIRED);
	}
	ev_json_end_object(j);
	if (any) {
		ev_json_key(j, "required");
		ev_json_list(j);
		for (f = fields; f->name; f++)
			if (f->flags & EV_F_REQUIRED)
				ev_json_string(j, f->name);
		ev_json_end_list(j);
	}
	ev_json_kvb(j, "additionalProperties", open);
}

static void write_items(struct ev_json *j, const struct ev_field *f)
{
	ev_json_kv(j, "type", "array");
	ev_json_key(j, "items");
	ev_json_object(j);
	if (f->fields) {
		write_members(j, f->fields, f->flags & EV_F_OPEN);
	} else {
		ev_json_kv(j, "type", "string");
		ev_json_kvi(j, "minLength", 1);
	}
	ev_json_end_object(j);
}

static void write_pattern(struct ev_json *j, const char *pattern)
{
	ev_json_kv(j, "type", "string");
	ev_json_kv(j, "pattern", pattern);
}

static void write_field(struct ev_json *j, const struct ev_field *f)
{
	ev_json_object(j);
	if (f->doc)
		ev_json_kv(j, "description", f->doc);
	switch (f->kind) {
	case EV_F_STRING:
		ev_json_kv(j, "type", "string");
		ev_json_kvi(j, "minLength", 1);
		break;
	case EV_F_TEXT:
		ev_json_key(j, "type");
		ev_json_list(j);
		ev_json_string(j, "string");
		ev_json_string(j, "number");
		ev_json_end_list(j);
		ev_json_kvi(j, "minLength", 1);
		break;
	case EV_F_INT:
		ev_json_kv(j, "type", "integer");
		break;
	case EV_F_NUMBER:
		ev_json_kv(j, "type", "number");
		break;
	case EV_F_BOOL:
		ev_json_kv(j, "type", "boolean");
		break;
	case EV_F_MAP:
		write_members(j, f->fields, f->flags & EV_F_OPEN);
		break;
	case EV_F_LIST:
		write_items(j, f);
		break;
	case EV_F_ENUM:
		write_words(j, f->words);
		break;
	case EV_F_TIME:
		ev_json_kv(j, "type", "string");
		ev_json_kv(j, "format", "date-time");
		ev_json_kv(j, "pattern", "Z$");
		break;
	case EV_F_DIGEST:
		write_pattern(j, "^sha256:[0-9a-f]{64}$");
		break;
	case EV_F_OID:
		write_pattern(j, "^[0-9a-f]{40}$");
		break;
	case EV_F_ANY:
		break;
	}
	ev_json_end_object(j);
}

void ev_schema_export(struct ev_json *j, const struct ev_field *fields,
		      const char *title)
{
	ev_json_object(j);
	ev_json_kv(j, "$schema", DIALECT);
	ev_json_kv(j, "title", title);
	write_members(j, fields, false);
	ev_json_end_object(j);
}
