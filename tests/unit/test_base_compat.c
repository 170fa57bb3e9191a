#include "base/compat.h"

/* Whatever comes after compat.h must still compile under its bans. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <regex.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#include <cmocka.h>

#define TEXT_OF(x) #x
#define EXPANDED(x) TEXT_OF(x)
#define assert_banned(call) \
	assert_non_null(strstr(EXPANDED(call), "ev_banned_"))

static void dangerous_functions_do_not_compile(void **state)
{
	(void)state;
	assert_banned(strcpy(a, b));
	assert_banned(strcat(a, b));
	assert_banned(sprintf(a, "%s", b));
	assert_banned(vsprintf(a, "%s", b));
	assert_banned(gets(a));
	assert_banned(strtok(a, b));
	assert_banned(system(a));
	assert_banned(popen(a, b));
	assert_null(strstr(EXPANDED(snprintf(a, n, "")), "ev_banned_"));
}

static void an_array_knows_its_size(void **state)
{
	int three[3];

	(void)state;
	assert_int_equal(EV_ARRAY_SIZE(three), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dangerous_functions_do_not_compile),
		cmocka_unit_test(an_array_knows_its_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
