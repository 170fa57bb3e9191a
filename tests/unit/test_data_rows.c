#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "data/rows.h"

/* A table as "a|b|c" lines, or the error's message. */
static char *all_of(const char *text, size_t n, const char *name)
{
	struct ev_buf out = EV_BUF_INIT;
	const struct ev_rows_field *f;
	char *copy = ev_malloc(n);
	struct ev_rows *r;
	size_t i;
	int ret;

	memcpy(copy, text, n);
	ret = ev_rows_open_memory(&r, copy, n, name, EV_ROWS_GUESS);
	for (i = 0; !ret && i < ev_rows_columns(r); i++)
		ev_buf_addf(&out, "%s%s", i ? "|" : "",
			    ev_rows_column_name(r, i));
	while (!ret && (ret = ev_rows_next(r, &f)) > 0) {
		ev_buf_addc(&out, '\n');
		for (i = 0; i < ev_rows_columns(r); i++)
			ev_buf_addf(&out, "%s%.*s", i ? "|" : "",
				    (int)f[i].len, f[i].text);
		ret = 0;
	}
	if (ret < 0)
		ev_buf_addf(&out, " ! %s", ev_error_last()->message);
	ev_rows_close(r);
	free(copy);
	return ev_buf_detach(&out, NULL);
}

static void is_table(const char *text, const char *name, const char *wanted)
{
	char *got = all_of(text, strlen(text), name);

	assert_string_equal(got, wanted);
	free(got);
}

static void csv_rows_are_split_at_commas_and_quotes_are_undone(void **state)
{
	(void)state;
	is_table("a,b,c\n1,2,3\n", "t.csv", "a|b|c\n1|2|3");
	is_table("a,b,c\r\n1,2,3\r\n,,\r\n", "t.csv", "a|b|c\n1|2|3\n||");
	is_table("a,b\n\"x,y\",\"say \"\"no\"\"\"\n", "t.csv",
		 "a|b\nx,y|say \"no\"");
	is_table("a,b\n\"\"\"\"\"\",\"\"\n", "t.csv", "a|b\n\"\"|");
	is_table("\"a\",\"b c\"\nlonger than a word,y\n", "t.csv",
		 "a|b c\nlonger than a word|y");
	is_table("a,b\n\"1\n2\",3\r\n4,\"5\r\n6\"\n7,8\n", "t.csv",
		 "a|b\n1\n2|3\n4|5\r\n6\n7|8");
	is_table("a;b,c\nJos\xc3\xa9,\xe2\x82\xac\n", "t.csv",
		 "a;b|c\nJos\xc3\xa9|\xe2\x82\xac");
	is_table("a,b\nwith\ttab,y\n", "t.csv", "a|b\nwith\ttab|y");
	is_table("a\n\nx\n", "t.csv", "a\n\nx");
	is_table("\"a,b;c\"\nx\n", "t.csv", "a,b;c\nx");
}

/* Lengths of both fields around those of machine words. */
static void quotes_and_commas_may_stand_at_any_byte(void **state)
{
	char text[128], wanted[128];
	static const char comma[] = ",,,,,,,,,,,,,,,,,,,,";
	static const char word[] = "abcdefghijklmnopqrst";
	int i, k;

	(void)state;
	for (i = 0; i <= 20; i++) {
		for (k = 0; k <= 20; k++) {
			snprintf(text, sizeof(text),
				 "a,b,c\n\"%.*s\",%.*s,\"%.*s\"\n", i, comma,
				 k, word, k, comma);
			snprintf(wanted, sizeof(wanted),
				 "a|b|c\n%.*s|%.*s|%.*s", i, comma, k, word,
				 k, comma);
			is_table(text, "t.csv", wanted);
			snprintf(text, sizeof(text),
				 "a,b,c\n%.*s,\"%.*s\"\"%.*s\",%.*s\r\n", i,
				 word, k, comma, i, word, k, word);
			snprintf(wanted, sizeof(wanted),
				 "a|b|c\n%.*s|%.*s\"%.*s|%.*s", i, word, k,
				 comma, i, word, k, word);
			is_table(text, "t.csv", wanted);
		}
	}
}

static void a_last_line_needs_no_line_feed(void **state)
{
	(void)state;
	is_table("a,b\n1,2", "t.csv", "a|b\n1|2");
	is_table("a,b\n1,", "t.csv", "a|b\n1|");
	is_table("a,b\n1,\"2\"", "t.csv", "a|b\n1|2");
	is_table("a,b", "t.csv", "a|b");
	is_table("a,b\n", "t.csv", "a|b");
	is_table("{\"a\":1}", "t.jsonl", "a\n1");
}

