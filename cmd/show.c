#include "base/compat.h"

#include "cmd/schemas.h"
#include "cmd/show.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/error.h"
#include "ledger/record.h"

static bool raw;

static const struct option options[] = {
	{ OPT_FLAG, 0, "raw", NULL, "the envelopes, one a line, as stored",
	  &raw },
	{ 0 }
};
static const char *const synopsis[] = {
	"show [<rev>|<id>] [--raw] [--json]", NULL
};

static bool has_statement(const struct ev_line *line)
{
	return line->record.kind != EV_KIND_NONE;
}

static int print_raw(struct ev_ledger *l, const struct ev_line *line)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret = ev_ledger_text(&text, l, line);

	if (ret == 0) {
		out_raw(text.ptr, text.len);
		out_raw("\n", 1);
	}
	ev_buf_release(&text);
	return ret;
}

static void print_head(const struct ev_line *line)
{
	const struct ev_record *r = &line->record;
	struct ev_buf roles = EV_BUF_INIT;
	char when[EV_TIME_TEXT], what[160];

	signer_roles(&roles, line->person);
	snprintf(what, sizeof(what), "%s%s%s",
		 r->kind ? ev_kind_name(r->kind) : "line",
		 r->name && *r->name ? " " : "", r->name ? r->name : "");
	out_word(line->state == EV_LIVE ? COLOUR_GOOD :
		 line->state == EV_BAD ? COLOUR_BAD : COLOUR_WARN, what, 0);
	out_line(" %s", r->kind ? r->id : r->line);
	out_line("State:    %s%s%s", ev_state_name(line->state),
		 *line->reason ? ": " : "", line->reason);
	if (r->outcome && *r->outcome)
		out_line("Outcome:  %s", r->outcome);
	if (*r->signer) {
		ev_time_format(when, r->signed_at);
		out_line("Signed:   %s%s%s%s, key %s, %s",
			 line->person ? line->person->name : "unknown",
			 roles.len ? " (" : "", roles.ptr, roles.len ? ")" : "",
			 r->signer, when);
	}
	if (r->supersedes && *r->supersedes)
		out_line("Replaces: %.12s, because %s", r->supersedes,
			 r->because);
	out_line("Line:     %s", r->line);
	ev_buf_release(&roles);
}

/* Pretty JSON, each line escaped for a terminal. */
static void print_predicate(const struct ev_value *predicate)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;
	char *p, *lf;

	ev_json_init(&j, &text);
	j.indent = 2;
	ev_json_value(&j, predicate);
	for (p = text.ptr; *p; p = lf + 1) {
		lf = strchr(p, '\n');
		if (lf)
			*lf = '\0';
		out_line("    %s", p);
		if (!lf)
			break;
	}
	ev_buf_release(&text);
}

static bool is_promotion(const struct ev_line *line)
{
	return line->record.kind == EV_KIND_PROMOTION &&
		(line->state == EV_LIVE || line->state == EV_SUPERSEDED ||
		 line->state == EV_REVOKED);
}

static int print_text(struct context *ctx, const struct reader *reader,
		      struct ev_ledger *l, const struct ev_line *line,
		      bool whole)
{
	struct ev_statement st = { 0 };
	int ret = 0;

	print_head(line);
	if ((whole || is_promotion(line)) && has_statement(line))
		ret = ev_line_statement(&st, l, line);
	if (ret == 0 && st.predicate && is_promotion(line))
		ret = print_promotion(ctx, reader, st.predicate);
	if (ret == 0 && st.predicate && whole) {
		out_line("Type:     %s", st.predicate_type);
		out_raw("\n", 1);
		print_predicate(st.predicate);
	}
	ev_statement_release(&st);
	return ret;
}

static int json_line(struct ev_json *j, struct ev_ledger *l,
		     const struct ev_line *line)
{
	struct ev_statement st = { 0 };
	int ret = 0;

	ev_json_object(j);
	json_record(j, line);
	if (has_statement(line)) {
		ret = ev_line_statement(&st, l, line);
		if (ret == 0) {
			ev_json_kv(j, "predicateType", st.predicate_type);
			ev_json_key(j, "predicate");
			ev_json_value(j, st.predicate);
		}
		ev_statement_release(&st);
	}
	ev_json_end_object(j);
	return ret;
}

static int show_json(struct context *ctx, struct ev_ledger *l,
		     const struct ev_lines *lines, const struct ev_chain *c)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	size_t i;
	int ret = 0;

	json_begin(&j, &buf, ctx);
	json_policy(&j, c);
	ev_json_key(&j, "records");
	ev_json_list(&j);
	for (i = 0; ret == 0 && i < lines->n; i++)
		ret = json_line(&j, l, &lines->items[i]);
	ev_json_end_list(&j);
	json_ignored(&j, lines);
	if (ret == 0)
		json_finish(&j);
	ev_buf_release(&buf);
	return ret;
}

