#include "base/compat.h"

#include "policy/checkpoints_internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#define HIGH_WATER "high-water"
#define HIGH_WATER_MAX ((size_t)1 << 20)

/* High-water mark ---------------------------------------------------------- */

static int path_of(struct ev_buf *out, struct ev_repo *r)
{
	struct ev_buf state = EV_BUF_INIT;
	int ret = ev_repo_statedir(&state, r);

	if (ret == 0)
		ev_path_join(out, state.ptr, HIGH_WATER);
	ev_buf_release(&state);
	return ret;
}

/* "TAG LEDGER", 40 digits each. */
static int read_line(struct ev_oids *tags, struct ev_oids *ledgers, char *line)
{
	struct ev_oid tag, ledger;

	if (strlen(line) != 2 * EV_OID_HEX + 1 || line[EV_OID_HEX] != ' ')
		return EV_EINVALID;
	line[EV_OID_HEX] = '\0';
	if (ev_oid_parse(&tag, line) < 0 ||
	    ev_oid_parse(&ledger, line + EV_OID_HEX + 1) < 0)
		return EV_EINVALID;
	ev_oids_add(tags, &tag);
	ev_oids_add(ledgers, &ledger);
	return 0;
}

int ev_high_water_read(struct ev_oids *tags, struct ev_oids *ledgers,
		       struct ev_repo *r)
{
	struct ev_buf path = EV_BUF_INIT, text = EV_BUF_INIT;
	char *line, *next;
	int ret = path_of(&path, r);

	/* A repository that cannot be written to has seen nothing. */
	if (ret < 0) {
		ev_error_clear();
		ret = 0;
		goto out;
	}
	ret = ev_file_read(&text, path.ptr, HIGH_WATER_MAX);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		ret = 0;
		goto out;
	}
	for (line = text.ptr; ret == 0 && text.len && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		ret = read_line(tags, ledgers, line);
	}
	if (ret == EV_EINVALID) {
		ret = ev_fail(EV_EINVALID, "'%s' is damaged", path.ptr);
		ev_error_hint("rm '%s'    # forgets what an audit has seen",
			      path.ptr);
	}
out:
	ev_buf_release(&path);
	ev_buf_release(&text);
	return ret;
}

static void add_mark(struct ev_strs *lines, const struct ev_oid *tag,
		     const struct ev_oid *ledger)
{
	char a[EV_OID_HEX + 1], b[EV_OID_HEX + 1];

	ev_oid_hex(a, tag);
	ev_oid_hex(b, ledger);
	ev_strs_addf(lines, "%s %s", a, b);
}

/* What was there and is gone: or an audit would find that only once. */
static int keep_marks(struct ev_strs *lines, struct ev_repo *r,
		      const struct ev_checkpoints *l)
{
	struct ev_oids tags = EV_OIDS_INIT, ledgers = EV_OIDS_INIT;
	size_t i, k;
	int ret = ev_high_water_read(&tags, &ledgers, r);

	for (i = 0; ret == 0 && i < tags.n; i++) {
		for (k = 0; k < l->n && !ev_oid_eq(&l->items[k].decided.oid,
						   &tags.items[i]); k++)
			;
		if (k == l->n)
			add_mark(lines, &tags.items[i], &ledgers.items[i]);
	}
	ev_oids_release(&tags);
	ev_oids_release(&ledgers);
	return ret;
}

int ev_high_water_write(struct ev_repo *r, const struct ev_checkpoints *l)
{
	struct ev_buf path = EV_BUF_INIT, text = EV_BUF_INIT;
	struct ev_oids tips = EV_OIDS_INIT;
	struct ev_strs lines = EV_STRS_INIT;
	size_t i;
	int ret;

	ret = keep_marks(&lines, r, l);
	ev_checkpoints_tips(&tips, l);
	for (i = 0; i < l->n; i++) {
		if (l->items[i].state != EV_CHECKPOINT_ACCEPTED ||
		    !ev_oids_has(&tips, &l->items[i].decided.oid))
			continue;
		add_mark(&lines, &l->items[i].decided.oid,
			 &l->items[i].decided.d.ledger);
	}
	ev_strs_sort(&lines);
	for (i = 0; i < lines.n; i++)
		ev_buf_addf(&text, "%s\n", lines.items[i]);
	if (ret == 0 && lines.n)
		ret = path_of(&path, r);
	if (ret == 0 && lines.n)
		ret = ev_file_replace(path.ptr, text.ptr, text.len, 0644);
	ev_oids_release(&tips);
	ev_strs_release(&lines);
	ev_buf_release(&path);
	ev_buf_release(&text);
	return ret;
}

/* Making one --------------------------------------------------------------- */

void ev_decisions_digest(char out[72], const struct ev_evidence *e)
{
	const struct ev_tagref **tags = ev_calloc(e->n + 1, sizeof(*tags));
	size_t i, n = 0;

	for (i = 0; i < e->n; i++)
		if (!ev_starts_with(e->tags[i].name, EV_CHECKPOINT_TAGS))
			tags[n++] = &e->tags[i];
	ev_tags_digest(out, tags, n);
	free(tags);
}

static bool may(const struct ev_person *p, const struct ev_policy *policy)
{
	size_t i;

	for (i = 0; p && !p->machine && i < policy->checkpoint_by.n; i++)
		if (ev_person_has_role(p, policy->checkpoint_by.items[i]))
			return true;
	return false;
}

static int refuse(const struct ev_person *p, const struct ev_policy *policy)
{
	struct ev_buf who = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < policy->trust.npeople; i++)
		if (may(&policy->trust.people[i], policy))
			ev_buf_addf(&who, "%s%s", who.len ? ", " : "",
				    policy->trust.people[i].name);
	ev_fail(EV_EDENIED, "'%s' %s", p ? p->name : "", p && p->machine ?
		"is a machine, which makes no checkpoints" :
		"has none of the roles that make checkpoints");
	ev_error_hint("%s   # may: checkpoint.by of policy version %lld",
		      who.len ? who.ptr : "nobody",
		      (long long)policy->version);
	ev_buf_release(&who);
	return EV_EDENIED;
}

int ev_checkpoint_draft(struct ev_decision *out, struct ev_chain *c,
			const struct ev_evidence *e,
			const struct ev_oid *ledger,
			const struct ev_person *person, int64_t now)
{
	struct ev_oids tips = EV_OIDS_INIT;
	const struct ev_checkpoints *l;
	char hex[EV_OID_HEX + 1];
	size_t i;
	int ret = 0;

	if (!c->in_force || c->state != EV_CHAIN_GOOD)
		return ev_fail(EV_EDENIED, "%s", *c->reason ? c->reason :
			       "no policy is in force that says who makes "
			       "checkpoints");
	if (!may(person, c->in_force))
		return refuse(person, c->in_force);
	l = ev_chain_checkpoints(c, &ret);
	if (!l)
		return ret;
	out->product = ev_strdup(c->in_force->trust.product_id);
	out->name = ev_strdup(person->name);
	out->email = ev_strdup(person->emails.n ? person->emails.items[0] : "");
	out->at = now;
	out->ledger = *ledger;
	ev_decisions_digest(out->approvals, e);
	memcpy(out->policy, c->in_force->link, sizeof(out->policy));
	if (!out->before.n)
		ev_checkpoints_tips(&tips, l);
	for (i = 0; i < tips.n; i++) {
		ev_oid_hex(hex, &tips.items[i]);
		ev_strs_add(&out->before, hex);
	}
	ev_strs_sort(&out->before);
	ev_oids_release(&tips);
	return 0;
}
