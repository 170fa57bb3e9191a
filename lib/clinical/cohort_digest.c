#include "base/compat.h"

#include "clinical/cohort.h"

#include <endian.h>

#include "base/hash.h"
#include "base/hex.h"

#define BLOCK ((size_t)16 << 10)

/* Rows are short: many of them are hashed at once. */
struct rows_hash {
	struct ev_sha256 *sha;
	char block[BLOCK];
	size_t n;
};

static void add(struct rows_hash *h, const void *p, size_t n)
{
	if (h->n + n > BLOCK) {
		ev_sha256_add(h->sha, h->block, h->n);
		h->n = 0;
	}
	if (n > BLOCK) {
		ev_sha256_add(h->sha, p, n);
		return;
	}
	memcpy(h->block + h->n, p, n);
	h->n += n;
}

static void begin(struct rows_hash *h, const char *first)
{
	h->sha = ev_sha256_new();
	h->n = 0;
	add(h, first, strlen(first));
}

static void add_key(struct rows_hash *h, const struct ev_cohort *c, size_t row)
{
	const char *key = ev_cohort_key(c, row);

	add(h, key, strlen(key) + 1);
}

/* In digits, and the line's end; printf would cost more than the hash. */
static void add_label(struct rows_hash *h, unsigned label)
{
	char text[16], *p = text + sizeof(text);

	*--p = '\n';
	do {
		*--p = (char)('0' + label % 10);
		label /= 10;
	} while (label);
	add(h, p, (size_t)(text + sizeof(text) - p));
}

static void finish(char out[72], struct rows_hash *h)
{
	unsigned char digest[EV_SHA256_SIZE];

	ev_sha256_add(h->sha, h->block, h->n);
	ev_sha256_finish(h->sha, digest);
	ev_sha256_free(h->sha);
	memcpy(out, "sha256:", 7);
	ev_hex_encode(out + 7, digest, sizeof(digest));
}

void ev_cohort_data_digest(char out[72], const struct ev_cohort *c)
{
	struct rows_hash h;
	size_t i;

	begin(&h, "git-evidence data v1\n");
	for (i = 0; i < c->n; i++) {
		add_key(&h, c, i);
		add_label(&h, c->label[i]);
	}
	finish(out, &h);
}

static void add_double(struct rows_hash *h, double x)
{
	uint64_t bits;

	x += 0.0;			/* -0 is 0 */
	memcpy(&bits, &x, sizeof(bits));
	bits = htole64(bits);
	add(h, &bits, sizeof(bits));
}

void ev_cohort_content_digest(char out[72], const struct ev_cohort *c,
			      size_t classes)
{
	struct rows_hash h;
	size_t i, k;

	begin(&h, "git-evidence predictions v1\n");
	for (i = 0; i < c->n; i++) {
		add_key(&h, c, i);
		add(&h, &c->state[i], 1);
		for (k = 0; c->class_score && k < classes; k++)
			add_double(&h, c->class_score[i * classes + k]);
		if (!c->class_score)
			add_double(&h, c->score[i]);
	}
	finish(out, &h);
}
