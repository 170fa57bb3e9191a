#include "base/compat.h"

#include "gate/records.h"

#include "base/mem.h"
#include "gate/waiver.h"
#include "study/attach.h"

#define LACKING_SHOWN 4

static enum ev_tier says(const struct ev_pick *p)
{
	const char *word = ev_get_string(p->predicate, "risk_tier");

	return word ? ev_tier_parse(word) : EV_TIER_NONE;
}

/* Whoever does not say is held to everything. */
static enum ev_tier highest(const struct ev_picks *l)
{
	enum ev_tier tier = EV_TIER_NONE, one;
	size_t i;

	for (i = 0; i < l->n; i++) {
		one = says(&l->items[i]);
		if (one == EV_TIER_NONE)
			return EV_TIER_CRITICAL;
		if (one > tier)
			tier = one;
	}
	return tier == EV_TIER_NONE ? EV_TIER_CRITICAL : tier;
}

/*
 * One that was withdrawn by a key that does not count any more supports nothing,
 * and says what it said against another: an old key takes away none of two that
 * differ, nor the tier of one.
 */
static int weigh_withdrawn(struct ev_case *c)
{
	const struct ev_picks *l = &c->manifests;
	const struct ev_line *line;
	struct ev_pick p = { 0 };
	enum ev_tier tier;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && l->n && i < c->lines.n; i++) {
		line = &c->lines.items[i];
		if (line->state != EV_REVOKED || !line->by_stood ||
		    !ev_line_is(line, EV_KIND_MANIFEST, NULL) ||
		    !ev_by_allows(&c->req->manifest_by, line->person))
			continue;
		ret = ev_case_predicate(&p.predicate, c, line);
		if (ret < 0 || ev_manifest_equal(l->items[0].predicate,
						 p.predicate))
			continue;
		c->manifests_differ = true;
		c->manifest_against = line;
		tier = highest(&(struct ev_picks){ .items = &p, .n = 1 });
		if (tier > c->tier)
			c->tier = tier;
	}
	return ret;
}

int ev_manifest_gather(struct ev_case *c)
{
	struct ev_picks *l = &c->manifests;
	size_t i;
	int ret;

	ret = ev_picks_add(l, c, &c->lines, EV_KIND_MANIFEST, NULL,
			   &c->req->manifest_by);
	for (i = 1; ret == 0 && i < l->n; i++)
		if (!ev_manifest_equal(l->items[0].predicate,
				       l->items[i].predicate))
			c->manifests_differ = true;
	c->tier = highest(l);
	if (c->tier < c->req->at_least)
		c->tier = c->req->at_least;
	return ret < 0 ? ret : weigh_withdrawn(c);
}

static char *attach_hint(const struct ev_case *c, const char *comment)
{
	char *hint = ev_strdupf("git evidence attach manifest %s%s", c->label,
				comment);

	return ev_words_missing(c, ev_words_by(hint, &c->req->manifest_by));
}

/* "no manifest for 9d03e77", and why those that are there do not count. */
static void add_missing(struct ev_case *c, const char *rule)
{
	const struct ev_strs *by = &c->req->manifest_by;
	struct ev_why why = { 0, 0, false, NULL, NULL };
	struct ev_buf text = EV_BUF_INIT;
	char *hint = attach_hint(c, "");

	ev_why_lines(&why, &c->lines, EV_KIND_MANIFEST, NULL, by);
	ev_buf_addf(&text, "no manifest for %s", c->label);
	ev_why_tell(&text, &why, by);
	ev_verdict_add(c->verdict, rule, ev_case_missing(c), hint, "%s",
		       text.ptr);
	ev_why_release(&why);
	ev_buf_release(&text);
	free(hint);
}

/* One that says less is not made up for by one that says more. */
static const struct ev_pick *lowest(const struct ev_picks *l)
{
	const struct ev_pick *low = &l->items[0];
	size_t i;

	for (i = 1; i < l->n; i++)
		if (says(&l->items[i]) < says(low))
			low = &l->items[i];
	return low;
}

