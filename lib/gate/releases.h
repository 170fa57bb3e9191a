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
	char *rollback_tag, *rollback_reason;	/* NULL: no rollback; the tag
					   of one to a release without: "" */
	char rollback_of[72];
	int64_t at;			/* of the signature */
	const struct ev_person *person;
	bool counts;
	bool unsure;			/* it cannot be told here whether */
	bool withdrawn;			/* it would count, but for that */
	char reason[200];		/* why it does not count; "" */
};
struct ev_releases { struct ev_release *items; size_t n, cap; };
void ev_release_release(struct ev_release *r);
void ev_releases_release(struct ev_releases *l);

/* Items of each list of a promotion; bytes of a name in it, and of a reason. */
#define EV_RELEASE_LIST_MAX ((size_t)10000)
#define EV_RELEASE_NAME_MAX ((size_t)1024)
#define EV_RELEASE_REASON_MAX ((size_t)16 << 10)
/* Read the predicate of a promotion; EV_EINVALID with what is wrong, EV_ELIMIT
 * for one that is too large. */
int ev_release_parse(struct ev_release *out, const struct ev_value *predicate);
/*
 * Those that the lines of a commit and its tree tell of (either may be NULL),
 * oldest first; also those that do not count, with the reason.
 */
int ev_releases_at(struct ev_releases *out, struct ev_repo *r,
		   const struct ev_chain *chain, struct ev_ledger *l,
		   const struct ev_oid *commit, const struct ev_oid *tree);
/* The same of lines that are read already; `ref` (NULL: none) is known to
 * hold `held`. */
int ev_releases_in(struct ev_releases *out, struct ev_repo *r,
		   const struct ev_chain *chain, struct ev_ledger *l,
		   const struct ev_lines *lines, const char *ref,
		   const struct ev_oid *held);
/*
 * Leave those to `ref` that could come back: that count, or would but for a
 * withdrawal, or may.  What a rollback brought back is told by the promotion
 * that it names.
 */
void ev_releases_keep(struct ev_releases *l, const char *ref);
/* All that count and are called so, by the name of their tag, full or short
 * ("v2.8.0"), or by the id of the promotion; oldest first. */
int ev_releases_named(struct ev_releases *out, struct ev_repo *r,
		      const struct ev_chain *chain, struct ev_ledger *l,
		      const char *name);
/*
 * The one that is called so; EV_ENOTFOUND, or EV_EINVALID with a list if
 * several are.
 */
int ev_release_find(struct ev_release *out, struct ev_repo *r,
		    const struct ev_chain *chain, struct ev_ledger *l,
		    const char *name);
/*
 * The commit that a release is of, for names that Git does not know: of
 * exactly one promotion, failing that of exactly one live manifest (its
 * product.release, with or without a "v" before it).  EV_ENOTFOUND, or
 * EV_EINVALID with a list.
 */
int ev_release_commit(struct ev_oid *out, struct ev_repo *r,
		      const struct ev_chain *chain, struct ev_ledger *l,
		      const char *name);
/*
 * Is content withdrawn, of whose commit and tree these are all lines?  True
 * with the reason.  By somebody whom the policy in force entitles to it, did
 * when a checkpoint first held their word, or when they signed it
 * (ev_line_stood()).
 */
int ev_content_withdrawn(bool *yes, char reason[200], struct ev_repo *r,
			 const struct ev_chain *chain,
			 const struct ev_lines *lines);

#endif
