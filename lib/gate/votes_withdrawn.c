#include "base/compat.h"

#include "gate/people.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "policy/quorum.h"

struct withdrawals { const struct ev_line **items; size_t n; };

/* All of them: whoever may write lines could hide the one that counts behind
 * any number of others. */
static void add_withdrawals(struct withdrawals *w, const struct ev_lines *lines,
			    const char *id)
{
	size_t n = ev_lines_revoking(NULL, 0, lines, "approval", id);

	w->items = ev_realloc(w->items, (w->n + n + 1) * sizeof(*w->items));
	ev_lines_revoking(w->items + w->n, n, lines, "approval", id);
	w->n += n;
}

/* By the tag's name, or by its object: which anybody could make anew around the
 * same signature, so that the name is what `revoke` writes. */
static int find_withdrawals(struct withdrawals *w, const struct ev_vote *v,
			    struct ev_case *c)
{
	const char *name = v->decided->ref + strlen("refs/tags/");
	const struct ev_lines *global;
	char hex[EV_OID_HEX + 1];
	int err = 0;

	ev_oid_hex(hex, &v->decided->oid);
	global = ev_ledger_global(c->ledger, &err);
	if (!global)
		return err;
	add_withdrawals(w, &c->lines, name);
	add_withdrawals(w, &c->lines, hex);
	add_withdrawals(w, global, name);
	add_withdrawals(w, global, hex);
	return 0;
}

/* Has that person said so before? */
static bool is_before(const struct withdrawals *w, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (ev_person_same(w->items[i]->person, w->items[at]->person))
			return true;
	return false;
}

/* So many people as a change of the policy takes? */
static bool is_quorum(const struct withdrawals *w, const struct ev_policy *in)
{
	const struct ev_quorum *q = &in->policy_change;
	int64_t *have = ev_calloc(q->n + 1, sizeof(*have));
	struct ev_ballot *ballots = NULL;
	const struct ev_person *p;
	size_t i, k, n = 0, cap = 0;
	bool yes;

	for (i = 0; i < w->n; i++) {
		p = w->items[i]->person;
		if (!p || p->machine || is_before(w, i))
			continue;
		for (k = 0; k < p->roles.n; k++) {
			EV_GROW(ballots, n, cap);
			ballots[n].person = p;
			ballots[n++].role = p->roles.items[k];
		}
	}
	yes = q->n && ev_quorum_count(have, NULL, q, ballots, n, true);
	free(ballots);
	free(have);
	return yes;
}

static void say(struct ev_vote *v, const char *by)
{
	snprintf(v->reason, sizeof(v->reason), "withdrawn by %.120s", by);
}

static const struct ev_strs *approvals_by(const struct ev_policy *p)
{
	return &p->revoke_approvals;
}

/* Who takes back a yes: by what counts now, or was right when it was signed.
 * NULL: they may not. */
static const struct ev_person *taker(const struct ev_line *l,
				     const struct ev_person *whose,
				     const struct ev_case *c)
{
	const struct ev_trust *at = NULL;
	const struct ev_person *by = l->person;

	if (l->state == EV_LIVE && by && (ev_person_same(by, whose) ||
	    ev_person_has_any(by, &c->policy->revoke_approvals)))
		return by;
	while ((by = ev_line_stood(&at, &c->policy->trust, l)))
		if (ev_person_same(by, whose) ||
		    ev_may_then(c->chain, at, by, approvals_by))
			return by;
	return NULL;
}

/* Who says no is held to it by more than one who may take back a yes; and only
 * by what counts now. */
static bool no_withdrawn(struct ev_vote *v, struct withdrawals *w,
			 const struct ev_case *c)
{
	const struct ev_person *by;
	size_t i, n = 0;

	for (i = 0; i < w->n; i++)
		if (w->items[i]->state == EV_LIVE)
			w->items[n++] = w->items[i];
	w->n = n;
	for (i = 0; i < w->n; i++) {
		by = w->items[i]->person;
		if (by && ev_person_same(by, v->decided->person)) {
			say(v, by->name);
			return true;
		}
	}
	if (!is_quorum(w, c->policy))
		return false;
	say(v, "a quorum");
	return true;
}

int ev_vote_withdrawn(bool *yes, struct ev_vote *v, struct ev_case *c)
{
	const struct ev_decided *x = v->decided;
	struct withdrawals w = { NULL, 0 };
	const struct ev_person *by;
	size_t i;
	int ret;

	*yes = false;
	ret = find_withdrawals(&w, v, c);
	if (ret < 0)
		return ret;
	if (x->d.meaning == EV_MEANING_REJECTED)
		*yes = no_withdrawn(v, &w, c);
	else
		for (i = 0; i < w.n && !*yes; i++) {
			by = taker(w.items[i], x->person, c);
			*yes = by != NULL;
			if (by)
				say(v, by->name);
		}
	free(w.items);
	return 0;
}
