#include "base/compat.h"

#include "ledger/decision.h"

#include <errno.h>
#include <sys/random.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"

static const char *const meanings[] = {
	[EV_MEANING_REVIEWED] = "reviewed",
	[EV_MEANING_APPROVED] = "approved",
	[EV_MEANING_RESPONSIBLE] = "responsible",
	[EV_MEANING_REJECTED] = "rejected",
};

const char *ev_meaning_name(enum ev_meaning m)
{
	return meanings[m];
}

int ev_meaning_parse(enum ev_meaning *out, const char *word)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(meanings); i++)
		if (!strcmp(meanings[i], word)) {
			*out = (enum ev_meaning)i;
			return 0;
		}
	return ev_fail(EV_EINVALID, "'%s' is not reviewed, approved, "
		       "responsible or rejected", word);
}

void ev_decision_init(struct ev_decision *d, enum ev_decision_kind kind)
{
	memset(d, 0, sizeof(*d));
	d->kind = kind;
}

void ev_decision_release(struct ev_decision *d)
{
	free(d->product);
	free(d->role);
	free(d->name);
	free(d->ref);
	free(d->email);
	ev_strs_release(&d->records);
	ev_strs_release(&d->contributors);
	ev_strs_release(&d->clears);
	ev_strs_release(&d->before);
	ev_decision_init(d, d->kind);
}

bool ev_digest_valid(const char *text)
{
	return text && ev_starts_with(text, "sha256:") &&
		ev_is_hex(text + 7, 64);
}

int ev_nonce(char out[33])
{
	unsigned char bytes[16];
	ssize_t got;

	do
		got = getrandom(bytes, sizeof(bytes), 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(bytes))
		return ev_fail_errno(EV_ERROR, "no random bytes");
	ev_hex_encode(out, bytes, sizeof(bytes));
	return 0;
}

char *ev_decision_ref(const struct ev_decision *d)
{
	char hex[EV_OID_HEX + 1];
	const char *role = d->role ? d->role : "";

	switch (d->kind) {
	case EV_DECISION_APPROVAL:
		ev_oid_hex(hex, &d->tree);
		return ev_strdupf(EV_TAGS "approve/%.12s/%s/%.12s", hex, role,
				  d->nonce);
	case EV_DECISION_POLICY:
		return ev_strdupf(EV_TAGS "policy/%.12s/%s/%.12s",
				  d->control_set + strcspn(d->control_set, ":")
				  + (*d->control_set != '\0'), role, d->nonce);
	case EV_DECISION_RELEASE:
		return ev_strdup(d->ref ? d->ref : "");
	default:
		ev_oid_hex(hex, &d->ledger);
		return ev_strdupf(EV_TAGS "checkpoint/%.12s", hex);
	}
}

const struct ev_oid *ev_decision_target(enum ev_objtype *type,
					const struct ev_decision *d)
{
	*type = ev_decision_is_checkpoint(d) ? EV_OBJ_COMMIT : EV_OBJ_TREE;
	switch (d->kind) {
	case EV_DECISION_CHECKPOINT:
		return &d->ledger;
	case EV_DECISION_RELEASE:
		return &d->commit;
	default:
		return &d->tree;
	}
}

bool ev_decision_is_checkpoint(const struct ev_decision *d)
{
	return d->kind == EV_DECISION_CHECKPOINT ||
	       d->kind == EV_DECISION_RELEASE;
}
