#include "base/compat.h"

#include "policy/internal.h"

#include <stdio.h>

#include "base/mem.h"
#include "data/yaml.h"
#include "policy/people.h"

static const struct ev_field product_table[] = {
	{ "id", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "identity of the product, written by init" },
	{ "name", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "its name" },
	{ "repository", EV_F_STRING, 0, NULL, NULL, "where it lives" },
	{ 0 }
};
static const struct ev_field key_table[] = {
	{ "fingerprint", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL,
	  "40 hex digits of the primary key" },
	{ "valid_from", EV_F_TEXT, 0, NULL, NULL, "date" },
	{ 0 }
};
static const struct ev_field person_table[] = {
	{ "name", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "printed name" },
	{ "emails", EV_F_LIST, 0, NULL, NULL, "addresses used in commits" },
	{ "roles", EV_F_LIST, EV_F_REQUIRED, NULL, NULL, "role names" },
	{ "keys", EV_F_LIST, EV_F_REQUIRED, key_table, NULL, "OpenPGP keys" },
	{ "machine", EV_F_BOOL, 0, NULL, NULL, "a service, never an approver" },
	{ 0 }
};
static const struct ev_field owners_table[] = {
	{ "policy", EV_F_STRING, 0, NULL, NULL, "role" },
	{ "keys", EV_F_STRING, 0, NULL, NULL, "role" },
	{ "claims", EV_F_STRING, 0, NULL, NULL, "role" },
	{ "suites", EV_F_STRING, 0, NULL, NULL, "role" },
	{ "packs", EV_F_STRING, 0, NULL, NULL, "role" },
	{ 0 }
};
static const struct ev_field quorum_table[] = {
	{ "approvals", EV_F_LIST, EV_F_REQUIRED, ev_quorum_table, NULL,
	  "so many people of each role" },
	{ 0 }
};
static const struct ev_field by_table[] = {
	{ "by", EV_F_LIST, EV_F_REQUIRED, NULL, NULL, "roles" },
	{ 0 }
};
static const struct ev_field revoke_table[] = {
	{ "records", EV_F_LIST, 0, NULL, NULL, "roles" },
	{ "approvals", EV_F_LIST, 0, NULL, NULL, "roles" },
	{ "releases", EV_F_LIST, 0, NULL, NULL, "roles" },
	{ "keys", EV_F_LIST, 0, NULL, NULL, "roles" },
	{ 0 }
};
static const struct ev_field retention_table[] = {
	{ "years", EV_F_INT, EV_F_REQUIRED, NULL, NULL,
	  "evidence is kept at least" },
	{ 0 }
};
static const struct ev_field policy_table[] = {
	{ "version", EV_F_INT, EV_F_REQUIRED, NULL, NULL,
	  "strictly increasing" },
	{ "previous", EV_F_DIGEST, 0, NULL, NULL,
	  "control set this one replaces" },
	{ "adopted", EV_F_OID, 0, NULL, NULL, "history up to it is not judged" },
	{ "product", EV_F_MAP, EV_F_REQUIRED, product_table, NULL, "product" },
	{ "people", EV_F_LIST, EV_F_REQUIRED, person_table, NULL, "people" },
	{ "owners", EV_F_MAP, 0, owners_table, NULL, "who owns which files" },
	{ "protect", EV_F_LIST, EV_F_REQUIRED, ev_protect_table, NULL,
	  "protected refs" },
	{ "requirements", EV_F_MAP, EV_F_REQUIRED | EV_F_OPEN, NULL, NULL,
	  "named requirements" },
	{ "policy_change", EV_F_MAP, EV_F_REQUIRED, quorum_table, NULL,
	  "who may change this" },
	{ "rollback", EV_F_MAP, 0, quorum_table, NULL, "who may roll back" },
	{ "promote", EV_F_MAP, 0, by_table, NULL, "who may promote" },
	{ "checkpoint", EV_F_MAP, 0, by_table, NULL, "who checkpoints" },
	{ "revoke", EV_F_MAP, 0, revoke_table, NULL,
	  "who may withdraw what" },
	{ "retention", EV_F_MAP, 0, retention_table, NULL, "how long" },
	{ 0 }
};

/* Which policy it is --------------------------------------------------------- */

static void read_version(struct ev_policy *p, struct ev_problems *bad)
{
	const struct ev_value *version = ev_get(p->root, "version");
	const struct ev_value *previous = ev_get(p->root, "previous");

	ev_count_read(&p->version, version, "version", bad);
	if (previous && previous->type == EV_STRING &&
	    previous->len < sizeof(p->previous))
		snprintf(p->previous, sizeof(p->previous), "%s",
			 previous->text);
	if (p->version == 1 && previous)
		ev_problem_add(bad, previous, NULL, "version 1 replaces no "
			       "other control set, so it has no 'previous'");
	if (p->version > 1 && !previous)
		ev_problem_add(bad, version, "previous: sha256:<digest of the "
			       "control set that this one replaces>    # git evidence check "
			       "--json | jq -r .policy",
			       "version %s has no 'previous'", version->text);
}

static void read_product(struct ev_policy *p)
{
	const struct ev_value *product = ev_get(p->root, "product");
	const struct ev_value *adopted = ev_get(p->root, "adopted");

	p->trust.product_id = ev_strdup(ev_get_string(product, "id"));
	p->trust.product_name = ev_strdup(ev_get_string(product, "name"));
	p->has_adopted = adopted && adopted->type == EV_STRING &&
			 !ev_oid_parse(&p->adopted, adopted->text);
}

/* Requirements --------------------------------------------------------------- */

