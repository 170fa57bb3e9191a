#include "base/compat.h"
#include "signfix.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"

static void home_path(struct ev_buf *out, const struct ev_keyhome *h,
		      const char *file)
{
	ev_buf_clear(out);
	ev_buf_addf(out, "%s/keys/%s", sf_state.ptr, ev_keyhome_digest(h));
	if (file)
		ev_buf_addf(out, "/%s", file);
}

static size_t entries(const char *dir)
{
	const struct dirent *e;
	DIR *d = opendir(dir);
	size_t n = 0;

	assert_non_null(d);
	while ((e = readdir(d)))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static int fresh(void **state)
{
	(void)state;
	return ev_rmtree(sf_state.ptr);
}

static void it_lists_what_gpg_says_of_each_key(void **state)
{
	struct ev_keyhome *h = sf_open("ada expired revoked subkeyed weak");
	const struct ev_subkey *sub;
	const struct ev_key *key;

	(void)state;
	assert_int_equal(ev_keyhome_count(h), 5);
	key = ev_keyhome_find(h, sf_fpr("ada"), &sub);
	assert_non_null(key);
	assert_string_equal(key->fpr, sf_fpr("ada"));
	assert_int_equal(key->created, 1735689600);
	assert_int_equal(key->expires, 0);
	assert_false(key->revoked);
	assert_true(sub->can_sign);
	assert_int_equal(sub->algo, 22);
	key = ev_keyhome_find(h, sf_fpr("expired"), &sub);
	assert_true(key->expires / 86400 == 1748779200 / 86400);
	assert_true(sub->can_sign);
	key = ev_keyhome_find(h, sf_fpr("revoked"), &sub);
	assert_true(key->revoked);
	key = ev_keyhome_find(h, sf_fpr("weak"), NULL);
	assert_int_equal(key->algo_bits, 1024);
	key = ev_keyhome_find(h, sf_fpr("subkeyed-sub"), &sub);
	assert_string_equal(key->fpr, sf_fpr("subkeyed"));
	assert_string_equal(sub->fpr, sf_fpr("subkeyed-sub"));
	assert_true(sub->can_sign);
	assert_false(key->subs[0].can_sign);
	ev_keyhome_close(h);
}

static void it_finds_by_key_id_and_in_either_case(void **state)
{
	struct ev_keyhome *h = sf_open("ada quinn");
	char lower[41];
	size_t i;

	(void)state;
	for (i = 0; i < 41; i++)
		lower[i] = sf_fpr("quinn")[i] | (i < 40 ? 0x20 : 0);
	assert_ptr_equal(ev_keyhome_find(h, lower, NULL),
			 ev_keyhome_find(h, sf_fpr("quinn"), NULL));
	assert_ptr_equal(ev_keyhome_find(h, lower + 24, NULL),
			 ev_keyhome_find(h, sf_fpr("quinn"), NULL));
	assert_null(ev_keyhome_find(h, lower + 32, NULL));
	assert_null(ev_keyhome_find(h, "", NULL));
	assert_null(ev_keyhome_find(h, sf_fpr("mallory"), NULL));
	ev_keyhome_close(h);
}

static void a_second_opening_runs_no_gpg(void **state)
{
	struct ev_keyhome *h = sf_open("ada quinn ci");
	unsigned runs = ev_sign_gpg_runs();
	struct ev_keyhome *again;

	(void)state;
	ev_keyhome_close(h);
	again = sf_open("ada quinn ci");
	assert_int_equal(ev_keyhome_count(again), 3);
	assert_int_equal(ev_sign_gpg_runs(), runs);
	ev_keyhome_close(again);
}

static void order_and_repetition_make_no_other_home(void **state)
{
	struct ev_keyhome *a = sf_open("ada quinn"), *b, *c, *d;

	(void)state;
	b = sf_open("quinn ada");
	c = sf_open("quinn ada quinn");
	d = sf_open("quinn");
	assert_string_equal(ev_keyhome_digest(a), ev_keyhome_digest(b));
	assert_string_equal(ev_keyhome_digest(a), ev_keyhome_digest(c));
	assert_string_not_equal(ev_keyhome_digest(a), ev_keyhome_digest(d));
	ev_keyhome_close(a);
	ev_keyhome_close(b);
	ev_keyhome_close(c);
	ev_keyhome_close(d);
}

static void no_keys_need_no_home(void **state)
{
	unsigned runs = ev_sign_gpg_runs();
	struct ev_keyhome *h = sf_open("");

	(void)state;
	assert_int_equal(ev_keyhome_count(h), 0);
	assert_int_equal(strlen(ev_keyhome_digest(h)), EV_SHA256_HEX);
	assert_false(ev_file_exists(sf_state.ptr));
	assert_int_equal(ev_sign_gpg_runs(), runs);
	ev_keyhome_close(h);
}

static void verifying_changes_nothing_and_starts_no_agent(void **state)
{
	struct ev_keyhome *h = sf_open("ada");
	struct ev_buf path = EV_BUF_INIT, sig = EV_BUF_INIT;
	unsigned runs;
	struct ev_signature s;

	(void)state;
	sf_sign(&sig, "ada", NULL);
	assert_int_equal(ev_signature_check(&s, h, SF_DATA, strlen(SF_DATA),
					    sig.ptr, sig.len), 0);
	assert_int_equal(s.status, EV_SIG_GOOD);
	home_path(&path, h, NULL);
	assert_int_equal(entries(path.ptr), 3);
	ev_keyhome_close(h);
	runs = ev_sign_gpg_runs();
	h = sf_open("ada");
	assert_int_equal(ev_sign_gpg_runs(), runs);
	ev_keyhome_close(h);
	ev_buf_release(&path);
	ev_buf_release(&sig);
}

/* A day later each gpg would copy the whole ring, under one name for all. */
static void a_ring_is_not_copied_by_each_gpg(void **state)
{
	struct ev_keyhome *h = sf_open("ada quinn");
	const char *argv[] = { "faketime", "+1 day", "gpg", "--homedir", NULL,
		"--with-colons", "--list-keys", NULL };
	struct ev_buf path = EV_BUF_INIT, ring = EV_BUF_INIT;
	struct ev_process p = { .argv = argv };
	struct stat before, after;

	(void)state;
	home_path(&path, h, "pubring.kbx");
	assert_int_equal(ev_file_read(&ring, path.ptr, 1 << 20), 0);
	assert_true(ring.len > 32);
	assert_memory_equal(ring.ptr + 8, "KBXf", 4);
	assert_memory_equal(ring.ptr + 20, "\xf0\0\0\0", 4);
	home_path(&path, h, NULL);
	assert_int_equal(stat(path.ptr, &before), 0);
	/* where there is no faketime, the day passes without */
	argv[4] = path.ptr;
	p.out = p.err = &ring;
	assert_true(ev_process_run(&p) == EV_ENOTFOUND || p.status == 0);
	assert_int_equal(stat(path.ptr, &after), 0);
	assert_memory_equal(&before.st_mtim, &after.st_mtim,
			    sizeof(before.st_mtim));
	ev_keyhome_close(h);
	ev_buf_release(&path);
	ev_buf_release(&ring);
}

static void a_changed_home_is_made_anew(void **state)
{
	static const struct {
		const char *file, *text;
	} cases[] = {
		{ "table", "git-evidence key table 1\n" },
		{ "table", "" },
		{ "pubring.kbx", "not a key box" },
		{ "gpg.conf", "trust-model always\n" },
		{ "gpg.conf-2", "keyring /dev/null\n" },
		{ "pubring.gpg", "" },
	};
	struct ev_buf path = EV_BUF_INIT, sig = EV_BUF_INIT;
	struct ev_keyhome *h = sf_open("ada quinn");
	struct ev_signature s;
	unsigned runs;
	size_t i;

	(void)state;
	sf_sign(&sig, "quinn", NULL);
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		home_path(&path, h, cases[i].file);
		sf_write(path.ptr, cases[i].text);
		ev_keyhome_close(h);
		runs = ev_sign_gpg_runs();
		h = sf_open("ada quinn");
		assert_true(ev_sign_gpg_runs() > runs);
		assert_int_equal(ev_keyhome_count(h), 2);
		home_path(&path, h, NULL);
		assert_int_equal(entries(path.ptr), 3);
		assert_int_equal(ev_signature_check(&s, h, SF_DATA,
						    strlen(SF_DATA), sig.ptr,
						    sig.len), 0);
		assert_int_equal(s.status, EV_SIG_GOOD);
	}
	ev_buf_clear(&path);
	ev_buf_addf(&path, "%s/keys", sf_state.ptr);
	assert_int_equal(entries(path.ptr), 1);
	ev_keyhome_close(h);
	ev_buf_release(&path);
	ev_buf_release(&sig);
}

