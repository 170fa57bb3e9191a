#include "base/compat.h"

#include "cmd/promoting.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "cmd/verdict.h"
#include "gate/client.h"
#include "ledger/write.h"
#include "repo/config.h"

#define TAGS "refs/tags/"

/* What is, or would be, done ------------------------------------------------ */

static const char *release_name(const struct ev_promote_result *r)
{
	return r->tag_ref ? r->tag_ref + strlen(TAGS) : NULL;
}

static void add_value(struct ev_buf *out, struct context *ctx,
		      const struct ev_oid *oid)
{
	char label[EV_OID_HEX + 1];

	if (ev_oid_is_zero(oid))
		return;
	ev_repo_short(label, ctx->repo, oid);
	ev_buf_adds(out, label);
}

static void print_move(struct context *ctx, const struct ev_ref_change *c)
{
	struct ev_buf old = EV_BUF_INIT, new = EV_BUF_INIT;

	add_value(&old, ctx, &c->old);
	add_value(&new, ctx, &c->new);
	if (old.len)
		out_line("  %s: %s..%s", c->ref, old.ptr,
			 new.len ? new.ptr : "new");
	else
		out_line("  %s: new%s%s", c->ref, new.len ? " " : "", new.ptr);
	ev_buf_release(&old);
	ev_buf_release(&new);
}

static void print_lines(const struct ev_promote_result *r)
{
	if (r->lines)
		out_line("  with %zu record%s that only this clone has",
			 r->lines, r->lines == 1 ? "" : "s");
}

static void print_plan(struct promoting *s, const struct ev_promote_result *r)
{
	size_t i;

	out_line("%s: a verdict, a promotion%s a checkpoint%s%s, by %s",
		 s->ctx->dry_run ? "would sign" : "to be signed",
		 r->tag_ref ? "," : " and",
		 r->tag_ref ? " and release " : "",
		 r->tag_ref ? release_name(r) : "", r->person);
	if (s->remote)
		out_line("%s to '%s' in one step:", s->ctx->dry_run ?
			 "would push" : "to be pushed", s->remote);
	else
		out_line("%s in one step:", s->ctx->dry_run ? "would move" :
			 "to be moved");
	for (i = 0; i < r->moves.n; i++)
		print_move(s->ctx, &r->moves.items[i]);
	print_lines(r);
}

static void print_verdicts(struct promoting *s,
			   const struct ev_promote_result *r)
{
	verdict_print_rules(s->ctx, &r->verdict, NULL, false, false);
	if (r->tag_verdict.is_protected)
		verdict_print_rules(s->ctx, &r->tag_verdict, NULL, false,
				    false);
}

static int ask(void *ctx, const struct ev_promote_result *r)
{
	struct promoting *s = ctx;

	if (!s->ctx->json) {
		print_verdicts(s, r);
		if (!s->yes)
			print_plan(s, r);
		/* before gpg asks for a pass phrase */
		out_flush();
	}
	return s->yes ? 0 : ask_to_sign(s->ctx);
}

static void tell(void *ctx, const char *text)
{
	struct promoting *s = ctx;

	out_flush();
	say_note(s->ctx, "note: %s", text);
}

/* Text --------------------------------------------------------------------- */

static void print_done(struct promoting *s)
{
	const struct ev_promote_result *r = &s->result;
	char to[EV_OID_HEX + 1], checkpoint[EV_OID_HEX + 1];
	const char *ref = verdict_ref(s->p.ref);

	ev_repo_short(to, s->ctx->repo, &s->p.to);
	ev_oid_hex(checkpoint, &r->checkpoint);
	out_line("signed verdict %.12s", r->record);
	out_line("signed promotion %.12s", r->promotion);
	out_line("signed checkpoint %.12s", checkpoint);
	if (r->tag_ref)
		out_line("signed release %s", release_name(r));
	if (s->remote)
		out_line("pushed to '%s' in one step: %zu refs", s->remote,
			 r->moves.n);
	else
		out_line("moved in one step: %zu refs", r->moves.n);
	print_lines(r);
	if (r->tag_ref)
		out_line("%s is now %s, release %s, checkpoint %.12s", ref, to,
			 release_name(r), checkpoint);
	else
		out_line("%s is now %s, checkpoint %.12s", ref, to,
			 checkpoint);
}

