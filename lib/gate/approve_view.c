#include "base/compat.h"

#include "gate/approve_internal.h"

#include <math.h>

#include "base/error.h"
#include "base/str.h"
#include "gate/records.h"
#include "gate/waiver.h"
#include "repo/git.h"

#define SHOWN_MAX 20		/* commits, files, gates: then their number */

#define WAIVER_SHOWN 200	/* bytes of its reason */

/* The manifest ------------------------------------------------------------- */

/* What a manifest says in a few lines: label, then members joined by spaces;
 * a member that ends in ".digest" stands in parentheses. */
static const char *const summary[][5] = {
	{ "product", "product.name", "product.release" },
	{ "model", "model.name", "model.version", "model.digest" },
	{ "training data", "training_data.snapshot", "training_data.digest" },
	{ "validation data", "validation_data.id",
	  "validation_data.scenario_pack", "validation_data.kind",
	  "validation_data.digest" },
	{ "suite", "suite.id", "suite.version", "suite.digest" },
	{ "intended use", "intended_use.id", "intended_use.statement" },
	{ "risk tier", "risk_tier" },
	{ "change", "change.id", "change.reason" },
};

static void add_member(struct ev_buf *line, const struct ev_value *manifest,
		       const char *path)
{
	const struct ev_value *v = ev_get_path(manifest, path);

	if (!v || (v->type != EV_STRING && v->type != EV_NUMBER))
		return;
	if (ev_ends_with(path, ".digest"))
		ev_buf_addf(line, " (%.19s)", v->text);
	else
		ev_buf_addf(line, " %s", v->text);
}

static int add_manifest(struct ev_strs *out, struct ev_case *c)
{
	const struct ev_value *manifest;
	struct ev_buf line = EV_BUF_INIT;
	size_t i, k;
	int ret;

	if (!c->manifests.n || out->n)
		return 0;
	ret = ev_case_predicate(&manifest, c, c->manifests.items[0].line);
	for (i = 0; ret == 0 && i < EV_ARRAY_SIZE(summary); i++) {
		ev_buf_clear(&line);
		for (k = 1; k < EV_ARRAY_SIZE(summary[i]); k++)
			if (summary[i][k])
				add_member(&line, manifest, summary[i][k]);
		if (line.len)
			ev_strs_addf(out, "%-16s%s", summary[i][0], line.ptr);
	}
	ev_buf_release(&line);
	return ret;
}

/* Records ------------------------------------------------------------------ */

static void add_outcomes(struct ev_strs *out, const struct ev_case *c)
{
	const struct ev_record_rule *r;
	const struct ev_pick *p;
	size_t i, k;

	for (i = 0; i < c->nrecords; i++) {
		r = &c->records[i];
		for (k = 0; k < r->picks.n; k++) {
			p = &r->picks.items[k];
			ev_strs_addf(out, "%-16s %s: %.12s by %s, %s%s",
				     p->line->record.outcome, r->rule,
				     p->line->record.id,
				     p->line->person->name,
				     p->line->record.recorded_at,
				     p->rerun ? ", a re-run" :
				     p->post_hoc ? ", with a suite that is "
				     "younger" : "");
		}
		if (!r->picks.n)
			ev_strs_addf(out, "%-16s %s", "none", r->rule);
	}
}

/* How near a gate is to its limit; what has no numbers is far away. */
static double margin(const struct ev_value *gate)
{
	const struct ev_value *judged = ev_get(gate, "judged");
	const struct ev_value *o = judged ? judged : ev_get(gate, "observed");
	const struct ev_value *l = ev_get(gate, "limit");
	double observed, limit;

	if (!o || !l || o->type != EV_NUMBER || !l->text ||
	    !strpbrk(l->text, "0123456789"))
		return 1e300;
	observed = strtod(o->text, NULL);
	/* A number, or words about one: ">= 0.92", "> -0.02". */
	limit = strtod(l->text + strcspn(l->text, "-0123456789"), NULL);
	return fabs(observed - limit) / (fabs(limit) > 1e-9 ? fabs(limit) : 1);
}

static void add_gate(struct ev_strs *out, const char *rule,
		     const struct ev_value *gate)
{
	const struct ev_value *o = ev_get(gate, "observed");
	const struct ev_value *l = ev_get(gate, "limit");
	const char *outcome = ev_get_string(gate, "outcome");
	const char *id = ev_get_string(gate, "id");
	const char *slice = ev_get_string(gate, "slice");
	const char *reason = ev_get_string(gate, "reason");

	if (reason) {
		ev_strs_addf(out, "%-16s %s/%s, %s: %.300s",
			     outcome ? outcome : "?", rule, id ? id : "?",
			     slice ? slice : "overall", reason);
		return;
	}
	ev_strs_addf(out, "%-16s %s/%s, %s: observed %s, limit %s",
		     outcome ? outcome : "?", rule, id ? id : "?",
		     slice ? slice : "overall",
		     o && o->text ? o->text : "nothing",
		     l && l->text ? l->text : "none");
}

/* Every gate that is not passed, else the one that is passed most narrowly. */
static void add_bounds(struct ev_strs *out, const char *rule,
		       const struct ev_value *report)
{
	const struct ev_value *gates = ev_get(report, "gates");
	const struct ev_value *nearest = NULL, *gate;
	size_t i, n = 0;

	for (i = 0; gates && gates->type == EV_LIST && i < gates->n; i++) {
		gate = gates->items[i];
		if (ev_streq(ev_get_string(gate, "outcome"), "pass")) {
			if (!nearest || margin(gate) < margin(nearest))
				nearest = gate;
		} else if (n++ < SHOWN_MAX) {
			add_gate(out, rule, gate);
		}
	}
	if (n > SHOWN_MAX)
		ev_strs_addf(out, "and %zu more", n - SHOWN_MAX);
	if (!n && nearest)
		add_gate(out, rule, nearest);
}

