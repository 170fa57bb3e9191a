/*
 * synth_attach.h - `git evidence synth --attach`, for cmd/synth.c
 */
#ifndef EV_CMD_SYNTH_ATTACH_H
#define EV_CMD_SYNTH_ATTACH_H

#include "cmd/words.h"
#include "study/generator.h"

/* What was asked for; options point here. */
struct synth_attach {
	bool wanted;
	const char *name, *key, *supersede, *because;
	/* what came of it */
	bool has_reader, done;
	struct reader reader;
	struct ev_strs approved_by;
	struct ev_generation record;
	struct ev_written written;
};
extern struct synth_attach synth_attach;

/* Wrong usage, or 0; `making`: a cohort is. */
int synth_attach_usage(struct context *ctx, bool making);
/* Policy, commit and who approved the pack, before anything is drawn. */
int synth_attach_begin(struct context *ctx, const char *rev,
		       const char *pack, const char *digest);
/* Sign and keep it; the cohort is not shown unless that went well. */
int synth_attach_record(struct context *ctx, const struct ev_buf *manifest,
			const struct ev_buf *page);
/* Member "record". */
void synth_attach_json(struct ev_json *j);
void synth_attach_print(struct context *ctx);
void synth_attach_release(void);

#endif
