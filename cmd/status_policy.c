#include "base/compat.h"

#include "cmd/status.h"

#include "base/clock.h"
#include "base/mem.h"

/* Before the first policy only: it takes a gpg process to know. */
static int ask_for_root(struct state *s)
{
	const struct ev_chain *c = &s->reader.chain;
	struct ev_strs secret = EV_STRS_INIT;
	const struct ev_person *of;
	int ret;

	if (c->in_force || !c->pinned)
		return 0;
	of = ev_trust_person(s->reader.trust, c->root, NULL);
	s->has_root = of && of == s->person;
	if (of)
		return 0;
	ret = ev_sign_secret_keys(&secret);
	s->has_root = ret == 0 && ev_strs_has(&secret, c->root);
	ev_strs_release(&secret);
	return ret;
}

int status_policy_read(struct state *s)
{
	int ret = ask_for_root(s);

	if (ret < 0)
		return ret;
	return ev_pending_read(&s->pending, s->ctx->repo, &s->reader.chain,
			       &s->reader.evidence, &s->commit, s->person,
			       s->has_root, ev_now());
}

void status_policy_next(struct state *s)
{
	char label[EV_OID_HEX + 1];
	size_t i;

	ev_repo_short(label, s->ctx->repo, &s->commit);
	for (i = 0; i < s->pending.roles.n; i++)
		ev_strs_addf(&s->next, "git evidence approve --policy %s "
			     "--role %s", label, s->pending.roles.items[i]);
}

/* Text --------------------------------------------------------------------- */

static void print_wrong(const struct ev_pending *p)
{
	char *hints = ev_strdup(p->mends), *line, *save = NULL;

	out_line("  it cannot follow: %s", p->wrong);
	for (line = strtok_r(hints, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		out_line("    %s", line);
	free(hints);
}

static void print_first(const struct ev_pending *p)
{
	if (!*p->root)
		out_line("  no root key is pinned: it begins the chain once "
			 "anybody whom it lists approves it");
	else if (*p->root_of)
		out_line("  the root key %.16s, of %s, has to approve it",
			 p->root, p->root_of);
	else
		out_line("  the root key %.16s, listed for nobody, has to "
			 "approve it", p->root);
}

void status_policy_print(const struct state *s)
{
	const struct ev_pending *p = &s->pending;
	char label[EV_OID_HEX + 1];

	if (!p->is)
		return;
	ev_repo_short(label, s->ctx->repo, &s->commit);
	out_raw("\n", 1);
	if (*p->link)
		out_line("policy: version %lld, %.19s, lies in %s and is not "
			 "in force", (long long)p->version, p->link, label);
	else
		out_line("policy: what lies in %s is not in force", label);
	if (p->wrong)
		print_wrong(p);
	else if (!s->reader.chain.in_force)
		print_first(p);
	status_print_names("  approved by: ", &p->given);
	status_print_awaited(p->awaited, p->n);
}

/* JSON --------------------------------------------------------------------- */

void status_policy_json(struct ev_json *j, const struct state *s)
{
	const struct ev_pending *p = &s->pending;

	ev_json_key(j, "pendingPolicy");
	if (!p->is) {
		ev_json_null(j);
		return;
	}
	ev_json_object(j);
	ev_json_kv(j, "controlSet", *p->link ? p->link : NULL);
	ev_json_kvi(j, "version", p->version);
	ev_json_kv(j, "wrong", p->wrong);
	ev_json_kv(j, "root", *p->root ? p->root : NULL);
	ev_json_strs(j, "approvedBy", &p->given);
	status_json_awaited(j, p->awaited, p->n);
	ev_json_end_object(j);
}
