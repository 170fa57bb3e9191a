#include "base/compat.h"

#include "clinical/cohort.h"

#include "base/hash.h"

int ev_cohort_data_digest(char out[72], const struct ev_cohort *c)
{
	static const char first[] = "git-evidence data v1\n";
	unsigned char digest[EV_SHA256_SIZE];
	struct ev_sha256 *h = ev_sha256_new();
	char label[16];
	const char *key;
	size_t i, k;

	ev_sha256_add(h, first, sizeof(first) - 1);
	for (i = 0; i < c->n; i++) {
		key = ev_cohort_key(c, i);
		ev_sha256_add(h, key, strlen(key) + 1);
		snprintf(label, sizeof(label), "%u\n", (unsigned)c->label[i]);
		ev_sha256_add(h, label, strlen(label));
	}
	ev_sha256_finish(h, digest);
	ev_sha256_free(h);
	memcpy(out, "sha256:", 7);
	for (k = 0; k < sizeof(digest); k++)
		snprintf(out + 7 + 2 * k, 3, "%02x", digest[k]);
	return 0;
}
