#include "base/compat.h"

#include "ledger/sync_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "ledger/final.h"
#include "ledger/said.h"
#include "repo/rawobj.h"
#include "repo/refs.h"

#define COMMIT_MAX ((size_t)1 << 20)

/* A line stands on two objects and is told once. */
static void find(struct ev_sync_findings *f, const struct ev_oid *object,
		 const char *p, size_t n, const char *reason)
{
	struct ev_sync_finding *x;
	unsigned char digest[EV_SHA256_SIZE];
	char hex[EV_SHA256_HEX + 1];
	struct ev_oid name;
	void **seen;

	ev_sha256_bytes(digest, p, n);
	ev_hex_encode(hex, digest, sizeof(digest));
	memcpy(name.id, digest, sizeof(name.id));
	if (!f->seen)
		f->seen = ev_oidmap_new();
	seen = ev_oidmap_at(f->seen, &name);
	if (*seen)
		return;
	*seen = f;
	EV_GROW(f->items, f->n, f->cap);
	x = &f->items[f->n++];
	x->object = *object;
	x->ref = NULL;
	memcpy(x->line, hex, sizeof(hex));
	snprintf(x->reason, sizeof(x->reason), "%s", reason);
}

static void count(struct ev_strs *set, const struct ev_slice *s)
{
	char hex[EV_SHA256_HEX + 1];

	ev_sha256_hex(hex, s->p, s->n);
	ev_strs_add(set, hex);
}

static int note_object(void *ctx, const struct ev_oid *object)
{
	struct ev_oids *l = ctx;

	ev_oids_add(l, object);
	return 0;
}

static int by_oid(const void *a, const void *b)
{
	return ev_oid_cmp(a, b);
}

static void unique_objects(struct ev_oids *l)
{
	size_t i, kept = 0;

	if (l->n)
		qsort(l->items, l->n, sizeof(*l->items), by_oid);
	for (i = 0; i < l->n; i++)
		if (!kept || !ev_oid_eq(&l->items[kept - 1], &l->items[i]))
			l->items[kept++] = l->items[i];
	l->n = kept;
}

static int admit(struct ev_slices *push, struct ev_sync_job *j,
		 const struct ev_oid *object, const struct ev_slice *s,
		 struct ev_said *said)
{
	struct ev_line line;
	bool twice, taken, still = false;
	int ret;

	ret = ev_ledger_judge(&line, j->ledger, object, s->p, s->n);
	if (ret == 0)
		ret = ev_sync_may_still_go(&still, j, &line);
	if (ret < 0)
		goto out;
	taken = (line.state == EV_LIVE || still) &&
		ev_line_admissible(line.reason, j->trust, &line);
	twice = taken && ev_said_has(said, object, &line);
	if (!taken || twice) {
		find(&j->result->kept, object, s->p, s->n,
		     twice ? "the remote has this record of this signer as "
			     "another line" : line.reason);
		goto out;
	}
	EV_GROW(push->items, push->n, push->cap);
	push->items[push->n++] = *s;
	ev_said_add(said, object, &line);
	count(&j->sent, s);
out:
	ev_line_release(&line);
	return ret;
}

static void add_vanished(struct ev_slices *out, struct ev_sync_job *j,
			 const struct ev_oid *object)
{
	const struct ev_vanished_line *v;
	size_t i;

	for (i = ev_vanished_first(&j->vanished, object);
	     i < j->vanished.n; i++) {
		v = &j->vanished.items[i];
		if (!ev_oid_eq(&v->object, object))
			break;
		EV_GROW(out->items, out->n, out->cap);
		out->items[out->n].p = v->line.ptr;
		out->items[out->n++].n = v->line.len;
	}
}

