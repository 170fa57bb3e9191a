/*
 * Envelopes and statements that are nearly right: each is refused for its one
 * fault, by name, or read as what it says and not as what it looks like.
 */
#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/error.h"
#include "ledger/ledger.h"

#define TYPE "application/vnd.in-toto+json"
#define SIGS "\"signatures\":[{\"sig\":\"AQID\"}]"
#define COMPACT(payload, type, keyid, sig) "{\"payload\":\"" payload \
	"\",\"payloadType\":\"" type "\",\"signatures\":[{\"keyid\":\"" keyid \
	"\",\"sig\":\"" sig "\"}]}"

static void assert_envelope_refused(const char *line, const char *reason)
{
	struct ev_envelope e;
	int ret;

	ev_envelope_init(&e);
	ret = ev_envelope_parse(&e, line, strlen(line));
	if (ret >= 0)
		fail_msg("accepted: %s", line);
	if (!strstr(ev_error_last()->message, reason))
		fail_msg("'%s' instead of '%s': %s", ev_error_last()->message,
			 reason, line);
	ev_envelope_release(&e);
}

static void parts_of_the_wrong_type_are_refused_by_name(void **state)
{
	(void)state;
	/* Numbers that would do as base64. */
	assert_envelope_refused("{\"payload\":1234,\"payloadType\":\"t\","
				SIGS "}", "envelope has no 'payload'");
	assert_envelope_refused("{\"payload\":\"YQ==\",\"payloadType\":12,"
				SIGS "}", "envelope has no 'payloadType'");
	assert_envelope_refused("{\"payload\":\"YQ==\",\"payloadType\":\"t\","
				"\"signatures\":[{\"sig\":1234}]}",
				"envelope has a signature without 'sig'");
	assert_envelope_refused("{\"payload\":\"YQ==\",\"payloadType\":\"t\","
				"\"signatures\":{\"a\":{\"sig\":\"AQID\"}}}",
				"envelope has no signatures");
	assert_envelope_refused("[\"payload\"]", "envelope is no JSON object");
	assert_envelope_refused("7", "envelope is no JSON object");
	/* The second is looked at like the first. */
	assert_envelope_refused("{\"payload\":\"YQ==\",\"payloadType\":\"t\","
				"\"signatures\":[{\"sig\":\"AQID\"},{}]}",
				"envelope has a signature without 'sig'");
}

/* Whatever nearly has the shape we write is what JSON says it is. */
static void nearly_our_shape_is_read_as_json(void **state)
{
	static const char escaped[] = COMPACT("aGVsbG8=", TYPE, "a\\/\\u0062",
					      "AQID");
	static const char other[] = COMPACT("aGVsbG8=",
		"application/vnd.in-toto+jsoN", "AB", "AQID");
	struct ev_envelope e;

	(void)state;
	ev_envelope_init(&e);
	assert_int_equal(ev_envelope_parse(&e, escaped, strlen(escaped)), 0);
	assert_string_equal(e.keyid, "a/b");
	ev_envelope_release(&e);
	assert_int_equal(ev_envelope_parse(&e, other, strlen(other)), 0);
	assert_string_equal(e.payload_type, "application/vnd.in-toto+jsoN");
	ev_envelope_release(&e);
	assert_envelope_refused("{\"payl0ad\":\"aGVsbG8=\",\"payloadType\":\""
				TYPE "\",\"signatures\":[{\"keyid\":\"\","
				"\"sig\":\"AQID\"}]}",
				"envelope has no 'payload'");
}

static void nearly_our_shape_must_be_json(void **state)
{
	(void)state;
	assert_envelope_refused(COMPACT("aGVsbG8=", TYPE, "a\x01", "AQID"), "");
	assert_envelope_refused(COMPACT("aGVsbG8=", TYPE, "a\tb", "AQID"), "");
	assert_envelope_refused(COMPACT("aGVsbG8=", TYPE, "a\xff", "AQID"), "");
	assert_envelope_refused(COMPACT("aGVsbG8=", TYPE, "\xc0\xaf", "AQID"),
				"");
	assert_envelope_refused(COMPACT("aGVsbG8=", TYPE, "a\\q", "AQID"), "");
}

