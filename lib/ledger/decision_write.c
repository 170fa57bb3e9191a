#include "base/compat.h"

#include "ledger/decision_internal.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "repo/refs.h"
#include "sign/openpgp.h"

/* The whole tag: what is signed, and the signature in our armour. */
static int put_together(struct ev_buf *raw, const struct ev_decision *d,
			const char *fpr, const struct ev_buf *armour)
{
	struct ev_buf sig = EV_BUF_INIT;
	int ret = ev_decision_format(raw, d);

	if (ret < 0)
		return ret;
	if (!armour)
		return ev_sign_armored(raw, fpr, raw->ptr, raw->len);
	ret = ev_dearmor(&sig, armour->ptr, armour->len);
	if (ret == 0)
		ev_enarmor(raw, sig.ptr, sig.len);
	ev_buf_release(&sig);
	return ret;
}

static bool is_theirs(const struct ev_person *p, const char *email)
{
	return !*email ? !p->emails.n : ev_strs_has(&p->emails, email);
}

static int check_signature(struct ev_repo *r, struct ev_trust *trust,
			   const struct ev_buf *raw, const char *ref)
{
	struct ev_object_signature s;
	struct ev_decided d;
	int ret;

	memset(&d, 0, sizeof(d));
	ret = ev_decision_parse(&d.d, NULL, raw->ptr, raw->len);
	if (ret == 0)
		ret = ev_raw_signature(&s, r, trust, EV_OBJ_TAG, raw, ref,
				       ev_now());
	if (ret < 0)
		goto out;
	ev_decided_judge(&d, &s);
	if (d.sig != EV_OBJSIG_GOOD)
		ret = ev_fail(EV_EDENIED, "the signature would not count: %s",
			      d.reason);
	else if (!is_theirs(d.person, d.d.email))
		ret = ev_fail(EV_EDENIED, "'%s' is no e-mail address that the "
			      "policy lists for %s", d.d.email, d.d.name);
out:
	ev_decided_release(&d);
	return ret;
}

static int check_target(struct ev_repo *r, const struct ev_decision *d)
{
	enum ev_objtype want, type;
	const struct ev_oid *target = ev_decision_target(&want, d);
	int ret = ev_object_info(&type, NULL, r, target);

	if (ret == 0 && type != want)
		ret = ev_fail(EV_EINVALID, "the object of the decision is a "
			      "%s, not a %s", ev_objtype_name(type),
			      ev_objtype_name(want));
	return ret;
}

static int create(struct ev_repo *r, const char *ref, const struct ev_oid *tag)
{
	struct ev_oid there;
	unsigned attempt;
	int ret = ev_ref_no_symbol(r, ref);

	if (ret < 0)
		return ret;
	ret = EV_ECONFLICT;
	for (attempt = 0; ret == EV_ECONFLICT && attempt < 20; attempt++) {
		if (attempt)
			ev_ref_backoff(attempt);
		ret = ev_ref_read(&there, r, ref);
		if (ret == 0)
			return ev_oid_eq(&there, tag) ? 0 :
				ev_fail(EV_EEXISTS, "'%s' is there already",
					ref);
		if (ret != EV_ENOTFOUND)
			return ret;
		ret = ev_ref_cas(r, ref, tag, NULL, "evidence: decision");
	}
	return ret;
}

int ev_decision_make(struct ev_oid *tag, struct ev_repo *r,
		     struct ev_trust *trust, const struct ev_decision *d,
		     const char *fpr, const struct ev_buf *armour)
{
	struct ev_buf raw = EV_BUF_INIT;
	char *name = NULL;
	int ret;

	ret = check_target(r, d);
	if (ret == 0)
		ret = put_together(&raw, d, fpr, armour);
	if (ret < 0)
		goto out;
	name = ev_decision_ref(d);
	ret = check_signature(r, trust, &raw, name);
	if (ret == 0)
		ret = ev_object_write(tag, r, EV_OBJ_TAG, raw.ptr, raw.len);
out:
	free(name);
	ev_buf_release(&raw);
	return ret;
}

int ev_decision_write(struct ev_oid *tag, char **ref, struct ev_repo *r,
		      struct ev_trust *trust, const struct ev_decision *d,
		      const char *fpr, const struct ev_buf *armour)
{
	char *name;
	int ret;

	if (ref)
		*ref = NULL;
	ret = ev_decision_make(tag, r, trust, d, fpr, armour);
	if (ret < 0)
		return ret;
	name = ev_decision_ref(d);
	ret = create(r, name, tag);
	if (ret == 0 && ref) {
		*ref = name;
		name = NULL;
	}
	free(name);
	return ret;
}
