#include "base/compat.h"

#include "clinical/report.h"
#include "cmd/render.h"
#include "cmd/schemas.h"

static const char *suite_path, *predictions, *baseline, *anchor, *explain;
static int64_t jobs = 1;
static bool all;

static const struct option options[] = {
	{ OPT_STRING, 0, "suite", "<file>", "what is measured, and what must "
	  "hold", &suite_path },
	{ OPT_STRING, 0, "predictions", "<file>", "what the candidate "
	  "answered; default: the suite's", &predictions },
	{ OPT_STRING, 0, "baseline", "<file>", "what the previous version "
	  "answered", &baseline },
	{ OPT_STRING, 0, "anchor", "<file>", "what the fixed version "
	  "answered", &anchor },
	{ OPT_STRING, 0, "explain", "<gate>", "one gate's arithmetic, from "
	  "counts to outcome", &explain },
	{ OPT_FLAG, 0, "all", NULL, "list the gates that pass too", &all },
	{ OPT_INT, 'j', "jobs", "<n>", "threads of the bootstrap; the numbers "
	  "are the same", &jobs },
	{ 0 }
};

static const char *const synopsis[] = {
	"validate --suite <file> [--predictions <file>] [--baseline <file>] "
	"[--anchor <file>] [--explain <gate>] [--all] [-j <n>] [--json]",
	NULL
};

/* All that is read, and what came out of it. */
struct validation {
	struct ev_suite suite;
	struct ev_cohort cohort;
	struct ev_reference reference[2];	/* previous, anchor */
	struct ev_evaluation evaluation;
};

static void release(struct validation *v)
{
	ev_evaluation_release(&v->evaluation);
	ev_reference_release(&v->reference[0]);
	ev_reference_release(&v->reference[1]);
	ev_cohort_release(&v->cohort);
	ev_suite_release(&v->suite);
}

/* A file that was named, else what the suite names. */
static int read_reference(struct validation *v, int which, const char *given)
{
	static const char *const names[] = { "previous", "anchor" };
	const struct ev_suite *s = &v->suite;
	const struct ev_reference_spec *spec = which ? &s->anchor :
		&s->previous;
	const char *column = spec->column;

	if (given)
		return ev_reference_read(&v->reference[which], &v->cohort, s,
					 names[which], given);
	if (spec->given && spec->path)
		return ev_reference_read(&v->reference[which], &v->cohort, s,
					 names[which], spec->path);
	if (!column && !which && !spec->given)
		column = s->dataset.baseline;
	if (!column)
		return 0;
	return ev_reference_column(&v->reference[which], &v->cohort, s,
				   names[which], predictions, column);
}

static int read_all(struct validation *v)
{
	int ret = ev_suite_read(&v->suite, suite_path);

	if (ret < 0)
		return ret;
	if (!predictions)
		predictions = v->suite.dataset.path;
	if (!predictions) {
		ret = ev_fail(EV_EINVALID, "suite '%s' names no predictions",
			      v->suite.id);
		ev_error_hint("git evidence validate --suite %s --predictions "
			      "<file>", suite_path);
		return ret;
	}
	ret = ev_cohort_read(&v->cohort, &v->suite, predictions);
	if (ret == 0)
		ret = read_reference(v, 0, baseline);
	if (ret == 0)
		ret = read_reference(v, 1, anchor);
	return ret;
}

static int evaluate(struct validation *v)
{
	struct ev_evaluate_options o = { .jobs = (unsigned)jobs };
	int ret = read_all(v);

	if (ret < 0)
		return ret;
	return ev_evaluate(&v->evaluation, &v->suite, &v->cohort,
			   &v->reference[0], &v->reference[1], &o);
}

static enum colour colour_of(enum ev_outcome_word o)
{
	switch (o) {
	case EV_OUT_PASS:
		return COLOUR_GOOD;
	case EV_OUT_FAIL:
		return COLOUR_BAD;
	case EV_OUT_REVIEW:
	case EV_OUT_INCOMPLETE:
		break;
	}
	return COLOUR_WARN;
}

static void print_row(const struct ev_evaluation *e,
		      const struct ev_gate_row *r)
{
	char place[200];

	snprintf(place, sizeof(place), "%s%s%s", r->slice_name,
		 r->against ? " against " : "", r->against ? r->against : "");
	out_cell("", 2);
	out_word(colour_of(r->outcome), ev_outcome_word(r->outcome), 12);
	out_cell(e->suite->gates[r->gate].id, 28);
	out_cell(place, 28);
	out_line("%s", r->reason);
}

