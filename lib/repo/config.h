/*
 * config.h - Git configuration, as Git itself reads it
 *
 * Values come from `git config --list -z --show-scope` run once, so that -c,
 * GIT_CONFIG_COUNT, GIT_CONFIG_GLOBAL, includes and worktree configuration
 * mean what they mean to Git.  Keys are given as "section.sub.name"; section
 * and name compare without case.  The last value wins.
 */
#ifndef EV_REPO_CONFIG_H
#define EV_REPO_CONFIG_H

#include "repo/repo.h"

/* Have Git read it meanwhile, for whoever will ask for a value soon: a process
 * takes as long as many a command.  What fails here fails when asked for. */
void ev_config_begin(struct ev_repo *r);
/* The value, or NULL if unset; owned by the repository handle. `r` may be
 * NULL outside a repository. On failure NULL and *err (if not NULL) < 0. */
const char *ev_config_get(struct ev_repo *r, const char *key, int *err);
bool ev_config_bool(struct ev_repo *r, const char *key, bool fallback);
/* The remote that evidence is shared with, as a name; never NULL, and it need
 * not be there: evidence.remote, else origin, else (as git-fetch does in a
 * clone that calls it otherwise) the only remote. */
const char *ev_config_remote(struct ev_repo *r);
/* With the units k, m and g. */
int64_t ev_config_int(struct ev_repo *r, const char *key, int64_t fallback);
/* SHA-256 over all of it, with where each value comes from: the same digest,
 * the same answers to whatever is asked above. */
int ev_config_digest(unsigned char out[32], struct ev_repo *r);
/* Trust keys (evidence.root ...): the repository's own config file only, no
 * includes, no environment, no -c.  Appends; EV_ENOTFOUND if unset. */
int ev_config_trusted(struct ev_buf *out, struct ev_repo *r, const char *key);
/* Set in the repository's own config (through `git config --local`). */
int ev_config_set(struct ev_repo *r, const char *key, const char *value);
/* Add a value to a multi-valued key unless it is there. */
int ev_config_add(struct ev_repo *r, const char *key, const char *value);

#endif
