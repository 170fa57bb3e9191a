#include "base/compat.h"

#include "gate/near.h"
#include "gate/people.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/git.h"

#define HEADS "refs/heads/"

/* Names -------------------------------------------------------------------- */

static void rule_name(struct ev_case *c)
{
	const struct ev_protect *p;
	bool exact = true;
	size_t i = 0;

	do
		p = ev_policy_protects(c->policy, c->q->ref, &i, &exact);
	while (p && p != c->protect);
	if (p && !exact)
		ev_verdict_add(c->verdict, "ref.name", EV_FAIL, NULL,
			       "where letter case does not count '%s' is "
			       "'%s', which is protected", c->q->ref,
			       p->pattern);
}

/* Only what stands for a commit can be judged. */
static int rule_target(struct ev_case *c)
{
	const struct ev_question *q = c->q;
	char hex[EV_OID_HEX + 1];
	enum ev_objtype type;
	bool branch = ev_starts_with(q->ref, HEADS);
	int ret;

	if (q->merging || ev_oid_is_zero(&q->to) ||
	    (c->has_commit && !(branch && c->to_is_tag)))
		return 0;
	ev_oid_hex(hex, &q->to);
	ret = ev_object_info(&type, NULL, c->repo, &q->to);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		ev_verdict_add(c->verdict, "ref.target", EV_INCOMPLETE,
			       "git fetch", "object %.12s is not here", hex);
		return 0;
	}
	if (ret < 0)
		return ret;
	if (type == EV_OBJ_TAG && !branch)
		ev_verdict_add(c->verdict, "ref.target", EV_FAIL, NULL,
			       "tag %.12s does not lead to a commit in one "
			       "step", hex);
	else
		ev_verdict_add(c->verdict, "ref.target", EV_FAIL, NULL,
			       "%.12s is a %s, not a commit", hex,
			       ev_objtype_name(type));
	return 0;
}

/* Rewinding ---------------------------------------------------------------- */

int ev_ancestry_ask(enum ev_ancestry *out, struct ev_repo *r,
		    const struct ev_oid *old, const struct ev_oid *new)
{
	*out = EV_BEFORE;
	return ev_near_before(r, old, new) ? 0 :
		ev_repo_before(out, r, old, new);
}

/* Is the ref's value before the candidate, or before a parent of it? */
static int look(enum ev_ancestry *out, struct ev_case *c)
{
	const struct ev_oids *heads = c->q->heads;
	enum ev_ancestry one;
	size_t i;
	int ret = 0;

	*out = EV_BEFORE;
	if (c->has_commit ? ev_oid_eq(&c->commit, &c->from_commit)
			  : heads && ev_oids_has(heads, &c->from_commit))
		return 0;
	/* Who needs the range anyway need not walk twice. */
	if (c->want_range || c->req->has_separation || c->req->commits_signed) {
		ret = ev_range_load(&c->range, c);
		*out = c->range.has_from ? EV_BEFORE : EV_NOT_BEFORE;
		if (ret < 0 || c->range.known)
			return ret;
	}
	if (c->has_commit)
		return ev_ancestry_ask(out, c->repo, &c->from_commit,
				       &c->commit);
	*out = EV_NOT_BEFORE;
	for (i = 0; ret == 0 && heads && i < heads->n; i++) {
		ret = ev_ancestry_ask(&one, c->repo, &c->from_commit,
				      &heads->items[i]);
		if (one == EV_BEFORE)
			*out = one;
		else if (one == EV_BEFORE_UNKNOWN && *out == EV_NOT_BEFORE)
			*out = one;
		if (*out == EV_BEFORE)
			break;
	}
	return ret;
}

