/*
 * DSSE v1.0.2 and in-toto Statement v1.  The PAE strings are those of the DSSE
 * protocol text and of the edge cases its Go implementation tests; the
 * statement rows follow the cases of in-toto/attestation's validators.
 */
#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"
#include "ledger/ledger.h"

static void pae_matches_the_protocol(void **state)
{
	static const struct { const char *type, *body, *pae; } rows[] = {
		{ "http://example.com/HelloWorld", "hello world",
		  "DSSEv1 29 http://example.com/HelloWorld 11 hello world" },
		{ "", "", "DSSEv1 0  0 " },
		{ "type", "", "DSSEv1 4 type 0 " },
		{ "", "body", "DSSEv1 0  4 body" },
		/* LEN counts bytes, not characters. */
		{ "\xc4\xb4", "3 \xe0\xb2\xa0",
		  "DSSEv1 2 \xc4\xb4 5 3 \xe0\xb2\xa0" },
	};
	struct ev_buf out = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		ev_buf_clear(&out);
		ev_pae(&out, rows[i].type, rows[i].body, strlen(rows[i].body));
		assert_string_equal(out.ptr, rows[i].pae);
	}
	ev_buf_release(&out);
}

static int parse(struct ev_envelope *e, const char *line)
{
	ev_envelope_release(e);
	return ev_envelope_parse(e, line, strlen(line));
}

static void an_envelope_reads_in_any_json_shape(void **state)
{
	static const char *const lines[] = {
		"{\"payload\":\"aGVsbG8=\",\"payloadType\":\"application/"
		"vnd.in-toto+json\",\"signatures\":[{\"keyid\":\"AB\","
		"\"sig\":\"AQID\"}]}",
		" { \"signatures\" : [ {\"sig\":\"AQID\",\"keyid\":\"AB\","
		"\"extra\":1} ], \"payload\" : \"aGVsbG8\", \"payloadType\""
		":\"application\\/vnd.in-toto+json\", \"unknown\": {} }",
	};
	struct ev_envelope e;
	size_t i;

	(void)state;
	ev_envelope_init(&e);
	for (i = 0; i < EV_ARRAY_SIZE(lines); i++) {
		assert_int_equal(parse(&e, lines[i]), 0);
		assert_string_equal(e.payload.ptr, "hello");
		assert_string_equal(e.payload_type, EV_PAYLOAD_TYPE);
		assert_string_equal(e.keyid, "AB");
		assert_int_equal(e.nsignatures, 1);
		assert_int_equal(e.sig.len, 3);
		assert_memory_equal(e.sig.ptr, "\x01\x02\x03", 3);
	}
	ev_envelope_release(&e);
}

static void both_base64_alphabets_are_read(void **state)
{
	struct ev_envelope e;

	(void)state;
	ev_envelope_init(&e);
	assert_int_equal(parse(&e, "{\"payload\":\"-_8=\",\"payloadType\":\"t\""
			       ",\"signatures\":[{\"sig\":\"-_8=\"}]}"), 0);
	assert_memory_equal(e.payload.ptr, "\xfb\xff", 2);
	assert_string_equal(e.keyid, "");
	assert_int_equal(parse(&e, "{\"payload\":\"+/8=\",\"payloadType\":\"t\""
			       ",\"signatures\":[{\"sig\":\"\"},"
			       "{\"sig\":\"AA==\"}]}"), 0);
	assert_memory_equal(e.payload.ptr, "\xfb\xff", 2);
	assert_int_equal(e.nsignatures, 2);
	ev_envelope_release(&e);
}

