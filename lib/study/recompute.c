#include "base/compat.h"

#include "study/validate.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"
#include "study/generator.h"
#include "study/lines.h"
#include "study/recompute_page.h"

#define DIFFERENCES_MAX 20u
#define DEPTH_MAX 64u

/* The files that a report was made from, by the names of its artifacts. */
enum { PREDICTIONS, SUITE, PREVIOUS, ANCHOR, REPORT, PAGE, FILES };
static const char *const names[FILES] = {
	"predictions", "suite", "previous", "anchor", "report.json",
	"report.html",
};

struct redo {
	struct ev_buf file[FILES];
	bool there[FILES], page_absent;
	struct ev_value *was, *now;
	struct ev_suite suite;
	struct ev_cohort cohort;
	struct ev_reference reference[2];
	struct ev_evaluation evaluation;
	bool read[5];			/* suite, cohort, two, evaluation */
};

static void release(struct redo *w)
{
	size_t i;

	if (w->read[4])
		ev_evaluation_release(&w->evaluation);
	if (w->read[3])
		ev_reference_release(&w->reference[1]);
	if (w->read[2])
		ev_reference_release(&w->reference[0]);
	if (w->read[1])
		ev_cohort_release(&w->cohort);
	if (w->read[0])
		ev_suite_release(&w->suite);
	for (i = 0; i < FILES; i++)
		ev_buf_release(&w->file[i]);
	ev_value_free(w->was);
	ev_value_free(w->now);
}

static int read_files(struct redo *w, struct ev_repo *r, struct ev_ledger *l,
		      const struct ev_line *line)
{
	struct ev_artifacts list = EV_ARTIFACTS_INIT;
	size_t i, k;
	int ret = ev_line_artifacts(&list, l, line);

	for (i = 0; ret == 0 && i < list.n; i++) {
		for (k = 0; k < FILES; k++)
			if (!strcmp(list.items[i].name, names[k]))
				break;
		if (k == FILES)
			continue;
		ret = ev_artifact_read(&w->file[k], r, &list.items[i]);
		w->there[k] = ret == 0;
		if (ret == EV_ENOTFOUND && k == PAGE) {
			/* no number is made from it */
			w->page_absent = true;
			ev_error_clear();
			ret = 0;
		} else if (ret == EV_ENOTFOUND) {
			ev_fail(EV_ENOTFOUND, "artifact '%s' of report %.12s "
				"is not here", names[k], line->record.id);
			ev_error_hint("git evidence sync --artifacts");
		}
	}
	for (k = 0; ret == 0 && k < FILES; k++)
		if (!w->there[k] && (k == PREDICTIONS || k == SUITE ||
				     k == REPORT))
			ret = ev_fail(EV_ENOTFOUND, "report %.12s keeps no "
				      "'%s': its numbers cannot be made again",
				      line->record.id, names[k]);
	ev_artifacts_release(&list);
	return ret;
}

static const char *name_of(const struct redo *w, const char *input)
{
	const char *name = ev_get_string(ev_get(ev_get(w->was, "inputs"),
						input), "name");

	return name ? name : input;
}

/* From a file of its own, or a column of the candidate's. */
static int read_reference(struct redo *w, int which)
{
	static const char *const words[] = { "previous", "anchor" };
	const struct ev_reference_spec *spec = which ? &w->suite.anchor :
		&w->suite.previous;
	int file = which ? ANCHOR : PREVIOUS;
	const char *column = spec->column;

	if (!ev_get(ev_get(w->was, "inputs"), words[which]))
		return 0;
	w->read[2 + which] = true;
	if (w->there[file])
		return ev_reference_read_memory(&w->reference[which],
						&w->cohort, &w->suite,
						words[which],
						name_of(w, words[which]),
						w->file[file].ptr,
						w->file[file].len, NULL);
	if (!column && !which)
		column = w->suite.dataset.baseline;
	if (!column)
		return ev_fail(EV_ENOTFOUND, "the report compares with '%s', "
			       "and does not keep its predictions",
			       words[which]);
	return ev_reference_read_memory(&w->reference[which], &w->cohort,
					&w->suite, words[which],
					name_of(w, words[which]),
					w->file[PREDICTIONS].ptr,
					w->file[PREDICTIONS].len, column);
}

