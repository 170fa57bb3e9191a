#include "base/compat.h"
#include "repo/internal.h"

#define NO_SUCH_FILE (-0x2900)

/*
 * Built with Mbed TLS, libgit2 reads every certificate of the system when it is
 * started: a fifth of the time of a short command.  Here git alone speaks with
 * other machines, so this stands in for the function of that name, and says
 * what that says when there are no certificates.
 */
int mbedtls_x509_crt_parse_file(void *chain, const char *path)
	__attribute__((weak));

int mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
	(void)chain;
	(void)path;
	return NO_SUCH_FILE;
}

/* What libgit2 says of that is not to be taken for the reason of a failure. */
int ev_git2_start(void)
{
	int rc = git_libgit2_init();

	if (rc >= 0)
		git_error_clear();
	return rc;
}
