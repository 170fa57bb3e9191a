/*
 * hook.h - what the wrappers in hooks/ call; shared by the files of that verb
 */
#ifndef EV_CMD_HOOK_H
#define EV_CMD_HOOK_H

#include "cmd/render.h"
#include "gate/judge.h"

/* At most so many lines are read from standard input. */
#define HOOK_LINES 100000

/*
 * Lines "OLD NEW REF" of standard input; or, of a push, "LOCAL-REF ID
 * REMOTE-REF ID", whose last id is the old value.
 */
int hook_read_changes(struct ev_ref_changes *out, bool of_push);

/* Exit status; argv holds the words after the name of the hook. */
int hook_pre_push(struct context *ctx, int argc, const char **argv);
int hook_pre_merge_commit(struct context *ctx, int argc, const char **argv);
int hook_pre_commit(struct context *ctx, int argc, const char **argv);
int hook_prepare_commit_msg(struct context *ctx, int argc, const char **argv);
int hook_transaction(struct context *ctx, int argc, const char **argv);
int hook_pre_receive(struct context *ctx, int argc, const char **argv);
int hook_server_transaction(struct context *ctx, int argc, const char **argv);

/* The way back after a move of `ref` to `to` was refused: Git has changed the
 * files before it asks. */
void hook_say_recovery(struct context *ctx, const struct ev_verdict *v);
/* After a merge was refused; `by_hand`: somebody may have worked on it. */
void hook_say_merge_recovery(struct context *ctx, bool by_hand);

#endif
