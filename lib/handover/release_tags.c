#include "base/compat.h"

#include "handover/internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "gate/case.h"
#include "ledger/decision.h"
#include "repo/rawobj.h"
#include "repo/refs.h"

#define TAGS "refs/tags/"
#define TAG_MAX ((size_t)4 << 20)

static const char *short_tag(const char *ref)
{
	return ev_starts_with(ref, TAGS) ? ref + strlen(TAGS) : ref;
}

/* Who may ------------------------------------------------------------------ */

/* Does its key count now, whatever a checkpoint may hold?  What nobody holds
 * is as old as its signer says. */
static bool counts_now(struct ev_auditing *a, const struct ev_decided *d)
{
	struct ev_signature s;
	char why[160];

	ev_audit_dated(a, d->signed_at);
	memset(&s, 0, sizeof(s));
	s.status = EV_SIG_GOOD;
	memcpy(s.signer, d->signer, sizeof(s.signer));
	memcpy(s.subkey, d->subkey, sizeof(s.subkey));
	s.created = d->signed_at;
	return ev_trust_counts(why, a->trust, &s, a->ask->now);
}

/*
 * By the policy that the tag names: every entry for it that says who signs,
 * and where none does, whoever promoted (`by`; NULL: not known) or may.
 */
static bool may_sign(char why[200], struct ev_auditing *a,
		     const struct ev_policy *link, const struct ev_decided *d,
		     const struct ev_person *by)
{
	const struct ev_person *who = d->person;
	const struct ev_protect *x;
	bool said = false, is_own;
	size_t i = 0;

	if (!who || who->machine) {
		snprintf(why, 200, "signed by %.80s, and no person",
			 who ? who->name : "nobody");
		return false;
	}
	snprintf(why, 200, "signed by %.80s, who may not sign it by policy "
		 "version %lld", who->name, (long long)link->version);
	while ((x = ev_policy_protects(link, d->ref, &i, NULL))) {
		if (x->signed_by.n && !ev_by_allows(&x->signed_by, who))
			return false;
		said = said || x->signed_by.n;
	}
	is_own = by && ev_person_same(by, who);
	if (!said && !is_own && !(link->promote_by.n &&
				  ev_by_allows(&link->promote_by, who)))
		return false;
	if (is_own || counts_now(a, d))
		return true;
	snprintf(why, 200, "signed by %.80s, who did not promote it, with a "
		 "key that does not count now", who->name);
	return false;
}

/* What it signs ------------------------------------------------------------ */

static int look_at_ledger(struct ev_auditing *a, const struct ev_decided *d)
{
	const struct ev_checkpoints *l = a->checkpoints;
	char old[EV_SHORT + 1], new[EV_SHORT + 1];
	bool contained = false;
	size_t i;
	int ret = 0;

	/* Looked at already. */
	for (i = 0; l && i < l->n; i++)
		if (l->items[i].state != EV_CHECKPOINT_REFUSED &&
		    ev_oid_eq(&l->items[i].decided.d.ledger, &d->d.ledger))
			return 0;
	if (!a->evidence.has_ledger || ev_repo_is_shallow(a->repo))
		return 0;
	if (ev_object_info(NULL, NULL, a->repo, &d->d.ledger) < 0)
		ev_error_clear();
	else
		ret = ev_audit_contains(&contained, a,
					&a->there, &d->d.ledger);
	if (ret < 0 || contained)
		return ret;
	ev_audit_short(old, &d->d.ledger);
	ev_audit_short(new, &a->there);
	ev_findings_add(&a->out->findings, EV_F_LEDGER_ROLLED_BACK,
			short_tag(d->ref), "git evidence sync", "the ledger %s "
			"does not contain %s, which the tag of the release "
			"signs", new, old);
	return 0;
}

/* A release signs the ledger as a checkpoint does, and whoever removes all
 * checkpoints has to come by its tag. */
static int look_at_signed(struct ev_auditing *a, const struct ev_decided *d)
{
	char *who;

	if (!ev_audit_first(a, &d->oid))
		return 0;
	who = ev_strdupf("'%s'", short_tag(d->ref));
	ev_audit_before(a, &d->d.before, who);
	free(who);
	return look_at_ledger(a, d);
}

int ev_audit_release_signs(struct ev_auditing *a, const char *ref,
			   const struct ev_oid *tag)
{
	const struct ev_policy *link;
	enum ev_objtype type;
	struct ev_decided d;
	char why[200];
	int ret;

	ret = ev_object_info(&type, NULL, a->repo, tag);
	if (ret < 0 || type != EV_OBJ_TAG)
		return ret;
	ret = ev_decided_read(&d, a->repo, ref, tag);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();	/* somebody's own tag */
		return 0;
	}
	if (ret < 0)
		return ret;
	link = d.d.kind == EV_DECISION_RELEASE ?
		ev_chain_link(&a->chain, d.d.policy) : NULL;
	if (link)
		ret = ev_decided_verify(&d, a->repo,
					(struct ev_trust *)&link->trust,
					d.d.at);
	if (ret == 0 && link && d.sig == EV_OBJSIG_GOOD &&
	    may_sign(why, a, link, &d, NULL))
		ret = look_at_signed(a, &d);
	ev_decided_release(&d);
	return ret;
}