static int evaluate(struct redo *w)
{
	struct ev_evaluate_options o = { .jobs = 1 };
	struct ev_report_context x = { 0 };
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;
	int ret;

	ret = ev_suite_parse(&w->suite, "suite", w->file[SUITE].ptr,
			     w->file[SUITE].len);
	w->read[0] = ret == 0;
	if (ret == 0)
		ret = ev_cohort_read_memory(&w->cohort, &w->suite,
					    name_of(w, "predictions"),
					    w->file[PREDICTIONS].ptr,
					    w->file[PREDICTIONS].len);
	w->read[1] = ret == 0;
	if (ret == 0)
		ret = read_reference(w, 0);
	if (ret == 0)
		ret = read_reference(w, 1);
	if (ret == 0)
		ret = ev_evaluate(&w->evaluation, &w->suite, &w->cohort,
				  &w->reference[0], &w->reference[1], &o);
	w->read[4] = ret == 0;
	if (ret == 0) {
		ev_json_init(&j, &text);
		ev_report_json(&j, &w->evaluation, &x);
		ret = ev_json_read(&w->now, "recomputed", text.ptr, text.len);
	}
	ev_buf_release(&text);
	return ret;
}

/* What differs ------------------------------------------------------------ */

static void show(struct ev_buf *out, const struct ev_value *v)
{
	struct ev_json j;

	if (!v) {
		ev_buf_adds(out, "nothing");
		return;
	}
	ev_json_init(&j, out);
	ev_json_value(&j, v);
	if (out->len > 200) {
		ev_buf_setlen(out, 200);
		ev_buf_adds(out, "...");
	}
}

static void differ(struct ev_recomputed *out, const char *path,
		   const struct ev_value *was, const struct ev_value *now)
{
	struct ev_buf a = EV_BUF_INIT, b = EV_BUF_INIT;

	if (out->differences.n == DIFFERENCES_MAX) {
		out->more++;
		return;
	}
	show(&a, was);
	show(&b, now);
	ev_strs_addf(&out->differences, "%s: %s in the record, %s recomputed",
		     path, a.ptr, b.ptr);
	ev_buf_release(&a);
	ev_buf_release(&b);
}

static void compare(struct ev_recomputed *out, const char *path,
		    const struct ev_value *was, const struct ev_value *now,
		    unsigned depth);

static void compare_items(struct ev_recomputed *out, const char *path,
			  const struct ev_value *was,
			  const struct ev_value *now, unsigned depth)
{
	struct ev_buf at = EV_BUF_INIT;
	const struct ev_value *other;
	size_t i, n = was->n > now->n ? was->n : now->n;

	for (i = 0; was->type == EV_LIST && i < n; i++) {
		ev_buf_clear(&at);
		ev_buf_addf(&at, "%s[%zu]", path, i);
		compare(out, at.ptr, i < was->n ? was->items[i] : NULL,
			i < now->n ? now->items[i] : NULL, depth + 1);
	}
	for (i = 0; was->type == EV_MAP && i < was->n + now->n; i++) {
		const char *key = i < was->n ? was->keys[i]->text :
			now->keys[i - was->n]->text;

		other = i < was->n ? was->items[i] : ev_get(was, key);
		if (i >= was->n && other)
			continue;
		ev_buf_clear(&at);
		ev_buf_addf(&at, "%s%s%s", path, *path ? "." : "", key);
		compare(out, at.ptr, other, ev_get(now, key), depth + 1);
	}
	ev_buf_release(&at);
}

static bool same_scalar(const struct ev_value *a, const struct ev_value *b)
{
	if (a->type == EV_BOOL)
		return a->boolean == b->boolean;
	return a->type == EV_NULL || ev_streq(a->text, b->text);
}

