/*
 * synth_guard.h - the guardrails of `git evidence synth`, for cmd/synth.c
 */
#ifndef EV_CMD_SYNTH_GUARD_H
#define EV_CMD_SYNTH_GUARD_H

#include "cmd/render.h"
#include "synth/manifest.h"

#define SYNTH_GUARD_INPUTS 5u

/* What was asked for; options point here. */
struct synth_guard {
	const char *reference, *holdout, *html;
	const char *suite, *predictions;
	bool none;			/* --no-guardrails */
	/* what came of it */
	bool done;
	struct ev_guards guards;
	struct ev_buf page;
	struct ev_synth_input inputs[SYNTH_GUARD_INPUTS];
	size_t n_inputs;
};
extern struct synth_guard synth_guard;

/* Wrong usage, or 0; `making`: a cohort is. */
int synth_guard_usage(struct context *ctx, bool making);
/* Judge the tables in the folder `at`, when they are whole. */
int synth_guard_check(const struct ev_source *s,
		      const struct ev_synth_result *r, const char *at,
		      const char *pack_path, unsigned jobs);
/* For ev_synth_manifest(): NULL if nothing was judged. */
const struct ev_guards *synth_guard_of(void);
/* The files that were compared with; how many. */
size_t synth_guard_inputs(struct ev_synth_input out[SYNTH_GUARD_INPUTS]);
/* Members "outcome", "guardrails", "coverage" and "leak". */
void synth_guard_json(struct ev_json *j);
void synth_guard_print(bool all);
/* Write the page, if one was asked for. */
int synth_guard_page(void);
/* EXIT_PASS if nothing was judged. */
int synth_guard_exit(void);
void synth_guard_release(void);

#endif
