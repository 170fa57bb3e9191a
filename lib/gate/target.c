#include "base/compat.h"

#include "gate/judge.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/config.h"
#include "repo/refs.h"

#define HEADS "refs/heads/"
#define TAGS "refs/tags/"

static int only_branch(char **ref, const struct ev_policy *p)
{
	const char *found = NULL;
	size_t i, n = 0;
	int ret;

	for (i = 0; p && i < p->nprotects; i++)
		if (ev_starts_with(p->protects[i].pattern, HEADS) &&
		    !strchr(p->protects[i].pattern, '*')) {
			found = p->protects[i].pattern;
			n++;
		}
	if (n == 1) {
		*ref = ev_strdup(found);
		return 0;
	}
	if (!n)
		return ev_fail(EV_EINVALID, "the policy protects no branch by "
			       "its name, so there is nothing to ask about "
			       "without --for");
	ret = ev_fail(EV_EINVALID, "the policy protects %zu branches: which "
		      "one is meant?", n);
	for (i = 0; i < p->nprotects; i++)
		if (ev_starts_with(p->protects[i].pattern, HEADS) &&
		    !strchr(p->protects[i].pattern, '*'))
			ev_error_hint("--for %s", p->protects[i].pattern +
				      strlen(HEADS));
	return ret;
}

const char *ev_target_near(const struct ev_policy *p, const char *ref)
{
	const char **names, *near = NULL;
	size_t i = 0, n = 0;

	if (!p || !ev_starts_with(ref, "refs/") ||
	    ev_policy_protects(p, ref, &i, NULL))
		return NULL;
	names = ev_calloc(p->nprotects + 1, sizeof(*names));
	for (i = 0; i < p->nprotects; i++)
		if (!strchr(p->protects[i].pattern, '*'))
			names[n++] = p->protects[i].pattern;
	near = ev_closest(ref, names, n);
	free(names);
	return near;
}

int ev_target_ref(char **ref, const struct ev_policy *p, const char *word)
{
	*ref = NULL;
	if (!word)
		return only_branch(ref, p);
	if (!*word)
		return ev_fail(EV_EINVALID, "'' is no ref");
	*ref = ev_starts_with(word, "refs/") ? ev_strdup(word) :
	       ev_strdupf(HEADS "%s", word);
	return 0;
}

static bool has_remote(struct ev_repo *r)
{
	char *key = ev_strdupf("remote.%s.url", ev_config_remote(r));
	bool has = ev_config_get(r, key, NULL) != NULL;

	free(key);
	return has;
}

int ev_target_from(struct ev_oid *from, struct ev_repo *r, const char *ref)
{
	char *there = NULL;
	int ret;

	if (ev_starts_with(ref, HEADS) && has_remote(r))
		there = ev_strdupf("refs/remotes/%s/%s", ev_config_remote(r),
				   ref + strlen(HEADS));
	ret = ev_ref_read(from, r, there ? there : ref);
	free(there);
	if (ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	*from = ev_oid_zero;
	return 0;
}

static bool is_same_commit(struct ev_repo *r, const struct ev_oid *a,
			   const struct ev_oid *b)
{
	char name[EV_OID_HEX + sizeof("^{commit}")], hex[EV_OID_HEX + 1];
	const struct ev_oid *const of[] = { a, b };
	struct ev_oid commits[2];
	size_t i;

	if (ev_oid_eq(a, b))
		return true;
	for (i = 0; i < 2; i++) {
		ev_oid_hex(hex, of[i]);
		snprintf(name, sizeof(name), "%s^{commit}", hex);
		if (ev_repo_commit(&commits[i], r, name) < 0) {
			ev_error_clear();
			return false;
		}
	}
	return ev_oid_eq(&commits[0], &commits[1]);
}

int ev_target_move(struct ev_oid *from, struct ev_repo *r, const char *ref,
		   const struct ev_oid *to)
{
	int ret = ev_target_from(from, r, ref);

	if (ret == 0 && ev_starts_with(ref, TAGS) && !ev_oid_is_zero(from) &&
	    has_remote(r) && is_same_commit(r, from, to))
		*from = ev_oid_zero;
	return ret;
}