/* Sort out one object: what comes, what goes, what stays here. */
static int plan_object(struct ev_sync_job *j, const struct ev_oid *object)
{
	struct ev_slices mine = { 0 }, theirs = { 0 }, push = { 0 };
	struct ev_said said = EV_SAID_INIT;
	struct ev_texts texts = { 0 };
	bool asked = false;
	size_t i;
	int ret;

	ret = ev_note_lines(&mine, &texts, j->repo, j->mine, object);
	if (ret == 0)
		ret = ev_note_lines(&theirs, &texts, j->repo, j->theirs,
				    object);
	/* One note that is too large must not stop the sharing of others. */
	if (ret == EV_ELIMIT) {
		find(&j->result->kept, object, (const char *)object->id,
		     sizeof(object->id), "a note of this object is too large "
		     "to be read; it stays as it is");
		ev_error_clear();
		ret = 0;
		goto out;
	}
	if (ret < 0)
		goto out;
	ev_slices_sort(&mine);
	ev_slices_sort(&theirs);
	for (i = 0; i < theirs.n; i++)
		if (!ev_slices_has(&mine, &theirs.items[i]))
			count(&j->received, &theirs.items[i]);
	add_vanished(&mine, j, object);
	ev_slices_sort(&mine);
	for (i = 0; i < mine.n && ret == 0; i++) {
		if (ev_slices_has(&theirs, &mine.items[i]))
			continue;
		if (!asked)
			ret = ev_said_load(&said, j->ledger, object, &theirs);
		asked = true;
		if (ret == 0)
			ret = admit(&push, j, object, &mine.items[i], &said);
	}
	if (ret == 0 && push.n && !j->o->fetch_only && !j->o->dry_run)
		ret = ev_edits_unite(&j->push, j->repo, j->theirs, object,
				     &push, NULL);
out:
	ev_said_release(&said);
	ev_texts_release(&texts);
	ev_slices_release(&mine);
	ev_slices_release(&theirs);
	ev_slices_release(&push);
	return ret;
}

/* Lines that a rewound or merged history lost, on either side. */
static int find_vanished(struct ev_sync_job *j)
{
	struct ev_oid base;
	const struct ev_oid *verified = NULL;
	char reason[200];
	size_t i, from_remote;
	int ret;

	ret = ev_ref_read(&base, j->repo, j->verified);
	if (ret == 0)
		verified = &base;
	else if (ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	ret = ev_vanished_find(&j->vanished, j->repo, verified,
			       j->remote.has_ledger ? &j->remote.ledger : NULL);
	from_remote = j->vanished.n;
	if (ret == 0 && j->has_local)
		ret = ev_vanished_find(&j->vanished, j->repo, verified,
				       &j->local);
	for (i = 0; ret == 0 && i < j->vanished.n; i++) {
		const struct ev_vanished_line *v = &j->vanished.items[i];

		snprintf(reason, sizeof(reason), "had vanished from %s%.80s%s",
			 i < from_remote ? "'" : "", i < from_remote ?
			 j->remote.shown : "the local ledger",
			 i < from_remote ? "'" : "");
		find(&j->result->restored, &v->object, v->line.ptr,
		     v->line.len, reason);
		ev_oids_add(&j->objects, &v->object);
	}
	ev_vanished_sort(&j->vanished);
	return ret;
}

int ev_sync_plan(struct ev_sync_job *j)
{
	const struct ev_oid *theirs = j->remote.has_ledger ? &j->remote.ledger
							   : NULL;
	size_t i;
	int ret;

	ret = find_vanished(j);
	if (ret == 0)
		ret = ev_notes_open(&j->mine, j->repo,
				    j->has_local ? &j->local : NULL);
	if (ret == 0)
		ret = ev_notes_open(&j->theirs, j->repo, theirs);
	if (ret == 0)
		ret = ev_notes_diff(j->repo, j->has_local ? &j->local : NULL,
				    theirs, note_object, &j->objects);
	unique_objects(&j->objects);
	for (i = 0; ret == 0 && i < j->objects.n; i++)
		ret = plan_object(j, &j->objects.items[i]);
	ev_strs_sort(&j->received);
	ev_strs_uniq(&j->received);
	ev_strs_sort(&j->sent);
	ev_strs_uniq(&j->sent);
	return ret;
}

int ev_sync_commit(struct ev_oid *out, struct ev_repo *r,
		   const struct ev_oid *base, const struct ev_edits *e,
		   const char *message)
{
	struct ev_oid tree;
	int ret;

	ret = ev_notes_write(&tree, r, base, e->items, e->n);
	if (ret == 0)
		ret = ev_notes_commit(out, r, &tree, base, base ? 1 : 0,
				      message);
	return ret;
}

/* Uniting ------------------------------------------------------------------ */

/* A note that cannot be read stays: the remote's, or else ours. */
static int keep_unread(struct ev_edits *edits, struct ev_sync_job *j,
		       struct ev_notes *theirs, const struct ev_oid *object)
{
	struct ev_oids there = EV_OIDS_INIT, here = EV_OIDS_INIT;
	int ret;

	ev_error_clear();
	ret = ev_notes_find(&there, theirs, object);
	if (ret == 0)
		ret = ev_notes_find(&here, j->mine, object);
	if (ret == 0 && !there.n && here.n) {
		EV_GROW(edits->items, edits->n, edits->cap);
		edits->items[edits->n].object = *object;
		edits->items[edits->n++].blob = here.items[0];
	}
	ev_oids_release(&there);
	ev_oids_release(&here);
	return ret;
}

static bool is_only_parent(struct ev_repo *r, const struct ev_oid *commit,
			   const struct ev_oid *parent)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(COMMIT_MAX);
	struct ev_rawobj o;
	bool yes;

	ev_rawobj_init(&o);
	yes = ev_object_read(&raw, NULL, r, commit) == 0 &&
	      ev_commit_split(&o, raw.ptr, raw.len) == 0 &&
	      o.parents.n == 1 && ev_oid_eq(&o.parents.items[0], parent);
	ev_error_clear();
	ev_rawobj_release(&o);
	ev_buf_release(&raw);
	return yes;
}

