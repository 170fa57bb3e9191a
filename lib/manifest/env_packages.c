#include "base/compat.h"
#include "manifest/env_sections.h"

#include <ctype.h>
#include <dirent.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/process.h"

#define STATUS_LIMIT ((size_t)64 << 20)
#define OUTPUT_LIMIT ((size_t)4 << 20)

/* Full path of a program in PATH, or NULL; the caller frees it. */
static char *find_program(const char *name)
{
	const char *path = getenv("PATH");
	char *copy, *dir, *save = NULL, *full = NULL;

	if (!path)
		return NULL;
	copy = ev_strdup(path);
	for (dir = strtok_r(copy, ":", &save); dir;
	     dir = strtok_r(NULL, ":", &save)) {
		if (*dir != '/')
			continue;
		full = ev_strdupf("%s/%s", dir, name);
		if (!access(full, X_OK))
			break;
		free(full);
		full = NULL;
	}
	free(copy);
	return full;
}

/*
 * Standard output, or standard error where a program speaks there, of a
 * program found in PATH; false if there is none or it says nothing in time.
 */
static bool ask(struct ev_buf *out, const char *name, const char *arg,
		const char *const *more)
{
	static const char *const env[] = {
		"LC_ALL=C", "LANGUAGE", "NO_UPDATE_NOTIFIER=1",
		"npm_config_update_notifier=false", "PYTHONDONTWRITEBYTECODE=1",
		"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", NULL
	};
	struct ev_buf err = EV_BUF_INIT_MAX(OUTPUT_LIMIT);
	char *program = find_program(name), *limit = find_program("timeout");
	const char *argv[12];
	struct ev_process p = { .argv = argv, .env = env, .out = out,
				.err = &err };
	size_t n = 0;
	bool ok = false;

	if (!program)
		goto out;
	if (limit) {
		argv[n++] = limit;
		argv[n++] = EV_ENV_SECONDS;
	}
	argv[n++] = program;
	argv[n++] = arg;
	while (more && *more && n < EV_ARRAY_SIZE(argv) - 1)
		argv[n++] = *more++;
	argv[n] = NULL;
	ev_buf_clear(out);
	out->max = OUTPUT_LIMIT;
	if (ev_process_run(&p) < 0 || p.status)
		goto out;
	if (!out->len)
		ev_buf_swap(out, &err);
	ok = out->len && !out->overflow;
out:
	ev_error_clear();
	free(program);
	free(limit);
	ev_buf_release(&err);
	return ok;
}

void ev_env_programs(struct ev_environment *e)
{
	static const struct { const char *section, *name, *arg; } known[] = {
		{ "runtime", "python3", "--version" },
		{ "runtime", "node", "--version" },
		{ "runtime", "java", "-version" },
		{ "runtime", "R", "--version" },
		{ "runtime", "julia", "--version" },
		{ "runtime", "ruby", "--version" },
		{ "toolchain", "gcc", "--version" },
		{ "toolchain", "clang", "--version" },
		{ "toolchain", "ld", "--version" },
		{ "toolchain", "make", "--version" },
		{ "toolchain", "cmake", "--version" },
		{ "toolchain", "rustc", "--version" },
		{ "toolchain", "cargo", "--version" },
		{ "toolchain", "go", "version" },
		{ "toolchain", "git", "--version" }
	};
	struct ev_buf out = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(known); i++) {
		if (!ask(&out, known[i].name, known[i].arg, NULL))
			continue;
		ev_buf_setlen(&out, strcspn(out.ptr, "\n"));
		ev_env_add(e, known[i].section, known[i].name, out.ptr);
	}
	ev_buf_release(&out);
}

static void add_lines(struct ev_environment *e, const char *section, char *text)
{
	char *line, *save = NULL;

	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		ev_env_add(e, section, "", line);
}

/*
 * What `pip list` shows, without needing pip.  The current folder is taken off
 * the path first: nothing in a work tree may be run by looking.
 */
