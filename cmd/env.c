#include "base/compat.h"

#include "base/file.h"
#include "base/mem.h"
#include "cmd/render.h"
#include "manifest/environment.h"

static const char *declare;

static const struct option options[] = {
	{ OPT_STRING, 0, "declare", "<name>", "write .evidence/environments/"
	  "<name>.json", &declare },
	{ 0 }
};

static const char *const synopsis[] = {
	"env [--json]",
	"env --declare <name> [-n]",
	"env diff <a> <b> [--json]",
	NULL
};

static void print(struct context *ctx, const struct ev_environment *e)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	size_t i;

	if (ctx->json) {
		json_begin(&j, &buf, ctx);
		ev_environment_json(&j, e);
		json_finish(&j);
		ev_buf_release(&buf);
		return;
	}
	for (i = 0; i < e->n; i++)
		out_line("%-16s %s %zu line%s", e->items[i].name,
			 e->items[i].digest, e->items[i].lines.n,
			 e->items[i].lines.n == 1 ? "" : "s");
	out_line("%-16s %s", "fingerprint", e->fingerprint);
}

static bool is_name(const char *s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789._-";

	return *s && *s != '.' && *s != '-' && strlen(s) <= 100 &&
		!s[strspn(s, letters)];
}

static int declare_it(struct context *ctx, const struct ev_environment *e)
{
	const char *top = ctx->repo ? ev_repo_workdir(ctx->repo) : NULL;
	struct ev_buf path = EV_BUF_INIT, dir = EV_BUF_INIT;
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;
	int ret = 0;

	if (!top)
		return ev_fail(EV_ERROR, "there is no work tree to declare "
			       "'%s' in", declare);
	ev_path_join(&dir, top, EV_ENV_DIR);
	ev_buf_addf(&path, "%s/%s.json", dir.ptr, declare);
	ev_json_init(&j, &text);
	j.indent = 2;
	ev_json_object(&j);
	ev_json_kv(&j, "schema", "git-evidence/env/1");
	ev_environment_json(&j, e);
	ev_json_end_object(&j);
	ev_buf_addc(&text, '\n');
	if (!ctx->dry_run) {
		ret = ev_mkdirs(dir.ptr, 0777);
		if (ret >= 0)
			ret = ev_file_replace(path.ptr, text.ptr, text.len,
					      0666);
	}
	if (ret >= 0 && !ctx->json)
		out_line("%s %s/%s.json", ctx->dry_run ? "would write" :
			 "wrote", EV_ENV_DIR, declare);
	ev_buf_release(&path);
	ev_buf_release(&dir);
	ev_buf_release(&text);
	return ret;
}

static int run_read(struct context *ctx)
{
	struct ev_environment e = EV_ENVIRONMENT_INIT;
	int ret;

	ret = ev_environment_read(&e);
	if (ret >= 0 && declare)
		ret = declare_it(ctx, &e);
	if (ret >= 0 && (!declare || ctx->json))
		print(ctx, &e);
	ev_environment_release(&e);
	return ret;
}

/* A file, or the name of a declared environment. */
static int load(struct ev_environment *out, struct context *ctx,
		const char *name)
{
	const char *top = ctx->repo ? ev_repo_workdir(ctx->repo) : NULL;
	struct ev_buf path = EV_BUF_INIT, text = EV_BUF_INIT;
	int ret;

	if (top && !ev_file_exists(name) && is_name(name))
		ev_buf_addf(&path, "%s/%s/%s.json", top, EV_ENV_DIR, name);
	else
		ev_buf_adds(&path, name);
	ret = ev_file_read(&text, path.ptr, EV_ENV_MAX_BYTES);
	if (ret >= 0)
		ret = ev_environment_parse(out, name, text.ptr, text.len);
	ev_buf_release(&path);
	ev_buf_release(&text);
	return ret;
}

static const char *change_word(enum ev_env_change c)
{
	static const char *const words[] = {
		[EV_ENV_ADDED] = "added", [EV_ENV_REMOVED] = "removed",
		[EV_ENV_CHANGED] = "changed"
	};

	return words[c];
}

static void json_delta(struct ev_json *j, const struct ev_env_delta *d)
{
	size_t i;

	ev_json_object(j);
	ev_json_kv(j, "section", d->section);
	ev_json_kv(j, "change", change_word(d->change));
	ev_json_key(j, "lines");
	ev_json_list(j);
	for (i = 0; i < d->n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "change", change_word(d->items[i].change));
		ev_json_kv(j, "from", d->items[i].from);
		ev_json_kv(j, "to", d->items[i].to);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
	ev_json_end_object(j);
}

static void diff_json(struct context *ctx, const struct ev_environment *a,
		      const struct ev_environment *b,
		      const struct ev_env_deltas *d)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	size_t i;

	json_begin(&j, &buf, ctx);
	ev_json_key(&j, "diff");
	ev_json_object(&j);
	ev_json_kvb(&j, "equal", !d->n);
	ev_json_kv(&j, "from", a->fingerprint);
	ev_json_kv(&j, "to", b->fingerprint);
	ev_json_key(&j, "sections");
	ev_json_list(&j);
	for (i = 0; i < d->n; i++)
		json_delta(&j, &d->items[i]);
	ev_json_end_list(&j);
	ev_json_end_object(&j);
	json_finish(&j);
	ev_buf_release(&buf);
}

