#include "base/compat.h"

#include "study/validate.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"

/*
 * Both suites are compared as they are written out with every default
 * (ev_suite_effective()), so that a default that one of them relies on is
 * seen as well.
 */
#define DEPTH_MAX 32u

struct diff {
	struct ev_gate_diff *out;
	const char *gate;		/* id, or the section */
};

/* A direction that is known: which way asks less. */
enum way { WAY_UNKNOWN, WAY_LOWER, WAY_HIGHER };

static void add(struct diff *d, bool looser, const char *fmt, ...)
	EV_PRINTF(3, 4);

static void add(struct diff *d, bool looser, const char *fmt, ...)
{
	struct ev_gate_change *c;
	struct ev_buf text = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	EV_GROW(d->out->items, d->out->n, d->out->cap);
	c = &d->out->items[d->out->n++];
	c->gate = ev_strdup(d->gate);
	c->what = ev_buf_detach(&text, NULL);
	c->looser = looser;
}

void ev_gate_diff_release(struct ev_gate_diff *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		free(d->items[i].gate);
		free(d->items[i].what);
	}
	free(d->items);
	memset(d, 0, sizeof(*d));
}

/* Words about a suite that change nothing that it asks. */
static bool is_silent(const char *path)
{
	static const char *const silent[] = {
		"schema", "suite.version", "suite.title", "suite.claims",
		"suite.intended_use", "suite.risk_file", "suite.pccp",
		"suite.roles.owner", "dataset.predictions", "dataset.manifest",
		"metrics",
		"references.previous", "references.anchor", "hazard", "claim",
		"rationale", "policy.waiver",
		"prevalence_projection",
	};
	size_t i, n;

	for (i = 0; i < EV_ARRAY_SIZE(silent); i++) {
		n = strlen(silent[i]);
		if (!strncmp(path, silent[i], n) &&
		    (!path[n] || path[n] == '.'))
			return true;
	}
	return false;
}

static enum way way_of(const char *path)
{
	static const struct { const char *end; enum way looser; } ways[] = {
		{ ".ge", WAY_LOWER }, { ".gt", WAY_LOWER },
		{ ".le", WAY_HIGHER }, { ".lt", WAY_HIGHER },
		{ ".margin", WAY_HIGHER }, { ".positives", WAY_LOWER },
		{ ".negatives", WAY_LOWER }, { ".patients", WAY_LOWER },
		{ ".require", WAY_LOWER }, { ".max_uses", WAY_HIGHER },
		{ ".max_fraction", WAY_HIGHER },
		{ "stats.confidence", WAY_LOWER },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(ways); i++)
		if (ev_ends_with(path, ways[i].end))
			return ways[i].looser;
	return strstr(path, ".margin.") ? WAY_HIGHER : WAY_UNKNOWN;
}

/* In rising strictness. */
static int rank_of(const char *path, const char *word)
{
	static const char *const low_n[] = { "review", "incomplete", "fail" };
	static const char ignore[] = "ignore";
	size_t i;

	if (ev_ends_with(path, "tier"))
		return (int)ev_tier_parse(word);
	if (ev_ends_with(path, ".ungrouped"))
		return strcmp(word, ignore) ? 1 : 0;
	if (!strstr(path, "insufficient") && strcmp(path, "otherwise"))
		return -1;
	for (i = 0; i < EV_ARRAY_SIZE(low_n); i++)
		if (!strcmp(word, low_n[i]))
			return (int)i;
	return -1;
}

static bool scalar_looser(const char *path, const struct ev_value *was,
			  const struct ev_value *now)
{
	struct ev_decimal a = { 0 }, b = { 0 };
	enum way way = way_of(path);
	bool looser = true;
	int from, to, order;

	if (was->type == EV_STRING && now->type == EV_STRING) {
		from = rank_of(path, was->text);
		to = rank_of(path, now->text);
		if (from > 0 || to > 0)
			return from < 0 || to < 0 || to < from;
	}
	if (way != WAY_UNKNOWN && ev_decimal_read(&a, was) == 0 &&
	    ev_decimal_read(&b, now) == 0) {
		order = ev_decimal_order(&b, &a);
		looser = way == WAY_LOWER ? order < 0 : order > 0;
	}
	ev_error_clear();
	ev_decimal_release(&a);
	ev_decimal_release(&b);
	return looser;
}

