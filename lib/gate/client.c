#include "base/compat.h"

#include "gate/client.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/config.h"
#include "repo/git.h"
#include "repo/refs.h"

#define HEADS "refs/heads/"
#define POLICY_TAGS EV_TAGS "policy/"

/* What is judged by, read when the first ref needs it. */
struct basis {
	struct ev_repo *repo;
	struct ev_evidence e;
	struct ev_chain chain;
	/* HEAD's, where the chain is at fault: something has to say what is
	 * protected while nothing can be judged. */
	struct ev_policy head;
	char *unread;
	int64_t now;
};

void ev_verdicts_release(struct ev_verdicts *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		ev_verdict_release(&v->items[i]);
	free(v->items);
	free(v->unread);
	memset(v, 0, sizeof(*v));
}

static void basis_release(struct basis *b)
{
	free(b->unread);
	ev_policy_release(&b->head);
	ev_chain_release(&b->chain);
	ev_evidence_release(&b->e);
}

static bool at_fault(const struct basis *b)
{
	return b->chain.state == EV_CHAIN_FORKED ||
	       b->chain.state == EV_CHAIN_BROKEN;
}

/* A commit that mends HEAD's policy is a move as well. */
static int read_provisional(struct basis *b, bool lenient)
{
	int ret = ev_chain_provisional(&b->chain, b->repo);

	if (ret != EV_EINVALID || !lenient)
		return ret;
	b->unread = ev_strdup(ev_error_last()->message);
	ev_error_clear();
	return 0;
}

static int basis_read(struct basis *b, struct ev_repo *r, int64_t now,
		      bool lenient)
{
	const struct ev_policy *p;
	int ret;

	memset(b, 0, sizeof(*b));
	b->repo = r;
	b->now = now;
	ret = ev_evidence_read(&b->e, r);
	if (ret == 0)
		ret = ev_chain_read(&b->chain, r, &b->e, now);
	if (ret == 0)
		ret = read_provisional(b, lenient);
	if (ret < 0)
		return ret;
	p = ev_chain_policy(&b->chain);
	if (at_fault(b) && !p)
		ret = ev_policy_read_head(&b->head, r);
	/* A folder that cannot be written makes hooks slow, not wrong. */
	if (p && !at_fault(b))
		ret = ev_protected_list(r, p);
	else
		ev_protected_forget(r);
	if (ret < 0)
		ev_error_clear();
	return 0;
}

static bool is_protected(const struct basis *b, const char *ref)
{
	const struct ev_policy *p = ev_chain_policy(&b->chain);
	size_t i = 0;

	return ev_policy_protects(p ? p : &b->head, ref, &i, NULL);
}

static int judge(struct ev_verdicts *out, struct basis *b,
		 const struct ev_question *q)
{
	struct ev_verdict v;
	int ret;

	ret = ev_judge(&v, b->repo, &b->chain, &b->e, q);
	if (ret < 0)
		return ret;
	if (!v.is_protected) {
		ev_verdict_release(&v);
		return 0;
	}
	EV_GROW(out->items, out->n, out->cap);
	out->items[out->n++] = v;
	return 0;
}

static void hand_over(struct ev_verdicts *out, struct basis *b)
{
	out->unread = b->unread;
	b->unread = NULL;
}

static int judge_moves(struct ev_verdicts *out, struct ev_repo *r,
		       const struct ev_ref_changes *push, int64_t now,
		       bool lenient)
{
	struct ev_question q = { .with = push, .now = now };
	struct basis b;
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = basis_read(&b, r, now, lenient);
	hand_over(out, &b);
	for (i = 0; ret == 0 && i < push->n; i++) {
		q.ref = push->items[i].ref;
		q.from = push->items[i].old;
		q.to = push->items[i].new;
		if (!ev_oid_eq(&q.from, &q.to) &&
		    is_protected(&b, q.ref))
			ret = judge(out, &b, &q);
	}
	basis_release(&b);
	if (ret < 0)
		ev_verdicts_release(out);
	return ret;
}

int ev_client_push(struct ev_verdicts *out, struct ev_repo *r,
		   const struct ev_ref_changes *push, int64_t now)
{
	return judge_moves(out, r, push, now, false);
}

/* Merges ------------------------------------------------------------------- */

/* The tree that the commit of a merge will have. */
static int write_tree(struct ev_oid *out, struct ev_repo *r)
{
	static const char *const args[] = { "write-tree", NULL };
	struct ev_buf hex = EV_BUF_INIT;
	int ret = ev_git_out(&hex, r, args);

	if (ret == 0 && ev_oid_parse(out, hex.ptr) < 0)
		ret = ev_fail(EV_ERROR, "git write-tree said '%s'", hex.ptr);
	ev_buf_release(&hex);
	return ret;
}

