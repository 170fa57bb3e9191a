/*
 * records.h - how the records that count are found and told; for this room
 *
 * Candidates are collected from every place where a rule lets its records
 * lie, united, held to what the rule asks, and then those that another one
 * replaces are set aside.  They stay in the list: a pass that comes after a
 * worse result of the same suite and data is a re-run, in however many steps
 * it was replaced.
 */
#ifndef EV_GATE_RECORDS_H
#define EV_GATE_RECORDS_H

#include "gate/case.h"

/* Read the predicates of many lines, each note once; ev_case_predicate() has
 * them then. */
int ev_case_read(struct ev_case *c, const struct ev_line *const *lines,
		 size_t n);

/* A record that might count, and where it lies. */
struct ev_cand {
	const struct ev_line *line;
	struct ev_oid commit;
	const struct ev_value *predicate;
	bool superseded;
	bool withdrawn;			/* by a machine: still an elder */
};
struct ev_cands { struct ev_cand *items; size_t n, cap; };
#define EV_CANDS_INIT { NULL, 0, 0 }
void ev_cands_release(struct ev_cands *l);

/* The records of a kind and name (NULL: any) on `lines` by people whom `by`
 * allows, or, of those that stood, allowed by `trust` or a policy before it;
 * they lie on `at` (NULL: on the commit that they are about). */
void ev_cands_add(struct ev_cands *out, const struct ev_lines *lines,
		  const struct ev_oid *at, enum ev_kind kind,
		  const char *name, const struct ev_strs *by,
		  const struct ev_trust *trust);
/* Each record of a signer once, without those that are withdrawn; read. */
int ev_cands_unite(struct ev_cands *l, struct ev_case *c);
/* Mark what another candidate supersedes. */
void ev_cands_supersede(struct ev_cands *l);
/* Append those that are left, worst first. */
void ev_picks_take(struct ev_picks *out, const struct ev_cands *l);
void ev_picks_sort(struct ev_picks *l);		/* worst first */

/*
 * Mark the reports whose suite came into the policy after a report had named
 * the same predictions: who chose the criteria may have known the results.
 */
int ev_report_posthoc(struct ev_record_rule *r, struct ev_case *c);

/*
 * Deny those whose data are synthetic where real ones are asked for, and those
 * with simulated scores: by what the report says, by the digests of what it
 * read, and by the patients of the predictions that it keeps, if they are here.
 */
int ev_report_synthetic(struct ev_record_rule *r, struct ev_case *c);
/* Says a manifest that data are real which some cohort's manifest names?  True,
 * with the reason. */
int ev_manifest_synthetic(bool *is, struct ev_buf *why, struct ev_case *c);

/* What it counts as: a re-run, or what is post hoc, is for people to review. */
enum ev_outcome ev_pick_outcome(const struct ev_pick *p);
/* Is this line about a kind and name (NULL: any)? */
bool ev_line_is(const struct ev_line *l, enum ev_kind kind, const char *name);

/* Are two reports of one suite and the same data?  One that does not say what
 * it read is not told from any other; a digest that both name is enough. */
bool ev_same_study(const struct ev_value *a, const struct ev_value *b);

/* escalated.c: a place for each role to which reports that count escalate. */
void ev_escalated_ask(struct ev_quorum *q, const struct ev_case *c);
/* Why a role has to agree, "" if the report does not say, and the rule whose
 * report asks for it; NULL: none does. */
const char *ev_escalated_why(const char **rule, const struct ev_case *c,
			     const char *role);

/* The digest of the suite that a report is of, or NULL. */
const char *ev_report_suite(const struct ev_value *report);
/* The list of its gates, or NULL. */
const struct ev_value *ev_report_gates(const struct ev_pick *p);
/* Of a gate, or a report; what cannot be read fails. */
enum ev_outcome ev_gate_outcome(const struct ev_value *gate);
/* What a report is at best, whatever its gates say; no gate's waiver mends
 * that. */
enum ev_outcome ev_report_capped(const struct ev_pick *p);
/* What a report says when the gates `forgiven` may fail. */
enum ev_outcome ev_gates_rest(const struct ev_pick *p,
			      const struct ev_strs *forgiven);
