#include "base/compat.h"

#include "gate/case.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "policy/checkpoints.h"
#include "repo/config.h"
#include "repo/rawobj.h"

#define TAG_MAX ((size_t)4 << 20)

void ev_ref_changes_release(struct ev_ref_changes *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		free(c->items[i].ref);
	free(c->items);
	memset(c, 0, sizeof(*c));
}

struct ev_ref_change *ev_ref_changes_add(struct ev_ref_changes *c,
					 const char *ref,
					 const struct ev_oid *old,
					 const struct ev_oid *new)
{
	struct ev_ref_change *x;

	EV_GROW(c->items, c->n, c->cap);
	x = &c->items[c->n++];
	x->ref = ev_strdup(ref);
	x->old = *old;
	x->new = *new;
	return x;
}

enum ev_outcome ev_case_missing(const struct ev_case *c)
{
	return c->ledger_unknown ? EV_INCOMPLETE : EV_FAIL;
}

/* The candidate ------------------------------------------------------------- */

/* A tag is peeled in one step: a tag of a tag names no commit here. */
static int peel_tag(struct ev_oid *commit, bool *is_commit, struct ev_repo *r,
		    const struct ev_oid *oid)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(TAG_MAX);
	enum ev_objtype type = EV_OBJ_TAG;
	struct ev_rawobj tag;
	int ret;

	ev_rawobj_init(&tag);
	ret = ev_object_read(&raw, NULL, r, oid);
	if (ret == 0)
		ret = ev_tag_split(&tag, raw.ptr, raw.len);
	/* What the tag calls a commit need not be one. */
	if (ret == 0 && tag.target_type == EV_OBJ_COMMIT)
		ret = ev_object_info(&type, NULL, r, &tag.target);
	*is_commit = ret == 0 && type == EV_OBJ_COMMIT;
	if (*is_commit)
		*commit = tag.target;
	ev_rawobj_release(&tag);
	ev_buf_release(&raw);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();
		ret = 0;
	}
	return ret;
}

/*
 * The commit that a ref's value stands for, and its tree; *is_commit is false
 * if it stands for none, or if it is not here.
 */
static int peel(struct ev_oid *commit, struct ev_oid *tree, bool *is_commit,
		bool *is_tag, struct ev_repo *r, const struct ev_oid *oid)
{
	enum ev_objtype type;
	int ret;

	*is_commit = false;
	ret = ev_object_info(&type, NULL, r, oid);
	if (ret == EV_ENOTFOUND)
		goto absent;
	if (ret < 0)
		return ret;
	if (is_tag)
		*is_tag = type == EV_OBJ_TAG;
	*commit = *oid;
	*is_commit = type == EV_OBJ_COMMIT;
	if (type == EV_OBJ_TAG)
		ret = peel_tag(commit, is_commit, r, oid);
	if (ret == 0 && *is_commit)
		ret = ev_repo_tree_of(tree, r, commit);
	if (ret == 0)
		return 0;
	*is_commit = false;
absent:
	if (ret != EV_ENOTFOUND && ret != EV_EINVALID)
		return ret;
	ev_error_clear();
	return 0;
}

/* The result of a merge is known by the parent whose content it has, which can
 * be named in commands; else by its tree, which cannot. */
static void label_merge(struct ev_case *c)
{
	const struct ev_oids *heads = c->q->heads;
	const struct ev_oid *name = &c->q->tree;
	struct ev_oid tree;
	size_t i;

	for (i = 0; heads && i < heads->n; i++) {
		if (ev_repo_tree_of(&tree, c->repo, &heads->items[i]) < 0)
			ev_error_clear();
		else if (ev_oid_eq(&tree, &c->q->tree))
			name = &heads->items[i];
	}
	c->nameless = name == &c->q->tree;
	ev_repo_short(c->label, c->repo, name);
}

static int look_at_candidate(struct ev_case *c)
{
	const struct ev_question *q = c->q;
	int ret = 0;

	if (q->merging)
		c->tree = q->tree;
	else if (!ev_oid_is_zero(&q->to))
		ret = peel(&c->commit, &c->tree, &c->has_commit, &c->to_is_tag,
			   c->repo, &q->to);
	if (ret == 0 && !ev_oid_is_zero(&q->from))
		ret = peel(&c->from_commit, &c->from_tree, &c->has_from_tree,
			   NULL, c->repo, &q->from);
	if (ret < 0)
		return ret;
	if (q->merging && !ev_oid_is_zero(&q->to))
		ev_repo_short(c->label, c->repo, &q->to);
	else if (q->merging)
		label_merge(c);
	else if (c->has_commit)
		ev_repo_short(c->label, c->repo, &c->commit);
	else
		snprintf(c->label, sizeof(c->label), "%s", "nothing");
	return 0;
}

