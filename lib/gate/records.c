#include "base/compat.h"

#include "gate/records.h"

#include "base/mem.h"

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

static void add_name(struct ev_strs *names, const struct ev_person *p)
{
	if (!ev_strs_has(names, p->name))
		ev_strs_add(names, p->name);
}

/* By the rule's own name, or each that is open by its. */
static bool cleared(struct ev_strs *names, const struct ev_case *c,
		    const struct ev_record_rule *r)
{
	const struct ev_strs *by = r->report ? &r->report->review_by : NULL;
	static const struct ev_strs anyone = EV_STRS_INIT;
	const struct ev_person *p;
	size_t i;

	if (!by)
		by = &anyone;
	p = ev_votes_clear(c, r->rule, by);
	if (p) {
		add_name(names, p);
		return true;
	}
	for (i = 0; i < r->open.n; i++) {
		p = ev_votes_clear(c, r->open.items[i], by);
		if (!p)
			return false;
		add_name(names, p);
	}
	return r->open.n > 0;
}

static void add_rule(struct ev_case *c, const struct ev_record_rule *r)
{
	struct ev_strs names = EV_STRS_INIT;
	struct ev_buf who = EV_BUF_INIT;
	size_t i;

	if (r->outcome == EV_REVIEW && cleared(&names, c, r)) {
		for (i = 0; i < names.n; i++)
			ev_buf_addf(&who, "%s%s", i ? " and " : "",
				    names.items[i]);
		ev_verdict_add(c->verdict, r->rule, EV_PASS, NULL,
			       "%s, accepted by %s", r->detail, who.ptr);
	} else {
		ev_verdict_add(c->verdict, r->rule, r->outcome, r->hint, "%s",
			       r->detail);
	}
	ev_buf_release(&who);
	ev_strs_release(&names);
}

int ev_rule_records(struct ev_case *c)
{
	size_t i;

	for (i = 0; i < c->nrecords; i++)
		add_rule(c, &c->records[i]);
	return 0;
}
