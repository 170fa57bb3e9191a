#include "base/compat.h"

#include "gate/waiver.h"

#include "base/mem.h"
#include "base/str.h"
#include "gate/records.h"

#define TOLD 3				/* that do not count */

bool ev_waiver_reviewed(const struct ev_case *c)
{
	return c->tier >= EV_TIER_HIGH;
}

void ev_waiver_tell(struct ev_buf *out, const struct ev_waiver *w)
{
	const char *until = ev_get_string(w->predicate, "expires");

	ev_buf_addf(out, "%.12s until %.10s", w->line->record.id,
		    until ? until : "?");
}

/* Where a person has to accept it anyway, nothing is gained by one. */
static bool helps(struct ev_case *c, const struct ev_waiver *w)
{
	return w->counts && (!ev_waiver_reviewed(c) ||
			     ev_waiver_outcome(c, w) == EV_FAIL);
}

/* Whoever accepts reviews of the report, or has agreed to the waiver. */
static const struct ev_strs *clear_by(const struct ev_waiver *w)
{
	const struct ev_record_rule *r = w->record;

	return r && r->report && r->report->review_by.n ?
		&r->report->review_by : &w->entry->by;
}

static void append(struct ev_record_rule *r, struct ev_buf *more)
{
	char *detail = r->detail;

	r->detail = ev_strdupf("%s%s", detail, more->ptr);
	free(detail);
	ev_buf_release(more);
}

/* Those that do not count ------------------------------------------------- */

static bool is_about(const struct ev_waiver *w, const struct ev_record_rule *r)
{
	return r ? w->record == r : !strcmp(w->rule, EV_RULE_FIELDS);
}

/* "; waiver 1234abcd5678: expired on 2026-09-30"; *hint becomes the way to an
 * approval that one lacks. */
static void tell_others(struct ev_buf *out, char **hint, struct ev_case *c,
			const struct ev_record_rule *r)
{
	const struct ev_waiver *w;
	size_t i, n = 0;

	for (i = 0; i < c->nwaivers; i++) {
		w = &c->waivers[i];
		if (w->counts || !is_about(w, r))
			continue;
		if (n++ < TOLD)
			ev_buf_addf(out, "; waiver %.12s: %s",
				    w->line->record.id, w->reason);
		if (!w->fits || !w->lacks.n)
			continue;
		free(*hint);
		*hint = ev_waiver_reviewed(c) ?
			ev_words_clear(c, w->rule, &w->lacks) :
			ev_words_approve(c, w->lacks.items[0]);
	}
	if (n > TOLD)
		ev_buf_addf(out, "; and %zu more that do not count",
			    n - TOLD);
}

/* Records ------------------------------------------------------------------ */

/* What has not been measured is not forgiven with what has. */
static bool is_incomplete(const struct ev_record_rule *r)
{
	const struct ev_value *gates;
	size_t i, k;

	for (i = 0; i < r->picks.n; i++) {
		if (r->picks.items[i].outcome == EV_INCOMPLETE ||
		    (r->report && ev_report_capped(&r->picks.items[i]) ==
		     EV_INCOMPLETE))
			return true;
		gates = ev_report_gates(&r->picks.items[i]);
		for (k = 0; r->report && gates && k < gates->n; k++)
			if (ev_gate_outcome(gates->items[k]) == EV_INCOMPLETE)
				return true;
	}
	return false;
}

static void leave_to_review(struct ev_record_rule *r, const struct ev_case *c,
			    const struct ev_waiver *w)
{
	r->outcome = EV_REVIEW;
	r->clear_by = clear_by(w);
	ev_strs_sort(&r->open);
	ev_strs_uniq(&r->open);
	free(r->hint);
	r->hint = ev_words_clear_open(c, r->rule, &r->open, r->clear_by);
}

static void forgive_all(struct ev_record_rule *r, struct ev_case *c,
			struct ev_waiver *w)
{
	struct ev_buf more = EV_BUF_INIT;

	w->used = true;
	ev_buf_adds(&more, " (waived ");
	ev_waiver_tell(&more, w);
	ev_buf_addc(&more, ')');
	ev_strs_release(&r->open);
	if (r->unsure || is_incomplete(r)) {
		r->outcome = EV_INCOMPLETE;
		ev_buf_adds(&more, r->unsure ? "; not all commits where one "
			    "may lie are here" : "; something of it is "
			    "incomplete, which cannot be waived");
	} else if (ev_waiver_reviewed(c)) {
		ev_strs_add(&r->open, r->rule);
		leave_to_review(r, c, w);
	} else {
		r->outcome = EV_PASS;
		free(r->hint);
		r->hint = NULL;
	}
	append(r, &more);
}

