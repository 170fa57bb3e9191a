#include "base/compat.h"

#include "gate/admit_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "ledger/artifact.h"
#include "ledger/expunge.h"
#include "ledger/ledger.h"
#include "repo/notes.h"
#include "repo/rawobj.h"
#include "repo/refs.h"

#define COMMIT_MAX ((size_t)64 << 10)

/* What the store gains, and which of it a record names. */
struct gain {
	struct ev_repo *repo;
	const struct ev_trust *trust;
	struct ev_notes *before, *after;
	struct ev_oids blobs;
	struct ev_oidmap *named;	/* blob -> this, once it is named */
	size_t left;
	struct ev_ledger *ledger;
	struct ev_notes *lines;
};

static int check_commit(struct ev_repo *r, const struct ev_oid *commit)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(COMMIT_MAX);
	struct ev_rawobj obj;
	enum ev_objtype type;
	int ret;

	ev_rawobj_init(&obj);
	ret = ev_object_read(&raw, &type, r, commit);
	if (ret == 0 && type != EV_OBJ_COMMIT)
		ret = ev_fail(EV_EDENIED, "it is a %s, not a commit",
			      ev_objtype_name(type));
	if (ret == 0)
		ret = ev_commit_split(&obj, raw.ptr, raw.len);
	if (ret == 0 && obj.parents.n)
		ret = ev_fail(EV_EDENIED, "it has history, and is a store");
	ev_rawobj_release(&obj);
	ev_buf_release(&raw);
	return ret;
}

static int check_object(void *ctx, const struct ev_oid *object)
{
	struct gain *g = ctx;
	struct ev_oids old = EV_OIDS_INIT, new = EV_OIDS_INIT;
	const struct ev_expunged *entry;
	char hex[EV_OID_HEX + 1];
	bool expunged;
	int ret;

	ev_oid_hex(hex, object);
	ret = ev_notes_find(&old, g->before, object);
	if (ret == 0)
		ret = ev_notes_find(&new, g->after, object);
	if (ret == 0)
		ret = ev_blob_expunged(&expunged, &entry, g->repo, g->trust,
				       object);
	if (ret < 0)
		goto out;
	if (expunged && new.n)
		ret = ev_fail(EV_EDENIED, "artifact %s is expunged by record "
			      "%.12s", hex, entry->record);
	else if (!new.n && !(expunged && entry->removable))
		ret = ev_fail(EV_EDENIED, "artifact %s is lost; bring those of "
			      "the remote first", hex);
	else if (new.n && (new.n > 1 || !ev_oid_eq(&new.items[0], object)))
		ret = ev_fail(EV_EDENIED, "what lies at %s is something else",
			      hex);
	else if (new.n && !old.n)
		ev_oids_add(&g->blobs, object);
out:
	ev_oids_release(&old);
	ev_oids_release(&new);
	return ret;
}

static int compare(struct gain *g, const struct ev_oid *old,
		   const struct ev_oid *new)
{
	size_t strays = 0;
	int ret;

	ret = ev_notes_new_strays(&strays, g->repo, old, new);
	if (ret == 0 && strays)
		ret = ev_fail(EV_EDENIED, "%zu files are no artifacts", strays);
	if (ret == 0)
		ret = ev_notes_open(&g->before, g->repo, old);
	if (ret == 0)
		ret = ev_notes_open(&g->after, g->repo, new);
	if (ret == 0)
		ret = ev_notes_diff(g->repo, old, new, check_object, g);
	return ret;
}

/* Whoever names a blob is asked for a signature only then. */
static int take_line(struct gain *g, const struct ev_oid *object,
		     const struct ev_slice *s, const struct ev_artifact *a)
{
	enum ev_artifact_state state;
	struct ev_line line;
	void **named = NULL;
	int ret;

	if (a->stored && ev_oidmap_get(g->named, &a->blob))
		named = ev_oidmap_at(g->named, &a->blob);
	if (!named || *named == g)
		return 0;
	ret = ev_artifact_check(&state, g->repo, a);
	if (ret < 0 || state != EV_ARTIFACT_GOOD)
		return ret;
	ret = ev_ledger_judge(&line, g->ledger, object, s->p, s->n);
	if (ret < 0)
		return ret;
	if (line.state == EV_LIVE) {
		*named = g;
		g->left--;
	}
	ev_line_release(&line);
	return 0;
}

