#include "base/compat.h"

#include "gate/promote_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/past.h"
#include "policy/checkpoints.h"

/* Whoever goes on with a try of the day before looks at what they sign. */
#define DRAFT_AGE ((int64_t)86400)
#define DRAFT_MAX (2 * EV_LINE_MAX + 2)

/* The file ----------------------------------------------------------------- */

/* <statedir>/promote/<name>, one for each ref. */
static int draft_path(struct ev_buf *out, const struct ev_promoter *m)
{
	struct ev_buf dir = EV_BUF_INIT;
	char hex[EV_SHA256_HEX + 1];
	int ret = ev_repo_statedir(&dir, m->repo);

	if (ret == 0) {
		ev_sha256_hex(hex, m->p->ref, strlen(m->p->ref));
		ev_buf_addf(&dir, "/promote");
		ret = ev_mkdirs(dir.ptr, 0777);
	}
	if (ret == 0)
		ev_buf_addf(out, "%s/%.12s", dir.ptr, hex);
	ev_buf_release(&dir);
	return ret;
}

/* What an earlier try signed; nothing if there is no such file. */
static void read_draft(struct ev_buf lines[EV_PROMOTE_LINES],
		       const struct ev_promoter *m)
{
	struct ev_buf path = EV_BUF_INIT, text = EV_BUF_INIT_MAX(DRAFT_MAX);
	const char *p, *lf;
	size_t i;

	if (draft_path(&path, m) == 0 &&
	    ev_file_read(&text, path.ptr, DRAFT_MAX) == 0)
		for (p = text.ptr, i = 0; i < EV_PROMOTE_LINES &&
		     (lf = strchr(p, '\n')); p = lf + 1, i++)
			ev_buf_add(&lines[i], p, (size_t)(lf - p));
	ev_error_clear();
	ev_buf_release(&path);
	ev_buf_release(&text);
}

/*
 * Beside it, then in its place: it is whole or as it was.  That it survives a
 * loss of power is not worth the wait; it is made anew then.
 */
static int put_file(const char *path, const struct ev_buf *text)
{
	char *beside = ev_strdupf("%s.%ld.tmp", path, (long)getpid());
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
		      O_NOFOLLOW, 0666);
	int ret = -1;

	if (fd >= 0) {
		ret = ev_fd_write(fd, text->ptr, text->len);
		if (close(fd) && ret == 0)
			ret = -1;
	}
	if (ret == 0)
		ret = rename(beside, path);
	if (ret)
		ret = ev_fail_errno(EV_ERROR, "cannot write '%s'", path);
	if (ret && fd >= 0)
		unlink(beside);
	free(beside);
	return ret;
}

/* Signed by hand, perhaps: what is signed is kept before anything else. */
static int write_draft(const struct ev_promoter *m)
{
	struct ev_buf path = EV_BUF_INIT, text = EV_BUF_INIT;
	size_t i;
	int ret;

	for (i = 0; i < EV_PROMOTE_LINES && m->lines[i].len; i++) {
		ev_buf_add(&text, m->lines[i].ptr, m->lines[i].len);
		ev_buf_addc(&text, '\n');
	}
	ret = draft_path(&path, m);
	if (ret == 0)
		ret = put_file(path.ptr, &text);
	ev_buf_release(&path);
	ev_buf_release(&text);
	return ret;
}

void ev_promote_draft_drop(struct ev_promoter *m)
{
	struct ev_buf path = EV_BUF_INIT;

	if (draft_path(&path, m) == 0)
		unlink(path.ptr);
	ev_error_clear();
	ev_buf_release(&path);
}

/* When was it written, as it says itself?  0: it cannot be told. */
static int64_t said_time(const struct ev_buf *line)
{
	struct ev_statement st = { 0 };
	const char *text = NULL;
	struct ev_envelope e;
	int64_t at = 0;

	ev_envelope_init(&e);
	if (line->len && ev_envelope_parse(&e, line->ptr, line->len) == 0 &&
	    ev_statement_parse(&st, e.payload.ptr, e.payload.len) == 0)
		text = ev_get_string(ev_get(st.predicate, "gitEvidence"),
				     "recordedAt");
	if (text && ev_time_parse(&at, text) < 0)
		at = 0;
	ev_error_clear();
	ev_statement_release(&st);
	ev_envelope_release(&e);
	return at;
}

/* What is said ------------------------------------------------------------- */

static int old_checkpoints(struct ev_strs *out, struct ev_promoter *m)
{
	struct ev_oids tips = EV_OIDS_INIT;
	struct ev_checkpoints *l;
	char hex[EV_OID_HEX + 1];
	size_t i;
	int ret = 0;

	l = ev_chain_checkpoints(m->chain, &ret);
	if (!l)
		return ret;
	ev_checkpoints_tips(&tips, l);
	for (i = 0; i < tips.n; i++) {
		ev_oid_hex(hex, &tips.items[i]);
		ev_strs_add(out, hex);
	}
	ev_strs_sort(out);
	ev_oids_release(&tips);
	return 0;
}

static void begin(struct ev_draft *d, const struct ev_promoter *m,
		  enum ev_kind kind, int64_t at)
{
	ev_draft_init(d, kind);
	d->name = ev_promoted_name(m->tag, m->p->ref);
	d->commit = m->p->to;
	d->tree = m->tree;
	d->recorded_at = at;
}