static int look_at_reports(struct ev_strs *out, struct ev_case *c)
{
	const struct ev_record_rule *r;
	const struct ev_value *report;
	size_t i, k;
	int ret = 0;

	for (i = 0; i < c->nrecords; i++) {
		r = &c->records[i];
		for (k = 0; ret == 0 && r->report && k < r->picks.n; k++) {
			ret = ev_case_predicate(&report, c,
						r->picks.items[k].line);
			if (ret == 0)
				add_bounds(out, r->rule, report);
		}
	}
	return ret;
}

static void add_waivers(struct ev_strs *out, const struct ev_case *c)
{
	const struct ev_waiver *w;
	struct ev_buf line = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < c->nwaivers; i++) {
		w = &c->waivers[i];
		if (!w->fits)
			continue;
		ev_buf_clear(&line);
		ev_buf_addf(&line, "%s: ", w->rule);
		ev_waiver_tell(&line, w);
		ev_buf_addf(&line, " by %s, risk ", w->line->person->name);
		ev_words_clip(&line, ev_get_string(w->predicate, "risk"),
			      WAIVER_SHOWN);
		ev_buf_adds(&line, ": ");
		ev_words_clip(&line, ev_get_string(w->predicate, "reason"),
			      WAIVER_SHOWN);
		if (!ev_strs_has(out, line.ptr))
			ev_strs_add(out, line.ptr);
	}
	ev_buf_release(&line);
}

/* What changed ------------------------------------------------------------- */

/* The first of `total` lines (0: count them) that git prints, and how many
 * more there are. */
static int add_git(struct ev_strs *out, struct ev_repo *r, size_t total,
		   const char *const *args)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t n = 0, i;
	char *p, *lf;
	int ret = ev_git_out(&text, r, args);

	for (i = 0; i < text.len; i++)
		if (text.ptr[i] == '\t')
			text.ptr[i] = ' ';
	for (p = text.ptr; ret == 0 && *p; p = lf) {
		lf = p + strcspn(p, "\n");
		if (*lf)
			*lf++ = '\0';
		if (n++ < SHOWN_MAX)
			ev_strs_addf(out, "  %s", p);
	}
	if (total > n)
		n = total;
	if (n > SHOWN_MAX)
		ev_strs_addf(out, "  and %zu more", n - SHOWN_MAX);
	ev_buf_release(&text);
	return ret;
}

/* A commit that is not made yet is told by what it brings back. */
static void add_commits(struct ev_strs *out, const struct ev_case *c)
{
	size_t n = c->range.ncommits;

	if (c->rollback.is && !c->has_commit)
		ev_strs_add(out, "one new commit, which goes back");
	else
		ev_strs_addf(out, "%zu commit%s", n, n == 1 ? ":" : "s:");
}

static int add_changes(struct ev_strs *out, struct ev_case *c)
{
	char from[EV_OID_HEX + 1], to[EV_OID_HEX + 1];
	char range[2 * EV_OID_HEX + 3];
	const char *const log[] = { "-c", "log.showSignature=false", "log",
		"--no-color", "--max-count=20", "--format=%h %an: %s", range,
		"--", NULL };
	const char *const diff[] = { "diff-tree", "-r", "--name-status",
		"--no-renames", from, to, "--", NULL };
	int ret;

	if (!c->has_from_tree && ev_oid_is_zero(&c->q->from)) {
		ev_strs_addf(out, "the ref is new: all of %zu commit%s",
			     c->range.ncommits,
			     c->range.ncommits == 1 ? "" : "s");
		return 0;
	}
	if (!c->has_from_tree)
		return ev_fail(EV_EINCOMPLETE, "what '%s' holds is not in this "
			       "clone", c->q->ref);
	ev_oid_hex(from, &c->from_commit);
	ev_oid_hex(to, c->has_commit ? &c->commit : &c->tree);
	snprintf(range, sizeof(range), "%s..%s", from, to);
	add_commits(out, c);
	ret = c->has_commit ? add_git(out, c->repo, c->range.ncommits, log) :
		0;
	if (ret < 0)
		return ret;
	if (ev_oid_eq(&c->from_tree, &c->tree)) {
		ev_strs_add(out, "no file differs");
		return 0;
	}
	ev_strs_add(out, "files:");
	return add_git(out, c->repo, 0, diff);
}

int ev_approve_look(struct ev_approve_view *view, struct ev_cases *c)
{
	size_t i;
	int ret = 0;

	view->from = c->q.from;
	view->commit = c->items[0].has_commit ? c->items[0].commit : c->q.to;
	view->tree = c->items[0].tree;
	for (i = 0; ret == 0 && i < c->n; i++) {
		ret = add_manifest(&view->manifest, &c->items[i]);
		add_outcomes(&view->outcomes, &c->items[i]);
		if (ret == 0)
			ret = look_at_reports(&view->bounds, &c->items[i]);
		add_waivers(&view->waivers, &c->items[i]);
	}
	return ret < 0 ? ret : add_changes(&view->changes, &c->items[0]);
}
