/*
 * sync_internal.h - the state of one sync, shared by its files
 */
#ifndef EV_LEDGER_SYNC_INTERNAL_H
#define EV_LEDGER_SYNC_INTERNAL_H

#include "ledger/evidence.h"
#include "ledger/internal.h"
#include "ledger/remote.h"
#include "ledger/sync.h"
#include "ledger/vanish.h"

struct ev_sync_job {
	struct ev_repo *repo;
	struct ev_trust *trust;
	const struct ev_sync_options *o;
	struct ev_sync_result *result;
	struct ev_remote remote;
	struct ev_ledger *ledger;	/* judges; opened at the local tip */
	char *track, *track_artifacts, *verified;
	bool has_local;
	struct ev_oid local;
	struct ev_notes *mine, *theirs;
	struct ev_vanished vanished;
	struct ev_edits push;		/* on top of the remote's tip */
	struct ev_oids objects;		/* that differ, or had a line vanish */
	/* line digests, to count each line once though it has two places */
	struct ev_strs received, sent;
	struct ev_evidence here;	/* the tags here */
	struct ev_tagref *tags;		/* to be sent; names are in `here` */
	size_t ntags;
};

/* A job, and its rounds: look, fetch, and plan what is to be sent. */
int ev_sync_job_init(struct ev_sync_job *j, struct ev_sync_result *result,
		     struct ev_repo *r, struct ev_trust *trust,
		     const struct ev_sync_options *o);
void ev_sync_job_release(struct ev_sync_job *j);
int ev_sync_round_open(struct ev_sync_job *j);
void ev_sync_round_close(struct ev_sync_job *j);
/* What the local ledger's ref holds. */
int ev_sync_read_local(struct ev_sync_job *j);

/* sync_plan.c: which lines come, go and stay. */
int ev_sync_plan(struct ev_sync_job *j);
/*
 * sync_last.c: a revocation that does not count here only because its key was
 * withdrawn, of which the remote knows nothing yet.  Whoever withdraws their
 * own key could not say so to anybody else.
 */
int ev_sync_may_still_go(bool *yes, struct ev_sync_job *j,
			 const struct ev_line *line);
/* Write notes with edits on top of `base` (may be NULL); moves no ref. */
int ev_sync_commit(struct ev_oid *out, struct ev_repo *r,
		   const struct ev_oid *base, const struct ev_edits *e,
		   const char *message);
/* The local ledger once the remote's is at `tip`: that, or one commit on it
 * for what only we have. */
int ev_sync_unite(struct ev_oid *local, struct ev_sync_job *j,
		  const struct ev_oid *tip);

/* Look what tags the remote has, and create here those that are not. */
int ev_sync_tags_receive(struct ev_sync_job *j);
/* Fill `tags`: those that the remote has not and that may be sent. */
int ev_sync_tags_plan(struct ev_sync_job *j);

/* What the artifact store of the remote lacks and admitted records name. */
int ev_sync_artifacts_plan(struct ev_oid *commit, bool *needed,
			   struct ev_sync_job *j);
/* Bring the remote's artifacts into the local store. */
int ev_sync_artifacts_fetch(struct ev_sync_job *j);

#endif