static void tsv_is_the_same_with_tabs(void **state)
{
	(void)state;
	is_table("a\tb\n1,5\t\"x\ty\"\n", "t.tsv", "a|b\n1,5|x\ty");
	is_table("a\tb\nx\t\n\ty\n", "T.TSV", "a|b\nx|\n|y");
}

static void json_lines_are_rows_by_the_first_lines_members(void **state)
{
	(void)state;
	is_table("{\"a\":1,\"b\":\"x\"}\n{\"b\":null,\"a\":-2.5e-3}\n",
		 "t.jsonl", "a|b\n1|x\n-2.5e-3|");
	is_table(" { \"a\" : true , \"b\" : false } \r\n", "t.ndjson",
		 "a|b\ntrue|false");
	is_table("{\"a\":\"\\u00e9\\n\\\"\",\"\\u0062\":\"\\\\\"}\n"
		 "{\"b\":\"\",\"\\u0061\":\"\\ud83d\\ude00\"}\n", "t.jsonl",
		 "a|b\n\xc3\xa9\n\"|\\\n\xf0\x9f\x98\x80|");
	is_table("{\"c\":1,\"b\":2,\"a\":3}\n{\"a\":4,\"c\":5,\"b\":6}\n",
		 "t.jsonl", "c|b|a\n1|2|3\n5|6|4");
}

static void a_field_says_where_it_is_and_whether_it_was_quoted(void **state)
{
	const char *text = "a,b,c\n1,\"2\n\",3\nx,\"y\",z\n";
	const struct ev_rows_field *f;
	struct ev_rows *r;

	(void)state;
	assert_int_equal(ev_rows_open_memory(&r, text, strlen(text), "t.csv",
					     EV_ROWS_CSV), 0);
	assert_int_equal(ev_rows_next(r, &f), 1);
	assert_int_equal(ev_rows_line(r), 2);
	assert_int_equal(f[1].column, 3);
	assert_true(f[1].quoted);
	assert_false(f[0].quoted);
	assert_int_equal(f[2].column, 3);
	ev_rows_fail(r, 2, "here");
	assert_string_equal(ev_error_last()->message, "t.csv:3:3: here");
	ev_rows_fail(r, 1, "here");
	assert_string_equal(ev_error_last()->message, "t.csv:2:3: here");
	assert_int_equal(ev_rows_next(r, &f), 1);
	assert_int_equal(ev_rows_line(r), 4);
	assert_int_equal(f[2].column, 7);
	ev_rows_fail(r, 2, "here");
	assert_string_equal(ev_error_last()->message, "t.csv:4:7: here");
	assert_int_equal(ev_rows_next(r, &f), 0);
	assert_int_equal(ev_rows_next(r, &f), 0);
	ev_rows_close(r);
}

static void columns_are_found_by_name_and_near_ones_are_proposed(void **state)
{
	const char *text = "zeta,alpha,patient_id,alp\n";
	struct ev_rows *r;

	(void)state;
	assert_int_equal(ev_rows_open_memory(&r, text, strlen(text), "t",
					     EV_ROWS_CSV), 0);
	assert_int_equal(ev_rows_columns(r), 4);
	assert_int_equal(ev_rows_find(r, "zeta"), 0);
	assert_int_equal(ev_rows_find(r, "alpha"), 1);
	assert_int_equal(ev_rows_find(r, "alp"), 3);
	assert_int_equal(ev_rows_find(r, "al"), -1);
	assert_int_equal(ev_rows_find(r, "alphaa"), -1);
	assert_int_equal(ev_rows_find(r, ""), -1);
	assert_string_equal(ev_rows_closest(r, "patientid"), "patient_id");
	assert_null(ev_rows_closest(r, "score"));
	ev_rows_close(r);
}

/* Rows of all shapes, so many that they cross every block's end. */
static void make_long(struct ev_buf *text, bool json)
{
	unsigned i, k;

	ev_buf_adds(text, json ? "" : "i,text,tail\n");
	for (i = 0; i < 40000; i++) {
		if (json)
			ev_buf_addf(text, "{\"i\":%u,\"text\":\"", i);
		else
			ev_buf_addf(text, "%u,%s", i, i % 3 ? "" : "\"");
		for (k = 0; k < i % 41; k++)
			ev_buf_addc(text, (char)('a' + k % 26));
		if (json)
			ev_buf_adds(text, i % 5 ? "\"," : "\\n\",");
		else
			ev_buf_adds(text, i % 3 ? "," : "\"\"\n\",");
		ev_buf_addf(text, json ? "\"tail\":%u}\n" : "%u\n", i * 7);
	}
}

