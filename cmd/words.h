/*
 * words.h - small pieces of output that several verbs share
 */
#ifndef EV_CMD_WORDS_H
#define EV_CMD_WORDS_H

#include "cmd/render.h"
#include "ledger/ledger.h"
#include "gate/judge.h"

/* The person's printed name, or the short fingerprint, or "-". */
const char *signer_name(const struct ev_line *line);
/* The person's roles joined by ',', or "". */
void signer_roles(struct ev_buf *out, const struct ev_person *p);

/* The members of a record that every --json shares. */
void json_record(struct ev_json *j, const struct ev_line *line);
/* "ignored": {"malformed": n, ...} for states that have no effect. */
void json_ignored(struct ev_json *j, const struct ev_lines *lines);
/* "policy": {"controlSet", "version", "provisional", "root"} or null. */
void json_policy(struct ev_json *j, const struct ev_chain *c);

/*
 * By whose policy evidence is read: the one in force, else HEAD's control set
 * provisionally.  `policy` is NULL if there is neither, `trust` then too.
 */
struct reader {
	struct ev_evidence evidence;	/* what the refs hold */
	struct ev_chain chain;
	struct ev_policy *policy;
	struct ev_trust *trust;
	/* Of a clone that has no ledger, that of the newest checkpoint, for
	 * who only looks; `evidence` is as it is. */
	bool borrowed, borrowed_late;
	struct ev_oid borrowed_ledger;
};
/* The ledger to be looked at; NULL: there is none. */
const struct ev_oid *reader_ledger(const struct reader *r);
/* Borrow one where there is none, and say so; reader_open() does it. */
int reader_borrow(struct reader *reader, struct ev_repo *r);
void reader_release(struct reader *r);
/*
 * For verbs that look: without a policy everything is foreign, which is said,
 * and so is a chain with a fault.
 */
int reader_open(struct reader *out, struct ev_repo *r);
/* The same without a word, for a verb that can do without a policy. */
int reader_read(struct reader *out, struct ev_repo *r);
/* For verbs that sign or judge: without a policy EV_ENOTFOUND with the hint to
 * run init.  A chain with a fault is left to the caller. */
int reader_require(struct reader *out, struct ev_repo *r);
/* The same for who judges: where policies cannot be followed none is there, and
 * the verdict says so. */
int reader_for_verdict(struct reader *out, struct ev_repo *r);

/*
 * The commit that <rev> stands for: as Git knows it, failing that by the name
 * of a release.  EV_EINVALID with a list if several are called so.
 */
int rev_read(struct ev_oid *out, const struct reader *reader,
	     struct ev_repo *r, const char *rev);
/*
 * What a deciding verb is asked about: the full name of the target ref
 * (`word`: --for, may be NULL), owned by the caller, and what it would hold: a
 * commit, or for a tag the tag object that `rev` names.
 */
int target_read(char **ref, struct ev_oid *to, const struct reader *reader,
		struct ev_repo *r, const char *rev, const char *word);
/* "Sign this? [y/N]" on a terminal: 0, or EV_ESTOP for a no.  Where nobody can
 * be asked EV_EINVALID with the hint to say --yes. */
int ask_to_sign(struct context *ctx);
/* The listed person who seems to ask, by signing key or else e-mail; NULL if
 * it is nobody listed. Nothing is proved by it, and no gpg is run. */
const struct ev_person *who_asks(struct ev_repo *r,
				 const struct ev_trust *trust);

#endif
