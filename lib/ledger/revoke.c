#include "base/compat.h"

#include "ledger/revoke.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "data/json.h"

const char *ev_revoke_type_name(enum ev_revoke_type t)
{
	static const char *const names[] = {
		[EV_REVOKE_RECORD] = "record", [EV_REVOKE_LINE] = "line",
		[EV_REVOKE_APPROVAL] = "approval", [EV_REVOKE_LINK] = "link",
		[EV_REVOKE_RELEASE] = "release", [EV_REVOKE_KEY] = "key",
		[EV_REVOKE_ARTIFACT] = "artifact",
	};

	return names[t];
}

void ev_revoke_release(struct ev_revoke *w)
{
	free(w->name);
	ev_strs_release(&w->roles);
	memset(w, 0, sizeof(*w));
}

static void take_roles(struct ev_revoke *w, const struct ev_strs *roles)
{
	size_t i;

	for (i = 0; i < roles->n; i++)
		ev_strs_add(&w->roles, roles->items[i]);
}

/* What is withdrawn ------------------------------------------------------- */

static int check_state(const struct ev_line *line)
{
	const struct ev_record *r = &line->record;
	const char *id = r->kind ? r->id : r->line;

	switch (line->state) {
	case EV_LIVE: case EV_SUPERSEDED: case EV_DUPLICATE: case EV_UNTIMELY:
		if (r->kind == EV_KIND_REVOCATION)
			return ev_fail(EV_EINVALID, "record %.12s is a "
				       "revocation, which is final", id);
		return 0;
	case EV_BAD:
		return 0;
	case EV_REVOKED:
		/* By what counts now it is another thing to say. */
		if (line->by_stood)
			return 0;
		return ev_fail(EV_EEXISTS, "%s %.12s was %s already",
			       r->kind ? "record" : "line", id, line->reason);
	case EV_MALFORMED: case EV_FOREIGN: case EV_MISPLACED:
		break;
	}
	return ev_fail(EV_EINVALID, "line %.12s is %s and has no effect that "
		       "could be withdrawn: %s", r->line,
		       ev_state_name(line->state), line->reason);
}

int ev_revoke_record(struct ev_revoke *out, const struct ev_line *line,
		     bool as_line, const struct ev_trust *trust)
{
	const struct ev_record *r = &line->record;
	int ret = check_state(line);

	memset(out, 0, sizeof(*out));
	if (ret < 0)
		return ret;
	/* Whoever could not sign it made no record: there is only a line. */
	as_line = as_line || line->state == EV_BAD;
	out->type = as_line ? EV_REVOKE_LINE : EV_REVOKE_RECORD;
	memcpy(out->id, as_line ? r->line : r->id, sizeof(r->id));
	out->owner = line->state == EV_BAD ? NULL : line->person;
	out->tree = as_line ? ev_oid_empty_tree : r->tree;
	if (!as_line && r->has_commit)
		out->commit = r->commit;
	take_roles(out, &trust->revoke_records);
	return 0;
}

void ev_revoke_approval(struct ev_revoke *out, const struct ev_decided *d,
			const struct ev_strs *roles)
{
	memset(out, 0, sizeof(*out));
	out->type = EV_REVOKE_APPROVAL;
	ev_oid_hex(out->id, &d->oid);
	out->name = ev_strdup(d->ref + strlen("refs/tags/"));
	out->commit = d->d.commit;
	out->tree = d->d.tree;
	out->owner = d->person;
	out->people_only = true;
	take_roles(out, roles);
}

void ev_revoke_link(struct ev_revoke *out, const char *link,
		    const struct ev_strs *roles)
{
	memset(out, 0, sizeof(*out));
	out->type = EV_REVOKE_LINK;
	snprintf(out->id, sizeof(out->id), "%s", link);
	out->tree = ev_oid_empty_tree;
	out->people_only = true;
	take_roles(out, roles);
}

