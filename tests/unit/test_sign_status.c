#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "sign/colons.h"
#include "sign/status.h"

#define FPR "0123456789ABCDEF0123456789ABCDEF01234567"
#define G "[GNUPG:] "
#define NEW G "NEWSIG\n"
#define GOOD G "GOODSIG 89ABCDEF01234567 Dr. Ada Kern\n"
#define VALID G "VALIDSIG " FPR " 2025-03-01 1740787200 0 4 0 22 10 00 " FPR \
	"\n"

static struct ev_gpgsaid read_said(const char *text)
{
	struct ev_gpgsaid s;

	if (ev_gpgsaid_parse(&s, text, strlen(text)) < 0)
		fail_msg("%s", ev_error_last()->message);
	return s;
}

static void a_good_signature_is_read_whole(void **state)
{
	struct ev_gpgsaid s = read_said(NEW G "KEY_CONSIDERED " FPR " 0\n"
					GOOD VALID G "TRUST_UNDEFINED\n");

	(void)state;
	assert_int_equal(s.word, EV_GPG_GOODSIG);
	assert_true(s.ordered);
	assert_false(s.nodata || s.misused);
	assert_string_equal(s.fpr, FPR);
	assert_string_equal(s.primary, FPR);
	assert_int_equal(s.created, 1740787200);
	assert_int_equal(s.pubkey_algo, 22);
	assert_int_equal(s.hash_algo, 10);
	assert_int_equal(s.sigclass, 0);
}

static void each_word_is_known(void **state)
{
	static const struct {
		const char *line;
		enum ev_gpgword word;
	} cases[] = {
		{ G "EXPKEYSIG 89ABCDEF01234567 A\n", EV_GPG_EXPKEYSIG },
		{ G "REVKEYSIG 89ABCDEF01234567 A\n", EV_GPG_REVKEYSIG },
		{ G "EXPSIG 89ABCDEF01234567 A\n", EV_GPG_EXPSIG },
		{ G "BADSIG 89ABCDEF01234567 A\n", EV_GPG_BADSIG },
		{ G "ERRSIG 89ABCDEF01234567 22 10 00 1740787200 9 -\n",
		  EV_GPG_ERRSIG },
		{ G "GOODSIGN 89ABCDEF01234567 A\n", EV_GPG_NONE },
		{ G "goodsig 89ABCDEF01234567 A\n", EV_GPG_NONE },
		{ G "NOTATION_DATA GOODSIG\n", EV_GPG_NONE },
		{ G " GOODSIG 89ABCDEF01234567 A\n", EV_GPG_NONE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++)
		assert_int_equal(read_said(cases[i].line).word, cases[i].word);
	assert_int_equal(read_said(cases[4].line).rc, EV_GPG_RC_NO_KEY);
	assert_int_equal(read_said(G "ERRSIG 89ABCDEF01234567 22\n").rc, 0);
}

static void another_order_or_number_is_noticed(void **state)
{
	static const char *const cases[] = {
		"", NEW, NEW GOOD, GOOD VALID, NEW VALID GOOD, NEW VALID,
		GOOD NEW VALID, NEW GOOD NEW VALID, NEW NEW GOOD VALID,
		NEW GOOD VALID NEW, NEW GOOD VALID VALID, NEW GOOD GOOD VALID,
		NEW GOOD VALID GOOD, NEW GOOD VALID G "BADSIG 89AB A\n",
		NEW GOOD G "ERRSIG 89AB\n" VALID,
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++)
		if (read_said(cases[i]).ordered)
			fail_msg("case %zu", i);
}

/* A line that cannot be read names no key, which is no verdict. */
static void a_damaged_description_says_nothing(void **state)
{
	static const char *const cases[] = {
		"", " ", FPR, FPR " 2025-03-01 1740787200 0 4 0 22 10 00",
		FPR " 2025-03-01 1740787200 0 4 0 22 10 00 ",
		FPR " 2025-03-01 1740787200 0 4 0 22 10 00 0123",
		FPR " 2025-03-01 1740787200 0 4 0 22 10 00 " FPR "0",
		FPR " 2025-03-01 -1 0 4 0 22 10 00 " FPR,
		FPR " 2025-03-01 20250301T000000 0 4 0 22 10 00 " FPR,
		FPR " 2025-03-01 1740787200999 0 4 0 22 10 00 " FPR,
		FPR " 2025-03-01 1740787200 0 4 0 22 x 00 " FPR,
		FPR " 2025-03-01 1740787200 0 4 0 22 99999999999 00 " FPR,
		FPR " 2025-03-01 1740787200 0 4 0 22 10 0 " FPR,
		FPR " 2025-03-01 1740787200 0 4 0 22 10 0g " FPR,
		FPR " 2025-03-01  1740787200 0 4 0 22 10 00 " FPR,
		"G123456789ABCDEF0123456789ABCDEF01234567 2025-03-01 1740787200"
		" 0 4 0 22 10 00 " FPR,
	};
	struct ev_buf text = EV_BUF_INIT;
	struct ev_gpgsaid s;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		ev_buf_clear(&text);
		ev_buf_addf(&text, NEW GOOD G "VALIDSIG %s\n", cases[i]);
		s = read_said(text.ptr);
		if (*s.fpr || *s.primary || s.created || s.hash_algo)
			fail_msg("case %zu", i);
	}
	ev_buf_release(&text);
}

