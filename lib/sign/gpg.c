#include "base/compat.h"
#include "sign/gpg.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "sign/keyhome.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_uint runs;

unsigned ev_sign_gpg_runs(void)
{
	return atomic_load(&runs);
}

/*
 * Without "disable-gpgconf" GPGME runs gpgconf several times to learn what
 * PATH says as well.  It also ignores SIGPIPE for the whole process; whoever
 * pipes our output into head(1) wants the usual end.
 */
static void set_up(void)
{
	struct sigaction pipe_action;

	sigaction(SIGPIPE, NULL, &pipe_action);
	gpgme_set_global_flag("disable-gpgconf", "1");
	gpgme_check_version(NULL);
	sigaction(SIGPIPE, &pipe_action, NULL);
}

void ev_gpg_count(void)
{
	atomic_fetch_add(&runs, 1);
}

void ev_gpg_begin(struct ev_gpg_quiet *q)
{
	sigset_t set;

	ev_gpg_count();
	sigpending(&set);
	q->pending = sigismember(&set, SIGPIPE) == 1;
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, &q->before);
}

void ev_gpg_end(const struct ev_gpg_quiet *q)
{
	static const struct timespec at_once;
	sigset_t set;

	if (!q->pending) {
		sigemptyset(&set);
		sigaddset(&set, SIGPIPE);
		while (sigtimedwait(&set, NULL, &at_once) > 0)
			;
	}
	pthread_sigmask(SIG_SETMASK, &q->before, NULL);
}

int ev_gpg_fail(gpgme_error_t err, const char *what)
{
	char text[128];

	gpgme_strerror_r(err, text, sizeof(text));
	return ev_fail(EV_ERROR, "%s: %s", what, text);
}

bool ev_gpg_is_system(gpgme_error_t err)
{
	return (gpgme_err_code(err) & GPG_ERR_SYSTEM_ERROR) != 0;
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0;
}

/* An empty entry of PATH means the current folder, which is not searched. */
static bool search_path(struct ev_buf *out, const char *program)
{
	const char *p = getenv("PATH");
	size_t n;

	for (; p && *p; p += n + (p[n] == ':')) {
		n = strcspn(p, ":");
		ev_buf_clear(out);
		ev_buf_addf(out, "%.*s/%s", (int)n, p, program);
		if (*p == '/' && is_program(out->ptr))
			return true;
	}
	return false;
}

int ev_gpg_find(struct ev_buf *out, const char *program)
{
	bool found;

	ev_buf_clear(out);
	if (!program)
		program = "gpg";
	if (strchr(program, '/')) {
		ev_buf_adds(out, program);
		found = is_program(program);
	} else {
		found = search_path(out, program);
	}
	if (found)
		return 0;
	ev_fail(EV_ENOTFOUND, "cannot run '%s'", program);
	if (!strcmp(program, "gpg"))
		ev_error_hint("install GnuPG (the package gnupg)");
	else
		ev_error_hint("git config gpg.program");
	return EV_ENOTFOUND;
}

/* CVE-2022-34903: older ones let a signature write their status lines. */
static bool is_old(const char *version)
{
	static const struct { int minor, micro; } first[] = {
		{ 2, 36 }, { 3, 7 },
	};
	int v[3] = { 0, 0, 0 };
	size_t i;
	char *end;

	for (i = 0; i < EV_ARRAY_SIZE(v); i++) {
		v[i] = (int)strtol(version, &end, 10);
		if (end == version || v[i] < 0 || (i < 2 && *end != '.'))
			return true;
		version = end + 1;
	}
	if (v[0] != 2)
		return v[0] < 2;
	for (i = 0; i < EV_ARRAY_SIZE(first); i++)
		if (v[1] == first[i].minor)
			return v[2] < first[i].micro;
	return v[1] < 2;
}

static gpgme_engine_info_t openpgp_of(gpgme_engine_info_t info)
{
	while (info && info->protocol != GPGME_PROTOCOL_OpenPGP)
		info = info->next;
	return info;
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/*
 * What new contexts begin with.  GPGME runs gpg for its version whenever a
 * program or a home is set, also for a context by itself, so it is set here for
 * all those of one home.  A context goes on with what it began with.
 */
static gpgme_error_t open_context(gpgme_ctx_t *out, const char *path,
				  const char *home)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	gpgme_engine_info_t info = NULL;
	gpgme_error_t err;

	pthread_mutex_lock(&lock);
	err = gpgme_get_engine_info(&info);
	info = err ? NULL : openpgp_of(info);
	if (!err && !(info && same(info->file_name, path) &&
		      same(info->home_dir, home)))
		err = gpgme_set_engine_info(GPGME_PROTOCOL_OpenPGP, path, home);
	if (!err)
		err = gpgme_new(out);
	pthread_mutex_unlock(&lock);
	if (!err)
		err = gpgme_set_protocol(*out, GPGME_PROTOCOL_OpenPGP);
	return err;
}

int ev_gpg_check_version(const char *program, const char *version)
{
	if (!version)
		return ev_fail(EV_ERROR, "'%s' does not say its version",
			       program);
	if (!is_old(version))
		return 0;
	ev_fail(EV_ERROR, "'%s' is version %s, at least 2.2.36 (or 2.3.7) is "
		"needed", program, version);
	ev_error_hint("older ones can be told by a signature what to report "
		      "(CVE-2022-34903)");
	return EV_ERROR;
}

int ev_gpg_open(gpgme_ctx_t *out, const char *program, const char *home)
{
	struct ev_buf path = EV_BUF_INIT;
	gpgme_engine_info_t info;
	gpgme_ctx_t ctx = NULL;
	gpgme_error_t err;
	int ret;

	*out = NULL;
	pthread_once(&once, set_up);
	if (!program)
		program = "gpg";
	ret = ev_gpg_find(&path, program);
	if (ret < 0)
		goto out;
	err = open_context(&ctx, path.ptr, home);
	if (err) {
		ret = ev_gpg_fail(err, "gpg cannot be used");
		goto out;
	}
	info = openpgp_of(gpgme_ctx_get_engine_info(ctx));
	ret = ev_gpg_check_version(program, info ? info->version : NULL);
	if (ret < 0)
		goto out;
	gpgme_set_offline(ctx, 1);
	*out = ctx;
	ctx = NULL;
out:
	if (ctx)
		gpgme_release(ctx);
	ev_buf_release(&path);
	return ret;
}
