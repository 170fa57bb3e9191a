#include "base/compat.h"

#include "gate/waiver.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "gate/people.h"
#include "gate/records.h"
#include "policy/quorum.h"

#define DAY ((int64_t)86400)

static bool refuse(struct ev_waiver *w, const char *fmt, ...) EV_PRINTF(2, 3);

/* False, so that it fits "return". */
static bool refuse(struct ev_waiver *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->reason, sizeof(w->reason), fmt, ap);
	va_end(ap);
	return false;
}

/* What it is about --------------------------------------------------------- */

const struct ev_waivable *ev_waiver_entry(const struct ev_case *c,
					  const char *rule)
{
	size_t i;

	for (i = 0; i < c->req->nwaivable; i++)
		if (!strcmp(c->req->waivable[i].rule, rule))
			return &c->req->waivable[i];
	return NULL;
}

/* A suite may be called as another one and its gate: the whole goes first. */
bool ev_waiver_about(struct ev_waiver *w, struct ev_case *c, const char *rule)
{
	struct ev_record_rule *r;
	size_t i, n, best = 0;

	w->rule = rule;
	w->entry = ev_waiver_entry(c, rule);
	if (!strcmp(rule, EV_RULE_FIELDS))
		return true;
	for (i = 0; i < c->nrecords; i++) {
		r = &c->records[i];
		n = strlen(r->rule);
		if (strncmp(rule, r->rule, n) || n <= best ||
		    (rule[n] && !(r->report && rule[n] == '/' && rule[n + 1])))
			continue;
		best = n;
		w->record = r;
		w->gate = rule[n] ? rule + n + 1 : NULL;
	}
	return w->record != NULL;
}

static const struct ev_picks *picks_of(const struct ev_case *c,
				       const struct ev_waiver *w)
{
	return w->record ? &w->record->picks : &c->manifests;
}

void ev_waiver_records(struct ev_strs *out, const struct ev_case *c,
		       const struct ev_waiver *w)
{
	const struct ev_picks *l = picks_of(c, w);
	size_t i;

	for (i = 0; i < l->n; i++)
		ev_strs_addf(out, "sha256:%s", l->items[i].line->record.id);
	ev_strs_sort(out);
	ev_strs_uniq(out);
}

static bool is_gate(const struct ev_value *gate, const char *id)
{
	return ev_streq(ev_get_string(gate, "id"), id);
}

static enum ev_outcome gate_outcome(const struct ev_picks *l, const char *id)
{
	enum ev_outcome worst = EV_PASS, o;
	const struct ev_value *gates;
	size_t i, k;

	for (i = 0; i < l->n; i++) {
		gates = ev_report_gates(&l->items[i]);
		for (k = 0; gates && k < gates->n; k++) {
			if (!is_gate(gates->items[k], id))
				continue;
			o = ev_gate_outcome(gates->items[k]);
			if (o > worst)
				worst = o;
		}
	}
	return worst;
}

static enum ev_outcome fields_outcome(struct ev_case *c)
{
	struct ev_strs core = EV_STRS_INIT, fields = EV_STRS_INIT;
	enum ev_outcome o = EV_PASS;

	if (!c->manifests.n)
		o = ev_case_missing(c);
	else
		ev_manifest_lacks(&core, &fields, c);
	if (core.n || fields.n)
		o = EV_FAIL;
	ev_strs_release(&core);
	ev_strs_release(&fields);
	return o;
}

enum ev_outcome ev_waiver_outcome(struct ev_case *c,
				  const struct ev_waiver *w)
{
	if (!w->record)
		return fields_outcome(c);
	return w->gate ? gate_outcome(&w->record->picks, w->gate) :
		w->record->found;
}

/* Does every report say that it is passed?  One that is not there says
 * nothing. */
static bool is_passed(const struct ev_picks *l, const char *id)
{
	const struct ev_value *gates;
	size_t i, k;

	for (i = 0; i < l->n; i++) {
		gates = ev_report_gates(&l->items[i]);
		for (k = 0; gates && k < gates->n; k++)
			if (is_gate(gates->items[k], id))
				break;
		if (!gates || k == gates->n)
			return false;
	}
	return l->n && gate_outcome(l, id) == EV_PASS;
}