static char *mend(struct ev_case *c)
{
	enum ev_ancestry back = EV_NOT_BEFORE;
	char from[EV_OID_HEX + 1];

	ev_repo_short(from, c->repo, &c->from_commit);
	if (c->has_commit &&
	    ev_ancestry_ask(&back, c->repo, &c->commit, &c->from_commit) < 0)
		ev_error_clear();
	if (back == EV_BEFORE)
		return ev_strdupf("git commit-tree -p %s -m 'back to %s' "
				  "'%s^{tree}'   # goes back by a new commit",
				  from, c->label, c->label);
	if (!ev_starts_with(c->q->ref, HEADS))
		return NULL;
	return ev_strdupf("git merge %s   # or rebase onto it", from);
}

static int say_ancestry(struct ev_case *c)
{
	char from[EV_OID_HEX + 1];
	enum ev_ancestry a = EV_BEFORE_UNKNOWN;
	char *hint;
	int ret;

	ret = look(&a, c);
	if (ret < 0)
		return ret;
	ev_repo_short(from, c->repo, &c->from_commit);
	if (a == EV_BEFORE) {
		ev_verdict_add(c->verdict, "ref.rewind", EV_PASS, NULL,
			       "%s goes before %s", from, c->label);
	} else if (a == EV_BEFORE_UNKNOWN) {
		ev_verdict_add(c->verdict, "ref.rewind", EV_INCOMPLETE,
			       ev_range_hint(c), "whether %s goes before %s "
			       "cannot be told: history is not all here",
			       from, c->label);
	} else {
		hint = mend(c);
		ev_verdict_add(c->verdict, "ref.rewind", EV_FAIL, hint,
			       "%s, which the ref holds, does not go before "
			       "%s", from, c->label);
		free(hint);
	}
	return 0;
}

static int rule_rewind(struct ev_case *c)
{
	const struct ev_question *q = c->q;
	struct ev_verdict *v = c->verdict;
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, &q->from);
	if (ev_oid_is_zero(&q->to) && !q->merging) {
		ev_verdict_add(v, "ref.rewind", EV_FAIL, NULL,
			       "a protected ref may not be deleted");
	} else if (ev_oid_is_zero(&q->from)) {
		ev_verdict_add(v, "ref.rewind", EV_PASS, NULL,
			       "the ref is new");
	} else if (!q->merging && ev_oid_eq(&q->from, &q->to)) {
		ev_verdict_add(v, "ref.rewind", EV_PASS, NULL,
			       "the ref stays where it is");
	} else if (!c->has_commit && !q->merging) {
		return 0;		/* rule_target() has said it */
	} else if (!c->has_from_tree && ev_object_info(NULL, NULL, c->repo,
						       &q->from) < 0) {
		ev_error_clear();
		ev_verdict_add(v, "ref.rewind", EV_INCOMPLETE, "git fetch",
			       "%.12s, which the ref holds, is not here", hex);
	} else if (!c->has_from_tree) {
		ev_verdict_add(v, "ref.rewind", EV_FAIL, NULL,
			       "%.12s, which the ref holds, is no commit that "
			       "could go before %s", hex, c->label);
	} else {
		return say_ancestry(c);
	}
	return 0;
}

static void rule_once(struct ev_case *c)
{
	const struct ev_question *q = c->q;
	char hex[EV_OID_HEX + 1];

	if (!c->protect->create_once)
		return;
	ev_oid_hex(hex, &q->from);
	if (ev_oid_is_zero(&q->from))
		ev_verdict_add(c->verdict, "ref.create_once", EV_PASS, NULL,
			       "the ref is new");
	else
		ev_verdict_add(c->verdict, "ref.create_once", EV_FAIL, NULL,
			       "the ref is there, at %.12s, and may be made "
			       "once", hex);
}

int ev_rule_refs(struct ev_case *c)
{
	int ret;

	rule_name(c);
	ret = rule_target(c);
	if (ret == 0)
		ret = rule_rewind(c);
	if (ret < 0)
		return ret;
	rule_once(c);
	if (!c->has_commit)
		return 0;
	ret = ev_rule_promoted(c);
	return ret < 0 ? ret : ev_rule_signed_by(c);
}
