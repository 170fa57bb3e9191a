#include "base/compat.h"

#include "ledger/verify.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/refs.h"

void ev_verification_release(struct ev_verification *v)
{
	size_t i;

	for (i = 0; i < v->nartifacts; i++) {
		struct ev_artifacts one = { &v->artifacts[i].a, 1, 1 };

		free(v->artifacts[i].record);
		free(one.items->name);
		free(one.items->media_type);
		free(one.items->uri);
		ev_buf_release(&one.items->bytes);
	}
	free(v->artifacts);
	ev_lines_release(&v->lines);
	ev_strs_release(&v->findings);
	ev_strs_release(&v->missing);
	memset(v, 0, sizeof(*v));
}

/* The artifacts that one live record names, each held against its digest. */
static int check_artifacts(struct ev_verification *out, struct ev_ledger *l,
			   struct ev_repo *r, const struct ev_trust *trust,
			   const struct ev_line *line)
{
	struct ev_artifacts list = EV_ARTIFACTS_INIT;
	struct ev_buf text = EV_BUF_INIT;
	struct ev_checked_artifact *c;
	size_t i;
	int ret;

	ret = ev_ledger_text(&text, l, line);
	if (ret == 0)
		ret = ev_artifacts_named(&list, text.ptr, text.len);
	for (i = 0; ret == 0 && i < list.n; i++) {
		out->artifacts = ev_grow(out->artifacts, out->nartifacts + 1,
					 &out->cap, sizeof(*out->artifacts));
		c = &out->artifacts[out->nartifacts++];
		c->record = ev_strdup(line->record.id);
		c->a = list.items[i];
		ret = ev_artifact_check(&c->state, r, &c->a);
		if (ret == 0 && c->state != EV_ARTIFACT_DIFFERENT &&
		    ev_trust_expunged(trust, c->a.sha256))
			c->state = EV_ARTIFACT_EXPUNGED;
		if (ret == 0 && c->state == EV_ARTIFACT_DIFFERENT)
			ev_strs_addf(&out->findings, "artifact '%s' of record "
				     "%.12s is not what the record names",
				     c->a.name, line->record.id);
	}
	/* Those taken over belong to the result now. */
	if (i > 0) {
		memmove(list.items, list.items + i,
			(list.n - i) * sizeof(*list.items));
		list.n -= i;
	}
	ev_artifacts_release(&list);
	ev_buf_release(&text);
	return ret;
}

static int check_lines(struct ev_verification *out, struct ev_ledger *l,
		       struct ev_repo *r, const struct ev_trust *trust)
{
	const struct ev_line *line;
	size_t i;
	int ret;

	ret = ev_ledger_lines(&out->lines, l, &out->commit, &out->tree);
	for (i = 0; ret == 0 && i < out->lines.n; i++) {
		line = &out->lines.items[i];
		if (line->state == EV_BAD)
			ev_strs_addf(&out->findings, "line %.12s is bad: %s",
				     line->record.line, line->reason);
		if (line->state == EV_LIVE)
			ret = check_artifacts(out, l, r, trust, line);
	}
	return ret;
}

/* A withdrawal counts, but is no evidence of anything. */
static bool has_evidence(const struct ev_lines *lines)
{
	size_t i;

	for (i = 0; i < lines->n; i++)
		if (lines->items[i].state == EV_LIVE &&
		    lines->items[i].record.kind != EV_KIND_REVOCATION)
			return true;
	return false;
}

static void add_signature(struct ev_strs *findings, const char *what,
			  const struct ev_object_signature *s)
{
	if (s->status == EV_OBJSIG_BAD)
		ev_strs_addf(findings, "signature of the %s is bad: %s", what,
			     s->reason);
}

/* The tag of refs/tags/ that the user named; NULL if it was named otherwise. */
static char *tag_ref(struct ev_repo *r, const char *name,
		     const struct ev_oid *tag)
{
	char *ref = ev_strdupf("%s%s", ev_starts_with(name, "refs/") ? "" :
			       ev_starts_with(name, "tags/") ? "refs/" :
			       "refs/tags/", name);
	struct ev_oid oid;

	if (ev_starts_with(ref, "refs/tags/") &&
	    ev_ref_read(&oid, r, ref) == 0 && ev_oid_eq(&oid, tag))
		return ref;
	ev_error_clear();
	free(ref);
	return NULL;
}

int ev_verify(struct ev_verification *out, struct ev_repo *r,
	      struct ev_trust *trust, const char *name,
	      const struct ev_oid *ledger)
{
	struct ev_ledger *l = NULL;
	struct ev_oid named;
	char *ref = NULL;
	enum ev_objtype type;
	int64_t now = ev_now();
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_repo_resolve(&named, &type, r, name);
	if (ret == 0)
		ret = ev_repo_commit(&out->commit, r, name);
	if (ret == 0)
		ret = ev_repo_tree_of(&out->tree, r, &out->commit);
	if (ret < 0)
		goto out;
	if (type == EV_OBJ_TAG) {
		out->has_tag = true;
		ref = tag_ref(r, name, &named);
		ret = ev_object_signature(&out->tag_sig, r, trust, &named, ref,
					  now);
	}
	if (ret == 0)
		ret = ev_object_signature(&out->commit_sig, r, trust,
					  &out->commit, NULL, now);
	if (ret == 0)
		ret = ev_ledger_open(&l, r, trust, ledger);
	if (ret == 0)
		ret = check_lines(out, l, r, trust);
	if (ret < 0)
		goto out;
	add_signature(&out->findings, "tag", &out->tag_sig);
	add_signature(&out->findings, "commit", &out->commit_sig);
	out->ledger_absent = ev_ledger_absent(l);
	if (out->ledger_absent)
		ev_strs_addf(&out->missing, "the ledger is not in this clone");
	else if (!has_evidence(&out->lines))
		ev_strs_addf(&out->missing, "no record counts for this commit");
	out->outcome = out->findings.n ? 1 : out->missing.n ? 2 : 0;
out:
	free(ref);
	ev_ledger_close(l);
	return ret;
}
