#include "base/compat.h"
#include "signfix.h"

#include <sys/stat.h>

#include "base/clock.h"

#define LISTED "ada quinn ci expired shortlived revoked subkeyed rsa weak"

static struct ev_keyhome *home;

static int setup(void **state)
{
	int ret = sf_setup(state);

	home = sf_open(LISTED);
	return ret;
}

static int teardown(void **state)
{
	ev_keyhome_close(home);
	return sf_teardown(state);
}

static struct ev_signature check_over(const struct ev_buf *sig,
				      const char *data)
{
	struct ev_signature s;

	if (ev_signature_check(&s, home, data, strlen(data), sig->ptr,
			       sig->len) < 0)
		fail_msg("%s", ev_error_last()->message);
	return s;
}

static struct ev_signature check(const struct ev_buf *sig)
{
	return check_over(sig, SF_DATA);
}

static void assert_refused(const struct ev_buf *sig, const char *reason)
{
	struct ev_signature s = check(sig);

	assert_int_equal(s.status, EV_SIG_REFUSED);
	assert_string_equal(s.reason, reason);
	assert_string_equal(s.signer, "");
}

static void assert_good(const struct ev_buf *sig, const char *name)
{
	struct ev_signature s = check(sig);

	assert_string_equal(s.reason, "");
	assert_int_equal(s.status, EV_SIG_GOOD);
	assert_string_equal(s.signer, sf_fpr(name));
}

static void assert_no_count(const struct ev_buf *sig, int64_t now,
			    const char *reason)
{
	struct ev_signature s = check(sig);
	char why[160];

	assert_int_equal(s.status, EV_SIG_GOOD);
	assert_false(ev_key_counts(why, home, &s, now));
	assert_string_equal(why, reason);
}

static void assert_counts(const struct ev_buf *sig, int64_t now)
{
	struct ev_signature s = check(sig);
	char why[160];

	assert_int_equal(s.status, EV_SIG_GOOD);
	assert_true(ev_key_counts(why, home, &s, now));
	assert_string_equal(why, "");
}

static int64_t at(const char *day)
{
	int64_t t = 0;

	assert_int_equal(ev_date_parse(&t, day), 0);
	return t;
}

static void a_good_signature_names_signer_time_and_digest(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;
	struct ev_signature s;

	(void)state;
	sf_sign(&sig, "ada", "20250301T000000");
	s = check(&sig);
	assert_int_equal(s.status, EV_SIG_GOOD);
	assert_string_equal(s.signer, sf_fpr("ada"));
	assert_string_equal(s.subkey, sf_fpr("ada"));
	assert_int_equal(s.created, at("2025-03-01"));
	assert_true(s.hash_algo == 8 || s.hash_algo == 10);
	assert_counts(&sig, at("2025-03-02"));
	ev_buf_release(&sig);
}

static void an_rsa_signature_of_3072_bits_is_good(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign(&sig, "rsa", NULL);
	assert_good(&sig, "rsa");
	ev_buf_release(&sig);
}

static void an_expired_key_is_good_but_counts_only_before_its_end(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign(&sig, "expired", "20250301T000000");
	assert_good(&sig, "expired");
	assert_counts(&sig, at("2025-05-01"));
	assert_no_count(&sig, at("2025-07-01"), "key expired on 2025-06-01");
	ev_buf_release(&sig);
}

static void a_key_that_expires_later_counts_until_then(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign(&sig, "shortlived", "20260301T000000");
	assert_counts(&sig, at("2044-12-31"));
	assert_no_count(&sig, at("2045-01-02"), "key expired on 2045-01-01");
	ev_buf_release(&sig);
}

/*
 * gpg itself would not sign then: sign in time, and let the verdict be asked
 * about a later date, which only this function's arithmetic decides.
 */
static void a_signature_after_expiry_says_so(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;
	struct ev_signature s;
	char why[160];

	(void)state;
	sf_sign(&sig, "expired", "20250301T000000");
	s = check(&sig);
	s.created = at("2025-07-01");
	assert_false(ev_key_counts(why, home, &s, at("2025-08-01")));
	assert_string_equal(why, "signed on 2025-07-01, after the key "
			    "expired on 2025-06-01");
	ev_buf_release(&sig);
}

static void a_revoked_key_is_good_and_never_counts(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign(&sig, "revoked", "20250301T000000");
	assert_good(&sig, "revoked");
	assert_no_count(&sig, at("2025-03-02"), "key is revoked");
	ev_buf_release(&sig);
}

