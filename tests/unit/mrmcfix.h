/*
 * mrmcfix.h - Van Dyke's readers, or some of them
 */
#ifndef EV_TESTS_MRMCFIX_H
#define EV_TESTS_MRMCFIX_H

#include "rocfix.h"

#include "stats/mrmc.h"

#define DATA "tests/data/reference/"
#define READERS 5
#define MODALITIES 2
#define CASES 114

static uint32_t reader[MOST_ROWS], modality[MOST_ROWS], which[MOST_ROWS];
static uint8_t truth[MOST_ROWS];
static double rating[MOST_ROWS];
static struct ev_mrmc_table t;

static inline int set_up(void **state)
{
	struct csv *csv = read_csv(DATA "vandyke_mrmc.csv");
	size_t i;

	(void)state;
	for (i = 0; i < csv->n; i++) {
		reader[i] = (uint32_t)atoi(csv->cell[i][0]) - 1;
		modality[i] = (uint32_t)atoi(csv->cell[i][1]) - 1;
		which[i] = (uint32_t)atoi(csv->cell[i][2]) - 1;
		truth[i] = csv->cell[i][3][0] == '1';
		rating[i] = strtod(csv->cell[i][4], NULL);
	}
	t = (struct ev_mrmc_table){ reader, modality, which, truth, rating,
				    csv->n, READERS, MODALITIES, CASES, NULL,
				    0 };
	free(csv);
	return t.n == READERS * MODALITIES * CASES ? 0 : -1;
}

/* A table of its own. */
struct part {
	uint32_t reader[MOST_ROWS], modality[MOST_ROWS], which[MOST_ROWS];
	uint8_t truth[MOST_ROWS];
	double rating[MOST_ROWS];
	struct ev_mrmc_table t;
};

static struct part part;

/* Of some readers and the first modalities alone, numbered anew. */
static inline void take_readers(struct part *to, const char *readers,
			 uint32_t modalities)
{
	const char *at;
	size_t i, n = 0;

	for (i = 0; i < t.n; i++) {
		at = strchr(readers, (int)('1' + reader[i]));
		if (!at || modality[i] >= modalities)
			continue;
		to->reader[n] = (uint32_t)(at - readers);
		to->modality[n] = modality[i];
		to->which[n] = which[i];
		to->truth[n] = truth[i];
		to->rating[n++] = rating[i];
	}
	to->t = (struct ev_mrmc_table){ to->reader, to->modality, to->which,
					to->truth, to->rating, n,
					(uint32_t)strlen(readers), modalities,
					CASES, NULL, 0 };
}

#endif
