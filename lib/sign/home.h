/*
 * home.h - what keyhome.c and verify.c share
 */
#ifndef EV_SIGN_HOME_H
#define EV_SIGN_HOME_H

#include "base/hash.h"
#include "sign/engine.h"
#include "sign/gpg.h"
#include "sign/keyhome.h"
#include "sign/table.h"

#define EV_HOME_ENGINES 2

struct ev_keyhome {
	char digest[EV_SHA256_HEX + 1];
	struct ev_buf dir;		/* absolute; empty without keys */
	bool temporary;			/* remove `dir` at close */
	struct ev_keytable table;
	struct ev_buf gpg;		/* the program; empty until needed */
	struct ev_engine engines[EV_HOME_ENGINES];
};

/*
 * Make `dir` a home that holds the keys of `blocks`, and list them into
 * `table`; `dir` exists, is empty and private.
 */
int ev_home_build(struct ev_keytable *table, const char *dir,
		  const char *digest, const struct ev_keyblock *blocks,
		  size_t n);
/*
 * Read the table of a home that was made earlier.  EV_EINVALID (no message)
 * unless it is ours in every file; gpg is not run.
 */
int ev_home_load(struct ev_keytable *table, const char *dir,
		 const char *digest);

/*
 * ring.c: a key box says when it was last looked through for what was deleted.
 * Three hours later each gpg that opens it does so again, to no end: it copies
 * the whole box, under one name for all of them, and drops the copy.  Here it
 * is said to have been done late enough.  A box of another kind stays as it is.
 */
int ev_ring_rest(const char *dir, const char *name);

#endif
