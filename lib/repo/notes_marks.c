#include "base/compat.h"
#include "repo/notes_tree.h"

#include <sys/random.h>

#include "base/mem.h"

/*
 * Two halves, each the upper half of a sum over the words of the id times words
 * of the key: for two ids that differ, and whatever they are, equal under one
 * key of 2^32 (multilinear hashing, strongly universal).
 */
bool ev_notes_key_draw(struct ev_notes_key *k)
{
	return getrandom(k->words, sizeof(k->words), 0) ==
	       (ssize_t)sizeof(k->words);
}

static uint32_t half(const uint64_t key[EV_NOTES_WORDS + 1],
		     const struct ev_oid *object)
{
	uint64_t sum = key[EV_NOTES_WORDS];
	uint32_t word;
	size_t i;

	for (i = 0; i < EV_NOTES_WORDS; i++) {
		memcpy(&word, object->id + sizeof(word) * i, sizeof(word));
		sum += key[i] * word;
	}
	return (uint32_t)(sum >> 32);
}

static void mark_of(unsigned char out[EV_NOTES_MARK],
		    const struct ev_notes_key *k, const struct ev_oid *object)
{
	uint32_t h[2] = { half(k->words[0], object),
			  half(k->words[1], object) };

	memcpy(out, h, EV_NOTES_MARK);
}

static int mark_cmp(const void *a, const void *b)
{
	const struct ev_notes_mark *x = a, *y = b;
	int d = memcmp(x->mark, y->mark, EV_NOTES_MARK);

	return d ? d : ev_oid_cmp(&x->blob, &y->blob);
}

void ev_notes_folder_mark(struct ev_notes_folder *f,
			  const struct ev_notes_key *k,
			  const struct ev_note *notes, size_t n)
{
	size_t i;

	f->marks = ev_calloc(n, sizeof(*f->marks));
	f->nmarks = n;
	f->marked = true;
	for (i = 0; i < n; i++) {
		mark_of(f->marks[i].mark, k, &notes[i].object);
		f->marks[i].blob = notes[i].blob;
	}
	qsort(f->marks, n, sizeof(*f->marks), mark_cmp);
}

void ev_notes_folder_marked(struct ev_oids *blobs,
			    const struct ev_notes_folder *f,
			    const struct ev_notes_key *k,
			    const struct ev_oid *object)
{
	unsigned char mark[EV_NOTES_MARK];
	size_t low = 0, high = f->nmarks, mid;

	if (!f->nmarks)
		return;
	mark_of(mark, k, object);
	while (low < high) {
		mid = low + (high - low) / 2;
		if (memcmp(f->marks[mid].mark, mark, EV_NOTES_MARK) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < f->nmarks; low++) {
		if (memcmp(f->marks[low].mark, mark, EV_NOTES_MARK))
			break;
		ev_oids_add(blobs, &f->marks[low].blob);
	}
}