static int judge_merge(struct ev_verdicts *out, struct basis *b,
		       const char *branch, const struct ev_oids *heads)
{
	struct ev_question q = { .ref = branch, .merging = true,
				 .now = b->now };
	struct ev_oids parents = EV_OIDS_INIT;
	size_t i;
	int ret;

	ret = ev_ref_read(&q.from, b->repo, branch);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		q.from = ev_oid_zero;
		ret = 0;
	} else if (ret == 0) {
		ev_oids_add(&parents, &q.from);
	}
	for (i = 0; i < heads->n; i++)
		if (!ev_oids_has(&parents, &heads->items[i]))
			ev_oids_add(&parents, &heads->items[i]);
	q.heads = &parents;
	if (ret == 0)
		ret = write_tree(&q.tree, b->repo);
	if (ret == 0)
		ret = judge(out, b, &q);
	ev_oids_release(&parents);
	return ret;
}

int ev_client_merge(struct ev_verdicts *out, struct ev_repo *r,
		    const struct ev_oids *heads, int64_t now)
{
	struct ev_buf branch = EV_BUF_INIT;
	struct basis b;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_ref_real(&branch, r, "HEAD");
	if (ret < 0 || !ev_starts_with(branch.ptr, HEADS))
		goto out;
	ret = basis_read(&b, r, now, true);
	hand_over(out, &b);
	if (ret == 0 && is_protected(&b, branch.ptr))
		ret = judge_merge(out, &b, branch.ptr, heads);
	basis_release(&b);
	if (ret < 0)
		ev_verdicts_release(out);
out:
	ev_buf_release(&branch);
	return ret;
}

/* Transactions ------------------------------------------------------------- */

static int value_of(struct ev_oid *out, struct ev_repo *r, const char *ref)
{
	int ret = ev_ref_read(out, r, ref);

	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		*out = ev_oid_zero;
		ret = 0;
	}
	return ret;
}

static int is_held_by(bool *yes, struct ev_repo *r, const char *remote,
		      const char *branch, const struct ev_oid *value)
{
	char *ref = ev_strdupf("refs/remotes/%s/%s", remote, branch);
	struct ev_oid there;
	int ret = value_of(&there, r, ref);

	*yes = ret == 0 && ev_oid_eq(&there, value);
	free(ref);
	/* A URL may stand for a remote, and "." for the repository itself. */
	if (ret == EV_EINVALID) {
		ev_error_clear();
		ret = 0;
	}
	return ret;
}

/*
 * What the remote has taken was judged there.  A clone may have been made with
 * another name for it than origin: the branch says so.
 */
static int is_remotes(bool *yes, struct ev_repo *r, const char *ref,
		      const struct ev_oid *value)
{
	const char *branch = ref + strlen(HEADS), *remote;
	char *key;
	int ret;

	ret = is_held_by(yes, r, ev_config_remote(r), branch, value);
	if (ret < 0 || *yes || ev_config_get(r, "evidence.remote", NULL))
		return ret;
	key = ev_strdupf("branch.%s.remote", branch);
	remote = ev_config_get(r, key, NULL);
	free(key);
	return remote ? is_held_by(yes, r, remote, branch, value) : 0;
}

/*
 * The branches that truly move, by their own names.  Tags are for the hooks of
 * a push: a fetch brings those that the remote has taken.
 */
static int moved_branches(struct ev_ref_changes *out, struct ev_repo *r,
			  const struct ev_ref_changes *changes)
{
	struct ev_buf name = EV_BUF_INIT;
	struct ev_oid now;
	bool may;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < changes->n; i++) {
		const struct ev_ref_change *c = &changes->items[i];

		/* HEAD is named beside the branch that it stands for. */
		if (!ev_starts_with(c->ref, "refs/"))
			continue;
		ev_buf_clear(&name);
		ret = ev_ref_real(&name, r, c->ref);
		if (ret < 0 || !ev_starts_with(name.ptr, HEADS))
			continue;
		ret = value_of(&now, r, name.ptr);
		if (ret < 0 || ev_oid_eq(&now, &c->new))
			continue;
		ret = ev_oid_is_zero(&c->new) ?
			ev_ref_stays_packed(&may, r, name.ptr, &now) :
			is_remotes(&may, r, name.ptr, &c->new);
		if (ret == 0 && !may)
			ev_ref_changes_add(out, name.ptr, &now, &c->new);
	}
	ev_buf_release(&name);
	return ret;
}

int ev_client_transaction(struct ev_verdicts *out, struct ev_repo *r,
			  const struct ev_ref_changes *changes, int64_t now)
{
	struct ev_ref_changes moved = { NULL, 0, 0 };
	bool policy = false;
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	/* What is protected may change with it, once it is there. */
	for (i = 0; i < changes->n; i++)
		policy |= ev_starts_with(changes->items[i].ref, POLICY_TAGS);
	if (policy)
		ev_protected_forget(r);
	ret = moved_branches(&moved, r, changes);
	/* Without the list we are asked about every ref, and write it. */
	if (ret == 0 && (moved.n || (!policy && !ev_protected_listed(r))))
		ret = judge_moves(out, r, &moved, now, true);
	ev_ref_changes_release(&moved);
	return ret;
}
