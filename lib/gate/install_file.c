#include "base/compat.h"
#include "gate/install_internal.h"

#include <ctype.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"

#define MARK "# git-evidence hook "
#define DIGEST_HEX 16

void ev_hookfile_release(struct ev_hookfile *f)
{
	free(f->program);
	ev_buf_release(&f->text);
	memset(f, 0, sizeof(*f));
	ev_buf_init(&f->text);
}

static const char *line_after(const char *p)
{
	p += strcspn(p, "\n");
	return *p ? p + 1 : p;
}

static void digest_of(char out[DIGEST_HEX + 1], const char *text)
{
	char hex[EV_SHA256_HEX + 1];

	ev_sha256_hex(hex, text, strlen(text));
	memcpy(out, hex, DIGEST_HEX);
	out[DIGEST_HEX] = '\0';
}

/* The line "NAME=..." of our text, or NULL. */
static const char *value_of(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (; *text; text = line_after(text))
		if (!strncmp(text, name, n) && text[n] == '=')
			return text + n + 1;
	return NULL;
}

/* A word in single quotes, as quote() makes it. */
static char *unquote(const char *p)
{
	struct ev_buf out = EV_BUF_INIT;

	if (*p++ != '\'')
		return NULL;
	for (; *p && *p != '\n'; p++) {
		if (*p != '\'')
			ev_buf_addc(&out, *p);
		else if (!strncmp(p, "'\\''", 4))
			ev_buf_addc(&out, *(p += 3));
		else
			return ev_buf_detach(&out, NULL);
	}
	ev_buf_release(&out);
	return NULL;
}

static void quote(struct ev_buf *out, const char *word)
{
	ev_buf_addc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			ev_buf_adds(out, "'\\'");
		ev_buf_addc(out, *word);
	}
	ev_buf_addc(out, '\'');
}

/* Ours if the second line says so; what comes after may have been edited. */
static void recognise(struct ev_hookfile *f)
{
	const char *mark = line_after(f->text.ptr), *body, *side;
	char digest[DIGEST_HEX + 1];
	char *end;

	if (strncmp(mark, MARK, strlen(MARK)))
		return;
	mark += strlen(MARK);
	if (!isdigit((unsigned char)*mark))
		return;
	f->ours = true;
	f->version = strtol(mark, &end, 10);
	body = line_after(mark);
	digest_of(digest, body);
	f->edited = strncmp(f->text.ptr, "#!/bin/sh\n", 10) ||
		*end != ' ' || strncmp(end + 1, digest, DIGEST_HEX) ||
		end[1 + DIGEST_HEX] != '\n' || strlen(f->text.ptr) !=
		f->text.len;
	side = value_of(body, "side");
	if (side)
		f->side = !strncmp(side, "server\n", 7) ? EV_SIDE_SERVER :
			EV_SIDE_CLIENT;
	if (value_of(body, "program"))
		f->program = unquote(value_of(body, "program"));
}

int ev_hookfile_read(struct ev_hookfile *out, const char *path)
{
	struct stat st;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	ev_buf_init(&out->text);
	if (lstat(path, &st))
		return 0;
	out->exists = true;
	out->link = S_ISLNK(st.st_mode);
	if (stat(path, &st)) {
		out->dangling = true;
		return 0;
	}
	out->folder = S_ISDIR(st.st_mode);
	out->mode = st.st_mode & 07777;
	/* Git asks access(2), and for root any x will do */
	out->executable = !access(path, X_OK);
	if (S_ISREG(st.st_mode) && (size_t)st.st_size <= EV_HOOK_LIMIT)
		ret = ev_file_read(&out->text, path, EV_HOOK_LIMIT);
	if (ret >= 0 && !out->link)
		recognise(out);
	return ret;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.';
}

/* "git-evidence hook NAME" or "git evidence hook NAME", perhaps with a path
 * before it and a quote after its first or second word. */
static bool line_calls(const char *p, size_t n, const char *name)
{
	const char *end = p + n, *q;
	size_t len = strlen(name);

	for (; (p = memmem(p, (size_t)(end - p), "evidence", 8)); p += 8) {
		q = p + 8 + strspn(p + 8, "'\"}");
		if (q >= end || !isblank((unsigned char)*q))
			continue;
		q += strspn(q, " \t");
		if (strncmp(q, "hook", 4) || !isblank((unsigned char)q[4]))
			continue;
		q += 4 + strspn(q + 4, " \t'\"");
		if (!strncmp(q, name, len) && !is_word(q[len]))
			return true;
	}
	return false;
}

bool ev_hook_calls(const char *text, const char *name)
{
	size_t n;

	for (; *text; text = line_after(text)) {
		text += strspn(text, " \t");
		n = strcspn(text, "\n");
		if (*text != '#' && line_calls(text, n, name))
			return true;
	}
	return false;
}

static int read_template(struct ev_buf *out, const char *dir, const char *sub,
			 const char *name)
{
	struct ev_buf path = EV_BUF_INIT;
	int ret;

	ev_buf_addf(&path, "%s/%s%s", dir, sub, name);
	ret = ev_file_read(out, path.ptr, EV_HOOK_LIMIT);
	if (ret < 0)
		ev_error_hint("git-evidence is not completely installed: run "
			      "'make install' again");
	ev_buf_release(&path);
	return ret;
}

/* Add a line, or what stands for it in an installed hook. */
static void add_line(struct ev_buf *out, const char *line, size_t n,
		     const struct ev_install *i, const char *common)
{
	static const char include[] = "# include common.sh";
	static const char lint[] = "# shellcheck ";

	if (n == sizeof(include) && !strncmp(line, include, n - 1)) {
		for (; *common; common = line_after(common))
			add_line(out, common,
				 (size_t)(line_after(common) - common), i, "");
	} else if (!strncmp(line, "program=@PROGRAM@", 17)) {
		ev_buf_adds(out, "program=");
		quote(out, i->program);
		ev_buf_addc(out, '\n');
	} else if (!strncmp(line, "side=@SIDE@", 11)) {
		ev_buf_addf(out, "side=%s\n", i->server ? "server" : "client");
	} else if (strncmp(line, lint, sizeof(lint) - 1)) {
		ev_buf_add(out, line, n);
	}
}

int ev_hook_render(struct ev_buf *out, const struct ev_install *i,
		   const char *name)
{
	struct ev_buf text = EV_BUF_INIT, common = EV_BUF_INIT;
	struct ev_buf body = EV_BUF_INIT;
	char digest[DIGEST_HEX + 1];
	const char *p;
	int ret;

	if (strchr(i->program, '\n'))
		return ev_fail(EV_EINVALID, "the path of git-evidence has a "
			       "line feed in it");
	ret = read_template(&text, i->templates, i->server ? "server/" :
			    "client/", name);
	if (ret >= 0)
		ret = read_template(&common, i->templates, "", "common.sh");
	if (ret >= 0) {
		p = line_after(line_after(text.ptr));
		for (; *p; p = line_after(p))
			add_line(&body, p, (size_t)(line_after(p) - p), i,
				 common.ptr);
		digest_of(digest, body.ptr);
		ev_buf_addf(out, "#!/bin/sh\n" MARK "%d %s\n%s",
			    EV_HOOK_VERSION, digest, body.ptr);
	}
	ev_buf_release(&text);
	ev_buf_release(&common);
	ev_buf_release(&body);
	return ret;
}