static void malformed_envelopes_are_refused(void **state)
{
	static const char *const lines[] = {
		"", "{}", "[]", "null", "{", "\x1b[31m",
		"{\"payload\":\"YQ==\",\"payloadType\":\"t\"}",
		"{\"payload\":\"YQ==\",\"payloadType\":\"t\",\"signatures\":[]}",
		"{\"payload\":\"YQ==\",\"payloadType\":\"t\",\"signatures\":{}}",
		"{\"payload\":\"YQ==\",\"payloadType\":\"t\",\"signatures\":"
		"[{}]}",
		"{\"payload\":\"YQ==\",\"payloadType\":\"t\",\"signatures\":"
		"[{\"sig\":5}]}",
		"{\"payload\":\"YQ==\",\"payloadType\":\"t\",\"signatures\":"
		"[{\"sig\":\"AA==\",\"keyid\":7}]}",
		"{\"payload\":\"Y Q==\",\"payloadType\":\"t\",\"signatures\":"
		"[{\"sig\":\"AA==\"}]}",
		"{\"payload\":5,\"payloadType\":\"t\",\"signatures\":"
		"[{\"sig\":\"AA==\"}]}",
		"{\"payload\":\"YQ==\",\"signatures\":[{\"sig\":\"AA==\"}]}",
		"{\"payload\":\"YQ==\",\"payload\":\"Yg==\",\"payloadType\":"
		"\"t\",\"signatures\":[{\"sig\":\"AA==\"}]}",
		"{\"payload\":\"YQ==\",\"payloadType\":\"t\",\"signatures\":"
		"[{\"sig\":\"AA==\"}]} trailing",
		/* compact shape with something after it */
		"{\"payload\":\"YQ==\",\"payloadType\":\"application/"
		"vnd.in-toto+json\",\"signatures\":[{\"keyid\":\"A\",\"sig\":"
		"\"AA==\"}]}}",
	};
	struct ev_envelope e;
	size_t i;

	(void)state;
	ev_envelope_init(&e);
	for (i = 0; i < EV_ARRAY_SIZE(lines); i++)
		if (parse(&e, lines[i]) >= 0)
			fail_msg("accepted: %s", lines[i]);
	ev_envelope_release(&e);
}

static void a_line_over_the_limit_is_refused(void **state)
{
	struct ev_buf line = EV_BUF_INIT, body = EV_BUF_INIT, sig = EV_BUF_INIT;
	struct ev_envelope e;
	size_t i;

	(void)state;
	for (i = 0; i < EV_LINE_MAX; i++)
		ev_buf_addc(&body, 'x');
	ev_buf_adds(&sig, "sig");
	ev_envelope_format(&line, &body, "AB", &sig);
	ev_envelope_init(&e);
	assert_int_equal(ev_envelope_parse(&e, line.ptr, line.len), EV_ELIMIT);
	ev_envelope_release(&e);
	ev_buf_release(&line);
	ev_buf_release(&body);
	ev_buf_release(&sig);
}

static void what_we_format_we_read_back(void **state)
{
	struct ev_buf line = EV_BUF_INIT, body = EV_BUF_INIT, sig = EV_BUF_INIT;
	struct ev_envelope e;

	(void)state;
	ev_buf_add(&body, "\0\x01\xff{}", 5);
	ev_buf_add(&sig, "\x88\0\x7f", 3);
	ev_envelope_format(&line, &body, "0123", &sig);
	assert_string_equal(line.ptr, "{\"payload\":\"AAH/e30=\",\"payloadType\""
			    ":\"application/vnd.in-toto+json\",\"signatures\":"
			    "[{\"keyid\":\"0123\",\"sig\":\"iAB/\"}]}");
	ev_envelope_init(&e);
	assert_int_equal(ev_envelope_parse(&e, line.ptr, line.len), 0);
	assert_int_equal(e.payload.len, 5);
	assert_memory_equal(e.payload.ptr, body.ptr, 5);
	ev_envelope_release(&e);
	ev_buf_release(&line);
	ev_buf_release(&body);
	ev_buf_release(&sig);
}

#define C40 "0123456789abcdef0123456789abcdef01234567"
#define H64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ST(subject, rest) "{\"_type\":\"https://in-toto.io/Statement/v1\"," \
	"\"subject\":" subject "," rest "}"
#define PRED "\"predicateType\":\"https://example.com/p/v1\",\"predicate\":{}"

static void valid_statements_are_read(void **state)
{
	static const char *const rows[] = {
		ST("[{\"name\":\"a\",\"digest\":{\"sha256\":\"" H64 "\"}}]",
		   PRED),
		ST("[{\"digest\":{\"gitCommit\":\"" C40 "\"}}]", PRED),
		ST("[{\"digest\":{\"unheardOf\":\"any text\"}}]", PRED),
		ST("[{\"name\":\"a\",\"digest\":{\"sha256\":\"" H64 "\","
		   "\"sha1\":\"" C40 "\"},\"annotations\":{}},"
		   "{\"digest\":{\"gitTree\":\"" C40 "\"}}]", PRED),
	};
	struct ev_statement st;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		if (ev_statement_parse(&st, rows[i], strlen(rows[i])) < 0)
			fail_msg("refused: %s: %s", rows[i],
				 ev_error_last()->message);
		ev_statement_release(&st);
	}
}

