#include "base/compat.h"

#include "ledger/remote_internal.h"

#include "base/error.h"
#include "base/str.h"
#include "ledger/record.h"

#define REMOTE_SAYS "remote: "

/* Words of git and of its servers when somebody else was first. */
static bool lost_race(const struct ev_buf *out, const struct ev_buf *err)
{
	static const char *const words[] = {
		"fetch first", "non-fast-forward", "stale info",
		"failed to update ref", "cannot lock ref",
		"incorrect old value", "reference already exists",
		"unable to create", "atomic transaction failed",
		"failed to lock", "remote ref updated", "already exists",
		"a decision that is there is not moved",
		"another push is writing",
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		if (strcasestr(out->ptr, words[i]) ||
		    strcasestr(err->ptr, words[i]))
			return true;
	return false;
}

static void add_refspec(struct ev_strs *args, const struct ev_oid *oid,
			const char *ref)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	ev_strs_addf(args, "%s:%s", hex, ref);
}

/* It is moved only if it holds what we saw. */
static void add_lease(struct ev_strs *args, const char *ref,
		      const struct ev_oid *old)
{
	char hex[EV_OID_HEX + 1] = "";

	if (!ev_oid_is_zero(old))
		ev_oid_hex(hex, old);
	ev_strs_addf(args, "--force-with-lease=%s:%s", ref, hex);
}

static void push_args(struct ev_strs *args, const struct ev_remote *m,
		      const struct ev_push *p)
{
	static const char *const fixed[] = {
		"push", "--porcelain", "--recurse-submodules=no",
		"--no-follow-tags"
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(fixed); i++)
		ev_strs_add(args, fixed[i]);
	if (!p->nrefs)
		ev_strs_add(args, "--no-verify");
	if (!!p->ledger + !!p->artifacts + p->ntags + p->nrefs > 1)
		ev_strs_add(args, "--atomic");
	if (p->artifacts)
		add_lease(args, EV_ARTIFACT_REF, m->has_artifacts ?
			  &m->artifacts : &ev_oid_zero);
	for (i = 0; i < p->nrefs; i++)
		add_lease(args, p->refs[i].name, &p->refs[i].old);
	ev_strs_add(args, m->name);
	for (i = 0; i < p->nrefs; i++)
		add_refspec(args, &p->refs[i].new, p->refs[i].name);
	if (p->ledger)
		add_refspec(args, p->ledger, EV_LEDGER_REF);
	if (p->artifacts)
		add_refspec(args, p->artifacts, EV_ARTIFACT_REF);
	for (i = 0; i < p->ntags; i++)
		add_refspec(args, &p->tags[i].oid, p->tags[i].name);
	ev_strs_take(args, NULL);
}

/* What the other side says is why; if it says nothing, what git says. */
static int refused(const char *remote, const struct ev_buf *err)
{
	const char *p = err->ptr, *end;
	bool told = false;

	if (!strstr(p, REMOTE_SAYS))
		return ev_remote_failed("push to", remote, err);
	ev_fail(EV_EDENIED, "'%s' refuses the push", remote);
	for (; *p; p = *end ? end + 1 : end) {
		end = p + strcspn(p, "\n");
		if (!ev_starts_with(p, REMOTE_SAYS))
			continue;
		p += strlen(REMOTE_SAYS);
		while (end > p && (end[-1] == ' ' || end[-1] == '\r'))
			end--;
		/* without the empty lines at the beginning */
		told = told || end > p;
		if (told)
			ev_error_detail("%.*s", (int)(end - p), p);
		end += strcspn(end, "\n");
	}
	return EV_EDENIED;
}

int ev_remote_push(struct ev_remote *m, struct ev_repo *r,
		   const struct ev_push *p)
{
	struct ev_buf out = EV_BUF_INIT_MAX(EV_REMOTE_SAYS);
	struct ev_buf err = EV_BUF_INIT_MAX(EV_REMOTE_SAYS);
	struct ev_strs args = EV_STRS_INIT;
	int ret, status;

	push_args(&args, m, p);
	ret = ev_remote_run(&out, &err, r, (const char *const *)args.items,
			    &status);
	if (ret == 0 && status) {
		ret = p->nrefs ? refused(m->shown, &err) :
		      ev_remote_failed("push evidence to", m->shown, &err);
		if (lost_race(&out, &err))
			ret = EV_ECONFLICT;
	}
	ev_strs_release(&args);
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}
