#include "base/compat.h"

#include "ledger/verify.h"

#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "repo/rawobj.h"

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

static int judge(struct ev_object_signature *out, const struct ev_rawobj *o,
		 const struct ev_trust *trust, int64_t now)
{
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
	ret = ev_signature_check_armored(&sig, trust->home, o->payload.ptr,
					 o->payload.len, o->signature.ptr,
					 o->signature.len);
	if (ret < 0)
		return ret;
	memcpy(out->signer, sig.signer, sizeof(out->signer));
	out->person = ev_trust_person(trust, sig.signer, NULL);
	if (sig.status == EV_SIG_UNKNOWN_KEY ||
	    (sig.status == EV_SIG_GOOD && !out->person))
		set(out, EV_OBJSIG_FOREIGN, *sig.reason ? sig.reason :
		    "its key is listed for nobody");
	else if (sig.status != EV_SIG_GOOD)
		set(out, EV_OBJSIG_BAD, sig.reason);
	else if (!ev_trust_counts(reason, trust, &sig, now))
		set(out, EV_OBJSIG_UNTIMELY, reason);
	else
		set(out, EV_OBJSIG_GOOD, "");
	return 0;
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

int ev_object_signature(struct ev_object_signature *out, struct ev_repo *r,
			const struct ev_trust *trust, const struct ev_oid *oid,
			const char *ref, int64_t now)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(RAW_MAX);
	struct ev_rawobj o;
	enum ev_objtype type;
	int ret;

	memset(out, 0, sizeof(*out));
	ev_rawobj_init(&o);
	ret = ev_object_read(&raw, &type, r, oid);
	if (ret < 0)
		goto out;
	ret = type == EV_OBJ_TAG ? ev_tag_split(&o, raw.ptr, raw.len)
				 : ev_commit_split(&o, raw.ptr, raw.len);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		set(out, EV_OBJSIG_BAD, ev_error_last()->message);
		ev_error_clear();
		ret = 0;
		goto out;
	}
	if (ret == 0)
		ret = judge(out, &o, trust, now);
	if (ret == 0 && type == EV_OBJ_TAG && out->status == EV_OBJSIG_GOOD)
		check_tag(out, r, &o, ref);
out:
	ev_rawobj_release(&o);
	ev_buf_release(&raw);
	return ret;
}
