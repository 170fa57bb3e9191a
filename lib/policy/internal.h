/*
 * internal.h - how a policy is read, for this room and its tests only
 */
#ifndef EV_POLICY_INTERNAL_H
#define EV_POLICY_INTERNAL_H

#include "policy/policy.h"

/* Ceilings, so that no policy makes a judgement slow. */
#define EV_POLICY_MAX_BYTES ((size_t)4 << 20)
#define EV_POLICY_MAX_PEOPLE 1000
#define EV_POLICY_MAX_KEYS 2000
#define EV_POLICY_MAX_ITEMS 256		/* of any other list */
#define EV_POLICY_MAX_SUITES 1000

/*
 * Read the text of policy.yaml into `p`, whose suites are there already; all
 * but tree, link and key home.  EV_EINVALID with every problem.
 */
int ev_policy_parse(struct ev_policy *p, const char *text, size_t n);

/* suites.c ------------------------------------------------------------- */

int ev_suites_read(struct ev_policy *p, struct ev_repo *r,
		   const struct ev_oid *tree);
/* One file; EV_EINVALID if it is no YAML, or names its suite as another does.
 * A file that says no suite.id defines no suite. */
int ev_suite_add(struct ev_policy *p, const char *path, const char *text,
		 size_t n);
void ev_suites_release(struct ev_policy *p);

/* roster.c ------------------------------------------------------------- */

/*
 * How many people hold a role and a key: all, and those who may decide.  Where
 * a roster is asked for, NULL means that the list of people has problems of
 * its own, so that nothing can be said of who is missing.
 */
struct ev_role_count { const char *role; int64_t all, human; };
struct ev_roster {
	const struct ev_trust *trust;
	struct ev_role_count *items;	/* by role */
	size_t n;
};
void ev_roster_init(struct ev_roster *t, const struct ev_trust *trust);
void ev_roster_release(struct ev_roster *t);
int64_t ev_holders(const struct ev_roster *t, const char *role, bool human);
/* "nobody has the role 'x'" at `at`, with the likely one. */
void ev_role_unheld(const struct ev_roster *t, const struct ev_value *at,
		    const char *role, bool human, struct ev_problems *bad);

/* words.c -------------------------------------------------------------- */

/* The items of a list that are strings; the schema has spoken of others. */
void ev_words_read(struct ev_strs *out, const struct ev_value *list);
/* Letters, digits and ". _ / -", as the names of records are. */
bool ev_name_valid(const char *name);
/* A number that must be 1 at least; `name` is the field's. */
void ev_count_read(int64_t *out, const struct ev_value *v, const char *name,
		   struct ev_problems *bad);
/* The items of a list; none if it is no list, or has more than
 * EV_POLICY_MAX_ITEMS, which is a problem. */
size_t ev_list_items(const struct ev_value *list, const char *name,
		     struct ev_problems *bad);
/*
 * Roles of which at least one person must be listed (who is no machine, with
 * `human`), or the rule could never hold.  An absent list means anyone; an
 * empty one is refused.
 */
void ev_by_read(struct ev_strs *out, const struct ev_value *list,
		const char *name, bool human, const struct ev_roster *t,
		struct ev_problems *bad);

/* requirement.c, approvals.c -------------------------------------------- */

extern const struct ev_field ev_requirement_table[];
extern const struct ev_field ev_quorum_table[];	/* role and count */

/* `path` stands before field names in messages. */
void ev_requirement_read(struct ev_requirement *q, const struct ev_policy *p,
			 const struct ev_roster *t, const struct ev_value *v,
			 const char *path, struct ev_problems *bad);
void ev_requirement_release(struct ev_requirement *q);
/* More people than are listed may not be asked for. */
void ev_quorum_read(struct ev_quorum *q, const struct ev_value *list,
		    const struct ev_roster *t, struct ev_problems *bad);

/* approvals and approvals_for_tier of `v`; q->one_role is there already. */
void ev_approvals_read(struct ev_requirement *q, const struct ev_roster *t,
		       const struct ev_value *v, struct ev_problems *bad);

/* waivable.c ------------------------------------------------------------ */

extern const struct ev_field ev_waivable_table[];
/* Does it ask for what the rule is about, and could that be waived?  Only what
 * machines have found can: never who decides. */
bool ev_rule_waivable(const struct ev_requirement *q, const char *rule);
/* Reports and tests of `q` are there already. */
void ev_waivable_read(struct ev_requirement *q, const struct ev_roster *t,
		      const struct ev_value *list, struct ev_problems *bad);

/* protect.c ------------------------------------------------------------- */

extern const struct ev_field ev_protect_table[];

/* A full name by Git's rules; with `star`, '*' may stand in it. Else problems
 * are added. */
void ev_refname_check(const struct ev_value *name, bool star,
		      struct ev_problems *bad);
/* The entries of `protect`; p->requirements holds the named ones, and room for
 * those that are written inside. */
void ev_protects_read(struct ev_policy *p, const struct ev_roster *t,
		      const struct ev_value *list, struct ev_problems *bad);
void ev_protects_release(struct ev_policy *p);

/* loosen_*.c: lines for ev_policy_loosened() ----------------------------- */

/* What `was` asks for, and none of the `n` entries that are about all of its
 * refs now. */
void ev_loosened_rules(struct ev_strs *out, const struct ev_protect *was,
		       const struct ev_protect *const *now, size_t n);
void ev_loosened_people(struct ev_strs *out, const struct ev_policy *older,
			const struct ev_policy *newer);
/* Fewer people of a role: "WHERE: approvals.ROLE 2 -> 1". */
void ev_loosened_quorum(struct ev_strs *out, const char *where,
			const struct ev_quorum *was,
			const struct ev_quorum *now);
/* Is nobody among `now` who was not among `was`?  None: anyone listed. */
bool ev_roles_within(const struct ev_strs *now, const struct ev_strs *was);

#endif
