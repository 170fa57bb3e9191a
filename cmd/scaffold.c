#include "base/compat.h"
#include "cmd/scaffold.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "cmd/paths.h"
#include "repo/config.h"
#include "repo/git.h"

#define TEMPLATE_LIMIT ((size_t)1 << 20)

void scaffold_init(struct scaffold *s, struct ev_repo *repo)
{
	memset(s, 0, sizeof(*s));
	s->repo = repo;
}

void scaffold_release(struct scaffold *s)
{
	size_t i;

	for (i = 0; i < s->nfiles; i++) {
		free(s->files[i].path);
		ev_buf_release(&s->files[i].bytes);
	}
	for (i = 0; i < s->nsettings; i++) {
		free(s->settings[i].key);
		free(s->settings[i].value);
	}
	free(s->files);
	free(s->settings);
	ev_strs_release(&s->made);
	memset(s, 0, sizeof(*s));
}

static char *full_path(const struct scaffold *s, const char *path)
{
	struct ev_buf out = EV_BUF_INIT;

	ev_path_join(&out, ev_repo_workdir(s->repo), path);
	return ev_buf_detach(&out, NULL);
}

void scaffold_add(struct scaffold *s, const char *path, struct ev_buf *bytes)
{
	struct scaffold_file *f;
	char *full = full_path(s, path);

	s->files = ev_grow(s->files, s->nfiles + 1, &s->files_cap,
			   sizeof(*s->files));
	f = &s->files[s->nfiles++];
	f->path = ev_strdup(path);
	ev_buf_init(&f->bytes);
	ev_buf_swap(&f->bytes, bytes);
	f->exists = ev_file_exists(full);
	free(full);
}

static const char *lookup(const struct scaffold_var *vars, const char *name,
			  size_t n)
{
	for (; vars->name; vars++)
		if (strlen(vars->name) == n && !memcmp(vars->name, name, n))
			return vars->value;
	return NULL;
}

static int fill(struct ev_buf *out, const char *file, const char *text,
		const struct scaffold_var *vars)
{
	static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	const char *value;
	size_t n;

	for (; *text; text++) {
		n = *text == '@' ? strspn(text + 1, upper) : 0;
		if (!n || text[n + 1] != '@') {
			ev_buf_addc(out, *text);
			continue;
		}
		value = lookup(vars, text + 1, n);
		if (!value)
			return ev_fail(EV_ERROR, "template '%s' asks for an "
				       "unknown value '%.*s'", file, (int)n,
				       text + 1);
		ev_buf_adds(out, value);
		text += n + 1;
	}
	return 0;
}

int scaffold_template(struct scaffold *s, const char *path, const char *name,
		      const struct scaffold_var *vars)
{
	struct ev_buf file = EV_BUF_INIT, text = EV_BUF_INIT;
	struct ev_buf out = EV_BUF_INIT;
	int ret;

	ret = data_path(&file, name);
	if (ret >= 0)
		ret = ev_file_read(&text, file.ptr, TEMPLATE_LIMIT);
	if (ret >= 0)
		ret = fill(&out, name, text.ptr, vars);
	if (ret >= 0)
		scaffold_add(s, path, &out);
	ev_buf_release(&file);
	ev_buf_release(&text);
	ev_buf_release(&out);
	return ret;
}

/* Values of the repository's own file, one a line. */
static bool is_set(struct ev_repo *r, const char *key, const char *value)
{
	const char *const args[] = { "config", "--local", "--get-all", key,
				     NULL };
	struct ev_buf out = EV_BUF_INIT;
	char *line, *save = NULL;
	bool found = false;

	if (ev_git_out(&out, r, args) < 0)
		ev_error_clear();
	for (line = strtok_r(out.ptr, "\n", &save); line && !found;
	     line = strtok_r(NULL, "\n", &save))
		found = !strcmp(line, value);
	ev_buf_release(&out);
	return found;
}

