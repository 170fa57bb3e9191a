#include "base/compat.h"

#include "policy/internal.h"

#include "base/fold.h"
#include "base/mem.h"

bool ev_roles_within(const struct ev_strs *now, const struct ev_strs *was)
{
	size_t i;

	if (!was->n)
		return true;
	for (i = 0; i < now->n; i++)
		if (!ev_strs_has(was, now->items[i]))
			return false;
	return now->n > 0;
}

static int64_t asked(const struct ev_quorum *q, const char *role)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		if (!strcmp(q->items[i].role, role))
			return q->items[i].count;
	return 0;
}

void ev_loosened_quorum(struct ev_strs *out, const char *where,
			const struct ev_quorum *was,
			const struct ev_quorum *now)
{
	const char *role;
	int64_t count;
	size_t i;

	for (i = 0; i < was->n; i++) {
		role = was->items[i].role;
		count = asked(now, role);
		if (count < was->items[i].count)
			ev_strs_addf(out, "%s: approvals.%s %lld -> %lld",
				     where, role,
				     (long long)was->items[i].count,
				     (long long)count);
	}
}

/* Which product, from when on ------------------------------------------------ */

static void look_at_identity(struct ev_strs *out, const struct ev_policy *older,
			     const struct ev_policy *newer)
{
	char from[EV_OID_HEX + 1] = "none", to[EV_OID_HEX + 1];

	if (!ev_streq(older->trust.product_id, newer->trust.product_id))
		ev_strs_addf(out, "product.id: %s -> %s",
			     older->trust.product_id,
			     newer->trust.product_id);
	if (!newer->has_adopted || (older->has_adopted &&
	    ev_oid_eq(&older->adopted, &newer->adopted)))
		return;
	if (older->has_adopted)
		ev_oid_hex(from, &older->adopted);
	ev_oid_hex(to, &newer->adopted);
	ev_strs_addf(out, "adopted: %.12s -> %.12s (history up to there is "
		     "not judged)", from, to);
}

/* Refs ----------------------------------------------------------------------- */

/*
 * A star of the older pattern can only be met by a star of the newer one, so
 * that a match of the pattern itself is a match of all that it stands for.
 */
static void look_at_refs(struct ev_strs *out, const struct ev_policy *older,
			 const struct ev_policy *newer)
{
	const struct ev_protect **now, *was;
	size_t i, k, n;

	now = ev_calloc(newer->nprotects + 1, sizeof(*now));
	for (i = 0; i < older->nprotects; i++) {
		was = &older->protects[i];
		for (k = n = 0; k < newer->nprotects; k++)
			if (ev_glob(newer->protects[k].pattern, was->pattern))
				now[n++] = &newer->protects[k];
		if (n)
			ev_loosened_rules(out, was, now, n);
		else
			ev_strs_addf(out, "%s is no longer protected",
				     was->pattern);
	}
	free(now);
}

static void look_at_suites(struct ev_strs *out, const struct ev_policy *older,
			   const struct ev_policy *newer)
{
	const struct ev_suite_file *was, *now;
	size_t i;

	for (i = 0; i < older->nsuites; i++) {
		was = &older->suites[i];
		now = ev_policy_suite(newer, was->id);
		if (!now)
			ev_strs_addf(out, "suite %s removed", was->id);
		else if (strcmp(was->digest, now->digest))
			ev_strs_addf(out, "suite %s changed", was->id);
	}
}

/* Who may do what ------------------------------------------------------------ */

static void look_at_roles(struct ev_strs *out, const char *name,
			  const struct ev_strs *was, const struct ev_strs *now)
{
	size_t i;

	for (i = 0; i < now->n; i++)
		if (!ev_strs_has(was, now->items[i]))
			ev_strs_addf(out, "%s: role %s added", name,
				     now->items[i]);
}

/* Without a list it is not said who, so that both directions are told. */
static void look_at_by(struct ev_strs *out, const char *name,
		       const struct ev_strs *was, const struct ev_strs *now)
{
	if (was->n && !now->n)
		ev_strs_addf(out, "%s: no longer limited to roles", name);
	look_at_roles(out, name, was, now);
}

static void look_at_owners(struct ev_strs *out, const struct ev_policy *older,
			   const struct ev_policy *newer)
{
	const struct ev_value *was = ev_get(older->root, "owners");
	const struct ev_value *now = ev_get(newer->root, "owners");
	const char *from, *to;
	size_t i;

	for (i = 0; was && i < was->n; i++) {
		from = was->items[i]->text;
		to = ev_get_string(now, was->keys[i]->text);
		if (!ev_streq(from, to))
			ev_strs_addf(out, "owners.%s: %s -> %s",
				     was->keys[i]->text, from,
				     to ? to : "none");
	}
}

static void look_at_powers(struct ev_strs *out, const struct ev_policy *older,
			   const struct ev_policy *newer)
{
	ev_loosened_quorum(out, "policy_change", &older->policy_change,
			   &newer->policy_change);
	if (!older->rollback.n && newer->rollback.n)
		ev_strs_add(out, "rollback: allowed now");
	else if (newer->rollback.n)
		ev_loosened_quorum(out, "rollback", &older->rollback,
				   &newer->rollback);
	look_at_by(out, "promote.by", &older->promote_by, &newer->promote_by);
	look_at_by(out, "checkpoint.by", &older->checkpoint_by,
		   &newer->checkpoint_by);
	look_at_roles(out, "revoke.records", &older->trust.revoke_records,
		      &newer->trust.revoke_records);
	look_at_roles(out, "revoke.approvals", &older->revoke_approvals,
		      &newer->revoke_approvals);
	look_at_roles(out, "revoke.releases", &older->revoke_releases,
		      &newer->revoke_releases);
	look_at_roles(out, "revoke.keys", &older->revoke_keys,
		      &newer->revoke_keys);
	if (newer->retention_years < older->retention_years)
		ev_strs_addf(out, "retention.years %lld -> %lld",
			     (long long)older->retention_years,
			     (long long)newer->retention_years);
	look_at_owners(out, older, newer);
}

void ev_policy_loosened(struct ev_strs *out, const struct ev_policy *older,
			const struct ev_policy *newer)
{
	look_at_identity(out, older, newer);
	look_at_refs(out, older, newer);
	look_at_suites(out, older, newer);
	ev_loosened_people(out, older, newer);
	look_at_powers(out, older, newer);
}
