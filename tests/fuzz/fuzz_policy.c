/*
 * Any bytes as policy.yaml, beside a suite `a`; after a NUL byte a second one
 * that would replace it.  No fault; what is accepted can be judged by, and
 * what is refused says where.
 */
#include "base/compat.h"

#include "base/error.h"
#include "base/fold.h"
#include "base/mem.h"
#include "policy/internal.h"
#include "tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void want(bool ok)
{
	if (!ok)
		abort();
}

static bool parse(struct ev_policy *p, const char *text, size_t n)
{
	static const char suite[] = "suite: {id: a, version: 1}";
	int ret;

	memset(p, 0, sizeof(*p));
	want(!ev_suite_add(p, "a.yaml", suite, strlen(suite)));
	ret = ev_policy_parse(p, text, n);
	if (!ret)
		return true;
	want(ret == EV_EINVALID || ret == EV_ELIMIT);
	want(ev_starts_with(ev_error_last()->message, EV_POLICY_PATH));
	ev_policy_release(p);
	return false;
}

static void want_quorum(const struct ev_policy *p, const struct ev_quorum *q)
{
	struct ev_roster t;
	size_t i, k;

	ev_roster_init(&t, &p->trust);
	for (i = 0; i < q->n; i++) {
		want(q->items[i].count >= 1 && *q->items[i].role);
		want(!p->nprotects ||
		     ev_holders(&t, q->items[i].role, true) >=
		     q->items[i].count);
		for (k = 0; k < i; k++)
			want(strcmp(q->items[k].role, q->items[i].role));
	}
	ev_roster_release(&t);
}

static void want_requirement(const struct ev_policy *p,
			     const struct ev_requirement *q)
{
	struct ev_quorum all = { 0 };
	size_t i;

	want(strlen(q->digest) == 71 && q->source);
	for (i = 0; i < q->nreports; i++)
		want(q->reports[i].file &&
		     q->reports[i].file ==
		     ev_policy_suite(p, q->reports[i].suite) &&
		     q->reports[i].max_age_days != 0);
	for (i = 0; i < q->ntests; i++)
		want(ev_name_valid(q->tests[i].name));
	for (i = 0; i < q->nwaivable; i++)
		want(q->waivable[i].by.n && q->waivable[i].max_days > 0 &&
		     ev_rule_waivable(q, q->waivable[i].rule));
	for (i = 0; i < EV_TIERS; i++)
		want_quorum(p, &q->approvals[i]);
	ev_requirement_quorum(&all, q, EV_TIER_CRITICAL);
	want_quorum(p, &all);
	ev_quorum_release(&all);
}

/* A pattern is about itself, read as a name, in any spelling. */
static void want_protect(const struct ev_policy *p, size_t n)
{
	const struct ev_protect *x = &p->protects[n];
	char *folded = ev_fold(x->pattern), *twice = ev_fold(folded);
	bool exact = false;
	size_t i = n;

	want(x->require && strlen(x->digest) == 71);
	want(ev_starts_with(x->pattern, "refs/"));
	want(ev_policy_protects(p, x->pattern, &i, &exact) == x && exact);
	i = n;
	want(ev_policy_protects(p, folded, &i, NULL) == x);
	want(!strcmp(folded, twice));
	free(folded);
	free(twice);
}

static void want_policy(const struct ev_policy *p)
{
	struct ev_strs lines = EV_STRS_INIT;
	size_t i;

	fuzz_check_tree(p->root);
	want(p->version >= 1 && (p->version > 1) == !!*p->previous);
	want(p->policy_change.n && p->trust.product_id);
	want_quorum(p, &p->policy_change);
	want_quorum(p, &p->rollback);
	for (i = 0; i < p->nrequirements; i++)
		want_requirement(p, &p->requirements[i]);
	for (i = 0; i < p->nprotects; i++)
		want_protect(p, i);
	ev_policy_loosened(&lines, p, p);
	want(!lines.n);
	ev_strs_release(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *nul = memchr(text, '\0', size);
	size_t n = nul ? (size_t)(nul - text) : size;
	struct ev_strs lines = EV_STRS_INIT;
	struct ev_policy older, newer;

	if (!parse(&older, text, n))
		return 0;
	want_policy(&older);
	if (nul && parse(&newer, nul + 1, size - n - 1)) {
		want_policy(&newer);
		ev_policy_loosened(&lines, &older, &newer);
		ev_policy_loosened(&lines, &newer, &older);
		ev_policy_release(&newer);
	}
	ev_policy_release(&older);
	ev_strs_release(&lines);
	return 0;
}
