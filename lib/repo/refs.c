#include "base/compat.h"
#include "repo/refs.h"

#include <sys/random.h>
#include <time.h>

#include "base/error.h"
#include "base/mem.h"
#include "repo/internal.h"

#define SYMREF_MAX 5
#define BACKOFF_MAX_US 50000

/* libgit2 tidies "refs//a/"; to Git that is no name. */
bool ev_ref_is_name(const char *name)
{
	int valid = 0;

	return !git_reference_name_is_valid(&valid, name) && valid &&
		!strstr(name, "//") && !ev_ends_with(name, "/");
}

static int check_name(const char *name)
{
	if (!ev_ref_is_name(name))
		return ev_fail(EV_EINVALID, "'%s' is not a valid name of a ref",
			       name);
	return 0;
}

int ev_ref_read(struct ev_oid *out, struct ev_repo *r, const char *name)
{
	git_oid id;
	int rc;

	if (check_name(name))
		return EV_EINVALID;
	rc = git_reference_name_to_id(&id, r->git, name);
	if (rc == GIT_ENOTFOUND) {
		git_error_clear();
		return EV_ENOTFOUND;
	}
	if (rc)
		return ev_git2_fail(rc, "cannot read ref '%s'", name);
	ev_git2_from(out, &id);
	return 0;
}

int ev_ref_no_symbol(struct ev_repo *r, const char *name)
{
	git_reference *ref = NULL;
	bool symbolic;

	if (git_reference_lookup(&ref, r->git, name)) {
		git_error_clear();
		return 0;
	}
	symbolic = git_reference_type(ref) == GIT_REFERENCE_SYMBOLIC;
	git_reference_free(ref);
	if (!symbolic)
		return 0;
	ev_fail(EV_EINVALID, "'%s' is a symbolic ref", name);
	ev_error_hint("git symbolic-ref --delete %s", name);
	return EV_EINVALID;
}

int ev_ref_real(struct ev_buf *out, struct ev_repo *r, const char *name)
{
	git_reference *ref = NULL;
	int i, rc = 0;

	if (check_name(name))
		return EV_EINVALID;
	ev_buf_adds(out, name);
	for (i = 0; i < SYMREF_MAX; i++) {
		rc = git_reference_lookup(&ref, r->git, out->ptr);
		if (rc || git_reference_type(ref) != GIT_REFERENCE_SYMBOLIC)
			break;
		ev_buf_clear(out);
		ev_buf_adds(out, git_reference_symbolic_target(ref));
		git_reference_free(ref);
		ref = NULL;
	}
	git_reference_free(ref);
	if (rc && rc != GIT_ENOTFOUND)
		return ev_git2_fail(rc, "cannot read ref '%s'", name);
	git_error_clear();
	return i < SYMREF_MAX ? 0 :
		ev_fail(EV_EINVALID, "ref '%s' leads in a circle", name);
}

/* libgit2 knows neither GIT_COMMITTER_NAME nor all of the configuration. */
static void set_ident(struct ev_repo *r)
{
	struct ev_buf name = EV_BUF_INIT, email = EV_BUF_INIT;

	if (r->has_ident)
		return;
	r->has_ident = true;
	if (!ev_repo_ident(&name, &email, r))
		git_repository_set_ident(r->git, name.ptr, email.ptr);
	else
		ev_error_clear();
	ev_buf_release(&name);
	ev_buf_release(&email);
}

static int moved(const char *name)
{
	return ev_fail(EV_ECONFLICT, "ref '%s' was changed by another process",
		       name);
}

static int found_one(void *ctx, const char *name, const struct ev_oid *oid)
{
	(void)name;
	(void)oid;
	*(bool *)ctx = true;
	return EV_ESTOP;
}

/* "refs/a" keeps "refs/a/b" from being; retrying would not help. */
static bool in_the_way(struct ev_repo *r, const char *name)
{
	char *above = ev_strdup(name), *slash;
	struct ev_buf below = EV_BUF_INIT;
	struct ev_oid oid;
	bool found = false;

	while (!found && (slash = strrchr(above, '/'))) {
		*slash = '\0';
		found = strchr(above, '/') && !ev_ref_read(&oid, r, above);
	}
	ev_buf_addf(&below, "%s/", name);
	if (!found)
		ev_ref_each(r, below.ptr, found_one, &found);
	ev_buf_release(&below);
	free(above);
	return found;
}

