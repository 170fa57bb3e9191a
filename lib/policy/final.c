#include "base/compat.h"

#include "policy/final.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/decision.h"
#include "policy/quorum.h"

/* Keys --------------------------------------------------------------------- */

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
	memcpy(w.signer, f->signer, sizeof(w.signer));
	memcpy(w.subkey, f->subkey, sizeof(w.subkey));
	w.hash_algo = f->hash_algo;
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

/* Have so many signed it before?  What was signed in the second in which the
 * next policy came is for that one to judge. */
static bool may_expunge(const struct ev_policy *p, const struct ev_finals *all,
			const char *sha256, int64_t until)
{
	const struct ev_quorum *q = &p->policy_change;
	int64_t *have = ev_calloc(q->n + 1, sizeof(*have));
	struct ev_ballot *ballots = NULL;
	size_t i, n = 0, cap = 0;
	bool yes;

	for (i = 0; i < all->n; i++)
		if (all->items[i].artifact && all->items[i].at < until &&
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

static void add_artifacts(struct ev_trust *t, const struct ev_policy *p,
			  const struct ev_finals *all, int64_t until)
{
	const struct ev_final *f;
	struct ev_expunged x;
	size_t i;

	for (i = 0; i < all->n; i++) {
		f = &all->items[i];
		if (!f->artifact || f->at >= until || is_void(p, f) ||
		    !may_expunge(p, all, f->id, until))
			continue;
		memset(&x, 0, sizeof(x));
		memcpy(x.sha256, f->id, sizeof(x.sha256));
		memcpy(x.record, f->record, sizeof(x.record));
		x.blob = f->blob;
		add_expunged(t, &x);
	}
}

/* What enough people of the policy in force have signed may go. */
static void set_removable(struct ev_policy *p, const struct ev_finals *all)
{
	struct ev_trust *t = &p->trust;
	size_t i;

	for (i = 0; i < t->nexpunged; i++)
		if (may_expunge(p, all, t->expunged[i].sha256, INT64_MAX))
			t->expunged[i].removable = true;
}

/* -------------------------------------------------------------------------- */

/* Until when the policy before this one had a say: its last approval. */
static int since_when(int64_t *out, const struct ev_policy *p,
		      struct ev_repo *r, const struct ev_evidence *e)
{
	char *prefix = ev_strdupf(EV_TAGS "policy/%.12s/",
				  p->link + strlen("sha256:"));
	struct ev_decided d;
	size_t i;
	int ret = 0;

	*out = 0;
	for (i = 0; ret == 0 && i < e->n; i++) {
		if (!ev_starts_with(e->tags[i].name, prefix))
			continue;
		ret = ev_decided_read(&d, r, e->tags[i].name,
				      &e->tags[i].oid);
		if (ret == 0 && !strcmp(d.d.control_set, p->link) &&
		    d.d.at > *out)
			*out = d.d.at;
		if (ret == 0)
			ev_decided_release(&d);
		if (ret == EV_EINVALID || ret == EV_ELIMIT ||
		    ret == EV_ENOTFOUND) {
			ev_error_clear();
			ret = 0;
		}
	}
	free(prefix);
	return ret;
}

static int read_finals(struct ev_finals *out, struct ev_policy *p,
		       struct ev_repo *r, const struct ev_oid *tip,
		       int64_t now)
{
	struct ev_ledger *l = NULL;
	int ret = ev_ledger_open(&l, r, &p->trust, tip);

	if (ret == 0) {
		ev_ledger_set_now(l, now);
		ret = ev_finals_read(out, l);
	}
	ev_ledger_close(l);
	return ret;
}

/* What was withdrawn by the policy before, while that was in force. */
static int inherit(struct ev_policy *p, struct ev_policy *before,
		   struct ev_repo *r, const struct ev_evidence *e, int64_t now)
{
	const struct ev_trust *from = &before->trust;
	struct ev_finals all = { NULL, 0, 0 };
	int64_t until;
	size_t i;
	int ret;

	ret = since_when(&until, p, r, e);
	p->trust.before = &before->trust;
	p->trust.before_until = until;
	for (i = 0; ret == 0 && i < from->nwithdrawn; i++)
		if (from->withdrawn[i].at <= until)
			add_withdrawn(&p->trust, &from->withdrawn[i]);
	for (i = 0; ret == 0 && i < from->nexpunged; i++)
		if (!from->expunged[i].removable)
			add_expunged(&p->trust, &from->expunged[i]);
	if (ret == 0 && from->nexpunged && e->has_ledger)
		ret = read_finals(&all, before, r, &e->ledger, now);
	if (ret == 0)
		add_artifacts(&p->trust, before, &all, until);
	ev_finals_release(&all);
	return ret;
}

static void take_roles(struct ev_policy *p)
{
	struct ev_trust *t = &p->trust;
	size_t i;

	ev_strs_release(&t->revoke_keys);
	ev_strs_release(&t->expunge_by);
	for (i = 0; i < p->revoke_keys.n; i++)
		ev_strs_add(&t->revoke_keys, p->revoke_keys.items[i]);
	for (i = 0; i < p->policy_change.n; i++)
		ev_strs_add(&t->expunge_by, p->policy_change.items[i].role);
}

int ev_policy_add_final(struct ev_policy *p, struct ev_repo *r,
			const struct ev_oid *tip, int64_t now)
{
	struct ev_finals all = { NULL, 0, 0 };
	bool any = false;
	size_t i;
	int ret;

	ret = ev_finals_any(&any, r, tip);
	if (ret == 0 && any)
		ret = read_finals(&all, p, r, tip, now);
	for (i = 0; ret == 0 && i < all.n; i++)
		if (!all.items[i].artifact &&
		    ev_may_withdraw_key(&p->trust, all.items[i].person,
					all.items[i].id))
			add_key(&p->trust, &all.items[i]);
	/* Once it is known whose keys are withdrawn. */
	if (ret == 0 && any) {
		add_artifacts(&p->trust, p, &all, INT64_MAX);
		set_removable(p, &all);
	}
	ev_finals_release(&all);
	return ret;
}

int ev_policy_read_final(struct ev_policy *p, struct ev_policy *before,
			 struct ev_repo *r, const struct ev_evidence *e,
			 int64_t now)
{
	int ret = 0;

	p->trust.nwithdrawn = p->trust.nexpunged = 0;
	take_roles(p);
	if (before)
		ret = inherit(p, before, r, e, now);
	if (e->supposed)
		add_withdrawn(&p->trust, e->supposed);
	if (ret == 0 && e->has_ledger)
		ret = ev_policy_add_final(p, r, &e->ledger, now);
	return ret;
}
