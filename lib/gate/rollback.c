#include "base/compat.h"

#include "gate/rollback.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "gate/people.h"
#include "gate/records.h"
#include "repo/rawobj.h"

#define HEADS "refs/heads/"
#define TAGS "refs/tags/"
#define COMMIT_MAX ((size_t)4 << 20)

/* Withdrawn ---------------------------------------------------------------- */

int ev_rule_withdrawn(struct ev_case *c)
{
	char reason[200], *hint;
	bool yes;
	int ret;

	ret = ev_content_withdrawn(&yes, reason, c->repo, c->chain, &c->lines);
	if (ret < 0 || !yes)
		return ret;
	hint = c->has_from_tree && ev_oid_eq(&c->tree, &c->from_tree) ?
		ev_strdup("git evidence log --kind promotion       # which "
			  "release before it can be rolled back to") :
		ev_strdupf("git evidence show %s       # why; no approval "
			   "lets it through", c->label);
	ev_verdict_add(c->verdict, "withdrawn", EV_FAIL, hint, "%s", reason);
	free(hint);
	return 0;
}

/* Is it one? --------------------------------------------------------------- */

/* The one parent of the candidate is what the ref holds. */
static int is_on_top(bool *yes, const struct ev_case *c)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(COMMIT_MAX);
	const struct ev_oids *heads = c->q->heads;
	struct ev_rawobj commit;
	int ret;

	if (c->q->merging) {
		*yes = heads && heads->n == 1 &&
			ev_oid_eq(&heads->items[0], &c->from_commit);
		return 0;
	}
	*yes = false;
	ev_rawobj_init(&commit);
	ret = ev_object_read(&raw, NULL, c->repo, &c->commit);
	if (ret == 0)
		ret = ev_commit_split(&commit, raw.ptr, raw.len);
	if (ret == 0)
		*yes = commit.parents.n == 1 &&
			ev_oid_eq(&commit.parents.items[0], &c->from_commit);
	ev_rawobj_release(&commit);
	ev_buf_release(&raw);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();	/* other rules are about it */
		ret = 0;
	}
	return ret;
}

int ev_rollback_look(struct ev_case *c)
{
	struct ev_comeback *b = &c->rollback;
	bool yes;
	int ret;

	if (!c->policy->rollback.n || !ev_starts_with(c->q->ref, HEADS) ||
	    !c->has_from_tree || !ev_oid_eq(&c->q->from, &c->from_commit) ||
	    c->to_is_tag || ev_oid_eq(&c->tree, &c->from_tree))
		return 0;
	ret = is_on_top(&yes, c);
	if (ret < 0 || !yes)
		return ret;
	ret = ev_releases_in(&b->releases, c->repo, c->chain, c->ledger,
			     &c->lines, c->q->ref, &c->from_commit);
	if (ret < 0)
		return ret;
	ev_releases_keep(&b->releases, c->q->ref);
	b->is = b->releases.n != 0;
	return 0;
}

void ev_rollback_release(struct ev_case *c)
{
	ev_releases_release(&c->rollback.releases);
	free(c->rollback.names);
	memset(&c->rollback, 0, sizeof(c->rollback));
}

void ev_case_quorum(struct ev_quorum *out, const struct ev_case *c)
{
	if (c->rollback.is) {
		ev_quorum_unite(out, &c->policy->rollback);
	} else {
		ev_requirement_quorum(out, c->req, c->tier);
		ev_escalated_ask(out, c);
	}
}

/* The newest that stands, or else the newest. */
int ev_rollback_gather(struct ev_case *c)
{
	struct ev_comeback *b = &c->rollback;
	size_t i = b->releases.n;
	int ret = 0;

	while (ret == 0 && i-- && !b->stands)
		ret = ev_rollback_try(c, &b->releases.items[i]);
	if (ret == 0 && !b->stands && b->releases.n > 1)
		ret = ev_rollback_try(c, &b->releases.
				      items[b->releases.n - 1]);
	return ret;
}

char *ev_case_called(const struct ev_case *c)
{
	const struct ev_release *x = c->rollback.release;
	char hex[EV_OID_HEX + 1];

	if (!x)
		return ev_strdup(c->label);
	if (*x->tag)
		return ev_strdup(x->tag + strlen(TAGS));
	ev_repo_short(hex, c->repo, &x->to);
	return ev_strdup(hex);
}

/* The rule ----------------------------------------------------------------- */

static void name(struct ev_buf *out, const struct ev_release *x)
{
	if (*x->tag)
		ev_buf_adds(out, x->tag + strlen(TAGS));
	else
		ev_buf_addf(out, "promotion %.12s", x->record);
}

/* "v1.0.0, promoted on 2026-03-01 by Quinn Abara (record 1234abcd5678)" */
static void tell(struct ev_buf *out, const struct ev_release *x)
{
	char when[EV_TIME_TEXT];

	ev_time_format(when, x->at);
	name(out, x);
	ev_buf_addf(out, ", promoted on %.10s by %s", when,
		    x->person ? x->person->name : "somebody");
	if (*x->tag)
		ev_buf_addf(out, " (record %.12s)", x->record);
}

