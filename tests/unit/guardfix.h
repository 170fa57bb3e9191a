/*
 * guardfix.h - a small cohort whose cells tests spoil, and what is said of it
 */
#ifndef EV_TESTS_GUARDFIX_H
#define EV_TESTS_GUARDFIX_H

#include "packfix.h"

#include "synth/guard.h"

#define GF_PACK "tests/data/packs/rhythm-small.yaml"
#define GF_CELLS 40u

struct gf_table {
	char *(*cell)[GF_CELLS];	/* row 0: names */
	size_t rows, columns;		/* rows without the head */
};
struct gf {
	struct ev_pack pack;
	struct ev_source source;
	struct ev_synth_result result;
	struct ev_buf dir;
	struct gf_table t, w;		/* w: windows, if there are any */
	const struct ev_evaluation *downstream;
	struct ev_guards g;
};

/* Cells are never quoted here. */
PF_UNUSED static void gf_load(struct gf_table *t, const char *path)
{
	struct ev_buf text = EV_BUF_INIT;
	char *line, *save = NULL, *p;
	size_t cap = 0, n = 0, k;

	memset(t, 0, sizeof(*t));
	assert_int_equal(ev_file_read(&text, path, 1 << 28), 0);
	for (line = strtok_r(text.ptr, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		EV_GROW(t->cell, n, cap);
		for (k = 0, p = line; p && k < GF_CELLS; k++)
			t->cell[n][k] = ev_strdup(strsep(&p, ","));
		t->columns = k;
		n++;
	}
	t->rows = n - 1;
	ev_buf_release(&text);
}

PF_UNUSED static void gf_unload(struct gf_table *t)
{
	size_t i, k;

	for (i = 0; t->cell && i <= t->rows; i++)
		for (k = 0; k < t->columns; k++)
			free(t->cell[i][k]);
	free(t->cell);
	memset(t, 0, sizeof(*t));
}

PF_UNUSED static size_t gf_column(const struct gf_table *t, const char *name)
{
	size_t k;

	for (k = 0; k < t->columns; k++)
		if (!strcmp(t->cell[0][k], name))
			return k;
	fail_msg("no column '%s'", name);
	return 0;
}

/* Rows count from 1. */
PF_UNUSED static void gf_set(struct gf_table *t, size_t row, const char *name,
			     const char *text)
{
	size_t k = gf_column(t, name);

	free(t->cell[row][k]);
	t->cell[row][k] = ev_strdup(text);
}

PF_UNUSED static const char *gf_get(const struct gf_table *t, size_t row,
				    const char *name)
{
	return t->cell[row][gf_column(t, name)];
}

PF_UNUSED static void gf_save(const struct gf_table *t, const char *path)
{
	struct ev_buf out = EV_BUF_INIT;
	size_t i, k;

	for (i = 0; i <= t->rows; i++)
		for (k = 0; k < t->columns; k++)
			ev_buf_addf(&out, "%s%s", t->cell[i][k],
				    k + 1 < t->columns ? "," : "\n");
	assert_int_equal(ev_file_replace(path, out.ptr, out.len, 0666), 0);
	ev_buf_release(&out);
}

PF_UNUSED static char *gf_path(const struct gf *f, const char *name)
{
	return ev_strdupf("%s/%s", f->dir.ptr, name);
}

/* Draw `n` patients; the table is in f->t. */
PF_UNUSED static void gf_draw(struct gf *f, uint64_t seed, uint64_t n)
{
	char *out = gf_path(f, "out");
	char *patients = gf_path(f, "out/patients.csv");
	char *windows = gf_path(f, "out/windows.csv");
	struct ev_synth_plan plan = { .source = &f->source, .folder = out,
				      .jobs = 1, .only = -1 };

	assert_int_equal(ev_source_init(&f->source, &f->pack, seed, n), 0);
	if (ev_synth_write(&f->result, &plan) < 0)
		fail_msg("%s", ev_error_last()->message);
	gf_load(&f->t, patients);
	if (ev_file_exists(windows))
		gf_load(&f->w, windows);
	ev_rmtree(out);
	free(out);
	free(patients);
	free(windows);
}

PF_UNUSED static void gf_open(struct gf *f, const char *pack, uint64_t seed,
			      uint64_t n)
{
	memset(f, 0, sizeof(*f));
	ev_buf_init(&f->dir);
	assert_int_equal(ev_tmpdir(&f->dir, "guard"), 0);
	pf_must(&f->pack, pack);
	gf_draw(f, seed, n);
}

PF_UNUSED static void gf_close(struct gf *f)
{
	ev_guards_release(&f->g);
	gf_unload(&f->t);
	gf_unload(&f->w);
	ev_synth_result_release(&f->result);
	ev_source_release(&f->source);
	ev_pack_release(&f->pack);
	ev_rmtree(f->dir.ptr);
	ev_buf_release(&f->dir);
}

/* Judge the table as it now is; other tables may be NULL. */
PF_UNUSED static int gf_judge(struct gf *f, const struct gf_table *reference,
			      const struct gf_table *holdout,
			      const char *pack_path)
{
	const struct gf_table *tables[] = { &f->t, reference, holdout,
					    f->w.cell ? &f->w : NULL };
	struct ev_guard_table *t[4] = { NULL, NULL, NULL, NULL };
	struct ev_guard_inputs in = { .source = &f->source,
				      .result = &f->result, .jobs = 2,
				      .pack_path = pack_path };
	char *path = gf_path(f, "t.csv");
	size_t i;
	int ret = 0;

	for (i = 0; i < 4; i++) {
		if (!tables[i] || ret < 0)
			continue;
		gf_save(tables[i], path);
		ret = ev_guard_table_read_pack(&t[i], path, &f->pack, 0);
	}
	in.cohort = t[0];
	in.reference = t[1];
	in.holdout = t[2];
	in.windows = t[3];
	in.downstream = f->downstream;
	ev_guards_release(&f->g);
	if (ret == 0)
		ret = ev_guards_check(&f->g, &in);
	for (i = 0; i < 4; i++)
		ev_guard_table_free(t[i]);
	free(path);
	return ret;
}

PF_UNUSED static void gf_must_judge(struct gf *f,
				    const struct gf_table *reference,
				    const struct gf_table *holdout)
{
	if (gf_judge(f, reference, holdout, NULL) < 0)
		fail_msg("%s", ev_error_last()->message);
}

/* All that is not as it should be, by id: "fail ks.age\n". */
PF_UNUSED static char *gf_said(const struct gf *f)
{
	struct ev_buf out = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < f->g.n; i++)
		if (f->g.items[i].outcome != EV_OUT_PASS)
			ev_buf_addf(&out, "%s %s\n", ev_outcome_word(
				    f->g.items[i].outcome), f->g.items[i].id);
	return ev_buf_detach(&out, NULL);
}

PF_UNUSED static void gf_says(const struct gf *f, const char *want)
{
	char *said = gf_said(f);

	if (strcmp(said, want))
		fail_msg("said\n%sexpected\n%s", said, want);
	free(said);
}

/* The guardrail is there, with this outcome. */
PF_UNUSED static const struct ev_guard *gf_is(const struct gf *f,
					      const char *id,
					      enum ev_outcome_word outcome)
{
	const struct ev_guard *g = ev_guards_find(&f->g, id);

	if (!g)
		fail_msg("no '%s'", id);
	else if (g->outcome != outcome)
		fail_msg("'%s' is %s: %s (%g by %g)", id,
			 ev_outcome_word(g->outcome), g->says, g->value,
			 g->limit);
	return g;
}

#endif
