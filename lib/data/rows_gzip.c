#include "base/compat.h"
#include "data/rows_internal.h"

#include <zlib.h>

#include "base/error.h"
#include "base/mem.h"

#define GZIP_ONLY (15 + 16)

struct ev_rows_gzip {
	z_stream z;
	bool between;		/* behind a whole member */
	const char *broken;	/* why nothing follows what was given out */
	char in[EV_ROWS_BLOCK];
};

static void give(struct ev_rows_gzip *g, size_t n)
{
	g->z.next_in = (unsigned char *)g->in;
	g->z.avail_in = (uInt)n;
}

/* `first`: what was read before it was known to be compressed. */
int ev_rows_gzip_new(struct ev_rows *r, const char *first, size_t n)
{
	struct ev_rows_gzip *g = ev_calloc(1, sizeof(*g));

	memcpy(g->in, first, n);
	give(g, n);
	if (inflateInit2(&g->z, GZIP_ONLY) != Z_OK) {
		free(g);
		return ev_fail(EV_ERROR, "'%s': zlib does not start", r->name);
	}
	r->gzip = g;
	return 0;
}

void ev_rows_gzip_free(struct ev_rows_gzip *g)
{
	if (g)
		inflateEnd(&g->z);
	free(g);
}

/* Rows that came before are told first, so that the line is the right one. */
static int broken(const struct ev_rows *r, const char *what)
{
	r->gzip->broken = what;
	ev_rows_fail_at(r, EV_EINVALID, r->line, 1, "%s", what);
	ev_error_hint("gzip -t '%s'", r->name);
	return EV_EINVALID;
}

bool ev_rows_gzip_broken(const struct ev_rows_gzip *g)
{
	return g && g->broken;
}

/* 1 if there are compressed bytes, 0 at the end of the file. */
static int more_input(struct ev_rows *r)
{
	struct ev_rows_gzip *g = r->gzip;
	ptrdiff_t got;

	if (g->z.avail_in)
		return 1;
	got = ev_rows_raw(r, g->in, sizeof(g->in));
	if (got < 0)
		return (int)got;
	give(g, (size_t)got);
	return got > 0;
}

/* Members may follow each other, nothing else may. */
static int next_member(struct ev_rows *r)
{
	if (*r->gzip->z.next_in != 0x1f)
		return broken(r, "bytes behind the end of the gzip data");
	if (inflateReset(&r->gzip->z) != Z_OK)
		return broken(r, "zlib does not start again");
	r->gzip->between = false;
	return 0;
}

static int inflate_some(struct ev_rows *r)
{
	switch (inflate(&r->gzip->z, Z_NO_FLUSH)) {
	case Z_STREAM_END:
		r->gzip->between = true;
		return 0;
	case Z_OK:
	case Z_BUF_ERROR:
		return 0;
	case Z_MEM_ERROR:
		return ev_fail(EV_ERROR, "'%s': no memory to inflate it",
			       r->name);
	default:
		return broken(r, r->gzip->z.msg ? r->gzip->z.msg :
			      "gzip data is damaged");
	}
}

ptrdiff_t ev_rows_gzip_read(struct ev_rows *r, char *to, size_t n)
{
	struct ev_rows_gzip *g = r->gzip;
	int ret;

	if (g->broken)
		return broken(r, g->broken);
	g->z.next_out = (unsigned char *)to;
	g->z.avail_out = (uInt)n;
	while (g->z.avail_out) {
		ret = more_input(r);
		if (!ret && g->between)
			break;
		if (!ret)
			ret = broken(r, "gzip data ends before its end");
		else if (ret > 0)
			ret = g->between ? next_member(r) : inflate_some(r);
		if (ret < 0 && g->broken && g->z.avail_out < n)
			break;
		if (ret < 0)
			return ret;
	}
	return (ptrdiff_t)(n - g->z.avail_out);
}
