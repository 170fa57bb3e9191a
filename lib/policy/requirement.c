#include "base/compat.h"

#include "policy/internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "data/json.h"

static const char *const tiers[] = { "low", "moderate", "high", "critical",
				     NULL };
static const char *const apart[] = { "author", "committer", "recorder", NULL };

static const struct ev_field tier_table[] = {
	{ "at_least", EV_F_ENUM, EV_F_REQUIRED, NULL, tiers,
	  "a manifest that says less is a fail" },
	{ 0 }
};
static const struct ev_field tier_fields_table[] = {
	{ "low", EV_F_LIST, 0, NULL, NULL, "fields" },
	{ "moderate", EV_F_LIST, 0, NULL, NULL, "fields" },
	{ "high", EV_F_LIST, 0, NULL, NULL, "fields" },
	{ "critical", EV_F_LIST, 0, NULL, NULL, "fields" },
	{ 0 }
};
static const struct ev_field manifest_table[] = {
	{ "by", EV_F_LIST, 0, NULL, NULL, "roles that may sign it" },
	{ "fields", EV_F_LIST, 0, NULL, NULL,
	  "fields beside the core that must be there" },
	{ "fields_for_tier", EV_F_MAP, 0, tier_fields_table, NULL,
	  "the same, from a tier upward" },
	{ 0 }
};
static const char *const data_words[] = { "real_world", NULL };
static const struct ev_field report_table[] = {
	{ "suite", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "suite.id of a file in .evidence/suites" },
	{ "by", EV_F_LIST, 0, NULL, NULL, "roles that may sign it" },
	{ "max_age_days", EV_F_INT, 0, NULL, NULL,
	  "days from its signature" },
	{ "may_change", EV_F_LIST, 0, NULL, NULL,
	  "paths that may differ from what was validated" },
	{ "review_by", EV_F_LIST, 0, NULL, NULL,
	  "roles that may accept a review" },
	{ "data", EV_F_ENUM, 0, NULL, data_words,
	  "real_world: of no synthetic cohort" },
	{ 0 }
};
static const struct ev_field test_table[] = {
	{ "name", EV_F_STRING, EV_F_REQUIRED, NULL, NULL,
	  "name of the record" },
	{ "by", EV_F_LIST, 0, NULL, NULL, "roles that may sign it" },
	{ 0 }
};
static const struct ev_field tier_quorum_table[] = {
	{ "low", EV_F_LIST, 0, ev_quorum_table, NULL, "approvals" },
	{ "moderate", EV_F_LIST, 0, ev_quorum_table, NULL, "approvals" },
	{ "high", EV_F_LIST, 0, ev_quorum_table, NULL, "approvals" },
	{ "critical", EV_F_LIST, 0, ev_quorum_table, NULL, "approvals" },
	{ 0 }
};
static const struct ev_field separation_table[] = {
	{ "approver_is_not", EV_F_LIST, 0, NULL, NULL,
	  "author, committer, recorder" },
	{ "one_role_per_person", EV_F_BOOL, 0, NULL, NULL,
	  "nobody counts for two roles" },
	{ 0 }
};
static const struct ev_field commits_table[] = {
	{ "signed", EV_F_BOOL, EV_F_REQUIRED, NULL, NULL,
	  "every commit of the range by a listed key" },
	{ 0 }
};
const struct ev_field ev_requirement_table[] = {
	{ "risk_tier", EV_F_MAP, 0, tier_table, NULL, "risk tier" },
	{ "manifest", EV_F_MAP, 0, manifest_table, NULL, "release manifest" },
	{ "reports", EV_F_LIST, 0, report_table, NULL, "validations" },
	{ "tests", EV_F_LIST, 0, test_table, NULL, "test runs" },
	{ "approvals", EV_F_LIST, 0, ev_quorum_table, NULL, "approvals" },
	{ "approvals_for_tier", EV_F_MAP, 0, tier_quorum_table, NULL,
	  "more of them, from a tier upward" },
	{ "separation", EV_F_MAP, 0, separation_table, NULL,
	  "separation of duties" },
	{ "commits", EV_F_MAP, 0, commits_table, NULL, "commits" },
	{ "environment", EV_F_ANY, 0, NULL, NULL, "not judged yet" },
	{ "promoted_on", EV_F_STRING, 0, NULL, NULL,
	  "the ref that holds the commit" },
	{ "waivable", EV_F_LIST, 0, ev_waivable_table, NULL,
	  "rules that may be waived" },
	{ 0 }
};

