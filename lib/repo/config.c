#include "base/compat.h"
#include "repo/config.h"

#include <errno.h>
#include <inttypes.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"
#include "repo/git.h"
#include "repo/internal.h"

#define CONFIG_LIMIT ((size_t)16 << 20)
#define ORIGIN "origin"

struct entry {
	const char *scope, *key, *value;	/* value NULL: "[a] b" alone */
};

struct ev_config {
	char *text;
	struct entry *items;
	size_t n, cap;
	/* Values that were given out stay valid after a change. */
	struct ev_config *older;
	bool stale;
	char *remote;			/* see ev_config_remote(); or NULL */
};

/* What Git says when there is no repository. */
static struct ev_config *outside;

void ev_config_free(struct ev_config *c)
{
	struct ev_config *older;

	for (; c; c = older) {
		older = c->older;
		free(c->text);
		free(c->items);
		free(c->remote);
		free(c);
	}
}

/* "scope NUL key LF value NUL ..."; the LF is absent with the value. */
static void parse(struct ev_config *c, size_t len)
{
	char *p = c->text, *end = c->text + len, *lf;
	struct entry e;

	while (p < end) {
		e.scope = p;
		p += strlen(p) + 1;
		if (p >= end)
			break;
		e.key = p;
		p += strlen(p) + 1;
		lf = strchr(e.key, '\n');
		if (lf)
			*lf = '\0';
		e.value = lf ? lf + 1 : NULL;
		EV_GROW(c->items, c->n, c->cap);
		c->items[c->n++] = e;
	}
}

static const char *const list_args[] = { "config", "--list", "-z",
	"--show-scope", NULL };

void ev_config_begin(struct ev_repo *r)
{
	if (!r || r->config || r->config_call)
		return;
	if (ev_git_begin(&r->config_call, r, list_args))
		ev_error_clear();
	else
		r->config_call->out.max = CONFIG_LIMIT;
}

/* What Git lists, from the process that was begun if there is one. */
static int list(struct ev_buf *text, struct ev_buf *err, int *status,
		struct ev_repo *r)
{
	struct ev_git_call *call = r ? r->config_call : NULL;
	struct ev_process p = { .out = text, .err = err };
	int ret;

	if (call) {
		r->config_call = NULL;
		ret = ev_git_end(call);
		*status = call->p.status;
		ev_buf_swap(text, &call->out);
		ev_buf_swap(err, &call->err);
		ev_git_call_free(call);
		return ret;
	}
	ret = ev_git(&p, r, list_args);
	*status = p.status;
	return ret;
}

static int load(struct ev_config **out, struct ev_repo *r)
{
	struct ev_buf text = EV_BUF_INIT_MAX(CONFIG_LIMIT), said = EV_BUF_INIT;
	struct ev_buf err = EV_BUF_INIT_MAX(64 << 10);
	struct ev_config *c;
	int ret, status;
	size_t len;

	ret = list(&text, &err, &status, r);
	if (!ret && status) {
		ev_git_said(&said, err.ptr);
		ret = ev_fail(EV_EINVALID, "the configuration cannot be read:"
			      " %s", said.len ? said.ptr : "no reason given");
	} else if (!ret && text.overflow) {
		ret = ev_fail(EV_ELIMIT, "the configuration is larger than %zu"
			      " bytes", CONFIG_LIMIT);
	}
	if (!ret) {
		c = ev_calloc(1, sizeof(*c));
		c->text = ev_buf_detach(&text, &len);
		parse(c, len);
		c->older = *out;
		*out = c;
	}
	ev_buf_release(&text);
	ev_buf_release(&said);
	ev_buf_release(&err);
	return ret;
}

static int config_of(struct ev_config **out, struct ev_repo *r)
{
	struct ev_config **slot = r ? &r->config : &outside;
	int ret = 0;

	if (!*slot || (*slot)->stale)
		ret = load(slot, r);
	*out = ret ? NULL : *slot;
	return ret;
}

