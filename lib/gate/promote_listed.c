#include "base/compat.h"

#include "gate/promote_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/past.h"
#include "policy/checkpoints.h"
#include "repo/refs.h"

#define TAGS "refs/tags/"
/* Tags of releases that are brought here one by one; the rest can wait for the
 * next promotion. */
#define FETCHES 16

struct list {
	struct ev_evidence *out;
	struct ev_promoter *m;
	struct ev_past *past;
	unsigned fetched;
};

/* The decisions that no checkpoint holds by their names. */
static int add_decisions(struct list *l)
{
	const struct ev_evidence *sent = &l->m->sent;
	const struct ev_holder *held;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < sent->n; i++) {
		held = NULL;
		if (ev_starts_with(sent->tags[i].name, EV_CHECKPOINT_TAGS))
			continue;
		if (l->past)
			ret = ev_past_tag(&held, l->past, l->m->repo,
					  sent->tags[i].name,
					  &sent->tags[i].oid);
		if (ret == 0 && !held)
			ev_evidence_set_tag(l->out, sent->tags[i].name,
					    &sent->tags[i].oid);
	}
	return ret;
}

/* It may be somebody else's release. */
static int bring(bool *here, struct list *l, const char *name,
		 const struct ev_oid *oid)
{
	struct ev_promoter *m = l->m;
	int ret = ev_object_info(NULL, NULL, m->repo, oid);

	*here = ret == 0;
	if (ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	if (!m->going || m->p->dry_run || l->fetched++ >= FETCHES)
		return 0;
	ret = ev_remote_fetch_other(ev_outgoing_remote(m->going), m->repo,
				    name);
	*here = ret == 0;
	return ret;
}

/* Is it what the promotion of that name made? */
static int is_right(bool *yes, struct list *l, const char *name,
		    const struct ev_oid *oid)
{
	const struct ev_holder *held = NULL;
	struct ev_decided d;
	int ret;

	*yes = false;
	ret = ev_past_tag(&held, l->past, l->m->repo, name, oid);
	if (ret < 0 || !held)
		return ret;
	ret = ev_decided_read(&d, l->m->repo, name, oid);
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();
		return 0;
	}
	if (ret < 0)
		return ret;
	ret = ev_decided_verify(&d, l->m->repo, held->trust, d.d.at);
	*yes = ret == 0 && d.sig == EV_OBJSIG_GOOD;
	ev_decided_release(&d);
	return ret;
}

/*
 * The tag of a release before.  Its own promotion was signed before it was made,
 * and names it without saying what it is: whoever comes by an old key could
 * make it anew.
 */
static int add_release(void *ctx, const char *name, const struct ev_oid *oid)
{
	struct list *l = ctx;
	struct ev_oid listed;
	bool yes = false;
	int ret;

	if (!ev_starts_with(name, TAGS) || ev_starts_with(name, EV_TAGS))
		return 0;
	ret = ev_past_names_release(&yes, l->past, l->m->repo, name);
	if (ret < 0 || !yes)
		return ret;
	ret = ev_past_listed(&yes, &listed, l->past, l->m->repo, name);
	if (ret < 0 || yes)
		return ret;
	ret = bring(&yes, l, name, oid);
	if (ret == 0 && yes)
		ret = is_right(&yes, l, name, oid);
	if (ret == 0 && yes)
		ev_evidence_set_tag(l->out, name, oid);
	return ret;
}

static int add_releases(struct list *l)
{
	const struct ev_remote *remote;
	size_t i;
	int ret = 0;

	if (!l->m->going)
		return ev_ref_each(l->m->repo, TAGS, add_release, l);
	remote = ev_outgoing_remote(l->m->going);
	for (i = 0; ret == 0 && i < remote->nothers; i++)
		ret = add_release(l, remote->others[i].name,
				  &remote->others[i].oid);
	return ret;
}

int ev_promote_listed(struct ev_evidence *out, struct ev_promoter *m)
{
	struct list l = { .out = out, .m = m,
			  .past = m->policy->trust.past };
	int ret;

	memset(out, 0, sizeof(*out));
	ret = add_decisions(&l);
	if (ret == 0 && l.past)
		ret = add_releases(&l);
	if (ret < 0)
		ev_evidence_release(out);
	return ret;
}