/* The tag of a promotion --------------------------------------------------- */

/* It was made with the checkpoint that it names, from the same evidence. */
static bool look_at_pair(struct ev_auditing *a, const struct ev_decision *d,
			 const char *name)
{
	const struct ev_checkpoint *x = NULL;
	const char *what = NULL;
	struct ev_oid tag;

	if (d->before.n == 1 && ev_oid_parse(&tag, d->before.items[0]) == 0)
		x = ev_audit_checkpoint(a, &tag);
	if (d->before.n != 1)
		what = "names no checkpoint as the one made with it";
	else if (x && !ev_oid_eq(&x->decided.d.ledger, &d->ledger))
		what = "signs another ledger than the checkpoint made with it";
	else if (x && strcmp(x->decided.d.approvals, d->approvals))
		what = "signs other approvals than the checkpoint made with it";
	if (what)
		ev_findings_add(&a->out->findings, EV_F_RELEASE_MISFIT, name,
				NULL, "it %s", what);
	return !what;
}

static void judge_signer(struct ev_auditing *a, const struct ev_release *x,
			 const struct ev_policy *link,
			 const struct ev_decided *d, bool *good)
{
	char why[200];

	*good = d->sig == EV_OBJSIG_GOOD &&
		may_sign(why, a, link, d, x->person);
	if (!*good)
		ev_findings_add(&a->out->findings, EV_F_RELEASE_UNSIGNED,
				short_tag(x->tag), NULL, "%s",
				d->sig == EV_OBJSIG_GOOD ? why : d->reason);
}

static void remember(struct ev_auditing *a, const struct ev_release *x,
		     const struct ev_decided *d)
{
	struct ev_tagged *t;

	EV_GROW(a->tagged, a->ntagged, a->tagged_cap);
	t = &a->tagged[a->ntagged++];
	t->ref = ev_strdup(x->tag);
	t->tag = d->oid;
	t->promoted = x->at;
	t->now = counts_now(a, d);
}

/* One with a checkpoint in it: is it of this promotion, and by the right
 * people at its time? */
static int look_at_decision(struct ev_auditing *a, const struct ev_release *x,
			    const struct ev_oid *tag)
{
	struct ev_findings *f = &a->out->findings;
	const char *name = short_tag(x->tag);
	const struct ev_policy *link;
	struct ev_decided d;
	bool good, fits;
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
	judge_signer(a, x, link, &d, &good);
	fits = !strcmp(d.d.policy, x->policy);
	if (!fits)
		ev_findings_add(f, EV_F_RELEASE_MISFIT, name, NULL, "its "
				"checkpoint names another policy than the "
				"promotion %.12s", x->record);
	if (good)
		fits = look_at_pair(a, &d.d, name) && fits;
	if (good && fits)
		remember(a, x, &d);
	if (good)
		ret = look_at_signed(a, &d);
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

int ev_audit_release_tag(struct ev_auditing *a, const struct ev_release *x)
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

/* Later promotions --------------------------------------------------------- */

static int by_ref(const void *va, const void *vb)
{
	const struct ev_listed *a = va, *b = vb;
	int cmp = strcmp(a->ref, b->ref);

	return cmp ? cmp : (a->holder > b->holder) - (a->holder < b->holder);
}

/* The first one that lists this name. */
static const struct ev_listed *vouched(const struct ev_auditing *a,
				       const char *ref)
{
	size_t low = 0, high = a->nvouched, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(a->vouched[mid].ref, ref) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < a->nvouched && !strcmp(a->vouched[low].ref, ref) ?
		&a->vouched[low] : NULL;
}

void ev_audit_release_lists(struct ev_auditing *a)
{
	struct ev_findings *f = &a->out->findings;
	const struct ev_listed *l;
	const struct ev_tagged *t;
	char want[EV_SHORT + 1];
	size_t i;

	if (a->nvouched)
		qsort(a->vouched, a->nvouched, sizeof(*a->vouched), by_ref);
	for (i = 0; i < a->ntagged; i++) {
		t = &a->tagged[i];
		l = vouched(a, t->ref);
		if (l && !ev_oid_eq(&l->object, &t->tag)) {
			ev_audit_short(want, &l->object);
			ev_findings_add(f, EV_F_RELEASE_REPLACED,
					short_tag(t->ref), NULL, "a later "
					"promotion lists %s, which is another "
					"tag", want);
		} else if (!l && !t->now && t->promoted < a->promoted) {
			ev_findings_add(f, EV_F_RELEASE_UNHELD,
					short_tag(t->ref), NULL, "no later "
					"promotion lists it, and its key does "
					"not count now");
		}
	}
}
