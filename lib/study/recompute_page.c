#include "base/compat.h"

#include "study/recompute_page.h"

#include "base/mem.h"
#include "data/json.h"

#define EXCERPT 80u

static void take_strs(struct ev_strs *out, const struct ev_value *list)
{
	size_t i;

	for (i = 0; list && list->type == EV_LIST && i < list->n; i++)
		if (list->items[i]->type == EV_STRING)
			ev_strs_add(out, list->items[i]->text);
}

static enum ev_outcome_word outcome_of(const struct ev_value *was,
				       const char *name,
				       enum ev_outcome_word other)
{
	const char *word = ev_get_string(was, name);
	int o;

	for (o = EV_OUT_PASS; o <= EV_OUT_FAIL; o++)
		if (ev_streq(word, ev_outcome_word((enum ev_outcome_word)o)))
			return (enum ev_outcome_word)o;
	return other;
}

static char *text_of(const struct ev_value *v, const char *name)
{
	const char *text = ev_get_string(v, name);

	return ev_strdup(text ? text : "");
}

/* Streaks and loosened gates are among them, which nobody sees in the data.
 * Into `roles`, as many as there are, for the evaluation to point at. */
static void take_escalations(struct ev_evaluation *e, struct ev_strs *roles,
			     const struct ev_value *list, size_t n)
{
	size_t i;

	for (i = 0; i < e->n_triggers; i++) {
		free(e->triggers[i].when);
		free(e->triggers[i].why);
	}
	free(e->triggers);
	e->triggers = ev_calloc(n + 1, sizeof(*e->triggers));
	e->n_triggers = n;
	for (i = 0; i < n; i++) {
		take_strs(&roles[i], ev_get(list->items[i], "roles"));
		e->triggers[i].when = text_of(list->items[i], "when");
		e->triggers[i].why = text_of(list->items[i], "why");
		e->triggers[i].roles = &roles[i];
	}
}

static int render(struct ev_buf *out, struct ev_evaluation *e,
		  const struct ev_value *was)
{
	const struct ev_value *candidate = ev_get(was, "candidate");
	const struct ev_value *list = ev_get(was, "escalations");
	size_t i, n = list && list->type == EV_LIST ? list->n : 0;
	struct ev_strs custody = EV_STRS_INIT, limitations = EV_STRS_INIT;
	struct ev_strs *roles = ev_calloc(n + 1, sizeof(*roles));
	struct ev_report_context x = {
		.tool_version = ev_get_string(ev_get(was, "tool"), "version"),
		.product = ev_get_string(was, "product"),
		.release = ev_get_string(was, "release"),
		.commit = ev_get_string(candidate, "commit"),
		.tree = ev_get_string(candidate, "tree"),
		.custody = &custody, .limitations = &limitations,
	};
	int ret;

	e->outcome = outcome_of(was, "outcome", e->outcome);
	e->capped = outcome_of(was, "capped", e->capped);
	ev_strs_release(&e->reasons);
	take_strs(&e->reasons, ev_get(was, "reasons"));
	take_escalations(e, roles, list, n);
	take_strs(&custody, ev_get(ev_get(was, "custody"), "lines"));
	take_strs(&limitations, ev_get(was, "limitations"));
	ret = ev_report_page(out, e, &x);
	for (i = 0; i < n; i++) {
		e->triggers[i].roles = NULL;
		ev_strs_release(&roles[i]);
	}
	free(roles);
	ev_strs_release(&custody);
	ev_strs_release(&limitations);
	return ret;
}

/* What the line has at `at`, and a little before it. */
static void excerpt(struct ev_buf *out, const struct ev_buf *page, size_t at)
{
	size_t end = at, begin = at;

	while (begin && at - begin < EXCERPT / 2 &&
	       page->ptr[begin - 1] != '\n')
		begin--;
	while (end < page->len && end - at < EXCERPT / 2 &&
	       page->ptr[end] != '\n')
		end++;
	/* no half of a letter at either end */
	while (begin < end && (page->ptr[begin] & 0xc0) == 0x80)
		begin++;
	while (end > begin && end < page->len &&
	       (page->ptr[end] & 0xc0) == 0x80)
		end--;
	ev_buf_add(out, page->ptr + begin, end - begin);
}

static void differ(struct ev_recomputed *out, const struct ev_buf *was,
		   const struct ev_buf *now)
{
	struct ev_buf a = EV_BUF_INIT, b = EV_BUF_INIT;
	size_t at = 0, line = 1;

	while (at < was->len && at < now->len && was->ptr[at] == now->ptr[at])
		line += was->ptr[at++] == '\n';
	excerpt(&a, was, at);
	excerpt(&b, now, at);
	ev_strs_addf(&out->differences, "report.html differs from what the "
		     "numbers give: line %zu: '%s' in the page, '%s' "
		     "recomputed", line, a.len ? a.ptr : "",
		     b.len ? b.ptr : "");
	ev_buf_release(&a);
	ev_buf_release(&b);
}

int ev_recompute_page(struct ev_recomputed *out, struct ev_evaluation *e,
		      const struct ev_value *was, const struct ev_buf *page)
{
	const char *version = ev_get_string(ev_get(was, "tool"), "version");
	struct ev_buf now = EV_BUF_INIT;
	int ret = render(&now, e, was);

	if (ret == 0 && now.len == page->len &&
	    !memcmp(now.ptr, page->ptr, now.len))
		out->page = EV_PAGE_SAME;
	else if (ret == 0 && !ev_streq(version, EV_VERSION))
		out->page = EV_PAGE_OTHER_VERSION;
	else if (ret == 0) {
		out->page = EV_PAGE_DIFFERS;
		differ(out, page, &now);
	}
	ev_buf_release(&now);
	return ret;
}