static void print_rows(const struct ev_evaluation *e)
{
	int o;
	size_t i, passed = 0;

	for (o = EV_OUT_FAIL; o >= EV_OUT_PASS; o--) {
		for (i = 0; i < e->n_rows; i++) {
			if ((int)e->rows[i].outcome != o)
				continue;
			if (o == EV_OUT_PASS && !all)
				passed++;
			else
				print_row(e, &e->rows[i]);
		}
	}
	if (!passed)
		return;
	out_cell("", 2);
	out_word(COLOUR_GOOD, "pass", 12);
	out_line("%zu %s", passed, passed == e->n_rows ? "gates" : "others");
}

/* Reasons that no gate has given already. */
static void print_reasons(const struct ev_evaluation *e)
{
	size_t i, given = 0;

	for (i = 0; i < e->n_rows; i++)
		given += e->rows[i].outcome != EV_OUT_PASS;
	for (i = 0; i < e->reasons.n; i++) {
		bool of_gate = false;
		size_t k;

		for (k = 0; k < e->n_rows && !of_gate; k++) {
			const char *id = e->suite->gates[e->rows[k].gate].id;

			of_gate = ev_starts_with(e->reasons.items[i], id) &&
				e->reasons.items[i][strlen(id)] == ':';
		}
		if (!of_gate)
			out_line("  %s", e->reasons.items[i]);
	}
	for (i = 0; i < e->n_triggers; i++) {
		const struct ev_trigger *t = &e->triggers[i];
		struct ev_buf roles = EV_BUF_INIT;
		size_t k;

		for (k = 0; t->roles && k < t->roles->n; k++)
			ev_buf_addf(&roles, "%s%s", k ? ", " : "",
				    t->roles->items[k]);
		out_line("  escalated to %s: %s", roles.ptr, t->why);
		ev_buf_release(&roles);
	}
}

static void print_text(const struct ev_evaluation *e)
{
	const struct ev_cohort *c = e->cohort;

	out_word(colour_of(e->outcome), ev_outcome_word(e->outcome), 0);
	out_line(": %s %s on %zu rows of %u patients (%s)", e->suite->id,
		 e->suite->version ? e->suite->version : "", c->n, c->patients,
		 c->name);
	print_rows(e);
	print_reasons(e);
}

static void print_json(const struct ev_evaluation *e)
{
	struct ev_report_context x = { .tool_version = EV_VERSION };
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;

	ev_json_init(&j, &buf);
	ev_report_json(&j, e, &x);
	ev_buf_addc(&buf, '\n');
	out_raw(buf.ptr, buf.len);
	ev_buf_release(&buf);
}

static int print_explained(const struct ev_evaluation *e)
{
	struct ev_buf buf = EV_BUF_INIT;
	char *line, *end;
	int ret = ev_explain(&buf, e, explain);

	for (line = buf.ptr; ret == 0 && *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = 0;
		out_line("%s", line);
	}
	ev_buf_release(&buf);
	return ret;
}

static int exit_of(enum ev_outcome_word o)
{
	switch (o) {
	case EV_OUT_PASS:
		return EXIT_PASS;
	case EV_OUT_REVIEW:
		return EXIT_REVIEW;
	case EV_OUT_INCOMPLETE:
		return EXIT_INCOMPLETE;
	case EV_OUT_FAIL:
		break;
	}
	return EXIT_FAIL;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct validation v;
	int ret, status = EXIT_CANNOT;

	if (argc)
		return usage_error(ctx, "too many words: '%s'", argv[0]);
	if (!suite_path)
		return usage_error(ctx, "a validation needs a --suite");
	if (jobs < 1 || jobs > 256)
		return usage_error(ctx, "--jobs is from 1 to 256");
	if (explain && ctx->json)
		return usage_error(ctx, "--explain and --json do not go "
				   "together");
	memset(&v, 0, sizeof(v));
	ret = evaluate(&v);
	if (ret == 0 && explain)
		ret = print_explained(&v.evaluation);
	else if (ret == 0 && ctx->json)
		print_json(&v.evaluation);
	else if (ret == 0)
		print_text(&v.evaluation);
	if (ret == 0)
		status = exit_of(v.evaluation.outcome);
	release(&v);
	return ret < 0 ? report_error(ctx) : finish_output(status);
}

const struct verb verb_validate = {
	.name = "validate",
	.group = GROUP_RECORD,
	.flags = MAY_REPO | HAS_JSON,
	.summary = "measure a model's predictions and judge the gates of a "
		"suite",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_validate,
};
