#include "base/compat.h"
#include "cmd/render.h"

#include <errno.h>
#include <strings.h>


#include "base/buf.h"
#include "base/utf8.h"
#include "cmd/usage.h"

static const char *code_name(int code)
{
	switch (code) {
	case EV_ENOTFOUND: return "not-found";
	case EV_EEXISTS: return "exists";
	case EV_EINVALID: return "invalid";
	case EV_ELIMIT: return "limit";
	case EV_ECONFLICT: return "conflict";
	case EV_EDENIED: return "denied";
	case EV_EINCOMPLETE: return "incomplete";
	case EV_ESTOP: return "stopped";
	}
	return "error";
}

/* Why the first write to stdout failed. */
static int write_errno;

/* What is on stdout so far must come before what goes to stderr. */
static void put_stderr(const char *before, const char *text, size_t n)
{
	struct ev_buf line = EV_BUF_INIT;

	ev_buf_adds(&line, before);
	ev_display(&line, text, n);
	ev_buf_addc(&line, '\n');
	out_flush();
	fwrite(line.ptr, 1, line.len, stderr);
	ev_buf_release(&line);
}

static void put_lines(const char *before, const char *lines)
{
	const char *end;

	for (; *lines; lines = end + (*end != '\0')) {
		end = lines + strcspn(lines, "\n");
		put_stderr(before, lines, (size_t)(end - lines));
	}
}

void error_line(const char *tag, const char *message)
{
	struct ev_buf before = EV_BUF_INIT;

	ev_buf_addf(&before, "%s: ", tag);
	put_stderr(before.ptr, message, strlen(message));
	ev_buf_release(&before);
}

static bool advice_wanted(void)
{
	const char *s = getenv("GIT_ADVICE");

	return !s || !(!strcmp(s, "0") || !strcasecmp(s, "false") ||
		       !strcasecmp(s, "no") || !strcasecmp(s, "off"));
}

static void document_begin(struct ev_json *j, struct ev_buf *buf,
			   const struct verb *v)
{
	struct ev_buf schema = EV_BUF_INIT;

	ev_buf_addf(&schema, "git-evidence/%s/1", v ? v->name : "error");
	ev_json_init(j, buf);
	ev_json_object(j);
	ev_json_kv(j, "schema", schema.ptr);
	ev_buf_release(&schema);
}

void error_document(const struct verb *v, bool json, const char *code,
		    const char *message, const char *details,
		    const char *hints)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	size_t n = hints ? strlen(hints) : 0;

	if (!json)
		return;
	document_begin(&j, &buf, v);
	ev_json_key(&j, "error");
	ev_json_object(&j);
	ev_json_kv(&j, "code", code);
	ev_json_kv(&j, "message", message);
	ev_json_key(&j, "hint");
	if (n)
		ev_json_stringn(&j, hints, n - (hints[n - 1] == '\n'));
	else
		ev_json_null(&j);
	if (details && *details) {
		ev_json_key(&j, "details");
		ev_json_list(&j);
		while (*details) {
			n = strcspn(details, "\n");
			ev_json_stringn(&j, details, n);
			details += n + (details[n] != '\0');
		}
		ev_json_end_list(&j);
	}
	ev_json_end_object(&j);
	json_finish(&j);
	ev_buf_release(&buf);
}

int report_error(struct context *ctx)
{
	const struct ev_error *e = ev_error_last();
	const char *message = *e->message ? e->message :
		"something failed without saying why";

	error_document(ctx->verb, ctx->json, code_name(e->code), message,
		       e->details, e->hints);
	error_line("error", message);
	put_lines("  ", e->details);
	if (advice_wanted())
		put_lines("hint: ", e->hints);
	return EXIT_CANNOT;
}

int usage_error(struct context *ctx, const char *fmt, ...)
{
	struct ev_buf msg = EV_BUF_INIT;
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ev_buf_vaddf(&msg, fmt, ap);
	va_end(ap);
	ret = usage_fail(ctx->verb, ctx->json, msg.ptr);
	ev_buf_release(&msg);
	return ret;
}

void say_warning(const char *fmt, ...)
{
	struct ev_buf msg = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&msg, fmt, ap);
	va_end(ap);
	ev_buf_chomp(&msg);
	put_stderr("warning: ", msg.ptr, msg.len);
	ev_buf_release(&msg);
}

void say_note(struct context *ctx, const char *fmt, ...)
{
	struct ev_buf msg = EV_BUF_INIT;
	va_list ap;

	if (ctx->quiet)
		return;
	va_start(ap, fmt);
	ev_buf_vaddf(&msg, fmt, ap);
	va_end(ap);
	ev_buf_chomp(&msg);
	put_stderr("", msg.ptr, msg.len);
	ev_buf_release(&msg);
}

void say_hint(const char *fmt, ...)
{
	struct ev_buf msg = EV_BUF_INIT;
	va_list ap;

	if (!advice_wanted())
		return;
	va_start(ap, fmt);
	ev_buf_vaddf(&msg, fmt, ap);
	va_end(ap);
	ev_buf_chomp(&msg);
	put_stderr("hint: ", msg.ptr, msg.len);
	ev_buf_release(&msg);
}

void out_line(const char *fmt, ...)
{
	struct ev_buf msg = EV_BUF_INIT, line = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&msg, fmt, ap);
	va_end(ap);
	ev_buf_chomp(&msg);
	ev_display(&line, msg.ptr, msg.len);
	ev_buf_addc(&line, '\n');
	out_raw(line.ptr, line.len);
	ev_buf_release(&line);
	ev_buf_release(&msg);
}

void out_word(enum colour c, const char *text, size_t width)
{
	struct ev_buf cell = EV_BUF_INIT, word = EV_BUF_INIT;
	size_t n;

	ev_displays(&word, text);
	n = ev_display_width(word.ptr, word.len);
	ev_buf_adds(&cell, colour_on(c));
	ev_buf_add(&cell, word.ptr, word.len);
	ev_buf_adds(&cell, colour_off());
	if (width && n >= width)
		ev_buf_addc(&cell, ' ');
	for (; n < width; n++)
		ev_buf_addc(&cell, ' ');
	out_raw(cell.ptr, cell.len);
	ev_buf_release(&word);
	ev_buf_release(&cell);
}

void out_cell(const char *text, size_t width)
{
	out_word(COLOUR_NONE, text, width);
}

void out_raw(const char *p, size_t n)
{
	errno = 0;
	if (fwrite(p, 1, n, stdout) < n && !write_errno)
		write_errno = errno;
}

void json_begin(struct ev_json *j, struct ev_buf *buf, struct context *ctx)
{
	document_begin(j, buf, ctx->verb);
}

void json_finish(struct ev_json *j)
{
	ev_json_end_object(j);
	ev_buf_addc(j->out, '\n');
	out_raw(j->out->ptr, j->out->len);
}

void out_flush(void)
{
	errno = 0;
	if (fflush(stdout) && !write_errno)
		write_errno = errno;
}

int finish_output(int status)
{
	static bool told;
	struct ev_buf msg = EV_BUF_INIT;

	out_flush();
	if (!ferror(stdout))
		return status;
	/* whoever reads us and went away needs no message */
	if (!told && write_errno != EPIPE) {
		told = true;
		ev_buf_adds(&msg, "cannot write to standard output");
		if (write_errno)
			ev_buf_addf(&msg, ": %s", strerror(write_errno));
		error_line("error", msg.ptr);
	}
	ev_buf_release(&msg);
	return EXIT_CANNOT;
}
