#include "base/compat.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/decision.h"
#include "ledger/sync_internal.h"
#include "repo/refs.h"

static void keep(struct ev_sync_job *j, const struct ev_tagref *tag,
		 const char *reason)
{
	struct ev_sync_findings *f = &j->result->kept;
	struct ev_sync_finding *x;

	EV_GROW(f->items, f->n, f->cap);
	x = &f->items[f->n++];
	memset(x, 0, sizeof(*x));
	x->object = tag->oid;
	x->ref = ev_strdup(tag->name);
	snprintf(x->reason, sizeof(x->reason), "%s", reason);
}

/* For what a message says, which is no failure of the sync. */
static int keep_failed(struct ev_sync_job *j, const struct ev_tagref *tag,
		       int ret)
{
	if (ret != EV_EINVALID && ret != EV_EEXISTS && ret != EV_ENOTFOUND)
		return ret;
	keep(j, tag, *ev_error_last()->message ? ev_error_last()->message :
	     "it is not here");
	ev_error_clear();
	return 0;
}

/* Receiving ---------------------------------------------------------------- */

static char *track_of(const struct ev_sync_job *j, const struct ev_tagref *tag)
{
	char *below = ev_strdupf("/%s", tag->name + strlen(EV_TAGS));
	char *ref = ev_remote_ref(&j->remote, "refs/evidence/tags/", below);

	free(below);
	return ref;
}

/* What we have tracked whole need not be fetched again. */
static int is_tracked(const struct ev_sync_job *j, const struct ev_tagref *tag)
{
	char *track = track_of(j, tag);
	struct ev_oid oid;
	int ret = ev_ref_read(&oid, j->repo, track);

	free(track);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		return 0;
	}
	return ret < 0 ? ret : ev_oid_eq(&oid, &tag->oid);
}

/* Junk that anybody could put on a remote without hooks is left there. */
static int create(struct ev_sync_job *j, const struct ev_tagref *tag)
{
	struct ev_decided d;
	int ret = ev_decided_read(&d, j->repo, tag->name, &tag->oid);

	if (ret < 0)
		return ret;
	ev_decided_release(&d);
	if (j->o->look_only) {
		ev_evidence_set_tag(&j->here, tag->name, &tag->oid);
		j->result->decisions_received++;
		return 0;
	}
	ret = ev_ref_no_symbol(j->repo, tag->name);
	if (ret == 0)
		ret = ev_ref_cas(j->repo, tag->name, &tag->oid, NULL,
				 "evidence: sync");
	if (ret == 0)
		j->result->decisions_received++;
	return ret;
}

/* Those of the remote that are not here; what is another here is told. */
static struct ev_tagref *absent(size_t *n, struct ev_sync_job *j)
{
	const struct ev_evidence *theirs = &j->remote.evidence;
	struct ev_tagref *list = ev_calloc(theirs->n + 1, sizeof(*list));
	const struct ev_oid *mine;
	char reason[200];
	size_t i;

	*n = 0;
	for (i = 0; i < theirs->n; i++) {
		mine = ev_evidence_tag(&j->here, theirs->tags[i].name);
		if (!mine) {
			list[(*n)++] = theirs->tags[i];
		} else if (!ev_oid_eq(mine, &theirs->tags[i].oid)) {
			snprintf(reason, sizeof(reason), "'%.80s' has another "
				 "tag of this name", j->remote.shown);
			keep(j, &theirs->tags[i], reason);
		}
	}
	return list;
}

static int fetch(struct ev_sync_job *j, const struct ev_tagref *list, size_t n)
{
	size_t i;
	int ret = 1;

	for (i = 0; i < n && ret > 0; i++)
		ret = is_tracked(j, &list[i]);
	return ret == 0 ? ev_remote_fetch_tags(&j->remote, j->repo) :
		ret < 0 ? ret : 0;
}

static int take(struct ev_sync_job *j, const struct ev_tagref *list, size_t n)
{
	size_t i;
	int ret = fetch(j, list, n);

	for (i = 0; i < n && ret == 0; i++) {
		/* It may have been taken away between our two questions. */
		ret = is_tracked(j, &list[i]);
		if (ret > 0)
			ret = keep_failed(j, &list[i], create(j, &list[i]));
	}
	return ret;
}

int ev_sync_tags_receive(struct ev_sync_job *j)
{
	size_t n = 0, before = j->result->decisions_received;
	struct ev_tagref *list = NULL;
	int ret = ev_evidence_read(&j->here, j->repo);

	if (ret < 0)
		return ret;
	list = absent(&n, j);
	if (j->o->dry_run && !j->o->push_only)
		j->result->decisions_received = n;
	else if (!j->o->push_only && n)
		ret = take(j, list, n);
	free(list);
	if (ret < 0 || j->o->dry_run ||
	    j->result->decisions_received == before)
		return ret;
	if (!j->o->look_only) {
		ev_evidence_release(&j->here);
		ret = ev_evidence_read(&j->here, j->repo);
	}
	if (ret == 0 && j->o->renew)
		ret = j->o->renew(j->o->ctx, &j->here, &j->trust);
	return ret;
}

/* Sending ------------------------------------------------------------------ */

static int is_well_signed(char reason[200], struct ev_sync_job *j,
			  const struct ev_tagref *tag)
{
	struct ev_decided d;
	int ret = ev_decided_read(&d, j->repo, tag->name, &tag->oid);

	if (ret < 0)
		return ret;
	ret = ev_decided_verify(&d, j->repo, j->trust, ev_now());
	memcpy(reason, d.reason, sizeof(d.reason));
	if (ret == 0 && j->trust &&
	    !ev_streq(d.d.product, j->trust->product_id))
		snprintf(reason, 200, "made for another product, '%.80s'",
			 d.d.product);
	else if (ret == 0)
		ret = d.sig == EV_OBJSIG_GOOD;
	ev_decided_release(&d);
	return ret;
}

static int plan_tag(struct ev_sync_job *j, const struct ev_tagref *tag)
{
	char reason[200] = "";
	int ret;

	if (ev_evidence_tag(&j->remote.evidence, tag->name))
		return 0;
	if (j->o->admit_tag)
		ret = j->o->admit_tag(j->o->ctx, &j->remote.evidence,
				      tag->name, &tag->oid, reason);
	else
		ret = is_well_signed(reason, j, tag);
	if (ret < 0)
		return keep_failed(j, tag, ret);
	if (ret > 0)
		j->tags[j->ntags++] = *tag;
	else
		keep(j, tag, reason);
	return 0;
}

int ev_sync_tags_plan(struct ev_sync_job *j)
{
	static const char policy[] = EV_TAGS "policy/";
	bool first = true;
	size_t i;
	int ret = 0;

	j->tags = ev_calloc(j->here.n + 1, sizeof(*j->tags));
	/* What says who may decide comes before what was decided. */
	do {
		for (i = 0; ret == 0 && i < j->here.n; i++)
			if (ev_starts_with(j->here.tags[i].name, policy) ==
			    first)
				ret = plan_tag(j, &j->here.tags[i]);
		first = !first;
	} while (!first);
	return ret;
}
