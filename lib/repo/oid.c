#include "base/compat.h"
#include "repo/oid.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"

const struct ev_oid ev_oid_zero;
const struct ev_oid ev_oid_empty_tree = { {
	0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60,
	0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04
} };

bool ev_oid_eq(const struct ev_oid *a, const struct ev_oid *b)
{
	return !memcmp(a->id, b->id, EV_OID_SIZE);
}

int ev_oid_cmp(const struct ev_oid *a, const struct ev_oid *b)
{
	return memcmp(a->id, b->id, EV_OID_SIZE);
}

bool ev_oid_is_zero(const struct ev_oid *o)
{
	return ev_oid_eq(o, &ev_oid_zero);
}

void ev_oid_hex(char out[EV_OID_HEX + 1], const struct ev_oid *o)
{
	ev_hex_encode(out, o->id, EV_OID_SIZE);
}

int ev_oid_parse(struct ev_oid *out, const char *hex)
{
	size_t i;

	for (i = 0; i < EV_OID_HEX; i++) {
		char c = hex[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return EV_EINVALID;
	}
	if (hex[EV_OID_HEX])
		return EV_EINVALID;
	return ev_hex_decode(out->id, hex, EV_OID_SIZE);
}

void ev_oids_add(struct ev_oids *l, const struct ev_oid *o)
{
	struct ev_oid copy = *o;	/* `o` may be inside the list */

	EV_GROW(l->items, l->n, l->cap);
	l->items[l->n++] = copy;
}

bool ev_oids_has(const struct ev_oids *l, const struct ev_oid *o)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (ev_oid_eq(&l->items[i], o))
			return true;
	return false;
}

void ev_oids_release(struct ev_oids *l)
{
	free(l->items);
	l->items = NULL;
	l->n = l->cap = 0;
}

struct slot {
	struct ev_oid key;
	bool used;
	void *value;
};

struct ev_oidmap {
	struct slot *slots;
	size_t n, size;			/* size is a power of two */
};

struct ev_oidmap *ev_oidmap_new(void)
{
	struct ev_oidmap *m = ev_calloc(1, sizeof(*m));

	m->size = 64;
	m->slots = ev_calloc(m->size, sizeof(*m->slots));
	return m;
}

void ev_oidmap_free(struct ev_oidmap *m)
{
	if (!m)
		return;
	free(m->slots);
	free(m);
}

/* Object ids are spread already, but somebody could choose their ends. */
static size_t spread(const struct ev_oid *o)
{
	uint64_t a, b;

	memcpy(&a, o->id, sizeof(a));
	memcpy(&b, o->id + sizeof(a), sizeof(b));
	a = (a ^ (b * UINT64_C(0x9e3779b97f4a7c15))) *
		UINT64_C(0xbf58476d1ce4e5b9);
	return (size_t)(a ^ (a >> 31));
}

static struct slot *probe(const struct ev_oidmap *m, const struct ev_oid *o)
{
	size_t i = spread(o) & (m->size - 1);

	while (m->slots[i].used && !ev_oid_eq(&m->slots[i].key, o))
		i = (i + 1) & (m->size - 1);
	return &m->slots[i];
}

static void enlarge(struct ev_oidmap *m)
{
	struct slot *old = m->slots;
	size_t i, n = m->size;

	m->size *= 2;
	m->slots = ev_calloc(m->size, sizeof(*m->slots));
	for (i = 0; i < n; i++)
		if (old[i].used)
			*probe(m, &old[i].key) = old[i];
	free(old);
}

void **ev_oidmap_at(struct ev_oidmap *m, const struct ev_oid *o)
{
	struct slot *s = probe(m, o);

	if (!s->used) {
		if ((m->n + 1) * 10 > m->size * 7) {
			enlarge(m);
			s = probe(m, o);
		}
		s->used = true;
		s->key = *o;
		m->n++;
	}
	return &s->value;
}

void *ev_oidmap_get(const struct ev_oidmap *m, const struct ev_oid *o)
{
	return probe(m, o)->value;
}

size_t ev_oidmap_count(const struct ev_oidmap *m)
{
	return m->n;
}
