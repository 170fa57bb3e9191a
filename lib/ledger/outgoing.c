#include "base/compat.h"

#include "ledger/outgoing.h"

#include "base/error.h"
#include "base/mem.h"
#include "ledger/sync_internal.h"
#include "repo/refs.h"

#define TRIES 20

struct ev_outgoing {
	struct ev_sync_job job;
	struct ev_sync_options o;
	struct ev_evidence united;
	bool has_artifacts;
	struct ev_oid artifacts;
};

void ev_outgoing_close(struct ev_outgoing *g)
{
	if (!g)
		return;
	ev_sync_round_close(&g->job);
	ev_sync_job_release(&g->job);
	ev_evidence_release(&g->united);
	free(g);
}

struct ev_remote *ev_outgoing_remote(struct ev_outgoing *g)
{
	return &g->job.remote;
}

const struct ev_evidence *ev_outgoing_evidence(const struct ev_outgoing *g)
{
	return &g->united;
}

size_t ev_outgoing_lines(const struct ev_outgoing *g)
{
	return g->job.sent.n;
}

const struct ev_tagref *ev_outgoing_tags(size_t *n,
					 const struct ev_outgoing *g)
{
	*n = g->job.ntags;
	return g->job.tags;
}

const struct ev_oid *ev_outgoing_artifacts(const struct ev_outgoing *g)
{
	return g->has_artifacts ? &g->artifacts : NULL;
}

/* Opening ------------------------------------------------------------------ */

/* What the local ledger is with the remote's tip in it; as a ref unless only
 * looked at. */
static int unite(struct ev_outgoing *g)
{
	struct ev_sync_job *j = &g->job;
	struct ev_evidence *e = &g->united;
	int ret;

	ev_evidence_copy(e, &j->here);
	e->has_ledger = j->has_local;
	e->ledger = j->local;
	if (!j->remote.has_ledger)
		return 0;
	ret = ev_sync_unite(&e->ledger, j, &j->remote.ledger);
	e->has_ledger = true;
	if (ret < 0 || g->o.look_only)
		return ret;
	if (!j->has_local || !ev_oid_eq(&e->ledger, &j->local))
		ret = ev_ref_cas(j->repo, EV_LEDGER_REF, &e->ledger,
				 j->has_local ? &j->local : NULL,
				 "evidence: sync");
	if (ret == 0)
		ret = ev_remote_track(j->repo, j->verified,
				      &j->remote.ledger);
	return ret == 0 ? ev_remote_track(j->repo, j->track,
					  &j->remote.ledger) : ret;
}

static int open_once(struct ev_outgoing *g)
{
	struct ev_sync_job *j = &g->job;
	int ret = ev_sync_round_open(j);

	if (ret == 0)
		ret = ev_sync_artifacts_plan(&g->artifacts, &g->has_artifacts,
					     j);
	if (ret == 0)
		ret = ev_sync_tags_plan(j);
	if (ret == 0)
		ret = unite(g);
	if (ret == 0)
		j->result->received = j->received.n;
	return ret;
}

int ev_outgoing_open(struct ev_outgoing **out, struct ev_sync_result *result,
		     struct ev_repo *r, struct ev_trust *trust,
		     const struct ev_sync_options *o,
		     const struct ev_strs *also)
{
	struct ev_outgoing *g = ev_calloc(1, sizeof(*g));
	unsigned attempt;
	size_t i;
	int ret;

	*out = NULL;
	g->o = *o;
	ret = ev_sync_job_init(&g->job, result, r, trust, &g->o);
	for (i = 0; ret == 0 && i < also->n; i++)
		ev_strs_add(&g->job.remote.also, also->items[i]);
	for (attempt = 0; ret == 0 && attempt < TRIES; attempt++) {
		if (attempt)
			ev_ref_backoff(attempt);
		ret = open_once(g);
		if (ret != EV_ECONFLICT || attempt + 1 == TRIES)
			break;
		ev_sync_round_close(&g->job);
		ev_evidence_release(&g->united);
		ret = 0;
	}
	if (ret < 0) {
		ev_outgoing_close(g);
		return ret;
	}
	*out = g;
	return 0;
}

/* Sending ------------------------------------------------------------------ */

/* Two steps, since a line of `more` may stand on an object that has others. */
int ev_outgoing_commit(struct ev_oid *ledger, struct ev_outgoing *g,
		       const struct ev_append *more, size_t n,
		       const char *message)
{
	struct ev_sync_job *j = &g->job;
	const struct ev_oid *tip = j->remote.has_ledger ? &j->remote.ledger :
				   NULL;
	struct ev_oid tree;
	int ret;

	if (!j->push.n)
		return ev_ledger_commit(ledger, j->repo, tip, tip, more, n,
					message);
	ret = ev_notes_write(&tree, j->repo, tip, j->push.items, j->push.n);
	return ret < 0 ? ret : ev_ledger_commit(ledger, j->repo, &tree, tip,
						more, n, message);
}

static int note_object(void *ctx, const struct ev_oid *object)
{
	struct ev_oids *l = ctx;

	if (!ev_oids_has(l, object))
		ev_oids_add(l, object);
	return 0;
}

int ev_outgoing_local(struct ev_oid *local, struct ev_oid *now,
		      struct ev_outgoing *g, const struct ev_oid *ledger)
{
	struct ev_sync_job *j = &g->job;
	int ret;

	ev_notes_close(j->mine);
	j->mine = NULL;
	j->objects.n = 0;
	ret = ev_sync_read_local(j);
	if (ret == 0)
		ret = ev_notes_open(&j->mine, j->repo,
				    j->has_local ? &j->local : NULL);
	if (ret == 0 && j->has_local)
		ret = ev_notes_diff(j->repo, &j->local, ledger, note_object,
				    &j->objects);
	if (ret < 0)
		return ret;
	*now = j->has_local ? j->local : ev_oid_zero;
	return ev_sync_unite(local, j, ledger);
}

int ev_outgoing_sent(struct ev_outgoing *g, const struct ev_oid *ledger)
{
	struct ev_sync_job *j = &g->job;
	int ret = ev_remote_track(j->repo, j->verified, ledger);

	if (ret == 0)
		ret = ev_remote_track(j->repo, j->track, ledger);
	if (ret == 0 && g->has_artifacts)
		ret = ev_remote_track(j->repo, j->track_artifacts,
				      &g->artifacts);
	return ret;
}
