#include "base/compat.h"

#include "study/validate.h"

#include "base/error.h"
#include "base/mem.h"
#include "study/lines.h"

/* Of several, the one that was signed last: it is what the release was
 * approved with, or what replaced that. */
static const struct ev_line *newest(const struct ev_lines *lines,
				    const char *suite)
{
	const struct ev_line *best = NULL, *l;
	size_t i;

	for (i = 0; i < lines->n; i++) {
		l = &lines->items[i];
		if (l->state == EV_LIVE && l->record.kind == EV_KIND_REPORT &&
		    !strcmp(l->record.name, suite) &&
		    (!best || l->record.signed_at > best->record.signed_at))
			best = l;
	}
	return best;
}

/* 1: read into `out`; 0: the record names no such artifact. */
static int read_artifact(struct ev_buf *out, struct ev_repo *r,
			 const struct ev_artifacts *list, const char *name,
			 const char *record)
{
	size_t i;
	int ret;

	for (i = 0; i < list->n; i++) {
		if (strcmp(list->items[i].name, name))
			continue;
		ret = ev_artifact_read(out, r, &list->items[i]);
		if (ret == EV_ENOTFOUND) {
			ev_fail(EV_ENOTFOUND, "artifact '%s' of report %.12s "
				"is not here", name, record);
			ev_error_hint("git evidence sync --artifacts");
		}
		return ret < 0 ? ret : 1;
	}
	return 0;
}

static int read_both(struct ev_past_study *out, struct ev_repo *r,
		     const struct ev_artifacts *list)
{
	int ret = read_artifact(&out->predictions, r, list, "predictions",
				out->record);

	if (ret == 0)
		return ev_fail(EV_ENOTFOUND, "report %.12s does not keep its "
			       "predictions", out->record);
	if (ret == 1)
		ret = read_artifact(&out->suite, r, list, "suite",
				    out->record);
	return ret < 0 ? ret : 0;
}

static int read_study(struct ev_past_study *out, struct ev_repo *r,
		      struct ev_ledger *l, const struct ev_line *line)
{
	struct ev_artifacts list = EV_ARTIFACTS_INIT;
	int ret;

	memcpy(out->record, line->record.id, sizeof(out->record));
	ret = ev_line_artifacts(&list, l, line);
	if (ret == 0)
		ret = read_both(out, r, &list);
	ev_artifacts_release(&list);
	return ret;
}

int ev_past_study_find(struct ev_past_study *out, struct ev_repo *r,
		       struct ev_trust *trust, const struct ev_oid *ledger,
		       const struct ev_oid *commit, const char *suite_id)
{
	struct ev_lines lines = EV_LINES_INIT;
	const struct ev_line *line;
	struct ev_ledger *l = NULL;
	char hex[EV_OID_HEX + 1];
	struct ev_oid tree;
	int ret;

	memset(out, 0, sizeof(*out));
	ev_buf_init(&out->predictions);
	ev_buf_init(&out->suite);
	ret = ev_repo_tree_of(&tree, r, commit);
	if (ret == 0)
		ret = ev_ledger_open(&l, r, trust, ledger);
	if (ret == 0)
		ret = ev_ledger_lines(&lines, l, commit, &tree);
	if (ret == 0) {
		line = newest(&lines, suite_id);
		ev_oid_hex(hex, commit);
		if (line)
			ret = read_study(out, r, l, line);
		else
			ret = ev_fail(EV_ENOTFOUND, "no report of suite '%s' "
				      "counts for %.12s", suite_id, hex);
	}
	if (ret < 0)
		ev_past_study_release(out);
	ev_lines_release(&lines);
	ev_ledger_close(l);
	return ret;
}

void ev_past_study_release(struct ev_past_study *s)
{
	ev_buf_release(&s->predictions);
	ev_buf_release(&s->suite);
	free(s->predictions_name);
	s->predictions_name = NULL;
}

/* By what was measured ------------------------------------------------------ */

struct measured {
	struct ev_ledger *l;
	struct ev_repo *r;
	const char *suite;		/* its id */
	const char *digest;		/* of the predictions */
	int64_t at;
	struct ev_artifacts artifacts;	/* of the first report */
	char record[65];
};

static int take_earlier(void *data, const struct ev_line *line)
{
	struct measured *m = data;
	const struct ev_record *x = &line->record;
	struct ev_statement st = { 0 };
	const char *digest;
	int ret;

	if (line->state != EV_LIVE || strcmp(x->name, m->suite) ||
	    (*m->record && x->signed_at >= m->at))
		return 0;
	ret = ev_line_statement(&st, m->l, line);
	digest = ev_get_string(ev_get_path(st.predicate, "inputs.predictions"),
			       "digest");
	if (ret == 0 && ev_streq(digest, m->digest)) {
		m->at = x->signed_at;
		memcpy(m->record, x->id, sizeof(m->record));
		ev_artifacts_release(&m->artifacts);
		ret = ev_line_artifacts(&m->artifacts, m->l, line);
	}
	ev_statement_release(&st);
	return ret;
}

int ev_past_suite_find(struct ev_buf *out, struct ev_repo *r,
		       struct ev_trust *trust, const struct ev_oid *ledger,
		       const char *digest, const char *suite_id)
{
	struct measured m = { .r = r, .suite = suite_id, .digest = digest };
	int ret = ev_ledger_open(&m.l, r, trust, ledger);

	if (ret == 0)
		ret = ev_each_line(m.l, EV_KIND_REPORT, take_earlier, &m);
	if (ret == 0 && *m.record)
		ret = read_artifact(out, r, &m.artifacts, "suite", m.record);
	if (ret == 0)
		ret = *m.record ? ev_fail(EV_ENOTFOUND, "report %.12s does "
					  "not keep its suite", m.record) :
			ev_fail(EV_ENOTFOUND, "no report of suite '%s' counts "
				"for these predictions", suite_id);
	ev_artifacts_release(&m.artifacts);
	ev_ledger_close(m.l);
	return ret < 0 ? ret : 0;
}
