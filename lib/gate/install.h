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
	EV_HOOK_FOREIGN,		/* somebody else's, and does not call
					   us */
	EV_HOOK_CALLED,			/* somebody else's, and calls us */
	EV_HOOK_BROKEN			/* not executable, a dangling link, or
					   ours for a program that is gone */
};
const char *ev_hook_state_name(enum ev_hook_state s);
struct ev_hook {
	const char *name;		/* "pre-push" */
	enum ev_hook_state state;
	bool chained;			/* a foreign hook is run before ours */
	char *path;
	bool ours;
	bool edited;			/* ours, but changed by hand since */
	char *program;			/* that ours starts; NULL if not ours */
};
struct ev_hooks {
	char *dir;			/* absolute; where Git looks for them */
	bool custom;			/* core.hooksPath leads elsewhere than
					   the repository's own hooks/ */
	char scope[16];			/* where core.hooksPath is set: "local",
					   "global"; "" if it is not */
	bool shared;			/* custom, outside of this repository,
					   and not by its own configuration */
	enum ev_hook_manager manager;	/* recognised by the files it writes */
	bool server;
	struct ev_hook items[8];
	size_t n;
};
void ev_hooks_release(struct ev_hooks *h);
/* The names of the hooks of a client or of a server, ended by NULL. */
const char *const *ev_hook_names(bool server);

/*
 * The hooks of a client, or of a server (bare, or `server` asked for).  A hook
 * that Git's own configuration or a manager's names is CALLED, too.
 */
int ev_hooks_look(struct ev_hooks *out, struct ev_repo *r, bool server);

struct ev_install {
	bool server, chain, dry_run;
	const char *root;		/* fingerprint to pin as evidence.root;
					   needed by a server, unless set */
	const char *program;		/* absolute path of git-evidence */
	const char *templates;		/* folder of the wrappers (hooks/) */
};
/*
 * Write them, all or none.  EV_EEXISTS with a recipe as hints if a foreign
 * hook is in the way and `chain` is not given, or a hook manager owns the
 * folder: husky and lefthook write theirs anew whenever they like, so chaining
 * would not last; pre-commit keeps what it finds.  EV_EDENIED if core.hooksPath
 * leads to a folder that other repositories use, or one of ours was edited.
 * `done` gets one line for each file written or moved, none if all is in place.
 */
int ev_hooks_install(struct ev_strs *done, struct ev_repo *r,
		     const struct ev_install *i);
/*
 * Take ours away and put theirs back, those of client and server, where Git
 * looks and in the repository's own hooks/.  One that was edited is left;
 * `done` as above, and `left` gets a line for each hook that stays.
 */
int ev_hooks_uninstall(struct ev_strs *done, struct ev_strs *left,
		       struct ev_repo *r, bool dry_run);
/* What to put where by hand, for a manager; for EV_MANAGER_GIT the config
 * lines of Git's own hook configuration (hook.<name>.command, .event). */
void ev_hooks_recipe(struct ev_strs *lines, enum ev_hook_manager m,
		     const char *program);

#endif
