#include "base/compat.h"

#include "cmd/revoke.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "ledger/expunge.h"
#include "repo/refs.h"

#define APPROVALS EV_TAGS "approve/"
#define POLICIES EV_TAGS "policy/"
#define TAGS "refs/tags/"
#define ID_MIN 12

void target_release(struct target *t)
{
	ev_revoke_release(&t->what);
	ev_line_release(&t->line);
	ev_decided_release(&t->decided);
	ev_key_loss_release(&t->loss);
}

/* Approvals ---------------------------------------------------------------- */

bool tag_is_called(const char *ref, const char *word)
{
	const char *p;

	if (!strcmp(ref, word))
		return true;
	for (p = strchr(ref, '/'); p; p = strchr(p + 1, '/'))
		if (!strcmp(p + 1, word))
			return true;
	return false;
}

/* The evidence tag that a word names, by name or object, or NULL. */
static const struct ev_tagref *find_tag(const struct ev_evidence *e,
					struct ev_repo *r, const char *word)
{
	enum ev_objtype type;
	struct ev_oid oid;
	size_t i;

	for (i = 0; i < e->n; i++)
		if (tag_is_called(e->tags[i].name, word))
			return &e->tags[i];
	if (ev_repo_resolve(&oid, &type, r, word) < 0 || type != EV_OBJ_TAG) {
		ev_error_clear();
		return NULL;
	}
	for (i = 0; i < e->n; i++)
		if (ev_oid_eq(&e->tags[i].oid, &oid))
			return &e->tags[i];
	return NULL;
}

static void add_quorum_roles(struct ev_strs *roles, const struct ev_quorum *q)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		ev_strs_add(roles, q->items[i].role);
}

static int take_approval(struct target *t, struct ev_repo *r,
			 const struct reader *reader,
			 const struct ev_tagref *tag)
{
	struct ev_strs quorum = EV_STRS_INIT;
	struct ev_decided *d = &t->decided;
	int ret;

	ret = ev_decided_read(d, r, tag->name, &tag->oid);
	if (ret == 0)
		ret = ev_decided_verify(d, r, reader->trust, ev_now());
	if (ret < 0)
		return ret;
	/* A no weighs more: it takes a quorum to go against it. */
	add_quorum_roles(&quorum, &reader->policy->policy_change);
	ev_revoke_approval(&t->what, d, d->d.meaning == EV_MEANING_REJECTED ?
			   &quorum : &reader->policy->revoke_approvals);
	snprintf(t->label, sizeof(t->label), "approval %.12s (%s by %.100s as "
		 "%.64s)", t->what.id, ev_meaning_name(d->d.meaning),
		 d->d.name, d->d.role);
	ev_strs_release(&quorum);
	return 0;
}

static int take_tag(struct target *t, struct ev_repo *r,
		    const struct reader *reader, const struct ev_tagref *tag)
{
	if (ev_starts_with(tag->name, APPROVALS))
		return take_approval(t, r, reader, tag);
	if (ev_starts_with(tag->name, POLICIES))
		return ev_fail(EV_EINVALID, "'%s' is the approval of a policy, "
			       "which cannot be withdrawn: a newer policy "
			       "replaces it", tag->name);
	return ev_fail(EV_EINVALID, "'%s' is a checkpoint, which cannot be "
		       "withdrawn", tag->name);
}

/* Links -------------------------------------------------------------------- */

/* Only where two follow one has a withdrawal a say. */
static int take_link(struct target *t, struct ev_repo *r,
		     const struct reader *reader, const char *link)
{
	const struct ev_policy *last = reader->chain.in_force;
	struct ev_decideds all = { NULL, 0, 0 };
	struct ev_strs roles = EV_STRS_INIT;
	const struct ev_decision *d;
	size_t i;
	int ret;

	ret = ev_decideds_load(&all, NULL, r, reader->trust, &reader->evidence,
			       POLICIES, ev_now());
	if (ret < 0)
		return ret;
	ret = EV_ENOTFOUND;
	for (i = 0; ret == EV_ENOTFOUND && i < all.n; i++) {
		d = &all.items[i].d;
		if (d->kind != EV_DECISION_POLICY ||
		    !ev_starts_with(d->control_set, link))
			continue;
		if (reader->chain.state != EV_CHAIN_FORKED || !last ||
		    strcmp(d->previous, last->link)) {
			ret = ev_fail(EV_EDENIED, "policy %.19s is not one of "
				      "several that follow the same one, so a "
				      "newer policy replaces it, and no "
				      "withdrawal does", d->control_set);
			break;
		}
		add_quorum_roles(&roles, &last->policy_change);
		ev_revoke_link(&t->what, d->control_set, &roles);
		snprintf(t->label, sizeof(t->label), "policy %.19s",
			 d->control_set);
		ret = 0;
	}
	ev_strs_release(&roles);
	ev_decideds_release(&all);
	return ret;
}

