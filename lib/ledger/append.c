#include "base/compat.h"

#include "ledger/internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "repo/refs.h"

#define BATCH_FROM 64	/* fewer objects are cheaper loose than as a pack */

/*
 * A new note of one line is the same blob wherever it goes.  Where the lines
 * stay in their places, this knows the blob of each by its place: the edit that
 * has it, counted from 1.
 */
struct alone {
	struct ev_oidmap *edits;	/* NULL: not wanted */
};

static struct ev_oid place_of(const struct ev_slice *line)
{
	struct ev_oid place = ev_oid_zero;

	memcpy(place.id, &line->p, sizeof(line->p));
	memcpy(place.id + sizeof(line->p), &line->n, sizeof(line->n));
	return place;
}

static int write_note(struct ev_oid *blob, struct ev_repo *r,
		      struct ev_slices *lines)
{
	struct ev_buf text = EV_BUF_INIT_MAX(EV_OBJECT_LIMIT);
	int ret;

	ev_slices_join(&text, lines);
	if (text.overflow)
		ret = ev_fail(EV_ELIMIT, "note would be over %zu bytes",
			      EV_OBJECT_LIMIT);
	else
		ret = ev_object_write(blob, r, EV_OBJ_BLOB, text.ptr,
				      text.len);
	ev_buf_release(&text);
	return ret;
}

static int write_alone(struct ev_oid *blob, struct ev_repo *r,
		       const struct ev_edits *edits, struct alone *alone,
		       struct ev_slices *line)
{
	struct ev_oid place = place_of(line->items);
	void **at = ev_oidmap_at(alone->edits, &place);
	int ret = 0;

	if (*at)
		*blob = edits->items[(uintptr_t)*at - 1].blob;
	else
		ret = write_note(blob, r, line);
	if (ret == 0 && !*at)
		*at = (void *)(uintptr_t)(edits->n + 1);
	return ret;
}

static int unite(struct ev_edits *out, struct ev_repo *r,
		 struct ev_notes *notes, const struct ev_oid *object,
		 const struct ev_slices *add, struct alone *alone,
		 size_t *added)
{
	struct ev_slices lines = { 0 };
	struct ev_texts texts = { 0 };
	struct ev_note_edit edit;
	size_t i, before, fresh = 0;
	int ret;

	ret = ev_note_lines(&lines, &texts, r, notes, object);
	if (ret < 0)
		goto out;
	before = lines.n;
	ev_slices_sort(&lines);
	for (i = 0; i < add->n; i++)
		if (!ev_slices_has(&lines, &add->items[i]))
			fresh++;
	if (!fresh && texts.n <= 1 && before == lines.n)
		goto out;
	for (i = 0; i < add->n; i++) {
		EV_GROW(lines.items, lines.n, lines.cap);
		lines.items[lines.n++] = add->items[i];
	}
	edit.object = *object;
	if (alone->edits && lines.n == 1)
		ret = write_alone(&edit.blob, r, out, alone, &lines);
	else
		ret = write_note(&edit.blob, r, &lines);
	if (ret < 0)
		goto out;
	EV_GROW(out->items, out->n, out->cap);
	out->items[out->n++] = edit;
	if (added)
		*added += fresh;
out:
	ev_texts_release(&texts);
	ev_slices_release(&lines);
	return ret;
}

int ev_edits_unite(struct ev_edits *out, struct ev_repo *r,
		   struct ev_notes *notes, const struct ev_oid *object,
		   const struct ev_slices *add, size_t *added)
{
	struct alone none = { NULL };

	return unite(out, r, notes, object, add, &none, added);
}

static int by_object(const void *va, const void *vb)
{
	const struct ev_append *const *a = va, *const *b = vb;

	return ev_oid_cmp(&(*a)->object, &(*b)->object);
}

static int unite_sorted(struct ev_edits *edits, struct ev_repo *r,
			struct ev_notes *notes,
			const struct ev_append *const *v, size_t n)
{
	struct alone alone = { ev_oidmap_new() };
	struct ev_slices add = { 0 };
	size_t i, k;
	int ret = 0;

	for (i = 0; ret == 0 && i < n; i = k) {
		add.n = 0;
		for (k = i; k < n && !by_object(&v[i], &v[k]); k++) {
			EV_GROW(add.items, add.n, add.cap);
			add.items[add.n].p = v[k]->line.ptr;
			add.items[add.n++].n = v[k]->line.len;
		}
		ret = unite(edits, r, notes, &v[i]->object, &add, &alone, NULL);
	}
	ev_oidmap_free(alone.edits);
	ev_slices_release(&add);
	return ret;
}

