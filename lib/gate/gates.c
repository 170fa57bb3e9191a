#include "base/compat.h"

#include "gate/records.h"

#include <strings.h>

#define DIGEST_MIN 32
#define SHARE_MAX 1000			/* of more nobody tells them apart */
#define WORD_SHOWN 60
#define REASON_SHOWN 200
#define GATES_SHOWN 3

/* Whatever the order of members. */
static bool equal(const struct ev_value *a, const struct ev_value *b)
{
	size_t i;

	if (!b || a->type != b->type)
		return false;
	switch (a->type) {
	case EV_NULL:
		return true;
	case EV_BOOL:
		return a->boolean == b->boolean;
	case EV_NUMBER:
	case EV_STRING:
		return a->len == b->len && !memcmp(a->text, b->text, a->len);
	case EV_LIST:
	case EV_MAP:
		break;
	}
	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (!equal(a->items[i], a->type == EV_LIST ? b->items[i] :
			   ev_get(b, a->keys[i]->text)))
			return false;
	return true;
}

/* Of whatever kind: hexadecimal digits, and perhaps before them what made them
 * ("sha256:"). */
static bool is_digest(const char *text)
{
	const char *colon = strrchr(text, ':');
	const char *hex = colon ? colon + 1 : text;

	return strlen(hex) >= DIGEST_MIN &&
		!hex[strspn(hex, "0123456789abcdefABCDEF")];
}

/* Every digest in `v`, wherever it stands; the reader limits how deep. */
static void add_digests(struct ev_strs *out, const struct ev_value *v)
{
	const char *colon;
	size_t i;

	if (v && v->type == EV_STRING && is_digest(v->text)) {
		colon = strrchr(v->text, ':');
		ev_strs_add(out, colon ? colon + 1 : v->text);
	}
	for (i = 0; v && (v->type == EV_LIST || v->type == EV_MAP) &&
	     i < v->n; i++)
		add_digests(out, v->items[i]);
}

static bool share(const struct ev_strs *a, const struct ev_strs *b)
{
	size_t i, k;

	for (i = 0; i < a->n; i++)
		for (k = 0; k < b->n && k < SHARE_MAX; k++)
			if (i >= SHARE_MAX ||
			    !strcasecmp(a->items[i], b->items[k]))
				return true;
	return b->n > SHARE_MAX;
}

const char *ev_report_suite(const struct ev_value *report)
{
	return ev_get_string(ev_get(report, "suite"), "digest");
}

/*
 * Whatever else stands there, and in whatever order: one file that both have
 * read is enough, or any word beside it would make other data of it.
 */
bool ev_same_study(const struct ev_value *a, const struct ev_value *b)
{
	const struct ev_value *in = ev_get(a, "inputs");
	const struct ev_value *other = ev_get(b, "inputs");
	const char *s = ev_report_suite(a), *t = ev_report_suite(b);
	struct ev_strs x = EV_STRS_INIT, y = EV_STRS_INIT;
	bool same;

	if (s && t && strcmp(s, t))
		return false;
	if (!in || !other || in->type == EV_NULL || other->type == EV_NULL)
		return true;
	add_digests(&x, in);
	add_digests(&y, other);
	same = x.n && y.n ? share(&x, &y) : x.n || y.n || equal(in, other);
	ev_strs_release(&x);
	ev_strs_release(&y);
	return same;
}

static void part(struct ev_buf *out, const char *before,
		 const struct ev_value *v)
{
	if (!v || v->type == EV_NULL)
		return;
	ev_buf_adds(out, before);
	ev_words_value(out, v, WORD_SHOWN);
}

/* "gate G01 sensitivity on overall: observed 0.91, limit 0.95", or in the
 * report's own words: "... on overall: lower bound 0.91 is not >= 0.95" */
static void tell_gate(struct ev_buf *out, const struct ev_value *gate)
{
	const struct ev_value *observed = ev_get(gate, "observed");
	const struct ev_value *limit = ev_get(gate, "limit");
	const char *reason = ev_get_string(gate, "reason");

	ev_buf_adds(out, "gate");
	part(out, " ", ev_get(gate, "id"));
	part(out, " ", ev_get(gate, "metric"));
	part(out, " on ", ev_get(gate, "slice"));
	if (reason) {
		ev_buf_adds(out, ": ");
		ev_words_value(out, ev_get(gate, "reason"), REASON_SHOWN);
		return;
	}
	part(out, ": observed ", observed);
	part(out, observed && observed->type != EV_NULL ? ", limit " :
	     ": limit ", limit);
}

static bool is_forgiven(const struct ev_strs *ids, const struct ev_value *gate)
{
	const char *id = ev_get_string(gate, "id");

	return ids && id && ev_strs_has(ids, id);
}

