/*
 * gpg.h - GPGME set up the way this room needs it; this room only
 */
#ifndef EV_SIGN_GPG_H
#define EV_SIGN_GPG_H

#include <gpgme.h>
#include <signal.h>

#include "base/buf.h"

/*
 * A context for OpenPGP that runs `program` (NULL: gpg; looked up in PATH if it
 * has no slash) on `home` (NULL: the user's own).  EV_ENOTFOUND if there is no
 * such program, EV_ERROR if it is too old to be trusted.
 */
int ev_gpg_open(gpgme_ctx_t *out, const char *program, const char *home);

/* The path of `program` (NULL: gpg), as ev_gpg_open() finds it. */
int ev_gpg_find(struct ev_buf *path, const char *program);
/* EV_ERROR if `version` ("2.2.40"; NULL: not said) is too old. */
int ev_gpg_check_version(const char *program, const char *version);
/* Count a run. */
void ev_gpg_count(void);

/*
 * Around each GPGME operation: counts a run, and keeps a gpg that ended early
 * from ending us by SIGPIPE, in this thread alone.
 */
struct ev_gpg_quiet {
	sigset_t before;
	bool pending;
};
void ev_gpg_begin(struct ev_gpg_quiet *q);
void ev_gpg_end(const struct ev_gpg_quiet *q);

/* "what: gpg's word for it" as EV_ERROR. */
int ev_gpg_fail(gpgme_error_t err, const char *what);
/* True if the error is the system's (memory, files), not about a key. */
bool ev_gpg_is_system(gpgme_error_t err);

#endif
