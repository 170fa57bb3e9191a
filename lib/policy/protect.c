#include "base/compat.h"

#include "policy/internal.h"

#include <stdio.h>

#include "base/fold.h"
#include "base/hash.h"
#include "base/mem.h"
#include "data/json.h"
#include "ledger/evidence.h"
#include "policy/people.h"
#include "repo/refs.h"

const struct ev_field ev_protect_table[] = {
	{ "ref", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "full ref name; '*' "
	  "matches '/' too" },
	{ "require", EV_F_ANY, EV_F_REQUIRED, NULL, NULL,
	  "name of a requirement, or rules" },
	{ "signed_by", EV_F_LIST, 0, NULL, NULL, "roles" },
	{ "create_once", EV_F_BOOL, 0, NULL, NULL, "never moved" },
	{ 0 }
};

void ev_protects_release(struct ev_policy *p)
{
	size_t i;

	for (i = 0; i < p->nprotects; i++) {
		free(p->protects[i].pattern);
		ev_strs_release(&p->protects[i].signed_by);
	}
	free(p->protects);
	p->protects = NULL;
	p->nprotects = 0;
}

/* What is wrong with a ref's name after git-check-ref-format(1); NULL: none. */
static const char *refname_fault(const char *name, bool star)
{
	const char *p, *end = name + strlen(name);

	if (!ev_starts_with(name, "refs/"))
		return "a full name begins with refs/";
	if (strstr(name, "..") || strstr(name, "@{") || strstr(name, "//") ||
	    strstr(name, "/.") || end[-1] == '/' || end[-1] == '.')
		return "'..', '@{', '//', '/.' and a '/' or '.' at the end "
		       "cannot be in it";
	for (p = name; (p = strstr(p, ".lock")) != NULL; p += 5)
		if (p[5] == '/' || !p[5])
			return "no part of it can end in .lock";
	for (p = name; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f ||
		    strchr("~^:?[\\", *p))
			return "blanks, controls and ~ ^ : ? [ \\ cannot be "
			       "in it";
	if (!star && strchr(name, '*'))
		return "'*' cannot be in it";
	return NULL;
}

void ev_refname_check(const struct ev_value *name, bool star,
		      struct ev_problems *bad)
{
	const char *fault = refname_fault(name->text, star);
	char *hint = NULL;

	if (!fault)
		return;
	if (ev_starts_with(name->text, "heads/") ||
	    ev_starts_with(name->text, "tags/"))
		hint = ev_strdupf("write refs/%s", name->text);
	else if (!ev_starts_with(name->text, "refs/"))
		hint = ev_strdupf("write refs/heads/%s or refs/tags/%s",
				  name->text, name->text);
	ev_problem_add(bad, name, hint, "'%s' is no ref: %s", name->text,
		       fault);
	free(hint);
}

static void check_pattern(const struct ev_policy *p,
			  const struct ev_value *ref, struct ev_problems *bad)
{
	const char *other;
	size_t i;

	ev_refname_check(ref, true, bad);
	if (ev_ref_is_reserved(ref->text))
		ev_problem_add(bad, ref, NULL, "'%s' is reserved for evidence "
			       "and has rules of its own", ref->text);
	for (i = 0; i < p->nprotects; i++) {
		other = p->protects[i].pattern;
		if (!strcmp(other, ref->text))
			ev_problem_add(bad, ref, NULL, "'%s' stands twice",
				       ref->text);
		else if (ev_fold_eq(other, ref->text))
			ev_problem_add(bad, ref, NULL, "'%s' and '%s' are one "
				       "name where letter case does not count",
				       other, ref->text);
	}
}

static const struct ev_requirement *by_name(const struct ev_policy *p,
					    const struct ev_value *name,
					    struct ev_problems *bad)
{
	const char **names, *near;
	char *hint;
	size_t i, n = 0;

	for (i = 0; i < p->nrequirements; i++)
		if (ev_streq(p->requirements[i].name, name->text))
			return &p->requirements[i];
	names = ev_calloc(p->nrequirements + 1, sizeof(*names));
	for (i = 0; i < p->nrequirements; i++)
		if (p->requirements[i].name)
			names[n++] = p->requirements[i].name;
	near = ev_closest(name->text, names, n);
	hint = near ? ev_strdupf("did you mean '%s'?", near) : NULL;
	ev_problem_add(bad, name, hint, "there is no requirement '%s'",
		       name->text);
	free(hint);
	free(names);
	return NULL;
}

static const struct ev_requirement *read_require(struct ev_policy *p,
						 const struct ev_roster *t,
						 const struct ev_value *v,
						 size_t i,
						 struct ev_problems *bad)
{
	struct ev_requirement *q;
	char *path;

