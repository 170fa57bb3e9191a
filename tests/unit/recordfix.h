/*
 * recordfix.h - a case of the gate made by hand: people, records in memory,
 * and votes as a test wants them
 *
 * The id of record number N begins with N in 12 hexadecimal digits.  This
 * stands for votes_clear.c, which asks the votes.
 */
#ifndef EV_TESTS_RECORDFIX_H
#define EV_TESTS_RECORDFIX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"
#include "gate/case.h"

#define RF_NOW ((int64_t)1790000000)
#define RF_DAY ((int64_t)86400)
#define RF_SUITE "sha256:" \
	"1111111111111111111111111111111111111111111111111111111111111111"

#define RF_PATH ".evidence/suites/arrhythmia.yaml"
#define RF_ID "%012x%052x"

#define RF_UNUSED __attribute__((unused))

static char rf_names[][20] = { "Dr. Ada Kern", "Quinn Abara",
			       "Build service" };
static struct ev_person rf_people[3];
enum { RF_ADA, RF_QUINN, RF_CI };

static struct ev_case rf;
static struct ev_policy rf_policy;
static struct ev_protect rf_protect;
static struct ev_requirement rf_req;
static struct ev_question rf_q;
static struct ev_verdict rf_verdict;
static struct ev_evidence rf_evidence;
static struct ev_report_rule rf_report;
static struct ev_test_rule rf_test;
static struct ev_suite_file rf_suite;
static char rf_path[] = RF_PATH;
static char rf_word[][20] = { "clinical", "quality", "ci",
			      "refs/heads/main", "arrhythmia", "unit" };

/* Votes: "NAME" is cleared by `person`. */
static struct { const char *name; int person; } rf_votes[8];
static size_t rf_nvotes;
static const struct ev_strs *rf_votes_by;	/* what was asked for last */

const struct ev_person *ev_votes_clear(const struct ev_case *c,
				       const char *name,
				       const struct ev_strs *by)
{
	size_t i;

	assert_ptr_equal(c, &rf);
	rf_votes_by = by;
	for (i = 0; i < rf_nvotes; i++)
		if (ev_streq(rf_votes[i].name, name) &&
		    ev_by_allows(by, &rf_people[rf_votes[i].person]))
			return &rf_people[rf_votes[i].person];
	return NULL;
}

static RF_UNUSED void rf_vote(const char *name, int person)
{
	rf_votes[rf_nvotes].name = name;
	rf_votes[rf_nvotes++].person = person;
}

/* A candidate 9d03e77 for refs/heads/main, nothing required, no records. */
static int rf_setup(void **state)
{
	static const char *const roles[] = { "clinical", "quality", "ci" };
	size_t i;

	(void)state;
	memset(&rf, 0, sizeof(rf));
	memset(&rf_policy, 0, sizeof(rf_policy));
	memset(&rf_req, 0, sizeof(rf_req));
	memset(&rf_q, 0, sizeof(rf_q));
	memset(&rf_protect, 0, sizeof(rf_protect));
	memset(&rf_report, 0, sizeof(rf_report));
	memset(&rf_test, 0, sizeof(rf_test));
	memset(&rf_evidence, 0, sizeof(rf_evidence));
	ev_verdict_init(&rf_verdict);
	rf_nvotes = 0;
	for (i = 0; i < 3; i++) {
		memset(&rf_people[i], 0, sizeof(rf_people[i]));
		rf_people[i].name = rf_names[i];
		ev_strs_add(&rf_people[i].roles, roles[i]);
	}
	rf_protect.pattern = rf_word[3];
	rf_protect.require = &rf_req;
	rf_policy.protects = &rf_protect;
	rf_policy.nprotects = 1;
	memcpy(rf_suite.digest, RF_SUITE, sizeof(RF_SUITE));
	rf_suite.path = rf_path;
	rf_report.suite = rf_word[4];
	rf_report.file = &rf_suite;
	rf_report.max_age_days = -1;
	rf_test.name = rf_word[5];
	rf_q.ref = "refs/heads/main";
	rf_q.now = RF_NOW;
	rf.policy = &rf_policy;
	rf.protect = &rf_protect;
	rf.req = &rf_req;
	rf.q = &rf_q;
	rf.verdict = &rf_verdict;
	rf.evidence = &rf_evidence;
	rf.has_commit = true;
	rf.tier = EV_TIER_HIGH;
	rf.range.known = true;
	memset(&rf.commit, 0x9d, sizeof(rf.commit));
	memset(&rf.tree, 0x7e, sizeof(rf.tree));
	memcpy(rf.label, "9d03e77", 8);
	return 0;
}

static int rf_teardown(void **state)
{
	size_t i;

	(void)state;
	ev_records_release(&rf);
	for (i = 0; i < rf.ntrees; i++)
		ev_value_free(rf.trees[i]);
	free(rf.trees);
	ev_lines_release(&rf.lines);
	for (i = 0; i < EV_TIERS; i++) {
		ev_strs_release(&rf_req.fields[i]);
		ev_quorum_release(&rf_req.approvals[i]);
	}
	ev_strs_release(&rf_req.manifest_by);
	ev_strs_release(&rf_report.by);
	ev_strs_release(&rf_report.may_change);
	ev_strs_release(&rf_report.review_by);
	ev_strs_release(&rf_test.by);
	ev_verdict_release(&rf_verdict);
	for (i = 0; i < 3; i++)
		ev_strs_release(&rf_people[i].roles);
	ev_error_clear();
	return 0;
}