static int ref_failed(int rc, struct ev_repo *r, const char *name,
		      const char *verb)
{
	int ret;

	if (rc == GIT_ELOCKED) {
		ev_fail(EV_ECONFLICT, "ref '%s' is locked by another process",
			name);
		ev_error_hint("if no git process runs here any more, remove the"
			      " file '%s.lock' of the repository", name);
		return EV_ECONFLICT;
	}
	if (rc == GIT_ENOTFOUND || rc == GIT_EMODIFIED)
		return moved(name);
	ret = ev_git2_fail(rc, "cannot %s ref '%s'", verb, name);
	if (!in_the_way(r, name))
		return rc == GIT_EEXISTS ? moved(name) : ret;
	return ev_fail(EV_EEXISTS, "cannot %s ref '%s': another ref lies in its"
		       " way", verb, name);
}

int ev_ref_cas(struct ev_repo *r, const char *name, const struct ev_oid *value,
	       const struct ev_oid *old, const char *why)
{
	struct ev_buf real = EV_BUF_INIT;
	git_reference *ref = NULL;
	git_oid id, was;
	int ret, rc;

	ret = ev_ref_real(&real, r, name);
	if (!ret)
		ret = ev_object_info(NULL, NULL, r, value);
	if (ret)
		goto out;
	set_ident(r);
	ev_git2_oid(&id, value);
	ev_git2_oid(&was, old ? old : &ev_oid_zero);
	rc = git_reference_create_matching(&ref, r->git, real.ptr, &id, 1,
					   &was, why);
	if (rc)
		ret = ref_failed(rc, r, real.ptr, "write");
out:
	git_reference_free(ref);
	ev_buf_release(&real);
	return ret;
}

int ev_ref_delete(struct ev_repo *r, const char *name,
		  const struct ev_oid *old)
{
	git_reference *ref = NULL;
	const git_oid *at;
	int rc, ret = 0;

	if (check_name(name))
		return EV_EINVALID;
	rc = git_reference_lookup(&ref, r->git, name);
	if (!rc) {
		at = git_reference_target(ref);
		if (!at || memcmp(at->id, old->id, EV_OID_SIZE)) {
			ret = moved(name);
			goto out;
		}
		rc = git_reference_delete(ref);
	}
	if (rc)
		ret = ref_failed(rc, r, name, "delete");
out:
	git_reference_free(ref);
	return ret;
}

struct found {
	char *name;
	struct ev_oid oid;
};

struct found_list {
	struct found *items;
	size_t n, cap;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->name,
		      ((const struct found *)b)->name);
}

static void keep(struct found_list *l, struct ev_repo *r, git_reference *ref)
{
	const git_oid *id = git_reference_target(ref);
	git_oid target;

	/* A symbolic ref to nothing is no ref to Git either. */
	if (!id) {
		if (git_reference_name_to_id(&target, r->git,
					     git_reference_name(ref)))
			return;
		id = &target;
	}
	EV_GROW(l->items, l->n, l->cap);
	l->items[l->n].name = ev_strdup(git_reference_name(ref));
	ev_git2_from(&l->items[l->n].oid, id);
	l->n++;
}

static int collect(struct found_list *l, struct ev_repo *r, const char *prefix)
{
	git_reference_iterator *it = NULL;
	struct ev_buf glob = EV_BUF_INIT;
	git_reference *ref;
	int rc;

	ev_buf_addf(&glob, "%s*", prefix);
	rc = git_reference_iterator_glob_new(&it, r->git, glob.ptr);
	while (!rc) {
		rc = git_reference_next(&ref, it);
		if (!rc) {
			keep(l, r, ref);
			git_reference_free(ref);
		}
	}
	git_reference_iterator_free(it);
	ev_buf_release(&glob);
	if (rc != GIT_ITEROVER && rc != GIT_ENOTFOUND)
		return ev_git2_fail(rc, "cannot list the refs below '%s'",
				    prefix);
	git_error_clear();
	return 0;
}

int ev_ref_each(struct ev_repo *r, const char *prefix,
		int (*cb)(void *ctx, const char *name,
			  const struct ev_oid *oid),
		void *ctx)
{
	struct found_list l = { NULL, 0, 0 };
	size_t i;
	int ret;

	ret = collect(&l, r, prefix);
	if (l.n)
		qsort(l.items, l.n, sizeof(*l.items), by_name);
	for (i = 0; !ret && i < l.n; i++)
		ret = cb(ctx, l.items[i].name, &l.items[i].oid);
	for (i = 0; i < l.n; i++)
		free(l.items[i].name);
	free(l.items);
	return ret;
}

void ev_ref_backoff(unsigned attempt)
{
	unsigned long most = 1000UL << (attempt < 6 ? attempt : 6);
	struct timespec wait = { 0, 0 };
	uint32_t dice = 0;

	if (most > BACKOFF_MAX_US)
		most = BACKOFF_MAX_US;
	if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(dice))
		dice = (uint32_t)clock();
	wait.tv_nsec = (long)(1 + dice % most) * 1000;
	nanosleep(&wait, NULL);
}