	if (!v)
		return NULL;
	if (v->type == EV_STRING && v->len)
		return by_name(p, v, bad);
	if (v->type != EV_MAP) {
		ev_problem_add(bad, v, NULL, "field 'protect[%zu].require' "
			       "must be the name of a requirement, or a map "
			       "of rules", i);
		return NULL;
	}
	path = ev_strdupf("protect[%zu].require", i);
	q = &p->requirements[p->nrequirements++];
	ev_requirement_read(q, p, t, v, path, bad);
	free(path);
	return q;
}

static void seal(struct ev_protect *x, const struct ev_value *entry)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;
	char hex[EV_SHA256_HEX + 1];

	ev_json_init(&j, &text);
	ev_json_value(&j, entry);
	ev_buf_addf(&text, "\n%s\n", x->require ? x->require->digest : "");
	ev_sha256_hex(hex, text.ptr, text.len);
	snprintf(x->digest, sizeof(x->digest), "sha256:%s", hex);
	ev_buf_release(&text);
}

static void read_entry(struct ev_policy *p, const struct ev_roster *t,
		       const struct ev_value *v, size_t i,
		       struct ev_problems *bad)
{
	const struct ev_value *ref = ev_get(v, "ref");
	const struct ev_value *once = ev_get(v, "create_once");
	struct ev_protect *x = &p->protects[p->nprotects];

	if (!ref || ref->type != EV_STRING || !ref->len)
		return;
	check_pattern(p, ref, bad);
	p->nprotects++;
	x->pattern = ev_strdup(ref->text);
	x->create_once = once && once->type == EV_BOOL && once->boolean;
	ev_by_read(&x->signed_by, ev_get(v, "signed_by"), "signed_by", false,
		   t, bad);
	x->require = read_require(p, t, ev_get(v, "require"), i, bad);
	seal(x, v);
}

void ev_protects_read(struct ev_policy *p, const struct ev_roster *t,
		      const struct ev_value *list, struct ev_problems *bad)
{
	size_t i, n = ev_list_items(list, "protect", bad);

	p->protects = ev_calloc(n + 1, sizeof(*p->protects));
	for (i = 0; i < n; i++)
		read_entry(p, t, list->items[i], i, bad);
}

static bool is_about(const struct ev_protect *x, const char *ref, bool *exact)
{
	char *pattern, *name;
	bool found;

	*exact = ev_glob(x->pattern, ref);
	if (*exact)
		return true;
	pattern = ev_fold(x->pattern);
	name = ev_fold(ref);
	found = ev_glob(pattern, name);
	free(pattern);
	free(name);
	return found;
}

const struct ev_protect *ev_policy_protects(const struct ev_policy *p,
					    const char *ref, size_t *i,
					    bool *exact)
{
	const struct ev_protect *x;
	bool same;

	while (*i < p->nprotects) {
		x = &p->protects[(*i)++];
		if (is_about(x, ref, &same)) {
			if (exact)
				*exact = same;
			return x;
		}
	}
	return NULL;
}

/* Is `above` a folder on the way to `name`? */
static bool leads_to(const char *above, const char *name)
{
	size_t n = strlen(above);

	return !strncmp(above, name, n) && name[n] == '/';
}

const char *ev_policy_obstructs(const struct ev_policy *p, const char *ref)
{
	char *name = ev_fold(ref), *pattern;
	const char *found = NULL;
	size_t i;

	for (i = 0; !found && i < p->nprotects; i++) {
		pattern = ev_fold(p->protects[i].pattern);
		if (leads_to(name, pattern) ||
		    (!strchr(pattern, '*') && leads_to(pattern, name)))
			found = p->protects[i].pattern;
		free(pattern);
	}
	free(name);
	return found;
}

int ev_policy_names(struct ev_strs *out, const struct ev_policy *p,
		    struct ev_repo *r)
{
	struct ev_strs symbols = EV_STRS_INIT;
	const char *pattern;
	char *prefix;
	size_t i, k;
	int ret = 0;

	for (i = 0; ret == 0 && i < p->nprotects; i++) {
		pattern = p->protects[i].pattern;
		if (!strchr(pattern, '*')) {
			ev_strs_add(out, pattern);
			continue;
		}
		prefix = ev_strndup(pattern, strcspn(pattern, "*"));
		ret = ev_ref_symbols(&symbols, r, prefix);
		free(prefix);
		for (k = 0; k < symbols.n; k++)
			if (ev_glob(pattern, symbols.items[k]))
				ev_strs_add(out, symbols.items[k]);
		ev_strs_release(&symbols);
	}
	ev_strs_sort(out);
	ev_strs_uniq(out);
	return ret;
}
