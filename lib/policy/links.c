#include "base/compat.h"

#include "policy/links.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/ledger.h"
#include "policy/quorum.h"

#define POLICY_TAGS EV_TAGS "policy/"

void ev_links_release(struct ev_links *l)
{
	size_t i, k;

	for (i = 0; i < l->n; i++) {
		for (k = 0; k < l->items[i].n; k++)
			ev_decided_release(&l->items[i].approvals[k]);
		free(l->items[i].approvals);
		if (l->items[i].policy)
			ev_policy_release(l->items[i].policy);
		free(l->items[i].policy);
	}
	free(l->items);
	memset(l, 0, sizeof(*l));
}

static struct ev_link *link_of(struct ev_links *l, const char *digest)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!strcmp(l->items[i].link, digest))
			return &l->items[i];
	return NULL;
}

/* A listed signer must not be able to lie about what the others approved, so
 * version and predecessor are the control set's own. */
static int new_link(struct ev_links *l, struct ev_repo *r,
		    const struct ev_decision *d)
{
	struct ev_policy *p = ev_calloc(1, sizeof(*p));
	struct ev_link *x;
	int ret;

	ret = ev_policy_read(p, r, &d->tree);
	if (ret < 0) {
		free(p);
		p = NULL;
		if (ret != EV_EINVALID && ret != EV_ELIMIT &&
		    ret != EV_ENOTFOUND)
			return ret;
	}
	EV_GROW(l->items, l->n, l->cap);
	x = &l->items[l->n++];
	memset(x, 0, sizeof(*x));
	x->policy = p;
	memcpy(x->link, d->control_set, sizeof(x->link));
	memcpy(x->previous, p ? p->previous : d->previous,
	       sizeof(x->previous));
	x->version = p ? p->version : d->version;
	if (!p) {
		snprintf(x->error, sizeof(x->error), "%s",
			 ev_error_last()->message);
		ev_error_clear();
	}
	return 0;
}

/* Does the tree have the control set that the approval names? */
static int check_tree(bool *same, struct ev_repo *r, const struct ev_decision *d)
{
	struct ev_buf text = EV_BUF_INIT;
	char link[72];
	int ret;

	ret = ev_control_set(&text, link, r, &d->tree);
	*same = ret == 0 && !strcmp(link, d->control_set);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();
		ret = 0;
	}
	ev_buf_release(&text);
	return ret;
}

static int add(struct ev_links *l, struct ev_repo *r,
	       const struct ev_tagref *tag)
{
	struct ev_decided d;
	struct ev_link *to;
	bool same = false;
	size_t i;
	int ret;

	ret = ev_decided_read(&d, r, tag->name, &tag->oid);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();
		return 0;
	}
	if (ret == 0 && d.d.kind != EV_DECISION_POLICY)
		goto out;
	if (ret == 0) {
		to = link_of(l, d.d.control_set);
		/* The tree that was looked at need not be again. */
		for (i = 0; to && i < to->n && !same; i++)
			same = ev_oid_eq(&to->approvals[i].d.tree, &d.d.tree);
		if (!same)
			ret = check_tree(&same, r, &d.d);
		if (ret == 0 && same && !to)
			ret = new_link(l, r, &d.d);
	}
	if (ret == EV_ENOTFOUND) {
		l->missing = true;
		snprintf(l->reason, sizeof(l->reason), "policy approval "
			 "'%.80s' cannot be read: %.80s", tag->name,
			 ev_error_last()->message);
		ev_error_clear();
		ret = 0;
		goto out;
	}
	if (ret < 0 || !same)
		goto out;
	to = link_of(l, d.d.control_set);
	EV_GROW(to->approvals, to->n, to->cap);
	to->approvals[to->n++] = d;
	return 0;
out:
	ev_decided_release(&d);
	return ret;
}

int ev_links_load(struct ev_links *out, struct ev_repo *r,
		  const struct ev_evidence *e)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < e->n; i++)
		if (ev_starts_with(e->tags[i].name, POLICY_TAGS))
			ret = add(out, r, &e->tags[i]);
	return ret;
}

