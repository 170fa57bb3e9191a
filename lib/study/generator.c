#include "base/compat.h"

#include "study/generator.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"
#include "ledger/artifact.h"
#include "ledger/decision.h"
#include "study/attach.h"
#include "study/report.h"

/* What says which cohort it is, and what it is for. */
static const char *const kept[] = {
	"allowed_uses", "cohort_digest", "derived_from_patient_data",
	"expires", "generator", "id_prefix", "inputs", "key_scope",
	"limitations", "manifest_id", "n_patients", "n_rows", "outputs",
	"pack", "parents", "prohibited_uses", "reference_date", "schema",
	"schema_version", "seed", "simulated_score",
};

static int abridge(struct ev_buf *out, const struct ev_value *m)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;
	size_t i;

	ev_json_init(&j, &text);
	ev_json_object(&j);
	for (i = 0; i < EV_ARRAY_SIZE(kept); i++) {
		if (!ev_get(m, kept[i]))
			continue;
		ev_json_key(&j, kept[i]);
		ev_json_value(&j, ev_get(m, kept[i]));
	}
	ev_json_kvb(&j, "abridged", true);
	ev_json_end_object(&j);
	ev_buf_add(out, text.ptr + 1, text.len - 2);
	ev_buf_release(&text);
	return 0;
}

static int add_bytes(struct ev_draft *d, struct ev_repo *r, const char *name,
		     const char *type, const struct ev_buf *bytes)
{
	struct ev_buf copy = EV_BUF_INIT;
	int ret;

	ev_buf_add(&copy, bytes->ptr, bytes->len);
	ret = ev_artifact_add_bytes(&d->artifacts, r, name, type, &copy);
	ev_buf_release(&copy);
	return ret;
}

/* The pack is read again to be kept: it has to be what was drawn from. */
static int add_pack(struct ev_draft *d, struct ev_repo *r,
		    const struct ev_generation *g, const struct ev_value *m)
{
	const char *digest = ev_get_string(ev_get(m, "pack"), "digest");
	char *spec = ev_strdupf("pack=%s", g->pack);
	int ret = ev_artifact_add(&d->artifacts, r, spec);

	free(spec);
	if (ret < 0 || (digest && ev_streq(digest + 7,
					   d->artifacts.items[0].sha256)))
		return ret;
	ev_fail(EV_ECONFLICT, "pack '%s' is not the one any more that the "
		"cohort was drawn from", g->pack);
	ev_error_hint("name a file that stays as it is");
	return EV_ECONFLICT;
}

static int prepare(struct ev_draft *d, struct ev_repo *r,
		   struct ev_policy *policy, struct ev_generation *g)
{
	int ret;

	d->commit = g->commit;
	d->supersedes = g->supersedes;
	d->because = g->because;
	if (!g->supersedes != !g->because)
		return ev_fail(EV_EINVALID, "superseding needs both the id of "
			       "a record and a reason");
	ret = ev_repo_tree_of(&d->tree, r, &g->commit);
	if (ret == 0)
		ret = ev_draft_key(g->signer, r, &policy->trust, g->key);
	return ret;
}

int ev_generation_attach(struct ev_written *out, struct ev_repo *r,
			 struct ev_policy *policy, struct ev_generation *g)
{
	struct ev_value *m = NULL;
	struct ev_draft d;
	int ret;

	memset(out, 0, sizeof(*out));
	ev_draft_init(&d, EV_KIND_GENERATOR);
	ret = ev_json_read(&m, "manifest.json", g->manifest->ptr,
			   g->manifest->len);
	if (ret == 0)
		ret = ev_synth_manifest_check(m);
	if (ret == 0) {
		d.name = g->name ? g->name :
			ev_get_string(ev_get(m, "pack"), "id");
		ret = d.name ? ev_check_record_name(d.name) :
			ev_fail(EV_EINVALID, "the manifest names no pack");
	}
	if (ret == 0)
		ret = prepare(&d, r, policy, g);
	if (ret == 0)
		ret = add_pack(&d, r, g, m);
	if (ret == 0)
		ret = add_bytes(&d, r, "manifest.json", "application/json",
				g->manifest);
	if (ret == 0 && g->page)
		ret = add_bytes(&d, r, "guardrails.html", "text/html",
				g->page);
	if (ret == 0)
		ret = g->manifest->len <= EV_GENERATOR_INLINE ?
			ev_draft_members(&d.members, m) :
			abridge(&d.members, m);
	if (ret == 0)
		ret = ev_draft_write(out, r, &policy->trust, &d, g->signer,
				     g->dry_run);
	ev_draft_release(&d);
	ev_value_free(m);
	return ret;
}

/* Approval of the pack ------------------------------------------------------ */

/* A line of a control set: digest, two spaces, path. */
static bool has_pack(const struct ev_buf *set, const char *hex)
{
	const char *at = set->ptr, *end = set->ptr + set->len, *lf;

	for (; at < end; at = lf + 1) {
		lf = memchr(at, '\n', (size_t)(end - at));
		if (!lf)
			break;
		if (lf - at > 66 && !memcmp(at, hex, 64) &&
		    memmem(at, (size_t)(lf - at), "/packs/", 7))
			return true;
	}
	return false;
}

int ev_pack_approved(struct ev_strs *out, struct ev_repo *r,
		     const struct ev_chain *chain,
		     const struct ev_evidence *e, const char *digest,
		     int64_t now)
{
	struct ev_policy *p = chain->in_force;
	struct ev_decideds l = { NULL, 0, 0 };
	struct ev_buf set = EV_BUF_INIT;
	char link[72], *prefix;
	size_t i;
	int ret;

	if (!p || strlen(digest) != 71)
		return 0;
	ret = ev_control_set(&set, link, r, &p->tree);
	if (ret == 0 && has_pack(&set, digest + 7)) {
		prefix = ev_strdupf(EV_TAGS "policy/%.12s/", p->link + 7);
		ret = ev_decideds_load(&l, NULL, r, &p->trust, e, prefix, now);
		free(prefix);
	}
	for (i = 0; ret == 0 && i < l.n; i++)
		if (l.items[i].sig == EV_OBJSIG_GOOD && l.items[i].person &&
		    ev_streq(l.items[i].d.control_set, p->link))
			ev_strs_addf(out, "%s (%s)", l.items[i].person->name,
				     l.items[i].d.role);
	ev_strs_sort(out);
	ev_strs_uniq(out);
	ev_decideds_release(&l);
	ev_buf_release(&set);
	return ret;
}