void ev_revoke_promoted(struct ev_revoke *out, const char *tag,
			const struct ev_oid *commit, const struct ev_oid *tree,
			const struct ev_person *owner,
			const struct ev_strs *roles)
{
	memset(out, 0, sizeof(*out));
	out->type = EV_REVOKE_RELEASE;
	ev_oid_hex(out->id, commit);
	out->name = ev_strdup(tag);
	out->commit = *commit;
	out->tree = *tree;
	out->owner = owner && !owner->machine ? owner : NULL;
	out->people_only = true;
	take_roles(out, roles);
}

void ev_revoke_key(struct ev_revoke *out, const char *fpr,
		   const struct ev_person *owner, const struct ev_strs *roles)
{
	memset(out, 0, sizeof(*out));
	out->type = EV_REVOKE_KEY;
	snprintf(out->id, sizeof(out->id), "%s", fpr);
	out->tree = ev_oid_empty_tree;
	out->owner = owner;
	out->people_only = true;
	take_roles(out, roles);
}

void ev_revoke_artifact(struct ev_revoke *out, const char *sha256,
			const struct ev_oid *blob, const struct ev_strs *roles)
{
	memset(out, 0, sizeof(*out));
	out->type = EV_REVOKE_ARTIFACT;
	snprintf(out->id, sizeof(out->id), "sha256:%s", sha256);
	out->tree = ev_oid_empty_tree;
	out->blob = *blob;
	out->people_only = true;
	take_roles(out, roles);
}

/* Who may ------------------------------------------------------------------ */

static const char *shared_role(const struct ev_revoke *w,
			       const struct ev_person *p)
{
	size_t i;

	if (w->people_only && p->machine)
		return NULL;
	for (i = 0; i < w->roles.n; i++)
		if (ev_person_has_role(p, w->roles.items[i]))
			return w->roles.items[i];
	return NULL;
}

static const char *owner_word(const struct ev_revoke *w)
{
	if (w->type == EV_REVOKE_KEY)
		return "whose it is";
	return w->type == EV_REVOKE_RELEASE ? "who promoted it" :
		"who made it";
}

static void hint_who(const struct ev_revoke *w, const struct ev_trust *trust)
{
	struct ev_buf who = EV_BUF_INIT;
	const struct ev_person *p;
	const char *role;
	size_t i;

	for (i = 0; i < trust->npeople; i++) {
		p = &trust->people[i];
		role = shared_role(w, p);
		if (!role && p != w->owner)
			continue;
		ev_buf_addf(&who, "%s%s (%s)", who.len ? ", " : "", p->name,
			    role ? role : owner_word(w));
	}
	if (who.len)
		ev_error_hint("those who may: %s", who.ptr);
	else
		ev_error_hint("the policy lists nobody who may");
	ev_buf_release(&who);
}

/* What it is called in messages, with enough digits to tell it from others. */
static void shown(char out[100], const struct ev_revoke *w)
{
	const char *what = ev_revoke_type_name(w->type);

	if (w->type == EV_REVOKE_RELEASE && w->name)
		snprintf(out, 100, "%s '%.80s'", what, w->name);
	else if (w->type == EV_REVOKE_KEY)
		snprintf(out, 100, "%s %s", what, w->id);
	else
		snprintf(out, 100, "%s %.*s", what,
			 ev_starts_with(w->id, "sha256:") ? 19 : 12, w->id);
}

int ev_revoke_entitled(const struct ev_revoke *w, const struct ev_trust *trust,
		       const char *fpr)
{
	const struct ev_person *p = ev_trust_person(trust, fpr, NULL);
	char what[100];
	int ret;

	if (p && (p == w->owner || shared_role(w, p)))
		return 0;
	shown(what, w);
	ret = ev_fail(EV_EDENIED, "%s may not withdraw %s",
		      p ? p->name : fpr, what);
	hint_who(w, trust);
	return ret;
}

