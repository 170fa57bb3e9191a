#include "base/compat.h"

#include "handover/findings.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

static const struct {
	const char *word;
	enum ev_severity severity;
} codes[EV_F_CODES] = {
	[EV_F_POLICY_NONE] = { "policy.none", EV_ALARM },
	[EV_F_POLICY_FORKED] = { "policy.forked", EV_ALARM },
	[EV_F_POLICY_BROKEN] = { "policy.broken", EV_ALARM },
	[EV_F_POLICY_GAP] = { "policy.gap", EV_WARNING },
	[EV_F_POLICY_PENDING] = { "policy.pending", EV_INFO },
	[EV_F_POLICY_UNSETTLED] = { "policy.unsettled", EV_INFO },
	[EV_F_LEDGER_BRANCHED] = { "ledger.branched", EV_ALARM },
	[EV_F_LEDGER_VANISHED] = { "ledger.vanished", EV_ALARM },
	[EV_F_LEDGER_ROLLED_BACK] = { "ledger.rolled-back", EV_ALARM },
	[EV_F_LEDGER_PATHS] = { "ledger.paths", EV_WARNING },
	[EV_F_LEDGER_STRAYS] = { "ledger.strays", EV_INFO },
	[EV_F_LINE_BAD] = { "line.bad", EV_ALARM },
	[EV_F_LINE_MALFORMED] = { "line.malformed", EV_INFO },
	[EV_F_LINE_FOREIGN] = { "line.foreign", EV_INFO },
	[EV_F_LINE_MISPLACED] = { "line.misplaced", EV_INFO },
	[EV_F_LINE_UNTIMELY] = { "line.untimely", EV_INFO },
	[EV_F_DECISION_MALFORMED] = { "decision.malformed", EV_WARNING },
	[EV_F_DECISION_BAD] = { "decision.bad", EV_ALARM },
	[EV_F_DECISION_FOREIGN] = { "decision.foreign", EV_WARNING },
	[EV_F_DECISION_UNTIMELY] = { "decision.untimely", EV_INFO },
	[EV_F_DECISION_MISSING] = { "decision.missing", EV_ALARM },
	[EV_F_CHECKPOINT_REFUSED] = { "checkpoint.refused", EV_WARNING },
	[EV_F_CHECKPOINT_MISSING] = { "checkpoint.missing", EV_ALARM },
	[EV_F_CHECKPOINT_APPROVALS] = { "checkpoint.approvals", EV_WARNING },
	[EV_F_CHECKPOINT_LATE] = { "checkpoint.late", EV_INFO },
	[EV_F_UNGATED] = { "ungated", EV_ALARM },
	[EV_F_STEP_INVALID] = { "step.invalid", EV_ALARM },
	[EV_F_COVERAGE_LATE] = { "coverage.late", EV_WARNING },
	[EV_F_REF_MISSING] = { "ref.missing", EV_ALARM },
	[EV_F_PROMOTION_UNSEEN] = { "promotion.unseen", EV_ALARM },
	[EV_F_PROMOTION_VOID] = { "promotion.void", EV_WARNING },
	[EV_F_RELEASE_MISSING] = { "release.missing", EV_ALARM },
	[EV_F_RELEASE_MOVED] = { "release.moved", EV_ALARM },
	[EV_F_RELEASE_LIGHTWEIGHT] = { "release.lightweight", EV_ALARM },
	[EV_F_RELEASE_UNSIGNED] = { "release.unsigned", EV_ALARM },
	[EV_F_RELEASE_MISFIT] = { "release.misfit", EV_ALARM },
	[EV_F_RELEASE_REPLACED] = { "release.replaced", EV_ALARM },
	[EV_F_RELEASE_UNHELD] = { "release.unheld", EV_WARNING },
	[EV_F_RELEASE_UNRECORDED] = { "release.unrecorded", EV_ALARM },
	[EV_F_RELEASE_WITHDRAWN] = { "release.withdrawn", EV_ALARM },
	[EV_F_RELEASE_RECALLED] = { "release.recalled", EV_INFO },
	[EV_F_RELEASE_ROLLBACK] = { "release.rollback", EV_INFO },
	[EV_F_KEY_EXPIRED] = { "key.expired", EV_INFO },
	[EV_F_KEY_EXPIRING] = { "key.expiring", EV_INFO },
	[EV_F_KEY_REVOKED] = { "key.revoked", EV_WARNING },
	[EV_F_KEY_WITHDRAWN] = { "key.withdrawn", EV_INFO },
	[EV_F_KEY_COMPROMISED] = { "key.compromised", EV_WARNING },
	[EV_F_KEY_WEAK] = { "key.weak", EV_WARNING },
	[EV_F_KEY_LEFT] = { "key.left", EV_WARNING },
	[EV_F_KEY_NONE] = { "key.none", EV_WARNING },
	[EV_F_WAIVER_OPEN] = { "waiver.open", EV_INFO },
	[EV_F_WAIVER_USED] = { "waiver.used", EV_INFO },
	[EV_F_WAIVER_EXPIRED] = { "waiver.expired", EV_WARNING },
};

const char *ev_severity_name(enum ev_severity s)
{
	static const char *const names[] = {
		[EV_INFO] = "info", [EV_WARNING] = "warning",
		[EV_ALARM] = "alarm",
	};

	return names[s];
}

const char *ev_finding_word(enum ev_finding_code c)
{
	return codes[c].word;
}

enum ev_severity ev_finding_severity(enum ev_finding_code c)
{
	return codes[c].severity;
}

static void release_one(struct ev_finding *x)
{
	free(x->subject);
	free(x->detail);
	free(x->hint);
}

void ev_findings_release(struct ev_findings *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		release_one(&f->items[i]);
	free(f->items);
	memset(f, 0, sizeof(*f));
}

void ev_findings_add(struct ev_findings *f, enum ev_finding_code c,
		     const char *subject, const char *hint,
		     const char *fmt, ...)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_finding *x;
	va_list ap;
	char *p;

	va_start(ap, fmt);
	ev_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	EV_GROW(f->items, f->n, f->cap);
	x = &f->items[f->n++];
	x->code = c;
	x->subject = ev_strdup(subject);
	x->detail = ev_buf_detach(&text, NULL);
	for (p = x->detail; *p; p++)
		if (*p == '\n')
			*p = ' ';
	x->hint = ev_strdup(hint);
}

static int compare(const void *va, const void *vb)
{
	const struct ev_finding *a = va, *b = vb;
	int cmp = strcmp(codes[a->code].word, codes[b->code].word);

	if (!cmp)
		cmp = strcmp(a->subject, b->subject);
	return cmp ? cmp : strcmp(a->detail, b->detail);
}

void ev_findings_sort(struct ev_findings *f)
{
	size_t i, n = 0;

	if (f->n)
		qsort(f->items, f->n, sizeof(*f->items), compare);
	memset(f->count, 0, sizeof(f->count));
	for (i = 0; i < f->n; i++) {
		if (n && !compare(&f->items[n - 1], &f->items[i])) {
			release_one(&f->items[i]);
			continue;
		}
		f->items[n++] = f->items[i];
		f->count[codes[f->items[i].code].severity]++;
	}
	f->n = n;
}
