#include "base/compat.h"

#include "study/validate.h"

#include "base/error.h"
#include "base/mem.h"
#include "repo/git.h"
#include "study/lines.h"

/* A live record of the name that is looked for. */
struct found {
	char record[65];
	int64_t signed_at;
	bool before;			/* of the candidate, or of an ancestor */
	struct ev_artifacts artifacts;
};

struct wanted {
	struct ev_ledger *l;
	struct ev_repo *r;
	const struct ev_oid *commit, *tree;	/* NULL: no candidate */
	char *name, *artifact;
	struct found *items;
	size_t n, cap;
};

/* Ids of the cohort, as they may be spelt elsewhere. */
struct patients {
	const struct ev_cohort *c;
	struct folded { char *id; uint32_t patient; } *items;
	uint8_t *seen;			/* SAME, ALIKE */
	size_t ids;			/* in the lists, whosever */
};
enum { ALIKE = 1, SAME };

/* Records ----------------------------------------------------------------- */

static int is_before(bool *out, const struct wanted *w,
		     const struct ev_record *x)
{
	enum ev_ancestry a;
	int ret;

	*out = w->commit && x->has_tree && ev_oid_eq(&x->tree, w->tree);
	if (*out || !w->commit || !x->has_commit)
		return 0;
	ret = ev_repo_before(&a, w->r, &x->commit, w->commit);
	*out = a == EV_BEFORE;
	if (ret == 0 && a == EV_BEFORE_UNKNOWN)
		ret = ev_fail(EV_ENOTFOUND, "history is cut off here, and what "
			      "lineage record %.12s is about may go before it",
			      x->id);
	return ret;
}

static int take(void *data, const struct ev_line *line)
{
	struct wanted *w = data;
	const struct ev_record *x = &line->record;
	struct found *f;
	int ret;

	if (line->state != EV_LIVE || strcmp(x->name, w->name))
		return 0;
	EV_GROW(w->items, w->n, w->cap);
	f = &w->items[w->n];
	memset(f, 0, sizeof(*f));
	memcpy(f->record, x->id, sizeof(f->record));
	f->signed_at = x->signed_at;
	ret = is_before(&f->before, w, x);
	if (ret == 0)
		ret = ev_line_artifacts(&f->artifacts, w->l, line);
	w->n++;
	return ret;
}

static void swap(struct found *a, struct found *b)
{
	struct found x = *a;

	*a = *b;
	*b = x;
}

/* Of those that go before the candidate the newest one counts, whatever others
 * say elsewhere, and all that were signed in that second; how many it are. */
static size_t choose(struct wanted *w)
{
	int64_t newest = INT64_MIN;
	size_t i, n = 0;

	for (i = 0; i < w->n; i++)
		if (w->items[i].before && w->items[i].signed_at > newest)
			newest = w->items[i].signed_at;
	for (i = 0; i < w->n; i++)
		if (w->items[i].before && w->items[i].signed_at == newest)
			swap(&w->items[n++], &w->items[i]);
	return n ? n : w->n;
}

static int read_list(struct ev_buf *out, const struct wanted *w,
		     const struct found *f)
{
	size_t i;

	for (i = 0; i < f->artifacts.n; i++)
		if (!strcmp(f->artifacts.items[i].name, w->artifact))
			return ev_artifact_read(out, w->r,
						&f->artifacts.items[i]);
	return ev_fail(EV_ENOTFOUND, "lineage record '%s' keeps no '%s'",
		       w->name, w->artifact);
}

