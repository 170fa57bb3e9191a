#include "base/compat.h"

#include "handover/internal.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "ledger/record.h"

static int read_expiry(int64_t *out, struct ev_auditing *a,
		       const struct ev_line *line)
{
	struct ev_statement st = { 0 };
	struct ev_buf text = EV_BUF_INIT;
	struct ev_envelope e;
	const char *day = NULL;
	int ret;

	ev_envelope_init(&e);
	ret = ev_ledger_text(&text, a->ledger, line);
	if (ret == 0)
		ret = ev_envelope_parse(&e, text.ptr, text.len);
	if (ret == 0)
		ret = ev_statement_parse(&st, e.payload.ptr, e.payload.len);
	if (ret == 0)
		day = ev_get_string(st.predicate, "expires");
	if (ret == 0)
		ret = day && ev_date_parse(out, day) == 0 ? 0 : EV_EINVALID;
	ev_statement_release(&st);
	ev_envelope_release(&e);
	ev_buf_release(&text);
	return ret;
}

int ev_audit_waiver(struct ev_auditing *a, const struct ev_line *line)
{
	struct ev_waiver_seen *w;
	int64_t expires;
	int ret = read_expiry(&expires, a, line);

	/* One that cannot be read has no effect. */
	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();
		return 0;
	}
	if (ret < 0)
		return ret;
	EV_GROW(a->waivers, a->nwaivers, a->waivers_cap);
	w = &a->waivers[a->nwaivers++];
	memcpy(w->id, line->record.id, sizeof(w->id));
	snprintf(w->rule, sizeof(w->rule), "%s", line->record.name);
	w->expires = expires;
	w->commit = line->record.commit;
	return 0;
}

int ev_audit_waivers(struct ev_auditing *a)
{
	char subject[EV_SHORT + 1], commit[EV_SHORT + 1], day[EV_TIME_TEXT];
	const struct ev_waiver_seen *w;
	size_t i;

	for (i = 0; i < a->nwaivers; i++) {
		w = &a->waivers[i];
		snprintf(subject, sizeof(subject), "%.12s", w->id);
		ev_audit_short(commit, &w->commit);
		ev_audit_turns(a, w->expires);
		ev_time_format(day, w->expires);
		day[10] = '\0';
		if (w->expires > a->ask->now)
			ev_findings_add(&a->out->findings, EV_F_WAIVER_OPEN,
					subject, NULL, "%s of %s is waived "
					"until %s", w->rule, commit, day);
		else if (ev_strs_has(&a->in_use, w->id))
			ev_findings_add(&a->out->findings, EV_F_WAIVER_EXPIRED,
					subject, NULL, "the waiver of %s "
					"expired on %s, and what was promoted "
					"by it is still in use", w->rule, day);
	}
	return 0;
}