/* Whoever can write the table alone must not be able to list a key. */
static void a_table_of_another_home_is_not_believed(void **state)
{
	struct ev_buf path = EV_BUF_INIT, text = EV_BUF_INIT;
	struct ev_keyhome *h = sf_open("ada mallory");

	(void)state;
	home_path(&path, h, "table");
	assert_int_equal(ev_file_read(&text, path.ptr, 1 << 20), 0);
	ev_keyhome_close(h);
	h = sf_open("ada");
	home_path(&path, h, "table");
	sf_write(path.ptr, text.ptr);
	ev_keyhome_close(h);
	h = sf_open("ada");
	assert_int_equal(ev_keyhome_count(h), 1);
	assert_null(ev_keyhome_find(h, sf_fpr("mallory"), NULL));
	ev_keyhome_close(h);
	ev_buf_release(&path);
	ev_buf_release(&text);
}

static void without_a_place_the_home_lives_as_long_as_we(void **state)
{
	struct ev_buf tmp = EV_BUF_INIT, sig = EV_BUF_INIT;
	struct ev_keyhome *h = NULL;
	struct ev_signature s;

	(void)state;
	ev_path_join(&tmp, sf_root.ptr, "tmp");
	assert_int_equal(ev_mkdirs(tmp.ptr, 0700), 0);
	setenv("TMPDIR", tmp.ptr, 1);
	assert_int_equal(sf_try_open(&h, "/dev/null/nowhere", "ada"), 0);
	unsetenv("TMPDIR");
	assert_int_equal(entries(tmp.ptr), 1);
	sf_sign(&sig, "ada", NULL);
	assert_int_equal(ev_signature_check(&s, h, SF_DATA, strlen(SF_DATA),
					    sig.ptr, sig.len), 0);
	assert_int_equal(s.status, EV_SIG_GOOD);
	ev_keyhome_close(h);
	assert_int_equal(entries(tmp.ptr), 0);
	ev_buf_release(&tmp);
	ev_buf_release(&sig);
}

