#include "base/compat.h"
#include "repo/repo.h"

#include "base/error.h"
#include "base/hex.h"
#include "repo/git.h"
#include "repo/internal.h"
#include "repo/refs.h"

#define PEEL_MAX 64
#define REF_NAME_MAX ((size_t)1024)

/* Letters that mean nothing to revision syntax. */
static bool is_plain(const char *name)
{
	const char *p;

	if (!*name || *name == '-' || *name == '/' || *name == '.' ||
	    strlen(name) > REF_NAME_MAX || strstr(name, "..") ||
	    strstr(name, "//") || strstr(name, "/.") || ev_ends_with(name, "/"))
		return false;
	for (p = name; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= '0' && *p <= '9') || strchr("/._-", *p)))
			return false;
	return true;
}

static int ambiguous(const char *name, const struct ev_strs *refs)
{
	size_t i;

	ev_fail(EV_EINVALID, "'%s' is ambiguous", name);
	for (i = 0; i < refs->n; i++)
		ev_error_detail("%s", refs->items[i]);
	ev_error_hint("write the whole name, as '%s'", refs->items[0]);
	return EV_EINVALID;
}

/*
 * The places where Git looks for a short name.  EV_ENOTFOUND if no ref has it;
 * where Git warns that there are two and takes one, we refuse to guess.
 */
static int find_ref(struct ev_oid *out, struct ev_repo *r, const char *name)
{
	static const char *const rules[] = { "refs/%s", "refs/tags/%s",
		"refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD" };
	struct ev_strs hits = EV_STRS_INIT;
	struct ev_buf full = EV_BUF_INIT;
	struct ev_oid oid;
	const char *at;
	size_t i;
	int ret = 0;

	if (!strcmp(name, "HEAD") || ev_starts_with(name, "refs/")) {
		ret = ev_ref_read(out, r, name);
		if (ret == EV_EINVALID)
			ret = EV_ENOTFOUND;
		if (ret)
			goto out;
		ev_strs_add(&hits, name);
	}
	for (i = 0; i < EV_ARRAY_SIZE(rules); i++) {
		at = strchr(rules[i], '%');
		ev_buf_clear(&full);
		ev_buf_addf(&full, "%.*s%s%s", (int)(at - rules[i]), rules[i],
			    name, at + 2);
		ret = ev_ref_read(&oid, r, full.ptr);
		if (ret == EV_ENOTFOUND || ret == EV_EINVALID)
			continue;
		if (ret)
			goto out;
		if (!hits.n)
			*out = oid;
		ev_strs_add(&hits, full.ptr);
	}
	ret = hits.n == 1 ? 0 : hits.n ? ambiguous(name, &hits) : EV_ENOTFOUND;
out:
	ev_strs_release(&hits);
	ev_buf_release(&full);
	return ret;
}

static bool is_unborn(struct ev_repo *r, const char *name)
{
	size_t n = ev_starts_with(name, "HEAD") ? 4 : *name == '@' ? 1 : 0;

	return n && (!name[n] || strchr("~^:@", name[n])) &&
		git_repository_head_unborn(r->git) == 1;
}

static int unknown(struct ev_repo *r, const char *name)
{
	if (is_unborn(r, name)) {
		ev_fail(EV_ENOTFOUND, "there is no commit yet");
		ev_error_hint("git commit");
	} else {
		ev_fail(EV_ENOTFOUND, "unknown revision '%s'", name);
	}
	return EV_ENOTFOUND;
}

/* "hint:   abcdef1 commit 2024-01-01 - subject" lists one candidate. */
static void add_candidates(const char *err)
{
	const char *p = err;
	size_t n;

	for (; *p; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		if (!strncmp(p, "hint:   ", 8))
			ev_error_detail("%.*s", (int)(n - 8), p + 8);
	}
}

static int refused(struct ev_repo *r, const char *name, const char *err)
{
	if (!strstr(err, "is ambiguous"))
		return unknown(r, name);
	ev_fail(EV_EINVALID, "'%s' is ambiguous", name);
	add_candidates(err);
	ev_error_hint("write more digits, or the whole name of the ref");
	return EV_EINVALID;
}

static int ask_git(struct ev_oid *out, struct ev_repo *r, const char *name)
{
	const char *args[] = { "rev-parse", "--verify", name, NULL };
	struct ev_buf hex = EV_BUF_INIT, err = EV_BUF_INIT_MAX(64 << 10);
	struct ev_process p = { .out = &hex, .err = &err };
	int ret;

	/* An option, or a negation, is no name of an object. */
	if (!*name || *name == '-' || *name == '^')
		return unknown(r, name);
	ret = ev_git(&p, r, args);
	if (ret)
		goto out;
	ev_buf_chomp(&hex);
	if (p.status || strstr(err.ptr, "is ambiguous") ||
	    ev_oid_parse(out, hex.ptr))
		ret = refused(r, name, err.ptr);
out:
	ev_buf_release(&hex);
	ev_buf_release(&err);
	return ret;
}

static int find_name(struct ev_oid *out, struct ev_repo *r, const char *name)
{
	int ret;

	if (!ev_oid_parse(out, name))
		return 0;
	if (is_plain(name)) {
		ret = find_ref(out, r, name);
		if (ret != EV_ENOTFOUND)
			return ret;
		if (is_unborn(r, name))
			return unknown(r, name);
	}
	return ask_git(out, r, name);
}

