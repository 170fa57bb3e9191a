#include "base/compat.h"
#include "manifest/env_sections.h"

#include <ctype.h>
#include <dirent.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

#define FILE_LIMIT ((size_t)16 << 20)
#define LINE_LIMIT 400

void ev_env_add(struct ev_environment *e, const char *section,
		const char *word, const char *text)
{
	struct ev_buf line = EV_BUF_INIT_MAX(LINE_LIMIT);
	bool blank = true;
	size_t start;

	if (*word)
		ev_buf_addf(&line, "%s ", word);
	start = line.len;
	for (; text && *text; text++) {
		if (isspace((unsigned char)*text)) {
			blank = true;
		} else if (!iscntrl((unsigned char)*text)) {
			if (blank && line.len > start)
				ev_buf_addc(&line, ' ');
			ev_buf_addc(&line, *text);
			blank = false;
		}
	}
	if (line.len > start)
		ev_strs_add(ev_environment_section(e, section), line.ptr);
	ev_buf_release(&line);
}

static bool read_file(struct ev_buf *out, const char *root, const char *path)
{
	char *full = ev_strdupf("%s%s", root, path);
	int ret;

	ev_buf_clear(out);
	ret = ev_file_read(out, full, FILE_LIMIT);
	if (ret < 0)
		ev_error_clear();
	free(full);
	return ret >= 0;
}

/* The next line of text, cut at its LF; NULL at the end. */
static char *next_line(char **at)
{
	char *line = *at, *end;

	if (!*line)
		return NULL;
	end = strchrnul(line, '\n');
	*at = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

/* The value if `line` is "NAME=value", its quotes taken off. */
static char *shell_value(char *line, const char *name)
{
	size_t n = strlen(name), end;
	char *v = line + n + 1;

	if (strncmp(line, name, n) || line[n] != '=')
		return NULL;
	end = strlen(v);
	if (end >= 2 && (*v == '"' || *v == '\'') && v[end - 1] == *v) {
		v[end - 1] = '\0';
		v++;
	}
	return v;
}

void ev_env_os(struct ev_environment *e, const char *root)
{
	static const struct { const char *name, *word; } wanted[] = {
		{ "ID", "id" }, { "VERSION_ID", "version" },
		{ "PRETTY_NAME", "name" }, { "BUILD_ID", "build" },
		{ "VARIANT_ID", "variant" }
	};
	struct ev_buf text = EV_BUF_INIT;
	char *at, *line, *value;
	size_t i;

	if (read_file(&text, root, "/etc/os-release") ||
	    read_file(&text, root, "/usr/lib/os-release")) {
		at = text.ptr;
		while ((line = next_line(&at)))
			for (i = 0; i < EV_ARRAY_SIZE(wanted); i++) {
				value = shell_value(line, wanted[i].name);
				if (value)
					ev_env_add(e, "os", wanted[i].word,
						   value);
			}
	}
	if (read_file(&text, root, "/etc/debian_version"))
		ev_env_add(e, "os", "debian", text.ptr);
	ev_buf_release(&text);
}

void ev_env_machine(struct ev_environment *e)
{
	const uint16_t one = 1;
	struct utsname u;
	char libc[128];

	if (!uname(&u)) {
		ev_env_add(e, "architecture", "machine", u.machine);
		/* the version names the build's host and time */
		ev_env_add(e, "kernel", u.sysname, u.release);
	}
	ev_env_add(e, "architecture", "byte-order",
		   *(const unsigned char *)&one ? "little" : "big");
#ifdef _CS_GNU_LIBC_VERSION
	if (confstr(_CS_GNU_LIBC_VERSION, libc, sizeof(libc)) &&
	    memchr(libc, '\0', sizeof(libc)))
		ev_env_add(e, "libc", "", libc);
#else
	(void)libc;
#endif
}

/* The text after the colon if `line` is "name : text". */
static char *colon_value(char *line, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(line, name, n))
		return NULL;
	line += n;
	line += strspn(line, " \t");
	return *line == ':' ? line + 1 : NULL;
}

