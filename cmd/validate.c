#include "base/compat.h"

#include <unistd.h>

#include "base/file.h"
#include "cmd/schemas.h"
#include "cmd/validate.h"

#define JOBS_MAX 64

static const char *suite_path, *predictions, *baseline, *anchor, *explain;
static const char *key, *supersede, *because, *html, *manifest, *use;
static int64_t jobs;
static bool all, attach;

static const struct option options[] = {
	{ OPT_STRING, 0, "suite", "<file>", "what is measured, and what must "
	  "hold", &suite_path },
	{ OPT_STRING, 0, "predictions", "<file>", "what the candidate "
	  "answered; default: the suite's", &predictions },
	{ OPT_STRING, 0, "baseline", "<file|release>", "what the previous "
	  "version answered", &baseline },
	{ OPT_STRING, 0, "anchor", "<file|release>", "what the fixed version "
	  "answered", &anchor },
	{ OPT_STRING, 0, "explain", "<gate>", "one gate's arithmetic, from "
	  "counts to outcome", &explain },
	{ OPT_FLAG, 0, "all", NULL, "list the gates that pass too", &all },
	{ OPT_INT, 'j', "jobs", "<n>", "threads of the bootstrap; the numbers "
	  "are the same", &jobs },
	{ OPT_STRING, 0, "html", "<file>", "write the report as a page, too",
	  &html },
	{ OPT_STRING, 0, "manifest", "<file>", "of the synthetic cohort that "
	  "the data are", &manifest },
	{ OPT_STRING, 0, "use", "<word>", "what the cohort is used for; "
	  "default: the suite's", &use },
	{ OPT_FLAG, 0, "attach", NULL, "sign the report and keep it in the "
	  "ledger", &attach },
	{ OPT_STRING, 0, "supersede", "<id>", "the report that this one "
	  "replaces", &supersede },
	{ OPT_STRING, 0, "because", "<text>", "why it is replaced", &because },
	{ OPT_STRING, 0, "key", "<fingerprint>", "sign with this key", &key },
	{ 0 }
};

static const char *const synopsis[] = {
	"validate --suite <file> [--predictions <file>] "
	"[--baseline <file|release>] [--anchor <file|release>] "
	"[--manifest <file>] [--use <word>] [--explain <gate>] [--all] "
	"[-j <n>] [--html <file>] [--json]",
	"validate [<rev>] --suite <file> --attach [--predictions <file>] "
	"[--baseline <file|release>] [--anchor <file|release>] "
	"[--supersede <id> --because <text>] [--html <file>] [-n] "
	"[<options>]",
	NULL
};

static int reference_file(struct validation *v, int which, const char *path)
{
	static const char *const names[] = { "previous", "anchor" };

	v->reference_path[which] = path;
	return ev_reference_read(&v->reference[which], &v->cohort, &v->suite,
				 names[which], path);
}

/* A release that the suite names, if it can be found: without it the gates
 * that compare with it are incomplete, and the rest is measured. */
static int reference_release(struct validation *v, int which,
			     const char *release)
{
	int ret;

	if (!v->ctx->repo)
		return 0;
	ret = validation_past(v, which, release);
	if (ret != EV_ENOTFOUND)
		return ret;
	say_warning("no predictions of '%s': %s", release,
		    ev_error_last()->message);
	ev_error_clear();
	return 0;
}

/* What was named, a file or else a release; else what the suite names. */
static int read_reference(struct validation *v, int which, const char *given)
{
	static const char *const names[] = { "previous", "anchor" };
	const struct ev_suite *s = &v->suite;
	const struct ev_reference_spec *spec = which ? &s->anchor :
		&s->previous;
	const char *column = spec->column;

	if (given && !ev_file_exists(given) && v->ctx->repo)
		return validation_past(v, which, given);
	if (given || spec->path)
		return reference_file(v, which, given ? given : spec->path);
	if (!column && !which && !spec->given)
		column = s->dataset.baseline;
	if (column)
		return ev_reference_column(&v->reference[which], &v->cohort, s,
					   names[which], v->predictions,
					   column);
	return spec->release ? reference_release(v, which, spec->release) : 0;
}

static int read_all(struct validation *v)
{
	int ret = ev_suite_read(&v->suite, suite_path);

	if (ret < 0)
		return ret;
	v->predictions = predictions ? predictions : v->suite.dataset.path;
	if (!v->predictions) {
		ret = ev_fail(EV_EINVALID, "suite '%s' names no predictions",
			      v->suite.id);
		ev_error_hint("git evidence validate --suite %s --predictions "
			      "<file>", suite_path);
		return ret;
	}
	if (!predictions && !ev_file_exists(v->predictions))
		return ev_fail_at(ev_get_path(v->suite.tree,
					      "dataset.predictions.path"),
				  "there is no file '%s' here", v->predictions);
	ret = ev_cohort_read(&v->cohort, &v->suite, v->predictions);
	if (ret == 0 && v->cohort.alike)
		say_warning("%s", v->cohort.alike_said);
	if (ret == 0)
		ret = read_reference(v, 0, baseline);
	if (ret == 0)
		ret = read_reference(v, 1, anchor);
	return ret;
}

static unsigned jobs_to_use(void)
{
	long n = jobs ? (long)jobs : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > JOBS_MAX ? JOBS_MAX : (unsigned)n;
}

/* Who chooses at the command line what a candidate is held against can choose
 * an easy one: it is not what the suite asks. */
