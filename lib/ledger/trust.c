#include "base/compat.h"

#include "ledger/trust.h"

#include <stdio.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "ledger/cache.h"
#include "repo/repo.h"

void ev_trust_init(struct ev_trust *t)
{
	memset(t, 0, sizeof(*t));
}

void ev_trust_release(struct ev_trust *t)
{
	size_t i;

	for (i = 0; i < t->npeople; i++) {
		free(t->people[i].name);
		ev_strs_release(&t->people[i].emails);
		ev_strs_release(&t->people[i].roles);
		free(t->people[i].keys);
	}
	free(t->people);
	free(t->product_id);
	free(t->product_name);
	ev_strs_release(&t->revoke_records);
	free(t->withdrawn);
	free(t->expunged);
	ev_strs_release(&t->revoke_keys);
	ev_strs_release(&t->expunge_by);
	ev_strs_release(&t->promote_by);
	ev_cache_close(t->cache);
	ev_keyhome_close(t->home);
	ev_trust_init(t);
}

/* A verdict follows from the keys there are and from whose they are listed. */
static void basis_of(char name[EV_SHA256_HEX + 1], const struct ev_trust *t)
{
	struct ev_buf basis = EV_BUF_INIT;
	size_t i, k;

	ev_buf_addf(&basis, "%s\n", ev_keyhome_digest(t->home));
	for (i = 0; i < t->npeople; i++)
		for (k = 0; k < t->people[i].nkeys; k++)
			ev_buf_addf(&basis, "%s\n", t->people[i].keys[k].fpr);
	ev_sha256_hex(name, basis.ptr, basis.len);
	ev_buf_release(&basis);
}

struct ev_cache *ev_trust_cache(struct ev_trust *t, struct ev_repo *r)
{
	struct ev_buf state = EV_BUF_INIT;
	char name[EV_SHA256_HEX + 1];

	if (t->cache || !t->home)
		return t->cache;
	basis_of(name, t);
	if (ev_repo_statedir(&state, r) < 0)
		ev_error_clear();	/* read-only: work is not saved */
	if (ev_cache_open(&t->cache, state.len ? state.ptr : NULL, name) < 0)
		ev_error_clear();
	ev_buf_release(&state);
	return t->cache;
}

const struct ev_person *ev_trust_person(const struct ev_trust *t,
					const char *primary_fpr,
					const struct ev_person_key **key)
{
	size_t i, k;

	for (i = 0; t && i < t->npeople; i++)
		for (k = 0; k < t->people[i].nkeys; k++)
			if (!strcasecmp(t->people[i].keys[k].fpr,
					primary_fpr)) {
				if (key)
					*key = &t->people[i].keys[k];
				return &t->people[i];
			}
	return NULL;
}

bool ev_person_has_role(const struct ev_person *p, const char *role)
{
	return p && ev_strs_has(&p->roles, role);
}

static bool share_key(const struct ev_person *a, const struct ev_person *b)
{
	size_t i, k;

	for (i = 0; i < a->nkeys; i++)
		for (k = 0; k < b->nkeys; k++)
			if (!strcasecmp(a->keys[i].fpr, b->keys[k].fpr))
				return true;
	return false;
}

static bool share_email(const struct ev_person *a, const struct ev_person *b)
{
	size_t i, k;

	for (i = 0; i < a->emails.n; i++)
		for (k = 0; k < b->emails.n; k++)
			if (!strcasecmp(a->emails.items[i],
					b->emails.items[k]))
				return true;
	return false;
}

bool ev_person_same(const struct ev_person *a, const struct ev_person *b)
{
	if (a == b || !a || !b)
		return a == b;
	return share_key(a, b) || share_email(a, b) ||
	       (a->name && b->name && !strcmp(a->name, b->name));
}

bool ev_person_has_any(const struct ev_person *p, const struct ev_strs *roles)
{
	size_t i;

	for (i = 0; i < roles->n; i++)
		if (ev_person_has_role(p, roles->items[i]))
			return true;
	return false;
}

bool ev_person_shares_role(const struct ev_person *a,
			   const struct ev_person *b)
{
	size_t i;

	if (ev_person_same(a, b))
		return true;
	for (i = 0; a && i < a->roles.n; i++)
		if (ev_person_has_role(b, a->roles.items[i]))
			return true;
	return false;
}

const struct ev_withdrawn *ev_trust_withdrawn(const struct ev_trust *t,
					      const char *signer,
					      const char *subkey, size_t *i)
{
	const struct ev_withdrawn *w;

	while (*i < t->nwithdrawn) {
		w = &t->withdrawn[(*i)++];
		if (!strcasecmp(w->fpr, signer) || !strcasecmp(w->fpr, subkey))
			return w;
	}
	return NULL;
}

const struct ev_expunged *ev_trust_expunged(const struct ev_trust *t,
					    const char *sha256)
{
	size_t i;

	for (i = 0; t && i < t->nexpunged; i++)
		if (!strcmp(t->expunged[i].sha256, sha256))
			return &t->expunged[i];
	return NULL;
}

bool ev_trust_counts_then(char reason[160], const struct ev_trust *t,
			  const struct ev_signature *s, int64_t at)
{
	const struct ev_person_key *key = NULL;
	char from[EV_TIME_TEXT];

	if (!ev_trust_person(t, s->signer, &key)) {
		snprintf(reason, 160, "key %s is not listed", s->signer);
		return false;
	}
	if (key->valid_from && s->created < key->valid_from) {
		ev_time_format(from, key->valid_from);
		snprintf(reason, 160, "signed before the policy lists the key "
			 "(valid_from %s)", from);
		return false;
	}
	return ev_key_counts(reason, t->home, s, at);
}

bool ev_trust_counts(char reason[160], const struct ev_trust *t,
		     const struct ev_signature *s, int64_t now)
{
	const struct ev_withdrawn *w;
	size_t i = 0;

	w = ev_trust_withdrawn(t, s->signer, s->subkey, &i);
	if (w) {
		snprintf(reason, 160, "key %.40s was withdrawn%s%s%.12s",
			 w->fpr, w->compromised ? " as compromised" : "",
			 *w->record ? " by record " : "", w->record);
		return false;
	}
	return ev_trust_counts_then(reason, t, s, now);
}