static void rule_tier(struct ev_case *c)
{
	static const char rule[] = "risk_tier";
	const char *least = ev_tier_name(c->req->at_least);
	const struct ev_pick *low;
	struct ev_buf record = EV_BUF_INIT;
	char *hint;

	if (!c->manifests.n) {
		add_missing(c, rule);
		return;
	}
	low = lowest(&c->manifests);
	ev_words_record(&record, c, low);
	hint = attach_hint(c, "       # after correcting risk_tier in "
			   ".evidence/manifest.yaml");
	if (says(low) == EV_TIER_NONE)
		ev_verdict_add(c->verdict, rule, EV_FAIL, hint, "the manifest "
			       "does not say one, at least '%s' is required%s",
			       least, record.ptr);
	else if (says(low) < c->req->at_least)
		ev_verdict_add(c->verdict, rule, EV_FAIL, hint, "the manifest "
			       "says '%s', at least '%s' is required%s",
			       ev_tier_name(says(low)), least, record.ptr);
	else
		ev_verdict_add(c->verdict, rule, EV_PASS, NULL, "%s",
			       ev_tier_name(says(low)));
	ev_buf_release(&record);
	free(hint);
}

/* The newest that is not as the first; there is one. */
static const struct ev_pick *other(const struct ev_picks *l)
{
	size_t i;

	for (i = 1; i + 1 < l->n; i++)
		if (!ev_manifest_equal(l->items[0].predicate,
				       l->items[i].predicate))
			break;
	return &l->items[i];
}

static int rule_manifest(struct ev_case *c)
{
	static const char rule[] = "manifest";
	const struct ev_picks *l = &c->manifests;
	struct ev_buf text = EV_BUF_INIT;
	bool synthetic = false;
	char *hint = NULL;
	int ret = 0;

	if (!l->n) {
		add_missing(c, rule);
		return 0;
	}
	if (!c->manifest_against && !c->manifests_differ)
		ret = ev_manifest_synthetic(&synthetic, &text, c);
	if (ret < 0) {
		ev_buf_release(&text);
		return ret;
	}
	if (c->manifest_against) {
		ev_buf_addf(&text, "it differs from record %.12s, which was "
			    "withdrawn by a key that does not count any more",
			    c->manifest_against->record.id);
		ev_words_record(&text, c, &l->items[0]);
		hint = ev_strdupf("git evidence revoke %.12s --reason "
				  "'<reason>'       # by a key that counts",
				  c->manifest_against->record.id);
		ev_verdict_add(c->verdict, rule, EV_FAIL, hint, "%s",
			       text.ptr);
	} else if (c->manifests_differ) {
		ev_buf_addf(&text, "%zu live manifests differ", l->n);
		ev_words_record(&text, c, &l->items[0]);
		ev_words_record(&text, c, other(l));
		hint = ev_strdupf("git evidence revoke %.12s --reason "
				  "'<reason>'       # the one that is wrong",
				  other(l)->line->record.id);
		ev_verdict_add(c->verdict, rule, EV_FAIL, hint, "%s",
			       text.ptr);
	} else if (synthetic) {
		hint = attach_hint(c, "       # after correcting "
				   "validation_data in "
				   ".evidence/manifest.yaml");
		ev_verdict_add(c->verdict, rule, EV_FAIL, hint, "%s",
			       text.ptr);
	} else {
		ev_buf_addf(&text, "record %.12s by %s",
			    l->items[0].line->record.id,
			    l->items[0].line->person->name);
		if (l->n > 1)
			ev_buf_addf(&text, ", and %zu that sa%s the same",
				    l->n - 1, l->n == 2 ? "ys" : "y");
		ev_verdict_add(c->verdict, rule, EV_PASS, NULL, "%s",
			       text.ptr);
	}
	ev_buf_release(&text);
	free(hint);
	return 0;
}

