#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "repo/internal.h"

int mbedtls_x509_crt_parse_file(void *chain, const char *path);

static void starting_leaves_no_error_behind(void **state)
{
	const git_error *e;

	(void)state;
	assert_true(ev_git2_start() > 0);
	e = git_error_last();
	assert_true(!e || !e->message || e->klass == GIT_ERROR_NONE);
	git_libgit2_shutdown();
}

/* The one that libgit2 finds first, whatever it was built with. */
static void no_certificate_is_read(void **state)
{
	(void)state;
	assert_int_equal(mbedtls_x509_crt_parse_file(NULL, "/dev/null"),
			 -0x2900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starting_leaves_no_error_behind),
		cmocka_unit_test(no_certificate_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