static void print_already(struct promoting *s)
{
	const struct ev_promote_result *r = &s->result;
	char to[EV_OID_HEX + 1];

	ev_repo_short(to, s->ctx->repo, &s->p.to);
	out_line("%s is %s already%s%s, promotion %.12s%s%s",
		 verdict_ref(s->p.ref), to, r->tag_ref ? ", release " : "",
		 r->tag_ref ? release_name(r) : "", r->promotion,
		 r->person ? " by " : "", r->person ? r->person : "");
}

static void print_names(const char *before, const struct ev_strs *names)
{
	struct ev_buf line = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < names->n; i++)
		ev_buf_addf(&line, "%s%s", i ? ", " : "", names->items[i]);
	if (names->n)
		out_line("%s%s", before, line.ptr);
	ev_buf_release(&line);
}

static void print_awaited(const struct ev_standing *s)
{
	const struct ev_awaited *a;
	size_t i;

	if (!s->n && !s->open.n && !s->rejected_by.n)
		return;
	out_raw("\n", 1);
	out_line("awaited:");
	for (i = 0; i < s->n; i++) {
		a = &s->awaited[i];
		out_line("  %s: %lld of %lld", a->role, (long long)a->have,
			 (long long)a->wanted);
		print_names("    could approve: ", &a->people);
		print_names("    could not:     ", &a->barred);
		if (!a->people.n)
			out_line("    nobody is left who could");
	}
	print_names("  to be cleared: ", &s->open);
	print_names("  rejected by: ", &s->rejected_by);
}

static void print_refused(struct promoting *s)
{
	const struct ev_promote_result *r = &s->result;

	print_verdicts(s, r);
	print_awaited(&r->standing);
	verdict_print_hints(&r->verdict);
	verdict_print_hints(&r->tag_verdict);
}

static void print_text(struct promoting *s)
{
	const struct ev_promote_result *r = &s->result;
	size_t i;

	switch (r->end) {
	case EV_PROMOTE_DONE:
		print_done(s);
		break;
	case EV_PROMOTE_ALREADY:
		print_already(s);
		break;
	case EV_PROMOTE_REFUSED:
		print_refused(s);
		return;
	case EV_PROMOTE_WOULD:
		print_verdicts(s, r);
		print_plan(s, r);
		break;
	}
	out_flush();
	for (i = 0; i < r->left.n; i++)
		say_warning("%s", r->left.items[i]);
	if (r->end != EV_PROMOTE_ALREADY)
		verdict_print_hints(&r->verdict);
}

/* JSON --------------------------------------------------------------------- */

static void json_oid(struct ev_json *j, const char *key,
		     const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	ev_json_kv(j, key, ev_oid_is_zero(oid) ? NULL : hex);
}

static void json_tag(struct ev_json *j, const char *key, const char *ref,
		     const struct ev_oid *oid)
{
	ev_json_key(j, key);
	if (!ref) {
		ev_json_null(j);
		return;
	}
	ev_json_object(j);
	ev_json_kv(j, "ref", ref);
	json_oid(j, "object", oid);
	ev_json_end_object(j);
}

