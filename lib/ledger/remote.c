#include "base/compat.h"

#include "ledger/remote.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/record.h"
#include "repo/config.h"
#include "repo/git.h"
#include "repo/refs.h"

#define MESSAGE_MAX ((size_t)64 << 10)

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

void ev_remote_release(struct ev_remote *m)
{
	free(m->slug);
	free(m->shown);
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
static int git_failed(const char *what, const char *remote,
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

static int run(struct ev_buf *out, struct ev_buf *err, struct ev_repo *r,
	       const char *const *args, int *status)
{
	struct ev_process p = { .out = out, .err = err };
	int ret = ev_git(&p, r, args);

	*status = p.status;
	return ret;
}

int ev_remote_look(struct ev_remote *m, struct ev_repo *r)
{
	const char *args[] = { "ls-remote", "--quiet", m->name, EV_LEDGER_REF,
			       EV_ARTIFACT_REF, NULL };
	struct ev_buf out = EV_BUF_INIT_MAX(MESSAGE_MAX);
	struct ev_buf err = EV_BUF_INIT_MAX(MESSAGE_MAX);
	char *line, *next, *tab;
	struct ev_oid oid;
	int ret, status;

	m->has_ledger = m->has_artifacts = false;
	ret = run(&out, &err, r, args, &status);
	if (ret == 0 && status)
		ret = git_failed("reach", m->shown, &err);
	for (line = out.ptr; ret == 0 && *line; line = next) {
		next = strchr(line, '\n');
		next = next ? (*next = '\0', next + 1) : line + strlen(line);
		tab = strchr(line, '\t');
		if (!tab)
			continue;
		*tab = '\0';
		if (ev_oid_parse(&oid, line) < 0) {
			ret = ev_fail(EV_ERROR, "'%s' names objects by SHA-256",
				      m->shown);
		} else if (!strcmp(tab + 1, EV_LEDGER_REF)) {
			m->has_ledger = true;
			m->ledger = oid;
		} else if (!strcmp(tab + 1, EV_ARTIFACT_REF)) {
			m->has_artifacts = true;
			m->artifacts = oid;
		}
	}
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}

int ev_remote_fetch(struct ev_remote *m, struct ev_repo *r, const char *ref,
		    const struct ev_oid *tip)
{
	const char *args[] = { "-c", "gc.auto=0", "-c", "maintenance.auto=false",
			       "fetch", "--quiet", "--no-tags",
			       "--no-write-fetch-head", "--refmap=",
			       "--recurse-submodules=no", m->name, ref, NULL };
	struct ev_buf err = EV_BUF_INIT_MAX(MESSAGE_MAX);
	struct ev_buf out = EV_BUF_INIT_MAX(MESSAGE_MAX);
	struct ev_oid tree;
	enum ev_objtype type;
	int ret, status;

	/* Objects that an interrupted fetch left are no proof of the whole. */
	ret = run(&out, &err, r, args, &status);
	if (ret == 0 && status)
		ret = git_failed("fetch from", m->shown, &err);
	/* It may have been moved between our two questions. */
	if (ret == 0 && ev_object_info(&type, NULL, r, tip) == 0 &&
	    type != EV_OBJ_COMMIT)
		ret = ev_fail(EV_EINVALID, "'%s' of '%s' is no commit: somebody "
			      "has put a %s there", ref, m->shown,
			      type == EV_OBJ_TAG ? "tag" :
			      type == EV_OBJ_TREE ? "tree" : "file");
	else if (ret == 0 && ev_repo_tree_of(&tree, r, tip) < 0)
		ret = ev_fail(EV_ECONFLICT, "'%s' of '%s' was rewound while "
			      "it was fetched", ref, m->shown);
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}

/* Words of git and of its servers when somebody else was first. */
static bool lost_race(const struct ev_buf *out, const struct ev_buf *err)
{
	static const char *const words[] = {
		"fetch first", "non-fast-forward", "stale info",
		"failed to update ref", "cannot lock ref",
		"incorrect old value", "reference already exists",
		"unable to create", "atomic transaction failed",
		"failed to lock", "remote ref updated",
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		if (strcasestr(out->ptr, words[i]) ||
		    strcasestr(err->ptr, words[i]))
			return true;
	return false;
}

int ev_remote_push(struct ev_remote *m, struct ev_repo *r,
		   const struct ev_oid *ledger, const struct ev_oid *artifacts)
{
	const char *args[16] = { "push", "--porcelain", "--no-verify",
				 "--recurse-submodules=no", "--no-follow-tags" };
	struct ev_buf out = EV_BUF_INIT_MAX(MESSAGE_MAX);
	struct ev_buf err = EV_BUF_INIT_MAX(MESSAGE_MAX);
	char *lease = NULL, *to_ledger = NULL, *to_artifacts = NULL;
	char hex[EV_OID_HEX + 1], old[EV_OID_HEX + 1] = "";
	size_t n = 5;
	int ret, status;

	if (ledger && artifacts)
		args[n++] = "--atomic";
	if (artifacts) {
		if (m->has_artifacts)
			ev_oid_hex(old, &m->artifacts);
		lease = ev_strdupf("--force-with-lease=%s:%s", EV_ARTIFACT_REF,
				   old);
		args[n++] = lease;
	}
	args[n++] = m->name;
	if (ledger) {
		ev_oid_hex(hex, ledger);
		to_ledger = ev_strdupf("%s:%s", hex, EV_LEDGER_REF);
		args[n++] = to_ledger;
	}
	if (artifacts) {
		ev_oid_hex(hex, artifacts);
		to_artifacts = ev_strdupf("%s:%s", hex, EV_ARTIFACT_REF);
		args[n++] = to_artifacts;
	}
	args[n] = NULL;
	ret = run(&out, &err, r, args, &status);
	if (ret == 0 && status) {
		ret = git_failed("push evidence to", m->shown, &err);
		if (lost_race(&out, &err))
			ret = EV_ECONFLICT;
	}
	free(lease);
	free(to_ledger);
	free(to_artifacts);
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}
