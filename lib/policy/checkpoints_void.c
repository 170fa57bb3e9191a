#include "base/compat.h"

#include "policy/checkpoints_internal.h"

#include <stdio.h>

#include "base/mem.h"

/* The ledger of this one checkpoint, as a past of one. */
static int holds_line(bool *yes, struct ev_repo *r,
		      const struct ev_checkpoint *c, const char *line)
{
	struct ev_past one;
	int ret;

	memset(&one, 0, sizeof(one));
	EV_GROW(one.items, one.n, one.cap);
	memset(one.items, 0, sizeof(*one.items));
	one.items[one.n++].ledger = c->decided.d.ledger;
	ret = ev_past_holds(&one, r, 0, &ev_oid_empty_tree, line);
	*yes = ret > 0;
	ev_past_release(&one);
	return ret < 0 ? ret : 0;
}

/* Does what this checkpoint holds stand against the withdrawal? */
int ev_checkpoint_spared(bool *yes, const struct ev_withdrawn *w,
		  const struct ev_seen *s, size_t i)
{
	bool *good, held = false;
	int ret = 0;

	if (*w->checkpoint) {
		good = ev_checkpoints_up_to(s, ev_checkpoints_find(s,
							w->checkpoint));
		*yes = good[i];
		free(good);
		return 0;
	}
	if (!w->compromised && *w->line)
		ret = holds_line(&held, s->repo, &s->list.items[i],
				 w->line);
	*yes = !w->compromised && !held;
	return ret;
}

int ev_checkpoint_fate(struct ev_fate *f, const struct ev_seen *s, size_t i,
		       const struct ev_trust *trust)
{
	struct ev_checkpoint *c = &s->list.items[i];
	const struct ev_withdrawn *w;
	char hex[EV_OID_HEX + 1];
	bool spared;
	size_t at = 0;
	int ret = 0;

	f->stands = true;
	f->good = f->withdrawn = false;
	ev_oid_hex(hex, &c->decided.oid);
	while (ret == 0 && (w = ev_trust_withdrawn(trust, c->decided.signer,
						   c->decided.subkey, &at))) {
		f->withdrawn = true;
		f->good = f->good || !strcmp(w->checkpoint, hex);
		ret = ev_checkpoint_spared(&spared, w, s, i);
		if (ret < 0 || spared)
			continue;
		f->stands = false;
		snprintf(c->reason, sizeof(c->reason), "its key was withdrawn"
			 "%s%s%.12s, and this is none that stands",
			 w->compromised ? " as compromised" : "",
			 *w->record ? " by record " : "", w->record);
	}
	return ret;
}
