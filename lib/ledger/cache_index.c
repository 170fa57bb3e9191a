#include "base/compat.h"

#include "ledger/cache_index.h"

#include "base/mem.h"

#define BUCKET 8			/* entries, on average */
#define BITS_MAX 24

static size_t bucket_of(const struct ev_cache_index *x, uint32_t key)
{
	return key & (((uint32_t)1 << x->bits) - 1);
}

static unsigned char tag_of(uint32_t key)
{
	return (unsigned char)(key >> BITS_MAX);
}

/* Counted, then placed from the end of each bucket on downwards. */
void ev_cache_index_fill(struct ev_cache_index *x,
			 const struct ev_cache_slot *entries, size_t n)
{
	size_t i, b, nbuckets;
	uint32_t sum = 0;

	if (!n)
		return;
	while (x->bits < BITS_MAX && ((size_t)BUCKET << x->bits) < n)
		x->bits++;
	nbuckets = (size_t)1 << x->bits;
	x->starts = ev_calloc(nbuckets + 1, sizeof(*x->starts));
	x->offsets = ev_calloc(n, sizeof(*x->offsets));
	x->tags = ev_calloc(n, sizeof(*x->tags));
	for (i = 0; i < n; i++)
		x->starts[bucket_of(x, entries[i].key)]++;
	for (b = 0; b <= nbuckets; b++) {
		sum += x->starts[b];
		x->starts[b] = sum;
	}
	for (i = n; i-- > 0;) {
		b = --x->starts[bucket_of(x, entries[i].key)];
		x->offsets[b] = entries[i].offset;
		x->tags[b] = tag_of(entries[i].key);
	}
}

void ev_cache_index_add(struct ev_cache_index *x, uint32_t key, uint32_t offset)
{
	struct ev_cache_slot *old = x->slots;
	size_t i, n = x->nslots;

	if (x->used * 4 >= x->nslots * 3) {
		x->nslots = n ? n * 2 : 64;
		x->slots = ev_calloc(x->nslots, sizeof(*x->slots));
		x->used = 0;
		for (i = 0; i < n; i++)
			if (old[i].offset)
				ev_cache_index_add(x, old[i].key,
						   old[i].offset);
		free(old);
	}
	for (i = key & (x->nslots - 1); x->slots[i].offset;
	     i = (i + 1) & (x->nslots - 1))
		;
	x->slots[i].key = key;
	x->slots[i].offset = offset;
	x->used++;
}

void ev_cache_index_release(struct ev_cache_index *x)
{
	free(x->starts);
	free(x->offsets);
	free(x->tags);
	free(x->slots);
	memset(x, 0, sizeof(*x));
}

bool ev_cache_index_find(const struct ev_cache_index *x, uint32_t key,
			 bool (*is)(void *ctx, uint32_t offset), void *ctx)
{
	size_t i, b = bucket_of(x, key);

	for (i = x->starts ? x->starts[b] : 0;
	     x->starts && i < x->starts[b + 1]; i++)
		if (x->tags[i] == tag_of(key) && is(ctx, x->offsets[i]))
			return true;
	for (i = key; x->nslots; i++) {
		i &= x->nslots - 1;
		if (!x->slots[i].offset)
			break;
		if (x->slots[i].key == key && is(ctx, x->slots[i].offset))
			return true;
	}
	return false;
}
