#include "base/compat.h"

#include "policy/internal.h"

void ev_requirement_fields(struct ev_strs *out, const struct ev_requirement *q,
			   enum ev_tier tier)
{
	size_t t, i;

	for (t = 0; t <= (size_t)tier && t < EV_TIERS; t++)
		for (i = 0; i < q->fields[t].n; i++)
			if (!ev_strs_has(out, q->fields[t].items[i]))
				ev_strs_add(out, q->fields[t].items[i]);
}

void ev_requirement_quorum(struct ev_quorum *out,
			   const struct ev_requirement *q, enum ev_tier tier)
{
	size_t t;

	for (t = 0; t <= (size_t)tier && t < EV_TIERS; t++)
		ev_quorum_unite(out, &q->approvals[t]);
}