static bool has_remote(struct ev_repo *r)
{
	char *key = ev_strdupf("remote.%s.url", ev_config_remote(r));
	bool has = ev_config_get(r, key, NULL) != NULL;

	free(key);
	return has;
}

static int open_ledger(struct ev_case *c)
{
	int ret;

	ret = ev_ledger_open(&c->ledger, c->repo, &c->policy->trust,
			     c->evidence->has_ledger ? &c->evidence->ledger
						     : NULL);
	if (ret < 0)
		return ret;
	ev_ledger_set_now(c->ledger, c->q->now);
	c->ledger_unknown = !c->q->authoritative &&
		ev_ledger_absent(c->ledger) && has_remote(c->repo);
	if (!c->has_commit && !c->q->merging)
		return 0;
	return ev_ledger_lines(&c->lines, c->ledger,
			       c->has_commit ? &c->commit : NULL, &c->tree);
}

int ev_case_open(struct ev_case *c, struct ev_repo *r,
		 const struct ev_chain *chain, const struct ev_evidence *e,
		 const struct ev_question *q, const struct ev_protect *protect,
		 struct ev_verdict *v)
{
	int ret;

	memset(c, 0, sizeof(*c));
	c->repo = r;
	c->chain = chain;
	c->policy = ev_chain_policy(chain);
	c->protect = protect;
	c->req = protect->require;
	c->evidence = e;
	c->q = q;
	c->verdict = v;
	ret = look_at_candidate(c);
	if (ret == 0)
		ret = open_ledger(c);
	if (ret < 0)
		ev_case_release(c);
	return ret;
}

static bool needs_range(const struct ev_case *c)
{
	size_t i;

	if (c->want_range || c->req->has_separation || c->req->commits_signed)
		return true;
	for (i = 0; i < c->req->nreports; i++)
		if (c->req->reports[i].may_change.n)
			return true;
	return false;
}

/* No command can be given a content that no commit has. */
static void drop_hints(struct ev_verdict *v)
{
	size_t i;

	for (i = 0; i < v->n; i++) {
		free(v->rules[i].hint);
		v->rules[i].hint = NULL;
	}
}

/* Nothing else that could be done lets it through. */
static void leave_withdrawn(struct ev_verdict *v)
{
	size_t i, k;

	for (i = 0; i < v->n && strcmp(v->rules[i].rule, "withdrawn"); i++)
		;
	for (k = 0; i < v->n && k < v->n; k++) {
		if (k == i)
			continue;
		free(v->rules[k].hint);
		v->rules[k].hint = NULL;
	}
}

static int judge_release(struct ev_case *c)
{
	static int (*const steps[])(struct ev_case *) = {
		ev_manifest_gather, ev_records_gather, ev_votes_gather,
		ev_waivers_gather,
		ev_rule_manifest, ev_rule_records, ev_rule_approvals,
		ev_rule_commits,
	};
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < EV_ARRAY_SIZE(steps); i++)
		ret = steps[i](c);
	return ret;
}

static int judge_rollback(struct ev_case *c)
{
	int ret = ev_rollback_gather(c);

	return ret < 0 ? ret : ev_rule_rollback(c);
}

int ev_case_judge(struct ev_case *c)
{
	int ret;

	ret = ev_rule_refs(c);
	/* Of what is no commit, or goes away, nothing else can be said. */
	if (ret < 0 || (!c->has_commit && !c->q->merging))
		return ret;
	ret = ev_rule_withdrawn(c);
	if (ret == 0 && needs_range(c))
		ret = ev_range_load(&c->range, c);
	if (ret == 0)
		ret = ev_rollback_look(c);
	if (ret == 0)
		ret = c->rollback.is ? judge_rollback(c) : judge_release(c);
	leave_withdrawn(c->verdict);
	if (c->nameless)
		drop_hints(c->verdict);
	return ret;
}

