/*
 * artifact.h - files that records name, by digest
 *
 * refs/notes/evidence-artifacts is a content-addressed store: the note for
 * blob X is blob X.  Each commit on it is parentless and moved by
 * compare-and-swap.  Files over evidence.artifactLimit (1 MiB) stay outside
 * Git: the record keeps name, size, media type, SHA-256 and where it lies.
 */
#ifndef EV_LEDGER_ARTIFACT_H
#define EV_LEDGER_ARTIFACT_H

#include "ledger/record.h"
#include "repo/repo.h"

#define EV_ARTIFACT_LIMIT ((int64_t)1 << 20)

struct ev_artifact {
	char *name, *media_type;
	uint64_t size;
	char sha256[65];
	bool stored;			/* in the store, as `blob` */
	struct ev_oid blob;
	char *uri;			/* where else it lies, or NULL */
	struct ev_buf bytes;		/* content, if it is to be stored */
};
struct ev_artifacts { struct ev_artifact *items; size_t n, cap; };
#define EV_ARTIFACTS_INIT { NULL, 0, 0 }
void ev_artifacts_release(struct ev_artifacts *a);

/* "NAME=PATH": read, digest, decide whether it is stored. Writes nothing. An
 * LFS pointer or *.dvc beside a file over the limit is not looked for. */
int ev_artifact_add(struct ev_artifacts *a, struct ev_repo *r, const char *spec);
/* The same from bytes in memory (a log). Takes the bytes out of `bytes`. */
int ev_artifact_add_bytes(struct ev_artifacts *a, struct ev_repo *r,
			  const char *name, const char *media_type,
			  struct ev_buf *bytes);
/* Write the blobs and name them in the store, in one commit. */
int ev_artifacts_store(struct ev_repo *r, const struct ev_artifacts *a);
/*
 * The commit of a store's tree: no parent, and the same fixed identity and
 * time everywhere, so that equal stores have equal commits.
 */
int ev_artifact_commit(struct ev_oid *out, struct ev_repo *r,
		       const struct ev_oid *tree);
/* Of a line as it is stored: gitEvidence.artifacts of its record.  Whose it is
 * has to be asked first.  Negative: it is no record; `out` may have some. */
int ev_artifacts_named(struct ev_artifacts *out, const char *line, size_t n);

enum ev_artifact_state {
	EV_ARTIFACT_GOOD,	/* here, size and SHA-256 agree */
	EV_ARTIFACT_ELSEWHERE,	/* not kept in Git by its size */
	EV_ARTIFACT_ABSENT,	/* not fetched, or lost */
	EV_ARTIFACT_DIFFERENT,	/* here, and not what the record names */
	EV_ARTIFACT_EXPUNGED	/* removed, as enough people have signed; only
				   ledger/verify.h says so */
};
int ev_artifact_check(enum ev_artifact_state *out, struct ev_repo *r,
		      const struct ev_artifact *a);
int ev_artifact_read(struct ev_buf *out, struct ev_repo *r,
		     const struct ev_artifact *a);

#endif
