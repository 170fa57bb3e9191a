#include "base/compat.h"

#include "ledger/record.h"

#define OURS "https://git-evidence.dev/"

static const struct {
	enum ev_kind kind;
	const char *name, *predicate;
} kinds[] = {
	{ EV_KIND_MANIFEST, "manifest", OURS "release-manifest/v1" },
	{ EV_KIND_REPORT, "report", OURS "validation-report/v1" },
	{ EV_KIND_TEST, "test",
	  "https://in-toto.io/attestation/test-result/v0.1" },
	{ EV_KIND_GENERATOR, "generator", OURS "generator-manifest/v1" },
	{ EV_KIND_LINEAGE, "lineage", OURS "lineage/v1" },
	{ EV_KIND_WAIVER, "waiver", OURS "waiver/v1" },
	{ EV_KIND_REVOCATION, "revocation", OURS "revocation/v1" },
	{ EV_KIND_VERDICT, "verdict",
	  "https://slsa.dev/verification_summary/v1" },
	{ EV_KIND_PROMOTION, "promotion", OURS "promotion/v1" },
	{ EV_KIND_DEPLOYMENT, "deployment", OURS "deployment/v1" },
	{ EV_KIND_ARCHIVE, "archive", OURS "archive/v1" },
	{ EV_KIND_STATEMENT, "statement", NULL },
};

const char *ev_kind_name(enum ev_kind k)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(kinds); i++)
		if (kinds[i].kind == k)
			return kinds[i].name;
	return "none";
}

enum ev_kind ev_kind_parse(const char *word)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, word))
			return kinds[i].kind;
	return EV_KIND_NONE;
}

const char *ev_kind_predicate(enum ev_kind k)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(kinds); i++)
		if (kinds[i].kind == k)
			return kinds[i].predicate;
	return NULL;
}

enum ev_kind ev_kind_of_predicate(const char *type)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(kinds); i++)
		if (kinds[i].predicate && !strcmp(kinds[i].predicate, type))
			return kinds[i].kind;
	return EV_KIND_STATEMENT;
}

static const char *const state_names[] = {
	[EV_LIVE] = "live",
	[EV_SUPERSEDED] = "superseded",
	[EV_REVOKED] = "revoked",
	[EV_DUPLICATE] = "duplicate",
	[EV_MALFORMED] = "malformed",
	[EV_FOREIGN] = "foreign",
	[EV_MISPLACED] = "misplaced",
	[EV_UNTIMELY] = "untimely",
	[EV_BAD] = "bad",
};

const char *ev_state_name(enum ev_state s)
{
	return state_names[s];
}
