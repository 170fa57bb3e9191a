#include "base/compat.h"
#include "data/rows_internal.h"

#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"

/* The longest row, its LF and CR, and what is read behind it. */
#define BLOCK_MAX (EV_ROWS_MAX_LINE + EV_ROWS_BLOCK)

static ptrdiff_t from_memory(struct ev_rows *r, char *to, size_t n)
{
	if (n > r->n_bytes)
		n = r->n_bytes;
	if (n)
		memcpy(to, r->bytes, n);
	r->bytes += n;
	r->n_bytes -= n;
	return (ptrdiff_t)n;
}

static ptrdiff_t from_file(struct ev_rows *r, char *to, size_t n)
{
	size_t have = 0;
	ssize_t got;

	/* A pipe gives little at a time. */
	while (have < n) {
		got = read(r->fd, to + have, n - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ev_fail_errno(EV_ERROR, "cannot read '%s'",
					     r->name);
		if (!got)
			break;
		have += (size_t)got;
	}
	return (ptrdiff_t)have;
}

ptrdiff_t ev_rows_raw(struct ev_rows *r, char *to, size_t n)
{
	ptrdiff_t got = r->fd < 0 ? from_memory(r, to, n) :
			from_file(r, to, n);

	if (got > 0)
		ev_sha256_add(r->hash, to, (size_t)got);
	return got;
}

static int make_room(struct ev_rows *r)
{
	size_t have = r->end - r->at;

	if (r->at) {
		memmove(r->block, r->block + r->at, have);
		r->at = 0;
		r->end = have;
	}
	if (r->end < r->cap)
		return 0;
	if (r->cap >= BLOCK_MAX)
		return ev_rows_fail_long(r, r->line, 1, "row",
					 EV_ROWS_MAX_LINE);
	r->cap = r->cap * 2 < BLOCK_MAX ? r->cap * 2 : BLOCK_MAX;
	r->block = ev_realloc(r->block, r->cap + EV_ROWS_PAD);
	return 0;
}

int ev_rows_fill(struct ev_rows *r)
{
	ptrdiff_t got;
	size_t room;
	int ret;

	ret = make_room(r);
	if (ret < 0)
		return ret;
	room = r->cap - r->end;
	got = r->gzip ? ev_rows_gzip_read(r, r->block + r->end, room) :
	      ev_rows_raw(r, r->block + r->end, room);
	if (got < 0)
		return (int)got;
	r->eof = (size_t)got < room && !ev_rows_gzip_broken(r->gzip);
	r->end += (size_t)got;
	memset(r->block + r->end, 0, EV_ROWS_PAD);
	r->read += (uint64_t)got;
	if (r->read > r->max_read)
		return ev_rows_fail_at(r, EV_ELIMIT, r->line, 1,
				       "more than %llu bytes%s",
				       (unsigned long long)r->max_read,
				       r->gzip ? " once inflated" : "");
	return 0;
}

/* Formats that people hand over by mistake. */
static int known_otherwise(const struct ev_rows *r)
{
	static const struct {
		const char *magic, *what;
		size_t n;
	} known[] = {
		{ "PAR1", "a Parquet file", 4 },
		{ "PK\x03\x04", "a ZIP file or a workbook", 4 },
		{ "\x28\xb5\x2f\xfd", "compressed with zstd", 4 },
		{ "BZh", "compressed with bzip2", 3 },
		{ "\xfd" "7zXZ", "compressed with xz", 5 },
		{ "ARROW1", "an Arrow file", 6 },
		{ "\x89HDF", "an HDF5 file", 4 },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(known); i++) {
		if (r->end < known[i].n ||
		    memcmp(r->block, known[i].magic, known[i].n))
			continue;
		ev_rows_fail_at(r, EV_EINVALID, 1, 1, "file is %s",
				known[i].what);
		ev_error_hint("write it as CSV, TSV or JSON Lines, plain or "
			      "gzipped");
		return EV_EINVALID;
	}
	return 0;
}

static int text_begins(const struct ev_rows *r)
{
	const char *p = r->block;

	if (r->end >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) {
		ev_rows_fail_at(r, EV_EINVALID, 1, 1,
				"byte order mark before the first line");
		ev_error_hint("sed -i '1s/^\\xef\\xbb\\xbf//' '%s'", r->name);
		return EV_EINVALID;
	}
	if (r->end >= 2 && (!memcmp(p, "\xff\xfe", 2) ||
			    !memcmp(p, "\xfe\xff", 2))) {
		ev_rows_fail_at(r, EV_EINVALID, 1, 1,
				"text is UTF-16, not UTF-8");
		ev_error_hint("iconv -f UTF-16 -t UTF-8 '%s'", r->name);
		return EV_EINVALID;
	}
	return known_otherwise(r);
}

int ev_rows_start(struct ev_rows *r)
{
	int ret;

	r->cap = EV_ROWS_BLOCK;
	r->block = ev_malloc(r->cap + EV_ROWS_PAD);
	ret = ev_rows_fill(r);
	if (ret < 0)
		return ret;
	if (r->end >= 2 && !memcmp(r->block, "\x1f\x8b", 2)) {
		ret = ev_rows_gzip_new(r, r->block, r->end);
		r->end = 0;
		r->read = 0;
		r->eof = false;
		if (!ret)
			ret = ev_rows_fill(r);
		if (ret < 0)
			return ret;
	}
	if (r->end || !r->eof)
		return text_begins(r);
	ev_rows_fail_at(r, EV_EINVALID, 1, 1, "table is empty");
	ev_error_hint(r->format == EV_ROWS_JSONL ? "write an object a line" :
		      "name the columns in its first line");
	return EV_EINVALID;
}
