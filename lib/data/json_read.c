#include "base/compat.h"
#include "data/json.h"

#include <jansson.h>

#include "base/error.h"
#include "data/text.h"
#include "data/tree.h"

struct scan {
	struct ev_builder *b;
	const char *file, *p, *end;
	const char *line_start;
	unsigned line;
};

static unsigned column(const struct scan *s, const char *at)
{
	return (unsigned)(at - s->line_start) + 1;
}

static int fail(const struct scan *s, const char *at, const char *what)
{
	return ev_fail(EV_EINVALID, "%s:%u:%u: %s", s->file, s->line,
		       column(s, at), what);
}

static int fail_end(const struct scan *s)
{
	return fail(s, s->end, "unexpected end of text");
}

/* One letter as the text has it, so that the reader finds it again. */
static int fail_letter(const struct scan *s, const char *wanted)
{
	size_t n = 1, left = (size_t)(s->end - s->p);

	if (!left)
		return fail_end(s);
	while (n < left && ((unsigned char)s->p[n] & 0xc0) == 0x80)
		n++;
	return ev_fail(EV_EINVALID, "%s:%u:%u: expected %s, not '%.*s'",
		       s->file, s->line, column(s, s->p), wanted,
		       (int)n, s->p);
}

static void skip_space(struct scan *s)
{
	for (; s->p < s->end; s->p++) {
		if (*s->p == '\n') {
			s->line++;
			s->line_start = s->p + 1;
		} else if (*s->p != ' ' && *s->p != '\t' && *s->p != '\r') {
			break;
		}
	}
}

static bool next_is(struct scan *s, char c)
{
	skip_space(s);
	return s->p < s->end && *s->p == c;
}

/* Find the closing quote; `p` stands behind the opening one. */
static int string_end(const char **out, bool *escaped, const struct scan *s)
{
	const char *p = s->p + 1;
	unsigned char c;

	*escaped = false;
	for (; p < s->end; p++) {
		c = (unsigned char)*p;
		if (c == '"') {
			*out = p;
			return 0;
		}
		if (c == '\\') {
			*escaped = true;
			if (++p >= s->end)
				break;
			c = (unsigned char)*p;
		}
		if (c < 0x20)
			return ev_fail(EV_EINVALID, "%s:%u:%u: control "
				       "character U+%04X in a string",
				       s->file, s->line, column(s, p), c);
	}
	return fail_end(s);
}

static int read_string(struct scan *s)
{
	const char *start = s->p + 1, *end = start, *why;
	struct ev_value *v;
	bool escaped;
	size_t bad;
	int ret;

	ret = string_end(&end, &escaped, s);
	if (ret < 0)
		return ret;
	ret = ev_builder_node(&v, s->b, EV_STRING, s->line, column(s, s->p));
	if (ret < 0)
		return ret;
	v->quoted = true;
	v->len = (size_t)(end - start);
	v->text = ev_builder_bytes(s->b, v->len + 1);
	if (!escaped)
		memcpy(v->text, start, v->len);
	else if (!ev_json_unescape(v->text, &v->len, start, &bad, &why))
		return fail(s, start + bad, why);
	v->text[v->len] = 0;
	s->p = end + 1;
	return 0;
}