static int parse_many(struct ev_envelope *e, unsigned n)
{
	struct ev_buf line = EV_BUF_INIT;
	unsigned i;
	int ret;

	ev_buf_adds(&line, "{\"payload\":\"YQ==\",\"payloadType\":\"t\","
		    "\"signatures\":[");
	for (i = 0; i < n; i++)
		ev_buf_addf(&line, "%s{\"sig\":\"AQID\"}", i ? "," : "");
	ev_buf_adds(&line, "]}");
	ev_envelope_init(e);
	ret = ev_envelope_parse(e, line.ptr, line.len);
	ev_buf_release(&line);
	return ret;
}

static void there_are_at_most_64_signatures(void **state)
{
	struct ev_envelope e;

	(void)state;
	assert_int_equal(parse_many(&e, 64), 0);
	assert_int_equal(e.nsignatures, 64);
	ev_envelope_release(&e);
	assert_int_equal(parse_many(&e, 65), EV_ELIMIT);
	ev_envelope_release(&e);
}

/* Statements ------------------------------------------------------------- */

#define HEX16 "0123456789abcdef"
#define HEX64 HEX16 HEX16 HEX16 HEX16
#define REST "\"predicateType\":\"https://example.com/p\",\"predicate\":{}"
#define ST(subject) "{\"_type\":\"https://in-toto.io/Statement/v1\"," \
	"\"subject\":" subject "," REST "}"

static void assert_statement_refused(const char *text, const char *reason)
{
	struct ev_statement s;

	if (ev_statement_parse(&s, text, strlen(text)) >= 0)
		fail_msg("accepted: %s", text);
	if (!strstr(ev_error_last()->message, reason))
		fail_msg("'%s' instead of '%s': %s", ev_error_last()->message,
			 reason, text);
	ev_statement_release(&s);
}

static void subjects_of_the_wrong_type_are_refused_by_name(void **state)
{
	(void)state;
	assert_statement_refused("[1]", "statement is no JSON object");
	assert_statement_refused(ST("{\"a\":{\"digest\":{\"x\":\"y\"}}}"),
				 "statement has no subject");
	assert_statement_refused(ST("[7]"), "subject must be an object");
	assert_statement_refused(ST("[{\"name\":7,\"digest\":{\"x\":\"y\"}}]"),
				 "subject 'name' must be a string");
	assert_statement_refused(ST("[{\"digest\":[\"x\"]}]"),
				 "subject has no 'digest'");
	assert_statement_refused(ST("[{\"digest\":\"x\"}]"),
				 "subject has no 'digest'");
	/* of an algorithm that nobody knows, too */
	assert_statement_refused(ST("[{\"digest\":{\"x\":7}}]"),
				 "digest 'x' must be a string");
	assert_statement_refused(ST("[{\"digest\":{\"x\":\"\"}}]"),
				 "digest 'x' must be a string");
	/* and in whichever subject it is */
	assert_statement_refused(ST("[{\"digest\":{\"x\":\"y\"}},{\"digest\":"
				    "{\"a\":\"b\",\"x\":7}}]"),
				 "digest 'x' must be a string");
}

static void objects_of_sha_256_are_refused_by_name(void **state)
{
	(void)state;
	assert_statement_refused(ST("[{\"digest\":{\"gitCommit\":\"" HEX64
				    "\"}}]"),
				 "subject names a SHA-256 commit");
	assert_statement_refused(ST("[{\"digest\":{\"gitTree\":\"" HEX64
				    "\"}}]"),
				 "subject names a SHA-256 tree");
}

static int parse_subjects(unsigned n)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_statement s;
	unsigned i;
	int ret;

	ev_buf_adds(&text, "{\"_type\":\"https://in-toto.io/Statement/v1\","
		    "\"subject\":[");
	for (i = 0; i < n; i++)
		ev_buf_addf(&text, "%s{\"digest\":{\"x\":\"y\"}}",
			    i ? "," : "");
	ev_buf_adds(&text, "]," REST "}");
	ret = ev_statement_parse(&s, text.ptr, text.len);
	ev_statement_release(&s);
	ev_buf_release(&text);
	return ret;
}

static void there_are_at_most_1024_subjects(void **state)
{
	(void)state;
	assert_int_equal(parse_subjects(1024), 0);
	assert_true(parse_subjects(1025) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_of_the_wrong_type_are_refused_by_name),
		cmocka_unit_test(nearly_our_shape_is_read_as_json),
		cmocka_unit_test(nearly_our_shape_must_be_json),
		cmocka_unit_test(there_are_at_most_64_signatures),
		cmocka_unit_test(
			subjects_of_the_wrong_type_are_refused_by_name),
		cmocka_unit_test(objects_of_sha_256_are_refused_by_name),
		cmocka_unit_test(there_are_at_most_1024_subjects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
