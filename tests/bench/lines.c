/*
 * lines - signed envelopes in quantity, for the measurements
 *
 *	lines FINGERPRINT COUNT <COMMITS >BUNDLE
 *
 * Run in a repository whose HEAD has a policy.  COMMITS has a row "COMMIT TREE"
 * for each commit; BUNDLE gets COUNT envelopes about it, each a test record of
 * two to four KiB, signed by the key from the user's own GnuPG home.
 */
#include "base/compat.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "data/json.h"
#include "ledger/write.h"
#include "policy/policy.h"

#define LEAST_PARTS 9
#define SPREAD 10

/* Digests differ from row to row, so that nothing compresses by repetition. */
static void put_parts(struct ev_buf *out, const char *row, size_t seed)
{
	struct ev_buf name = EV_BUF_INIT;
	char hex[EV_SHA256_HEX + 1];
	struct ev_json j;
	size_t i;

	ev_buf_adds(out, "\"result\":\"PASSED\",\"configuration\":");
	ev_json_init(&j, out);
	ev_json_list(&j);
	for (i = 0; i < LEAST_PARTS + seed % SPREAD; i++) {
		ev_buf_clear(&name);
		ev_buf_addf(&name, "%s %zu %zu", row, seed, i);
		ev_sha256_hex(hex, name.ptr, name.len);
		ev_buf_clear(&name);
		ev_buf_addf(&name, "model/part-%02zu.bin", i);
		ev_json_object(&j);
		ev_json_kv(&j, "name", name.ptr);
		ev_json_key(&j, "digest");
		ev_json_object(&j);
		ev_json_kv(&j, "sha256", hex);
		ev_json_end_object(&j);
		ev_json_end_object(&j);
	}
	ev_json_end_list(&j);
	ev_buf_release(&name);
}

static int put_line(const struct ev_trust *trust, const char *fpr,
		    struct ev_draft *d, const char *row, size_t seed)
{
	struct ev_buf payload = EV_BUF_INIT, pae = EV_BUF_INIT;
	struct ev_buf sig = EV_BUF_INIT, line = EV_BUF_INIT;
	int ret;

	ev_buf_clear(&d->members);
	put_parts(&d->members, row, seed);
	ret = ev_draft_payload(&payload, d, trust);
	if (ret < 0)
		goto out;
	ev_pae(&pae, EV_PAYLOAD_TYPE, payload.ptr, payload.len);
	ret = ev_sign_detached(&sig, fpr, pae.ptr, pae.len);
	if (ret < 0)
		goto out;
	ev_envelope_format(&line, &payload, fpr, &sig);
	ev_buf_addc(&line, '\n');
	fwrite(line.ptr, 1, line.len, stdout);
out:
	ev_buf_release(&payload);
	ev_buf_release(&pae);
	ev_buf_release(&sig);
	ev_buf_release(&line);
	return ret;
}

static int put_row(const struct ev_trust *trust, const char *fpr,
		   struct ev_draft *d, char *row, size_t count, size_t seed)
{
	char name[32];
	size_t i;
	int ret = 0;

	row[strcspn(row, "\n")] = '\0';
	if (strlen(row) != 2 * EV_OID_HEX + 1)
		return ev_fail(EV_EINVALID, "'%s' is no row", row);
	row[EV_OID_HEX] = '\0';
	if (ev_oid_parse(&d->commit, row) < 0 ||
	    ev_oid_parse(&d->tree, row + EV_OID_HEX + 1) < 0)
		return ev_fail(EV_EINVALID, "'%s' is no row", row);
	for (i = 0; ret == 0 && i < count; i++) {
		snprintf(name, sizeof(name), i ? "unit-%zu" : "unit", i);
		d->name = name;
		ret = put_line(trust, fpr, d, row, seed + i);
	}
	return ret;
}

int main(int argc, char **argv)
{
	struct ev_repo *repo = NULL;
	struct ev_policy policy = { 0 };
	struct ev_draft d;
	char *row = NULL;
	size_t cap = 0, seed = 0;
	int ret;

	if (argc != 3) {
		fprintf(stderr, "usage: lines FINGERPRINT COUNT\n");
		return 129;
	}
	ev_draft_init(&d, EV_KIND_TEST);
	ret = ev_repo_open(&repo, NULL);
	if (ret == 0)
		ret = ev_policy_read_head(&policy, repo);
	while (ret == 0 && getline(&row, &cap, stdin) > 0)
		ret = put_row(&policy.trust, argv[1], &d, row,
			      strtoul(argv[2], NULL, 10), seed++);
	if (ret == 0 && (fflush(stdout) || ferror(stdout)))
		ret = ev_fail_errno(EV_ERROR, "cannot write");
	if (ret < 0)
		fprintf(stderr, "lines: %s\n", ev_error_last()->message);
	free(row);
	ev_draft_release(&d);
	ev_policy_release(&policy);
	ev_repo_close(repo);
	return ret < 0;
}
