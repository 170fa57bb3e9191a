#include "base/compat.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/render.h"
#include "cmd/schemas.h"
#include "cmd/synth_attach.h"
#include "cmd/synth_guard.h"
#include "cmd/usage.h"
#include "synth/manifest.h"

static int64_t seed = -1, patients = -1, jobs;
static const char *folder, *format, *patient, *explain;
static bool check;

static const struct option options[] = {
	{ OPT_INT, 0, "seed", "<n>", "the cohort's number: the same one gives "
	  "the same bytes", &seed },
	{ OPT_INT, 'n', "patients", "<n>", "how many; default: the pack's",
	  &patients },
	{ OPT_STRING, 'o', "output", "<dir>", "new or empty folder for the "
	  "tables and the manifest", &folder },
	{ OPT_STRING, 0, "format", "<csv|jsonl>", "of the tables; default: "
	  "csv", &format },
	{ OPT_INT, 'j', "jobs", "<n>", "threads; the bytes are the same",
	  &jobs },
	{ OPT_STRING, 0, "patient", "<id>", "print the rows of one patient "
	  "alone", &patient },
	{ OPT_FLAG, 0, "check", NULL, "read the pack, and say what it would "
	  "make", &check },
	{ OPT_STRING, 0, "explain", "<variable>", "how a value comes about",
	  &explain },
	{ OPT_STRING, 0, "reference", "<file>", "compare with this table, "
	  "which is not stored", &synth_guard.reference },
	{ OPT_STRING, 0, "holdout", "<file>", "rows that the reference does "
	  "not have", &synth_guard.holdout },
	{ OPT_STRING, 0, "suite", "<file>", "measure a device's predictions "
	  "by this suite", &synth_guard.suite },
	{ OPT_STRING, 0, "predictions", "<file>", "what it answered for the "
	  "patients of this cohort", &synth_guard.predictions },
	{ OPT_STRING, 0, "html", "<file>", "write the guardrails as a page, "
	  "too", &synth_guard.html },
	{ OPT_FLAG, 0, "no-guardrails", NULL, "write the cohort unjudged",
	  &synth_guard.none },
	{ OPT_FLAG, 0, "attach", NULL, "sign the manifest and keep it and the "
	  "pack in the ledger", &synth_attach.wanted },
	{ OPT_STRING, 0, "name", "<name>", "of the record; default: the "
	  "pack's id", &synth_attach.name },
	{ OPT_STRING, 0, "supersede", "<id>", "record that this one replaces",
	  &synth_attach.supersede },
	{ OPT_STRING, 0, "because", "<text>", "why it is replaced",
	  &synth_attach.because },
	{ OPT_STRING, 0, "key", "<fingerprint>", "sign with this key",
	  &synth_attach.key },
	{ 0 }
};

static const char *const synopsis[] = {
	"synth <pack> --seed <n> -o <dir> [-n <patients>] "
	"[--format <csv|jsonl>] [--reference <file> [--holdout <file>]] "
	"[--suite <file> --predictions <file>] [--html <file>] "
	"[--no-guardrails] [-j <n>] [--json]",
	"synth <pack> [<rev>] --seed <n> -o <dir> --attach [--name <name>] "
	"[--supersede <id> --because <text>] [--key <fingerprint>] "
	"[<options>]",
	"synth <pack> --seed <n> --patient <id> [-n <patients>] "
	"[--format <csv|jsonl>]",
	"synth <pack> --check [-n <patients>] [--json]",
	"synth <pack> --explain <variable>",
	NULL
};

/* Shown on a terminal, when it takes longer than people like to wait. */
struct progress {
	struct timespec begin, last;
	bool wanted, shown;
};

static volatile sig_atomic_t stopped;

static void on_signal(int signal)
{
	stopped = signal;
}

static double since(const struct timespec *then, const struct timespec *now)
{
	return (double)(now->tv_sec - then->tv_sec) +
		1e-9 * (double)(now->tv_nsec - then->tv_nsec);
}

