#include "base/compat.h"
#include "clinical/readers.h"

#include "base/error.h"
#include "base/mem.h"

#define LISTED 12

/* Codes that occur, numbered in the order of their words. */
struct numbering {
	uint32_t *number;		/* by code; EV_NOWHERE */
	uint32_t *code;			/* by number */
	uint32_t n;
};

static void number(struct numbering *x, const struct ev_column *column,
		   const uint32_t *rows, size_t n)
{
	size_t i, words = column->n_words;

	x->number = ev_malloc((words + 1) * sizeof(*x->number));
	x->code = ev_malloc((words + 1) * sizeof(*x->code));
	x->n = 0;
	memset(x->number, 0xff, (words + 1) * sizeof(*x->number));
	for (i = 0; i < n; i++)
		x->number[column->code[rows ? rows[i] : i]] = 0;
	for (i = 0; i < words; i++) {
		if (x->number[i] == EV_NOWHERE)
			continue;
		x->number[i] = x->n;
		x->code[x->n++] = (uint32_t)i;
	}
}

const char *ev_readings_reader(const struct ev_readings *r, size_t i)
{
	return r->reader->words[r->readers[i]];
}

const char *ev_readings_modality(const struct ev_readings *r, size_t i)
{
	return r->modality->words[r->modalities[i]];
}

static uint32_t modality(const struct ev_readings *r, const char *name)
{
	uint32_t i;

	for (i = 0; name && i < r->table.modalities; i++)
		if (!strcmp(ev_readings_modality(r, i), name))
			return i;
	return EV_NOWHERE;
}

static int wrong(const struct ev_readings *r, size_t row, const char *what)
{
	const struct ev_mrmc_table *t = &r->table;

	return ev_fail(EV_EINVALID, "dataset.readers: reader '%s', modality "
		       "'%s', case '%s': %s", ev_readings_reader(r,
		       t->reader[row]), ev_readings_modality(r,
		       t->modality[row]),
		       r->which->words[r->cases[t->which[row]]], what);
}

static int absent(const struct ev_readings *r, size_t at)
{
	const struct ev_mrmc_table *t = &r->table;
	size_t marker = at / t->cases;

	return ev_fail(EV_EINVALID, "dataset.readers: reader '%s' has no "
		       "reading of case '%s' with modality '%s'",
		       ev_readings_reader(r, marker % t->readers),
		       r->which->words[r->cases[at % t->cases]],
		       ev_readings_modality(r, marker / t->readers));
}

/* One truth and one patient for each case, and each reading once. */
static int whole(const struct ev_readings *r, bool *is, bool named)
{
	const struct ev_mrmc_table *t = &r->table;
	size_t all = (size_t)t->readers * t->modalities, i, at;
	uint32_t *first = ev_malloc(((size_t)t->cases + 1) * sizeof(*first));
	uint8_t *seen = NULL;
	int ret = 0;

	*is = true;
	memset(first, 0xff, ((size_t)t->cases + 1) * sizeof(*first));
	for (i = 0; i < t->n && ret == 0; i++) {
		uint32_t *f = &first[t->which[i]];

		if (*f == EV_NOWHERE)
			*f = (uint32_t)i;
		if (t->truth[*f] != t->truth[i])
			ret = wrong(r, i, "its label is not that of the "
				    "case's other rows");
		else if (t->patient[t->which[i]] !=
			 ((const uint32_t *)r->owned[4])[i])
			ret = wrong(r, i, "its patient is not that of the "
				    "case's other rows");
	}
	free(first);
	if (ret < 0)
		return ret;
	if (all > EV_MRMC_MOST || all * t->cases > INT32_MAX)
		return ev_fail(EV_ELIMIT, "dataset.readers: %u readers and %u "
			       "modalities of %u cases are too many",
			       (unsigned)t->readers, (unsigned)t->modalities,
			       (unsigned)t->cases);
	all *= t->cases;
	seen = ev_calloc(all + 1, 1);
	for (i = 0; i < t->n && ret == 0; i++) {
		at = ((size_t)t->modality[i] * t->readers + t->reader[i]) *
		     t->cases + t->which[i];
		if (seen[at])
			ret = wrong(r, i, "there are two such rows");
		seen[at] = 1;
	}
	for (i = 0; i < all && ret == 0 && *is; i++)
		*is = seen[i];
	if (ret == 0 && !*is && named)
		ret = absent(r, i - 1);
	free(seen);
	return ret;
}

