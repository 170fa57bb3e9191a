#include "base/compat.h"

#include "study/generator.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "data/json.h"
#include "data/rows.h"
#include "study/attach.h"
#include "study/lines.h"

#define ID_MIN 8u
#define ID_MAX 64u
#define INFLATED_MAX ((uint64_t)256 << 20)
#define MANY 8u			/* ids written otherwise that are no chance */
#define PLACES 64.0		/* in an id where letters of one may begin */

/* Loading ----------------------------------------------------------------- */

static struct ev_known_cohort *add(struct ev_known_cohorts *l)
{
	struct ev_known_cohort *x;

	EV_GROW(l->items, l->n, l->cap);
	x = &l->items[l->n];
	memset(x, 0, sizeof(*x));
	return x;
}

/* One that says nothing that can be read tells nothing. */
static int take(struct ev_known_cohorts *out, struct ev_ledger *l,
		const struct ev_line *line)
{
	struct ev_known_cohort *x = add(out);
	struct ev_statement st = { 0 };
	int ret = ev_line_statement(&st, l, line);

	if (ret == 0 && ev_synth_known_read(&x->says, st.predicate) == 0) {
		memcpy(x->record, line->record.id, sizeof(x->record));
		x->live = line->state == EV_LIVE;
		out->n++;
	} else if (ret == 0) {
		ev_error_clear();
	}
	ev_statement_release(&st);
	return ret;
}

/* A withdrawn or replaced one tells what is synthetic, too. */
int ev_known_cohorts_load(struct ev_known_cohorts *out, struct ev_ledger *l)
{
	struct ev_subjects subjects = { 0 };
	struct ev_lines lines = EV_LINES_INIT;
	size_t i, k;
	int ret;

	ret = ev_ledger_subjects_kept(&subjects, l, EV_KIND_GENERATOR);
	for (i = 0; ret == 0 && i < subjects.n; i++) {
		ret = ev_ledger_lines(&lines, l, &subjects.items[i].commit,
				      &subjects.items[i].tree);
		for (k = 0; ret == 0 && k < lines.n; k++)
			if (lines.items[k].record.kind == EV_KIND_GENERATOR &&
			    ev_line_has_spoken(&lines.items[k]))
				ret = take(out, l, &lines.items[k]);
		ev_lines_release(&lines);
	}
	ev_subjects_release(&subjects);
	return ret;
}

int ev_known_cohorts_add_file(struct ev_known_cohorts *l, const char *path)
{
	struct ev_known_cohort *x = add(l);
	struct ev_buf text = EV_BUF_INIT;
	struct ev_value *m = NULL;
	int ret;

	ret = ev_file_read(&text, path, EV_ATTACH_MAX_BYTES);
	if (ret == 0)
		ret = ev_json_read(&m, path, text.ptr, text.len);
	if (ret == 0)
		ret = ev_synth_manifest_check(m);
	if (ret == 0 && !ev_get(m, "outputs"))
		ret = ev_fail_at(m, "this is no manifest of a cohort: it has "
				 "no 'outputs'");
	if (ret == 0)
		ret = ev_synth_known_read(&x->says, m);
	if (ret == 0) {
		x->live = true;
		l->n++;
	}
	ev_value_free(m);
	ev_buf_release(&text);
	return ret;
}

void ev_known_cohorts_release(struct ev_known_cohorts *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		ev_synth_known_release(&l->items[i].says);
	free(l->items);
	memset(l, 0, sizeof(*l));
}

/* Finding ----------------------------------------------------------------- */

const struct ev_known_cohort *
ev_cohorts_find_digest(const struct ev_known_cohorts *known,
		       const char *digest)
{
	size_t i;

	for (i = 0; digest && i < known->n; i++)
		if (ev_synth_known_file(&known->items[i].says, digest))
			return &known->items[i];
	return NULL;
}

