#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"

/* Known to the literature or to other programs, and not done here. */
static const char *const unsupported[] = {
	"episode_ppv", "duration_sensitivity", "ici", "e50", "e90",
	"error_concentration"
};

#define POINTS_TOLD 5

/* A metric as it is written: word, operating point, argument. */
struct written {
	const struct ev_value *at;
	char *word, *point, *argument;
};

static void release(struct written *w)
{
	free(w->word);
	free(w->point);
	free(w->argument);
}

/* WORD[@POINT][(ARGUMENT)] */
static bool split(struct written *w, const struct ev_value *v)
{
	const char *text = v->text, *open = strchr(text, '('), *at;
	size_t n = strlen(text);

	memset(w, 0, sizeof(*w));
	w->at = v;
	if (open) {
		if (text[n - 1] != ')')
			return false;
		w->argument = ev_strndup(open + 1,
					 n - (size_t)(open - text) - 2);
		n = (size_t)(open - text);
	}
	at = memchr(text, '@', n);
	if (at) {
		w->point = ev_strndup(at + 1, n - (size_t)(at - text) - 1);
		n = (size_t)(at - text);
	}
	w->word = ev_strndup(text, n);
	return true;
}

/* Words ------------------------------------------------------------------ */

static bool is_of_classes(enum ev_metric m)
{
	return m >= EV_M_MULTI_ACCURACY && m <= EV_M_TOP_ECE;
}

/* With several classes: of one class against all others. */
static bool is_of_a_class(enum ev_metric m)
{
	return m == EV_M_SENSITIVITY || m == EV_M_SPECIFICITY ||
	       m == EV_M_PPV || m == EV_M_NPV || m == EV_M_F1 ||
	       m == EV_M_AUC;
}

static bool is_of_rows(enum ev_metric m)
{
	return m == EV_M_N || m == EV_M_N_PATIENTS || m == EV_M_ABSTAIN_RATE ||
	       m == EV_M_MISSING_RATE;
}

static void unknown_word(const struct written *w, struct ev_problems *bad)
{
	const char *words[EV_M__COUNT];
	char *hint;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(unsupported); i++)
		if (!strcmp(unsupported[i], w->word)) {
			ev_problem_add(bad, w->at, NULL, "metric '%s' is not "
				       "supported", w->word);
			return;
		}
	for (i = 0; i < EV_M__COUNT; i++)
		words[i] = ev_metric_info((enum ev_metric)i)->word;
	hint = ev_su_meant(w->word, words, EV_M__COUNT);
	ev_problem_add(bad, w->at, hint, "there is no metric '%.60s'",
		       w->word);
	free(hint);
}

/* ppv and npv with an argument are those at a prevalence. */
static const struct ev_metric_info *find_word(const struct ev_suite *s,
					      const struct written *w)
{
	const struct ev_metric_info *info;
	bool two = s->dataset.label_kind == EV_LABEL_BINARY;
	int i;

	for (i = 0; i < EV_M__COUNT; i++) {
		info = ev_metric_info((enum ev_metric)i);
		if (strcmp(info->word, w->word))
			continue;
		if (two && w->argument && (i == EV_M_PPV || i == EV_M_NPV))
			return ev_metric_info(i == EV_M_PPV ? EV_M_PPV_AT :
					      EV_M_NPV_AT);
		return info;
	}
	return NULL;
}

/* Does the suite's kind of label and score have such a metric? */
static bool suits(const struct ev_suite *s, const struct ev_metric_info *info,
		  const struct written *w, struct ev_problems *bad)
{
	enum ev_metric m = info->metric;
	const char *lack = ev_su_readers_lack(&s->dataset, m);

	if (lack)
		ev_problem_add(bad, w->at, ev_has_readers(&s->dataset) ?
			       "reader_auc" : NULL, "metric '%s' %s", w->word,
			       lack);
	else if (s->dataset.label_kind == EV_LABEL_BINARY && is_of_classes(m))
		ev_problem_add(bad, w->at, NULL, "metric '%s' is for "
			       "'dataset.label.classes'", w->word);
	else if (s->dataset.label_kind == EV_LABEL_CLASSES &&
		 !is_of_classes(m) && !is_of_a_class(m) && !is_of_rows(m))
		ev_problem_add(bad, w->at, NULL, "metric '%s' is not supported "
			       "with more than two classes", w->word);
	else if (s->dataset.score_kind != EV_SCORE_PROBABILITY &&
		 info->needs_probability)
		ev_problem_add(bad, w->at, "score: {kind: probability}",
			       "metric '%s' needs probabilities", w->word);
	else
		return true;
	return false;
}

