#include "base/compat.h"

#include "gate/promote_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/refs.h"

#define TRIES 12

void ev_promote_result_release(struct ev_promote_result *r)
{
	ev_verdict_release(&r->verdict);
	ev_verdict_release(&r->tag_verdict);
	ev_standing_release(&r->standing);
	free(r->checkpoint_ref);
	free(r->tag_ref);
	free(r->person);
	ev_ref_changes_release(&r->moves);
	ev_strs_release(&r->left);
	memset(r, 0, sizeof(*r));
	ev_verdict_init(&r->verdict);
	ev_verdict_init(&r->tag_verdict);
}

static void begin_again(struct ev_promoter *m)
{
	unsigned attempts = m->out->attempts;

	ev_promote_forget(m);
	ev_promote_result_release(m->out);
	m->out->attempts = attempts;
}

/* Whose move is it? */
static int refuse(struct ev_promoter *m)
{
	m->out->end = EV_PROMOTE_REFUSED;
	if (m->out->verdict.outcome == EV_PASS)
		return 0;
	return ev_standing_read(&m->out->standing, m->repo, m->chain, &m->e,
				m->p->ref, &m->p->to, NULL, m->p->now);
}

static int ask(struct ev_promoter *m)
{
	int ret = 0;

	if (m->p->ask && (!m->asked || !ev_oid_eq(&m->shown_from, &m->from)))
		ret = m->p->ask(m->p->ctx, m->out);
	m->asked = true;
	m->shown_from = m->from;
	return ret;
}

static void tell(struct ev_promoter *m, const char *fmt, ...) EV_PRINTF(2, 3);

static void tell(struct ev_promoter *m, const char *fmt, ...)
{
	struct ev_buf text = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	if (m->p->tell)
		m->p->tell(m->p->ctx, text.ptr);
	ev_buf_release(&text);
}

/* Most of a gpg is its start.  None waits while people think. */
static void warm_up(struct ev_promoter *m, unsigned n)
{
	struct ev_keyhome *home = m->policy->trust.home;

	ev_sign_ahead(home, m->p->fpr, n);
	ev_keyhome_ahead(home);
}

/* From the verdict to the step; EV_ECONFLICT if somebody else was first. */
static int go(struct ev_promoter *m)
{
	int ret = ev_promote_plan(m);

	if (ret == 0 && m->p->dry_run) {
		m->out->end = EV_PROMOTE_WOULD;
		return 0;
	}
	if (ret == 0)
		ret = ask(m);
	if (ret == 0)
		warm_up(m, EV_PROMOTE_LINES + 1 + (m->tag != NULL));
	if (ret == 0)
		ret = ev_promote_sign(m);
	if (ret == 0)
		ret = ev_promote_seal(m);
	if (ret == 0)
		ret = ev_promote_judge_tag(m);
	if (ret == 0)
		m->out->end = EV_PROMOTE_REFUSED;
	if (ret <= 0)
		return ret;
	ret = ev_promote_push(m);
	if (ret < 0)
		return ret;
	m->out->end = EV_PROMOTE_DONE;
	ev_promote_draft_drop(m);
	return 0;
}

static int once(struct ev_promoter *m)
{
	int ret = ev_promote_look(m);

	if (ret < 0)
		return ret;
	if (m->attempt && !ev_oid_eq(&m->seen_from, &m->from) &&
	    !ev_oid_eq(&m->from, &m->p->to))
		tell(m, "'%s' was moved meanwhile: judged again", m->p->ref);
	m->seen_from = m->from;
	if (ev_oid_eq(&m->from, &m->p->to))
		return ev_promote_already(m);
	if (m->p->unasked && !m->p->dry_run)
		warm_up(m, EV_PROMOTE_LINES);
	ret = ev_promote_judge(m);
	return ret == 0 ? refuse(m) : ret < 0 ? ret : go(m);
}

int ev_promote(struct ev_promote_result *out, struct ev_repo *r,
	       const struct ev_promote *p)
{
	struct ev_promoter m = { .repo = r, .p = p, .out = out };
	size_t i;
	int ret = EV_ECONFLICT;

	memset(out, 0, sizeof(*out));
	ev_promote_result_release(out);
	for (i = 0; i < EV_PROMOTE_LINES; i++)
		ev_buf_init(&m.lines[i]);
	for (m.attempt = 0; ret == EV_ECONFLICT && m.attempt < TRIES;
	     m.attempt++) {
		if (m.attempt) {
			ev_ref_backoff(m.attempt);
			begin_again(&m);
		}
		ret = once(&m);
	}
	if (ret == EV_ECONFLICT)
		ev_fail_prefix("somebody else was first %d times", TRIES);
	ev_promote_forget(&m);
	return ret;
}
