#include "base/compat.h"

#include "gate/people.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "gate/records.h"

static bool refuse(struct ev_vote *v, const char *fmt, ...) EV_PRINTF(2, 3);

/* False, so that it fits "return". */
static bool refuse(struct ev_vote *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(v->reason, sizeof(v->reason), fmt, ap);
	va_end(ap);
	return false;
}

/* In place ----------------------------------------------------------------- */

static bool same_tree(const struct ev_case *c, const struct ev_oid *commit)
{
	struct ev_oid tree;

	if (!c->has_from_tree)
		return false;
	if (ev_repo_tree_of(&tree, c->repo, commit) < 0) {
		ev_error_clear();	/* it need not be here */
		return false;
	}
	return ev_oid_eq(&tree, &c->from_tree);
}

static bool refuse_from(struct ev_vote *v)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, &v->decided->d.from);
	return refuse(v, "given when the ref held %.12s", hex);
}

/* Was it given for what the ref holds now? */
static bool fits_from(struct ev_vote *v, const struct ev_case *c)
{
	const struct ev_decision *d = &v->decided->d;

	if (!d->has_from)
		return ev_oid_is_zero(&c->q->from) ||
		       refuse(v, "given when the ref was not there");
	return ev_oid_eq(&d->from, &c->q->from) || same_tree(c, &d->from) ||
		refuse_from(v);
}

static bool fits(struct ev_vote *v, const struct ev_case *c)
{
	const struct ev_decided *x = v->decided;
	const struct ev_decision *d = &x->d;

	if (x->sig != EV_OBJSIG_GOOD || !x->person)
		return refuse(v, "%s", *x->reason ? x->reason :
			      "its signature does not count");
	if (x->person->machine)
		return refuse(v, "a machine cannot approve");
	if (!ev_streq(d->product, c->policy->trust.product_id))
		return refuse(v, "given for another product");
	if (!ev_streq(d->ref, c->q->ref))
		return refuse(v, "given for %.120s", d->ref);
	if (!ev_oid_eq(&d->tree, &c->tree))
		return refuse(v, "given for other content");
	/* What came back and went once is not brought again by that. */
	if (c->rollback.is && d->has_from &&
	    !ev_oid_eq(&d->from, &c->q->from))
		return refuse_from(v);
	return fits_from(v, c);
}

/* One vote ----------------------------------------------------------------- */

static bool names_manifest(struct ev_vote *v, const struct ev_case *c)
{
	const char *named = v->decided->d.manifest;
	size_t i;

	if (!c->req->wants_manifest || (c->rollback.is && !c->manifests.n))
		return true;
	for (i = 0; *named && i < c->manifests.n; i++)
		if (!strcmp(named + strlen("sha256:"),
			    c->manifests.items[i].line->record.id))
			return true;
	if (!*named)
		return refuse(v, "names no manifest");
	return refuse(v, "manifest %.12s does not count now",
		      named + strlen("sha256:"));
}

/* Was it a no that was right when it was signed?  Then it is one for ever:
 * whoever's key expires or is withdrawn has not changed their mind. */
static int verify_no(struct ev_decided *x, const struct ev_case *c)
{
	struct ev_trust *t = &c->policy->trust;
	struct ev_decided then = *x;
	int64_t until = c->q->now + EV_CLOCK_SKEW;
	int ret = 0;

	if (x->d.meaning != EV_MEANING_REJECTED ||
	    (x->sig != EV_OBJSIG_FOREIGN && x->sig != EV_OBJSIG_UNTIMELY))
		return 0;
	for (; ret == 0 && t; t = t->before) {
		ret = ev_decided_verify_then(&then, c->repo, t);
		if (ret == 0 && then.sig == EV_OBJSIG_GOOD &&
		    then.signed_at <= until) {
			*x = then;
			break;
		}
		if (t->before_until < until)
			until = t->before_until;
	}
	return ret;
}

static int judge_vote(struct ev_vote *v, struct ev_case *c)
{
	enum ev_meaning meaning = v->decided->d.meaning;
	bool yes;
	int ret;

	if (!fits(v, c))
		return 0;
	ret = ev_vote_withdrawn(&yes, v, c);
	if (ret < 0 || yes)
		return ret;
	if (meaning == EV_MEANING_REJECTED) {
		v->rejects = true;
		refuse(v, "rejected");
		return 0;
	}
	if (meaning != EV_MEANING_APPROVED) {
		refuse(v, "says %s, not approved", ev_meaning_name(meaning));
		return 0;
	}
	v->counts = names_manifest(v, c) && !ev_vote_stale(v, c);
	return 0;
}

/* One person is one, by whichever list of people they are known. */
static void unify(struct ev_decided *x, const struct ev_case *c)
{
	const struct ev_trust *now = &c->policy->trust;
	size_t i;

	for (i = 0; x->person && i < now->npeople; i++)
		if (ev_person_same(x->person, &now->people[i])) {
			x->person = &now->people[i];
			return;
		}
	for (i = 0; x->person && &c->decided.items[i] != x; i++)
		if (ev_person_same(x->person, c->decided.items[i].person)) {
			x->person = c->decided.items[i].person;
			return;
		}
}

int ev_votes_gather(struct ev_case *c)
{
	char hex[EV_OID_HEX + 1], *prefix;
	size_t i;
	int ret;

	ev_oid_hex(hex, &c->tree);
	prefix = ev_strdupf(EV_TAGS "approve/%.12s/", hex);
	ret = ev_decideds_load(&c->decided, NULL, c->repo, &c->policy->trust,
			       c->evidence, prefix, c->q->now);
	free(prefix);
	if (ret < 0)
		return ret;
	c->nvotes = c->decided.n;
	c->votes = ev_calloc(c->nvotes + 1, sizeof(*c->votes));
	for (i = 0; ret == 0 && i < c->nvotes; i++) {
		c->votes[i].decided = &c->decided.items[i];
		ret = verify_no(&c->decided.items[i], c);
		if (ret < 0)
			break;
		unify(&c->decided.items[i], c);
		ret = judge_vote(&c->votes[i], c);
	}
	return ret < 0 ? ret : ev_votes_separate(c);
}

void ev_votes_release(struct ev_case *c)
{
	free(c->votes);
	c->votes = NULL;
	c->nvotes = 0;
	ev_decideds_release(&c->decided);
}
