#include "base/compat.h"

#include <signal.h>

#include "base/file.h"
#include "cmd/words.h"
#include "gate/client.h"
#include "study/run.h"

static struct {
	const char *name, *junit, *supersede, *because, *key;
	struct ev_strs artifacts;
	bool hermetic, command;
} opt;

static const struct option options[] = {
	{ OPT_STRING, 0, "name", "<name>", "name of the test, as the policy "
	  "asks for it", &opt.name },
	{ OPT_FLAG, 0, "hermetic", NULL, "run it without network and with all "
	  "but the checkout read-only", &opt.hermetic },
	{ OPT_STRING, 0, "junit", "<file>", "JUnit report that the command "
	  "writes", &opt.junit },
	{ OPT_LIST, 0, "artifact", "<name>=<path>", "file that the command "
	  "writes, to be kept with the record", &opt.artifacts },
	{ OPT_STRING, 0, "supersede", "<id>", "record that this one replaces",
	  &opt.supersede },
	{ OPT_STRING, 0, "because", "<text>", "why it is replaced",
	  &opt.because },
	{ OPT_STRING, 0, "key", "<fingerprint>", "key to sign with", &opt.key },
	{ OPT_STOP, 0, "--", NULL, NULL, &opt.command },
	{ 0 }
};

static const char *const synopsis[] = {
	"run [<rev>] --name <name> [<options>] -- <command> [<argument>...]",
	NULL
};

/* A reader who has gone must not end the test. */
static int show(void *ctx, int fd, const char *p, size_t n)
{
	(void)ctx;
	(void)ev_fd_write(fd, p, n);
	return 0;
}

static void note(void *ctx, const char *text)
{
	(void)ctx;
	say_warning("%s", text);
}

static int record(struct context *ctx, const char *rev,
		  const char *const *argv)
{
	struct reader reader = { 0 };
	struct ev_run_result result = { 0 };
	struct ev_run run = {
		.name = opt.name, .argv = argv, .hermetic = opt.hermetic,
		.dry_run = ctx->dry_run, .junit = opt.junit,
		.artifacts = &opt.artifacts, .supersedes = opt.supersede,
		.because = opt.because, .key = opt.key,
		.output = show, .note = note, .ctx = ctx
	};
	char name[EV_OID_HEX + 1];
	int ret, status;

	ret = reader_require(&reader, ctx->repo);
	if (ret == 0)
		ret = rev_read(&run.commit, &reader, ctx->repo, rev);
	if (ret == 0)
		ret = ev_run(&result, ctx->repo, reader.trust, &run);
	status = result.status;
	if (ret < 0) {
		status = report_error(ctx);
		if (result.ran)
			say_warning("the command ended with status %d, but no "
				    "record of it was written", result.status);
		goto out;
	}
	if (!ctx->dry_run)
		ev_unshared_set(ctx->repo, true);
	ev_repo_short(name, ctx->repo, &run.commit);
	if (ctx->dry_run)
		say_note(ctx, "would run '%s' on %s and record it as test '%s'",
			 argv[0], name, opt.name);
	else
		say_note(ctx, "recorded test '%s' on %s as %s: %.12s",
			 opt.name, name, result.result, result.record.id);
out:
	reader_release(&reader);
	return status;
}

/* Words before `--` in *before; the command is what it returns. */
static const char **split(int *before, int argc, const char **argv)
{
	for (*before = 0; *before < argc; ++*before)
		if (opt.command && !strcmp(argv[*before], "--"))
			return argv + *before + 1;
	return argv + argc;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, usual;
	const char **command;
	int before, status;

	command = split(&before, argc, argv);
	if (!*command)
		return usage_error(ctx, "what is to be run? put it after '--'");
	if (before > 1)
		return usage_error(ctx, "too many words before '--': '%s'",
				   argv[1]);
	if (!opt.name)
		return usage_error(ctx, "the test needs a --name");
	if (!opt.supersede != !opt.because)
		return usage_error(ctx, "--supersede and --because go "
				   "together");
	/* Whoever reads our output may go; the test goes on. */
	sigaction(SIGPIPE, &ignore, &usual);
	status = record(ctx, before ? argv[0] : "HEAD", command);
	sigaction(SIGPIPE, &usual, NULL);
	ev_strs_release(&opt.artifacts);
	return status;
}

const struct verb verb_run = {
	.name = "run", .group = GROUP_RECORD, .flags = NEED_REPO | ASKS_CONFIG | WRITES,
	.summary = "run a test on the files of a commit and record its result",
	.synopsis = synopsis, .options = options, .run = run,
};
