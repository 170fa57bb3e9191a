#include "base/compat.h"

#include "cmd/synth_guard.h"

#include <math.h>

#include "base/file.h"
#include "cmd/synth_behaviour.h"
#include "cmd/usage.h"

#define TUPLES_SHOWN 10u

struct synth_guard synth_guard = { .page = EV_BUF_INIT };

int synth_guard_usage(struct context *ctx, bool making)
{
	const struct synth_guard *g = &synth_guard;
	const char *option = g->none ? "--no-guardrails" : g->reference ?
		"--reference" : g->holdout ? "--holdout" : g->html ? "--html" :
		g->suite ? "--suite" : g->predictions ? "--predictions" : NULL;

	if (option && !making)
		return usage_error(ctx, "%s is for making a cohort", option);
	if (g->none && (g->reference || g->html || g->suite))
		return usage_error(ctx, "--no-guardrails and %s do not go "
				   "together", g->reference ? "--reference" :
				   g->html ? "--html" : "--suite");
	if (!g->suite != !g->predictions)
		return usage_error(ctx, "--suite and --predictions go "
				   "together");
	if (g->holdout && !g->reference)
		return usage_error(ctx, "--holdout needs a --reference");
	return 0;
}

static int read_table(struct ev_guard_table **out, const char *at,
		      const struct ev_synth_file *f, const struct ev_pack *p)
{
	struct ev_buf path = EV_BUF_INIT;
	int ret;

	ev_path_join(&path, at, f->name);
	ret = ev_guard_table_read_pack(out, path.ptr, p, f->rows);
	ev_buf_release(&path);
	return ret;
}

static void add_input(const char *role, const char *hex)
{
	struct ev_synth_input *x = &synth_guard.inputs[synth_guard.n_inputs++];

	x->role = role;
	snprintf(x->digest, sizeof(x->digest), "sha256:%.64s", hex);
}

static int read_other(struct ev_guard_table **out, const char *role,
		      const char *path, const struct ev_pack *p)
{
	int ret;

	if (!path)
		return 0;
	ret = ev_guard_table_read_pack(out, path, p, 0);
	if (ret == 0)
		add_input(role, ev_guard_table_digest(*out));
	return ret;
}

int synth_guard_check(const struct ev_source *s,
		      const struct ev_synth_result *r, const char *at,
		      const char *pack_path, unsigned jobs)
{
	struct ev_guard_table *t[4] = { NULL, NULL, NULL, NULL };
	struct synth_guard *g = &synth_guard;
	struct ev_guard_inputs in = { .source = s, .result = r,
				      .pack_path = pack_path, .jobs = jobs };
	size_t i;
	int ret;

	if (g->none)
		return 0;
	ret = read_table(&t[0], at, &r->files[0], s->pack);
	for (i = 1; ret == 0 && i < r->n_files; i++)
		if (ev_guards_want_windows(s->pack) && !t[1] &&
		    !strncmp(r->files[i].name, "windows.", 8))
			ret = read_table(&t[1], at, &r->files[i], s->pack);
	if (ret == 0)
		ret = read_other(&t[2], "reference", g->reference, s->pack);
	if (ret == 0)
		ret = read_other(&t[3], "holdout", g->holdout, s->pack);
	if (ret == 0 && g->suite)
		ret = synth_behaviour_measure(g->suite, g->predictions, jobs);
	if (ret == 0 && g->suite) {
		in.downstream = synth_behaviour_of();
		add_input("suite", in.downstream->suite->digest + 7);
		add_input("predictions", in.downstream->cohort->digest + 7);
	}
	in.cohort = t[0];
	in.windows = t[1];
	in.reference = t[2];
	in.holdout = t[3];
	if (ret == 0)
		ret = ev_guards_check(&g->guards, &in);
	g->done = ret == 0;
	if (g->done && g->guards.histograms[0])
		add_input("histogram", g->guards.histograms);
	if (ret == 0 && g->html)
		ret = ev_guards_page(&g->page, &g->guards, &in);
	for (i = 0; i < EV_ARRAY_SIZE(t); i++)
		ev_guard_table_free(t[i]);
	return ret;
}

