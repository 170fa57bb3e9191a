#include "base/compat.h"

#include "cmd/approve.h"

#include "base/clock.h"
#include "repo/git.h"

#define LINES_MAX 400

/* What git says of the control set, each line escaped; key blocks say nothing
 * to the eye, and policy.yaml lists their fingerprints. */
static int print_diff(struct ev_repo *r, const struct ev_policy *last,
		      const struct ev_policy *next)
{
	char from[EV_OID_HEX + 1], to[EV_OID_HEX + 1];
	const char *const args[] = { "diff", "--no-color", "--no-ext-diff",
		"--no-textconv", "--no-renames", from, to, "--",
		".evidence/policy.yaml", ".evidence/claims.yaml",
		".evidence/suites", ".evidence/packs", NULL };
	struct ev_buf text = EV_BUF_INIT;
	size_t n = 0;
	char *p, *end;
	int ret;

	ev_oid_hex(from, last ? &last->tree : &ev_oid_empty_tree);
	ev_oid_hex(to, &next->tree);
	ret = ev_git_out(&text, r, args);
	for (p = text.ptr; ret == 0 && *p; p = end) {
		end = p + strcspn(p, "\n");
		if (*end)
			*end++ = '\0';
		if (n++ < LINES_MAX)
			out_line("  %s", p);
	}
	if (n > LINES_MAX)
		out_line("  and %zu lines more: git diff %s %s -- .evidence",
			 n - LINES_MAX, from, to);
	ev_buf_release(&text);
	return ret;
}

static int print_view(const struct approve *a, const struct ev_policy *next,
		      const struct ev_strs *diff,
		      const struct ev_strs *loosened)
{
	const struct ev_policy *last = a->reader.chain.in_force;
	const struct ev_decision *d = &a->decision;
	size_t i;
	int ret;

	out_line("to be signed: policy version %lld, %.19s, approved by %s as "
		 "%s", (long long)d->version, d->control_set, d->name,
		 d->role);
	if (last)
		out_line("  it follows version %lld, %.19s, and is judged by it",
			 (long long)last->version, last->link);
	else
		out_line("  it is the first: nothing is in force here yet");
	out_raw("\n", 1);
	out_line("files:");
	for (i = 0; i < diff->n; i++)
		out_line("  %s", diff->items[i]);
	out_raw("\n", 1);
	if (!loosened->n)
		out_line(last ? "it asks for nothing less than before" :
			 "there is none before it that could be loosened");
	else
		out_line("it asks for less:");
	for (i = 0; i < loosened->n; i++)
		out_line("  %s", loosened->items[i]);
	out_raw("\n", 1);
	out_line("changes:");
	ret = print_diff(a->ctx->repo, last, next);
	return ret;
}

/* Of the first policy, whom it lists itself; with a pinned root that key. */
static int find_signer(struct approve *a, struct ev_policy *next)
{
	const struct ev_chain *chain = &a->reader.chain;
	const struct ev_person *person;

	if (!chain->in_force && chain->pinned && !a->key && !a->person) {
		memcpy(a->fpr, chain->root, sizeof(a->fpr));
		return 0;
	}
	return approve_who(&person, a, ev_approve_policy_judge(chain, next));
}

int approve_policy(struct approve *a)
{
	struct ev_approve_policy ask = { .role = a->role, .fpr = a->fpr,
					 .now = ev_now() };
	struct ev_strs diff = EV_STRS_INIT, loosened = EV_STRS_INIT;
	struct ev_repo *r = a->ctx->repo;
	struct ev_policy next = { 0 };
	size_t i;
	int ret;

	ret = rev_read(&ask.commit, &a->reader, r, a->rev);
	if (ret == 0)
		ret = ev_policy_read(&next, r, &ask.commit);
	if (ret < 0)
		return ret;
	ret = find_signer(a, &next);
	ev_policy_release(&next);
	if (ret == 0)
		ret = ev_approve_policy_draft(&a->decision, &next, &diff,
					      &loosened, r, &a->reader.chain,
					      &ask);
	if (ret < 0)
		goto out;
	for (i = 0; i < loosened.n; i++)
		ev_strs_addf(&a->warnings, "it asks for less: %s",
			     loosened.items[i]);
	if (!a->ctx->json)
		ret = print_view(a, &next, &diff, &loosened);
	if (ret == 0)
		ret = approve_finish(a, ev_approve_policy_judge(
					     &a->reader.chain, &next));
	ev_policy_release(&next);
out:
	ev_strs_release(&diff);
	ev_strs_release(&loosened);
	return ret;
}
