#include "base/compat.h"

#include "cmd/render.h"
#include "cmd/usage.h"

#include "clinical/suite.h"

static const char *schema;
static bool all;

static const struct option options[] = {
	{ OPT_FLAG, 'a', "all", NULL, "list every verb with its usage", &all },
	{ OPT_STRING, 0, "schema", "<verb>",
	  "print the JSON Schema of a verb's --json, or of suites", &schema },
	{ 0, 0, NULL, NULL, NULL, NULL }
};

static const char *const synopsis[] = {
	"help [<verb>]",
	"help --all",
	"help --schema <verb>",
	"help --schema suite",
	NULL
};

static int unknown(struct context *ctx, const char *name)
{
	const char *near = verb_closest(name);

	if (near)
		return usage_error(ctx, "there is no verb '%s', did you mean "
				   "'%s'?", name, near);
	return usage_error(ctx, "there is no verb '%s'", name);
}

/* No verb: the file that git-evidence-suite(5) is about. */
static int print_suite_schema(void)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;

	ev_json_init(&j, &text);
	j.indent = 2;
	ev_schema_export(&j, ev_suite_fields, "git-evidence-suite(5)");
	ev_buf_addc(&text, '\n');
	out_raw(text.ptr, text.len);
	ev_buf_release(&text);
	return EXIT_PASS;
}

static int print_schema(struct context *ctx, const char *name)
{
	const struct verb *v = verb_find(name);
	size_t n;

	if (!strcmp(name, "suite"))
		return print_suite_schema();
	if (!v)
		return unknown(ctx, name);
	if (!v->json_schema) {
		ev_fail(EV_ENOTFOUND, "'%s' prints no JSON", name);
		return report_error(ctx);
	}
	n = strlen(v->json_schema);
	out_raw(v->json_schema, n);
	if (!n || v->json_schema[n - 1] != '\n')
		out_raw("\n", 1);
	return EXIT_PASS;
}

static int print_all(void)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	for (i = 0; verbs[i]; i++) {
		if (i)
			ev_buf_addc(&text, '\n');
		usage_text(&text, verbs[i]);
	}
	out_raw(text.ptr, text.len);
	ev_buf_release(&text);
	return EXIT_PASS;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct ev_buf text = EV_BUF_INIT;
	const struct verb *v;

	if (argc > 1 || (argc && (schema || all)) || (schema && all))
		return usage_error(ctx, "help takes one verb, or one option");
	if (schema)
		return print_schema(ctx, schema);
	if (all)
		return print_all();
	if (!argc) {
		usage_overview(&text, true);
		out_raw(text.ptr, text.len);
		ev_buf_release(&text);
		return EXIT_PASS;
	}
	v = verb_find(argv[0]);
	return v ? usage_manual(v) : unknown(ctx, argv[0]);
}

const struct verb verb_help = {
	.name = "help",
	.group = GROUP_LOOK,
	.summary = "show how a verb is used",
	.synopsis = synopsis,
	.options = options,
	.run = run,
};
