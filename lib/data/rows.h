/*
 * rows.h - tables from files, row by row: CSV, TSV, JSON Lines, also gzipped
 *
 * CSV is RFC 4180, strictly: a header line with unique names that are not
 * empty, the same number of fields in every row, quotes only around whole
 * fields, LF or CRLF; TSV the same with tabs.  JSON Lines: one flat object a
 * line (strings, numbers, true, false, null) with the first line's members,
 * in any order; null is an empty field.  UTF-8 without NUL; a byte order mark
 * is refused with a hint, as are a semicolon-separated file and decimal
 * commas where a number is asked for.  gzip is recognised by its first bytes.
 *
 * The reader holds one block and one row.  Errors are
 * "FILE:LINE:COLUMN: ...", with the column counted in bytes from 1 where the
 * field begins.
 */
#ifndef EV_DATA_ROWS_H
#define EV_DATA_ROWS_H

#include "base/buf.h"

#define EV_ROWS_MAX_COLUMNS 4096u
#define EV_ROWS_MAX_FIELD ((size_t)1 << 20)
#define EV_ROWS_MAX_LINE ((size_t)16 << 20)
#define EV_ROWS_MAX_ROWS 200000000u
#define EV_ROWS_MAX_BYTES ((uint64_t)64 << 30)	/* once inflated */

enum ev_rows_format {
	EV_ROWS_GUESS,		/* by name: .csv .tsv .jsonl .ndjson, + .gz */
	EV_ROWS_CSV, EV_ROWS_TSV, EV_ROWS_JSONL
};
/* "csv", "tsv", "jsonl"; EV_EINVALID. */
int ev_rows_format_parse(enum ev_rows_format *out, const char *name);

struct ev_rows_field {
	const char *text;	/* not NUL-ended; until the next row */
	size_t len;
	unsigned column;	/* where it begins, in bytes from 1 */
	bool quoted;		/* CSV; JSON: a string */
};

struct ev_rows;			/* an open table */

/* Open and read the header.  `name` is what messages call it (NULL: path). */
int ev_rows_open(struct ev_rows **out, const char *path, const char *name,
		 enum ev_rows_format format);
/* The same over bytes that the caller keeps. */
int ev_rows_open_memory(struct ev_rows **out, const char *bytes, size_t n,
			const char *name, enum ev_rows_format format);
void ev_rows_close(struct ev_rows *r);
/* Tighter ceilings than the above: EV_ELIMIT where one is passed. */
void ev_rows_limit(struct ev_rows *r, uint64_t rows, uint64_t bytes);

size_t ev_rows_columns(const struct ev_rows *r);
const char *ev_rows_column_name(const struct ev_rows *r, size_t i);
/* Index of a column, or -1. */
ptrdiff_t ev_rows_find(const struct ev_rows *r, const char *name);
/* The likely column for a name that is not there, or NULL. */
const char *ev_rows_closest(const struct ev_rows *r, const char *name);

/* 1 and the next row's fields (as many as columns), 0 at the end. */
int ev_rows_next(struct ev_rows *r, const struct ev_rows_field **fields);
/* Where the current row began, from 1. */
uint64_t ev_rows_line(const struct ev_rows *r);
/* What messages call the table. */
const char *ev_rows_name(const struct ev_rows *r);
/* ev_fail(EV_EINVALID) at field i of the current row. */
int ev_rows_fail(const struct ev_rows *r, size_t i, const char *fmt, ...)
	EV_PRINTF(3, 4);

/*
 * A field as a double, rounded to nearest: digits, sign, '.', exponent, and
 * nothing else (no hexadecimal, "inf" or "nan").  Decimal text of up to 19
 * digits and small exponents takes a fast exact way, all else strtod.
 * EV_EINVALID with the row's place; "0,5" is told what to write.
 */
int ev_rows_double(double *out, const struct ev_rows *r, size_t i);
/* The same without a table: false if text is no number. */
bool ev_parse_double(double *out, const char *text, size_t n);

/* SHA-256 (lower-case hex) of the bytes as read (compressed ones, if so);
 * EV_ERROR before the end of the table. */
int ev_rows_digest(char out[65], const struct ev_rows *r);

#endif
