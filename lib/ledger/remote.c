#include "base/compat.h"

#include "ledger/remote_internal.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/record.h"
#include "repo/config.h"
#include "repo/git.h"
#include "repo/refs.h"

#define LOOK_MAX ((size_t)64 << 20)

/* https://user:secret@host/x is shown, and kept, as https://host/x. */
static char *without_secret(const char *name)
{
	const char *host = strstr(name, "://"), *end, *at, *p;

	if (!host)
		return ev_strdup(name);
	host += 3;
	end = host + strcspn(host, "/?#");
	for (at = NULL, p = host; p < end; p++)
		if (*p == '@')
			at = p;
	return at ? ev_strdupf("%.*s%s", (int)(host - name), name, at + 1)
		  : ev_strdup(name);
}

int ev_remote_init(struct ev_remote *out, struct ev_repo *r, const char *name)
{
	char *key = ev_strdupf("remote.%s.url", name);
	char hex[EV_SHA256_HEX + 1];
	bool configured = ev_config_get(r, key, NULL) != NULL;

	free(key);
	memset(out, 0, sizeof(*out));
	if (*name == '-')
		return ev_fail(EV_EINVALID, "'%s' is no remote", name);
	if (!configured && !strpbrk(name, ":/")) {
		ev_fail(EV_ENOTFOUND, "there is no remote '%s'", name);
		ev_error_hint("git remote add %s <url>", name);
		return EV_ENOTFOUND;
	}
	out->name = name;
	out->shown = without_secret(name);
	if (configured) {
		out->slug = ev_strdup(name);
	} else {
		ev_sha256_hex(hex, out->shown, strlen(out->shown));
		out->slug = ev_strdupf("url-%.12s", hex);
	}
	return 0;
}

static void forget_others(struct ev_remote *m)
{
	while (m->nothers)
		free(m->others[--m->nothers].name);
}

void ev_remote_release(struct ev_remote *m)
{
	free(m->slug);
	free(m->shown);
	ev_evidence_release(&m->evidence);
	forget_others(m);
	free(m->others);
	ev_strs_release(&m->also);
	memset(m, 0, sizeof(*m));
}

char *ev_remote_ref(const struct ev_remote *m, const char *before,
		    const char *after)
{
	return ev_strdupf("%s%s%s", before, m->slug, after);
}

int ev_remote_track(struct ev_repo *r, const char *ref,
		    const struct ev_oid *value)
{
	struct ev_oid old;
	unsigned attempt;
	int ret = EV_ECONFLICT;

	for (attempt = 0; ret == EV_ECONFLICT && attempt < 20; attempt++) {
		if (attempt)
			ev_ref_backoff(attempt);
		ret = ev_ref_read(&old, r, ref);
		if (ret == 0 && ev_oid_eq(&old, value))
			return 0;
		if (ret < 0 && ret != EV_ENOTFOUND)
			return ret;
		ret = ev_ref_cas(r, ref, value, ret == 0 ? &old : NULL,
				 "evidence: sync");
	}
	return ret;
}

/* Git's own words for what went wrong, one line each. */
int ev_remote_failed(const char *what, const char *remote,
		     const struct ev_buf *err)
{
	const char *p = err->ptr, *lf;

	ev_fail(EV_ERROR, "cannot %s '%s'", what, remote);
	for (; *p; p = *lf ? lf + 1 : lf) {
		lf = strchr(p, '\n');
		if (!lf)
			lf = p + strlen(p);
		if (lf > p)
			ev_error_detail("%.*s", (int)(lf - p), p);
	}
	return EV_ERROR;
}

int ev_remote_run(struct ev_buf *out, struct ev_buf *err, struct ev_repo *r,
		  const char *const *args, int *status)
{
	struct ev_process p = { .out = out, .err = err };
	int ret = ev_git(&p, r, args);

	*status = p.status;
	return ret;
}

static int take_ref(struct ev_remote *m, const char *hex, const char *name)
{
	struct ev_oid oid;

	if (ev_oid_parse(&oid, hex) < 0)
		return ev_fail(EV_ERROR, "'%s' names objects by SHA-256",
			       m->shown);
	if (!strcmp(name, EV_LEDGER_REF)) {
		m->has_ledger = m->evidence.has_ledger = true;
		m->ledger = m->evidence.ledger = oid;
	} else if (!strcmp(name, EV_ARTIFACT_REF)) {
		m->has_artifacts = true;
		m->artifacts = oid;
	} else if (ev_starts_with(name, EV_TAGS)) {
		ev_evidence_set_tag(&m->evidence, name, &oid);
	} else {
		EV_GROW(m->others, m->nothers, m->others_cap);
		m->others[m->nothers].name = ev_strdup(name);
		m->others[m->nothers++].oid = oid;
	}
	return 0;
}

