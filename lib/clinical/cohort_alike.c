#include "base/compat.h"
#include "clinical/cohort_internal.h"

#include "base/fold.h"
#include "base/mem.h"
#include "data/text.h"

static bool is_blank(const char *p, size_t n, size_t *bytes)
{
	*bytes = 1;
	if (n && (*p == ' ' || (*p >= '\t' && *p <= '\r')))
		return true;
	*bytes = 2;
	return n > 1 && !memcmp(p, "\xc2\xa0", 2);
}

char *ev_cohort_fold(const char *id)
{
	size_t n = strlen(id), bytes;
	char *trimmed, *folded;

	while (is_blank(id, n, &bytes)) {
		id += bytes;
		n -= bytes;
	}
	while (n && (is_blank(id + n - 1, 1, &bytes) ||
		     (n > 1 && is_blank(id + n - 2, 2, &bytes) && bytes == 2)))
		n -= bytes;
	trimmed = ev_strndup(id, n);
	folded = ev_fold(trimmed);
	free(trimmed);
	return folded;
}

/* Ids without blanks, in the letters of ASCII and one case, are as they are:
 * so are most, and a look at their bytes is enough. */
static bool may_differ_in_form(const struct ev_cohort *c)
{
	bool lower = false, upper = false;
	const unsigned char *p;
	uint32_t i;

	for (i = 0; i < c->patients; i++) {
		p = (const unsigned char *)ev_cohort_patient(c, i);
		for (; *p; p++) {
			lower |= *p >= 'a' && *p <= 'z';
			upper |= *p >= 'A' && *p <= 'Z';
			if (*p <= ' ' || *p > 0x7e)
				return true;
		}
	}
	return lower && upper;
}

static uint64_t line_of(const struct ev_cohort *c, uint32_t patient)
{
	uint64_t first = UINT64_MAX, line;
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (c->patient[i] != patient)
			continue;
		line = ev_keys_line(&c->keys->rows, i);
		first = line < first ? line : first;
	}
	return first;
}

static void tell(struct ev_cohort *c, uint32_t a, uint32_t b)
{
	const char *x = ev_cohort_patient(c, a), *y = ev_cohort_patient(c, b);

	c->alike_said = ev_strdupf(
		"%s:%llu: patient '%.*s' may be '%.*s' of line %llu", c->name,
		(unsigned long long)line_of(c, a),
		ev_text_clip(x, strlen(x)), x, ev_text_clip(y, strlen(y)), y,
		(unsigned long long)line_of(c, b));
}

void ev_cohort_find_alike(struct ev_cohort *c)
{
	struct ev_cohort_texts t = { 0 };
	uint32_t *order, i;
	char *folded;

	if (!may_differ_in_form(c))
		return;
	for (i = 0; i < c->patients; i++) {
		folded = ev_cohort_fold(ev_cohort_patient(c, i));
		ev_cohort_texts_add(&t, folded, strlen(folded));
		free(folded);
	}
	order = ev_cohort_texts_order(&t);
	for (i = 1; i < c->patients; i++) {
		if (strcmp(ev_cohort_texts_get(&t, order[i - 1]),
			   ev_cohort_texts_get(&t, order[i])))
			continue;
		if (!c->alike++)
			tell(c, order[i - 1], order[i]);
	}
	free(order);
	ev_cohort_texts_release(&t);
}
