#include "base/compat.h"

#include "policy/policy.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "data/schema.h"
#include "data/yaml.h"
#include "policy/people.h"

#define MAX_POLICY ((size_t)4 << 20)
#define MAX_KEYS 1024

static const struct ev_field product_fields[] = {
	{ "id", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "identity of the product, written by init" },
	{ "name", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "its name" },
	{ "repository", EV_F_STRING, 0, NULL, NULL, "where it lives" },
	{ 0 }
};
static const struct ev_field key_fields[] = {
	{ "fingerprint", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL,
	  "40 hex digits of the primary key" },
	{ "valid_from", EV_F_TEXT, 0, NULL, NULL, "date" },
	{ 0 }
};
static const struct ev_field person_fields[] = {
	{ "name", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "printed name" },
	{ "emails", EV_F_LIST, 0, NULL, NULL, "addresses used in commits" },
	{ "roles", EV_F_LIST, EV_F_REQUIRED, NULL, NULL, "role names" },
	{ "keys", EV_F_LIST, EV_F_REQUIRED, key_fields, NULL, "OpenPGP keys" },
	{ "machine", EV_F_BOOL, 0, NULL, NULL, "a service, never an approver" },
	{ 0 }
};
static const struct ev_field protect_fields[] = {
	{ "ref", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "full ref name; '*' "
	  "matches '/' too" },
	{ "require", EV_F_ANY, EV_F_REQUIRED, NULL, NULL,
	  "name of a requirement, or rules" },
	{ "signed_by", EV_F_LIST, 0, NULL, NULL, "roles" },
	{ "create_once", EV_F_BOOL, 0, NULL, NULL, "never moved" },
	{ 0 }
};
static const struct ev_field revoke_fields[] = {
	{ "records", EV_F_LIST, 0, NULL, NULL, "roles" },
	{ "approvals", EV_F_LIST, 0, NULL, NULL, "roles" },
	{ "releases", EV_F_LIST, 0, NULL, NULL, "roles" },
	{ "keys", EV_F_LIST, 0, NULL, NULL, "roles" },
	{ 0 }
};
static const struct ev_field policy_fields[] = {
	{ "version", EV_F_INT, EV_F_REQUIRED, NULL, NULL,
	  "strictly increasing" },
	{ "previous", EV_F_DIGEST, 0, NULL, NULL,
	  "control set this one replaces" },
	{ "adopted", EV_F_OID, 0, NULL, NULL, "history up to it is not judged" },
	{ "product", EV_F_MAP, EV_F_REQUIRED, product_fields, NULL, "product" },
	{ "people", EV_F_LIST, EV_F_REQUIRED, person_fields, NULL, "people" },
	{ "owners", EV_F_MAP, EV_F_OPEN, NULL, NULL, "who owns which files" },
	{ "protect", EV_F_LIST, EV_F_REQUIRED, protect_fields, NULL,
	  "protected refs" },
	{ "requirements", EV_F_MAP, EV_F_REQUIRED | EV_F_OPEN, NULL, NULL,
	  "named requirements" },
	{ "policy_change", EV_F_MAP, EV_F_REQUIRED | EV_F_OPEN, NULL, NULL,
	  "who may change this" },
	{ "rollback", EV_F_MAP, EV_F_OPEN, NULL, NULL, "who may roll back" },
	{ "promote", EV_F_MAP, EV_F_OPEN, NULL, NULL, "who may promote" },
	{ "checkpoint", EV_F_MAP, EV_F_OPEN, NULL, NULL, "who checkpoints" },
	{ "revoke", EV_F_MAP, 0, revoke_fields, NULL,
	  "who may withdraw what" },
	{ "retention", EV_F_MAP, EV_F_OPEN, NULL, NULL, "how long" },
	{ 0 }
};

void ev_policy_release(struct ev_policy *p)
{
	ev_trust_release(&p->trust);
	ev_value_free(p->root);
	memset(p, 0, sizeof(*p));
}

static int fill_trust(struct ev_policy *p)
{
	struct ev_problems bad = EV_PROBLEMS_INIT;
	const struct ev_value *product, *v;
	struct ev_trust *t = &p->trust;
	int ret;

	ev_schema_check(&bad, p->root, policy_fields, "");
	v = ev_get(p->root, "version");
	if (v && (!ev_value_int(v, &p->version) || p->version < 1))
		ev_problem_add(&bad, v, NULL, "'version' must be a whole "
			       "number from 1");
	product = ev_get(p->root, "product");
	t->product_id = ev_strdup(ev_get_string(product, "id"));
	t->product_name = ev_strdup(ev_get_string(product, "name"));
	ev_people_read(t, ev_get(p->root, "people"), &bad);
	ev_roles_read(&t->revoke_records,
		      ev_get(ev_get(p->root, "revoke"), "records"),
		      "'revoke.records'", &bad);
	ret = ev_problems_fail(&bad);
	ev_problems_release(&bad);
	return ret;
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
	struct ev_buf bytes = EV_BUF_INIT_MAX((size_t)4 << 20);
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

int ev_policy_read(struct ev_policy *out, struct ev_repo *r,
		   const struct ev_oid *commit)
{
	struct ev_buf text = EV_BUF_INIT, set = EV_BUF_INIT;
	struct ev_oid tree;
	int ret;

	memset(out, 0, sizeof(*out));
	out->commit = *commit;
	ret = ev_repo_tree_of(&tree, r, commit);
	if (ret < 0)
		goto out;
	ret = ev_tree_read(&text, r, &tree, EV_POLICY_PATH, MAX_POLICY);
	if (ret == EV_ENOTFOUND) {
		char hex[EV_OID_HEX + 1];

		ev_oid_hex(hex, commit);
		ev_fail(ret, "there is no '%s' in commit %.12s",
			EV_POLICY_PATH, hex);
		ev_error_hint("git evidence init             # then commit "
			      ".evidence/");
	}
	if (ret == 0)
		ret = ev_control_set(&set, out->link, r, commit);
	if (ret == 0)
		ret = ev_yaml_read(&out->root, EV_POLICY_PATH, text.ptr,
				   text.len);
	if (ret == 0)
		ret = fill_trust(out);
	if (ret == 0) {
		memcpy(out->trust.digest, out->link + 7, 65);
		ret = open_home(out, r, &tree);
	}
out:
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
