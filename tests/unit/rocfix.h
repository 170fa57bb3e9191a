/*
 * rocfix.h - columns of a table, with markers and cases made of them
 */
#ifndef EV_TESTS_ROCFIX_H
#define EV_TESTS_ROCFIX_H

#include "statsfix.h"

#include "base/mem.h"
#include "stats/philox.h"
#include "stats/roc.h"

#define MOST_COLUMNS 8
#define MOST_ROWS 2000
#define MOST_MARKERS 3
#define CELL 32

struct csv {
	size_t columns, n;
	char name[MOST_COLUMNS][CELL];
	char cell[MOST_ROWS][MOST_COLUMNS][CELL];
};

static inline size_t split(char (*cell)[CELL], char *line)
{
	size_t k = 0;
	char *at, *end;

	line[strcspn(line, "\r\n")] = '\0';
	for (at = line; at; at = end) {
		end = strchr(at, ',');
		if (end)
			*end++ = '\0';
		assert_true(k < MOST_COLUMNS && strlen(at) < CELL);
		memcpy(cell[k++], at, strlen(at) + 1);
	}
	return k;
}

static inline struct csv *read_csv(const char *path)
{
	struct csv *t = ev_calloc(1, sizeof(*t));
	FILE *in = fopen(path, "r");
	char line[300];

	assert_non_null(in);
	assert_non_null(fgets(line, sizeof(line), in));
	t->columns = split(t->name, line);
	while (fgets(line, sizeof(line), in)) {
		assert_true(t->n < MOST_ROWS);
		assert_int_equal(split(t->cell[t->n], line), t->columns);
		t->n++;
	}
	fclose(in);
	return t;
}

static inline size_t column(const struct csv *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->columns; i++)
		if (strcmp(t->name[i], name) == 0)
			return i;
	fail_msg("no column '%s'", name);
	return 0;
}

/* Rows with up to MOST_MARKERS scores, as lib/stats takes them. */
struct study {
	size_t n;
	uint8_t truth[MOST_ROWS];
	uint32_t cluster[MOST_ROWS];
	double score[MOST_MARKERS][MOST_ROWS];
	uint32_t order[MOST_MARKERS][MOST_ROWS];
	struct ev_marker m[MOST_MARKERS];
	struct ev_cases c;
};

/* Make markers and cases of the scores, truths and clusters. */
static inline void bind(struct study *s, uint32_t clusters)
{
	size_t j;

	for (j = 0; j < MOST_MARKERS; j++) {
		assert_int_equal(ev_marker_order(s->order[j], s->score[j],
						 s->n), 0);
		s->m[j] = (struct ev_marker){ s->score[j], s->order[j] };
	}
	s->c = (struct ev_cases){ s->truth, clusters ? s->cluster : NULL,
				  clusters, s->n };
}

/*
 * Rows of a table whose column `by` is `word` (all for NULL) and that have a
 * score.  Columns of scores and the one of patients end at a NULL.
 */
static inline void take(struct study *s, const struct csv *t,
			const char *const *scores, const char *patient,
			const char *by, const char *word)
{
	size_t i, j, label = column(t, "label"), who = 0, last = 0;
	uint32_t clusters = 0;

	s->n = 0;
	memset(s->score, 0, sizeof(s->score));
	if (patient)
		who = column(t, patient);
	for (i = 0; i < t->n; i++) {
		if (!t->cell[i][column(t, scores[0])][0] ||
		    (by && strcmp(t->cell[i][column(t, by)], word) != 0))
			continue;
		s->truth[s->n] = t->cell[i][label][0] == '1';
		for (j = 0; scores[j]; j++)
			s->score[j][s->n] =
				strtod(t->cell[i][column(t, scores[j])], NULL);
		/* rows of a patient stand together */
		if (clusters == 0 || !patient ||
		    strcmp(t->cell[i][who], t->cell[last][who]) != 0)
			clusters++;
		s->cluster[s->n++] = clusters - 1;
		last = i;
	}
	bind(s, patient ? clusters : 0);
}

#endif
