/*
 * manifest.h - how a cohort was made (CLINICAL 4.5)
 *
 * Canonical JSON: members sorted, shortest numbers.  It holds no clock and no
 * path; what the machine was goes in `generator`.
 */
#ifndef EV_SYNTH_MANIFEST_H
#define EV_SYNTH_MANIFEST_H

#include "synth/guard.h"

void ev_synth_manifest(struct ev_buf *out, const struct ev_source *s,
		       const struct ev_synth_result *r,
		       const struct ev_guards *g,	/* NULL: not checked */
		       const char *tool_version);
/* What a manifest says of a use: allowed_uses, prohibited_uses. */
struct ev_synth_uses { struct ev_strs allowed, prohibited; bool simulated; };
int ev_synth_uses_read(struct ev_synth_uses *out, const struct ev_value *m);
void ev_synth_uses_release(struct ev_synth_uses *u);

#endif