static void a_signature_that_expires_is_refused_when_it_has(void **state)
{
	static const char *const day[] = { "--default-sig-expire", "1d", NULL };
	static const char *const century[] = { "--default-sig-expire", "80y",
					       NULL };
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign_with(&sig, "ada", "20250301T000000", "--detach-sign", day,
		      SF_DATA);
	assert_refused(&sig, "signature has expired");
	ev_buf_clear(&sig);
	sf_sign_with(&sig, "ada", "20250301T000000", "--detach-sign", century,
		      SF_DATA);
	assert_good(&sig, "ada");
	ev_buf_release(&sig);
}

static void an_unlisted_key_is_unknown_without_asking_gpg(void **state)
{
	struct ev_buf sig = EV_BUF_INIT, want = EV_BUF_INIT;
	unsigned runs = ev_sign_gpg_runs();
	struct ev_signature s;

	(void)state;
	sf_sign(&sig, "mallory", NULL);
	s = check(&sig);
	ev_buf_addf(&want, "key '%s' is not listed", sf_fpr("mallory"));
	assert_int_equal(s.status, EV_SIG_UNKNOWN_KEY);
	assert_string_equal(s.reason, want.ptr);
	assert_string_equal(s.signer, "");
	assert_int_equal(ev_sign_gpg_runs(), runs);
	ev_buf_release(&sig);
	ev_buf_release(&want);
}

static void changed_data_makes_it_bad(void **state)
{
	static const char *const others[] = {
		"", "the bytes that are signed",
		"the bytes that are signed\n\n",
		"The bytes that are signed\n",
	};
	struct ev_buf sig = EV_BUF_INIT;
	struct ev_signature s;
	size_t i;

	(void)state;
	sf_sign(&sig, "ada", NULL);
	for (i = 0; i < EV_ARRAY_SIZE(others); i++) {
		s = check_over(&sig, others[i]);
		assert_int_equal(s.status, EV_SIG_BAD);
		assert_string_equal(s.signer, "");
	}
	ev_buf_release(&sig);
}

static void a_signature_over_nothing_can_be_good(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign_with(&sig, "ada", NULL, "--detach-sign", NULL, "");
	assert_int_equal(check_over(&sig, "").status, EV_SIG_GOOD);
	assert_int_equal(check_over(&sig, "x").status, EV_SIG_BAD);
	ev_buf_release(&sig);
}

static void a_signature_from_the_future_does_not_count(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign(&sig, "ada", "20300101T000000");
	assert_no_count(&sig, at("2030-01-01") - EV_CLOCK_SKEW - 1,
			"signature is dated 2030-01-01, in the future");
	assert_counts(&sig, at("2030-01-01") - EV_CLOCK_SKEW);
	ev_buf_release(&sig);
}

static void a_signature_older_than_its_key_is_refused(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign(&sig, "ada", "20240101T000000");
	assert_refused(&sig, "made before its key");
	ev_buf_release(&sig);
}

static void weak_digests_are_refused(void **state)
{
	static const struct {
		const char *algo, *reason;
	} cases[] = {
		{ "SHA1", "SHA-1 digest" },
		{ "RIPEMD160", "RIPEMD-160 digest" },
		{ "SHA224", "SHA-224 digest" },
	};
	struct ev_buf sig = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		const char *const options[] = { "--digest-algo", cases[i].algo,
						NULL };

		ev_buf_clear(&sig);
		sf_sign_with(&sig, "rsa", NULL, "--detach-sign", options,
			      SF_DATA);
		assert_refused(&sig, cases[i].reason);
	}
	ev_buf_release(&sig);
}

static void a_short_rsa_key_is_refused(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign(&sig, "weak", NULL);
	assert_refused(&sig, "key of 1024 bits");
	ev_buf_release(&sig);
}

static void a_subkey_speaks_for_its_primary(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;
	struct ev_signature s;

	(void)state;
	sf_sign(&sig, "subkeyed-sub", NULL);
	s = check(&sig);
	assert_int_equal(s.status, EV_SIG_GOOD);
	assert_string_equal(s.signer, sf_fpr("subkeyed"));
	assert_string_equal(s.subkey, sf_fpr("subkeyed-sub"));
	assert_counts(&sig, ev_now());
	ev_buf_release(&sig);
}

static void a_primary_that_only_certifies_does_not_count(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;
	struct ev_signature s;
	char why[160];

	(void)state;
	sf_sign(&sig, "subkeyed-sub", NULL);
	s = check(&sig);
	memcpy(s.subkey, s.signer, sizeof(s.subkey));
	assert_false(ev_key_counts(why, home, &s, ev_now()));
	assert_string_equal(why, "key may not sign");
	ev_buf_release(&sig);
}

