#include "base/compat.h"

#include "cmd/schemas.h"
#include "cmd/words.h"

#include <stdio.h>

#include "base/mem.h"
#include "repo/git.h"

static const char *kind_word;
static int64_t limit = -1;
static bool all;

static const struct option options[] = {
	{ OPT_STRING, 0, "kind", "<kind>", "only records of this kind",
	  &kind_word },
	{ OPT_INT, 'n', "max-count", "<n>", "at most this many records",
	  &limit },
	{ OPT_FLAG, 0, "all", NULL, "also lines that have no effect", &all },
	{ 0 }
};
static const char *const synopsis[] = {
	"log [<range>...] [--kind <kind>] [-n <n>] [--all] [--json]", NULL
};

struct printer {
	struct context *ctx;
	enum ev_kind kind;
	int64_t left;
	bool started;
	struct ev_buf buf;
	const struct ev_walk_item *at;
};

static void print_json(struct printer *p, const struct ev_line *line)
{
	struct ev_json j;

	ev_buf_clear(&p->buf);
	ev_json_init(&j, &p->buf);
	ev_json_object(&j);
	ev_json_kv(&j, "schema", "git-evidence/log/1");
	json_record(&j, line);
	ev_json_end_object(&j);
	ev_buf_addc(&p->buf, '\n');
	out_raw(p->buf.ptr, p->buf.len);
}

static void print_text(struct printer *p, const struct ev_line *line)
{
	const struct ev_record *r = &line->record;
	char hex[EV_OID_HEX + 1], what[160], id[16];

	ev_oid_hex(hex, &p->at->commit);
	snprintf(what, sizeof(what), "%s%s%s",
		 r->kind ? ev_kind_name(r->kind) : "line",
		 r->name && *r->name ? " " : "", r->name ? r->name : "");
	/* What is no record has no id of its own; its line digest names it. */
	snprintf(id, sizeof(id), "%.12s", r->kind ? r->id : r->line);
	hex[9] = '\0';
	out_cell(hex, 10);
	out_cell(id, 13);
	out_cell(what, 29);
	out_cell(r->outcome && *r->outcome ? r->outcome : "-", 11);
	out_cell(r->recorded_at && *r->recorded_at ? r->recorded_at : "-", 21);
	out_cell(signer_name(line), 0);
	if (line->state != EV_LIVE) {
		out_cell("  ", 0);
		out_word(line->state == EV_BAD ? COLOUR_BAD : COLOUR_DIM,
			 ev_state_name(line->state), 0);
		if (*line->reason) {
			out_cell(": ", 0);
			out_cell(line->reason, 0);
		}
	}
	out_raw("\n", 1);
}

static bool wanted(const struct printer *p, const struct ev_line *line)
{
	if (p->kind && line->record.kind != p->kind)
		return false;
	switch (line->state) {
	case EV_LIVE:
	case EV_SUPERSEDED:
	case EV_REVOKED:
	case EV_BAD:
		return true;
	default:
		return all;
	}
}

/* 1 when enough has been printed. */
static int print_commit(struct printer *p, struct ev_ledger *l,
			const struct ev_walk_item *at)
{
	struct ev_lines lines = EV_LINES_INIT;
	size_t i;
	int ret;

	p->at = at;
	ev_ledger_tree_is(l, &at->commit, &at->tree);
	ret = ev_ledger_lines(&lines, l, &at->commit, &at->tree);
	for (i = 0; ret == 0 && i < lines.n; i++) {
		if (!wanted(p, &lines.items[i]))
			continue;
		if (p->left == 0) {
			ret = 1;
			break;
		}
		if (p->ctx->json)
			print_json(p, &lines.items[i]);
		else
			print_text(p, &lines.items[i]);
		/* The first line is there at once, whatever reads us. */
		if (!p->started)
			out_flush();
		p->started = true;
		if (p->left > 0)
			p->left--;
	}
	ev_lines_release(&lines);
	return ret;
}

static int walk(struct printer *p, struct ev_ledger *l, int argc,
		const char **argv)
{
	const char **args = ev_calloc((size_t)argc + 2, sizeof(*args));
	struct ev_walk *w = NULL;
	struct ev_walk_item item;
	int ret, i, closed;

	for (i = 0; i < argc; i++)
		args[i] = argv[i];
	if (!argc)
		args[0] = "HEAD";
	ret = ev_walk_open(&w, p->ctx->repo, args);
	while (ret == 0) {
		ret = ev_walk_next(&item, w);
		if (ret <= 0)
			break;
		ret = ferror(stdout) ? 1 : print_commit(p, l, &item);
	}
	if (w) {
		closed = ev_walk_close(w);
		if (ret == 0 && closed < 0)
			ret = closed;
	}
	free(args);
	return ret;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct printer p = { .ctx = ctx, .left = limit };
	struct reader reader = { 0 };
	struct ev_ledger *l = NULL;
	struct ev_oid head;
	int ret, i;

	if (kind_word && !(p.kind = ev_kind_parse(kind_word)))
		return usage_error(ctx, "'%s' is no kind of record", kind_word);
	for (i = 0; i < argc; i++)
		if (argv[i][0] == '-')
			return usage_error(ctx, "'%s' is no revision", argv[i]);
	ev_buf_init(&p.buf);
	ret = argc ? 0 : ev_repo_commit(&head, ctx->repo, "HEAD");
	if (ret == 0)
		ret = reader_open(&reader, ctx->repo);
	if (ret == 0)
		ret = ev_ledger_open(&l, ctx->repo, reader.trust,
				     reader_ledger(&reader));
	if (ret == 0)
		ev_ledger_only_list(l);
	if (ret == 0 && ev_ledger_absent(l))
		say_hint("git evidence sync                # there is no "
			 "ledger in this clone");
	if (ret == 0)
		ret = walk(&p, l, argc, argv);
	ev_ledger_close(l);
	reader_release(&reader);
	ev_buf_release(&p.buf);
	return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
}

const struct verb verb_log = {
	.name = "log",
	.group = GROUP_LOOK,
	.flags = NEED_REPO | MAY_PAGE | HAS_JSON,
	.summary = "list the records of a range of history",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_log,
};