/* Digit for digit: numbers are compared as they are written. */
static void compare(struct ev_recomputed *out, const char *path,
		    const struct ev_value *was, const struct ev_value *now,
		    unsigned depth)
{
	if (!was || !now || was->type != now->type || depth > DEPTH_MAX) {
		differ(out, path, was, now);
		return;
	}
	if (was->type == EV_MAP || was->type == EV_LIST) {
		compare_items(out, path, was, now, depth);
		return;
	}
	out->numbers += was->type == EV_NUMBER;
	if (!same_scalar(was, now))
		differ(out, path, was, now);
}

void ev_recomputed_compare(struct ev_recomputed *out, const char *path,
			   const struct ev_value *was,
			   const struct ev_value *now)
{
	compare(out, path, was, now, 0);
}

/*
 * All that follows from suite and data.  What the repository knew then
 * (custody, and the outcome and escalations where it had a say) and the tool
 * that wrote it are no numbers.
 */
static void compare_reports(struct ev_recomputed *out, const struct redo *w)
{
	static const char *const parts[] = {
		"suite", "inputs", "gates", "flow", "slices", "suppressed",
		"checks", "effectiveSuite",
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(parts); i++)
		compare(out, parts[i], ev_get(w->was, parts[i]),
			ev_get(w->now, parts[i]), 0);
}

/* What a record says in itself must be what its whole report says. */
static void compare_record(struct ev_recomputed *out, const struct redo *w,
			   const struct ev_value *predicate)
{
	static const char *const parts[] = { "outcome", "capped", "suite",
					     "inputs", "gates",
					     "syntheticData" };
	char path[40];
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(parts); i++) {
		if (!ev_get(predicate, parts[i]) && !ev_get(w->was, parts[i]))
			continue;
		snprintf(path, sizeof(path), "record.%s", parts[i]);
		compare(out, path, ev_get(predicate, parts[i]),
			ev_get(w->was, parts[i]), 0);
	}
}

/* An outcome may be worse than the gates' (custody), never better. */
static void no_better(struct ev_recomputed *out, const struct redo *w,
		      const char *name, enum ev_outcome_word now)
{
	const char *was = ev_get_string(w->was, name);
	int o;

	for (o = EV_OUT_FAIL; o >= EV_OUT_PASS; o--)
		if (ev_streq(was, ev_outcome_word((enum ev_outcome_word)o)))
			break;
	if (o < (int)now)
		differ(out, name, ev_get(w->was, name),
		       ev_get(w->now, name));
}

int ev_recompute(struct ev_recomputed *out, struct ev_repo *r,
		 struct ev_ledger *l, const struct ev_line *line)
{
	struct ev_statement st = { 0 };
	struct redo w;
	size_t i;
	int ret;

	if (line->record.kind == EV_KIND_GENERATOR)
		return ev_generator_recompute(out, r, l, line);
	memset(out, 0, sizeof(*out));
	memset(&w, 0, sizeof(w));
	for (i = 0; i < FILES; i++)
		ev_buf_init(&w.file[i]);
	ret = ev_line_statement(&st, l, line);
	if (ret == 0)
		ret = read_files(&w, r, l, line);
	if (ret == 0)
		ret = ev_json_read(&w.was, "report.json", w.file[REPORT].ptr,
				   w.file[REPORT].len);
	if (ret == 0)
		ret = evaluate(&w);
	if (ret == 0)
		ret = ev_cohorts_unsaid(out, l, &w.cohort, w.was);
	if (ret == 0) {
		out->done = true;
		no_better(out, &w, "outcome", w.evaluation.outcome);
		if (ev_get(w.was, "capped"))
			no_better(out, &w, "capped", w.evaluation.capped);
		compare_reports(out, &w);
		compare_record(out, &w, st.predicate);
		out->page = w.page_absent ? EV_PAGE_ABSENT : EV_PAGE_NONE;
	}
	if (ret == 0 && w.there[PAGE])
		ret = ev_recompute_page(out, &w.evaluation, w.was,
					&w.file[PAGE]);
	ev_statement_release(&st);
	release(&w);
	return ret;
}

void ev_recomputed_release(struct ev_recomputed *r)
{
	ev_strs_release(&r->differences);
	memset(r, 0, sizeof(*r));
}