static void two_signatures_are_refused_however_joined(void **state)
{
	struct ev_buf good = EV_BUF_INIT, other = EV_BUF_INIT;
	struct ev_buf both = EV_BUF_INIT;

	(void)state;
	sf_sign(&good, "ada", NULL);
	sf_sign(&other, "quinn", NULL);
	ev_buf_add(&both, good.ptr, good.len);
	ev_buf_add(&both, other.ptr, other.len);
	assert_refused(&both, "more than one signature packet");
	ev_buf_clear(&both);
	ev_buf_add(&both, good.ptr, good.len);
	ev_buf_add(&both, good.ptr, good.len);
	assert_refused(&both, "more than one signature packet");
	ev_buf_release(&good);
	ev_buf_release(&other);
	ev_buf_release(&both);
}

static void garbage_beside_a_good_signature_is_refused(void **state)
{
	struct ev_buf good = EV_BUF_INIT, sig = EV_BUF_INIT;
	size_t n;

	(void)state;
	sf_sign(&good, "ada", NULL);
	ev_buf_add(&sig, good.ptr, good.len);
	ev_buf_addc(&sig, '\n');
	assert_refused(&sig, "bytes after the signature");
	ev_buf_clear(&sig);
	ev_buf_addc(&sig, '\n');
	ev_buf_add(&sig, good.ptr, good.len);
	assert_refused(&sig, "not an OpenPGP signature");
	for (n = 1; n < good.len; n++) {
		struct ev_buf cut = { good.ptr, n, n, n, false };

		assert_refused(&cut, "OpenPGP packet is cut short");
	}
	ev_buf_clear(&sig);
	assert_refused(&sig, "signature is empty");
	ev_buf_release(&good);
	ev_buf_release(&sig);
}

static void other_kinds_of_signed_text_are_refused(void **state)
{
	static const struct {
		const char *verb, *option, *reason;
	} cases[] = {
		{ "--detach-sign", "--armor",
		  "signature is armoured, binary is needed" },
		{ "--clear-sign", "--no-armor", "clear-text signed message, "
		  "not a detached signature" },
		{ "--sign", "--no-armor",
		  "signed message, not a detached signature" },
		{ "--sign", "--compress-algo=none",
		  "signed message, not a detached signature" },
		{ "--detach-sign", "--textmode", "signature is of text class" },
	};
	struct ev_buf sig = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		const char *const options[] = { cases[i].option, NULL };

		ev_buf_clear(&sig);
		sf_sign_with(&sig, "ada", NULL, cases[i].verb, options,
			      SF_DATA);
		assert_refused(&sig, cases[i].reason);
	}
	ev_buf_release(&sig);
}

/* The body of a short signature with an old header, as gpg writes it. */
static void take_body(struct ev_buf *body, const struct ev_buf *sig)
{
	assert_int_equal((unsigned char)sig->ptr[0], 0x88);
	assert_int_equal((unsigned char)sig->ptr[1], sig->len - 2);
	ev_buf_add(body, sig->ptr + 2, sig->len - 2);
}

static void put_body(struct ev_buf *sig, const struct ev_buf *body)
{
	ev_buf_clear(sig);
	ev_buf_addc(sig, (char)0x88);
	ev_buf_addc(sig, (char)body->len);
	ev_buf_add(sig, body->ptr, body->len);
}

static void either_header_format_is_good_and_open_lengths_are_not(void **state)
{
	static const unsigned char old_two[] = { 0x89, 0 };
	static const unsigned char old_four[] = { 0x8a, 0, 0, 0 };
	static const unsigned char new_one[] = { 0xc2 };
	static const unsigned char new_five[] = { 0xc2, 0xff, 0, 0, 0 };
	static const struct {
		const unsigned char *head;
		size_t n;
	} cases[] = {
		{ old_two, sizeof(old_two) }, { old_four, sizeof(old_four) },
		{ new_one, sizeof(new_one) }, { new_five, sizeof(new_five) },
	};
	struct ev_buf sig = EV_BUF_INIT, body = EV_BUF_INIT;
	size_t i;

	(void)state;
	sf_sign(&sig, "ada", NULL);
	take_body(&body, &sig);
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		ev_buf_clear(&sig);
		ev_buf_add(&sig, cases[i].head, cases[i].n);
		ev_buf_addc(&sig, (char)body.len);
		ev_buf_add(&sig, body.ptr, body.len);
		assert_good(&sig, "ada");
	}
	ev_buf_clear(&sig);
	ev_buf_addc(&sig, (char)0x8b);
	ev_buf_add(&sig, body.ptr, body.len);
	assert_refused(&sig, "OpenPGP packet of open length");
	ev_buf_clear(&sig);
	ev_buf_adds(&sig, "\xc2\xe6");		/* a part of 64 bytes */
	ev_buf_add(&sig, body.ptr, 64);
	ev_buf_addc(&sig, (char)(body.len - 64));
	ev_buf_add(&sig, body.ptr + 64, body.len - 64);
	assert_refused(&sig, "OpenPGP packet of open length");
	ev_buf_release(&sig);
	ev_buf_release(&body);
}

