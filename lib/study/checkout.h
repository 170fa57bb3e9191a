/*
 * checkout.h - the files of a commit in a folder of their own
 *
 * Made by `git read-tree -u` with an index outside the repository, so nothing
 * is left in it whatever happens to us, and the files are what a checkout
 * would write: symbolic links, executable bits, line ends and filters (Git LFS)
 * by attributes and configuration.  No hook is run.  Submodules are left
 * empty.  Works in bare repositories; sparse patterns do not apply.
 */
#ifndef EV_STUDY_CHECKOUT_H
#define EV_STUDY_CHECKOUT_H

#include "base/buf.h"
#include "base/str.h"
#include "repo/repo.h"

struct ev_checkout {
	struct ev_buf base;		/* a private folder that holds: */
	struct ev_buf dir;		/* the files */
	struct ev_strs submodules;	/* paths that are left empty */
};
#define EV_CHECKOUT_INIT { EV_BUF_INIT, EV_BUF_INIT, EV_STRS_INIT }
int ev_checkout_make(struct ev_checkout *out, struct ev_repo *r,
		     const struct ev_oid *tree);
/* Remove the files and release; negative if some could not be removed. */
int ev_checkout_release(struct ev_checkout *c);

/*
 * Append to `env` what takes Git's own variables from a child: "NAME" for each
 * of `git rev-parse --local-env-vars`, and GIT_CEILING_DIRECTORIES so that no
 * repository around `base` is taken for the checkout's.
 */
int ev_checkout_env(struct ev_strs *env, const char *base);

#endif
