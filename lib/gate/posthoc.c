#include "base/compat.h"

#include "gate/records.h"

#include "base/mem.h"
#include "study/validate.h"

static bool same_digest(const struct ev_value *a, const struct ev_value *b,
			const char *input, const char *which)
{
	const char *digest = ev_get_string(ev_get_path(a, input), which);

	return digest && ev_streq(digest, ev_get_string(ev_get_path(b, input),
							which));
}

/* The same predictions, as a file or as numbers, or what one device said of
 * the same data. */
static bool same_study(const struct ev_pick *p, const struct ev_value *other,
		       const struct ev_record *record)
{
	const struct ev_record *own = &p->line->record;

	return same_digest(p->predicate, other, "inputs.predictions",
			   "digest") ||
		same_digest(p->predicate, other, "inputs.predictions",
			    "content") ||
		(same_digest(p->predicate, other, "inputs.data", "digest") &&
		 own->has_tree && record->has_tree &&
		 ev_oid_eq(&own->tree, &record->tree));
}

/* A report that was replaced or withdrawn has been read all the same. */
static bool has_spoken(const struct ev_line *l)
{
	return l->record.kind == EV_KIND_REPORT &&
		(l->state == EV_LIVE || l->state == EV_SUPERSEDED ||
		 l->state == EV_REVOKED || l->stood);
}

/* Was a report about the same predictions signed before the suite stood? */
static int named_before(bool *out, const struct ev_pick *p, struct ev_case *c,
			const struct ev_line *const *early, size_t n,
			int64_t since)
{
	const struct ev_value *other;
	size_t i;
	int ret = 0;

	*out = p->line->record.signed_at < since;
	for (i = 0; ret == 0 && !*out && i < n; i++) {
		ret = ev_case_predicate(&other, c, early[i]);
		*out = ret == 0 && same_study(p, other, &early[i]->record);
	}
	return ret;
}

int ev_report_posthoc(struct ev_record_rule *r, struct ev_case *c)
{
	int64_t since = ev_suite_since(c->chain, r->report->file->digest);
	const struct ev_line **early;
	size_t i, n = 0;
	int ret;

	if (since <= 0)
		return 0;
	early = ev_calloc(c->lines.n + 1, sizeof(*early));
	for (i = 0; i < c->lines.n; i++)
		if (has_spoken(&c->lines.items[i]) &&
		    c->lines.items[i].record.signed_at < since)
			early[n++] = &c->lines.items[i];
	ret = ev_case_read(c, early, n);
	for (i = 0; ret == 0 && i < r->picks.n; i++)
		ret = named_before(&r->picks.items[i].post_hoc,
				   &r->picks.items[i], c, early, n, since);
	if (ret == 0)
		ev_picks_sort(&r->picks);
	free(early);
	return ret;
}
