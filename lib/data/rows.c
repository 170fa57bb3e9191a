#include "base/compat.h"
#include "data/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"
#include "data/rows_internal.h"

int ev_rows_format_parse(enum ev_rows_format *out, const char *name)
{
	static const char *const words[] = { "csv", "tsv", "jsonl" };
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++) {
		if (!ev_streq(name, words[i]))
			continue;
		*out = (enum ev_rows_format)(EV_ROWS_CSV + i);
		return 0;
	}
	ev_fail(EV_EINVALID, "'%s' is no format of a table",
		name ? name : "");
	ev_error_hint("one of csv, tsv, jsonl");
	return EV_EINVALID;
}

static bool ends_with(const char *s, size_t n, const char *end)
{
	size_t m = strlen(end);

	return m <= n && !strncasecmp(s + n - m, end, m);
}

static int guess_format(struct ev_rows *r)
{
	static const struct {
		const char *end;
		enum ev_rows_format format;
	} known[] = {
		{ ".csv", EV_ROWS_CSV }, { ".tsv", EV_ROWS_TSV },
		{ ".jsonl", EV_ROWS_JSONL }, { ".ndjson", EV_ROWS_JSONL },
	};
	size_t n = strlen(r->name), i;

	if (ends_with(r->name, n, ".gz"))
		n -= 3;
	for (i = 0; i < EV_ARRAY_SIZE(known); i++) {
		if (!ends_with(r->name, n, known[i].end))
			continue;
		r->format = known[i].format;
		return 0;
	}
	ev_fail(EV_EINVALID, "'%s': its name does not say its format",
		r->name);
	ev_error_hint("end the name in .csv, .tsv or .jsonl (and .gz), or "
		      "say the format");
	return EV_EINVALID;
}

static struct ev_rows *new_table(const char *name, enum ev_rows_format format)
{
	struct ev_rows *r = ev_calloc(1, sizeof(*r));

	r->name = ev_strdup(name);
	r->format = format;
	r->fd = -1;
	r->hash = ev_sha256_new();
	r->max_read = EV_ROWS_MAX_BYTES;
	r->max_rows = EV_ROWS_MAX_ROWS;
	r->line = r->next_line = 1;
	ev_buf_init(&r->scratch);
	return r;
}

static int begin(struct ev_rows **out, struct ev_rows *r)
{
	int ret = 0;

	if (r->format == EV_ROWS_GUESS)
		ret = guess_format(r);
	if (!ret)
		ret = ev_rows_start(r);
	r->delimiter = r->format == EV_ROWS_TSV ? '\t' : ',';
	if (!ret)
		ret = r->format == EV_ROWS_JSONL ? ev_rows_json_header(r) :
		      ev_rows_csv_header(r);
	if (ret < 0)
		ev_rows_close(r);
	else
		*out = r;
	return ret < 0 ? ret : 0;
}

int ev_rows_open(struct ev_rows **out, const char *path, const char *name,
		 enum ev_rows_format format)
{
	struct ev_rows *r;
	struct stat st;
	int fd;

	*out = NULL;
	/* A named pipe must not keep us waiting for a writer. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return ev_fail_errno(errno == ENOENT || errno == ENOTDIR ?
				     EV_ENOTFOUND : EV_ERROR,
				     "cannot open '%s'", path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return ev_fail(EV_EINVALID, "'%s' is no regular file",
			       name ? name : path);
	}
	r = new_table(name ? name : path, format);
	r->fd = fd;
	return begin(out, r);
}

int ev_rows_open_memory(struct ev_rows **out, const char *bytes, size_t n,
			const char *name, enum ev_rows_format format)
{
	struct ev_rows *r = new_table(name, format);

	*out = NULL;
	r->bytes = bytes;
	r->n_bytes = n;
	return begin(out, r);
}

void ev_rows_close(struct ev_rows *r)
{
	size_t i;

	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	ev_rows_gzip_free(r->gzip);
	ev_sha256_free(r->hash);
	ev_buf_release(&r->scratch);
	for (i = 0; i < r->n; i++)
		free(r->names[i]);
	free(r->names);
	free(r->sorted);
	free(r->fields);
	free(r->lines);
	free(r->seen);
	free(r->block);
	free(r->name);
	free(r);
}

void ev_rows_limit(struct ev_rows *r, uint64_t rows, uint64_t bytes)
{
	r->max_rows = rows;
	r->max_read = bytes;
}

size_t ev_rows_columns(const struct ev_rows *r)
{
	return r->n;
}

const char *ev_rows_column_name(const struct ev_rows *r, size_t i)
{
	return r->names[i];
}

const char *ev_rows_name(const struct ev_rows *r)
{
	return r->name;
}

uint64_t ev_rows_line(const struct ev_rows *r)
{
	return r->line;
}

static void finish(struct ev_rows *r)
{
	unsigned char digest[EV_SHA256_SIZE];

	if (r->finished)
		return;
	ev_sha256_finish(r->hash, digest);
	ev_hex_encode(r->digest, digest, sizeof(digest));
	r->finished = true;
}

int ev_rows_next(struct ev_rows *r, const struct ev_rows_field **fields)
{
	int ret;

	*fields = NULL;
	r->line = r->next_line;
	r->at += r->row;
	r->row = 0;
	r->several_lines = false;
	ret = r->format == EV_ROWS_JSONL ? ev_rows_json_next(r) :
	      ev_rows_csv_next(r);
	if (ret < 0)
		return ret;
	if (!ret) {
		finish(r);
		return 0;
	}
	*fields = r->fields;
	if (++r->rows > r->max_rows)
		return ev_rows_fail_at(r, EV_ELIMIT, r->line, 1,
				       "more than %llu rows",
				       (unsigned long long)r->max_rows);
	return 1;
}

int ev_rows_digest(char out[65], const struct ev_rows *r)
{
	if (!r->finished)
		return ev_fail(EV_ERROR, "'%s' has not been read to its end",
			       r->name);
	memcpy(out, r->digest, sizeof(r->digest));
	return 0;
}
