#include "base/compat.h"

#include "gate/promote_internal.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "policy/checkpoints.h"
#include "repo/refs.h"
#include "sign/openpgp.h"

#define TRIES 20			/* to move the local refs */
#define IN_VAIN 3			/* though nothing had moved */
#define HEADS "refs/heads/"

static void move(struct ev_promoter *m, const char *ref,
		 const struct ev_oid *old, const struct ev_oid *new)
{
	ev_ref_changes_add(&m->out->moves, ref, old, new);
}

static const struct ev_oid *old_ledger(const struct ev_promoter *m)
{
	struct ev_remote *remote;

	if (!m->going)
		return m->e.has_ledger ? &m->e.ledger : &ev_oid_zero;
	remote = ev_outgoing_remote(m->going);
	return remote->has_ledger ? &remote->ledger : &ev_oid_zero;
}

/* Everything that goes in one step. */
static void list_moves(struct ev_promoter *m)
{
	struct ev_promote_result *out = m->out;
	const struct ev_oid *artifacts;
	const struct ev_tagref *tags;
	struct ev_remote *remote;
	size_t i, n;

	ev_ref_changes_release(&out->moves);
	move(m, m->p->ref, &m->from, &m->p->to);
	if (m->tag)
		move(m, m->tag, &ev_oid_zero, &out->tag);
	move(m, EV_LEDGER_REF, old_ledger(m), &out->ledger);
	move(m, out->checkpoint_ref ? out->checkpoint_ref :
	     EV_CHECKPOINT_TAGS "*", &ev_oid_zero, &out->checkpoint);
	if (!m->going)
		return;
	out->lines = ev_outgoing_lines(m->going);
	out->shared = !m->sync.kept.n;
	tags = ev_outgoing_tags(&n, m->going);
	for (i = 0; i < n; i++)
		move(m, tags[i].name, &ev_oid_zero, &tags[i].oid);
	artifacts = ev_outgoing_artifacts(m->going);
	remote = ev_outgoing_remote(m->going);
	if (artifacts)
		move(m, EV_ARTIFACT_REF, remote->has_artifacts ?
		     &remote->artifacts : &ev_oid_zero, artifacts);
}

/* Without a remote: a branch that somebody works on would leave its files. */
static int check_worktree(struct ev_promoter *m)
{
	struct ev_buf where = EV_BUF_INIT;
	int ret = 0;

	if (ev_starts_with(m->p->ref, HEADS))
		ret = ev_ref_worktree(&where, m->repo, m->p->ref);
	if (ret == 0 && where.len) {
		ret = ev_fail(EV_EINVALID, "'%s' is checked out in '%s', whose "
			      "files would not follow", m->p->ref +
			      strlen(HEADS), where.ptr);
		ev_error_hint("git -C '%s' switch --detach", where.ptr);
	}
	ev_buf_release(&where);
	return ret;
}

/* The decisions that the remote will have, or all that are here. */
int ev_promote_plan(struct ev_promoter *m)
{
	const struct ev_tagref *tags;
	size_t i, n;

	ev_evidence_copy(&m->sent, m->going ?
			 &ev_outgoing_remote(m->going)->evidence : &m->e);
	if (m->going) {
		tags = ev_outgoing_tags(&n, m->going);
		if (n > EV_PUSH_TAGS - 4) {
			ev_fail(EV_ELIMIT, "%zu decisions have not been "
				"shared, more than one push can carry", n);
			ev_error_hint("git evidence sync");
			return EV_ELIMIT;
		}
		for (i = 0; i < n; i++)
			ev_evidence_set_tag(&m->sent, tags[i].name,
					    &tags[i].oid);
	}
	list_moves(m);
	return m->going ? 0 : check_worktree(m);
}

/* Sealing ------------------------------------------------------------------ */

static char *message_of(const struct ev_promoter *m)
{
	const char *name = ev_promoted_name(m->tag, m->p->ref);
	char label[EV_OID_HEX + 1];

	ev_oid_hex(label, &m->p->to);
	return ev_strdupf("evidence: promotion%s%s of %.12s\n",
			  name ? " " : "", name ? name : "", label);
}

static int commit_ledger(struct ev_promoter *m)
{
	struct ev_append add[2 * EV_PROMOTE_LINES];
	const struct ev_oid *tip = m->e.has_ledger ? &m->e.ledger : NULL;
	char *message = message_of(m);
	size_t i;
	int ret;

	for (i = 0; i < EV_PROMOTE_LINES; i++) {
		add[2 * i].object = m->p->to;
		add[2 * i + 1].object = m->tree;
		add[2 * i].line = add[2 * i + 1].line = m->lines[i];
	}
	ret = m->going ?
		ev_outgoing_commit(&m->out->ledger, m->going, add,
				   EV_ARRAY_SIZE(add), message) :
		ev_ledger_commit(&m->out->ledger, m->repo, tip, tip, add,
				 EV_ARRAY_SIZE(add), message);
	free(message);
	return ret;
}

