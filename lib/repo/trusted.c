#include "base/compat.h"
#include "repo/config.h"

#include <strings.h>

#include "base/error.h"
#include "base/file.h"
#include "repo/git.h"
#include "repo/internal.h"

#define FILE_MAX ((size_t)1 << 20)
#define UNSET "'%s' is not set in '%s'"

/*
 * Asking Git takes a process, as long as the rest of a short command.  So what
 * can be read in one way only is read here: sections and "name = value" on
 * lines of their own, without quotes, escapes or what else has its rules.  A
 * file with one line of another kind is left to Git as a whole.
 */
enum line { LINE_UNCLEAR, LINE_NOTHING, LINE_SECTION, LINE_VALUE };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

/* [name] or [name "sub"], `*n` bytes at `*p`; nothing behind it. */
static enum line read_section(const char **p, size_t *n, const char *end)
{
	const char *from = *p, *s = from;

	while (s < end && (is_name(*s) || *s == '.'))
		s++;
	if (s < end && *s == ' ') {
		if (++s == end || *s++ != '"')
			return LINE_UNCLEAR;
		while (s < end && *s != '"' && *s != '\\')
			s++;
		if (s == end || *s++ != '"')
			return LINE_UNCLEAR;
	}
	if (s == from || end - s != 1 || *s != ']')
		return LINE_UNCLEAR;
	*p = from;
	*n = (size_t)(s - from);
	return LINE_SECTION;
}

/* Cuts the value off: `*n` bytes at `*p` are the name. */
static enum line read_value(const char **p, size_t *n, const char **value,
			    const char *end)
{
	const char *s = *p;

	if (!is_letter(*s))
		return LINE_UNCLEAR;
	while (s < end && is_name(*s))
		s++;
	*n = (size_t)(s - *p);
	while (s < end && is_blank(*s))
		s++;
	if (s == end || *s++ != '=')
		return LINE_UNCLEAR;
	while (s < end && is_blank(*s))
		s++;
	*value = s;
	for (; s < end; s++)
		if (strchr("\"\\#;", *s))
			return LINE_UNCLEAR;
	return LINE_VALUE;
}

static enum line read_line(const char **p, size_t *n, const char **value,
			   const char **end)
{
	const char *s;

	while (*p < *end && is_blank(**p))
		++*p;
	while (*p < *end && is_blank((*end)[-1]))
		--*end;
	for (s = *p; s < *end; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return LINE_UNCLEAR;
	if (*p == *end || **p == '#' || **p == ';')
		return LINE_NOTHING;
	if (**p != '[')
		return read_value(p, n, value, *end);
	++*p;
	return read_section(p, n, *end);
}

static bool is_word(const char *p, size_t n, const char *word, size_t len)
{
	return n == len && !strncasecmp(p, word, n);
}

/* `key` is "section.name".  1 and the last value, 0 if there is none, negative
 * (no message) if the text is for Git to read. */
static int find_plain(struct ev_buf *out, const struct ev_buf *text,
		      const char *key)
{
	const char *dot = strchr(key, '.'), *line = text->ptr;
	const char *all = line + text->len, *next, *p, *end, *value = NULL;
	size_t n = 0;
	bool here = false;
	int found = 0;

	for (; line < all; line = next) {
		end = memchr(line, '\n', (size_t)(all - line));
		if (!end)
			end = all;
		next = end + (end < all);
		p = line;
		switch (read_line(&p, &n, &value, &end)) {
		case LINE_UNCLEAR:
			return EV_EINVALID;
		case LINE_NOTHING:
			break;
		case LINE_SECTION:
			here = is_word(p, n, key, (size_t)(dot - key));
			break;
		case LINE_VALUE:
			if (!here || !is_word(p, n, dot + 1, strlen(dot + 1)))
				break;
			ev_buf_clear(out);
			ev_buf_add(out, value, (size_t)(end - value));
			found = 1;
			break;
		}
	}
	return found;
}

static int read_plain(struct ev_buf *out, const char *path, const char *key)
{
	struct ev_buf text = EV_BUF_INIT, value = EV_BUF_INIT;
	int ret = EV_EINVALID;

	if (ev_file_read(&text, path, FILE_MAX))
		ev_error_clear();
	else if (strchr(key, '.') == strrchr(key, '.'))
		ret = find_plain(&value, &text, key);
	if (ret > 0)
		ev_buf_add(out, value.ptr, value.len);
	ev_buf_release(&value);
	ev_buf_release(&text);
	return ret;
}

int ev_config_trusted(struct ev_buf *out, struct ev_repo *r, const char *key)
{
	static const char *const env[] = { "GIT_CONFIG", "GIT_CONFIG_COUNT",
		"GIT_CONFIG_PARAMETERS", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM=1", "GIT_DIR",
		"GIT_WORK_TREE", "GIT_COMMON_DIR", "LC_ALL=C", NULL };
	struct ev_buf file = EV_BUF_INIT, value = EV_BUF_INIT;
	struct ev_buf err = EV_BUF_INIT_MAX(64 << 10), said = EV_BUF_INIT;
	const char *argv[] = { "git", "config", "--file", NULL,
		"--no-includes", "-z", "--get", key, NULL };
	struct ev_process p = { .argv = argv, .env = env, .cwd = "/",
		.out = &value, .err = &err };
	int ret;

	ev_path_join(&file, r->commondir, "config");
	ret = read_plain(out, file.ptr, key);
	if (ret >= 0) {
		if (!ret)
			ret = ev_fail(EV_ENOTFOUND, UNSET, key, file.ptr);
		else
			ret = 0;
		goto out;
	}
	argv[3] = file.ptr;
	ret = ev_process_run(&p);
	if (ret == EV_ENOTFOUND)
		ret = ev_git_absent();
	if (ret)
		goto out;
	if (p.status == 1 && !err.len) {
		ret = ev_fail(EV_ENOTFOUND, UNSET, key, file.ptr);
	} else if (p.status) {
		ev_git_said(&said, err.ptr);
		ret = ev_fail(EV_EINVALID, "cannot read '%s' from '%s': %s",
			      key, file.ptr, said.ptr);
	} else {
		ev_buf_add(out, value.ptr, strlen(value.ptr));
	}
out:
	ev_buf_release(&file);
	ev_buf_release(&value);
	ev_buf_release(&err);
	ev_buf_release(&said);
	return ret;
}
