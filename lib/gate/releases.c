#include "base/compat.h"

#include "gate/releases.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "gate/people.h"
#include "repo/refs.h"

#define TAGS "refs/tags/"

/* What is asked about, and one ref that is known to hold something. */
struct look {
	struct ev_repo *repo;
	const struct ev_chain *chain;
	struct ev_ledger *ledger;
	const char *ref;
	const struct ev_oid *held;
	struct answer *last;		/* two: many lines ask the same */
};
struct answer { struct ev_oid old, new; enum ev_ancestry a; bool known; };

static bool refuse(struct ev_release *x, const char *fmt, ...) EV_PRINTF(2, 3);

/* False, so that it fits "return". */
static bool refuse(struct ev_release *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(x->reason, sizeof(x->reason), fmt, ap);
	va_end(ap);
	return false;
}

/* Its step ----------------------------------------------------------------- */

static int value_of(struct ev_oid *out, const struct look *k, const char *ref)
{
	int ret;

	if (k->ref && !strcmp(k->ref, ref)) {
		*out = *k->held;
		return 0;
	}
	ret = ev_target_from(out, k->repo, ref);
	if (ret == 0 && ev_oid_is_zero(out))
		ret = ev_ref_read(out, k->repo, ref);
	if (ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	*out = ev_oid_zero;
	return 0;
}

static int goes_before(bool *yes, struct ev_release *x, const struct look *k,
		       const struct ev_oid *old, const struct ev_oid *new)
{
	struct answer *n = &k->last[ev_oid_eq(new, &x->to)];
	int ret = 0;

	if (!n->known || !ev_oid_eq(&n->old, old) ||
	    !ev_oid_eq(&n->new, new)) {
		n->a = EV_BEFORE_UNKNOWN;
		ret = ev_ancestry_ask(&n->a, k->repo, old, new);
		n->known = ret == 0;
		n->old = *old;
		n->new = *new;
	}
	*yes = ret == 0 && n->a == EV_BEFORE;
	if (ret == 0 && n->a == EV_BEFORE_UNKNOWN)
		x->unsure = true;
	return ret;
}

/* Does the ref's history have it? */
static int happened(bool *yes, struct ev_release *x, const struct look *k)
{
	struct ev_oid held;
	int ret;

	*yes = false;
	ret = value_of(&held, k, x->ref);
	if (ret < 0)
		return ret;
	if (ev_oid_is_zero(&held)) {
		refuse(x, "%.120s is not known here", x->ref);
		return 0;
	}
	*yes = ev_oid_eq(&held, &x->to);
	if (!*yes)
		ret = goes_before(yes, x, k, &x->to, &held);
	if (ret == 0 && *yes && x->has_from)
		*yes = !ev_oid_eq(&x->from, &x->to);
	if (ret == 0 && *yes && x->has_from)
		ret = goes_before(yes, x, k, &x->from, &x->to);
	if (ret == 0 && !*yes)
		refuse(x, x->unsure ? "whether %.120s went there cannot be "
		       "told: history is not all here" : "%.120s never went "
		       "there", x->ref);
	return ret;
}

/* One promotion ------------------------------------------------------------ */

static const struct ev_strs *promote_by(const struct ev_policy *p)
{
	return &p->promote_by;
}

static int by_somebody(bool *yes, struct ev_release *x, const struct look *k,
		       const struct ev_line *line)
{
	int ret = ev_entitled(&x->person, NULL, k->repo, k->chain, line,
			      promote_by);

	*yes = ret == 0 && x->person && !x->person->machine;
	if (ret == 0 && !*yes)
		refuse(x, "%.120s may not promote", x->person ?
		       x->person->name : line->person ? line->person->name :
		       "its signer");
	return ret;
}

static bool is_link(const struct ev_chain *chain, const char *link)
{
	const struct ev_policy *p = ev_chain_policy(chain);

	return (p && !strcmp(p->link, link)) || ev_chain_link(chain, link);
}

static bool is_in_place(struct ev_release *x, const struct look *k,
			const struct ev_line *line)
{
	if (line->state == EV_REVOKED || line->state == EV_SUPERSEDED)
		return refuse(x, "it was %s", line->state == EV_REVOKED ?
			      "withdrawn" : "superseded");
	if (line->state != EV_LIVE)
		return refuse(x, "%s", line->reason);
	if (!line->record.has_commit ||
	    !ev_oid_eq(&line->record.commit, &x->to))
		return refuse(x, "it is about another commit than it says");
	if (!is_link(k->chain, x->policy))
		return refuse(x, "it names a policy that was never in force");
	return true;
}

static int read_predicate(struct ev_release *x, const struct look *k,
			  const struct ev_line *line)
{
	struct ev_statement st = { 0 };
	struct ev_buf text = EV_BUF_INIT;
	struct ev_envelope e;
	int ret;

	ev_envelope_init(&e);
	ret = ev_ledger_text(&text, k->ledger, line);
	if (ret == 0)
		ret = ev_envelope_parse(&e, text.ptr, text.len);
	if (ret == 0)
		ret = ev_statement_parse(&st, e.payload.ptr, e.payload.len);
	if (ret == 0)
		ret = ev_release_parse(x, st.predicate);
	ev_statement_release(&st);
	ev_envelope_release(&e);
	ev_buf_release(&text);
	return ret;
}

static int judge(struct ev_release *x, const struct look *k,
		 const struct ev_line *line)
{
	bool yes;
	int ret;

	ret = read_predicate(x, k, line);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		memset(x, 0, sizeof(*x));
		x->ref = ev_strdup("");
		x->tag = ev_strdup("");
		refuse(x, "%s", ev_error_last()->message);
		ev_error_clear();
	}
	memcpy(x->record, line->record.id, sizeof(x->record));
	x->tree = line->record.tree;
	x->at = line->record.signed_at;
	x->person = line->person;
	if (ret < 0)
		return ret == EV_EINVALID || ret == EV_ELIMIT ? 0 : ret;
	if (!is_in_place(x, k, line))
		return 0;
	ret = by_somebody(&yes, x, k, line);
	if (ret == 0 && yes)
		ret = happened(&yes, x, k);
	x->counts = ret == 0 && yes;
	return ret;
}

