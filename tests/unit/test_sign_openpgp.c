#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/error.h"
#include "sign/openpgp.h"

/* The parts of one signature; each test changes one of them. */
struct parts {
	unsigned version, sigclass, algo, hash;
	const char *hashed;
	size_t nhashed;
	const char *unhashed;
	size_t nunhashed;
	const char *values;
	size_t nvalues;
};

#define BYTES(s) s, sizeof(s) - 1
#define CREATED "\x05\x02\x67\x74\x85\x80"		/* 2025-01-01 */
#define KEYID "\x09\x10\xde\xad\xbe\xef\x01\x02\x03\x04"
#define FPR "\x16\x21\x04" "ABCDEFGHIJKL" "\xde\xad\xbe\xef\x01\x02\x03\x04"
#define FPR_HEX "4142434445464748494A4B4CDEADBEEF01020304"

static const struct parts usual = {
	4, 0x00, 22, 8, BYTES(CREATED FPR), BYTES(KEYID),
	BYTES("\x00\x01\x01\x00\x0a\x03\xff")
};

static void put_area(struct ev_buf *out, const char *p, size_t n)
{
	ev_buf_addc(out, (char)(n >> 8));
	ev_buf_addc(out, (char)n);
	ev_buf_add(out, p, n);
}

static void build(struct ev_buf *out, const struct parts *p)
{
	struct ev_buf body = EV_BUF_INIT;

	ev_buf_addc(&body, (char)p->version);
	ev_buf_addc(&body, (char)p->sigclass);
	ev_buf_addc(&body, (char)p->algo);
	ev_buf_addc(&body, (char)p->hash);
	put_area(&body, p->hashed, p->nhashed);
	put_area(&body, p->unhashed, p->nunhashed);
	ev_buf_adds(&body, "ab");
	ev_buf_add(&body, p->values, p->nvalues);
	ev_buf_clear(out);
	ev_buf_addc(out, (char)0xc2);
	ev_buf_addc(out, (char)0xff);
	ev_buf_addc(out, 0);
	ev_buf_addc(out, 0);
	put_area(out, body.ptr, body.len);
	ev_buf_release(&body);
}

static int parse(struct ev_sigpacket *out, const struct parts *p)
{
	struct ev_buf sig = EV_BUF_INIT;
	int ret;

	build(&sig, p);
	ret = ev_sigpacket_parse(out, sig.ptr, sig.len);
	ev_buf_release(&sig);
	return ret;
}

static void assert_refused(const struct parts *p, const char *reason)
{
	struct ev_sigpacket packet;

	assert_int_equal(parse(&packet, p), EV_EINVALID);
	assert_string_equal(ev_error_last()->message, reason);
}

static void it_reads_what_a_signature_says_of_itself(void **state)
{
	struct ev_sigpacket packet;

	(void)state;
	assert_int_equal(parse(&packet, &usual), 0);
	assert_int_equal(packet.version, 4);
	assert_int_equal(packet.sigclass, 0);
	assert_int_equal(packet.pubkey_algo, 22);
	assert_int_equal(packet.hash_algo, 8);
	assert_int_equal(packet.created, 0x67748580);
	assert_true(packet.has_fpr);
	assert_string_equal(packet.issuer_fpr, FPR_HEX);
	assert_true(packet.has_keyid);
	assert_string_equal(packet.issuer_keyid, "DEADBEEF01020304");
	assert_int_equal(packet.unhashed, 10);
}

static void what_is_absent_is_said_to_be_absent(void **state)
{
	struct parts p = usual;
	struct ev_sigpacket packet;

	(void)state;
	p.nhashed = p.nunhashed = 0;
	assert_int_equal(parse(&packet, &p), 0);
	assert_int_equal(packet.created, 0);
	assert_false(packet.has_fpr);
	assert_false(packet.has_keyid);
	assert_string_equal(packet.issuer_fpr, "");
	assert_string_equal(packet.issuer_keyid, "");
}

/* Only what is hashed is signed; anybody can write the other area. */
static void a_date_that_is_not_signed_is_no_date(void **state)
{
	struct parts p = usual;
	struct ev_sigpacket packet;

	(void)state;
	p.hashed = "";
	p.nhashed = 0;
	p.unhashed = CREATED;
	p.nunhashed = sizeof(CREATED) - 1;
	assert_int_equal(parse(&packet, &p), 0);
	assert_int_equal(packet.created, 0);
}

