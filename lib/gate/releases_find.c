#include "base/compat.h"

#include "gate/releases.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/refs.h"

#define TAGS "refs/tags/"

struct search {
	struct ev_releases *out;
	struct ev_repo *repo;
	const struct ev_chain *chain;
	struct ev_ledger *ledger;
	const char *name;
	bool is_id;
};

static bool is_called(const struct search *s, const struct ev_release *x)
{
	const char *tag = x->tag;

	if (s->is_id && ev_starts_with(x->record, s->name))
		return true;
	return *tag && (!strcmp(tag, s->name) ||
			!strcmp(tag + strlen(TAGS), s->name));
}

static bool is_there(const struct ev_releases *l, const char *record)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!strcmp(l->items[i].record, record))
			return true;
	return false;
}

static int look_at(struct search *s, const struct ev_oid *commit,
		   const struct ev_oid *tree)
{
	struct ev_releases here;
	struct ev_release *x;
	size_t i;
	int ret;

	ret = ev_releases_at(&here, s->repo, s->chain, s->ledger, commit,
			     tree);
	if (ret < 0)
		return ret;
	for (i = 0; i < here.n; i++) {
		x = &here.items[i];
		/* One that was withdrawn is still called so. */
		if ((!x->counts && !x->withdrawn) || !is_called(s, x) ||
		    is_there(s->out, x->record))
			continue;
		EV_GROW(s->out->items, s->out->n, s->out->cap);
		s->out->items[s->out->n++] = *x;
		memset(x, 0, sizeof(*x));
	}
	ev_releases_release(&here);
	return 0;
}

/* Where the tag leads, if it is here; a tag proves nothing. */
static int by_tag(struct search *s)
{
	char *ref = ev_starts_with(s->name, TAGS) ? ev_strdup(s->name) :
		ev_strdupf(TAGS "%s", s->name);
	char *peeled = ev_strdupf("%s^{commit}", ref);
	struct ev_oid commit, tree;
	int ret;

	ret = ev_ref_read(&commit, s->repo, ref);
	if (ret == 0)
		ret = ev_repo_commit(&commit, s->repo, peeled);
	if (ret == 0)
		ret = ev_repo_tree_of(&tree, s->repo, &commit);
	if (ret == 0) {
		ret = look_at(s, &commit, &tree);
	} else if (ret == EV_ENOTFOUND || ret == EV_EINVALID) {
		ev_error_clear();
		ret = 0;
	}
	free(peeled);
	free(ref);
	return ret;
}

static int everywhere(struct search *s)
{
	struct ev_subjects all;
	size_t i;
	int ret;

	ret = ev_ledger_subjects(&all, s->ledger, EV_KIND_PROMOTION);
	if (ret < 0)
		return ret;
	for (i = 0; ret == 0 && i < all.n; i++)
		ret = look_at(s, &all.items[i].commit, &all.items[i].tree);
	ev_subjects_release(&all);
	return ret;
}

static int oldest_first(const void *va, const void *vb)
{
	const struct ev_release *a = va, *b = vb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return strcmp(a->record, b->record);
}

int ev_releases_named(struct ev_releases *out, struct ev_repo *r,
		      const struct ev_chain *chain, struct ev_ledger *l,
		      const char *name)
{
	struct search s = { out, r, chain, l, name, false };
	size_t n = strspn(name, "0123456789abcdef");
	int ret;

	memset(out, 0, sizeof(*out));
	s.is_id = n >= 12 && n <= 64 && !name[n];
	ret = by_tag(&s);
	if (ret == 0 && !out->n)
		ret = everywhere(&s);
	if (ret < 0)
		ev_releases_release(out);
	else if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), oldest_first);
	return ret;
}

static int say_several(const struct ev_releases *l, const char *name)
{
	char when[EV_TIME_TEXT];
	size_t i;
	int ret;

	ret = ev_fail(EV_EINVALID, "'%s' names %zu promotions", name, l->n);
	for (i = 0; i < l->n; i++) {
		ev_time_format(when, l->items[i].at);
		ev_error_detail("%.12s  %s of %s, %.10s", l->items[i].record,
				*l->items[i].tag ? l->items[i].tag +
				strlen(TAGS) : "no release", l->items[i].ref,
				when);
	}
	return ret;
}

int ev_release_find(struct ev_release *out, struct ev_repo *r,
		    const struct ev_chain *chain, struct ev_ledger *l,
		    const char *name)
{
	struct ev_releases all;
	int ret;

	ret = ev_releases_named(&all, r, chain, l, name);
	if (ret < 0)
		return ret;
	if (!all.n) {
		ret = ev_fail(EV_ENOTFOUND, "no release is called '%s'", name);
		if (ev_ledger_absent(l))
			ev_error_hint("git evidence sync");
	} else if (all.n > 1) {
		ret = say_several(&all, name);
	} else {
		*out = all.items[0];
		memset(&all.items[0], 0, sizeof(*all.items));
	}
	ev_releases_release(&all);
	return ret;
}
