#include "base/compat.h"

#include "ledger/sync_internal.h"

#include "base/hash.h"

/* Does the remote have that line on the empty tree? */
static int is_theirs(bool *yes, struct ev_sync_job *j, const char *digest)
{
	struct ev_slices lines = { NULL, 0, 0 };
	struct ev_texts texts = { NULL, 0, 0 };
	char hex[EV_SHA256_HEX + 1];
	size_t i;
	int ret = ev_note_lines(&lines, &texts, j->repo, j->theirs,
				&ev_oid_empty_tree);

	*yes = false;
	for (i = 0; ret == 0 && i < lines.n && !*yes; i++) {
		ev_sha256_hex(hex, lines.items[i].p, lines.items[i].n);
		*yes = !strcmp(hex, digest);
	}
	ev_texts_release(&texts);
	ev_slices_release(&lines);
	return ret;
}

int ev_sync_may_still_go(bool *yes, struct ev_sync_job *j,
			 const struct ev_line *line)
{
	const struct ev_record *r = &line->record;
	const struct ev_withdrawn *w;
	struct ev_signature sig;
	bool theirs = false;
	char why[160];
	size_t i = 0;
	int ret = 0;

	*yes = false;
	if (line->state != EV_UNTIMELY || !line->stood)
		return 0;
	memset(&sig, 0, sizeof(sig));
	memcpy(sig.signer, r->signer, sizeof(sig.signer));
	memcpy(sig.subkey, r->subkey, sizeof(sig.subkey));
	sig.created = r->signed_at;
	sig.hash_algo = r->hash_algo;
	if (!ev_trust_counts_then(why, j->trust, &sig, j->ledger->now))
		return 0;
	while (ret == 0 && !theirs &&
	       (w = ev_trust_withdrawn(j->trust, r->signer, r->subkey, &i)))
		ret = is_theirs(&theirs, j, w->line);
	*yes = ret == 0 && !theirs;
	return ret;
}
