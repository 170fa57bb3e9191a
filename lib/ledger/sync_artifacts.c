#include "base/compat.h"

#include "base/error.h"
#include "base/mem.h"
#include "ledger/artifact.h"
#include "ledger/expunge.h"
#include "ledger/sync_internal.h"
#include "repo/refs.h"

/* Blobs of one store that another lacks. */
struct lack {
	struct ev_repo *repo;
	const struct ev_trust *trust;
	struct ev_notes *other;
	struct ev_edits edits;
};

static int add_lacking(void *ctx, const struct ev_oid *object,
		       const struct ev_oid *blob)
{
	struct lack *w = ctx;
	struct ev_oids found = EV_OIDS_INIT;
	bool gone = false;
	int ret;

	/* An entry whose name is not its content is no artifact. */
	if (!ev_oid_eq(object, blob))
		return 0;
	ret = ev_notes_find(&found, w->other, object);
	if (ret == 0 && !found.n)
		ret = ev_blob_expunged(&gone, NULL, w->repo, w->trust, blob);
	if (ret == 0 && !found.n && !gone) {
		EV_GROW(w->edits.items, w->edits.n, w->edits.cap);
		w->edits.items[w->edits.n].object = *object;
		w->edits.items[w->edits.n++].blob = *blob;
	}
	ev_oids_release(&found);
	return ret;
}

/* Edits that `have` would bring to `want`; either may be NULL. */
static int lacking(struct ev_edits *out, struct ev_sync_job *j,
		   const struct ev_oid *have, const struct ev_oid *want)
{
	struct lack w = { .repo = j->repo, .trust = j->trust };
	struct ev_repo *r = j->repo;
	struct ev_notes *notes = NULL;
	int ret;

	ret = ev_notes_open(&notes, r, have);
	if (ret == 0)
		ret = ev_notes_open(&w.other, r, want);
	if (ret == 0)
		ret = ev_notes_each(notes, add_lacking, &w);
	ev_notes_close(notes);
	ev_notes_close(w.other);
	*out = w.edits;
	return ret;
}

/* Which candidates do admitted records name? */
struct named {
	struct ev_sync_job *job;
	struct ev_edits *candidates;
	struct ev_oidmap *wanted;	/* candidate -> its name was seen */
};

static void mark(struct named *w, const struct ev_slice *s)
{
	struct ev_artifacts list = EV_ARTIFACTS_INIT;
	size_t i;

	if (ev_artifacts_named(&list, s->p, s->n) < 0)
		ev_error_clear();
	else
		for (i = 0; i < list.n; i++)
			if (list.items[i].stored &&
			    ev_oidmap_get(w->wanted, &list.items[i].blob))
				*ev_oidmap_at(w->wanted, &list.items[i].blob) =
					w->job;
	ev_artifacts_release(&list);
}

static int mark_line(struct named *w, const struct ev_oid *object,
		     const struct ev_slice *s)
{
	struct ev_line line;
	int ret;

	ret = ev_ledger_judge(&line, w->job->ledger, object, s->p, s->n);
	if (ret < 0)
		return ret;
	if (line.state == EV_LIVE)
		mark(w, s);
	ev_line_release(&line);
	return 0;
}

static int mark_note(void *ctx, const struct ev_oid *object,
		     const struct ev_oid *blob)
{
	struct named *w = ctx;
	struct ev_buf text = EV_BUF_INIT_MAX(EV_OBJECT_LIMIT);
	struct ev_slices s = { 0 };
	size_t i;
	int ret;

	ret = ev_object_read(&text, NULL, w->job->repo, blob);
	if (ret == 0)
		ev_slices_split(&s, &text);
	for (i = 0; ret == 0 && i < s.n; i++)
		ret = mark_line(w, object, &s.items[i]);
	ev_slices_release(&s);
	ev_buf_release(&text);
	return ret;
}

static int keep_named(struct ev_edits *e, struct ev_sync_job *j)
{
	struct named w = { .job = j, .candidates = e };
	size_t i, kept = 0;
	int ret;

	w.wanted = ev_oidmap_new();
	for (i = 0; i < e->n; i++)
		*ev_oidmap_at(w.wanted, &e->items[i].blob) = e;
	ret = ev_notes_each(j->mine, mark_note, &w);
	for (i = 0; i < e->n; i++)
		if (ev_oidmap_get(w.wanted, &e->items[i].blob) == j)
			e->items[kept++] = e->items[i];
	e->n = kept;
	ev_oidmap_free(w.wanted);
	return ret;
}

