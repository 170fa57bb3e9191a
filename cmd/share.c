#include "base/compat.h"

#include "cmd/share.h"

#include "base/clock.h"
#include "base/error.h"
#include "cmd/words.h"
#include "gate/admit.h"
#include "gate/client.h"
#include "ledger/expunge.h"
#include "policy/final.h"

struct sharing {
	struct ev_repo *repo;
	struct reader reader;
};

/* A decision that came may be about the policy. */
static int renew(void *ctx, const struct ev_evidence *here,
		 struct ev_trust **trust)
{
	struct sharing *s = ctx;
	int ret;

	(void)here;
	reader_release(&s->reader);
	ret = reader_open(&s->reader, s->repo);
	*trust = s->reader.trust;
	return ret;
}

static int look_at(void *ctx, const struct ev_oid *ledger)
{
	struct sharing *s = ctx;

	return s->reader.policy ? ev_policy_add_final(s->reader.policy,
						      s->repo, ledger,
						      ev_now()) : 0;
}

static int admit_tag(void *ctx, const struct ev_evidence *there,
		     const char *ref, const struct ev_oid *oid,
		     char reason[200])
{
	struct sharing *s = ctx;
	struct ev_evidence e = s->reader.evidence;
	int ret;

	/* The remote's ledger never holds the commits of the local one, and
	 * it has to come after the checkpoints that are there. */
	if (ev_starts_with(ref, EV_TAGS "checkpoint/")) {
		e = *there;
	}
	ret = ev_admit_tag(s->repo, &s->reader.chain, &e, ref, &ev_oid_zero,
			   oid, ev_now());
	if (ret != EV_EDENIED)
		return ret < 0 ? ret : 1;
	snprintf(reason, 200, "%s", ev_error_last()->message);
	ev_error_clear();
	return 0;
}

static int expunge(struct sharing *s)
{
	struct ev_trust *trust;
	size_t n = 0;
	int ret;

	reader_release(&s->reader);
	ret = reader_read(&s->reader, s->repo);
	trust = s->reader.trust;
	if (ret == 0 && trust)
		ret = ev_artifacts_expunge(&n, s->repo, trust);
	if (ret == 0 && n)
		say_warning("%zu artifact%s removed from the store here, as "
			    "the ledger asks for", n, n == 1 ? " was" :
			    "s were");
	return ret;
}

int share_evidence(struct ev_sync_result *out, struct ev_repo *r,
		   const struct ev_sync_options *o)
{
	struct sharing s = { .repo = r };
	struct ev_sync_options with = *o;
	int ret;

	memset(out, 0, sizeof(*out));
	with.renew = renew;
	with.admit_tag = admit_tag;
	with.look_at = look_at;
	with.ctx = &s;
	ret = reader_open(&s.reader, r);
	if (ret == 0)
		ret = ev_sync(out, r, s.reader.trust, &with);
	/* What came may say that an artifact is to be kept no longer. */
	if (ret == 0 && !o->dry_run)
		ret = expunge(&s);
	if (ret == 0 && !o->fetch_only && !o->dry_run && !out->kept.n)
		ev_unshared_set(r, false);
	reader_release(&s.reader);
	return ret;
}
