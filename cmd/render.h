/*
 * render.h - how verbs speak: errors, hints, colour, JSON envelope
 *
 * Everything that comes from evidence, files or Git passes through
 * ev_display() before it reaches a terminal; out_text() does that.
 */
#ifndef EV_CMD_RENDER_H
#define EV_CMD_RENDER_H

#include "base/error.h"
#include "cmd/verb.h"
#include "data/json.h"

enum { EXIT_PASS = 0, EXIT_FAIL = 1, EXIT_INCOMPLETE = 2, EXIT_REVIEW = 3,
       EXIT_FIRST_USE = 4, EXIT_CANNOT = 128, EXIT_USAGE = 129 };

/* Before anything else of this header: NULL repository is fine. */
void render_setup(const struct context *ctx);

/* Print the last error: "error: ...", details indented two, "hint: ..." lines,
 * all escaped, to stderr; with ctx->json also the document
 * {"schema", "error": {"code", "message", "hint"}} on stdout. Returns 128. */
int report_error(struct context *ctx);
/* "error: ..." and the usage lines of the verb; with ctx->json also the
 * document with code "usage"; 129. */
int usage_error(struct context *ctx, const char *fmt, ...) EV_PRINTF(2, 3);
void say_warning(const char *fmt, ...) EV_PRINTF(1, 2);	/* stderr, escaped */
void say_note(struct context *ctx, const char *fmt, ...) EV_PRINTF(2, 3);
			/* stderr, unless quiet */
void say_hint(const char *fmt, ...) EV_PRINTF(1, 2);	/* obeys GIT_ADVICE=0 */

/* The parts of the two above.  `tag` is "error" or "warning"; the document is
 * only printed with `json`; hints and details are lines or NULL. */
void error_line(const char *tag, const char *message);
void error_document(const struct verb *v, bool json, const char *code,
		    const char *message, const char *details,
		    const char *hints);

/* stdout, escaped whole after formatting; the final LF is added if it is not
 * there. No colour codes in the text: they would be escaped too. */
void out_line(const char *fmt, ...) EV_PRINTF(1, 2);
/* Escaped and padded to `width` columns (0: none), or ended by one space if it
 * is as wide or wider, so that columns stay apart. */
void out_cell(const char *text, size_t width);
void out_raw(const char *p, size_t n);		/* bytes as they are */

enum colour { COLOUR_NONE, COLOUR_GOOD, COLOUR_BAD, COLOUR_WARN, COLOUR_DIM };
/* Start/end codes, "" when colour is off (color.evidence, color.ui, NO_COLOR,
 * TERM=dumb, not a terminal, --json); both for COLOUR_NONE. */
const char *colour_on(enum colour c);
const char *colour_off(void);
/* A cell whose text alone is coloured. */
void out_word(enum colour c, const char *text, size_t width);

/* Begin {"schema":"git-evidence/<verb>/1", in `buf`; end with json_finish(),
 * which closes the object and prints it with LF. */
void json_begin(struct ev_json *j, struct ev_buf *buf, struct context *ctx);
void json_finish(struct ev_json *j);
/* Send what was printed on its way, in the middle of a verb. */
void out_flush(void);
/* Flush stdout; a write error becomes 128 with a message, once. The framework
 * calls it after run(). */
int finish_output(int status);

#endif
