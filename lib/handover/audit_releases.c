#include "base/compat.h"

#include "handover/internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "ledger/decision.h"
#include "repo/refs.h"

#define TAGS "refs/tags/"

static const char *short_tag(const char *ref)
{
	return ev_starts_with(ref, TAGS) ? ref + strlen(TAGS) : ref;
}

/* What a promotion says was decided before it ---------------------------- */

static int look_at_decided(struct ev_auditing *a, const struct ev_value *item,
			   const struct ev_release *x, size_t holder)
{
	const char *ref = ev_get_string(item, "ref");
	const char *hex = ev_get_string(item, "object");
	const struct ev_oid *here;
	struct ev_listed *l;
	struct ev_oid oid;

	if (!ref || !hex || ev_oid_parse(&oid, hex) < 0)
		return 0;
	if (!ev_starts_with(ref, EV_TAGS)) {
		EV_GROW(a->vouched, a->nvouched, a->vouched_cap);
		l = &a->vouched[a->nvouched++];
		l->object = oid;
		l->ref = ev_strdup(ref);
		l->holder = holder;
		return 0;
	}
	here = ev_evidence_tag(&a->evidence, ref);
	if (!here)
		ev_findings_add(&a->out->findings, EV_F_DECISION_MISSING,
				short_tag(ref), "git fetch --tags",
				"promotion %.12s lists it, and it is not there",
				x->record);
	else if (!ev_oid_eq(here, &oid))
		ev_findings_add(&a->out->findings, EV_F_DECISION_MISSING,
				short_tag(ref), NULL, "promotion %.12s lists "
				"another tag of this name", x->record);
	EV_GROW(a->listed, a->nlisted, a->listed_cap);
	l = &a->listed[a->nlisted++];
	l->object = oid;
	l->ref = ev_strdup(ref);
	l->holder = holder;
	return 0;
}

static int holder_of(size_t *out, struct ev_auditing *a,
		     const struct ev_release *x, const struct ev_line *line)
{
	const struct ev_holder *h;
	int ret;

	ret = ev_past_line_of(&h, a->trust->past, a->repo, &x->to,
			      line->record.line, line->record.signed_at);
	*out = ret == 0 && h ? (size_t)(h - a->trust->past->items) : SIZE_MAX;
	return ret;
}

/* The checkpoints that there were. */
static void look_at_before(struct ev_auditing *a, const struct ev_value *list,
			   const struct ev_release *x)
{
	struct ev_strs before = EV_STRS_INIT;
	char *who = ev_strdupf("promotion %.12s", x->record);
	size_t i;

	for (i = 0; list && i < list->n; i++)
		if (list->items[i]->type == EV_STRING)
			ev_strs_add(&before, list->items[i]->text);
	ev_audit_before(a, &before, who);
	ev_strs_release(&before);
	free(who);
}

static int look_at_list(struct ev_auditing *a, const struct ev_release *x,
			const struct ev_line *line)
{
	struct ev_statement st = { 0 };
	struct ev_buf text = EV_BUF_INIT;
	const struct ev_value *list;
	struct ev_envelope e;
	size_t i, holder = SIZE_MAX;
	int ret;

	ev_envelope_init(&e);
	ret = holder_of(&holder, a, x, line);
	if (ret == 0)
		ret = ev_ledger_text(&text, a->ledger, line);
	if (ret == 0)
		ret = ev_envelope_parse(&e, text.ptr, text.len);
	if (ret == 0)
		ret = ev_statement_parse(&st, e.payload.ptr, e.payload.len);
	if (ret == 0)
		look_at_before(a, ev_get(st.predicate, "checkpoint"), x);
	list = ret == 0 ? ev_get(st.predicate, "decisions") : NULL;
	for (i = 0; ret == 0 && list && i < list->n; i++)
		ret = look_at_decided(a, list->items[i], x, holder);
	ev_statement_release(&st);
	ev_envelope_release(&e);
	ev_buf_release(&text);
	return ret;
}

/* One release ------------------------------------------------------------ */

static bool is_held(struct ev_auditing *a, const struct ev_release *x)
{
	struct ev_oid tip, tree;
	bool yes;

	yes = ev_target_from(&tip, a->repo, x->ref) == 0 &&
		!ev_oid_is_zero(&tip) &&
		ev_repo_tree_of(&tree, a->repo, &tip) == 0 &&
		ev_oid_eq(&tree, &x->tree);
	ev_error_clear();
	return yes;
}

static void look_at_history(struct ev_auditing *a, const struct ev_release *x)
{
	struct ev_findings *f = &a->out->findings;
	char commit[EV_SHORT + 1];
	const char *name = commit;

	ev_audit_short(commit, &x->to);
	if (*x->tag)
		name = short_tag(x->tag);
	if (x->rollback_tag)
		ev_findings_add(f, EV_F_RELEASE_ROLLBACK, commit, NULL,
				"%s went back to %s: %s", x->ref,
				short_tag(x->rollback_tag),
				x->rollback_reason ? x->rollback_reason : "");
	if (x->withdrawn && is_held(a, x))
		ev_findings_add(f, EV_F_RELEASE_WITHDRAWN, name,
				"git evidence rollback RELEASE --reason TEXT",
				"%s still holds it: %s", x->ref, x->reason);
	else if (x->withdrawn)
		ev_findings_add(f, EV_F_RELEASE_RECALLED, name, NULL, "%s",
				x->reason);
}

