/*
 * engine.h - a gpg that stays and verifies one signature after another; this
 * room only
 *
 * Most of a gpg is its start.  Detached signatures can only be handed over one
 * a process, so each is handed over as what it is the same for: a message of
 * the data as literal bytes and the signature over them (RFC 9580, 10.3), in a
 * file that gpg opens by its descriptor, or by name where there is no /dev/fd.
 * Question and answer take
 * turns; an answer that does not begin and end as it should is none, and ends
 * the process.
 */
#ifndef EV_SIGN_ENGINE_H
#define EV_SIGN_ENGINE_H

#include <sys/types.h>

#include "base/buf.h"
#include "sign/openpgp.h"

struct ev_engine {
	pid_t pid;			/* 0: there is none */
	int to, from, file;
	bool named;			/* the file has a name to remove */
	struct ev_buf name;		/* by which gpg opens it */
	unsigned asked;
};

void ev_engine_init(struct ev_engine *e);
void ev_engine_close(struct ev_engine *e);
/* Beforehand, where there is none yet; closed after an error too. */
int ev_engine_start(struct ev_engine *e, const char *path, const char *home);
/*
 * Append to `said` the status lines about the signature, parsed as `packet`
 * before, over `data`.  1 if it said that they are all; 0 if it ended by
 * itself after them, as it does after a bad signature, and *sig_no is what
 * ended it or 0; EV_ERROR if it could not be asked, or has not answered this.
 */
int ev_engine_ask(struct ev_buf *said, int *sig_no, struct ev_engine *e,
		  const char *path, const char *home,
		  const struct ev_sigpacket *packet, const void *data, size_t n,
		  const void *sig, size_t nsig);

#endif
