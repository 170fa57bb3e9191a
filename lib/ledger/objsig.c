#include "base/compat.h"

#include "ledger/verify.h"

#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "ledger/objsig_internal.h"
#include "ledger/past.h"
#include "repo/rawobj.h"

#define CHECKPOINTS EV_TAGS "checkpoint/"
#define RAW_MAX ((size_t)4 << 20)

const char *ev_objsig_name(enum ev_objsig s)
{
	static const char *const names[] = {
		[EV_OBJSIG_NONE] = "none",
		[EV_OBJSIG_GOOD] = "good",
		[EV_OBJSIG_FOREIGN] = "foreign",
		[EV_OBJSIG_UNTIMELY] = "untimely",
		[EV_OBJSIG_BAD] = "bad",
	};

	return names[s];
}

static void set(struct ev_object_signature *out, enum ev_objsig status,
		const char *reason)
{
	out->status = status;
	snprintf(out->reason, sizeof(out->reason), "%s", reason);
}

/* By whom and when a signature is judged. */
struct judge {
	struct ev_repo *repo;
	struct ev_trust *trust;
	int64_t now;
	bool then;			/* at its own time instead */
	const struct ev_holder *held;	/* or as this one holds it; NULL */
	struct ev_past *past;		/* that it belongs to */
};

static bool counts(char reason[160], const struct judge *j,
		   const struct ev_signature *sig)
{
	if (j->held)
		return ev_past_counts(reason, j->past, j->repo, j->held, sig);
	if (j->then)
		return ev_trust_counts_then(reason, j->trust, sig,
					    sig->created);
	return ev_trust_counts(reason, j->trust, sig, j->now);
}

static int judge(struct ev_object_signature *out, const struct judge *j,
		 const struct ev_rawobj *o, const struct ev_buf *raw)
{
	struct ev_trust *trust = j->trust;
	struct ev_signature sig;
	char reason[160];
	int ret;

	if (!o->signature.len) {
		set(out, EV_OBJSIG_NONE, "not signed");
		return 0;
	}
	if (!trust || !trust->home) {
		set(out, EV_OBJSIG_FOREIGN, "no policy lists any key");
		return 0;
	}
	ret = ev_objsig_ask(&sig, j->repo, trust, o, raw);
	if (ret < 0)
		return ret;
	memcpy(out->signer, sig.signer, sizeof(out->signer));
	memcpy(out->subkey, sig.subkey, sizeof(out->subkey));
	out->right = sig.status == EV_SIG_GOOD;
	out->signed_at = sig.created;
	out->person = ev_trust_person(trust, sig.signer, NULL);
	if (sig.status == EV_SIG_UNKNOWN_KEY ||
	    (sig.status == EV_SIG_GOOD && !out->person))
		set(out, EV_OBJSIG_FOREIGN, *sig.reason ? sig.reason :
		    "its key is listed for nobody");
	else if (sig.status != EV_SIG_GOOD)
		set(out, EV_OBJSIG_BAD, sig.reason);
	else if (!counts(reason, j, &sig))
		set(out, EV_OBJSIG_UNTIMELY, reason);
	else
		set(out, EV_OBJSIG_GOOD, "");
	return 0;
}

/* Does somebody in the past list its key?  Who could sign what was never
 * taken should not make us look through all that was. */
static int was_listed(bool *yes, struct ev_past *past, struct judge *j,
		      const struct ev_rawobj *o, const struct ev_buf *raw)
{
	struct ev_object_signature s;
	size_t i;
	int ret = ev_past_fill(past, j->repo);

	*yes = false;
	for (i = past->n; ret == 0 && i > 0 && !*yes; i--) {
		if (j->trust == past->items[i - 1].trust)
			continue;
		memset(&s, 0, sizeof(s));
		j->trust = past->items[i - 1].trust;
		ret = judge(&s, j, o, raw);
		*yes = ret == 0 && s.right && s.person;
	}
	return ret;
}

/* What does not count now may be held by a checkpoint, and counts by that. */
static int judge_held(struct ev_object_signature *out, const struct judge *now,
		      const struct ev_rawobj *o, const struct ev_buf *raw,
		      const char *ref)
{
	struct judge j = *now;
	struct ev_object_signature held;
	struct ev_oid oid;
	bool listed;
	int ret;

	j.past = now->trust->past;
	j.trust = NULL;
	j.then = true;
	ret = was_listed(&listed, j.past, &j, o, raw);
	if (ret < 0 || !listed)
		return ret;
	ret = ev_object_hash(&oid, EV_OBJ_TAG, raw->ptr, raw->len);
	if (ret == 0)
		ret = ev_past_tag(&j.held, j.past, j.repo, ref, &oid);
	if (ret < 0 || !j.held)
		return ret;
	j.trust = j.held->trust;
	memset(&held, 0, sizeof(held));
	ret = judge(&held, &j, o, raw);
	if (ret == 0 && held.right && held.person)
		*out = held;
	return ret;
}