static void open_file(struct ev_buf *text, const char *name,
		      struct ev_keyhome **h, int *ret)
{
	const struct ev_keyblock block = { name, text->ptr, text->len };

	*ret = ev_keyhome_open(h, sf_state.ptr, &block, 1);
}

static void a_committed_secret_key_is_refused_by_name(void **state)
{
	struct ev_buf text = EV_BUF_INIT, binary = EV_BUF_INIT;
	struct ev_keyhome *h = NULL;
	const char *argv[] = { "gpg", "--batch", "--dearmor", NULL };
	unsigned runs = ev_sign_gpg_runs();
	int ret = 0;

	(void)state;
	assert_int_equal(ev_file_read(&text, SF_KEYS "/ada.sec.asc", 1 << 20),
			 0);
	open_file(&text, ".evidence/keys/ada.asc", &h, &ret);
	assert_int_equal(ret, EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    "'.evidence/keys/ada.asc' holds a secret key");
	assert_non_null(strstr(ev_error_last()->hints, "revoke the key"));
	sf_run(&binary, argv, text.ptr, text.len);
	open_file(&binary, "ada.gpg", &h, &ret);
	assert_int_equal(ret, EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    "'ada.gpg' holds a secret key");
	assert_null(h);
	assert_int_equal(ev_sign_gpg_runs(), runs);
	ev_buf_release(&text);
	ev_buf_release(&binary);
}

static void a_secret_key_behind_a_public_one_is_seen(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_keyhome *h = NULL;
	int ret = 0;

	(void)state;
	assert_int_equal(ev_file_read(&text, SF_KEYS "/quinn.pub.asc",
				      1 << 20), 0);
	assert_int_equal(ev_file_read(&text, SF_KEYS "/ada.sec.asc", 1 << 20),
			 0);
	open_file(&text, "both.asc", &h, &ret);
	assert_int_equal(ret, EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    "'both.asc' holds a secret key");
	ev_buf_release(&text);
}

