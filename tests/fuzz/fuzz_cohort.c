/*
 * Any bytes as predictions, in CSV: no fault, rows in the order of their keys,
 * and the same cohort when the lines come from the last to the first.
 */
#include "base/compat.h"

#include "base/error.h"
#include "base/mem.h"
#include "clinical/cohort.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Columns p, w, y, s and a; slices by p or a, and by cuts of a. */
static void make_suite(struct ev_suite *s, struct ev_family *slices,
		       uint8_t choice)
{
	static char p[] = "p", w[] = "w", y[] = "y", score[] = "s", a[] = "a";

	memset(s, 0, sizeof(*s));
	memset(slices, 0, 2 * sizeof(*slices));
	slices[0].kind = EV_SLICE_BY;
	slices[0].name = slices[0].column = choice & 1 ? a : p;
	slices[1].kind = EV_SLICE_CUTS;
	slices[1].name = slices[1].column = a;
	s->slices = slices;
	s->n_slices = choice & 2 ? 2 : 1;
	s->dataset.format = EV_ROWS_CSV;
	s->dataset.label = y;
	s->dataset.score = score;
	s->dataset.score_kind = choice & 4 ? EV_SCORE_NUMBER :
				EV_SCORE_PROBABILITY;
	s->dataset.cluster = choice & 8 ? p : NULL;
	s->dataset.abstain = choice & 16 ? a : NULL;
	ev_strs_add(&s->dataset.key, choice & 32 ? w : p);
	if (choice & 64)
		ev_strs_add(&s->dataset.key, choice & 32 ? p : w);
	ev_strs_add(&s->dataset.positive, "1");
	ev_strs_add(&s->dataset.negative, "0");
}

/* The lines behind the first, last one first. */
static void turn(struct ev_buf *out, const char *text, size_t n)
{
	const char *head = memchr(text, '\n', n), *end = text + n, *p;

	if (!head)
		return;
	ev_buf_add(out, text, (size_t)(head + 1 - text));
	while (end > head + 1) {
		p = memrchr(head, '\n', (size_t)(end - 1 - head));
		ev_buf_add(out, p + 1, (size_t)(end - p - 1));
		if (end[-1] != '\n')
			ev_buf_addc(out, '\n');
		end = p + 1;
	}
}

static void check_columns(const struct ev_cohort *a, const struct ev_cohort *b)
{
	const struct ev_column *x, *y;
	size_t i, k;

	for (i = 0; i < a->n_columns; i++) {
		x = &a->columns[i];
		y = &b->columns[i];
		if (x->n_words != y->n_words || (x->numeric && memcmp(
			    x->number, y->number, a->n * sizeof(double))) ||
		    (x->coded && memcmp(x->code, y->code,
					a->n * sizeof(uint32_t))))
			abort();
		for (k = 0; k < x->n_words; k++)
			if (strcmp(x->words[k], y->words[k]) ||
			    (k && strcmp(x->words[k - 1], x->words[k]) >= 0))
				abort();
	}
}

static void check_same(const struct ev_cohort *a, const struct ev_cohort *b)
{
	size_t i;

	if (a->n != b->n || a->patients != b->patients ||
	    memcmp(&a->flow, &b->flow, sizeof(a->flow)) ||
	    memcmp(a->score, b->score, a->n * sizeof(double)) ||
	    memcmp(a->label, b->label, a->n) ||
	    memcmp(a->state, b->state, a->n) ||
	    memcmp(a->patient, b->patient, a->n * sizeof(uint32_t)))
		abort();
	for (i = 0; i < a->n; i++)
		if (strcmp(ev_cohort_key(a, i), ev_cohort_key(b, i)) ||
		    (i && strcmp(ev_cohort_key(a, i - 1),
				 ev_cohort_key(a, i)) >= 0))
			abort();
	for (i = 0; i < a->patients; i++)
		if (strcmp(ev_cohort_patient(a, (uint32_t)i),
			   ev_cohort_patient(b, (uint32_t)i)) ||
		    (i && strcmp(ev_cohort_patient(a, (uint32_t)i - 1),
				 ev_cohort_patient(a, (uint32_t)i)) >= 0))
			abort();
	check_columns(a, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	struct ev_family slices[2];
	struct ev_cohort c, other;
	struct ev_suite s;
	struct ev_buf turned = EV_BUF_INIT;

	if (!size)
		return 0;
	make_suite(&s, slices, data[0]);
	if (ev_cohort_read_memory(&c, &s, "f", text, size - 1) == 0) {
		/* Lines are rows, unless there are quotes about. */
		if (!memchr(text, '"', size - 1) && text[0] != '\x1f') {
			turn(&turned, text, size - 1);
			if (turned.len) {
				if (ev_cohort_read_memory(&other, &s, "f",
							  turned.ptr,
							  turned.len) < 0)
					abort();
				check_same(&c, &other);
				ev_cohort_release(&other);
			}
		}
		ev_cohort_release(&c);
	} else if (!*ev_error_last()->message) {
		abort();
	}
	ev_buf_release(&turned);
	ev_strs_release(&s.dataset.key);
	ev_strs_release(&s.dataset.positive);
	ev_strs_release(&s.dataset.negative);
	return 0;
}
