#include "base/compat.h"

#include "ledger/internal.h"

#include <stdio.h>

#include "base/mem.h"
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
			 const struct ev_person *by,
			 const struct ev_line *target)
{
	size_t i;

	if (ev_person_same(by, target->person))
		return true;
	for (i = 0; trust && i < trust->revoke_records.n; i++)
		if (ev_person_has_role(by, trust->revoke_records.items[i]))
			return true;
	return false;
}

/* A bad line is an alarm, whatever it says. */
static bool speaks_for(const struct ev_line *l)
{
	return l->state != EV_BAD && ev_record_speaks_for(&l->record);
}

/* Who withdraws it; *live: by what counts now.  NULL: they may not. */
static const struct ev_person *withdrawer(bool *live, const struct ev_line *by,
					  const struct ev_line *target,
					  const struct ev_trust *trust)
{
	const struct ev_trust *then = NULL;
	const struct ev_person *p;

	*live = by->state == EV_LIVE &&
		may_withdraw(trust, by->person, target);
	if (*live)
		return by->person;
	while (speaks_for(target) && (p = ev_line_stood(&then, trust, by)))
		if (may_withdraw(then, p, target))
			return p;
	return NULL;
}

/* Lines by an id that they name, so that no list is scanned for each line. */
struct naming { const char *id; const struct ev_line *line; };
struct names { struct naming *items; size_t n, cap; };

static int by_id(const void *va, const void *vb)
{
	const struct naming *a = va, *b = vb;
	int cmp = strcmp(a->id, b->id);

	return cmp ? cmp : strcmp(a->line->record.id, b->line->record.id);
}

static void names_add(struct names *to, const char *id,
		      const struct ev_line *line)
{
	EV_GROW(to->items, to->n, to->cap);
	to->items[to->n].id = id;
	to->items[to->n++].line = line;
}

static void names_sort(struct names *x)
{
	if (x->n)
		qsort(x->items, x->n, sizeof(*x->items), by_id);
}