void ev_env_cpu(struct ev_environment *e, const char *root)
{
	static const char *const flags[] = { "flags", "features" };
	static const struct { const char *name, *word; } wanted[] = {
		{ "vendor_id", "vendor" }, { "model name", "model" },
		{ "cpu implementer", "implementer" }, { "cpu part", "part" }
	};
	struct ev_buf text = EV_BUF_INIT;
	char *at, *line, *v, *flag, *save;
	size_t i;

	if (!read_file(&text, root, "/proc/cpuinfo"))
		goto out;
	at = text.ptr;
	while ((line = next_line(&at))) {
		for (i = 0; i < EV_ARRAY_SIZE(wanted); i++)
			if ((v = colon_value(line, wanted[i].name)))
				ev_env_add(e, "cpu", wanted[i].word, v);
		for (i = 0; i < EV_ARRAY_SIZE(flags); i++) {
			v = colon_value(line, flags[i]);
			for (flag = v ? strtok_r(v, " \t", &save) : NULL; flag;
			     flag = strtok_r(NULL, " \t", &save))
				ev_strs_addf(ev_environment_section(e, "cpu"),
					     "flag:%s", flag);
		}
		/* one processor stands for all: cores are no part of it */
		if (!*line && ev_environment_find(e, "cpu"))
			break;
	}
out:
	ev_buf_release(&text);
}

static const char *runtime_of(const char *cgroup)
{
	static const struct { const char *part, *name; } known[] = {
		{ "kubepods", "kubernetes" }, { "libpod", "podman" },
		{ "docker", "docker" }, { "containerd", "containerd" },
		{ "/lxc", "lxc" }, { "machine.slice/systemd-nspawn", "nspawn" }
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(known); i++)
		if (strstr(cgroup, known[i].part))
			return known[i].name;
	return NULL;
}

static const char *find_runtime(struct ev_buf *text, const char *root)
{
	const char *name;
	char *full;
	bool there;

	if (read_file(text, root, "/run/.containerenv"))
		return "podman";
	full = ev_strdupf("%s/.dockerenv", root);
	there = ev_file_exists(full);
	free(full);
	if (there)
		return "docker";
	if (read_file(text, root, "/proc/1/cgroup") &&
	    (name = runtime_of(text->ptr)))
		return name;
	if (getenv("KUBERNETES_SERVICE_HOST"))
		return "kubernetes";
	name = getenv("container");
	return name && *name ? name : NULL;
}

/* The id of the running container is left out: it differs in every run. */
void ev_env_container(struct ev_environment *e, const char *root)
{
	struct ev_buf text = EV_BUF_INIT;
	const char *runtime = find_runtime(&text, root);
	char *at, *line, *v;

	if (!runtime)
		goto out;
	ev_env_add(e, "container", "runtime", runtime);
	if (read_file(&text, root, "/run/.containerenv")) {
		at = text.ptr;
		while ((line = next_line(&at))) {
			if ((v = shell_value(line, "image")))
				ev_env_add(e, "container", "image", v);
			if ((v = shell_value(line, "imageid")))
				ev_env_add(e, "container", "image-id", v);
		}
	}
	ev_env_add(e, "container", "digest",
		   getenv("GIT_EVIDENCE_CONTAINER_DIGEST"));
out:
	ev_buf_release(&text);
}

/* The first word made of digits and dots: "535.104.05". */
static void add_version(struct ev_environment *e, const char *word, char *text)
{
	char *save = NULL, *w;

	for (w = strtok_r(text, " \t\n\",", &save); w;
	     w = strtok_r(NULL, " \t\n\",", &save))
		if (isdigit((unsigned char)*w) && strchr(w, '.')) {
			ev_env_add(e, "gpu", word, w);
			return;
		}
}

static void add_gpu_model(struct ev_environment *e, char *text)
{
	char *line, *v;

	while ((line = next_line(&text)))
		if ((v = colon_value(line, "Model")))
			ev_env_add(e, "gpu", "model", v);
}

static void add_gpu_models(struct ev_environment *e, const char *root)
{
	static const char where[] = "/proc/driver/nvidia/gpus";
	struct ev_buf text = EV_BUF_INIT;
	char *full = ev_strdupf("%s%s", root, where), *file;
	struct dirent *d;
	DIR *dir = opendir(full);

	while (dir && (d = readdir(dir))) {
		if (*d->d_name == '.')
			continue;
		file = ev_strdupf("%s/%s/information", where, d->d_name);
		if (read_file(&text, root, file))
			add_gpu_model(e, text.ptr);
		free(file);
	}
	if (dir)
		closedir(dir);
	free(full);
	ev_buf_release(&text);
}

void ev_env_gpu(struct ev_environment *e, const char *root)
{
	struct ev_buf text = EV_BUF_INIT;

	if (read_file(&text, root, "/proc/driver/nvidia/version"))
		add_version(e, "nvidia-driver", text.ptr);
	add_gpu_models(e, root);
	if (read_file(&text, root, "/usr/local/cuda/version.json") ||
	    read_file(&text, root, "/usr/local/cuda/version.txt"))
		add_version(e, "cuda", text.ptr);
	if (read_file(&text, root, "/opt/rocm/.info/version"))
		ev_env_add(e, "gpu", "rocm", text.ptr);
	ev_buf_release(&text);
}
