#include "base/compat.h"

#include "study/validate.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "study/holdout.h"
#include "study/lines.h"

/* A digest as records and reports write it, without what made it. */
static const char *hex_of(const char *digest)
{
	const char *colon = strrchr(digest, ':');

	return colon ? colon + 1 : digest;
}

/* Suite ------------------------------------------------------------------- */

static bool has_suite(const struct ev_policy *p, const char *digest)
{
	size_t i;

	for (i = 0; i < p->nsuites; i++)
		if (!strcmp(p->suites[i].digest, digest))
			return true;
	return false;
}

int64_t ev_suite_since(const struct ev_chain *chain, const char *digest)
{
	size_t i;

	if (!chain || !chain->n)
		return 0;
	for (i = 0; i < chain->n; i++)
		if (has_suite(chain->links[i], digest))
			return i ? chain->links[i]->trust.before_until : 0;
	return -1;
}

/* Data -------------------------------------------------------------------- */

struct search {
	struct ev_ledger *l;
	struct ev_custody *out;
	struct ev_repo *r;
	const struct ev_suite *s;
	const struct ev_cohort *c;
	const char *predictions;	/* hexadecimal */
	const char *content, *data;
	const struct ev_oid *tree;	/* of the candidate */
	struct ev_oids seen;		/* other trees that used the data */
	size_t unread;			/* reports whose patients are unknown */
};

static bool says(const struct ev_buf *payload, const char *hex)
{
	return memmem(payload->ptr, payload->len, hex, strlen(hex));
}

/* Data with a row more are the same data, as far as most of their patients are
 * the same. */
static int note_use(struct search *w, const struct ev_line *line, bool same)
{
	const struct ev_record *r = &line->record;
	bool known = true;
	int ret = 0;

	if (ev_oids_has(&w->seen, &r->tree))
		return 0;
	if (!same && !strcmp(r->name, w->s->id))
		ret = ev_holdout_shares(&same, &known, w->r, w->l, line, w->s,
					w->c);
	w->unread += !known;
	if (ret == 0 && same)
		ev_oids_add(&w->seen, &r->tree);
	return ret;
}

static int note_line(struct search *w, const struct ev_line *line,
		     const struct ev_buf *payload)
{
	const struct ev_record *r = &line->record;
	bool same = r->kind == EV_KIND_REPORT && r->has_tree &&
		says(payload, w->data);
	bool own = r->has_tree && ev_oid_eq(&r->tree, w->tree);

	if ((says(payload, w->predictions) || says(payload, w->content) ||
	     (same && own)) &&
	    (!w->out->named_at || r->signed_at < w->out->named_at))
		w->out->named_at = r->signed_at;
	return r->kind == EV_KIND_REPORT && r->has_tree && !own ?
		note_use(w, line, same) : 0;
}

/* A record that was withdrawn or replaced has seen the data all the same. */
static int look_at_line(void *data, const struct ev_line *line)
{
	struct search *w = data;
	struct ev_buf payload = EV_BUF_INIT;
	int ret;

	if (!ev_line_has_spoken(line))
		return 0;
	ret = ev_line_payload(&payload, w->l, line);
	if (ret == 0)
		ret = note_line(w, line, &payload);
	ev_buf_release(&payload);
	return ret;
}

static int look_at_ledger(struct search *w)
{
	static const enum ev_kind kinds[] = {
		EV_KIND_REPORT, EV_KIND_TEST, EV_KIND_LINEAGE,
	};
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < EV_ARRAY_SIZE(kinds); i++)
		ret = ev_each_line(w->l, kinds[i], look_at_line, w);
	w->out->uses = w->seen.n;
	return ret;
}

/* What came out of it ------------------------------------------------------- */

static void day(char out[16], int64_t t)
{
	char text[EV_TIME_TEXT];

	ev_time_format(text, t);
	snprintf(out, 16, "%.10s", text);
}

static void tell_suite(struct ev_custody *c)
{
	char fixed[16], named[16];

	day(fixed, c->fixed_at > 0 ? c->fixed_at : 0);
	day(named, c->named_at);
	if (c->fixed_at < 0)
		ev_strs_add(&c->lines, "no policy in force so far has this "
			    "suite");
	else if (!c->fixed_at)
		ev_strs_add(&c->lines, "the suite stands in the first policy");
	else
		ev_strs_addf(&c->lines, "the suite stands in the policy since "
			     "%s", fixed);
	if (c->named_at)
		ev_strs_addf(&c->lines, "the predictions were first named on "
			     "%s", named);
}