int ev_repo_resolve(struct ev_oid *out, enum ev_objtype *type,
		    struct ev_repo *r, const char *name)
{
	git_odb_object *obj = NULL;
	enum ev_objtype t;
	struct ev_oid oid;
	int ret;

	ret = find_name(&oid, r, name);
	if (ret)
		return ret;
	ret = ev_object_info(&t, NULL, r, &oid);
	if (ret == EV_ENOTFOUND && r->partial) {
		ret = ev_git2_read(&obj, r, &oid);
		if (!ret)
			t = ev_git2_type_from(git_odb_object_type(obj));
		git_odb_object_free(obj);
	}
	if (ret == EV_ENOTFOUND)
		return unknown(r, name);
	if (ret)
		return ret;
	*out = oid;
	if (type)
		*type = t;
	return 0;
}

/* What a tag object points to. */
static int tag_target(struct ev_oid *out, struct ev_repo *r,
		      const struct ev_oid *tag)
{
	static const char key[] = "object ";
	git_odb_object *obj = NULL;
	char hex[EV_OID_HEX + 1];
	const char *p;
	size_t n;
	int ret;

	ret = ev_git2_read(&obj, r, tag);
	if (ret)
		return ret;
	p = git_odb_object_data(obj);
	n = git_odb_object_size(obj);
	ret = EV_EINVALID;
	if (n > strlen(key) + EV_OID_HEX && !memcmp(p, key, strlen(key)) &&
	    p[strlen(key) + EV_OID_HEX] == '\n') {
		memcpy(hex, p + strlen(key), EV_OID_HEX);
		hex[EV_OID_HEX] = '\0';
		ret = ev_oid_parse(out, hex);
	}
	git_odb_object_free(obj);
	if (ret) {
		ev_oid_hex(hex, tag);
		ret = ev_fail(ret, "tag object %s is malformed", hex);
	}
	return ret;
}

int ev_repo_commit(struct ev_oid *out, struct ev_repo *r, const char *name)
{
	enum ev_objtype type, first;
	struct ev_oid oid, next;
	int ret, depth = 0;

	ret = ev_repo_resolve(&oid, &type, r, name);
	first = type;
	while (!ret && type == EV_OBJ_TAG) {
		if (++depth > PEEL_MAX)
			return ev_fail(EV_ELIMIT, "'%s' is a tag of a tag of a"
				       " tag ..., too deep", name);
		ret = tag_target(&next, r, &oid);
		if (!ret)
			ret = ev_object_info(&type, NULL, r, &next);
		oid = next;
	}
	if (ret)
		return ret;
	if (type != EV_OBJ_COMMIT)
		return ev_fail(EV_EINVALID, "'%s' is a %s%s, not a commit",
			       name, first == EV_OBJ_TAG ? "tag of a " : "",
			       ev_objtype_name(type));
	*out = oid;
	return 0;
}

int ev_git2_treeish(struct ev_oid *tree, struct ev_repo *r,
		    const struct ev_oid *oid)
{
	static const char key[] = "tree ";
	git_odb_object *obj = NULL;
	char hex[EV_OID_HEX + 1];
	const char *p;
	git_object_t type;
	int ret;

	ret = ev_git2_read(&obj, r, oid);
	if (ret == EV_ENOTFOUND && ev_oid_eq(oid, &ev_oid_empty_tree)) {
		*tree = *oid;
		return 0;
	}
	if (ret)
		return ret;
	type = git_odb_object_type(obj);
	p = git_odb_object_data(obj);
	if (type == GIT_OBJECT_TREE) {
		*tree = *oid;
	} else if (type == GIT_OBJECT_COMMIT &&
		   git_odb_object_size(obj) > strlen(key) + EV_OID_HEX &&
		   !memcmp(p, key, strlen(key)) &&
		   p[strlen(key) + EV_OID_HEX] == '\n') {
		memcpy(hex, p + strlen(key), EV_OID_HEX);
		hex[EV_OID_HEX] = '\0';
		ret = ev_oid_parse(tree, hex);
	} else {
		ret = EV_EINVALID;
	}
	git_odb_object_free(obj);
	ev_oid_hex(hex, oid);
	if (ret && type == GIT_OBJECT_COMMIT)
		return ev_fail(ret, "commit %s is malformed", hex);
	return ret ? ev_fail(ret, "%s is a %s, not a commit", hex,
			     ev_objtype_name(ev_git2_type_from(type))) : 0;
}

int ev_repo_tree_of(struct ev_oid *tree, struct ev_repo *r,
		    const struct ev_oid *commit)
{
	return ev_git2_treeish(tree, r, commit);
}

void ev_repo_short(char out[EV_OID_HEX + 1], struct ev_repo *r,
		   const struct ev_oid *oid)
{
	size_t n = ev_abbrev_digits(r);
	git_oid prefix, found;
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	for (; n < EV_OID_HEX; n++) {
		memcpy(out, hex, EV_OID_HEX + 1);
		memset(out + n, '0', EV_OID_HEX - n);
		if (git_oid_fromstr(&prefix, out) ||
		    git_odb_exists_prefix(&found, r->odb, &prefix, n) !=
		    GIT_EAMBIGUOUS)
			break;
	}
	git_error_clear();
	memcpy(out, hex, n);
	out[n] = '\0';
}