/* Add a subpacket to the unhashed area, which the signature does not cover. */
static void add_unhashed(struct ev_buf *sig, const char *sub, size_t n)
{
	struct ev_buf body = EV_BUF_INIT, more = EV_BUF_INIT;
	size_t at_len, len;

	take_body(&body, sig);
	at_len = 6 + ((unsigned char)body.ptr[4] << 8 |
		      (unsigned char)body.ptr[5]);
	len = (unsigned char)body.ptr[at_len + 1] + n;
	ev_buf_add(&more, body.ptr, at_len);
	ev_buf_addc(&more, 0);
	ev_buf_addc(&more, (char)len);
	ev_buf_add(&more, body.ptr + at_len + 2, len - n);
	ev_buf_add(&more, sub, n);
	ev_buf_add(&more, body.ptr + at_len + 2 + (len - n),
		   body.len - at_len - 2 - (len - n));
	put_body(sig, &more);
	ev_buf_release(&body);
	ev_buf_release(&more);
}

static void an_added_unhashed_subpacket_leaves_it_good(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign(&sig, "ada", NULL);
	add_unhashed(&sig, "\x06\x14hello", 7);
	assert_good(&sig, "ada");
	ev_buf_release(&sig);
}

static void an_unhashed_subpacket_cannot_change_the_issuer(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign(&sig, "ada", NULL);
	add_unhashed(&sig, "\x09\x10QUINNKEY", 10);
	assert_refused(&sig, "signature names two issuers");
	ev_buf_release(&sig);
}

static void a_critical_notation_nobody_knows_is_refused(void **state)
{
	static const char *const critical[] = {
		"--sig-notation", "!must@example.org=yes", NULL };
	static const char *const plain[] = {
		"--sig-notation", "may@example.org=yes", NULL };
	struct ev_buf sig = EV_BUF_INIT;

	(void)state;
	sf_sign_with(&sig, "ada", NULL, "--detach-sign", critical, SF_DATA);
	assert_refused(&sig, "signature demands what is not known here "
		       "(critical subpacket 20)");
	ev_buf_clear(&sig);
	sf_sign_with(&sig, "ada", NULL, "--detach-sign", plain, SF_DATA);
	assert_good(&sig, "ada");
	ev_buf_release(&sig);
}

/* gpg checks two bytes of the digest first; the rest is curve arithmetic. */
static void no_flipped_bit_of_a_signature_stays_good(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;
	size_t i, unhashed, start, end;

	(void)state;
	sf_sign(&sig, "ada", NULL);
	start = 8 + ((unsigned char)sig.ptr[6] << 8 |
		     (unsigned char)sig.ptr[7]);
	unhashed = (unsigned char)sig.ptr[start + 1];
	end = start + 2 + unhashed;
	for (i = 0; i < sig.len; i += 3) {
		/* a hint and its length: not part of what is signed */
		if (i >= start && i < end)
			continue;
		sig.ptr[i] ^= 0x10;
		assert_int_not_equal(check(&sig).status, EV_SIG_GOOD);
		sig.ptr[i] ^= 0x10;
	}
	assert_good(&sig, "ada");
	ev_buf_release(&sig);
}

static void an_armoured_signature_takes_the_same_path(void **state)
{
	static const char *const armor[] = { "--armor", NULL };
	static const char *const text[] = { "--armor", "--textmode", NULL };
	struct ev_buf sig = EV_BUF_INIT;
	struct ev_signature s;

	(void)state;
	sf_sign_with(&sig, "ada", NULL, "--detach-sign", armor, SF_DATA);
	assert_int_equal(ev_signature_check_armored(&s, home, SF_DATA,
						    strlen(SF_DATA), sig.ptr,
						    sig.len), 0);
	assert_int_equal(s.status, EV_SIG_GOOD);
	assert_int_equal(ev_signature_check_armored(&s, home, "x", 1, sig.ptr,
						    sig.len), 0);
	assert_int_equal(s.status, EV_SIG_BAD);
	ev_buf_addc(&sig, 'x');
	assert_int_equal(ev_signature_check_armored(&s, home, "x", 1, sig.ptr,
						    sig.len), 0);
	assert_int_equal(s.status, EV_SIG_REFUSED);
	assert_string_equal(s.reason, "text beside the signature block");
	ev_buf_clear(&sig);
	sf_sign_with(&sig, "ada", NULL, "--detach-sign", text, SF_DATA);
	assert_int_equal(ev_signature_check_armored(&s, home, SF_DATA,
						    strlen(SF_DATA), sig.ptr,
						    sig.len), 0);
	assert_string_equal(s.reason, "signature is of text class");
	ev_buf_release(&sig);
}

