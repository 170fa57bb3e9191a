#include "base/compat.h"
#include "cmd/doctor.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "cmd/schemas.h"

static const char *const synopsis[] = { "doctor [--json]", NULL };

static const char *const state_names[] = {
	[DOCTOR_OK] = "ok", [DOCTOR_NOTE] = "note", [DOCTOR_BAD] = "bad",
};

static void release(struct doctor *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		free(d->checks[i].name);
		free(d->checks[i].detail);
		free(d->checks[i].hint);
	}
	free(d->checks);
	ev_hooks_release(&d->hooks);
	reader_release(&d->reader);
	ev_strs_release(&d->prevented);
	ev_strs_release(&d->detected);
}

void doctor_add(struct doctor *d, enum doctor_state state, const char *name,
		const char *hint, const char *fmt, ...)
{
	struct doctor_check *c;
	struct ev_buf detail = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&detail, fmt, ap);
	va_end(ap);
	EV_GROW(d->checks, d->n, d->cap);
	c = &d->checks[d->n++];
	c->state = state;
	c->name = ev_strdup(name);
	c->detail = ev_buf_detach(&detail, NULL);
	c->hint = ev_strdup(hint);
}

void doctor_add_error(struct doctor *d, enum doctor_state state,
		      const char *name)
{
	const struct ev_error *e = ev_error_last();
	char *detail = ev_strdup(e->message);
	char *hint = *e->hints ? ev_strndup(e->hints, strcspn(e->hints, "\n")) :
		NULL;

	doctor_add(d, state, name, hint, "%s", detail);
	free(detail);
	free(hint);
	ev_error_clear();
}

static size_t findings(const struct doctor *d)
{
	size_t i, n = 0;

	for (i = 0; i < d->n; i++)
		n += d->checks[i].state == DOCTOR_BAD;
	return n;
}

static void print_list(const char *title, const struct ev_strs *lines)
{
	size_t i;

	out_line("%s", title);
	for (i = 0; i < lines->n; i++)
		out_line("  %s", lines->items[i]);
}

static void print(const struct doctor *d)
{
	static const enum colour colours[] = {
		[DOCTOR_OK] = COLOUR_GOOD, [DOCTOR_NOTE] = COLOUR_WARN,
		[DOCTOR_BAD] = COLOUR_BAD,
	};
	struct ev_strs hints = EV_STRS_INIT;
	const struct doctor_check *c;
	size_t i;

	for (i = 0; i < d->n; i++) {
		c = &d->checks[i];
		out_word(colours[c->state], state_names[c->state], 6);
		out_cell(c->name, 28);
		out_line("%s", c->detail);
		if (c->hint && c->state != DOCTOR_OK &&
		    !ev_strs_has(&hints, c->hint))
			ev_strs_add(&hints, c->hint);
	}
	if (d->prevented.n)
		print_list("prevented here:", &d->prevented);
	print_list("only detected:", &d->detected);
	for (i = 0; i < hints.n; i++)
		say_hint("%s", hints.items[i]);
	ev_strs_release(&hints);
}

static void json_lines(struct ev_json *j, const char *key,
		       const struct ev_strs *lines)
{
	size_t i;

	ev_json_key(j, key);
	ev_json_list(j);
	for (i = 0; i < lines->n; i++)
		ev_json_string(j, lines->items[i]);
	ev_json_end_list(j);
}

static void json_or_null(struct ev_json *j, const char *key, const char *text)
{
	ev_json_key(j, key);
	if (text)
		ev_json_string(j, text);
	else
		ev_json_null(j);
}

static void json_hooks(struct ev_json *j, const struct ev_hooks *h)
{
	size_t i;

	ev_json_kv(j, "folder", h->dir);
	json_or_null(j, "manager", h->manager ?
		     ev_hook_manager_name(h->manager) : NULL);
	ev_json_key(j, "hooks");
	ev_json_list(j);
	for (i = 0; i < h->n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "name", h->items[i].name);
		ev_json_kv(j, "state", ev_hook_state_name(h->items[i].state));
		ev_json_kvb(j, "chained", h->items[i].chained);
		json_or_null(j, "program", h->items[i].program);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void print_json(struct context *ctx, const struct doctor *d)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	size_t i;

	json_begin(&j, &buf, ctx);
	ev_json_kvi(&j, "findings", (int64_t)findings(d));
	ev_json_kvb(&j, "server", d->server);
	ev_json_key(&j, "checks");
	ev_json_list(&j);
	for (i = 0; i < d->n; i++) {
		ev_json_object(&j);
		ev_json_kv(&j, "check", d->checks[i].name);
		ev_json_kv(&j, "state", state_names[d->checks[i].state]);
		ev_json_kv(&j, "detail", d->checks[i].detail);
		json_or_null(&j, "hint", d->checks[i].hint);
		ev_json_end_object(&j);
	}
	ev_json_end_list(&j);
	json_hooks(&j, &d->hooks);
	json_lines(&j, "prevented", &d->prevented);
	json_lines(&j, "detected", &d->detected);
	json_finish(&j);
	ev_buf_release(&buf);
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct doctor d = { .repo = ctx->repo };
	int ret, status;

	if (argc)
		return usage_error(ctx, "unexpected word '%s'", argv[0]);
	ret = doctor_programs(&d);
	if (ret >= 0)
		ret = doctor_hooks(&d);
	if (ret >= 0)
		ret = doctor_trust(&d);
	if (ret >= 0)
		ret = doctor_sharing(&d);
	if (ret >= 0 && ctx->json)
		print_json(ctx, &d);
	else if (ret >= 0)
		print(&d);
	status = findings(&d) ? EXIT_FAIL : EXIT_PASS;
	release(&d);
	return ret < 0 ? report_error(ctx) : finish_output(status);
}

const struct verb verb_doctor = {
	.name = "doctor", .group = GROUP_SETUP,
	.flags = NEED_REPO | HAS_JSON,
	.summary = "say whether hooks, keys and settings are in order",
	.synopsis = synopsis, .run = run, .json_schema = schema_doctor
};
