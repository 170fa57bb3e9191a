#include "base/compat.h"

#include "gate/records.h"

#include "base/mem.h"
#include "gate/waiver.h"

static bool is_wanted(const struct ev_case *c, const struct ev_line *l)
{
	const struct ev_requirement *q = c->req;
	size_t i;

	if (l->state != EV_LIVE && l->state != EV_SUPERSEDED)
		return false;
	for (i = 0; i < q->nreports; i++)
		if (ev_line_is(l, EV_KIND_REPORT, q->reports[i].suite) &&
		    ev_by_allows(&q->reports[i].by, l->person))
			return true;
	for (i = 0; i < q->ntests; i++)
		if (ev_line_is(l, EV_KIND_TEST, q->tests[i].name) &&
		    ev_by_allows(&q->tests[i].by, l->person))
			return true;
	return false;
}

/* What the rules will ask for, at once: a note holds the records of many. */
static int read_ahead(struct ev_case *c)
{
	const struct ev_line **lines;
	size_t i, n = 0;
	int ret;

	lines = ev_calloc(c->lines.n + 1, sizeof(*lines));
	for (i = 0; i < c->lines.n; i++)
		if (is_wanted(c, &c->lines.items[i]))
			lines[n++] = &c->lines.items[i];
	ret = ev_case_read(c, lines, n);
	free(lines);
	return ret;
}

static int gather(struct ev_case *c, const struct ev_places *places)
{
	const struct ev_requirement *q = c->req;
	struct ev_record_rule *r;
	size_t i;
	int ret = 0;

	c->records = ev_calloc(q->nreports + q->ntests + 1,
			       sizeof(*c->records));
	for (i = 0; ret == 0 && i < q->nreports; i++) {
		r = &c->records[c->nrecords++];
		r->kind = EV_KIND_REPORT;
		r->report = &q->reports[i];
		r->rule = ev_strdupf("reports.%s", r->report->suite);
		ret = ev_report_gather(r, c, places);
	}
	for (i = 0; ret == 0 && i < q->ntests; i++) {
		r = &c->records[c->nrecords++];
		r->kind = EV_KIND_TEST;
		r->test = &q->tests[i];
		r->rule = ev_strdupf("tests.%s", r->test->name);
		ret = ev_test_gather(r, c);
	}
	return ret;
}

int ev_records_gather(struct ev_case *c)
{
	struct ev_places places = { NULL, 0, 0, false };
	int ret;

	ret = read_ahead(c);
	if (ret == 0)
		ret = ev_places_gather(&places, c);
	if (ret == 0)
		ret = gather(c, &places);
	ev_places_release(&places);
	return ret;
}

void ev_records_release(struct ev_case *c)
{
	size_t i;

	for (i = 0; i < c->nrecords; i++) {
		free(c->records[i].rule);
		free(c->records[i].picks.items);
		free(c->records[i].detail);
		free(c->records[i].hint);
		ev_strs_release(&c->records[i].open);
		ev_strs_release(&c->records[i].forgiven);
	}
	free(c->records);
	c->records = NULL;
	c->nrecords = 0;
	for (i = 0; i < c->nothers; i++)
		ev_lines_release(&c->others[i]);
	free(c->others);
	c->others = NULL;
	c->nothers = 0;
	free(c->manifests.items);
	memset(&c->manifests, 0, sizeof(c->manifests));
}

/* Who accepted what of a rule in review. */
struct accepted {
	struct ev_strs names;		/* of people, each once */
	struct ev_buf parts;		/* "; G01 accepted by Dr. Ada Kern" */
	struct ev_strs left;		/* open still */
};

static void take(struct accepted *a, const struct ev_person *p)
{
	if (!ev_strs_has(&a->names, p->name))
		ev_strs_add(&a->names, p->name);
}

static const struct ev_strs *roles(const struct ev_record_rule *r)
{
	static const struct ev_strs anyone = EV_STRS_INIT;

	if (r->clear_by)
		return r->clear_by;
	return r->report ? &r->report->review_by : &anyone;
}

/* By the rule's own name, or each that is open by its. */
static void look_for_votes(struct accepted *a, const struct ev_case *c,
			   const struct ev_record_rule *r)
{
	const struct ev_person *p;
	size_t i, n = strlen(r->rule) + 1;

	p = ev_votes_clear(c, r->rule, roles(r));
	if (p) {
		take(a, p);
		return;
	}
	for (i = 0; i < r->open.n; i++) {
		p = ev_votes_clear(c, r->open.items[i], roles(r));
		if (!p || strlen(r->open.items[i]) <= n) {
			ev_strs_add(&a->left, r->open.items[i]);
			continue;
		}
		take(a, p);
		ev_buf_addf(&a->parts, "; %s accepted by %s",
			    r->open.items[i] + n, p->name);
	}
}

static void add_accepted(struct ev_case *c, const struct ev_record_rule *r,
			 const struct ev_strs *names)
{
	char *renewal = ev_waivers_renewal(c, r);
	struct ev_buf who = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < names->n; i++)
		ev_buf_addf(&who, "%s%s", i ? " and " : "", names->items[i]);
	ev_verdict_add(c->verdict, r->rule, EV_PASS, renewal,
		       "%s, accepted by %s", r->detail, who.ptr);
	free(renewal);
	ev_buf_release(&who);
}

static void add_review(struct ev_case *c, const struct ev_record_rule *r)
{
	struct accepted a = { EV_STRS_INIT, EV_BUF_INIT, EV_STRS_INIT };
	char *hint;

	look_for_votes(&a, c, r);
	if (a.names.n && !a.left.n) {
		add_accepted(c, r, &a.names);
	} else {
		hint = ev_words_clear_open(c, r->rule, &a.left, roles(r));
		ev_verdict_add(c->verdict, r->rule, EV_REVIEW, hint, "%s%s",
			       r->detail, a.parts.ptr);
		free(hint);
	}
	ev_strs_release(&a.names);
	ev_strs_release(&a.left);
	ev_buf_release(&a.parts);
}

int ev_rule_records(struct ev_case *c)
{
	struct ev_record_rule *r;
	size_t i;

	for (i = 0; i < c->nrecords; i++) {
		r = &c->records[i];
		if (r->outcome == EV_PASS && !r->hint)
			r->hint = ev_waivers_renewal(c, r);
		if (r->outcome == EV_REVIEW)
			add_review(c, r);
		else
			ev_verdict_add(c->verdict, r->rule, r->outcome,
				       r->hint, "%s", r->detail);
	}
	return 0;
}
