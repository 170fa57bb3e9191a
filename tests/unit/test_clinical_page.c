#include "base/compat.h"

#include "evaluatefix.h"

#include <math.h>

#include "clinical/report.h"
#include "data/xml.h"

#define SUITE SUITE_HEAD SUITE_DATA "slices:\n  overall: {}\n" \
	"metrics: [confusion@half, sensitivity@half, auc, cal_slope]\n" \
	"gates:\n  - {id: G, metric: sensitivity@half, pass: " \
	"{bound: lower, ge: \"0.5\"}}\n"

static char *some_rows(void)
{
	struct ev_buf b = EV_BUF_INIT;
	unsigned k = 0;

	ev_buf_adds(&b, "row,patient,label,score\n");
	add_rows(&b, &k, 30, 1, "0.8", "");
	add_rows(&b, &k, 10, 1, "0.3", "");
	add_rows(&b, &k, 5, 0, "0.7", "");
	add_rows(&b, &k, 45, 0, "0.2", "");
	return ev_buf_detach(&b, NULL);
}

static int accept(void *ctx, const char *name, const char **attributes,
		  unsigned line)
{
	(void)ctx;
	(void)attributes;
	(void)line;
	return strcmp(name, "script") ? 0 : EV_EINVALID;
}

static int accept_end(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return 0;
}

/* XML after its first line, no script, no number that is none. */
static void assert_sound_page(const struct ev_buf *b)
{
	static const char *const never[] = {
		"\"nan", "nan\"", ">nan", " nan ", "(nan", "\"inf", "inf\"",
		">inf", " inf ", "-inf", "http://", "https://",
	};
	const struct ev_xml_handler h = { accept, accept_end, NULL };
	const char *body = strchr(b->ptr, '\n') + 1;
	size_t i;

	must(ev_xml_read(&h, "page", body, b->len - (size_t)(body - b->ptr)));
	for (i = 0; i < EV_ARRAY_SIZE(never); i++)
		if (strstr(b->ptr, never[i]))
			fail_msg("'%s' in the page", never[i]);
}

static void made_page(struct ev_buf *out, struct made *m, const char *suite)
{
	char *rows = some_rows();

	make(m, suite, rows, NULL);
	must(ev_report_page(out, &m->e, NULL));
	free(rows);
}

static void a_page_is_the_same_twice_and_well_formed(void **state)
{
	struct ev_buf a = EV_BUF_INIT, b = EV_BUF_INIT;
	struct made m;

	(void)state;
	made_page(&a, &m, SUITE);
	must(ev_report_page(&b, &m.e, NULL));
	assert_string_equal(a.ptr, b.ptr);
	assert_sound_page(&a);
	assert_non_null(strstr(a.ptr, "0.750 (0.59"));
	made_release(&m);
	ev_buf_release(&a);
	ev_buf_release(&b);
}

static void names_that_attack_are_shown_as_text(void **state)
{
	static char id[] = "\"><script>x</script>\u202e\x02'";
	struct ev_buf b = EV_BUF_INIT;
	struct made m;
	char *kept;

	(void)state;
	made_page(&b, &m, SUITE);
	ev_buf_clear(&b);
	kept = m.s.gates[0].id;
	m.s.gates[0].id = id;
	free(m.e.rows[0].slice_name);
	m.e.rows[0].slice_name = ev_strdup(id);
	must(ev_report_page(&b, &m.e, NULL));
	assert_sound_page(&b);
	assert_null(strstr(b.ptr, "\u202e"));
	m.s.gates[0].id = kept;
	made_release(&m);
	ev_buf_release(&b);
}

static void what_is_not_defined_is_no_number(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_estimate *e;
	struct made m;

	(void)state;
	made_page(&b, &m, SUITE);
	ev_buf_clear(&b);
	e = &m.e.rows[0].observed;
	e->value = e->lower = e->upper = (double)NAN;
	e->flags = EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL;
	m.e.slices[0].measures[2].e.value = (double)INFINITY;
	m.e.slices[0].measures[2].e.lower = (double)NAN;
	m.e.slices[0].measures[3].e.flags |= EV_STAT_UNDEFINED;
	must(ev_report_page(&b, &m.e, NULL));
	assert_sound_page(&b);
	assert_non_null(strstr(b.ptr, "not defined"));
	made_release(&m);
	ev_buf_release(&b);
}

static void a_bound_just_below_its_limit_does_not_look_as_if_it_held(void **st)
{
	struct ev_buf b = EV_BUF_INIT;
	struct made m;

	(void)st;
	made_page(&b, &m, SUITE);
	ev_buf_clear(&b);
	m.e.rows[0].observed.lower = 0.49996;
	must(ev_report_page(&b, &m.e, NULL));
	assert_non_null(strstr(b.ptr, "(0.49996 to"));
	assert_null(strstr(b.ptr, "(0.500 to"));
	made_release(&m);
	ev_buf_release(&b);
}

static void a_thousand_gates_are_all_named(void **state)
{
	struct ev_buf suite = EV_BUF_INIT, b = EV_BUF_INIT;
	char word[16];
	struct made m;
	unsigned i;

	(void)state;
	ev_buf_adds(&suite, SUITE_HEAD SUITE_DATA "slices:\n  overall: {}\n"
		    "metrics: [auc]\ngates:\n");
	for (i = 0; i < 1000; i++)
		ev_buf_addf(&suite, "  - {id: G%04u, metric: "
			    "sensitivity@half, pass: {bound: lower, ge: "
			    "\"0.5\"}}\n", i);
	made_page(&b, &m, suite.ptr);
	assert_sound_page(&b);
	for (i = 0; i < 1000; i++) {
		snprintf(word, sizeof(word), ">G%04u<", i);
		assert_non_null(strstr(b.ptr, word));
	}
	assert_non_null(strstr(b.ptr, "892 more gates"));
	made_release(&m);
	ev_buf_release(&suite);
	ev_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_the_same_twice_and_well_formed),
		cmocka_unit_test(names_that_attack_are_shown_as_text),
		cmocka_unit_test(what_is_not_defined_is_no_number),
		cmocka_unit_test(
			a_bound_just_below_its_limit_does_not_look_as_if_it_held),
		cmocka_unit_test(a_thousand_gates_are_all_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
