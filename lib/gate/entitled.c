#include "base/compat.h"

#include "gate/people.h"

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

int ev_entitled(const struct ev_person **by, const struct ev_policy **link,
		struct ev_repo *r, const struct ev_chain *chain,
		const struct ev_line *line,
		const struct ev_strs *(*of)(const struct ev_policy *))
{
	const struct ev_policy *p = ev_chain_policy(chain);
	const struct ev_person *who;

	(void)r;
	*by = NULL;
	if (!p)
		return 0;
	who = ev_trust_person(&p->trust, line->record.signer, NULL);
	if (allows(p, who, of)) {
		*by = who;
		if (link)
			*link = p;
	}
	return 0;
}
