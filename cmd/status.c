#include "base/compat.h"

#include "cmd/status.h"

#include <stdio.h>

#include "base/clock.h"
#include "cmd/schemas.h"
#include "cmd/verdict.h"
#include "repo/config.h"

static const char *target;

static const struct option options[] = {
	{ OPT_STRING, 0, "for", "<ref>",
	  "where it is to go; default: the only protected branch", &target },
	{ 0 }
};
static const char *const synopsis[] = {
	"status [<rev>] [--for <ref>] [--json]", NULL
};

static void state_release(struct state *s)
{
	ev_strs_release(&s->next);
	ev_lines_release(&s->lines);
	ev_pending_release(&s->pending);
	ev_standing_release(&s->standing);
	free(s->ref);
	reader_release(&s->reader);
}

/* What can be done next ---------------------------------------------------- */

static void add_next(struct state *s, const char *command)
{
	if (!ev_strs_has(&s->next, command))
		ev_strs_add(&s->next, command);
}

static void next_approvals(struct state *s, const char *label)
{
	const struct ev_strs *roles = s->standing.roles.n ?
		&s->standing.roles : &s->standing.again;
	struct ev_buf line = EV_BUF_INIT;
	size_t i, k;

	for (i = 0; i < roles->n; i++) {
		ev_buf_clear(&line);
		ev_buf_addf(&line, "git evidence approve %s --for %s --role %s",
			    label, verdict_ref(s->ref), roles->items[i]);
		for (k = 0; k < s->standing.clears.n; k++)
			ev_buf_addf(&line, " --clears %s",
				    s->standing.clears.items[k]);
		add_next(s, line.ptr);
	}
	ev_buf_release(&line);
}

/* Only some people may sign a record that is missing, or take back a no. */
static bool is_theirs(const struct state *s, const struct ev_verdict_rule *r)
{
	bool by_name = ev_starts_with(r->rule, "reports.") ||
		       ev_starts_with(r->rule, "tests.");

	if (ev_starts_with(r->hint, "git evidence revoke"))
		return s->person && ev_strs_has(&s->standing.rejected_by,
						s->person->name);
	if (!ev_starts_with(r->hint, "git evidence attach") &&
	    !ev_starts_with(r->hint, "git evidence run") &&
	    !ev_starts_with(r->hint, "git evidence validate"))
		return true;
	return ev_strs_has(&s->standing.records,
			   by_name ? r->rule : "manifest");
}

/* Mends of rules; approvals are told below, as this person can give them. */
static void next_mends(struct state *s)
{
	const struct ev_verdict *v = &s->standing.verdict;
	const struct ev_verdict_rule *r;
	size_t i;

	for (i = 0; i < v->n; i++) {
		r = &v->rules[i];
		if (r->outcome != EV_PASS && r->hint &&
		    !ev_starts_with(r->hint, "git evidence approve") &&
		    is_theirs(s, r))
			add_next(s, r->hint);
	}
}

/* What is to be brought back is no commit yet, which could be pushed. */
static const char *rollback_command(const struct ev_verdict *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (!strcmp(v->rules[i].rule, "rollback"))
			return v->rules[i].hint;
	return NULL;
}

static void next_push(struct state *s, const char *label)
{
	const char *rollback = rollback_command(&s->standing.verdict);
	struct ev_buf line = EV_BUF_INIT;

	if (s->standing.verdict.outcome != EV_PASS ||
	    !ev_starts_with(s->ref, "refs/heads/") ||
	    ev_oid_eq(&s->standing.from, &s->standing.verdict.to))
		return;
	if (rollback)
		ev_buf_adds(&line, rollback);
	else
		ev_buf_addf(&line, "git push %s %s:%s",
			    ev_config_remote(s->ctx->repo), label,
			    verdict_ref(s->ref));
	add_next(s, line.ptr);
	ev_buf_release(&line);
}

static void find_next(struct state *s)
{
	char label[EV_OID_HEX + 1];

	verdict_label(label, s->ctx, &s->standing.verdict);
	next_mends(s);
	status_policy_next(s);
	next_approvals(s, label);
	next_push(s, label);
}

/* Text --------------------------------------------------------------------- */

