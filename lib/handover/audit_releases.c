#include "base/compat.h"

#include "handover/internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "ledger/decision.h"
#include "repo/rawobj.h"
#include "repo/refs.h"

#define TAGS "refs/tags/"
#define TAG_MAX ((size_t)4 << 20)

static const char *short_tag(const char *ref)
{
	return ev_starts_with(ref, TAGS) ? ref + strlen(TAGS) : ref;
}

/* The tag of a release --------------------------------------------------- */

/* One with a checkpoint in it: is it of this promotion, and by the right
 * people at its time? */
static int look_at_decision(struct ev_auditing *a, const struct ev_release *x,
			    const struct ev_oid *tag)
{
	struct ev_findings *f = &a->out->findings;
	const char *name = short_tag(x->tag);
	const struct ev_policy *link;
	struct ev_decided d;
	int ret;

	ret = ev_decided_read(&d, a->repo, x->tag, tag);
	if (ret == EV_EINVALID) {
		ev_findings_add(f, EV_F_RELEASE_MISFIT, name, NULL, "%s",
				ev_error_last()->message);
		ev_error_clear();
		return 0;
	}
	if (ret < 0)
		return ret;
	link = ev_chain_link(&a->chain, d.d.policy);
	if (!link) {
		ev_findings_add(f, EV_F_RELEASE_MISFIT, name, NULL,
				"its checkpoint names a policy that was never "
				"in force");
		goto out;
	}
	ret = ev_decided_verify(&d, a->repo, (struct ev_trust *)&link->trust,
				d.d.at);
	if (ret < 0)
		goto out;
	if (d.sig != EV_OBJSIG_GOOD)
		ev_findings_add(f, EV_F_RELEASE_UNSIGNED, name, NULL, "%s",
				d.reason);
	if (strcmp(d.d.policy, x->policy))
		ev_findings_add(f, EV_F_RELEASE_MISFIT, name, NULL, "its "
				"checkpoint names another policy than the "
				"promotion %.12s", x->record);
out:
	ev_decided_release(&d);
	return ret;
}

static int split_tag(struct ev_rawobj *out, struct ev_repo *r,
		     const struct ev_oid *oid)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(TAG_MAX);
	int ret;

	ret = ev_object_read(&raw, NULL, r, oid);
	if (ret == 0)
		ret = ev_tag_split(out, raw.ptr, raw.len);
	ev_buf_release(&raw);
	return ret;
}

static int look_at_tag(struct ev_auditing *a, const struct ev_release *x)
{
	struct ev_findings *f = &a->out->findings;
	const char *name = short_tag(x->tag);
	char want[EV_SHORT + 1], have[EV_SHORT + 1];
	enum ev_objtype type;
	struct ev_rawobj o;
	struct ev_oid oid;
	int ret;

	ev_audit_short(want, &x->to);
	ret = ev_ref_read(&oid, a->repo, x->tag);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		ev_findings_add(f, EV_F_RELEASE_MISSING, name, "git fetch "
				"--tags", "the promotion %.12s to %s made it, "
				"and it is not there", x->record, want);
		return 0;
	}
	if (ret == 0)
		ret = ev_object_info(&type, NULL, a->repo, &oid);
	if (ret < 0)
		return ret;
	if (type != EV_OBJ_TAG) {
		ev_audit_short(have, &oid);
		ev_findings_add(f, EV_F_RELEASE_LIGHTWEIGHT, name, NULL,
				"it is no signed tag, but a name for %s", have);
		return 0;
	}
	ev_rawobj_init(&o);
	ret = split_tag(&o, a->repo, &oid);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_findings_add(f, EV_F_RELEASE_UNSIGNED, name, NULL, "%s",
				ev_error_last()->message);
		ev_error_clear();
		ret = 0;
	} else if (ret == 0 && !ev_oid_eq(&o.target, &x->to)) {
		ev_audit_short(have, &o.target);
		ev_findings_add(f, EV_F_RELEASE_MOVED, name, NULL, "it is of "
				"%s, and the promotion %.12s of %s", have,
				x->record, want);
	} else if (ret == 0 && !o.signature.len) {
		ev_findings_add(f, EV_F_RELEASE_UNSIGNED, name, NULL,
				"not signed");
	} else if (ret == 0) {
		ret = look_at_decision(a, x, &oid);
	}
	ev_rawobj_release(&o);
	return ret;
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

	ret = ev_past_line(&h, a->trust->past, a->repo, &x->to,
			   line->record.line);
	*out = ret == 0 && h ? (size_t)(h - a->trust->past->items) : SIZE_MAX;
	return ret;
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
	look_at_history(a, x);
	look_at_waivers(a, x);
	if (*x->tag) {
		ev_strs_add(&a->tags, x->tag);
		ret = look_at_tag(a, x);
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
	/* It is before what this audit covers, or of a ref that it leaves. */
	if (x->counts || x->withdrawn)
		return ev_audit_see_release(a, x, line);
	if (line->state != EV_LIVE || !x->person || !*x->ref) {
		ev_findings_add(f, EV_F_PROMOTION_VOID, subject, NULL, "%s",
				x->reason);
		return 0;
	}
	/* Its tag is as little in place as the promotion is. */
	if (*x->tag)
		ev_strs_add(&a->tags, x->tag);
	ret = ev_target_from(&tip, a->repo, x->ref);
	if (ret == 0 && ev_oid_is_zero(&tip))
		ev_findings_add(f, EV_F_REF_MISSING, x->ref, "git fetch",
				"promotions tell of it, and it is not there");
	else if (ret == 0)
		ev_findings_add(f, EV_F_PROMOTION_UNSEEN, subject, NULL,
				"it is recorded, and did not happen: %s",
				x->reason);
	return ret;
}

int ev_audit_promotion(struct ev_auditing *a, const struct ev_line *line)
{
	struct ev_lines lines = EV_LINES_INIT;
	struct ev_releases l = { NULL, 0, 0 };
	size_t i;
	int ret;

	ret = ev_ledger_lines(&lines, a->ledger, line->record.has_commit ?
			      &line->record.commit : NULL,
			      &line->record.tree);
	if (ret == 0)
		ret = ev_releases_in(&l, a->repo, &a->chain, a->ledger, &lines,
				     NULL, NULL);
	for (i = 0; ret == 0 && i < l.n; i++)
		if (!strcmp(l.items[i].record, line->record.id))
			ret = look_at_stray(a, &l.items[i], line);
	ev_releases_release(&l);
	ev_lines_release(&lines);
	return ret;
}
