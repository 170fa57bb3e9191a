#include "base/compat.h"
#include "gate/install_internal.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

void ev_steps_release(struct ev_steps *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		free(s->items[i].path);
		ev_buf_release(&s->items[i].text);
		ev_buf_release(&s->items[i].old);
	}
	free(s->items);
	memset(s, 0, sizeof(*s));
}

struct ev_step *ev_steps_add(struct ev_steps *s, const char *path)
{
	struct ev_step *step;

	EV_GROW(s->items, s->n, s->cap);
	step = &s->items[s->n++];
	memset(step, 0, sizeof(*step));
	step->path = ev_strdup(path);
	ev_buf_init(&step->text);
	ev_buf_init(&step->old);
	return step;
}

/* The umask must not take a hook away from others who use the repository: Git
 * passes over what it may not execute. */
static int put(const char *path, const struct ev_buf *text, unsigned mode)
{
	char *part = ev_strdupf("%s.evidence-new", path);
	int ret;

	(void)unlink(part);
	ret = ev_file_create(part, text->ptr, text->len, mode & 0777);
	if (ret >= 0 && (chmod(part, mode) || rename(part, path)))
		ret = ev_fail_errno(EV_ERROR, "cannot write '%s'", path);
	if (ret < 0)
		(void)unlink(part);
	free(part);
	return ret;
}

static char *aside_name(const struct ev_step *s)
{
	return ev_strdupf("%s" EV_HOOK_CHAINED, s->path);
}

/*
 * A second name first, so that there is a hook at every moment; where the file
 * system has no such names, it is moved.
 */
static int move_aside(const struct ev_step *s)
{
	char *aside = aside_name(s);
	int ret = 0;

	if (link(s->path, aside) && (errno == EEXIST ||
				     rename(s->path, aside)))
		ret = ev_fail_errno(EV_ERROR, "cannot move '%s' aside",
				    s->path);
	free(aside);
	return ret;
}

static void undo(const struct ev_step *s)
{
	char *aside = aside_name(s);

	if (s->aside)
		(void)rename(aside, s->path);
	else if (s->replaces)
		(void)put(s->path, &s->old, s->old_mode);
	else
		(void)unlink(s->path);
	free(aside);
}

void ev_steps_undo(struct ev_steps *s, size_t n)
{
	const struct ev_error *e = ev_error_last();
	char *message = ev_strdup(e->message), *hints = ev_strdup(e->hints);
	int code = e->code;
	char *line, *save = NULL;

	while (n-- > 0)
		undo(&s->items[n]);
	ev_fail(code, "%s", message);
	for (line = strtok_r(hints, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		ev_error_hint("%s", line);
	free(message);
	free(hints);
}

static int do_step(const struct ev_step *s)
{
	char *aside;
	int ret = 0;

	if (s->aside)
		ret = move_aside(s);
	if (ret < 0)
		return ret;
	ret = put(s->path, &s->text, 0755);
	if (ret < 0 && s->aside) {
		/* a second name of it, or its only one */
		aside = aside_name(s);
		(void)rename(aside, s->path);
		(void)unlink(aside);
		free(aside);
	}
	return ret;
}

int ev_steps_do(struct ev_steps *s)
{
	size_t i;
	int ret;

	for (i = 0; i < s->n; i++) {
		ret = do_step(&s->items[i]);
		if (ret < 0) {
			ev_steps_undo(s, i);
			return ret;
		}
	}
	return 0;
}
