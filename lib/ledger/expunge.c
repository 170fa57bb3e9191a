#include "base/compat.h"

#include "ledger/expunge.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/internal.h"
#include "repo/refs.h"

/* The SHA-256 of what is here; "" where it is not. */
static int content_of(char sha[EV_SHA256_HEX + 1], struct ev_repo *r,
		      const struct ev_oid *blob)
{
	struct ev_buf bytes = EV_BUF_INIT;
	enum ev_objtype type;
	int ret;

	*sha = 0;
	/* Only look: what is not here is not fetched for it. */
	ret = ev_object_info(&type, NULL, r, blob);
	if (ret == 0 && type == EV_OBJ_BLOB)
		ret = ev_object_read(&bytes, &type, r, blob);
	if (ret == 0 && type == EV_OBJ_BLOB)
		ev_sha256_hex(sha, bytes.ptr, bytes.len);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		ret = 0;
	}
	ev_buf_release(&bytes);
	return ret;
}

static const struct ev_expunged *named(const struct ev_trust *t,
				       const struct ev_oid *blob)
{
	size_t i;

	for (i = 0; i < t->nexpunged; i++)
		if (ev_oid_eq(&t->expunged[i].blob, blob))
			return &t->expunged[i];
	return NULL;
}

int ev_blob_expunged(bool *yes, const struct ev_expunged **entry,
		     struct ev_repo *r, const struct ev_trust *t,
		     const struct ev_oid *blob)
{
	const struct ev_expunged *x = NULL;
	char sha[EV_SHA256_HEX + 1];
	int ret = 0;

	if (t && t->nexpunged) {
		ret = content_of(sha, r, blob);
		if (ret == 0)
			x = *sha ? ev_trust_expunged(t, sha) : named(t, blob);
	}
	*yes = x != NULL;
	if (entry)
		*entry = x;
	return ret;
}

/* The local store ---------------------------------------------------------- */

int ev_expunged_edits(struct ev_edits *out, struct ev_repo *r,
		      const struct ev_trust *t, const struct ev_oid *store)
{
	struct ev_notes *notes = NULL;
	struct ev_oids found = EV_OIDS_INIT;
	const struct ev_expunged *x;
	bool yes;
	size_t i;
	int ret = 0;

	if (!t || !t->nexpunged || !store)
		return 0;
	ret = ev_notes_open(&notes, r, store);
	for (i = 0; ret == 0 && i < t->nexpunged; i++) {
		ev_oids_release(&found);
		ret = ev_notes_find(&found, notes, &t->expunged[i].blob);
		if (ret < 0 || !found.n)
			continue;
		/* Whoever named another's blob has not said it of that. */
		ret = ev_blob_expunged(&yes, &x, r, t, &t->expunged[i].blob);
		if (ret < 0 || !yes || !x->removable)
			continue;
		EV_GROW(out->items, out->n, out->cap);
		out->items[out->n].object = t->expunged[i].blob;
		out->items[out->n++].blob = ev_oid_zero;
	}
	ev_oids_release(&found);
	ev_notes_close(notes);
	return ret;
}

static int expunge_once(size_t *n, struct ev_repo *r,
			const struct ev_trust *t)
{
	struct ev_edits edits = { NULL, 0, 0 };
	struct ev_oid tip, tree, commit;
	int ret;

	*n = 0;
	ret = ev_ref_no_symbol(r, EV_ARTIFACT_REF);
	if (ret == 0)
		ret = ev_ref_read(&tip, r, EV_ARTIFACT_REF);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		return 0;
	}
	if (ret == 0)
		ret = ev_expunged_edits(&edits, r, t, &tip);
	if (ret < 0 || !edits.n)
		goto out;
	ret = ev_notes_write(&tree, r, &tip, edits.items, edits.n);
	if (ret == 0)
		ret = ev_artifact_commit(&commit, r, &tree);
	if (ret == 0)
		ret = ev_ref_cas(r, EV_ARTIFACT_REF, &commit, &tip,
				 "evidence: expunge");
	*n = edits.n;
out:
	free(edits.items);
	return ret;
}

