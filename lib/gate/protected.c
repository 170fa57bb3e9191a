#include "base/compat.h"

#include "gate/client.h"

#include <ctype.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"
#include "repo/refs.h"

#define LIST_MAX ((size_t)1 << 20)

/* <commondir>/evidence/NAME */
static int state_path(struct ev_buf *out, struct ev_repo *r, const char *name)
{
	struct ev_buf dir = EV_BUF_INIT;
	int ret = ev_repo_statedir(&dir, r);

	if (ret == 0)
		ev_path_join(out, dir.ptr, name);
	ev_buf_release(&dir);
	return ret;
}

/* Anything beyond ASCII may fold to anything: see the pattern for it below. */
static void add_pattern(struct ev_buf *out, const char *pattern)
{
	const char *p;

	for (p = pattern; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c >= 0x80) {
			if (!ev_ends_with(out->ptr, "*"))
				ev_buf_addc(out, '*');
		} else if (isalpha(c)) {
			ev_buf_addf(out, "[%c%c]", tolower(c), toupper(c));
		} else {
			ev_buf_addc(out, *p);
		}
	}
	ev_buf_addc(out, '\n');
}

/* A protected ref that is symbolic moves with the one that it stands for. */
static void add_real(struct ev_buf *out, struct ev_repo *r, const char *name)
{
	struct ev_buf real = EV_BUF_INIT;

	if (ev_ref_real(&real, r, name) < 0)
		ev_error_clear();
	else if (strcmp(real.ptr, name))
		add_pattern(out, real.ptr);
	ev_buf_release(&real);
}

/*
 * A name with a letter that is not ASCII may be one of them in other letters;
 * that is for the program to say.  And a policy that comes in may make another
 * list.
 */
static void make_list(struct ev_buf *out, struct ev_repo *r,
		      const struct ev_policy *p)
{
	struct ev_strs names = EV_STRS_INIT;
	size_t i;

	for (i = 0; i < p->nprotects; i++)
		add_pattern(out, p->protects[i].pattern);
	if (ev_policy_names(&names, p, r) < 0)
		ev_error_clear();
	for (i = 0; i < names.n; i++)
		add_real(out, r, names.items[i]);
	ev_strs_release(&names);
	if (p->nprotects)
		ev_buf_adds(out, "*[! -~]*\n");
	ev_buf_adds(out, EV_TAGS "policy/*\nend\n");
}

int ev_protected_list(struct ev_repo *r, const struct ev_policy *p)
{
	struct ev_buf path = EV_BUF_INIT, want = EV_BUF_INIT;
	struct ev_buf have = EV_BUF_INIT;
	int ret;

	ret = state_path(&path, r, "protected");
	if (ret < 0)
		goto out;
	make_list(&want, r, p);
	if (ev_file_read(&have, path.ptr, LIST_MAX) == 0 &&
	    have.len == want.len && !memcmp(have.ptr, want.ptr, want.len))
		goto out;
	ev_error_clear();
	ret = ev_file_replace(path.ptr, want.ptr, want.len, 0666);
out:
	ev_buf_release(&path);
	ev_buf_release(&want);
	ev_buf_release(&have);
	return ret;
}

static bool exists(struct ev_repo *r, const char *name)
{
	struct ev_buf path = EV_BUF_INIT;
	bool yes;

	yes = state_path(&path, r, name) == 0 && ev_file_exists(path.ptr);
	ev_error_clear();
	ev_buf_release(&path);
	return yes;
}

bool ev_protected_listed(struct ev_repo *r)
{
	return exists(r, "protected");
}

void ev_protected_forget(struct ev_repo *r)
{
	struct ev_buf path = EV_BUF_INIT;

	if (state_path(&path, r, "protected") == 0)
		unlink(path.ptr);
	ev_error_clear();
	ev_buf_release(&path);
}

void ev_unshared_set(struct ev_repo *r, bool unshared)
{
	struct ev_buf path = EV_BUF_INIT;

	if (state_path(&path, r, "unshared") == 0) {
		if (!unshared)
			unlink(path.ptr);
		else if (!ev_file_exists(path.ptr))
			ev_file_replace(path.ptr, "", 0, 0666);
	}
	ev_error_clear();
	ev_buf_release(&path);
}

bool ev_unshared(struct ev_repo *r)
{
	return exists(r, "unshared");
}
