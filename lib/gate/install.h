/*
 * install.h - hooks put in place without harming those of others
 *
 * A hook of ours is a file of sh(1) whose second line names us and the version
 * of the template; it fails closed when the program is gone.  A foreign hook
 * is left alone unless chaining is asked for: then it is moved aside, byte for
 * byte and with its mode, to NAME.evidence-chained, and ours runs it first
 * with the same arguments and standard input.  Uninstalling puts it back.
 */
#ifndef EV_GATE_INSTALL_H
#define EV_GATE_INSTALL_H

#include "base/str.h"
#include "repo/repo.h"

enum ev_hook_manager { EV_MANAGER_NONE, EV_MANAGER_HUSKY, EV_MANAGER_LEFTHOOK,
		       EV_MANAGER_PRE_COMMIT, EV_MANAGER_GIT };
const char *ev_hook_manager_name(enum ev_hook_manager m);
int ev_hook_manager_parse(enum ev_hook_manager *out, const char *word);

enum ev_hook_state {
	EV_HOOK_MISSING,
	EV_HOOK_ACTIVE,			/* ours, of this version */
	EV_HOOK_STALE,			/* ours, of another version or for
					   another program */
	EV_HOOK_FOREIGN,		/* somebody else's, and does not call us */
	EV_HOOK_CALLED,			/* somebody else's, and calls us */
	EV_HOOK_BROKEN			/* not executable, or a dangling link */
};
struct ev_hook {
	const char *name;		/* "pre-push" */
	enum ev_hook_state state;
	bool chained;			/* a foreign hook is run before ours */
	char *path;
};
struct ev_hooks {
	char *dir;			/* as `git rev-parse --git-path hooks` */
	bool custom;			/* core.hooksPath is set */
	enum ev_hook_manager manager;	/* recognised by the files it writes */
	bool server;
	struct ev_hook items[8];
	size_t n;
};
void ev_hooks_release(struct ev_hooks *h);

/* The hooks of a client, or of a server (bare, or `server` asked for). */
int ev_hooks_look(struct ev_hooks *out, struct ev_repo *r, bool server);

struct ev_install {
	bool server, chain, dry_run;
	const char *root;		/* fingerprint; required with server */
	const char *program;		/* absolute path of git-evidence */
	const char *templates;		/* folder of the wrappers (hooks/) */
};
/*
 * Write them, all or none.  EV_EEXISTS with a recipe as hints if a foreign
 * hook is in the way and `chain` is not given, or a hook manager owns the
 * folder.  `done` gets one line for each file written or moved.
 */
int ev_hooks_install(struct ev_strs *done, struct ev_repo *r,
		     const struct ev_install *i);
/* Take ours away and put theirs back; `done` as above. */
int ev_hooks_uninstall(struct ev_strs *done, struct ev_repo *r, bool dry_run);
/* What to put where by hand, for a manager; for EV_MANAGER_GIT the config
 * lines of Git's own hook configuration (hook.<name>.command, .event). */
void ev_hooks_recipe(struct ev_strs *lines, enum ev_hook_manager m,
		     const char *program);

#endif