static void json_moves(struct ev_json *j, const struct ev_ref_changes *c)
{
	size_t i;

	ev_json_key(j, "moves");
	ev_json_list(j);
	for (i = 0; i < c->n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "ref", c->items[i].ref);
		json_oid(j, "old", &c->items[i].old);
		json_oid(j, "new", &c->items[i].new);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void json_awaited(struct ev_json *j, const struct ev_standing *s)
{
	size_t i;

	ev_json_key(j, "awaited");
	ev_json_list(j);
	for (i = 0; i < s->n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "role", s->awaited[i].role);
		ev_json_kvi(j, "wanted", s->awaited[i].wanted);
		ev_json_kvi(j, "have", s->awaited[i].have);
		ev_json_strs(j, "people", &s->awaited[i].people);
		ev_json_strs(j, "barred", &s->awaited[i].barred);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void print_json(struct promoting *s)
{
	static const char *const ends[] = {
		[EV_PROMOTE_DONE] = "done", [EV_PROMOTE_ALREADY] = "already",
		[EV_PROMOTE_REFUSED] = "refused", [EV_PROMOTE_WOULD] = "would",
	};
	const struct ev_promote_result *r = &s->result;
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;

	json_begin(&j, &buf, s->ctx);
	ev_json_kv(&j, "end", ends[r->end]);
	ev_json_kv(&j, "ref", s->p.ref);
	json_oid(&j, "to", &s->p.to);
	ev_json_kv(&j, "remote", s->remote);
	ev_json_kv(&j, "person", r->person);
	ev_json_kv(&j, "verdict", *r->record ? r->record : NULL);
	ev_json_kv(&j, "promotion", *r->promotion ? r->promotion : NULL);
	json_oid(&j, "ledger", &r->ledger);
	json_tag(&j, "checkpoint", r->checkpoint_ref, &r->checkpoint);
	json_tag(&j, "release", r->tag_ref, &r->tag);
	ev_json_key(&j, "verdicts");
	ev_json_list(&j);
	if (r->verdict.ref) {
		ev_json_object(&j);
		ev_verdict_json(&j, &r->verdict);
		ev_json_end_object(&j);
	}
	if (r->tag_verdict.ref) {
		ev_json_object(&j);
		ev_verdict_json(&j, &r->tag_verdict);
		ev_json_end_object(&j);
	}
	ev_json_end_list(&j);
	json_awaited(&j, &r->standing);
	ev_json_strs(&j, "open", &r->standing.open);
	json_moves(&j, &r->moves);
	ev_json_kvi(&j, "records", (int64_t)r->lines);
	ev_json_strs(&j, "warnings", &r->left);
	json_finish(&j);
	ev_buf_release(&buf);
}

/* -------------------------------------------------------------------------- */

static int choose_remote(struct promoting *s, const char *asked)
{
	const char *name = asked ? asked : ev_config_remote(s->ctx->repo);
	char *key = ev_strdupf("remote.%s.url", name);
	bool there = ev_config_get(s->ctx->repo, key, NULL) != NULL;

	free(key);
	/* What somebody names has to be there. */
	if (there || asked ||
	    ev_config_get(s->ctx->repo, "evidence.remote", NULL))
		s->remote = name;
	return 0;
}

int promoting_begin(struct promoting *s, struct context *ctx, const char *key,
		    const char *remote, bool yes)
{
	int ret;

	s->ctx = ctx;
	s->yes = yes;
	ret = reader_require(&s->reader, ctx->repo);
	if (ret == 0)
		ret = choose_remote(s, remote);
	if (ret == 0)
		ret = ev_draft_key(s->fpr, ctx->repo, s->reader.trust, key);
	s->p.fpr = s->fpr;
	s->p.remote = s->remote;
	s->p.dry_run = ctx->dry_run;
	s->p.now = ev_now();
	s->p.ask = ask;
	s->p.unasked = yes;
	s->p.tell = tell;
	s->p.ctx = s;
	return ret;
}

int promoting_run(struct promoting *s)
{
	const struct ev_promote_result *r = &s->result;
	int ret, status;

	ret = ev_promote(&s->result, s->ctx->repo, &s->p);
	if (ret < 0)
		return ret;
	if (s->ctx->json)
		print_json(s);
	else
		print_text(s);
	if (!s->ctx->dry_run && r->end != EV_PROMOTE_REFUSED && r->shared)
		ev_unshared_set(s->ctx->repo, false);
	if (r->end == EV_PROMOTE_ALREADY)
		return EXIT_PASS;
	status = ev_verdict_exit(&r->verdict);
	return status == EXIT_PASS || status == EXIT_FIRST_USE ?
		(r->tag_verdict.ref ? ev_verdict_exit(&r->tag_verdict) :
		 status) : status;
}

void promoting_release(struct promoting *s)
{
	ev_promote_result_release(&s->result);
	reader_release(&s->reader);
}
