#include "base/compat.h"

#include "cmd/validate.h"

#include "base/clock.h"
#include "base/mem.h"
#include "gate/client.h"

static const char *const words[] = { "previous", "anchor" };

static int need_reader(struct validation *v)
{
	if (v->has_reader)
		return 0;
	v->has_reader = true;
	return reader_require(&v->reader, v->ctx->repo);
}

/* The record keeps the bytes and not the name, which says the format. */
static const char *ending_of(const struct ev_buf *bytes)
{
	size_t line = bytes->len ? strcspn(bytes->ptr, "\n") : 0;

	if (bytes->len > 1 && !memcmp(bytes->ptr, "\x1f\x8b", 2))
		return "csv.gz";
	if (bytes->ptr[0] == '{')
		return "jsonl";
	return memchr(bytes->ptr, '\t', line) ? "tsv" : "csv";
}

int validation_past(struct validation *v, int which, const char *release)
{
	struct ev_past_study *past = &v->past[which];
	struct ev_oid commit;
	int ret;

	if (!v->ctx->repo) {
		ret = ev_fail(EV_ENOTFOUND, "'%s' is no file, and there is no "
			      "repository that could know the release",
			      release);
		return ret;
	}
	ret = need_reader(v);
	if (ret == 0)
		ret = rev_read(&commit, &v->reader, v->ctx->repo, release);
	if (ret == EV_ENOTFOUND) {
		ev_fail(EV_ENOTFOUND, "there is no file '%s', and no release "
			"that is known here", release);
		ev_error_hint("git fetch --tags");
		ev_error_hint("git evidence sync");
	}
	if (ret == 0)
		ret = ev_past_study_find(past, v->ctx->repo, v->reader.trust,
					 reader_ledger(&v->reader), &commit,
					 v->suite.id);
	if (ret < 0)
		return ret;
	v->has_past[which] = true;
	past->predictions_name = ev_strdupf("%s: predictions.%s", release,
					    ending_of(&past->predictions));
	return ev_reference_read_memory(&v->reference[which], &v->cohort,
					&v->suite, words[which],
					past->predictions_name,
					past->predictions.ptr,
					past->predictions.len, NULL);
}

int validation_begin(struct validation *v, const char *rev)
{
	int ret;

	if (!v->ctx->repo)
		return ev_fail(EV_ENOTFOUND, "there is no repository to attach "
			       "a report to");
	ret = need_reader(v);
	if (ret == 0)
		ret = rev_read(&v->record.commit, &v->reader, v->ctx->repo,
			       rev);
	if (ret == 0)
		ret = ev_repo_tree_of(&v->tree, v->ctx->repo,
				      &v->record.commit);
	return ret;
}

static int compare_suites(struct validation *v, const struct ev_buf *text)
{
	const struct ev_gate_change *change;
	struct ev_suite before;
	size_t i;
	int ret;

	ret = ev_suite_parse(&before, "suite of the anchor", text->ptr,
			     text->len);
	if (ret < 0)
		return ret;
	ret = ev_gate_diff(&v->custody.diff, &before, &v->suite);
	v->custody.has_anchor_suite = ret == 0;
	for (i = 0; i < v->custody.diff.n; i++) {
		change = &v->custody.diff.items[i];
		ev_strs_addf(&v->custody.lines, "since the anchor's suite: %s: "
			     "%s%s", change->gate, change->what,
			     change->looser ? " (asks less)" : "");
	}
	ev_suite_release(&before);
	return ret;
}

/* Into `out`: of the release's own report, or of the one that measured what the
 * anchor is read from. */
static int find_anchor_suite(struct ev_buf *out, struct validation *v)
{
	const struct ev_reference *anchor = &v->reference[1];

	if (v->has_past[1]) {
		ev_buf_add(out, v->past[1].suite.ptr, v->past[1].suite.len);
		return out->len ? 0 : ev_fail(EV_ENOTFOUND, "report %.12s does "
					      "not keep its suite",
					      v->past[1].record);
	}
	if (!anchor->present || !v->reference_path[1])
		return ev_fail(EV_ENOTFOUND, anchor->present ?
			       "its scores are a column of these data" :
			       "there are no predictions of it");
	return ev_past_suite_find(out, v->ctx->repo, v->reader.trust,
				  reader_ledger(&v->reader), anchor->digest,
				  v->suite.id);
}

