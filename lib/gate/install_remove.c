#include "base/compat.h"
#include "gate/install_internal.h"

#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

struct removal {
	struct ev_repo *repo;
	struct ev_strs *done, *left;
	bool dry_run;
};

/* Theirs comes back in one step, so that there is a hook at every moment. */
static int take_away(struct removal *x, const char *path, const char *aside)
{
	const char *shown = ev_hook_shown(x->repo, path);
	bool back = ev_file_exists(aside);

	if (!x->dry_run && (back ? rename(aside, path) : unlink(path)))
		return ev_fail_errno(EV_ERROR, back ? "cannot restore '%s'" :
				     "cannot remove '%s'", path);
	ev_strs_addf(x->done, "%s %s", back ?
		     (x->dry_run ? "would restore" : "restored") :
		     (x->dry_run ? "would remove" : "removed"), shown);
	return 0;
}

static int remove_hook(struct removal *x, const char *dir, const char *name)
{
	char *path = ev_strdupf("%s/%s", dir, name);
	char *aside = ev_strdupf("%s" EV_HOOK_CHAINED, path);
	const char *shown = ev_hook_shown(x->repo, path);
	struct ev_hookfile f;
	int ret = ev_hookfile_read(&f, path);

	if (ret < 0)
		goto out;
	if (f.edited)
		ev_strs_addf(x->left, "'%s' was changed by hand", shown);
	else if (f.ours || (!f.exists && ev_file_exists(aside)))
		ret = take_away(x, path, aside);
	else if (ev_file_exists(aside))
		ev_strs_addf(x->left, "'%s%s': there is another '%s' now",
			     shown, EV_HOOK_CHAINED, name);
out:
	ev_hookfile_release(&f);
	free(path);
	free(aside);
	return ret;
}

/* Names of both sides, each once. */
static int remove_from(struct removal *x, const char *dir)
{
	const char *const *name;
	int ret = 0;

	for (name = ev_hook_names(false); *name && ret >= 0; name++)
		ret = remove_hook(x, dir, *name);
	if (ret >= 0)
		ret = remove_hook(x, dir, "pre-receive");
	return ret;
}

int ev_hooks_uninstall(struct ev_strs *done, struct ev_strs *left,
		       struct ev_repo *r, bool dry_run)
{
	struct removal x = { r, done, left, dry_run };
	struct ev_hooks h = { 0 };
	struct ev_buf own = EV_BUF_INIT;
	int ret = ev_hooks_folder(&h, r);

	if (ret >= 0)
		ret = remove_from(&x, h.dir);
	ev_path_join(&own, ev_repo_commondir(r), "hooks");
	if (ret >= 0 && h.custom)
		ret = remove_from(&x, own.ptr);
	ev_hooks_release(&h);
	ev_buf_release(&own);
	return ret;
}
