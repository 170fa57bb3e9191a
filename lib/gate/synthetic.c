#include "base/compat.h"

#include "gate/records.h"

#include "base/error.h"
#include "base/mem.h"
#include "ledger/artifact.h"
#include "study/generator.h"

/* What the ledger knows; once. */
static int known(const struct ev_known_cohorts **out, struct ev_case *c)
{
	int ret = 0;

	if (!c->cohorts) {
		c->cohorts = ev_calloc(1, sizeof(*c->cohorts));
		ret = ev_known_cohorts_load(c->cohorts, c->ledger);
	}
	*out = c->cohorts;
	return ret;
}

void ev_case_cohorts_release(struct ev_case *c)
{
	if (c->cohorts)
		ev_known_cohorts_release(c->cohorts);
	free(c->cohorts);
	c->cohorts = NULL;
}

static void name(struct ev_buf *out, const char *pack, const char *record)
{
	ev_buf_adds(out, " (");
	ev_words_clip(out, pack ? pack : "another generator", 60);
	if (record && *record)
		ev_buf_addf(out, ", generator record %.12s", record);
	ev_buf_addc(out, ')');
}

/* Data ---------------------------------------------------------------------- */

static void deny(struct ev_record_rule *r, struct ev_pick *p, bool simulated,
		 const char *pack, const char *record)
{
	struct ev_buf text = EV_BUF_INIT;

	ev_buf_adds(&text, simulated ? "its scores are simulated" :
		    "its data are a synthetic cohort's");
	name(&text, pack, record);
	ev_buf_adds(&text, simulated ? ", and no device's" :
		    ", and real_world data are asked for");
	snprintf(p->denied, sizeof(p->denied), "%s", text.ptr);
	r->denied = true;
	ev_buf_release(&text);
}

/* What cannot be read is taken for the worst. */
static bool said(struct ev_record_rule *r, struct ev_pick *p, bool real)
{
	const struct ev_value *l = ev_get(p->predicate, "syntheticData"), *v;
	const struct ev_value *simulated;
	size_t i;

	if (!l || l->type == EV_NULL)
		return false;
	for (i = 0; l->type == EV_LIST && i < l->n; i++) {
		v = l->items[i];
		simulated = ev_get(v, "simulatedScore");
		if (!simulated || simulated->type != EV_BOOL ||
		    simulated->boolean || real) {
			deny(r, p, !real, ev_get_string(v, "pack"),
			     ev_get_string(v, "record"));
			return true;
		}
	}
	if (l->type != EV_LIST)
		deny(r, p, !real, NULL, NULL);
	return l->type != EV_LIST;
}

/* The predictions that a report keeps, where they are here; what people removed
 * is not looked for. */
static int read_kept(struct ev_buf *out, struct ev_case *c,
		     const struct ev_pick *p)
{
	struct ev_artifacts l = EV_ARTIFACTS_INIT;
	struct ev_buf text = EV_BUF_INIT;
	size_t i;
	int ret = ev_ledger_text(&text, c->ledger, p->line);

	if (ret == 0)
		ret = ev_artifacts_named(&l, text.ptr, text.len);
	for (i = 0; ret == 0 && i < l.n; i++)
		if (!strcmp(l.items[i].name, "predictions"))
			break;
	if (ret == 0 && i < l.n)
		ret = ev_artifact_read(out, c->repo, &l.items[i]);
	if (ret == EV_ENOTFOUND || ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();
		ret = 0;
	}
	ev_artifacts_release(&l);
	ev_buf_release(&text);
	return ret;
}

static const struct ev_known_cohort *
by_digest(const struct ev_known_cohorts *all, const struct ev_value *report)
{
	static const char *const inputs[] = {
		"inputs.predictions", "inputs.data",
	};
	const struct ev_known_cohort *found = NULL;
	size_t i;

	for (i = 0; !found && i < EV_ARRAY_SIZE(inputs); i++)
		found = ev_cohorts_find_digest(all,
			ev_get_string(ev_get_path(report, inputs[i]),
				      "digest"));
	return found;
}

static int look(struct ev_record_rule *r, struct ev_pick *p,
		struct ev_case *c)
{
	const struct ev_known_cohorts *all;
	const struct ev_known_cohort *found;
	struct ev_buf text = EV_BUF_INIT;
	int ret = known(&all, c);

	if (ret < 0 || !all->n)
		return ret;
	found = by_digest(all, p->predicate);
	if (!found) {
		ret = read_kept(&text, c, p);
		if (ret == 0)
			found = ev_cohorts_find_text(all, text.ptr, text.len);
		ev_buf_release(&text);
	}
	if (found)
		deny(r, p, false, found->says.pack, found->record);
	return ret;
}

int ev_report_synthetic(struct ev_record_rule *r, struct ev_case *c)
{
	bool real = r->report->real_world || r->report->file->real_world;
	struct ev_pick *p;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < r->picks.n; i++) {
		p = &r->picks.items[i];
		if (!said(r, p, real) && real)
			ret = look(r, p, c);
	}
	if (r->denied)
		ev_picks_sort(&r->picks);
	return ret;
}

/* Manifest ------------------------------------------------------------------ */

int ev_manifest_synthetic(bool *is, struct ev_buf *why, struct ev_case *c)
{
	const struct ev_known_cohorts *all;
	const struct ev_known_cohort *found;
	const struct ev_value *v;
	size_t i;
	int ret = 0;

	*is = false;
	for (i = 0; ret == 0 && !*is && i < c->manifests.n; i++) {
		v = ev_get(c->manifests.items[i].predicate,
			   "validation_data");
		if (!ev_streq(ev_get_string(v, "kind"), "real_world"))
			continue;
		ret = known(&all, c);
		if (ret < 0)
			break;
		found = ev_cohorts_find_digest(all, ev_get_string(v, "digest"));
		if (!found)
			continue;
		*is = true;
		ev_buf_adds(why, "validation_data says real_world, and is a "
			    "synthetic cohort");
		name(why, found->says.pack, found->record);
		ev_words_record(why, c, &c->manifests.items[i]);
	}
	return ret;
}