static int look_at_line(struct gain *g, const struct ev_oid *object,
			const struct ev_slice *s)
{
	struct ev_artifacts list = EV_ARTIFACTS_INIT;
	size_t i;
	int ret = 0;

	if (ev_artifacts_named(&list, s->p, s->n) < 0)
		ev_error_clear();
	else
		for (i = 0; ret == 0 && i < list.n; i++)
			ret = take_line(g, object, s, &list.items[i]);
	ev_artifacts_release(&list);
	return ret;
}

static int look_at_object(void *ctx, const struct ev_oid *object)
{
	struct gain *g = ctx;
	struct ev_slices lines = { NULL, 0, 0 };
	struct ev_texts texts = { NULL, 0, 0 };
	size_t i;
	int ret;

	ret = ev_note_lines(&lines, &texts, g->repo, g->lines, object);
	if (ret == EV_ELIMIT) {
		ev_error_clear();
		ret = 0;
	}
	for (i = 0; ret == 0 && g->left && i < lines.n; i++)
		ret = look_at_line(g, object, &lines.items[i]);
	ev_texts_release(&texts);
	ev_slices_release(&lines);
	return ret == 0 && !g->left ? EV_ESTOP : ret;
}

static int look_at_note(void *ctx, const struct ev_oid *object,
			const struct ev_oid *blob)
{
	(void)blob;
	return look_at_object(ctx, object);
}

/* The lines that came with the artifacts are the likely ones. */
static int look_for_names(struct gain *g, const struct ev_oid *ledger)
{
	struct ev_oid held;
	bool has;
	int ret;

	ret = ev_ref_read(&held, g->repo, EV_LEDGER_REF);
	has = ret == 0;
	if (ret < 0 && ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	ret = ev_notes_diff(g->repo, has ? &held : NULL, ledger,
			    look_at_object, g);
	if (ret == 0)
		ret = ev_notes_each(g->lines, look_at_note, g);
	return ret == EV_ESTOP ? 0 : ret;
}

static int refuse(struct gain *g)
{
	char hex[EV_OID_HEX + 1];
	size_t i, told = 0;

	ev_fail(EV_EDENIED, "%zu artifact%s named by no record", g->left,
		g->left == 1 ? " is" : "s are");
	for (i = 0; i < g->blobs.n && told < 20; i++) {
		if (ev_oidmap_get(g->named, &g->blobs.items[i]) == g)
			continue;
		ev_oid_hex(hex, &g->blobs.items[i]);
		ev_error_detail("%s", hex);
		told++;
	}
	return EV_EDENIED;
}

static int find_names(struct gain *g, const struct ev_chain *chain,
		      const struct ev_oid *ledger, int64_t now)
{
	size_t i;
	int ret = 0;

	g->named = ev_oidmap_new();
	g->left = g->blobs.n;
	for (i = 0; i < g->blobs.n; i++)
		*ev_oidmap_at(g->named, &g->blobs.items[i]) = &g->blobs;
	if (g->left && !ev_oid_is_zero(ledger)) {
		ret = ev_ledger_open(&g->ledger, g->repo,
				     &chain->in_force->trust, ledger);
		if (ret == 0)
			ret = ev_notes_open(&g->lines, g->repo, ledger);
		if (ret < 0)
			return ret;
		ev_ledger_set_now(g->ledger, now);
		ret = look_for_names(g, ledger);
	}
	return ret == 0 && g->left ? refuse(g) : ret;
}

int ev_admit_artifacts(struct ev_repo *r, const struct ev_chain *chain,
		       const struct ev_oid *old, const struct ev_oid *new,
		       const struct ev_oid *ledger, int64_t now)
{
	struct gain g = { .repo = r };
	int ret;

	if (ev_oid_is_zero(new))
		return ev_fail(EV_EDENIED, "the artifacts may not be deleted");
	if (!chain->in_force)
		return ev_fail(EV_EDENIED, "no policy is in force that says "
			       "whose artifacts are taken");
	g.trust = &chain->in_force->trust;
	ret = check_commit(r, new);
	if (ret == 0)
		ret = compare(&g, ev_oid_is_zero(old) ? NULL : old, new);
	if (ret == 0)
		ret = find_names(&g, chain, ledger, now);
	ev_ledger_close(g.ledger);
	ev_notes_close(g.lines);
	ev_notes_close(g.before);
	ev_notes_close(g.after);
	ev_oidmap_free(g.named);
	ev_oids_release(&g.blobs);
	ret = ev_admit_denied(ret);
	return ret < 0 ? ev_fail_prefix("the artifacts cannot be taken") : 0;
}