/* Those that are written inside `protect` come after the named ones. */
static size_t count_inline(const struct ev_value *protect)
{
	const struct ev_value *v;
	size_t i, n = 0;

	for (i = 0; protect && protect->type == EV_LIST && i < protect->n;
	     i++) {
		v = ev_get(protect->items[i], "require");
		n += v && v->type == EV_MAP;
	}
	return n;
}

static void read_requirements(struct ev_policy *p, const struct ev_roster *t,
			      struct ev_problems *bad)
{
	const struct ev_value *named = ev_get(p->root, "requirements");
	size_t n = named && named->type == EV_MAP ? named->n : 0, i;
	const struct ev_value *key;
	struct ev_requirement *q;
	char *path;

	if (n > EV_POLICY_MAX_ITEMS) {
		ev_problem_add(bad, named, NULL, "more than %d requirements",
			       EV_POLICY_MAX_ITEMS);
		n = 0;
	}
	p->requirements = ev_calloc(n + 1 +
				    count_inline(ev_get(p->root, "protect")),
				    sizeof(*p->requirements));
	for (i = 0; i < n; i++) {
		key = named->keys[i];
		if (!ev_name_valid(key->text)) {
			ev_problem_add(bad, key, NULL, "'%s' is no name of a "
				       "requirement: use letters, digits and "
				       ". _ / -", key->text);
			continue;
		}
		q = &p->requirements[p->nrequirements++];
		q->name = ev_strdup(key->text);
		path = ev_strdupf("requirements.%s", key->text);
		ev_requirement_read(q, p, t, named->items[i], path, bad);
		free(path);
	}
}

/* Who may do what ------------------------------------------------------------ */

/*
 * A quorum of nobody would be one that anybody reaches.  One that can never be
 * reached is a dead end; but where nothing is protected yet, nothing is lost.
 */
static void read_quorum(struct ev_quorum *q, const struct ev_policy *p,
			const struct ev_roster *t, const char *name,
			struct ev_problems *bad)
{
	const struct ev_value *list = ev_get(ev_get(p->root, name),
					     "approvals");

	if (list && list->type == EV_LIST && !list->n)
		ev_problem_add(bad, list, NULL, "'%s.approvals' asks for "
			       "nobody", name);
	ev_quorum_read(q, list, p->nprotects ? t : NULL, bad);
}

static void read_roles(struct ev_strs *out, const struct ev_value *list,
		       const char *name, struct ev_problems *bad)
{
	if (ev_list_items(list, name, bad))
		ev_roles_read(out, list, bad);
}

static void read_owners(const struct ev_value *owners, struct ev_problems *bad)
{
	size_t i;

	for (i = 0; owners && owners->type == EV_MAP && i < owners->n; i++)
		if (owners->items[i]->type == EV_STRING &&
		    owners->items[i]->len)
			(void)ev_role_check(owners->items[i], bad);
}

static void read_powers(struct ev_policy *p, const struct ev_roster *t,
			struct ev_problems *bad)
{
	const struct ev_value *revoke = ev_get(p->root, "revoke");
	size_t i;

	read_quorum(&p->policy_change, p, t, "policy_change", bad);
	read_quorum(&p->rollback, p, t, "rollback", bad);
	ev_by_read(&p->promote_by, ev_get(ev_get(p->root, "promote"), "by"),
		   "promote.by", true, t, bad);
	ev_by_read(&p->checkpoint_by,
		   ev_get(ev_get(p->root, "checkpoint"), "by"),
		   "checkpoint.by", true, t, bad);
	for (i = 0; i < p->promote_by.n; i++)
		ev_strs_add(&p->trust.promote_by, p->promote_by.items[i]);
	read_roles(&p->trust.revoke_records, ev_get(revoke, "records"),
		   "revoke.records", bad);
	read_roles(&p->revoke_approvals, ev_get(revoke, "approvals"),
		   "revoke.approvals", bad);
	read_roles(&p->revoke_releases, ev_get(revoke, "releases"),
		   "revoke.releases", bad);
	read_roles(&p->revoke_keys, ev_get(revoke, "keys"), "revoke.keys",
		   bad);
	read_owners(ev_get(p->root, "owners"), bad);
	ev_count_read(&p->retention_years,
		      ev_get(ev_get(p->root, "retention"), "years"),
		      "retention.years", bad);
}

/* False if the list says less than it was meant to. */
static bool read_people(struct ev_policy *p, struct ev_problems *bad)
{
	const struct ev_value *people = ev_get(p->root, "people");
	struct ev_problems own = EV_PROBLEMS_INIT;
	size_t i, before = bad->n;
	bool ok = people && people->type == EV_LIST;

	for (i = 0; ok && i < people->n; i++) {
		ev_schema_check(&own, people->items[i], person_table, "");
		ok = !own.n;
	}
	ev_problems_release(&own);
	ev_people_read(&p->trust, people, bad);
	return ok && bad->n == before;
}

int ev_policy_parse(struct ev_policy *p, const char *text, size_t n)
{
	struct ev_problems bad = EV_PROBLEMS_INIT;
	struct ev_roster roster;
	const struct ev_roster *t;
	int ret;

	ret = ev_yaml_read(&p->root, EV_POLICY_PATH, text, n);
	if (ret < 0)
		return ret;
	ev_schema_check(&bad, p->root, policy_table, "");
	read_version(p, &bad);
	read_product(p);
	t = read_people(p, &bad) ? &roster : NULL;
	ev_roster_init(&roster, &p->trust);
	read_requirements(p, t, &bad);
	ev_protects_read(p, t, ev_get(p->root, "protect"), &bad);
	read_powers(p, t, &bad);
	ev_roster_release(&roster);
	ret = ev_problems_fail(&bad);
	ev_problems_release(&bad);
	return ret;
}
