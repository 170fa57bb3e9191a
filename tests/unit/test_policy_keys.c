#include "base/compat.h"

#include "policyfix.h"
#include "signfix.h"

/* What gpg makes of a key when it is told so. */
static void gpg(const char *in, const char *const *words)
{
	const char *argv[16] = { "gpg", "--batch", "--quiet", "--no-tty",
				 "--passphrase", "" };
	size_t n = 6;

	while (*words)
		argv[n++] = *words++;
	sf_run(NULL, argv, in, strlen(in));
}

/* A home with the key of `name` as it is in the key ring now. */
static struct ev_keyhome *home_of(const char *name)
{
	struct ev_buf block = EV_BUF_INIT;
	struct ev_keyblock one = { name, NULL, 0 };
	struct ev_keyhome *h = NULL;

	assert_int_equal(ev_sign_export_key(&block, sf_fpr(name)), 0);
	one.bytes = block.ptr;
	one.n = block.len;
	if (ev_keyhome_open(&h, sf_state.ptr, &one, 1))
		fail_msg("%s", ev_error_last()->message);
	ev_buf_release(&block);
	return h;
}

static void person(struct ev_policy *p, const char *name,
		   struct ev_keyhome *home)
{
	memset(p, 0, sizeof(*p));
	p->trust.people = ev_calloc(1, sizeof(*p->trust.people));
	p->trust.npeople = 1;
	p->trust.people[0].name = ev_strdup("Quinn Abara");
	p->trust.people[0].keys = ev_calloc(1, sizeof(struct ev_person_key));
	p->trust.people[0].nkeys = 1;
	memcpy(p->trust.people[0].keys[0].fpr, sf_fpr(name), 41);
	p->trust.home = home;
}

static void lines_are(const char *name, struct ev_keyhome *was,
		      struct ev_keyhome *now, const char *want)
{
	struct ev_strs lines = EV_STRS_INIT;
	struct ev_policy older, newer;

	person(&older, name, was);
	person(&newer, name, now);
	ev_loosened_people(&lines, &older, &newer);
	if (!*want)
		assert_int_equal(lines.n, 0);
	else
		assert_int_equal(lines.n, 1);
	if (*want && !strstr(lines.items[0], want))
		fail_msg("%s", lines.items[0]);
	ev_strs_release(&lines);
	ev_policy_release(&older);
	ev_policy_release(&newer);
}

static void a_key_that_lives_longer_is_named(void **state)
{
	const char *const expire[] = { "--quick-set-expire",
		sf_fpr("shortlived"), "20500101T000000", NULL };
	struct ev_keyhome *was;

	(void)state;
	was = home_of("shortlived");
	gpg("", expire);
	lines_are("shortlived", was, home_of("shortlived"), "expires 2045-01-01 -> 2050-01-01");
	lines_are("shortlived", home_of("shortlived"), home_of("shortlived"),
		  "");
}

static void a_key_with_one_more_to_sign_with_is_named(void **state)
{
	const char *const add[] = { "--quick-add-key", sf_fpr("quinn"),
				    "ed25519", "sign", "never", NULL };
	struct ev_keyhome *was;

	(void)state;
	was = home_of("quinn");
	gpg("", add);
	lines_are("quinn", was, home_of("quinn"), " added for Quinn Abara");
}

static void a_block_that_was_not_there_is_named(void **state)
{
	(void)state;
	lines_are("ada", home_of("ci"), home_of("ada"), "can be used now");
	lines_are("ada", home_of("ada"), home_of("ci"), "");
	lines_are("ada", NULL, NULL, "");
}

/* A block without its revocation is a good key again. */
static void a_revocation_that_is_taken_out_is_named(void **state)
{
	const char *argv[] = { "gpg", "--quiet", "--no-tty", "--command-fd",
			       "0", "--pinentry-mode", "loopback", "--armor",
			       "--gen-revoke", sf_fpr("mallory"), NULL };
	const char *const import[] = { "--import", NULL };
	struct ev_buf revocation = EV_BUF_INIT;
	struct ev_keyhome *good, *revoked;

	(void)state;
	good = home_of("mallory");
	sf_run(&revocation, argv, "y\n0\n\ny\n", 7);
	gpg(revocation.ptr, import);
	ev_buf_release(&revocation);
	revoked = home_of("mallory");
	assert_true(ev_keyhome_key(revoked, 0)->revoked);
	lines_are("mallory", revoked, good, "is no longer revoked");
	lines_are("mallory", home_of("ci"), home_of("ci"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_that_lives_longer_is_named),
		cmocka_unit_test(a_key_with_one_more_to_sign_with_is_named),
		cmocka_unit_test(a_block_that_was_not_there_is_named),
		cmocka_unit_test(a_revocation_that_is_taken_out_is_named),
	};

	return cmocka_run_group_tests(tests, sf_setup, sf_teardown);
}
