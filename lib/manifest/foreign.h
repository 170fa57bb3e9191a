/*
 * foreign.h - what other tools' files and names say; no repository is asked
 *
 * Each reader takes a tree that a strict reader made, and fails with
 * EV_EINVALID "FILE:LINE:COL: ..." of that file where it cannot be believed.
 * Texts in the answers point into the tree.
 */
#ifndef EV_MANIFEST_FOREIGN_H
#define EV_MANIFEST_FOREIGN_H

#include "base/clock.h"
#include "data/value.h"

/* DVC: *.dvc, and dvc.lock of schema 2.0 ---------------------------------- */

struct ev_dvc_out {
	const char *path;
	char digest[80];		/* "sha256:HEX" or "md5:HEX"; of a
					   folder's listing with ".dir" */
	bool weak;			/* md5 */
	int64_t size;			/* bytes; -1 if it is not said */
};
/* The output with this path as the file writes it; NULL: the only one. */
int ev_dvc_read(struct ev_dvc_out *out, const struct ev_value *root,
		const char *path);

/* MLflow: MLmodel --------------------------------------------------------- */

struct ev_mlmodel {
	const char *registry_id;	/* model_uuid, model_id or run_id */
	const char *run_id;
	char created_at[EV_TIME_TEXT];	/* "" if it is not said */
	char *framework;		/* "sklearn 1.3.0"; owned */
	const char *format;
	const char *file;		/* beside MLmodel; all may be NULL */
};
int ev_mlmodel_read(struct ev_mlmodel *out, const struct ev_value *root);
void ev_mlmodel_release(struct ev_mlmodel *m);

/* GTO: tags, and artifacts.yaml ------------------------------------------- */

/* "NAME" or "FOLDER:NAME". */
bool ev_gto_is_name(const char *name);
struct ev_gto_tag {
	char *version;			/* "v1.2.3"; owned */
	bool cancels;			/* "NAME@v1.2.3!" takes it back */
	int64_t number;			/* "NAME@v1.2.3#4"; 0 if none */
};
/* Does this tag (without refs/tags/) say something of a version of `name`?
 * Nothing to release if not. */
bool ev_gto_tag_read(struct ev_gto_tag *out, const char *tag,
		     const char *name);
/* The path of an artifact, NULL if the file does not say. */
int ev_gto_path(const char **path, const struct ev_value *root,
		const char *name);

/* Our own lineage and generator records ----------------------------------- */

struct ev_output { const char *name, *digest; };
/* Are `outputs`, if there are any, [{name, digest}] with unique names? */
int ev_outputs_check(const struct ev_value *predicate);
/* The output with this name; NULL: the only one. */
int ev_outputs_find(struct ev_output *out, const struct ev_value *predicate,
		    const char *name);

#endif