static bool is_scalar(const struct ev_value *v)
{
	return v->type != EV_LIST && v->type != EV_MAP;
}

static bool same(const struct ev_value *a, const struct ev_value *b)
{
	size_t i;

	if (a->type != b->type)
		return false;
	if (a->type == EV_BOOL)
		return a->boolean == b->boolean;
	if (is_scalar(a))
		return a->type == EV_NULL || ev_streq(a->text, b->text);
	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (a->type == EV_MAP ?
		    !ev_get(b, a->keys[i]->text) ||
		    !same(a->items[i], ev_get(b, a->keys[i]->text)) :
		    !same(a->items[i], b->items[i]))
			return false;
	return true;
}

static void show(struct ev_buf *out, const struct ev_value *v)
{
	struct ev_json j;

	if (v->type == EV_STRING || v->type == EV_NUMBER) {
		ev_buf_adds(out, v->text);
		return;
	}
	ev_json_init(&j, out);
	ev_json_value(&j, v);
}

static void differ(struct diff *d, const char *path, bool looser,
		   const struct ev_value *was, const struct ev_value *now)
{
	struct ev_buf from = EV_BUF_INIT, to = EV_BUF_INIT;

	if (was)
		show(&from, was);
	if (now)
		show(&to, now);
	add(d, looser, "%s: %s -> %s", path, was ? from.ptr : "nothing",
	    now ? to.ptr : "nothing");
	ev_buf_release(&from);
	ev_buf_release(&to);
}

static bool has_item(const struct ev_value *list, const struct ev_value *item)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (same(list->items[i], item))
			return true;
	return false;
}

static void tell_missing(struct diff *d, const char *path, bool looser,
			 const struct ev_value *from,
			 const struct ev_value *list)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < from->n; i++) {
		if (has_item(list, from->items[i]))
			continue;
		ev_buf_clear(&text);
		show(&text, from->items[i]);
		add(d, looser, "%s: '%s' is %s", path, text.ptr,
		    looser ? "gone" : "new");
	}
	ev_buf_release(&text);
}

/* Slices and references of a gate, roles, escalations: one more asks more, one
 * less asks less. */
static bool is_set(const char *path)
{
	return !strcmp(path, "slice") || ev_ends_with(path, "against") ||
		!strcmp(path, "suite.roles.gate_change_roles") ||
		!strcmp(path, "policy.escalate");
}

static void compare_sets(struct diff *d, const char *path,
			 const struct ev_value *was, const struct ev_value *now)
{
	tell_missing(d, path, true, was, now);
	tell_missing(d, path, false, now, was);
}

/*
 * What is new asks more if it is a limit, or more to look at; a band for review
 * lets through what failed before.  What is gone asks less, but for that.
 */
static bool absence_looser(const char *path, const struct ev_value *was,
			   const struct ev_value *now)
{
	static const char *const more[] = {
		"slices.", "operating_points.", "dataset.holdout",
		"dataset.no_overlap_with", "dataset.missing.max_fraction",
		"suite.roles", "policy.escalate",
	};
	size_t i;

	if (!strcmp(path, "review"))
		return now;
	if (!strcmp(path, "otherwise"))
		return !now || !ev_streq(now->text, "fail");
	if (!strcmp(path, "waivable"))
		return !now || !ev_streq(now->text, "never");
	if (!strcmp(path, "tier"))
		return !now || !ev_streq(now->text, "critical");
	for (i = 0; !was && i < EV_ARRAY_SIZE(more); i++)
		if (ev_starts_with(path, more[i]))
			return false;
	return true;
}

/* "within: [low, high]": less wide asks more. */
static bool range_looser(const struct ev_value *was,
			 const struct ev_value *now)
{
	return was->n != 2 || now->n != 2 ||
		(!same(was->items[0], now->items[0]) &&
		 scalar_looser(".ge", was->items[0], now->items[0])) ||
		(!same(was->items[1], now->items[1]) &&
		 scalar_looser(".le", was->items[1], now->items[1]));
}

