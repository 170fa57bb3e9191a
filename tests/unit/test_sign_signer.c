#include "base/compat.h"
#include "signfix.h"

#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "sign/openpgp.h"

#define N_DATA strlen(SF_DATA)

static void set_conf(const char *file, const char *text)
{
	struct ev_buf path = EV_BUF_INIT;

	ev_path_join(&path, getenv("GNUPGHOME"), file);
	if (text)
		sf_write(path.ptr, text);
	else
		unlink(path.ptr);
	ev_buf_release(&path);
}

static int back_to_normal(void **state)
{
	(void)state;
	set_conf("gpg.conf", NULL);
	set_conf("gpg-agent.conf", NULL);
	ev_sign_set_program(NULL);
	return 0;
}

static void what_it_signs_is_good(void **state)
{
	static const char *const names[] = { "ada", "rsa", "subkeyed",
					     "subkeyed-sub", "shortlived" };
	struct ev_keyhome *h = sf_open("ada rsa subkeyed shortlived");
	struct ev_buf sig = EV_BUF_INIT;
	struct ev_signature s;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(names); i++) {
		ev_buf_clear(&sig);
		assert_int_equal(ev_sign_detached(&sig, sf_fpr(names[i]),
						  SF_DATA, N_DATA), 0);
		assert_int_equal(ev_signature_check(&s, h, SF_DATA, N_DATA,
						    sig.ptr, sig.len), 0);
		assert_int_equal(s.status, EV_SIG_GOOD);
	}
	assert_string_equal(s.signer, sf_fpr("shortlived"));
	ev_keyhome_close(h);
	ev_buf_release(&sig);
}

static void the_users_armor_and_better_digest_do_not_matter(void **state)
{
	struct ev_sigpacket packet;
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	set_conf("gpg.conf", "armor\n");
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("ada"), SF_DATA,
					  N_DATA), 0);
	assert_int_equal(ev_sigpacket_parse(&packet, sig.ptr, sig.len), 0);
	ev_buf_clear(&sig);
	set_conf("gpg.conf", "digest-algo SHA512\n");
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("ada"), SF_DATA,
					  N_DATA), 0);
	assert_int_equal(ev_sigpacket_parse(&packet, sig.ptr, sig.len), 0);
	assert_int_equal(packet.hash_algo, 10);
	ev_buf_release(&sig);
}

static void text_mode_of_the_users_own_is_an_error_now(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	set_conf("gpg.conf", "textmode\n");
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("ada"), SF_DATA,
					  N_DATA), EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    "gpg made a signature that does not count: "
			    "signature is of text class");
	assert_int_equal(sig.len, 0);
	ev_buf_release(&sig);
}

static void a_weak_digest_of_the_users_own_is_an_error_now(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	set_conf("gpg.conf", "digest-algo SHA1\nallow-weak-digest-algos\n");
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("rsa"), SF_DATA,
					  N_DATA), EV_EDENIED);
	assert_string_equal(ev_error_last()->message, "gpg signed with a SHA-1 "
			    "digest, SHA-256 or better is needed");
	assert_string_equal(ev_error_last()->hints, "remove digest-algo and "
			    "personal-digest-preferences from your gpg.conf\n");
	assert_int_equal(sig.len, 0);
	ev_buf_release(&sig);
}

static void a_short_key_does_not_sign(void **state)
{
	struct ev_buf sig = EV_BUF_INIT, want = EV_BUF_INIT;

	(void)state;
	ev_buf_addf(&want, "key '%s' has 1024 bits, at least 2048 are needed",
		    sf_fpr("weak"));
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("weak"), SF_DATA,
					  N_DATA), EV_EDENIED);
	assert_string_equal(ev_error_last()->message, want.ptr);
	ev_buf_release(&sig);
	ev_buf_release(&want);
}

static void an_expired_key_does_not_sign(void **state)
{
	struct ev_buf sig = EV_BUF_INIT, want = EV_BUF_INIT;

	(void)state;
	ev_buf_addf(&want, "key '%s' has expired", sf_fpr("expired"));
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("expired"), SF_DATA,
					  N_DATA), EV_EDENIED);
	assert_string_equal(ev_error_last()->message, want.ptr);
	ev_buf_release(&sig);
	ev_buf_release(&want);
}

