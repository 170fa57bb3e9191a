#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/error.h"
#include "base/mem.h"

__extension__ typedef unsigned __int128 wide;

/* What is being shared out: scenarios that are not settled yet. */
struct part { size_t scenario; uint64_t weight, rest; };

static int by_rest(const void *x, const void *y)
{
	const struct part *a = x, *b = y;

	if (a->rest != b->rest)
		return a->rest > b->rest ? -1 : 1;
	return a->scenario < b->scenario ? -1 : a->scenario > b->scenario;
}

/* Largest remainder, exactly: weights are below 10^12, n below 10^9. */
static void share_out(uint64_t *counts, struct part *parts, size_t n_parts,
		      uint64_t n)
{
	uint64_t sum = 0, left = n;
	wide product;
	size_t i;

	for (i = 0; i < n_parts; i++)
		sum += parts[i].weight;
	for (i = 0; i < n_parts; i++) {
		product = (wide)parts[i].weight * n;
		counts[parts[i].scenario] = (uint64_t)(product / sum);
		parts[i].rest = (uint64_t)(product % sum);
		left -= counts[parts[i].scenario];
	}
	qsort(parts, n_parts, sizeof(*parts), by_rest);
	for (i = 0; i < left; i++)
		counts[parts[i].scenario]++;
}

/* Those that got too few get what they need, and are settled. */
static size_t settle(uint64_t *counts, const struct ev_pack *p,
		     struct part *parts, size_t n_parts, uint64_t *n)
{
	const struct ev_scenario *s;
	size_t i, kept = 0;

	for (i = 0; i < n_parts; i++) {
		s = &p->scenarios[parts[i].scenario];
		if (counts[parts[i].scenario] < s->at_least) {
			counts[parts[i].scenario] = s->at_least;
			*n -= s->at_least;
		} else {
			parts[kept++] = parts[i];
		}
	}
	return kept;
}

static int too_few(uint64_t n, uint64_t needed)
{
	return ev_fail(EV_EINVALID, "%llu patients are too few: quotas and "
		       "'at_least' need %llu", (unsigned long long)n,
		       (unsigned long long)needed);
}

int ev_pack_allocate(uint64_t *counts, const struct ev_pack *p, uint64_t n)
{
	struct part *parts = ev_calloc(p->n_scenarios + 1, sizeof(*parts));
	uint64_t needed = 0, left = n;
	size_t n_parts = 0, i, kept;
	int ret = 0;

	for (i = 0; i < p->n_scenarios; i++) {
		needed += p->scenarios[i].has_quota ? p->scenarios[i].quota :
			p->scenarios[i].at_least;
		counts[i] = p->scenarios[i].has_quota ?
			p->scenarios[i].quota : 0;
		if (p->scenarios[i].has_quota)
			continue;
		parts[n_parts].scenario = i;
		ev_pk_weight(&parts[n_parts++].weight, p->scenarios[i].weight);
	}
	if (needed > n) {
		ret = too_few(n, needed);
		goto out;
	}
	for (i = 0; i < p->n_scenarios; i++)
		left -= counts[i];
	if (!n_parts && left) {
		ret = ev_fail(EV_EINVALID, "%llu patients are left over: all "
			      "scenarios have quotas",
			      (unsigned long long)left);
		goto out;
	}
	while (n_parts) {
		share_out(counts, parts, n_parts, left);
		kept = settle(counts, p, parts, n_parts, &left);
		if (kept == n_parts)
			break;
		n_parts = kept;
	}
out:
	free(parts);
	return ret;
}
