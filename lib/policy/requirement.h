/*
 * requirement.h - what a policy asks for, as data
 *
 * The language is that of git-evidence-policy(5).  What cannot be judged is
 * refused by name when the policy is read, never passed over: an unknown key,
 * rule or requirement name; a suite that no file of the control set defines; a
 * quorum that the listed people can never reach; `environment`.
 */
#ifndef EV_POLICY_REQUIREMENT_H
#define EV_POLICY_REQUIREMENT_H

#include "base/str.h"
#include "base/tier.h"
#include "data/schema.h"
#include "ledger/trust.h"

/* So many people of each role; a role stands once. */
struct ev_quorum_item { char *role; int64_t count; };
struct ev_quorum { struct ev_quorum_item *items; size_t n, cap; };
void ev_quorum_release(struct ev_quorum *q);
/* Of a role that stands in both, the larger count. */
void ev_quorum_unite(struct ev_quorum *into, const struct ev_quorum *other);

/* A suite of the control set: .evidence/suites/FILE that says suite.id. */
struct ev_suite_file {
	char *id, *version, *path;
	char digest[72];
	struct ev_strs never;		/* ids of gates: `waivable: never` */
	bool real_world;		/* dataset.kind */
};

struct ev_report_rule {
	char *suite;			/* suite.id, and the record's name */
	const struct ev_suite_file *file;	/* in the policy's suites; never NULL */
	struct ev_strs by;		/* roles; empty: anyone listed */
	int64_t max_age_days;		/* -1: no limit */
	struct ev_strs may_change;	/* ev_glob() patterns of paths */
	struct ev_strs review_by;	/* roles that may clear a review */
	bool real_world;		/* `data`: the suite may say so, too */
};
struct ev_test_rule { char *name; struct ev_strs by; };
/* Each of the roles has to agree; a waiver lasts so many days at most. */
struct ev_waivable { char *rule; struct ev_strs by; int64_t max_days; };

struct ev_requirement {
	char *name;			/* NULL: written inside `protect` */
	const struct ev_value *source;	/* in the policy's tree */
	char digest[72];		/* of `source` as compact JSON, and of
					   the suites that it names */
	enum ev_tier at_least;
	bool wants_manifest;
	struct ev_strs manifest_by;
	/* [NONE]: always; [T]: from tier T upward */
	struct ev_strs fields[EV_TIERS];	/* "training_data.labelling" */
	struct ev_report_rule *reports;
	size_t nreports;
	struct ev_test_rule *tests;
	size_t ntests;
	struct ev_quorum approvals[EV_TIERS];	/* as `fields` */
	bool not_author, not_committer, not_recorder, one_role;
	bool has_separation;
	bool commits_signed;
	char *promoted_on;		/* full ref name, or NULL */
	struct ev_waivable *waivable;
	size_t nwaivable;
};

/* One entry of `protect`. */
struct ev_protect {
	char *pattern;			/* full name, `*` allowed */
	const struct ev_requirement *require;
	struct ev_strs signed_by;	/* roles */
	bool create_once;
	/* of the entry and its requirement: what an approval was given under */
	char digest[72];
};

/* What is required at a tier: all that is required at it and below. */
void ev_requirement_fields(struct ev_strs *out, const struct ev_requirement *q,
			   enum ev_tier tier);
void ev_requirement_quorum(struct ev_quorum *out,
			   const struct ev_requirement *q, enum ev_tier tier);

#endif
