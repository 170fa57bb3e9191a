#include "base/compat.h"

#include "handover/internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "ledger/decision.h"
#include "repo/git.h"

/* Promotions --------------------------------------------------------------- */

static const struct ev_line *line_of(const struct ev_lines *lines,
				     const char *record)
{
	size_t i;

	for (i = 0; i < lines->n; i++)
		if (!strcmp(lines->items[i].record.id, record))
			return &lines->items[i];
	return NULL;
}

/* The oldest that stands, although its content may be withdrawn by now. */
static int promotion(const struct ev_release **out, struct ev_auditing *a,
		     const struct ev_releases *l, const struct ev_lines *lines,
		     const char *ref, const struct ev_oid *commit)
{
	const struct ev_release *x;
	bool yes = false;
	size_t i;
	int ret = 0;

	*out = NULL;
	for (i = 0; ret == 0 && !*out && i < l->n; i++) {
		x = &l->items[i];
		if (strcmp(x->ref, ref) || !ev_oid_eq(&x->to, commit))
			continue;
		ret = ev_audit_happened(&yes, a, x, line_of(lines, x->record));
		if (ret == 0 && yes)
			*out = x;
	}
	return ret;
}

static int by_promotion(struct ev_step *out, struct ev_auditing *a,
			const struct ev_release *x, const struct ev_line *line)
{
	int ret;

	out->found = out->promoted = true;
	out->has_from = x->has_from;
	out->from = x->from;
	ev_audit_went(a, x);
	if (!ev_audit_first_id(a, line->record.line))
		return 0;		/* it was told for another ref */
	a->out->records++;
	ret = ev_audit_see_release(a, x, line);
	return ret < 0 ? ret : ev_audit_judge_again(a, x, line);
}

/* Approvals ---------------------------------------------------------------- */

static bool is_for(const struct ev_auditing *a, const struct ev_decided *d,
		   const char *ref, const struct ev_oid *tree)
{
	return d->d.kind == EV_DECISION_APPROVAL &&
		d->sig == EV_OBJSIG_GOOD && d->person && !d->person->machine &&
		d->d.meaning == EV_MEANING_APPROVED &&
		ev_streq(d->d.product, a->trust->product_id) &&
		ev_streq(d->d.ref, ref) && ev_oid_eq(&d->d.tree, tree);
}

static bool same_from(const struct ev_decision *x, const struct ev_decision *y)
{
	return x->has_from == y->has_from &&
		(!x->has_from || ev_oid_eq(&x->from, &y->from));
}

/* As of the checkpoint that holds the newest approval, else as of that. */
static int look_when(struct ev_way *w, struct ev_auditing *a,
		     const struct ev_decided *newest)
{
	const struct ev_holder *h;
	int ret;

	w->now = newest->d.at;
	ret = ev_past_tag(&h, a->trust->past, a->repo, newest->ref,
			  &newest->oid);
	if (ret == 0)
		w->at = ev_audit_holder(a, h);
	return ret;
}

static int is_promoted(bool *yes, struct ev_auditing *a, const char *ref,
		       const struct ev_oid *commit, const struct ev_oid *tree)
{
	struct ev_lines lines = EV_LINES_INIT;
	struct ev_releases releases = { NULL, 0, 0 };
	const struct ev_release *x = NULL;
	int ret;

	ret = ev_ledger_lines(&lines, a->ledger, commit, tree);
	if (ret == 0)
		ret = ev_releases_in(&releases, a->repo, &a->chain, a->ledger,
				     &lines, ref, commit);
	if (ret == 0)
		ret = promotion(&x, a, &releases, &lines, ref, commit);
	*yes = x != NULL;
	ev_releases_release(&releases);
	ev_lines_release(&lines);
	return ret;
}

/*
 * Approvals are used up once the ref has gone on.  Between where they were
 * given and this commit, is there one that was promoted, or that had the same
 * content?  Then the ref came from there, if it came by right at all.
 */
static int has_gone_on(bool *yes, struct ev_auditing *a, const struct ev_way *w,
		       const struct ev_oid *tree)
{
	char tip[EV_OID_HEX + 1], from[EV_OID_HEX + 2] = "^";
	const char *args[] = { "--first-parent", tip, NULL, NULL };
	struct ev_walk *walk = NULL;
	struct ev_walk_item x;
	int ret, end;

	*yes = false;
	ev_oid_hex(tip, &w->to);
	ev_oid_hex(from + 1, &w->from);
	if (w->has_from)
		args[2] = from;
	ret = ev_walk_open(&walk, a->repo, args);
	if (ret < 0)
		return ret;
	while (!*yes && (ret = ev_walk_next(&x, walk)) > 0) {
		if (ev_oid_eq(&x.commit, &w->to))
			continue;
		*yes = ev_oid_eq(&x.tree, tree);
		ret = *yes ? 0 : is_promoted(yes, a, w->ref, &x.commit,
					     &x.tree);
		if (ret < 0)
			break;
	}
	end = ev_walk_close(walk);
	return ret < 0 ? ret : *yes ? 0 : end;
}

