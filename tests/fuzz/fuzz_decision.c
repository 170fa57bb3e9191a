/*
 * Any bytes as the tag of a decision, and as the fields of one: no fault; what
 * is read is written again as it was, what is written is read as it was, and
 * nothing else is either.
 */
#include "base/compat.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/decision.h"

#define MUST(condition) must((condition), #condition)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *condition)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\nlast error: %s\n", condition,
		ev_error_last()->message);
	abort();
}

static void as_tag(const char *raw, size_t n)
{
	struct ev_buf armour = EV_BUF_INIT, again = EV_BUF_INIT;
	struct ev_decision d;
	char *ref;
	int ret = ev_decision_parse(&d, &armour, raw, n);

	if (ret < 0) {
		MUST(ret == EV_EINVALID);
		MUST(ev_error_last()->code == ret && !armour.len);
		goto out;
	}
	MUST(!ev_decision_format(&again, &d));
	MUST(again.len + armour.len == n);
	MUST(!memcmp(again.ptr, raw, again.len));
	MUST(!memcmp(armour.ptr, raw + again.len, armour.len));
	ref = ev_decision_ref(&d);
	MUST(ev_starts_with(ref, "refs/tags/") && !strstr(ref, ".."));
	MUST(d.kind != EV_DECISION_RELEASE == ev_starts_with(ref, EV_TAGS));
	free(ref);
	ev_decision_release(&d);
out:
	ev_buf_release(&armour);
	ev_buf_release(&again);
}

/* The bytes up to the next LF. */
struct rest { const char *p, *end; };

static char *field(struct rest *r)
{
	const char *lf = memchr(r->p, '\n', (size_t)(r->end - r->p));
	const char *end = lf ? lf : r->end;
	char *text = ev_strndup(r->p, (size_t)(end - r->p));

	r->p = lf ? lf + 1 : r->end;
	return text;
}

static void array(char *out, size_t size, struct rest *r)
{
	char *text = field(r);

	snprintf(out, size, "%s", text);
	free(text);
}

static void list(struct ev_strs *out, struct rest *r)
{
	char *text = field(r), *p, *next;

	for (p = text; *p; p = next) {
		next = p + strcspn(p, " ");
		if (*next)
			*next++ = '\0';
		ev_strs_add(out, p);
	}
	free(text);
}

static void id(struct ev_oid *out, struct rest *r)
{
	char *text = field(r);

	memset(out, 0, sizeof(*out));
	ev_oid_parse(out, text);
	free(text);
}

static void fill(struct ev_decision *d, struct rest *r)
{
	char *number = field(r);

	ev_decision_init(d, (enum ev_decision_kind)(strlen(number) % 4));
	d->at = strtoll(number, NULL, 10);
	d->version = d->at % 7;
	d->meaning = (enum ev_meaning)(strlen(number) % 4);
	free(number);
	d->product = field(r);
	d->role = field(r);
	d->name = field(r);
	d->email = field(r);
	d->ref = field(r);
	array(d->nonce, sizeof(d->nonce), r);
	id(&d->tree, r);
	id(&d->commit, r);
	d->ledger = d->commit;
	id(&d->from, r);
	d->has_from = !ev_oid_is_zero(&d->from);
	array(d->policy, sizeof(d->policy), r);
	memcpy(d->control_set, d->policy, sizeof(d->policy));
	memcpy(d->approvals, d->policy, sizeof(d->policy));
	array(d->manifest, sizeof(d->manifest), r);
	memcpy(d->previous, d->manifest, sizeof(d->manifest));
	list(&d->contributors, r);
	list(&d->clears, r);
	list(&d->records, r);
	list(&d->before, r);
}

static void same_list(const struct ev_strs *a, const struct ev_strs *b)
{
	size_t i;

	MUST(a->n == b->n);
	for (i = 0; i < a->n; i++)
		MUST(!strcmp(a->items[i], b->items[i]));
}

static void same(const struct ev_decision *a, const struct ev_decision *b)
{
	MUST(a->kind == b->kind && a->at == b->at);
	MUST(ev_streq(a->product, b->product) && ev_streq(a->name, b->name));
	MUST(ev_streq(a->email, b->email));
	if (ev_decision_is_checkpoint(a)) {
		MUST(a->kind != EV_DECISION_RELEASE ||
		     (ev_streq(a->ref, b->ref) &&
		      ev_oid_eq(&a->commit, &b->commit)));
		MUST(ev_oid_eq(&a->ledger, &b->ledger));
		same_list(&a->before, &b->before);
		return;
	}
	MUST(ev_streq(a->role, b->role) && !strcmp(a->nonce, b->nonce));
	MUST(ev_oid_eq(&a->tree, &b->tree));
	if (a->kind == EV_DECISION_POLICY) {
		MUST(a->version == b->version);
		MUST(!strcmp(a->control_set, b->control_set));
		MUST(!strcmp(a->previous, b->previous));
		return;
	}
	MUST(ev_streq(a->ref, b->ref) && a->meaning == b->meaning);
	MUST(a->has_from == b->has_from);
	MUST(!a->has_from || ev_oid_eq(&a->from, &b->from));
	MUST(!strcmp(a->manifest, b->manifest));
	same_list(&a->records, &b->records);
	same_list(&a->contributors, &b->contributors);
	same_list(&a->clears, &b->clears);
}

static void as_fields(const char *text, size_t n)
{
	struct rest r = { text, text + n };
	struct ev_buf raw = EV_BUF_INIT;
	struct ev_decision d, back;
	int ret;

	fill(&d, &r);
	ret = ev_decision_format(&raw, &d);
	if (ret < 0) {
		MUST(ret == EV_EINVALID || ret == EV_ELIMIT);
		MUST(!raw.len);
	} else {
		MUST(!ev_decision_parse(&back, NULL, raw.ptr, raw.len));
		same(&d, &back);
		ev_decision_release(&back);
	}
	ev_decision_release(&d);
	ev_buf_release(&raw);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	as_tag((const char *)data, size);
	as_fields((const char *)data, size);
	return 0;
}
