#include "base/compat.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "cmd/complete.h"
#include "cmd/pager.h"
#include "cmd/render.h"
#include "cmd/usage.h"
#include "data/yaml.h"
#include "policy/policy.h"
#include "repo/config.h"

#define POLICY_LIMIT ((size_t)4 << 20)

/* A closed descriptor 0, 1 or 2 would be given to the next file we open, and
 * messages would end in it.  What is written to a closed standard output must
 * fail, so this one cannot be written to. */
static void open_standard_files(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY
							  : O_RDWR) < 0)
			return;
}

static int run_verb(const struct verb *v, int argc, const char **argv)
{
	struct context ctx = { .verb = v };
	struct common_flags common = usage_common(v, &ctx);
	struct ev_buf text = EV_BUF_INIT;
	int ret = options_parse(v->name, v->options, &common, &argc, &argv);

	if (ret == 1) {
		usage_text(&text, v);
		out_raw(text.ptr, text.len);
		ev_buf_release(&text);
		return finish_output(EXIT_PASS);
	}
	if (ret == 2)
		return finish_output(usage_manual(v));
	if (ret)
		return finish_output(ret);

	if (v->flags & (NEED_REPO | MAY_REPO)) {
		ret = ev_repo_open(&ctx.repo, NULL);
		if (ret && ((v->flags & NEED_REPO) || ret != EV_ENOTFOUND))
			return finish_output(report_error(&ctx));
		ev_error_clear();
	}
	if (v->flags & ASKS_CONFIG)
		ev_config_begin(ctx.repo);
	render_setup(&ctx);
	if ((v->flags & MAY_PAGE) && !ctx.json)
		pager_start(ctx.repo);
	ret = finish_output(v->run(&ctx, argc, argv));
	pager_finish();
	ev_repo_close(ctx.repo);
	return ret;
}

static int print_version(void)
{
	out_line("git-evidence version %s", EV_VERSION);
	return finish_output(EXIT_PASS);
}

/* A bare repository has no folder to look into. */
static bool read_product_of_head(struct ev_buf *out, struct ev_repo *repo)
{
	struct ev_policy p;

	if (ev_policy_read_head(&p, repo) == 0 && p.trust.product_name)
		ev_buf_adds(out, p.trust.product_name);
	ev_policy_release(&p);
	ev_error_clear();
	return out->len > 0;
}

/* The product that .evidence/policy.yaml names; false if it cannot be told. */
static bool read_product(struct ev_buf *out, struct ev_repo *repo)
{
	struct ev_buf path = EV_BUF_INIT, text = EV_BUF_INIT;
	struct ev_value *policy = NULL;
	const char *dir = ev_repo_workdir(repo), *name = NULL;

	if (!dir)
		return read_product_of_head(out, repo);
	ev_path_join(&path, dir, ".evidence/policy.yaml");
	if (!ev_file_read(&text, path.ptr, POLICY_LIMIT) &&
	    !ev_yaml_read(&policy, ".evidence/policy.yaml", text.ptr,
			  text.len))
		name = ev_get_string(ev_get(policy, "product"), "name");
	if (name)
		ev_buf_adds(out, name);
	ev_value_free(policy);
	ev_buf_release(&text);
	ev_buf_release(&path);
	ev_error_clear();
	return out->len > 0;
}

static void print_next(const char *const *lines)
{
	out_raw("\n", 1);
	for (; lines[0]; lines += 2)
		out_line("   %-42s %s", lines[0], lines[1]);
	out_raw("\n", 1);
	out_line("'git evidence help' lists all verbs.");
}

/* No verb: in a repository its state and what to do next, else short help. */
static int run_bare(void)
{
	static const char *const fresh[] = {
		"git evidence init --product <name>", "set this repository up",
		"git evidence help init", "what that writes",
		"git evidence help", "everything else", NULL
	};
	static const char *const ready[] = {
		"git evidence attach manifest", "record what HEAD is",
		"git evidence run --name unit -- make test",
		"run a test, record how it went",
		"git evidence log", "look at the records", NULL
	};
	struct ev_buf text = EV_BUF_INIT;
	struct ev_repo *repo = NULL;
	int ret = ev_repo_open(&repo, NULL);

	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		usage_overview(&text, false);
		out_raw(text.ptr, text.len);
		ret = EXIT_FAIL;
	} else if (ret) {
		struct context ctx = { .repo = NULL };

		ret = report_error(&ctx);
	} else if (read_product(&text, repo)) {
		out_line("This repository keeps evidence for '%s'.", text.ptr);
		print_next(ready);
	} else {
		out_line("This repository is not set up to keep evidence.");
		print_next(fresh);
	}
	ev_repo_close(repo);
	ev_buf_release(&text);
	return finish_output(ret);
}

static int unknown_verb(const char *name)
{
	const char *near = verb_closest(name);
	struct ev_buf msg = EV_BUF_INIT;

	ev_buf_addf(&msg, "there is no verb '%s'", name);
	if (near)
		ev_buf_addf(&msg, ", did you mean '%s'?", near);
	usage_fail(NULL, false, msg.ptr);
	ev_buf_release(&msg);
	say_hint("git evidence help");
	return EXIT_USAGE;
}

static int unknown_option(const char *arg)
{
	struct ev_buf msg = EV_BUF_INIT;

	ev_buf_addf(&msg, "unknown option '%s' before the verb", arg);
	usage_fail(NULL, false, msg.ptr);
	ev_buf_release(&msg);
	say_hint("git evidence help");
	return EXIT_USAGE;
}

static int change_dir(const char *path)
{
	struct context ctx = { .repo = NULL };

	if (!path)
		return usage_fail(NULL, false, "option '-C' needs a folder");
	if (!*path || !chdir(path))
		return 0;
	ev_fail_errno(EV_ERROR, "cannot change to '%s'", path);
	return report_error(&ctx);
}

static int print_overview(void)
{
	struct ev_buf text = EV_BUF_INIT;

	usage_overview(&text, false);
	out_raw(text.ptr, text.len);
	ev_buf_release(&text);
	return finish_output(EXIT_PASS);
}

static int dispatch(int argc, const char **argv)
{
	const struct verb *v;

	while (argc && argv[0][0] == '-') {
		int ret;

		if (!strcmp(argv[0], "--version"))
			return print_version();
		if (!strcmp(argv[0], "-h"))
			return print_overview();
		if (!strcmp(argv[0], "--help"))
			return finish_output(usage_manual(NULL));
		if (!strcmp(argv[0], "--complete"))
			return complete(argc - 1, argv + 1);
		if (strcmp(argv[0], "-C"))
			return unknown_option(argv[0]);
		ret = change_dir(argv[1]);
		if (ret)
			return ret;
		argc -= 2;
		argv += 2;
	}
	if (!argc)
		return run_bare();
	v = verb_find(argv[0]);
	if (v)
		return run_verb(v, argc - 1, argv + 1);
	if (!strcmp(argv[0], "version"))
		return print_version();
	return unknown_verb(argv[0]);
}

int main(int argc, char **argv)
{
	/* some parents ignore it, and then we would report a broken pipe */
	signal(SIGPIPE, SIG_DFL);
	open_standard_files();
	if (argc < 1)
		return EXIT_USAGE;
	return dispatch(argc - 1, (const char **)(uintptr_t)(argv + 1));
}
