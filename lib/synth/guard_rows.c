#include "base/compat.h"

#include "synth/guard_rows.h"

#include <math.h>

#include "base/mem.h"
#include "synth/fixed.h"

static void take_column(struct ev_points *out, size_t k,
			const struct ev_guard_column *c, const size_t *code,
			const struct ev_variable *v)
{
	unsigned places = v && v->type == EV_V_DECIMAL ? v->places : 0;
	size_t i;
	double x;

	for (i = 0; i < out->n; i++) {
		x = c->x[i];
		if (x == x && code)
			x = (double)code[(size_t)x];
		else if (x == x && v && c->numeric)
			x = ev_fixed_round(x, places);
		out->x[i * out->k + k] = x;
	}
}

void ev_points_init(struct ev_points *out, const struct ev_guard_table *t,
		    const struct ev_guard_pair *pairs, size_t k, bool second,
		    const struct ev_pack *p)
{
	const struct ev_guard_column *c;
	size_t i, all, *code;

	out->n = t->n;
	out->k = k;
	out->x = ev_malloc((t->n * k + 1) * sizeof(double));
	for (i = 0; i < k; i++) {
		c = second ? pairs[i].b : pairs[i].a;
		code = second && !c->numeric ? ev_guard_codes(&all,
							      pairs[i].a, c) :
			NULL;
		take_column(out, i, c, code, p && c->variable >= 0 ?
			    &p->variables[c->variable] : NULL);
		free(code);
	}
}

void ev_points_release(struct ev_points *p)
{
	free(p->x);
	memset(p, 0, sizeof(*p));
}

/* Equal rows -------------------------------------------------------------- */

struct hashed { uint64_t hash; size_t row; };

static uint64_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

static uint64_t hash_row(const struct ev_points *p, size_t row)
{
	uint64_t h = p->k, bits;
	double x;
	size_t i;

	for (i = 0; i < p->k; i++) {
		x = p->x[row * p->k + i];
		bits = UINT64_MAX;
		if (x == x) {
			x += 0.0;	/* no negative zero */
			memcpy(&bits, &x, sizeof(bits));
		}
		h = mix(h ^ bits) + UINT64_C(0x9e3779b97f4a7c15);
	}
	return h;
}

static int by_hash(const void *a, const void *b)
{
	const struct hashed *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static struct hashed *hash_all(const struct ev_points *p)
{
	struct hashed *out = ev_malloc((p->n + 1) * sizeof(*out));
	size_t i;

	for (i = 0; i < p->n; i++) {
		out[i].hash = hash_row(p, i);
		out[i].row = i;
	}
	qsort(out, p->n, sizeof(*out), by_hash);
	return out;
}

static bool equal(const struct ev_points *a, size_t i,
		  const struct ev_points *b, size_t j)
{
	const double *x = a->x + i * a->k, *y = b->x + j * b->k;
	size_t k;

	for (k = 0; k < a->k; k++)
		if (x[k] != y[k] && (x[k] == x[k] || y[k] == y[k]))
			return false;
	return true;
}

size_t ev_points_copies(const struct ev_points *a, const struct ev_points *b)
{
	struct hashed *x = hash_all(a), *y = hash_all(b);
	size_t i, j = 0, k, copies = 0;

	for (i = 0; i < a->n; i++) {
		while (j < b->n && y[j].hash < x[i].hash)
			j++;
		for (k = j; k < b->n && y[k].hash == x[i].hash; k++)
			if (equal(a, x[i].row, b, y[k].row)) {
				copies++;
				break;
			}
	}
	free(x);
	free(y);
	return copies;
}

size_t ev_points_unique(size_t *most, const struct ev_points *p)
{
	struct hashed *x = hash_all(p);
	size_t i, end, unique = 0;

	*most = 0;
	for (i = 0; i < p->n; i = end) {
		for (end = i + 1; end < p->n && x[end].hash == x[i].hash &&
		     equal(p, x[i].row, p, x[end].row); end++)
			;
		*most = end - i > *most ? end - i : *most;
		unique++;
	}
	free(x);
	return unique;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Sum of the squares of shares; a missing value is one of them. */
static double same_value(const struct ev_points *p, size_t k)
{
	double *x = ev_malloc((p->n + 1) * sizeof(*x)), sum = 0, share, v;
	size_t i, end;

	for (i = 0; i < p->n; i++) {
		v = p->x[i * p->k + k];
		x[i] = v == v ? v : (double)INFINITY;
	}
	qsort(x, p->n, sizeof(*x), by_size);
	for (i = 0; i < p->n; i = end) {
		for (end = i + 1; end < p->n && x[end] == x[i]; end++)
			;
		share = (double)(end - i) / (double)p->n;
		sum += share * share;
	}
	free(x);
	return sum;
}

double ev_points_collision(const struct ev_points *p, const uint8_t *skip)
{
	double c = 1;
	size_t k;

	for (k = 0; k < p->k && p->n; k++)
		if (!skip || !skip[k])
			c *= same_value(p, k);
	return c;
}

int ev_points_other(struct ev_points *out, const struct ev_check *c,
		    const struct ev_guard_pair *pairs, size_t k)
{
	struct ev_source other;
	struct ev_drawn d;
	size_t i, j;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_source_init(&other, c->p, c->s->seed ^
			     UINT64_C(0x9e3779b97f4a7c15), c->s->patients);
	if (ret < 0)
		return ret;
	out->k = k;
	out->x = ev_malloc((c->t->n * k + 1) * sizeof(double));
	ev_drawn_init(&d, c->p);
	for (i = 0; ret == 0 && i < c->t->n && i * c->t->step <
	     other.patients; i++) {
		ret = ev_draw(&d, &other, i * c->t->step);
		for (j = 0; ret == 0 && j < k; j++)
			out->x[i * k + j] = d.values[pairs[j].a->variable];
		out->n += ret == 0;
	}
	ev_drawn_release(&d);
	ev_source_release(&other);
	return ret;
}
