#include "base/compat.h"
#include "cmd/verb.h"

#if __has_include("init.c")
extern const struct verb verb_init;
#endif
#if __has_include("attach.c")
extern const struct verb verb_attach;
#endif
#if __has_include("env.c")
extern const struct verb verb_env;
#endif
#if __has_include("run.c")
extern const struct verb verb_run;
#endif
#if __has_include("log.c")
extern const struct verb verb_log;
#endif
#if __has_include("show.c")
extern const struct verb verb_show;
#endif
#if __has_include("verify.c")
extern const struct verb verb_verify;
#endif
#if __has_include("sync.c")
extern const struct verb verb_sync;
#endif
#if __has_include("import.c")
extern const struct verb verb_import;
#endif
extern const struct verb verb_help;

const struct verb *const verbs[] = {
#if __has_include("init.c")
	&verb_init,
#endif
#if __has_include("attach.c")
	&verb_attach,
#endif
#if __has_include("env.c")
	&verb_env,
#endif
#if __has_include("run.c")
	&verb_run,
#endif
#if __has_include("log.c")
	&verb_log,
#endif
#if __has_include("show.c")
	&verb_show,
#endif
#if __has_include("verify.c")
	&verb_verify,
#endif
#if __has_include("sync.c")
	&verb_sync,
#endif
#if __has_include("import.c")
	&verb_import,
#endif
	&verb_help, NULL
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
