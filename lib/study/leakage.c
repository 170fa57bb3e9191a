#include "base/compat.h"

#include "study/validate.h"

#include "base/error.h"
#include "base/mem.h"
#include "ledger/artifact.h"

struct wanted {
	struct ev_ledger *l;
	char *name, *artifact;
	bool found;
	int64_t signed_at;
	struct ev_buf text;		/* of the newest line */
};

static int take_newer(struct wanted *w, const struct ev_lines *lines)
{
	const struct ev_line *l;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < lines->n; i++) {
		l = &lines->items[i];
		if (l->state != EV_LIVE || l->record.kind != EV_KIND_LINEAGE ||
		    strcmp(l->record.name, w->name) ||
		    (w->found && l->record.signed_at <= w->signed_at))
			continue;
		w->found = true;
		w->signed_at = l->record.signed_at;
		ev_buf_clear(&w->text);
		ret = ev_ledger_text(&w->text, w->l, l);
	}
	return ret;
}

static int find_record(struct wanted *w)
{
	struct ev_subjects subjects = { 0 };
	struct ev_lines lines = EV_LINES_INIT;
	size_t i;
	int ret = ev_ledger_subjects(&subjects, w->l, EV_KIND_LINEAGE);

	for (i = 0; ret == 0 && i < subjects.n; i++) {
		ret = ev_ledger_lines(&lines, w->l, &subjects.items[i].commit,
				      &subjects.items[i].tree);
		if (ret == 0)
			ret = take_newer(w, &lines);
		ev_lines_release(&lines);
	}
	ev_subjects_release(&subjects);
	if (ret == 0 && !w->found)
		ret = ev_fail(EV_ENOTFOUND, "no lineage record '%s' counts",
			      w->name);
	return ret;
}

static int read_patients(struct ev_buf *out, struct wanted *w,
			 struct ev_repo *r)
{
	struct ev_artifacts list = EV_ARTIFACTS_INIT;
	size_t i;
	int ret = find_record(w);

	if (ret == 0)
		ret = ev_artifacts_named(&list, w->text.ptr, w->text.len);
	for (i = 0; ret == 0 && i < list.n; i++)
		if (!strcmp(list.items[i].name, w->artifact))
			break;
	if (ret == 0 && i == list.n)
		ret = ev_fail(EV_ENOTFOUND, "lineage record '%s' keeps no "
			      "'%s'", w->name, w->artifact);
	else if (ret == 0)
		ret = ev_artifact_read(out, r, &list.items[i]);
	ev_artifacts_release(&list);
	return ret;
}

/* By the bytes of their ids, as they are numbered. */
static bool find_patient(uint32_t *at, const struct ev_cohort *c,
			 const char *id)
{
	uint32_t low = 0, high = c->patients, mid;
	int cmp;

	while (low < high) {
		mid = low + (high - low) / 2;
		cmp = strcmp(ev_cohort_patient(c, mid), id);
		if (!cmp) {
			*at = mid;
			return true;
		}
		if (cmp < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* How many patients of the cohort stand in a file of ids; -1 if it has none,
 * which is no list of patients. */
static int64_t count_both(const struct ev_cohort *c, struct ev_buf *text)
{
	uint8_t *seen = ev_calloc(c->patients + 1, 1);
	char *line = text->ptr, *end = text->ptr + text->len, *lf;
	int64_t both = 0, ids = 0;
	uint32_t at;
	size_t n;

	for (; line < end; line = lf + 1) {
		lf = memchr(line, '\n', (size_t)(end - line));
		if (!lf)
			lf = end;
		*lf = 0;
		n = strlen(line);
		if (n && line[n - 1] == '\r')
			line[--n] = 0;
		ids += n > 0;
		if (!n || !find_patient(&at, c, line) || seen[at])
			continue;
		seen[at] = 1;
		both++;
	}
	free(seen);
	return ids ? both : -1;
}

static int look_at(struct ev_evaluation *e, struct ev_repo *r,
		   struct ev_ledger *l, const char *spec)
{
	struct wanted w = { .l = l, .text = EV_BUF_INIT };
	const char *hash = strchr(spec, '#'), *name;
	struct ev_buf text = EV_BUF_INIT;
	int64_t both;
	int ret;

	/* "evidence:lineage/NAME#ARTIFACT", as the suite was read */
	name = strchr(spec, '/') + 1;
	w.name = ev_strndup(name, (size_t)(hash - name));
	w.artifact = ev_strdup(hash + 1);
	ret = read_patients(&text, &w, r);
	if (ret == EV_ENOTFOUND || ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_evaluation_cap(e, EV_OUT_INCOMPLETE, "whether patients of "
				  "'%s' are here is not known: %s (git "
				  "evidence sync --artifacts, or attach "
				  "lineage --artifact %s=<file>)", w.name,
				  ev_error_last()->message, w.artifact);
		ev_error_clear();
		ret = 0;
	} else if (ret == 0) {
		both = count_both(e->cohort, &text);
		if (both < 0)
			ev_evaluation_cap(e, EV_OUT_INCOMPLETE, "'%s' of "
					  "lineage record '%s' names no "
					  "patients", w.artifact, w.name);
		else if (both)
			ev_evaluation_cap(e, EV_OUT_FAIL, "%lld of %u patients "
					  "are in '%s' as well",
					  (long long)both, e->cohort->patients,
					  w.name);
	}
	free(w.name);
	free(w.artifact);
	ev_buf_release(&w.text);
	ev_buf_release(&text);
	return ret;
}

int ev_leakage_look(struct ev_evaluation *e, struct ev_repo *r,
		    struct ev_trust *trust, const struct ev_oid *ledger)
{
	const struct ev_strs *list = &e->suite->dataset.no_overlap_with;
	struct ev_ledger *l = NULL;
	size_t i;
	int ret = ev_ledger_open(&l, r, trust, ledger);

	for (i = 0; ret == 0 && i < list->n; i++)
		ret = look_at(e, r, l, list->items[i]);
	ev_ledger_close(l);
	return ret;
}
