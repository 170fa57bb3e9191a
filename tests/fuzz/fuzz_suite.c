/*
 * Any bytes as a suite.  No fault; what is refused says where, and what is
 * accepted is whole: its effective form is a suite that says the same, and a
 * policy sees the same one in the file.
 */
#include "base/compat.h"

#include "base/error.h"
#include "clinical/suite.h"
#include "policy/internal.h"
#include "tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void want(bool ok)
{
	if (!ok)
		abort();
}

static void want_condition(const struct ev_suite *s, const struct ev_gate *g,
			   const struct ev_condition *c)
{
	enum ev_metric m = s->requests[g->request].metric;
	const struct ev_metric_info *info = ev_metric_info(m);

	if (!c->given)
		return;
	/* a number of its own, or one of the comparison's */
	want(!!c->limit.text == (g->compare == EV_CMP_NONE ||
				 g->compare == EV_CMP_NO_NEW_HARM ||
				 g->compare == EV_CMP_CHANGE));
	want(!!c->limit2.text == (c->limit.text &&
				  c->comparator == EV_WITHIN));
	want(c->bound == EV_BOUND_ESTIMATE || g->statistic == EV_OF_MAX_GAP ||
	     !info->no_interval);
	/* that the metric can have */
	want(!c->limit.text || g->compare != EV_CMP_NONE ||
	     g->statistic != EV_OF_VALUE ||
	     (ev_decimal_compare(info->low, &c->limit) <= 0 &&
	      ev_decimal_compare(info->high, &c->limit) >= 0));
	want(c->bound != EV_BOUND_LOWER || c->comparator == EV_GE ||
	     c->comparator == EV_GT);
	want(c->bound != EV_BOUND_UPPER || c->comparator == EV_LE ||
	     c->comparator == EV_LT);
}

static void want_gate(const struct ev_suite *s, const struct ev_gate *g)
{
	size_t i;

	want(*g->id && g->request < s->n_requests && g->n_slices);
	want(!ev_metric_info(s->requests[g->request].metric)->reported_only);
	for (i = 0; i < g->n_slices; i++)
		want(g->slices[i] < s->n_slices);
	want((g->compare == EV_CMP_NONE) == !g->against);
	want(g->pass.given);
	want_condition(s, g, &g->pass);
	want_condition(s, g, &g->review);
	if (g->compare == EV_CMP_NON_INFERIORITY ||
	    g->compare == EV_CMP_EQUIVALENCE)
		want(g->margin.text || g->n_margins >= g->n_slices);
}

static void want_slice(const struct ev_suite *s, size_t n)
{
	const struct ev_family *f = &s->slices[n];

	want((f->kind == EV_SLICE_ALL) == !n && *f->name);
	want((f->kind == EV_SLICE_CUTS) == !!f->n_cuts);
	want((f->kind == EV_SLICE_GROUPS) == !!f->n_groups);
	want((f->kind == EV_SLICE_WHERE) == !!f->n_where);
	want(f->kind != EV_SLICE_CROSS ||
	     (f->cross[0] < n && f->cross[1] < n));
	want(f->column || f->kind == EV_SLICE_ALL ||
	     f->kind == EV_SLICE_WHERE || f->kind == EV_SLICE_CROSS);
}

static void want_suite(const struct ev_suite *s)
{
	size_t i;

	fuzz_check_tree(s->tree);
	want(s->id && s->version && s->tier != EV_TIER_NONE);
	want(s->dataset.key.n && s->dataset.label);
	want(s->dataset.score || s->dataset.classes.n);
	want(s->dataset.class_scores.n == s->dataset.classes.n);
	want(s->n_requests <= EV_SUITE_MAX_METRICS);
	for (i = 0; i < s->n_slices; i++)
		want_slice(s, i);
	for (i = 0; i < s->n_gates; i++)
		want_gate(s, &s->gates[i]);
	for (i = 0; i < s->n_points; i++)
		want(s->points[i].threshold.text != NULL);
}

static bool parse(struct ev_suite *s, const char *text, size_t n)
{
	int ret = ev_suite_parse(s, "s.yaml", text, n);

	if (!ret)
		return true;
	want(ret == EV_EINVALID || ret == EV_ELIMIT);
	want(strstr(ev_error_last()->message, "s.yaml") != NULL);
	want(!s->tree && !s->n_gates);
	return false;
}

static void effective(struct ev_buf *out, const struct ev_suite *s)
{
	struct ev_json j;

	ev_json_init(&j, out);
	ev_suite_effective(&j, s);
}

static void want_policy(const struct ev_suite *s, const char *text, size_t n)
{
	struct ev_policy p;

	memset(&p, 0, sizeof(p));
	want(!ev_suite_add(&p, "s.yaml", text, n));
	want(p.nsuites == 1 && !strcmp(p.suites[0].id, s->id) &&
	     !strcmp(p.suites[0].version, s->version) &&
	     !strcmp(p.suites[0].digest, s->digest));
	ev_suites_release(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_buf one = EV_BUF_INIT, two = EV_BUF_INIT;
	struct ev_suite s, again;

	if (!parse(&s, (const char *)data, size))
		return 0;
	want_suite(&s);
	want_policy(&s, (const char *)data, size);
	effective(&one, &s);
	want(parse(&again, one.ptr, one.len));
	effective(&two, &again);
	want(one.len == two.len && !memcmp(one.ptr, two.ptr, one.len));
	ev_suite_release(&again);
	ev_suite_release(&s);
	ev_buf_release(&one);
	ev_buf_release(&two);
	return 0;
}