static void what_is_no_key_file_is_refused_by_name(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "", "'k.asc' holds no key" },
		{ "hello\n", "'k.asc' holds no key" },
		{ "-----BEGIN PGP SIGNATURE-----\n",
		  "'k.asc': not a PGP PUBLIC KEY BLOCK" },
		{ "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n",
		  "'k.asc': damaged armour: it is cut short" },
		{ "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nm-ME\n",
		  "'k.asc': damaged armour: a line is no base64" },
		{ "\x99", "'k.asc': OpenPGP packet is cut short" },
		{ "\xb4\x01x", "'k.asc' does not begin with a public key" },
		{ "\xcb\x01x", "'k.asc' is not a public key: "
		  "OpenPGP packet 11" },
		{ "\x98\x01\x04", "gpg does not take the key in 'k.asc'" },
	};
	struct ev_buf text = EV_BUF_INIT;
	struct ev_keyhome *h = NULL;
	size_t i;
	int ret = 0;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		ev_buf_clear(&text);
		ev_buf_adds(&text, cases[i].text);
		open_file(&text, "k.asc", &h, &ret);
		assert_true(ret < 0);
		assert_string_equal(ev_error_last()->message,
				    cases[i].message);
		assert_null(h);
	}
	ev_buf_release(&text);
}

static void two_keys_in_one_file_are_both_listed(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_keyhome *h = NULL;
	int ret = 0;

	(void)state;
	ev_buf_adds(&text, "Dr. Ada Kern, then Quinn\n\n");
	assert_int_equal(ev_file_read(&text, SF_KEYS "/ada.pub.asc", 1 << 20),
			 0);
	assert_int_equal(ev_file_read(&text, SF_KEYS "/quinn.pub.asc",
				      1 << 20), 0);
	open_file(&text, "both.asc", &h, &ret);
	assert_int_equal(ret, 0);
	assert_int_equal(ev_keyhome_count(h), 2);
	ev_keyhome_close(h);
	ev_buf_release(&text);
}

/* A key that others have signed comes without their signatures. */
static void only_self_signatures_are_kept(void **state)
{
	struct ev_buf text = EV_BUF_INIT, plain = EV_BUF_INIT;
	struct ev_buf path = EV_BUF_INIT;
	struct ev_keyhome *h = NULL;
	struct stat with, without;
	char key[64];
	int ret = 0;

	(void)state;
	snprintf(key, sizeof(key), "%s!", sf_fpr("quinn"));
	{
		const char *sign[] = { "gpg", "--batch", "--yes", "--quiet",
				       "--local-user", key, "--quick-sign-key",
				       sf_fpr("ci"), NULL };
		const char *export[] = { "gpg", "--batch", "--armor",
					 "--export", sf_fpr("ci"), NULL };

		sf_run(&plain, export, NULL, 0);
		sf_run(NULL, sign, NULL, 0);
		sf_run(&text, export, NULL, 0);
	}
	assert_true(text.len > plain.len);
	open_file(&plain, "ci.asc", &h, &ret);
	assert_int_equal(ret, 0);
	home_path(&path, h, "pubring.kbx");
	assert_int_equal(stat(path.ptr, &without), 0);
	ev_keyhome_close(h);
	open_file(&text, "ci.asc", &h, &ret);
	assert_int_equal(ret, 0);
	home_path(&path, h, "pubring.kbx");
	assert_int_equal(stat(path.ptr, &with), 0);
	assert_int_equal(with.st_size, without.st_size);
	ev_keyhome_close(h);
	ev_buf_release(&text);
	ev_buf_release(&plain);
	ev_buf_release(&path);
}

/* Each of them finds no home, and one is the first to put it in place. */
static void several_processes_may_make_it_at_once(void **state)
{
	enum { CHILDREN = 6 };
	struct ev_buf sig = EV_BUF_INIT, path = EV_BUF_INIT;
	pid_t pid[CHILDREN];
	int status, i;

	(void)state;
	sf_sign(&sig, "quinn", NULL);
	for (i = 0; i < CHILDREN; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0) {
			struct ev_keyhome *h = NULL;
			struct ev_signature s = { .status = EV_SIG_REFUSED };

			if (sf_try_open(&h, sf_state.ptr, "ada quinn") < 0 ||
			    ev_signature_check(&s, h, SF_DATA, strlen(SF_DATA),
					       sig.ptr, sig.len) < 0)
				_exit(2);
			ev_keyhome_close(h);
			_exit(s.status != EV_SIG_GOOD);
		}
	}
	for (i = 0; i < CHILDREN; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	ev_buf_addf(&path, "%s/keys", sf_state.ptr);
	assert_int_equal(entries(path.ptr), 1);
	ev_buf_release(&sig);
	ev_buf_release(&path);
}

