#include "base/compat.h"

#include "handover/memory.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"

static void put_oid(struct ev_json *j, const char *key,
		    const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	ev_json_kv(j, key, hex);
}

/* Numbers by one table for both ways. */
struct field { const char *key; size_t at; };
#define OF(type, member) { #member, offsetof(struct type, member) }
static const struct field totals[] = {
	OF(ev_audit, links), OF(ev_audit, checkpoints),
	OF(ev_audit, decisions), OF(ev_audit, records),
	OF(ev_audit, releases),
};
static const struct field counts[] = {
	OF(ev_audit_ref, commits), OF(ev_audit_ref, steps),
	OF(ev_audit_ref, promotions),
};

static void put_sizes(struct ev_json *j, const void *p, const struct field *f,
		      size_t n)
{
	size_t i, value;

	for (i = 0; i < n; i++) {
		memcpy(&value, (const char *)p + f[i].at, sizeof(value));
		ev_json_kvi(j, f[i].key, (int64_t)value);
	}
}

static void put_refs(struct ev_json *j, const struct ev_audit *a)
{
	const struct ev_audit_ref *x;
	size_t i;

	ev_json_key(j, "refs");
	ev_json_list(j);
	for (i = 0; i < a->nrefs; i++) {
		x = &a->refs[i];
		ev_json_object(j);
		ev_json_kv(j, "name", x->name);
		put_oid(j, "tip", &x->tip);
		put_oid(j, "since", &x->since);
		ev_json_kvb(j, "ended", x->ended);
		put_sizes(j, x, counts, EV_ARRAY_SIZE(counts));
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void put_findings(struct ev_json *j, const struct ev_findings *f)
{
	size_t i;

	ev_json_key(j, "findings");
	ev_json_list(j);
	for (i = 0; i < f->n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "code", ev_finding_word(f->items[i].code));
		ev_json_kv(j, "subject", f->items[i].subject);
		ev_json_kv(j, "detail", f->items[i].detail);
		ev_json_kv(j, "hint", f->items[i].hint);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

void ev_memory_write(struct ev_buf *out, const struct ev_audit *a,
		     int64_t made, int64_t until)
{
	struct ev_json j;

	ev_json_init(&j, out);
	ev_json_object(&j);
	ev_json_kvi(&j, "made", made);
	ev_json_kvi(&j, "until", until);
	ev_json_kv(&j, "root", a->root);
	ev_json_kv(&j, "policy", a->policy);
	ev_json_kvi(&j, "version", a->version);
	put_oid(&j, "ledger", &a->ledger);
	ev_json_kvb(&j, "fromCheckpoint", a->from_checkpoint);
	put_sizes(&j, a, totals, EV_ARRAY_SIZE(totals));
	put_refs(&j, a);
	put_findings(&j, &a->findings);
	ev_json_end_object(&j);
}

/* And back ----------------------------------------------------------------- */

static bool get_int(int64_t *out, const struct ev_value *v, const char *key)
{
	return ev_value_int(ev_get(v, key), out);
}

static bool get_bool(bool *out, const struct ev_value *v, const char *key)
{
	const struct ev_value *x = ev_get(v, key);

	*out = x && x->boolean;
	return x && x->type == EV_BOOL;
}

static bool get_oid(struct ev_oid *out, const struct ev_value *v,
		    const char *key)
{
	const char *hex = ev_get_string(v, key);

	return hex && ev_oid_parse(out, hex) == 0;
}

static bool get_text(char *out, size_t size, const struct ev_value *v,
		     const char *key)
{
	const char *s = ev_get_string(v, key);

	return s && (size_t)snprintf(out, size, "%s", s) < size;
}

static bool get_sizes(void *p, const struct ev_value *v,
		      const struct field *f, size_t n)
{
	int64_t x;
	size_t i, value;

	for (i = 0; i < n; i++) {
		if (!get_int(&x, v, f[i].key) || x < 0)
			return false;
		value = (size_t)x;
		memcpy((char *)p + f[i].at, &value, sizeof(value));
	}
	return true;
}

static bool get_ref(struct ev_audit *a, const struct ev_value *v)
{
	const char *name = ev_get_string(v, "name");
	struct ev_audit_ref *x;

	if (!name)
		return false;
	EV_GROW(a->refs, a->nrefs, a->refs_cap);
	x = &a->refs[a->nrefs++];
	memset(x, 0, sizeof(*x));
	x->name = ev_strdup(name);
	return get_oid(&x->tip, v, "tip") && get_oid(&x->since, v, "since") &&
		get_bool(&x->ended, v, "ended") &&
		get_sizes(x, v, counts, EV_ARRAY_SIZE(counts));
}

static bool get_finding(struct ev_audit *a, const struct ev_value *v)
{
	const char *word = ev_get_string(v, "code");
	const char *subject = ev_get_string(v, "subject");
	const char *detail = ev_get_string(v, "detail");
	unsigned c;

	for (c = 0; word && c < EV_F_CODES; c++)
		if (!strcmp(word, ev_finding_word((enum ev_finding_code)c)))
			break;
	if (!word || c == EV_F_CODES || !subject || !detail)
		return false;
	ev_findings_add(&a->findings, (enum ev_finding_code)c, subject,
			ev_get_string(v, "hint"), "%s", detail);
	return true;
}

static bool get_each(struct ev_audit *a, const struct ev_value *l,
		     bool (*get)(struct ev_audit *, const struct ev_value *))
{
	size_t i;

	if (!l || l->type != EV_LIST)
		return false;
	for (i = 0; i < l->n; i++)
		if (!get(a, l->items[i]))
			return false;
	return true;
}

bool ev_memory_read(struct ev_audit *out, int64_t *made, int64_t *until,
		    const char *text, size_t n)
{
	struct ev_value *v = NULL;
	bool ok;

	if (ev_json_read(&v, "audit", text, n) < 0) {
		ev_error_clear();
		return false;
	}
	ok = get_int(made, v, "made") && get_int(until, v, "until") &&
		get_text(out->root, sizeof(out->root), v, "root") &&
		get_text(out->policy, sizeof(out->policy), v, "policy") &&
		get_int(&out->version, v, "version") &&
		get_oid(&out->ledger, v, "ledger") &&
		get_bool(&out->from_checkpoint, v, "fromCheckpoint") &&
		get_sizes(out, v, totals, EV_ARRAY_SIZE(totals)) &&
		get_each(out, ev_get(v, "refs"), get_ref) &&
		get_each(out, ev_get(v, "findings"), get_finding);
	ev_findings_sort(&out->findings);
	ev_value_free(v);
	return ok;
}