static int parentless(struct ev_oid *out, struct ev_repo *r,
		      const struct ev_oid *base, const struct ev_edits *e)
{
	struct ev_oid tree;
	int ret;

	ret = ev_notes_write(&tree, r, base, e->items, e->n);
	if (ret == 0)
		ret = ev_artifact_commit(out, r, &tree);
	return ret;
}

/* The remote's store as it is now, in *theirs; NULL if it has none. */
static int bring(const struct ev_oid **theirs, struct ev_sync_job *j)
{
	struct ev_oid track;
	int ret;

	*theirs = NULL;
	if (!j->remote.has_artifacts)
		return 0;
	*theirs = &j->remote.artifacts;
	if (ev_ref_read(&track, j->repo, j->track_artifacts) == 0 &&
	    ev_oid_eq(&track, *theirs))
		return 0;
	ev_error_clear();
	ret = ev_remote_fetch(&j->remote, j->repo, EV_ARTIFACT_REF, *theirs);
	if (ret == 0 && !j->o->dry_run)
		ret = ev_remote_track(j->repo, j->track_artifacts, *theirs);
	return ret;
}

/* What it held when last seen is enough to know that nothing is new. */
static int is_nothing_new(bool *yes, struct ev_sync_job *j,
			  const struct ev_oid *local)
{
	struct ev_edits edits = { 0 };
	struct ev_oid track;
	int ret;

	*yes = false;
	if (!j->remote.has_artifacts ||
	    ev_ref_read(&track, j->repo, j->track_artifacts) < 0) {
		ev_error_clear();
		return 0;
	}
	ret = lacking(&edits, j, local, &track);
	if (ret == 0 && !edits.n)
		ret = ev_expunged_edits(&edits, j->repo, j->trust, &track);
	*yes = ret == 0 && !edits.n &&
		ev_oid_eq(&track, &j->remote.artifacts);
	free(edits.items);
	return ret;
}

int ev_sync_artifacts_plan(struct ev_oid *commit, bool *needed,
			   struct ev_sync_job *j)
{
	struct ev_edits edits = { 0 };
	struct ev_oid local;
	const struct ev_oid *theirs = NULL;
	bool has, same;
	int ret;

	*needed = false;
	ret = ev_ref_read(&local, j->repo, EV_ARTIFACT_REF);
	has = ret == 0;
	if (ret < 0 && ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	if (!has && !(j->trust && j->trust->nexpunged))
		return 0;
	ret = is_nothing_new(&same, j, has ? &local : NULL);
	if (ret < 0 || same)
		return ret;
	ret = bring(&theirs, j);
	if (ret == 0 && has)
		ret = lacking(&edits, j, &local, theirs);
	if (ret == 0 && edits.n)
		ret = keep_named(&edits, j);
	j->result->artifacts_sent = edits.n;
	if (ret == 0)
		ret = ev_expunged_edits(&edits, j->repo, j->trust, theirs);
	if (ret < 0 || !edits.n)
		goto out;
	*needed = true;
	if (!j->o->dry_run)
		ret = parentless(commit, j->repo, theirs, &edits);
out:
	free(edits.items);
	return ret;
}

int ev_sync_artifacts_fetch(struct ev_sync_job *j)
{
	struct ev_edits edits = { 0 };
	struct ev_oid local, commit;
	bool has;
	int ret;

	ret = ev_remote_look(&j->remote, j->repo);
	if (ret < 0 || !j->remote.has_artifacts)
		return ret;
	ret = ev_remote_fetch(&j->remote, j->repo, EV_ARTIFACT_REF,
			      &j->remote.artifacts);
	if (ret == 0)
		ret = ev_remote_track(j->repo, j->track_artifacts,
				      &j->remote.artifacts);
	if (ret < 0)
		return ret;
	ret = ev_ref_read(&local, j->repo, EV_ARTIFACT_REF);
	has = ret == 0;
	if (ret < 0 && ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	ret = lacking(&edits, j, &j->remote.artifacts,
		      has ? &local : NULL);
	if (ret < 0 || !edits.n)
		goto out;
	j->result->artifacts_received = edits.n;
	ret = parentless(&commit, j->repo, has ? &local : NULL, &edits);
	if (ret == 0)
		ret = ev_ref_cas(j->repo, EV_ARTIFACT_REF, &commit,
				 has ? &local : NULL, "evidence: sync");
out:
	free(edits.items);
	return ret;
}