const char *ev_waiver_forbidden(const struct ev_case *c,
				const struct ev_waiver *w)
{
	const struct ev_picks *l = picks_of(c, w);
	const struct ev_strs *never;
	size_t i;

	if (!w->record || !w->record->report)
		return NULL;
	never = &w->record->report->file->never;
	if (w->gate)
		return ev_strs_has(never, w->gate) ? w->gate : NULL;
	for (i = 0; i < never->n; i++)
		if (!is_passed(l, never->items[i]))
			return never->items[i];
	return NULL;
}

/* Does it fit? ------------------------------------------------------------- */

static bool is_signed(struct ev_waiver *w)
{
	const struct ev_line *l = w->line;

	if (l->state == EV_SUPERSEDED)
		return refuse(w, "superseded");
	if (l->state != EV_LIVE || !l->person)
		return refuse(w, "%s", *l->reason ? l->reason :
			      ev_state_name(l->state));
	if (l->person->machine)
		return refuse(w, "signed by a machine");
	return true;
}

static bool is_in_time(struct ev_waiver *w, const struct ev_case *c)
{
	const char *text = ev_get_string(w->predicate, "expires");
	int64_t expires, most;

	if (!text || ev_date_parse(&expires, text) < 0)
		return refuse(w, "says no day on which it expires");
	if (expires <= c->q->now)
		return refuse(w, "expired on %s", text);
	most = w->line->record.signed_at + w->entry->max_days * DAY;
	if (expires > most)
		return refuse(w, "lasts longer than %lld days",
			      (long long)w->entry->max_days);
	return true;
}

static bool counts_as_manifest(const struct ev_case *c, const char *digest)
{
	size_t i;

	for (i = 0; i < c->manifests.n; i++)
		if (!strcmp(digest + strlen("sha256:"),
			    c->manifests.items[i].line->record.id))
			return true;
	return false;
}

static bool fits_manifest(struct ev_waiver *w, const struct ev_case *c,
			  const struct ev_value *bound)
{
	const struct ev_value *v = ev_get(bound, "manifest");

	if (!v || v->type == EV_NULL)
		return !c->req->wants_manifest ||
			refuse(w, "names no manifest");
	if (v->type != EV_STRING || !ev_digest_valid(v->text) ||
	    !counts_as_manifest(c, v->text))
		return refuse(w, "given for another manifest");
	return true;
}

static bool fits_records(struct ev_waiver *w, const struct ev_case *c,
			 const struct ev_value *bound)
{
	const struct ev_value *named = ev_get(bound, "records");
	struct ev_strs now = EV_STRS_INIT;
	bool same;
	size_t i;

	ev_waiver_records(&now, c, w);
	same = named && named->type == EV_LIST && named->n == now.n;
	for (i = 0; same && i < now.n; i++)
		same = named->items[i]->type == EV_STRING &&
			!strcmp(named->items[i]->text, now.items[i]);
	ev_strs_release(&now);
	return same || refuse(w, "given for other records");
}

/* Time alone may make a rule worse than what was accepted. */
static bool fits_outcome(struct ev_waiver *w, struct ev_case *c,
			 const struct ev_value *bound)
{
	const char *word = ev_get_string(bound, "outcome");
	enum ev_outcome was, now = ev_waiver_outcome(c, w);

	if (!word || !ev_outcome_parse(&was, word) ||
	    (was != EV_FAIL && was != EV_REVIEW))
		return refuse(w, "says neither fail nor review");
	if (now > was && now != EV_INCOMPLETE)
		return refuse(w, "given when it was %s", word);
	if (w->record && !w->gate && ev_report_aged(w->record, c->q->now) &&
	    !ev_report_aged(w->record, w->line->record.signed_at))
		return refuse(w, "given before the report was too old");
	return true;
}

