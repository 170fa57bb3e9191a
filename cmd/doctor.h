/*
 * doctor.h - what `doctor` looks at; for cmd/doctor*.c
 */
#ifndef EV_CMD_DOCTOR_H
#define EV_CMD_DOCTOR_H

#include "cmd/words.h"
#include "gate/install.h"

enum doctor_state { DOCTOR_OK, DOCTOR_NOTE, DOCTOR_BAD };

struct doctor_check {
	enum doctor_state state;
	char *name, *detail, *hint;	/* hint may be NULL */
};
struct doctor {
	struct ev_repo *repo;
	bool server;
	struct doctor_check *checks;
	size_t n, cap;
	struct ev_hooks hooks;
	struct reader reader;
	/* what the hooks that are active here stop, and what they cannot */
	struct ev_strs prevented, detected;
};

/* `hint` may be NULL. */
void doctor_add(struct doctor *d, enum doctor_state state, const char *name,
		const char *hint, const char *fmt, ...) EV_PRINTF(5, 6);
/* The last error as the detail of a check, its first hint as the mend. */
void doctor_add_error(struct doctor *d, enum doctor_state state,
		      const char *name);

/* Each adds its checks; negative only when nothing can be said at all. */
int doctor_programs(struct doctor *d);
int doctor_hooks(struct doctor *d);	/* fills hooks, prevented, detected */
int doctor_trust(struct doctor *d);	/* root, policy, key, list */
int doctor_sharing(struct doctor *d);	/* refspecs; settings of a server */

#endif
