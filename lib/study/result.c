#include "base/compat.h"

#include "study/result.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/hex.h"

const char *ev_result_word(const struct ev_result *r)
{
	const struct ev_junit *j = r->junit;

	if (r->status || (j && j->failed.n))
		return "FAILED";
	if (j && (j->warned.n || !j->passed.n))
		return "WARNED";
	return "PASSED";
}

static void put_digest(struct ev_json *j, const char *sha256)
{
	char text[EV_ENV_DIGEST];

	snprintf(text, sizeof(text), "sha256:%s", sha256);
	ev_json_kv(j, "digest", text);
}

/* The digest is over words ended by NUL, so that none can hide in another. */
static void put_command(struct ev_json *j, const char *const *argv)
{
	struct ev_sha256 *h = ev_sha256_new();
	unsigned char digest[EV_SHA256_SIZE];
	char hex[EV_SHA256_HEX + 1];
	size_t i;

	for (i = 0; argv[i]; i++)
		ev_sha256_add(h, argv[i], strlen(argv[i]) + 1);
	ev_sha256_finish(h, digest);
	ev_sha256_free(h);
	ev_hex_encode(hex, digest, sizeof(digest));
	ev_json_object(j);
	ev_json_kv(j, "name", "argv");
	ev_json_key(j, "digest");
	ev_json_object(j);
	ev_json_kv(j, "sha256", hex);
	ev_json_end_object(j);
	ev_json_key(j, "annotations");
	ev_json_object(j);
	ev_json_key(j, "argv");
	ev_json_list(j);
	for (i = 0; argv[i]; i++)
		ev_json_string(j, argv[i]);
	ev_json_end_list(j);
	ev_json_end_object(j);
	ev_json_end_object(j);
}

/* How many of the names still fit, as they will be written. */
static size_t fitting(const struct ev_strs *names, size_t *room)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;
	size_t i;

	for (i = 0; i < names->n; i++) {
		ev_buf_clear(&text);
		ev_json_init(&j, &text);
		ev_json_string(&j, names->items[i]);
		if (text.len + 1 > *room)
			break;
		*room -= text.len + 1;
	}
	ev_buf_release(&text);
	return i;
}

static void put_names(struct ev_json *j, const char *key,
		      const struct ev_strs *names, size_t n)
{
	size_t i;

	ev_json_key(j, key);
	ev_json_list(j);
	for (i = 0; i < n; i++)
		ev_json_string(j, names->items[i]);
	ev_json_end_list(j);
}

static void put_tests(struct ev_json *j, const struct ev_junit *t)
{
	size_t room = EV_RESULT_NAMES_MAX;
	size_t failed = fitting(&t->failed, &room);
	size_t warned = fitting(&t->warned, &room);
	size_t passed = fitting(&t->passed, &room);

	put_names(j, "passedTests", &t->passed, passed);
	put_names(j, "warnedTests", &t->warned, warned);
	put_names(j, "failedTests", &t->failed, failed);
	ev_json_key(j, "tests");
	ev_json_object(j);
	ev_json_kvi(j, "passed", (int64_t)t->passed.n);
	ev_json_kvi(j, "failed", (int64_t)t->failed.n);
	ev_json_kvi(j, "warned", (int64_t)t->warned.n);
	ev_json_kvi(j, "skipped", (int64_t)t->skipped);
	ev_json_kvi(j, "listed", (int64_t)(passed + failed + warned));
	ev_json_end_object(j);
}

/* What each section held is in the artifact of that name. */
static void put_environment(struct ev_json *j, const struct ev_environment *e)
{
	size_t i;

	ev_json_key(j, "environment");
	ev_json_object(j);
	ev_json_kv(j, "fingerprint", e->fingerprint);
	ev_json_key(j, "sections");
	ev_json_list(j);
	for (i = 0; i < e->n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "name", e->items[i].name);
		ev_json_kv(j, "digest", e->items[i].digest);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
	ev_json_end_object(j);
}

static void put_time(struct ev_json *j, const char *key, int64_t t)
{
	char text[EV_TIME_TEXT];

	ev_time_format(text, t);
	ev_json_kv(j, key, text);
}

void ev_result_members(struct ev_buf *out, const struct ev_result *r)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;

	ev_json_init(&j, &text);
	ev_json_object(&j);
	ev_json_kv(&j, "result", ev_result_word(r));
	ev_json_key(&j, "configuration");
	ev_json_list(&j);
	put_command(&j, r->argv);
	ev_json_end_list(&j);
	if (r->junit)
		put_tests(&j, r->junit);
	ev_json_kvi(&j, "exitStatus", r->status);
	if (r->signal)
		ev_json_kvi(&j, "signal", r->signal);
	put_time(&j, "startedAt", r->started);
	put_time(&j, "finishedAt", r->finished);
	ev_json_kv(&j, "isolation", r->hermetic ? "bubblewrap" : "none");
	put_environment(&j, r->environment);
	ev_json_key(&j, "log");
	ev_json_object(&j);
	ev_json_kvi(&j, "size", (int64_t)r->log_size);
	put_digest(&j, r->log_sha256);
	ev_json_kvb(&j, "truncated", r->log_truncated);
	ev_json_end_object(&j);
	ev_json_end_object(&j);
	ev_buf_add(out, text.ptr + 1, text.len - 2);
	ev_buf_release(&text);
}