static bool fits(struct ev_waiver *w, struct ev_case *c)
{
	const struct ev_value *bound = ev_get(w->predicate, "bound");
	const char *ref = ev_get_string(w->predicate, "ref");
	const char *link = ev_get_string(w->predicate, "policy");
	const char *gate;

	if (!ev_streq(ev_get_string(w->predicate, "rule"), w->rule))
		return refuse(w, "its name is not its rule");
	if (!ref || strcmp(ref, c->q->ref))
		return refuse(w, "given for %.120s", ref ? ref : "no ref");
	if (!w->entry)
		return refuse(w, "the policy does not let it be waived");
	gate = ev_waiver_forbidden(c, w);
	if (gate)
		return refuse(w, "the suite lets nobody waive %.80s", gate);
	if (!ev_get_string(w->predicate, "reason") ||
	    !ev_get_string(w->predicate, "risk"))
		return refuse(w, "gives no reason, or names no risk");
	if (!is_in_time(w, c))
		return false;
	if (!link || !ev_digest_valid(link))
		return refuse(w, "names no policy");
	return !ev_requirement_changed(w->reason, c, link) &&
		fits_manifest(w, c, bound) && fits_records(w, c, bound) &&
		fits_outcome(w, c, bound);
}

/* Who agreed? -------------------------------------------------------------- */

static void count_roles(struct ev_waiver *w, const struct ev_case *c)
{
	const struct ev_strs *by = &w->entry->by;
	struct ev_quorum q = { NULL, 0, 0 };
	struct ev_ballot *ballots = ev_calloc(c->nvotes + 1, sizeof(*ballots));
	int64_t *have = ev_calloc(by->n + 1, sizeof(*have));
	const struct ev_vote *v;
	size_t i, n = 0;

	q.items = ev_calloc(by->n + 1, sizeof(*q.items));
	for (i = 0; i < by->n; i++) {
		q.items[q.n].role = by->items[i];
		q.items[q.n++].count = 1;
	}
	for (i = 0; i < c->nvotes; i++) {
		v = &c->votes[i];
		if (!v->counts || v->conflicted || !v->decided->person ||
		    !ev_vote_names(v, w->line->record.id))
			continue;
		ballots[n].person = v->decided->person;
		ballots[n++].role = v->decided->d.role;
	}
	w->counts = ev_quorum_count(have, NULL, &q, ballots, n,
				    c->req->has_separation &&
				    c->req->one_role) && by->n;
	for (i = 0; i < by->n; i++)
		if (!have[i])
			ev_strs_add(&w->lacks, by->items[i]);
	free(q.items);
	free(ballots);
	free(have);
}

static void tell_lacks(struct ev_waiver *w)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < w->lacks.n; i++)
		ev_buf_addf(&text, "%s%s", i ? ", " : "", w->lacks.items[i]);
	refuse(w, "%s short: %.120s", w->lacks.n == 1 ? "a role is" :
	       "roles are", text.ptr);
	ev_buf_release(&text);
}

/* -------------------------------------------------------------------------- */

static int judge(struct ev_waiver *w, struct ev_case *c)
{
	int ret;

	if (!ev_waiver_about(w, c, w->line->record.name)) {
		refuse(w, "no rule is called so");
		return 0;
	}
	if (!is_signed(w))
		return 0;
	ret = ev_case_predicate(&w->predicate, c, w->line);
	if (ret < 0 || !fits(w, c))
		return ret;
	w->fits = true;
	count_roles(w, c);
	if (!w->counts)
		tell_lacks(w);
	return 0;
}

int ev_waivers_gather(struct ev_case *c)
{
	const struct ev_line *l;
	size_t i, cap = 0;
	int ret = 0;

	for (i = 0; i < c->nrecords; i++)
		c->records[i].found = c->records[i].outcome;
	for (i = 0; ret == 0 && i < c->lines.n; i++) {
		l = &c->lines.items[i];
		if (!ev_line_is(l, EV_KIND_WAIVER, NULL) || !l->record.name ||
		    l->state == EV_DUPLICATE || l->state == EV_MISPLACED)
			continue;
		EV_GROW(c->waivers, c->nwaivers, cap);
		memset(&c->waivers[c->nwaivers], 0, sizeof(*c->waivers));
		c->waivers[c->nwaivers].line = l;
		ret = judge(&c->waivers[c->nwaivers++], c);
	}
	if (ret == 0)
		ev_waivers_apply(c);
	return ret;
}

void ev_waivers_release(struct ev_case *c)
{
	size_t i;

	for (i = 0; i < c->nwaivers; i++)
		ev_strs_release(&c->waivers[i].lacks);
	free(c->waivers);
	c->waivers = NULL;
	c->nwaivers = 0;
}
