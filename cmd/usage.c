#include "base/compat.h"
#include "cmd/usage.h"

#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "cmd/paths.h"
#include "cmd/render.h"

#define OUTPUT_LIMIT ((size_t)64 << 10)		/* of man -w */

void usage_lines(struct ev_buf *out, const struct verb *v)
{
	size_t i;

	for (i = 0; v->synopsis && v->synopsis[i]; i++)
		ev_buf_addf(out, "%s git evidence %s\n",
			    i ? "   or:" : "usage:", v->synopsis[i]);
}

struct common_flags usage_common(const struct verb *v, struct context *ctx)
{
	struct common_flags f = { NULL, NULL, &ctx->quiet };

	if (v->flags & HAS_JSON)
		f.json = &ctx->json;
	if (v->flags & WRITES)
		f.dry_run = &ctx->dry_run;
	return f;
}

void usage_text(struct ev_buf *out, const struct verb *v)
{
	struct context ctx = { .verb = v };
	struct common_flags common = usage_common(v, &ctx);

	usage_lines(out, v);
	ev_buf_addf(out, "\n%s\n\n", v->summary);
	options_help(out, v->options, &common);
}

static void list_group(struct ev_buf *out, enum verb_group group)
{
	bool titled = false;
	size_t i;

	for (i = 0; verbs[i]; i++) {
		if (verbs[i]->group != group)
			continue;
		if (!titled)
			ev_buf_addf(out, "\n%s\n", verb_group_title(group));
		titled = true;
		ev_buf_addf(out, "   %-10s %s\n", verbs[i]->name,
			    verbs[i]->summary);
	}
}

void usage_overview(struct ev_buf *out, bool plumbing)
{
	int g, last = plumbing ? GROUP_PLUMBING : GROUP_HANDOVER;

	ev_buf_adds(out,
		    "usage: git evidence [-C <path>] [-h] [--version] "
		    "<verb> [<args>]\n"
		    "\n"
		    "Keeps the proof for each release of a regulated device in "
		    "Git, as signed\n"
		    "records on its commits. In a repository:\n"
		    "\n"
		    "   git evidence init --product acme-ecg\n"
		    "   git evidence run --name unit -- make test\n"
		    "   git evidence log\n");
	for (g = GROUP_SETUP; g <= last; g++)
		list_group(out, g);
	ev_buf_adds(out,
		    "\n"
		    "'git evidence <verb> -h' shows the options of a verb, "
		    "'git evidence help <verb>'\n"
		    "its manual page, and 'man git-evidence' how all fits "
		    "together.\n");
}

static int run_man(const char *const *argv)
{
	struct ev_process p = { .argv = argv, .inherit_in = true };

	return ev_process_run(&p) < 0 || p.status ? -1 : 0;
}

/* man(1) of a minimal system may be a stand-in that succeeds and shows nothing,
 * so what counts is the file that it names. */
static bool man_has(const char *page)
{
	const char *argv[] = { "man", "-w", page, NULL };
	struct ev_buf out = EV_BUF_INIT_MAX(OUTPUT_LIMIT);
	struct ev_buf err = EV_BUF_INIT_MAX(OUTPUT_LIMIT);
	struct ev_process p = { .argv = argv, .out = &out, .err = &err };
	bool found = false;

	if (!ev_process_run(&p) && !p.status) {
		out.ptr[strcspn(out.ptr, "\n")] = '\0';
		found = out.ptr[0] == '/' && ev_file_exists(out.ptr);
	}
	ev_buf_release(&out);
	ev_buf_release(&err);
	return found;
}

static int show_page(const char *page)
{
	struct ev_buf file = EV_BUF_INIT;
	const char *argv[] = { "man", page, NULL, NULL };
	int ret = -1;

	if (!page_path(&file, page)) {
		argv[1] = "-l";
		argv[2] = file.ptr;
		ret = run_man(argv);
	} else if (man_has(page)) {
		ret = run_man(argv);
	}
	ev_buf_release(&file);
	ev_error_clear();
	return ret;
}

int usage_manual(const struct verb *v)
{
	struct ev_buf text = EV_BUF_INIT;

	ev_buf_adds(&text, "git-evidence");
	if (v)
		ev_buf_addf(&text, "-%s", v->name);
	fflush(stdout);
	if (show_page(text.ptr)) {
		ev_buf_clear(&text);
		if (v)
			usage_text(&text, v);
		else
			usage_overview(&text, true);
		out_raw(text.ptr, text.len);
	}
	ev_buf_release(&text);
	return EXIT_PASS;
}

int usage_fail(const struct verb *v, bool json, const char *message)
{
	struct ev_buf lines = EV_BUF_INIT;

	error_document(v, json, "usage", message, NULL, NULL);
	error_line("error", message);
	if (v)
		usage_lines(&lines, v);
	fputs(lines.ptr, stderr);
	ev_buf_release(&lines);
	return EXIT_USAGE;
}
