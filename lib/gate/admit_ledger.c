#include "base/compat.h"

#include "gate/admit_internal.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "ledger/final.h"
#include "ledger/said.h"
#include "repo/notes.h"
#include "repo/rawobj.h"

#define COMMIT_MAX ((size_t)1 << 20)
#define COMMITS_MAX 10000		/* of one push */
#define NOTE_MAX ((uint64_t)64 << 20)
#define FINDINGS_MAX 20			/* then no more is looked at */
/* Lines given to gpg at a time: those after a refused one should not cost. */
#define AT_ONCE 32

struct admission {
	struct ev_repo *repo;
	const struct ev_trust *trust;
	struct ev_ledger *ledger;	/* judges */
	struct ev_notes *before, *after;
	struct ev_strs findings;
};

static int find(struct admission *a, const struct ev_oid *object,
		const struct ev_slice *s, const char *reason)
{
	char hex[EV_OID_HEX + 1], digest[EV_SHA256_HEX + 1];

	ev_oid_hex(hex, object);
	if (s) {
		ev_sha256_hex(digest, s->p, s->n);
		ev_strs_addf(&a->findings, "line %.12s of %.12s: %s", digest,
			     hex, reason);
	} else {
		ev_strs_addf(&a->findings, "note of %.12s: %s", hex, reason);
	}
	return a->findings.n < FINDINGS_MAX ? 0 : EV_ESTOP;
}

static int judge(struct admission *a, const struct ev_oid *object,
		 const struct ev_slice *s, struct ev_said *said)
{
	struct ev_line line;
	char reason[200];
	int ret;

	ret = ev_ledger_judge(&line, a->ledger, object, s->p, s->n);
	if (ret < 0)
		return ret;
	if (line.state != EV_LIVE)
		ret = find(a, object, s, line.reason);
	else if (!ev_line_admissible(reason, a->trust, &line))
		ret = find(a, object, s, reason);
	else if (ev_said_has(said, object, &line))
		ret = find(a, object, s, "this record of this signer is there "
			   "already");
	else
		ev_said_add(said, object, &line);
	ev_line_release(&line);
	return ret;
}

static int judge_new(struct admission *a, const struct ev_oid *object,
		     const struct ev_slices *mine, const struct ev_slices *old)
{
	struct ev_said said = EV_SAID_INIT;
	struct ev_slices fresh = { NULL, 0, 0 };
	size_t i, k, n;
	int ret;

	for (i = 0; i < mine->n; i++)
		if (!ev_slices_has(old, &mine->items[i])) {
			EV_GROW(fresh.items, fresh.n, fresh.cap);
			fresh.items[fresh.n++] = mine->items[i];
		}
	ret = fresh.n ? ev_said_load(&said, a->ledger, object, old) : 0;
	for (i = 0; ret == 0 && i < fresh.n; i += n) {
		n = fresh.n - i < AT_ONCE ? fresh.n - i : AT_ONCE;
		ret = ev_ledger_learn(a->ledger, fresh.items + i, n);
		for (k = 0; ret == 0 && k < n; k++)
			ret = judge(a, object, &fresh.items[i + k], &said);
	}
	ev_slices_release(&fresh);
	ev_said_release(&said);
	return ret;
}

/* One path, one blob of a size that is worth reading; 1 if so. */
static int readable(struct admission *a, const struct ev_oid *object)
{
	struct ev_oids blobs = EV_OIDS_INIT;
	enum ev_objtype type;
	uint64_t size;
	int ret;

	ret = ev_notes_find(&blobs, a->after, object);
	if (ret < 0)
		goto out;
	if (!blobs.n) {
		ret = find(a, object, NULL, "it is gone");
	} else if (blobs.n > 1) {
		ret = find(a, object, NULL, "it lies under more than one path");
	} else {
		ret = ev_object_info(&type, &size, a->repo, &blobs.items[0]);
		if (ret < 0)
			goto out;
		if (type != EV_OBJ_BLOB)
			ret = find(a, object, NULL, "it is no file");
		else if (size > NOTE_MAX)
			ret = find(a, object, NULL, "it is larger than 64 MiB");
		else
			ret = 1;
	}
out:
	ev_oids_release(&blobs);
	return ret;
}

/* What the step does to the lines of one object. */
static int check_object(void *ctx, const struct ev_oid *object)
{
	struct admission *a = ctx;
	struct ev_slices old = { NULL, 0, 0 }, new = { NULL, 0, 0 };
	struct ev_texts texts = { NULL, 0, 0 };
	size_t i;
	int ret;

	ret = readable(a, object);
	if (ret != 1)
		return ret;
	ret = ev_note_lines(&old, &texts, a->repo, a->before, object);
	if (ret == 0)
		ret = ev_note_lines(&new, &texts, a->repo, a->after, object);
	ev_slices_sort(&old);
	ev_slices_sort(&new);
	for (i = 0; ret == 0 && i < old.n; i++)
		if (!ev_slices_has(&new, &old.items[i]))
			ret = find(a, object, &old.items[i], "it is gone");
	if (ret == 0)
		ret = judge_new(a, object, &new, &old);
	ev_texts_release(&texts);
	ev_slices_release(&old);
	ev_slices_release(&new);
	return ret;
}