static void print_delta(const struct ev_env_delta *d)
{
	const struct ev_env_line *l;
	size_t i;

	out_line("%s: %s, %zu line%s", d->section, change_word(d->change),
		 d->n, d->n == 1 ? "" : "s");
	for (i = 0; i < d->n; i++) {
		l = &d->items[i];
		if (l->change == EV_ENV_CHANGED)
			out_line("  ~ %s -> %s", l->from, l->to);
		else
			out_line("  %c %s", l->from ? '-' : '+',
				 l->from ? l->from : l->to);
	}
}

static int run_diff(struct context *ctx, const char *from, const char *to)
{
	struct ev_environment a = EV_ENVIRONMENT_INIT, b = EV_ENVIRONMENT_INIT;
	struct ev_env_deltas d = EV_ENV_DELTAS_INIT;
	size_t i;
	int ret;

	ret = load(&a, ctx, from);
	if (ret >= 0)
		ret = load(&b, ctx, to);
	if (ret < 0)
		goto out;
	ev_environment_diff(&d, &a, &b);
	if (ctx->json) {
		diff_json(ctx, &a, &b, &d);
		goto out;
	}
	for (i = 0; i < d.n; i++)
		print_delta(&d.items[i]);
	if (!d.n)
		out_line("no differences");
out:
	ev_env_deltas_release(&d);
	ev_environment_release(&a);
	ev_environment_release(&b);
	return ret;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	int ret;

	if (argc && !strcmp(argv[0], "diff")) {
		if (argc != 3)
			return usage_error(ctx, "two environments are "
					   "compared");
		if (declare)
			return usage_error(ctx, "--declare does not go with "
					   "diff");
		ret = run_diff(ctx, argv[1], argv[2]);
	} else if (argc) {
		return usage_error(ctx, "unexpected word '%s'", argv[0]);
	} else if (declare && !is_name(declare)) {
		return usage_error(ctx, "'%s' is no name for an environment: "
				   "use letters, digits, '.', '_' and '-'",
				   declare);
	} else {
		ret = run_read(ctx);
	}
	return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
}

static const char json_schema[] =
"{\n"
"  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
"  \"title\": \"git evidence env --json\",\n"
"  \"type\": \"object\",\n"
"  \"required\": [\"schema\"],\n"
"  \"properties\": {\n"
"    \"schema\": {\"const\": \"git-evidence/env/1\"},\n"
"    \"fingerprint\": {\"$ref\": \"#/$defs/digest\"},\n"
"    \"sections\": {\"type\": \"array\", \"items\": {\n"
"      \"type\": \"object\",\n"
"      \"required\": [\"name\", \"digest\", \"lines\"],\n"
"      \"properties\": {\n"
"        \"name\": {\"type\": \"string\"},\n"
"        \"digest\": {\"$ref\": \"#/$defs/digest\"},\n"
"        \"lines\": {\"type\": \"array\","
" \"items\": {\"type\": \"string\"}}}}},\n"
"    \"diff\": {\n"
"      \"type\": \"object\",\n"
"      \"required\": [\"equal\", \"from\", \"to\", \"sections\"],\n"
"      \"properties\": {\n"
"        \"equal\": {\"type\": \"boolean\"},\n"
"        \"from\": {\"$ref\": \"#/$defs/digest\"},\n"
"        \"to\": {\"$ref\": \"#/$defs/digest\"},\n"
"        \"sections\": {\"type\": \"array\", \"items\": {\n"
"          \"type\": \"object\",\n"
"          \"required\": [\"section\", \"change\", \"lines\"],\n"
"          \"properties\": {\n"
"            \"section\": {\"type\": \"string\"},\n"
"            \"change\": {\"$ref\": \"#/$defs/change\"},\n"
"            \"lines\": {\"type\": \"array\", \"items\": {\n"
"              \"type\": \"object\",\n"
"              \"required\": [\"change\", \"from\", \"to\"],\n"
"              \"properties\": {\n"
"                \"change\": {\"$ref\": \"#/$defs/change\"},\n"
"                \"from\": {\"type\": [\"string\", \"null\"]},\n"
"                \"to\": {\"type\": [\"string\", \"null\"]}}}}}}}}},\n"
"    \"error\": {\n"
"      \"type\": \"object\",\n"
"      \"required\": [\"code\", \"message\"]}},\n"
"  \"$defs\": {\n"
"    \"digest\": {\"type\": \"string\","
" \"pattern\": \"^sha256:[0-9a-f]{64}$\"},\n"
"    \"change\": {\"enum\": [\"added\", \"removed\", \"changed\"]}}\n"
"}\n";

const struct verb verb_env = {
	.name = "env", .group = GROUP_RECORD,
	.flags = MAY_REPO | WRITES | HAS_JSON,
	.summary = "say what a run here stands on, and compare two places",
	.synopsis = synopsis, .options = options, .run = run,
	.json_schema = json_schema
};