static int read_number(struct scan *s)
{
	struct ev_value *v;
	const char *why;
	size_t n;
	int ret;

	n = ev_number_scan(s->p, (size_t)(s->end - s->p), &why);
	if (!n)
		return fail(s, s->p, why);
	if (!ev_number_fits(s->p, n))
		return fail(s, s->p, "number is too large");
	ret = ev_builder_node(&v, s->b, EV_NUMBER, s->line, column(s, s->p));
	if (ret < 0)
		return ret;
	v->len = n;
	v->text = ev_builder_bytes(s->b, n + 1);
	memcpy(v->text, s->p, n);
	v->text[n] = 0;
	s->p += n;
	return 0;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

static int read_word(struct scan *s)
{
	static const struct {
		const char *word;
		enum ev_type type;
		bool yes;
	} words[] = {
		{ "true", EV_BOOL, true }, { "false", EV_BOOL, false },
		{ "null", EV_NULL, false },
	};
	const char *end = s->p;
	struct ev_value *v;
	size_t i, n;
	int ret;

	while (end < s->end && is_word(*end))
		end++;
	n = (size_t)(end - s->p);
	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		if (strlen(words[i].word) == n &&
		    !memcmp(words[i].word, s->p, n))
			break;
	if (i == EV_ARRAY_SIZE(words))
		return ev_fail(EV_EINVALID, "%s:%u:%u: unknown word '%.*s'",
			       s->file, s->line, column(s, s->p),
			       ev_text_clip(s->p, n), s->p);
	ret = ev_builder_node(&v, s->b, words[i].type, s->line,
			      column(s, s->p));
	if (ret < 0)
		return ret;
	v->boolean = words[i].yes;
	s->p = end;
	return 0;
}

static int read_key(struct scan *s)
{
	int ret;

	if (!next_is(s, '"'))
		return fail_letter(s, "a key in double quotes");
	ret = read_string(s);
	if (ret < 0)
		return ret;
	if (!next_is(s, ':'))
		return fail_letter(s, "':' after the key");
	s->p++;
	return 0;
}

/* Steps of the walk: what is to be read next. */
enum { AFTER = 0, VALUE = 1 };

static int open_container(struct scan *s, enum ev_type type)
{
	int ret = ev_builder_open(s->b, type, s->line, column(s, s->p));

	if (ret < 0)
		return ret;
	s->p++;
	if (next_is(s, type == EV_MAP ? '}' : ']'))
		return AFTER;
	if (type == EV_MAP)
		ret = read_key(s);
	return ret < 0 ? ret : VALUE;
}

static int read_value(struct scan *s)
{
	skip_space(s);
	if (s->p == s->end)
		return fail_end(s);
	if (*s->p == '{')
		return open_container(s, EV_MAP);
	if (*s->p == '[')
		return open_container(s, EV_LIST);
	if (*s->p == '"')
		return read_string(s);
	if (*s->p == '-' || (*s->p >= '0' && *s->p <= '9'))
		return read_number(s);
	if (is_word(*s->p))
		return read_word(s);
	return fail_letter(s, "a value");
}

/* Close what ends here; VALUE when a comma announces more. */
static int after_value(struct scan *s)
{
	bool map;
	int ret;

	while (s->b->depth) {
		map = s->b->frames[s->b->depth - 1].node->type == EV_MAP;
		skip_space(s);
		if (s->p == s->end)
			return fail_end(s);
		if (*s->p == ',') {
			s->p++;
			ret = map ? read_key(s) : 0;
			return ret < 0 ? ret : VALUE;
		}
		if (*s->p != (map ? '}' : ']'))
			return fail_letter(s, map ? "',' or '}'" :
					   "',' or ']'");
		s->p++;
		ret = ev_builder_close(s->b);
		if (ret < 0)
			return ret;
	}
	skip_space(s);
	if (s->p < s->end)
		return fail(s, s->p, "trailing text after the value");
	return AFTER;
}

/* Two readers must agree before a text counts as JSON. */
static int judge(const char *file, const char *text, size_t n)
{
	json_error_t error;
	json_t *value;

	value = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
			   &error);
	if (!value)
		return ev_text_fail(EV_EINVALID, file, text,
				    error.position > 0 &&
				    (size_t)error.position <= n ?
				    (size_t)error.position : 0,
				    "not valid JSON: %s", error.text);
	json_decref(value);
	return 0;
}

int ev_json_read(struct ev_value **out, const char *file,
		 const char *text, size_t n)
{
	struct ev_builder b;
	struct scan s = { &b, file, text, text + n, text, 1 };
	int ret;

	*out = NULL;
	ret = ev_text_check(file, text, n);
	if (ret < 0)
		return ret;
	ev_builder_init(&b, file, n);
	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		ret = fail(&s, text, "byte order mark before the value");
		goto out;
	}
	do {
		ret = read_value(&s);
		if (ret == AFTER)
			ret = after_value(&s);
	} while (ret == VALUE);
	if (ret == 0)
		ret = judge(file, text, n);
	if (ret == 0)
		*out = ev_builder_finish(&b);
out:
	ev_builder_release(&b);
	return ret;
}