void ev_requirement_release(struct ev_requirement *q)
{
	size_t i;

	free(q->name);
	ev_strs_release(&q->manifest_by);
	for (i = 0; i < EV_TIERS; i++) {
		ev_strs_release(&q->fields[i]);
		ev_quorum_release(&q->approvals[i]);
	}
	for (i = 0; i < q->nreports; i++) {
		free(q->reports[i].suite);
		ev_strs_release(&q->reports[i].by);
		ev_strs_release(&q->reports[i].may_change);
		ev_strs_release(&q->reports[i].review_by);
	}
	for (i = 0; i < q->ntests; i++) {
		free(q->tests[i].name);
		ev_strs_release(&q->tests[i].by);
	}
	for (i = 0; i < q->nwaivable; i++) {
		free(q->waivable[i].rule);
		ev_strs_release(&q->waivable[i].by);
	}
	free(q->reports);
	free(q->tests);
	free(q->waivable);
	free(q->promoted_on);
	memset(q, 0, sizeof(*q));
}

/* Manifest ------------------------------------------------------------------ */

static bool is_field(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t n;

	for (;;) {
		n = strspn(text, letters);
		if (!n || (text[n] && text[n] != '.'))
			return false;
		if (!text[n])
			return true;
		text += n + 1;
	}
}

static void read_fields(struct ev_strs *out, const struct ev_value *list,
			struct ev_problems *bad)
{
	size_t i, n = ev_list_items(list, "fields", bad);
	const struct ev_value *v;

	for (i = 0; i < n; i++) {
		v = list->items[i];
		if (v->type != EV_STRING || !v->len)
			continue;
		if (is_field(v->text))
			ev_strs_add(out, v->text);
		else
			ev_problem_add(bad, v, NULL, "'%s' is no field of a "
				       "manifest", v->text);
	}
}

static void read_manifest(struct ev_requirement *q, const struct ev_roster *t,
			  const struct ev_value *v, struct ev_problems *bad)
{
	const struct ev_value *more = ev_get(v, "fields_for_tier");
	size_t i;

	q->wants_manifest = v && v->type == EV_MAP;
	ev_by_read(&q->manifest_by, ev_get(v, "by"), "by", false, t, bad);
	read_fields(&q->fields[EV_TIER_NONE], ev_get(v, "fields"), bad);
	for (i = EV_TIER_LOW; i < EV_TIERS; i++)
		read_fields(&q->fields[i],
			    ev_get(more, ev_tier_name((enum ev_tier)i)), bad);
}

/* Reports and tests --------------------------------------------------------- */

static void unknown_suite(const struct ev_policy *p, const struct ev_value *at,
			  struct ev_problems *bad)
{
	const char **ids, *near;
	char *hint;
	size_t i;

	if (bad->n > EV_PROBLEMS_MAX)
		return;
	ids = ev_calloc(p->nsuites + 1, sizeof(*ids));
	for (i = 0; i < p->nsuites; i++)
		ids[i] = p->suites[i].id;
	near = ev_closest(at->text, ids, p->nsuites);
	hint = near ? ev_strdupf("did you mean '%s'?", near) :
	       ev_strdup("a file in .evidence/suites/ defines it by "
			 "suite: {id: ID, version: VERSION}");
	ev_problem_add(bad, at, hint, "no file in .evidence/suites defines "
		       "the suite '%s'", at->text);
	free(hint);
	free(ids);
}

static void read_report(struct ev_requirement *q, const struct ev_policy *p,
			const struct ev_roster *t, const struct ev_value *v,
			struct ev_problems *bad)
{
	const struct ev_value *suite = ev_get(v, "suite");
	struct ev_report_rule *r = &q->reports[q->nreports];
	size_t i;

	if (!suite || suite->type != EV_STRING || !suite->len)
		return;
	for (i = 0; i < q->nreports; i++)
		if (!strcmp(q->reports[i].suite, suite->text))
			ev_problem_add(bad, suite, NULL, "suite '%s' is asked "
				       "for twice", suite->text);
	q->nreports++;
	r->suite = ev_strdup(suite->text);
	r->file = ev_policy_suite(p, suite->text);
	if (!r->file)
		unknown_suite(p, suite, bad);
	r->real_world = ev_streq(ev_get_string(v, "data"), "real_world");
	r->max_age_days = -1;
	ev_count_read(&r->max_age_days, ev_get(v, "max_age_days"),
		      "max_age_days", bad);
	if (ev_list_items(ev_get(v, "may_change"), "may_change", bad))
		ev_words_read(&r->may_change, ev_get(v, "may_change"));
	ev_by_read(&r->by, ev_get(v, "by"), "by", false, t, bad);
	ev_by_read(&r->review_by, ev_get(v, "review_by"), "review_by", true,
		   t, bad);
}

