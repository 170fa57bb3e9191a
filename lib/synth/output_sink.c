#include "base/compat.h"

#include "synth/output_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/mem.h"
#include "synth/waveform.h"

static int check_empty(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	int ret = 0;

	if (!d)
		return ev_fail_errno(EV_EINVALID, "cannot use '%s'", folder);
	while (ret == 0 && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			ret = ev_fail(EV_EEXISTS, "'%s' is not empty", folder);
	closedir(d);
	return ret;
}

static int make_folders(struct ev_sink *k)
{
	int ret;

	if (!k->folder)
		return 0;
	if (!mkdir(k->folder, 0777))
		k->made = true;
	else if (errno != EEXIST)
		return ev_fail_errno(EV_ERROR, "cannot create folder '%s'",
				     k->folder);
	ret = check_empty(k->folder);
	if (ret < 0)
		return ret;
	ev_path_join(&k->hidden, k->folder, ".synth-XXXXXX");
	if (mkdtemp(k->hidden.ptr))
		return 0;
	ev_buf_clear(&k->hidden);
	return ev_fail_errno(EV_ERROR, "cannot write to '%s'", k->folder);
}

static int open_file(struct ev_sink *k, struct ev_synth_result *r, size_t i,
		     const struct ev_tables *t)
{
	const struct ev_table *b = i < EV_TABLES ? &t->table[i] : NULL;
	struct ev_buf path = EV_BUF_INIT;
	int ret = 0;

	r->files[i].name = !b ? ev_strdup(EV_WAVE_LIST) :
		ev_strdupf("%s.%s", ev_table_names[i],
			   t->format == EV_SYNTH_CSV ? "csv" : "jsonl");
	k->file[i].hash = ev_sha256_new();
	if (k->folder) {
		ev_path_join(&path, k->hidden.ptr, r->files[i].name);
		k->file[i].fd = open(path.ptr, O_WRONLY | O_CREAT | O_EXCL |
				     O_CLOEXEC, 0666);
	}
	if (k->folder && k->file[i].fd < 0)
		ret = ev_fail_errno(EV_ERROR, "cannot create '%s' in '%s'",
				    r->files[i].name, k->folder);
	else
		r->n_files = i + 1;
	ev_buf_release(&path);
	return ret < 0 || !b ? ret :
		ev_sink_add(k, r, i, b->head.text, b->head.len);
}

int ev_sink_open(struct ev_sink *k, const char *folder,
		 struct ev_synth_result *r, const struct ev_tables *t,
		 bool waveforms)
{
	size_t i;
	int ret;

	memset(k, 0, sizeof(*k));
	ev_buf_init(&k->hidden);
	k->folder = folder;
	for (i = 0; i < EV_FILES; i++)
		k->file[i].fd = -1;
	ret = make_folders(k);
	for (i = 0; i < t->n && ret == 0; i++)
		ret = open_file(k, r, i, t);
	if (ret == 0 && waveforms)
		ret = open_file(k, r, EV_WAVES, t);
	return ret;
}

int ev_sink_add(struct ev_sink *k, struct ev_synth_result *r, size_t table,
		const char *p, size_t n)
{
	if (k->folder && ev_fd_write(k->file[table].fd, p, n) < 0)
		return ev_fail_errno(EV_ERROR, "cannot write '%s' in '%s'",
				     r->files[table].name, k->folder);
	ev_sha256_add(k->file[table].hash, p, n);
	r->files[table].bytes += n;
	return 0;
}

int ev_sink_close(struct ev_sink *k, struct ev_synth_result *r)
{
	struct ev_buf lines = EV_BUF_INIT;
	unsigned char digest[EV_SHA256_SIZE];
	char hex[EV_SHA256_HEX + 1];
	size_t i;
	int fd;

	for (i = 0; i < r->n_files; i++) {
		fd = k->file[i].fd;
		k->file[i].fd = -1;
		if (k->folder && (fsync(fd) | close(fd)))
			return ev_fail_errno(EV_ERROR, "cannot write '%s' in "
					     "'%s'", r->files[i].name,
					     k->folder);
		ev_sha256_finish(k->file[i].hash, digest);
		ev_hex_encode(r->files[i].sha256, digest,
			      EV_SHA256_SIZE);
		ev_buf_addf(&lines, "%s  %s\n", r->files[i].sha256,
			    r->files[i].name);
	}
	ev_sha256_hex(hex, lines.ptr, lines.len);
	snprintf(r->digest, sizeof(r->digest), "sha256:%s", hex);
	ev_buf_release(&lines);
	return 0;
}

/* Move one file up, by its name. */
static int show_file(struct ev_sink *k, const char *name, bool back)
{
	struct ev_buf from = EV_BUF_INIT, to = EV_BUF_INIT;
	int ret = 0;

	ev_path_join(&from, k->hidden.ptr, name);
	ev_path_join(&to, k->folder, name);
	if (rename(back ? to.ptr : from.ptr, back ? from.ptr : to.ptr))
		ret = ev_fail_errno(EV_ERROR, "cannot write '%s'", to.ptr);
	ev_buf_release(&from);
	ev_buf_release(&to);
	return ret;
}

static int list(struct ev_strs *names, const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	if (!d)
		return ev_fail_errno(EV_ERROR, "cannot read '%s'", folder);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			ev_strs_add(names, e->d_name);
	closedir(d);
	ev_strs_sort(names);
	return 0;
}

/* All of them, or none. */
int ev_sink_show(struct ev_sink *k)
{
	struct ev_strs names = EV_STRS_INIT;
	size_t i;
	int ret;

	if (!k->folder)
		return 0;
	ret = list(&names, k->hidden.ptr);
	for (i = 0; i < names.n && ret == 0; i++)
		ret = show_file(k, names.items[i], false);
	if (ret < 0) {
		for (i = i ? i - 1 : 0; i-- > 0;)
			show_file(k, names.items[i], true);
		ret = ev_fail(EV_ERROR, "cannot write to '%s'", k->folder);
	} else if (rmdir(k->hidden.ptr) == 0) {
		ev_buf_clear(&k->hidden);
		k->made = false;
	}
	ev_strs_release(&names);
	return ret;
}

static void empty(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
}

/* What is hidden is ours.  Without words: an error is on its way, and is to
 * be heard of, not what this comes upon. */
static void take_away(const struct ev_sink *k)
{
	struct ev_buf waves = EV_BUF_INIT;

	ev_path_join(&waves, k->hidden.ptr, EV_WAVE_FOLDER);
	empty(waves.ptr);
	rmdir(waves.ptr);
	ev_buf_release(&waves);
	empty(k->hidden.ptr);
	rmdir(k->hidden.ptr);
}

void ev_sink_release(struct ev_sink *k)
{
	size_t i;

	for (i = 0; i < EV_FILES; i++) {
		if (k->file[i].fd >= 0)
			close(k->file[i].fd);
		if (k->file[i].hash)
			ev_sha256_free(k->file[i].hash);
	}
	if (k->hidden.len)
		take_away(k);
	if (k->made)
		rmdir(k->folder);
	ev_buf_release(&k->hidden);
	memset(k, 0, sizeof(*k));
}
