#include "base/compat.h"

#include "handover/internal.h"

#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "ledger/decision.h"

#define TAGS "refs/tags/"

static const char *subject_of(const char *ref)
{
	return ev_starts_with(ref, TAGS) ? ref + strlen(TAGS) : ref;
}

/* The lines that a checkpoint's digest is made of, sorted as they grow. */
struct lines { char **items; size_t n, cap; };

/* Takes the line. */
static void add_text(struct lines *l, char *line)
{
	size_t low = 0, high = l->n, mid;
	int cmp;

	while (low < high) {
		mid = low + (high - low) / 2;
		cmp = strcmp(l->items[mid], line);
		if (!cmp) {
			free(line);
			return;
		}
		if (cmp < 0)
			low = mid + 1;
		else
			high = mid;
	}
	EV_GROW(l->items, l->n, l->cap);
	memmove(&l->items[low + 1], &l->items[low],
		(l->n++ - low) * sizeof(*l->items));
	l->items[low] = line;
}

static void add_line(struct lines *l, const struct ev_oid *oid,
		     const char *ref)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	add_text(l, ev_strdupf("%s %s\n", hex, ref));
}

static void release_lines(struct lines *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->items[i]);
	free(l->items);
	memset(l, 0, sizeof(*l));
}

/* Is it the digest of both together? */
static bool has_digest(const struct lines *x, const struct lines *y,
		       const char *digest)
{
	struct ev_sha256 *h = ev_sha256_new();
	unsigned char raw[EV_SHA256_SIZE];
	char hex[EV_SHA256_HEX + 1];
	const char *line;
	size_t i = 0, k = 0;
	int cmp;

	while (i < x->n || k < y->n) {
		cmp = i == x->n ? 1 : k == y->n ? -1 :
			strcmp(x->items[i], y->items[k]);
		line = cmp <= 0 ? x->items[i] : y->items[k];
		i += cmp <= 0;
		k += cmp >= 0;
		ev_sha256_add(h, line, strlen(line));
	}
	ev_sha256_finish(h, raw);
	ev_sha256_free(h);
	ev_hex_encode(hex, raw, sizeof(raw));
	return !strcmp(digest + strlen("sha256:"), hex);
}

/* What grows from one checkpoint to the next. */
struct grown {
	struct lines held;		/* what promotions in its past list,
					   and earlier checkpoints sign */
	struct lines then;		/* what was there by its time */
	size_t nheld, nthen;
	int64_t at;
};

/* Decisions that were there by then, for a checkpoint of which no promotion
 * says what it holds. */
static void grow_until(struct grown *g, const struct ev_auditing *a,
		       int64_t at)
{
	if (at < g->at) {
		release_lines(&g->then);
		g->nthen = 0;
	}
	g->at = at;
	for (; g->nthen < a->ndated && a->dated[g->nthen].at <= at; g->nthen++)
		add_line(&g->then, &a->dated[g->nthen].tag,
			 a->dated[g->nthen].ref);
}

static void look_at_digest(struct ev_auditing *a, struct grown *g,
			   const struct ev_checkpoint *x)
{
	const struct ev_decision *d = &x->decided.d;
	const struct lines none = { NULL, 0, 0 };
	size_t i;

	if (has_digest(&g->held, &none, d->approvals))
		return;
	grow_until(g, a, d->at);
	if (!has_digest(&g->held, &g->then, d->approvals)) {
		ev_findings_add(&a->out->findings, EV_F_CHECKPOINT_APPROVALS,
				subject_of(x->decided.ref), NULL, "the "
				"approvals that there are by then are not "
				"those that it signs");
		return;
	}
	for (i = 0; i < g->then.n; i++)
		add_text(&g->held, ev_strdup(g->then.items[i]));
}

const struct ev_checkpoint *ev_audit_checkpoint(const struct ev_auditing *a,
						const struct ev_oid *tag)
{
	const struct ev_checkpoints *l = a->checkpoints;
	size_t i;

	for (i = 0; l && i < l->n; i++)
		if (ev_oid_eq(&l->items[i].decided.oid, tag))
			return &l->items[i];
	return NULL;
}

/* Whoever takes one away takes those before it from what is accepted. */
void ev_audit_before(struct ev_auditing *a, const struct ev_strs *before,
		     const char *who)
{
	char subject[EV_SHORT + 1];
	struct ev_oid oid;
	size_t i;

	for (i = 0; i < before->n; i++) {
		if (ev_oid_parse(&oid, before->items[i]) < 0 ||
		    ev_audit_checkpoint(a, &oid))
			continue;
		ev_audit_short(subject, &oid);
		ev_findings_add(&a->out->findings, EV_F_CHECKPOINT_MISSING,
				subject, "git fetch --tags", "%s names it as "
				"the one before, and it is not there", who);
	}
}

