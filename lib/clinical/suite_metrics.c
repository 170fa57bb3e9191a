#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"

static bool same(const struct ev_request *a, const struct ev_request *b)
{
	if (a->metric != b->metric || a->point != b->point ||
	    a->class_index != b->class_index)
		return false;
	if (a->metric == EV_M_SHARE)
		return a->share.label == b->share.label &&
		       a->share.below == b->share.below &&
		       !ev_decimal_order(&a->share.limit, &b->share.limit);
	return a->argument >= b->argument && a->argument <= b->argument;
}

/* Once is enough. */
static void too_many(const struct ev_value *at, struct ev_problems *bad)
{
	char *said = ev_strdupf("more than %u metrics", EV_SUITE_MAX_METRICS);
	size_t i;

	for (i = 0; i < bad->n && strcmp(bad->items[i].message, said); i++)
		;
	if (i == bad->n)
		ev_problem_add(bad, at, NULL, "%s", said);
	free(said);
}

size_t ev_su_add_request(struct ev_suite *s, const struct ev_request *q,
			 const char *key, const struct ev_value *at,
			 struct ev_problems *bad)
{
	struct ev_request *r;
	size_t i;

	for (i = 0; i < s->n_requests; i++)
		if (same(&s->requests[i], q)) {
			s->requests[i].wanted |= q->wanted;
			return i;
		}
	if (s->n_requests >= EV_SUITE_MAX_METRICS) {
		too_many(at, bad);
		return SIZE_MAX;
	}
	s->requests = ev_realloc(s->requests, (s->n_requests + 1) *
				 sizeof(*s->requests));
	r = &s->requests[s->n_requests];
	*r = *q;
	r->key = ev_strdup(key);
	memset(&r->share.limit, 0, sizeof(r->share.limit));
	if (q->share.limit.text)
		ev_decimal_take(&r->share.limit, q->share.limit.text);
	return s->n_requests++;
}

/* metrics, prevalence_projection ----------------------------------------- */

/* PPV and NPV at each prevalence, wherever they are asked for. */
void ev_su_project(struct ev_suite *s, const struct ev_value *at,
		   struct ev_problems *bad)
{
	size_t n = s->n_requests, i, k;
	struct ev_request q;
	bool ppv;
	char *key;

	for (i = 0; i < n; i++) {
		ppv = s->requests[i].metric == EV_M_PPV;
		if (!ppv && s->requests[i].metric != EV_M_NPV)
			continue;
		for (k = 0; k < s->n_prevalences; k++) {
			q = s->requests[i];
			q.metric = ppv ? EV_M_PPV_AT : EV_M_NPV_AT;
			q.argument = s->prevalences[k].value;
			q.wanted = true;
			key = ev_strdupf("%s(%s)", s->requests[i].key,
					 s->prevalences[k].text);
			ev_su_add_request(s, &q, key, at, bad);
			free(key);
		}
	}
}

static void read_prevalences(struct ev_suite *s, const struct ev_value *v,
			     struct ev_problems *bad)
{
	static const struct ev_su_range range = {
		0, 1, false, "between 0 and 1"
	};
	size_t i;

	if (!v)
		return;
	if (v->type != EV_LIST || !v->n || v->n > EV_SUITE_MAX_METRICS) {
		ev_problem_add(bad, v, NULL, "field 'prevalence_projection' "
			       "must be a list of 1 to %u numbers",
			       EV_SUITE_MAX_METRICS);
		return;
	}
	if (s->dataset.label_kind == EV_LABEL_CLASSES)
		ev_problem_add(bad, v, NULL, "'prevalence_projection' is not "
			       "supported with more than two classes");
	s->prevalences = ev_calloc(v->n, sizeof(*s->prevalences));
	for (i = 0; i < v->n; i++)
		s->n_prevalences +=
			ev_su_any_decimal(&s->prevalences[s->n_prevalences],
					  v->items[i],
					  "prevalence_projection", &range,
					  bad);
}

void ev_su_metrics(struct ev_suite *s, const struct ev_value *root,
		   struct ev_problems *bad)
{
	const struct ev_value *v = ev_get(root, "metrics");
	size_t i, before;

	for (i = 0; v && v->type == EV_LIST && i < v->n &&
	     bad->n <= EV_PROBLEMS_MAX; i++) {
		before = s->n_requests;
		if (ev_su_request(s, v->items[i], true, bad) != SIZE_MAX &&
		    s->n_requests == before)
			ev_problem_add(bad, v->items[i], NULL, "metric '%.60s' "
				       "is listed twice", v->items[i]->text);
	}
	read_prevalences(s, ev_get(root, "prevalence_projection"), bad);
}