static size_t names_first(const struct names *x, const char *id)
{
	size_t low = 0, high = x->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(x->items[mid].id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void add_revocations(struct names *to, const struct ev_lines *set)
{
	size_t i;

	for (i = 0; set && i < set->n; i++)
		if ((set->items[i].state == EV_LIVE || set->items[i].stood) &&
		    set->items[i].record.kind == EV_KIND_REVOCATION)
			names_add(to, set->items[i].record.withdraws_id,
				  &set->items[i]);
}

/* All who may are looked at: a person's word counts beside a machine's. */
static bool withdraw(struct ev_line *target, const struct names *revocations,
		     const char *type, const char *id,
		     const struct ev_trust *trust)
{
	const struct ev_person *who;
	const struct ev_line *by;
	bool live;
	size_t i;

	for (i = names_first(revocations, id); i < revocations->n &&
	     !strcmp(revocations->items[i].id, id); i++) {
		by = revocations->items[i].line;
		/* A bad line has no person who could withdraw their own. */
		if (!ev_streq(by->record.withdraws_type, type))
			continue;
		who = withdrawer(&live, by, target, trust);
		if (!who)
			continue;
		if (target->state != EV_REVOKED) {
			snprintf(target->reason, sizeof(target->reason),
				 "withdrawn by record %.12s", by->record.id);
			target->by_machine = target->by_stood = true;
		}
		target->state = EV_REVOKED;
		if (live)
			target->by_stood = false;
		if (live && !who->machine)
			target->by_machine = false;
	}
	return target->state == EV_REVOKED;
}

/*
 * `v` are the lines of one record and signer, the one that counts first.  Who
 * withdraws one of them withdraws it in any wrapping: anybody can wrap it anew.
 */
static void withdraw_record(struct ev_line **v, size_t n,
			    const struct names *revocations,
			    const struct ev_trust *trust)
{
	size_t i;

	if (v[0]->record.kind == EV_KIND_REVOCATION)
		return;
	withdraw(v[0], revocations, "record", v[0]->record.id, trust);
	for (i = 0; i < n; i++)
		withdraw(v[0], revocations, "line", v[i]->record.line, trust);
}

static void withdraw_all(struct ev_lines *set, struct ev_line **v, size_t n,
			 const struct ev_lines *global,
			 const struct ev_trust *trust)
{
	struct names revocations = { NULL, 0, 0 };
	size_t i, k;

	add_revocations(&revocations, set);
	add_revocations(&revocations, global);
	names_sort(&revocations);
	for (i = 0; i < set->n && revocations.n; i++)
		if (set->items[i].state == EV_BAD)
			withdraw(&set->items[i], &revocations, "line",
				 set->items[i].record.line, trust);
		else if (set->items[i].stood)
			withdraw_record(&(struct ev_line *){ &set->items[i] },
					1, &revocations, trust);
	for (i = 0; i < n; i = k) {
		for (k = i + 1; k < n && v[k]->state == EV_DUPLICATE; k++)
			;
		withdraw_record(v + i, k - i, &revocations, trust);
	}
	free(revocations.items);
}

static bool supersedes(const struct ev_line *newer, const struct ev_line *older)
{
	const struct ev_record *a = &newer->record, *b = &older->record;

	return *a->supersedes && !strcmp(a->supersedes, b->id) &&
	       a->kind == b->kind && a->kind != EV_KIND_REVOCATION &&
	       ev_streq(a->type, b->type) &&
	       ev_streq(a->name, b->name) && ev_oid_eq(&a->tree, &b->tree) &&
	       ev_person_shares_role(newer->person, older->person);
}

/* A record that was superseded itself still supersedes its elder; so does one
 * that is withdrawn only by what stood, but for an elder that speaks against. */
static void supersede_all(struct ev_line **v, size_t n)
{
	struct names newer = { NULL, 0, 0 };
	size_t i, k;

	for (i = 0; i < n; i++)
		if ((v[i]->state == EV_LIVE || v[i]->by_stood) &&
		    *v[i]->record.supersedes)
			names_add(&newer, v[i]->record.supersedes, v[i]);
	names_sort(&newer);
	for (i = 0; i < n; i++)
		for (k = names_first(&newer, v[i]->record.id);
		     k < newer.n && v[i]->state == EV_LIVE &&
		     !strcmp(newer.items[k].id, v[i]->record.id); k++)
			if (supersedes(newer.items[k].line, v[i]) &&
			    (!newer.items[k].line->by_stood ||
			     speaks_for(v[i]))) {
				v[i]->state = EV_SUPERSEDED;
				snprintf(v[i]->reason, sizeof(v[i]->reason),
					 "superseded by record %.12s",
					 newer.items[k].line->record.id);
			}
	free(newer.items);
}

/* What is no record has no time, and comes last. */
static const char *time_of(const struct ev_line *l)
{
	const char *when = l->record.recorded_at;

	return when && *when ? when : "~";
}

static const char *name_of(const struct ev_line *l)
{
	return l->record.name ? l->record.name : "";
}

/* What was recorded within one second is in the order of kinds and names. */
static int live_first(const void *va, const void *vb)
{
	const struct ev_line *a = va, *b = vb;
	int cmp;

	if ((a->state == EV_LIVE) != (b->state == EV_LIVE))
		return a->state == EV_LIVE ? -1 : 1;
	cmp = strcmp(time_of(a), time_of(b));
	if (!cmp)
		cmp = (int)a->record.kind - (int)b->record.kind;
	if (!cmp)
		cmp = strcmp(name_of(a), name_of(b));
	if (!cmp)
		cmp = strcmp(a->record.id, b->record.id);
	return cmp ? cmp : strcmp(a->record.line, b->record.line);
}

void ev_lines_settle(struct ev_lines *set, const struct ev_lines *global,
		     const struct ev_trust *trust)
{
	struct ev_line **v = ev_calloc(set->n ? set->n : 1, sizeof(*v));
	size_t i, n = 0;

	for (i = 0; i < set->n; i++)
		if (set->items[i].state == EV_LIVE)
			v[n++] = &set->items[i];
	qsort(v, n, sizeof(*v), by_id_signer_line);
	drop_duplicates(v, n);
	withdraw_all(set, v, n, global, trust);
	supersede_all(v, n);
	free(v);
	if (set->n)
		qsort(set->items, set->n, sizeof(*set->items), live_first);
}

size_t ev_lines_revoking(const struct ev_line **out, size_t max,
			 const struct ev_lines *lines, const char *type,
			 const char *id)
{
	const struct ev_line *l;
	size_t i, n = 0;

	for (i = 0; lines && i < lines->n; i++) {
		l = &lines->items[i];
		if ((l->state != EV_LIVE && !l->stood) ||
		    l->record.kind != EV_KIND_REVOCATION ||
		    !ev_streq(l->record.withdraws_type, type) ||
		    !ev_streq(l->record.withdraws_id, id))
			continue;
		if (n < max)
			out[n] = l;
		n++;
	}
	return n;
}
