#include "base/compat.h"

#include "policy/final.h"

#include "base/mem.h"
#include "base/str.h"
#include "policy/quorum.h"

const struct ev_person *ev_policy_key_owner(const struct ev_policy *p,
					    const char *fpr)
{
	const struct ev_key *key = NULL;

	if (p->trust.home)
		key = ev_keyhome_find(p->trust.home, fpr, NULL);
	return ev_trust_person(&p->trust, key ? key->fpr : fpr, NULL);
}

/* Keys --------------------------------------------------------------------- */

static bool may_withdraw_key(const struct ev_policy *p,
			     const struct ev_final *f)
{
	size_t i;

	if (ev_policy_key_owner(p, f->id) == f->person)
		return true;
	for (i = 0; !f->person->machine && i < p->revoke_keys.n; i++)
		if (ev_person_has_role(f->person, p->revoke_keys.items[i]))
			return true;
	return false;
}

static void add_withdrawn(struct ev_trust *t, const struct ev_withdrawn *w)
{
	size_t i;

	for (i = 0; i < t->nwithdrawn; i++)
		if (*w->line && !strcmp(t->withdrawn[i].line, w->line))
			return;
	EV_GROW(t->withdrawn, t->nwithdrawn, t->withdrawn_cap);
	t->withdrawn[t->nwithdrawn++] = *w;
}

static void add_key(struct ev_trust *t, const struct ev_final *f)
{
	struct ev_withdrawn w;

	memset(&w, 0, sizeof(w));
	memcpy(w.fpr, f->id, sizeof(w.fpr) - 1);
	memcpy(w.record, f->record, sizeof(w.record));
	memcpy(w.line, f->line, sizeof(w.line));
	memcpy(w.checkpoint, f->checkpoint, sizeof(w.checkpoint));
	w.at = f->at;
	w.compromised = f->compromised;
	add_withdrawn(t, &w);
}

/* Artifacts ---------------------------------------------------------------- */

/* A key that was only given up was its owner's until then. */
static bool is_void(const struct ev_policy *p, const struct ev_final *f)
{
	const struct ev_withdrawn *w;
	size_t i = 0;

	while ((w = ev_trust_withdrawn(&p->trust, f->signer, f->subkey, &i)))
		if (w->compromised || f->at >= w->at)
			return true;
	return false;
}

/* A person in each role they have. */
static void add_ballots(struct ev_ballot **ballots, size_t *n, size_t *cap,
			const struct ev_policy *p, const struct ev_final *f)
{
	size_t i;

	if (f->person->machine || is_void(p, f))
		return;
	for (i = 0; i < f->person->roles.n; i++) {
		EV_GROW(*ballots, *n, *cap);
		(*ballots)[*n].person = f->person;
		(*ballots)[(*n)++].role = f->person->roles.items[i];
	}
}

bool ev_policy_may_expunge(const struct ev_policy *p,
			   const struct ev_finals *all, const char *sha256)
{
	const struct ev_quorum *q = &p->policy_change;
	int64_t *have = ev_calloc(q->n + 1, sizeof(*have));
	struct ev_ballot *ballots = NULL;
	size_t i, n = 0, cap = 0;
	bool yes;

	for (i = 0; i < all->n; i++)
		if (all->items[i].artifact &&
		    !strcmp(all->items[i].id, sha256))
			add_ballots(&ballots, &n, &cap, p, &all->items[i]);
	yes = q->n && ev_quorum_count(have, NULL, q, ballots, n, true);
	free(ballots);
	free(have);
	return yes;
}

/* Nobody can keep it by giving its blob another name than the others do. */
static void add_expunged(struct ev_trust *t, const struct ev_expunged *x)
{
	size_t i;

	for (i = 0; i < t->nexpunged; i++)
		if (!strcmp(t->expunged[i].sha256, x->sha256) &&
		    ev_oid_eq(&t->expunged[i].blob, &x->blob))
			return;
	EV_GROW(t->expunged, t->nexpunged, t->expunged_cap);
	t->expunged[t->nexpunged++] = *x;
}

static void add_artifact(struct ev_policy *p, const struct ev_finals *all,
			 const struct ev_final *f)
{
	struct ev_expunged x;

	if (is_void(p, f) || !ev_policy_may_expunge(p, all, f->id))
		return;
	memset(&x, 0, sizeof(x));
	memcpy(x.sha256, f->id, sizeof(x.sha256));
	memcpy(x.record, f->record, sizeof(x.record));
	x.blob = f->blob;
	add_expunged(&p->trust, &x);
}

/* -------------------------------------------------------------------------- */

static void inherit(struct ev_trust *t, const struct ev_trust *from)
{
	size_t i;

	for (i = 0; i < from->nwithdrawn; i++)
		add_withdrawn(t, &from->withdrawn[i]);
	for (i = 0; i < from->nexpunged; i++)
		add_expunged(t, &from->expunged[i]);
}

static int read_ledger(struct ev_policy *p, struct ev_repo *r,
		       const struct ev_oid *tip, int64_t now)
{
	struct ev_finals all = { NULL, 0, 0 };
	struct ev_ledger *l = NULL;
	size_t i;
	int ret;

	ret = ev_ledger_open(&l, r, &p->trust, tip);
	if (ret == 0) {
		ev_ledger_set_now(l, now);
		ret = ev_finals_read(&all, l);
	}
	for (i = 0; ret == 0 && i < all.n; i++)
		if (!all.items[i].artifact &&
		    may_withdraw_key(p, &all.items[i]))
			add_key(&p->trust, &all.items[i]);
	/* Once it is known whose keys are withdrawn. */
	for (i = 0; ret == 0 && i < all.n; i++)
		if (all.items[i].artifact)
			add_artifact(p, &all, &all.items[i]);
	ev_finals_release(&all);
	ev_ledger_close(l);
	return ret;
}

int ev_policy_read_final(struct ev_policy *p, const struct ev_policy *before,
			 struct ev_repo *r, const struct ev_evidence *e,
			 int64_t now)
{
	bool any = false;
	int ret = 0;

	p->trust.nwithdrawn = p->trust.nexpunged = 0;
	if (before)
		inherit(&p->trust, &before->trust);
	if (e->supposed)
		add_withdrawn(&p->trust, e->supposed);
	if (e->has_ledger)
		ret = ev_finals_any(&any, r, &e->ledger);
	if (ret == 0 && any)
		ret = read_ledger(p, r, &e->ledger, now);
	return ret;
}