static void print_ignored(const struct ev_lines *lines)
{
	size_t shown = 0, i, n;

	for (i = 0; i < lines->n; i++)
		shown += lines->items[i].state == EV_MALFORMED ||
			 lines->items[i].state == EV_FOREIGN;
	n = lines->count[EV_MALFORMED] + lines->count[EV_FOREIGN];
	if (n > shown)
		out_line("(%zu more lines that have no effect: %zu malformed, "
			 "%zu foreign in all)", n - shown,
			 lines->count[EV_MALFORMED], lines->count[EV_FOREIGN]);
}

static int show_lines(struct context *ctx, struct ev_ledger *l,
		      const struct reader *reader,
		      const struct ev_lines *lines,
		      const struct ev_oid *commit, bool whole)
{
	char small[EV_OID_HEX + 1];
	size_t i;
	int ret = 0;

	if (!lines->n && !raw && !ev_ledger_absent(l)) {
		ev_repo_short(small, ctx->repo, commit);
		say_note(ctx, "no record for %s or its tree", small);
	}
	for (i = 0; ret == 0 && i < lines->n; i++) {
		if (raw) {
			/* Asked for by its name, a line need be no record. */
			if (whole || has_statement(&lines->items[i]))
				ret = print_raw(l, &lines->items[i]);
			continue;
		}
		if (i)
			out_raw("\n", 1);
		ret = print_text(ctx, reader, l, &lines->items[i], whole);
	}
	if (!raw)
		print_ignored(lines);
	return ret;
}

static void take(struct ev_lines *out, struct ev_line *line)
{
	out->items = ev_grow(out->items, out->n + 1, &out->cap,
			     sizeof(*out->items));
	out->items[out->n++] = *line;
	out->count[line->state]++;
	memset(&line->record, 0, sizeof(line->record));
}

/* Others who signed the very same: a record of several signers has as many
 * lines.  Nobody's second wrapping is one of them. */
static int add_cosigned(struct ev_lines *out, struct ev_ledger *l)
{
	const struct ev_record *first = &out->items[0].record, *r;
	struct ev_lines set = EV_LINES_INIT;
	size_t i;
	int ret;

	ret = ev_ledger_lines(&set, l, first->has_commit ? &first->commit
			      : NULL, first->has_tree ? &first->tree : NULL);
	for (i = 0; ret == 0 && i < set.n; i++) {
		r = &set.items[i].record;
		first = &out->items[0].record;
		if (r->kind && !strcmp(r->id, first->id) &&
		    strcmp(r->line, first->line) &&
		    set.items[i].state != EV_DUPLICATE)
			take(out, &set.items[i]);
	}
	ev_lines_release(&set);
	return ret;
}

static bool is_id(const char *name)
{
	size_t n = strspn(name, "0123456789abcdef");

	return n >= 12 && !name[n];
}

/* A revision's lines, or those of the one record of an id. */
static int collect(struct ev_lines *out, bool *one, struct ev_oid *commit,
		   struct context *ctx, struct ev_ledger *l,
		   const struct reader *reader, const char *name)
{
	struct ev_oid tree;
	struct ev_line line;
	int ret;

	*one = false;
	ret = ev_repo_commit(commit, ctx->repo, name);
	if (ret == EV_ENOTFOUND && !is_id(name))
		ret = rev_read(commit, reader, ctx->repo, name);
	if (ret == 0) {
		ret = ev_repo_tree_of(&tree, ctx->repo, commit);
		return ret < 0 ? ret : ev_ledger_lines(out, l, commit, &tree);
	}
	if (ret != EV_ENOTFOUND || !is_id(name))
		return ret;
	ret = ev_ledger_find(&line, l, name);
	if (ret < 0)
		return ret;
	*one = true;
	take(out, &line);
	return ev_starts_with(out->items[0].record.id, name) &&
	       has_statement(&out->items[0]) ? add_cosigned(out, l) : 0;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct ev_lines lines = EV_LINES_INIT;
	struct reader reader = { 0 };
	struct ev_ledger *l = NULL;
	struct ev_oid commit;
	bool one = false;
	int ret;

	if (argc > 1)
		return usage_error(ctx, "too many words: '%s'", argv[1]);
	if (raw && ctx->json)
		return usage_error(ctx, "--raw and --json exclude each other");
	ret = argc ? 0 : ev_repo_commit(&commit, ctx->repo, "HEAD");
	if (ret == 0)
		ret = reader_open(&reader, ctx->repo);
	if (ret == 0)
		ret = ev_ledger_open(&l, ctx->repo, reader.trust,
				     reader_ledger(&reader));
	if (ret == 0)
		ret = collect(&lines, &one, &commit, ctx, l, &reader,
			      argc ? argv[0] : "HEAD");
	if (ret == 0 && ev_ledger_absent(l))
		say_hint("git evidence sync                # there is no "
			 "ledger in this clone");
	if (ret == 0)
		ret = ctx->json ? show_json(ctx, l, &lines, &reader.chain)
				: show_lines(ctx, l, &reader, &lines, &commit,
					     one);
	ev_lines_release(&lines);
	ev_ledger_close(l);
	reader_release(&reader);
	return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
}

const struct verb verb_show = {
	.name = "show",
	.group = GROUP_LOOK,
	.flags = NEED_REPO | ASKS_CONFIG | MAY_PAGE | HAS_JSON,
	.summary = "show the records of a commit, or one record",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_show,
};
