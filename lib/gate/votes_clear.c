#include "base/compat.h"

#include "gate/people.h"

#include "base/str.h"
#include "gate/records.h"
#include "policy/quorum.h"

/* Nobody accepts what they have not seen: every record that leaves the rule to
 * review must be named, and every waiver that does. */
static bool saw_reviews(const struct ev_vote *v, const struct ev_case *c,
			const char *name)
{
	const struct ev_record_rule *r;
	const struct ev_waiver *w;
	const struct ev_pick *p;
	size_t i, k, len = strlen(name);

	for (i = 0; i < c->nwaivers; i++) {
		w = &c->waivers[i];
		if (w->used && !strncmp(w->rule, name, len) &&
		    (!w->rule[len] || w->rule[len] == '/') &&
		    !ev_vote_names(v, w->line->record.id))
			return false;
	}
	for (i = 0; i < c->nrecords; i++) {
		r = &c->records[i];
		len = strlen(r->rule);
		if (strncmp(name, r->rule, len) ||
		    (name[len] && name[len] != '/'))
			continue;
		for (k = 0; k < r->picks.n; k++) {
			p = &r->picks.items[k];
			if (ev_pick_outcome(p) == EV_REVIEW &&
			    !ev_vote_names(v, p->line->record.id))
				return false;
		}
	}
	return true;
}

/* Whoever `by` names; where it names nobody, whoever the requirement asks. */
static bool may_clear(const struct ev_vote *v, const struct ev_case *c,
		      const struct ev_strs *by)
{
	struct ev_quorum q = { NULL, 0, 0 };
	bool asked = false;
	size_t i;

	if (by && by->n)
		return ev_by_allows(by, v->decided->person);
	ev_case_quorum(&q, c);
	for (i = 0; i < q.n; i++)
		asked = asked || !strcmp(q.items[i].role, v->decided->d.role);
	ev_quorum_release(&q);
	return asked;
}

const struct ev_person *ev_votes_clear(const struct ev_case *c,
				       const char *name,
				       const struct ev_strs *by)
{
	const struct ev_vote *v;
	size_t i;

	for (i = 0; i < c->nvotes; i++) {
		v = &c->votes[i];
		if (v->counts && !v->conflicted &&
		    ev_strs_has(&v->decided->d.clears, name) &&
		    may_clear(v, c, by) &&
		    saw_reviews(v, c, name))
			return v->decided->person;
	}
	return NULL;
}