static void check_reference(struct validation *v, int which, const char *given)
{
	static const char *const names[] = { "previous", "anchor" };
	const struct ev_reference_spec *spec = which ? &v->suite.anchor :
		&v->suite.previous;
	const char *named = spec->release ? spec->release : spec->path ?
		spec->path : spec->column;

	if (!given || !named || (!strcmp(given, named) && !spec->column))
		return;
	ev_evaluation_cap(&v->evaluation, EV_OUT_REVIEW, "the %s version is "
			  "'%s', and the suite names '%s'", names[which],
			  given, named);
}

static int evaluate(struct validation *v, const char *rev)
{
	struct ev_evaluate_options o = { .jobs = jobs_to_use() };
	int ret = attach ? validation_begin(v, rev) : 0;

	if (ret == 0)
		ret = read_all(v);
	if (ret == 0)
		ret = validation_data(v, manifest, use);
	if (ret == 0)
		ret = ev_evaluate(&v->evaluation, &v->suite, &v->cohort,
				  &v->reference[0], &v->reference[1], &o);
	if (ret == 0) {
		check_reference(v, 0, baseline);
		check_reference(v, 1, anchor);
		ev_data_use_apply(&v->evaluation, &v->data);
		ret = validation_leakage(v);
	}
	if (ret == 0 && attach)
		ret = validation_custody(v);
	return ret;
}

static void tell_custody(struct ev_report_custody *out,
			 const struct ev_custody *c)
{
	out->in_policy = c->fixed_at >= 0;
	out->fixed_at = c->fixed_at;
	out->named_at = c->named_at;
	out->uses = c->uses;
	out->diff = c->has_anchor_suite ? &c->diff : NULL;
}

static int make_report(struct ev_buf *out, struct ev_buf *page,
		       const struct validation *v)
{
	struct ev_report_context x = {
		.tool_version = EV_VERSION, .limitations = &v->limitations,
		.cohorts = v->data.told, .n_cohorts = v->data.n,
		.use = v->data.use,
	};
	struct ev_report_custody facts;
	char commit[EV_OID_HEX + 1], tree[EV_OID_HEX + 1];
	struct ev_json j;

	if (attach) {
		ev_oid_hex(commit, &v->record.commit);
		ev_oid_hex(tree, &v->tree);
		x.commit = commit;
		x.tree = tree;
		/* the page says nothing that the report does not */
		x.custody = v->custody.known ? &v->custody.lines : NULL;
		tell_custody(&facts, &v->custody);
		x.facts = v->custody.known ? &facts : NULL;
	}
	ev_json_init(&j, out);
	ev_report_json(&j, &v->evaluation, &x);
	ev_buf_addc(out, '\n');
	return attach || html ? ev_report_page(page, &v->evaluation, &x) : 0;
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

static int check_usage(struct context *ctx, int argc, const char **argv)
{
	if (argc > (attach ? 1 : 0))
		return usage_error(ctx, attach ? "too many words: '%s'" :
				   "a commit is named with --attach alone: "
				   "'%s'", argv[attach ? 1 : 0]);
	if (!suite_path)
		return usage_error(ctx, "a validation needs a --suite");
	if (jobs > JOBS_MAX)
		return usage_error(ctx, "--jobs is at most %d", JOBS_MAX);
	if (explain && (ctx->json || attach))
		return usage_error(ctx, "--explain and %s do not go together",
				   ctx->json ? "--json" : "--attach");
	if (!supersede != !because)
		return usage_error(ctx, "--supersede and --because go "
				   "together");
	if (!attach && (supersede || key || ctx->dry_run))
		return usage_error(ctx, "%s is for --attach", supersede ?
				   "--supersede" : key ? "--key" :
				   "--dry-run");
	return 0;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	int ret = check_usage(ctx, argc, argv), status = EXIT_CANNOT;
	struct ev_buf report = EV_BUF_INIT, page = EV_BUF_INIT;
	struct validation v;

	if (ret)
		return ret;
	memset(&v, 0, sizeof(v));
	v.ctx = ctx;
	v.attach = attach;
	v.suite_path = suite_path;
	v.record.key = key;
	v.record.supersedes = supersede;
	v.record.because = because;
	ret = evaluate(&v, argc ? argv[0] : "HEAD");
	if (ret == 0)
		ret = make_report(&report, &page, &v);
	if (ret == 0 && attach)
		ret = validation_attach(&v, &report, &page);
	if (ret == 0 && html && !ctx->dry_run)
		ret = ev_file_replace(html, page.ptr, page.len, 0666);
	if (ret == 0 && explain)
		ret = validation_explain(&v, explain);
	else if (ret == 0 && ctx->json)
		validation_print_json(&v, &report);
	else if (ret == 0)
		validation_print(&v, all);
	if (ret == 0 && attach && !ctx->json)
		validation_print_record(&v);
	if (ret == 0)
		status = exit_of(v.evaluation.outcome);
	validation_release(&v);
	ev_buf_release(&report);
	ev_buf_release(&page);
	return ret < 0 ? report_error(ctx) : finish_output(status);
}

const struct verb verb_validate = {
	.name = "validate",
	.group = GROUP_RECORD,
	.flags = MAY_REPO | ASKS_CONFIG | WRITES | HAS_JSON,
	.summary = "measure a model's predictions and judge the gates of a "
		"suite",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_validate,
};
