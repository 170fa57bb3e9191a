#include "base/compat.h"

#include "gate/history.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "gate/mailmap.h"
#include "gate/near.h"
#include "repo/git.h"

void ev_range_release(struct ev_range *r)
{
	size_t i;

	for (i = 0; i < r->npeople; i++) {
		free(r->people[i].email);
		free(r->people[i].name);
	}
	free(r->people);
	free(r->commits);
	free(r->signers);
	ev_buf_release(&r->pool);
	memset(r, 0, sizeof(*r));
}

const char *ev_range_hint(const struct ev_case *c)
{
	return ev_repo_is_shallow(c->repo) ? "git fetch --unshallow"
					   : "git fetch";
}

static void unknown(struct ev_range *out, const char *fmt, ...)
	EV_PRINTF(2, 3);

static void unknown(struct ev_range *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->reason, sizeof(out->reason), fmt, ap);
	va_end(ap);
	out->known = false;
}

/* People ------------------------------------------------------------------- */

static void add_person(struct ev_range *out, const struct ev_maker *m,
		       const char *email, const char *name)
{
	struct ev_contributor *x;

	if (!*email && !*name)
		return;
	EV_GROW(out->people, out->npeople, out->cap);
	x = &out->people[out->npeople++];
	memset(x, 0, sizeof(*x));
	x->email = ev_strdup(email);
	x->name = ev_strdup(name);
	x->author = m->author;
	x->committer = m->committer;
	x->commit = out->commits[m->commit].commit;
}

/* What the candidate's own file says of them; it only ever adds. */
static int read_mailmap(struct ev_mailmap *map, struct ev_range *out,
			struct ev_case *c)
{
	struct ev_buf text = EV_BUF_INIT_MAX(EV_MAILMAP_MAX);
	int ret;

	ret = ev_tree_read(&text, c->repo, &c->tree, ".mailmap",
			   EV_MAILMAP_MAX);
	if (ret == 0) {
		ev_mailmap_read(map, &text);
	} else if (ret == EV_ELIMIT) {
		unknown(out, "its .mailmap is too large to be read");
		ret = 0;
	} else if (ret == EV_ENOTFOUND || ret == EV_EINVALID) {
		ret = 0;	/* none, or a link, which Git does not follow */
	}
	if (ret == 0)
		ev_error_clear();
	ev_buf_release(&text);
	return ret;
}

static int name_people(struct ev_history *h, struct ev_case *c)
{
	struct ev_mailmap map = EV_MAILMAP_INIT;
	const char *email, *name;
	size_t i;
	int ret;

	ret = read_mailmap(&map, h->out, c);
	for (i = 0; ret == 0 && i < h->nmakers; i++) {
		email = h->out->pool.ptr + h->makers[i].at;
		name = h->out->pool.ptr + h->makers[i].name_at;
		add_person(h->out, &h->makers[i], email, name);
		if (ev_mailmap_find(&map, &email, &name))
			add_person(h->out, &h->makers[i], email, name);
	}
	ev_mailmap_release(&map);
	return ret;
}

/* The walk ----------------------------------------------------------------- */

static int feed(void *ctx, int fd, const char *p, size_t n)
{
	(void)fd;
	return ev_history_feed(ctx, p, n);
}

static bool is_here(struct ev_repo *r, const struct ev_oid *oid)
{
	bool here = ev_object_info(NULL, NULL, r, oid) == 0;

	if (!here)
		ev_error_clear();
	return here;
}

/* What the range leaves out: false if that cannot be told here. */
static bool leave_out(struct ev_strs *args, struct ev_history *h,
		      struct ev_case *c)
{
	const struct ev_question *q = c->q;
	const struct ev_oid *base = NULL;
	char hex[EV_OID_HEX + 1];

	if (c->has_from_tree) {
		base = &c->from_commit;
		h->from = *base;
	} else if (!ev_oid_is_zero(&q->from)) {
		ev_oid_hex(hex, &q->from);
		if (is_here(c->repo, &q->from))
			unknown(h->out, "the ref holds %.12s, which is no "
				"commit", hex);
		else
			unknown(h->out, "%.12s, which the ref holds, is not "
				"here", hex);
		return false;
	} else if (c->policy->has_adopted &&
		   is_here(c->repo, &c->policy->adopted)) {
		base = &c->policy->adopted;
	}
	if (base) {
		ev_oid_hex(hex, base);
		ev_strs_addf(args, "^%s", hex);
	}
	h->shallow_matters = base && ev_repo_is_shallow(c->repo);
	return true;
}

static void add_tips(struct ev_strs *args, const struct ev_case *c)
{
	const struct ev_oids *heads = c->q->heads;
	char hex[EV_OID_HEX + 1];
	size_t i;

	if (c->has_commit) {
		ev_oid_hex(hex, &c->commit);
		ev_strs_add(args, hex);
	}
	for (i = 0; c->q->merging && heads && i < heads->n; i++) {
		ev_oid_hex(hex, &heads->items[i]);
		ev_strs_add(args, hex);
	}
}

/* Few commits in a row need no process. */
static int go_near(bool *done, struct ev_history *h, struct ev_case *c)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret = 0;

	*done = c->has_commit && c->has_from_tree &&
		ev_near_range(&text, c->repo, &c->from_commit, &c->commit);
	if (*done)
		ret = ev_history_feed(h, text.ptr, text.len);
	ev_buf_release(&text);
	if (ret == EV_ESTOP) {
		h->out->known = false;
		ev_error_clear();
		ret = 0;
	}
	return ret;
}

static int walk(struct ev_history *h, struct ev_case *c, struct ev_strs *args)
{
	struct ev_buf err = EV_BUF_INIT_MAX(64 << 10);
	struct ev_process p = { .err = &err, .on_data = feed, .ctx = h };
	int ret;

	EV_GROW(args->items, args->n, args->cap);
	args->items[args->n] = NULL;
	ret = ev_git(&p, c->repo, (const char *const *)args->items);
	if (ret == EV_ESTOP) {
		h->out->known = false;
		ev_error_clear();
		ret = 0;
	} else if (ret == 0 && (p.status || h->at != EV_AT_NAME)) {
		unknown(h->out, "history is not all here: %.*s",
			(int)strcspn(err.ptr, "\n"), err.ptr);
	}
	ev_buf_release(&err);
	return ret;
}

int ev_range_load(struct ev_range *out, struct ev_case *c)
{
	struct ev_strs args = EV_STRS_INIT;
	struct ev_history h;
	bool done = false;
	size_t fixed;
	int ret = 0;

	if (out->loaded)
		return 0;
	memset(out, 0, sizeof(*out));
	ev_buf_init(&out->pool);
	out->loaded = out->known = true;
	ev_history_init(&h, out);
	ev_strs_add(&args, "rev-list");
	ev_strs_add(&args, "--parents");
	ev_strs_add(&args, "--header");
	ev_strs_add(&args, "--encoding=none");
	fixed = args.n;
	add_tips(&args, c);
	if (args.n == fixed || !leave_out(&args, &h, c))
		goto out;
	ret = go_near(&done, &h, c);
	if (ret == 0 && !done)
		ret = walk(&h, c, &args);
	if (ret < 0)
		goto out;
	ev_history_end(&h);
	if (out->known)
		ret = name_people(&h, c);
out:
	ev_history_release(&h);
	ev_strs_release(&args);
	return ret;
}
