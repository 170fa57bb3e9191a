#include "base/compat.h"

#include "policy/people.h"

#include <ctype.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"

static void add_texts(struct ev_strs *out, const struct ev_value *list,
		      const char *what, struct ev_problems *bad)
{
	size_t i;

	for (i = 0; list && list->type == EV_LIST && i < list->n; i++) {
		if (list->items[i]->type == EV_STRING && list->items[i]->len)
			ev_strs_add(out, list->items[i]->text);
		else
			ev_problem_add(bad, list->items[i], NULL,
				       "%s must be a list of strings", what);
	}
}

/* Roles are parts of ref names, and a blank more must not make another one. */
static void check_roles(const struct ev_value *list, struct ev_problems *bad)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const char *role;
	size_t i;

	for (i = 0; list && list->type == EV_LIST && i < list->n; i++) {
		role = list->items[i]->text;
		if (list->items[i]->type == EV_STRING && *role &&
		    (!islower((unsigned char)*role) ||
		     role[strspn(role, letters)] || strlen(role) > 64))
			ev_problem_add(bad, list->items[i], NULL, "'%s' is no "
				       "role name: use small letters, digits "
				       "and '-'", role);
	}
}

void ev_roles_read(struct ev_strs *out, const struct ev_value *list,
		   const char *what, struct ev_problems *bad)
{
	add_texts(out, list, what, bad);
	check_roles(list, bad);
}

static void read_key(struct ev_person *p, const struct ev_value *v,
		     struct ev_problems *bad)
{
	const struct ev_value *fpr = ev_get(v, "fingerprint");
	const struct ev_value *from = ev_get(v, "valid_from");
	struct ev_person_key *key = &p->keys[p->nkeys];
	size_t i, n = 0;

	memset(key, 0, sizeof(*key));
	if (!fpr || !fpr->text)
		return;
	for (i = 0; i < fpr->len && n < 40; i++)
		if (fpr->text[i] != ' ')
			key->fpr[n++] = (char)toupper((unsigned char)
						      fpr->text[i]);
	for (n = 0; isxdigit((unsigned char)key->fpr[n]); n++)
		;
	while (i < fpr->len && fpr->text[i] == ' ')
		i++;
	if (n != 40 || i < fpr->len) {
		ev_problem_add(bad, fpr, "gpg --list-keys --with-colons   # on "
			       "lines that begin with fpr",
			       "'%s' is no fingerprint (40 hex digits)",
			       fpr->text);
		return;
	}
	if (from && from->text &&
	    ev_date_parse(&key->valid_from, from->text) < 0 &&
	    ev_time_parse(&key->valid_from, from->text) < 0)
		ev_problem_add(bad, from, NULL, "'%s' is no date (YYYY-MM-DD)",
			       from->text);
	p->nkeys++;
}

static void read_person(struct ev_trust *t, const struct ev_value *v,
			struct ev_problems *bad)
{
	struct ev_person *p = &t->people[t->npeople++];
	const struct ev_value *keys = ev_get(v, "keys"), *m;
	size_t i, n = keys && keys->type == EV_LIST ? keys->n : 0;

	memset(p, 0, sizeof(*p));
	p->name = ev_strdup(ev_get_string(v, "name"));
	if (!p->name)
		p->name = ev_strdup("");
	add_texts(&p->emails, ev_get(v, "emails"), "'emails'", bad);
	ev_roles_read(&p->roles, ev_get(v, "roles"), "'roles'", bad);
	m = ev_get(v, "machine");
	p->machine = m && m->type == EV_BOOL && m->boolean;
	p->keys = ev_calloc(n + 1, sizeof(*p->keys));
	for (i = 0; i < n; i++)
		read_key(p, keys->items[i], bad);
}

/* One key belongs to one person, or nobody could be told apart. */
static void check_keys(const struct ev_trust *t, size_t at,
		       const struct ev_value *place, struct ev_problems *bad)
{
	const struct ev_person *p = &t->people[at], *owner;
	const struct ev_person_key *first = NULL;
	size_t k;

	for (k = 0; k < p->nkeys; k++) {
		owner = ev_trust_person(t, p->keys[k].fpr, &first);
		if (owner != p)
			ev_problem_add(bad, place, NULL, "key %s is listed for "
				       "'%s' and for '%s'", p->keys[k].fpr,
				       owner->name, p->name);
		else if (first != &p->keys[k])
			ev_problem_add(bad, place, NULL, "key %s is listed "
				       "twice for '%s'", p->keys[k].fpr,
				       p->name);
	}
}

static bool share_email(const struct ev_person *a, const struct ev_person *b)
{
	size_t i, k;

	for (i = 0; i < a->emails.n; i++)
		for (k = 0; k < b->emails.n; k++)
			if (!strcasecmp(a->emails.items[i], b->emails.items[k]))
				return true;
	return false;
}

/* Somebody listed twice would count as two wherever two are asked for. */
static void check_people(const struct ev_trust *t,
			 const struct ev_value *people, struct ev_problems *bad)
{
	size_t i, k;

	for (i = 0; i < t->npeople; i++) {
		check_keys(t, i, people->items[i], bad);
		for (k = 0; k < i; k++)
			if (!strcasecmp(t->people[i].name, t->people[k].name) ||
			    share_email(&t->people[i], &t->people[k]))
				ev_problem_add(bad, people->items[i], "list "
					       "one person once, with all "
					       "roles and keys", "'%s' and "
					       "'%s' have the same name or "
					       "e-mail address",
					       t->people[k].name,
					       t->people[i].name);
	}
}

void ev_people_read(struct ev_trust *t, const struct ev_value *people,
		    struct ev_problems *bad)
{
	size_t i, n = people && people->type == EV_LIST ? people->n : 0;

	t->people = ev_calloc(n + 1, sizeof(*t->people));
	for (i = 0; i < n; i++)
		read_person(t, people->items[i], bad);
	check_people(t, people, bad);
}
