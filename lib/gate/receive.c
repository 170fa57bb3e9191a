#include "base/compat.h"

#include "gate/receive.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "gate/admit.h"
#include "gate/client.h"
#include "ledger/final.h"
#include "repo/refs.h"

#define POLICY_TAGS EV_TAGS "policy/"
#define REFUSED_MAX 20			/* then no more is looked at */

/* One ref of the push. */
struct item {
	const char *pushed;		/* as it was named */
	struct ev_ref_change *real;	/* where that leads; in `real` */
};

struct job {
	struct ev_repo *repo;
	enum ev_receive_stage stage;
	int64_t now;
	struct ev_receipt *out;
	size_t refused;
	struct ev_chain chain;		/* before the push */
	struct ev_evidence e;		/* of the refs, and what is admitted */
	struct ev_ref_changes real;
	struct item *items;
	size_t n, cap;
	bool orphaned;			/* decisions, and no policy */
	bool named;			/* `names` is read */
	struct ev_strs names;		/* that may be symbolic */
};

void ev_receipt_release(struct ev_receipt *r)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		free(r->items[i].ref);
		free(r->items[i].message);
		free(r->items[i].details);
		free(r->items[i].hints);
		ev_verdict_release(&r->items[i].verdict);
	}
	free(r->items);
	memset(r, 0, sizeof(*r));
}

static struct ev_received *add(struct job *j, const char *ref, bool refused)
{
	struct ev_received *x;

	EV_GROW(j->out->items, j->out->n, j->out->cap);
	x = &j->out->items[j->out->n++];
	memset(x, 0, sizeof(*x));
	ev_verdict_init(&x->verdict);
	x->ref = ev_strdup(ref);
	x->refused = refused;
	if (refused) {
		j->out->refused = true;
		j->refused++;
	}
	return x;
}

/* The last error is why. */
static void refuse(struct job *j, const char *ref)
{
	struct ev_received *x = add(j, ref, true);
	const struct ev_error *e = ev_error_last();

	x->message = ev_strdup(e->message);
	x->details = *e->details ? ev_strdup(e->details) : NULL;
	x->hints = *e->hints ? ev_strdup(e->hints) : NULL;
	ev_error_clear();
}

/* What is wrong with one ref refuses that ref; gpg or git that cannot be asked
 * leaves the whole undecided, which refuses it too. */
static void settle(struct job *j, const char *ref, int ret)
{
	if (ret < 0)
		refuse(j, ref);
}

static bool enough(const struct job *j)
{
	return j->refused >= REFUSED_MAX;
}

/* What is pushed -------------------------------------------------------- */

/*
 * Whoever pushes says what the ref holds; it is only taken when that is so. In
 * a transaction the ref is locked, and zero may mean that nobody asked.
 */
static int check_old(const struct job *j, struct ev_ref_change *c)
{
	struct ev_oid held = ev_oid_zero;
	bool stays = false;
	int ret = ev_ref_read(&held, j->repo, c->ref);

	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		ret = 0;
	}
	if (ret < 0)
		return ret;
	if (j->stage == EV_RECEIVE_PUSH && !ev_oid_eq(&held, &c->old)) {
		ev_fail(EV_EDENIED, "somebody else has moved it meanwhile");
		ev_error_hint("git fetch");
		return EV_EDENIED;
	}
	c->old = held;
	if (j->stage == EV_RECEIVE_TRANSACTION && ev_oid_is_zero(&c->new))
		ret = ev_ref_stays_packed(&stays, j->repo, c->ref, &held);
	if (stays)
		c->new = held;
	return ret;
}

/* Git names HEAD beside the branch that it stands for. */
static bool is_said_twice(const struct ev_ref_changes *push, const char *ref,
			  const char *real)
{
	size_t i;

	for (i = 0; !strcmp(ref, "HEAD") && i < push->n; i++)
		if (!strcmp(push->items[i].ref, real))
			return true;
	return false;
}

static int take(struct job *j, const struct ev_ref_changes *push, size_t i)
{
	const struct ev_ref_change *given = &push->items[i];
	struct ev_buf name = EV_BUF_INIT;
	struct ev_ref_change *c;
	int ret;

	ret = ev_ref_real(&name, j->repo, given->ref);
	/* HEAD where it names a commit itself, FETCH_HEAD and the like. */
	if (ret < 0 || !ev_starts_with(name.ptr, "refs/") ||
	    is_said_twice(push, given->ref, name.ptr))
		goto out;
	c = ev_ref_changes_add(&j->real, name.ptr, &given->old, &given->new);
	ret = check_old(j, c);
	if (ret == 0 && !ev_oid_eq(&c->old, &c->new)) {
		EV_GROW(j->items, j->n, j->cap);
		j->items[j->n++].pushed = given->ref;
		goto out;
	}
	free(c->ref);
	j->real.n--;
out:
	ev_buf_release(&name);
	return ret;
}

