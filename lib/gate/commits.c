#include "base/compat.h"

#include "gate/case.h"

#include "base/error.h"
#include "base/mem.h"

#define NAMED 3

static int tell(struct ev_buf *out, struct ev_case *c,
		const struct ev_oid *commit)
{
	struct ev_object_signature s;
	char name[EV_OID_HEX + 1];
	int ret;

	ret = ev_object_signature(&s, c->repo, &c->policy->trust, commit, NULL,
				  c->q->now);
	if (ret < 0)
		return ret;
	ev_repo_short(name, c->repo, commit);
	ev_buf_addf(out, "%s (%s)", name, *s.reason ? s.reason : "not signed");
	return 0;
}

/* Sign anew what is there, from the ref's value on. */
static char *mend(const struct ev_case *c)
{
	char from[EV_OID_HEX + 1];

	if (!c->has_from_tree)
		return NULL;
	ev_repo_short(from, c->repo, &c->from_commit);
	return ev_strdupf("git rebase --force-rebase --gpg-sign %s"
			  "   # signs each commit with your key", from);
}

static int rule(struct ev_case *c)
{
	struct ev_buf named = EV_BUF_INIT;
	const struct ev_range *range = &c->range;
	char *hint = NULL;
	size_t i, bad = 0;
	int ret = 0;

	for (i = 0; ret == 0 && i < range->ncommits; i++) {
		if (range->commits[i].sig == EV_OBJSIG_GOOD)
			continue;
		if (bad && bad < NAMED)
			ev_buf_adds(&named, ", ");
		if (bad++ < NAMED)
			ret = tell(&named, c, &range->commits[i].commit);
	}
	if (ret < 0)
		goto out;
	if (!bad) {
		ev_verdict_add(c->verdict, "commits.signed", EV_PASS, NULL,
			       "%zu of %zu", range->ncommits,
			       range->ncommits);
		goto out;
	}
	hint = mend(c);
	ev_verdict_add(c->verdict, "commits.signed", EV_FAIL, hint,
		       "%zu of %zu are not: %s%s", bad, range->ncommits,
		       named.ptr, bad > NAMED ? ", ..." : "");
out:
	free(hint);
	ev_buf_release(&named);
	return ret;
}

int ev_rule_commits(struct ev_case *c)
{
	int ret;

	if (!c->req->commits_signed)
		return 0;
	ret = ev_range_load(&c->range, c);
	if (ret < 0)
		return ret;
	if (!c->range.known) {
		ev_verdict_add(c->verdict, "commits.signed", EV_INCOMPLETE,
			       ev_range_hint(c), "%s", c->range.reason);
		return 0;
	}
	ret = ev_range_signatures(c);
	return ret < 0 ? ret : rule(c);
}