const struct ev_oid *ev_remote_other(const struct ev_remote *m,
				     const char *ref)
{
	size_t i;

	for (i = 0; i < m->nothers; i++)
		if (!strcmp(m->others[i].name, ref))
			return &m->others[i].oid;
	return NULL;
}

int ev_remote_look(struct ev_remote *m, struct ev_repo *r)
{
	static const char *const before[] = { "ls-remote", "--quiet",
					      "--refs" };
	static const char *const after[] = { EV_LEDGER_REF, EV_ARTIFACT_REF,
					     EV_TAGS "*" };
	struct ev_strs args = EV_STRS_INIT;
	struct ev_buf out = EV_BUF_INIT_MAX(LOOK_MAX);
	struct ev_buf err = EV_BUF_INIT_MAX(EV_REMOTE_SAYS);
	char *line, *next, *tab;
	size_t i;
	int ret, status;

	m->has_ledger = m->has_artifacts = false;
	ev_evidence_release(&m->evidence);
	forget_others(m);
	for (i = 0; i < EV_ARRAY_SIZE(before); i++)
		ev_strs_add(&args, before[i]);
	ev_strs_add(&args, m->name);
	for (i = 0; i < EV_ARRAY_SIZE(after); i++)
		ev_strs_add(&args, after[i]);
	for (i = 0; i < m->also.n; i++)
		ev_strs_add(&args, m->also.items[i]);
	ev_strs_take(&args, NULL);
	ret = ev_remote_run(&out, &err, r, (const char *const *)args.items, &status);
	if (ret == 0 && status)
		ret = ev_remote_failed("reach", m->shown, &err);
	else if (ret == 0 && out.overflow)
		ret = ev_fail(EV_ELIMIT, "'%s' has too many tags below '%s'",
			      m->shown, EV_TAGS);
	for (line = out.ptr; ret == 0 && *line; line = next) {
		next = strchr(line, '\n');
		next = next ? (*next = '\0', next + 1) : line + strlen(line);
		tab = strchr(line, '\t');
		if (!tab)
			continue;
		*tab = '\0';
		ret = take_ref(m, line, tab + 1);
	}
	ev_strs_release(&args);
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}

static int run_fetch(struct ev_remote *m, struct ev_repo *r,
		     const char *const *args)
{
	struct ev_buf err = EV_BUF_INIT_MAX(EV_REMOTE_SAYS);
	struct ev_buf out = EV_BUF_INIT_MAX(EV_REMOTE_SAYS);
	int ret, status;

	ret = ev_remote_run(&out, &err, r, args, &status);
	if (ret == 0 && status)
		ret = ev_remote_failed("fetch from", m->shown, &err);
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}

static int fetch(struct ev_remote *m, struct ev_repo *r, const char *option,
		 const char *spec)
{
	const char *args[] = { "-c", "gc.auto=0",
			       "-c", "maintenance.auto=false",
			       "fetch", "--quiet", "--no-tags",
			       "--no-write-fetch-head", "--refmap=",
			       "--recurse-submodules=no", option, m->name,
			       spec, NULL };

	return run_fetch(m, r, args);
}

int ev_remote_fetch(struct ev_remote *m, struct ev_repo *r, const char *ref,
		    const struct ev_oid *tip)
{
	struct ev_oid tree;
	enum ev_objtype type;
	int ret;

	/* Objects that an interrupted fetch left are no proof of the whole. */
	ret = fetch(m, r, "--no-prune", ref);
	if (ret < 0)
		return ret;
	/* It may have been moved between our two questions. */
	if (ev_object_info(&type, NULL, r, tip) == 0 && type != EV_OBJ_COMMIT)
		return ev_fail(EV_EINVALID, "'%s' of '%s' is no commit: "
			       "somebody has put a %s there", ref, m->shown,
			       type == EV_OBJ_TAG ? "tag" :
			       type == EV_OBJ_TREE ? "tree" : "file");
	if (ev_repo_tree_of(&tree, r, tip) < 0)
		return ev_fail(EV_ECONFLICT, "'%s' of '%s' was rewound while "
			       "it was fetched", ref, m->shown);
	return 0;
}

int ev_remote_fetch_other(struct ev_remote *m, struct ev_repo *r,
			  const char *ref)
{
	const char *args[] = { "-c", "gc.auto=0",
			       "-c", "maintenance.auto=false",
			       "fetch", "--quiet", "--no-tags", "--no-prune",
			       "--no-write-fetch-head",
			       "--recurse-submodules=no", m->name, ref, NULL };

	return run_fetch(m, r, args);
}

int ev_remote_fetch_tags(struct ev_remote *m, struct ev_repo *r)
{
	char *track = ev_remote_ref(m, "refs/evidence/tags/", "/*");
	char *spec = ev_strdupf("+%s*:%s", EV_TAGS, track);
	int ret;

	/* Pruned, so that a name that is gone lies in the way of none. */
	ret = fetch(m, r, "--prune", spec);
	free(spec);
	free(track);
	return ret;
}
