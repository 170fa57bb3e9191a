#include "base/compat.h"

#include "synth/output_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"

#define NUMBER_MAX 48u

const char *const ev_table_names[EV_TABLES] = { "patients", "windows" };

static void quote_csv(struct ev_buf *out, const char *s)
{
	if (*s && !strpbrk(s, ",\"\n\r") && *s != ' ' &&
	    s[strlen(s) - 1] != ' ') {
		ev_buf_adds(out, s);
		return;
	}
	ev_buf_addc(out, '"');
	for (; *s; s++) {
		if (*s == '"')
			ev_buf_addc(out, '"');
		ev_buf_addc(out, *s);
	}
	ev_buf_addc(out, '"');
}

static void quote(struct ev_buf *out, enum ev_synth_format format,
		  const char *s)
{
	struct ev_json j;

	if (format == EV_SYNTH_CSV) {
		quote_csv(out, s);
		return;
	}
	ev_json_init(&j, out);
	ev_json_string(&j, s);
}

static struct ev_cell cell(struct ev_buf *text)
{
	struct ev_cell c;

	c.text = ev_buf_detach(text, &c.len);
	return c;
}

static struct ev_cell plain(const char *s)
{
	struct ev_cell c = { ev_strdup(s), strlen(s) };

	return c;
}

static void add_level(struct ev_cells *c, struct ev_cell x)
{
	c->items = ev_realloc(c->items, (c->n + 1) * sizeof(*c->items));
	c->items[c->n++] = x;
}

static void add_levels(struct ev_cells *c, enum ev_synth_format format,
		       const struct ev_strs *l)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < l->n; i++) {
		quote(&text, format, l->items[i]);
		add_level(c, cell(&text));
	}
	ev_buf_release(&text);
}

static void add_words(struct ev_cells *c, enum ev_synth_format format,
		      const char *a, const char *b)
{
	struct ev_buf text = EV_BUF_INIT;

	quote(&text, format, a);
	add_level(c, cell(&text));
	quote(&text, format, b);
	add_level(c, cell(&text));
	ev_buf_release(&text);
}

static struct ev_column *column(struct ev_tables *t, size_t which,
				enum ev_column_kind kind, const char *name,
				size_t i)
{
	struct ev_table *b = &t->table[which];
	struct ev_buf text = EV_BUF_INIT, head = EV_BUF_INIT;
	struct ev_column *c;

	b->columns = ev_realloc(b->columns, (b->n + 1) * sizeof(*b->columns));
	c = &b->columns[b->n];
	memset(c, 0, sizeof(*c));
	c->kind = kind;
	c->i = i;
	if (t->format == EV_SYNTH_CSV) {
		ev_buf_add(&head, b->head.text, b->head.len);
		ev_buf_adds(&head, b->n ? "," : "");
		quote_csv(&head, name);
		free(b->head.text);
		b->head = cell(&head);
		ev_buf_adds(&text, b->n ? "," : "");
	} else {
		ev_buf_adds(&text, b->n ? "," : "{");
		quote(&text, t->format, name);
		ev_buf_addc(&text, ':');
	}
	c->before = cell(&text);
	b->n++;
	ev_buf_release(&head);
	ev_buf_release(&text);
	return c;
}

static void variable_columns(struct ev_tables *t, const struct ev_pack *p)
{
	const struct ev_variable *v;
	struct ev_column *c;
	size_t i;

	for (i = 0; i < p->n_variables; i++) {
		v = &p->variables[i];
		if (v->hidden)
			continue;
		c = column(t, 0, EV_COL_VARIABLE, v->name, i);
		c->places = v->type == EV_V_DECIMAL ? v->places : 0;
		c->coded = ev_variable_has_levels(v);
		if (v->type == EV_V_BOOLEAN && t->format == EV_SYNTH_JSONL) {
			add_level(&c->levels, plain("false"));
			add_level(&c->levels, plain("true"));
		} else if (c->coded) {
			add_levels(&c->levels, t->format, &v->levels);
		}
	}
}

static void answer_columns(struct ev_tables *t, const struct ev_pack *p,
			   size_t which)
{
	size_t i;

	for (i = 0; i < p->n_labels; i++)
		column(t, which, EV_COL_LABEL, p->labels[i].name, i);
	if (p->score.given)
		column(t, which, EV_COL_SCORE, p->score.name, 0)->places =
			EV_DRAW_SCORE_PLACES;
	if (p->score.given && (p->score.abstain_base > 0 ||
			       p->score.abstain_by))
		column(t, which, EV_COL_ABSTAIN, "abstain", 0);
}