static void check_long(struct ev_rows *r, bool json)
{
	const struct ev_rows_field *f;
	uint64_t line = json ? 1 : 2;
	unsigned i, more;
	char number[16];

	for (i = 0; i < 40000; i++) {
		assert_int_equal(ev_rows_next(r, &f), 1);
		assert_int_equal(ev_rows_line(r), line);
		snprintf(number, sizeof(number), "%u", i);
		assert_int_equal(f[0].len, strlen(number));
		assert_memory_equal(f[0].text, number, f[0].len);
		more = json ? i % 5 == 0 : 2 * (i % 3 == 0);
		assert_int_equal(f[1].len, i % 41 + more);
		snprintf(number, sizeof(number), "%u", i * 7);
		assert_int_equal(f[2].len, strlen(number));
		assert_memory_equal(f[2].text, number, f[2].len);
		line += json || i % 3 ? 1 : 2;
	}
	assert_int_equal(ev_rows_next(r, &f), 0);
}

static void rows_may_lie_across_blocks(void **state)
{
	struct ev_buf text;
	struct ev_rows *r;
	int json;

	(void)state;
	for (json = 0; json < 2; json++) {
		ev_buf_init(&text);
		make_long(&text, json);
		assert_int_equal(ev_rows_open_memory(&r, text.ptr, text.len,
						     "t", json ?
						     EV_ROWS_JSONL :
						     EV_ROWS_CSV), 0);
		check_long(r, json);
		ev_rows_close(r);
		ev_buf_release(&text);
	}
}

static void compress_to(struct ev_buf *out, const char *p, size_t n)
{
	z_stream z = { 0 };
	char *to;

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8,
				      Z_DEFAULT_STRATEGY), Z_OK);
	to = ev_buf_reserve(out, deflateBound(&z, n));
	z.next_in = (unsigned char *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = (unsigned char *)to;
	z.avail_out = (uInt)deflateBound(&z, n);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	ev_buf_setlen(out, out->len + z.total_out);
	deflateEnd(&z);
}

static void gzipped_tables_are_read_whatever_their_name(void **state)
{
	struct ev_buf text = EV_BUF_INIT, gz = EV_BUF_INIT;
	char digest[65], wanted[65];
	struct ev_rows *r;

	(void)state;
	make_long(&text, false);
	/* Two members, as `cat a.gz b.gz` makes them. */
	compress_to(&gz, text.ptr, 100001);
	compress_to(&gz, text.ptr + 100001, text.len - 100001);
	assert_int_equal(ev_rows_open_memory(&r, gz.ptr, gz.len, "t.csv.gz",
					     EV_ROWS_GUESS), 0);
	assert_true(ev_rows_digest(digest, r) < 0);
	check_long(r, false);
	assert_int_equal(ev_rows_digest(digest, r), 0);
	ev_sha256_hex(wanted, gz.ptr, gz.len);
	assert_string_equal(digest, wanted);
	ev_rows_close(r);
	is_table("a,b\n1,2\n", "plain.csv.gz", "a|b\n1|2");
	ev_buf_release(&gz);
	ev_buf_release(&text);
}

static void gzip_fails(const struct ev_buf *gz, const char *wanted)
{
	char *got = all_of(gz->ptr, gz->len, "t.csv");

	if (!strstr(got, wanted))
		fail_msg("'%s' is not in '%.200s'", wanted, got);
	assert_string_equal(ev_error_last()->hints, "gzip -t 't.csv'\n");
	free(got);
}

static void damaged_gzip_is_no_table(void **state)
{
	struct ev_buf gz = EV_BUF_INIT;
	size_t whole;

	(void)state;
	compress_to(&gz, "a,b\n1,2\n", 8);
	whole = gz.len;
	ev_buf_setlen(&gz, whole - 1);
	gzip_fails(&gz, "t.csv:3:1: gzip data ends before its end");
	ev_buf_setlen(&gz, 12);
	gzip_fails(&gz, "t.csv:1:1: gzip data ends before its end");
	ev_buf_clear(&gz);
	compress_to(&gz, "a,b\n1,2\n", 8);
	ev_buf_adds(&gz, "more");
	gzip_fails(&gz, "t.csv:3:1: bytes behind the end of the gzip data");
	ev_buf_setlen(&gz, whole);
	gz.ptr[whole - 6] ^= 1;
	gzip_fails(&gz, "t.csv:3:1: incorrect data check");
	ev_buf_release(&gz);
}

static int read_limited(const char *p, size_t n, uint64_t rows, uint64_t bytes)
{
	const struct ev_rows_field *f;
	struct ev_rows *r;
	int ret;

	ret = ev_rows_open_memory(&r, p, n, "t.csv", EV_ROWS_CSV);
	assert_int_equal(ret, 0);
	ev_rows_limit(r, rows, bytes);
	while ((ret = ev_rows_next(r, &f)) > 0)
		;
	ev_rows_close(r);
	return ret;
}