static void look_at_state(struct ev_auditing *a, const struct ev_checkpoint *x)
{
	struct ev_findings *f = &a->out->findings;
	const char *subject = subject_of(x->decided.ref);
	char *who = ev_strdupf("'%s'", subject);

	if (x->state != EV_CHECKPOINT_REFUSED)
		ev_audit_before(a, &x->decided.d.before, who);
	free(who);
	if (x->state == EV_CHECKPOINT_REFUSED)
		ev_findings_add(f, EV_F_CHECKPOINT_REFUSED, subject, NULL,
				"%s", x->reason);
	else if (x->state == EV_CHECKPOINT_LATE)
		ev_findings_add(f, EV_F_CHECKPOINT_LATE, subject,
				"git evidence audit --checkpoint TAG",
				"it is the newest, and its key has expired "
				"since%s%s", *x->reason ? ": " : "",
				x->reason);
}

static int by_holder(const void *va, const void *vb)
{
	const struct ev_listed *a = va, *b = vb;

	return a->holder < b->holder ? -1 : a->holder > b->holder;
}

static int by_ref(const void *va, const void *vb)
{
	const struct ev_listed *a = va, *b = vb;

	return strcmp(a->ref, b->ref);
}

/* Of one that somebody put in place of another, the other was signed; which is
 * a finding already. */
static void put_back(struct ev_auditing *a)
{
	struct ev_listed key = { .ref = NULL };
	const struct ev_listed *found;
	size_t i;

	if (!a->nlisted)
		return;
	qsort(a->listed, a->nlisted, sizeof(*a->listed), by_ref);
	for (i = 0; i < a->ndated; i++) {
		key.ref = (char *)a->dated[i].ref;
		found = bsearch(&key, a->listed, a->nlisted,
				sizeof(*a->listed), by_ref);
		if (found)
			a->dated[i].tag = found->object;
	}
	qsort(a->listed, a->nlisted, sizeof(*a->listed), by_holder);
}

static int by_date(const void *va, const void *vb)
{
	const struct ev_dated *a = va, *b = vb;

	return a->at < b->at ? -1 : a->at > b->at;
}

/* Nothing else tells of the newest one, if no release does. */
static int look_at_mark(struct ev_auditing *a)
{
	struct ev_oids tags = EV_OIDS_INIT, ledgers = EV_OIDS_INIT;
	char subject[EV_SHORT + 1];
	size_t i;
	int ret = ev_high_water_read(&tags, &ledgers, a->repo);

	for (i = 0; ret == 0 && i < tags.n; i++) {
		if (ev_audit_checkpoint(a, &tags.items[i]))
			continue;
		ev_audit_short(subject, &tags.items[i]);
		ev_findings_add(&a->out->findings, EV_F_CHECKPOINT_MISSING,
				subject, "git fetch --tags", "an audit has "
				"accepted it here, and it is not there");
	}
	ev_oids_release(&tags);
	ev_oids_release(&ledgers);
	return ret;
}

int ev_audit_checkpoints(struct ev_auditing *a)
{
	const struct ev_checkpoints *l = a->checkpoints;
	const struct ev_past *p = a->trust->past;
	struct grown g = { .nheld = 0 };
	const struct ev_checkpoint *x;
	size_t i;

	for (i = 0; i < l->n; i++) {
		look_at_state(a, &l->items[i]);
		ev_audit_dated(a, l->items[i].decided.signed_at);
		a->out->checkpoints +=
			l->items[i].state != EV_CHECKPOINT_REFUSED;
	}
	a->out->late = l->late;
	put_back(a);
	if (a->ndated)
		qsort(a->dated, a->ndated, sizeof(*a->dated), by_date);
	for (i = 0; p && i < p->n; i++) {
		for (; g.nheld < a->nlisted && a->listed[g.nheld].holder <= i;
		     g.nheld++)
			add_line(&g.held, &a->listed[g.nheld].object,
				 a->listed[g.nheld].ref);
		x = ev_audit_checkpoint(a, &p->items[i].tag);
		if (x)
			look_at_digest(a, &g, x);
	}
	release_lines(&g.held);
	release_lines(&g.then);
	return look_at_mark(a);
}