static bool drops_out(const struct ev_pack *p)
{
	size_t i;

	for (i = 0; i < p->n_scenarios; i++)
		if (p->scenarios[i].dropout_per_h > 0)
			return true;
	return p->series.dropout_per_h > 0;
}

static void window_columns(struct ev_tables *t, const struct ev_pack *p)
{
	const struct ev_longitudinal *l = &p->series;
	struct ev_column *c;
	size_t i;

	c = column(t, 1, EV_COL_START, "start_s", 0);
	c->places = l->window_s == (double)(uint64_t)l->window_s ? 0 : 3;
	if (l->states.n)
		add_levels(&column(t, 1, EV_COL_STATE, l->state_name ?
				   l->state_name : "state", 0)->levels,
			   t->format, &l->states);
	if (l->burst_per_h)
		column(t, 1, EV_COL_ARTEFACT, "artefact", 0);
	for (i = 0; i < l->n_series; i++)
		column(t, 1, EV_COL_SERIES, l->series[i].name, i)->places =
			l->series[i].places;
}

static void first_columns(struct ev_tables *t, const struct ev_pack *p,
			  size_t which)
{
	struct ev_cells *levels;
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	column(t, which, EV_COL_ID, "patient_id", 0);
	levels = &column(t, which, EV_COL_SCENARIO, "scenario", 0)->levels;
	for (i = 0; i < p->n_scenarios; i++) {
		quote(&text, t->format, p->scenarios[i].id);
		add_level(levels, cell(&text));
	}
	ev_buf_release(&text);
}

/* How much a row can need, and what stands at its end. */
static void finish_table(struct ev_table *b, enum ev_synth_format format)
{
	struct ev_buf head = EV_BUF_INIT;
	size_t i, k, most;

	for (i = 0; i < b->n; i++) {
		most = NUMBER_MAX + 2;
		for (k = 0; k < b->columns[i].levels.n; k++)
			if (b->columns[i].levels.items[k].len > most)
				most = b->columns[i].levels.items[k].len;
		b->row_max += b->columns[i].before.len + most;
	}
	b->missing = plain(format == EV_SYNTH_CSV ? "" : "null");
	b->after = plain(format == EV_SYNTH_CSV ? "\n" : "}\n");
	b->row_max += b->after.len;
	if (format == EV_SYNTH_CSV) {
		ev_buf_add(&head, b->head.text, b->head.len);
		ev_buf_addc(&head, '\n');
		free(b->head.text);
		b->head = cell(&head);
	}
}

void ev_tables_init(struct ev_tables *t, const struct ev_pack *p,
		    enum ev_synth_format format)
{
	struct ev_column *c;
	size_t i;

	memset(t, 0, sizeof(*t));
	t->format = format;
	t->n = p->series.window_s > 0 ? 2 : 1;
	first_columns(t, p, 0);
	variable_columns(t, p);
	if (t->n == 1) {
		answer_columns(t, p, 0);
	} else {
		column(t, 0, EV_COL_COUNT, "windows", 0);
		if (drops_out(p)) {
			c = column(t, 0, EV_COL_DROPOUT, "dropout", 0);
			add_words(&c->levels, format, "no", "yes");
			add_levels(&c->levels, format,
				   &p->series.dropout_reasons);
		}
		first_columns(t, p, 1);
		window_columns(t, p);
		answer_columns(t, p, 1);
	}
	for (i = 0; i < t->n; i++)
		finish_table(&t->table[i], format);
}

void ev_tables_release(struct ev_tables *t)
{
	size_t i, k, m;

	for (i = 0; i < EV_TABLES; i++) {
		struct ev_table *b = &t->table[i];

		for (k = 0; k < b->n; k++) {
			for (m = 0; m < b->columns[k].levels.n; m++)
				free(b->columns[k].levels.items[m].text);
			free(b->columns[k].levels.items);
			free(b->columns[k].before.text);
		}
		free(b->columns);
		free(b->head.text);
		free(b->missing.text);
		free(b->after.text);
	}
	memset(t, 0, sizeof(*t));
}

/* Rows -------------------------------------------------------------------- */

static char *put(char *at, const struct ev_cell *c)
{
	memcpy(at, c->text, c->len);
	return at + c->len;
}

static char *put_id(char *at, const char *id, bool quoted)
{
	size_t n = strlen(id);

	if (quoted)
		*at++ = '"';
	memcpy(at, id, n);
	at += n;
	if (quoted)
		*at++ = '"';
	return at;
}

