#include "base/compat.h"

#include "study/sandbox.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void add_words(struct ev_strs *argv, const char *const *words)
{
	for (; *words; words++)
		ev_strs_add(argv, *words);
}

static void hide(struct ev_strs *argv, const char *path)
{
	if (*path != '/' || !is_folder(path))
		return;
	ev_strs_add(argv, "--tmpfs");
	ev_strs_add(argv, path);
}

static void hide_below_home(struct ev_strs *argv, const char *name)
{
	struct ev_buf path = EV_BUF_INIT;
	const char *home = getenv("HOME");

	if (home && *home) {
		ev_path_join(&path, home, name);
		hide(argv, path.ptr);
	}
	ev_buf_release(&path);
}

void ev_sandbox_words(struct ev_strs *argv, const char *dir)
{
	static const char *const first[] = {
		"bwrap", "--unshare-all", "--die-with-parent", "--new-session",
		"--cap-drop", "ALL", "--ro-bind", "/", "/", "--dev", "/dev",
		"--proc", "/proc", NULL
	};
	static const char *const last[] = {
		"--setenv", "HOME", "/tmp", "--setenv", "TMPDIR", "/tmp",
		"--unsetenv", "GNUPGHOME", "--unsetenv", "SSH_AUTH_SOCK",
		"--unsetenv", "XDG_RUNTIME_DIR",
		"--unsetenv", "DBUS_SESSION_BUS_ADDRESS", NULL
	};
	const char *keys = getenv("GNUPGHOME");

	add_words(argv, first);
	hide(argv, "/run");
	hide_below_home(argv, ".gnupg");
	hide_below_home(argv, ".ssh");
	if (keys)
		hide(argv, keys);
	/* Last of these, so that what was hidden below /tmp is gone too. */
	hide(argv, "/tmp");
	add_words(argv, last);
	ev_strs_add(argv, "--bind");
	ev_strs_add(argv, dir);
	ev_strs_add(argv, dir);
	ev_strs_add(argv, "--chdir");
	ev_strs_add(argv, dir);
	ev_strs_add(argv, "--");
}

static int explain(struct ev_buf *err)
{
	char *line;

	ev_buf_chomp(err);
	line = strrchr(err->ptr, '\n');
	ev_fail(EV_ERROR, "bubblewrap cannot work here: %s",
		line ? line + 1 : err->ptr);
	ev_error_hint("leave out --hermetic, or allow user namespaces");
	return EV_ERROR;
}

int ev_sandbox_probe(void)
{
	struct ev_strs argv = EV_STRS_INIT;
	struct ev_buf dir = EV_BUF_INIT, err = EV_BUF_INIT_MAX(4096);
	struct ev_process p = { .err = &err };
	int ret;

	ret = ev_tmpdir(&dir, "git-evidence");
	if (ret < 0)
		goto out;
	ev_sandbox_words(&argv, dir.ptr);
	ev_strs_add(&argv, "true");
	ev_strs_take(&argv, NULL);
	p.argv = (const char *const *)argv.items;
	ret = ev_process_run(&p);
	if (ret == EV_ENOTFOUND)
		ev_error_hint("install bubblewrap, or leave out --hermetic");
	else if (ret == 0 && p.status)
		ret = explain(&err);
	ev_rmtree(dir.ptr);
out:
	ev_strs_release(&argv);
	ev_buf_release(&err);
	ev_buf_release(&dir);
	return ret;
}

static bool can_run(const char *dir, size_t n, const char *name)
{
	struct ev_buf path = EV_BUF_INIT;
	struct stat st;
	bool yes;

	ev_buf_add(&path, dir, n);
	ev_buf_addf(&path, "/%s", name);
	yes = stat(path.ptr, &st) == 0 && S_ISREG(st.st_mode) &&
	      access(path.ptr, X_OK) == 0;
	ev_buf_release(&path);
	return yes;
}

int ev_sandbox_find(const char *program, const char *dir)
{
	const char *p = getenv("PATH");
	size_t n;

	if (*program == '/' && can_run("", 0, program + 1))
		return 0;
	if (*program != '/' && strchr(program, '/') &&
	    can_run(dir, strlen(dir), program))
		return 0;
	for (; p && !strchr(program, '/'); p = p[n] ? p + n + 1 : NULL) {
		n = strcspn(p, ":");
		if (*p == '/' && can_run(p, n, program))
			return 0;
	}
	return ev_fail(EV_ENOTFOUND, "cannot run '%s': no such program",
		       program);
}