static void each_part_out_of_order_is_refused(void **state)
{
	static const struct {
		unsigned version, sigclass, algo;
		const char *reason;
	} cases[] = {
		{ 3, 0x00, 22, "signature of version 3" },
		{ 5, 0x00, 22, "signature of version 5" },
		{ 6, 0x00, 22, "signature of version 6" },
		{ 4, 0x01, 22, "signature is of text class" },
		{ 4, 0x02, 22, "signature is of class 0x02, "
		  "not over a document" },
		{ 4, 0x13, 22, "signature is of class 0x13, "
		  "not over a document" },
		{ 4, 0x00, 16, "signature of an unknown public-key algorithm "
		  "(16)" },
		{ 4, 0x00, 2, "signature of an unknown public-key algorithm "
		  "(2)" },
		{ 4, 0x00, 1, "damaged signature: bytes after its values" },
		{ 4, 0x00, 27, "damaged signature: it is cut short" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		struct parts p = usual;

		p.version = cases[i].version;
		p.sigclass = cases[i].sigclass;
		p.algo = cases[i].algo;
		assert_refused(&p, cases[i].reason);
	}
}

static void odd_subpackets_are_refused(void **state)
{
	static const struct {
		const char *hashed;
		size_t n;
		const char *reason;
	} cases[] = {
		{ BYTES(CREATED CREATED),
		  "damaged signature: two creation times" },
		{ BYTES("\x04\x02\x67\x74\x85"),
		  "damaged signature: creation time" },
		{ BYTES("\x06\x02\x67\x74\x85\x80\x00"),
		  "damaged signature: creation time" },
		{ BYTES("\x08\x10\xde\xad\xbe\xef\x01\x02\x03"),
		  "damaged signature: issuer's key id" },
		{ BYTES("\x03\x21\x04\x41"),
		  "damaged signature: issuer's fingerprint" },
		{ BYTES("\x01\x21"),
		  "damaged signature: issuer's fingerprint" },
		{ BYTES("\x00"), "damaged signature: subpacket is cut short" },
		{ BYTES("\xc0"), "damaged signature: subpacket is cut short" },
		{ BYTES("\x09\x10\x01"),
		  "damaged signature: subpacket is cut short" },
		{ BYTES("\xff\xff\xff\xff\xff\x02"),
		  "damaged signature: subpacket is cut short" },
		{ BYTES("\x09\x10\xde\xad\xbe\xef\x01\x02\x03\x05"),
		  "signature names two issuers" },
		{ BYTES("\x02\xe4\x01"), "signature demands what is not known "
		  "here (critical subpacket 100)" },
		{ BYTES("\x09\x94\x00\x00\x00\x00\x00\x00\x00\x00"),
		  "signature demands what is not known here "
		  "(critical subpacket 20)" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		struct parts p = usual;

		p.hashed = cases[i].hashed;
		p.nhashed = cases[i].n;
		assert_refused(&p, cases[i].reason);
	}
}

static void long_and_critical_forms_of_known_subpackets_are_read(void **state)
{
	static const char hashed[] =
		"\xff\x00\x00\x00\x05\x82\x67\x74\x85\x80" FPR;
	struct parts p = usual;
	struct ev_sigpacket packet;
	char wide[4 + 300] = "\xc0\x6d\x64";	/* 301 bytes of type 100 */

	(void)state;
	p.hashed = hashed;
	p.nhashed = sizeof(hashed) - 1;
	p.unhashed = wide;
	p.nunhashed = 2 + 301;
	assert_int_equal(parse(&packet, &p), 0);
	assert_int_equal(packet.created, 0x67748580);
	assert_true(packet.has_fpr);
	assert_int_equal(packet.unhashed, 303);
}

static void a_fingerprint_of_a_newer_kind_of_key_is_no_issuer(void **state)
{
	static const char hashed[] = CREATED "\x22\x21\x06"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
	struct parts p = usual;
	struct ev_sigpacket packet;

	(void)state;
	p.hashed = hashed;
	p.nhashed = sizeof(hashed) - 1;
	assert_int_equal(parse(&packet, &p), 0);
	assert_false(packet.has_fpr);
	assert_true(packet.has_keyid);
}

static void every_cut_is_refused(void **state)
{
	struct ev_sigpacket packet;
	struct ev_buf sig = EV_BUF_INIT;
	size_t n;

	(void)state;
	build(&sig, &usual);
	for (n = 0; n < sig.len; n++) {
		/* a copy of its own, so that reading past it is noticed */
		char *p = malloc(n ? n : 1);

		assert_non_null(p);
		memcpy(p, sig.ptr, n);
		assert_int_equal(ev_sigpacket_parse(&packet, p, n),
				 EV_EINVALID);
		/* the same cut, with lengths that agree */
		if (n > 6) {
			p[4] = 0;
			p[5] = (char)(n - 6);
			assert_int_equal(ev_sigpacket_parse(&packet, p, n),
					 EV_EINVALID);
		}
		free(p);
	}
	assert_int_equal(ev_sigpacket_parse(&packet, sig.ptr, sig.len), 0);
	ev_buf_release(&sig);
}

static void a_signature_has_a_size_limit(void **state)
{
	struct ev_sigpacket packet;
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	while (sig.len <= EV_SIG_MAX_BYTES)
		ev_buf_addc(&sig, (char)0xc2);
	assert_int_equal(ev_sigpacket_parse(&packet, sig.ptr, sig.len),
			 EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    "signature of 8193 bytes, 8192 are allowed");
	ev_buf_release(&sig);
}

static void strong_digests_are_sha2_and_sha3_from_256_bits(void **state)
{
	static const unsigned strong[] = { 8, 9, 10, 12, 14 };
	unsigned algo, i;
	bool want;

	(void)state;
	for (algo = 0; algo < 256; algo++) {
		want = false;
		for (i = 0; i < EV_ARRAY_SIZE(strong); i++)
			want |= strong[i] == algo;
		assert_int_equal(ev_hash_is_strong(algo), want);
	}
	assert_string_equal(ev_hash_name(2), "SHA-1");
	assert_string_equal(ev_hash_name(8), "SHA-256");
	assert_string_equal(ev_hash_name(99), "unknown");
}

#define BEGIN "-----BEGIN PGP SIGNATURE-----\n"
#define END "-----END PGP SIGNATURE-----\n"
#define HELLO "aGVsbG8=\n=R/WK\n"

static void armour_gives_its_bytes(void **state)
{
	static const char *const cases[] = {
		BEGIN "\n" HELLO END,
		BEGIN "\naGVsbG8=\n" END,
		BEGIN "Comment: of the team\nVersion: x\n\n" HELLO END,
		BEGIN "Comment:\n\n" HELLO END,
		BEGIN "   \naGVs  \nbG8=\t\n=R/WK\n" END,
		"-----BEGIN PGP SIGNATURE-----\r\n\r\naGVsbG8=\r\n=R/WK\r\n"
		"-----END PGP SIGNATURE-----\r\n",
		"\n\n" BEGIN "\n" HELLO END "\n \n",
		BEGIN "\n" HELLO "-----END PGP SIGNATURE-----",
	};
	struct ev_buf out = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		ev_buf_clear(&out);
		assert_int_equal(ev_dearmor(&out, cases[i], strlen(cases[i])),
				 0);
		assert_string_equal(out.ptr, "hello");
	}
	ev_buf_release(&out);
}

static void odd_armour_is_refused(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "", "not a PGP SIGNATURE" },
		{ "hello", "not a PGP SIGNATURE" },
		{ "-----BEGIN PGP MESSAGE-----\n\n" HELLO
		  "-----END PGP MESSAGE-----\n", "not a PGP SIGNATURE" },
		{ "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n"
		  BEGIN "\n" HELLO END, "not a PGP SIGNATURE" },
		{ BEGIN "\n" HELLO END BEGIN "\n" HELLO END,
		  "more than one signature block" },
		{ BEGIN "\n" HELLO END "and more\n",
		  "text beside the signature block" },
		{ "first\n" BEGIN "\n" HELLO END,
		  "text beside the signature block" },
		{ BEGIN "\n" HELLO END "-----BEGIN PGP MESSAGE-----\n",
		  "not a PGP SIGNATURE" },
		{ BEGIN "\naGVsbG8=\n=AAAA\n" END,
		  "damaged armour: checksum is wrong" },
		{ BEGIN "\naGVsbG8=\n=R/W\n" END,
		  "damaged armour: checksum is wrong" },
		{ BEGIN HELLO END,
		  "damaged armour: no empty line before its data" },
		{ BEGIN "\naGVs\n\nbG8=\n" END,
		  "damaged armour: a line is no base64" },
		{ BEGIN "\naGV_bG8=\n" END,
		  "damaged armour: a line is no base64" },
		{ BEGIN "\naGV*bG8=\n" END,
		  "damaged armour: its data is no base64" },
		{ BEGIN "\naGVsbG8=\n", "damaged armour: it is cut short" },
		{ BEGIN "\naGVsbG8=\n=R/WK\n",
		  "damaged armour: it is cut short" },
		{ BEGIN "\n" HELLO "-----END PGP MESSAGE-----\n",
		  "damaged armour: its last line is another one's" },
		{ BEGIN "\n" HELLO "=R/WK\n" END,
		  "damaged armour: its last line is another one's" },
		{ "-----BEGIN PGP SIGNATURE----- x\n\n" HELLO END,
		  "not a PGP SIGNATURE" },
	};
	struct ev_buf out = EV_BUF_INIT;
	size_t i;

	(void)state;
	ev_buf_adds(&out, "before");
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		assert_int_equal(ev_dearmor(&out, cases[i].text,
					    strlen(cases[i].text)),
				 EV_EINVALID);
		assert_string_equal(ev_error_last()->message, cases[i].reason);
		assert_string_equal(out.ptr, "before");
	}
	ev_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_what_a_signature_says_of_itself),
		cmocka_unit_test(what_is_absent_is_said_to_be_absent),
		cmocka_unit_test(a_date_that_is_not_signed_is_no_date),
		cmocka_unit_test(each_part_out_of_order_is_refused),
		cmocka_unit_test(odd_subpackets_are_refused),
		cmocka_unit_test(
			long_and_critical_forms_of_known_subpackets_are_read),
		cmocka_unit_test(
			a_fingerprint_of_a_newer_kind_of_key_is_no_issuer),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(a_signature_has_a_size_limit),
		cmocka_unit_test(
			strong_digests_are_sha2_and_sha3_from_256_bits),
		cmocka_unit_test(armour_gives_its_bytes),
		cmocka_unit_test(odd_armour_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
