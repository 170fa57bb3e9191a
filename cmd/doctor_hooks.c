#include "base/compat.h"
#include "cmd/doctor.h"

#include <unistd.h>

#include "base/mem.h"
#include "cmd/paths.h"

static const char install_client[] = "git evidence install";
static const char install_server[] = "git evidence install --server";

static const char *mend(const struct doctor *d, const struct ev_hook *h)
{
	if (h->edited)
		return "git evidence install   # after removing the hook that "
			"was changed";
	return d->server ? install_server : install_client;
}

static void add_folder(struct doctor *d)
{
	const struct ev_hooks *h = &d->hooks;

	if (h->shared && *h->scope)
		doctor_add(d, DOCTOR_NOTE, "hooks", NULL, "in '%s', by the %s "
			   "core.hooksPath; other repositories use them too",
			   h->dir, h->scope);
	else if (h->shared)
		doctor_add(d, DOCTOR_NOTE, "hooks", NULL, "in '%s', which "
			   "leads out of this repository", h->dir);
	else if (h->custom)
		doctor_add(d, DOCTOR_NOTE, "hooks", NULL, "in '%s', by "
			   "core.hooksPath (%s)", h->dir, h->scope);
	else
		doctor_add(d, DOCTOR_OK, "hooks", NULL, "in '%s'", h->dir);
	if (h->manager)
		doctor_add(d, DOCTOR_NOTE, "hooks.manager", NULL, "%s wrote "
			   "hooks there", ev_hook_manager_name(h->manager));
}

static void add_broken(struct doctor *d, const struct ev_hook *h)
{
	if (h->ours && !h->program)
		doctor_add(d, DOCTOR_BAD, h->name, mend(d, h), "broken: it "
			   "names no program");
	else if (h->ours && access(h->program, X_OK))
		doctor_add(d, DOCTOR_BAD, h->name, mend(d, h), "broken: '%s', "
			   "which it starts, is gone", h->program);
	else if (access(h->path, F_OK))
		doctor_add(d, DOCTOR_BAD, h->name, mend(d, h), "broken: a "
			   "symbolic link to nothing, which Git passes over");
	else
		doctor_add(d, DOCTOR_BAD, h->name, mend(d, h), "broken: Git "
			   "cannot execute it, and passes over it");
}

/* Is the hook there, and for the program that asks? */
static bool add_hook(struct doctor *d, struct ev_hook *h, const char *program)
{
	if (h->state == EV_HOOK_ACTIVE && strcmp(h->program, program)) {
		h->state = EV_HOOK_STALE;
		doctor_add(d, DOCTOR_BAD, h->name, mend(d, h), "stale: it "
			   "starts '%s', this is '%s'", h->program, program);
		return true;
	}
	switch (h->state) {
	case EV_HOOK_ACTIVE:
		doctor_add(d, DOCTOR_OK, h->name, NULL, h->chained ?
			   "active, after the hook that was there before" :
			   "active");
		return true;
	case EV_HOOK_CALLED:
		doctor_add(d, DOCTOR_OK, h->name, NULL, "called by another "
			   "hook or by configuration");
		return true;
	case EV_HOOK_STALE:
		doctor_add(d, DOCTOR_BAD, h->name, mend(d, h), h->edited ?
			   "stale: it was changed by hand" :
			   "stale: it is of another version");
		return true;
	case EV_HOOK_FOREIGN:
		doctor_add(d, DOCTOR_BAD, h->name, d->hooks.manager ? mend(d, h)
			   : "git evidence install --chain", "foreign: another "
			   "hook, which does not call git-evidence");
		return false;
	case EV_HOOK_BROKEN:
		add_broken(d, h);
		return false;
	case EV_HOOK_MISSING:
		break;
	}
	if (d->hooks.manager == EV_MANAGER_HUSKY &&
	    !strcmp(h->name, "reference-transaction"))
		doctor_add(d, DOCTOR_NOTE, h->name, NULL, "missing: husky has "
			   "no such hook");
	else
		doctor_add(d, DOCTOR_BAD, h->name, mend(d, h), "missing");
	return false;
}

/* What each hook is there for. */
static const struct {
	const char *hook, *what;
	bool server;
} stops[] = {
	{ "pre-push", "a push to a protected ref of a remote", false },
	{ "pre-merge-commit", "a merge into a protected branch", false },
	{ "pre-commit", "a merge that 'git commit' concludes", false },
	{ "prepare-commit-msg", "a merge with --no-verify", false },
	{ "reference-transaction", "a fast-forward, reset or 'branch -f' of a "
	  "protected branch", false },
	{ "pre-receive", "a push without its evidence, whoever sends it "
	  "and however", true },
	{ "reference-transaction", "a push whose evidence lost a race, and "
	  "'git update-ref' here", true },
};

static void add_stops(struct doctor *d, const char *name)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(stops); i++)
		if (stops[i].server == d->server &&
		    !strcmp(stops[i].hook, name))
			ev_strs_addf(&d->prevented, "%s (%s)", stops[i].what,
				     name);
}

static void add_limits(struct doctor *d)
{
	struct ev_strs *l = &d->detected;

	if (!d->server) {
		ev_strs_add(l, "'git push --no-verify', 'git -c core.hooksPath="
			    "...', a hook that was taken away: the server "
			    "refuses what they send");
		ev_strs_add(l, "programs that run no hooks (libgit2, JGit), "
			    "'git symbolic-ref', files written below .git");
		ev_strs_add(l, "whatever goes to a server without these hooks, "
			    "as hosted forges are: 'git evidence check' there");
		return;
	}
	ev_strs_add(l, "who may write this folder: files below refs/, programs "
		    "that run no hooks (libgit2, JGit), 'git symbolic-ref'");
	ev_strs_add(l, "whoever may change hooks/ or config of this "
		    "repository");
}

/* Ours where Git does not look do nothing. */
static void add_unused(struct doctor *d)
{
	const char *const *name;
	char *path;

	for (name = ev_hook_names(d->server); d->hooks.custom && *name;
	     name++) {
		path = ev_strdupf("%s/hooks/%s", ev_repo_commondir(d->repo),
				  *name);
		if (!access(path, X_OK))
			doctor_add(d, DOCTOR_NOTE, "hooks.unused", NULL, "'%s' "
				   "is not run: core.hooksPath leads elsewhere",
				   path);
		free(path);
	}
}

/* A repository with a work tree is a server if it has the hooks of one. */
static int look(struct doctor *d)
{
	int ret = ev_hooks_look(&d->hooks, d->repo, true);

	if (ret < 0 || !ev_repo_workdir(d->repo) || d->hooks.items[0].ours)
		return ret;
	ev_hooks_release(&d->hooks);
	return ev_hooks_look(&d->hooks, d->repo, false);
}

int doctor_hooks(struct doctor *d)
{
	struct ev_buf program = EV_BUF_INIT;
	size_t i;
	int ret = program_path(&program);

	if (ret >= 0)
		ret = look(d);
	if (ret < 0)
		goto out;
	d->server = d->hooks.server;
	add_folder(d);
	for (i = 0; i < d->hooks.n; i++)
		if (add_hook(d, &d->hooks.items[i], program.ptr))
			add_stops(d, d->hooks.items[i].name);
	add_unused(d);
	add_limits(d);
out:
	ev_buf_release(&program);
	return ret;
}
