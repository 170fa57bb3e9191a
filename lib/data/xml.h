/*
 * xml.h - strict XML 1.0 as a stream of elements (expat)
 *
 * Refused: a document type declaration (so there are no entities but the five
 * of XML itself), encodings other than UTF-8 and US-ASCII, and what passes the
 * limits below.  Namespace prefixes stay part of the names; processing
 * instructions and comments are passed over.
 */
#ifndef EV_DATA_XML_H
#define EV_DATA_XML_H

#include "base/compat.h"

#define EV_XML_MAX_BYTES ((size_t)64 << 20)
#define EV_XML_MAX_DEPTH 64
#define EV_XML_MAX_ELEMENTS 1000000
#define EV_XML_MAX_ATTRIBUTES 64	/* of one element */

struct ev_xml_handler {
	/* `attributes`: name, value, name, value, ..., NULL.  The calls may
	 * fail; what they return is what ev_xml_read() returns. */
	int (*start)(void *ctx, const char *name, const char **attributes,
		     unsigned line);
	int (*end)(void *ctx, const char *name);
	void *ctx;
};

/* EV_EINVALID "FILE:LINE:COL: what", EV_ELIMIT. */
int ev_xml_read(const struct ev_xml_handler *h, const char *file,
		const char *text, size_t n);
/* Of a list of attributes; NULL if it is not there. */
const char *ev_xml_attribute(const char **attributes, const char *name);

#endif
