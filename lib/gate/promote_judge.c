#include "base/compat.h"

#include "gate/promote_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/refs.h"

#define TAGS "refs/tags/"
#define SIGNED_BY "ref.signed_by"

/* What counted ------------------------------------------------------------- */

void ev_counted_release(struct ev_counted *c)
{
	ev_strs_release(&c->manifests);
	ev_strs_release(&c->reports);
	ev_strs_release(&c->tests);
	ev_strs_release(&c->waivers);
	ev_strs_release(&c->approvals);
	free(c->release);
	memset(c, 0, sizeof(*c));
}

static void add_picks(struct ev_strs *out, const struct ev_picks *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		ev_strs_addf(out, "sha256:%s", l->items[i].line->record.id);
}

static void add_votes(struct ev_strs *out, const struct ev_case *c)
{
	char hex[EV_OID_HEX + 1];
	size_t i;

	for (i = 0; i < c->nvotes; i++) {
		if (!c->votes[i].counts || c->votes[i].conflicted)
			continue;
		ev_oid_hex(hex, &c->votes[i].decided->oid);
		ev_strs_add(out, hex);
	}
}

static const char *release_of(const struct ev_case *c)
{
	return c->manifests.n ? ev_get_string(ev_get(c->manifests.items[0].
		predicate, "product"), "release") : NULL;
}

int ev_counted_look(void *ctx, const struct ev_case *c)
{
	struct ev_counted *out = ctx;
	struct ev_strs *lists[] = { &out->manifests, &out->reports,
				    &out->tests, &out->waivers,
				    &out->approvals };
	size_t i;

	add_picks(&out->manifests, &c->manifests);
	for (i = 0; i < c->nrecords; i++)
		add_picks(c->records[i].kind == EV_KIND_REPORT ?
			  &out->reports : &out->tests, &c->records[i].picks);
	for (i = 0; i < c->nwaivers; i++)
		if (c->waivers[i].used && c->waivers[i].counts)
			ev_strs_addf(&out->waivers, "sha256:%s",
				     c->waivers[i].line->record.id);
	add_votes(&out->approvals, c);
	/* A ref may have several entries that count the same. */
	for (i = 0; i < EV_ARRAY_SIZE(lists); i++) {
		ev_strs_sort(lists[i]);
		ev_strs_uniq(lists[i]);
	}
	if (!out->release)
		out->release = ev_strdup(release_of(c));
	return 0;
}

/* The name of the release --------------------------------------------------- */

static const char *pattern_of(const struct ev_policy *p, const char *ref)
{
	const struct ev_protect *x;
	size_t i;

	for (i = 0; i < p->nprotects; i++) {
		x = &p->protects[i];
		if (ev_streq(x->require->promoted_on, ref) &&
		    ev_starts_with(x->pattern, TAGS))
			return x->pattern;
	}
	return NULL;
}

static bool is_covered(const struct ev_policy *p, const char *ref,
		       const char *tag)
{
	const struct ev_protect *x;
	size_t i = 0;

	while ((x = ev_policy_protects(p, tag, &i, NULL)))
		if (ev_streq(x->require->promoted_on, ref))
			return true;
	return false;
}

static int name_by_pattern(char **tag, const char *pattern, const char *release)
{
	const char *star = strchr(pattern, '*');
	int ret;

	if (!release) {
		ret = ev_fail(EV_EINVALID, "no manifest says which release it "
			      "is, and '%s' has to be named", pattern);
		ev_error_hint("--release <name>");
		return ret;
	}
	if (!star || strchr(star + 1, '*')) {
		ret = ev_fail(EV_EINVALID, "'%s' does not say how release "
			      "'%s' is to be called", pattern, release);
		ev_error_hint("--release <name>");
		return ret;
	}
	/* "v*" and "v2.8.1" is v2.8.1 */
	if (*release == 'v' && star > pattern && star[-1] == 'v' &&
	    (star - pattern < 2 || star[-2] == '/'))
		release++;
	*tag = ev_strdupf("%.*s%s%s", (int)(star - pattern), pattern, release,
			  star + 1);
	return 0;
}

static int check_name(const struct ev_policy *p, const char *ref,
		      const char *tag, const char *pattern)
{
	int ret;

	if (ev_ref_is_reserved(tag))
		return ev_fail(EV_EINVALID, "'%s' is reserved for evidence",
			       tag);
	if (!ev_starts_with(tag, TAGS))
		return ev_fail(EV_EINVALID, "'%s' is no name of a tag", tag);
	if (!pattern || is_covered(p, ref, tag))
		return 0;
	ret = ev_fail(EV_EINVALID, "'%s' is not called as releases of '%s' "
		      "are", tag, ref);
	ev_error_hint("--release '%s'", pattern + strlen(TAGS));
	return ret;
}

int ev_promote_tag(char **tag, const struct ev_policy *p, const char *ref,
		   const char *release, const char *word)
{
	const char *pattern = pattern_of(p, ref);
	int ret = 0;

	*tag = NULL;
	if (word)
		*tag = ev_starts_with(word, "refs/") ? ev_strdup(word) :
		       ev_strdupf(TAGS "%s", word);
	else if (pattern)
		ret = name_by_pattern(tag, pattern, release);
	if (ret == 0 && *tag)
		ret = check_name(p, ref, *tag, pattern);
	if (ret < 0) {
		free(*tag);
		*tag = NULL;
	}
	return ret;
}

