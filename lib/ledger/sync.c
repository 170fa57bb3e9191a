#include "base/compat.h"

#include "ledger/sync.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
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

/* One round ---------------------------------------------------------------- */

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

int ev_sync_read_local(struct ev_sync_job *j)
{
	int ret = ev_ref_no_symbol(j->repo, EV_LEDGER_REF);

	if (ret < 0)
		return ret;
	ret = ev_ref_read(&j->local, j->repo, EV_LEDGER_REF);
	j->has_local = ret == 0;
	if (ret < 0 && ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	return 0;
}

int ev_sync_round_open(struct ev_sync_job *j)
{
	int ret;

	findings_release(&j->result->restored);
	findings_release(&j->result->kept);
	ret = look_and_fetch(j);
	if (ret == 0)
		ret = ev_sync_tags_receive(j);
	if (ret == 0 && j->remote.has_ledger && j->o->look_at)
		ret = j->o->look_at(j->o->ctx, &j->remote.ledger);
	if (ret == 0)
		ret = ev_sync_read_local(j);
	if (ret == 0)
		ret = ev_ledger_open(&j->ledger, j->repo, j->trust, NULL);
	if (ret == 0)
		ret = ev_sync_plan(j);
	return ret;
}

void ev_sync_round_close(struct ev_sync_job *j)
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

/* All of it; where there are very many tags, the last ones afterwards. */
static int push_all(struct ev_sync_job *j, const struct ev_oid *ledger,
		    const struct ev_oid *artifacts)
{
	struct ev_push p = { .ledger = ledger, .artifacts = artifacts,
			     .tags = j->tags };
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
		ret = ev_sync_commit(&ledger, j->repo, *has_tip ? tip : NULL,
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

/* The local ledger becomes the remote's tip, and one commit on it for what
 * only we have. */
static int settle_local(struct ev_sync_job *j, const struct ev_oid *tip)
{
	struct ev_oid local;
	int ret = ev_sync_unite(&local, j, tip);

	if (ret < 0 || (j->has_local && ev_oid_eq(&local, &j->local)))
		return ret;
	return ev_ref_cas(j->repo, EV_LEDGER_REF, &local,
			  j->has_local ? &j->local : NULL, "evidence: sync");
}

static int round_once(struct ev_sync_job *j)
{
	struct ev_oid tip;
	bool has_tip = false;
	int ret;

	ret = ev_sync_round_open(j);
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

/* All of them -------------------------------------------------------------- */

int ev_sync_job_init(struct ev_sync_job *j, struct ev_sync_result *result,
		     struct ev_repo *r, struct ev_trust *trust,
		     const struct ev_sync_options *o)
{
	int ret;

	memset(j, 0, sizeof(*j));
	memset(result, 0, sizeof(*result));
	j->repo = r;
	j->trust = trust;
	j->o = o;
	j->result = result;
	ret = ev_remote_init(&j->remote, r, o->remote);
	if (ret < 0)
		return ret;
	j->track = ev_remote_ref(&j->remote, "refs/notes-remote/", "/evidence");
	j->track_artifacts = ev_remote_ref(&j->remote, "refs/notes-remote/",
					   "/evidence-artifacts");
	j->verified = ev_remote_ref(&j->remote, "refs/evidence/verified/", "");
	result->remote = ev_strdup(j->remote.shown);
	return 0;
}

void ev_sync_job_release(struct ev_sync_job *j)
{
	free(j->track);
	free(j->track_artifacts);
	free(j->verified);
	ev_remote_release(&j->remote);
}

int ev_sync(struct ev_sync_result *out, struct ev_repo *r,
	    struct ev_trust *trust, const struct ev_sync_options *o)
{
	struct ev_sync_job j;
	unsigned attempt;
	int ret;

	ret = ev_sync_job_init(&j, out, r, trust, o);
	if (ret < 0)
		goto out;
	ret = EV_ECONFLICT;
	for (attempt = 0; ret == EV_ECONFLICT && attempt < ROUNDS; attempt++) {
		if (attempt)
			ev_ref_backoff(attempt);
		ret = round_once(&j);
		ev_sync_round_close(&j);
	}
	out->attempts = attempt;
out:
	ev_sync_job_release(&j);
	return ret;
}
