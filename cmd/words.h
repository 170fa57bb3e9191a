/*
 * words.h - small pieces of output that several verbs share
 */
#ifndef EV_CMD_WORDS_H
#define EV_CMD_WORDS_H

#include "cmd/render.h"
#include "ledger/ledger.h"
#include "policy/policy.h"

/* The person's printed name, or the short fingerprint, or "-". */
const char *signer_name(const struct ev_line *line);
/* The person's roles joined by ',', or "". */
void signer_roles(struct ev_buf *out, const struct ev_person *p);

/* The members of a record that every --json shares. */
void json_record(struct ev_json *j, const struct ev_line *line);
/* "ignored": {"malformed": n, ...} for states that have no effect. */
void json_ignored(struct ev_json *j, const struct ev_lines *lines);
/* "policy": {"link", "version", "provisional"} or null. */
void json_policy(struct ev_json *j, const struct ev_policy *p);

/*
 * HEAD's control set for a reader: without one everything is foreign, which is
 * said; 0 and *has = false then. Any other failure is returned.
 */
int reader_policy(struct ev_policy *out, bool *has, struct ev_repo *r);

#endif