static void what_is_no_status_is_refused(void **state)
{
	static const char nul[] = NEW "[GNUPG:] GOOD\0SIG\n";
	static const struct {
		const char *text;
		size_t n;
	} cases[] = {
		{ "gpg: Good signature\n", 20 }, { "\n", 1 }, { G "NEWSIG", 15 },
		{ NEW "[GNUPG:]NEWSIG\n", 31 }, { nul, sizeof(nul) - 1 },
		{ NEW " [GNUPG:] GOODSIG\n", 34 }, { "[GNUPG:] \n\n", 11 },
	};
	struct ev_gpgsaid s;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++)
		if (ev_gpgsaid_parse(&s, cases[i].text, cases[i].n) !=
		    EV_EINVALID)
			fail_msg("case %zu", i);
	assert_int_equal(s.news, 0);
}

static void what_else_is_found_is_kept(void **state)
{
	(void)state;
	assert_true(read_said(G "NODATA 3\n").nodata);
	assert_true(read_said(NEW GOOD VALID G "UNEXPECTED 1\n").nodata);
	assert_true(read_said(G "ERROR verify.keyusage 50331671\n").misused);
	assert_false(read_said(G "ERROR verify.findkey 1\n").misused);
}

static struct ev_gpgsigned read_signed(const char *text)
{
	struct ev_gpgsigned s;

	ev_gpgsigned_parse(&s, text, strlen(text));
	return s;
}

static void signing_tells_what_was_made_and_what_went_wrong(void **state)
{
	struct ev_gpgsigned s;

	(void)state;
	s = read_signed("gpg: using it\n" G "BEGIN_SIGNING H10\n"
			G "SIG_CREATED D 22 10 00 1740787200 " FPR "\n");
	assert_int_equal(s.made, 1);
	assert_int_equal(s.failure, 0);
	s = read_signed(G "INV_SGNR 9 " FPR "\n" G "FAILURE sign 17\n"
			G "FAILURE gpg-exit 33554433\n");
	assert_true(s.no_signer);
	assert_int_equal(s.failure, 17);
	assert_int_equal(read_signed(G "FAILURE sign 67108949\n").failure, 85);
	assert_int_equal(read_signed(G "FAILURE sign 67108949_No_pinentry\n")
			 .failure, 85);
	assert_int_equal(read_signed(G "FAILURE sign x\n").failure, 0);
	assert_int_equal(read_signed("gpg: [GNUPG:] SIG_CREATED D\n").made, 0);
	assert_int_equal(read_signed(G "SIG_CREATED D\n" G "SIG_CREATED D\n")
			 .made, 2);
}

#define SEC "sec:u:3072:1:89ABCDEF01234567:1735689600:::u:::scESC:::+::::\n"
#define SSB "ssb:u:256:22:1111111111111111:1735689600::::::s:::+::ed25519::\n"
#define FP(f) "fpr:::::::::" f ":\n"
#define SUB "1111111111111111111111111111111111111111"

static struct ev_seckey read_key(const char *text)
{
	static struct ev_seckey key;

	ev_seckey_parse(&key, text, strlen(text));
	return key;
}

static void a_secret_key_is_read_with_its_parts(void **state)
{
	struct ev_seckey k = read_key("tru::1:1:0:3:1:5\n" SEC FP(FPR)
		"grp:::::::::" SUB ":\nuid:u::::1::X::Ada:\n" SSB FP(SUB));

	(void)state;
	assert_int_equal(k.keys, 1);
	assert_int_equal(k.n, 2);
	assert_string_equal(k.parts[0].fpr, FPR);
	assert_int_equal(k.parts[0].bits, 3072);
	assert_string_equal(k.parts[1].fpr, SUB);
	assert_int_equal(k.parts[1].bits, 256);
	assert_false(k.revoked || k.expired);
}

static void keys_that_cannot_sign_or_are_several_are_told(void **state)
{
	struct ev_seckey k;

	(void)state;
	assert_true(read_key("sec:r:3072:1:\n" FP(FPR)).revoked);
	assert_true(read_key("sec:e:3072:1:\n" FP(FPR)).expired);
	k = read_key(SEC FP(FPR) "sec:r:256:22:\n" FP(SUB));
	assert_int_equal(k.keys, 2);
	assert_int_equal(k.n, 1);
	assert_false(k.revoked);
	assert_int_equal(read_key("").keys, 0);
	assert_int_equal(read_key("fpr:::::::::" FPR ":\n").n, 0);
	assert_int_equal(read_key("pub:u:3072:1:\n" FP(FPR)).n, 0);
	/* a primary that has no such fingerprint has no parts either */
	assert_int_equal(read_key(SEC FP(FPR FPR) SSB FP(SUB)).n, 0);
	assert_int_equal(read_key(SEC SSB FP(SUB)).n, 0);
	assert_int_equal(read_key("sec").n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_signature_is_read_whole),
		cmocka_unit_test(each_word_is_known),
		cmocka_unit_test(another_order_or_number_is_noticed),
		cmocka_unit_test(a_damaged_description_says_nothing),
		cmocka_unit_test(what_is_no_status_is_refused),
		cmocka_unit_test(what_else_is_found_is_kept),
		cmocka_unit_test(
			signing_tells_what_was_made_and_what_went_wrong),
		cmocka_unit_test(a_secret_key_is_read_with_its_parts),
		cmocka_unit_test(keys_that_cannot_sign_or_are_several_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