size_t synth_guard_inputs(struct ev_synth_input out[SYNTH_GUARD_INPUTS])
{
	memcpy(out, synth_guard.inputs, sizeof(synth_guard.inputs));
	return synth_guard.n_inputs;
}

const struct ev_guards *synth_guard_of(void)
{
	return synth_guard.done ? &synth_guard.guards : NULL;
}

void synth_guard_json(struct ev_json *j)
{
	const struct ev_guards *g = synth_guard_of();

	if (!g)
		return;
	ev_json_kv(j, "outcome", ev_outcome_word(g->outcome));
	ev_json_key(j, "guardrails");
	ev_guards_json(j, g);
	ev_json_kv(j, "leak", g->leak);
	if (!g->valid)
		return;
	ev_json_key(j, "coverage");
	ev_json_object(j);
	ev_json_kvi(j, "covered", (int64_t)g->covered);
	ev_json_kvi(j, "valid", (int64_t)g->valid);
	ev_json_strs(j, "missing", &g->missing_tuples);
	ev_json_end_object(j);
}

static enum colour colour_of(enum ev_outcome_word o)
{
	return o == EV_OUT_PASS ? COLOUR_GOOD : o == EV_OUT_FAIL ? COLOUR_BAD :
		COLOUR_WARN;
}

static void print_one(const struct ev_guard *x)
{
	char number[80] = "";

	if (isfinite(x->value))
		snprintf(number, sizeof(number), " (%.4g, asked %s %.4g)",
			 x->value, x->at_least ? ">=" : "<=", x->limit);
	out_raw("  ", 2);
	out_word(x->not_applicable ? COLOUR_DIM : colour_of(x->outcome),
		 x->not_applicable ? "n/a" : ev_outcome_word(x->outcome), 12);
	out_cell(x->id, 28);
	out_line("%s%s", x->says, number);
}

void synth_guard_print(bool all)
{
	const struct ev_guards *g = synth_guard_of();
	size_t i, passed = 0, apart = 0;

	if (!g)
		return;
	for (i = 0; i < g->n; i++) {
		apart += g->items[i].not_applicable;
		passed += !g->items[i].not_applicable &&
			g->items[i].outcome == EV_OUT_PASS;
	}
	out_line("guardrails: %s, %zu of %zu pass", ev_outcome_word(
		 g->outcome), passed, g->n - apart);
	for (i = 0; i < g->n; i++)
		if (all || g->items[i].outcome != EV_OUT_PASS)
			print_one(&g->items[i]);
	for (i = 0; i < g->missing_tuples.n && i < TUPLES_SHOWN; i++)
		out_line("  missing: %s", g->missing_tuples.items[i]);
	if (g->missing_tuples.n > TUPLES_SHOWN)
		out_line("  ... and %llu more", (unsigned long long)(g->valid -
			 g->covered - TUPLES_SHOWN));
	out_line("%s", g->leak);
}

int synth_guard_page(void)
{
	const struct synth_guard *g = &synth_guard;

	return g->done && g->html ? ev_file_replace(g->html, g->page.ptr,
						    g->page.len, 0666) : 0;
}

int synth_guard_exit(void)
{
	if (!synth_guard.done)
		return EXIT_PASS;
	switch (synth_guard.guards.outcome) {
	case EV_OUT_PASS:
		return EXIT_PASS;
	case EV_OUT_REVIEW:
		return EXIT_REVIEW;
	case EV_OUT_INCOMPLETE:
		return EXIT_INCOMPLETE;
	case EV_OUT_FAIL:
		break;
	}
	return EXIT_FAIL;
}

void synth_guard_release(void)
{
	ev_guards_release(&synth_guard.guards);
	synth_behaviour_release();
	ev_buf_release(&synth_guard.page);
	synth_guard.done = false;
}
