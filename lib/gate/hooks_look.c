#include "base/compat.h"
#include "gate/install_internal.h"

#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "repo/git.h"

static const char *const client[] = { "pre-push", "pre-merge-commit",
	"pre-commit", "prepare-commit-msg", "reference-transaction", NULL };
static const char *const server[] = { "pre-receive", "reference-transaction",
	NULL };

const char *const *ev_hook_names(bool of_server)
{
	return of_server ? server : client;
}

const char *ev_hook_state_name(enum ev_hook_state s)
{
	static const char *const names[] = {
		[EV_HOOK_MISSING] = "missing", [EV_HOOK_ACTIVE] = "active",
		[EV_HOOK_STALE] = "stale", [EV_HOOK_FOREIGN] = "foreign",
		[EV_HOOK_CALLED] = "called", [EV_HOOK_BROKEN] = "broken",
	};

	return names[s];
}

void ev_hooks_release(struct ev_hooks *h)
{
	size_t i;

	for (i = 0; i < h->n; i++) {
		free(h->items[i].path);
		free(h->items[i].program);
	}
	free(h->dir);
	memset(h, 0, sizeof(*h));
}

static bool is_below(const char *path, const char *dir)
{
	size_t n = dir ? strlen(dir) : 0;

	return n && !strncmp(path, dir, n) && (!path[n] || path[n] == '/');
}

const char *ev_hook_shown(struct ev_repo *r, const char *path)
{
	const char *top = ev_repo_workdir(r) ? ev_repo_workdir(r) :
		ev_repo_gitdir(r);

	return is_below(path, top) && path[strlen(top)] ?
		path + strlen(top) + 1 : path;
}

/* Symbolic links resolved, as far as the folder is there. */
static char *real_path(const char *path)
{
	char *real = realpath(path, NULL);
	size_t n;

	if (!real)
		real = ev_strdup(path);
	n = strlen(real);
	while (n > 1 && real[n - 1] == '/')
		real[--n] = '\0';
	return real;
}

/* "scope TAB value"; with --type=path ~/ is what it is to Git. */
static int ask_config(struct ev_buf *value, char scope[16], struct ev_repo *r)
{
	static const char *const args[] = { "config", "--show-scope",
		"--type=path", "--get", "core.hooksPath", NULL };
	struct ev_buf out = EV_BUF_INIT, err = EV_BUF_INIT_MAX(64 << 10);
	struct ev_process p = { .out = &out, .err = &err };
	char *tab;
	int ret = ev_git(&p, r, args);

	ev_buf_chomp(&out);
	tab = strchr(out.ptr, '\t');
	if (ret >= 0 && !p.status && tab && tab[1]) {
		*tab = '\0';
		snprintf(scope, 16, "%s", out.ptr);
		ev_buf_adds(value, tab + 1);
	}
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}

int ev_hooks_folder(struct ev_hooks *out, struct ev_repo *r)
{
	struct ev_buf own = EV_BUF_INIT, value = EV_BUF_INIT;
	struct ev_buf path = EV_BUF_INIT;
	const char *top = ev_repo_workdir(r) ? ev_repo_workdir(r) :
		ev_repo_gitdir(r);
	char *real_own, *real, *real_top;
	int ret;

	ev_path_join(&own, ev_repo_commondir(r), "hooks");
	ret = ask_config(&value, out->scope, r);
	if (!value.len)
		ev_buf_adds(&path, own.ptr);
	else
		ev_path_join(&path, *value.ptr == '/' ? "" : top, value.ptr);
	real_own = real_path(own.ptr);
	real = real_path(path.ptr);
	real_top = real_path(top);
	out->custom = strcmp(real, real_own) != 0;
	/* also hooks/ itself may be a link that leads out */
	out->shared = !is_below(real, real_top) &&
		!is_below(real, ev_repo_commondir(r)) &&
		strcmp(out->scope, "local") && strcmp(out->scope, "worktree");
	out->dir = ev_buf_detach(out->custom ? &path : &own, NULL);
	while (strlen(out->dir) > 1 && ev_ends_with(out->dir, "/"))
		out->dir[strlen(out->dir) - 1] = '\0';
	free(real_own);
	free(real);
	free(real_top);
	ev_buf_release(&own);
	ev_buf_release(&value);
	ev_buf_release(&path);
	return ret;
}

