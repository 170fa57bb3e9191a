#include "base/compat.h"

#include "gate/people.h"
#include "ledger/past.h"

static bool allows(const struct ev_policy *p, const struct ev_person *who,
		   const struct ev_strs *(*of)(const struct ev_policy *))
{
	const struct ev_strs *roles = of(p);
	size_t i;

	for (i = 0; who && i < roles->n; i++)
		if (ev_person_has_role(who, roles->items[i]))
			return true;
	return false;
}

static const struct ev_policy *link_of(const struct ev_chain *chain,
				       const struct ev_trust *trust)
{
	size_t i;

	for (i = 0; i < chain->n; i++)
		if (&chain->links[i]->trust == trust)
			return chain->links[i];
	return NULL;
}

bool ev_may_then(const struct ev_chain *chain, const struct ev_trust *at,
		 const struct ev_person *who,
		 const struct ev_strs *(*of)(const struct ev_policy *))
{
	const struct ev_policy *p = link_of(chain, at);

	if (!p && chain->provisional && at == &chain->provisional->trust)
		p = chain->provisional;
	return p && allows(p, who, of);
}

/* The link by which what holds the line is judged; NULL: nothing does. */
static int held_by(const struct ev_policy **out, struct ev_repo *r,
		   const struct ev_chain *chain, struct ev_past *past,
		   const struct ev_line *line)
{
	const struct ev_record *x = &line->record;
	const struct ev_holder *h = NULL;
	int ret = 0;

	if (x->has_tree)
		ret = ev_past_line(&h, past, r, &x->tree, x->line);
	if (ret == 0 && !h && x->has_commit)
		ret = ev_past_line(&h, past, r, &x->commit, x->line);
	if (ret == 0 && h)
		*out = link_of(chain, h->trust);
	return ret;
}

int ev_entitled(const struct ev_person **by, const struct ev_policy **link,
		struct ev_repo *r, const struct ev_chain *chain,
		const struct ev_line *line,
		const struct ev_strs *(*of)(const struct ev_policy *))
{
	const struct ev_policy *p = ev_chain_policy(chain), *then = NULL;
	const struct ev_person *who;
	int ret = 0;

	*by = NULL;
	if (!p)
		return 0;
	who = ev_trust_person(&p->trust, line->record.signer, NULL);
	if (!allows(p, who, of)) {
		if (p->trust.past)
			ret = held_by(&then, r, chain, p->trust.past, line);
		if (ret < 0 || !then)
			return ret;
		p = then;
		who = ev_trust_person(&p->trust, line->record.signer, NULL);
		if (!allows(p, who, of))
			return 0;
	}
	*by = who;
	if (link)
		*link = p;
	return 0;
}
