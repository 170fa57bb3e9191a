#include "base/compat.h"

#include "handover/internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "handover/memory.h"
#include "repo/git.h"

void ev_audit_release(struct ev_audit *a)
{
	size_t i;

	ev_findings_release(&a->findings);
	ev_strs_release(&a->missing);
	for (i = 0; i < a->nrefs; i++)
		free(a->refs[i].name);
	free(a->refs);
	memset(a, 0, sizeof(*a));
}

static void end(struct ev_auditing *a)
{
	size_t i;

	ev_ledger_close(a->ledger);
	ev_chain_release(&a->chain);
	ev_evidence_release(&a->evidence);
	ev_oidmap_free(a->seen);
	free(a->until);
	free(a->waivers);
	for (i = 0; i < a->nlisted; i++)
		free(a->listed[i].ref);
	free(a->listed);
	for (i = 0; i < a->nwent; i++)
		free(a->went[i].ref);
	free(a->went);
	free(a->dated);
	free(a->voids);
	for (i = 0; i < a->nvouched; i++)
		free(a->vouched[i].ref);
	free(a->vouched);
	for (i = 0; i < a->ntagged; i++)
		free(a->tagged[i].ref);
	free(a->tagged);
	for (i = 0; i < a->njudged; i++)
		free(a->judged[i].ref);
	free(a->judged);
	ev_strs_release(&a->tags);
	ev_strs_release(&a->in_use);
}

/* What several files need ------------------------------------------------ */

void ev_audit_missing(struct ev_auditing *a, const char *fmt, ...)
{
	struct ev_buf text = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	if (!ev_strs_has(&a->out->missing, text.ptr))
		ev_strs_add(&a->out->missing, text.ptr);
	ev_buf_release(&text);
}

int ev_audit_absent(struct ev_auditing *a, int ret, const char *what)
{
	if (ret != EV_ENOTFOUND && ret != EV_EINCOMPLETE)
		return ret;
	ev_audit_missing(a, "%s: %s", what, ev_error_last()->message);
	ev_error_clear();
	return 0;
}

void ev_audit_short(char out[EV_SHORT + 1], const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	memcpy(out, hex, EV_SHORT);
	out[EV_SHORT] = '\0';
}

static int ask_contains(bool *yes, struct ev_repo *r, const struct ev_oid *new,
			const struct ev_oid *old)
{
	char from[EV_OID_HEX + 1], to[EV_OID_HEX + 1];
	const char *args[] = { "merge-base", "--is-ancestor", from, to, NULL };
	struct ev_buf err = EV_BUF_INIT_MAX(4096);
	struct ev_process p = { .err = &err };
	int ret = 0;

	ev_oid_hex(from, old);
	ev_oid_hex(to, new);
	ret = ev_git(&p, r, args);
	*yes = ret == 0 && p.status == 0;
	ev_buf_release(&err);
	return ret;
}

/* Many records of one commit ask the same. */
int ev_audit_contains(bool *yes, struct ev_auditing *a,
		      const struct ev_oid *new, const struct ev_oid *old)
{
	struct ev_answered *x = &a->answered[(new->id[0] ^ old->id[0]) %
					     EV_ARRAY_SIZE(a->answered)];
	int ret = 0;

	*yes = ev_oid_eq(old, new);
	if (*yes)
		return 0;
	if (!x->known || !ev_oid_eq(&x->new, new) || !ev_oid_eq(&x->old, old)) {
		ret = ask_contains(yes, a->repo, new, old);
		x->known = ret == 0;
		x->new = *new;
		x->old = *old;
		x->yes = *yes;
	}
	*yes = x->yes;
	return ret;
}

/* Time ------------------------------------------------------------------- */

void ev_audit_turns(struct ev_auditing *a, int64_t t)
{
	if (t > a->ask->now && t < a->turns)
		a->turns = t;
}

void ev_audit_dated(struct ev_auditing *a, int64_t t)
{
	ev_audit_turns(a, t - EV_CLOCK_SKEW);
	ev_audit_turns(a, t);
}

/* Beginning -------------------------------------------------------------- */

/*
 * A plain clone has no ledger ref, and has the newest checkpoint's ledger with
 * the tags.  That one is gone by as well where the ref does not contain it:
 * what somebody has cut off is judged as it was, and the cut is told.
 */
static int find_ledger(struct ev_auditing *a)
{
	const struct ev_checkpoint *newest;
	bool whole = a->evidence.has_ledger;
	int ret = 0;

	newest = a->checkpoints ? ev_checkpoints_newest(a->checkpoints) : NULL;
	if (newest && newest->ledger_here && whole)
		ret = ev_audit_contains(&whole, a, &a->evidence.ledger,
					&newest->decided.d.ledger);
	if (ret == 0 && newest && newest->ledger_here && !whole) {
		a->evidence.has_ledger = true;
		a->evidence.ledger = newest->decided.d.ledger;
		a->out->from_checkpoint = true;
	}
	if (a->evidence.has_ledger)
		a->out->ledger = a->evidence.ledger;
	else
		ev_audit_missing(a, "there is no ledger here");
	return ret;
}