/* Equal ones may still differ in their environment: the first that lacks
 * something is told. */
void ev_manifest_lacks(struct ev_strs *core, struct ev_strs *fields,
		       const struct ev_case *c)
{
	struct ev_strs asked = EV_STRS_INIT, all = EV_STRS_INIT;
	const struct ev_value *manifest;
	size_t i, k;

	ev_requirement_fields(&asked, c->req, c->tier);
	for (i = 0; !core->n && i < c->manifests.n; i++) {
		manifest = c->manifests.items[i].predicate;
		if (c->req->wants_manifest)
			ev_core_missing(core, manifest);
		if (fields->n)
			continue;
		for (k = 0; k < core->n; k++)
			ev_strs_add(&all, core->items[k]);
		ev_fields_missing(&all, c, &asked, manifest);
		for (k = core->n; k < all.n; k++)
			ev_strs_add(fields, all.items[k]);
		ev_strs_release(&all);
	}
	ev_strs_release(&asked);
}

static void tell_lacking(struct ev_buf *out, const struct ev_strs *core,
			 const struct ev_strs *fields)
{
	size_t i, n = 0, all = core->n + fields->n;

	for (i = 0; i < core->n && n < LACKING_SHOWN; i++)
		ev_buf_addf(out, "%s%s", n++ ? "; " : "", core->items[i]);
	for (i = 0; i < fields->n && n < LACKING_SHOWN; i++)
		ev_buf_addf(out, "%s%s", n++ ? "; " : "", fields->items[i]);
	if (all > n)
		ev_buf_addf(out, "; and %zu more", all - n);
}

/* Only what a policy asks for beyond the rest can be waived. */
static void fail_fields(struct ev_case *c, const struct ev_strs *core,
			const struct ev_strs *fields)
{
	enum ev_outcome outcome = EV_FAIL;
	struct ev_buf text = EV_BUF_INIT;
	char *hint;

	tell_lacking(&text, core, fields);
	hint = attach_hint(c, "       # after adding the field to "
			   ".evidence/manifest.yaml");
	if (!core->n)
		outcome = ev_waivers_settle(&text, &hint, c, EV_RULE_FIELDS);
	ev_verdict_add(c->verdict, EV_RULE_FIELDS, outcome, hint, "%s",
		       text.ptr);
	ev_buf_release(&text);
	free(hint);
}

static void rule_fields(struct ev_case *c)
{
	struct ev_strs asked = EV_STRS_INIT, core = EV_STRS_INIT;
	struct ev_strs fields = EV_STRS_INIT;

	ev_requirement_fields(&asked, c->req, c->tier);
	if (!asked.n && !c->req->wants_manifest)
		goto out;
	if (!c->manifests.n) {
		/* What it always says is missed by the rule `manifest`. */
		if (asked.n)
			add_missing(c, EV_RULE_FIELDS);
		goto out;
	}
	ev_manifest_lacks(&core, &fields, c);
	if (core.n || fields.n)
		fail_fields(c, &core, &fields);
	else if (asked.n)
		ev_verdict_add(c->verdict, EV_RULE_FIELDS, EV_PASS, NULL,
			       "%zu required field%s", asked.n,
			       asked.n == 1 ? "" : "s");
	else
		ev_verdict_add(c->verdict, EV_RULE_FIELDS, EV_PASS, NULL,
			       "all that a manifest always says");
out:
	ev_strs_release(&asked);
	ev_strs_release(&core);
	ev_strs_release(&fields);
}

int ev_rule_manifest(struct ev_case *c)
{
	int ret;

	if (c->req->at_least != EV_TIER_NONE)
		rule_tier(c);
	if (c->req->wants_manifest) {
		ret = rule_manifest(c);
		if (ret < 0)
			return ret;
	}
	rule_fields(c);
	return 0;
}