int ev_custody_look(struct ev_custody *out, struct ev_repo *r,
		    const struct ev_chain *chain, const struct ev_oid *ledger,
		    const struct ev_suite *s, const struct ev_cohort *c,
		    const struct ev_oid *tree, int64_t now)
{
	struct search w = { .out = out, .r = r, .s = s, .c = c,
			    .tree = tree };
	char data[72], content[72];
	int ret = 0;

	(void)now;
	memset(out, 0, sizeof(*out));
	out->fixed_at = ev_suite_since(chain, s->digest);
	out->known = chain->in_force != NULL;
	if (!out->known)
		return 0;
	ev_cohort_data_digest(data, c);
	ev_cohort_content_digest(content, c, s->dataset.class_scores.n);
	w.predictions = hex_of(c->digest);
	w.content = hex_of(content);
	w.data = hex_of(data);
	ret = ev_ledger_open(&w.l, r, &chain->in_force->trust, ledger);
	if (ret == 0)
		ret = look_at_ledger(&w);
	ev_ledger_close(w.l);
	ev_oids_release(&w.seen);
	if (ret < 0)
		return ret;
	tell_suite(out);
	ev_strs_addf(&out->lines, "the data were used by %llu other "
		     "candidate%s", (unsigned long long)out->uses,
		     out->uses == 1 ? "" : "s");
	if (w.unread)
		ev_strs_addf(&out->lines, "whether %zu other report%s of the "
			     "suite had the same patients is not known: the "
			     "predictions are not here", w.unread,
			     w.unread == 1 ? "" : "s");
	return 0;
}

static void trigger(struct ev_evaluation *e, const char *when,
		    const struct ev_strs *roles, const char *why)
{
	struct ev_trigger *t;

	e->triggers = ev_realloc(e->triggers, (e->n_triggers + 1) *
				 sizeof(*e->triggers));
	t = &e->triggers[e->n_triggers++];
	t->when = ev_strdup(when);
	t->roles = roles;
	t->why = ev_strdup(why);
}

/* Whom the suite names for it, in either place. */
static void loosened(struct ev_evaluation *e, const char *why)
{
	static const char when[] = "gate_loosened";
	const struct ev_suite *s = e->suite;
	size_t i;

	for (i = 0; i < s->n_escalations; i++)
		if (!strcmp(s->escalations[i].when, when))
			trigger(e, when, &s->escalations[i].roles, why);
	if (s->gate_change_roles.n)
		trigger(e, when, &s->gate_change_roles, why);
}

static void apply_diff(struct ev_evaluation *e, const struct ev_gate_diff *d)
{
	bool told = false;
	size_t i;
	char *why;

	for (i = 0; i < d->n; i++) {
		if (!d->items[i].looser)
			continue;
		why = ev_strdupf("%s asks less than the anchor's suite: %s",
				 d->items[i].gate, d->items[i].what);
		ev_evaluation_cap(e, EV_OUT_REVIEW, "%s", why);
		if (!told)
			loosened(e, why);
		told = true;
		free(why);
	}
}

void ev_custody_apply(struct ev_evaluation *e, const struct ev_custody *c)
{
	const struct ev_dataset *d = &e->suite->dataset;

	if (c->known && c->fixed_at < 0)
		ev_evaluation_cap(e, EV_OUT_REVIEW, "the suite is in no policy "
				  "that was in force: it is not pre-specified");
	else if (c->known && c->named_at && c->fixed_at > c->named_at)
		ev_evaluation_cap(e, EV_OUT_REVIEW, "the suite is younger than "
				  "the predictions: it is not pre-specified");
	if (c->known && d->holdout_max_uses >= 0 &&
	    c->uses + 1 > (uint64_t)d->holdout_max_uses)
		ev_evaluation_cap(e, EV_OUT_REVIEW, "the data were used by %llu "
				  "other candidate%s, and the suite allows %lld "
				  "use%s", (unsigned long long)c->uses,
				  c->uses == 1 ? "" : "s",
				  (long long)d->holdout_max_uses,
				  d->holdout_max_uses == 1 ? "" : "s");
	if (c->has_anchor_suite)
		apply_diff(e, &c->diff);
	if (c->no_anchor_suite) {
		ev_evaluation_cap(e, EV_OUT_REVIEW, "%s",
				  c->no_anchor_suite);
		loosened(e, c->no_anchor_suite);
	}
}

void ev_custody_release(struct ev_custody *c)
{
	ev_strs_release(&c->lines);
	ev_gate_diff_release(&c->diff);
	free(c->no_anchor_suite);
	memset(c, 0, sizeof(*c));
}