/* Begin anew, for the next case of a list. */
static RF_UNUSED void rf_again(void **state)
{
	rf_teardown(state);
	rf_setup(state);
}

static RF_UNUSED void rf_want_report(const char *by)
{
	rf_req.reports = &rf_report;
	rf_req.nreports = 1;
	if (by)
		ev_strs_add(&rf_report.by, by);
}

static RF_UNUSED void rf_want_test(const char *by)
{
	rf_req.tests = &rf_test;
	rf_req.ntests = 1;
	if (by)
		ev_strs_add(&rf_test.by, by);
}

struct rf_record {
	enum ev_kind kind;
	const char *name, *outcome;
	int person;
	unsigned n, supersedes;		/* numbers; 0: none */
	enum ev_state state;
	const char *reason;
	int64_t age;			/* seconds */
	const char *predicate;
};

/* A line on the candidate.  The pointer lives until the next one is added. */
static RF_UNUSED struct ev_line *rf_add(const struct rf_record *x)
{
	struct ev_lines *l = &rf.lines;
	struct ev_line *line;
	struct ev_buf text = EV_BUF_INIT;

	EV_GROW(l->items, l->n, l->cap);
	line = &l->items[l->n++];
	memset(line, 0, sizeof(*line));
	line->state = x->state;
	line->person = &rf_people[x->person];
	if (x->reason)
		snprintf(line->reason, sizeof(line->reason), "%s", x->reason);
	snprintf(line->record.id, sizeof(line->record.id), RF_ID, x->n, 0);
	snprintf(line->record.line, sizeof(line->record.line), "%064x",
		 0xf000000 + (unsigned)l->n);
	snprintf(line->record.signer, sizeof(line->record.signer), "%040X",
		 (unsigned)x->person);
	line->record.kind = x->kind;
	line->record.type = ev_strdup(ev_kind_predicate(x->kind));
	line->record.name = ev_strdup(x->name ? x->name : "");
	line->record.outcome = ev_strdup(x->outcome ? x->outcome : "");
	line->record.supersedes = x->supersedes ?
		ev_strdupf(RF_ID, x->supersedes, 0) : ev_strdup("");
	line->record.has_commit = line->record.has_tree = true;
	line->record.commit = rf.commit;
	line->record.tree = rf.tree;
	line->record.signed_at = RF_NOW - x->age;
	ev_buf_addf(&text, "{\"predicate\":%s}",
		    x->predicate ? x->predicate : "{}");
	EV_GROW(rf.trees, rf.ntrees, rf.trees_cap);
	if (ev_json_read(&rf.trees[rf.ntrees], line->record.line, text.ptr,
			 text.len) < 0)
		fail_msg("%s", ev_error_last()->message);
	rf.ntrees++;
	ev_buf_release(&text);
	return line;
}

/* What all rules of these files say, as judge.c asks for it. */
static RF_UNUSED void rf_judge(void)
{
	assert_int_equal(ev_manifest_gather(&rf), 0);
	assert_int_equal(ev_records_gather(&rf), 0);
	assert_int_equal(ev_rule_manifest(&rf), 0);
	assert_int_equal(ev_rule_records(&rf), 0);
}

static RF_UNUSED const struct ev_verdict_rule *rf_rule(const char *name)
{
	const struct ev_verdict_rule *found = NULL;
	size_t i;

	for (i = 0; i < rf_verdict.n; i++) {
		if (strcmp(rf_verdict.rules[i].rule, name))
			continue;
		assert_null(found);
		found = &rf_verdict.rules[i];
	}
	return found;
}

/* The hint without whom it is for; `by` takes that, "ci or quality", or "". */
static RF_UNUSED char *rf_hint(const char **by,
			       const struct ev_verdict_rule *r)
{
	static const char *const before[] = { "    # by ", "; by " };
	char *hint = strdup(r->hint ? r->hint : ""), *at;
	size_t i;

	*by = "";
	for (i = 0; i < 2; i++) {
		at = strstr(hint, before[i]);
		if (!at)
			continue;
		*by = r->hint + (at - hint) + strlen(before[i]);
		*at = '\0';
		break;
	}
	return hint;
}

/* The rule's outcome, a text that its detail holds, and its hint without whom
 * it is for; a hint of NULL says that there is none. */
static RF_UNUSED void rf_says(const char *name, enum ev_outcome outcome,
			      const char *detail, const char *hint)
{
	const struct ev_verdict_rule *r = rf_rule(name);
	const char *by;
	char *said;

	if (!r)
		fail_msg("there is no rule '%s'", name);
	said = rf_hint(&by, r);
	if (r->outcome != outcome || !strstr(r->detail, detail) ||
	    !r->hint != !hint || (hint && strcmp(said, hint)))
		fail_msg("%s: %s '%s' '%s'", name, ev_outcome_name(r->outcome),
			 r->detail, r->hint ? r->hint : "no hint");
	free(said);
}

/* Whom its hint is for. */
static RF_UNUSED void rf_is_for(const char *name, const char *by)
{
	const char *is;

	free(rf_hint(&is, rf_rule(name)));
	assert_string_equal(is, by);
}

#endif