/* Withdrawn links ----------------------------------------------------------- */

/* Whose word against the link counts by the last policy: now, or if `then` at
 * the time of the signature. */
static const struct ev_person *voter(const struct ev_line *l,
				     const struct ev_trust *last, bool then)
{
	const struct ev_trust *at = NULL;
	const struct ev_person *p;

	if (l->state == EV_LIVE)
		return l->person;
	p = then ? ev_line_stood(&at, last, l) : NULL;
	return at == last ? p : NULL;
}

/* Every person once, in each role they have. */
static size_t ballots_of(struct ev_ballot **out, const struct ev_lines *lines,
			 const char *link, const struct ev_trust *last,
			 bool then)
{
	const struct ev_person *p;
	const struct ev_line *l;
	size_t i, k, n = 0, cap = 0;

	for (i = 0; i < lines->n; i++) {
		l = &lines->items[i];
		p = voter(l, last, then);
		if (!p || p->machine ||
		    l->record.kind != EV_KIND_REVOCATION ||
		    !ev_streq(l->record.withdraws_type, "link") ||
		    !ev_streq(l->record.withdraws_id, link))
			continue;
		for (k = 0; k < p->roles.n; k++) {
			EV_GROW(*out, n, cap);
			(*out)[n].person = p;
			(*out)[n++].role = p->roles.items[k];
		}
	}
	return n;
}

static bool is_withdrawn(const struct ev_lines *lines,
			 const struct ev_policy *last, const char *link,
			 bool then)
{
	const struct ev_quorum *q = &last->policy_change;
	struct ev_ballot *ballots = NULL;
	int64_t *have = ev_calloc(q->n + 1, sizeof(*have));
	size_t n = ballots_of(&ballots, lines, link, &last->trust, then);
	bool yes;

	yes = q->n && ev_quorum_count(have, NULL, q, ballots, n, true);
	free(ballots);
	free(have);
	return yes;
}

static void leave_out(struct ev_link_refs *next, const struct ev_links *all,
		      const struct ev_lines *lines,
		      const struct ev_policy *last)
{
	size_t i, kept = 0;

	for (i = 0; i < next->n; i++)
		if (!is_withdrawn(lines, last, all->items[next->at[i]].link,
				  false))
			next->at[kept++] = next->at[i];
	next->n = kept;
}

/*
 * What was withdrawn then stays so where the one that is left has its approvals
 * by keys that count now: with those the other can be withdrawn anyhow.  Old
 * keys alone must not choose which of two policies it is.
 */
static void leave_out_then(struct ev_link_refs *next,
			   const struct ev_links *all,
			   const struct ev_lines *lines,
			   const struct ev_policy *last)
{
	size_t i, left = 0, n = 0;

	for (i = 0; i < next->n; i++)
		if (!is_withdrawn(lines, last, all->items[next->at[i]].link,
				  true)) {
			left = next->at[i];
			n++;
		}
	if (n == 1 && !all->items[left].lapsed) {
		next->at[0] = left;
		next->n = 1;
	}
}

int ev_links_withdraw(struct ev_link_refs *next, const struct ev_links *all,
		      const struct ev_chain *c, struct ev_repo *r,
		      const struct ev_evidence *e, int64_t now)
{
	struct ev_policy *last = c->n ? c->links[c->n - 1] : NULL;
	struct ev_lines lines = EV_LINES_INIT;
	struct ev_ledger *ledger = NULL;
	int ret;

	/* Of two first policies the configuration has to name one's root. */
	if (!last || !e->has_ledger)
		return 0;
	ret = ev_ledger_open(&ledger, r, &last->trust, &e->ledger);
	if (ret < 0)
		return ret;
	ev_ledger_set_now(ledger, now);
	ret = ev_ledger_lines(&lines, ledger, NULL, &ev_oid_empty_tree);
	if (ret == 0) {
		leave_out(next, all, &lines, last);
		if (next->n > 1)
			leave_out_then(next, all, &lines, last);
	}
	ev_lines_release(&lines);
	ev_ledger_close(ledger);
	return ret;
}