char *ev_rollback_command(const struct ev_release *x)
{
	struct ev_buf out = EV_BUF_INIT;

	ev_buf_adds(&out, "git evidence rollback ");
	if (*x->tag)
		name(&out, x);
	else
		ev_buf_addf(&out, "%.12s", x->record);
	ev_buf_addf(&out, " --for %s --reason '<reason>'",
		    ev_starts_with(x->ref, HEADS) ? x->ref + strlen(HEADS) :
		    x->ref);
	return ev_buf_detach(&out, NULL);
}

static void rule(struct ev_case *c)
{
	static const char rule[] = "rollback";
	const struct ev_comeback *b = &c->rollback;
	struct ev_buf words = EV_BUF_INIT;
	char from[EV_OID_HEX + 1], *hint = NULL;

	ev_repo_short(from, c->repo, &c->from_commit);
	if (b->stands) {
		ev_buf_addf(&words, "%s back from %s to ",
			    c->q->merging ? "would go" : "goes", from);
		tell(&words, b->release);
		if (c->q->merging) {
			hint = ev_rollback_command(b->release);
			ev_buf_adds(&words, "; git evidence rollback makes "
				    "the commit");
		}
		ev_verdict_add(c->verdict, rule, EV_PASS, hint, "%s",
			       words.ptr);
	} else {
		tell(&words, b->release);
		ev_verdict_add(c->verdict, rule, b->unsure ? EV_INCOMPLETE :
			       EV_FAIL, b->unsure ? ev_range_hint(c) : NULL,
			       b->unsure ? "whether it goes back to %s cannot "
			       "be told: %s" : "cannot go back to %s: %s",
			       words.ptr, b->reason);
	}
	free(hint);
	ev_buf_release(&words);
}

int ev_rule_rollback(struct ev_case *c)
{
	int ret;

	rule(c);
	ret = ev_rule_approvals(c);
	return ret < 0 ? ret : ev_rule_commits(c);
}

/* Asked before it is made -------------------------------------------------- */

/* Does the ledger tell of a promotion that could come back? */
static int was_promoted(bool *yes, struct ev_oid *tree, struct ev_repo *r,
			const struct ev_chain *chain,
			const struct ev_evidence *e,
			const struct ev_question *q)
{
	struct ev_policy *p = ev_chain_policy(chain);
	struct ev_ledger *l = NULL;
	struct ev_releases all = { NULL, 0, 0 };
	struct ev_lines lines = EV_LINES_INIT;
	struct ev_oid held;
	int ret;

	*yes = false;
	ret = ev_repo_tree_of(tree, r, &q->to);
	if (ret == 0)
		ret = ev_repo_tree_of(&held, r, &q->from);
	if (ret < 0 || ev_oid_eq(tree, &held))
		return ret;
	ret = ev_ledger_open(&l, r, &p->trust, e->has_ledger ? &e->ledger :
			     NULL);
	if (ret == 0) {
		ev_ledger_set_now(l, q->now);
		ret = ev_ledger_lines(&lines, l, NULL, tree);
	}
	if (ret == 0)
		ret = ev_releases_in(&all, r, chain, l, &lines, q->ref,
				     &q->from);
	if (ret == 0) {
		ev_releases_keep(&all, q->ref);
		*yes = all.n != 0;
	}
	ev_releases_release(&all);
	ev_lines_release(&lines);
	ev_ledger_close(l);
	return ret;
}

int ev_rollback_ask(struct ev_question *q, struct ev_oids *heads,
		    struct ev_repo *r, const struct ev_chain *chain,
		    const struct ev_evidence *e)
{
	const struct ev_policy *p = ev_chain_policy(chain);
	enum ev_ancestry a = EV_NOT_BEFORE;
	enum ev_objtype type = EV_OBJ_NONE, held = EV_OBJ_NONE;
	struct ev_oid tree;
	bool yes = false;
	int ret = 0;

	if (!p || !p->rollback.n || !ev_starts_with(q->ref, HEADS) ||
	    q->merging || ev_oid_is_zero(&q->to) ||
	    ev_oid_is_zero(&q->from) || ev_oid_eq(&q->from, &q->to))
		return 0;
	if (ev_object_info(&type, NULL, r, &q->to) < 0 ||
	    ev_object_info(&held, NULL, r, &q->from) < 0)
		ev_error_clear();	/* the judgement says so */
	if (type != EV_OBJ_COMMIT || held != EV_OBJ_COMMIT)
		return 0;
	ret = ev_ancestry_ask(&a, r, &q->to, &q->from);
	if (ret == 0 && a == EV_BEFORE)
		ret = was_promoted(&yes, &tree, r, chain, e, q);
	if (ret < 0 || !yes)
		return ret;
	q->merging = true;
	q->tree = tree;
	ev_oids_add(heads, &q->from);
	q->heads = heads;
	return 0;
}
