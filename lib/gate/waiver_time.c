#include "base/compat.h"

#include "gate/waiver.h"

#include "base/clock.h"
#include "gate/people.h"
#include "gate/records.h"

#define DAY ((int64_t)86400)
#define SOON 30				/* days */

static int64_t end_of(const struct ev_waiver *w)
{
	const char *text = ev_get_string(w->predicate, "expires");
	int64_t end;

	return text && ev_date_parse(&end, text) == 0 ? end : 0;
}

int64_t ev_waiver_days(const struct ev_case *c, const struct ev_waiver *w)
{
	int64_t end = end_of(w);

	return end > c->q->now ? (end - c->q->now) / DAY : 0;
}

/* Of one that was given for a week nobody wants to hear on its first day. */
static bool ends_soon(const struct ev_case *c, const struct ev_waiver *w)
{
	int64_t end = end_of(w), begun = w->line->record.signed_at;

	return end - c->q->now <= SOON * DAY &&
		c->q->now - begun >= end - c->q->now;
}

char *ev_waiver_renewal(const struct ev_case *c, const struct ev_waiver *w)
{
	const char *until = ev_get_string(w->predicate, "expires");
	struct ev_buf out = EV_BUF_INIT;
	int64_t days = ev_waiver_days(c, w);

	if (!w->fits || c->nameless || !ends_soon(c, w))
		return NULL;
	ev_buf_addf(&out, "git evidence waive %s %s", w->rule, c->label);
	ev_words_ref(&out, c);
	ev_buf_addf(&out, " --supersede %.12s --because '<reason>' --reason "
		    "'<reason>' --risk '<id>' --expires '<date>'    # it ends "
		    "on %.10s, in %lld day%s", w->line->record.id, until,
		    (long long)days, days == 1 ? "" : "s");
	return ev_buf_detach(&out, NULL);
}

char *ev_waivers_renewal(const struct ev_case *c,
			 const struct ev_record_rule *r)
{
	char *hint = NULL;
	size_t i;

	for (i = 0; !hint && i < c->nwaivers; i++)
		if (c->waivers[i].used && c->waivers[i].record == r)
			hint = ev_waiver_renewal(c, &c->waivers[i]);
	return hint;
}

void ev_waiver_given(struct ev_strs *out, const struct ev_case *c,
		     const struct ev_waiver *w)
{
	const struct ev_vote *v;
	size_t i;

	for (i = 0; i < c->nvotes; i++) {
		v = &c->votes[i];
		if (v->counts && !v->conflicted && v->decided->person &&
		    ev_strs_has(&w->entry->by, v->decided->d.role) &&
		    ev_vote_names(v, w->line->record.id))
			ev_strs_addf(out, "%s as %s", v->decided->person->name,
				     v->decided->d.role);
	}
	ev_strs_sort(out);
	ev_strs_uniq(out);
}
