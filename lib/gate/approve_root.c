#include "base/compat.h"

#include "gate/approve.h"

#include "base/error.h"
#include "base/mem.h"

static int check_role(const struct ev_policy *next, const char *role)
{
	const struct ev_quorum *q = &next->policy_change;
	size_t i;
	int ret;

	for (i = 0; i < q->n; i++)
		if (!strcmp(q->items[i].role, role))
			return 0;
	ret = ev_fail(EV_EDENIED, "the role '%s' has no say in policies",
		      role);
	for (i = 0; i < q->n; i++)
		ev_error_hint("--role %s", q->items[i].role);
	return ret;
}

static int check_block(const struct ev_policy *next, const char *fpr)
{
	int ret;

	if (ev_keyhome_find(next->trust.home, fpr, NULL))
		return 0;
	ret = ev_fail(EV_EINVALID, "the block of the root key %.16s is not in "
		      ".evidence/keys/, so that nobody could verify it", fpr);
	ev_error_hint("gpg --armor --export %s >.evidence/keys/root.asc    "
		      "# and commit it", fpr);
	return ret;
}

static void add_person(struct ev_trust *t, const struct ev_approve_policy *a,
		       const char *name, const char *email)
{
	struct ev_person *p;

	t->people = ev_realloc(t->people, (t->npeople + 1) * sizeof(*p));
	p = &t->people[t->npeople++];
	memset(p, 0, sizeof(*p));
	p->name = ev_strdup(*name ? name : "Root key");
	if (*email)
		ev_strs_add(&p->emails, email);
	ev_strs_add(&p->roles, a->role);
	p->keys = ev_calloc(1, sizeof(*p->keys));
	p->nkeys = 1;
	memcpy(p->keys[0].fpr, a->fpr, sizeof(p->keys[0].fpr));
}

int ev_approve_policy_root(struct ev_policy *next,
			   const struct ev_chain *chain,
			   const struct ev_approve_policy *a)
{
	struct ev_buf name = EV_BUF_INIT, email = EV_BUF_INIT;
	int ret;

	if (chain->in_force || !chain->pinned || strcmp(chain->root, a->fpr) ||
	    ev_trust_person(&next->trust, a->fpr, NULL))
		return 0;
	ret = check_role(next, a->role);
	if (ret == 0)
		ret = check_block(next, a->fpr);
	if (ret == 0 && !a->name)
		ret = ev_sign_user_id(&name, &email, a->fpr);
	if (ret == 0)
		add_person(&next->trust, a, a->name ? a->name : name.ptr,
			   a->name ? a->email : email.ptr);
	ev_buf_release(&name);
	ev_buf_release(&email);
	return ret;
}
