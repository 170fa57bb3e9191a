#include "base/compat.h"

#include "data/xml.h"

#include <expat.h>
#include <strings.h>

#include "base/error.h"

struct reader {
	const struct ev_xml_handler *h;
	XML_Parser parser;
	const char *file;
	unsigned depth;
	size_t elements;
	int ret;
};

static unsigned line_of(const struct reader *r)
{
	return (unsigned)XML_GetCurrentLineNumber(r->parser);
}

/* The column is counted from 0 by expat. */
static unsigned column_of(const struct reader *r)
{
	return (unsigned)XML_GetCurrentColumnNumber(r->parser) + 1;
}

static void stop(struct reader *r, int ret)
{
	r->ret = ret;
	XML_StopParser(r->parser, XML_FALSE);
}

static void refuse(struct reader *r, int code, const char *what)
{
	stop(r, ev_fail(code, "%s:%u:%u: %s", r->file, line_of(r),
			column_of(r), what));
}

static void XMLCALL on_start(void *ctx, const char *name,
			     const char **attributes)
{
	struct reader *r = ctx;
	size_t n = 0;
	int ret;

	if (r->ret < 0)
		return;
	if (++r->depth > EV_XML_MAX_DEPTH) {
		refuse(r, EV_ELIMIT, "elements are nested too deeply");
		return;
	}
	if (++r->elements > EV_XML_MAX_ELEMENTS) {
		refuse(r, EV_ELIMIT, "too many elements");
		return;
	}
	while (attributes[2 * n])
		if (++n > EV_XML_MAX_ATTRIBUTES) {
			refuse(r, EV_ELIMIT, "too many attributes");
			return;
		}
	ret = r->h->start(r->h->ctx, name, attributes, line_of(r));
	if (ret < 0)
		stop(r, ret);
}

static void XMLCALL on_end(void *ctx, const char *name)
{
	struct reader *r = ctx;
	int ret;

	if (r->ret < 0)
		return;
	r->depth--;
	ret = r->h->end(r->h->ctx, name);
	if (ret < 0)
		stop(r, ret);
}

static void XMLCALL on_doctype(void *ctx, const char *name, const char *system,
			       const char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	refuse(ctx, EV_EINVALID, "document type declarations are refused");
}

static void XMLCALL on_declaration(void *ctx, const char *version,
				   const char *encoding, int standalone)
{
	(void)version;
	(void)standalone;
	if (encoding && strcasecmp(encoding, "UTF-8") &&
	    strcasecmp(encoding, "US-ASCII"))
		refuse(ctx, EV_EINVALID, "encoding is not UTF-8");
}

/* Expat finds UTF-16 by its mark, before any declaration. */
static bool is_utf16(const char *text, size_t n)
{
	return n >= 2 && (!memcmp(text, "\xff\xfe", 2) ||
			  !memcmp(text, "\xfe\xff", 2) ||
			  !text[0] || !text[1]);
}

int ev_xml_read(const struct ev_xml_handler *h, const char *file,
		const char *text, size_t n)
{
	struct reader r = { .h = h, .file = file };
	enum XML_Status status;

	if (n > EV_XML_MAX_BYTES)
		return ev_fail(EV_ELIMIT, "'%s' is over %zu bytes", file,
			       EV_XML_MAX_BYTES);
	if (is_utf16(text, n))
		return ev_fail(EV_EINVALID, "%s:1:1: encoding is not UTF-8",
			       file);
	r.parser = XML_ParserCreate(NULL);
	if (!r.parser)
		abort();
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	XML_SetXmlDeclHandler(r.parser, on_declaration);
	status = XML_Parse(r.parser, text, (int)n, XML_TRUE);
	if (r.ret == 0 && status != XML_STATUS_OK)
		r.ret = ev_fail(EV_EINVALID, "%s:%u:%u: %s", file, line_of(&r),
				column_of(&r),
				XML_ErrorString(XML_GetErrorCode(r.parser)));
	XML_ParserFree(r.parser);
	return r.ret;
}

const char *ev_xml_attribute(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (!strcmp(attributes[0], name))
			return attributes[1];
	return NULL;
}