static void take_all(struct job *j, const struct ev_ref_changes *push)
{
	size_t i;

	for (i = 0; i < push->n && !enough(j); i++)
		settle(j, push->items[i].ref, take(j, push, i));
	for (i = 0; i < j->n; i++)
		j->items[i].real = &j->real.items[i];
}

/* Before the first link ------------------------------------------------- */

/* The policy that lies in what is pushed, or goes, protects itself. */
static int check_own_policy(struct job *j, const struct ev_ref_change *c)
{
	const struct ev_oid *tip = ev_oid_is_zero(&c->new) ? &c->old : &c->new;
	struct ev_policy p = { 0 };
	struct ev_oid commit;
	char hex[EV_OID_HEX + 1];
	size_t i = 0;
	int ret;

	ev_oid_hex(hex, tip);
	/* What is no commit has no policy. */
	if (ev_repo_commit(&commit, j->repo, hex) < 0) {
		ev_error_clear();
		return 0;
	}
	ret = ev_policy_read(&p, j->repo, &commit);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		return 0;
	}
	if (ret < 0)
		return ev_fail_prefix("its own policy cannot be read");
	if (ev_policy_protects(&p, c->ref, &i, NULL)) {
		ret = ev_fail(EV_EDENIED, "the policy in %.7s protects it, and "
			      "is not in force here yet", hex);
		ev_error_hint("git evidence approve --policy       # by the "
			      "root key; then push that approval first");
	}
	ev_policy_release(&p);
	return ret;
}

static int before_first_link(struct job *j, const struct item *x)
{
	const struct ev_ref_change *c = x->real;
	int ret;

	if (ev_starts_with(c->ref, POLICY_TAGS)) {
		ret = ev_admit_tag(j->repo, &j->chain, &j->e, c->ref, &c->old,
				   &c->new, j->now);
		if (ret == 0)
			ev_evidence_set_tag(&j->e, c->ref, &c->new);
		return ret;
	}
	if (ev_ref_is_reserved(c->ref) || ev_ref_is_reserved(x->pushed)) {
		ev_fail(EV_EDENIED, "no policy is in force yet, so below the "
			"reserved names only that of the root key is taken");
		ev_error_hint("git evidence approve --policy       # by the "
			      "root key; then push that approval first");
		return EV_EDENIED;
	}
	if (j->orphaned)
		return ev_fail(EV_EDENIED, "there are decisions here, but the "
			       "policy that they were made under is gone");
	return check_own_policy(j, c);
}

/* From the first link on ------------------------------------------------- */

/*
 * What a key signed that is withdrawn in this push does not count here.  Should
 * the policy in force rest on it, nobody could ever push a better one.
 */
static int renew_chain(struct job *j)
{
	struct ev_chain then;
	int ret;

	/* While two follow one nothing passes; what comes may end that. */
	if (j->chain.state != EV_CHAIN_GOOD)
		return 0;
	ret = ev_chain_read(&then, j->repo, &j->e, j->now);
	if (ret < 0)
		return ret;
	if (!then.in_force ||
	    strcmp(then.in_force->link, j->chain.in_force->link)) {
		ret = ev_fail(EV_EDENIED, "with what it withdraws the policy "
			      "in force would not be: %s", then.reason);
		ev_chain_release(&then);
		return ret;
	}
	ev_chain_release(&j->chain);
	j->chain = then;
	return 0;
}

static int admit_ledger(struct job *j, const struct ev_ref_change *c)
{
	struct ev_evidence before = j->e;
	bool any = false;
	int ret = ev_admit_ledger(j->repo, &j->chain, &c->old, &c->new,
				  j->now);

	if (ret == 0)
		ret = ev_finals_any(&any, j->repo, &c->new);
	if (ret < 0)
		return ret;
	j->e.has_ledger = true;
	j->e.ledger = c->new;
	ret = any ? renew_chain(j) : 0;
	if (ret < 0) {
		j->e.has_ledger = before.has_ledger;
		j->e.ledger = before.ledger;
	}
	return ret;
}

