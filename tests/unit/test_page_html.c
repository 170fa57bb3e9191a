#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <math.h>

#include "page/plot.h"

static void page(struct ev_html *h, struct ev_buf *out)
{
	ev_html_init(h, out);
	ev_html_begin(h, "t", "p{color:red}");
}

static void what_is_shown_cannot_become_a_tag(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_html h;

	(void)state;
	page(&h, &b);
	ev_html_open(&h, "p");
	ev_html_attr(&h, "title", "%s", "\" onclick='x' <b>&");
	ev_html_text(&h, "%s", "</p><script>alert(1)</script>&amp;");
	ev_html_close(&h, "p");
	assert_int_equal(ev_html_end(&h), 0);
	assert_non_null(strstr(b.ptr, "title=\"&quot; onclick=&#39;x&#39; "
			       "&lt;b&gt;&amp;\""));
	assert_non_null(strstr(b.ptr, "&lt;/p&gt;&lt;script&gt;"));
	assert_non_null(strstr(b.ptr, "&amp;amp;"));
	assert_null(strstr(b.ptr, "<script"));
	ev_buf_release(&b);
}

static void what_leads_the_eye_astray_is_shown_by_its_number(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_html h;

	(void)state;
	page(&h, &b);
	ev_html_element(&h, "p", NULL, "%s", "a\u202eb\x01""c\xff");
	assert_int_equal(ev_html_end(&h), 0);
	assert_null(strstr(b.ptr, "\u202e"));
	assert_null(strchr(b.ptr, '\x01'));
	assert_null(strchr(b.ptr, '\xff'));
	assert_non_null(strstr(b.ptr, "202E"));
	ev_buf_release(&b);
}

static void wrong_nesting_is_an_error(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_html h;

	(void)state;
	page(&h, &b);
	ev_html_open(&h, "p");
	assert_int_not_equal(ev_html_end(&h), 0);
	ev_buf_clear(&b);
	page(&h, &b);
	ev_html_open(&h, "p");
	ev_html_close(&h, "div");
	ev_html_close(&h, "p");
	assert_int_not_equal(ev_html_end(&h), 0);
	ev_buf_clear(&b);
	page(&h, &b);
	ev_html_element(&h, "p", NULL, "x");
	ev_html_attr(&h, "class", "late");
	assert_int_not_equal(ev_html_end(&h), 0);
	assert_null(strstr(b.ptr, "late"));
	ev_buf_release(&b);
}

static void too_deep_is_an_error_and_no_overrun(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_html h;
	unsigned i;

	(void)state;
	page(&h, &b);
	for (i = 0; i < 2 * EV_HTML_MAX_DEPTH; i++)
		ev_html_open(&h, "div");
	assert_int_not_equal(ev_html_end(&h), 0);
	ev_buf_release(&b);
}

static bool has_no_number(const char *text)
{
	return strstr(text, "\"nan") || strstr(text, "nan\"") ||
		strstr(text, ">nan") || strstr(text, "inf\"") ||
		strstr(text, ">inf") || strstr(text, "\"-nan") ||
		strstr(text, "\"inf");
}

static void lines_without_numbers_draw_none(void **state)
{
	struct ev_plot_line lines[] = {
		{ .label = "none", .value = (double)NAN,
		  .lower = (double)NAN, .upper = (double)NAN,
		  .limit = (double)NAN, .limit2 = (double)NAN },
		{ .label = "far", .value = (double)INFINITY,
		  .lower = (double)-INFINITY, .upper = (double)INFINITY,
		  .limit = (double)INFINITY, .limit2 = (double)NAN },
	};
	struct ev_plot_axis axis = { .low = (double)NAN,
				     .high = (double)INFINITY,
				     .base = (double)NAN };
	struct ev_buf b = EV_BUF_INIT;
	struct ev_html h;

	(void)state;
	page(&h, &b);
	ev_plot_forest(&h, "f", "says", lines, EV_ARRAY_SIZE(lines), &axis);
	ev_plot_forest(&h, "empty", "says", lines, 0, &axis);
	assert_int_equal(ev_html_end(&h), 0);
	assert_false(has_no_number(b.ptr));
	assert_null(strstr(b.ptr, "class=\"mark"));
	assert_null(strstr(b.ptr, "class=\"interval"));
	ev_buf_release(&b);
}

static void long_forests_are_drawn_on_several_sheets(void **state)
{
	struct ev_plot_line lines[100];
	struct ev_plot_axis axis = { .low = 0, .high = 1,
				     .base = (double)NAN };
	struct ev_buf b = EV_BUF_INIT;
	const char *p;
	struct ev_html h;
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < 100; i++) {
		memset(&lines[i], 0, sizeof(lines[i]));
		lines[i].label = "row";
		lines[i].value = 0.5;
		lines[i].head = i == 35;
	}
	page(&h, &b);
	ev_plot_forest(&h, "f", "says", lines, 100, &axis);
	assert_int_equal(ev_html_end(&h), 0);
	for (p = b.ptr; (p = strstr(p, "<svg")); p++)
		n++;
	assert_int_equal(n, 3);
	assert_non_null(strstr(b.ptr, "f, part 3"));
	ev_buf_release(&b);
}

static void curves_and_counts_bear_being_empty(void **state)
{
	static const double x[] = { 0, (double)NAN, 1 };
	uint64_t none[1] = { 0 };
	struct ev_plot_counts c = { "with", none };
	struct ev_plot_series s = { .name = "s", .x = x, .y = x, .n = 3,
				    .line = true, .marks = true };
	struct ev_plot_axis axis = { .low = 0, .high = 1 };
	struct ev_buf b = EV_BUF_INIT;
	struct ev_html h;

	(void)state;
	page(&h, &b);
	ev_plot_curves(&h, "c", "says", &s, 1, NULL, 0, &axis, &axis, true);
	ev_plot_curves(&h, "c", "says", NULL, 0, NULL, 0, &axis, &axis, true);
	ev_plot_histogram(&h, "h", "says", &c, &c, 0, &axis);
	ev_plot_histogram(&h, "h", "says", &c, &c, 1, &axis);
	assert_int_equal(ev_html_end(&h), 0);
	assert_false(has_no_number(b.ptr));
	assert_null(strstr(b.ptr, "<rect"));
	ev_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shown_cannot_become_a_tag),
		cmocka_unit_test(what_leads_the_eye_astray_is_shown_by_its_number),
		cmocka_unit_test(wrong_nesting_is_an_error),
		cmocka_unit_test(too_deep_is_an_error_and_no_overrun),
		cmocka_unit_test(lines_without_numbers_draw_none),
		cmocka_unit_test(long_forests_are_drawn_on_several_sheets),
		cmocka_unit_test(curves_and_counts_bear_being_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
