/*
 * output_internal.h - for output*.c
 */
#ifndef EV_SYNTH_OUTPUT_INTERNAL_H
#define EV_SYNTH_OUTPUT_INTERNAL_H

#include "base/buf.h"
#include "synth/output.h"

#define EV_TABLES 2u			/* patients, windows */
#define EV_FILES 3u			/* and the list of waveforms */
#define EV_WAVES EV_TABLES		/* its number */

/* Bytes that stand in a cell as they are, quoted once and for all. */
struct ev_cell { char *text; size_t len; };
struct ev_cells { struct ev_cell *items; size_t n; };

enum ev_column_kind { EV_COL_ID, EV_COL_SCENARIO, EV_COL_VARIABLE,
		      EV_COL_COUNT, EV_COL_DROPOUT, EV_COL_START,
		      EV_COL_STATE, EV_COL_ARTEFACT, EV_COL_SERIES,
		      EV_COL_LABEL, EV_COL_SCORE, EV_COL_ABSTAIN };
struct ev_column {
	enum ev_column_kind kind;
	size_t i;			/* variable, series, label */
	unsigned places;
	bool coded;			/* of levels */
	struct ev_cell before;		/* "," or ",\"name\":" */
	struct ev_cells levels;
};
struct ev_table {
	struct ev_column *columns;
	size_t n;
	size_t row_max;			/* bytes */
	struct ev_cell head, missing, after;
};
struct ev_tables {			/* shared, read-only */
	struct ev_table table[EV_TABLES];
	size_t n;			/* 1 without windows */
	enum ev_synth_format format;
};
void ev_tables_init(struct ev_tables *t, const struct ev_pack *p,
		    enum ev_synth_format format);
void ev_tables_release(struct ev_tables *t);
extern const char *const ev_table_names[EV_TABLES];
/* The rows of a patient in each table; how many in the second. */
int ev_tables_add(struct ev_buf out[EV_TABLES], const struct ev_tables *t,
		  const struct ev_drawn *d);

/* A folder that is filled out of sight, and then shown or taken away. */
struct ev_sink {
	const char *folder;
	bool made;			/* the folder is ours */
	struct ev_buf hidden;
	struct { int fd; struct ev_sha256 *hash; } file[EV_FILES];
};
int ev_sink_open(struct ev_sink *k, const char *folder,
		 struct ev_synth_result *r, const struct ev_tables *t,
		 bool waveforms);
int ev_sink_add(struct ev_sink *k, struct ev_synth_result *r, size_t table,
		const char *p, size_t n);
int ev_sink_close(struct ev_sink *k, struct ev_synth_result *r);
int ev_sink_show(struct ev_sink *k);
void ev_sink_release(struct ev_sink *k);	/* shown or not */

/* A chunk of patients drawn as text; waveforms are in frames. */
struct ev_chunk_text {
	struct ev_buf text[EV_FILES];
	uint64_t rows;			/* windows */
};
struct ev_run {
	const struct ev_synth_plan *plan;
	const struct ev_tables *tables;
	uint64_t first, last, chunk, chunks;
};
int ev_run_chunk(struct ev_chunk_text *out, const struct ev_run *r,
		 struct ev_drawn *d, uint64_t number);
/* output_ring.c: all of them, `jobs` threads, `take` in order. */
int ev_ring_run(const struct ev_run *r, unsigned jobs, struct ev_drawn *drawn,
		int (*take)(void *ctx, const struct ev_chunk_text *c,
			    uint64_t number), void *ctx);

#endif
