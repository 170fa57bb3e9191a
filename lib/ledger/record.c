#include "base/compat.h"

#include "ledger/record.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"

void ev_record_release(struct ev_record *r)
{
	free(r->type);
	free(r->name);
	free(r->outcome);
	free(r->product);
	free(r->recorded_at);
	free(r->supersedes);
	free(r->because);
	free(r->withdraws_type);
	free(r->withdraws_id);
	memset(r, 0, sizeof(*r));
}

void ev_record_copy(struct ev_record *out, const struct ev_record *from)
{
	*out = *from;
	out->type = ev_strdup(from->type);
	out->name = ev_strdup(from->name);
	out->outcome = ev_strdup(from->outcome);
	out->product = ev_strdup(from->product);
	out->recorded_at = ev_strdup(from->recorded_at);
	out->supersedes = ev_strdup(from->supersedes);
	out->because = ev_strdup(from->because);
	out->withdraws_type = ev_strdup(from->withdraws_type);
	out->withdraws_id = ev_strdup(from->withdraws_id);
}

static int member(char **out, const struct ev_value *map, const char *key,
		  bool required)
{
	const struct ev_value *v = ev_get(map, key);

	if (!v) {
		if (required)
			return ev_fail_at(map, "gitEvidence has no '%s'", key);
		*out = ev_strdup("");
		return 0;
	}
	if (v->type != EV_STRING)
		return ev_fail_at(v, "'%s' must be a string, not a %s", key,
				  ev_type_name(v->type));
	if (!v->len)
		return ev_fail_at(v, "'%s' is empty", key);
	*out = ev_strdup(v->text);
	return 0;
}

/* From the best to the worst. */
static const char *const outcomes[] = {
	"pass", "review", "incomplete", "fail"
};

static size_t outcome_rank(const struct ev_value *v)
{
	size_t i;

	for (i = 0; v && v->type == EV_STRING &&
	     i < EV_ARRAY_SIZE(outcomes); i++)
		if (!strcmp(v->text, outcomes[i]))
			return i;
	return EV_ARRAY_SIZE(outcomes);
}

/* PASSED, and a test that failed, is no pass. */
static int test_outcome(char **out, const struct ev_value *p)
{
	static const struct { const char *theirs, *ours; } results[] = {
		{ "PASSED", "pass" }, { "FAILED", "fail" },
		{ "WARNED", "review" },
	};
	const struct ev_value *v = ev_get(p, "result");
	const struct ev_value *failed = ev_get(p, "failedTests");
	size_t i;

	for (i = 0; v && v->type == EV_STRING && i < EV_ARRAY_SIZE(results);
	     i++)
		if (!strcmp(v->text, results[i].theirs)) {
			*out = ev_strdup(failed && failed->n ? "fail" :
					 results[i].ours);
			return 0;
		}
	return ev_fail_at(v ? v : p, "'result' is not PASSED, WARNED or "
			  "FAILED");
}

/* Whatever a report says of itself, it is no better than its worst gate. */
static int report_outcome(char **out, const struct ev_value *p)
{
	const struct ev_value *v = ev_get(p, "outcome");
	const struct ev_value *gates = ev_get(p, "gates");
	size_t worst = outcome_rank(v), rank, i;

	if (worst == EV_ARRAY_SIZE(outcomes))
		return ev_fail_at(v ? v : p, "'outcome' is not pass, fail, "
				  "incomplete or review");
	for (i = 0; gates && gates->type == EV_LIST && i < gates->n; i++) {
		v = ev_get(gates->items[i], "outcome");
		rank = outcome_rank(v);
		if (rank == EV_ARRAY_SIZE(outcomes))
			return ev_fail_at(v ? v : gates->items[i], "'outcome' "
					  "of a gate is not pass, fail, "
					  "incomplete or review");
		if (rank > worst)
			worst = rank;
	}
	*out = ev_strdup(outcomes[worst]);
	return 0;
}

/* What a record says of its matter, in the one vocabulary of outcomes. */
static int outcome(char **out, enum ev_kind kind, const struct ev_value *p)
{
	size_t rank;

	if (kind == EV_KIND_TEST)
		return test_outcome(out, p);
	if (kind == EV_KIND_REPORT)
		return report_outcome(out, p);
	rank = outcome_rank(ev_get(p, "outcome"));
	*out = ev_strdup(rank < EV_ARRAY_SIZE(outcomes) ? outcomes[rank] : "");
	return 0;
}

static int withdraws(struct ev_record *out, const struct ev_value *p)
{
	const struct ev_value *target = ev_get(p, "target");
	int ret;

	if (out->kind != EV_KIND_REVOCATION) {
		out->withdraws_type = ev_strdup("");
		out->withdraws_id = ev_strdup("");
		return 0;
	}
	if (!target || target->type != EV_MAP)
		return ev_fail_at(p, "revocation has no 'target'");
	ret = member(&out->withdraws_type, target, "type", true);
	if (ret < 0)
		return ret;
	ret = member(&out->withdraws_id, target, "id", true);
	if (ret < 0)
		return ret;
	if (!ev_get_string(p, "reason"))
		return ev_fail_at(p, "revocation has no 'reason'");
	return 0;
}

int ev_record_summarise(struct ev_record *out, const struct ev_statement *s)
{
	const struct ev_value *own = ev_get(s->predicate, "gitEvidence");
	int64_t when;
	int ret;

	if (!own || own->type != EV_MAP)
		return ev_fail(EV_EINVALID, "predicate has no 'gitEvidence'");
	out->kind = ev_kind_of_predicate(s->predicate_type);
	out->type = ev_strdup(s->predicate_type);
	out->has_commit = s->has_commit;
	out->has_tree = s->has_tree;
	out->commit = s->commit;
	out->tree = s->tree;
	ret = member(&out->product, own, "product", true);
	if (ret == 0)
		ret = member(&out->recorded_at, own, "recordedAt", true);
	if (ret == 0)
		ret = member(&out->name, own, "name", false);
	if (ret == 0)
		ret = member(&out->supersedes, own, "supersedes", false);
	if (ret == 0)
		ret = member(&out->because, own, "because", false);
	if (ret == 0)
		ret = outcome(&out->outcome, out->kind, s->predicate);
	if (ret == 0)
		ret = withdraws(out, s->predicate);
	if (ret < 0)
		return ret;
	if (ev_time_parse(&when, out->recorded_at) < 0)
		return ev_fail_at(ev_get(own, "recordedAt"),
				  "'recordedAt' is not RFC 3339 in UTC");
	if (*out->supersedes && !*out->because)
		return ev_fail_at(own, "'supersedes' without 'because'");
	if (*out->supersedes && !ev_is_hex(out->supersedes, 64))
		return ev_fail_at(ev_get(own, "supersedes"),
				  "'supersedes' is no record id");
	return 0;
}
