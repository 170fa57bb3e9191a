#include "base/compat.h"

#include "gate/promote_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "gate/admit.h"
#include "gate/approve_internal.h"
#include "policy/final.h"
#include "repo/refs.h"

#define HEADS "refs/heads/"
#define TAGS "refs/tags/"

void ev_promote_forget(struct ev_promoter *m)
{
	size_t i;

	ev_sign_ahead(NULL, NULL, 0);
	ev_ledger_close(m->ledger);
	ev_outgoing_close(m->going);
	ev_sync_result_release(&m->sync);
	ev_evidence_release(&m->e);
	ev_evidence_release(&m->sent);
	ev_chain_release(&m->first);
	ev_chain_release(&m->second);
	ev_counted_release(&m->counted);
	free(m->tag);
	for (i = 0; i < EV_PROMOTE_LINES; i++)
		ev_buf_release(&m->lines[i]);
	m->ledger = NULL;
	m->going = NULL;
	m->chain = NULL;
	m->policy = NULL;
	m->person = NULL;
	m->tag = NULL;
	memset(&m->first, 0, sizeof(m->first));
	memset(&m->second, 0, sizeof(m->second));
	memset(m->written, 0, sizeof(m->written));
}

/* What people decided, as the remote and this clone have it ------------------ */

static int read_chain(struct ev_chain *out, struct ev_promoter *m,
		      const struct ev_evidence *e)
{
	int ret;

	ev_chain_release(out);
	memset(out, 0, sizeof(*out));
	ret = ev_chain_read(out, m->repo, e, m->p->now);
	m->chain = out;
	m->policy = ret == 0 ? out->in_force : NULL;
	return ret;
}

static int renew(void *ctx, const struct ev_evidence *here,
		 struct ev_trust **trust)
{
	struct ev_promoter *m = ctx;
	int ret;

	ev_evidence_release(&m->e);
	ev_evidence_copy(&m->e, here);
	ret = read_chain(&m->first, m, here);
	*trust = m->policy ? &m->policy->trust : NULL;
	return ret;
}

/* What the remote's ledger withdraws is not to be sent there. */
static int look_at(void *ctx, const struct ev_oid *ledger)
{
	struct ev_promoter *m = ctx;

	return m->policy ? ev_policy_add_final(m->policy, m->repo, ledger,
					       m->p->now) : 0;
}

static int admit_tag(void *ctx, const struct ev_evidence *there,
		     const char *ref, const struct ev_oid *oid,
		     char reason[200])
{
	struct ev_promoter *m = ctx;
	struct ev_evidence e = m->e;
	int ret;

	/* The remote's ledger never holds the commits of the local one, and
	 * it has to come after the checkpoints that are there. */
	if (ev_starts_with(ref, EV_TAGS "checkpoint/")) {
		e = *there;
	}
	ret = ev_admit_tag(m->repo, &m->first, &e, ref, &ev_oid_zero, oid,
			   m->p->now);
	if (ret != EV_EDENIED)
		return ret < 0 ? ret : 1;
	snprintf(reason, 200, "%s", ev_error_last()->message);
	ev_error_clear();
	return 0;
}

/* The ref, and how its releases are called. */
static void add_names(struct ev_strs *out, const struct ev_promoter *m)
{
	const struct ev_protect *x;
	size_t i;

	ev_strs_add(out, m->p->ref);
	for (i = 0; m->policy && i < m->policy->nprotects; i++) {
		x = &m->policy->protects[i];
		if (ev_streq(x->require->promoted_on, m->p->ref) &&
		    ev_starts_with(x->pattern, TAGS))
			ev_strs_add(out, x->pattern);
	}
	if (m->p->tag)
		ev_strs_addf(out, "%s%s", ev_starts_with(m->p->tag, "refs/") ?
			     "" : TAGS, m->p->tag);
}

static bool same_evidence(const struct ev_evidence *a,
			  const struct ev_evidence *b)
{
	size_t i;

	if (a->has_ledger != b->has_ledger || a->n != b->n ||
	    (a->has_ledger && !ev_oid_eq(&a->ledger, &b->ledger)))
		return false;
	for (i = 0; i < a->n; i++)
		if (!ev_oid_eq(&a->tags[i].oid, &b->tags[i].oid) ||
		    strcmp(a->tags[i].name, b->tags[i].name))
			return false;
	return true;
}

/* Bring the ref's value here, and let the remote-tracking ref follow. */
static int fetch_ref(struct ev_promoter *m)
{
	struct ev_remote *remote = ev_outgoing_remote(m->going);
	const struct ev_oid *there = ev_remote_other(remote, m->p->ref);
	struct ev_oid track;
	char *name;
	int ret;

	m->from = there ? *there : ev_oid_zero;
	if (!there || !ev_starts_with(m->p->ref, HEADS))
		return there ? ev_remote_fetch_other(remote, m->repo,
						     m->p->ref) : 0;
	name = ev_remote_ref(remote, "refs/remotes/",
			     m->p->ref + strlen("refs/heads"));
	ret = ev_ref_read(&track, m->repo, name);
	free(name);
	if (ret == 0 && ev_oid_eq(&track, there))
		return 0;
	ev_error_clear();
	return ev_remote_fetch_other(remote, m->repo, m->p->ref);
}

static int look_at_remote(struct ev_promoter *m)
{
	struct ev_sync_options o = {
		.remote = m->p->remote, .look_only = m->p->dry_run,
		.renew = renew, .admit_tag = admit_tag,
		.look_at = look_at, .ctx = m,
	};
	struct ev_strs names = EV_STRS_INIT;
	const struct ev_evidence *all;
	int ret;

	add_names(&names, m);
	ret = ev_outgoing_open(&m->going, &m->sync, m->repo,
			       &m->policy->trust, &o, &names);
	ev_strs_release(&names);
	if (ret < 0)
		return ret;
	all = ev_outgoing_evidence(m->going);
	if (!same_evidence(all, &m->e)) {
		ev_evidence_release(&m->e);
		ev_evidence_copy(&m->e, all);
		ret = read_chain(&m->second, m, &m->e);
	}
	return ret == 0 ? fetch_ref(m) : ret;
}

