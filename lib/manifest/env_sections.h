/*
 * env_sections.h - where the lines of an environment come from; for this room
 *
 * Each function adds what it finds and leaves out what it does not: an absent
 * file or program is no error.  `root` is put before every path of a file, so
 * that tests can give a folder of their own; "" in earnest.
 */
#ifndef EV_MANIFEST_ENV_SECTIONS_H
#define EV_MANIFEST_ENV_SECTIONS_H

#include "manifest/environment.h"

void ev_env_os(struct ev_environment *e, const char *root);
void ev_env_machine(struct ev_environment *e);	/* architecture kernel libc */
void ev_env_cpu(struct ev_environment *e, const char *root);
void ev_env_container(struct ev_environment *e, const char *root);
void ev_env_gpu(struct ev_environment *e, const char *root);
void ev_env_dpkg(struct ev_environment *e, const char *root);
void ev_env_conda(struct ev_environment *e, const char *prefix);

/* Programs in PATH. */
#define EV_ENV_SECONDS "5"
void ev_env_programs(struct ev_environment *e);	/* runtime toolchain */
void ev_env_pip(struct ev_environment *e);
void ev_env_npm(struct ev_environment *e);

/* One line "word text" with the text's blanks folded and controls dropped;
 * nothing is added for an empty text. */
void ev_env_add(struct ev_environment *e, const char *section,
		const char *word, const char *text);

#endif