static void what_an_ended_process_left_is_swept_after_an_hour(void **state)
{
	const struct timespec old[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	struct ev_buf stale = EV_BUF_INIT, young = EV_BUF_INIT;

	(void)state;
	ev_buf_addf(&stale, "%s/keys/tmp-stale0", sf_state.ptr);
	ev_buf_addf(&young, "%s/keys/tmp-young0", sf_state.ptr);
	assert_int_equal(ev_mkdirs(stale.ptr, 0700), 0);
	assert_int_equal(ev_mkdirs(young.ptr, 0700), 0);
	assert_int_equal(utimensat(AT_FDCWD, stale.ptr, old, 0), 0);
	ev_keyhome_close(sf_open("ada"));
	assert_false(ev_file_exists(stale.ptr));
	assert_true(ev_file_exists(young.ptr));
	ev_buf_release(&stale);
	ev_buf_release(&young);
}

static void an_old_gpg_is_refused(void **state)
{
	static const struct {
		const char *version;
		bool ok;
	} cases[] = {
		{ "1.4.23", false }, { "2.0.22", false }, { "2.1.18", false },
		{ "2.2.35", false }, { "2.2.36", true }, { "2.3.6", false },
		{ "2.3.7", true }, { "2.4.0", true }, { "2.5.1", true },
	};
	struct ev_buf dir = EV_BUF_INIT, gpg = EV_BUF_INIT;
	struct ev_buf script = EV_BUF_INIT, want = EV_BUF_INIT;
	char *path = strdup(getenv("PATH"));
	struct ev_keyhome *h = NULL;
	size_t i;
	int ret;

	(void)state;
	ev_path_join(&dir, sf_root.ptr, "bin");
	assert_int_equal(ev_mkdirs(dir.ptr, 0700), 0);
	ev_path_join(&gpg, dir.ptr, "gpg");
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		ev_buf_clear(&script);
		ev_buf_addf(&script, "#!/bin/sh\necho 'gpg (GnuPG) %s'\n",
			    cases[i].version);
		assert_int_equal(ev_file_replace(gpg.ptr, script.ptr,
						 script.len, 0700), 0);
		setenv("PATH", dir.ptr, 1);
		ret = sf_try_open(&h, sf_state.ptr, "ada");
		setenv("PATH", path, 1);
		assert_true(ret < 0);
		ev_buf_clear(&want);
		ev_buf_addf(&want, "'gpg' is version %s, at least 2.2.36 (or "
			    "2.3.7) is needed", cases[i].version);
		if (cases[i].ok)
			assert_string_not_equal(ev_error_last()->message,
						want.ptr);
		else
			assert_string_equal(ev_error_last()->message,
					    want.ptr);
	}
	free(path);
	ev_buf_release(&dir);
	ev_buf_release(&gpg);
	ev_buf_release(&script);
	ev_buf_release(&want);
}

#define TEST(fn) cmocka_unit_test_setup(fn, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_lists_what_gpg_says_of_each_key),
		TEST(it_finds_by_key_id_and_in_either_case),
		TEST(a_second_opening_runs_no_gpg),
		TEST(order_and_repetition_make_no_other_home),
		TEST(no_keys_need_no_home),
		TEST(verifying_changes_nothing_and_starts_no_agent),
		TEST(a_ring_is_not_copied_by_each_gpg),
		TEST(a_changed_home_is_made_anew),
		TEST(a_table_of_another_home_is_not_believed),
		TEST(without_a_place_the_home_lives_as_long_as_we),
		TEST(a_committed_secret_key_is_refused_by_name),
		TEST(a_secret_key_behind_a_public_one_is_seen),
		TEST(what_is_no_key_file_is_refused_by_name),
		TEST(two_keys_in_one_file_are_both_listed),
		TEST(only_self_signatures_are_kept),
		TEST(several_processes_may_make_it_at_once),
		TEST(what_an_ended_process_left_is_swept_after_an_hour),
		TEST(an_old_gpg_is_refused),
	};

	return cmocka_run_group_tests(tests, sf_setup, sf_teardown);
}