/* Does the gate say so, and is nothing of it forgiven? */
static bool gate_is(const struct ev_pick *p, const struct ev_value *gate,
		    enum ev_outcome o)
{
	const char *word = ev_get_string(gate, "outcome");

	return ev_streq(word, ev_outcome_name(o)) &&
		!is_forgiven(p->forgiven, gate);
}

const struct ev_value *ev_report_gates(const struct ev_pick *p)
{
	const struct ev_value *gates = ev_get(p->predicate, "gates");

	return gates && gates->type == EV_LIST ? gates : NULL;
}

/* "; also G02 on site A, G03 and 2 more" */
static void tell_others(struct ev_buf *out, const struct ev_pick *p,
			const struct ev_value *gates, size_t first)
{
	const struct ev_value *id;
	size_t i, n = 0;

	for (i = first + 1; i < gates->n; i++) {
		if (!gate_is(p, gates->items[i], p->outcome) ||
		    ++n > GATES_SHOWN)
			continue;
		ev_buf_adds(out, n > 1 ? ", " : "; also ");
		id = ev_get(gates->items[i], "id");
		if (id)
			ev_words_value(out, id, WORD_SHOWN);
		else
			ev_buf_adds(out, "a gate without id");
		part(out, " on ", ev_get(gates->items[i], "slice"));
	}
	if (n > GATES_SHOWN)
		ev_buf_addf(out, " and %zu more", n - GATES_SHOWN);
}

/* Where no gate is to blame, the first reason is that of the whole. */
static void tell_reason(struct ev_buf *out, const struct ev_pick *p)
{
	const struct ev_value *v = ev_get(p->predicate, "reasons");

	if (!v || v->type != EV_LIST || !v->n)
		return;
	ev_buf_adds(out, ": ");
	ev_words_value(out, v->items[0], REASON_SHOWN);
}

void ev_words_gates(struct ev_buf *out, const struct ev_pick *p)
{
	const struct ev_value *gates = ev_report_gates(p);
	size_t i;

	for (i = 0; gates && i < gates->n; i++)
		if (gate_is(p, gates->items[i], p->outcome))
			break;
	if (!gates || i == gates->n) {
		ev_buf_addf(out, "the report says '%s'",
			    ev_outcome_name(p->outcome));
		tell_reason(out, p);
		return;
	}
	tell_gate(out, gates->items[i]);
	tell_others(out, p, gates, i);
}

enum ev_outcome ev_report_capped(const struct ev_pick *p)
{
	const struct ev_value *v = ev_get(p->predicate, "capped");
	enum ev_outcome o;

	if (!v)
		return EV_PASS;
	return v->type == EV_STRING && ev_outcome_parse(&o, v->text) ? o :
		EV_FAIL;
}

void ev_report_open(struct ev_strs *open, const char *rule,
		    const struct ev_pick *p)
{
	const struct ev_value *gates = ev_report_gates(p);
	const char *id;
	size_t i, n = 0;

	for (i = 0; gates && i < gates->n; i++) {
		if (!gate_is(p, gates->items[i], EV_REVIEW))
			continue;
		id = ev_get_string(gates->items[i], "id");
		if (!id)
			break;
		ev_strs_addf(open, "%s/%s", rule, id);
		n++;
	}
	/* What has no name can only be cleared with the whole. */
	if (!n || (gates && i < gates->n) || ev_report_capped(p) != EV_PASS)
		ev_strs_add(open, rule);
}

enum ev_outcome ev_gate_outcome(const struct ev_value *gate)
{
	enum ev_outcome o;
	const char *word = ev_get_string(gate, "outcome");

	return word && ev_outcome_parse(&o, word) ? o : EV_FAIL;
}

enum ev_outcome ev_gates_rest(const struct ev_pick *p,
			      const struct ev_strs *forgiven)
{
	const struct ev_value *gates = ev_report_gates(p);
	enum ev_outcome worst = ev_report_capped(p), o;
	bool explained = false;
	size_t i;

	/* What it says of itself stands, unless it only repeats its gates. */
	o = ev_gate_outcome(p->predicate);
	if (o != p->outcome && o > worst)
		worst = o;
	for (i = 0; gates && i < gates->n; i++) {
		o = ev_gate_outcome(gates->items[i]);
		explained = explained || o == p->outcome;
		/* Too few patients are nothing that could be accepted. */
		if (o != EV_INCOMPLETE &&
		    is_forgiven(forgiven, gates->items[i]))
			continue;
		if (o > worst)
			worst = o;
	}
	return explained ? worst : p->outcome;
}