/* Judging ------------------------------------------------------------------ */

static bool passes(const struct ev_verdict *v)
{
	return v->outcome == EV_PASS;
}

/* Who signs it is known beforehand, and is judged once it is signed. */
static void drop_signature(struct ev_verdict *v)
{
	struct ev_verdict_rule *r;
	size_t i, n = 0;

	v->outcome = EV_PASS;
	for (i = 0; i < v->n; i++) {
		r = &v->rules[i];
		if (!strcmp(r->rule, SIGNED_BY)) {
			free(r->rule);
			free(r->detail);
			free(r->hint);
			continue;
		}
		if (r->outcome > v->outcome)
			v->outcome = r->outcome;
		v->rules[n++] = *r;
	}
	v->n = n;
}

static int judge_tag(struct ev_promoter *m, const struct ev_oid *value)
{
	struct ev_verdict *v = &m->out->tag_verdict;
	struct ev_ref_changes with = { NULL, 0, 0 };
	struct ev_question q = { .ref = m->tag, .from = m->tag_there,
				 .to = *value, .with = &with,
				 .now = m->p->now };
	int ret;

	ev_ref_changes_add(&with, m->p->ref, &m->from, &m->p->to);
	ev_ref_changes_add(&with, m->tag, &m->tag_there, value);
	ev_verdict_release(v);
	ret = ev_judge(v, m->repo, m->chain, &m->e, &q);
	ev_ref_changes_release(&with);
	return ret;
}

/* The name must be free; where it is not, the verdict may say more of it. */
static int check_free(struct ev_promoter *m)
{
	struct ev_oid here;
	char label[EV_OID_HEX + 1];
	int ret;

	if (!ev_oid_is_zero(&m->tag_there)) {
		ev_repo_short(label, m->repo, &m->tag_there);
		ret = ev_fail(EV_EEXISTS, "release '%s' is there already: %s",
			      m->tag + strlen(TAGS), label);
		ev_error_hint("--release <name>");
		return ret;
	}
	ret = ev_ref_read(&here, m->repo, m->tag);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		return 0;
	}
	if (ret == 0) {
		ret = ev_fail(EV_EEXISTS, "there is a tag '%s' here that '%s' "
			      "does not have", m->tag + strlen(TAGS),
			      m->p->remote);
		ev_error_hint("git tag --delete '%s'       # if nobody else "
			      "has it", m->tag + strlen(TAGS));
	}
	return ret;
}

static int read_tag_there(struct ev_promoter *m)
{
	const struct ev_oid *there;
	int ret;

	m->tag_there = ev_oid_zero;
	if (m->going) {
		there = ev_remote_other(ev_outgoing_remote(m->going), m->tag);
		if (there)
			m->tag_there = *there;
		return 0;
	}
	ret = ev_ref_read(&m->tag_there, m->repo, m->tag);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		m->tag_there = ev_oid_zero;
		ret = 0;
	}
	return ret;
}

static int choose_tag(struct ev_promoter *m)
{
	struct ev_buf name = EV_BUF_INIT;
	int ret = 0;

	/* What comes back has its release already. */
	if (!m->p->rollback || m->p->tag)
		ret = ev_promote_tag(&m->tag, m->policy, m->p->ref,
				     m->counted.release, m->p->tag);
	if (ret == 0 && m->tag)
		ret = ev_ref_real(&name, m->repo, m->tag);
	if (ret == 0 && m->tag)
		ret = read_tag_there(m);
	ev_buf_release(&name);
	return ret;
}

int ev_promote_judge(struct ev_promoter *m)
{
	struct ev_question q = { .ref = m->p->ref, .from = m->from,
				 .to = m->p->to, .now = m->p->now };
	struct ev_verdict *v = &m->out->verdict;
	int ret;

	ret = ev_judge_look(v, m->repo, m->chain, &m->e, &q, ev_counted_look,
			    &m->counted);
	if (ret == 0 && !v->is_protected)
		ret = ev_fail(EV_EDENIED, "'%s' is not protected, so nothing "
			      "can be promoted to it", m->p->ref);
	if (ret < 0 || !passes(v))
		return ret;
	ret = choose_tag(m);
	if (ret < 0 || !m->tag)
		return ret < 0 ? ret : 1;
	m->out->tag_ref = ev_strdup(m->tag);
	ret = ev_promote_check_tagger(m);
	if (ret == 0)
		ret = judge_tag(m, &m->p->to);
	if (ret < 0)
		return ret;
	drop_signature(&m->out->tag_verdict);
	if (!passes(&m->out->tag_verdict))
		return 0;
	ret = check_free(m);
	return ret < 0 ? ret : 1;
}

int ev_promote_judge_tag(struct ev_promoter *m)
{
	int ret;

	if (!m->tag)
		return 1;
	ret = judge_tag(m, &m->out->tag);
	return ret < 0 ? ret : passes(&m->out->tag_verdict);
}
