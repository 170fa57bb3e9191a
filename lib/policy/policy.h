/*
 * policy.h - the control set: people, keys, protected refs, requirements
 *
 * Read from the tree of a commit (or a tree), never from the working folder.
 * Which control set is in force is for chain.h to say.
 */
#ifndef EV_POLICY_POLICY_H
#define EV_POLICY_POLICY_H

#include "policy/requirement.h"
#include "repo/repo.h"

#define EV_POLICY_PATH ".evidence/policy.yaml"

struct ev_policy {
	struct ev_value *root;		/* the whole file */
	int64_t version;
	char link[72];			/* "sha256:" + control set digest */
	char previous[72];		/* "" in the first */
	struct ev_oid commit;		/* where it was read; may be a tree */
	struct ev_oid tree;
	struct ev_trust trust;		/* people, keys, home */
	bool has_adopted;
	struct ev_oid adopted;
	struct ev_suite_file *suites;
	size_t nsuites;
	struct ev_requirement *requirements;	/* the named ones first */
	size_t nrequirements;
	struct ev_protect *protects;	/* in the order of the file */
	size_t nprotects;
	struct ev_quorum policy_change, rollback;
	struct ev_strs promote_by, checkpoint_by;
	/* revoke.records is trust.revoke_records */
	struct ev_strs revoke_approvals, revoke_releases, revoke_keys;
	int64_t retention_years;	/* 0: not said */
};
void ev_policy_release(struct ev_policy *p);

/*
 * Read the control set of `commit` (or tree).  EV_ENOTFOUND with a hint to run
 * init if there is no policy.yaml; EV_EINVALID with file:line:col for anything
 * unknown or malformed.
 */
int ev_policy_read(struct ev_policy *out, struct ev_repo *r,
		   const struct ev_oid *commit);
/* The provisional policy: HEAD's. */
int ev_policy_read_head(struct ev_policy *out, struct ev_repo *r);

/*
 * The entries of `protect` that are about `ref`, in order: exactly, or so that
 * a file system which folds case or normalises would take them for one.  Call
 * with *i = 0 first; NULL at the end.  *exact (may be NULL): byte for byte.
 */
const struct ev_protect *ev_policy_protects(const struct ev_policy *p,
					    const char *ref, size_t *i,
					    bool *exact);
/*
 * The pattern of a protected ref that cannot be made while there is a ref of
 * this name, above or below it ("refs/a" and "refs/a/b"); NULL.
 */
const char *ev_policy_obstructs(const struct ev_policy *p, const char *ref);
/*
 * Protected names that may be symbolic refs here, and move with another: those
 * without a star, and of the others those that are.
 */
int ev_policy_names(struct ev_strs *out, const struct ev_policy *p,
		    struct ev_repo *r);
const struct ev_suite_file *ev_policy_suite(const struct ev_policy *p,
				       const char *id);

/*
 * In what `newer` asks for less than `older`, one line each, for people who
 * are about to approve it: "protect refs/heads/production: approvals.clinical
 * 2 -> 1", "suite arrhythmia-clinical changed", "refs/tags/v* is no longer
 * protected", "role quality: Quinn Abara added".
 */
void ev_policy_loosened(struct ev_strs *out, const struct ev_policy *older,
			const struct ev_policy *newer);

/* The text whose SHA-256 is the link: lines as sha256sum prints them, of
 * policy.yaml, claims.yaml, keys/, suites/, packs/ below .evidence/. */
int ev_control_set(struct ev_buf *text, char link[72], struct ev_repo *r,
		   const struct ev_oid *commit);

#endif
