/*
 * signfix.h - a throw-away GnuPG home with the secret test keys, and gpg to
 * sign with them in every way, good and bad
 *
 * Group set-up and tear-down of the tests of lib/sign.  Run from the top of
 * the tree: the keys are in tests/data/keys.
 */
#ifndef EV_TESTS_SIGNFIX_H
#define EV_TESTS_SIGNFIX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "sign/keyhome.h"

#define SF_DATA "the bytes that are signed\n"
#define SF_KEYS "tests/data/keys"
#define SF_MAX_KEYS 16

static struct ev_buf sf_root;		/* holds gnupg/ and state/ */
static struct ev_buf sf_state;

/* Runs a program that must succeed; `out` may be NULL. */
static inline void sf_run(struct ev_buf *out, const char *const *argv,
		    const char *in, size_t n)
{
	struct ev_buf err = EV_BUF_INIT, drop = EV_BUF_INIT;
	struct ev_process p = { .argv = argv, .in = in, .in_len = n,
				.out = out ? out : &drop, .err = &err };

	assert_int_equal(ev_process_run(&p), 0);
	if (p.status)
		fail_msg("'%s' ended with %d: %s", argv[0], p.status, err.ptr);
	ev_buf_release(&err);
	ev_buf_release(&drop);
}

static inline void sf_write(const char *path, const char *text)
{
	assert_int_equal(ev_file_replace(path, text, strlen(text), 0600), 0);
}

static inline const char *sf_fpr(const char *name)
{
	static struct ev_buf all;
	static char fpr[SF_MAX_KEYS][41];
	static size_t next;
	char word[64];
	const char *p;

	if (!all.len) {
		ev_buf_init(&all);
		assert_int_equal(ev_file_read(&all, SF_KEYS "/fingerprints",
					      4096), 0);
	}
	snprintf(word, sizeof(word), "%s ", name);
	for (p = all.ptr; *p; p += strcspn(p, "\n") + 1) {
		if (strncmp(p, word, strlen(word)))
			continue;
		next = (next + 1) % SF_MAX_KEYS;
		p += strlen(word);
		p += strspn(p, " ");
		memcpy(fpr[next], p, 40);
		return fpr[next];
	}
	fail_msg("no key '%s'", name);
	return "";
}

/*
 * A signature by `name` at `time` ("20250301T000000"; NULL: now) over `data`.
 * `options` (may be NULL) are further options of gpg, ended by NULL.
 */
static inline void sf_sign_with(struct ev_buf *out, const char *name,
			  const char *time, const char *verb,
			  const char *const *options, const char *data)
{
	const char *argv[32] = { "gpg", "--batch", "--quiet", "--no-tty",
				 "--ignore-time-conflict",
				 "--allow-weak-digest-algos" };
	char user[64], fake[64];
	size_t n = 6;

	if (time) {
		snprintf(fake, sizeof(fake), "%s!", time);
		argv[n++] = "--faked-system-time";
		argv[n++] = fake;
	}
	snprintf(user, sizeof(user), "%s!", sf_fpr(name));
	argv[n++] = "--local-user";
	argv[n++] = user;
	while (options && *options)
		argv[n++] = *options++;
	argv[n++] = verb;
	sf_run(out, argv, data, strlen(data));
}

static inline void sf_sign(struct ev_buf *out, const char *name,
			   const char *time)
{
	sf_sign_with(out, name, time, "--detach-sign", NULL, SF_DATA);
}

/* A home that lists `names`, separated by spaces. */
static inline int sf_try_open(struct ev_keyhome **out, const char *state,
			const char *names)
{
	struct ev_keyblock blocks[SF_MAX_KEYS] = { { NULL, NULL, 0 } };
	struct ev_buf text[SF_MAX_KEYS];
	char path[SF_MAX_KEYS][96];
	size_t n = 0, i, len;
	int ret;

	for (; *names; names += len + (names[len] == ' ')) {
		len = strcspn(names, " ");
		snprintf(path[n], sizeof(path[n]), SF_KEYS "/%.*s.pub.asc",
			 (int)len, names);
		ev_buf_init(&text[n]);
		assert_int_equal(ev_file_read(&text[n], path[n], 1 << 20), 0);
		blocks[n] = (struct ev_keyblock){ path[n], text[n].ptr,
						  text[n].len };
		n++;
	}
	ret = ev_keyhome_open(out, state, blocks, n);
	for (i = 0; i < n; i++)
		ev_buf_release(&text[i]);
	return ret;
}

static inline struct ev_keyhome *sf_open(const char *names)
{
	struct ev_keyhome *h = NULL;

	if (sf_try_open(&h, sf_state.ptr, names) < 0)
		fail_msg("%s", ev_error_last()->message);
	return h;
}

static inline int sf_setup(void **state)
{
	static const char *const names[] = {
		"ada", "quinn", "ci", "mallory", "expired", "shortlived",
		"revoked", "subkeyed", "rsa", "weak",
	};
	const char *argv[16] = { "gpg", "--batch", "--quiet", "--import" };
	char paths[EV_ARRAY_SIZE(names)][96];
	struct ev_buf path = EV_BUF_INIT;
	size_t i;

	(void)state;
	ev_buf_init(&sf_root);
	ev_buf_init(&sf_state);
	assert_int_equal(ev_tmpdir(&sf_root, "evs"), 0);
	ev_path_join(&sf_state, sf_root.ptr, "state");
	ev_path_join(&path, sf_root.ptr, "gnupg");
	assert_int_equal(ev_mkdirs(path.ptr, 0700), 0);
	setenv("GNUPGHOME", path.ptr, 1);
	setenv("HOME", sf_root.ptr, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	for (i = 0; i < EV_ARRAY_SIZE(names); i++) {
		snprintf(paths[i], sizeof(paths[i]), SF_KEYS "/%s.sec.asc",
			 names[i]);
		argv[4 + i] = paths[i];
	}
	sf_run(NULL, argv, NULL, 0);
	ev_buf_release(&path);
	return 0;
}

static inline int sf_teardown(void **state)
{
	static const char *const argv[] = { "gpgconf", "--kill", "all", NULL };

	(void)state;
	sf_run(NULL, argv, NULL, 0);
	assert_int_equal(ev_rmtree(sf_root.ptr), 0);
	ev_buf_release(&sf_root);
	ev_buf_release(&sf_state);
	return 0;
}

#endif
