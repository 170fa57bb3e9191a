#include "base/compat.h"

#include "cmd/revoke.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "policy/checkpoints.h"

#define OFFERED 5			/* checkpoints to choose from */

/* Those that are used, newest first. */
static size_t used(const struct ev_decided **out,
		   const struct ev_checkpoints *all)
{
	size_t i, n = 0;

	for (i = all->n; i > 0; i--)
		if (all->items[i - 1].state != EV_CHECKPOINT_REFUSED)
			out[n++] = &all->items[i - 1].decided;
	return n;
}

static int ask_which(const struct target *t, const struct ev_decided **list,
		     size_t n)
{
	char when[EV_TIME_TEXT];
	size_t i;
	int ret;

	ret = ev_fail(EV_EINVALID, "of the compromised key %s what no good "
		      "checkpoint holds is void: say which is the last good "
		      "one", t->what.id);
	for (i = 0; i < n && i < OFFERED; i++) {
		ev_time_format(when, list[i]->d.at);
		ev_error_detail("%s  %s by %s", when,
				list[i]->ref + strlen("refs/tags/"),
				list[i]->d.name);
	}
	if (n > OFFERED)
		ev_error_detail("and %zu before", n - OFFERED);
	for (i = 0; i < n && i < OFFERED; i++)
		ev_error_hint("--checkpoint %s",
			      list[i]->ref + strlen("refs/tags/"));
	ev_error_hint("--checkpoint none       # if nothing of it can be "
		      "trusted");
	return ret;
}

static int take_checkpoint(struct target *t, const char *word,
			   const struct ev_decided **list, size_t n)
{
	char hex[EV_OID_HEX + 1];
	size_t i;

	if (!strcmp(word, "none"))
		return 0;
	for (i = 0; i < n; i++) {
		ev_oid_hex(hex, &list[i]->oid);
		if (!strcmp(word, hex) || tag_is_called(list[i]->ref, word)) {
			memcpy(t->what.checkpoint, hex, sizeof(hex));
			return 0;
		}
	}
	return ev_fail(EV_EINVALID, "'%s' is no checkpoint that is accepted "
		       "here", word);
}

static int choose_checkpoint(struct target *t, struct reader *reader,
			     const char *word)
{
	const struct ev_checkpoints *all;
	const struct ev_decided **list;
	size_t n;
	int ret;

	all = ev_chain_checkpoints(&reader->chain, &ret);
	if (!all)
		return ret;
	list = ev_calloc(all->n + 1, sizeof(*list));
	n = used(list, all);
	ret = word ? take_checkpoint(t, word, list, n) : ask_which(t, list, n);
	free(list);
	return ret;
}

/* Without a policy in force nobody could withdraw anything any more. */
static int check_policy(const struct target *t)
{
	if (!*t->loss.policy)
		return 0;
	ev_fail(EV_EDENIED, "without key %s the policy in force would not be: "
		"%s", t->what.id, t->loss.policy);
	ev_error_hint("git evidence approve --policy       # by others of "
		      "policy_change, so that it stands without this key");
	ev_error_hint("git evidence checkpoint       # by another key, so "
		      "that it is held");
	return EV_EDENIED;
}

int key_choose(struct target *t, struct ev_repo *r, struct reader *reader,
	       const struct key_words *words)
{
	struct ev_withdrawn w;
	int ret = 0;

	if (t->what.type != EV_REVOKE_KEY)
		return words->compromised ? ev_fail(EV_EINVALID, "%s is no "
			"key, and cannot be compromised", t->label) : 0;
	t->what.compromised = words->compromised;
	if (words->compromised)
		ret = choose_checkpoint(t, reader, words->checkpoint);
	if (ret < 0)
		return ret;
	memset(&w, 0, sizeof(w));
	memcpy(w.fpr, t->what.id, sizeof(w.fpr) - 1);
	memcpy(w.checkpoint, t->what.checkpoint, sizeof(w.checkpoint));
	w.compromised = words->compromised;
	w.at = ev_now();
	ret = ev_key_loss(&t->loss, r, &reader->chain, &reader->evidence, &w,
			  w.at);
	return ret == 0 ? check_policy(t) : ret;
}

static void tell(const struct ev_strs *named, size_t n)
{
	size_t i;

	for (i = 0; i < named->n; i++)
		out_line("  no longer counts: %s", named->items[i]);
	if (n > named->n)
		out_line("  and %zu more", n - named->n);
}

void key_tell_loss(struct context *ctx, const struct target *t)
{
	const struct ev_key_loss *l = &t->loss;

	if (ctx->json || t->what.type != EV_REVOKE_KEY)
		return;
	out_line("%s: %zu record%s and %zu decision%s that no good checkpoint "
		 "holds", t->label, l->records, l->records == 1 ? "" : "s",
		 l->decisions, l->decisions == 1 ? "" : "s");
	tell(&l->named_records, l->records);
	tell(&l->named_decisions, l->decisions);
	out_flush();
}
