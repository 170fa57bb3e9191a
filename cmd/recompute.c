#include "base/compat.h"

#include "cmd/recompute.h"

#include "base/error.h"
#include "base/mem.h"

static const char *const pages[] = {
	[EV_PAGE_NONE] = NULL, [EV_PAGE_SAME] = "same",
	[EV_PAGE_DIFFERS] = "differs", [EV_PAGE_ABSENT] = "absent",
	[EV_PAGE_OTHER_VERSION] = "other_version",
};

/* Why it was not compared, or NULL. */
static const char *page_said(enum ev_page_state page)
{
	if (page == EV_PAGE_ABSENT)
		return "it is not here";
	return page == EV_PAGE_OTHER_VERSION ? "another version of "
		"git-evidence made it, and this one makes another" : NULL;
}

static struct recomputed *add(struct recomputed_list *l,
			      const struct ev_record *r)
{
	struct recomputed *x;

	EV_GROW(l->items, l->n, l->cap);
	x = &l->items[l->n++];
	memset(x, 0, sizeof(*x));
	memcpy(x->record, r->id, sizeof(x->record));
	x->kind = ev_kind_name(r->kind);
	x->name = ev_strdup(r->name);
	return x;
}

static void fail(struct ev_verification *v, const struct recomputed *x,
		 const struct ev_recomputed *found)
{
	size_t i;

	for (i = 0; i < found->differences.n; i++)
		ev_strs_addf(&v->findings, "%s '%s' %.12s: %s", x->kind,
			     x->name, x->record, found->differences.items[i]);
	if (found->more)
		ev_strs_addf(&v->findings, "%s '%s' %.12s: %zu more differ",
			     x->kind, x->name, x->record, found->more);
	v->outcome = 1;
}

/* Input that cannot be read is as good as absent: nothing was shown. */
static void miss(struct ev_verification *v, const struct recomputed *x)
{
	ev_strs_addf(&v->missing, "%s '%s' %.12s is not recomputed: %s",
		     x->kind, x->name, x->record, ev_error_last()->message);
	if (!v->outcome)
		v->outcome = 2;
	ev_error_clear();
}

/* An artifact that was removed; nothing is computed from a `page`. */
static const char *expunged(const struct ev_verification *v,
			    const struct recomputed *x, bool page)
{
	size_t i;

	for (i = 0; i < v->nartifacts; i++)
		if (v->artifacts[i].state == EV_ARTIFACT_EXPUNGED &&
		    !strcmp(v->artifacts[i].record, x->record) &&
		    ev_ends_with(v->artifacts[i].a.name, ".html") == page)
			return v->artifacts[i].a.name;
	return NULL;
}

/* A page that nobody compared has shown nothing; one that was removed, as
 * people have signed, need not. */
static void miss_page(struct ev_verification *v, const struct recomputed *x)
{
	const char *why = page_said(x->page);

	if (!why || (x->page == EV_PAGE_ABSENT && expunged(v, x, true)))
		return;
	ev_strs_addf(&v->missing, "%s '%s' %.12s: report.html was not "
		     "compared: %s", x->kind, x->name, x->record, why);
	if (!v->outcome)
		v->outcome = 2;
}

/* Whether its bytes still lie around here, or not. */
static int recompute(struct ev_recomputed *out, struct ev_repo *r,
		     struct ev_ledger *l, const struct ev_line *line,
		     const char *removed)
{
	if (!removed)
		return ev_recompute(out, r, l, line);
	memset(out, 0, sizeof(*out));
	return ev_fail(EV_ENOTFOUND, "artifact '%s' was removed, as people "
		       "have signed", removed);
}

int recompute_reports(struct recomputed_list *out, struct ev_verification *v,
		      const struct reader *reader, struct ev_repo *r)
{
	struct ev_recomputed found;
	struct ev_ledger *l = NULL;
	struct recomputed *x;
	size_t i;
	int ret;

	ret = ev_ledger_open(&l, r, reader->trust, reader_ledger(reader));
	for (i = 0; ret == 0 && i < v->lines.n; i++) {
		if (v->lines.items[i].state != EV_LIVE ||
		    (v->lines.items[i].record.kind != EV_KIND_REPORT &&
		     v->lines.items[i].record.kind != EV_KIND_GENERATOR))
			continue;
		x = add(out, &v->lines.items[i].record);
		ret = recompute(&found, r, l, &v->lines.items[i],
				expunged(v, x, false));
		if (ret > 0) {
			free(x->name);
			out->n--;
			ret = 0;
			continue;
		}
		x->done = ret == 0;
		x->numbers = found.numbers;
		x->differences = found.differences.n + found.more;
		x->page = found.page;
		if (ret == 0 && x->differences)
			fail(v, x, &found);
		if (ret == 0)
			miss_page(v, x);
		if (ret == EV_ENOTFOUND || ret == EV_EINVALID ||
		    ret == EV_ELIMIT) {
			miss(v, x);
			ret = 0;
		}
		ev_recomputed_release(&found);
	}
	ev_ledger_close(l);
	return ret;
}

void recomputed_json(struct ev_json *j, const struct recomputed_list *l)
{
	size_t i;

	ev_json_key(j, "recomputed");
	ev_json_list(j);
	for (i = 0; i < l->n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "record", l->items[i].record);
		ev_json_kv(j, "kind", l->items[i].kind);
		ev_json_kv(j, "name", l->items[i].name);
		ev_json_kvb(j, "done", l->items[i].done);
		ev_json_kvi(j, "numbers", (int64_t)l->items[i].numbers);
		ev_json_kvi(j, "differences",
			    (int64_t)l->items[i].differences);
		ev_json_kv(j, "page", pages[l->items[i].page]);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void tell_same(const struct recomputed *x)
{
	if (!strcmp(x->kind, "report"))
		out_line("%zu numbers, digit for digit", x->numbers);
	else
		out_line("%zu file%s drawn again, byte for byte", x->numbers,
			 x->numbers == 1 ? "" : "s");
}

void recomputed_print(const struct recomputed_list *l)
{
	const struct recomputed *x;
	char what[160];
	size_t i;

	for (i = 0; i < l->n; i++) {
		x = &l->items[i];
		snprintf(what, sizeof(what), "%s %s", x->kind, x->name);
		out_raw("  ", 2);
		if (!x->done)
			out_word(COLOUR_WARN, "not done", 11);
		else if (x->differences)
			out_word(COLOUR_BAD, "differs", 11);
		else
			out_word(COLOUR_GOOD, "recomputed", 11);
		out_cell(what, 29);
		if (!x->done)
			out_line("nothing was compared");
		else if (x->differences)
			out_line("%zu difference%s", x->differences,
				 x->differences == 1 ? "" : "s");
		else
			tell_same(x);
		if (x->done && page_said(x->page))
			out_line("%42sreport.html was not compared", "");
	}
}

void recomputed_release(struct recomputed_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->items[i].name);
	free(l->items);
	memset(l, 0, sizeof(*l));
}
