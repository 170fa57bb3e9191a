/*
 * Any bytes as the predicate of a promotion: no fault, an error of ours or a
 * release whose every field is what it is said to be.
 */
#include "base/compat.h"

#include "base/error.h"
#include "base/str.h"
#include "data/json.h"
#include "gate/releases.h"
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

static void must_name(const char *name, const char *below)
{
	MUST(ev_starts_with(name, below) && strlen(name) > strlen(below));
	MUST(strlen(name) <= EV_RELEASE_NAME_MAX);
	MUST(!strpbrk(name, " \t\n~^:?*[\\") && !strstr(name, ".."));
}

static void must_list(const struct ev_strs *l, bool digests)
{
	struct ev_oid oid;
	size_t i;

	MUST(l->n <= EV_RELEASE_LIST_MAX);
	for (i = 0; i < l->n; i++) {
		MUST(digests ? ev_digest_valid(l->items[i]) :
		     ev_oid_parse(&oid, l->items[i]) == 0);
		MUST(!i || strcmp(l->items[i - 1], l->items[i]) < 0);
	}
}

static void look(const struct ev_release *x)
{
	must_name(x->ref, "refs/");
	if (*x->tag)
		must_name(x->tag, "refs/tags/");
	MUST(!ev_oid_is_zero(&x->to));
	MUST(!x->has_from || !ev_oid_is_zero(&x->from));
	MUST(ev_digest_valid(x->policy) && ev_digest_valid(x->verdict));
	MUST(!*x->manifest || ev_digest_valid(x->manifest));
	MUST(!x->rollback_reason == !x->rollback_tag);
	MUST(!x->rollback_reason == !*x->rollback_of);
	if (x->rollback_reason) {
		MUST(*x->rollback_reason && ev_digest_valid(x->rollback_of));
		if (*x->rollback_tag)
			must_name(x->rollback_tag, "refs/tags/");
	}
	must_list(&x->reports, true);
	must_list(&x->tests, true);
	must_list(&x->waivers, true);
	must_list(&x->approvals, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_value *v = NULL;
	struct ev_release x;
	int ret;

	if (ev_json_read(&v, "f.json", (const char *)data, size) < 0)
		return 0;
	ret = ev_release_parse(&x, v);
	if (ret == 0) {
		look(&x);
		ev_release_release(&x);
	} else {
		MUST(ret == EV_EINVALID || ret == EV_ELIMIT);
		MUST(ev_error_last()->code == ret);
		MUST(!x.ref && !x.tag && !x.reports.items);
	}
	ev_value_free(v);
	return 0;
}
