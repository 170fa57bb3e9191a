#include "base/compat.h"

#include "gate/rollback.h"

#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "policy/checkpoints.h"
#include "repo/git.h"

/* Was `to` ever what the branch held?  What came by a merge was not. */
static int was_held(bool *yes, const struct ev_case *c,
		    const struct ev_release *x)
{
	char tip[EV_OID_HEX + 1];
	const char *args[] = { "--first-parent", tip, NULL };
	struct ev_walk *walk = NULL;
	struct ev_walk_item item;
	int ret, end;

	*yes = false;
	ev_oid_hex(tip, &c->from_commit);
	ret = ev_walk_open(&walk, c->repo, args);
	if (ret < 0)
		return ret;
	while (!*yes && (ret = ev_walk_next(&item, walk)) > 0)
		*yes = ev_oid_eq(&item.commit, &x->to);
	end = ev_walk_close(walk);
	return ret < 0 ? ret : *yes ? 0 : end;
}

static const struct ev_line *line_of(const struct ev_case *c,
				     const char *record)
{
	size_t i;

	for (i = 0; i < c->lines.n; i++)
		if (!strcmp(c->lines.items[i].record.id, record))
			return &c->lines.items[i];
	return NULL;
}

/* The first accepted checkpoint that holds the promotion, or NULL. */
static int holder(const struct ev_checkpoint **out, struct ev_case *c,
		  struct ev_chain *chain, const struct ev_release *x)
{
	const struct ev_line *line = line_of(c, x->record);
	const struct ev_checkpoints *l;
	const struct ev_holder *h = NULL;
	size_t i;
	int ret = 0;

	*out = NULL;
	l = ev_chain_checkpoints(chain, &ret);
	if (!l || !line || !c->policy->trust.past)
		return ret;
	ret = ev_past_line(&h, c->policy->trust.past, c->repo, &x->tree,
			   line->record.line);
	for (i = 0; ret == 0 && h && !*out && i < l->n; i++)
		if (ev_oid_eq(&l->items[i].decided.oid, &h->tag))
			*out = &l->items[i];
	return ret;
}

static void tell(char *reason, size_t size, const struct ev_verdict *v)
{
	size_t i;

	for (i = 0; i < v->n && v->rules[i].outcome != v->outcome; i++)
		;
	snprintf(reason, size, "its promotion does not hold when it is judged "
		 "again: %.40s: %.120s", i < v->n ? v->rules[i].rule : "",
		 i < v->n ? v->rules[i].detail : "");
}

int ev_rollback_again(struct ev_case *c, const struct ev_release *x)
{
	/* Only while the view of that time is open it is another one. */
	struct ev_chain *chain = (struct ev_chain *)c->chain;
	struct ev_comeback *b = &c->rollback;
	struct ev_question q = { .ref = x->ref, .from = ev_oid_zero,
				 .to = x->to, .authoritative = true };
	const struct ev_checkpoint *at;
	struct ev_verdict v;
	struct ev_as_of then;
	bool held;
	int ret;

	ret = was_held(&held, c, x);
	if (ret == 0 && held)
		ret = holder(&at, c, chain, x);
	if (ret < 0)
		return ret;
	if (!held || !at) {
		b->stands = false;
		snprintf(b->reason, sizeof(b->reason), !held ?
			 "%.120s never held it" : "no checkpoint holds the "
			 "promotion to %.120s", x->ref);
		return 0;
	}
	ret = ev_as_of_open(&then, c->repo, chain, at);
	if (ret < 0)
		return ret;
	if (x->has_from)
		q.from = x->from;
	q.now = then.now;
	ret = ev_judge(&v, c->repo, &then.chain, &then.evidence, &q);
	ev_as_of_release(&then);
	if (ret < 0)
		return ret;
	if (v.outcome != EV_PASS || !v.is_protected) {
		b->stands = false;
		if (v.is_protected)
			tell(b->reason, sizeof(b->reason), &v);
		else
			snprintf(b->reason, sizeof(b->reason), "nothing was "
				 "asked of it when it was promoted");
	}
	ev_verdict_release(&v);
	return 0;
}
