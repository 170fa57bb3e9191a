#include "base/compat.h"

#include "cmd/words.h"

#include "base/clock.h"
#include "base/error.h"
#include "policy/checkpoints.h"

const struct ev_oid *reader_ledger(const struct reader *r)
{
	return r->evidence.has_ledger ? &r->evidence.ledger :
		r->borrowed ? &r->borrowed_ledger : NULL;
}

/* By the keys that are withdrawn there, too. */
static int read_again(struct reader *reader, struct ev_repo *r)
{
	struct ev_evidence with;
	struct ev_chain chain;
	int ret;

	ev_evidence_copy(&with, &reader->evidence);
	with.has_ledger = true;
	with.ledger = reader->borrowed_ledger;
	ret = ev_chain_read(&chain, r, &with, ev_now());
	if (ret == 0) {
		ev_chain_release(&reader->chain);
		reader->chain = chain;
		reader->policy = ev_chain_policy(&reader->chain);
		reader->trust = reader->policy ? &reader->policy->trust : NULL;
	}
	ev_evidence_release(&with);
	return ret;
}

int reader_borrow(struct reader *reader, struct ev_repo *r)
{
	const struct ev_checkpoint *newest;
	const struct ev_checkpoints *l;
	char when[EV_TIME_TEXT];
	int ret = 0;

	if (reader->evidence.has_ledger || !reader->chain.in_force)
		return 0;
	l = ev_chain_checkpoints(&reader->chain, &ret);
	newest = l ? ev_checkpoints_newest(l) : NULL;
	if (!newest || !newest->ledger_here)
		return ret;
	reader->borrowed = true;
	reader->borrowed_late = newest->state == EV_CHECKPOINT_LATE;
	reader->borrowed_ledger = newest->decided.d.ledger;
	ev_time_format(when, newest->decided.d.at);
	say_warning("there is no ledger in this clone: read is that of "
		    "checkpoint '%s' of %.10s%s",
		    newest->decided.ref + strlen("refs/tags/"), when,
		    reader->borrowed_late ? ", whose key has expired since" :
		    "");
	say_hint("git evidence sync");
	return read_again(reader, r);
}