static void a_key_that_is_not_there_is_named(void **state)
{
	static const char *const ids[] = {
		"0123456789ABCDEF0123456789ABCDEF01234567", "nonsense",
	};
	struct ev_buf sig = EV_BUF_INIT, want = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(ids); i++) {
		ev_buf_clear(&want);
		ev_buf_addf(&want, "no secret key for '%s' in your key ring",
			    ids[i]);
		assert_int_equal(ev_sign_detached(&sig, ids[i], SF_DATA,
						  N_DATA), EV_ENOTFOUND);
		assert_string_equal(ev_error_last()->message, want.ptr);
		assert_string_equal(ev_error_last()->hints,
				    "gpg --list-secret-keys\n"
				    "gpg-connect-agent /bye\n");
	}
	ev_buf_release(&sig);
	ev_buf_release(&want);
}

static void a_program_that_is_not_there_is_named(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	ev_sign_set_program("/nowhere/gpg2");
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("ada"), SF_DATA,
					  N_DATA), EV_ENOTFOUND);
	assert_string_equal(ev_error_last()->message,
			    "cannot run '/nowhere/gpg2'");
	assert_string_equal(ev_error_last()->hints,
			    "git config gpg.program\n");
	ev_buf_release(&sig);
}

static void the_program_that_is_set_makes_the_signature(void **state)
{
	struct ev_buf sig = EV_BUF_INIT, path = EV_BUF_INIT;
	struct ev_buf script = EV_BUF_INIT, mark = EV_BUF_INIT;

	(void)state;
	ev_path_join(&path, sf_root.ptr, "my-gpg");
	ev_path_join(&mark, sf_root.ptr, "mark");
	ev_buf_addf(&script, "#!/bin/sh\n: >'%s'\nexec gpg \"$@\"\n", mark.ptr);
	assert_int_equal(ev_file_replace(path.ptr, script.ptr, script.len,
					 0700), 0);
	ev_sign_set_program(path.ptr);
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("ada"), SF_DATA,
					  N_DATA), 0);
	assert_true(ev_file_exists(mark.ptr));
	ev_buf_release(&sig);
	ev_buf_release(&path);
	ev_buf_release(&script);
	ev_buf_release(&mark);
}

/* A key with a pass phrase, and an agent that cannot ask for it. */
static void lock_key(char fpr[41], const char *agent_conf)
{
	static const char *const make[] = {
		"gpg", "--batch", "--quiet", "--pinentry-mode", "loopback",
		"--passphrase", "secret", "--faked-system-time",
		"20250101T000000!", "--quick-generate-key",
		"Locke Kern <locke@example.org>", "ed25519", "sign", "never",
		NULL };
	static const char *const list[] = {
		"gpg", "--batch", "--with-colons", "--list-secret-keys",
		"locke@example.org", NULL };
	static const char *const kill[] = { "gpgconf", "--kill", "all", NULL };
	struct ev_buf out = EV_BUF_INIT;
	const char *p;

	sf_run(NULL, make, NULL, 0);
	sf_run(&out, list, NULL, 0);
	p = strstr(out.ptr, "fpr:::::::::");
	assert_non_null(p);
	memcpy(fpr, p + strlen("fpr:::::::::"), 40);
	fpr[40] = '\0';
	sf_run(NULL, kill, NULL, 0);
	set_conf("gpg-agent.conf", agent_conf);
	ev_buf_release(&out);
}

static void drop_key(const char *fpr)
{
	const char *argv[] = { "gpg", "--batch", "--yes", "--quiet",
			       "--delete-secret-and-public-key", fpr, NULL };
	static const char *const kill[] = { "gpgconf", "--kill", "all", NULL };

	sf_run(NULL, kill, NULL, 0);
	set_conf("gpg-agent.conf", NULL);
	sf_run(NULL, argv, NULL, 0);
}

static void a_pass_phrase_nobody_can_be_asked_for_gives_a_hint(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;
	char fpr[41];
	int ret;

	(void)state;
	lock_key(fpr, "pinentry-program /usr/bin/pinentry-curses\n");
	unsetenv("GPG_TTY");
	unsetenv("DISPLAY");
	ret = ev_sign_detached(&sig, fpr, SF_DATA, N_DATA);
	assert_int_equal(ret, EV_ERROR);
	assert_string_equal(ev_error_last()->message, "gpg could not ask for "
			    "the pass phrase: no terminal");
	assert_string_equal(ev_error_last()->hints, "export GPG_TTY=$(tty)\n");
	drop_key(fpr);
	ev_buf_release(&sig);
}