/* Records ------------------------------------------------------------------ */

static int take_record(struct target *t, struct ev_ledger *l,
		       const struct reader *reader, const char *id)
{
	const struct ev_record *r = &t->line.record;
	bool as_line;
	int ret;

	ret = ev_ledger_find(&t->line, l, id);
	if (ret < 0)
		return ret;
	as_line = !r->kind || !ev_starts_with(r->id, id);
	ret = ev_revoke_record(&t->what, &t->line, as_line, reader->trust);
	if (ret < 0)
		return ret;
	if (t->what.type == EV_REVOKE_LINE)
		snprintf(t->label, sizeof(t->label), "line %.12s",
			 t->what.id);
	else
		snprintf(t->label, sizeof(t->label), "record %.12s (%s%s%.100s "
			 "by %.100s)", t->what.id, ev_kind_name(r->kind),
			 *r->name ? " " : "", r->name,
			 t->line.person ? t->line.person->name : "nobody");
	return 0;
}

/* Keys and artifacts ------------------------------------------------------- */

/* The policy, of those there have been, that knows the key. */
static const struct ev_policy *policy_of_key(const struct reader *reader,
					     const char *id,
					     const struct ev_key **key,
					     const struct ev_subkey **sub)
{
	const struct ev_chain *c = &reader->chain;
	const struct ev_policy *p = reader->policy;
	size_t i = c->n;

	do {
		if (p->trust.home)
			*key = ev_keyhome_find(p->trust.home, id, sub);
		if (*key && ev_trust_person(&p->trust, (*key)->fpr, NULL))
			return p;
		p = i ? c->links[--i] : NULL;
	} while (p);
	return NULL;
}

static int take_key(struct target *t, const struct reader *reader,
		    const char *word)
{
	const struct ev_key *key = NULL;
	const struct ev_subkey *sub = NULL;
	const struct ev_person *owner, *held;
	const struct ev_policy *p;
	char id[41];

	if (!ev_key_id(id, word) || (strlen(id) != 40 && strlen(id) != 16))
		return EV_ENOTFOUND;
	p = policy_of_key(reader, id, &key, &sub);
	if (!p)
		return EV_ENOTFOUND;
	held = ev_trust_person(&p->trust, key->fpr, NULL);
	owner = ev_trust_person(reader->trust, key->fpr, NULL);
	ev_revoke_key(&t->what, sub ? sub->fpr : key->fpr, owner,
		      &reader->policy->revoke_keys);
	snprintf(t->label, sizeof(t->label), "key %s (%.100s)", t->what.id,
		 held->name);
	return 0;
}

static int take_artifact(struct target *t, struct ev_ledger *l,
			 const struct reader *reader, const char *hex)
{
	struct ev_artifacts one = EV_ARTIFACTS_INIT;
	struct ev_strs roles = EV_STRS_INIT;
	struct ev_artifact a;
	int ret;

	ret = ev_artifact_find(&a, l, hex);
	if (ret == 0) {
		add_quorum_roles(&roles, &reader->policy->policy_change);
		ev_revoke_artifact(&t->what, a.sha256, a.stored ? &a.blob :
				   &ev_oid_zero, &roles);
		snprintf(t->label, sizeof(t->label), "artifact sha256:%.12s "
			 "(%.100s)", a.sha256, a.name);
	}
	if (a.name) {
		one.items = ev_calloc(1, sizeof(a));
		*one.items = a;
		one.n = one.cap = 1;
	}
	ev_artifacts_release(&one);
	ev_strs_release(&roles);
	return ret;
}

/* Releases ------------------------------------------------------------------ */

/* Of several promotions of one content any will do; of two contents that are
 * called the same somebody has to say which. */
