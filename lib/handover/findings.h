/*
 * findings.h - what an audit finds, under codes that stay
 *
 * Each code means one thing for ever and has one severity;
 * git-evidence-findings(7) says of each what it means and what to do, and
 * tests/lint-findings holds that page to the table in findings.c.
 */
#ifndef EV_HANDOVER_FINDINGS_H
#define EV_HANDOVER_FINDINGS_H

#include "base/compat.h"

/* What an auditor should know; what somebody should mend; what should not have
 * been possible.  The last two make an audit fail. */
enum ev_severity { EV_INFO, EV_WARNING, EV_ALARM };
const char *ev_severity_name(enum ev_severity s);

enum ev_finding_code {
	/* the policy chain */
	EV_F_POLICY_NONE, EV_F_POLICY_FORKED, EV_F_POLICY_BROKEN,
	EV_F_POLICY_GAP, EV_F_POLICY_PENDING, EV_F_POLICY_UNSETTLED,
	/* the ledger */
	EV_F_LEDGER_BRANCHED, EV_F_LEDGER_VANISHED, EV_F_LEDGER_ROLLED_BACK,
	EV_F_LEDGER_PATHS, EV_F_LEDGER_STRAYS,
	EV_F_LINE_BAD, EV_F_LINE_MALFORMED, EV_F_LINE_FOREIGN,
	EV_F_LINE_MISPLACED, EV_F_LINE_UNTIMELY,
	/* signed tags */
	EV_F_DECISION_MALFORMED, EV_F_DECISION_BAD, EV_F_DECISION_FOREIGN,
	EV_F_DECISION_UNTIMELY, EV_F_DECISION_MISSING,
	EV_F_CHECKPOINT_REFUSED, EV_F_CHECKPOINT_MISSING,
	EV_F_CHECKPOINT_APPROVALS, EV_F_CHECKPOINT_LATE,
	/* protected refs */
	EV_F_UNGATED, EV_F_STEP_INVALID, EV_F_COVERAGE_LATE, EV_F_REF_MISSING,
	EV_F_PROMOTION_UNSEEN, EV_F_PROMOTION_VOID,
	/* releases */
	EV_F_RELEASE_MISSING, EV_F_RELEASE_MOVED, EV_F_RELEASE_LIGHTWEIGHT,
	EV_F_RELEASE_UNSIGNED, EV_F_RELEASE_MISFIT, EV_F_RELEASE_REPLACED,
	EV_F_RELEASE_UNHELD, EV_F_RELEASE_UNRECORDED,
	EV_F_RELEASE_WITHDRAWN, EV_F_RELEASE_RECALLED, EV_F_RELEASE_ROLLBACK,
	/* keys */
	EV_F_KEY_EXPIRED, EV_F_KEY_EXPIRING, EV_F_KEY_REVOKED,
	EV_F_KEY_WITHDRAWN, EV_F_KEY_COMPROMISED, EV_F_KEY_WEAK,
	EV_F_KEY_LEFT, EV_F_KEY_NONE,
	/* waivers */
	EV_F_WAIVER_OPEN, EV_F_WAIVER_USED, EV_F_WAIVER_EXPIRED,
	EV_F_CODES
};
const char *ev_finding_word(enum ev_finding_code c);
enum ev_severity ev_finding_severity(enum ev_finding_code c);

struct ev_finding {
	enum ev_finding_code code;
	char *subject;			/* a ref, a commit, an id: one word */
	char *detail;			/* the fact; one line */
	char *hint;			/* to be pasted; NULL: none */
};
struct ev_findings {
	struct ev_finding *items;
	size_t n, cap;
	size_t count[EV_ALARM + 1];	/* by severity; after sorting */
};
void ev_findings_release(struct ev_findings *f);
/* `hint` may be NULL.  LF in the detail becomes a space. */
void ev_findings_add(struct ev_findings *f, enum ev_finding_code c,
		     const char *subject, const char *hint,
		     const char *fmt, ...) EV_PRINTF(5, 6);
/* By code, subject and detail, as bytes; what was found twice stands once. */
void ev_findings_sort(struct ev_findings *f);

#endif