/* One of the two tags in the making. */
struct seal {
	struct ev_decision d;
	struct ev_buf raw, armour;
	struct ev_signing *signing;
};

static void seal_init(struct seal *t, enum ev_decision_kind kind)
{
	memset(t, 0, sizeof(*t));
	ev_decision_init(&t->d, kind);
	ev_buf_init(&t->raw);
	ev_buf_init(&t->armour);
}

static void seal_release(struct seal *t)
{
	ev_sign_finish(t->signing, NULL);
	ev_decision_release(&t->d);
	ev_buf_release(&t->raw);
	ev_buf_release(&t->armour);
}

static int seal_begin(struct seal *t, struct ev_promoter *m)
{
	int ret = ev_checkpoint_draft(&t->d, m->chain, &m->sent,
				      &m->out->ledger, m->person, ev_now());

	if (ret == 0)
		ret = ev_decision_format(&t->raw, &t->d);
	if (ret == 0)
		ret = ev_sign_start(&t->signing, m->p->fpr, t->raw.ptr,
				    t->raw.len);
	return ret;
}

static int seal_end(struct seal *t)
{
	struct ev_buf sig = EV_BUF_INIT;
	int ret = ev_sign_finish(t->signing, &sig);

	t->signing = NULL;
	if (ret == 0)
		ev_enarmor(&t->armour, sig.ptr, sig.len);
	ev_buf_release(&sig);
	return ret;
}

/* Verify it, and write the object. */
static int seal_make(struct ev_oid *tag, struct seal *t, struct ev_promoter *m)
{
	return ev_decision_make(tag, m->repo, &m->policy->trust, &t->d,
				m->p->fpr, &t->armour);
}

/* What the object will be called. */
static int seal_name(char hex[EV_OID_HEX + 1], const struct seal *t)
{
	struct ev_buf whole = EV_BUF_INIT;
	struct ev_oid oid;
	int ret;

	ev_buf_add(&whole, t->raw.ptr, t->raw.len);
	ev_buf_add(&whole, t->armour.ptr, t->armour.len);
	ret = ev_object_hash(&oid, EV_OBJ_TAG, whole.ptr, whole.len);
	ev_oid_hex(hex, &oid);
	ev_buf_release(&whole);
	return ret;
}

/* The release's checkpoint follows that of the ledger. */
static int begin_release(struct seal *release, const struct seal *checkpoint,
			 struct ev_promoter *m)
{
	char hex[EV_OID_HEX + 1];
	int ret = seal_name(hex, checkpoint);

	if (ret < 0)
		return ret;
	release->d.ref = ev_strdup(m->tag);
	release->d.commit = m->p->to;
	ev_strs_add(&release->d.before, hex);
	return seal_begin(release, m);
}

/* While gpg signs one thing, the one before is verified. */
int ev_promote_seal(struct ev_promoter *m)
{
	struct ev_promote_result *out = m->out;
	struct seal checkpoint, release;
	int ret;

	seal_init(&checkpoint, EV_DECISION_CHECKPOINT);
	seal_init(&release, EV_DECISION_RELEASE);
	ret = commit_ledger(m);
	if (ret == 0)
		ret = seal_begin(&checkpoint, m);
	if (ret == 0)
		ret = ev_promote_accept(m);
	if (ret == 0)
		ret = seal_end(&checkpoint);
	if (ret == 0 && m->tag)
		ret = begin_release(&release, &checkpoint, m);
	if (ret == 0)
		ret = seal_make(&out->checkpoint, &checkpoint, m);
	if (ret == 0 && m->tag)
		ret = seal_end(&release);
	if (ret == 0 && m->tag)
		ret = seal_make(&out->tag, &release, m);
	if (ret == 0) {
		out->checkpoint_ref = ev_decision_ref(&checkpoint.d);
		list_moves(m);
	}
	seal_release(&checkpoint);
	seal_release(&release);
	return ret;
}

/* The step ----------------------------------------------------------------- */

static bool is_evidence(const char *ref)
{
	return !strcmp(ref, EV_LEDGER_REF) || !strcmp(ref, EV_ARTIFACT_REF) ||
	       ev_starts_with(ref, EV_TAGS);
}

static int push(struct ev_promoter *m)
{
	const struct ev_ref_changes *moves = &m->out->moves;
	struct ev_push_ref *refs = ev_calloc(moves->n, sizeof(*refs));
	struct ev_tagref *tags = ev_calloc(moves->n, sizeof(*tags));
	struct ev_push p = { .ledger = &m->out->ledger, .tags = tags,
			     .artifacts = ev_outgoing_artifacts(m->going),
			     .refs = refs };
	const struct ev_ref_change *c;
	size_t i;
	int ret;

	for (i = 0; i < moves->n; i++) {
		c = &moves->items[i];
		if (!is_evidence(c->ref)) {
			refs[p.nrefs].name = c->ref;
			refs[p.nrefs].old = c->old;
			refs[p.nrefs++].new = c->new;
		} else if (ev_starts_with(c->ref, EV_TAGS)) {
			tags[p.ntags].name = c->ref;
			tags[p.ntags++].oid = c->new;
		}
	}
	memcpy(m->told, m->out->promotion, sizeof(m->told));
	m->out->attempts++;
	ret = ev_remote_push(ev_outgoing_remote(m->going), m->repo, &p);
	free(refs);
	free(tags);
	return ret;
}

