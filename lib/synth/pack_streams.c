#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/hash.h"
#include "base/mem.h"

uint32_t ev_pack_stream(const char *purpose, const char *name)
{
	char *text = ev_strdupf("%s/%s", purpose, name);
	unsigned char d[EV_SHA256_SIZE];

	ev_sha256_bytes(d, text, strlen(text));
	free(text);
	return (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 |
	       (uint32_t)d[2] << 8 | d[3];
}

struct taken { uint32_t stream; char *what; };
struct all { struct taken *items; size_t n, cap; };

static uint32_t take(struct all *a, const char *purpose, const char *name)
{
	EV_GROW(a->items, a->n, a->cap);
	a->items[a->n].stream = ev_pack_stream(purpose, name);
	a->items[a->n].what = ev_strdupf("%s/%s", purpose, name);
	return a->items[a->n++].stream;
}

static int by_stream(const void *x, const void *y)
{
	const struct taken *a = x, *b = y;

	if (a->stream != b->stream)
		return a->stream < b->stream ? -1 : 1;
	return strcmp(a->what, b->what);
}

/* Two that draw the same numbers would be joined without being told so. */
static void check(struct ev_pk *k, struct all *a)
{
	size_t i;

	qsort(a->items, a->n, sizeof(*a->items), by_stream);
	for (i = 1; i < a->n; i++)
		if (a->items[i - 1].stream == a->items[i].stream)
			ev_problem_add(k->bad, k->root, "give one of them "
				       "another name", "'%s' and '%s' would "
				       "draw the same random numbers",
				       a->items[i - 1].what, a->items[i].what);
	for (i = 0; i < a->n; i++)
		free(a->items[i].what);
	free(a->items);
}

void ev_pk_streams(struct ev_pk *k)
{
	struct ev_pack *p = k->p;
	struct ev_longitudinal *s = &p->series;
	struct all a = { NULL, 0, 0 };
	size_t i;

	p->stream_id = take(&a, "patient", "id");
	for (i = 0; i < p->n_variables; i++) {
		p->variables[i].stream = take(&a, "variable",
					      p->variables[i].name);
		p->variables[i].stream_missing = take(&a, "missing",
						      p->variables[i].name);
	}
	s->stream_count = take(&a, "windows", "count");
	s->stream_state = take(&a, "windows", "state");
	s->stream_burst = take(&a, "windows", "burst");
	s->stream_dropout = take(&a, "windows", "dropout");
	s->waveform.stream = take(&a, "waveform", "sample");
	s->waveform.stream_beat = take(&a, "waveform", "beat");
	for (i = 0; i < s->n_series; i++)
		s->series[i].stream = take(&a, "series", s->series[i].name);
	for (i = 0; i < s->n_series; i++)
		s->series[i].stream_missing = take(&a, "missing",
						   s->series[i].name);
	for (i = 0; i < p->n_labels; i++)
		p->labels[i].stream = take(&a, "label", p->labels[i].name);
	if (p->score.given)
		p->score.stream = take(&a, "score", p->score.name);
	check(k, &a);
}
