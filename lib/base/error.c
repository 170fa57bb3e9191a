#include "base/compat.h"
#include "base/error.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>

#include "base/buf.h"
#include "base/mem.h"

#define MESSAGE_MAX ((size_t)1 << 16)
#define LINES_MAX ((size_t)1 << 20)

struct state {
	struct ev_error pub;
	struct ev_buf message, details, hints;
};

static _Thread_local struct state *state;
static pthread_key_t state_key;
static pthread_once_t state_once = PTHREAD_ONCE_INIT;

static void state_free(void *p)
{
	struct state *s = p;

	ev_buf_release(&s->message);
	ev_buf_release(&s->details);
	ev_buf_release(&s->hints);
	free(s);
	state = NULL;
}

static void make_key(void)
{
	if (pthread_key_create(&state_key, state_free))
		abort();
}

static struct state *get_state(void)
{
	static const struct ev_buf lines = EV_BUF_INIT_MAX(LINES_MAX);

	if (state)
		return state;
	pthread_once(&state_once, make_key);
	state = ev_calloc(1, sizeof(*state));
	ev_buf_init(&state->message);
	state->details = lines;
	state->hints = lines;
	/* Only for the destructor when a thread ends. */
	if (pthread_setspecific(state_key, state))
		abort();
	return state;
}

/* The arguments may point into the last error, so format before replacing. */
static int EV_PRINTF(2, 0)
replace(int code, const char *fmt, va_list ap, const char *tail)
{
	struct state *s = get_state();
	struct ev_buf text = EV_BUF_INIT;

	ev_buf_vaddf(&text, fmt, ap);
	if (tail) {
		ev_buf_adds(&text, ": ");
		ev_buf_adds(&text, tail);
	}
	if (text.len > MESSAGE_MAX)
		ev_buf_setlen(&text, MESSAGE_MAX);
	ev_buf_swap(&s->message, &text);
	ev_buf_release(&text);
	s->pub.code = code;
	return code;
}

static void drop_lines(void)
{
	struct state *s = get_state();

	ev_buf_clear(&s->details);
	ev_buf_clear(&s->hints);
}

int ev_fail(int code, const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	replace(code, fmt, ap, NULL);
	va_end(ap);
	drop_lines();
	errno = err;
	return code;
}

int ev_fail_errno(int code, const char *fmt, ...)
{
	int err = errno;
	char why[128];
	va_list ap;

	va_start(ap, fmt);
	replace(code, fmt, ap, strerror_r(err, why, sizeof(why)));
	va_end(ap);
	drop_lines();
	errno = err;
	return code;
}

int ev_fail_prefix(const char *fmt, ...)
{
	struct state *s = get_state();
	char *old = ev_strdup(s->message.ptr);
	va_list ap;

	va_start(ap, fmt);
	replace(s->pub.code, fmt, ap, old);
	va_end(ap);
	free(old);
	return s->pub.code;
}

/* What was meant as one line stays one, whatever a name in it holds. */
static void EV_PRINTF(2, 0)
add_line(struct ev_buf *lines, const char *fmt, va_list ap)
{
	struct ev_buf text = EV_BUF_INIT, one = EV_BUF_INIT;
	size_t i;

	ev_buf_vaddf(&text, fmt, ap);
	ev_buf_chomp(&text);
	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			ev_buf_adds(&one, "\\u{000A}");
		else
			ev_buf_addc(&one, text.ptr[i]);
	}
	ev_buf_addc(&one, '\n');
	ev_buf_add(lines, one.ptr, one.len);
	ev_buf_release(&one);
	ev_buf_release(&text);
}

void ev_error_detail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_line(&get_state()->details, fmt, ap);
	va_end(ap);
}

void ev_error_hint(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_line(&get_state()->hints, fmt, ap);
	va_end(ap);
}

const struct ev_error *ev_error_last(void)
{
	struct state *s = get_state();

	s->pub.message = s->message.ptr;
	s->pub.details = s->details.ptr;
	s->pub.hints = s->hints.ptr;
	return &s->pub;
}

void ev_error_clear(void)
{
	struct state *s = get_state();

	ev_buf_clear(&s->message);
	drop_lines();
	s->pub.code = EV_OK;
}