void ev_case_release(struct ev_case *c)
{
	size_t i;

	ev_case_cohorts_release(c);
	ev_waivers_release(c);
	ev_votes_release(c);
	ev_records_release(c);
	ev_rollback_release(c);
	ev_range_release(&c->range);
	for (i = 0; i < c->ntrees; i++)
		ev_value_free(c->trees[i]);
	free(c->trees);
	ev_lines_release(&c->lines);
	ev_ledger_close(c->ledger);
	memset(c, 0, sizeof(*c));
}

/* The verdict --------------------------------------------------------------- */

static void describe(struct ev_verdict *v, const struct ev_chain *chain,
		     const struct ev_question *q)
{
	const struct ev_policy *p = ev_chain_policy(chain);

	v->ref = ev_strdup(q->ref);
	v->has_from = !ev_oid_is_zero(&q->from);
	v->from = q->from;
	v->has_to = !ev_oid_is_zero(&q->to);
	v->to = q->to;
	memcpy(v->root, chain->root, sizeof(v->root));
	v->provisional = !chain->in_force;
	v->first_use = v->provisional || !chain->pinned;
	if (p) {
		memcpy(v->policy, p->link, sizeof(v->policy));
		v->version = p->version;
	}
}

static void rule_link(struct ev_verdict *v, const struct ev_chain *chain)
{
	const struct ev_policy *p = ev_chain_policy(chain);
	static const char rule[] = "policy.link";

	if (chain->state == EV_CHAIN_FORKED || chain->state == EV_CHAIN_BROKEN)
		ev_verdict_add(v, rule, EV_FAIL, chain->lacking ?
			       "git evidence sync" : "git evidence doctor",
			       "%s", chain->reason);
	else if (!chain->in_force && chain->pinned)
		ev_verdict_add(v, rule, EV_PASS, NULL, "HEAD's control set "
			       "%.19s, version %lld, not approved by the pinned "
			       "root %.16s", p->link, (long long)p->version,
			       chain->root);
	else if (!chain->in_force)
		ev_verdict_add(v, rule, EV_PASS, NULL, "HEAD's control set "
			       "%.19s, version %lld, approved by nobody yet",
			       p->link, (long long)p->version);
	else if (!chain->pinned)
		ev_verdict_add(v, rule, EV_PASS, NULL, "version %lld, %.19s, "
			       "trusted at first use: evidence.root is not set",
			       (long long)p->version, p->link);
	else
		ev_verdict_add(v, rule, EV_PASS, NULL, "version %lld, %.19s, "
			       "root %.16s", (long long)p->version, p->link,
			       chain->root);
}

/* A chain that cannot be followed protects everything. */
static bool refuses_all(const struct ev_chain *chain)
{
	return chain->state == EV_CHAIN_FORKED ||
	       chain->state == EV_CHAIN_BROKEN;
}

int ev_judge(struct ev_verdict *out, struct ev_repo *r,
	     const struct ev_chain *chain, const struct ev_evidence *e,
	     const struct ev_question *q)
{
	return ev_judge_look(out, r, chain, e, q, NULL, NULL);
}

int ev_judge_look(struct ev_verdict *out, struct ev_repo *r,
		  const struct ev_chain *chain, const struct ev_evidence *e,
		  const struct ev_question *q,
		  int (*look)(void *ctx, const struct ev_case *c), void *ctx)
{
	const struct ev_policy *p = ev_chain_policy(chain);
	const struct ev_protect *protect;
	struct ev_case c;
	size_t i = 0;
	int ret = 0;

	ev_verdict_init(out);
	describe(out, chain, q);
	if (refuses_all(chain)) {
		out->is_protected = true;
		rule_link(out, chain);
		return 0;
	}
	while (ret == 0 && p &&
	       (protect = ev_policy_protects(p, q->ref, &i, NULL))) {
		if (!out->is_protected)
			rule_link(out, chain);
		out->is_protected = true;
		ret = ev_case_open(&c, r, chain, e, q, protect, out);
		if (ret < 0)
			break;
		out->has_commit = c.has_commit ||
			(q->merging && out->has_to);
		out->commit = c.has_commit ? c.commit : q->to;
		out->tree = c.tree;
		ret = ev_case_judge(&c);
		if (ret == 0 && look)
			ret = look(ctx, &c);
		ev_case_release(&c);
	}
	ev_chain_late(out->late, chain);
	if (ret < 0)
		ev_verdict_release(out);
	return ret;
}