struct tried {
	struct ev_verdict best;		/* of those that do not pass */
	struct ev_way way;
	bool any;
};

/* All approvals from where `l->items[i]` was given, as one step. */
static int try_one(struct ev_step *out, struct tried *t,
		   struct ev_auditing *a, const struct ev_decideds *l,
		   size_t i, const char *ref, const struct ev_oid *commit,
		   const struct ev_oid *tree)
{
	const struct ev_decided *d = &l->items[i], *newest = d;
	struct ev_way w = { .ref = ref, .has_from = d->d.has_from,
			 .from = d->d.from, .to = *commit };
	struct ev_verdict v;
	bool fits = true, gone = false;
	size_t k;
	int ret = 0;

	for (k = 0; k < l->n; k++) {
		if (!is_for(a, &l->items[k], ref, tree) ||
		    !same_from(&l->items[k].d, &d->d))
			continue;
		if (k < i)
			return 0;	/* it was tried with that one */
		if (l->items[k].d.at > newest->d.at)
			newest = &l->items[k];
	}
	if (w.has_from)
		ret = ev_oid_eq(&w.from, commit) ? (fits = false, 0) :
			ev_audit_contains(&fits, a, commit, &w.from);
	if (ret == 0 && fits)
		ret = has_gone_on(&gone, a, &w, tree);
	if (ret == 0 && fits && !gone)
		ret = look_when(&w, a, newest);
	if (ret < 0 || !fits || gone)
		return ret;
	ret = ev_way_judge(&v, a, &w);
	if (ret < 0)
		return ret;
	if (v.outcome == EV_PASS) {
		out->found = true;
		out->has_from = w.has_from;
		out->from = w.from;
	}
	if (v.outcome == EV_PASS || (t->any && t->best.outcome <= v.outcome)) {
		ev_verdict_release(&v);
		return 0;
	}
	if (t->any)
		ev_verdict_release(&t->best);
	t->best = v;
	t->way = w;
	t->any = true;
	return 0;
}

static int by_approvals(struct ev_step *out, struct ev_auditing *a,
			const char *ref, const struct ev_oid *commit,
			const struct ev_oid *tree)
{
	struct ev_decideds l = { NULL, 0, 0 };
	struct tried t = { .any = false };
	char hex[EV_OID_HEX + 1], *prefix;
	size_t i;
	int ret;

	ev_oid_hex(hex, tree);
	prefix = ev_strdupf(EV_TAGS "approve/%.12s/", hex);
	ret = ev_decideds_load(&l, NULL, a->repo, a->trust, &a->evidence,
			       prefix, a->ask->now);
	free(prefix);
	for (i = 0; ret == 0 && !out->found && i < l.n; i++)
		if (is_for(a, &l.items[i], ref, tree))
			ret = try_one(out, &t, a, &l, i, ref, commit, tree);
	if (ret == 0 && !out->found && t.any) {
		out->found = true;
		out->has_from = t.way.has_from;
		out->from = t.way.from;
		ev_way_tell(a, &t.way, &t.best);
	}
	if (t.any)
		ev_verdict_release(&t.best);
	ev_decideds_release(&l);
	return ret;
}

int ev_step_find(struct ev_step *out, struct ev_auditing *a, const char *ref,
		 const struct ev_oid *commit)
{
	struct ev_lines lines = EV_LINES_INIT;
	struct ev_releases releases = { NULL, 0, 0 };
	const struct ev_release *x = NULL;
	struct ev_oid tree;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_repo_tree_of(&tree, a->repo, commit);
	if (ret == 0)
		ret = ev_ledger_lines(&lines, a->ledger, commit, &tree);
	if (ret == 0)
		ret = ev_releases_in(&releases, a->repo, &a->chain, a->ledger,
				     &lines, ref, commit);
	if (ret == 0)
		ret = promotion(&x, a, &releases, &lines, ref, commit);
	if (ret == 0 && x)
		ret = by_promotion(out, a, x, line_of(&lines, x->record));
	else if (ret == 0)
		ret = by_approvals(out, a, ref, commit, &tree);
	ev_releases_release(&releases);
	ev_lines_release(&lines);
	return ret;
}