/* Patients ---------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	const struct folded *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static void patients_init(struct patients *p, const struct ev_cohort *c)
{
	uint32_t i;

	memset(p, 0, sizeof(*p));
	p->c = c;
	p->seen = ev_calloc((size_t)c->patients + 1, 1);
	p->items = ev_calloc((size_t)c->patients + 1, sizeof(*p->items));
	for (i = 0; i < c->patients; i++) {
		p->items[i].id = ev_cohort_fold(ev_cohort_patient(c, i));
		p->items[i].patient = i;
	}
	qsort(p->items, c->patients, sizeof(*p->items), by_id);
}

static void patients_release(struct patients *p)
{
	uint32_t i;

	for (i = 0; i < p->c->patients; i++)
		free(p->items[i].id);
	free(p->items);
	free(p->seen);
}

static void note_id(struct patients *p, const char *id)
{
	struct folded key = { ev_cohort_fold(id), 0 }, *at, *end;

	p->ids += *key.id != '\0';
	at = bsearch(&key, p->items, p->c->patients, sizeof(key), by_id);
	end = p->items + p->c->patients;
	while (at && at > p->items && !by_id(at - 1, &key))
		at--;
	for (; at && at < end && !by_id(at, &key); at++) {
		uint8_t *seen = &p->seen[at->patient];

		if (!strcmp(ev_cohort_patient(p->c, at->patient), id))
			*seen = SAME;
		else if (!*seen)
			*seen = ALIKE;
	}
	free(key.id);
}

static void note_ids(struct patients *p, struct ev_buf *text)
{
	char *line = text->ptr, *end = text->ptr + text->len, *lf;
	size_t n;

	if (ev_starts_with(line, "\xef\xbb\xbf"))
		line += 3;
	for (; line < end; line = lf + 1) {
		lf = memchr(line, '\n', (size_t)(end - line));
		if (!lf)
			lf = end;
		*lf = 0;
		n = strlen(line);
		if (n && line[n - 1] == '\r')
			line[n - 1] = 0;
		note_id(p, line);
	}
}

static uint32_t count(const struct patients *p, uint8_t how)
{
	uint32_t i, n = 0;

	for (i = 0; i < p->c->patients; i++)
		n += p->seen[i] == how;
	return n;
}

static void judge(struct ev_evaluation *e, const struct wanted *w,
		  const struct patients *p)
{
	uint32_t same = count(p, SAME), alike = count(p, ALIKE);

	if (!p->ids)
		ev_evaluation_cap(e, EV_OUT_INCOMPLETE, "'%s' of lineage "
				  "record '%s' names no patients", w->artifact,
				  w->name);
	if (same)
		ev_evaluation_cap(e, EV_OUT_FAIL, "%u of %u patients are in "
				  "'%s' as well", same, p->c->patients,
				  w->name);
	if (alike)
		ev_evaluation_cap(e, EV_OUT_REVIEW, "%u of %u patients may be "
				  "in '%s' as well: ids differ only in case, "
				  "blanks or the form of letters", alike,
				  p->c->patients, w->name);
}

static int look_at_lists(struct ev_evaluation *e, struct wanted *w)
{
	struct ev_buf text = EV_BUF_INIT;
	struct patients p;
	size_t i, n;
	int ret = ev_each_line(w->l, EV_KIND_LINEAGE, take, w);

	if (ret == 0 && !w->n)
		ret = ev_fail(EV_ENOTFOUND, "no lineage record '%s' counts",
			      w->name);
	if (ret < 0)
		return ret;
	patients_init(&p, e->cohort);
	n = choose(w);
	for (i = 0; ret == 0 && i < n; i++) {
		ev_buf_clear(&text);
		ret = read_list(&text, w, &w->items[i]);
		if (ret == 0)
			note_ids(&p, &text);
	}
	if (ret == 0)
		judge(e, w, &p);
	patients_release(&p);
	ev_buf_release(&text);
	return ret;
}

static int look_at(struct ev_evaluation *e, const struct wanted *all,
		   const char *spec)
{
	struct wanted w = *all;
	const char *hash = strchr(spec, '#'), *name;
	size_t i;
	int ret;

	/* "evidence:lineage/NAME#ARTIFACT", as the suite was read */
	name = strchr(spec, '/') + 1;
	w.name = ev_strndup(name, (size_t)(hash - name));
	w.artifact = ev_strdup(hash + 1);
	ret = look_at_lists(e, &w);
	if (ret == EV_ENOTFOUND || ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_evaluation_cap(e, EV_OUT_INCOMPLETE, "whether patients of "
				  "'%s' are here is not known: %s (git "
				  "evidence sync --artifacts, or attach "
				  "lineage --artifact %s=<file>)", w.name,
				  ev_error_last()->message, w.artifact);
		ev_error_clear();
		ret = 0;
	}
	for (i = 0; i < w.n; i++)
		ev_artifacts_release(&w.items[i].artifacts);
	free(w.items);
	free(w.name);
	free(w.artifact);
	return ret;
}

int ev_leakage_look(struct ev_evaluation *e, struct ev_repo *r,
		    struct ev_trust *trust, const struct ev_oid *ledger,
		    const struct ev_oid *commit)
{
	const struct ev_strs *list = &e->suite->dataset.no_overlap_with;
	struct ev_oid tree;
	struct wanted w = { .r = r, .commit = commit, .tree = &tree };
	size_t i;
	int ret = ev_ledger_open(&w.l, r, trust, ledger);

	if (ret == 0 && commit)
		ret = ev_repo_tree_of(&tree, r, commit);
	for (i = 0; ret == 0 && i < list->n; i++)
		ret = look_at(e, &w, list->items[i]);
	ev_ledger_close(w.l);
	return ret;
}
