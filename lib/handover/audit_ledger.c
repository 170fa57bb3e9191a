#include "base/compat.h"

#include "handover/internal.h"

#include "base/error.h"
#include "base/hash.h"
#include "ledger/vanish.h"
#include "repo/git.h"

#define SAID_MAX ((size_t)64 << 10)

/* rev-list with `in` on its standard input; its lines into `out`. */
static int rev_list(struct ev_buf *out, struct ev_repo *r,
		    const char *const *args, const struct ev_buf *in)
{
	struct ev_buf err = EV_BUF_INIT_MAX(SAID_MAX);
	struct ev_process p = { .out = out, .err = &err };
	int ret;

	if (in) {
		p.in = in->ptr;
		p.in_len = in->len;
	}
	ret = ev_git(&p, r, args);
	if (ret == 0 && p.status)
		ret = ev_fail(EV_ENOTFOUND, "%.*s",
			      (int)strcspn(err.ptr, "\n"), err.ptr);
	ev_buf_release(&err);
	return ret;
}

/* The first of the lines; their number. */
static size_t first_line(struct ev_oid *out, struct ev_buf *text)
{
	size_t n = 0;
	const char *p;
	char hex[EV_OID_HEX + 1];

	for (p = text->ptr; p && (p = strchr(p, '\n')); p++)
		n++;
	if (!n)
		return 0;
	memcpy(hex, text->ptr, EV_OID_HEX);
	hex[EV_OID_HEX] = '\0';
	return ev_oid_parse(out, hex) < 0 ? 0 : n;
}

/* Grown commit by commit: no merges, one beginning. */
static int look_at_shape(struct ev_auditing *a, const char *tip)
{
	static const char *const what[] = { "--merges", "--max-parents=0" };
	struct ev_buf text = EV_BUF_INIT;
	char subject[EV_SHORT + 1];
	struct ev_oid first;
	size_t i, n;
	int ret = 0;

	for (i = 0; ret == 0 && i < EV_ARRAY_SIZE(what); i++) {
		const char *args[] = { "rev-list", what[i], tip, NULL };

		ev_buf_clear(&text);
		ret = rev_list(&text, a->repo, args, NULL);
		n = ret == 0 ? first_line(&first, &text) : 0;
		if (n <= i)
			continue;
		ev_audit_short(subject, &first);
		if (i == 0)
			ev_findings_add(&a->out->findings,
					EV_F_LEDGER_BRANCHED, subject, NULL,
					"the ledger's history has %zu merges: "
					"it is written by sync alone", n);
		else
			ev_findings_add(&a->out->findings,
					EV_F_LEDGER_BRANCHED, subject, NULL,
					"the ledger's history begins %zu times",
					n);
	}
	ev_buf_release(&text);
	return ret;
}

static void add_tip(struct ev_buf *in, const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	ev_buf_addf(in, "%s\n", hex);
}

static int lost_lines(size_t *n, struct ev_auditing *a,
		      const struct ev_oid *before)
{
	struct ev_vanished v = { 0 };
	int ret;

	ret = ev_vanished_find(&v, a->repo, before, &a->there);
	*n = v.n;
	ev_vanished_release(&v);
	return ret;
}

/* What somebody has signed, or was seen here, and is no part of this one. */
static int rolled_back(struct ev_auditing *a, const struct ev_oid *ledger,
		       const char *subject, const char *who)
{
	char old[EV_SHORT + 1], new[EV_SHORT + 1];
	size_t n;
	int ret;

	ret = lost_lines(&n, a, ledger);
	if (ret < 0)
		return ret;
	ev_audit_short(old, ledger);
	ev_audit_short(new, &a->there);
	ev_findings_add(&a->out->findings, EV_F_LEDGER_ROLLED_BACK, subject,
			"git evidence sync", "the ledger %s does not contain "
			"%s, which %s; %zu lines are lost", new, old, who, n);
	return 0;
}

