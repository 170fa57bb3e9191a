#include "base/compat.h"

#include "study/junit.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/xml.h"

enum verdict { PASSED, SKIPPED, WARNED, FAILED };	/* the worst one wins */

struct reader {
	struct ev_junit *out;
	const char *file;
	unsigned depth, test_depth;	/* test_depth 0: outside a testcase */
	char *name;
	enum verdict verdict;
};

void ev_junit_release(struct ev_junit *j)
{
	ev_strs_release(&j->passed);
	ev_strs_release(&j->warned);
	ev_strs_release(&j->failed);
	j->skipped = 0;
}

/* Cut before the letter that would not fit whole. */
static void clip(char *s)
{
	size_t n = EV_JUNIT_NAME_MAX;

	if (strlen(s) <= n)
		return;
	while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	s[n] = '\0';
}

static int begin_test(struct reader *r, const char **attributes, unsigned line)
{
	const char *name = ev_xml_attribute(attributes, "name");
	const char *class = ev_xml_attribute(attributes, "classname");

	if (!name || !*name)
		return ev_fail(EV_EINVALID, "%s:%u:1: testcase has no 'name'",
			       r->file, line);
	r->name = class && *class ? ev_strdupf("%s.%s", class, name)
				  : ev_strdup(name);
	clip(r->name);
	r->verdict = PASSED;
	r->test_depth = r->depth;
	return 0;
}

static void inside_test(struct reader *r, const char *element)
{
	static const struct { const char *element; enum verdict verdict; }
	words[] = {
		{ "failure", FAILED }, { "error", FAILED },
		{ "skipped", SKIPPED },
		{ "flakyFailure", WARNED }, { "flakyError", WARNED },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].element, element) &&
		    words[i].verdict > r->verdict)
			r->verdict = words[i].verdict;
}

static int on_start(void *ctx, const char *name, const char **attributes,
		    unsigned line)
{
	struct reader *r = ctx;

	r->depth++;
	if (r->depth == 1) {
		if (strcmp(name, "testsuites") && strcmp(name, "testsuite"))
			return ev_fail(EV_EINVALID, "%s:%u:1: '%s' is not the "
				       "root of a JUnit report", r->file, line,
				       name);
		return 0;
	}
	if (r->test_depth) {
		if (r->depth == r->test_depth + 1)
			inside_test(r, name);
		return 0;
	}
	return strcmp(name, "testcase") ? 0
					: begin_test(r, attributes, line);
}

static int on_end(void *ctx, const char *name)
{
	struct reader *r = ctx;

	(void)name;
	if (r->test_depth && r->depth == r->test_depth) {
		if (r->verdict == FAILED)
			ev_strs_take(&r->out->failed, r->name);
		else if (r->verdict == WARNED)
			ev_strs_take(&r->out->warned, r->name);
		else if (r->verdict == PASSED)
			ev_strs_take(&r->out->passed, r->name);
		else
			free(r->name);
		r->out->skipped += r->verdict == SKIPPED;
		r->name = NULL;
		r->test_depth = 0;
	}
	r->depth--;
	return 0;
}

int ev_junit_read(struct ev_junit *out, const char *file, const char *text,
		  size_t n)
{
	struct reader r = { .out = out, .file = file };
	struct ev_xml_handler h = { on_start, on_end, &r };
	int ret;

	ret = ev_xml_read(&h, file, text, n);
	free(r.name);
	if (ret < 0) {
		ev_junit_release(out);
		return ret;
	}
	ev_strs_sort(&out->passed);
	ev_strs_sort(&out->warned);
	ev_strs_sort(&out->failed);
	return 0;
}