int ev_ledger_commit(struct ev_oid *commit, struct ev_repo *r,
		     const struct ev_oid *base, const struct ev_oid *parent,
		     const struct ev_append *lines, size_t n,
		     const char *message)
{
	const struct ev_append **v = ev_calloc(n ? n : 1, sizeof(*v));
	struct ev_notes *notes = NULL;
	struct ev_edits edits = { 0 };
	struct ev_oid tree;
	size_t i;
	int ret;

	for (i = 0; i < n; i++)
		v[i] = &lines[i];
	qsort(v, n, sizeof(*v), by_object);
	ret = ev_notes_open(&notes, r, base);
	if (ret == 0)
		ret = unite_sorted(&edits, r, notes, v, n);
	if (ret == 0)
		ret = ev_notes_write(&tree, r, base, edits.items, edits.n);
	if (ret == 0)
		ret = ev_notes_commit(commit, r, &tree, parent, parent ? 1 : 0,
				      message);
	free(edits.items);
	free(v);
	ev_notes_close(notes);
	return ret;
}

/* One try: 1 if there is nothing to add, EV_ECONFLICT if the ref moved. */
static int append_once(struct ev_oid *commit, struct ev_repo *r,
		       const struct ev_append *const *v, size_t n,
		       const char *message)
{
	struct ev_notes *notes = NULL;
	struct ev_edits edits = { 0 };
	struct ev_oid tip, tree;
	bool exists, batch = n >= BATCH_FROM;
	int ret, end;

	ret = ev_ref_no_symbol(r, EV_LEDGER_REF);
	if (ret == 0)
		ret = ev_ref_read(&tip, r, EV_LEDGER_REF);
	if (ret < 0 && ret != EV_ENOTFOUND)
		return ret;
	exists = ret == 0;
	ev_error_clear();
	ret = ev_notes_open(&notes, r, exists ? &tip : NULL);
	if (ret == 0 && batch)
		ret = ev_batch_begin(r);
	if (ret < 0)
		goto out;
	ret = unite_sorted(&edits, r, notes, v, n);
	if (ret == 0 && !edits.n) {
		*commit = exists ? tip : ev_oid_zero;
		ret = 1;
	}
	if (ret == 0)
		ret = ev_notes_write(&tree, r, exists ? &tip : NULL,
				     edits.items, edits.n);
	if (ret == 0)
		ret = ev_notes_commit(commit, r, &tree, &tip, exists, message);
	if (batch) {
		end = ev_batch_end(r, ret == 0);
		if (ret == 0)
			ret = end;
	}
	if (ret == 0)
		ret = ev_ref_cas(r, EV_LEDGER_REF, commit,
				 exists ? &tip : NULL, message);
out:
	free(edits.items);
	ev_notes_close(notes);
	return ret;
}

int ev_ledger_append(struct ev_oid *commit, struct ev_repo *r,
		     const struct ev_append *lines, size_t n,
		     const char *message)
{
	const struct ev_append **v = ev_calloc(n ? n : 1, sizeof(*v));
	struct ev_oid done;
	unsigned attempt;
	size_t i;
	int ret = EV_ECONFLICT;

	for (i = 0; i < n; i++)
		v[i] = &lines[i];
	qsort(v, n, sizeof(*v), by_object);
	for (attempt = 0; ret == EV_ECONFLICT && attempt < EV_CAS_ATTEMPTS;
	     attempt++) {
		if (attempt)
			ev_ref_backoff(attempt);
		ret = append_once(&done, r, v, n, message);
	}
	free(v);
	if (ret == EV_ECONFLICT) {
		ret = ev_fail(EV_ECONFLICT, "'%s' is locked", EV_LEDGER_REF);
		ev_error_hint("rm '%s/%s.lock'       # if no git command is "
			      "running", ev_repo_commondir(r), EV_LEDGER_REF);
	}
	if (ret >= 0 && commit)
		*commit = done;
	return ret < 0 ? ret : 0;
}