/* Was it too old at that time? */
bool ev_report_aged(const struct ev_record_rule *r, int64_t at);
/* The outcome once more, after what the picks say has changed. */
void ev_report_again(struct ev_record_rule *r, struct ev_case *c);
/* Append what an approver would have to clear of a report in review: each gate
 * that is, else the rule. */
void ev_report_open(struct ev_strs *open, const char *rule,
		    const struct ev_pick *p);

/* Reasons why records that are there do not count; the nearest is told. */
struct ev_why {
	int near;			/* 0: there is none */
	size_t n;			/* as near as that */
	bool several;			/* by more than one person */
	const struct ev_person *person;
	char *text;
};
void ev_why_release(struct ev_why *w);
/* Look for them on `lines`. */
void ev_why_lines(struct ev_why *w, const struct ev_lines *lines,
		  enum ev_kind kind, const char *name,
		  const struct ev_strs *by);
/* One that only its content keeps from counting. */
void ev_why_add(struct ev_why *w, const char *fmt, ...) EV_PRINTF(2, 3);
/* Append ": reason", or nothing. */
void ev_why_tell(struct ev_buf *out, const struct ev_why *w,
		 const struct ev_strs *by);

/* Words ---------------------------------------------------------------- */

/* At most `max` bytes of a text, then "..."; no letter is cut in two. */
void ev_words_clip(struct ev_buf *out, const char *text, size_t max);
/* A value as a person reads it, at most `max` bytes of it. */
void ev_words_value(struct ev_buf *out, const struct ev_value *v, size_t max);
/* " (record 1234abcd5678 by Build service)"; where it lies, if elsewhere. */
void ev_words_record(struct ev_buf *out, const struct ev_case *c,
		     const struct ev_pick *p);
/* "; 2 more records are no better", of picks whose first is no pass. */
void ev_words_more(struct ev_buf *out, const struct ev_picks *picks);
/* "gate G01 on overall: observed 0.91, limit 0.95; also G02", of those that are
 * as bad as the report. */
void ev_words_gates(struct ev_buf *out, const struct ev_pick *p);
/* "git evidence approve ... --clears NAME"; owned by the caller. */
char *ev_words_clear(const struct ev_case *c, const char *name,
		     const struct ev_strs *by);
/* The same of all that is open of a rule; of its own name, if nothing is. */
char *ev_words_clear_open(const struct ev_case *c, const char *rule,
			  const struct ev_strs *open,
			  const struct ev_strs *by);
/* "git evidence approve ... --role ROLE"; the same. */
char *ev_words_approve(const struct ev_case *c, const char *role);
/* A hint with "# by ci", who may sign what it makes, if not everybody may.
 * Takes and returns one that the caller owns. */
char *ev_words_by(char *hint, const struct ev_strs *by);
/* Append " --for production" where it is not the only protected branch. */
void ev_words_ref(struct ev_buf *out, const struct ev_case *c);
/* "git evidence sync" where a remote may have it, else `hint`, which is freed
 * then; owned by the caller. */
char *ev_words_missing(const struct ev_case *c, char *hint);

/* Where else than on `to` and its tree reports may lie. */
struct ev_place {
	struct ev_oid commit, tree;
	size_t lines;			/* in the case's `others` */
	bool *allowed;			/* by each report rule */
};
struct ev_places {
	struct ev_place *items;
	size_t n, cap;
	bool unsure;			/* an object or the range is not here */
};
void ev_places_release(struct ev_places *l);
/* Nothing is looked at unless a rule has `may_change`. */
int ev_places_gather(struct ev_places *out, struct ev_case *c);

/* One rule each. */
int ev_report_gather(struct ev_record_rule *r, struct ev_case *c,
		     const struct ev_places *places);
int ev_test_gather(struct ev_record_rule *r, struct ev_case *c);

/* What a manifest lacks, a sentence each: "udi_di is missing". */
void ev_core_missing(struct ev_strs *out, const struct ev_value *manifest);
void ev_fields_missing(struct ev_strs *out, const struct ev_case *c,
		       const struct ev_strs *fields,
		       const struct ev_value *manifest);
/* True, with such a sentence, if a value only holds a place. */
bool ev_field_hollow(struct ev_buf *out, const struct ev_value *v,
		     const char *path);

#endif