void ev_env_pip(struct ev_environment *e)
{
	static const char script[] =
		"import sys\n"
		"sys.path = [p for p in sys.path if p]\n"
		"import re\n"
		"from importlib.metadata import distributions\n"
		"for d in distributions():\n"
		"    n = d.metadata['Name']\n"
		"    if n:\n"
		"        n = re.sub('[-_.]+', '-', n).lower()\n"
		"        print(n, d.version)\n";
	static const char *const more[] = { script, NULL };
	struct ev_buf out = EV_BUF_INIT;

	if (ask(&out, "python3", "-c", more))
		add_lines(e, "packages.pip", out.ptr);
	ev_buf_release(&out);
}

void ev_env_npm(struct ev_environment *e)
{
	static const char *const more[] = { "-g", "--depth=0", "--json",
					    "--offline", NULL };
	struct ev_buf out = EV_BUF_INIT;
	const struct ev_value *list;
	struct ev_value *root = NULL;
	size_t i;

	if (!ask(&out, "npm", "ls", more) ||
	    ev_json_read(&root, "npm", out.ptr, out.len) < 0)
		goto out;
	list = ev_get(root, "dependencies");
	for (i = 0; list && list->type == EV_MAP && i < list->n; i++)
		ev_env_add(e, "packages.npm", list->keys[i]->text,
			   ev_get_string(list->items[i], "version"));
out:
	ev_error_clear();
	ev_value_free(root);
	ev_buf_release(&out);
}

/* conda keeps one file NAME-VERSION-BUILD.json for each package. */
static void add_conda(struct ev_environment *e, const char *file)
{
	char *name = ev_strndup(file, strlen(file) - strlen(".json"));
	char *build = strrchr(name, '-'), *version;

	if (build) {
		*build = '\0';
		version = strrchr(name, '-');
		if (version) {
			*version = '\0';
			ev_strs_addf(ev_environment_section(e,
							    "packages.conda"),
				     "%s %s %s", name, version + 1, build + 1);
		}
	}
	free(name);
}

void ev_env_conda(struct ev_environment *e, const char *prefix)
{
	char *path;
	struct dirent *d;
	DIR *dir;

	if (!prefix || *prefix != '/')
		return;
	path = ev_strdupf("%s/conda-meta", prefix);
	dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if (ev_ends_with(d->d_name, ".json"))
			add_conda(e, d->d_name);
	if (dir)
		closedir(dir);
	free(path);
}

struct package {
	const char *name, *version, *arch;
	bool installed;
};

static void add_package(struct ev_environment *e, struct package *p)
{
	if (p->name && p->version && p->installed)
		ev_strs_addf(ev_environment_section(e, "packages.dpkg"),
			     "%s:%s %s", p->name, p->arch ? p->arch : "all",
			     p->version);
	memset(p, 0, sizeof(*p));
}

static void read_field(struct package *p, char *line)
{
	char *value = strchr(line, ':');

	if (!value || isspace((unsigned char)*line))
		return;
	*value++ = '\0';
	value += strspn(value, " \t");
	if (!strcmp(line, "Package"))
		p->name = value;
	else if (!strcmp(line, "Version"))
		p->version = value;
	else if (!strcmp(line, "Architecture"))
		p->arch = value;
	else if (!strcmp(line, "Status"))
		p->installed = ev_ends_with(value, " installed");
}

void ev_env_dpkg(struct ev_environment *e, const char *root)
{
	char *path = ev_strdupf("%s/var/lib/dpkg/status", root), *line, *end;
	struct ev_buf text = EV_BUF_INIT;
	struct package p = { 0 };

	if (ev_file_read(&text, path, STATUS_LIMIT) < 0) {
		ev_error_clear();
		goto out;
	}
	for (line = text.ptr; *line; line = end) {
		end = strchrnul(line, '\n');
		if (*end)
			*end++ = '\0';
		if (*line)
			read_field(&p, line);
		else
			add_package(e, &p);
	}
	add_package(e, &p);
out:
	ev_buf_release(&text);
	free(path);
}
