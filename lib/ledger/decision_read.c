#include "base/compat.h"

#include "ledger/decision_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"

void ev_decided_release(struct ev_decided *d)
{
	ev_decision_release(&d->d);
	free(d->ref);
	memset(d, 0, sizeof(*d));
}

void ev_decideds_release(struct ev_decideds *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		ev_decided_release(&l->items[i]);
	free(l->items);
	memset(l, 0, sizeof(*l));
}

static int read_raw(struct ev_buf *raw, struct ev_repo *r,
		    const struct ev_oid *oid)
{
	enum ev_objtype type;
	int ret = ev_object_read(raw, &type, r, oid);

	if (ret == EV_ELIMIT)
		return ev_fail(EV_EINVALID, "it has more than the %zu bytes "
			       "of a decision", EV_DECISION_MAX);
	if (ret == 0 && type != EV_OBJ_TAG)
		ret = ev_fail(EV_EINVALID, "it is a %s, not a tag",
			      ev_objtype_name(type));
	return ret;
}

/* Does it lie where it belongs, on what it says? */
static int check_place(const struct ev_decision *d, struct ev_repo *r,
		       const char *ref)
{
	enum ev_objtype want, type;
	const struct ev_oid *target = ev_decision_target(&want, d);
	char *name = ev_decision_ref(d);
	int ret = 0;

	if (strcmp(name, ref))
		ret = ev_fail(EV_EINVALID, "it belongs at '%s'", name);
	else if (ev_object_info(&type, NULL, r, target) < 0)
		ev_error_clear();	/* it need not be here */
	else if (type != want)
		ret = ev_fail(EV_EINVALID, "it calls its object a %s, and it "
			      "is a %s", ev_objtype_name(want),
			      ev_objtype_name(type));
	free(name);
	return ret;
}

int ev_decided_read(struct ev_decided *out, struct ev_repo *r,
		    const char *ref, const struct ev_oid *oid)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(EV_DECISION_MAX);
	int ret;

	memset(out, 0, sizeof(*out));
	out->oid = *oid;
	out->ref = ev_strdup(ref);
	ret = read_raw(&raw, r, oid);
	if (ret == 0)
		ret = ev_decision_parse(&out->d, NULL, raw.ptr, raw.len);
	if (ret == 0)
		ret = check_place(&out->d, r, ref);
	if (ret < 0) {
		ev_fail_prefix("tag '%s'", ref);
		ev_decided_release(out);
	}
	ev_buf_release(&raw);
	return ret;
}

void ev_decided_judge(struct ev_decided *d, const struct ev_object_signature *s)
{
	d->sig = s->status;
	d->person = s->person;
	d->signed_at = s->signed_at;
	memcpy(d->signer, s->signer, sizeof(d->signer));
	memcpy(d->subkey, s->subkey, sizeof(d->subkey));
	memcpy(d->reason, s->reason, sizeof(d->reason));
	if (d->sig != EV_OBJSIG_GOOD)
		return;
	if (strcmp(s->person->name, d->d.name)) {
		d->sig = EV_OBJSIG_UNTIMELY;
		snprintf(d->reason, sizeof(d->reason), "signed by %.60s in the "
			 "name of %.60s", s->person->name, d->d.name);
	} else if (!ev_decision_is_checkpoint(&d->d) &&
		   !ev_person_has_role(s->person, d->d.role)) {
		d->sig = EV_OBJSIG_UNTIMELY;
		snprintf(d->reason, sizeof(d->reason), "%.60s has not the "
			 "role %.64s", s->person->name, d->d.role);
	}
}

int ev_decided_verify(struct ev_decided *d, struct ev_repo *r,
		      struct ev_trust *trust, int64_t now)
{
	struct ev_object_signature s;
	int ret = ev_object_signature(&s, r, trust, &d->oid, d->ref, now);

	if (ret == 0)
		ev_decided_judge(d, &s);
	return ret;
}

int ev_decided_verify_then(struct ev_decided *d, struct ev_repo *r,
			   struct ev_trust *trust)
{
	struct ev_object_signature s;
	int ret = ev_object_signature_then(&s, r, trust, &d->oid, d->ref);

	if (ret == 0)
		ev_decided_judge(d, &s);
	return ret;
}

static int load_one(struct ev_decideds *out, size_t *bad, struct ev_repo *r,
		    struct ev_trust *trust, const struct ev_tagref *tag,
		    int64_t now)
{
	struct ev_decided d;
	int ret = ev_decided_read(&d, r, tag->name, &tag->oid);

	if (ret == EV_EINVALID || ret == EV_ENOTFOUND) {
		if (bad)
			(*bad)++;
		ev_error_clear();
		return 0;
	}
	if (ret == 0)
		ret = ev_decided_verify(&d, r, trust, now);
	if (ret < 0) {
		ev_decided_release(&d);
		return ret;
	}
	EV_GROW(out->items, out->n, out->cap);
	out->items[out->n++] = d;
	return 0;
}

int ev_decideds_load(struct ev_decideds *out, size_t *bad, struct ev_repo *r,
		     struct ev_trust *trust, const struct ev_evidence *e,
		     const char *prefix, int64_t now)
{
	size_t i;
	int ret = 0;

	if (bad)
		*bad = 0;
	for (i = 0; ret == 0 && i < e->n; i++)
		if (ev_starts_with(e->tags[i].name, prefix))
			ret = load_one(out, bad, r, trust, &e->tags[i], now);
	return ret;
}