static void many_are_judged_as_one_by_one(void **state)
{
	static const char *const names[] = {
		"ada", "mallory", "quinn", "weak", "ci", "subkeyed-sub",
		"expired", "ada", "rsa",
	};
	struct ev_buf sigs[EV_ARRAY_SIZE(names)];
	struct ev_sigjob jobs[EV_ARRAY_SIZE(names)];
	struct ev_signature many[EV_ARRAY_SIZE(names)], one;
	size_t i, n = EV_ARRAY_SIZE(names);

	(void)state;
	for (i = 0; i < n; i++) {
		ev_buf_init(&sigs[i]);
		sf_sign(&sigs[i], names[i], "20250301T000000");
		jobs[i] = (struct ev_sigjob){ SF_DATA, strlen(SF_DATA),
					      sigs[i].ptr, sigs[i].len, false };
	}
	jobs[7].n--;
	assert_int_equal(ev_signature_check_many(many, home, jobs, n), 0);
	for (i = 0; i < n; i++) {
		assert_int_equal(ev_signature_check(&one, home, jobs[i].data,
						    jobs[i].n, jobs[i].sig,
						    jobs[i].nsig), 0);
		assert_int_equal(many[i].status, one.status);
		assert_string_equal(many[i].signer, one.signer);
		assert_string_equal(many[i].reason, one.reason);
		ev_buf_release(&sigs[i]);
	}
	assert_int_equal(many[0].status, EV_SIG_GOOD);
	assert_int_equal(many[1].status, EV_SIG_UNKNOWN_KEY);
	assert_int_equal(many[3].status, EV_SIG_REFUSED);
	assert_int_equal(many[7].status, EV_SIG_BAD);
	assert_int_equal(ev_signature_check_many(many, home, jobs, 0), 0);
}

static void the_users_own_key_ring_has_no_say(void **state)
{
	struct ev_keyhome *other = sf_open("quinn");
	struct ev_buf sig = EV_BUF_INIT;
	struct ev_signature s;

	(void)state;
	sf_sign(&sig, "ada", NULL);
	assert_int_equal(ev_signature_check(&s, other, SF_DATA,
					    strlen(SF_DATA), sig.ptr,
					    sig.len), 0);
	assert_int_equal(s.status, EV_SIG_UNKNOWN_KEY);
	ev_keyhome_close(other);
	ev_buf_release(&sig);
}

static void a_home_that_vanished_is_an_error_not_a_verdict(void **state)
{
	struct ev_buf sig = EV_BUF_INIT, ring = EV_BUF_INIT;
	struct ev_keyhome *h = sf_open("ada ci");
	struct ev_signature s;

	(void)state;
	sf_sign(&sig, "ada", NULL);
	ev_buf_addf(&ring, "%s/keys/%s", sf_state.ptr, ev_keyhome_digest(h));
	assert_int_equal(ev_rmtree(ring.ptr), 0);
	assert_true(ev_signature_check(&s, h, SF_DATA, strlen(SF_DATA),
				       sig.ptr, sig.len) < 0);
	assert_string_not_equal(ev_error_last()->message, "");
	ev_keyhome_close(h);
	ev_buf_release(&sig);
	ev_buf_release(&ring);
}

static void no_gpg_is_an_error_with_a_hint(void **state)
{
	struct ev_keyhome *h = sf_open("ada quinn");
	struct ev_buf sig = EV_BUF_INIT;
	char *path = strdup(getenv("PATH"));
	struct ev_signature s;

	(void)state;
	sf_sign(&sig, "ada", NULL);
	setenv("PATH", sf_root.ptr, 1);
	assert_int_equal(ev_signature_check(&s, h, SF_DATA, strlen(SF_DATA),
					    sig.ptr, sig.len), EV_ENOTFOUND);
	setenv("PATH", path, 1);
	assert_string_equal(ev_error_last()->message, "cannot run 'gpg'");
	assert_string_equal(ev_error_last()->hints,
			    "install GnuPG (the package gnupg)\n");
	free(path);
	ev_keyhome_close(h);
	ev_buf_release(&sig);
}

