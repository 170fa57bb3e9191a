#include "base/compat.h"

#include "ledger/internal.h"

#include <stdio.h>

#include "base/str.h"

static int by_id_signer_line(const void *va, const void *vb)
{
	const struct ev_line *const *a = va, *const *b = vb;
	int cmp = strcmp((*a)->record.id, (*b)->record.id);

	if (!cmp)
		cmp = strcmp((*a)->record.signer, (*b)->record.signer);
	return cmp ? cmp : strcmp((*a)->record.line, (*b)->record.line);
}

/* One signer says one thing once, however often it is wrapped. */
static void drop_duplicates(struct ev_line **v, size_t n)
{
	size_t i, first = 0;

	for (i = 1; i < n; i++) {
		if (strcmp(v[i]->record.id, v[first]->record.id) ||
		    strcmp(v[i]->record.signer, v[first]->record.signer)) {
			first = i;
			continue;
		}
		v[i]->state = EV_DUPLICATE;
		snprintf(v[i]->reason, sizeof(v[i]->reason),
			 "same record and signer as line %.12s",
			 v[first]->record.line);
	}
}

static bool may_withdraw(const struct ev_trust *trust,
			 const struct ev_line *by, const struct ev_line *target)
{
	size_t i;

	if (by->person == target->person)
		return true;
	for (i = 0; trust && i < trust->revoke_records.n; i++)
		if (ev_person_has_role(by->person,
				       trust->revoke_records.items[i]))
			return true;
	return false;
}

static void withdraw(struct ev_line *target, const struct ev_lines *set,
		     const struct ev_trust *trust)
{
	const struct ev_record *r;
	size_t i;

	for (i = 0; i < set->n; i++) {
		r = &set->items[i].record;
		if (set->items[i].state != EV_LIVE ||
		    r->kind != EV_KIND_REVOCATION)
			continue;
		if (!(ev_streq(r->withdraws_type, "record") &&
		      ev_streq(r->withdraws_id, target->record.id) &&
		      target->state == EV_LIVE) &&
		    !(ev_streq(r->withdraws_type, "line") &&
		      ev_streq(r->withdraws_id, target->record.line)))
			continue;
		/* A bad line has no person who could withdraw their own. */
		if (!may_withdraw(trust, &set->items[i], target))
			continue;
		target->state = EV_REVOKED;
		snprintf(target->reason, sizeof(target->reason),
			 "withdrawn by record %.12s", r->id);
		return;
	}
}

static bool shares_role(const struct ev_person *a, const struct ev_person *b)
{
	size_t i;

	if (a == b)
		return true;
	for (i = 0; a && i < a->roles.n; i++)
		if (ev_person_has_role(b, a->roles.items[i]))
			return true;
	return false;
}

static bool supersedes(const struct ev_line *newer, const struct ev_line *older)
{
	const struct ev_record *a = &newer->record, *b = &older->record;

	return *a->supersedes && !strcmp(a->supersedes, b->id) &&
	       a->kind == b->kind && a->kind != EV_KIND_REVOCATION && ev_streq(a->type, b->type) &&
	       ev_streq(a->name, b->name) && ev_oid_eq(&a->tree, &b->tree) &&
	       shares_role(newer->person, older->person);
}

static int live_first(const void *va, const void *vb)
{
	const struct ev_line *a = va, *b = vb;
	int cmp;

	if ((a->state == EV_LIVE) != (b->state == EV_LIVE))
		return a->state == EV_LIVE ? -1 : 1;
	cmp = strcmp(a->record.recorded_at ? a->record.recorded_at : "~",
		     b->record.recorded_at ? b->record.recorded_at : "~");
	if (!cmp)
		cmp = strcmp(a->record.id, b->record.id);
	return cmp ? cmp : strcmp(a->record.line, b->record.line);
}

void ev_lines_settle(struct ev_lines *set, const struct ev_lines *global,
		     const struct ev_trust *trust)
{
	struct ev_line **v = NULL;
	size_t i, k, n = 0;

	v = calloc(set->n ? set->n : 1, sizeof(*v));
	if (!v)
		abort();
	for (i = 0; i < set->n; i++)
		if (set->items[i].state == EV_LIVE)
			v[n++] = &set->items[i];
	qsort(v, n, sizeof(*v), by_id_signer_line);
	drop_duplicates(v, n);
	for (i = 0; i < set->n; i++) {
		struct ev_line *l = &set->items[i];

		if ((l->state != EV_LIVE && l->state != EV_BAD) ||
		    l->record.kind == EV_KIND_REVOCATION)
			continue;
		withdraw(l, set, trust);
		if (global && l->state != EV_REVOKED)
			withdraw(l, global, trust);
	}
	/* A record that was superseded itself still supersedes its elder. */
	for (i = 0; i < n; i++)
		for (k = 0; k < n && v[i]->state == EV_LIVE; k++)
			if ((v[k]->state == EV_LIVE ||
			     v[k]->state == EV_SUPERSEDED) &&
			    supersedes(v[k], v[i])) {
				v[i]->state = EV_SUPERSEDED;
				snprintf(v[i]->reason, sizeof(v[i]->reason),
					 "superseded by record %.12s",
					 v[k]->record.id);
			}
	free(v);
	if (set->n)
		qsort(set->items, set->n, sizeof(*set->items), live_first);
}