static void look_again(struct ev_record_rule *r, struct ev_case *c)
{
	struct ev_pick *p;
	size_t i;

	for (i = 0; i < r->picks.n; i++) {
		p = &r->picks.items[i];
		p->outcome = ev_gates_rest(p, &r->forgiven);
		p->forgiven = &r->forgiven;
	}
	ev_picks_sort(&r->picks);
	ev_report_again(r, c);
}

/* The names of gates that were waived are open too, where people review it. */
static void open_gates(struct ev_record_rule *r, const struct ev_case *c)
{
	const struct ev_waiver *w = NULL;
	size_t i;

	for (i = 0; i < c->nwaivers; i++)
		if (c->waivers[i].used && c->waivers[i].record == r) {
			w = &c->waivers[i];
			ev_strs_add(&r->open, w->rule);
		}
	leave_to_review(r, c, w);
}

static void forgive_gates(struct ev_record_rule *r, struct ev_case *c)
{
	struct ev_buf more = EV_BUF_INIT;
	struct ev_waiver *w;
	size_t i;

	for (i = 0; i < c->nwaivers; i++) {
		w = &c->waivers[i];
		if (w->record != r || !w->gate || !helps(c, w) ||
		    ev_strs_has(&r->forgiven, w->gate))
			continue;
		w->used = true;
		ev_buf_addf(&more, "%s%s waived ", r->forgiven.n ? "; " : " (",
			    w->gate);
		ev_waiver_tell(&more, w);
		ev_strs_add(&r->forgiven, w->gate);
	}
	if (!r->forgiven.n)
		return;
	ev_buf_addc(&more, ')');
	look_again(r, c);
	if (r->outcome <= EV_REVIEW && ev_waiver_reviewed(c))
		open_gates(r, c);
	append(r, &more);
}

static struct ev_waiver *whole(struct ev_case *c,
			       const struct ev_record_rule *r)
{
	size_t i;

	for (i = 0; i < c->nwaivers; i++)
		if (is_about(&c->waivers[i], r) && !c->waivers[i].gate &&
		    helps(c, &c->waivers[i]))
			return &c->waivers[i];
	return NULL;
}

static void apply(struct ev_record_rule *r, struct ev_case *c)
{
	struct ev_waiver *w = whole(c, r);
	struct ev_buf more = EV_BUF_INIT;

	if (w) {
		forgive_all(r, c, w);
		return;
	}
	forgive_gates(r, c);
	if (r->outcome == EV_PASS)
		return;
	tell_others(&more, &r->hint, c, r);
	append(r, &more);
}

void ev_waivers_apply(struct ev_case *c)
{
	struct ev_record_rule *r;
	size_t i;

	for (i = 0; c->nwaivers && i < c->nrecords; i++) {
		r = &c->records[i];
		if (!r->denied && (r->outcome == EV_FAIL ||
				   r->outcome == EV_REVIEW))
			apply(r, c);
	}
}

/* Fields of the manifest --------------------------------------------------- */

enum ev_outcome ev_waivers_settle(struct ev_buf *detail, char **hint,
				  struct ev_case *c, const char *rule)
{
	struct ev_waiver *w = whole(c, NULL);
	const struct ev_person *by;

	if (!w) {
		tell_others(detail, hint, c, NULL);
		return EV_FAIL;
	}
	w->used = true;
	ev_buf_adds(detail, " (waived ");
	ev_waiver_tell(detail, w);
	ev_buf_addc(detail, ')');
	free(*hint);
	*hint = NULL;
	by = ev_waiver_reviewed(c) ? ev_votes_clear(c, rule, clear_by(w)) :
		NULL;
	if (by)
		ev_buf_addf(detail, ", accepted by %s", by->name);
	if (by || !ev_waiver_reviewed(c)) {
		*hint = ev_waivers_renewal(c, NULL);
		return EV_PASS;
	}
	*hint = ev_words_clear(c, rule, clear_by(w));
	return EV_REVIEW;
}

/* -------------------------------------------------------------------------- */

void ev_waivers_roles(struct ev_strs *out, const struct ev_case *c)
{
	const struct ev_waiver *w;
	size_t i, k;

	for (i = 0; i < c->nwaivers; i++) {
		w = &c->waivers[i];
		for (k = 0; w->fits && k < w->entry->by.n; k++)
			if (!ev_strs_has(out, w->entry->by.items[k]))
				ev_strs_add(out, w->entry->by.items[k]);
	}
}

void ev_waivers_open(struct ev_strs *out, const struct ev_case *c,
		     const struct ev_person *by)
{
	const struct ev_waiver *w;
	size_t i;

	for (i = 0; ev_waiver_reviewed(c) && i < c->nwaivers; i++) {
		w = &c->waivers[i];
		if (w->fits && !ev_strs_has(out, w->rule) &&
		    (!by || ev_by_allows(clear_by(w), by)))
			ev_strs_add(out, w->rule);
	}
}