/* The tip, or one commit on it; ours, if that is just what it is already. */
static int commit_own(struct ev_oid *local, struct ev_sync_job *j,
		      const struct ev_oid *tip, const struct ev_edits *edits)
{
	struct ev_oid tree, mine;
	int ret;

	*local = *tip;
	if (!edits->n)
		return 0;
	ret = ev_notes_write(&tree, j->repo, tip, edits->items, edits->n);
	if (ret < 0)
		return ret;
	if (j->has_local && is_only_parent(j->repo, &j->local, tip) &&
	    ev_repo_tree_of(&mine, j->repo, &j->local) == 0 &&
	    ev_oid_eq(&mine, &tree)) {
		*local = j->local;
		return 0;
	}
	return ev_notes_commit(local, j->repo, &tree, tip, 1,
			       "evidence: what only this clone has\n");
}

int ev_sync_unite(struct ev_oid *local, struct ev_sync_job *j,
		  const struct ev_oid *tip)
{
	struct ev_notes *notes = NULL;
	struct ev_edits edits = { 0 };
	struct ev_slices mine = { 0 };
	struct ev_texts texts = { 0 };
	size_t i;
	int ret;

	ret = ev_notes_open(&notes, j->repo, tip);
	for (i = 0; ret == 0 && i < j->objects.n; i++) {
		mine.n = 0;
		ret = ev_note_lines(&mine, &texts, j->repo, j->mine,
				    &j->objects.items[i]);
		add_vanished(&mine, j, &j->objects.items[i]);
		if (ret == 0 && mine.n)
			ret = ev_edits_unite(&edits, j->repo, notes,
					     &j->objects.items[i], &mine, NULL);
		if (ret == EV_ELIMIT)
			ret = keep_unread(&edits, j, notes,
					  &j->objects.items[i]);
		ev_texts_release(&texts);
	}
	if (ret < 0)
		goto out;
	ret = commit_own(local, j, tip, &edits);
out:
	free(edits.items);
	ev_slices_release(&mine);
	ev_texts_release(&texts);
	ev_notes_close(notes);
	return ret;
}