/* All at once: what they sign beside what the tip contains. */
static int look_at_checkpoints(struct ev_auditing *a, const char *tip)
{
	const struct ev_checkpoints *l = a->checkpoints;
	const char *args[] = { "rev-list", "--max-count=1", "--stdin", NULL };
	struct ev_buf in = EV_BUF_INIT, text = EV_BUF_INIT;
	char subject[EV_SHORT + 1];
	const struct ev_checkpoint *x;
	bool contained = false;
	size_t i, n = 0;
	int ret = 0;

	for (i = 0; l && i < l->n; i++) {
		x = &l->items[i];
		if (x->state == EV_CHECKPOINT_REFUSED)
			continue;
		if (x->ledger_here) {
			add_tip(&in, &x->decided.d.ledger);
			n++;
		} else {
			ev_audit_missing(a, "the ledger that '%s' signs is not "
					 "here", x->decided.ref);
		}
	}
	if (n) {
		ev_buf_addf(&in, "^%s\n", tip);
		ret = rev_list(&text, a->repo, args, &in);
	}
	/* The newest of those that are not: the others are part of it. */
	for (i = n && ret == 0 && text.len ? l->n : 0; ret == 0 && i > 0; i--) {
		x = &l->items[i - 1];
		if (x->state == EV_CHECKPOINT_REFUSED || !x->ledger_here)
			continue;
		ret = ev_audit_contains(&contained, a,
					&a->there, &x->decided.d.ledger);
		if (ret < 0 || contained)
			continue;
		ev_audit_short(subject, &x->decided.oid);
		ret = rolled_back(a, &x->decided.d.ledger, subject,
				  "an accepted checkpoint signs");
		break;
	}
	ev_buf_release(&in);
	ev_buf_release(&text);
	return ret;
}

/* Sets *base to a ledger of the mark that the tip contains, if there is one. */
static int look_at_mark(struct ev_auditing *a, struct ev_oid *base)
{
	struct ev_oids tags = EV_OIDS_INIT, ledgers = EV_OIDS_INIT;
	bool contained;
	size_t i;
	int ret;

	*base = ev_oid_zero;
	ret = ev_high_water_read(&tags, &ledgers, a->repo);
	for (i = 0; ret == 0 && i < ledgers.n; i++) {
		if (ev_object_info(NULL, NULL, a->repo, &ledgers.items[i]) < 0)
			ev_error_clear();
		ret = ev_audit_contains(&contained, a,
					&a->there, &ledgers.items[i]);
		if (ret == 0 && contained)
			*base = ledgers.items[i];
		else if (ret == 0)
			ret = rolled_back(a, &ledgers.items[i], "high-water",
					  "an audit has seen here");
	}
	ev_oids_release(&tags);
	ev_oids_release(&ledgers);
	return ret;
}

/* Between any two commits: the set only grows. */
static int look_at_lines(struct ev_auditing *a, const struct ev_oid *base)
{
	struct ev_vanished v = { 0 };
	char line[EV_SHA256_HEX + 1], object[EV_SHORT + 1];
	size_t i;
	int ret;

	ret = ev_vanished_find(&v, a->repo, ev_oid_is_zero(base) ? NULL : base,
			       &a->there);
	for (i = 0; i < v.n; i++) {
		ev_sha256_hex(line, v.items[i].line.ptr, v.items[i].line.len);
		line[EV_SHORT] = '\0';
		ev_audit_short(object, &v.items[i].object);
		ev_findings_add(&a->out->findings, EV_F_LEDGER_VANISHED, line,
				"git evidence sync", "a line on %s was there, "
				"and is not any more", object);
	}
	ev_vanished_release(&v);
	return ret;
}

int ev_audit_ledger(struct ev_auditing *a)
{
	char tip[EV_OID_HEX + 1];
	struct ev_oid base;
	int ret;

	if (!a->evidence.has_ledger)
		return 0;
	ev_oid_hex(tip, &a->there);
	ret = look_at_shape(a, tip);
	if (ret == 0)
		ret = look_at_checkpoints(a, tip);
	if (ret == 0)
		ret = look_at_mark(a, &base);
	if (ret == 0)
		ret = look_at_lines(a, &base);
	return ev_audit_absent(a, ret, "ledger");
}