static void print_records(const struct state *s)
{
	const struct ev_line *l;
	char what[200];
	size_t i;

	out_raw("\n", 1);
	out_line("records:");
	for (i = 0; i < s->lines.n; i++) {
		l = &s->lines.items[i];
		if (!l->record.kind)
			continue;
		snprintf(what, sizeof(what), "%s%s%s",
			 ev_kind_name(l->record.kind),
			 *l->record.name ? " " : "", l->record.name);
		out_raw("  ", 2);
		out_word(l->state == EV_LIVE ? COLOUR_NONE : COLOUR_DIM,
			 l->state == EV_LIVE && *l->record.outcome ?
			 l->record.outcome : ev_state_name(l->state), 12);
		out_cell(what, 25);
		out_line("%.12s by %s, %s", l->record.id, signer_name(l),
			 l->record.recorded_at);
	}
	if (!s->lines.n)
		out_line("  none");
}

void status_print_names(const char *before, const struct ev_strs *names)
{
	struct ev_buf line = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < names->n; i++)
		ev_buf_addf(&line, "%s%s", i ? ", " : "", names->items[i]);
	if (names->n)
		out_line("%s%s", before, line.ptr);
	ev_buf_release(&line);
}

void status_print_awaited(const struct ev_awaited *a, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		out_line("  %s: %lld of %lld", a[i].role,
			 (long long)a[i].have, (long long)a[i].wanted);
		status_print_names("    could approve: ", &a[i].people);
		status_print_names("    could not:     ", &a[i].barred);
		if (!a[i].people.n)
			out_line("    nobody is left who could");
	}
}

static void print_awaited(const struct state *s)
{
	if (!s->standing.n && !s->standing.open.n &&
	    !s->standing.rejected_by.n)
		return;
	out_raw("\n", 1);
	out_line("awaited:");
	status_print_awaited(s->standing.awaited, s->standing.n);
	status_print_names("  to be cleared: ", &s->standing.open);
	status_print_names("  rejected by: ", &s->standing.rejected_by);
}

static void print_waivers(const struct ev_standing *s)
{
	const struct ev_open_waiver *w;
	size_t i;

	if (!s->nwaivers)
		return;
	out_raw("\n", 1);
	out_line("open waivers:");
	for (i = 0; i < s->nwaivers; i++) {
		w = &s->waivers[i];
		out_line("  %s: %.12s until %s (%lld day%s), by %s", w->rule,
			 w->id, w->expires, (long long)w->days,
			 w->days == 1 ? "" : "s", w->signer);
		status_print_names("    agreed: ", &w->given);
		status_print_names("    lacks:  ", &w->lacks);
		if (w->renewal)
			out_line("    %s", w->renewal);
	}
}

static void print_next(const struct state *s)
{
	struct ev_buf roles = EV_BUF_INIT;
	size_t i;

	signer_roles(&roles, s->person);
	out_raw("\n", 1);
	if (s->person)
		out_line("you are %s (%s); next:", s->person->name, roles.ptr);
	else if (s->has_root)
		out_line("you are nobody whom the policy lists, and hold the "
			 "root key; next:");
	else
		out_line("you are nobody whom the policy lists; next:");
	for (i = 0; i < s->next.n; i++)
		out_line("  %s", s->next.items[i]);
	if (!s->next.n)
		out_line("  nothing that you could do");
	ev_buf_release(&roles);
}

static void print_text(const struct state *s)
{
	const struct ev_verdict *v = &s->standing.verdict;

	verdict_print_rules(s->ctx, v, NULL, true, false);
	if (v->outcome != EV_PASS && v->has_commit &&
	    !ev_oid_is_zero(&v->commit) &&
	    ev_oid_eq(&s->standing.from, &v->to)) {
		out_raw("\n", 1);
		out_line("'%s' holds it already: judged is whether it could go "
			 "there once more", verdict_ref(s->ref));
	}
	print_records(s);
	print_waivers(&s->standing);
	print_awaited(s);
	status_policy_print(s);
	print_next(s);
}

/* JSON --------------------------------------------------------------------- */