static void show_progress(void *ctx, uint64_t done, uint64_t all)
{
	struct progress *p = ctx;
	struct timespec now;

	if (!p->wanted)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (since(&p->begin, &now) < 1 ||
	    (p->shown && since(&p->last, &now) < 0.1))
		return;
	p->last = now;
	p->shown = true;
	fprintf(stderr, "\rdrawing patients: %3u%% (%llu/%llu)",
		(unsigned)(done * 100 / all), (unsigned long long)done,
		(unsigned long long)all);
	fflush(stderr);
}

struct making {
	struct context *ctx;
	struct progress progress;
	const struct ev_source *source;
	const char *pack_path;
};

static void progress_of(void *ctx, uint64_t done, uint64_t all)
{
	show_progress(&((struct making *)ctx)->progress, done, all);
}

static unsigned jobs_to_use(void)
{
	long n = jobs ? (long)jobs : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > (long)EV_SYNTH_JOBS_MAX ? EV_SYNTH_JOBS_MAX :
		(unsigned)n;
}

static int put_manifest(void *ctx, const struct ev_synth_result *r,
			const char *at)
{
	const struct making *m = ctx;
	struct ev_buf text = EV_BUF_INIT, path = EV_BUF_INIT;
	struct ev_synth_input inputs[SYNTH_GUARD_INPUTS];
	struct ev_synth_about about = {
		.tool_version = EV_VERSION, .build_flags = EV_BUILD_FLAGS,
		.commit = *EV_COMMIT ? EV_COMMIT : NULL, .inputs = inputs,
		.approved_by = &synth_attach.approved_by,
	};
	int ret = synth_guard_check(m->source, r, at, m->pack_path,
				    jobs_to_use());

	if (ret < 0)
		return ret;
	about.guards = synth_guard_of();
	about.n_inputs = synth_guard_inputs(inputs);
	ev_synth_manifest(&text, m->source, r, &about);
	ev_path_join(&path, at, "manifest.json");
	ret = ev_file_create(path.ptr, text.ptr, text.len, 0666);
	if (ret == 0)
		ret = synth_attach_record(m->ctx, &text, synth_guard.page.len ?
					  &synth_guard.page : NULL);
	ev_buf_release(&text);
	ev_buf_release(&path);
	return ret;
}

static enum ev_synth_format format_to_use(void)
{
	return format && !strcmp(format, "jsonl") ? EV_SYNTH_JSONL :
		EV_SYNTH_CSV;
}

static void json_cohort(struct ev_json *j, const struct ev_source *s)
{
	const struct ev_pack *p = s->pack;

	ev_json_key(j, "pack");
	ev_json_object(j);
	ev_json_kv(j, "id", p->id);
	ev_json_kv(j, "version", p->version);
	ev_json_kv(j, "digest", p->digest);
	ev_json_end_object(j);
	ev_json_kvi(j, "patients", (int64_t)s->patients);
}