static void a_missing_pinentry_gives_a_hint(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;
	char fpr[41];

	(void)state;
	lock_key(fpr, "pinentry-program /nowhere/pinentry\n");
	assert_int_equal(ev_sign_detached(&sig, fpr, SF_DATA, N_DATA),
			 EV_ERROR);
	assert_string_equal(ev_error_last()->message, "gpg could not ask for "
			    "the pass phrase: no pinentry");
	drop_key(fpr);
	ev_buf_release(&sig);
}

/* gpg answers as if the key were not there: the hint is all there is. */
static void an_agent_that_does_not_run_is_hinted_at(void **state)
{
	static const char *const kill[] = { "gpgconf", "--kill", "all", NULL };
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_run(NULL, kill, NULL, 0);
	set_conf("gpg.conf", "no-autostart\n");
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("ada"), SF_DATA,
					  N_DATA), EV_ENOTFOUND);
	assert_non_null(strstr(ev_error_last()->hints,
			       "gpg-connect-agent /bye\n"));
	ev_buf_release(&sig);
}

/* gpg is started once, and not to list the key. */
static void a_listed_key_is_not_looked_for(void **state)
{
	struct ev_keyhome *h = sf_open("ada subkeyed");
	struct ev_buf sig = EV_BUF_INIT;
	unsigned runs = ev_sign_gpg_runs();
	struct ev_signature s;

	(void)state;
	ev_sign_ahead(h, sf_fpr("subkeyed"), 1);
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("subkeyed"), SF_DATA,
					  N_DATA), 0);
	assert_int_equal(ev_sign_gpg_runs(), runs + 1);
	assert_int_equal(ev_signature_check(&s, h, SF_DATA, N_DATA, sig.ptr,
					    sig.len), 0);
	assert_int_equal(s.status, EV_SIG_GOOD);
	assert_string_equal(s.signer, sf_fpr("subkeyed"));
	ev_keyhome_close(h);
	ev_buf_release(&sig);
}

/* What another key would sign is not taken for it. */
static void what_is_started_ahead_is_of_its_key(void **state)
{
	struct ev_keyhome *h = sf_open("ada rsa");
	struct ev_buf sig = EV_BUF_INIT;
	struct ev_signature s;

	(void)state;
	ev_sign_ahead(h, sf_fpr("ada"), 2);
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("rsa"), SF_DATA,
					  N_DATA), 0);
	assert_int_equal(ev_signature_check(&s, h, SF_DATA, N_DATA, sig.ptr,
					    sig.len), 0);
	assert_string_equal(s.signer, sf_fpr("rsa"));
	ev_sign_ahead(NULL, NULL, 0);
	ev_keyhome_close(h);
	ev_buf_release(&sig);
}

static void a_listed_key_that_cannot_sign_is_looked_for(void **state)
{
	struct ev_keyhome *h = sf_open("ada expired weak");
	char *home = ev_strdup(getenv("GNUPGHOME"));
	struct ev_buf sig = EV_BUF_INIT, want = EV_BUF_INIT;
	struct ev_buf empty = EV_BUF_INIT;

	(void)state;
	ev_path_join(&empty, sf_root.ptr, "empty");
	assert_int_equal(ev_mkdirs(empty.ptr, 0700), 0);
	ev_sign_ahead(h, sf_fpr("expired"), 2);
	ev_buf_addf(&want, "key '%s' has expired", sf_fpr("expired"));
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("expired"), SF_DATA,
					  N_DATA), EV_EDENIED);
	assert_string_equal(ev_error_last()->message, want.ptr);
	ev_sign_ahead(h, sf_fpr("weak"), 1);
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("weak"), SF_DATA,
					  N_DATA), EV_EDENIED);
	assert_non_null(strstr(ev_error_last()->message, "has 1024 bits"));
	setenv("GNUPGHOME", empty.ptr, 1);
	set_conf("gpg.conf", "no-autostart\n");
	ev_sign_ahead(h, sf_fpr("ada"), 1);
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("ada"), SF_DATA,
					  N_DATA), EV_ENOTFOUND);
	assert_non_null(strstr(ev_error_last()->message, "no secret key"));
	assert_int_equal(sig.len, 0);
	setenv("GNUPGHOME", home, 1);
	free(home);
	ev_keyhome_close(h);
	ev_buf_release(&empty);
	ev_buf_release(&sig);
	ev_buf_release(&want);
}

/* "gpg-<12 digits of its path>" among the homes. */
static void note_of(struct ev_buf *text, const char *program)
{
	char hex[EV_SHA256_HEX + 1];
	struct ev_buf place = EV_BUF_INIT;

	ev_sha256_hex(hex, program, strlen(program));
	ev_buf_addf(&place, "%s/keys/gpg-%.12s", sf_state.ptr, hex);
	ev_buf_clear(text);
	if (ev_file_read(text, place.ptr, 1000) < 0)
		ev_error_clear();
	ev_buf_release(&place);
}