int ev_artifacts_expunge(size_t *n, struct ev_repo *r,
			 const struct ev_trust *t)
{
	unsigned attempt;
	int ret = EV_ECONFLICT;

	*n = 0;
	if (!t || !t->nexpunged)
		return 0;
	for (attempt = 0; ret == EV_ECONFLICT && attempt < EV_CAS_ATTEMPTS;
	     attempt++) {
		if (attempt)
			ev_ref_backoff(attempt);
		ret = expunge_once(n, r, t);
	}
	if (ret == EV_ECONFLICT)
		ev_fail(ret, "'%s' is locked", EV_ARTIFACT_REF);
	return ret;
}

void ev_artifacts_leave_out(struct ev_artifacts *a, const struct ev_trust *t)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (ev_trust_expunged(t, a->items[i].sha256)) {
			a->items[i].stored = false;
			ev_buf_release(&a->items[i].bytes);
		}
}

/* Finding one -------------------------------------------------------------- */

struct search {
	struct ev_ledger *l;
	const char *prefix;
	size_t len;
	struct ev_artifact *best;
	bool found, good;
};

/* Of several that say the same, one whose name in Git is right. */
static int take(struct search *w, struct ev_artifact *a)
{
	enum ev_artifact_state state = EV_ARTIFACT_ABSENT;
	struct ev_artifacts old = { w->best, 1, 1 };
	int ret;

	if (strncmp(a->sha256, w->prefix, w->len) || w->good)
		return 0;
	if (w->found && strcmp(a->sha256, w->best->sha256))
		return ev_fail(EV_EINVALID, "'%s' fits more than one artifact",
			       w->prefix);
	ret = ev_artifact_check(&state, w->l->repo, a);
	if (ret < 0)
		return ret;
	w->good = state == EV_ARTIFACT_GOOD;
	if (w->found && !w->good)
		return 0;
	if (w->found) {
		free(old.items->name);
		free(old.items->media_type);
		free(old.items->uri);
	}
	*w->best = *a;
	if (state == EV_ARTIFACT_DIFFERENT)
		w->best->stored = false;
	memset(a, 0, sizeof(*a));
	w->found = true;
	return 0;
}

static int look_at_line(struct search *w, const struct ev_slice *s)
{
	struct ev_artifacts list = EV_ARTIFACTS_INIT;
	size_t i;
	int ret = 0;

	if (ev_artifacts_named(&list, s->p, s->n) < 0)
		ev_error_clear();
	else
		for (i = 0; ret == 0 && i < list.n; i++)
			ret = take(w, &list.items[i]);
	ev_artifacts_release(&list);
	return ret;
}

/* Whoever can write lines could make names up, so only those that count. */
static int look(void *ctx, const struct ev_oid *object,
		const struct ev_oid *blob)
{
	struct search *w = ctx;
	struct ev_buf text = EV_BUF_INIT_MAX(EV_OBJECT_LIMIT);
	struct ev_slices s = { NULL, 0, 0 };
	struct ev_line line;
	size_t i;
	int ret;

	ret = ev_object_read(&text, NULL, w->l->repo, blob);
	if (ret == 0)
		ev_slices_split(&s, &text);
	for (i = 0; ret == 0 && i < s.n; i++) {
		ret = ev_ledger_judge(&line, w->l, object, s.items[i].p,
				      s.items[i].n);
		if (ret < 0)
			break;
		if (line.state == EV_LIVE || line.state == EV_UNTIMELY)
			ret = look_at_line(w, &s.items[i]);
		ev_line_release(&line);
	}
	ev_slices_release(&s);
	ev_buf_release(&text);
	return ret;
}

int ev_artifact_find(struct ev_artifact *out, struct ev_ledger *l,
		     const char *sha256)
{
	struct search w = { .l = l, .prefix = sha256, .len = strlen(sha256),
			    .best = out };
	int ret = 0;

	memset(out, 0, sizeof(*out));
	if (w.len >= 12 && w.len <= 64)
		ret = ev_notes_each(l->notes, look, &w);
	if (ret == 0 && !w.found)
		ret = ev_fail(EV_ENOTFOUND, "no record names artifact '%s'",
			      sha256);
	return ret;
}
