#include "base/compat.h"

#include "gate/people.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/config.h"
#include "repo/rawobj.h"
#include "repo/refs.h"

#define TAGS "refs/tags/"
#define TAG_MAX ((size_t)4 << 20)

/* promoted_on -------------------------------------------------------------- */

/* Does `value` stand for the candidate's commit? */
static bool is_candidate(const struct ev_case *c, const struct ev_oid *value)
{
	char name[EV_OID_HEX + sizeof("^{commit}")], hex[EV_OID_HEX + 1];
	struct ev_oid commit;

	if (ev_oid_eq(value, &c->commit))
		return true;
	ev_oid_hex(hex, value);
	snprintf(name, sizeof(name), "%s^{commit}", hex);
	if (ev_repo_commit(&commit, c->repo, name) < 0) {
		ev_error_clear();
		return false;
	}
	return ev_oid_eq(&commit, &c->commit);
}

/* What else the push does to that ref; NULL if nothing. */
static const struct ev_ref_change *change_of(const struct ev_case *c,
					     const char *ref)
{
	const struct ev_ref_changes *with = c->q->with;
	size_t i;

	for (i = 0; with && i < with->n; i++)
		if (!strcmp(with->items[i].ref, ref))
			return &with->items[i];
	return NULL;
}

/* *known: some value of the ref is. */
static int holds(bool *yes, bool *known, const struct ev_case *c,
		 const char *ref)
{
	struct ev_oid value;
	int ret;

	*yes = *known = false;
	ret = ev_ref_read(&value, c->repo, ref);
	if (ret == 0) {
		*known = true;
		*yes = is_candidate(c, &value);
	} else if (ret != EV_ENOTFOUND) {
		return ret;
	}
	ev_error_clear();
	if (*yes || c->q->authoritative)
		return 0;
	ret = ev_target_from(&value, c->repo, ref);
	if (ret == 0 && !ev_oid_is_zero(&value)) {
		*known = true;
		*yes = is_candidate(c, &value);
	}
	return ret;
}

/* Somewhere else the ref may be there. */
static bool may_be_elsewhere(const struct ev_case *c)
{
	char *key = ev_strdupf("remote.%s.url", ev_config_remote(c->repo));
	bool yes = !c->q->authoritative && ev_config_get(c->repo, key, NULL);

	free(key);
	return yes;
}

int ev_rule_promoted(struct ev_case *c)
{
	static const char rule[] = "ref.promoted_on";
	const char *ref = c->req->promoted_on;
	const struct ev_ref_change *change;
	bool yes, known;
	int ret;

	if (!ref)
		return 0;
	change = change_of(c, ref);
	if (change && is_candidate(c, &change->new)) {
		ev_verdict_add(c->verdict, rule, EV_PASS, NULL,
			       "%s becomes %s by the same push", ref, c->label);
		return 0;
	}
	ret = holds(&yes, &known, c, ref);
	if (ret < 0)
		return ret;
	if (yes)
		ev_verdict_add(c->verdict, rule, EV_PASS, NULL, "%s holds %s",
			       ref, c->label);
	else if (!known && may_be_elsewhere(c))
		ev_verdict_add(c->verdict, rule, EV_INCOMPLETE, "git fetch",
			       "%s is not known here", ref);
	else
		ev_verdict_add(c->verdict, rule, EV_FAIL, NULL,
			       "%s %s %s", ref, known ? "does not hold" :
			       "is not there, and does not hold", c->label);
	return 0;
}

/* signed_by ---------------------------------------------------------------- */

/* Made under the name it has?  A tag of a tag is refused before. */
static bool is_made_so(char reason[200], const struct ev_case *c,
		       const struct ev_buf *raw)
{
	const char *name = c->q->ref + strlen(TAGS);
	struct ev_rawobj tag;
	bool good = false;

	ev_rawobj_init(&tag);
	if (ev_tag_split(&tag, raw->ptr, raw->len) < 0) {
		snprintf(reason, 200, "%s", ev_error_last()->message);
		ev_error_clear();
	} else if (strcmp(tag.tag, name)) {
		snprintf(reason, 200, "the tag was made as '%.80s', not as "
			 "'%.80s'", tag.tag, name);
	} else {
		good = true;
	}
	ev_rawobj_release(&tag);
	return good;
}

/* Who signed the tag, or the branch's last commit. */
static int signature(struct ev_object_signature *s, struct ev_case *c)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(TAG_MAX);
	enum ev_objtype type;
	int ret;

	memset(s, 0, sizeof(*s));
	ret = ev_object_read(&raw, &type, c->repo, &c->q->to);
	if (ret < 0)
		goto out;
	if (!ev_starts_with(c->q->ref, TAGS) || type == EV_OBJ_TAG)
		ret = ev_raw_signature(s, c->repo, &c->policy->trust, type,
				       &raw, type == EV_OBJ_TAG ? c->q->ref :
				       NULL, c->q->now);
	else
		snprintf(s->reason, sizeof(s->reason),
			 "it is no annotated tag");
	if (ret == 0 && s->status == EV_OBJSIG_GOOD && type == EV_OBJ_TAG &&
	    !is_made_so(s->reason, c, &raw))
		s->status = EV_OBJSIG_BAD;
out:
	ev_buf_release(&raw);
	return ret;
}

static void add_roles(struct ev_buf *out, const struct ev_strs *roles)
{
	size_t i;

	for (i = 0; i < roles->n; i++)
		ev_buf_addf(out, "%s%s", i == 0 ? "" : i + 1 < roles->n ?
			    ", " : " or ", roles->items[i]);
}

static char *mend(const struct ev_case *c)
{
	if (!ev_starts_with(c->q->ref, TAGS))
		return ev_strdup("git commit --amend --no-edit --gpg-sign");
	return ev_strdupf("git tag --sign --force '%s' '%s^{commit}'",
			  c->q->ref + strlen(TAGS), c->label);
}

int ev_rule_signed_by(struct ev_case *c)
{
	static const char rule[] = "ref.signed_by";
	const struct ev_strs *roles = &c->protect->signed_by;
	struct ev_buf words = EV_BUF_INIT;
	struct ev_object_signature s;
	char *hint = NULL;
	int ret;

	if (!roles->n)
		return 0;
	ret = signature(&s, c);
	if (ret < 0)
		goto out;
	add_roles(&words, roles);
	if (s.status == EV_OBJSIG_GOOD && ev_by_allows(roles, s.person)) {
		ev_verdict_add(c->verdict, rule, EV_PASS, NULL, "%s",
			       s.person->name);
		goto out;
	}
	hint = mend(c);
	if (s.status == EV_OBJSIG_GOOD)
		ev_verdict_add(c->verdict, rule, EV_FAIL, hint, "signed by "
			       "%s, who is not %s", s.person->name, words.ptr);
	else
		ev_verdict_add(c->verdict, rule, EV_FAIL, hint,
			       "not signed by %s: %s", words.ptr,
			       *s.reason ? s.reason : "not signed");
out:
	free(hint);
	ev_buf_release(&words);
	return ret;
}
