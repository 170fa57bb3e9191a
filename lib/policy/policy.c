#include "base/compat.h"

#include "policy/policy.h"

#include <ctype.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"
#include "data/schema.h"
#include "data/yaml.h"

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
	{ "revoke", EV_F_MAP, EV_F_OPEN, NULL, NULL, "who may withdraw what" },
	{ "retention", EV_F_MAP, EV_F_OPEN, NULL, NULL, "how long" },
	{ 0 }
};

void ev_policy_release(struct ev_policy *p)
{
	ev_trust_release(&p->trust);
	ev_value_free(p->root);
	memset(p, 0, sizeof(*p));
}

static void add_texts(struct ev_strs *out, const struct ev_value *list,
		      const char *what, struct ev_problems *bad)
{
	size_t i;

	for (i = 0; list && list->type == EV_LIST && i < list->n; i++) {
		if (list->items[i]->type == EV_STRING && list->items[i]->len)
			ev_strs_add(out, list->items[i]->text);
		else
			ev_problem_add(bad, list->items[i], NULL,
				       "%s must be a list of strings", what);
	}
}

static void read_key(struct ev_person *p, const struct ev_value *v,
		     struct ev_problems *bad)
{
	const struct ev_value *fpr = ev_get(v, "fingerprint");
	const struct ev_value *from = ev_get(v, "valid_from");
	struct ev_person_key *key = &p->keys[p->nkeys];
	size_t i, n = 0;

	memset(key, 0, sizeof(*key));
	if (!fpr || !fpr->text)
		return;
	for (i = 0; i < fpr->len && n < 40; i++)
		if (fpr->text[i] != ' ')
			key->fpr[n++] = (char)toupper((unsigned char)
						      fpr->text[i]);
	for (n = 0; isxdigit((unsigned char)key->fpr[n]); n++)
		;
	while (i < fpr->len && fpr->text[i] == ' ')
		i++;
	if (n != 40 || i < fpr->len) {
		ev_problem_add(bad, fpr, "gpg --list-keys --with-colons shows "
			       "fingerprints on the lines that begin with fpr",
			       "'%s' is no fingerprint (40 hex digits)",
			       fpr->text);
		return;
	}
	if (from && from->text &&
	    ev_date_parse(&key->valid_from, from->text) < 0 &&
	    ev_time_parse(&key->valid_from, from->text) < 0)
		ev_problem_add(bad, from, NULL, "'%s' is no date (YYYY-MM-DD)",
			       from->text);
	p->nkeys++;
}

static void read_person(struct ev_trust *t, const struct ev_value *v,
			struct ev_problems *bad)
{
	struct ev_person *p = &t->people[t->npeople++];
	const struct ev_value *keys = ev_get(v, "keys"), *m;
	size_t i, n = keys && keys->type == EV_LIST ? keys->n : 0;

	memset(p, 0, sizeof(*p));
	p->name = ev_strdup(ev_get_string(v, "name"));
	if (!p->name)
		p->name = ev_strdup("");
	add_texts(&p->emails, ev_get(v, "emails"), "'emails'", bad);
	add_texts(&p->roles, ev_get(v, "roles"), "'roles'", bad);
	m = ev_get(v, "machine");
	p->machine = m && m->type == EV_BOOL && m->boolean;
	p->keys = ev_calloc(n + 1, sizeof(*p->keys));
	for (i = 0; i < n; i++)
		read_key(p, keys->items[i], bad);
}

/* One key belongs to one person, or nobody could be told apart. */
static void check_shared_keys(const struct ev_trust *t,
			      const struct ev_value *people,
			      struct ev_problems *bad)
{
	const struct ev_person *owner;
	size_t i, k;

	for (i = 0; i < t->npeople; i++)
		for (k = 0; k < t->people[i].nkeys; k++) {
			owner = ev_trust_person(t, t->people[i].keys[k].fpr,
						NULL);
			if (owner != &t->people[i])
				ev_problem_add(bad, people->items[i], NULL,
					       "key %s is listed for '%s' and "
					       "for '%s'",
					       t->people[i].keys[k].fpr,
					       owner->name,
					       t->people[i].name);
		}
}

static int fill_trust(struct ev_policy *p)
{
	struct ev_problems bad = EV_PROBLEMS_INIT;
	const struct ev_value *people, *product, *v;
	struct ev_trust *t = &p->trust;
	size_t i, n;
	int ret;

	ev_schema_check(&bad, p->root, policy_fields, "");
	v = ev_get(p->root, "version");
	if (v && (!ev_value_int(v, &p->version) || p->version < 1))
		ev_problem_add(&bad, v, NULL, "'version' must be a whole "
			       "number from 1");
	product = ev_get(p->root, "product");
	t->product_id = ev_strdup(ev_get_string(product, "id"));
	t->product_name = ev_strdup(ev_get_string(product, "name"));
	people = ev_get(p->root, "people");
	n = people && people->type == EV_LIST ? people->n : 0;
	t->people = ev_calloc(n + 1, sizeof(*t->people));
	for (i = 0; i < n; i++)
		read_person(t, people->items[i], &bad);
	if (n)
		check_shared_keys(t, people, &bad);
	add_texts(&t->revoke_records,
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
