#include "base/compat.h"

#include "study/validate.h"

#include "base/error.h"
#include "base/mem.h"
#include "clinical/suite.h"
#include "data/json.h"
#include "study/lines.h"

/* The newest report of the suite about one content. */
struct past {
	struct ev_oid tree;
	struct ev_line *line;		/* in `lines` of the search */
	int64_t at;
	struct ev_value *statement;	/* read when it is asked for */
};
struct search {
	struct ev_ledger *l;
	const char *suite;
	const struct ev_oid *tree;	/* of the candidate: not counted */
	struct ev_lines *lines;		/* by subject */
	size_t n_lines;
	struct past *items;
	size_t n, cap;
};

static void note(struct search *s, struct ev_line *line)
{
	const struct ev_record *r = &line->record;
	struct past *p;
	size_t i;

	if ((line->state != EV_LIVE && !line->stood) ||
	    r->kind != EV_KIND_REPORT || strcmp(r->name, s->suite) ||
	    !r->has_tree || ev_oid_eq(&r->tree, s->tree))
		return;
	for (i = 0; i < s->n && !ev_oid_eq(&s->items[i].tree, &r->tree); i++)
		;
	if (i == s->n) {
		EV_GROW(s->items, s->n, s->cap);
		memset(&s->items[s->n++], 0, sizeof(*s->items));
	}
	p = &s->items[i];
	if (p->line && p->at >= r->signed_at)
		return;
	p->tree = r->tree;
	p->line = line;
	p->at = r->signed_at;
}

static int newest_first(const void *a, const void *b)
{
	const struct past *x = a, *y = b;

	if (x->at != y->at)
		return x->at > y->at ? -1 : 1;
	return strcmp(x->line->record.id, y->line->record.id);
}

static int gather(struct search *s)
{
	struct ev_subjects subjects = { 0 };
	size_t i, k;
	int ret = ev_ledger_subjects(&subjects, s->l, EV_KIND_REPORT);

	s->lines = ev_calloc(subjects.n + 1, sizeof(*s->lines));
	for (i = 0; ret == 0 && i < subjects.n; i++) {
		struct ev_lines *lines = &s->lines[s->n_lines++];

		ret = ev_ledger_lines(lines, s->l, &subjects.items[i].commit,
				      &subjects.items[i].tree);
		for (k = 0; ret == 0 && k < lines->n; k++)
			note(s, &lines->items[k]);
	}
	ev_subjects_release(&subjects);
	if (ret == 0 && s->n)
		qsort(s->items, s->n, sizeof(*s->items), newest_first);
	return ret;
}

static int read_statement(struct past *p, struct ev_ledger *l)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret = 0;

	if (p->statement)
		return 0;
	ret = ev_line_payload(&text, l, p->line);
	if (ret == 0)
		ret = ev_json_read(&p->statement, "report", text.ptr,
				   text.len);
	ev_buf_release(&text);
	return ret;
}

/* Was the gate judged, and did one of its rows not pass? */
static bool had_review(const struct past *p, const char *gate)
{
	const struct ev_value *gates = ev_get_path(p->statement,
						   "predicate.gates");
	size_t i;

	for (i = 0; gates && gates->type == EV_LIST && i < gates->n; i++)
		if (ev_streq(ev_get_string(gates->items[i], "id"), gate) &&
		    !ev_streq(ev_get_string(gates->items[i], "outcome"),
			      "pass"))
			return true;
	return false;
}

/*
 * 1 if the gate of this row has been in review so often without a break.
 * Of reports of the same second nobody knows which came first: what passed
 * breaks nothing as long as what did not is enough.
 */
static int is_streak(struct search *s, const char *gate, size_t times)
{
	size_t i = 0, seen = 1;
	bool broken = false;
	int64_t at;
	int ret;

	while (seen < times && i < s->n && !broken) {
		for (at = s->items[i].at; i < s->n && s->items[i].at == at;
		     i++) {
			ret = read_statement(&s->items[i], s->l);
			if (ret < 0)
				return ret;
			if (had_review(&s->items[i], gate))
				seen++;
			else
				broken = true;
		}
	}
	return seen >= times;
}

static int look(struct ev_evaluation *e, struct search *s,
		const struct ev_escalation *x, size_t times)
{
	struct ev_trigger *t;
	const char *gate;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < e->n_rows; i++) {
		gate = e->suite->gates[e->rows[i].gate].id;
		if (e->rows[i].outcome != EV_OUT_PASS)
			ret = is_streak(s, gate, times);
	}
	if (ret <= 0)
		return ret;
	e->triggers = ev_realloc(e->triggers, (e->n_triggers + 1) *
				 sizeof(*e->triggers));
	t = &e->triggers[e->n_triggers++];
	t->when = ev_strdup(x->when);
	t->roles = &x->roles;
	t->why = ev_strdupf("%s has not passed %zu times in a row", gate,
			    times);
	return 0;
}

int ev_streaks_look(struct ev_evaluation *e, struct ev_repo *r,
		    struct ev_trust *trust, const struct ev_oid *ledger,
		    const struct ev_oid *tree)
{
	const struct ev_suite *s = e->suite;
	struct search w = { .suite = s->id, .tree = tree };
	bool gathered = false;
	unsigned times;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < s->n_escalations; i++) {
		times = ev_escalation_times(s->escalations[i].when);
		if (!times)
			continue;
		if (!gathered) {
			ret = ev_ledger_open(&w.l, r, trust, ledger);
			if (ret == 0)
				ret = gather(&w);
			gathered = true;
		}
		if (ret == 0)
			ret = look(e, &w, &s->escalations[i], times);
	}
	for (i = 0; i < w.n; i++)
		ev_value_free(w.items[i].statement);
	free(w.items);
	for (i = 0; i < w.n_lines; i++)
		ev_lines_release(&w.lines[i]);
	free(w.lines);
	ev_ledger_close(w.l);
	return ret;
}