static void lower(char *p, const char *end)
{
	for (; p < end; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
}

/* Section and name in lower case, as git lists them. */
static char *plain_key(const char *key)
{
	char *copy = ev_strdup(key), *first, *last;

	first = strchr(copy, '.');
	last = strrchr(copy, '.');
	if (first) {
		lower(copy, first);
		lower(last, copy + strlen(copy));
	}
	return copy;
}

/* The last one with that key; 1 found, 0 not, negative on error. */
static int find(struct entry *out, struct ev_repo *r, const char *key)
{
	struct ev_config *c;
	char *want;
	size_t i;
	int ret;

	ret = config_of(&c, r);
	if (ret)
		return ret;
	want = plain_key(key);
	for (i = c->n; i > 0 && !ret; i--) {
		if (strcmp(c->items[i - 1].key, want))
			continue;
		*out = c->items[i - 1];
		ret = 1;
	}
	free(want);
	return ret;
}

const char *ev_config_get(struct ev_repo *r, const char *key, int *err)
{
	struct entry e;
	int ret = find(&e, r, key);

	if (err)
		*err = ret < 0 ? ret : 0;
	if (ret <= 0)
		return NULL;
	return e.value ? e.value : "";
}

/* The remote of "remote.NAME.url", or NULL; the caller frees it. */
static char *remote_of(const char *key)
{
	static const char head[] = "remote.", tail[] = ".url";
	size_t n = strlen(key), around = strlen(head) + strlen(tail);

	if (n <= around || !ev_starts_with(key, head) ||
	    !ev_ends_with(key, tail))
		return NULL;
	return ev_strndup(key + strlen(head), n - around);
}

/* Where there are two, nothing says which is meant. */
static void find_remote(struct ev_config *c)
{
	char *name, *only = NULL;
	bool origin = false, several = false;
	size_t i;

	for (i = 0; i < c->n; i++) {
		name = remote_of(c->items[i].key);
		if (!name)
			continue;
		origin |= !strcmp(name, ORIGIN);
		several |= only && strcmp(only, name);
		if (only)
			free(name);
		else
			only = name;
	}
	if (origin || several || !only) {
		free(only);
		only = ev_strdup(ORIGIN);
	}
	c->remote = only;
}

const char *ev_config_remote(struct ev_repo *r)
{
	const char *said = ev_config_get(r, "evidence.remote", NULL);
	struct ev_config *c;

	if (said)
		return said;
	if (config_of(&c, r) < 0) {
		ev_error_clear();
		return ORIGIN;
	}
	if (!c->remote)
		find_remote(c);
	return c->remote;
}

int ev_config_digest(unsigned char out[32], struct ev_repo *r)
{
	struct ev_config *c = NULL;
	const struct entry *e;
	struct ev_sha256 *h;
	size_t i;
	int ret = config_of(&c, r);

	if (ret < 0)
		return ret;
	h = ev_sha256_new();
	for (i = 0; i < c->n; i++) {
		e = &c->items[i];
		ev_sha256_add(h, e->scope, strlen(e->scope) + 1);
		ev_sha256_add(h, e->key, strlen(e->key) + 1);
		ev_sha256_add(h, e->value ? "=" : "", 1);
		if (e->value)
			ev_sha256_add(h, e->value, strlen(e->value) + 1);
	}
	ev_sha256_finish(h, out);
	ev_sha256_free(h);
	return 0;
}

/* Decimal, 0x and 0 prefixes, one of k m g, as git_parse_int64 takes them. */
static bool number(int64_t *out, const char *s)
{
	int64_t unit = 1;
	intmax_t n;
	char *end;

	errno = 0;
	n = strtoimax(s, &end, 0);
	if (errno || end == s)
		return false;
	if (!strcasecmp(end, "k"))
		unit = INT64_C(1) << 10;
	else if (!strcasecmp(end, "m"))
		unit = INT64_C(1) << 20;
	else if (!strcasecmp(end, "g"))
		unit = INT64_C(1) << 30;
	else if (*end)
		return false;
	return !__builtin_mul_overflow((int64_t)n, unit, out);
}

bool ev_config_bool(struct ev_repo *r, const char *key, bool fallback)
{
	static const char *const yes[] = { "true", "yes", "on" };
	static const char *const no[] = { "false", "no", "off", "" };
	struct entry e;
	int64_t n;
	size_t i;

	if (find(&e, r, key) <= 0)
		return fallback;
	if (!e.value)
		return true;
	for (i = 0; i < EV_ARRAY_SIZE(yes); i++)
		if (!strcasecmp(e.value, yes[i]))
			return true;
	for (i = 0; i < EV_ARRAY_SIZE(no); i++)
		if (!strcasecmp(e.value, no[i]))
			return false;
	return number(&n, e.value) ? n != 0 : fallback;
}

int64_t ev_config_int(struct ev_repo *r, const char *key, int64_t fallback)
{
	struct entry e;
	int64_t n;

	if (find(&e, r, key) <= 0 || !e.value || !number(&n, e.value))
		return fallback;
	return n;
}

static int change(struct ev_repo *r, const char *how, const char *key,
		  const char *value)
{
	const char *args[] = { "config", "--local", how, key, value, NULL };
	int ret;

	/* What is being read may be of before or after. */
	ev_git_call_free(r->config_call);
	r->config_call = NULL;
	ret = ev_git_out(NULL, r, args);
	if (r->config)
		r->config->stale = true;
	return ret ? ev_fail_prefix("cannot set '%s'", key) : 0;
}

int ev_config_set(struct ev_repo *r, const char *key, const char *value)
{
	return change(r, "--replace-all", key, value);
}

int ev_config_add(struct ev_repo *r, const char *key, const char *value)
{
	struct ev_config *c;
	bool there = false;
	char *want;
	size_t i;
	int ret;

	ret = config_of(&c, r);
	if (ret)
		return ret;
	want = plain_key(key);
	for (i = 0; i < c->n; i++)
		there |= !strcmp(c->items[i].key, want) &&
			!strcmp(c->items[i].scope, "local") &&
			ev_streq(c->items[i].value, value);
	free(want);
	return there ? 0 : change(r, "--add", key, value);
}