static void json_scenarios(struct ev_json *j, const struct ev_source *s)
{
	const struct ev_pack *p = s->pack;
	size_t i;

	ev_json_key(j, "scenarios");
	ev_json_list(j);
	for (i = 0; i < p->n_scenarios; i++) {
		ev_json_object(j);
		ev_json_kv(j, "id", p->scenarios[i].id);
		ev_json_kv(j, "risk", ev_risk_name(p->scenarios[i].risk));
		ev_json_kvi(j, "patients", (int64_t)s->counts[i]);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void json_result(struct ev_json *j, const struct ev_source *s,
			const struct ev_synth_result *r)
{
	const struct ev_pack *p = s->pack;
	char text[24];
	size_t i;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)s->seed);
	ev_json_kv(j, "seed", text);
	ev_json_kv(j, "digest", r->digest);
	ev_json_kvi(j, "rows", (int64_t)r->rows);
	ev_json_key(j, "files");
	ev_json_list(j);
	for (i = 0; i < r->n_files; i++) {
		ev_json_object(j);
		ev_json_kv(j, "name", r->files[i].name);
		ev_json_kv(j, "sha256", r->files[i].sha256);
		ev_json_kvi(j, "bytes", (int64_t)r->files[i].bytes);
		ev_json_kvi(j, "rows", (int64_t)r->files[i].rows);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
	ev_json_kvi(j, "retries", (int64_t)(r->attempts - r->patients));
	ev_json_key(j, "constraints");
	ev_json_list(j);
	for (i = 0; i < p->n_constraints; i++) {
		bool hard = p->constraints[i].kind == EV_C_HARD;

		ev_json_object(j);
		ev_json_kv(j, "id", p->constraints[i].id);
		ev_json_kv(j, "kind", hard ? "hard" : "soft");
		ev_json_kvi(j, hard ? "retries" : "events",
			    (int64_t)(hard ? r->refused[i] : r->soft[i]));
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void print_scenarios(const struct ev_source *s)
{
	const struct ev_pack *p = s->pack;
	char count[24];
	size_t i;

	for (i = 0; i < p->n_scenarios; i++) {
		snprintf(count, sizeof(count), "%10llu",
			 (unsigned long long)s->counts[i]);
		out_line("%s  %-9s  %s", count,
			 ev_risk_name(p->scenarios[i].risk),
			 p->scenarios[i].id);
	}
}

static void print_result(const struct ev_source *s,
			 const struct ev_synth_result *r)
{
	const struct ev_pack *p = s->pack;
	size_t i;

	out_line("wrote %llu patients of %s %s, seed %llu, to %s",
		 (unsigned long long)r->patients, p->id, p->version,
		 (unsigned long long)s->seed, folder);
	print_scenarios(s);
	for (i = 0; i < p->n_constraints; i++)
		if (p->constraints[i].kind == EV_C_HARD && r->refused[i])
			out_line("drawn again %llu times for constraint %s",
				 (unsigned long long)r->refused[i],
				 p->constraints[i].id);
	for (i = 0; i < r->n_files; i++)
		out_line("%s  %s", r->files[i].sha256, r->files[i].name);
}

static int make(struct context *ctx, const struct ev_source *s,
		const char *pack_path)
{
	struct making m = { .ctx = ctx, .source = s, .pack_path = pack_path };
	struct ev_synth_plan plan = {
		.source = s, .format = format_to_use(), .folder = folder,
		.jobs = jobs_to_use(), .only = -1, .progress = progress_of,
		.finish = put_manifest, .ctx = &m, .stop = &stopped,
	};
	struct sigaction action = { .sa_handler = on_signal };
	struct ev_synth_result r;
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	int ret;

	action.sa_flags = SA_RESETHAND;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	m.progress.wanted = !ctx->quiet && isatty(STDERR_FILENO);
	clock_gettime(CLOCK_MONOTONIC, &m.progress.begin);
	ret = ev_synth_write(&r, &plan);
	if (m.progress.shown)
		fputs("\r\033[K", stderr);
	if (ret == 0 && ctx->json) {
		json_begin(&j, &buf, ctx);
		json_cohort(&j, s);
		json_scenarios(&j, s);
		json_result(&j, s, &r);
		synth_guard_json(&j);
		synth_attach_json(&j);
		json_finish(&j);
		ev_buf_release(&buf);
	} else if (ret == 0) {
		print_result(s, &r);
		synth_guard_print(false);
		synth_attach_print(ctx);
	}
	if (ret == 0)
		ret = synth_guard_page();
	ev_synth_result_release(&r);
	return ret;
}

static int print_patient(const struct ev_source *s)
{
	struct ev_buf rows = EV_BUF_INIT, windows = EV_BUF_INIT;
	uint64_t i;
	int ret = ev_source_find(&i, s, patient);

	if (ret == 0)
		ret = ev_synth_rows(&rows, &windows, s, format_to_use(), i);
	if (ret == 0) {
		out_raw(rows.ptr, rows.len);
		if (windows.len)
			out_raw("\n", 1);
		out_raw(windows.ptr, windows.len);
	}
	ev_buf_release(&rows);
	ev_buf_release(&windows);
	return ret;
}

static int check_pack(struct context *ctx, const struct ev_source *s)
{
	const struct ev_pack *p = s->pack;
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;

	if (ctx->json) {
		json_begin(&j, &buf, ctx);
		json_cohort(&j, s);
		json_scenarios(&j, s);
		json_finish(&j);
		ev_buf_release(&buf);
		return 0;
	}
	out_line("%s %s: %zu variables, %zu constraints, %zu scenarios", p->id,
		 p->version, p->n_variables, p->n_constraints, p->n_scenarios);
	out_line("a cohort of %llu patients has",
		 (unsigned long long)s->patients);
	print_scenarios(s);
	return 0;
}

static int explain_one(const struct ev_pack *p)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret = ev_pack_explain(&text, p, explain);
	char *line, *save = NULL;

	for (line = strtok_r(text.ptr, "\n", &save); ret == 0 && line;
	     line = strtok_r(NULL, "\n", &save))
		out_line("%s", line);
	ev_buf_release(&text);
	return ret;
}

static int check_usage(struct context *ctx, int argc, const char **argv)
{
	int modes = !!folder + !!patient + check + !!explain, n;

	if (!argc)
		return usage_error(ctx, "which pack?");
	if (argc > (synth_attach.wanted ? 2 : 1))
		return usage_error(ctx, synth_attach.wanted ? "too many words: "
				   "'%s'" : "one pack at a time: '%s'",
				   argv[synth_attach.wanted ? 2 : 1]);
	if (!modes)
		return usage_error(ctx, "where to? name a folder with -o");
	if (modes > 1)
		return usage_error(ctx, "-o, --patient, --check and --explain "
				   "do not go together");
	if ((folder || patient) && seed < 0)
		return usage_error(ctx, "a cohort needs a --seed");
	if (ctx->json && !folder && !check)
		return usage_error(ctx, "--json does not go with %s",
				   patient ? "--patient" : "--explain");
	if (format && strcmp(format, "csv") && strcmp(format, "jsonl"))
		return usage_error(ctx, "--format is csv or jsonl, not '%s'",
				   format);
	if (jobs > (int64_t)EV_SYNTH_JOBS_MAX)
		return usage_error(ctx, "--jobs is at most %u",
				   EV_SYNTH_JOBS_MAX);
	n = synth_guard_usage(ctx, folder != NULL);
	return n ? n : synth_attach_usage(ctx, folder != NULL);
}

static int run(struct context *ctx, int argc, const char **argv)
{
	int ret = check_usage(ctx, argc, argv);
	struct ev_source source;
	struct ev_pack pack;

	if (ret)
		return ret;
	ret = ev_pack_read(&pack, argv[0]);
	if (ret < 0)
		return report_error(ctx);
	if (explain) {
		ret = explain_one(&pack);
	} else {
		ret = ev_source_init(&source, &pack,
				     seed < 0 ? 0 : (uint64_t)seed, patients < 0 ?
				     pack.patients : (uint64_t)patients);
		if (ret == 0)
			ret = synth_attach_begin(ctx, argc > 1 ? argv[1] :
						 "HEAD", argv[0], pack.digest);
		if (ret == 0)
			ret = check ? check_pack(ctx, &source) : patient ?
				print_patient(&source) :
				make(ctx, &source, argv[0]);
		ev_source_release(&source);
	}
	ev_pack_release(&pack);
	ret = ret < 0 ? report_error(ctx) :
		finish_output(synth_guard_exit());
	synth_guard_release();
	synth_attach_release();
	return ret;
}

const struct verb verb_synth = {
	.name = "synth",
	.group = GROUP_RECORD,
	.flags = MAY_REPO | ASKS_CONFIG | HAS_JSON,
	.summary = "make a synthetic cohort from a scenario pack",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_synth,
};
