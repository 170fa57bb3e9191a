#include "base/compat.h"

#include "gate/records.h"

#include "base/mem.h"

bool ev_by_allows(const struct ev_strs *by, const struct ev_person *p)
{
	size_t i;

	if (!p)
		return false;
	for (i = 0; by && i < by->n; i++)
		if (ev_person_has_role(p, by->items[i]))
			return true;
	return !by || !by->n;
}

void ev_cands_release(struct ev_cands *l)
{
	free(l->items);
	memset(l, 0, sizeof(*l));
}

bool ev_line_is(const struct ev_line *l, enum ev_kind kind, const char *name)
{
	return l->record.kind == kind &&
	       (!name || ev_streq(l->record.name, name));
}

/* Of one that does not pass, and whose key counts no more: was it allowed? */
static bool was_allowed(const struct ev_strs *by, const struct ev_line *line,
			const struct ev_trust *trust)
{
	const struct ev_trust *then = NULL;
	const struct ev_person *p;

	while ((p = ev_line_stood(&then, trust, line)))
		if (ev_by_allows(by, p))
			return true;
	return false;
}

void ev_cands_add(struct ev_cands *out, const struct ev_lines *lines,
		  const struct ev_oid *at, enum ev_kind kind,
		  const char *name, const struct ev_strs *by,
		  const struct ev_trust *trust)
{
	const struct ev_line *line;
	struct ev_cand *x;
	size_t i;

	for (i = 0; i < lines->n; i++) {
		line = &lines->items[i];
		if ((line->state != EV_LIVE && line->state != EV_SUPERSEDED &&
		     line->state != EV_REVOKED && !line->stood) ||
		    !ev_line_is(line, kind, name) ||
		    (line->stood ? !was_allowed(by, line, trust) :
		     !ev_by_allows(by, line->person)))
			continue;
		EV_GROW(out->items, out->n, out->cap);
		x = &out->items[out->n++];
		memset(x, 0, sizeof(*x));
		x->line = line;
		x->commit = at ? *at : line->record.commit;
	}
}

static int by_id_signer_line(const void *va, const void *vb)
{
	const struct ev_cand *a = va, *b = vb;
	int cmp = strcmp(a->line->record.id, b->line->record.id);

	if (!cmp)
		cmp = strcmp(a->line->record.signer, b->line->record.signer);
	if (!cmp)
		cmp = strcmp(a->line->record.line, b->line->record.line);
	return cmp ? cmp : ev_oid_cmp(&a->commit, &b->commit);
}

static bool same_record(const struct ev_cand *a, const struct ev_cand *b)
{
	return !strcmp(a->line->record.id, b->line->record.id) &&
	       !strcmp(a->line->record.signer, b->line->record.signer);
}

static int read_all(struct ev_cands *l, struct ev_case *c)
{
	const struct ev_line **lines = ev_calloc(l->n + 1, sizeof(*lines));
	size_t i;
	int ret;

	for (i = 0; i < l->n; i++)
		lines[i] = l->items[i].line;
	ret = ev_case_read(c, lines, l->n);
	for (i = 0; ret == 0 && i < l->n; i++)
		ret = ev_case_predicate(&l->items[i].predicate, c, lines[i]);
	free(lines);
	return ret;
}

/*
 * Withdrawn in one place is withdrawn in all.  What only machines have
 * withdrawn is kept as something that a later pass has to answer for: or a
 * build service could try again until it is green.  So is what does not pass
 * and whose key has expired or was withdrawn since.
 */
int ev_cands_unite(struct ev_cands *l, struct ev_case *c)
{
	size_t i, k, n = 0;
	bool withdrawn, by_person;

	if (l->n)
		qsort(l->items, l->n, sizeof(*l->items), by_id_signer_line);
	for (i = 0; i < l->n; i = k) {
		withdrawn = by_person = false;
		for (k = i; k < l->n &&
		     same_record(&l->items[i], &l->items[k]); k++)
			if (l->items[k].line->state == EV_REVOKED) {
				withdrawn = true;
				by_person |= !l->items[k].line->by_machine;
			} else if (l->items[k].line->stood) {
				withdrawn = true;
			}
		if (by_person)
			continue;
		l->items[n] = l->items[i];
		l->items[n++].withdrawn = withdrawn;
	}
	l->n = n;
	return read_all(l, c);
}

