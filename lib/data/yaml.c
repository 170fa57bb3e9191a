#include "base/compat.h"
#include "data/yaml.h"

#include <yaml.h>

#include "base/error.h"
#include "base/utf8.h"
#include "data/text.h"
#include "data/tree.h"

/*
 * libyaml counts letters where we count bytes.  Its marks hardly ever go
 * back, so a cursor that walks from the last mark to the next one finds each
 * byte offset in constant time.
 */
struct reader {
	struct ev_builder *b;
	const char *file, *text;
	size_t n;
	size_t letter, offset;		/* the cursor */
	unsigned line;
	size_t line_start;
	unsigned documents;
};

static bool inside_letter(const struct reader *r)
{
	return r->offset < r->n &&
	       ((unsigned char)r->text[r->offset] & 0xc0) == 0x80;
}

static void seek(struct reader *r, const yaml_mark_t *mark)
{
	if (mark->index < r->letter) {
		r->letter = r->offset = r->line_start = 0;
		r->line = 1;
	}
	while (r->letter < mark->index && r->offset < r->n) {
		if (r->text[r->offset] == '\n') {
			r->line++;
			r->line_start = r->offset + 1;
		}
		do {
			r->offset++;
		} while (inside_letter(r));
		r->letter++;
	}
}

static unsigned column(const struct reader *r)
{
	return (unsigned)(r->offset - r->line_start) + 1;
}

/* At the cursor. */
static int fail(const struct reader *r, const char *what)
{
	return ev_fail(EV_EINVALID, "%s:%u:%u: %s", r->file, r->line,
		       column(r), what);
}

/* libyaml's findings in the words of the other messages. */
static const char *translate(const char *problem)
{
	static const struct {
		const char *theirs, *ours;
	} table[] = {
		{ "found unexpected end of stream",
		  "unexpected end of text" },
		{ "did not find expected node content",
		  "expected a value" },
		{ "did not find expected key",
		  "expected a key here; look at the indentation" },
		{ "did not find expected '-' indicator",
		  "expected '- ' here; look at the indentation" },
		{ "did not find expected ',' or ']'", "expected ',' or ']'" },
		{ "did not find expected ',' or '}'", "expected ',' or '}'" },
		{ "could not find expected ':'",
		  "expected ': ' after the key" },
		{ "did not find expected <document start>",
		  "expected the end of the document" },
		{ "mapping values are not allowed in this context",
		  "unexpected ': ' inside a value; put the value in quotes" },
		{ "mapping keys are not allowed in this context",
		  "unexpected '? '" },
		{ "block sequence entries are not allowed in this context",
		  "unexpected '- '" },
		{ "found unknown escape character",
		  "unknown escape in a string" },
		{ "found unexpected document indicator",
		  "unexpected end of the document in a string" },
		{ "found unexpected ':'", "unexpected ':'" },
	};
	size_t i;

	if (!problem)
		return "not valid YAML";
	for (i = 0; i < EV_ARRAY_SIZE(table); i++)
		if (!strcmp(problem, table[i].theirs))
			return table[i].ours;
	return problem;
}

/* Refuse a tab among the blanks that begin the line of the cursor. */
static int check_indentation(const struct reader *r)
{
	size_t i = r->offset, tab = r->n;

	if (i < r->n && r->text[i] == '\t')
		tab = i;
	for (; i > r->line_start; i--) {
		if (r->text[i - 1] == '\t')
			tab = i - 1;
		else if (r->text[i - 1] != ' ')
			return 0;
	}
	if (tab == r->n)
		return 0;
	return ev_fail(EV_EINVALID, "%s:%u:%u: tab used for indentation",
		       r->file, r->line, (unsigned)(tab - r->line_start) + 1);
}

static int fail_parser(struct reader *r, const yaml_parser_t *p)
{
	const char *what;
	int ret;

	if (p->error == YAML_MEMORY_ERROR)
		return ev_fail(EV_ERROR, "%s: no memory left", r->file);
	if (p->error == YAML_READER_ERROR)
		return ev_text_fail(EV_EINVALID, r->file, r->text,
				    p->problem_offset < r->n ?
				    p->problem_offset : r->n,
				    "%s", translate(p->problem));
	seek(r, &p->problem_mark);
	ret = check_indentation(r);
	if (ret < 0)
		return ret;
	what = translate(p->problem);
	if (r->offset >= r->n && !strncmp(what, "expected", 8))
		return ev_fail(EV_EINVALID, "%s:%u:%u: unexpected end of text, "
			       "%s", r->file, r->line, column(r), what);
	if (strcmp(what, "found character that cannot start any token"))
		return fail(r, what);
	if (r->text[r->offset] == '\t')
		return fail(r, "unexpected tab");
	return ev_fail(EV_EINVALID, "%s:%u:%u: unexpected '%c'; put the value "
		       "in quotes", r->file, r->line, column(r),
		       r->text[r->offset]);
}

static enum ev_type plain_type(bool *yes, const char *s, size_t n)
{
	*yes = false;
	if (!n || !strcmp(s, "~") || !strcmp(s, "null"))
		return EV_NULL;
	*yes = !strcmp(s, "true");
	if (*yes || !strcmp(s, "false"))
		return EV_BOOL;
	return ev_number_scan(s, n, NULL) == n ? EV_NUMBER : EV_STRING;
}

