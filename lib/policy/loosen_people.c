#include "base/compat.h"

#include "policy/internal.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/fold.h"

static const struct ev_person *by_name(const struct ev_policy *p,
				       const char *name)
{
	size_t i;

	for (i = 0; i < p->trust.npeople; i++)
		if (ev_fold_eq(p->trust.people[i].name, name))
			return &p->trust.people[i];
	return NULL;
}

/* A day; `none` for no time. */
static void day(char out[EV_TIME_TEXT], int64_t at, const char *none)
{
	if (at)
		ev_time_format(out, at);
	else
		snprintf(out, EV_TIME_TEXT, "%s", none);
	if (at)
		out[10] = '\0';
}

static void look_at_roles(struct ev_strs *out, const struct ev_person *was,
			  const struct ev_person *now)
{
	size_t i;

	for (i = 0; i < now->roles.n; i++)
		if (!ev_person_has_role(was, now->roles.items[i]))
			ev_strs_addf(out, "role %s: %s added",
				     now->roles.items[i], now->name);
}

/* Separation of duties knows a person by these. */
static void look_at_emails(struct ev_strs *out, const struct ev_person *was,
			   const struct ev_person *now)
{
	size_t i, k;

	for (i = 0; i < was->emails.n; i++) {
		for (k = 0; k < now->emails.n; k++)
			if (ev_fold_eq(was->emails.items[i],
				       now->emails.items[k]))
				break;
		if (k == now->emails.n)
			ev_strs_addf(out, "e-mail %s of %s removed",
				     was->emails.items[i], now->name);
	}
}

/* Keys ------------------------------------------------------------------------ */

static const struct ev_subkey *find_sub(const struct ev_key *key,
					const char *fpr)
{
	size_t i;

	for (i = 0; i < key->nsubs; i++)
		if (!strcmp(key->subs[i].fpr, fpr))
			return &key->subs[i];
	return NULL;
}

static void look_at_sub(struct ev_strs *out, const struct ev_person *p,
			const struct ev_subkey *was,
			const struct ev_subkey *now)
{
	char from[EV_TIME_TEXT], to[EV_TIME_TEXT];

	if (!was) {
		if (now->can_sign)
			ev_strs_addf(out, "key %s added for %s", now->fpr,
				     p->name);
		return;
	}
	if (was->revoked && !now->revoked)
		ev_strs_addf(out, "key %s of %s is no longer revoked",
			     now->fpr, p->name);
	if (was->expires && (!now->expires || now->expires > was->expires)) {
		day(from, was->expires, "");
		day(to, now->expires, "never");
		ev_strs_addf(out, "key %s of %s: expires %s -> %s", now->fpr,
			     p->name, from, to);
	}
}

/* The block behind a fingerprint that both list. */
static void look_at_block(struct ev_strs *out, const struct ev_person *p,
			  const char *fpr, const struct ev_keyhome *older,
			  const struct ev_keyhome *newer)
{
	const struct ev_key *was, *now;
	size_t i;

	was = older ? ev_keyhome_find(older, fpr, NULL) : NULL;
	now = newer ? ev_keyhome_find(newer, fpr, NULL) : NULL;
	if (!now)
		return;
	if (!was) {
		ev_strs_addf(out, "key %s of %s can be used now", fpr,
			     p->name);
		return;
	}
	for (i = 0; i < now->nsubs; i++)
		look_at_sub(out, p, find_sub(was, now->subs[i].fpr),
			    &now->subs[i]);
}

static const struct ev_person_key *find_key(const struct ev_person *p,
					    const char *fpr)
{
	size_t i;

	for (i = 0; i < p->nkeys; i++)
		if (!strcmp(p->keys[i].fpr, fpr))
			return &p->keys[i];
	return NULL;
}

static void look_at_keys(struct ev_strs *out, const struct ev_person *was,
			 const struct ev_person *now,
			 const struct ev_policy *older,
			 const struct ev_policy *newer)
{
	const struct ev_person_key *key, *before;
	char from[EV_TIME_TEXT], to[EV_TIME_TEXT];
	size_t i;

	for (i = 0; i < now->nkeys; i++) {
		key = &now->keys[i];
		before = find_key(was, key->fpr);
		if (!before) {
			ev_strs_addf(out, "key %s added for %s", key->fpr,
				     now->name);
			continue;
		}
		if (key->valid_from < before->valid_from) {
			day(from, before->valid_from, "always");
			day(to, key->valid_from, "always");
			ev_strs_addf(out, "key %s of %s: valid_from %s -> %s",
				     key->fpr, now->name, from, to);
		}
		look_at_block(out, now, key->fpr, older->trust.home,
			      newer->trust.home);
	}
}

void ev_loosened_people(struct ev_strs *out, const struct ev_policy *older,
			const struct ev_policy *newer)
{
	const struct ev_person *was, *now;
	size_t i;

	for (i = 0; i < newer->trust.npeople; i++) {
		now = &newer->trust.people[i];
		was = by_name(older, now->name);
		look_at_roles(out, was, now);
		if (!was)
			continue;
		look_at_emails(out, was, now);
		look_at_keys(out, was, now, older, newer);
		if (was->machine && !now->machine)
			ev_strs_addf(out, "%s is no longer a machine",
				     now->name);
	}
}