static int admit_artifacts(struct job *j, const struct ev_ref_change *c)
{
	return ev_admit_artifacts(j->repo, &j->chain, &c->old, &c->new,
				  j->e.has_ledger ? &j->e.ledger : &ev_oid_zero,
				  j->now);
}

static int admit_tag(struct job *j, const struct ev_ref_change *c)
{
	int ret = ev_admit_tag(j->repo, &j->chain, &j->e, c->ref, &c->old,
			       &c->new, j->now);

	if (ret == 0)
		ev_evidence_set_tag(&j->e, c->ref, &c->new);
	return ret;
}

static int judge(struct job *j, const char *pushed, const char *name,
		 const struct ev_ref_change *c)
{
	struct ev_question q = {
		.ref = name, .from = c->old, .to = c->new, .with = &j->real,
		.authoritative = true, .now = j->now,
	};
	struct ev_received *x;
	struct ev_verdict v;
	bool passes;
	int ret;

	ret = ev_judge(&v, j->repo, &j->chain, &j->e, &q);
	if (ret < 0)
		return ret;
	if (!v.is_protected) {
		ev_verdict_release(&v);
		return 0;
	}
	passes = ev_verdict_exit(&v) == 0;
	x = add(j, pushed, !passes);
	x->verdict = v;
	if (!passes && v.outcome == EV_PASS) {
		x->message = ev_strdup("this server has no root key that its "
				       "policies are trusted by");
		x->hints = ev_strdup("git config --local evidence.root "
				     "<fingerprint>       # on the server\n");
	}
	return 0;
}

/* Names that a push to `c` moves as well: protected ones that are symbolic
 * here and lead to it. */
static int judge_aliases(struct job *j, const struct item *x)
{
	struct ev_buf name = EV_BUF_INIT;
	const char *alias;
	size_t i;
	int ret = 0;

	if (!j->named && j->chain.in_force)
		ret = ev_policy_names(&j->names, j->chain.in_force, j->repo);
	j->named = true;
	for (i = 0; ret == 0 && i < j->names.n; i++) {
		alias = j->names.items[i];
		if (!strcmp(alias, x->real->ref) || !strcmp(alias, x->pushed))
			continue;
		ev_buf_clear(&name);
		ret = ev_ref_real(&name, j->repo, alias);
		if (ret == 0 && !strcmp(name.ptr, x->real->ref))
			ret = judge(j, x->pushed, alias, x->real);
	}
	ev_buf_release(&name);
	return ret;
}

/* Whoever may make refs could else keep a protected one from being made. */
static int check_way(const struct job *j, const struct ev_ref_change *c)
{
	const struct ev_policy *p = j->chain.in_force;
	const char *pattern = NULL;

	if (p && ev_oid_is_zero(&c->old))
		pattern = ev_policy_obstructs(p, c->ref);
	return pattern ? ev_fail(EV_EDENIED, "it would be in the way of '%s', "
				 "which is protected", pattern) : 0;
}

static int judge_ref(struct job *j, const struct item *x)
{
	const char *ref = x->real->ref;
	int ret;

	if (ev_ref_is_reserved(ref) || ev_ref_is_reserved(x->pushed))
		return ev_fail(EV_EDENIED, "this name is reserved for "
			       "evidence");
	ret = check_way(j, x->real);
	if (ret == 0)
		ret = judge(j, x->pushed, ref, x->real);
	if (ret == 0 && strcmp(ref, x->pushed) &&
	    ev_starts_with(x->pushed, "refs/"))
		ret = judge(j, x->pushed, x->pushed, x->real);
	return ret == 0 ? judge_aliases(j, x) : ret;
}

/* Evidence comes first, in this order, since the rest is judged by it. */
enum kind { KIND_LEDGER, KIND_TAG, KIND_ARTIFACTS, KIND_REF };

static enum kind kind_of(const struct item *x)
{
	const char *ref = x->real->ref;

	/* By another name it is not meant to be written. */
	if (strcmp(ref, x->pushed) && strcmp(x->pushed, "HEAD"))
		return KIND_REF;
	if (!strcmp(ref, EV_LEDGER_REF))
		return KIND_LEDGER;
	if (!strcmp(ref, EV_ARTIFACT_REF))
		return KIND_ARTIFACTS;
	return ev_starts_with(ref, EV_TAGS) ? KIND_TAG : KIND_REF;
}

static int receive_one(struct job *j, const struct item *x, enum kind kind)
{
	switch (kind) {
	case KIND_LEDGER:
		return admit_ledger(j, x->real);
	case KIND_TAG:
		return admit_tag(j, x->real);
	case KIND_ARTIFACTS:
		return admit_artifacts(j, x->real);
	case KIND_REF:
		break;
	}
	return judge_ref(j, x);
}

