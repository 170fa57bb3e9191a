/*
 * releases.h - what was promoted before, as the ledger tells it
 *
 * A promotion counts if its record is live (or held by an accepted checkpoint
 * and not withdrawn), a person signed it with a role of promote.by, and the
 * history of the ref it names has its step: `to` is what that ref holds or an
 * ancestor of it, `from` an ancestor of `to`.
 *
 * A release that was withdrawn (a live revocation of type `release` on its
 * commit or tree by somebody entitled) stays so for ever: nothing with its
 * tree is promoted again, as a rollback or otherwise.
 */
#ifndef EV_GATE_RELEASES_H
#define EV_GATE_RELEASES_H

#include "gate/judge.h"
#include "ledger/ledger.h"

struct ev_release {
	char record[65];		/* of the promotion */
	char *ref;			/* full name */
	char *tag;			/* full name of the release tag; "" */
	bool has_from;
	struct ev_oid from, to, tree;
	char policy[72];
	char verdict[72], manifest[72];	/* "" for null */
	struct ev_strs reports, tests, waivers;	/* "sha256:<id>" */
	struct ev_strs approvals;	/* tag objects, hex */
	char *rollback_tag, *rollback_reason;	/* NULL: no rollback */
	char rollback_of[72];
	int64_t at;			/* of the signature */
	const struct ev_person *person;
	bool withdrawn;
	char reason[200];		/* why it is, or does not count; "" */
};
struct ev_releases { struct ev_release *items; size_t n, cap; };
void ev_release_release(struct ev_release *r);
void ev_releases_release(struct ev_releases *l);

/* Read the predicate of a promotion; EV_EINVALID with what is wrong. */
int ev_release_parse(struct ev_release *out, const struct ev_value *predicate);
/*
 * Those that the lines of a commit and its tree tell of (either may be NULL),
 * oldest first; also those that do not count, with the reason.
 */
int ev_releases_at(struct ev_releases *out, struct ev_repo *r,
		   const struct ev_chain *chain, struct ev_ledger *l,
		   const struct ev_oid *commit, const struct ev_oid *tree);
/*
 * By the name of its tag, full or short ("v2.8.0"), or an id of the promotion;
 * EV_ENOTFOUND, or EV_EINVALID with a list if several are called so.
 */
int ev_release_find(struct ev_release *out, struct ev_repo *r,
		    const struct ev_chain *chain, struct ev_ledger *l,
		    const char *name);
/* Is this content withdrawn?  True with the reason. */
bool ev_content_withdrawn(char reason[200], const struct ev_lines *lines,
			  const struct ev_policy *p);

#endif
