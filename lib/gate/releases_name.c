#include "base/compat.h"

#include "gate/releases.h"

#include "base/error.h"
#include "base/str.h"

#define SHOWN 10

/* Commits of one name, each once, and what is to be said of each. */
struct named {
	struct ev_oids commits;
	struct ev_strs told;
};

static void add(struct named *n, struct ev_repo *r,
		const struct ev_oid *commit, const char *what)
{
	char hex[EV_OID_HEX + 1];

	if (ev_oids_has(&n->commits, commit))
		return;
	ev_oids_add(&n->commits, commit);
	ev_repo_short(hex, r, commit);
	ev_strs_addf(&n->told, "%s    # %s", hex, what);
}

static int by_promotion(struct named *n, struct ev_repo *r,
			const struct ev_chain *chain, struct ev_ledger *l,
			const char *name)
{
	struct ev_releases all;
	size_t i;
	int ret = ev_releases_named(&all, r, chain, l, name);

	if (ret < 0)
		return ret;
	for (i = 0; i < all.n; i++)
		add(n, r, &all.items[i].to, all.items[i].ref);
	ev_releases_release(&all);
	return 0;
}

/* Manifests ---------------------------------------------------------------- */

static bool is_called(const struct ev_value *predicate, const char *name)
{
	const struct ev_value *v = ev_get_path(predicate, "product.release");

	if (!v || (v->type != EV_STRING && v->type != EV_NUMBER))
		return false;
	return !strcmp(v->text, name) ||
		(*name == 'v' && !strcmp(v->text, name + 1));
}

static int look_at(bool *yes, struct ev_ledger *l, const struct ev_line *line,
		   const char *name)
{
	struct ev_statement st = { 0 };
	int ret = ev_line_statement(&st, l, line);

	*yes = ret == 0 && is_called(st.predicate, name);
	ev_statement_release(&st);
	return ret;
}

static int look_there(struct named *n, struct ev_repo *r, struct ev_ledger *l,
		      const struct ev_subject *at, const char *name)
{
	struct ev_lines lines = EV_LINES_INIT;
	const struct ev_line *line;
	size_t i;
	bool yes;
	int ret;

	ret = ev_ledger_lines(&lines, l, &at->commit, &at->tree);
	for (i = 0; ret == 0 && i < lines.n; i++) {
		line = &lines.items[i];
		if (line->state != EV_LIVE ||
		    line->record.kind != EV_KIND_MANIFEST)
			continue;
		ret = look_at(&yes, l, line, name);
		if (ret == 0 && yes)
			add(n, r, &line->record.commit, "a manifest");
	}
	ev_lines_release(&lines);
	return ret;
}

static int by_manifest(struct named *n, struct ev_repo *r, struct ev_ledger *l,
		       const char *name)
{
	struct ev_subjects all;
	size_t i;
	int ret = ev_ledger_subjects(&all, l, EV_KIND_MANIFEST);

	if (ret < 0)
		return ret;
	for (i = 0; ret == 0 && i < all.n; i++)
		ret = look_there(n, r, l, &all.items[i], name);
	ev_subjects_release(&all);
	return ret;
}

/* -------------------------------------------------------------------------- */

static int say_several(const struct named *n, const char *name)
{
	int ret = ev_fail(EV_EINVALID, "'%s' is the release of %zu commits",
			  name, n->commits.n);
	size_t i;

	for (i = 0; i < n->told.n && i < SHOWN; i++)
		ev_error_hint("%s", n->told.items[i]);
	return ret;
}

int ev_release_commit(struct ev_oid *out, struct ev_repo *r,
		      const struct ev_chain *chain, struct ev_ledger *l,
		      const char *name)
{
	struct named n = { EV_OIDS_INIT, EV_STRS_INIT };
	int ret = by_promotion(&n, r, chain, l, name);

	if (ret == 0 && !n.commits.n)
		ret = by_manifest(&n, r, l, name);
	if (ret == 0 && !n.commits.n)
		ret = ev_fail(EV_ENOTFOUND, "no release is called '%s'", name);
	else if (ret == 0 && n.commits.n > 1)
		ret = say_several(&n, name);
	else if (ret == 0)
		*out = n.commits.items[0];
	ev_oids_release(&n.commits);
	ev_strs_release(&n.told);
	return ret;
}