/* -------------------------------------------------------------------------- */

static int oldest_first(const void *va, const void *vb)
{
	const struct ev_release *a = va, *b = vb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return strcmp(a->record, b->record);
}

/* What has no effect at all tells of nothing. */
static bool tells(const struct ev_line *l)
{
	return l->record.kind == EV_KIND_PROMOTION &&
		(l->state == EV_LIVE || l->state == EV_SUPERSEDED ||
		 l->state == EV_REVOKED || l->state == EV_UNTIMELY);
}

int ev_releases_in(struct ev_releases *out, struct ev_repo *r,
		   const struct ev_chain *chain, struct ev_ledger *l,
		   const struct ev_lines *lines, const char *ref,
		   const struct ev_oid *held)
{
	struct answer last[2] = { { .known = false }, { .known = false } };
	struct look k = { r, chain, l, ref, held, last };
	char reason[200] = "";
	bool withdrawn = false;
	size_t i;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	for (i = 0; ret == 0 && i < lines->n; i++) {
		if (!tells(&lines->items[i]))
			continue;
		EV_GROW(out->items, out->n, out->cap);
		memset(&out->items[out->n], 0, sizeof(*out->items));
		ret = judge(&out->items[out->n++], &k, &lines->items[i]);
	}
	if (ret == 0 && out->n)
		ret = ev_content_withdrawn(&withdrawn, reason, r, chain,
					   lines);
	for (i = 0; withdrawn && i < out->n; i++) {
		if (!out->items[i].counts)
			continue;
		out->items[i].withdrawn = true;
		out->items[i].counts = false;
		refuse(&out->items[i], "%s", reason);
	}
	if (ret < 0)
		ev_releases_release(out);
	else if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), oldest_first);
	return ret;
}

int ev_releases_at(struct ev_releases *out, struct ev_repo *r,
		   const struct ev_chain *chain, struct ev_ledger *l,
		   const struct ev_oid *commit, const struct ev_oid *tree)
{
	struct ev_lines lines = EV_LINES_INIT;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_ledger_lines(&lines, l, commit, tree);
	if (ret == 0)
		ret = ev_releases_in(out, r, chain, l, &lines, NULL, NULL);
	ev_lines_release(&lines);
	return ret;
}