/* What this suite asks less than the one that measured the anchor. */
static int look_at_anchor_suite(struct validation *v)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret;

	if (!v->suite.anchor.given && !v->reference[1].present)
		return 0;
	ret = find_anchor_suite(&text, v);
	if (ret == 0) {
		ret = compare_suites(v, &text);
	} else if (ret == EV_ENOTFOUND) {
		v->custody.no_anchor_suite = ev_strdupf(
			"whether the suite asks less than the one that measured "
			"the anchor is not known: %s",
			ev_error_last()->message);
		ev_strs_add(&v->custody.lines, v->custody.no_anchor_suite);
		ev_error_clear();
		ret = 0;
	}
	ev_buf_release(&text);
	return ret;
}

/* What is measured, or is to be: lists of patients may be about it. */
static int candidate_of(const struct ev_oid **out, struct ev_oid *head,
			struct validation *v)
{
	int ret = 0;

	*out = v->attach ? &v->record.commit : head;
	if (!v->attach)
		ret = ev_repo_commit(head, v->ctx->repo, "HEAD");
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		*out = NULL;
		ret = 0;
	}
	return ret;
}

int validation_leakage(struct validation *v)
{
	const struct ev_oid *commit;
	struct ev_oid head;
	int ret = 0;

	if (!v->suite.dataset.no_overlap_with.n)
		return 0;
	if (v->ctx->repo)
		ret = need_reader(v);
	if (ret == 0 && v->ctx->repo) {
		ret = candidate_of(&commit, &head, v);
		return ret < 0 ? ret :
			ev_leakage_look(&v->evaluation, v->ctx->repo,
					v->reader.trust,
					reader_ledger(&v->reader), commit);
	}
	ev_evaluation_cap(&v->evaluation, EV_OUT_INCOMPLETE, "whether patients "
			  "of other data are here is not known: %s", ret < 0 ?
			  ev_error_last()->message : "there is no repository");
	ev_error_clear();
	return 0;
}

int validation_custody(struct validation *v)
{
	int ret;

	ret = ev_custody_look(&v->custody, v->ctx->repo, &v->reader.chain,
			      reader_ledger(&v->reader), &v->suite,
			      &v->cohort, &v->tree, ev_now());
	if (ret == 0)
		ret = look_at_anchor_suite(v);
	if (ret == 0)
		ev_custody_apply(&v->evaluation, &v->custody);
	if (ret == 0)
		ret = ev_streaks_look(&v->evaluation, v->ctx->repo,
				      v->reader.trust,
				      reader_ledger(&v->reader), &v->tree);
	return ret;
}

int validation_attach(struct validation *v, const struct ev_buf *report,
		      const struct ev_buf *page)
{
	struct ev_validation *r = &v->record;
	int ret;

	r->predictions = v->predictions;
	r->suite = v->suite_path;
	r->previous = v->reference_path[0];
	r->anchor = v->reference_path[1];
	if (v->has_past[0])
		r->previous_bytes = &v->past[0].predictions;
	if (v->has_past[1])
		r->anchor_bytes = &v->past[1].predictions;
	r->report = report;
	r->page = page;
	r->dry_run = v->ctx->dry_run;
	ret = ev_validation_attach(&v->written, v->ctx->repo,
				   v->reader.policy, r);
	if (ret == 0 && !v->ctx->dry_run && !r->already)
		ev_unshared_set(v->ctx->repo, true);
	return ret;
}

void validation_release(struct validation *v)
{
	ev_evaluation_release(&v->evaluation);
	ev_custody_release(&v->custody);
	ev_data_use_release(&v->data);
	ev_strs_release(&v->limitations);
	ev_reference_release(&v->reference[0]);
	ev_reference_release(&v->reference[1]);
	if (v->has_past[0])
		ev_past_study_release(&v->past[0]);
	if (v->has_past[1])
		ev_past_study_release(&v->past[1]);
	ev_cohort_release(&v->cohort);
	ev_suite_release(&v->suite);
	if (v->has_reader)
		reader_release(&v->reader);
}
