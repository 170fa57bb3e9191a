#include "base/compat.h"
#include "gate/install_internal.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "repo/config.h"
#include "sign/keyhome.h"

#define ROOT_KEY "evidence.root"

/* Why not ------------------------------------------------------------- */

static void hint_recipe(enum ev_hook_manager m, const char *program)
{
	struct ev_strs lines = EV_STRS_INIT;
	size_t i;

	ev_hooks_recipe(&lines, m, program);
	for (i = 0; i < lines.n; i++)
		ev_error_hint("%s", lines.items[i]);
	ev_strs_release(&lines);
}

static int refuse_shared(struct ev_repo *r, const struct ev_hooks *h)
{
	if (*h->scope)
		ev_fail(EV_EDENIED, "core.hooksPath (%s) leads to '%s', which "
			"other repositories use too", h->scope, h->dir);
	else
		ev_fail(EV_EDENIED, "'%s' leads out of this repository",
			h->dir);
	ev_error_hint("git config --local core.hooksPath '%s/hooks'   # this "
		      "repository's own; those of '%s' are not run then",
		      ev_repo_commondir(r), h->dir);
	ev_error_hint("git evidence install --manual=git   # with Git 2.54 or "
		      "later: beside them");
	return EV_EDENIED;
}

static int refuse_manager(const struct ev_hooks *h, const char *program)
{
	ev_fail(EV_EEXISTS, "the hooks in '%s' are those of %s", h->dir,
		ev_hook_manager_name(h->manager));
	hint_recipe(h->manager, program);
	return EV_EEXISTS;
}

static int refuse_foreign(const char *shown)
{
	ev_fail(EV_EEXISTS, "there is a hook '%s' already", shown);
	ev_error_hint("git evidence install --chain   # keeps it, and runs it "
		      "before ours");
	return EV_EEXISTS;
}

static int refuse_edited(const char *shown)
{
	ev_fail(EV_EDENIED, "'%s' is ours, but was changed by hand", shown);
	ev_error_hint("rm '%s'   # and install again", shown);
	return EV_EDENIED;
}

/* The plan ------------------------------------------------------------ */

struct plan {
	struct ev_repo *repo;
	const struct ev_install *how;
	struct ev_hooks hooks;
	struct ev_steps steps;
	struct ev_strs *done;
};

static void say(struct plan *p, const char *would, const char *did,
		const char *rest)
{
	ev_strs_addf(p->done, "%s %s", p->how->dry_run ? would : did, rest);
}

static int set_aside(struct plan *p, struct ev_step *s, const char *shown,
		     const struct ev_hookfile *f)
{
	char *aside = ev_strdupf("%s" EV_HOOK_CHAINED, s->path);
	char *text;
	int ret = 0;

	if (f->folder)
		ret = ev_fail(EV_EEXISTS, "'%s' is a folder", shown);
	else if (!p->how->chain)
		ret = refuse_foreign(shown);
	else if (ev_file_exists(aside))
		ret = ev_fail(EV_EEXISTS, "'%s' cannot be moved aside: '%s%s' "
			      "is there already", shown, shown,
			      EV_HOOK_CHAINED);
	s->aside = true;
	if (ret >= 0) {
		text = ev_strdupf("%s to %s%s", shown, shown, EV_HOOK_CHAINED);
		say(p, "would move", "moved", text);
		free(text);
	}
	free(aside);
	return ret;
}

/* A server's hook does what the client's of that name does, and more. */
static bool is_stronger(const struct plan *p, const struct ev_hookfile *f)
{
	return f->ours && !f->edited && f->executable && !p->how->server &&
		f->side == EV_SIDE_SERVER;
}

static int plan_hook(struct plan *p, const struct ev_hook *hook)
{
	const char *shown = ev_hook_shown(p->repo, hook->path);
	struct ev_hookfile f;
	struct ev_step *s;
	struct ev_buf text = EV_BUF_INIT;
	int ret = ev_hookfile_read(&f, hook->path);

	if (ret >= 0)
		ret = ev_hook_render(&text, p->how, hook->name);
	if (ret < 0 || hook->state == EV_HOOK_CALLED || is_stronger(p, &f) ||
	    (f.ours && f.mode == 0755 && !strcmp(f.text.ptr, text.ptr)))
		goto out;
	s = ev_steps_add(&p->steps, hook->path);
	ev_buf_swap(&s->text, &text);
	if (f.edited) {
		ret = refuse_edited(shown);
	} else if (f.ours) {
		s->replaces = true;
		s->old_mode = f.mode;
		ev_buf_swap(&s->old, &f.text);
		say(p, "would update", "updated", shown);
	} else {
		if (f.exists)
			ret = set_aside(p, s, shown, &f);
		if (ret >= 0)
			say(p, "would write", "wrote", shown);
	}
out:
	ev_buf_release(&text);
	ev_hookfile_release(&f);
	return ret;
}

