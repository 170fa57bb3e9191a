#include "base/compat.h"

#include "clinical/page_internal.h"

#include "data/json.h"

bool ev_page_is_number(double x)
{
	return x - x == 0;
}

static double size_of(double x)
{
	return x < 0 ? -x : x;
}

/* `x` (below 1e9) with so many decimals, by integers: no locale has a say. */
static void add_fixed(struct ev_buf *out, double x, unsigned places)
{
	uint64_t unit = 1, whole;
	unsigned i;

	for (i = 0; i < places; i++)
		unit *= 10;
	whole = (uint64_t)(size_of(x) * (double)unit + 0.5);
	ev_buf_addf(out, "%s%llu", x < 0 && whole ? "\u2212" : "",
		    (unsigned long long)(whole / unit));
	if (places)
		ev_buf_addf(out, ".%0*llu", (int)places,
			    (unsigned long long)(whole % unit));
}

static bool is_whole(double x)
{
	return size_of(x) < 1e15 && x == (double)(int64_t)x;
}

void ev_page_digits(struct ev_buf *out, double x)
{
	struct ev_json j;

	if (!ev_page_is_number(x)) {
		ev_buf_adds(out, "not defined");
		return;
	}
	ev_json_init(&j, out);
	ev_json_double(&j, x == 0 ? 0 : x);
}

static void add_places(struct ev_buf *out, double x, unsigned least)
{
	unsigned places = 3;

	if (!ev_page_is_number(x)) {
		ev_buf_adds(out, "not defined");
		return;
	}
	if (size_of(x) >= 1e9 || (size_of(x) < 1e-6 && x != 0)) {
		ev_page_digits(out, x);
		return;
	}
	if (size_of(x) >= 100)
		places = 1;
	else if (size_of(x) >= 10)
		places = 2;
	else if (size_of(x) < 0.001 && x != 0)
		places = 6;
	add_fixed(out, x, places > least ? places : least);
}

void ev_page_number(struct ev_buf *out, double x)
{
	if (ev_page_is_number(x) && is_whole(x))
		add_fixed(out, x, 0);
	else
		add_places(out, x, 0);
}

void ev_page_p(struct ev_buf *out, double p)
{
	if (!ev_page_is_number(p))
		ev_buf_adds(out, "not defined");
	else if (p < 0.001)
		ev_buf_adds(out, "< 0.001");
	else
		add_fixed(out, p, 3);
}

bool ev_page_has_interval(const struct ev_estimate *e)
{
	return !(e->flags & (EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL)) &&
		e->level > 0 && ev_page_is_number(e->lower) &&
		ev_page_is_number(e->upper);
}

/* Does `x` with so many decimals lie where it does without? */
static bool tells(double x, double limit, unsigned places)
{
	double unit = 1, shown;
	unsigned i;

	if (!ev_page_is_number(x) || size_of(x) >= 1e6)
		return true;
	for (i = 0; i < places; i++)
		unit *= 10;
	shown = (double)(int64_t)(size_of(x) * unit + 0.5) / unit;
	shown = x < 0 ? -shown : shown;
	return (shown < limit) == (x < limit) &&
		(shown > limit) == (x > limit);
}

void ev_page_estimate(struct ev_buf *out, const struct ev_estimate *e,
		      double limit)
{
	bool interval = ev_page_has_interval(e);
	unsigned places = 0, k;

	if (e->flags & EV_STAT_UNDEFINED || !ev_page_is_number(e->value)) {
		ev_buf_adds(out, "not defined");
		return;
	}
	for (k = 3; ev_page_is_number(limit) && k < 9; k++) {
		if (tells(e->value, limit, k) &&
		    (!interval || (tells(e->lower, limit, k) &&
				   tells(e->upper, limit, k))))
			break;
		places = k + 1;
	}
	if (!interval) {
		if (places)
			add_places(out, e->value, places);
		else
			ev_page_number(out, e->value);
		return;
	}
	add_places(out, e->value, places);
	ev_buf_adds(out, " (");
	add_places(out, e->lower, places);
	ev_buf_adds(out, " to ");
	add_places(out, e->upper, places);
	ev_buf_adds(out, ")");
}

void ev_page_level(struct ev_buf *out, double level)
{
	double percent = level * 100, near = size_of(percent + 0.5);

	/* 0.95 is no double: 95.00000000000001 is 95 */
	near = (double)(int64_t)near - percent;
	if (near < 1e-9 && near > -1e-9)
		add_fixed(out, percent, 0);
	else
		add_fixed(out, percent, 2);
	ev_buf_adds(out, "\u00a0%");
}

const char *ev_page_class(const struct ev_suite *s, int index)
{
	if (index < 0 || (size_t)index >= s->dataset.classes.n)
		return NULL;
	return s->dataset.classes.items[index];
}

bool ev_page_is_share(enum ev_metric m)
{
	const struct ev_metric_info *info = ev_metric_info(m);

	return !info->count && info->low == 0 && info->high == 1;
}

/* "(0.95)" as the suite writes it, at the end of a key. */
static const char *argument_of(const struct ev_request *q)
{
	const char *open = q->key ? strchr(q->key, '(') : NULL;

	return open ? open : "";
}

void ev_page_metric(struct ev_buf *out, const struct ev_suite *s,
		    const struct ev_request *q)
{
	const struct ev_metric_info *info = ev_metric_info(q->metric);
	const char *class = ev_page_class(s, q->class_index);

	ev_buf_adds(out, info->title);
	if (class)
		ev_buf_addf(out, " of %s", class);
	else if (info->takes_argument || q->metric == EV_M_SHARE)
		ev_buf_addf(out, " %s", argument_of(q));
	if (info->takes_point && q->point < s->n_points && !class)
		ev_buf_addf(out, " at %s", s->points[q->point].name);
}

void ev_page_limit(struct ev_buf *out, const char *text)
{
	for (; *text; text++) {
		if (ev_starts_with(text, ">=")) {
			ev_buf_adds(out, "\u2265");
			text++;
		} else if (ev_starts_with(text, "<=")) {
			ev_buf_adds(out, "\u2264");
			text++;
		} else if (*text == '-') {
			ev_buf_adds(out, "\u2212");
		} else {
			ev_buf_addc(out, *text);
		}
	}
}
