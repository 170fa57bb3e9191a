#include "base/compat.h"

#include "ledger/decision_internal.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "repo/refs.h"

#define TIME_MAX INT64_C(253402300799)	/* the last second of year 9999 */
#define ROLE_MAX 64

static bool control_in(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

static int bad(const char *what, const char *value, const char *why)
{
	return ev_fail(EV_EINVALID, "%s '%s' %s", what, value ? value : "",
		       why);
}

static int check_text(const char *what, const char *s)
{
	if (!s || !*s)
		return bad(what, s, "is empty");
	if (!ev_utf8_valid(s, strlen(s), NULL))
		return bad(what, s, "is not UTF-8");
	return 0;
}

/* A part of the tagger line, which Git ends by any of these. */
static int check_ident(const char *what, const char *s)
{
	size_t n = strlen(s);

	if (control_in(s) || strpbrk(s, "<>"))
		return bad(what, s, "has a letter that no tagger's may have");
	if (n && (s[0] == ' ' || s[n - 1] == ' '))
		return bad(what, s, "begins or ends with a space");
	return ev_utf8_valid(s, n, NULL) ? 0 : bad(what, s, "is not UTF-8");
}

static int check_role(const char *role)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	if (!role || role[0] < 'a' || role[0] > 'z' ||
	    role[strspn(role, letters)] || strlen(role) > ROLE_MAX)
		return bad("role", role, "can be no part of a ref");
	return 0;
}

static int check_ref(const char *ref)
{
	int ret = check_text("ref", ref);

	if (ret == 0 && (!ev_starts_with(ref, "refs/") || control_in(ref) ||
			 strchr(ref, ' ')))
		ret = bad("ref", ref, "is no full name of a ref");
	return ret;
}

static int check_digest(const char *what, const char *digest, bool may_be_null)
{
	if (may_be_null && !*digest)
		return 0;
	return ev_digest_valid(digest) ? 0 :
		bad(what, digest, "is not sha256:<64 hex digits>");
}

static int check_id(const char *what, const struct ev_oid *id)
{
	return ev_oid_is_zero(id) ? bad(what, "", "is missing") : 0;
}

static int check_sorted(const char *what, const struct ev_strs *l)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < l->n; i++) {
		ret = check_text(what, l->items[i]);
		if (ret == 0 && i &&
		    strcmp(l->items[i - 1], l->items[i]) >= 0)
			ret = bad(what, l->items[i], "is not sorted, or there "
				  "twice");
	}
	return ret;
}

static int check_approval(const struct ev_decision *d)
{
	size_t i;
	int ret = check_ref(d->ref);

	if (ret == 0 && d->has_from)
		ret = check_id("from", &d->from);
	if (ret == 0)
		ret = check_id("gitCommit", &d->commit);
	if (ret == 0)
		ret = check_digest("manifest", d->manifest, true);
	if (ret == 0)
		ret = check_sorted("records", &d->records);
	for (i = 0; ret == 0 && i < d->records.n; i++)
		ret = check_digest("records", d->records.items[i], false);
	if (ret == 0)
		ret = check_sorted("contributors", &d->contributors);
	if (ret == 0)
		ret = check_digest("policy", d->policy, false);
	if (ret == 0)
		ret = check_sorted("clears", &d->clears);
	if (ret == 0 && (unsigned)d->meaning > EV_MEANING_REJECTED)
		ret = bad("meaning", "", "is unknown");
	return ret;
}

static int check_policy(const struct ev_decision *d)
{
	int ret = check_digest("controlSet", d->control_set, false);

	if (ret == 0 && d->version < 1)
		ret = ev_fail(EV_EINVALID, "version is not a whole number "
			      "from 1");
	if (ret == 0)
		ret = check_digest("previous", d->previous, true);
	return ret;
}

static int check_checkpoint(const struct ev_decision *d)
{
	size_t i;
	int ret = check_id("ledger", &d->ledger);

	if (ret == 0)
		ret = check_digest("approvals", d->approvals, false);
	if (ret == 0)
		ret = check_digest("policy", d->policy, false);
	if (ret == 0)
		ret = check_sorted("previous", &d->before);
	for (i = 0; ret == 0 && i < d->before.n; i++)
		if (!ev_is_hex(d->before.items[i], EV_OID_HEX))
			ret = bad("previous", d->before.items[i],
				  "is no id of a tag");
	return ret;
}

/* A name that Git takes, of a tag that is not reserved for others. */
static int check_release(const struct ev_decision *d)
{
	int ret = check_ref(d->ref);

	if (ret == 0 && (!ev_starts_with(d->ref, "refs/tags/") ||
			 ev_ref_is_reserved(d->ref)))
		ret = bad("ref", d->ref, "can be no release's");
	if (ret == 0 && !ev_ref_is_name(d->ref))
		ret = bad("ref", d->ref, "is no name that Git takes");
	if (ret == 0)
		ret = check_id("commit", &d->commit);
	return ret;
}

/* What both kinds of approval have. */
static int check_given(const struct ev_decision *d)
{
	int ret = check_role(d->role);

	if (ret == 0)
		ret = check_id("gitTree", &d->tree);
	if (ret == 0 && !ev_is_hex(d->nonce, 32))
		ret = bad("nonce", d->nonce, "is not 32 hex digits");
	return ret;
}

int ev_decision_check(const struct ev_decision *d)
{
	int ret = check_text("product", d->product);

	if (ret == 0)
		ret = check_text("name", d->name);
	if (ret == 0)
		ret = check_ident("name", d->name);
	if (ret == 0)
		ret = check_ident("e-mail", d->email ? d->email : "");
	if (ret == 0 && (d->at < 0 || d->at > TIME_MAX))
		ret = ev_fail(EV_EINVALID, "the time is before 1970 or after "
			      "9999");
	if (ret == 0 && !ev_decision_is_checkpoint(d))
		ret = check_given(d);
	if (ret < 0)
		return ret;
	switch (d->kind) {
	case EV_DECISION_APPROVAL:
		return check_approval(d);
	case EV_DECISION_POLICY:
		return check_policy(d);
	case EV_DECISION_RELEASE:
		ret = check_release(d);
		return ret < 0 ? ret : check_checkpoint(d);
	default:
		return check_checkpoint(d);
	}
}