/* More than chance finds in `looked` ids. */
static bool are_many(const struct ev_synth_known *k, uint64_t found,
		     uint64_t looked)
{
	double chance = PLACES * (double)looked * (double)k->patients *
		0x1p-40;

	return found >= MANY && (double)found >= 4 * chance;
}

static uint64_t count_patients(const struct ev_synth_known *k,
			       const struct ev_cohort *data)
{
	uint64_t sure = 0, maybe = 0;
	uint32_t i;
	int how;

	for (i = 0; k->prefix && i < data->patients; i++) {
		how = ev_synth_known_patient(k, ev_cohort_patient(data, i));
		sure += how == 2;
		maybe += how == 1;
	}
	return sure || are_many(k, maybe, data->patients) ? sure + maybe : 0;
}

size_t ev_cohorts_find(struct ev_cohort_found *out,
		       const struct ev_known_cohorts *known,
		       const struct ev_cohort *data)
{
	const struct ev_synth_known *k;
	size_t i, n = 0;

	for (i = 0; i < known->n; i++) {
		k = &known->items[i].says;
		out[n].cohort = &known->items[i];
		out[n].patients = count_patients(k, data);
		if (out[n].patients || ev_synth_known_file(k, data->digest))
			n++;
	}
	return n;
}

/* Texts ------------------------------------------------------------------- */

struct counting {
	const struct ev_known_cohorts *known;
	struct { uint64_t sure, maybe; } *n;
	uint64_t looked;		/* words that were looked at */
	char last[ID_MAX + 1];
	const struct ev_known_cohort *found;
};

/* An id stands in many rows: the one just seen is not looked at again. */
static void count_word(struct counting *c, const char *word, size_t n)
{
	const struct ev_synth_known *k;
	size_t i;
	int how;

	if (n < ID_MIN || n > ID_MAX ||
	    (!memcmp(word, c->last, n) && !c->last[n]))
		return;
	memcpy(c->last, word, n);
	c->last[n] = '\0';
	c->looked++;
	for (i = 0; !c->found && i < c->known->n; i++) {
		k = &c->known->items[i].says;
		how = ev_synth_known_patient(k, c->last);
		c->n[i].sure += how == 2;
		c->n[i].maybe += how == 1;
		if (c->n[i].sure || are_many(k, c->n[i].maybe, c->looked))
			c->found = &c->known->items[i];
	}
}

static bool in_id(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '-' || c == '_';
}

static void count_words(struct counting *c, const char *text, size_t n)
{
	size_t i, from;

	for (i = 0; !c->found && i < n; i++) {
		for (from = i; i < n && in_id(text[i]); i++)
			;
		count_word(c, text + from, i - from);
	}
}

/* By rows, as those are inflated with limits. */
static void count_gzip(struct counting *c, const char *text, size_t n,
		       enum ev_rows_format format)
{
	const struct ev_rows_field *f;
	struct ev_rows *r;
	size_t i;
	int ret = ev_rows_open_memory(&r, text, n, "predictions.gz", format);

	if (ret == 0) {
		ev_rows_limit(r, INFLATED_MAX, INFLATED_MAX);
		while (!c->found && (ret = ev_rows_next(r, &f)) == 1)
			for (i = 0; i < ev_rows_columns(r); i++)
				count_words(c, f[i].text, f[i].len);
		ev_rows_close(r);
	}
	if (ret < 0)
		ev_error_clear();
}

const struct ev_known_cohort *
ev_cohorts_find_text(const struct ev_known_cohorts *known, const char *text,
		     size_t n)
{
	struct counting c = { .known = known };

	c.n = ev_calloc(known->n + 1, sizeof(*c.n));
	if (n > 2 && !memcmp(text, "\x1f\x8b", 2)) {
		count_gzip(&c, text, n, EV_ROWS_CSV);
		if (!c.found)
			count_gzip(&c, text, n, EV_ROWS_JSONL);
	} else {
		count_words(&c, text, n);
	}
	free(c.n);
	return c.found;
}
