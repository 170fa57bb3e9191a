#include "base/compat.h"

#include "gate/approve.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

struct ev_trust *ev_approve_policy_judge(const struct ev_chain *chain,
					 struct ev_policy *next)
{
	return chain->in_force ? &chain->in_force->trust : &next->trust;
}

/* Does the control set follow what is in force? ---------------------------- */

static int check_first(const struct ev_policy *next)
{
	int ret;

	if (!*next->previous)
		return 0;
	ret = ev_fail(EV_EINVALID, "the policy says that it follows %.19s, "
		      "and none is in force here", next->previous);
	ev_error_hint("git evidence sync                # if a remote has it; "
		      "else take 'previous' out of %s", EV_POLICY_PATH);
	return ret;
}

static int check_next(const struct ev_policy *next,
		      const struct ev_policy *last)
{
	int ret = 0;

	if (!strcmp(next->link, last->link))
		return ev_fail(EV_EEXISTS, "this policy, version %" PRId64
			       ", is in force already", last->version);
	if (!ev_streq(next->trust.product_id, last->trust.product_id))
		return ev_fail(EV_EINVALID, "the policy is of another product, "
			       "'%s'", next->trust.product_id);
	if (strcmp(next->previous, last->link))
		ret = ev_fail(EV_EINVALID, "the policy does not say that it "
			      "follows the one in force, %.19s", last->link);
	else if (next->version != last->version + 1)
		ret = ev_fail(EV_EINVALID, "the policy has version %" PRId64
			      ", and %" PRId64 " would follow", next->version,
			      last->version + 1);
	if (ret < 0) {
		ev_error_hint("version: %" PRId64 "                # in %s",
			      last->version + 1, EV_POLICY_PATH);
		ev_error_hint("previous: %s", last->link);
	}
	return ret;
}

int ev_approve_policy_follows(const struct ev_policy *next,
			      const struct ev_chain *chain)
{
	int ret;

	if ((chain->state == EV_CHAIN_FORKED ||
	     chain->state == EV_CHAIN_BROKEN) &&
	    strcmp(next->link, chain->anew)) {
		ret = ev_fail(EV_EDENIED, "no policy can follow: %s",
			      chain->reason);
		ev_error_hint("%s", chain->lacking ? "git evidence sync" :
			      "git evidence doctor");
		return ret;
	}
	return chain->in_force ? check_next(next, chain->in_force) :
		check_first(next);
}

/* Who signs? --------------------------------------------------------------- */

static int check_root(const struct ev_chain *chain, const char *fpr)
{
	int ret;

	if (chain->in_force || !chain->pinned || !strcmp(chain->root, fpr))
		return 0;
	ret = ev_fail(EV_EDENIED, "the first policy is approved by the root "
		      "key %.16s, not by %.16s", chain->root, fpr);
	ev_error_hint("git evidence approve --policy --key %s", chain->root);
	return ret;
}

static bool has_say(const struct ev_quorum *quorum, const char *role)
{
	size_t i;

	for (i = 0; i < quorum->n; i++)
		if (!strcmp(quorum->items[i].role, role))
			return true;
	return false;
}

/* Roles that this person has and that count, else whose they would be. */
static void hint_say(const struct ev_person *p, const struct ev_chain *chain)
{
	const struct ev_quorum *quorum = chain->in_force ?
		&chain->in_force->policy_change : NULL;
	bool any = false;
	size_t i;

	for (i = 0; i < p->roles.n; i++) {
		if (quorum && !has_say(quorum, p->roles.items[i]))
			continue;
		ev_error_hint("--role %s", p->roles.items[i]);
		any = true;
	}
	for (i = 0; !any && quorum && i < quorum->n; i++)
		ev_error_hint("--role %s    # for somebody who has this role",
			      quorum->items[i].role);
}

static int check_person(const struct ev_person **out,
			const struct ev_chain *chain, struct ev_policy *next,
			const struct ev_approve_policy *a)
{
	const struct ev_trust *judge = ev_approve_policy_judge(chain, next);
	const struct ev_person *p = ev_trust_person(judge, a->fpr, NULL);
	int ret = 0;

	*out = p;
	if (!p)
		return ev_fail(EV_EDENIED, "key %.16s is listed for nobody in "
			       "%s", a->fpr, chain->in_force ?
			       "the policy in force" : "this policy");
	if (p->machine)
		return ev_fail(EV_EDENIED, "'%s' is a machine, and machines "
			       "do not approve", p->name);
	/* The first one is the root key's own doing, whatever its role. */
	if (!ev_person_has_role(p, a->role))
		ret = ev_fail(EV_EDENIED, "%s has not the role '%s'", p->name,
			      a->role);
	else if (chain->in_force &&
		 !has_say(&chain->in_force->policy_change, a->role))
		ret = ev_fail(EV_EDENIED, "the role '%s' has no say in "
			      "policies", a->role);
	if (ret < 0)
		hint_say(p, chain);
	return ret;
}

