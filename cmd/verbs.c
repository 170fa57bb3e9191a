#include "base/compat.h"
#include "cmd/verb.h"

extern const struct verb verb_init;
extern const struct verb verb_install;
extern const struct verb verb_uninstall;
extern const struct verb verb_doctor;
extern const struct verb verb_attach;
extern const struct verb verb_env;
extern const struct verb verb_run;
extern const struct verb verb_validate;
extern const struct verb verb_synth;
extern const struct verb verb_check;
extern const struct verb verb_approve;
extern const struct verb verb_waive;
extern const struct verb verb_revoke;
extern const struct verb verb_promote;
extern const struct verb verb_rollback;
extern const struct verb verb_status;
extern const struct verb verb_log;
extern const struct verb verb_show;
extern const struct verb verb_verify;
extern const struct verb verb_help;
extern const struct verb verb_audit;
extern const struct verb verb_sync;
extern const struct verb verb_import;
extern const struct verb verb_checkpoint;
extern const struct verb verb_hook;

const struct verb *const verbs[] = {
	&verb_init, &verb_install, &verb_uninstall, &verb_doctor,
	&verb_attach, &verb_env, &verb_run, &verb_validate, &verb_synth,
	&verb_check, &verb_approve, &verb_waive, &verb_revoke,
	&verb_promote, &verb_rollback,
	&verb_status, &verb_log, &verb_show, &verb_verify, &verb_help,
	&verb_audit, &verb_sync, &verb_import,
	&verb_checkpoint, &verb_hook,
	NULL
};

const struct verb *verb_find(const char *name)
{
	size_t i;

	for (i = 0; verbs[i]; i++)
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
	return NULL;
}

const char *verb_closest(const char *name)
{
	const char *names[EV_ARRAY_SIZE(verbs)];
	size_t n;

	for (n = 0; verbs[n]; n++)
		names[n] = verbs[n]->name;
	return ev_closest(name, names, n);
}

const char *verb_group_title(enum verb_group group)
{
	static const char *const titles[] = {
		[GROUP_SETUP] = "set up",
		[GROUP_RECORD] = "record evidence",
		[GROUP_DECIDE] = "decide",
		[GROUP_LOOK] = "look at evidence",
		[GROUP_HANDOVER] = "hand over",
		[GROUP_PLUMBING] = "for scripts and hooks",
	};

	return titles[group];
}