/* Row by row; false if one has no rating. */
static bool fill(struct ev_readings *r, const struct ev_cohort *c,
		 const uint32_t *rows, size_t n,
		 const struct numbering of[3])
{
	uint32_t *reader = ev_malloc((n + 1) * sizeof(*reader));
	uint32_t *mode = ev_malloc((n + 1) * sizeof(*mode));
	uint32_t *which = ev_malloc((n + 1) * sizeof(*which));
	uint32_t *person = ev_malloc((n + 1) * sizeof(*person));
	uint32_t *patient = ev_calloc((size_t)of[2].n + 1, sizeof(*patient));
	uint8_t *truth = ev_malloc(n + 1);
	double *rating = ev_malloc((n + 1) * sizeof(*rating));
	bool rated = true;
	size_t i, row;

	for (i = 0; i < n; i++) {
		row = rows ? rows[i] : i;
		reader[i] = of[0].number[r->reader->code[row]];
		mode[i] = of[1].number[r->modality->code[row]];
		which[i] = of[2].number[r->which->code[row]];
		person[i] = c->patient[row];
		patient[which[i]] = person[i];
		truth[i] = c->label[row];
		rating[i] = c->score[row];
		rated &= c->state[row] == EV_ROW_SCORED;
	}
	r->table = (struct ev_mrmc_table){
		.reader = reader, .modality = mode, .which = which,
		.truth = truth, .rating = rating, .n = n,
		.readers = of[0].n, .modalities = of[1].n, .cases = of[2].n,
		.patient = patient, .patients = c->patients
	};
	r->owned[0] = reader;
	r->owned[1] = mode;
	r->owned[2] = which;
	r->owned[3] = truth;
	r->owned[4] = person;
	r->owned[5] = rating;
	return rated;
}

int ev_readings_make(struct ev_readings *out, const struct ev_suite *s,
		     const struct ev_cohort *c, const uint32_t *rows, size_t n,
		     bool named)
{
	const struct ev_dataset *d = &s->dataset;
	struct numbering of[3];
	bool is, rated;
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	out->reader = ev_cohort_column(c, d->reader);
	out->modality = ev_cohort_column(c, d->modality);
	out->which = ev_cohort_column(c, d->which);
	number(&of[0], out->reader, rows, n);
	number(&of[1], out->modality, rows, n);
	number(&of[2], out->which, rows, n);
	rated = fill(out, c, rows, n, of);
	out->readers = of[0].code;
	out->modalities = of[1].code;
	out->cases = of[2].code;
	for (i = 0; i < EV_ARRAY_SIZE(of); i++)
		free(of[i].number);
	out->test = modality(out, d->test);
	out->control = modality(out, d->control);
	ret = whole(out, &is, named);
	return ret < 0 ? ret : is && rated;
}

void ev_readings_release(struct ev_readings *r)
{
	size_t i;

	free((void *)(uintptr_t)r->table.patient);
	free(r->readers);
	free(r->modalities);
	free(r->cases);
	for (i = 0; i < EV_ARRAY_SIZE(r->owned); i++)
		free(r->owned[i]);
	memset(r, 0, sizeof(*r));
}

static int unknown(const struct ev_suite *s, const struct ev_readings *r,
		   const char *key, const char *name)
{
	struct ev_buf list = EV_BUF_INIT;
	char *path = ev_strdupf("dataset.readers.%s", key);
	uint32_t i;
	int ret;

	for (i = 0; i < r->table.modalities && i < LISTED; i++)
		ev_buf_addf(&list, "%s%s", i ? ", " : "its modalities are ",
			    ev_readings_modality(r, i));
	ret = ev_fail_at(ev_get_path(s->tree, path), "the data have no "
			 "modality '%s' in column '%s'", name,
			 s->dataset.modality);
	ev_error_hint("%s", list.ptr);
	ev_buf_release(&list);
	free(path);
	return ret;
}

int ev_readers_check(const struct ev_suite *s, const struct ev_cohort *c)
{
	const struct ev_dataset *d = &s->dataset;
	struct ev_readings r;
	int ret;

	if (!ev_has_readers(d) || !c->n)
		return 0;
	ret = ev_readings_make(&r, s, c, NULL, c->n, true);
	if (ret >= 0 && r.test == EV_NOWHERE)
		ret = unknown(s, &r, "test", d->test);
	if (ret >= 0 && d->control && r.control == EV_NOWHERE)
		ret = unknown(s, &r, "control", d->control);
	ev_readings_release(&r);
	return ret < 0 ? ret : 0;
}

void ev_readers_count(size_t *positives, size_t *negatives,
		      const struct ev_suite *s, const struct ev_cohort *c,
		      const uint32_t *rows, size_t n)
{
	const struct ev_column *which = ev_cohort_column(c, s->dataset.which);
	uint8_t *seen = ev_calloc(which->n_words + 1, 1);
	size_t i, row;

	*positives = *negatives = 0;
	for (i = 0; i < n; i++) {
		row = rows ? rows[i] : i;
		if (seen[which->code[row]])
			continue;
		seen[which->code[row]] = 1;
		*(c->label[row] ? positives : negatives) += 1;
	}
	free(seen);
}