/* Points and arguments --------------------------------------------------- */

/* What there is instead: the likely one, or all of a few. */
static void tell_points(const struct ev_suite *s, const struct written *w,
			const char *const *names, struct ev_problems *bad)
{
	char *near = ev_su_meant(w->point, names, s->n_points);
	struct ev_buf hint = EV_BUF_INIT;
	size_t i;

	for (i = 0; !near && i < s->n_points && i < POINTS_TOLD; i++)
		ev_buf_addf(&hint, "%s%s@%s", i ? ", " : "", w->word,
			    names[i]);
	ev_problem_add(bad, w->at, near ? near : hint.len ? hint.ptr : NULL,
		       "there is no operating point '%.60s'", w->point);
	ev_buf_release(&hint);
	free(near);
}

static bool read_point(struct ev_request *q, const struct ev_suite *s,
		       const struct written *w, bool takes,
		       struct ev_problems *bad)
{
	const char **names;
	char *hint;
	size_t i;

	if (!takes && !w->point)
		return true;
	/* of time, and no point said: the suite's first */
	if (!w->point && s->n_points && ev_is_in_time(q->metric))
		return true;
	if (!takes || !w->point) {
		hint = takes && s->n_points ?
		       ev_strdupf("%s@%s", w->word, s->points[0].name) : NULL;
		ev_problem_add(bad, w->at, hint, takes ? "metric '%s' needs an "
			       "operating point" : "metric '%s' takes no "
			       "operating point", w->word);
		free(hint);
		return false;
	}
	names = ev_calloc(s->n_points + 1, sizeof(*names));
	for (i = 0; i < s->n_points; i++) {
		names[i] = s->points[i].name;
		if (!strcmp(names[i], w->point))
			break;
	}
	q->point = i;
	if (i == s->n_points) {
		tell_points(s, w, names, bad);
	}
	free(names);
	return i < s->n_points;
}

static bool read_argument(double *out, const struct written *w,
			  const char *text, struct ev_problems *bad)
{
	const char *why = ev_decimal_why(text);
	struct ev_decimal d = { 0 };
	bool ok = false;

	if (why) {
		ev_problem_add(bad, w->at, NULL, "metric '%s': '%.60s' %s",
			       w->word, text, why);
		return false;
	}
	ev_decimal_take(&d, text);
	if (ev_decimal_compare(0, &d) < 0 && ev_decimal_compare(1, &d) > 0)
		ok = true;
	else
		ev_problem_add(bad, w->at, NULL, "metric '%s': its argument "
			       "must be between 0 and 1, not %s", w->word,
			       text);
	*out = d.value;
	ev_decimal_release(&d);
	return ok;
}

static bool read_class(struct ev_request *q, const struct ev_suite *s,
		       const struct written *w, struct ev_problems *bad)
{
	const struct ev_strs *classes = &s->dataset.classes;
	char *hint;
	size_t i;

	for (i = 0; w->argument && i < classes->n; i++)
		if (!strcmp(classes->items[i], w->argument)) {
			q->class_index = (int)i;
			return true;
		}
	hint = w->argument ? ev_su_meant(w->argument, (const char *const *)
					 classes->items, classes->n) :
	       classes->n ? ev_strdupf("%s(%s)", w->word, classes->items[0]) :
	       NULL;
	if (w->argument)
		ev_problem_add(bad, w->at, hint, "there is no class '%.60s'",
			       w->argument);
	else
		ev_problem_add(bad, w->at, hint, "metric '%s' needs a class",
			       w->word);
	free(hint);
	return false;
}

static const char *example_of(enum ev_metric m)
{
	return m == EV_M_SHARE ? "share(label=positive and score<0.05)" :
	       m == EV_M_SENS_AT_SPEC ? "sens_at_spec(0.95)" :
	       m == EV_M_SPEC_AT_SENS ? "spec_at_sens(0.95)" :
	       m == EV_M_PARTIAL_AUC ? "partial_auc(0.9)" :
	       m == EV_M_NET_BENEFIT ? "net_benefit(0.10)" : NULL;
}

/* Is there an argument where one is wanted, and only there? */
static bool argument_fits(const struct written *w,
			  const struct ev_metric_info *info,
			  struct ev_problems *bad)
{
	bool takes = info->takes_argument || info->metric == EV_M_SHARE;

	if (takes == !!w->argument)
		return true;
	if (takes)
		ev_problem_add(bad, w->at, example_of(info->metric),
			       "metric '%s' needs an argument", w->word);
	else
		ev_problem_add(bad, w->at, NULL, "metric '%s' takes no "
			       "argument", w->word);
	return false;
}

