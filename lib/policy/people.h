/*
 * people.h - the people of a policy, for this room only
 */
#ifndef EV_POLICY_PEOPLE_H
#define EV_POLICY_PEOPLE_H

#include "data/schema.h"
#include "ledger/trust.h"

/*
 * Fill t->people.  Problems, beside what the schema says: what is no
 * fingerprint or date, a role that could be no part of a ref's name, a key
 * that is listed twice, one person as two.
 */
void ev_people_read(struct ev_trust *t, const struct ev_value *people,
		    struct ev_problems *bad);
/* Could it be part of a ref's name? */
bool ev_role_check(const struct ev_value *role, struct ev_problems *bad);
/* A list of role names; those that are none are problems and left out. */
void ev_roles_read(struct ev_strs *out, const struct ev_value *list,
		   struct ev_problems *bad);

#endif
