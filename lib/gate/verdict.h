/*
 * verdict.h - what the one judgement says
 *
 * For every rule, in policy order: outcome, fact, mend.  Hooks, check, status,
 * promote, dossier and --json print the same verdict; nobody judges twice.
 */
#ifndef EV_GATE_VERDICT_H
#define EV_GATE_VERDICT_H

#include "data/json.h"
#include "repo/oid.h"

/* In rising order: the worst decides. */
enum ev_outcome { EV_PASS, EV_REVIEW, EV_INCOMPLETE, EV_FAIL };
const char *ev_outcome_name(enum ev_outcome o);
/* False if `word` is none of the four. */
bool ev_outcome_parse(enum ev_outcome *out, const char *word);
/* PASS 0, FAIL 1, INCOMPLETE 2, REVIEW 3. */
int ev_outcome_exit(enum ev_outcome o);

struct ev_verdict_rule {
	char *rule;			/* "approvals.clinical" */
	enum ev_outcome outcome;
	char *detail;			/* the fact; one line */
	char *hint;			/* the mend, to be pasted; NULL: none */
};

struct ev_verdict {
	enum ev_outcome outcome;	/* the worst of the rules */
	bool first_use;			/* no root pinned, or no link: exit 4
					   at best */
	/* Something counts only by a checkpoint whose key has expired since,
	 * and no later one names it: exit 4 at best.  Else "". */
	char late[200];
	bool is_protected;		/* else there are no rules, and a pass */
	char *ref;
	bool has_from, has_to, has_commit;
	struct ev_oid from, to;		/* as the ref holds or would hold them */
	struct ev_oid commit, tree;	/* what is judged; no commit for the
					   result of a merge not yet made */
	char policy[72];		/* link in force, or control set of the
					   provisional policy; "" */
	int64_t version;
	bool provisional;
	char root[41];			/* pinned; "" if none */
	struct ev_verdict_rule *rules;
	size_t n, cap;
};
void ev_verdict_init(struct ev_verdict *v);
void ev_verdict_release(struct ev_verdict *v);
/* Add a rule; `hint` may be NULL.  Details are one line: LF becomes a space. */
void ev_verdict_add(struct ev_verdict *v, const char *rule,
		    enum ev_outcome outcome, const char *hint,
		    const char *fmt, ...) EV_PRINTF(5, 6);
/* Exit status: 0-3 by outcome, 4 for a pass that is trusted at first use. */
int ev_verdict_exit(const struct ev_verdict *v);
/* The members outcome ref from to policy root rules of an open object. */
void ev_verdict_json(struct ev_json *j, const struct ev_verdict *v);
/* The last of them alone. */
void ev_verdict_json_rules(struct ev_json *j, const struct ev_verdict *v);

#endif
