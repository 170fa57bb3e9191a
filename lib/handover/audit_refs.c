#include "base/compat.h"

#include "handover/internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "repo/config.h"
#include "repo/git.h"
#include "repo/refs.h"

#define HEADS "refs/heads/"
#define TAGS "refs/tags/"

/* Names -------------------------------------------------------------------- */

static bool protects(const struct ev_policy *p, const char *ref)
{
	size_t i = 0;

	return ev_policy_protects(p, ref, &i, NULL) != NULL;
}

static bool is_any(const struct ev_auditing *a, const char *ref)
{
	size_t i;

	if (ev_starts_with(ref, TAGS))
		return false;
	if (a->ask->refs.n)
		return ev_strs_has(&a->ask->refs, ref);
	for (i = 0; i < a->chain.n; i++)
		if (protects(a->chain.links[i], ref))
			return true;
	return false;
}

struct names { struct ev_auditing *a; struct ev_strs *out; const char *from; };

static int add_name(void *ctx, const char *name, const struct ev_oid *oid)
{
	struct names *n = ctx;
	char *ref;

	(void)oid;
	ref = n->from ? ev_strdupf(HEADS "%s", name + strlen(n->from)) :
		ev_strdup(name);
	if (is_any(n->a, ref))
		ev_strs_add(n->out, ref);
	free(ref);
	return 0;
}

/* Those that policies protect by name, and those there are that fit a pattern;
 * a clone has the branches of its remote. */
static int find_names(struct ev_strs *out, struct ev_auditing *a)
{
	char *remote = ev_strdupf("refs/remotes/%s/",
				  ev_config_remote(a->repo));
	struct names n = { a, out, NULL };
	const struct ev_policy *p;
	size_t i, k;
	int ret;

	for (i = 0; i < a->chain.n; i++) {
		p = a->chain.links[i];
		for (k = 0; k < p->nprotects; k++)
			if (!strchr(p->protects[k].pattern, '*') &&
			    is_any(a, p->protects[k].pattern))
				ev_strs_add(out, p->protects[k].pattern);
	}
	ret = ev_ref_each(a->repo, HEADS, add_name, &n);
	n.from = remote;
	if (ret == 0)
		ret = ev_ref_each(a->repo, remote, add_name, &n);
	free(remote);
	ev_strs_sort(out);
	ev_strs_uniq(out);
	return ret;
}

/* Coverage ----------------------------------------------------------------- */

/* The first and the last of the row of links that protect it. */
static bool protected_by(size_t *first, size_t *last,
			 const struct ev_chain *c, const char *ref)
{
	size_t k = c->n;

	while (k > 0 && !protects(c->links[k - 1], ref))
		k--;
	if (!k)
		return false;
	*last = k - 1;
	while (k > 1 && protects(c->links[k - 2], ref))
		k--;
	*first = k - 1;
	return true;
}

static int find_since(struct ev_oid *out, struct ev_auditing *a, size_t first)
{
	const struct ev_policy *p = a->chain.links[first];
	struct ev_release x;
	int ret = 0;

	*out = ev_oid_zero;
	if (a->ask->since) {
		memset(&x, 0, sizeof(x));
		ret = ev_release_find(&x, a->repo, &a->chain, a->ledger,
				      a->ask->since);
		if (ret == 0)
			*out = x.to;
		ev_release_release(&x);
	} else if (p->has_adopted) {
		*out = p->adopted;
	}
	if (ret == 0 && !ev_oid_is_zero(out) &&
	    ev_object_info(NULL, NULL, a->repo, out) < 0) {
		ev_error_clear();
		ev_audit_missing(a, "the commit that coverage begins with is "
				 "not here");
		*out = ev_oid_zero;
	}
	return ret;
}

static int count_commits(struct ev_audit_ref *x, struct ev_repo *r)
{
	char tip[EV_OID_HEX + 1], since[EV_OID_HEX + 2] = "^";
	const char *args[] = { "rev-list", "--count", tip, NULL, NULL };
	struct ev_buf text = EV_BUF_INIT;
	int ret;

	ev_oid_hex(tip, &x->tip);
	ev_oid_hex(since + 1, &x->since);
	if (!ev_oid_is_zero(&x->since))
		args[3] = since;
	ret = ev_git_out(&text, r, args);
	if (ret == 0)
		x->commits = (size_t)strtoull(text.ptr, NULL, 10);
	ev_buf_release(&text);
	return ret;
}

/* The walk ----------------------------------------------------------------- */

struct along {
	struct ev_auditing *a;
	struct ev_audit_ref *ref;
	struct ev_walk *walk;		/* open while no step is found */
	struct ev_oids loose;		/* commits that no step let in */
	int64_t made;			/* when the next of them was */
	size_t late;			/* up to the oldest one that was made
					   after `began` */
	bool older;			/* the ref was there before any policy
					   protected it, or may have been */
	int64_t began;			/* then: when one did */
	size_t protector;		/* which: the link */
};