static void receive_all(struct job *j)
{
	unsigned kind;
	size_t i;

	for (kind = KIND_LEDGER; kind <= KIND_REF; kind++)
		for (i = 0; i < j->n && !enough(j); i++)
			if (kind_of(&j->items[i]) == (enum kind)kind)
				settle(j, j->items[i].pushed,
				       receive_one(j, &j->items[i],
						   (enum kind)kind));
}

/*
 * Two policies, each completed by an approval that does not see the other:
 * whoever approves takes part in no such race.
 */
static int no_other_policy(const struct job *j)
{
	struct ev_strs own = EV_STRS_INIT;
	size_t i;
	int ret = 0;

	for (i = 0; i < j->n; i++)
		if (ev_starts_with(j->items[i].real->ref, POLICY_TAGS))
			ev_strs_add(&own, j->items[i].real->ref);
	if (own.n && j->stage == EV_RECEIVE_TRANSACTION)
		ret = ev_ref_no_writer(j->repo, POLICY_TAGS, &own);
	ev_strs_release(&own);
	return ret;
}

static void receive(struct job *j)
{
	const struct ev_ref_change *c;
	size_t i;

	switch (j->chain.state) {
	case EV_CHAIN_GOOD:
	case EV_CHAIN_FORKED:
		receive_all(j);
		return;
	case EV_CHAIN_NONE:
		for (i = 0; i < j->n && !enough(j); i++)
			settle(j, j->items[i].pushed,
			       before_first_link(j, &j->items[i]));
		return;
	case EV_CHAIN_BROKEN:
		break;
	}
	for (i = 0; i < j->n && !enough(j); i++) {
		c = j->items[i].real;
		/* What is missing, or is approved anew, may be what comes. */
		if ((j->chain.lacking || *j->chain.anew) && ev_starts_with(c->ref, POLICY_TAGS) &&
		    kind_of(&j->items[i]) == KIND_TAG) {
			settle(j, j->items[i].pushed, admit_tag(j, c));
			continue;
		}
		ev_fail(EV_EDENIED, "the policy in force cannot be told: %s",
			j->chain.reason);
		if (j->chain.lacking)
			ev_error_hint("git evidence sync       # where they "
				      "are");
		refuse(j, j->items[i].pushed);
	}
}

/*
 * The companion's wrapper passes over refs that are not on the list, so it is
 * made of the policy that this push was judged by; while there is none, and
 * when a policy lands (the wrapper removes it then), it asks about each.
 */
static void write_list(const struct job *j)
{
	struct ev_evidence now = EV_EVIDENCE_INIT;
	const struct ev_oid *known;
	bool same = j->chain.state == EV_CHAIN_GOOD &&
		ev_protected_list(j->repo, j->chain.in_force) == 0 &&
		ev_evidence_read(&now, j->repo) == 0;
	size_t i;

	/* A policy that has landed meanwhile found no list to remove. */
	for (i = 0; same && i < now.n; i++) {
		if (!ev_starts_with(now.tags[i].name, POLICY_TAGS))
			continue;
		known = ev_evidence_tag(&j->e, now.tags[i].name);
		same = known && ev_oid_eq(known, &now.tags[i].oid);
	}
	if (!same)
		ev_protected_forget(j->repo);
	ev_error_clear();
	ev_evidence_release(&now);
}

int ev_receive(struct ev_receipt *out, struct ev_repo *r,
	       enum ev_receive_stage stage, const struct ev_ref_changes *push,
	       int64_t now)
{
	struct job j = { .repo = r, .stage = stage, .now = now, .out = out };
	int ret = 0;

	memset(out, 0, sizeof(*out));
	take_all(&j, push);
	if (enough(&j) || !j.n)
		goto out;
	ret = no_other_policy(&j);
	if (ret == 0)
		ret = ev_evidence_read(&j.e, r);
	if (ret == 0)
		ret = ev_chain_read(&j.chain, r, &j.e, now);
	if (ret == 0) {
		/* Before a policy no decision is taken: there was one. */
		j.orphaned = j.chain.state == EV_CHAIN_NONE && j.e.n;
		receive(&j);
		write_list(&j);
	}
out:
	ev_chain_release(&j.chain);
	ev_evidence_release(&j.e);
	ev_ref_changes_release(&j.real);
	ev_strs_release(&j.names);
	free(j.items);
	if (ret < 0)
		ev_receipt_release(out);
	return ret;
}