/* The words of a failure, kept while something else is tried. */
struct words { char *message, *details, *hints; };

static void keep_words(struct words *w)
{
	const struct ev_error *e = ev_error_last();

	w->message = ev_strdup(e->message);
	w->details = ev_strdup(e->details);
	w->hints = ev_strdup(e->hints);
}

static int say_words(struct words *w, int code)
{
	char *line, *save = NULL;

	ev_fail(code, "%s", w->message);
	for (line = strtok_r(w->details, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		ev_error_detail("%s", line);
	save = NULL;
	for (line = strtok_r(w->hints, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		ev_error_hint("%s", line);
	return code;
}

static void free_words(struct words *w)
{
	free(w->message);
	free(w->details);
	free(w->hints);
}

/* Does the remote hold anything else than when it was looked at? */
static bool has_moved(const struct ev_promoter *m, const struct ev_oid *ledger,
		      bool had_ledger)
{
	const struct ev_remote *now = ev_outgoing_remote(m->going);
	const struct ev_oid *ref = ev_remote_other(now, m->p->ref);
	const struct ev_oid *tag = m->tag ? ev_remote_other(now, m->tag) : NULL;

	if (now->has_ledger != had_ledger ||
	    (had_ledger && !ev_oid_eq(&now->ledger, ledger)))
		return true;
	return tag || !ev_oid_eq(ref ? ref : &ev_oid_zero, &m->from);
}

/*
 * Was somebody else first, or is it refused?  What the remote holds now tells
 * it better than words; it may even have taken the push, and its answer was
 * lost.
 */
static int why_not(struct ev_promoter *m, int ret)
{
	struct ev_remote *remote = ev_outgoing_remote(m->going);
	struct ev_oid ledger = remote->ledger;
	bool had_ledger = remote->has_ledger;
	struct words w;

	keep_words(&w);
	if (ev_remote_look(remote, m->repo) < 0)
		ret = say_words(&w, EV_ERROR);
	else if (has_moved(m, &ledger, had_ledger))
		ret = ev_fail(EV_ECONFLICT, "%s", w.message);
	else if (ret != EV_ECONFLICT || m->in_vain++ >= IN_VAIN)
		ret = say_words(&w, ret == EV_ECONFLICT ? EV_EDENIED : ret);
	free_words(&w);
	return ret;
}

/* A hook here may know less than the remote: then the branch alone stays. */
static int move_here(struct ev_promoter *m, struct ev_ref_changes *c)
{
	int ret = c->n ? ev_refs_move(m->repo, c, "evidence: promote") : 0;

	if (ret != EV_EDENIED || strcmp(c->items[0].ref, m->p->ref))
		return ret;
	ev_strs_addf(&m->out->left, "the local branch '%s' stays where it is, "
		     "as a hook says", m->p->ref + strlen(HEADS));
	free(c->items[0].ref);
	c->items[0] = c->items[--c->n];
	return c->n ? ev_refs_move(m->repo, c, "evidence: promote") : 0;
}

/* It has happened: that a local ref stays behind takes nothing of that back. */
void ev_promote_settle(struct ev_promoter *m)
{
	struct ev_ref_changes c = { NULL, 0, 0 };
	unsigned attempt;
	int ret = EV_ECONFLICT;

	for (attempt = 0; ret == EV_ECONFLICT && attempt < TRIES; attempt++) {
		if (attempt)
			ev_ref_backoff(attempt);
		ev_ref_changes_release(&c);
		ret = ev_promote_follow(&c, m);
		if (ret == 0)
			ret = move_here(m, &c);
	}
	if (ret == 0 && !ev_oid_is_zero(&m->out->ledger))
		ret = ev_outgoing_sent(m->going, &m->out->ledger);
	if (ret < 0)
		ev_strs_addf(&m->out->left, "the local refs stay behind: %s",
			     ev_error_last()->message);
	ev_error_clear();
	ev_ref_changes_release(&c);
}

int ev_promote_push(struct ev_promoter *m)
{
	int ret;

	if (m->going) {
		ret = push(m);
		if (ret == 0)
			ev_promote_settle(m);
		return ret < 0 ? why_not(m, ret) : ret;
	}
	m->out->attempts++;
	return ev_refs_move(m->repo, &m->out->moves, "evidence: promote");
}