/* First parents from `at` on, up to where coverage begins; false at the end. */
static int next_loose(bool *more, struct along *w, struct ev_oid *at)
{
	char tip[EV_OID_HEX + 1], since[EV_OID_HEX + 2] = "^";
	const char *args[] = { "--first-parent", tip, NULL, NULL };
	struct ev_walk_item item;
	int ret = 0;

	if (!w->walk) {
		ev_oid_hex(tip, at);
		ev_oid_hex(since + 1, &w->ref->since);
		if (!ev_oid_is_zero(&w->ref->since))
			args[2] = since;
		ret = ev_walk_open(&w->walk, w->a->repo, args);
		if (ret == 0)
			ret = ev_walk_next(&item, w->walk);
		*more = ret > 0;
		if (ret <= 0)
			return ret;
		w->made = item.time;
	}
	ev_oids_add(&w->loose, at);
	if (w->made > w->began)
		w->late = w->loose.n;
	ret = ev_walk_next(&item, w->walk);
	*more = ret > 0;
	if (ret > 0) {
		*at = item.commit;
		w->made = item.time;
	}
	return ret < 0 ? ret : 0;
}

static int end_walk(struct along *w)
{
	int ret = w->walk ? ev_walk_close(w->walk) : 0;

	w->walk = NULL;
	return ret;
}

static void tell_loose(struct along *w)
{
	char subject[EV_SHORT + 1];
	char *hint;
	size_t i;

	for (i = 0; i < w->loose.n; i++) {
		ev_audit_short(subject, &w->loose.items[i]);
		hint = ev_strdupf("git show --stat %s", subject);
		ev_findings_add(&w->a->out->findings, EV_F_UNGATED, subject,
				hint, "%s holds it, and no promotion or "
				"approval let it in", w->ref->name);
		free(hint);
	}
	w->loose.n = w->late = 0;
}

/*
 * A later policy began to protect the ref and does not say from where on.  What
 * was made after that, and what came on top of it, went around the gate; of the
 * rest nobody can tell, and that is said.
 */
static int begin_late(struct along *w)
{
	char subject[EV_SHORT + 1];

	if (w->late == w->loose.n)
		return 0;
	w->ref->since = w->loose.items[w->late];
	w->loose.n = w->late;
	ev_audit_short(subject, &w->ref->since);
	ev_findings_add(&w->a->out->findings, EV_F_COVERAGE_LATE, subject,
			NULL, "coverage begins at it: version %lld of the "
			"policy was the first to protect %s, and says nothing "
			"of what that held", (long long)
			w->a->chain.links[w->protector]->version,
			w->ref->name);
	return count_commits(w->ref, w->a->repo);
}

/* What came after the last policy that protects the ref is nobody's concern. */
static int settle_loose(struct along *w, bool at_step)
{
	int ret = 0;

	if (at_step && w->ref->ended && !w->ref->steps)
		w->loose.n = 0;
	if (!at_step && w->older && w->loose.n)
		ret = begin_late(w);
	tell_loose(w);
	return ret;
}

static int go_along(struct along *w)
{
	struct ev_oid at = w->ref->tip;
	struct ev_step step;
	bool more = true;
	int ret = 0;

	while (ret == 0 && more) {
		if (ev_oid_eq(&at, &w->ref->since))
			break;
		ret = ev_step_find(&step, w->a, w->ref->name, &at);
		if (ret < 0)
			break;
		if (!step.found) {
			ret = next_loose(&more, w, &at);
			continue;
		}
		ret = end_walk(w);
		if (ret == 0)
			ret = settle_loose(w, true);
		w->ref->steps++;
		w->ref->promotions += step.promoted;
		more = step.has_from;
		at = step.from;
	}
	if (ret == 0)
		ret = end_walk(w);
	else
		end_walk(w);
	return ret < 0 ? ret : settle_loose(w, false);
}

static int look_at_ref(struct ev_auditing *a, const char *name)
{
	struct along w = { .a = a };
	struct ev_audit_ref *x;
	size_t first = 0, last = 0;
	int ret;

	if (!protected_by(&first, &last, &a->chain, name))
		return ev_fail(EV_EINVALID, "no policy protects '%s'", name);
	EV_GROW(a->out->refs, a->out->nrefs, a->out->refs_cap);
	x = &a->out->refs[a->out->nrefs++];
	memset(x, 0, sizeof(*x));
	x->name = ev_strdup(name);
	x->ended = last + 1 < a->chain.n;
	w.ref = x;
	ret = ev_target_from(&x->tip, a->repo, name);
	if (ret == 0)
		ret = find_since(&x->since, a, first);
	if (ret < 0 || ev_oid_is_zero(&x->tip))
		return ret;
	w.older = first > 0 && ev_oid_is_zero(&x->since);
	w.began = first > 0 ? a->until[first - 1] : 0;
	w.protector = first;
	ret = count_commits(x, a->repo);
	if (ret == 0)
		ret = go_along(&w);
	ev_oids_release(&w.loose);
	return ev_audit_absent(a, ret, name);
}

int ev_audit_refs(struct ev_auditing *a)
{
	struct ev_strs names = EV_STRS_INIT;
	size_t i;
	int ret = 0;

	for (i = 0; i < a->ask->refs.n; i++)
		ev_strs_add(&names, a->ask->refs.items[i]);
	if (!names.n)
		ret = find_names(&names, a);
	for (i = 0; ret == 0 && i < names.n; i++)
		ret = look_at_ref(a, names.items[i]);
	ev_strs_release(&names);
	return ret;
}