static int read_chain(struct ev_auditing *a)
{
	int ret;

	ev_chain_release(&a->chain);
	a->checkpoints = NULL;
	ret = ev_chain_read_as(&a->chain, a->repo, &a->evidence, a->ask->now,
			       a->ask->root, &a->ask->vouched);
	if (ret == 0 && a->chain.in_force)
		a->checkpoints = ev_chain_checkpoints(&a->chain, &ret);
	return ret;
}

/* What is withdrawn stands in the ledger, and has a say in the chain. */
static int read_evidence(struct ev_auditing *a)
{
	int ret;

	ret = ev_evidence_read(&a->evidence, a->repo);
	a->there = a->evidence.ledger;
	if (ret == 0)
		ret = read_chain(a);
	if (ret < 0 || !a->chain.in_force)
		return ret;
	ret = find_ledger(a);
	if (ev_oid_is_zero(&a->there))
		a->there = a->evidence.ledger;
	return ret == 0 && a->out->from_checkpoint ? read_chain(a) : ret;
}

static int begin(struct ev_auditing *a)
{
	int ret;

	a->seen = ev_oidmap_new();
	if (ev_repo_is_shallow(a->repo))
		ev_audit_missing(a, "history is cut off here (shallow clone)");
	ret = read_evidence(a);
	if (ret < 0)
		return ret;
	memcpy(a->out->root, a->chain.root, sizeof(a->out->root));
	a->until = ev_calloc(a->chain.n + 1, sizeof(*a->until));
	a->policy = a->chain.in_force;
	if (!a->policy)
		return 0;
	a->trust = &a->policy->trust;
	a->voids = ev_calloc(a->trust->nwithdrawn + 1, sizeof(*a->voids));
	memcpy(a->out->policy, a->policy->link, sizeof(a->out->policy));
	a->out->version = a->policy->version;
	ret = ev_ledger_open(&a->ledger, a->repo, a->trust,
			     a->evidence.has_ledger ? &a->evidence.ledger :
			     NULL);
	if (ret == 0)
		ev_ledger_set_now(a->ledger, a->ask->now);
	return ev_audit_absent(a, ret, "ledger");
}

/* Ending ----------------------------------------------------------------- */

/* Whoever has found the ledger cut may not call it the mark. */
static bool may_mark(const struct ev_auditing *a)
{
	const struct ev_findings *f = &a->out->findings;
	size_t i;

	if (a->ask->no_mark || !a->checkpoints || a->out->missing.n ||
	    a->out->late || !*a->out->root)
		return false;
	for (i = 0; i < f->n; i++)
		switch (f->items[i].code) {
		case EV_F_LEDGER_BRANCHED:
		case EV_F_LEDGER_VANISHED:
		case EV_F_LEDGER_ROLLED_BACK:
		case EV_F_POLICY_FORKED:
		case EV_F_POLICY_BROKEN:
			return false;
		default:
			break;
		}
	return true;
}

/* What is wrong with the chain of policies may be told by keys that are in no
 * link of it. */
static bool may_keep(const struct ev_auditing *a)
{
	const struct ev_findings *f = &a->out->findings;
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->items[i].code <= EV_F_POLICY_UNSETTLED)
			return false;
	return a->ledger && a->chain.state == EV_CHAIN_GOOD;
}

static int audit(struct ev_audit *out, struct ev_repo *r,
		 const struct ev_audit_ask *ask, const struct ev_memory *m)
{
	/* The walks come before the lines: a promotion that a walk has met
	 * need not be asked after again. */
	static int (*const parts[])(struct ev_auditing *) = {
		ev_audit_policy, ev_audit_ledger, ev_audit_refs,
		ev_audit_lines, ev_audit_decisions, ev_audit_checkpoints,
		ev_audit_tags, ev_audit_keys, ev_audit_waivers,
	};
	struct ev_auditing a = { .repo = r, .ask = ask, .out = out,
				 .turns = ask->now + EV_MEMORY_AGE };
	size_t i;
	int ret;

	ev_repo_remember_more();
	ret = begin(&a);
	/* Without a policy in force there is nobody to judge by. */
	for (i = 0; ret == 0 && i < EV_ARRAY_SIZE(parts); i++)
		if (i == 0 || a.ledger)
			ret = parts[i](&a);
	ev_findings_sort(&out->findings);
	if (ret == 0 && a.ledger && may_mark(&a))
		ret = ev_high_water_write(r, a.checkpoints);
	if (ret == 0 && may_keep(&a))
		ev_memory_keep(m, r, ask, out, a.turns);
	end(&a);
	if (ret < 0)
		ev_audit_release(out);
	return ret;
}

int ev_audit(struct ev_audit *out, struct ev_repo *r,
	     const struct ev_audit_ask *ask)
{
	struct ev_memory m;
	int ret = 0;

	ev_memory_open(&m, r, ask);
	if (!ev_memory_find(out, &m, r, ask))
		ret = audit(out, r, ask, &m);
	ev_memory_close(&m);
	return ret;
}

int ev_audit_exit(const struct ev_audit *a)
{
	if (a->findings.count[EV_WARNING] + a->findings.count[EV_ALARM])
		return 1;
	if (a->missing.n)
		return 2;
	return a->late || !*a->root ? 4 : 0;
}

const char *ev_audit_outcome(const struct ev_audit *a)
{
	static const char *const names[] = {
		"pass", "fail", "incomplete", "", "pass"
	};

	return names[ev_audit_exit(a)];
}
