/*
 * case.h - one judgement at work; for the files of this room
 *
 * judge.c fills the case, lets the gather functions collect what there is, and
 * then asks the rules, in policy order, to add their lines to the verdict.
 * Gathering comes first because approvals clear what reports leave to review,
 * go stale by records, and are counted with the authors of the range in mind.
 *
 * Gather functions return negative only when the tool cannot work.
 */
#ifndef EV_GATE_CASE_H
#define EV_GATE_CASE_H

#include "gate/judge.h"
#include "gate/releases.h"
#include "ledger/decision.h"
#include "ledger/ledger.h"
#include "repo/repo.h"

/* range.c: from..to -------------------------------------------------------- */

struct ev_range_commit {
	struct ev_oid commit, tree;
	/* interned in the range's pool; as the commit has them */
	const char *author, *committer;	/* e-mails */
	const char *author_name, *committer_name;
	bool is_signed;			/* it carries some signature */
	enum ev_objsig sig;		/* see ev_range_signatures() */
};
/* Whoever made what is in the range. */
struct ev_contributor {
	char *email, *name;		/* name may be "" */
	bool author, committer;
	struct ev_oid commit;		/* one of theirs */
};
/* A key whose good signature a commit of the range carries. */
struct ev_range_signer {
	char fpr[41];			/* primary */
	const struct ev_person *person;	/* NULL: listed for nobody */
	struct ev_oid commit;		/* one of theirs */
};
struct ev_range {
	bool loaded;
	bool known;			/* false: `reason` says why it cannot be
					   told here (shallow, missing) */
	char reason[200];
	size_t ncommits;
	/* newest first */
	struct ev_range_commit *commits;
	/* by e-mail and name, raw and as the candidate's .mailmap has them:
	 * whoever writes a mailmap may add a name to a commit, not take one
	 * away */
	struct ev_contributor *people;
	size_t npeople, cap;
	struct ev_buf pool;
	bool has_from;			/* a commit of it has `from` as parent */
	bool has_signers;		/* ev_range_signatures() was called */
	struct ev_range_signer *signers;
	size_t nsigners, signers_cap;
};

/* records.c: the records that count for one rule ------------------------- */

struct ev_pick {
	const struct ev_line *line;
	enum ev_outcome outcome;	/* what it says; of a manifest PASS */
	bool rerun;			/* a pass that supersedes a worse one of
					   the same suite and data: REVIEW */
	bool post_hoc;			/* a report whose suite is younger than
					   what it measured: REVIEW */
	char denied[200];		/* why it does not pass, whatever it
					   says: its data are synthetic; "" */
	struct ev_oid commit;		/* where it lies (reports) */
	const struct ev_value *predicate;	/* owned by the case */
	/* ids of gates whose result a waiver forgives; `outcome` is that of
	 * the rest.  NULL: none */
	const struct ev_strs *forgiven;
};
struct ev_picks { struct ev_pick *items; size_t n, cap; };

/* One rule about records, gathered: a report or a test. */
struct ev_record_rule {
	char *rule;			/* "reports.S", "tests.N" */
	enum ev_kind kind;
	const struct ev_report_rule *report;
	const struct ev_test_rule *test;
	struct ev_picks picks;		/* live, by the right people, at the
					   right place: worst first */
	enum ev_outcome outcome;	/* before clearing */
	enum ev_outcome found;		/* before waivers */
	char *detail, *hint;
	/* What an approver would have to clear: the rule itself, or for a
	 * report whose gates say so "reports.S/G01" for each in review. */
	struct ev_strs open;
	bool unsure;			/* not all places where a record may
					   lie can be seen here */
	struct ev_strs forgiven;	/* see ev_pick */
	bool denied;			/* by a pick: no waiver mends it */
	/* Who accepts what is waived, where the rule says nobody; or NULL. */
	const struct ev_strs *clear_by;
};

/* approvals.c -------------------------------------------------------------- */

struct ev_vote {
	struct ev_decided *decided;	/* in the case's `decided` */
	bool counts;			/* in place, well signed, not stale */
	bool conflicted;		/* counts but for separation */
	bool rejects;			/* says no, and stands */
	char reason[200];		/* why it does not count */
};

