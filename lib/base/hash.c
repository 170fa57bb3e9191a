#include "base/compat.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"

#define CHUNK ((size_t)128 * 1024)

struct ev_sha256 {
	EVP_MD_CTX *ctx;
};

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;

static void fetch(void)
{
	/* What ends with us need not be taken apart first. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

/*
 * Without SHA-256, nothing this program says can be right: the same reasoning
 * as for memory in mem.h.
 */
static void must(int ok)
{
	if (ok != 1)
		abort();
}

static const EVP_MD *algorithm(void)
{
	pthread_once(&fetch_once, fetch);
	must(sha256 != NULL);
	return sha256;
}

struct ev_sha256 *ev_sha256_new(void)
{
	struct ev_sha256 *h = ev_malloc(sizeof(*h));

	h->ctx = EVP_MD_CTX_new();
	must(h->ctx != NULL);
	must(EVP_DigestInit_ex2(h->ctx, algorithm(), NULL));
	return h;
}

void ev_sha256_add(struct ev_sha256 *h, const void *p, size_t n)
{
	if (n)
		must(EVP_DigestUpdate(h->ctx, p, n));
}

void ev_sha256_finish(struct ev_sha256 *h, unsigned char out[EV_SHA256_SIZE])
{
	must(EVP_DigestFinal_ex(h->ctx, out, NULL));
	must(EVP_DigestInit_ex2(h->ctx, algorithm(), NULL));
}

void ev_sha256_free(struct ev_sha256 *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

void ev_sha256_bytes(unsigned char out[EV_SHA256_SIZE], const void *p, size_t n)
{
	must(EVP_Digest(n ? p : "", n, out, NULL, algorithm(), NULL));
}

void ev_sha256_hex(char out[EV_SHA256_HEX + 1], const void *p, size_t n)
{
	unsigned char raw[EV_SHA256_SIZE];

	ev_sha256_bytes(raw, p, n);
	ev_hex_encode(out, raw, sizeof(raw));
}

void ev_hmac_sha256(unsigned char out[EV_SHA256_SIZE],
		    const unsigned char key[EV_SHA256_SIZE], const void *p,
		    size_t n)
{
	unsigned int len = 0;

	must(HMAC(algorithm(), key, EV_SHA256_SIZE, n ? p : "", n, out,
		  &len) != NULL);
	must(len == EV_SHA256_SIZE);
}

bool ev_same_secret(const unsigned char *a, const unsigned char *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

static int hash_fd(struct ev_sha256 *h, uint64_t *size, int fd)
{
	unsigned char *chunk = ev_malloc(CHUNK);
	ssize_t n;

	*size = 0;
	for (;;) {
		n = read(fd, chunk, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		ev_sha256_add(h, chunk, (size_t)n);
		*size += (uint64_t)n;
	}
	free(chunk);
	return n < 0 ? -1 : 0;
}

int ev_sha256_file(char out[EV_SHA256_HEX + 1], uint64_t *size,
		   const char *path)
{
	unsigned char raw[EV_SHA256_SIZE];
	struct ev_sha256 *h = NULL;
	struct stat st;
	uint64_t total;
	int fd, ret;

	/* A named pipe must not keep us waiting for a writer. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		ret = errno == ENOENT || errno == ENOTDIR ? EV_ENOTFOUND :
			EV_ERROR;
		return ev_fail_errno(ret, "cannot open '%s'", path);
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		ret = ev_fail(EV_EINVALID, "'%s' is no regular file", path);
		goto out;
	}
	h = ev_sha256_new();
	if (hash_fd(h, &total, fd)) {
		ret = ev_fail_errno(EV_ERROR, "cannot read '%s'", path);
		goto out;
	}
	ev_sha256_finish(h, raw);
	if (out)
		ev_hex_encode(out, raw, sizeof(raw));
	if (size)
		*size = total;
	ret = 0;
out:
	ev_sha256_free(h);
	close(fd);
	return ret;
}

struct ev_sha1 {
	EVP_MD_CTX *ctx;
};

struct ev_sha1 *ev_sha1_new(void)
{
	struct ev_sha1 *h = ev_malloc(sizeof(*h));

	h->ctx = EVP_MD_CTX_new();
	must(h->ctx != NULL);
	must(EVP_DigestInit_ex(h->ctx, EVP_sha1(), NULL));
	return h;
}

void ev_sha1_add(struct ev_sha1 *h, const void *p, size_t n)
{
	if (n)
		must(EVP_DigestUpdate(h->ctx, p, n));
}

void ev_sha1_finish(struct ev_sha1 *h, unsigned char out[EV_SHA1_SIZE])
{
	must(EVP_DigestFinal_ex(h->ctx, out, NULL));
}

void ev_sha1_free(struct ev_sha1 *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}
