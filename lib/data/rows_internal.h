/*
 * rows_internal.h - an open table; for lib/data/rows*.c alone
 *
 * `block` holds the bytes from `at` to `end` that are not yet rows, and behind
 * them PAD bytes that may be read as a word but mean nothing.  A row is taken
 * apart where it lies, so it is whole in the block before a field is changed,
 * and it stays there until the next one is asked for.
 */
#ifndef EV_DATA_ROWS_INTERNAL_H
#define EV_DATA_ROWS_INTERNAL_H

#include "base/hash.h"
#include "data/rows.h"

#define EV_ROWS_PAD 8
#define EV_ROWS_BLOCK ((size_t)256 << 10)

struct ev_rows_gzip;

struct ev_rows {
	char *name;
	enum ev_rows_format format;
	char delimiter;
	/* where bytes come from */
	int fd;
	const char *bytes;
	size_t n_bytes;
	struct ev_rows_gzip *gzip;
	struct ev_sha256 *hash;
	uint64_t read, max_read, max_rows;
	bool eof, finished;
	char digest[EV_SHA256_HEX + 1];
	/* the block */
	char *block;
	size_t cap, at, end;
	size_t row;			/* bytes of the current row, with LF */
	/* the table */
	char **names;
	uint32_t *sorted;		/* indices of names, by bytes */
	size_t n, names_cap;
	/* the row */
	struct ev_rows_field *fields;
	uint64_t *lines;		/* of the fields, if several_lines */
	size_t fields_cap, lines_cap;
	bool several_lines;
	uint64_t line, next_line, rows;
	struct ev_buf scratch;		/* JSON: strings without escapes */
	uint64_t *seen;			/* JSON: row that last had a member */
};

/* Bytes straight from file or memory, hashed; 0 at the end. */
ptrdiff_t ev_rows_raw(struct ev_rows *r, char *to, size_t n);
/* Look at the first bytes; decides on gzip. */
int ev_rows_start(struct ev_rows *r);
/* Fill the block, whose bytes may move; sets eof.  EV_ELIMIT if a row does
 * not fit. */
int ev_rows_fill(struct ev_rows *r);
/* The inflated stream. */
int ev_rows_gzip_new(struct ev_rows *r, const char *first, size_t n);
ptrdiff_t ev_rows_gzip_read(struct ev_rows *r, char *to, size_t n);
bool ev_rows_gzip_broken(const struct ev_rows_gzip *g);
void ev_rows_gzip_free(struct ev_rows_gzip *g);

int ev_rows_fail_at(const struct ev_rows *r, int code, uint64_t line,
		    uint64_t column, const char *fmt, ...) EV_PRINTF(5, 6);
/* EV_ELIMIT: a row or field. */
int ev_rows_fail_long(const struct ev_rows *r, uint64_t line, uint64_t column,
		      const char *what, size_t max);
int ev_rows_fail_columns(const struct ev_rows *r);	/* too many */
int ev_rows_fail_empty(const struct ev_rows *r);	/* an empty line */
/* The place of a byte in the row that begins at `at`, by counting. */
int ev_rows_fail_byte(const struct ev_rows *r, size_t offset,
		      const char *fmt, ...) EV_PRINTF(3, 4);
/* Add a name of the header; EV_ELIMIT. */
int ev_rows_name_add(struct ev_rows *r, const char *name, size_t n);
/* Room for field i. */
void ev_rows_field_room(struct ev_rows *r, size_t i);
/* Index of a name of n bytes, or -1. */
ptrdiff_t ev_rows_lookup(const struct ev_rows *r, const char *name, size_t n);
/* All names are there: sort them; false and *again if one is twice. */
bool ev_rows_names_sort(struct ev_rows *r, size_t *again);
/* Have a whole line at `at`: *n is its length without the LF, if *lf. */
int ev_rows_whole_line(struct ev_rows *r, size_t *n, bool *lf);
/* UTF-8 throughout and no control character but TAB, LF and CR. */
int ev_rows_text_check(const struct ev_rows *r, size_t n);

/* The n bytes at `at`, a line, into fields, eight bytes at a time; false if
 * there is anything about it that wants a careful reading, if only to say what
 * is wrong. */
bool ev_rows_split(struct ev_rows *r, size_t n);
/* The same speed: nothing but printable ASCII. */
bool ev_rows_is_plain(const char *p, size_t n);

int ev_rows_csv_header(struct ev_rows *r);
int ev_rows_csv_next(struct ev_rows *r);
int ev_rows_json_header(struct ev_rows *r);
int ev_rows_json_next(struct ev_rows *r);

#endif