static int look_here(struct ev_promoter *m)
{
	int ret = ev_ref_read(&m->from, m->repo, m->p->ref);

	if (ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	m->from = ev_oid_zero;
	return 0;
}

static int check_policy(struct ev_promoter *m)
{
	int ret = ev_approve_chain(m->chain);

	return ret < 0 ? ret : ev_promote_check_person(m);
}

int ev_promote_look(struct ev_promoter *m)
{
	int ret = ev_evidence_read(&m->e, m->repo);

	if (ret == 0)
		ret = read_chain(&m->first, m, &m->e);
	/* Whoever may not need not wait for the network. */
	if (ret == 0)
		ret = check_policy(m);
	if (ret == 0)
		ret = m->p->remote ? look_at_remote(m) : look_here(m);
	if (ret == 0)
		ret = check_policy(m);
	if (ret == 0)
		ret = ev_repo_tree_of(&m->tree, m->repo, &m->p->to);
	if (ret < 0)
		return ret;
	free(m->out->person);
	m->out->person = ev_strdup(m->person->name);
	return 0;
}

/* The ref holds it already ---------------------------------------------------- */

static int find_step(struct ev_release *out, struct ev_promoter *m)
{
	struct ev_lines lines = EV_LINES_INIT;
	struct ev_releases all = { NULL, 0, 0 };
	struct ev_ledger *l = NULL;
	struct ev_release *x;
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_ledger_open(&l, m->repo, &m->policy->trust,
			     m->e.has_ledger ? &m->e.ledger : NULL);
	if (ret == 0)
		ret = ev_ledger_lines(&lines, l, &m->p->to, &m->tree);
	if (ret == 0)
		ret = ev_releases_in(&all, m->repo, m->chain, l, &lines,
				     m->p->ref, &m->from);
	for (i = all.n; ret == 0 && i > 0; i--) {
		x = &all.items[i - 1];
		if ((!x->counts && !x->withdrawn && !x->unsure) ||
		    strcmp(x->ref, m->p->ref) || !ev_oid_eq(&x->to, &m->p->to))
			continue;
		*out = *x;
		memset(x, 0, sizeof(*x));
		ret = 1;
	}
	ev_releases_release(&all);
	ev_lines_release(&lines);
	ev_ledger_close(l);
	return ret;
}

static int not_recorded(const struct ev_promoter *m)
{
	char label[EV_OID_HEX + 1];
	int ret;

	ev_repo_short(label, m->repo, &m->p->to);
	ret = ev_fail(EV_EINVALID, "'%s' holds %s already, and no promotion of "
		      "it is recorded", m->p->ref, label);
	ev_error_hint("git evidence audit       # judges what was pushed "
		      "without one");
	return ret;
}

static int check_release(const struct ev_promoter *m,
			 const struct ev_release *x)
{
	const char *word = m->p->tag;

	if (!word || !strcmp(word, x->tag) ||
	    (ev_starts_with(x->tag, TAGS) &&
	     !strcmp(word, x->tag + strlen(TAGS))))
		return 0;
	return ev_fail(EV_EEXISTS, "it was promoted already, %s%s",
		       *x->tag ? "as " : "without a release",
		       *x->tag ? x->tag + strlen(TAGS) : "");
}

/* The release tag, if it is not here. */
static int fetch_release(struct ev_promoter *m, const struct ev_release *x)
{
	struct ev_remote *remote;
	const struct ev_oid *there;

	m->tag = *x->tag ? ev_strdup(x->tag) : NULL;
	m->out->tag_ref = ev_strdup(m->tag);
	if (!m->tag)
		return 0;
	if (!m->going)
		return ev_ref_read(&m->out->tag, m->repo, m->tag) < 0 ?
			(ev_error_clear(), 0) : 0;
	remote = ev_outgoing_remote(m->going);
	there = ev_remote_other(remote, m->tag);
	if (!there)
		return 0;
	m->out->tag = *there;
	return ev_remote_fetch_other(remote, m->repo, m->tag);
}

static bool is_shared(const struct ev_promoter *m)
{
	size_t tags;

	if (!m->going)
		return false;
	ev_outgoing_tags(&tags, m->going);
	return !tags && !ev_outgoing_lines(m->going) && !m->sync.kept.n &&
	       !ev_outgoing_artifacts(m->going);
}

int ev_promote_already(struct ev_promoter *m)
{
	struct ev_release x;
	int ret = find_step(&x, m);

	if (ret == 0)
		ret = not_recorded(m);
	if (ret > 0)
		ret = check_release(m, &x);
	if (ret == 0)
		ret = fetch_release(m, &x);
	if (ret == 0) {
		memcpy(m->out->promotion, x.record, sizeof(x.record));
		if (ev_digest_valid(x.verdict))
			memcpy(m->out->record, x.verdict + strlen("sha256:"),
			       sizeof(m->out->record));
		m->out->end = strcmp(m->told, x.record) ? EV_PROMOTE_ALREADY :
			      EV_PROMOTE_DONE;
		free(m->out->person);
		m->out->person = ev_strdup(x.person ? x.person->name : NULL);
		m->out->shared = is_shared(m);
		if (!m->p->dry_run) {
			ev_promote_draft_drop(m);
			if (m->going)
				ev_promote_settle(m);
		}
	}
	ev_release_release(&x);
	return ret;
}
