/*
 * status.h - what the two files of status share
 */
#ifndef EV_CMD_STATUS_H
#define EV_CMD_STATUS_H

#include "cmd/words.h"
#include "gate/approve.h"

/* All that is shown. */
struct state {
	struct context *ctx;
	struct reader reader;
	char *ref;
	const char *rev;		/* as asked, for commands to paste */
	struct ev_oid commit;
	const struct ev_person *person;	/* who asks; NULL: nobody listed */
	bool has_root;			/* nothing is in force yet, and they
					   hold the root key */
	struct ev_standing standing;
	struct ev_pending pending;	/* a policy that is not in force */
	struct ev_lines lines;
	struct ev_strs next;		/* what they can do: commands */
};

/* "    could approve: A, B", or nothing. */
void status_print_names(const char *before, const struct ev_strs *names);
void status_print_awaited(const struct ev_awaited *a, size_t n);
void status_json_awaited(struct ev_json *j, const struct ev_awaited *a,
			 size_t n);

/* status_policy.c: the policy that lies in the commit and is not in force. */
int status_policy_read(struct state *s);
void status_policy_next(struct state *s);
void status_policy_print(const struct state *s);
void status_policy_json(struct ev_json *j, const struct state *s);

#endif