static int fail_key(const struct reader *r, enum ev_type type)
{
	if (type == EV_LIST || type == EV_MAP)
		return ev_fail(EV_EINVALID, "%s:%u:%u: key must be a string, "
			       "not a %s", r->file, r->line, column(r),
			       ev_type_name(type));
	ev_fail(EV_EINVALID, "%s:%u:%u: key must be a string, not %s%s",
		r->file, r->line, column(r), type == EV_NULL ? "" : "a ",
		ev_type_name(type));
	if (type != EV_NULL)
		ev_error_hint("put the key in quotes");
	return EV_EINVALID;
}

static int check_key(const struct reader *r, const yaml_event_t *e,
		     enum ev_type type)
{
	yaml_scalar_style_t style = e->data.scalar.style;

	if (style == YAML_LITERAL_SCALAR_STYLE ||
	    style == YAML_FOLDED_SCALAR_STYLE)
		return fail(r, "key must be on one line");
	if (type != EV_STRING)
		return fail_key(r, type);
	if (style == YAML_PLAIN_SCALAR_STYLE &&
	    !strcmp((const char *)e->data.scalar.value, "<<"))
		return fail(r, "merge key '<<' is not supported");
	return 0;
}

static int read_scalar(struct reader *r, const yaml_event_t *e)
{
	const char *s = (const char *)e->data.scalar.value;
	size_t n = e->data.scalar.length;
	enum ev_type type = EV_STRING;
	struct ev_value *v;
	bool yes = false;
	int ret;

	if (memchr(s, 0, n))
		return fail(r, "NUL in a string");
	if (e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		type = plain_type(&yes, s, n);
	if (ev_builder_wants_key(r->b)) {
		ret = check_key(r, e, type);
		if (ret < 0)
			return ret;
	}
	if (type == EV_NUMBER && !ev_number_fits(s, n)) {
		fail(r, "number is too large");
		ev_error_hint("put it in quotes if it is an identifier");
		return EV_EINVALID;
	}
	ret = ev_builder_node(&v, r->b, type, r->line, column(r));
	if (ret < 0)
		return ret;
	v->boolean = yes;
	v->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (type != EV_STRING && type != EV_NUMBER)
		return 0;
	v->len = n;
	v->text = ev_builder_bytes(r->b, n + 1);
	memcpy(v->text, s, n + 1);
	return 0;
}

static int open_container(struct reader *r, enum ev_type type,
			  const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		return fail(r, "anchors are not supported");
	if (tag)
		return fail(r, "tags are not supported");
	if (ev_builder_wants_key(r->b))
		return fail_key(r, type);
	return ev_builder_open(r->b, type, r->line, column(r));
}

static int read_event(struct reader *r, const yaml_event_t *e)
{
	int ret;

	seek(r, &e->start_mark);
	ret = e->type == YAML_STREAM_END_EVENT ? 0 : check_indentation(r);
	if (ret < 0)
		return ret;
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (r->documents++)
			return fail(r, "more than one document");
		if (e->data.document_start.tag_directives.start !=
		    e->data.document_start.tag_directives.end)
			return fail(r, "tags are not supported");
		return 0;
	case YAML_ALIAS_EVENT:
		return fail(r, "aliases are not supported");
	case YAML_SCALAR_EVENT:
		if (e->data.scalar.anchor)
			return fail(r, "anchors are not supported");
		if (e->data.scalar.tag)
			return fail(r, "tags are not supported");
		return read_scalar(r, e);
	case YAML_SEQUENCE_START_EVENT:
		return open_container(r, EV_LIST,
				      e->data.sequence_start.anchor,
				      e->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return open_container(r, EV_MAP,
				      e->data.mapping_start.anchor,
				      e->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return ev_builder_close(r->b);
	default:
		return 0;
	}
}

static int read_stream(struct reader *r)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool end = false;
	int ret = 0;

	if (!yaml_parser_initialize(&parser))
		return ev_fail(EV_ERROR, "%s: no memory left", r->file);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)r->text,
				     r->n);
	while (!ret && !end) {
		if (!yaml_parser_parse(&parser, &event)) {
			ret = fail_parser(r, &parser);
			break;
		}
		ret = read_event(r, &event);
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return ret;
}

/* What libyaml would refuse or skip without a word on its place. */
static int check_letters(const struct reader *r)
{
	size_t i, used;
	uint32_t cp;

	for (i = 0; i < r->n; i += used) {
		cp = (unsigned char)r->text[i];
		used = 1;
		if (cp >= 0x20 && cp < 0x7f)
			continue;
		if (cp >= 0x7f)
			used = ev_utf8_decode(&cp, r->text + i, r->n - i);
		if (cp == '\t' || cp == '\n' || cp == '\r' || cp == 0x85)
			continue;
		if (cp == 0xfeff)
			return ev_text_fail(EV_EINVALID, r->file, r->text, i,
					    "byte order mark in the text");
		if (cp < 0xa0 || cp == 0xfffe || cp == 0xffff)
			return ev_text_fail(EV_EINVALID, r->file, r->text, i,
					    "control character U+%04X",
					    (unsigned)cp);
	}
	return 0;
}

int ev_yaml_read(struct ev_value **out, const char *file,
		 const char *text, size_t n)
{
	struct reader r = { .file = file, .text = text, .n = n, .line = 1 };
	struct ev_builder b;
	int ret;

	*out = NULL;
	ret = ev_text_check(file, text, n);
	if (ret < 0)
		return ret;
	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		r.text += 3;
		r.n -= 3;
	}
	ret = check_letters(&r);
	if (ret < 0)
		return ret;
	ev_builder_init(&b, file, n);
	r.b = &b;
	ret = read_stream(&r);
	if (ret == 0)
		*out = ev_builder_finish(&b);
	ev_builder_release(&b);
	return ret;
}
