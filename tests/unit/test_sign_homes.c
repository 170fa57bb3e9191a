#include "base/compat.h"
#include "signfix.h"

/* Both engines of a home are asked, each has its two signatures. */
static void check_two(struct ev_keyhome *h, const char *name)
{
	struct ev_signature s[2];
	struct ev_sigjob jobs[2];
	struct ev_buf sig = EV_BUF_INIT;
	size_t i;

	sf_sign(&sig, name, NULL);
	for (i = 0; i < 2; i++)
		jobs[i] = (struct ev_sigjob){ SF_DATA, strlen(SF_DATA),
					      sig.ptr, sig.len, false };
	if (ev_signature_check_many(s, h, jobs, 2) < 0)
		fail_msg("%s", ev_error_last()->message);
	for (i = 0; i < 2; i++) {
		assert_int_equal(s[i].status, EV_SIG_GOOD);
		assert_string_equal(s[i].signer, sf_fpr(name));
	}
	ev_buf_release(&sig);
}

static void check_one(struct ev_keyhome *h, const char *name)
{
	struct ev_signature s;
	struct ev_buf sig = EV_BUF_INIT;

	sf_sign(&sig, name, NULL);
	if (ev_signature_check(&s, h, SF_DATA, strlen(SF_DATA), sig.ptr,
			       sig.len) < 0)
		fail_msg("%s", ev_error_last()->message);
	assert_int_equal(s.status, EV_SIG_GOOD);
	ev_buf_release(&sig);
}

/* In another home gpg would not find the key, which is an error. */
static void homes_open_side_by_side_keep_to_their_own_keys(void **state)
{
	struct ev_keyhome *a = sf_open("ada"), *b = sf_open("quinn");
	struct ev_keyhome *c = sf_open("ci ada");

	(void)state;
	check_one(a, "ada");		/* the first engine of each */
	check_one(b, "quinn");
	check_one(c, "ci");
	check_two(b, "quinn");		/* and the others, in another order */
	check_two(a, "ada");
	check_two(c, "ada");
	check_one(b, "quinn");
	ev_keyhome_close(a);
	check_two(b, "quinn");
	ev_keyhome_close(b);
	ev_keyhome_close(c);
}

static void signing_between_keeps_to_the_users_home(void **state)
{
	struct ev_keyhome *h = sf_open("ada quinn");
	struct ev_buf sig = EV_BUF_INIT;
	struct ev_signature s;

	(void)state;
	check_one(h, "ada");
	assert_int_equal(ev_sign_detached(&sig, sf_fpr("quinn"), SF_DATA,
					  strlen(SF_DATA)), 0);
	assert_int_equal(ev_signature_check(&s, h, SF_DATA, strlen(SF_DATA),
					    sig.ptr, sig.len), 0);
	assert_int_equal(s.status, EV_SIG_GOOD);
	check_two(h, "ada");
	ev_keyhome_close(h);
	ev_buf_release(&sig);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

/* A gpg that writes down what it is asked, and asks the real one. */
static void a_home_starts_no_more_than_two_that_verify(void **state)
{
	struct ev_keyhome *h = sf_open("ada quinn");
	struct ev_buf dir = EV_BUF_INIT, gpg = EV_BUF_INIT;
	struct ev_buf text = EV_BUF_INIT, said = EV_BUF_INIT;
	char *path = strdup(getenv("PATH"));
	size_t started;

	(void)state;
	ev_path_join(&dir, sf_root.ptr, "told");
	assert_int_equal(ev_mkdirs(dir.ptr, 0700), 0);
	ev_path_join(&gpg, dir.ptr, "gpg");
	ev_buf_addf(&text, "#!/bin/sh\nPATH='%s'\necho \"$*\" >>'%s/said'\n"
		    "exec gpg \"$@\"\n", path, dir.ptr);
	assert_int_equal(ev_file_replace(gpg.ptr, text.ptr, text.len, 0700),
			 0);
	ev_buf_clear(&text);
	ev_buf_addf(&text, "%s:%s", dir.ptr, path);
	setenv("PATH", text.ptr, 1);
	check_two(h, "ada");
	check_two(h, "quinn");
	setenv("PATH", path, 1);
	ev_buf_addf(&dir, "/said");
	assert_int_equal(ev_file_read(&said, dir.ptr, 1 << 16), 0);
	assert_int_equal(count(said.ptr, "--version\n"), 1);
	/* four signatures */
	started = count(said.ptr, " --verify-files\n");
	assert_true(started == 1 || started == 2);
	ev_keyhome_close(h);
	free(path);
	ev_buf_release(&dir);
	ev_buf_release(&gpg);
	ev_buf_release(&text);
	ev_buf_release(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			homes_open_side_by_side_keep_to_their_own_keys),
		cmocka_unit_test(signing_between_keeps_to_the_users_home),
		cmocka_unit_test(
			a_home_starts_no_more_than_two_that_verify),
	};

	return cmocka_run_group_tests(tests, sf_setup, sf_teardown);
}