static void compare(struct diff *d, const char *path,
		    const struct ev_value *was, const struct ev_value *now,
		    unsigned depth);

static void compare_members(struct diff *d, const char *path,
			    const struct ev_value *was,
			    const struct ev_value *now, unsigned depth)
{
	const struct ev_value *a, *b;
	struct ev_buf at = EV_BUF_INIT;
	const char *key;
	size_t i;

	for (i = 0; i < was->n + now->n; i++) {
		key = i < was->n ? was->keys[i]->text :
			now->keys[i - was->n]->text;
		a = ev_get(was, key);
		b = ev_get(now, key);
		if (i >= was->n && a)
			continue;
		ev_buf_clear(&at);
		ev_buf_addf(&at, "%s%s%s", path, *path ? "." : "", key);
		if (is_silent(at.ptr))
			continue;
		if (a && b)
			compare(d, at.ptr, a, b, depth + 1);
		else
			differ(d, at.ptr, absence_looser(at.ptr, a, b), a, b);
	}
	ev_buf_release(&at);
}

static void compare(struct diff *d, const char *path,
		    const struct ev_value *was, const struct ev_value *now,
		    unsigned depth)
{
	if (same(was, now))
		return;
	if (was->type != now->type || depth > DEPTH_MAX)
		differ(d, path, true, was, now);
	else if (was->type == EV_MAP)
		compare_members(d, path, was, now, depth);
	else if (was->type == EV_LIST && is_set(path))
		compare_sets(d, path, was, now);
	else if (was->type == EV_LIST)
		differ(d, path, !ev_ends_with(path, ".within") ||
		       range_looser(was, now), was, now);
	else
		differ(d, path, scalar_looser(path, was, now), was, now);
}

static const struct ev_value *gate_of(const struct ev_value *gates,
				      const char *id)
{
	size_t i;

	for (i = 0; gates && i < gates->n; i++)
		if (ev_streq(ev_get_string(gates->items[i], "id"), id))
			return gates->items[i];
	return NULL;
}

static void compare_gates(struct diff *d, const struct ev_value *was,
			  const struct ev_value *now)
{
	const struct ev_value *other;
	size_t i;

	for (i = 0; was && i < was->n; i++) {
		d->gate = ev_get_string(was->items[i], "id");
		other = gate_of(now, d->gate);
		if (other)
			compare(d, "", was->items[i], other, 0);
		else
			add(d, true, "the gate is gone");
	}
	for (i = 0; now && i < now->n; i++) {
		d->gate = ev_get_string(now->items[i], "id");
		if (!gate_of(was, d->gate))
			add(d, false, "the gate is new");
	}
}

static int effective(struct ev_value **out, const struct ev_suite *s)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;
	int ret;

	ev_json_init(&j, &text);
	ev_suite_effective(&j, s);
	ret = ev_json_read(out, s->id, text.ptr, text.len);
	ev_buf_release(&text);
	return ret;
}

int ev_gate_diff(struct ev_gate_diff *out, const struct ev_suite *anchor,
		 const struct ev_suite *now)
{
	struct ev_value *a = NULL, *b = NULL;
	struct diff d = { .out = out };
	const char *key;
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = effective(&a, anchor);
	if (ret == 0)
		ret = effective(&b, now);
	for (i = 0; ret == 0 && i < a->n + b->n; i++) {
		key = i < a->n ? a->keys[i]->text : b->keys[i - a->n]->text;
		if ((i >= a->n && ev_get(a, key)) || !strcmp(key, "gates") ||
		    is_silent(key))
			continue;
		d.gate = key;
		if (ev_get(a, key) && ev_get(b, key))
			compare(&d, key, ev_get(a, key), ev_get(b, key), 0);
		else
			differ(&d, key, true, ev_get(a, key), ev_get(b, key));
	}
	if (ret == 0)
		compare_gates(&d, ev_get(a, "gates"), ev_get(b, "gates"));
	ev_value_free(a);
	ev_value_free(b);
	return ret;
}
