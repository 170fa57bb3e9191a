#include "base/compat.h"
#include "repo/git.h"

#include <errno.h>
#include <inttypes.h>

#include "base/error.h"
#include "base/mem.h"
#include "repo/internal.h"

struct ev_walk {
	struct ev_pipe *pipe;
	struct ev_buf line;
	bool ended;
};

/* "^name", "name^@", "name^!", "name^-2": the name alone. */
static char *bare_name(const char *arg, size_t n)
{
	char *name, *mark;

	if (n && *arg == '^') {
		arg++;
		n--;
	}
	name = ev_strndup(arg, n);
	mark = strrchr(name, '^');
	if (mark && (!strcmp(mark, "^@") || !strcmp(mark, "^!") ||
		     mark[1] == '-'))
		*mark = '\0';
	return name;
}

static int check_name(struct ev_repo *r, const char *arg, size_t n)
{
	struct ev_oid oid;
	char *name;
	int ret;

	if (!n)
		return 0;		/* "..x" starts at HEAD */
	name = bare_name(arg, n);
	ret = ev_repo_commit(&oid, r, name);
	free(name);
	return ret;
}

/*
 * rev-list would say what it does not know to our standard error; ask before.
 * An empty side of a range is HEAD, and a search pattern may hold dots.
 */
static int check_arg(struct ev_repo *r, const char *arg)
{
	const char *dots = strstr(arg, "..");
	size_t skip;
	int ret = EV_ENOTFOUND;

	if (!*arg)
		return ev_fail(EV_ENOTFOUND, "unknown revision or range ''");
	if (dots) {
		skip = dots[2] == '.' ? 3 : 2;
		ret = check_name(r, arg, (size_t)(dots - arg));
		if (!ret)
			ret = check_name(r, dots + skip, strlen(dots + skip));
	}
	if (ret == EV_ENOTFOUND)
		ret = check_name(r, arg, strlen(arg));
	if (ret == EV_ENOTFOUND && strcmp(ev_error_last()->message,
					  "there is no commit yet"))
		ev_fail(EV_ENOTFOUND, "unknown revision or range '%s'", arg);
	return ret;
}

static int check_args(struct ev_repo *r, const char *const *args)
{
	int ret = 0;

	for (; *args && !ret && strcmp(*args, "--"); args++)
		if (**args != '-')
			ret = check_arg(r, *args);
	return ret;
}

int ev_walk_open(struct ev_walk **out, struct ev_repo *r,
		 const char *const *args)
{
	struct ev_walk *w = NULL;
	const char **argv;
	size_t n = 0;
	int ret;

	*out = NULL;
	ret = check_args(r, args);
	if (ret)
		return ret;
	while (args[n])
		n++;
	argv = ev_calloc(n + 3, sizeof(*argv));
	argv[0] = "rev-list";
	argv[1] = "--format=%H %T %ct";
	memcpy(argv + 2, args, n * sizeof(*args));
	w = ev_calloc(1, sizeof(*w));
	ev_buf_init(&w->line);
	ret = ev_git_pipe(&w->pipe, r, argv);
	free(argv);
	if (ret)
		ev_walk_close(w);
	else
		*out = w;
	return ret;
}

static int parse_line(struct ev_walk_item *out, char *s, size_t n)
{
	const size_t tree = EV_OID_HEX + 1, time = 2 * (EV_OID_HEX + 1);
	char *end;

	if (n <= time || s[tree - 1] != ' ' || s[time - 1] != ' ')
		return EV_EINVALID;
	s[tree - 1] = s[time - 1] = '\0';
	errno = 0;
	out->time = strtoimax(s + time, &end, 10);
	if (errno || *end || ev_oid_parse(&out->commit, s) ||
	    ev_oid_parse(&out->tree, s + tree))
		return EV_EINVALID;
	return 0;
}

int ev_walk_next(struct ev_walk_item *out, struct ev_walk *w)
{
	int ret;

	for (;;) {
		ev_buf_clear(&w->line);
		ret = ev_pipe_line(w->pipe, &w->line);
		if (ret < 0)
			return ret;
		if (!ret) {
			w->ended = true;
			return 0;
		}
		/* The heading of each; git before 2.33 cannot omit it. */
		if (!ev_starts_with(w->line.ptr, "commit "))
			break;
	}
	if (parse_line(out, w->line.ptr, w->line.len))
		return ev_fail(EV_ERROR, "git rev-list said what cannot be"
			       " read: '%s'", w->line.ptr);
	return 1;
}

int ev_walk_close(struct ev_walk *w)
{
	int ret = 0;

	if (!w)
		return 0;
	if (w->pipe)
		ret = ev_pipe_close(w->pipe);
	if (ret > 0)
		ret = ev_fail(EV_ERROR, "git rev-list ended with status %d",
			      ret);
	ev_buf_release(&w->line);
	free(w);
	return ret;
}

int ev_repo_before(enum ev_ancestry *out, struct ev_repo *r,
		   const struct ev_oid *old, const struct ev_oid *new)
{
	char from[EV_OID_HEX + 1], to[EV_OID_HEX + 1];
	const char *args[] = { "merge-base", "--is-ancestor", from, to, NULL };
	struct ev_buf err = EV_BUF_INIT_MAX(64 << 10), said = EV_BUF_INIT;
	struct ev_process p = { .err = &err, .out = &said };
	int ret;

	ev_oid_hex(from, old);
	ev_oid_hex(to, new);
	ret = ev_git(&p, r, args);
	*out = p.status == 0 ? EV_BEFORE : p.status == 1 ? EV_NOT_BEFORE :
		EV_BEFORE_UNKNOWN;
	/* Where history is cut off the way between them may be missing; of
	 * what it cannot read git only complains. */
	if (*out == EV_NOT_BEFORE && (err.len || ev_repo_is_shallow(r)))
		*out = EV_BEFORE_UNKNOWN;
	ev_buf_release(&err);
	ev_buf_release(&said);
	return ret;
}