/* A gpg that does `instead` of verifying, and else what it should. */
static void put_gpg(const char *dir, const char *instead)
{
	struct ev_buf path = EV_BUF_INIT, text = EV_BUF_INIT;

	ev_path_join(&path, dir, "gpg");
	ev_buf_addf(&text, "#!/bin/sh\nPATH=${PATH#*:}\n"
		    "case \"$*\" in *--verify*) ;; *) exec gpg \"$@\" ;; esac\n"
		    "say() { echo \"[GNUPG:] $*\"; }\n"
		    "heard() { read -r name; say FILE_START 1 \"$name\"; }\n"
		    "good() { say NEWSIG; say GOODSIG %s Ada; }\n"
		    "valid() { say VALIDSIG %s 2025-03-01 $1 0 4 0 22 8 00 %s;"
		    " }\n%s\n", sf_fpr("ada") + 24, sf_fpr("ada"),
		    sf_fpr("ada"), instead);
	sf_write(path.ptr, text.ptr);
	assert_int_equal(chmod(path.ptr, 0700), 0);
	ev_buf_release(&path);
	ev_buf_release(&text);
}

#define TIME "1740787200"		/* 2025-03-01 */

/* What a new home says of a right signature by ada when gpg does this. */
static int told(struct ev_signature *s, const char *dir, const char *instead)
{
	struct ev_keyhome *h;
	struct ev_buf sig = EV_BUF_INIT;
	char *before = strdup(getenv("PATH"));
	struct ev_buf path = EV_BUF_INIT;
	int ret;

	sf_sign_with(&sig, "ada", "20250301T000000", "--detach-sign",
		     (const char *const[]){ "--digest-algo", "SHA256", NULL },
		     SF_DATA);
	put_gpg(dir, instead);
	ev_buf_addf(&path, "%s:%s", dir, before);
	setenv("PATH", path.ptr, 1);
	h = sf_open("ada quinn rsa");
	ret = ev_signature_check(s, h, SF_DATA, strlen(SF_DATA), sig.ptr,
				 sig.len);
	ev_keyhome_close(h);
	setenv("PATH", before, 1);
	free(before);
	ev_buf_release(&sig);
	ev_buf_release(&path);
	return ret;
}

static void make_dir(struct ev_buf *dir)
{
	ev_path_join(dir, sf_root.ptr, "deaths");
	assert_int_equal(ev_mkdirs(dir->ptr, 0700), 0);
}

static void a_gpg_that_dies_is_an_error_not_a_verdict(void **state)
{
	static const char *const deaths[] = {
		"kill -9 $$", "kill -15 $$", "exit 2", "exit 0",
		"heard; kill -9 $$", "heard; exit 0",
		"heard; say NEWSIG; kill -9 $$",
		"heard; say KEY_CONSIDERED 0123456789ABCDEF 0; kill -9 $$",
		"heard; say NEWSIG; say GOODSIG 0123456789ABCDEF Ada; kill -9 $$",
		"heard; say NEWSIG; say EXPKEYSIG 0123456789ABCDEF Ada; exit",
		"heard; say NEWSIG; say REVKEYSIG 0123456789ABCDEF Ada; exit",
		"heard; say FAILURE gpg-exit 33554433; exit 2",
		"heard; good; valid " TIME "; kill -9 $$",
		"heard; good; valid " TIME "; exit 0",
	};
	struct ev_buf dir = EV_BUF_INIT;
	struct ev_signature s;
	size_t i;

	(void)state;
	make_dir(&dir);
	assert_int_equal(told(&s, dir.ptr, "exec gpg \"$@\""), 0);
	assert_int_equal(s.status, EV_SIG_GOOD);
	for (i = 0; i < EV_ARRAY_SIZE(deaths); i++) {
		if (told(&s, dir.ptr, deaths[i]) != EV_ERROR)
			fail_msg("%s: %d, %s", deaths[i], (int)s.status,
				 s.reason);
		assert_non_null(strstr(ev_error_last()->message,
				       "gpg ended without an answer"));
	}
	/* It has spoken, whatever becomes of it then. */
	assert_int_equal(told(&s, dir.ptr, "heard; say NODATA 4; kill -9 $$"),
			 0);
	assert_int_equal(s.status, EV_SIG_REFUSED);
	assert_string_equal(s.reason, "gpg finds no signature");
	ev_buf_release(&dir);
}

