#include "base/compat.h"
#include "repo/internal.h"

#include <errno.h>
#include <stdarg.h>

/* libgit2 passes on strerror(3), so these can be told from its text. */
static bool says(const char *text, int err)
{
	return strstr(text, strerror(err)) != NULL;
}

void ev_repo_hint(const char *text)
{
	if (says(text, ENOSPC) || says(text, EDQUOT))
		ev_error_hint("free some space on that disk, then try again");
	else if (says(text, EROFS))
		ev_error_hint("the repository is on a read-only file system;"
			      " mount it writable or work in a clone");
	else if (says(text, EACCES) || says(text, EPERM))
		ev_error_hint("ask the owner of the repository for write"
			      " access, or work in a clone");
}

static int code_of(int rc)
{
	switch (rc) {
	case GIT_ENOTFOUND:
	case GIT_EUNBORNBRANCH:
		return EV_ENOTFOUND;
	case GIT_EEXISTS:
		return EV_EEXISTS;
	case GIT_ELOCKED:
	case GIT_EMODIFIED:
		return EV_ECONFLICT;
	case GIT_EINVALIDSPEC:
	case GIT_EAMBIGUOUS:
	case GIT_EPEEL:
	case GIT_EINVALID:
		return EV_EINVALID;
	case GIT_EUSER:
		return EV_ESTOP;
	default:
		return EV_ERROR;
	}
}

static const char *reason_of(int rc, const git_error *e)
{
	switch (rc) {
	case GIT_ENOTFOUND:
		return "not found";
	case GIT_EUNBORNBRANCH:
		return "there is no commit yet";
	case GIT_EEXISTS:
		return "it exists already";
	case GIT_ELOCKED:
		return "locked by another process";
	case GIT_EMODIFIED:
		return "changed by another process";
	case GIT_EAMBIGUOUS:
		return "the name is ambiguous";
	case GIT_EINVALIDSPEC:
		return "not a valid name";
	case GIT_EMISMATCH:
		return "the stored bytes do not match the object's name";
	default:
		return e && e->message ? e->message : "unknown reason";
	}
}

int ev_git2_fail(int rc, const char *fmt, ...)
{
	const git_error *e = git_error_last();
	struct ev_buf what = EV_BUF_INIT;
	int code = code_of(rc);
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&what, fmt, ap);
	va_end(ap);
	ev_fail(code, "%s: %s", what.ptr, reason_of(rc, e));
	if (rc == GIT_EMISMATCH)
		ev_error_hint("git fsck --full");
	else if (rc == GIT_ERROR && e && e->message)
		ev_repo_hint(e->message);
	ev_buf_release(&what);
	git_error_clear();
	return code;
}

git_object_t ev_git2_type(enum ev_objtype t)
{
	switch (t) {
	case EV_OBJ_COMMIT:
		return GIT_OBJECT_COMMIT;
	case EV_OBJ_TREE:
		return GIT_OBJECT_TREE;
	case EV_OBJ_BLOB:
		return GIT_OBJECT_BLOB;
	case EV_OBJ_TAG:
		return GIT_OBJECT_TAG;
	case EV_OBJ_NONE:
		break;
	}
	return GIT_OBJECT_INVALID;
}

enum ev_objtype ev_git2_type_from(git_object_t t)
{
	switch (t) {
	case GIT_OBJECT_COMMIT:
		return EV_OBJ_COMMIT;
	case GIT_OBJECT_TREE:
		return EV_OBJ_TREE;
	case GIT_OBJECT_BLOB:
		return EV_OBJ_BLOB;
	case GIT_OBJECT_TAG:
		return EV_OBJ_TAG;
	default:
		return EV_OBJ_NONE;
	}
}

const char *ev_objtype_name(enum ev_objtype t)
{
	switch (t) {
	case EV_OBJ_COMMIT:
		return "commit";
	case EV_OBJ_TREE:
		return "tree";
	case EV_OBJ_BLOB:
		return "blob";
	case EV_OBJ_TAG:
		return "tag";
	case EV_OBJ_NONE:
		break;
	}
	return "object";
}