/* A program that was new enough is not asked again, as long as it is the same
 * file; a script always is. */
static void what_is_known_of_a_program_is_of_one_file(void **state)
{
	static const char script[] = "#!/bin/sh\nexec gpg \"$@\"\n";
	const char *copy[] = { "sh", "-c", "cp \"$(command -v gpg)\" \"$0\"",
			       NULL, NULL };
	struct ev_keyhome *h = sf_open("ada");
	struct ev_buf sig = EV_BUF_INIT, path = EV_BUF_INIT;
	struct ev_buf note = EV_BUF_INIT;

	(void)state;
	ev_path_join(&path, sf_root.ptr, "copied-gpg");
	copy[3] = path.ptr;
	sf_run(NULL, copy, NULL, 0);
	ev_sign_set_program(path.ptr);
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("ada"), SF_DATA,
					  N_DATA), 0);
	note_of(&note, path.ptr);
	assert_true(note.len > 0);
	ev_buf_adds(&path, "-script");
	assert_int_equal(ev_file_replace(path.ptr, script, strlen(script),
					 0700), 0);
	ev_sign_set_program(path.ptr);
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("ada"), SF_DATA,
					  N_DATA), 0);
	note_of(&note, path.ptr);
	assert_int_equal(note.len, 0);
	ev_keyhome_close(h);
	ev_buf_release(&sig);
	ev_buf_release(&path);
	ev_buf_release(&note);
}

static void secret_keys_are_those_that_can_sign_now(void **state)
{
	struct ev_strs keys = EV_STRS_INIT;

	(void)state;
	assert_int_equal(ev_sign_secret_keys(&keys), 0);
	assert_true(ev_strs_has(&keys, sf_fpr("ada")));
	assert_true(ev_strs_has(&keys, sf_fpr("subkeyed")));
	assert_false(ev_strs_has(&keys, sf_fpr("subkeyed-sub")));
	assert_false(ev_strs_has(&keys, sf_fpr("expired")));
	assert_int_equal(keys.n, 9);
	ev_strs_release(&keys);
}

static void an_exported_block_can_be_listed(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_keyblock block;
	struct ev_keyhome *h = NULL;

	(void)state;
	assert_int_equal(ev_sign_export_key(&text, sf_fpr("subkeyed")), 0);
	assert_true(ev_starts_with(text.ptr,
				   "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"));
	block = (struct ev_keyblock){ "k.asc", text.ptr, text.len };
	assert_int_equal(ev_keyhome_open(&h, sf_state.ptr, &block, 1), 0);
	assert_non_null(ev_keyhome_find(h, sf_fpr("subkeyed-sub"), NULL));
	ev_keyhome_close(h);
	ev_buf_clear(&text);
	assert_int_equal(ev_sign_export_key(&text, "0123456789ABCDEF0123456789"
					    "ABCDEF01234567"), EV_ENOTFOUND);
	assert_string_equal(ev_error_last()->hints, "gpg --list-keys\n");
	assert_int_equal(text.len, 0);
	ev_buf_release(&text);
}

#define TEST(fn) cmocka_unit_test_teardown(fn, back_to_normal)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_it_signs_is_good),
		TEST(the_users_armor_and_better_digest_do_not_matter),
		TEST(text_mode_of_the_users_own_is_an_error_now),
		TEST(a_weak_digest_of_the_users_own_is_an_error_now),
		TEST(a_short_key_does_not_sign),
		TEST(an_expired_key_does_not_sign),
		TEST(a_key_that_is_not_there_is_named),
		TEST(a_program_that_is_not_there_is_named),
		TEST(the_program_that_is_set_makes_the_signature),
		TEST(a_pass_phrase_nobody_can_be_asked_for_gives_a_hint),
		TEST(a_missing_pinentry_gives_a_hint),
		TEST(an_agent_that_does_not_run_is_hinted_at),
		TEST(a_listed_key_is_not_looked_for),
		TEST(what_is_started_ahead_is_of_its_key),
		TEST(a_listed_key_that_cannot_sign_is_looked_for),
		TEST(what_is_known_of_a_program_is_of_one_file),
		TEST(secret_keys_are_those_that_can_sign_now),
		TEST(an_exported_block_can_be_listed),
	};

	return cmocka_run_group_tests(tests, sf_setup, sf_teardown);
}