static void ceilings_hold_for_what_is_inflated(void **state)
{
	struct ev_buf text = EV_BUF_INIT, gz = EV_BUF_INIT;

	(void)state;
	make_long(&text, false);
	compress_to(&gz, text.ptr, text.len);
	assert_int_equal(read_limited(gz.ptr, gz.len, 40000, text.len), 0);
	assert_int_equal(read_limited(gz.ptr, gz.len, 39999, text.len),
			 EV_ELIMIT);
	assert_string_equal(ev_error_last()->message,
			    "t.csv:53334:1: more than 39999 rows");
	assert_int_equal(read_limited(gz.ptr, gz.len, 40000, text.len - 1),
			 EV_ELIMIT);
	assert_non_null(strstr(ev_error_last()->message, "once inflated"));
	assert_int_equal(read_limited(text.ptr, text.len, 40000,
				      text.len - 1), EV_ELIMIT);
	ev_buf_release(&gz);
	ev_buf_release(&text);
}

static void files_are_named_by_their_path_and_digested(void **state)
{
	struct ev_buf dir = EV_BUF_INIT, path = EV_BUF_INIT;
	const struct ev_rows_field *f;
	char digest[65], wanted[65];
	struct ev_rows *r;

	(void)state;
	assert_int_equal(ev_tmpdir(&dir, "rows"), 0);
	ev_path_join(&path, dir.ptr, "t.csv");
	assert_int_equal(ev_file_replace(path.ptr, "a,b\n1,2\n", 8, 0644), 0);
	assert_int_equal(ev_rows_open(&r, path.ptr, NULL, EV_ROWS_GUESS), 0);
	assert_string_equal(ev_rows_name(r), path.ptr);
	assert_int_equal(ev_rows_next(r, &f), 1);
	assert_int_equal(ev_rows_next(r, &f), 0);
	assert_int_equal(ev_rows_digest(digest, r), 0);
	ev_sha256_hex(wanted, "a,b\n1,2\n", 8);
	assert_string_equal(digest, wanted);
	ev_rows_close(r);
	assert_int_equal(ev_rows_open(&r, dir.ptr, "folder", EV_ROWS_CSV),
			 EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    "'folder' is no regular file");
	/* nobody writes to the one, and the other has no end */
	ev_path_join(&path, dir.ptr, "pipe");
	assert_int_equal(mkfifo(path.ptr, 0600), 0);
	assert_int_equal(ev_rows_open(&r, path.ptr, "pipe", EV_ROWS_CSV),
			 EV_EINVALID);
	assert_int_equal(ev_rows_open(&r, "/dev/zero", NULL, EV_ROWS_CSV),
			 EV_EINVALID);
	ev_path_join(&path, dir.ptr, "absent.csv");
	assert_int_equal(ev_rows_open(&r, path.ptr, NULL, EV_ROWS_GUESS),
			 EV_ENOTFOUND);
	ev_rmtree(dir.ptr);
	ev_buf_release(&path);
	ev_buf_release(&dir);
}

static void the_format_is_guessed_by_name_alone(void **state)
{
	enum ev_rows_format format;
	struct ev_rows *r;

	(void)state;
	assert_int_equal(ev_rows_open_memory(&r, "a\n", 2, "t.txt",
					     EV_ROWS_GUESS), EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    "'t.txt': its name does not say its format");
	assert_int_equal(ev_rows_format_parse(&format, "jsonl"), 0);
	assert_int_equal(format, EV_ROWS_JSONL);
	assert_int_equal(ev_rows_format_parse(&format, "parquet"),
			 EV_EINVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			csv_rows_are_split_at_commas_and_quotes_are_undone),
		cmocka_unit_test(quotes_and_commas_may_stand_at_any_byte),
		cmocka_unit_test(a_last_line_needs_no_line_feed),
		cmocka_unit_test(tsv_is_the_same_with_tabs),
		cmocka_unit_test(
			json_lines_are_rows_by_the_first_lines_members),
		cmocka_unit_test(
			a_field_says_where_it_is_and_whether_it_was_quoted),
		cmocka_unit_test(
			columns_are_found_by_name_and_near_ones_are_proposed),
		cmocka_unit_test(rows_may_lie_across_blocks),
		cmocka_unit_test(gzipped_tables_are_read_whatever_their_name),
		cmocka_unit_test(damaged_gzip_is_no_table),
		cmocka_unit_test(ceilings_hold_for_what_is_inflated),
		cmocka_unit_test(files_are_named_by_their_path_and_digested),
		cmocka_unit_test(the_format_is_guessed_by_name_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
