/*
 * scaffold.h - a set of new files and settings, written whole or not at all
 */
#ifndef EV_CMD_SCAFFOLD_H
#define EV_CMD_SCAFFOLD_H

#include "base/buf.h"
#include "base/str.h"
#include "repo/repo.h"

struct scaffold_file {
	char *path;			/* below the top of the work tree */
	struct ev_buf bytes;
	bool exists;			/* somebody's own: left as it is */
};
struct scaffold_setting { char *key, *value; bool exists; };
struct scaffold {
	struct ev_repo *repo;		/* not bare */
	struct scaffold_file *files;
	size_t nfiles, files_cap;
	struct scaffold_setting *settings;
	size_t nsettings, settings_cap;
	struct ev_strs made;		/* files and folders written so far */
};
void scaffold_init(struct scaffold *s, struct ev_repo *repo);
void scaffold_release(struct scaffold *s);

/* A value for @NAME@ in templates. */
struct scaffold_var { const char *name; const char *value; };

/* Takes the bytes out of `bytes`. */
void scaffold_add(struct scaffold *s, const char *path, struct ev_buf *bytes);
/* The template `name` (below templates/) with each @NAME@ replaced; an unknown
 * @NAME@ is EV_ERROR. `vars` ends with a NULL name. */
int scaffold_template(struct scaffold *s, const char *path, const char *name,
		      const struct scaffold_var *vars);
/* Add `value` to a multi-valued key of the repository's own config. */
int scaffold_setting(struct scaffold *s, const char *key, const char *value);

/* Refuse what would be written through a symbolic link or over a folder. */
int scaffold_check(const struct scaffold *s);
/* Files, then settings; on failure all that was written is taken back. */
int scaffold_write(struct scaffold *s);

#endif