/* waiver.c ----------------------------------------------------------------- */

/* A record that says: this rule may fail this once. */
struct ev_waiver {
	const struct ev_line *line;
	const struct ev_value *predicate;
	const char *rule;		/* "reports.S/G01" */
	const struct ev_waivable *entry;	/* that allows it, or NULL */
	struct ev_record_rule *record;	/* NULL: manifest.fields, or no rule */
	const char *gate;		/* of the report, or NULL: all of it */
	bool fits;			/* for what there is now, and in time:
					   lacks approvals at most */
	bool counts;
	bool used;			/* a rule holds by it, or is left to
					   review */
	struct ev_strs lacks;		/* roles that have not agreed */
	char reason[200];		/* why it does not count */
};

/* rollback.c --------------------------------------------------------------- */

/* What brings back, by one new commit, what was promoted before. */
struct ev_comeback {
	bool is;			/* the question is about one */
	/* promotions of this content to this ref, oldest first; of those that
	 * only brought it back none */
	struct ev_releases releases;
	const struct ev_release *release;	/* that comes back */
	struct ev_test_rule *names;	/* for the case's `records`; owned */
	bool stands;			/* all that the promotion lists does */
	bool unsure;			/* it cannot be told here */
	char reason[240];		/* why not */
};

struct ev_known_cohorts;		/* study/generator.h */

struct ev_case {
	struct ev_repo *repo;
	struct ev_policy *policy;
	const struct ev_chain *chain;
	const struct ev_protect *protect;
	const struct ev_requirement *req;
	const struct ev_evidence *evidence;
	const struct ev_question *q;
	struct ev_verdict *verdict;
	bool want_range;		/* load it although no rule needs it */

	/* the candidate; set by judge.c */
	bool has_commit;
	struct ev_oid commit, tree;	/* `to` peeled, or the merge's tree */
	bool to_is_tag;
	bool has_from_tree;
	struct ev_oid from_commit, from_tree;	/* from, peeled */
	char label[EV_OID_HEX + 1];	/* short name for messages */
	bool nameless;			/* a merge's content that no commit has:
					   `label` is a tree's */

	/* the ledger; `ledger_unknown`: not here, and a remote may have it, so
	 * a missing record is INCOMPLETE, not FAIL */
	struct ev_ledger *ledger;
	bool ledger_unknown;
	struct ev_lines lines;		/* on the commit and its tree */

	/* gathered, in this order */
	struct ev_range range;
	struct ev_picks manifests;	/* that count; all say the same, or
					   `manifests_differ` */
	bool manifests_differ;
	const struct ev_line *manifest_against;	/* withdrawn, by what does not
					   count now, and differs; NULL */
	enum ev_tier tier;		/* what the manifest says, at least what
					   the policy says; CRITICAL if nobody
					   says */
	struct ev_record_rule *records;	/* reports, then tests */
	size_t nrecords;
	struct ev_lines *others;	/* lines on `from` and the range's
					   commits that reports may lie on */
	size_t nothers;
	struct ev_value **trees;	/* predicates read; owned */
	size_t ntrees, trees_cap;
	struct ev_known_cohorts *cohorts;	/* synthetic; NULL: not read */
	struct ev_decideds decided;	/* approvals of this tree */
	struct ev_vote *votes;		/* one for each of them */
	size_t nvotes;
	struct ev_waiver *waivers;
	size_t nwaivers;
	struct ev_comeback rollback;
};

/* Gather ------------------------------------------------------------------- */
int ev_range_load(struct ev_range *out, struct ev_case *c);	/* once */
void ev_range_release(struct ev_range *r);
/* Verify what signatures the commits of the range carry; once. */
int ev_range_signatures(struct ev_case *c);
/* What an approval lists: the e-mails of the range, as the commits and as
 * .mailmap have them, and its signers' fingerprints; sorted.  EV_EINCOMPLETE
 * with the reason where the range cannot be told. */
