#include "base/compat.h"
#include "data/tree.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/text.h"

#define CHUNK_MIN ((size_t)4 << 10)
#define CHUNK_MAX ((size_t)1 << 20)
#define PAIRWISE_MAX 24

/* Nodes grow from the front, where alignment holds; texts from the back. */
struct ev_chunk {
	struct ev_chunk *next;
	size_t front, back;
	_Alignas(max_align_t) char bytes[];
};

static struct ev_chunk *chunk_with_room(struct ev_root *r, size_t n)
{
	struct ev_chunk *c = r->chunks;
	size_t size = r->next_size;

	if (c && c->back - c->front >= n)
		return c;
	if (size < n)
		size = n;
	c = ev_malloc(sizeof(*c) + size);
	c->front = 0;
	c->back = size;
	c->next = r->chunks;
	r->chunks = c;
	if (r->next_size < CHUNK_MAX)
		r->next_size *= 2;
	return c;
}

static void *alloc_aligned(struct ev_root *r, size_t n)
{
	const size_t align = _Alignof(max_align_t);
	struct ev_chunk *c;
	void *p;

	n = (n + align - 1) / align * align;
	c = chunk_with_room(r, n);
	p = c->bytes + c->front;
	c->front += n;
	return p;
}

static char *alloc_bytes(struct ev_root *r, size_t n)
{
	struct ev_chunk *c = chunk_with_room(r, n);

	c->back -= n;
	return c->bytes + c->back;
}

void ev_builder_init(struct ev_builder *b, const char *file, size_t bytes)
{
	char *name;
	size_t n = strlen(file) + 1;

	memset(b, 0, offsetof(struct ev_builder, frames));
	b->root = ev_calloc(1, sizeof(*b->root));
	b->root->next_size = CHUNK_MIN;
	while (b->root->next_size < CHUNK_MAX && b->root->next_size < bytes * 3)
		b->root->next_size *= 2;
	name = alloc_bytes(b->root, n);
	memcpy(name, file, n);
	b->root->value.file = name;
}

void ev_builder_release(struct ev_builder *b)
{
	if (b->root)
		ev_value_free(&b->root->value);
	b->root = NULL;
	free(b->stack);
	b->stack = NULL;
	b->n = b->cap = 0;
}

void ev_value_free(struct ev_value *v)
{
	struct ev_root *r = (struct ev_root *)v;
	struct ev_chunk *c, *next;

	if (!r)
		return;
	for (c = r->chunks; c; c = next) {
		next = c->next;
		free(c);
	}
	free(r);
}

struct ev_value *ev_builder_finish(struct ev_builder *b)
{
	struct ev_value *v = &b->root->value;

	if (!b->nodes)
		v->line = v->column = 1;
	b->root = NULL;
	ev_builder_release(b);
	return v;
}

bool ev_builder_wants_key(const struct ev_builder *b)
{
	if (!b->depth || b->frames[b->depth - 1].node->type != EV_MAP)
		return false;
	return (b->n - b->frames[b->depth - 1].base) % 2 == 0;
}

char *ev_builder_bytes(struct ev_builder *b, size_t n)
{
	return alloc_bytes(b->root, n);
}

int ev_builder_node(struct ev_value **out, struct ev_builder *b,
		    enum ev_type type, unsigned line, unsigned column)
{
	struct ev_value *v = &b->root->value;
	const char *file = v->file;

	if (b->nodes >= EV_DATA_MAX_NODES)
		return ev_fail(EV_ELIMIT, "%s:%u:%u: more than %d values",
			       file, line, column, EV_DATA_MAX_NODES);
	if (b->nodes++)
		v = alloc_aligned(b->root, sizeof(*v));
	memset(v, 0, sizeof(*v));
	v->type = type;
	v->file = file;
	v->line = line;
	v->column = column;
	EV_GROW(b->stack, b->n, b->cap);
	b->stack[b->n++] = v;
	*out = v;
	return 0;
}

int ev_builder_open(struct ev_builder *b, enum ev_type type,
		    unsigned line, unsigned column)
{
	struct ev_value *v;
	int ret;

	if (b->depth >= EV_DATA_MAX_DEPTH)
		return ev_fail(EV_ELIMIT, "%s:%u:%u: nested deeper than %d "
			       "levels", b->root->value.file, line, column,
			       EV_DATA_MAX_DEPTH);
	ret = ev_builder_node(&v, b, type, line, column);
	if (ret < 0)
		return ret;
	b->frames[b->depth].node = v;
	b->frames[b->depth].base = b->n;
	b->depth++;
	return 0;
}

static bool same_text(const struct ev_value *a, const struct ev_value *b)
{
	return a->len == b->len && !memcmp(a->text, b->text, a->len);
}

static bool before(const struct ev_value *a, const struct ev_value *b)
{
	if (a->line != b->line)
		return a->line < b->line;
	return a->column < b->column;
}

static int by_text_and_place(const void *pa, const void *pb)
{
	const struct ev_value *a = *(struct ev_value *const *)pa;
	const struct ev_value *b = *(struct ev_value *const *)pb;
	size_t n = a->len < b->len ? a->len : b->len;
	int cmp = memcmp(a->text, b->text, n);

	if (cmp)
		return cmp;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return before(a, b) ? -1 : before(b, a);
}

/* Sorting keeps a map of a million keys from costing their square. */
static const struct ev_value *
repeated_of_many(const struct ev_value **first, const struct ev_value *map)
{
	const struct ev_value *again = NULL;
	struct ev_value **sorted;
	size_t i, head = 0;

	sorted = ev_malloc(map->n * sizeof(struct ev_value *));
	memcpy(sorted, map->keys, map->n * sizeof(struct ev_value *));
	qsort(sorted, map->n, sizeof(struct ev_value *), by_text_and_place);
	for (i = 1; i < map->n; i++) {
		if (!same_text(sorted[i], sorted[head])) {
			head = i;
		} else if (!again || before(sorted[i], again)) {
			again = sorted[i];
			*first = sorted[head];
		}
	}
	free(sorted);
	return again;
}

static const struct ev_value *repeated(const struct ev_value **first,
				       const struct ev_value *map)
{
	size_t i, j;

	if (map->n > PAIRWISE_MAX)
		return repeated_of_many(first, map);
	for (i = 1; i < map->n; i++) {
		for (j = 0; j < i; j++) {
			if (same_text(map->keys[i], map->keys[j])) {
				*first = map->keys[j];
				return map->keys[i];
			}
		}
	}
	return NULL;
}

int ev_builder_close(struct ev_builder *b)
{
	struct ev_value *v = b->frames[b->depth - 1].node;
	size_t i, base = b->frames[b->depth - 1].base;
	const struct ev_value *first = NULL, *again;
	bool map = v->type == EV_MAP;

	v->n = (b->n - base) / (map ? 2 : 1);
	b->n = base;
	b->depth--;
	if (!v->n)
		return 0;
	v->items = alloc_aligned(b->root, v->n * sizeof(struct ev_value *));
	if (!map) {
		memcpy(v->items, b->stack + base, v->n * sizeof(v));
		return 0;
	}
	v->keys = alloc_aligned(b->root, v->n * sizeof(struct ev_value *));
	for (i = 0; i < v->n; i++) {
		v->keys[i] = b->stack[base + 2 * i];
		v->items[i] = b->stack[base + 2 * i + 1];
	}
	again = repeated(&first, v);
	if (again)
		return ev_fail_at(again, "duplicate key '%.*s', first at %u:%u",
				  ev_text_clip(again->text, again->len),
				  again->text, first->line, first->column);
	return 0;
}
