/*
 * waiver.h - what the files about waivers share; for this room
 *
 * A waiver is a record of the kind `waiver` and an approval that names it from
 * each role that the policy asks for.  It is bound: to the ref, the content,
 * the requirement, and the very records on which its rule does not hold.
 */
#ifndef EV_GATE_WAIVER_H
#define EV_GATE_WAIVER_H

#include "gate/case.h"

#define EV_RULE_FIELDS "manifest.fields"

/* What a rule's name stands for in this case: a report or test, perhaps a gate
 * of the report, or the fields of the manifest.  False if for nothing. */
bool ev_waiver_about(struct ev_waiver *w, struct ev_case *c, const char *rule);
/* The entry of the requirement by which the rule can be waived, or NULL. */
const struct ev_waivable *ev_waiver_entry(const struct ev_case *c,
					  const char *rule);
/* The records that a waiver of it is bound to, "sha256:...", sorted. */
void ev_waiver_records(struct ev_strs *out, const struct ev_case *c,
		       const struct ev_waiver *w);
/* How the rule, or the gate, stands without any waiver. */
enum ev_outcome ev_waiver_outcome(struct ev_case *c,
				  const struct ev_waiver *w);
/* The first gate that the suite lets nobody waive, and that is not passed in
 * each report that counts; NULL. */
const char *ev_waiver_forbidden(const struct ev_case *c,
				const struct ev_waiver *w);

/* "1234abcd5678 until 2026-09-30" */
void ev_waiver_tell(struct ev_buf *out, const struct ev_waiver *w);
/* Whole days that are left of it, 0 on its last one; and, in the last thirty of
 * them and the second half of its time, how it is replaced by another one:
 * owned by the caller, or NULL. */
int64_t ev_waiver_days(const struct ev_case *c, const struct ev_waiver *w);
char *ev_waiver_renewal(const struct ev_case *c, const struct ev_waiver *w);
/* The first renewal of those by which a rule holds that is passed (`r`, or
 * NULL: the fields of the manifest); the same. */
char *ev_waivers_renewal(const struct ev_case *c,
			 const struct ev_record_rule *r);
/* Those who have agreed to it, "Quinn Abara as quality", each once. */
void ev_waiver_given(struct ev_strs *out, const struct ev_case *c,
		     const struct ev_waiver *w);
/* Whether a person still has to accept, by name, what is waived. */
bool ev_waiver_reviewed(const struct ev_case *c);
/* Roles whose approval some waiver asks for, each once. */
void ev_waivers_roles(struct ev_strs *out, const struct ev_case *c);
/* Names that approvals may clear once these waivers count; for `by` (may be
 * NULL) those they may. */
void ev_waivers_open(struct ev_strs *out, const struct ev_case *c,
		     const struct ev_person *by);

/* waiver_apply.c: records first, manifest.fields when its rule is judged. */
void ev_waivers_apply(struct ev_case *c);
/*
 * A rule that is not in `records`: its outcome, what is said of it, and its
 * hint (owned, or NULL) as its waivers leave them.  It failed.
 */
enum ev_outcome ev_waivers_settle(struct ev_buf *detail, char **hint,
				  struct ev_case *c, const char *rule);

/* manifest.c: what the manifests lack of what is always required, and of what
 * the policy requires. */
void ev_manifest_lacks(struct ev_strs *core, struct ev_strs *fields,
		       const struct ev_case *c);

#endif
