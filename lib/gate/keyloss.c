#include "base/compat.h"

#include "gate/keyloss.h"

#include <stdio.h>
#include <strings.h>

#include "base/error.h"
#include "ledger/decision.h"
#include "ledger/ledger.h"
#include "repo/notes.h"

void ev_key_loss_release(struct ev_key_loss *l)
{
	ev_strs_release(&l->named_records);
	ev_strs_release(&l->named_decisions);
	memset(l, 0, sizeof(*l));
}

struct look {
	struct ev_key_loss *out;
	struct ev_repo *repo;
	const struct ev_withdrawn *w;
	struct ev_ledger *before, *after;
};

static bool is_by(const struct ev_withdrawn *w, const char *signer,
		  const char *subkey)
{
	return !strcasecmp(w->fpr, signer) || !strcasecmp(w->fpr, subkey);
}

static void lose_record(struct look *k, const struct ev_record *r)
{
	if (k->out->records++ < EV_KEY_LOSS_NAMED)
		ev_strs_addf(&k->out->named_records, "%s%s%s %.12s",
			     ev_kind_name(r->kind), *r->name ? " " : "",
			     r->name, r->id);
}

/* A record lies on a commit and its tree: it is looked at on the tree. */
static int look_at_line(struct look *k, const struct ev_oid *object,
			const struct ev_slice *s)
{
	struct ev_line line;
	bool stands;
	int ret = ev_ledger_judge(&line, k->before, object, s->p, s->n);

	if (ret < 0)
		return ret;
	stands = line.state == EV_LIVE &&
		ev_oid_eq(object, &line.record.tree) &&
		is_by(k->w, line.record.signer, line.record.subkey);
	ev_line_release(&line);
	if (!stands)
		return 0;
	ret = ev_ledger_judge(&line, k->after, object, s->p, s->n);
	if (ret < 0)
		return ret;
	/* A withdrawal goes on withdrawing. */
	if (line.state != EV_LIVE && !line.stood)
		lose_record(k, &line.record);
	ev_line_release(&line);
	return 0;
}

static int look_at_note(void *ctx, const struct ev_oid *object,
			const struct ev_oid *blob)
{
	struct look *k = ctx;
	struct ev_buf text = EV_BUF_INIT_MAX(EV_OBJECT_LIMIT);
	struct ev_slices s = { NULL, 0, 0 };
	size_t i;
	int ret;

	ret = ev_object_read(&text, NULL, k->repo, blob);
	if (ret == 0)
		ev_slices_split(&s, &text);
	for (i = 0; ret == 0 && i < s.n; i++)
		ret = look_at_line(k, object, &s.items[i]);
	ev_slices_release(&s);
	ev_buf_release(&text);
	return ret;
}

static int look_at_ledger(struct look *k, struct ev_policy *before,
			  struct ev_policy *after, const struct ev_oid *tip,
			  int64_t now)
{
	struct ev_notes *notes = NULL;
	int ret;

	ret = ev_ledger_open(&k->before, k->repo, &before->trust, tip);
	if (ret == 0)
		ret = ev_ledger_open(&k->after, k->repo, &after->trust, tip);
	if (ret == 0)
		ret = ev_notes_open(&notes, k->repo, tip);
	if (ret == 0) {
		ev_ledger_set_now(k->before, now);
		ev_ledger_set_now(k->after, now);
		ret = ev_notes_each(notes, look_at_note, k);
	}
	ev_notes_close(notes);
	ev_ledger_close(k->before);
	ev_ledger_close(k->after);
	return ret;
}

/* Whoever rejected goes on rejecting. */
static bool is_no(const struct ev_decided *d)
{
	return d->d.kind == EV_DECISION_APPROVAL &&
		d->d.meaning == EV_MEANING_REJECTED;
}

static int look_at_tags(struct look *k, struct ev_policy *before,
			struct ev_policy *after, const struct ev_evidence *e,
			int64_t now)
{
	struct ev_decideds all = { NULL, 0, 0 };
	struct ev_decided *d;
	size_t i;
	int ret;

	ret = ev_decideds_load(&all, NULL, k->repo, &before->trust, e,
			       EV_TAGS, now);
	for (i = 0; ret == 0 && i < all.n; i++) {
		d = &all.items[i];
		/* which subkey it was is not kept with a decision */
		if (d->sig != EV_OBJSIG_GOOD || is_no(d))
			continue;
		ret = ev_decided_verify(d, k->repo, &after->trust, now);
		if (ret < 0 || d->sig == EV_OBJSIG_GOOD)
			continue;
		if (k->out->decisions++ < EV_KEY_LOSS_NAMED)
			ev_strs_add(&k->out->named_decisions,
				    d->ref + strlen(EV_TAGS));
	}
	ev_decideds_release(&all);
	return ret;
}

static void compare_policies(struct ev_key_loss *out,
			     const struct ev_policy *before,
			     const struct ev_chain *after)
{
	if (after->state != EV_CHAIN_GOOD || !after->in_force)
		snprintf(out->policy, sizeof(out->policy), "%s",
			 *after->reason ? after->reason :
			 "no policy would be in force");
	else if (strcmp(after->in_force->link, before->link))
		snprintf(out->policy, sizeof(out->policy), "version %lld would "
			 "be in force again",
			 (long long)after->in_force->version);
}

int ev_key_loss(struct ev_key_loss *out, struct ev_repo *r,
		const struct ev_chain *chain, const struct ev_evidence *e,
		const struct ev_withdrawn *w, int64_t now)
{
	struct look k = { .out = out, .repo = r, .w = w };
	struct ev_policy *before = ev_chain_policy(chain), *after;
	struct ev_evidence with = *e;
	struct ev_chain then;
	int ret;

	memset(out, 0, sizeof(*out));
	/* Where nothing is in force there is no chain to lose. */
	if (!before || !chain->in_force || chain->state != EV_CHAIN_GOOD)
		return 0;
	with.supposed = w;
	ret = ev_chain_read(&then, r, &with, now);
	if (ret < 0)
		return ret;
	compare_policies(out, before, &then);
	after = then.in_force;
	if (after && !*out->policy) {
		if (e->has_ledger)
			ret = look_at_ledger(&k, before, after, &e->ledger,
					     now);
		if (ret == 0)
			ret = look_at_tags(&k, before, after, &with, now);
	}
	ev_chain_release(&then);
	return ret;
}