/* Several kinds ---------------------------------------------------------- */

static size_t add_share(struct ev_suite *s, struct ev_request *q,
			const struct written *w, struct ev_problems *bad)
{
	char *why = ev_su_share(&q->share, &s->dataset, w->argument,
				strlen(w->argument));
	size_t i = SIZE_MAX;

	if (why)
		ev_problem_add(bad, w->at, example_of(EV_M_SHARE),
			       "metric 'share': %s", why);
	else
		i = ev_su_add_request(s, q, w->at->text, w->at, bad);
	ev_decimal_release(&q->share.limit);
	free(why);
	return i;
}

/* FROM:TO:STEP, one request for each, in steps that are exact. */
static size_t add_range(struct ev_suite *s, struct ev_request *q,
			const struct written *w, struct ev_problems *bad)
{
	static const char said[] = "metric '%s': '%.60s' is no range of "
		"FROM:TO:STEP, of at most 4 decimals each";
	int64_t part[3] = { 0 }, at;
	const char *p = w->argument;
	size_t i, digits, first = SIZE_MAX, one;
	char *number, *key;

	for (i = 0; i < 3; i++) {
		if (ev_starts_with(p, "0."))
			p += 2;
		else
			break;
		for (digits = 0; *p >= '0' && *p <= '9' && digits < 4; p++) {
			part[i] = part[i] * 10 + (*p - '0');
			digits++;
		}
		for (one = digits; digits && one < 4; one++)
			part[i] *= 10;
		if (!part[i] || *p != (i < 2 ? ':' : '\0'))
			break;
		p += i < 2;
	}
	if (i < 3 || part[1] < part[0]) {
		ev_problem_add(bad, w->at, "net_benefit(0.05:0.50:0.05)", said,
			       w->word, w->argument);
		return SIZE_MAX;
	}
	for (at = part[0]; at <= part[1]; at += part[2]) {
		number = ev_strdupf("0.%04lld", (long long)at);
		for (one = strlen(number); one > 4 && number[one - 1] == '0';)
			number[--one] = '\0';
		key = ev_strdupf("%s(%s)", w->word, number);
		one = read_argument(&q->argument, w, number, bad) ?
		      ev_su_add_request(s, q, key, w->at, bad) : SIZE_MAX;
		first = first == SIZE_MAX ? one : first;
		free(key);
		free(number);
		if (one == SIZE_MAX)
			return SIZE_MAX;
	}
	return first;
}

static size_t add(struct ev_suite *s, const struct written *w, bool wanted,
		  struct ev_problems *bad)
{
	const struct ev_metric_info *info = find_word(s, w);
	struct ev_request q = { .class_index = -1, .wanted = wanted };
	bool of_class;

	if (!info) {
		unknown_word(w, bad);
		return SIZE_MAX;
	}
	if (!suits(s, info, w, bad))
		return SIZE_MAX;
	q.metric = info->metric;
	of_class = s->dataset.label_kind == EV_LABEL_CLASSES &&
		   is_of_a_class(q.metric);
	if (!read_point(&q, s, w, info->takes_point && !of_class, bad))
		return SIZE_MAX;
	if (of_class)
		return read_class(&q, s, w, bad) ?
		       ev_su_add_request(s, &q, w->at->text, w->at, bad) :
		       SIZE_MAX;
	if (ev_is_in_time(q.metric))
		return ev_su_in_time(&q.argument, &s->dataset, w->at,
				     q.metric, w->argument, bad) ?
		       ev_su_add_request(s, &q, w->at->text, w->at, bad) :
		       SIZE_MAX;
	if (!argument_fits(w, info, bad))
		return SIZE_MAX;
	if (q.metric == EV_M_SHARE)
		return add_share(s, &q, w, bad);
	if (q.metric == EV_M_NET_BENEFIT && wanted &&
	    strchr(w->argument, ':'))
		return add_range(s, &q, w, bad);
	if (w->argument && !read_argument(&q.argument, w, w->argument, bad))
		return SIZE_MAX;
	return ev_su_add_request(s, &q, w->at->text, w->at, bad);
}

size_t ev_su_request(struct ev_suite *s, const struct ev_value *v,
		     bool wanted, struct ev_problems *bad)
{
	struct written w;
	size_t i = SIZE_MAX;

	if (!v || v->type != EV_STRING || !v->len)
		return SIZE_MAX;
	if (split(&w, v))
		i = add(s, &w, wanted, bad);
	else
		ev_problem_add(bad, v, NULL, "metric '%.60s' does not end in "
			       "')'", v->text);
	release(&w);
	return i;
}