static void look_at_waivers(struct ev_auditing *a, const struct ev_release *x)
{
	char subject[EV_SHORT + 1], commit[EV_SHORT + 1];
	size_t i;

	ev_audit_short(commit, &x->to);
	for (i = 0; i < x->waivers.n; i++) {
		snprintf(subject, sizeof(subject), "%.12s", x->waivers.items[i] +
			 strlen("sha256:"));
		ev_findings_add(&a->out->findings, EV_F_WAIVER_USED, subject,
				NULL, "%s was promoted by it", *x->tag ?
				short_tag(x->tag) : commit);
		if (is_held(a, x))
			ev_strs_add(&a->in_use, x->waivers.items[i] +
				    strlen("sha256:"));
	}
}

int ev_audit_see_release(struct ev_auditing *a, const struct ev_release *x,
		     const struct ev_line *line)
{
	int ret = 0;

	a->out->releases++;
	if (a->promoted < x->at)
		a->promoted = x->at;
	look_at_history(a, x);
	look_at_waivers(a, x);
	if (*x->tag) {
		ev_strs_add(&a->tags, x->tag);
		ret = ev_audit_release_tag(a, x);
	}
	return ret < 0 ? ret : look_at_list(a, x, line);
}

/* Promotions that no walk has met. */
static int look_at_stray(struct ev_auditing *a, const struct ev_release *x,
			 const struct ev_line *line)
{
	struct ev_findings *f = &a->out->findings;
	char subject[EV_SHORT + 1];
	struct ev_oid tip;
	int ret;

	snprintf(subject, sizeof(subject), "%.12s", x->record);
	if (x->unsure) {
		ev_audit_missing(a, "%s", x->reason);
		return 0;
	}
	/* It is before what this audit covers, or of a ref that it leaves, or
	 * tells of a step that the ref did not make. */
	if (x->counts || x->withdrawn) {
		ret = ev_audit_see_release(a, x, line);
		return ret < 0 ? ret : ev_audit_stray(a, x, line);
	}
	if (line->state != EV_LIVE || !x->person || !*x->ref) {
		ev_findings_add(f, EV_F_PROMOTION_VOID, subject, NULL, "%s",
				x->reason);
		return 0;
	}
	ret = ev_target_from(&tip, a->repo, x->ref);
	if (ret == 0 && ev_oid_is_zero(&tip)) {
		ev_findings_add(f, EV_F_REF_MISSING, x->ref, "git fetch",
				"promotions tell of it, and it is not there");
		/* Without its ref no tag would be let in; this one is held to
		 * what the promotion says of it. */
		if (*x->tag) {
			ev_strs_add(&a->tags, x->tag);
			ret = ev_audit_release_tag(a, x);
		}
	} else if (ret == 0) {
		ev_findings_add(f, EV_F_PROMOTION_UNSEEN, subject, NULL,
				"it is recorded, and did not happen: %s",
				x->reason);
	}
	return ret;
}

static int by_id(const void *va, const void *vb)
{
	const struct ev_line *const *a = va, *const *b = vb;

	return strcmp((*a)->record.id, (*b)->record.id);
}

static int by_own_id(const void *va, const void *vb)
{
	const struct ev_line *const *b = vb;

	return strcmp(va, (*b)->record.id);
}

/* The promotions among these that nobody has looked at; all at once, as each
 * of them asks about all the lines. */
static int look_at_all(struct ev_auditing *a, const struct ev_releases *l,
		       const struct ev_lines *lines,
		       const struct ev_line *first)
{
	const struct ev_line **sorted = ev_calloc(lines->n + 1,
						  sizeof(*sorted));
	const struct ev_line **found;
	size_t i, n = 0;
	int ret = 0;

	for (i = 0; i < lines->n; i++)
		if (lines->items[i].record.kind == EV_KIND_PROMOTION &&
		    lines->items[i].record.has_commit &&
		    ev_oid_eq(&lines->items[i].record.commit,
			      &first->record.commit))
			sorted[n++] = &lines->items[i];
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_id);
	for (i = 0; ret == 0 && i < l->n; i++) {
		found = n ? bsearch(l->items[i].record, sorted, n,
				    sizeof(*sorted), by_own_id) : NULL;
		if (!found)
			continue;
		if (strcmp((*found)->record.line, first->record.line)) {
			if (!ev_audit_first_id(a, (*found)->record.line))
				continue;
			a->out->records++;
		}
		ret = look_at_stray(a, &l->items[i], *found);
	}
	free(sorted);
	return ret;
}

int ev_audit_promotion(struct ev_auditing *a, const struct ev_line *line)
{
	struct ev_lines lines = EV_LINES_INIT;
	struct ev_releases l = { NULL, 0, 0 };
	int ret;

	ret = ev_ledger_lines(&lines, a->ledger, line->record.has_commit ?
			      &line->record.commit : NULL,
			      &line->record.tree);
	if (ret == 0)
		ret = ev_releases_in(&l, a->repo, &a->chain, a->ledger, &lines,
				     NULL, NULL);
	if (ret == 0)
		ret = look_at_all(a, &l, &lines, line);
	ev_releases_release(&l);
	ev_lines_release(&lines);
	return ret;
}