/* What Git's own configuration says of hooks, where this Git reads it. */
static int config_hooks(struct ev_buf *listing, struct ev_repo *r)
{
	static const char *const ask[] = { "version", NULL };
	static const char *const list[] = { "config", "--get-regexp",
		"^hook\\.", NULL };
	struct ev_buf version = EV_BUF_INIT, err = EV_BUF_INIT_MAX(64 << 10);
	struct ev_process p = { .out = listing, .err = &err };
	int ret = ev_git_out(&version, r, ask);

	if (ret >= 0 && ev_git_has_config_hooks(version.ptr))
		ret = ev_git(&p, r, list);
	ev_buf_release(&version);
	ev_buf_release(&err);
	return ret;
}

static enum ev_hook_state judge_ours(const struct ev_hookfile *f,
				     bool of_server)
{
	if (!f->executable || !f->program || access(f->program, X_OK))
		return EV_HOOK_BROKEN;
	/* what guards a server guards its own work tree too */
	if (f->edited || f->version != EV_HOOK_VERSION ||
	    (of_server && f->side != EV_SIDE_SERVER))
		return EV_HOOK_STALE;
	return EV_HOOK_ACTIVE;
}

static enum ev_hook_state judge(const struct ev_hookfile *f, const char *name,
				const struct ev_hooks *h, struct ev_repo *r,
				const char *listing)
{
	if (f->ours)
		return judge_ours(f, h->server);
	if (ev_config_calls(listing, name))
		return EV_HOOK_CALLED;
	if (!f->exists)
		return EV_HOOK_MISSING;
	if (f->dangling || f->folder || !f->executable)
		return EV_HOOK_BROKEN;
	if (ev_hook_calls(f->text.ptr, name) ||
	    ev_manager_calls(h->manager, r, h->dir, name))
		return EV_HOOK_CALLED;
	return EV_HOOK_FOREIGN;
}

static int look_at(struct ev_hooks *out, struct ev_repo *r, const char *name,
		   const char *listing)
{
	struct ev_hook *hook = &out->items[out->n++];
	struct ev_hookfile f;
	char *aside;
	int ret;

	memset(hook, 0, sizeof(*hook));
	hook->name = name;
	hook->path = ev_strdupf("%s/%s", out->dir, name);
	ret = ev_hookfile_read(&f, hook->path);
	if (ret >= 0) {
		hook->state = judge(&f, name, out, r, listing);
		hook->ours = f.ours;
		hook->edited = f.edited;
		hook->program = f.program;
		f.program = NULL;
		aside = ev_strdupf("%s" EV_HOOK_CHAINED, hook->path);
		hook->chained = f.ours && !access(aside, X_OK);
		free(aside);
	}
	ev_hookfile_release(&f);
	return ret;
}

int ev_hooks_look(struct ev_hooks *out, struct ev_repo *r, bool of_server)
{
	const char *const *name;
	struct ev_buf listing = EV_BUF_INIT;
	int ret;

	memset(out, 0, sizeof(*out));
	out->server = of_server || !ev_repo_workdir(r);
	ret = ev_hooks_folder(out, r);
	if (ret >= 0)
		ret = config_hooks(&listing, r);
	if (ret >= 0)
		out->manager = ev_manager_find(out->dir);
	for (name = ev_hook_names(out->server); *name && ret >= 0; name++)
		ret = look_at(out, r, *name, listing.ptr);
	ev_buf_release(&listing);
	return ret;
}