void status_json_awaited(struct ev_json *j, const struct ev_awaited *a,
			 size_t n)
{
	size_t i;

	ev_json_key(j, "awaited");
	ev_json_list(j);
	for (i = 0; i < n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "role", a[i].role);
		ev_json_kvi(j, "wanted", a[i].wanted);
		ev_json_kvi(j, "have", a[i].have);
		ev_json_strs(j, "people", &a[i].people);
		ev_json_strs(j, "barred", &a[i].barred);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void json_waivers(struct ev_json *j, const struct ev_standing *s)
{
	const struct ev_open_waiver *w;
	size_t i;

	ev_json_key(j, "waivers");
	ev_json_list(j);
	for (i = 0; i < s->nwaivers; i++) {
		w = &s->waivers[i];
		ev_json_object(j);
		ev_json_kv(j, "id", w->id);
		ev_json_kv(j, "rule", w->rule);
		ev_json_kv(j, "signer", w->signer);
		ev_json_kv(j, "expires", w->expires);
		ev_json_kvi(j, "days", w->days);
		ev_json_kvb(j, "counts", w->counts);
		ev_json_kvb(j, "used", w->used);
		ev_json_strs(j, "approvedBy", &w->given);
		ev_json_strs(j, "lacks", &w->lacks);
		ev_json_kv(j, "renewal", w->renewal);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void json_you(struct ev_json *j, const struct state *s)
{
	ev_json_key(j, "you");
	ev_json_object(j);
	ev_json_kv(j, "name", s->person ? s->person->name : NULL);
	ev_json_key(j, "roles");
	ev_json_list(j);
	if (s->person) {
		size_t i;

		for (i = 0; i < s->person->roles.n; i++)
			ev_json_string(j, s->person->roles.items[i]);
	}
	ev_json_end_list(j);
	ev_json_strs(j, "next", &s->next);
	ev_json_end_object(j);
}

static void print_json(const struct state *s)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	size_t i;

	json_begin(&j, &buf, s->ctx);
	ev_verdict_json(&j, &s->standing.verdict);
	ev_json_key(&j, "records");
	ev_json_list(&j);
	for (i = 0; i < s->lines.n; i++) {
		ev_json_object(&j);
		json_record(&j, &s->lines.items[i]);
		ev_json_end_object(&j);
	}
	ev_json_end_list(&j);
	json_ignored(&j, &s->lines);
	status_json_awaited(&j, s->standing.awaited, s->standing.n);
	ev_json_strs(&j, "open", &s->standing.open);
	ev_json_strs(&j, "rejectedBy", &s->standing.rejected_by);
	json_waivers(&j, &s->standing);
	status_policy_json(&j, s);
	json_you(&j, s);
	json_finish(&j);
	ev_buf_release(&buf);
}

/* -------------------------------------------------------------------------- */

static int read_lines(struct state *s)
{
	struct ev_ledger *l = NULL;
	struct ev_oid tree;
	int ret;

	ret = ev_repo_tree_of(&tree, s->ctx->repo, &s->commit);
	if (ret == 0)
		ret = ev_ledger_open(&l, s->ctx->repo, s->reader.trust,
				     reader_ledger(&s->reader));
	if (ret == 0)
		ret = ev_ledger_lines(&s->lines, l, &s->commit, &tree);
	ev_ledger_close(l);
	return ret;
}

static int look(struct state *s)
{
	struct ev_repo *r = s->ctx->repo;
	struct ev_oid to;
	int ret;

	ret = reader_require(&s->reader, r);
	if (ret == 0)
		ret = reader_borrow(&s->reader, r);
	if (ret == 0)
		ret = target_read(&s->ref, &to, &s->reader, r, s->rev, target);
	if (ret < 0)
		return ret;
	s->person = who_asks(r, s->reader.trust);
	ret = ev_standing_read(&s->standing, r, &s->reader.chain,
			       &s->reader.evidence, s->ref, &to, s->person,
			       ev_now());
	if (ret == 0)
		ret = rev_read(&s->commit, &s->reader, r, s->rev);
	if (ret == 0)
		ret = read_lines(s);
	if (ret == 0)
		ret = status_policy_read(s);
	if (ret == 0)
		find_next(s);
	return ret;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct state s = { .ctx = ctx };
	int ret, status = EXIT_CANNOT;

	if (argc > 1)
		return usage_error(ctx, "too many words: '%s'", argv[1]);
	s.rev = argc ? argv[0] : "HEAD";
	ret = look(&s);
	if (ret == 0) {
		if (ctx->json)
			print_json(&s);
		else
			print_text(&s);
		status = ev_verdict_exit(&s.standing.verdict);
	}
	state_release(&s);
	return ret < 0 ? report_error(ctx) : finish_output(status);
}

const struct verb verb_status = {
	.name = "status",
	.group = GROUP_LOOK,
	.flags = NEED_REPO | MAY_PAGE | HAS_JSON,
	.summary = "show what is there for a commit, what is missing, and who "
		"is awaited",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_status,
};