/* Is that the same word, or would this one add to it? */
static bool says_it(const struct ev_record *r, const struct ev_revoke *w,
		    const struct ev_trust *trust)
{
	size_t i;

	if (!ev_streq(r->withdraws_type, ev_revoke_type_name(w->type)) ||
	    (!ev_streq(r->withdraws_id, w->id) &&
	     !(w->name && ev_streq(r->withdraws_id, w->name))))
		return false;
	for (i = 0; w->type == EV_REVOKE_KEY && w->compromised &&
	     i < trust->nwithdrawn; i++)
		if (!strcmp(trust->withdrawn[i].line, r->line))
			return trust->withdrawn[i].compromised &&
				!strcmp(trust->withdrawn[i].checkpoint,
					w->checkpoint);
	return true;
}

int ev_revoke_is_new(const struct ev_revoke *w, struct ev_ledger *l,
		     const struct ev_trust *trust, const char *fpr)
{
	const struct ev_person *p = ev_trust_person(trust, fpr, NULL);
	struct ev_lines set = EV_LINES_INIT;
	const struct ev_record *r;
	char what[100];
	size_t i;
	int ret;

	ret = ev_ledger_lines(&set, l, ev_oid_is_zero(&w->commit) ? NULL
			      : &w->commit, &w->tree);
	for (i = 0; ret == 0 && i < set.n; i++) {
		r = &set.items[i].record;
		if (set.items[i].state != EV_LIVE ||
		    r->kind != EV_KIND_REVOCATION ||
		    set.items[i].person != p || !says_it(r, w, trust))
			continue;
		shown(what, w);
		ret = ev_fail(EV_EEXISTS, "%s has withdrawn %s already, by "
			      "record %.12s", p ? p->name : fpr, what, r->id);
	}
	ev_lines_release(&set);
	return ret;
}

/* The record --------------------------------------------------------------- */

static int check_reason(const char *reason)
{
	size_t n = strlen(reason);

	/* '<text>' is a hint that was pasted as it is */
	if (!reason[strspn(reason, " \t\n")] ||
	    (*reason == '<' && ev_ends_with(reason, ">")))
		return ev_fail(EV_EINVALID, "'%s' is no reason", reason);
	if (n > EV_REVOKE_REASON_MAX)
		return ev_fail(EV_ELIMIT, "the reason has %zu bytes, over the "
			       "limit of %zu", n, EV_REVOKE_REASON_MAX);
	if (!ev_utf8_valid(reason, n, NULL))
		return ev_fail(EV_EINVALID, "the reason is not UTF-8");
	return 0;
}

int ev_revoke_draft(struct ev_draft *d, const struct ev_revoke *w,
		    const char *reason)
{
	struct ev_buf text = EV_BUF_INIT;
	char hex[EV_OID_HEX + 1];
	struct ev_json j;
	int ret = check_reason(reason);

	if (ret < 0)
		return ret;
	d->commit = w->commit;
	d->tree = w->tree;
	ev_json_init(&j, &text);
	ev_json_object(&j);
	ev_json_key(&j, "target");
	ev_json_object(&j);
	ev_json_kv(&j, "type", ev_revoke_type_name(w->type));
	ev_json_kv(&j, "id", w->name ? w->name : w->id);
	if (!ev_oid_is_zero(&w->blob)) {
		ev_oid_hex(hex, &w->blob);
		ev_json_kv(&j, "gitBlob", hex);
	}
	ev_json_end_object(&j);
	ev_json_kv(&j, "reason", reason);
	if (w->compromised) {
		ev_json_kvb(&j, "compromised", true);
		ev_json_kv(&j, "checkpoint", *w->checkpoint ? w->checkpoint :
			   NULL);
	}
	ev_json_end_object(&j);
	/* without the braces */
	ev_buf_add(&d->members, text.ptr + 1, text.len - 2);
	ev_buf_release(&text);
	return 0;
}