/* Signing ------------------------------------------------------------------ */

/* Is the line of an earlier try what is to be signed now? */
static int reuse(bool *yes, struct ev_promoter *m, const struct ev_draft *d,
		 size_t which, struct ev_buf *earlier)
{
	int ret = 0;

	*yes = false;
	if (earlier->len)
		ret = ev_draft_fits(yes, &m->written[which], m->ledger,
				    &m->policy->trust, d, m->p->fpr, earlier);
	if (*yes)
		ev_buf_swap(&m->lines[which], earlier);
	return ret;
}

/* Sign a line, and see meanwhile whether the one before it (may be NULL) is as
 * it should be. */
static int sign(struct ev_promoter *m, const struct ev_draft *d, size_t which,
		const struct ev_draft *before)
{
	struct ev_draft_signing s;
	int ret, end;

	ret = ev_draft_begin(&s, &m->policy->trust, d, m->p->fpr);
	if (ret == 0 && before)
		ret = ev_draft_accepted(m->ledger, before,
					&m->lines[which - 1]);
	end = ev_draft_end(&m->written[which], ret < 0 ? NULL :
			   &m->lines[which], &s, m->p->fpr);
	if (ret == 0)
		ret = end;
	return ret < 0 ? ret : write_draft(m);
}

/*
 * Both lines, as of `said->at`.  With `only_fitting` nothing is signed: 1 if
 * the earlier lines are there and right, and then no time but theirs is.
 */
static int make_lines(struct ev_promoter *m, struct ev_promoted *said,
		      struct ev_buf *earlier, bool only_fitting)
{
	struct ev_draft verdict, promotion;
	bool old, fits = false;
	int ret;

	begin(&verdict, m, EV_KIND_VERDICT, said->at);
	begin(&promotion, m, EV_KIND_PROMOTION, said->at);
	verdict.source_ref = m->p->ref;
	ev_verdict_members(&verdict.members, said);
	ret = reuse(&old, m, &verdict, EV_VERDICT_LINE, &earlier[0]);
	if (ret < 0 || (!old && only_fitting))
		goto out;
	if (!old)
		ret = sign(m, &verdict, EV_VERDICT_LINE, NULL);
	if (ret < 0)
		goto out;
	ev_promotion_members(&promotion.members, said,
			     m->written[EV_VERDICT_LINE].id);
	if (old)
		ret = reuse(&fits, m, &promotion, EV_PROMOTION_LINE,
			    &earlier[1]);
	if (ret == 0 && !fits)
		ret = sign(m, &promotion, EV_PROMOTION_LINE,
			   old ? NULL : &verdict);
	if (ret == 0)
		ret = 1;
out:
	ev_draft_release(&verdict);
	ev_draft_release(&promotion);
	return ret;
}

int ev_promote_accept(struct ev_promoter *m)
{
	struct ev_draft d;
	int ret;

	begin(&d, m, EV_KIND_PROMOTION, 0);
	ret = ev_draft_accepted(m->ledger, &d, &m->lines[EV_PROMOTION_LINE]);
	ev_draft_release(&d);
	return ret;
}

static int make_both(struct ev_promoter *m, struct ev_promoted *said)
{
	struct ev_buf earlier[EV_PROMOTE_LINES];
	int64_t now = ev_now(), at;
	size_t i;
	int ret;

	for (i = 0; i < EV_PROMOTE_LINES; i++)
		ev_buf_init(&earlier[i]);
	read_draft(earlier, m);
	at = said_time(&earlier[EV_VERDICT_LINE]);
	ret = ev_ledger_open(&m->ledger, m->repo, &m->policy->trust,
			     m->e.has_ledger ? &m->e.ledger : NULL);
	if (ret == 0 && at && at <= now && now - at < DRAFT_AGE) {
		said->at = at;
		ret = make_lines(m, said, earlier, true);
	}
	if (ret == 0) {
		said->at = now;
		ev_buf_clear(&earlier[EV_VERDICT_LINE]);
		ev_buf_clear(&earlier[EV_PROMOTION_LINE]);
		ret = make_lines(m, said, earlier, false);
	}
	for (i = 0; i < EV_PROMOTE_LINES; i++)
		ev_buf_release(&earlier[i]);
	return ret < 0 ? ret : 0;
}

int ev_promote_sign(struct ev_promoter *m)
{
	struct ev_evidence listed;
	struct ev_promoted said = {
		.ref = m->p->ref, .tag = m->tag,
		.has_from = !ev_oid_is_zero(&m->from), .from = m->from,
		.to = m->p->to, .tree = m->tree, .policy = m->policy,
		.verdict = &m->out->verdict, .counted = &m->counted,
		.rollback = m->p->rollback, .reason = m->p->reason,
	};
	int ret;

	ret = ev_promote_listed(&listed, m);
	said.decisions = listed.tags;
	said.ndecisions = listed.n;
	if (ret == 0)
		ret = old_checkpoints(&said.checkpoints, m);
	if (ret == 0)
		ret = make_both(m, &said);
	if (ret == 0) {
		memcpy(m->out->record, m->written[EV_VERDICT_LINE].id,
		       sizeof(m->out->record));
		memcpy(m->out->promotion, m->written[EV_PROMOTION_LINE].id,
		       sizeof(m->out->promotion));
	}
	ev_strs_release(&said.checkpoints);
	ev_evidence_release(&listed);
	return ret;
}
