#include "base/compat.h"
#include "manifest/build.h"

#include <ctype.h>

#include "base/error.h"
#include "base/mem.h"

/* Length of "Key" in "Key : value"; 0 if the line is no trailer. */
static size_t key_length(const char *line, size_t n)
{
	size_t k = 0, end;

	while (k < n && (isalnum((unsigned char)line[k]) || line[k] == '-'))
		k++;
	for (end = k; end < n && (line[end] == ' ' || line[end] == '\t'); end++)
		;
	return k && end < n && line[end] == ':' ? k : 0;
}

static bool is_blank(const char *line, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isspace((unsigned char)line[i]))
			return false;
	return true;
}

/* Start of the last paragraph if another stands before it, else the end. */
static const char *last_paragraph(const char *message)
{
	const char *line, *next, *start = NULL, *end;
	bool blank = true;
	unsigned paragraphs = 0;

	for (line = message; *line; line = next) {
		end = strchrnul(line, '\n');
		next = *end ? end + 1 : end;
		if (is_blank(line, (size_t)(end - line))) {
			blank = true;
		} else if (blank) {
			blank = false;
			start = line;
			paragraphs++;
		}
	}
	return paragraphs > 1 ? start : line;
}

/*
 * As Git decides: all lines are trailers, or one was made by Git and a quarter
 * of them are.
 */
static bool is_trailer_block(const char *text)
{
	static const char *const by_git[] = {
		"Signed-off-by: ", "(cherry picked from commit "
	};
	size_t good = 0, other = 0, i, n;
	bool git = false, was = false;

	for (; *text; text += n + !!text[n]) {
		n = strcspn(text, "\n");
		if (is_blank(text, n) || *text == '#')
			continue;
		for (i = 0; i < EV_ARRAY_SIZE(by_git); i++)
			if (ev_starts_with(text, by_git[i]))
				break;
		if (i < EV_ARRAY_SIZE(by_git))
			git = was = true;
		else if (!isspace((unsigned char)*text))
			was = key_length(text, n) > 0;
		else if (good + other)
			continue;	/* goes on from the line before */
		else
			was = false;
		good += was;
		other += !was;
	}
	return good && (!other || (git && good * 3 >= other));
}

static void add_folded(struct ev_buf *out, const char *p, size_t n)
{
	while (n && isspace((unsigned char)*p)) {
		p++;
		n--;
	}
	while (n && isspace((unsigned char)p[n - 1]))
		n--;
	if (out->len && n)
		ev_buf_addc(out, ' ');
	ev_buf_add(out, p, n);
}

char *ev_trailer(const char *message, const char *key)
{
	struct ev_buf value = EV_BUF_INIT_MAX((size_t)64 << 10);
	const char *text = last_paragraph(message);
	size_t n, k;
	bool in = false, found = false;

	if (!is_trailer_block(text))
		return NULL;
	for (; *text; text += n + !!text[n]) {
		n = strcspn(text, "\n");
		if (in && isspace((unsigned char)*text)) {
			add_folded(&value, text, n);
			continue;
		}
		k = key_length(text, n);
		in = k && k == strlen(key) && !strncasecmp(text, key, k);
		if (!in)
			continue;
		found = true;
		ev_buf_clear(&value);
		k = (size_t)(strchr(text, ':') + 1 - text);
		add_folded(&value, text + k, n - k);
	}
	if (found && value.len && !value.overflow)
		return ev_buf_detach(&value, NULL);
	ev_buf_release(&value);
	return NULL;
}

/* The message of a commit begins after the first empty line. */
static int read_message(struct ev_buf *out, struct ev_build *b)
{
	struct ev_buf raw = EV_BUF_INIT;
	const char *start;
	int ret;

	ret = ev_object_read(&raw, NULL, b->r, b->commit);
	start = ret < 0 ? NULL : strstr(raw.ptr, "\n\n");
	if (start)
		ev_buf_adds(out, start + 2);
	ev_buf_release(&raw);
	return ret;
}

static bool check_option(struct ev_build *b, const char *option,
			 const char *value)
{
	if (!value || !ev_is_placeholder(value))
		return true;
	ev_problem_add(&b->problems, NULL, NULL, "%s is a placeholder: '%s'",
		       option, value);
	return false;
}

static bool in_file(const struct ev_build *b, const char *field)
{
	const struct ev_value *v = ev_build_member(b, "change", field);

	return v && !ev_is_placeholder(v->text);
}

/*
 * Trailers count over the file only when both are there: many projects have a
 * Change-Id in every commit that means something else.
 */
int ev_build_change(struct ev_build *b)
{
	const char *id = b->options->change_id;
	const char *reason = b->options->change_reason;
	struct ev_buf message = EV_BUF_INIT;
	char *tid = NULL, *treason = NULL;
	bool both;
	int ret;

	ret = read_message(&message, b);
	if (ret < 0)
		goto out;
	tid = ev_trailer(message.ptr, "Change-Id");
	treason = ev_trailer(message.ptr, "Change-Reason");
	if (tid && ev_is_placeholder(tid)) {
		free(tid);
		tid = NULL;
	}
	if (treason && ev_is_placeholder(treason)) {
		free(treason);
		treason = NULL;
	}
	both = tid && treason;
	if (!id && (both || !in_file(b, "id")))
		id = tid;
	if (!reason && (both || !in_file(b, "reason")))
		reason = treason;
	if (id && check_option(b, "--change", id))
		ev_build_text(b, "change", "id", id);
	if (reason && check_option(b, "--reason", reason))
		ev_build_text(b, "change", "reason", reason);
out:
	free(tid);
	free(treason);
	ev_buf_release(&message);
	return ret < 0 ? ret : 0;
}