void ev_releases_keep(struct ev_releases *l, const char *ref)
{
	struct ev_release *x;
	size_t i, n = 0;

	for (i = 0; i < l->n; i++) {
		x = &l->items[i];
		if ((!x->counts && !x->withdrawn && !x->unsure) ||
		    x->rollback_reason || strcmp(x->ref, ref))
			ev_release_release(x);
		else
			l->items[n++] = *x;
	}
	l->n = n;
}

/* Withdrawn ---------------------------------------------------------------- */

static const struct ev_strs *withdrawn_by(const struct ev_policy *p)
{
	return &p->revoke_releases;
}

/* Whoever promoted it takes back what they have signed themselves. */
static int is_own(bool *yes, struct ev_repo *r, const struct ev_chain *chain,
		  const struct ev_lines *lines, const struct ev_person *by)
{
	const struct ev_person *who;
	const struct ev_line *l;
	size_t i;
	int ret = 0;

	*yes = false;
	for (i = 0; ret == 0 && !*yes && i < lines->n; i++) {
		l = &lines->items[i];
		if (l->record.kind != EV_KIND_PROMOTION ||
		    l->state == EV_DUPLICATE || !l->person || !by ||
		    !ev_person_same(l->person, by))
			continue;
		ret = ev_entitled(&who, NULL, r, chain, l, promote_by);
		*yes = ret == 0 && who && !who->machine;
	}
	return ret;
}

/* By what counts now, or is held by a checkpoint. */
static int withdrawer(const struct ev_person **out, struct ev_repo *r,
		      const struct ev_chain *chain,
		      const struct ev_lines *lines, const struct ev_line *l)
{
	bool own = false;
	int ret;

	*out = NULL;
	if (l->state != EV_LIVE)
		return 0;
	ret = ev_entitled(out, NULL, r, chain, l, withdrawn_by);
	if (ret == 0 && !*out) {
		ret = is_own(&own, r, chain, lines, l->person);
		*out = own ? l->person : NULL;
	}
	if (*out && (*out)->machine)
		*out = NULL;
	return ret;
}

/* By what was right when it was signed. */
static int withdrawer_then(const struct ev_person **out, struct ev_repo *r,
			   const struct ev_chain *chain,
			   const struct ev_lines *lines,
			   const struct ev_line *l)
{
	const struct ev_policy *p = ev_chain_policy(chain);
	const struct ev_trust *at = NULL;
	const struct ev_person *who;
	bool own = false;
	int ret = 0;

	*out = NULL;
	while (ret == 0 && p && !*out &&
	       (who = ev_line_stood(&at, &p->trust, l))) {
		if (who->machine)
			continue;
		if (!ev_may_then(chain, at, who, withdrawn_by))
			ret = is_own(&own, r, chain, lines, who);
		else
			own = true;
		*out = own ? who : NULL;
	}
	return ret;
}

int ev_content_withdrawn(bool *yes, char reason[200], struct ev_repo *r,
			 const struct ev_chain *chain,
			 const struct ev_lines *lines)
{
	const struct ev_person *who;
	const struct ev_line *l;
	size_t i;
	int ret = 0;

	*yes = false;
	for (i = 0; ret == 0 && !*yes && i < lines->n; i++) {
		l = &lines->items[i];
		if ((l->state != EV_LIVE && !l->stood) ||
		    l->record.kind != EV_KIND_REVOCATION ||
		    !ev_streq(l->record.withdraws_type, "release"))
			continue;
		ret = withdrawer(&who, r, chain, lines, l);
		if (ret == 0 && !who)
			ret = withdrawer_then(&who, r, chain, lines, l);
		*yes = ret == 0 && who;
		if (!*yes)
			continue;
		snprintf(reason, 200, "%.80s was withdrawn by %.60s (record "
			 "%.12s)", ev_starts_with(l->record.withdraws_id,
			 TAGS) ? l->record.withdraws_id + strlen(TAGS) :
			 "the release", who->name, l->record.id);
	}
	return ret;
}
