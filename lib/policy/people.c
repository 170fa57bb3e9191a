#include "base/compat.h"

#include "policy/people.h"

#include <ctype.h>

#include "base/clock.h"
#include "base/fold.h"
#include "base/mem.h"
#include "policy/internal.h"

/* Roles are parts of ref names, and a blank more must not make another one. */
bool ev_role_check(const struct ev_value *role, struct ev_problems *bad)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	if (islower((unsigned char)*role->text) &&
	    !role->text[strspn(role->text, letters)] && role->len <= 64)
		return true;
	ev_problem_add(bad, role, NULL, "'%s' is no role name: use small "
		       "letters, digits and '-'", role->text);
	return false;
}

void ev_roles_read(struct ev_strs *out, const struct ev_value *list,
		   struct ev_problems *bad)
{
	const struct ev_value *v;
	size_t i;

	for (i = 0; list && list->type == EV_LIST && i < list->n; i++) {
		v = list->items[i];
		if (v->type == EV_STRING && v->len && ev_role_check(v, bad))
			ev_strs_add(out, v->text);
	}
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
	size_t i, n = ev_list_items(keys, "keys", bad);

	memset(p, 0, sizeof(*p));
	p->name = ev_strdup(ev_get_string(v, "name"));
	if (!p->name)
		p->name = ev_strdup("");
	if (ev_list_items(ev_get(v, "emails"), "emails", bad))
		ev_words_read(&p->emails, ev_get(v, "emails"));
	if (ev_list_items(ev_get(v, "roles"), "roles", bad))
		ev_roles_read(&p->roles, ev_get(v, "roles"), bad);
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

/* Names and addresses as they are told apart. */
struct label { char *text; size_t person; };
struct labels { struct label *items; size_t n, cap; };

static void add_label(struct labels *l, const char *kind, const char *text,
		      size_t person)
{
	char *folded;

	if (!*text)
		return;
	folded = ev_fold(text);
	EV_GROW(l->items, l->n, l->cap);
	l->items[l->n].text = ev_strdupf("%s%s", kind, folded);
	l->items[l->n++].person = person;
	free(folded);
}

static int by_text(const void *a, const void *b)
{
	const struct label *x = a, *y = b;
	int cmp = strcmp(x->text, y->text);

	return cmp ? cmp : (x->person > y->person) - (x->person < y->person);
}

/* Somebody listed twice would count as two wherever two are asked for. */
static void check_labels(const struct ev_trust *t, const struct labels *l,
			 const struct ev_value *people, struct ev_problems *bad)
{
	size_t *twin = ev_calloc(t->npeople + 1, sizeof(*twin)), i, first = 0;

	for (i = 1; i < l->n; i++) {
		if (strcmp(l->items[i].text, l->items[first].text))
			first = i;
		else if (l->items[i].person != l->items[first].person)
			twin[l->items[i].person] = l->items[first].person + 1;
	}
	for (i = 0; i < t->npeople; i++)
		if (twin[i])
			ev_problem_add(bad, people->items[i], "list one person "
				       "once, with all roles and keys", "'%s' "
				       "and '%s' have the same name or e-mail "
				       "address", t->people[twin[i] - 1].name,
				       t->people[i].name);
	free(twin);
}

static void check_people(const struct ev_trust *t,
			 const struct ev_value *people, struct ev_problems *bad)
{
	struct labels l = { NULL, 0, 0 };
	size_t i, k;

	for (i = 0; i < t->npeople; i++) {
		check_keys(t, i, people->items[i], bad);
		add_label(&l, "name ", t->people[i].name, i);
		for (k = 0; k < t->people[i].emails.n; k++)
			add_label(&l, "mail ", t->people[i].emails.items[k],
				  i);
	}
	if (l.n)
		qsort(l.items, l.n, sizeof(*l.items), by_text);
	check_labels(t, &l, people, bad);
	for (i = 0; i < l.n; i++)
		free(l.items[i].text);
	free(l.items);
}

void ev_people_read(struct ev_trust *t, const struct ev_value *people,
		    struct ev_problems *bad)
{
	size_t i, n = people && people->type == EV_LIST ? people->n : 0;
	size_t keys = 0;

	if (n > EV_POLICY_MAX_PEOPLE) {
		ev_problem_add(bad, people, NULL, "more than %d people are "
			       "listed", EV_POLICY_MAX_PEOPLE);
		n = 0;
	}
	t->people = ev_calloc(n + 1, sizeof(*t->people));
	for (i = 0; i < n; i++) {
		read_person(t, people->items[i], bad);
		keys += t->people[i].nkeys;
	}
	if (keys > EV_POLICY_MAX_KEYS)
		ev_problem_add(bad, people, NULL, "more than %d keys are "
			       "listed", EV_POLICY_MAX_KEYS);
	else
		check_people(t, people, bad);
}