/* What changes? ------------------------------------------------------------ */

/* Lines "<64 digits>  <path>" of a control set, in the order of paths. */
struct entry { const char *line, *path; size_t n, npath; };

static bool next_entry(struct entry *e, const char **p)
{
	if (!**p)
		return false;
	e->line = *p;
	e->n = strcspn(*p, "\n");
	e->path = *p + 66;
	e->npath = e->n - 66;
	*p += e->n + ((*p)[e->n] != '\0');
	return true;
}

static int by_path(const struct entry *a, const struct entry *b)
{
	size_t n = a->npath < b->npath ? a->npath : b->npath;
	int cmp = memcmp(a->path, b->path, n);

	return cmp ? cmp : (int)(a->npath > b->npath) - (a->npath < b->npath);
}

static void add_entry(struct ev_strs *out, const char *what,
		      const struct entry *e)
{
	ev_strs_addf(out, "%s %.*s", what, (int)e->npath, e->path);
}

static void compare(struct ev_strs *out, const char *older, const char *newer)
{
	struct entry a = { 0 }, b = { 0 };
	bool has_a = next_entry(&a, &older), has_b = next_entry(&b, &newer);
	int cmp;

	while (has_a || has_b) {
		cmp = !has_a ? 1 : !has_b ? -1 : by_path(&a, &b);
		if (cmp < 0)
			add_entry(out, "removed", &a);
		else if (cmp > 0)
			add_entry(out, "added  ", &b);
		else if (memcmp(a.line, b.line, 64))
			add_entry(out, "changed", &b);
		if (cmp <= 0)
			has_a = next_entry(&a, &older);
		if (cmp >= 0)
			has_b = next_entry(&b, &newer);
	}
}

static int add_diff(struct ev_strs *diff, struct ev_repo *r,
		    const struct ev_policy *last, const struct ev_policy *next)
{
	struct ev_buf older = EV_BUF_INIT, newer = EV_BUF_INIT;
	char link[72];
	int ret = 0;

	if (last)
		ret = ev_control_set(&older, link, r, &last->commit);
	if (ret == 0)
		ret = ev_control_set(&newer, link, r, &next->commit);
	if (ret == 0)
		compare(diff, older.ptr, newer.ptr);
	ev_buf_release(&older);
	ev_buf_release(&newer);
	return ret;
}

static int fill(struct ev_decision *d, const struct ev_policy *next,
		const struct ev_person *p, const struct ev_approve_policy *a)
{
	d->product = ev_strdup(next->trust.product_id);
	d->at = a->now;
	d->role = ev_strdup(a->role);
	d->name = ev_strdup(p->name);
	d->email = ev_strdup(p->emails.n ? p->emails.items[0] : "");
	d->tree = next->tree;
	memcpy(d->control_set, next->link, sizeof(d->control_set));
	memcpy(d->previous, next->previous, sizeof(d->previous));
	d->version = next->version;
	return ev_nonce(d->nonce);
}

int ev_approve_policy_draft(struct ev_decision *out, struct ev_policy *next,
			    struct ev_strs *diff, struct ev_strs *loosened,
			    struct ev_repo *r, const struct ev_chain *chain,
			    const struct ev_approve_policy *a)
{
	const struct ev_person *p = NULL;
	int ret;

	ev_decision_init(out, EV_DECISION_POLICY);
	ret = ev_policy_read(next, r, &a->commit);
	if (ret < 0)
		return ret;
	ret = ev_approve_policy_follows(next, chain);
	if (ret == 0)
		ret = check_root(chain, a->fpr);
	if (ret == 0)
		ret = ev_approve_policy_root(next, chain, a);
	if (ret == 0)
		ret = check_person(&p, chain, next, a);
	if (ret == 0)
		ret = fill(out, next, p, a);
	if (ret == 0)
		ret = add_diff(diff, r, chain->in_force, next);
	if (ret == 0 && chain->in_force)
		ev_policy_loosened(loosened, chain->in_force, next);
	if (ret < 0) {
		ev_decision_release(out);
		ev_policy_release(next);
	}
	return ret;
}