int scaffold_setting(struct scaffold *s, const char *key, const char *value)
{
	struct scaffold_setting *x;

	s->settings = ev_grow(s->settings, s->nsettings + 1, &s->settings_cap,
			      sizeof(*s->settings));
	x = &s->settings[s->nsettings++];
	x->key = ev_strdup(key);
	x->value = ev_strdup(value);
	x->exists = is_set(s->repo, key, value);
	return 0;
}

/* Every folder on the way to `path` must be a real one, or absent. */
static int check_folders(const struct scaffold *s, const char *path)
{
	char *part = ev_strdup(path), *slash, *full;
	struct stat st;
	int ret = 0;

	for (slash = strchr(part, '/'); slash && !ret;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		full = full_path(s, part);
		if (!lstat(full, &st) && !S_ISDIR(st.st_mode))
			ret = ev_fail(EV_EEXISTS, "'%s' is not a folder", part);
		free(full);
		*slash = '/';
	}
	free(part);
	return ret;
}

int scaffold_check(const struct scaffold *s)
{
	struct stat st;
	char *full;
	size_t i;
	int ret = 0;

	for (i = 0; i < s->nfiles && !ret; i++) {
		ret = check_folders(s, s->files[i].path);
		full = full_path(s, s->files[i].path);
		if (!ret && s->files[i].exists && !lstat(full, &st) &&
		    !S_ISREG(st.st_mode))
			ret = ev_fail(EV_EEXISTS, "'%s' is not a regular file",
				      s->files[i].path);
		free(full);
	}
	return ret;
}

/* The folders above `path`, each noted when it is new. */
static int make_folders(struct scaffold *s, const char *path)
{
	char *part = ev_strdup(path), *slash, *full;
	int ret = 0;

	for (slash = strchr(part, '/'); slash && !ret;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		full = full_path(s, part);
		if (!ev_file_exists(full)) {
			ret = ev_mkdirs(full, 0777);
			if (ret >= 0)
				ev_strs_add(&s->made, full);
		}
		free(full);
		*slash = '/';
	}
	free(part);
	return ret;
}

static int write_file(struct scaffold *s, const struct scaffold_file *f)
{
	char *full = full_path(s, f->path);
	int ret;

	ret = make_folders(s, f->path);
	if (ret >= 0)
		ret = ev_file_create(full, f->bytes.ptr, f->bytes.len, 0666);
	if (ret >= 0)
		ev_strs_add(&s->made, full);
	free(full);
	return ret;
}

static void unset(struct ev_repo *r, const struct scaffold_setting *x)
{
	const char *const args[] = { "config", "--local", "--fixed-value",
				     "--unset", x->key, x->value, NULL };

	(void)ev_git_out(NULL, r, args);
}

static void take_back(struct scaffold *s, size_t settings)
{
	const struct ev_error *e = ev_error_last();
	char *message = ev_strdup(e->message), *hints = ev_strdup(e->hints);
	char *line, *save = NULL;
	int code = e->code;
	size_t i;

	while (settings-- > 0)
		if (!s->settings[settings].exists)
			unset(s->repo, &s->settings[settings]);
	for (i = s->made.n; i-- > 0; )
		if (unlink(s->made.items[i]))
			(void)rmdir(s->made.items[i]);
	ev_fail(code, "%s", message);
	for (line = strtok_r(hints, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		ev_error_hint("%s", line);
	free(message);
	free(hints);
}

int scaffold_write(struct scaffold *s)
{
	size_t i, k = 0;
	int ret = scaffold_check(s);

	for (i = 0; i < s->nfiles && ret >= 0; i++)
		if (!s->files[i].exists)
			ret = write_file(s, &s->files[i]);
	for (; k < s->nsettings && ret >= 0; k++)
		if (!s->settings[k].exists)
			ret = ev_config_add(s->repo, s->settings[k].key,
					    s->settings[k].value);
	if (ret < 0)
		take_back(s, k ? k - 1 : 0);
	return ret;
}