int ev_range_contributors(struct ev_strs *out, struct ev_case *c);
/* The mend where it cannot be told. */
const char *ev_range_hint(const struct ev_case *c);
int ev_manifest_gather(struct ev_case *c);	/* manifests, tier */
int ev_records_gather(struct ev_case *c);	/* reports and tests */
int ev_votes_gather(struct ev_case *c);		/* approvals */
int ev_waivers_gather(struct ev_case *c);	/* and apply them to records */
void ev_waivers_release(struct ev_case *c);
void ev_records_release(struct ev_case *c);	/* all three */
void ev_case_cohorts_release(struct ev_case *c);
void ev_votes_release(struct ev_case *c);
/* Is the question about a rollback?  Before the others gather. */
int ev_rollback_look(struct ev_case *c);
/* Instead of all others: what the promotion lists, in `manifests`, `records`
 * and `others`, and the approvals. */
int ev_rollback_gather(struct ev_case *c);
void ev_rollback_release(struct ev_case *c);

/*
 * The records of a kind, type and name on `lines` whose signer has one of the
 * roles in `by` (empty: anyone listed), neither withdrawn nor superseded by
 * another such record.  Superseding needs the same kind, type, name and tree
 * and a signer whom `by` allows; ledger.h's own rule (a shared role) has no
 * say here.
 */
int ev_picks_add(struct ev_picks *out, struct ev_case *c,
		 struct ev_lines *lines, enum ev_kind kind, const char *name,
		 const struct ev_strs *by);
/* The predicate of a line; owned by the case. */
int ev_case_predicate(const struct ev_value **out, struct ev_case *c,
		      const struct ev_line *line);
/* May this person sign for a rule? */
bool ev_by_allows(const struct ev_strs *by, const struct ev_person *p);

/* Rules, in the order of the verdict --------------------------------------- */
int ev_rule_refs(struct ev_case *c);		/* ref.* */
int ev_rule_withdrawn(struct ev_case *c);	/* only if it fails */
int ev_rule_rollback(struct ev_case *c);	/* then approvals, commits */
int ev_rule_manifest(struct ev_case *c);	/* risk_tier manifest
						   manifest.fields */
int ev_rule_records(struct ev_case *c);		/* reports.* tests.* */
int ev_rule_approvals(struct ev_case *c);	/* approvals.* separation */
int ev_rule_commits(struct ev_case *c);		/* commits.signed */

/* How many people of which roles have to approve. */
void ev_case_quorum(struct ev_quorum *out, const struct ev_case *c);

/* The person by whose counting approval `name` ("tests.unit",
 * "reports.S/G01") is cleared, with a role in `by` if that is not empty;
 * NULL if by nobody. */
const struct ev_person *ev_votes_clear(const struct ev_case *c,
				       const char *name,
				       const struct ev_strs *by);

/*
 * Why separation of duties keeps this person's approval from counting: "author
 * of 9d03e77", "recorded tests.unit (...)"; false if it does not.  After the
 * votes were gathered.
 */
bool ev_case_barred(char reason[200], const struct ev_case *c,
		    const struct ev_person *p);

/* INCOMPLETE where a remote may have what is missing here, else FAIL. */
enum ev_outcome ev_case_missing(const struct ev_case *c);

/* Fill a case for a question about one entry of `protect`; `v` takes the
 * rules.  For judge.c, and approve.c, which signs what it shows. */
int ev_case_open(struct ev_case *c, struct ev_repo *r,
		 const struct ev_chain *chain, const struct ev_evidence *e,
		 const struct ev_question *q, const struct ev_protect *protect,
		 struct ev_verdict *v);
/* Gather all, then add every rule. */
int ev_case_judge(struct ev_case *c);
void ev_case_release(struct ev_case *c);
/* ev_judge(), with a look at each case, judged, before it is released. */
int ev_judge_look(struct ev_verdict *out, struct ev_repo *r,
		  const struct ev_chain *chain, const struct ev_evidence *e,
		  const struct ev_question *q,
		  int (*look)(void *ctx, const struct ev_case *c), void *ctx);

#endif