static void only_an_answer_to_the_question_is_one(void **state)
{
	static const struct {
		const char *gpg;
		int ret;
		enum ev_sigstatus status;
	} cases[] = {
		{ "heard; good; valid " TIME "; say FILE_DONE; read -r x",
		  0, EV_SIG_GOOD },
		/* as of another second, or by another key */
		{ "heard; good; valid 1740787201; say FILE_DONE; read -r x",
		  0, EV_SIG_REFUSED },
		/* of another file, or two, or before it was asked */
		{ "read -r x; say FILE_START 1 other; good; valid " TIME
		  "; say FILE_DONE; read -r x", EV_ERROR, EV_SIG_GOOD },
		{ "read -r x; good; valid " TIME "; say FILE_DONE; read -r x",
		  EV_ERROR, EV_SIG_GOOD },
		{ "say FILE_DONE; heard; good; valid " TIME
		  "; say FILE_DONE; read -r x", EV_ERROR, EV_SIG_GOOD },
		{ "heard; say FILE_ERROR 1 a; heard; good; valid " TIME
		  "; say FILE_DONE", EV_ERROR, EV_SIG_GOOD },
		/* of more than one signature */
		{ "heard; good; valid " TIME "; good; valid " TIME
		  "; say FILE_DONE; read -r x", 0, EV_SIG_REFUSED },
		{ "heard; good; valid " TIME "; say BADSIG 0123456789ABCDEF A"
		  "; say FILE_DONE; read -r x", 0, EV_SIG_REFUSED },
		/* half of it */
		{ "heard; good; say FILE_DONE; read -r x", EV_ERROR,
		  EV_SIG_GOOD },
		{ "heard; valid " TIME "; say FILE_DONE; read -r x", EV_ERROR,
		  EV_SIG_GOOD },
		{ "heard; say NEWSIG; valid " TIME "; say GOODSIG "
		  "0123456789ABCDEF Ada; say FILE_DONE; read -r x", EV_ERROR,
		  EV_SIG_GOOD },
		/* and what is no status */
		{ "heard; good; valid " TIME "; echo gpg: fine; say FILE_DONE"
		  "; read -r x", EV_ERROR, EV_SIG_GOOD },
		{ "heard; good; valid " TIME "; say NODATA 3; say FILE_DONE"
		  "; read -r x", 0, EV_SIG_REFUSED },
		{ "heard; good; valid " TIME "; say ERROR verify.keyusage 1"
		  "; say FILE_DONE; read -r x", 0, EV_SIG_REFUSED },
		{ "heard; while :; do say PROGRESS; done", EV_ERROR,
		  EV_SIG_GOOD },
	};
	struct ev_buf dir = EV_BUF_INIT;
	struct ev_signature s;
	size_t i;
	int ret;

	(void)state;
	make_dir(&dir);
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		ret = told(&s, dir.ptr, cases[i].gpg);
		if (ret != cases[i].ret ||
		    (ret == 0 && s.status != cases[i].status))
			fail_msg("%s: %d, %d, %s", cases[i].gpg, ret,
				 (int)s.status, ret ? ev_error_last()->message :
				 s.reason);
	}
	ev_buf_release(&dir);
}

/* Each bad one ends a gpg, and the next one is asked another. */
static void good_and_bad_ones_by_turns_are_told_apart(void **state)
{
	struct ev_buf sig = EV_BUF_INIT;
	size_t i;

	(void)state;
	sf_sign(&sig, "ada", NULL);
	for (i = 0; i < 6; i++)
		assert_int_equal(check_over(&sig, i % 2 ? "else" : SF_DATA)
				 .status, i % 2 ? EV_SIG_BAD : EV_SIG_GOOD);
	ev_buf_release(&sig);
}

static void much_data_is_verified_and_little_after_it(void **state)
{
	struct ev_buf sig = EV_BUF_INIT, big = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 3000; i++)
		ev_buf_addf(&big, "%01000zu", i);
	sf_sign_with(&sig, "rsa", NULL, "--detach-sign", NULL, big.ptr);
	assert_int_equal(check_over(&sig, big.ptr).status, EV_SIG_GOOD);
	big.ptr[big.len - 1] ^= 1;
	assert_int_equal(check_over(&sig, big.ptr).status, EV_SIG_BAD);
	ev_buf_clear(&sig);
	sf_sign(&sig, "rsa", NULL);
	assert_good(&sig, "rsa");
	ev_buf_release(&sig);
	ev_buf_release(&big);
}