static void read_test(struct ev_requirement *q, const struct ev_roster *t,
		      const struct ev_value *v, struct ev_problems *bad)
{
	const struct ev_value *name = ev_get(v, "name");
	struct ev_test_rule *r = &q->tests[q->ntests];
	size_t i;

	if (!name || name->type != EV_STRING || !name->len)
		return;
	if (!ev_name_valid(name->text))
		ev_problem_add(bad, name, NULL, "'%s' is no name of a record: "
			       "use letters, digits and . _ / -", name->text);
	for (i = 0; i < q->ntests; i++)
		if (!strcmp(q->tests[i].name, name->text))
			ev_problem_add(bad, name, NULL, "test '%s' is asked "
				       "for twice", name->text);
	q->ntests++;
	r->name = ev_strdup(name->text);
	ev_by_read(&r->by, ev_get(v, "by"), "by", false, t, bad);
}

static void read_evidence(struct ev_requirement *q, const struct ev_policy *p,
			  const struct ev_roster *t, const struct ev_value *v,
			  struct ev_problems *bad)
{
	const struct ev_value *reports = ev_get(v, "reports");
	const struct ev_value *tests = ev_get(v, "tests");
	size_t i, n;

	n = ev_list_items(reports, "reports", bad);
	q->reports = ev_calloc(n + 1, sizeof(*q->reports));
	for (i = 0; i < n; i++)
		read_report(q, p, t, reports->items[i], bad);
	n = ev_list_items(tests, "tests", bad);
	q->tests = ev_calloc(n + 1, sizeof(*q->tests));
	for (i = 0; i < n; i++)
		read_test(q, t, tests->items[i], bad);
}

/* The rest ------------------------------------------------------------------ */

static bool is_true(const struct ev_value *v)
{
	return v && v->type == EV_BOOL && v->boolean;
}

static void read_separation(struct ev_requirement *q, const struct ev_value *v,
			    struct ev_problems *bad)
{
	const struct ev_value *list = ev_get(v, "approver_is_not"), *word;
	size_t i, n = ev_list_items(list, "approver_is_not", bad);
	const char *near;
	char *hint;

	q->has_separation = v && v->type == EV_MAP;
	q->one_role = is_true(ev_get(v, "one_role_per_person"));
	for (i = 0; i < n; i++) {
		word = list->items[i];
		if (word->type != EV_STRING || !word->len)
			continue;
		q->not_author |= !strcmp(word->text, "author");
		q->not_committer |= !strcmp(word->text, "committer");
		q->not_recorder |= !strcmp(word->text, "recorder");
		if (!strcmp(word->text, "author") ||
		    !strcmp(word->text, "committer") ||
		    !strcmp(word->text, "recorder"))
			continue;
		near = ev_closest(word->text, apart, 3);
		hint = near ? ev_strdupf("did you mean '%s'?", near) : NULL;
		ev_problem_add(bad, word, hint, "'%s' is none of 'author', "
			       "'committer', 'recorder'", word->text);
		free(hint);
	}
}

static void seal(struct ev_requirement *q)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;
	char hex[EV_SHA256_HEX + 1];
	size_t i;

	ev_json_init(&j, &text);
	ev_json_value(&j, q->source);
	ev_buf_addc(&text, '\n');
	for (i = 0; i < q->nreports; i++)
		if (q->reports[i].file)
			ev_buf_addf(&text, "suite %s %s\n",
				    q->reports[i].suite,
				    q->reports[i].file->digest);
	ev_sha256_hex(hex, text.ptr, text.len);
	snprintf(q->digest, sizeof(q->digest), "sha256:%s", hex);
	ev_buf_release(&text);
}

void ev_requirement_read(struct ev_requirement *q, const struct ev_policy *p,
			 const struct ev_roster *t, const struct ev_value *v,
			 const char *path, struct ev_problems *bad)
{
	const struct ev_value *on = ev_get(v, "promoted_on");
	const struct ev_value *environment = ev_get(v, "environment");

	q->source = v;
	ev_schema_check(bad, v, ev_requirement_table, path);
	if (environment)
		ev_problem_add(bad, environment, "take it out until it is",
			       "'%s.environment' is not judged yet", path);
	q->at_least = ev_tier_parse(ev_get_string(ev_get(v, "risk_tier"),
						  "at_least"));
	read_manifest(q, t, ev_get(v, "manifest"), bad);
	read_evidence(q, p, t, v, bad);
	read_separation(q, ev_get(v, "separation"), bad);
	ev_approvals_read(q, t, v, bad);
	q->commits_signed = is_true(ev_get(ev_get(v, "commits"), "signed"));
	if (on && on->type == EV_STRING && on->len) {
		ev_refname_check(on, false, bad);
		q->promoted_on = ev_strdup(on->text);
	}
	ev_waivable_read(q, t, ev_get(v, "waivable"), bad);
	seal(q);
}
