/*
 * install_internal.h - what the files about hooks share; this room only
 */
#ifndef EV_GATE_INSTALL_INTERNAL_H
#define EV_GATE_INSTALL_INTERNAL_H

#include "base/buf.h"
#include "gate/install.h"

#define EV_HOOK_VERSION 1
#define EV_HOOK_LIMIT ((size_t)1 << 20)	/* longer files are not ours */
#define EV_HOOK_CHAINED ".evidence-chained"

/* install_file.c: what lies at a path, and what ours look like ----------- */

enum ev_hook_side { EV_SIDE_NONE, EV_SIDE_CLIENT, EV_SIDE_SERVER };

struct ev_hookfile {
	bool exists;			/* something is there (lstat) */
	bool link, dangling, folder, executable;
	bool ours;			/* a regular file with our line 2 */
	bool edited;			/* ours, but not as it was written */
	long version;
	enum ev_hook_side side;		/* of ours */
	char *program;			/* of ours; NULL if it names none */
	unsigned mode;			/* permission bits */
	struct ev_buf text;		/* "" if it is no file or too long */
};
int ev_hookfile_read(struct ev_hookfile *out, const char *path);
void ev_hookfile_release(struct ev_hookfile *f);
/* Does a text of sh(1) or a manager's configuration run our hook `name`? */
bool ev_hook_calls(const char *text, const char *name);

/*
 * The text of a hook of ours.  Its second line holds the version and the first
 * 16 digits of the SHA-256 of what comes after that line.
 */
int ev_hook_render(struct ev_buf *out, const struct ev_install *i,
		   const char *name);

/* hooks_look.c: where hooks lie ------------------------------------------- */

/* Fill dir, custom, scope and shared. */
int ev_hooks_folder(struct ev_hooks *out, struct ev_repo *r);
/* `path` as people know it: from the top of the work tree, or as it is. */
const char *ev_hook_shown(struct ev_repo *r, const char *path);

/* manager.c --------------------------------------------------------------- */

enum ev_hook_manager ev_manager_find(const char *dir);
/* Does the configuration of the manager run our hook `name`? */
bool ev_manager_calls(enum ev_hook_manager m, struct ev_repo *r,
		      const char *dir, const char *name);
/* Does Git's own, as `git config --get-regexp ^hook\.` printed it? */
bool ev_config_calls(const char *listing, const char *name);
/* From 2.54 on Git reads it; `version` as `git version` prints it. */
bool ev_git_has_config_hooks(const char *version);

/* install_steps.c: files written and moved, all or none ------------------- */

struct ev_step {
	char *path;
	struct ev_buf text;		/* of ours */
	bool aside;			/* move what is there aside first */
	struct ev_buf old;		/* of ours that is replaced */
	unsigned old_mode;
	bool replaces;
};
struct ev_steps { struct ev_step *items; size_t n, cap; };
void ev_steps_release(struct ev_steps *s);
struct ev_step *ev_steps_add(struct ev_steps *s, const char *path);
/* On failure everything is as before, and the reason is the last error. */
int ev_steps_do(struct ev_steps *s);
void ev_steps_undo(struct ev_steps *s, size_t n);

#endif