static int check_folder(const struct plan *p)
{
	const char *dir = p->hooks.dir;
	struct stat st;

	if (!stat(dir, &st) && !S_ISDIR(st.st_mode))
		return ev_fail(EV_EEXISTS, "'%s' is not a folder", dir);
	if (p->steps.n && !stat(dir, &st) && access(dir, W_OK | X_OK))
		return ev_fail_errno(EV_ERROR, "cannot write into '%s'", dir);
	return 0;
}

static int make_plan(struct plan *p)
{
	const struct ev_hooks *h = &p->hooks;
	bool called = true;
	size_t i;
	int ret = 0;

	for (i = 0; i < h->n; i++)
		called = called && (h->items[i].state == EV_HOOK_CALLED ||
				    h->items[i].state == EV_HOOK_ACTIVE);
	if (h->shared && !called)
		return refuse_shared(p->repo, h);
	if (h->manager && !called && !(h->manager == EV_MANAGER_PRE_COMMIT &&
				       p->how->chain))
		return refuse_manager(h, p->how->program);
	for (i = 0; i < h->n && ret >= 0; i++)
		ret = plan_hook(p, &h->items[i]);
	if (ret >= 0)
		ret = check_folder(p);
	return ret;
}

/* The root ------------------------------------------------------------ */

struct root {
	char fpr[41];			/* "": leave it */
	struct ev_buf old;
};

static int plan_root(struct root *root, struct plan *p)
{
	const struct ev_install *how = p->how;
	char *text;
	int ret = ev_config_trusted(&root->old, p->repo, ROOT_KEY);

	if (ret == EV_ENOTFOUND)
		ret = 0;
	if (ret < 0)
		return ret;
	if (!how->root && how->server && !root->old.len) {
		ev_fail(EV_EDENIED, "a server needs a root: the fingerprint of "
			"the key that approved the first policy");
		ev_error_hint("git evidence install --server --root "
			      "<fingerprint>");
		return EV_EDENIED;
	}
	if (!how->root)
		return 0;
	if (!ev_key_id(root->fpr, how->root) || strlen(root->fpr) != 40) {
		ret = ev_fail(EV_EINVALID, "'%s' is no fingerprint", how->root);
		ev_error_hint("gpg --list-keys --with-colons   # 'fpr' lines: "
			      "40 digits");
		return ret;
	}
	if (!strcmp(root->fpr, root->old.ptr)) {
		root->fpr[0] = '\0';
		return 0;
	}
	text = root->old.len ?
		ev_strdupf(ROOT_KEY " = %s (was %s)", root->fpr,
			   root->old.ptr) :
		ev_strdupf(ROOT_KEY " = %s", root->fpr);
	say(p, "would set", "set", text);
	free(text);
	return 0;
}

int ev_hooks_install(struct ev_strs *done, struct ev_repo *r,
		     const struct ev_install *i)
{
	struct plan p = { .repo = r, .how = i, .done = done };
	struct root root = { .old = EV_BUF_INIT };
	int ret = ev_hooks_look(&p.hooks, r, i->server);

	if (ret >= 0 && p.hooks.server != i->server) {
		ret = ev_fail(EV_EINVALID, "a bare repository takes the hooks "
			      "of a server");
		ev_error_hint("git evidence install --server --root "
			      "<fingerprint>");
	}
	if (ret >= 0)
		ret = make_plan(&p);
	if (ret >= 0)
		ret = plan_root(&root, &p);
	if (ret < 0 || i->dry_run)
		goto out;
	if (p.steps.n)
		ret = ev_mkdirs(p.hooks.dir, 0777);
	if (ret >= 0)
		ret = ev_steps_do(&p.steps);
	if (ret >= 0 && root.fpr[0]) {
		ret = ev_config_set(r, ROOT_KEY, root.fpr);
		if (ret < 0)
			ev_steps_undo(&p.steps, p.steps.n);
	}
out:
	if (ret < 0)
		ev_strs_release(done);
	ev_steps_release(&p.steps);
	ev_hooks_release(&p.hooks);
	ev_buf_release(&root.old);
	return ret;
}