/* "v1" is of refs/tags/v1, and of refs/tags/upstream/v1 as well. */
static bool fits(const char *ref, const char *name)
{
	size_t n = strlen(ref), len = strlen(name);

	return len < n && !strcmp(ref + n - len, name) &&
	       ref[n - len - 1] == '/';
}

/* What was signed must also be said of what is there. */
static void check_tag(struct ev_object_signature *out, struct ev_repo *r,
		      const struct ev_rawobj *o, const char *ref)
{
	enum ev_objtype type;

	if (ev_object_info(&type, NULL, r, &o->target) < 0) {
		ev_error_clear();	/* it need not be here */
	} else if (type != o->target_type) {
		out->status = EV_OBJSIG_BAD;
		snprintf(out->reason, sizeof(out->reason),
			 "the tag calls its object a %s, and it is a %s",
			 ev_objtype_name(o->target_type),
			 ev_objtype_name(type));
	}
	if (ref && !fits(ref, o->tag)) {
		out->status = EV_OBJSIG_BAD;
		snprintf(out->reason, sizeof(out->reason),
			 "the tag was made as '%.80s', not as '%.80s'", o->tag,
			 ref + strlen("refs/tags/"));
	}
}

static bool may_be_held(const struct ev_object_signature *s,
			const struct judge *j, enum ev_objtype type,
			const char *ref)
{
	return (s->status == EV_OBJSIG_FOREIGN ||
		s->status == EV_OBJSIG_UNTIMELY) && !j->then &&
		type == EV_OBJ_TAG && ref && j->trust && j->trust->past &&
		!ev_starts_with(ref, CHECKPOINTS);
}

static int judge_raw(struct ev_object_signature *out, const struct judge *j,
		     enum ev_objtype type, const struct ev_buf *raw,
		     const char *ref)
{
	struct ev_rawobj o;
	int ret;

	memset(out, 0, sizeof(*out));
	ev_rawobj_init(&o);
	ret = type == EV_OBJ_TAG ? ev_tag_split(&o, raw->ptr, raw->len)
				 : ev_commit_split(&o, raw->ptr, raw->len);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		set(out, EV_OBJSIG_BAD, ev_error_last()->message);
		ev_error_clear();
		ret = 0;
		goto out;
	}
	if (ret == 0)
		ret = judge(out, j, &o, raw);
	if (ret == 0 && may_be_held(out, j, type, ref))
		ret = judge_held(out, j, &o, raw, ref);
	if (ret == 0 && type == EV_OBJ_TAG && out->status == EV_OBJSIG_GOOD)
		check_tag(out, j->repo, &o, ref);
out:
	ev_rawobj_release(&o);
	return ret;
}

int ev_raw_signature(struct ev_object_signature *out, struct ev_repo *r,
		     struct ev_trust *trust, enum ev_objtype type,
		     const struct ev_buf *raw, const char *ref, int64_t now)
{
	struct judge j = { .repo = r, .trust = trust, .now = now };

	return judge_raw(out, &j, type, raw, ref);
}

static int judge_object(struct ev_object_signature *out, const struct judge *j,
			const struct ev_oid *oid, const char *ref)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(RAW_MAX);
	enum ev_objtype type;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_object_read(&raw, &type, j->repo, oid);
	if (ret == 0)
		ret = judge_raw(out, j, type, &raw, ref);
	ev_buf_release(&raw);
	return ret;
}

int ev_object_signature(struct ev_object_signature *out, struct ev_repo *r,
			struct ev_trust *trust, const struct ev_oid *oid,
			const char *ref, int64_t now)
{
	struct judge j = { .repo = r, .trust = trust, .now = now };

	return judge_object(out, &j, oid, ref);
}

int ev_object_signature_then(struct ev_object_signature *out,
			     struct ev_repo *r, struct ev_trust *trust,
			     const struct ev_oid *oid, const char *ref)
{
	struct judge j = { .repo = r, .trust = trust, .then = true };

	return judge_object(out, &j, oid, ref);
}