static int promoted(struct ev_release *out, struct ev_repo *r,
		    const struct reader *reader, struct ev_ledger *l,
		    const char *word)
{
	struct ev_releases all;
	size_t i;
	int ret;

	ret = ev_releases_named(&all, r, &reader->chain, l, word);
	if (ret < 0)
		return ret;
	for (i = 1; i < all.n; i++)
		if (!ev_oid_eq(&all.items[i].to, &all.items[0].to))
			break;
	if (!all.n) {
		ret = EV_ENOTFOUND;
	} else if (i < all.n) {
		ret = ev_release_find(out, r, &reader->chain, l, word);
	} else {
		*out = all.items[0];
		memset(&all.items[0], 0, sizeof(*all.items));
	}
	ev_releases_release(&all);
	return ret;
}

static int take_promoted(struct target *t, const struct reader *reader,
			 const struct ev_release *x)
{
	char *id = *x->tag ? ev_strdup(x->tag) :
		ev_strdupf("sha256:%s", x->record);
	int ret = 0;

	if (x->withdrawn)
		ret = ev_fail(EV_EEXISTS, "release '%s' was withdrawn already",
			      id);
	else
		ev_revoke_promoted(&t->what, id, &x->to, &x->tree, x->person,
				   &reader->policy->revoke_releases);
	snprintf(t->label, sizeof(t->label), "release %.200s", *x->tag ?
		 x->tag + strlen(TAGS) : x->record);
	free(id);
	return ret;
}

/* A tag that was made without `promote` is a release as well. */
static int take_tagged(struct target *t, struct ev_repo *r,
		       const struct reader *reader, const char *word)
{
	char *ref = ev_starts_with(word, TAGS) ? ev_strdup(word) :
		ev_strdupf(TAGS "%s", word);
	struct ev_oid commit, tree;
	int ret;

	ret = ev_ref_read(&commit, r, ref);
	if (ret == 0)
		ret = ev_repo_commit(&commit, r, ref);
	if (ret == 0)
		ret = ev_repo_tree_of(&tree, r, &commit);
	if (ret == 0) {
		ev_revoke_promoted(&t->what, ref, &commit, &tree, NULL,
				   &reader->policy->revoke_releases);
		snprintf(t->label, sizeof(t->label), "release %.200s",
			 ref + strlen(TAGS));
	} else if (ret == EV_ENOTFOUND || ret == EV_EINVALID) {
		ev_error_clear();
		ret = EV_ENOTFOUND;
	}
	free(ref);
	return ret;
}

static int take_release(struct target *t, struct ev_repo *r,
			struct ev_ledger *l, const struct reader *reader,
			const char *word)
{
	struct ev_release x;
	int ret;

	memset(&x, 0, sizeof(x));
	ret = promoted(&x, r, reader, l, word);
	if (ret == 0)
		ret = take_promoted(t, reader, &x);
	else if (ret == EV_ENOTFOUND)
		ret = take_tagged(t, r, reader, word);
	ev_release_release(&x);
	return ret;
}

/* -------------------------------------------------------------------------- */

int target_find(struct target *t, struct ev_repo *r, struct ev_ledger *l,
		const struct reader *reader, const char *word)
{
	const char *hex = ev_starts_with(word, "sha256:") ? word + 7 : word;
	size_t n = strlen(hex);
	bool is_id = n >= ID_MIN && n <= 64 &&
		strspn(hex, "0123456789abcdef") == n;
	const struct ev_tagref *tag = find_tag(&reader->evidence, r, word);
	int ret = EV_ENOTFOUND;

	if (tag)
		return take_tag(t, r, reader, tag);
	if (hex != word && is_id)
		ret = take_link(t, r, reader, word);
	if (ret == EV_ENOTFOUND)
		ret = take_key(t, reader, word);
	/* The id of a promotion names its release. */
	if (ret == EV_ENOTFOUND)
		ret = take_release(t, r, l, reader, hex);
	if (ret == EV_ENOTFOUND && is_id)
		ret = take_record(t, l, reader, hex);
	if (ret == EV_ENOTFOUND && is_id && hex != word)
		ret = take_artifact(t, l, reader, hex);
	if (ret != EV_ENOTFOUND)
		return ret;
	return ev_fail(EV_ENOTFOUND, "no record, line, approval, release, key, "
		       "policy or artifact '%s' is here", word);
}
