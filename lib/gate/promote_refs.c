#include "base/compat.h"

#include "gate/promote_internal.h"

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"
#include "gate/people.h"
#include "repo/git.h"
#include "repo/refs.h"

#define HEADS "refs/heads/"
#define SAYS_MAX ((size_t)64 << 10)
#define HEAD_MAX ((size_t)4096)

/* Words of git when a ref is not what was thought, or somebody writes it. */
static bool lost_race(const char *said)
{
	static const char *const words[] = {
		"cannot lock ref", "unable to create", "reference already",
		"but expected", "unable to resolve reference",
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		if (strcasestr(said, words[i]))
			return true;
	return false;
}

static int refused(const char *said)
{
	const char *p, *end;

	if (lost_race(said))
		return ev_fail(EV_ECONFLICT, "a local ref was moved "
			       "meanwhile");
	ev_fail(EV_EDENIED, "the local refs cannot be moved");
	for (p = said; *p; p = *end ? end + 1 : end) {
		end = p + strcspn(p, "\n");
		if (end > p)
			ev_error_detail("%.*s", (int)(end - p), p);
	}
	return EV_EDENIED;
}

int ev_refs_move(struct ev_repo *r, const struct ev_ref_changes *c,
		 const char *why)
{
	const char *args[] = { "update-ref", "-m", why, "--stdin", NULL };
	char old[EV_OID_HEX + 1], new[EV_OID_HEX + 1];
	struct ev_buf in = EV_BUF_INIT, said = EV_BUF_INIT_MAX(SAYS_MAX);
	struct ev_buf out = EV_BUF_INIT_MAX(SAYS_MAX);
	struct ev_process p = { .out = &out, .err = &said };
	size_t i;
	int ret;

	for (i = 0; i < c->n; i++) {
		ev_oid_hex(old, &c->items[i].old);
		ev_oid_hex(new, &c->items[i].new);
		ev_buf_addf(&in, "update %s %s %s\n", c->items[i].ref, new,
			    old);
	}
	p.in = in.ptr;
	p.in_len = in.len;
	ret = ev_git(&p, r, args);
	if (ret == 0 && p.status)
		ret = refused(said.ptr);
	ev_buf_release(&in);
	ev_buf_release(&said);
	ev_buf_release(&out);
	return ret;
}

/* With one work tree, what its HEAD says is all: git need not be run. */
static bool is_elsewhere(struct ev_repo *r, const char *ref)
{
	struct ev_buf path = EV_BUF_INIT, head = EV_BUF_INIT_MAX(HEAD_MAX);
	bool yes;

	ev_path_join(&path, ev_repo_commondir(r), "worktrees");
	yes = !ev_file_exists(path.ptr);
	ev_path_join(&path, ev_repo_commondir(r), "HEAD");
	yes = yes && ev_file_read(&head, path.ptr, HEAD_MAX) == 0;
	ev_buf_chomp(&head);
	yes = yes && (!ev_starts_with(head.ptr, "ref: ") ||
		      strcmp(head.ptr + strlen("ref: "), ref));
	ev_error_clear();
	ev_buf_release(&path);
	ev_buf_release(&head);
	return yes;
}

int ev_ref_worktree(struct ev_buf *out, struct ev_repo *r, const char *ref)
{
	const char *args[] = { "for-each-ref", "--format=%(worktreepath)", ref,
			       NULL };
	int ret = is_elsewhere(r, ref) ? 0 : ev_git_out(out, r, args);

	/* Of names below this one git tells as well. */
	if (ret == 0)
		ev_buf_setlen(out, strcspn(out->ptr, "\n"));
	return ret;
}

/* What follows --------------------------------------------------------------- */

static int read_here(struct ev_oid *out, struct ev_repo *r, const char *ref)
{
	int ret = ev_ref_read(out, r, ref);

	if (ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	*out = ev_oid_zero;
	return 0;
}

/* A branch of the same name goes along, if nobody works on it. */
static int follow_branch(struct ev_ref_changes *out, struct ev_promoter *m)
{
	struct ev_strs *left = &m->out->left;
	const char *ref = m->p->ref, *name = ref + strlen(HEADS);
	enum ev_ancestry back = EV_NOT_BEFORE;
	struct ev_buf where = EV_BUF_INIT;
	struct ev_oid here;
	int ret;

	if (!ev_starts_with(ref, HEADS))
		return 0;
	ret = read_here(&here, m->repo, ref);
	if (ret < 0 || ev_oid_is_zero(&here) || ev_oid_eq(&here, &m->p->to))
		return ret;
	ret = ev_ref_worktree(&where, m->repo, ref);
	if (ret == 0 && !where.len)
		ret = ev_ancestry_ask(&back, m->repo, &here, &m->p->to);
	ev_strs_release(left);
	if (ret == 0 && where.len)
		ev_strs_addf(left, "the local branch '%s' is checked out in "
			     "'%s', and stays where it is", name, where.ptr);
	else if (ret == 0 && back != EV_BEFORE)
		ev_strs_addf(left, "the local branch '%s' has commits of its "
			     "own, and stays where it is", name);
	else if (ret == 0)
		ev_ref_changes_add(out, ref, &here, &m->p->to);
	ev_buf_release(&where);
	return ret;
}

static int follow_tag(struct ev_ref_changes *out, struct ev_promoter *m,
		      const char *ref, const struct ev_oid *tag)
{
	struct ev_oid here;
	int ret;

	if (!ref || ev_oid_is_zero(tag))
		return 0;
	ret = read_here(&here, m->repo, ref);
	if (ret == 0 && ev_oid_is_zero(&here))
		ev_ref_changes_add(out, ref, &here, tag);
	return ret;
}

static int follow_ledger(struct ev_ref_changes *out, struct ev_promoter *m)
{
	struct ev_oid local, now;
	int ret;

	if (ev_oid_is_zero(&m->out->ledger))
		return 0;
	ret = ev_outgoing_local(&local, &now, m->going, &m->out->ledger);
	if (ret == 0 && !ev_oid_eq(&local, &now))
		ev_ref_changes_add(out, EV_LEDGER_REF, &now, &local);
	return ret;
}

int ev_promote_follow(struct ev_ref_changes *out, struct ev_promoter *m)
{
	int ret = follow_branch(out, m);

	if (ret == 0)
		ret = follow_tag(out, m, m->tag, &m->out->tag);
	if (ret == 0)
		ret = follow_tag(out, m, m->out->checkpoint_ref,
				 &m->out->checkpoint);
	return ret == 0 ? follow_ledger(out, m) : ret;
}
