#include "base/compat.h"

#include "ledger/sync.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/said.h"
#include "ledger/sync_internal.h"
#include "repo/refs.h"

#define ROUNDS 60

static void findings_release(struct ev_sync_findings *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		free(f->items[i].ref);
	free(f->items);
	ev_oidmap_free(f->seen);
	memset(f, 0, sizeof(*f));
}

void ev_sync_result_release(struct ev_sync_result *s)
{
	findings_release(&s->restored);
	findings_release(&s->kept);
	free(s->remote);
	memset(s, 0, sizeof(*s));
}

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
	bool twice;
	int ret;

	ret = ev_ledger_judge(&line, j->ledger, object, s->p, s->n);
	if (ret < 0)
		goto out;
	twice = line.state == EV_LIVE && ev_said_has(said, object, &line);
	if (line.state != EV_LIVE || twice) {
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

static int plan(struct ev_sync_job *j)
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

static int commit_edits(struct ev_oid *out, struct ev_repo *r,
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

/* All of it; where there are very many tags, the last ones afterwards. */
static int push_all(struct ev_sync_job *j, const struct ev_oid *ledger,
		    const struct ev_oid *artifacts)
{
	struct ev_push p = { ledger, artifacts, j->tags, j->ntags };
	size_t left = j->ntags;
	int ret;

	do {
		p.ntags = left < EV_PUSH_TAGS ? left : EV_PUSH_TAGS;
		ret = ev_remote_push(&j->remote, j->repo, &p);
		p.ledger = p.artifacts = NULL;
		p.tags += p.ntags;
		left -= p.ntags;
	} while (ret == 0 && left);
	return ret;
}

/* Push; *tip becomes what the remote holds then. */
static int push(struct ev_oid *tip, bool *has_tip, struct ev_sync_job *j)
{
	struct ev_oid ledger, artifacts;
	bool some = false;
	char message[80];
	int ret;

	*has_tip = j->remote.has_ledger;
	*tip = j->remote.ledger;
	if (j->o->fetch_only)
		return 0;
	ret = ev_sync_artifacts_plan(&artifacts, &some, j);
	if (ret == 0)
		ret = ev_sync_tags_plan(j);
	if (ret < 0 || j->o->dry_run)
		return ret;
	if (j->push.n) {
		snprintf(message, sizeof(message), "evidence: add %zu "
			 "record%s\n", j->sent.n, j->sent.n == 1 ? "" : "s");
		ret = commit_edits(&ledger, j->repo, *has_tip ? tip : NULL,
				   &j->push, message);
	}
	if (ret < 0 || (!j->push.n && !some && !j->ntags))
		return ret;
	ret = push_all(j, j->push.n ? &ledger : NULL,
		       some ? &artifacts : NULL);
	if (ret < 0)
		return ret;
	if (j->push.n) {
		*tip = ledger;
		*has_tip = true;
	}
	if (some)
		ret = ev_remote_track(j->repo, j->track_artifacts, &artifacts);
	return ret;
}

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

/* The local ledger becomes the remote's tip, and one commit on it for what
 * only we have. */
static int settle_local(struct ev_sync_job *j, const struct ev_oid *tip)
{
	struct ev_notes *notes = NULL;
	struct ev_edits edits = { 0 };
	struct ev_slices mine = { 0 };
	struct ev_texts texts = { 0 };
	struct ev_oid local;
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
	local = *tip;
	if (edits.n)
		ret = commit_edits(&local, j->repo, tip, &edits,
				   "evidence: what only this clone has\n");
	if (ret == 0 && !(j->has_local && ev_oid_eq(&local, &j->local)))
		ret = ev_ref_cas(j->repo, EV_LEDGER_REF, &local,
				 j->has_local ? &j->local : NULL,
				 "evidence: sync");
out:
	free(edits.items);
	ev_slices_release(&mine);
	ev_texts_release(&texts);
	ev_notes_close(notes);
	return ret;
}

static int look_and_fetch(struct ev_sync_job *j)
{
	struct ev_oid track;
	int ret;

	ret = ev_remote_look(&j->remote, j->repo);
	if (ret < 0 || !j->remote.has_ledger)
		return ret;
	/* What we have tracked whole need not be fetched again. */
	ret = ev_ref_read(&track, j->repo, j->track);
	if (ret == 0 && ev_oid_eq(&track, &j->remote.ledger))
		return 0;
	ev_error_clear();
	return ev_remote_fetch(&j->remote, j->repo, EV_LEDGER_REF,
			       &j->remote.ledger);
}

static void round_release(struct ev_sync_job *j)
{
	ev_ledger_close(j->ledger);
	ev_notes_close(j->mine);
	ev_notes_close(j->theirs);
	ev_vanished_release(&j->vanished);
	free(j->push.items);
	ev_oids_release(&j->objects);
	ev_strs_release(&j->received);
	ev_strs_release(&j->sent);
	ev_evidence_release(&j->here);
	free(j->tags);
	j->tags = NULL;
	j->ntags = 0;
	j->ledger = NULL;
	j->mine = j->theirs = NULL;
	memset(&j->push, 0, sizeof(j->push));
}

static int round_once(struct ev_sync_job *j)
{
	struct ev_oid tip;
	bool has_tip = false;
	int ret;

	findings_release(&j->result->restored);
	findings_release(&j->result->kept);
	ret = look_and_fetch(j);
	if (ret == 0)
		ret = ev_sync_tags_receive(j);
	if (ret < 0)
		return ret;
	ret = ev_ref_no_symbol(j->repo, EV_LEDGER_REF);
	if (ret < 0)
		return ret;
	ret = ev_ref_read(&j->local, j->repo, EV_LEDGER_REF);
	j->has_local = ret == 0;
	if (ret < 0 && ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	ret = ev_ledger_open(&j->ledger, j->repo, j->trust, NULL);
	if (ret == 0)
		ret = plan(j);
	if (ret == 0)
		ret = push(&tip, &has_tip, j);
	if (ret < 0)
		return ret;
	j->result->received = j->o->push_only ? 0 : j->received.n;
	j->result->sent = j->o->fetch_only ? 0 : j->sent.n;
	j->result->decisions_sent = j->ntags;
	if (j->o->dry_run)
		return 0;
	if (has_tip && !j->o->push_only) {
		ret = settle_local(j, &tip);
		if (ret == 0)
			ret = ev_remote_track(j->repo, j->verified, &tip);
	}
	if (ret == 0 && has_tip)
		ret = ev_remote_track(j->repo, j->track, &tip);
	if (ret == 0 && j->o->artifacts)
		ret = ev_sync_artifacts_fetch(j);
	return ret;
}

int ev_sync(struct ev_sync_result *out, struct ev_repo *r,
	    struct ev_trust *trust, const struct ev_sync_options *o)
{
	struct ev_sync_job j = { .repo = r, .trust = trust, .o = o,
				 .result = out };
	unsigned attempt;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_remote_init(&j.remote, r, o->remote);
	if (ret < 0)
		goto out;
	j.track = ev_remote_ref(&j.remote, "refs/notes-remote/", "/evidence");
	j.track_artifacts = ev_remote_ref(&j.remote, "refs/notes-remote/",
					  "/evidence-artifacts");
	j.verified = ev_remote_ref(&j.remote, "refs/evidence/verified/", "");
	ret = EV_ECONFLICT;
	for (attempt = 0; ret == EV_ECONFLICT && attempt < ROUNDS; attempt++) {
		if (attempt)
			ev_ref_backoff(attempt);
		ret = round_once(&j);
		round_release(&j);
	}
	out->attempts = attempt;
	out->remote = ev_strdup(j.remote.shown);
out:
	free(j.track);
	free(j.track_artifacts);
	free(j.verified);
	ev_remote_release(&j.remote);
	return ret;
}