static char *put_number(char *at, const struct ev_table *b,
			const struct ev_column *c, double x)
{
	size_t n = ev_fixed(at, x, c->places);

	return n ? at + n : put(at, &b->missing);
}

/* "no", or "yes" if there are no reasons. */
static size_t dropout_word(const struct ev_drawn *d)
{
	if (!d->dropped)
		return 0;
	return d->pack->series.dropout_reasons.n ? 2 + d->dropout_reason : 1;
}

static char *put_variable(char *at, const struct ev_table *b,
			  const struct ev_column *c, const struct ev_drawn *d)
{
	double x = d->values[c->i];

	if (!c->coded)
		return put_number(at, b, c, x);
	return put(at, x >= 0 && x < (double)c->levels.n ?
		   &c->levels.items[(size_t)x] : &b->missing);
}

static char *put_column(char *at, const struct ev_table *b,
			const struct ev_column *c, const struct ev_drawn *d,
			size_t window, bool quoted)
{
	const struct ev_pack *p = d->pack;

	switch (c->kind) {
	case EV_COL_ID:
		return put_id(at, d->id, quoted);
	case EV_COL_SCENARIO:
		return put(at, &c->levels.items[d->scenario]);
	case EV_COL_VARIABLE:
		return put_variable(at, b, c, d);
	case EV_COL_COUNT:
		return put_number(at, b, c, (double)d->windows);
	case EV_COL_DROPOUT:
		return put(at, &c->levels.items[dropout_word(d)]);
	case EV_COL_START:
		return put_number(at, b, c, d->start_s[window]);
	case EV_COL_STATE:
		return put(at, &c->levels.items[d->state[window]]);
	case EV_COL_ARTEFACT:
		return put_number(at, b, c, d->artefact[window]);
	case EV_COL_SERIES:
		return put_number(at, b, c, d->series[window *
				  p->series.n_series + c->i]);
	case EV_COL_LABEL:
		return put_number(at, b, c, d->label[window * p->n_labels +
						     c->i]);
	case EV_COL_SCORE:
		return put_number(at, b, c, d->score[window]);
	case EV_COL_ABSTAIN:
		return put_number(at, b, c, d->score[window] !=
				  d->score[window]);
	}
	return at;
}

static int add_row(struct ev_buf *out, const struct ev_tables *t, size_t which,
		   const struct ev_drawn *d, size_t window)
{
	const struct ev_table *b = &t->table[which];
	char *from = ev_buf_reserve(out, b->row_max), *at = from;
	size_t i;

	if (!from)
		return ev_fail(EV_ELIMIT, "a chunk of rows is too long");
	for (i = 0; i < b->n; i++) {
		at = put(at, &b->columns[i].before);
		at = put_column(at, b, &b->columns[i], d, window,
				t->format == EV_SYNTH_JSONL);
	}
	at = put(at, &b->after);
	ev_buf_setlen(out, out->len + (size_t)(at - from));
	return 0;
}

int ev_tables_add(struct ev_buf out[EV_TABLES], const struct ev_tables *t,
		  const struct ev_drawn *d)
{
	int ret = add_row(&out[0], t, 0, d, 0);
	size_t k;

	for (k = 0; ret == 0 && t->n > 1 && k < d->windows; k++)
		ret = add_row(&out[1], t, 1, d, k);
	return ret;
}

int ev_synth_rows(struct ev_buf *patients, struct ev_buf *windows,
		  const struct ev_source *s, enum ev_synth_format format,
		  uint64_t patient)
{
	struct ev_buf out[EV_TABLES] = { EV_BUF_INIT, EV_BUF_INIT };
	struct ev_tables t;
	struct ev_drawn d;
	size_t i;
	int ret;

	ev_tables_init(&t, s->pack, format);
	ev_drawn_init(&d, s->pack);
	for (i = 0; i < t.n; i++)
		ev_buf_add(&out[i], t.table[i].head.text, t.table[i].head.len);
	ret = ev_draw(&d, s, patient);
	if (ret == 0)
		ret = ev_tables_add(out, &t, &d);
	if (ret == 0) {
		ev_buf_swap(patients, &out[0]);
		ev_buf_swap(windows, &out[1]);
	}
	for (i = 0; i < EV_TABLES; i++)
		ev_buf_release(&out[i]);
	ev_drawn_release(&d);
	ev_tables_release(&t);
	return ret;
}