static size_t first_of(const struct ev_cands *l, const char *id)
{
	size_t low = 0, high = l->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(l->items[mid].line->record.id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* One that was superseded itself still supersedes its elder. */
void ev_cands_supersede(struct ev_cands *l)
{
	const struct ev_record *newer, *older;
	size_t i, k;

	for (i = 0; i < l->n; i++) {
		newer = &l->items[i].line->record;
		if (!newer->supersedes || !*newer->supersedes ||
		    (l->items[i].withdrawn && !l->items[i].line->by_stood))
			continue;
		for (k = first_of(l, newer->supersedes); k < l->n; k++) {
			older = &l->items[k].line->record;
			if (strcmp(older->id, newer->supersedes))
				break;
			if (l->items[i].withdrawn &&
			    !ev_record_speaks_for(older))
				continue;
			if (ev_streq(newer->type, older->type) &&
			    ev_streq(newer->name, older->name) &&
			    ev_oid_eq(&newer->tree, &older->tree))
				l->items[k].superseded = true;
		}
	}
}

/* A test or report whose outcome cannot be read is no pass. */
static enum ev_outcome says(const struct ev_record *r)
{
	enum ev_outcome o;

	if (r->kind == EV_KIND_TEST || r->kind == EV_KIND_REPORT)
		return ev_outcome_parse(&o, r->outcome) ? o : EV_FAIL;
	return EV_PASS;
}

static bool is_rerun(const struct ev_cand *pass, const struct ev_cands *l)
{
	const struct ev_cand *x;
	size_t i;

	if (says(&pass->line->record) != EV_PASS)
		return false;
	for (i = 0; i < l->n; i++) {
		x = &l->items[i];
		if ((!x->superseded && !x->withdrawn) || says(&x->line->record) == EV_PASS)
			continue;
		if (x->line->record.kind != EV_KIND_REPORT ||
		    ev_same_study(x->predicate, pass->predicate))
			return true;
	}
	return false;
}

enum ev_outcome ev_pick_outcome(const struct ev_pick *p)
{
	if (*p->denied)
		return EV_FAIL;
	return (p->rerun || p->post_hoc) && p->outcome == EV_PASS ? EV_REVIEW :
		p->outcome;
}

/* Of equally bad ones the newest first. */
static int worst_first(const void *va, const void *vb)
{
	const struct ev_pick *a = va, *b = vb;
	int cmp = (int)ev_pick_outcome(b) - (int)ev_pick_outcome(a);

	if (cmp)
		return cmp;
	if (a->line->record.signed_at != b->line->record.signed_at)
		return a->line->record.signed_at > b->line->record.signed_at
			? -1 : 1;
	cmp = strcmp(a->line->record.id, b->line->record.id);
	return cmp ? cmp : strcmp(a->line->record.signer,
				  b->line->record.signer);
}

void ev_picks_take(struct ev_picks *out, const struct ev_cands *l)
{
	struct ev_pick *p;
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (l->items[i].superseded || l->items[i].withdrawn)
			continue;
		EV_GROW(out->items, out->n, out->cap);
		p = &out->items[out->n++];
		memset(p, 0, sizeof(*p));
		p->line = l->items[i].line;
		p->commit = l->items[i].commit;
		p->predicate = l->items[i].predicate;
		p->outcome = says(&p->line->record);
		p->rerun = is_rerun(&l->items[i], l);
	}
	ev_picks_sort(out);
}

void ev_picks_sort(struct ev_picks *l)
{
	if (l->n)
		qsort(l->items, l->n, sizeof(*l->items), worst_first);
}

int ev_picks_add(struct ev_picks *out, struct ev_case *c,
		 struct ev_lines *lines, enum ev_kind kind, const char *name,
		 const struct ev_strs *by)
{
	struct ev_cands l = EV_CANDS_INIT;
	int ret;

	ev_cands_add(&l, lines, NULL, kind, name, by, &c->policy->trust);
	ret = ev_cands_unite(&l, c);
	if (ret == 0) {
		ev_cands_supersede(&l);
		ev_picks_take(out, &l);
	}
	ev_cands_release(&l);
	return ret;
}