static void invalid_statements_are_refused(void **state)
{
	static const char *const rows[] = {
		"{}", "[]", "not json",
		"{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"subject\":"
		"[{\"digest\":{\"sha256\":\"" H64 "\"}}]," PRED "}",
		"{\"_type\":\"https://in-toto.io/Statement/v2\",\"subject\":"
		"[{\"digest\":{\"sha256\":\"" H64 "\"}}]," PRED "}",
		"{\"_type\":\"https://in-toto.io/Statement/1\",\"subject\":"
		"[{\"digest\":{\"sha256\":\"" H64 "\"}}]," PRED "}",
		"{\"type\":\"https://in-toto.io/Statement/v1\",\"subject\":"
		"[{\"digest\":{\"sha256\":\"" H64 "\"}}]," PRED "}",
		"{\"_type\":\"link\",\"name\":\"write-code\"}",
		ST("[]", PRED),
		ST("{}", PRED),
		ST("[{\"name\":\"a\"}]", PRED),
		ST("[{\"name\":\"a\",\"digest\":{}}]", PRED),
		ST("[{\"name\":\"a\",\"digest\":{\"sha256\":\"abc\"}}]", PRED),
		ST("[{\"digest\":{\"gitCommit\":\"0123\"}}]", PRED),
		ST("[{\"digest\":{\"sha256\":7}}]", PRED),
		ST("[{\"digest\":{\"sha256\":\"\"}}]", PRED),
		ST("[{\"digest\":{\"gitCommit\":"
		   "\"0123456789ABCDEF0123456789abcdef01234567\"}}]", PRED),
		ST("[{\"digest\":{\"sha256\":\"" H64 "\"}}]",
		   "\"predicate\":{}"),
		ST("[{\"digest\":{\"sha256\":\"" H64 "\"}}]",
		   "\"predicateType\":\"\",\"predicate\":{}"),
		ST("[{\"digest\":{\"sha256\":\"" H64 "\"}}]",
		   "\"predicateType\":\"x\""),
		ST("[{\"digest\":{\"sha256\":\"" H64 "\"}}]",
		   "\"predicateType\":\"x\",\"predicate\":[]"),
		/* two commits: which would be meant? */
		ST("[{\"digest\":{\"gitCommit\":\"" C40 "\"}},{\"digest\":"
		   "{\"gitCommit\":\"76543210fedcba9876543210fedcba9876543210\""
		   "}}]", PRED),
	};
	struct ev_statement st;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		if (ev_statement_parse(&st, rows[i], strlen(rows[i])) >= 0)
			fail_msg("accepted: %s", rows[i]);
		ev_statement_release(&st);
	}
}

static void slices_become_a_sorted_set(void **state)
{
	struct ev_buf text = EV_BUF_INIT, out = EV_BUF_INIT;
	struct ev_slices s = { 0 };

	(void)state;
	ev_buf_adds(&text, "b\n\n\na\r\nb\na\nno newline");
	ev_slices_split(&s, &text);
	assert_int_equal(s.n, 5);
	ev_slices_join(&out, &s);
	assert_string_equal(out.ptr, "a\na\r\nb\nno newline\n");
	ev_slices_release(&s);
	ev_buf_release(&text);
	ev_buf_release(&out);
}

static void kinds_and_predicate_types_agree(void **state)
{
	enum ev_kind k;

	(void)state;
	for (k = EV_KIND_MANIFEST; k < EV_KIND_STATEMENT; k++) {
		assert_int_equal(ev_kind_parse(ev_kind_name(k)), k);
		assert_int_equal(ev_kind_of_predicate(ev_kind_predicate(k)), k);
	}
	assert_string_equal(ev_kind_predicate(EV_KIND_MANIFEST),
			    "https://git-evidence.dev/release-manifest/v1");
	assert_string_equal(ev_kind_predicate(EV_KIND_TEST),
			    "https://in-toto.io/attestation/test-result/v0.1");
	assert_int_equal(ev_kind_of_predicate("https://cyclonedx.org/bom"),
			 EV_KIND_STATEMENT);
	assert_null(ev_kind_predicate(EV_KIND_STATEMENT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pae_matches_the_protocol),
		cmocka_unit_test(an_envelope_reads_in_any_json_shape),
		cmocka_unit_test(both_base64_alphabets_are_read),
		cmocka_unit_test(malformed_envelopes_are_refused),
		cmocka_unit_test(a_line_over_the_limit_is_refused),
		cmocka_unit_test(what_we_format_we_read_back),
		cmocka_unit_test(valid_statements_are_read),
		cmocka_unit_test(invalid_statements_are_refused),
		cmocka_unit_test(slices_become_a_sorted_set),
		cmocka_unit_test(kinds_and_predicate_types_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