/* A real commit: Git's text is all but the signature's own header. */
static void a_commit_signed_by_git_is_good(void **state)
{
	struct ev_buf repo = EV_BUF_INIT, raw = EV_BUF_INIT;
	struct ev_buf sig = EV_BUF_INIT, text = EV_BUF_INIT;
	char key[64];
	struct ev_signature s;
	const char *p, *end;
	bool inside = false;

	(void)state;
	ev_path_join(&repo, sf_root.ptr, "repo");
	snprintf(key, sizeof(key), "-S%s", sf_fpr("ada"));
	{
		const char *init[] = { "git", "init", "-q", repo.ptr, NULL };
		const char *commit[] = {
			"git", "-C", repo.ptr, "-c", "user.name=Dr. Ada Kern",
			"-c", "user.email=ada@example.org", "commit", "-q",
			"--allow-empty", key, "-m", "a change", NULL };
		const char *cat[] = { "git", "-C", repo.ptr, "cat-file",
				      "commit", "HEAD", NULL };

		sf_run(NULL, init, NULL, 0);
		sf_run(NULL, commit, NULL, 0);
		sf_run(&raw, cat, NULL, 0);
	}
	for (p = raw.ptr; *p; p = end + 1) {
		end = strchr(p, '\n');
		assert_non_null(end);
		if (!strncmp(p, "gpgsig ", 7)) {
			inside = true;
			p += 6;
		}
		inside = inside && *p == ' ';
		if (inside)
			ev_buf_add(&sig, p + 1, (size_t)(end - p));
		else
			ev_buf_add(&text, p, (size_t)(end + 1 - p));
	}
	assert_int_equal(ev_signature_check_armored(&s, home, text.ptr,
						    text.len, sig.ptr,
						    sig.len), 0);
	assert_string_equal(s.reason, "");
	assert_int_equal(s.status, EV_SIG_GOOD);
	assert_string_equal(s.signer, sf_fpr("ada"));
	assert_int_equal(ev_signature_check_armored(&s, home, raw.ptr, raw.len,
						    sig.ptr, sig.len), 0);
	assert_int_equal(s.status, EV_SIG_BAD);
	ev_buf_release(&repo);
	ev_buf_release(&raw);
	ev_buf_release(&sig);
	ev_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_signature_names_signer_time_and_digest),
		cmocka_unit_test(an_rsa_signature_of_3072_bits_is_good),
		cmocka_unit_test(
			an_expired_key_is_good_but_counts_only_before_its_end),
		cmocka_unit_test(a_key_that_expires_later_counts_until_then),
		cmocka_unit_test(a_signature_after_expiry_says_so),
		cmocka_unit_test(a_revoked_key_is_good_and_never_counts),
		cmocka_unit_test(
			a_signature_that_expires_is_refused_when_it_has),
		cmocka_unit_test(an_unlisted_key_is_unknown_without_asking_gpg),
		cmocka_unit_test(changed_data_makes_it_bad),
		cmocka_unit_test(a_signature_over_nothing_can_be_good),
		cmocka_unit_test(a_signature_from_the_future_does_not_count),
		cmocka_unit_test(a_signature_older_than_its_key_is_refused),
		cmocka_unit_test(weak_digests_are_refused),
		cmocka_unit_test(a_short_rsa_key_is_refused),
		cmocka_unit_test(a_subkey_speaks_for_its_primary),
		cmocka_unit_test(a_primary_that_only_certifies_does_not_count),
		cmocka_unit_test(two_signatures_are_refused_however_joined),
		cmocka_unit_test(garbage_beside_a_good_signature_is_refused),
		cmocka_unit_test(other_kinds_of_signed_text_are_refused),
		cmocka_unit_test(
			either_header_format_is_good_and_open_lengths_are_not),
		cmocka_unit_test(an_added_unhashed_subpacket_leaves_it_good),
		cmocka_unit_test(
			an_unhashed_subpacket_cannot_change_the_issuer),
		cmocka_unit_test(a_critical_notation_nobody_knows_is_refused),
		cmocka_unit_test(no_flipped_bit_of_a_signature_stays_good),
		cmocka_unit_test(an_armoured_signature_takes_the_same_path),
		cmocka_unit_test(many_are_judged_as_one_by_one),
		cmocka_unit_test(the_users_own_key_ring_has_no_say),
		cmocka_unit_test(
			a_home_that_vanished_is_an_error_not_a_verdict),
		cmocka_unit_test(no_gpg_is_an_error_with_a_hint),
		cmocka_unit_test(a_gpg_that_dies_is_an_error_not_a_verdict),
		cmocka_unit_test(only_an_answer_to_the_question_is_one),
		cmocka_unit_test(good_and_bad_ones_by_turns_are_told_apart),
		cmocka_unit_test(much_data_is_verified_and_little_after_it),
		cmocka_unit_test(a_commit_signed_by_git_is_good),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
