#include "base/compat.h"

#include "policy/policy.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "policy/internal.h"

#define MAX_KEYS 1024
#define MAX_BLOCK ((size_t)4 << 20)

void ev_policy_release(struct ev_policy *p)
{
	size_t i;

	ev_protects_release(p);
	for (i = 0; i < p->nrequirements; i++)
		ev_requirement_release(&p->requirements[i]);
	free(p->requirements);
	ev_suites_release(p);
	ev_quorum_release(&p->policy_change);
	ev_quorum_release(&p->rollback);
	ev_strs_release(&p->promote_by);
	ev_strs_release(&p->checkpoint_by);
	ev_strs_release(&p->revoke_approvals);
	ev_strs_release(&p->revoke_releases);
	ev_strs_release(&p->revoke_keys);
	ev_trust_release(&p->trust);
	ev_value_free(p->root);
	memset(p, 0, sizeof(*p));
}

/* Key blocks ---------------------------------------------------------------- */

struct blocks {
	struct ev_repo *repo;
	struct ev_keyblock *items;
	size_t n, cap;
};

static int add_block(void *ctx, const struct ev_tree_entry *e)
{
	struct blocks *b = ctx;
	struct ev_buf bytes = EV_BUF_INIT_MAX(MAX_BLOCK);
	size_t n;
	int ret;

	if (e->mode != 0100644 && e->mode != 0100755)
		return ev_fail(EV_EINVALID, "'.evidence/keys/%s' is no regular "
			       "file", e->path);
	if (b->n >= MAX_KEYS)
		return ev_fail(EV_ELIMIT, "more than %d files in "
			       "'.evidence/keys'", MAX_KEYS);
	ret = ev_object_read(&bytes, NULL, b->repo, &e->oid);
	if (ret < 0) {
		ev_buf_release(&bytes);
		return ret;
	}
	EV_GROW(b->items, b->n, b->cap);
	b->items[b->n].name = ev_strdupf(".evidence/keys/%s", e->path);
	b->items[b->n].bytes = ev_buf_detach(&bytes, &n);
	b->items[b->n++].n = n;
	return 0;
}

static int open_home(struct ev_policy *p, struct ev_repo *r,
		     const struct ev_oid *tree)
{
	struct blocks b = { .repo = r };
	struct ev_buf state = EV_BUF_INIT;
	struct ev_oid keys;
	unsigned mode;
	size_t i;
	int ret;

	ret = ev_tree_entry(&keys, &mode, r, tree, ".evidence/keys");
	if (ret == 0 && mode == 040000)
		ret = ev_tree_each(r, &keys, add_block, &b);
	else if (ret == EV_ENOTFOUND)
		ret = 0;
	if (ret < 0)
		goto out;
	if (ev_repo_statedir(&state, r) < 0)
		ev_error_clear();	/* the home is made elsewhere then */
	ret = ev_keyhome_open(&p->trust.home, state.len ? state.ptr : NULL,
			      b.items, b.n);
out:
	for (i = 0; i < b.n; i++) {
		free((char *)b.items[i].name);
		free((char *)b.items[i].bytes);
	}
	free(b.items);
	ev_buf_release(&state);
	return ret;
}

static int read_text(struct ev_buf *text, struct ev_repo *r,
		     const struct ev_policy *p)
{
	char hex[EV_OID_HEX + 1];
	int ret;

	ret = ev_tree_read(text, r, &p->tree, EV_POLICY_PATH,
			   EV_POLICY_MAX_BYTES);
	if (ret != EV_ENOTFOUND)
		return ret;
	ev_oid_hex(hex, &p->commit);
	ev_fail(ret, "there is no '%s' in %s %.12s", EV_POLICY_PATH,
		ev_oid_eq(&p->commit, &p->tree) ? "tree" : "commit", hex);
	ev_error_hint("git evidence init             # then commit "
		      ".evidence/");
	return ret;
}

int ev_policy_read(struct ev_policy *out, struct ev_repo *r,
		   const struct ev_oid *commit)
{
	struct ev_buf text = EV_BUF_INIT, set = EV_BUF_INIT;
	int ret;

	memset(out, 0, sizeof(*out));
	out->commit = *commit;
	ret = ev_repo_tree_of(&out->tree, r, commit);
	if (ret == 0)
		ret = read_text(&text, r, out);
	if (ret == 0)
		ret = ev_control_set(&set, out->link, r, &out->tree);
	if (ret == 0)
		ret = ev_suites_read(out, r, &out->tree);
	if (ret == 0)
		ret = ev_policy_parse(out, text.ptr, text.len);
	if (ret == 0) {
		memcpy(out->trust.digest, out->link + 7, 65);
		ret = open_home(out, r, &out->tree);
	}
	ev_buf_release(&set);
	ev_buf_release(&text);
	if (ret < 0)
		ev_policy_release(out);
	return ret;
}

int ev_policy_read_head(struct ev_policy *out, struct ev_repo *r)
{
	struct ev_oid head;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_repo_commit(&head, r, "HEAD");
	return ret < 0 ? ret : ev_policy_read(out, r, &head);
}
