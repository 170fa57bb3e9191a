/*
 * environment.h - what a run stands on, by section, and its fingerprint
 *
 * A section is a sorted list of unique text lines; its digest is the SHA-256
 * of the lines, each ended by LF.  The fingerprint is the SHA-256 of
 * "section SP digest LF" for every section, in order of section names.
 * Sections that do not apply here are absent.  Nothing in it names the host, a
 * user, a serial number or a time, so two machines made alike have one
 * fingerprint.
 *
 *	architecture container cpu gpu kernel libc os
 *	packages.conda packages.dpkg packages.npm packages.pip
 *	runtime toolchain
 */
#ifndef EV_MANIFEST_ENVIRONMENT_H
#define EV_MANIFEST_ENVIRONMENT_H

#include "base/str.h"
#include "data/json.h"
#include "data/schema.h"

#define EV_ENV_DIGEST 72			/* "sha256:" + 64 hex + NUL */
#define EV_ENV_DIR ".evidence/environments"
#define EV_ENV_MAX_BYTES ((size_t)16 << 20)

struct ev_env_section {
	char *name;
	char digest[EV_ENV_DIGEST];
	struct ev_strs lines;
};
struct ev_environment {
	struct ev_env_section *items;		/* sorted by name */
	size_t n, cap;
	char fingerprint[EV_ENV_DIGEST];	/* "" until sealed */
};
#define EV_ENVIRONMENT_INIT { NULL, 0, 0, "" }
void ev_environment_release(struct ev_environment *e);

/* The environment of this process.  Every program asked has 5 seconds; one
 * that fails or is silent is left out. */
int ev_environment_read(struct ev_environment *out);

/* For builders and tests: the lines of a section (made if new); then seal,
 * which sorts, drops empty sections and computes all digests. */
struct ev_strs *ev_environment_section(struct ev_environment *e,
				       const char *name);
void ev_environment_seal(struct ev_environment *e);
const struct ev_env_section *ev_environment_find(const struct ev_environment *e,
						 const char *name);

/* Members fingerprint and sections[{name, digest, lines}] of an open object. */
void ev_environment_json(struct ev_json *j, const struct ev_environment *e);
/* Read a document with these members, as `env --json` and --declare write it;
 * EV_EINVALID if a digest does not follow from the lines. */
int ev_environment_parse(struct ev_environment *out, const char *file,
			 const char *text, size_t n);
extern const struct ev_field ev_environment_fields[];

/* Differences ------------------------------------------------------------ */

enum ev_env_change { EV_ENV_ADDED, EV_ENV_REMOVED, EV_ENV_CHANGED };
struct ev_env_line {
	enum ev_env_change change;
	const char *from, *to;		/* NULL when added / removed */
};
struct ev_env_delta {
	const char *section;
	enum ev_env_change change;	/* of the section itself */
	struct ev_env_line *items;
	size_t n, cap;
};
struct ev_env_deltas { struct ev_env_delta *items; size_t n, cap; };
#define EV_ENV_DELTAS_INIT { NULL, 0, 0 }
/* The sections that differ, in order; strings point into a and b.  Two lines
 * with one first word are one changed line. */
void ev_environment_diff(struct ev_env_deltas *out,
			 const struct ev_environment *a,
			 const struct ev_environment *b);
void ev_env_deltas_release(struct ev_env_deltas *d);

#endif