/* From one commit to the next: union ignores history, so that a line which
 * came in between and went again would come back with every reader. */
static int check_step(struct admission *a, const struct ev_oid *before,
		      const struct ev_oid *after)
{
	size_t strays = 0;
	int ret;

	ret = ev_notes_new_strays(&strays, a->repo, before, after);
	if (ret == 0 && strays)
		ret = ev_fail(EV_EDENIED, "%zu files are no notes", strays);
	if (ret == 0)
		ret = ev_notes_open(&a->before, a->repo, before);
	if (ret == 0)
		ret = ev_notes_open(&a->after, a->repo, after);
	if (ret == 0)
		ret = ev_notes_diff(a->repo, before, after, check_object, a);
	ev_notes_close(a->before);
	ev_notes_close(a->after);
	a->before = a->after = NULL;
	return ret;
}

static int read_parent(struct ev_oid *parent, bool *has, struct ev_repo *r,
		       const struct ev_oid *commit)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(COMMIT_MAX);
	struct ev_rawobj obj;
	enum ev_objtype type;
	int ret;

	ev_rawobj_init(&obj);
	ret = ev_object_read(&raw, &type, r, commit);
	if (ret == 0 && type != EV_OBJ_COMMIT)
		ret = ev_fail(EV_EDENIED, "it is a %s, not a commit",
			      ev_objtype_name(type));
	if (ret == 0)
		ret = ev_commit_split(&obj, raw.ptr, raw.len);
	if (ret == 0 && obj.parents.n > 1)
		ret = ev_fail(EV_EDENIED, "it has a merge; a ledger is one "
			      "line of commits");
	*has = ret == 0 && obj.parents.n;
	if (*has)
		*parent = obj.parents.items[0];
	ev_rawobj_release(&obj);
	ev_buf_release(&raw);
	return ret;
}

/* The commits from new back to old, newest first. */
static int list_steps(struct ev_oids *out, struct ev_repo *r,
		      const struct ev_oid *old, const struct ev_oid *new)
{
	struct ev_oid at = *new, parent;
	bool has = true;
	int ret = 0;

	while (ret == 0 && !ev_oid_eq(&at, old)) {
		if (!has)
			return ev_oid_is_zero(old) ? 0 :
				ev_fail(EV_EDENIED, "it is no fast-forward");
		if (out->n == COMMITS_MAX)
			return ev_fail(EV_EDENIED, "it is no fast-forward, or "
				       "one of more than %d commits",
				       COMMITS_MAX);
		ret = read_parent(&parent, &has, r, &at);
		ev_oids_add(out, &at);
		if (has)
			at = parent;
	}
	return ret;
}

static int refuse(const struct ev_strs *findings)
{
	size_t i;

	ev_fail(EV_EDENIED, "%zu%s finding%s", findings->n,
		findings->n < FINDINGS_MAX ? "" : " or more",
		findings->n == 1 ? "" : "s");
	for (i = 0; i < findings->n; i++)
		ev_error_detail("%s", findings->items[i]);
	return EV_EDENIED;
}

int ev_admit_ledger(struct ev_repo *r, const struct ev_chain *chain,
		    const struct ev_oid *old, const struct ev_oid *new,
		    int64_t now)
{
	struct admission a = { .repo = r };
	struct ev_oids steps = EV_OIDS_INIT;
	const struct ev_oid *before = ev_oid_is_zero(old) ? NULL : old;
	size_t i;
	int ret;

	if (ev_oid_is_zero(new))
		return ev_fail(EV_EDENIED, "the ledger may not be deleted");
	if (!chain->in_force)
		return ev_fail(EV_EDENIED, "no policy is in force that says "
			       "whose records are taken");
	a.trust = &chain->in_force->trust;
	ret = list_steps(&steps, r, old, new);
	if (ret == 0)
		ret = ev_ledger_open(&a.ledger, r, &chain->in_force->trust,
				     before);
	if (ret < 0)
		goto out;
	ev_ledger_set_now(a.ledger, now);
	for (i = steps.n; ret == 0 && i > 0; i--) {
		ret = check_step(&a, before, &steps.items[i - 1]);
		before = &steps.items[i - 1];
	}
	if ((ret == 0 || ret == EV_ESTOP) && a.findings.n)
		ret = refuse(&a.findings);
out:
	ev_strs_release(&a.findings);
	ev_ledger_close(a.ledger);
	ev_oids_release(&steps);
	ret = ev_admit_denied(ret);
	if (ret < 0)
		ev_fail_prefix("the ledger cannot be taken");
	if (ret == EV_EDENIED)
		ev_error_hint("git evidence sync       # sends what can be "
			      "taken");
	return ret;
}
