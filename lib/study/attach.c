#include "base/compat.h"

#include "study/attach.h"

#include <stdio.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "data/json.h"
#include "data/schema.h"
#include "manifest/foreign.h"
#include "manifest/manifest.h"
#include "study/lines.h"
#include "study/report.h"
#include "synth/manifest.h"

int ev_check_record_name(const char *name)
{
	size_t i, n = strlen(name);

	for (i = 0; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			    "XYZ0123456789._/-", name[i]))
			break;
	if (n && n <= 100 && i == n && *name != '-')
		return 0;
	ev_fail(EV_EINVALID, "'%s' is no record name", name);
	ev_error_hint("use letters, digits, '.', '_', '/' and '-', 100 at "
		      "most");
	return EV_EINVALID;
}

/* The part that every way of attaching shares: files, key, subjects. */
static int prepare(struct ev_draft *d, struct ev_repo *r,
		   struct ev_policy *policy, struct ev_attach *a)
{
	size_t i;
	int ret;

	d->commit = a->commit;
	d->supersedes = a->supersedes;
	d->because = a->because;
	if (!a->supersedes != !a->because)
		return ev_fail(EV_EINVALID, "superseding needs both the id of "
			       "a record and a reason");
	ret = ev_repo_tree_of(&d->tree, r, &a->commit);
	for (i = 0; ret == 0 && a->artifacts && i < a->artifacts->n; i++)
		ret = ev_artifact_add(&d->artifacts, r, a->artifacts->items[i]);
	if (ret == 0)
		ret = ev_draft_key(a->signer, r, &policy->trust, a->key);
	return ret;
}

static int read_json(struct ev_value **root, struct ev_buf *text,
		     const char *path)
{
	int ret;

	ret = ev_file_read(text, path, EV_ATTACH_MAX_BYTES);
	if (ret == 0)
		ret = ev_json_read(root, path, text->ptr, text->len);
	if (ret == 0 && (*root)->type != EV_MAP)
		ret = ev_fail_at(*root, "expected an object, not a %s",
				 ev_type_name((*root)->type));
	return ret;
}

/* Manifest ------------------------------------------------------------------ */

static int same_as(struct ev_ledger *l, const struct ev_line *line,
		   const struct ev_buf *payload)
{
	struct ev_statement theirs = { 0 }, ours = { 0 };
	int ret = ev_line_statement(&theirs, l, line);

	if (ret == 0)
		ret = ev_statement_parse(&ours, payload->ptr, payload->len);
	if (ret == 0)
		ret = ev_manifest_equal(theirs.predicate, ours.predicate);
	ev_statement_release(&theirs);
	ev_statement_release(&ours);
	return ret;
}

static int different(const struct ev_draft *d, const struct ev_line *live)
{
	char hex[EV_OID_HEX + 1];

	ev_fail(EV_EEXISTS, "a different manifest %.12s is live for this "
		"content", live->record.id);
	ev_oid_hex(hex, &d->commit);
	ev_error_hint("git evidence attach manifest %.12s --supersede %s "
		      "--because '<reason>'", hex, live->record.id);
	return EV_EEXISTS;
}

/*
 * 1: an equal one is live, 0: there is none, EV_EEXISTS: a different one. All
 * live ones are looked at, but for the one that is to be superseded.
 */
static int against_live(struct ev_written *out, struct ev_ledger *l,
			struct ev_policy *policy, const struct ev_draft *d)
{
	struct ev_lines set = EV_LINES_INIT;
	struct ev_buf payload = EV_BUF_INIT;
	const struct ev_line *line;
	bool equal = false;
	size_t i;
	int ret;

	ret = ev_ledger_lines(&set, l, &d->commit, &d->tree);
	if (ret == 0)
		ret = ev_draft_payload(&payload, d, &policy->trust);
	for (i = 0; ret == 0 && i < set.n; i++) {
		line = &set.items[i];
		if (line->state != EV_LIVE ||
		    line->record.kind != EV_KIND_MANIFEST ||
		    ev_streq(line->record.id, d->supersedes))
			continue;
		ret = same_as(l, line, &payload);
		if (ret == 0)
			ret = different(d, line);
		if (ret < 0)
			break;
		memcpy(out->id, line->record.id, sizeof(out->id));
		memcpy(out->line, line->record.line, sizeof(out->line));
		equal = true;
		ret = 0;
	}
	if (ret == 0)
		ret = equal && !d->supersedes;
	ev_lines_release(&set);
	ev_buf_release(&payload);
	return ret;
}

int ev_attach_manifest(struct ev_written *out, struct ev_repo *r,
		       struct ev_policy *policy, struct ev_attach *a)
{
	struct ev_draft d;
	struct ev_manifest_options o = {
		.change_id = a->change_id, .change_reason = a->change_reason,
	};
	int ret;

	memset(out, 0, sizeof(*out));
	ev_draft_init(&d, EV_KIND_MANIFEST);
	ret = prepare(&d, r, policy, a);
	if (ret == 0)
		ret = ev_ledger_open(&o.ledger, r, &policy->trust, NULL);
	if (ret == 0)
		ret = ev_draft_check_supersedes(&d, o.ledger, &policy->trust,
						a->signer);
	if (ret == 0)
		ret = ev_manifest_build(&d.members, &a->warnings, r, &a->commit,
					&o);
	if (ret == 0)
		ret = against_live(out, o.ledger, policy, &d);
	if (ret == 0)
		ret = ev_draft_write(out, r, &policy->trust, &d, a->signer,
				     a->dry_run);
	ev_ledger_close(o.ledger);
	ev_draft_release(&d);
	return ret;
}

/* Files ----------------------------------------------------------------------- */

static const char *const results[] = { "PASSED", "WARNED", "FAILED", NULL };
static const char *const outcomes[] = { "pass", "fail", "incomplete", "review",
					NULL };
static const struct ev_field descriptor_fields[] = {
	{ "name", EV_F_STRING, 0, NULL, NULL, "name" },
	{ "uri", EV_F_STRING, 0, NULL, NULL, "where it is" },
	{ "digest", EV_F_MAP, EV_F_OPEN, NULL, NULL, "by algorithm" },
	{ "content", EV_F_STRING, 0, NULL, NULL, "base64" },
	{ "downloadLocation", EV_F_STRING, 0, NULL, NULL, "URI" },
	{ "mediaType", EV_F_STRING, 0, NULL, NULL, "media type" },
	{ "annotations", EV_F_MAP, EV_F_OPEN, NULL, NULL, "anything" },
	{ 0 }
};
static const struct ev_field gate_fields[] = {
	{ "id", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "gate id" },
	{ "slice", EV_F_STRING, 0, NULL, NULL, "slice" },
	{ "outcome", EV_F_ENUM, EV_F_REQUIRED, NULL, outcomes, "outcome" },
	{ "observed", EV_F_ANY, 0, NULL, NULL, "what was measured" },
	{ "limit", EV_F_ANY, 0, NULL, NULL, "what it is held against" },
	{ 0 }
};
static const struct ev_field test_fields[] = {
	{ "result", EV_F_ENUM, EV_F_REQUIRED, NULL, results, "of the run" },
	{ "configuration", EV_F_LIST, EV_F_REQUIRED, descriptor_fields,
	  NULL, "what was run, as resource descriptors" },
	{ "url", EV_F_STRING, 0, NULL, NULL, "where the run can be seen" },
	{ "passedTests", EV_F_LIST, 0, NULL, NULL, "names" },
	{ "warnedTests", EV_F_LIST, 0, NULL, NULL, "names" },
	{ "failedTests", EV_F_LIST, 0, NULL, NULL, "names" },
	{ 0 }
};
static const struct ev_field cohort_fields[] = {
	{ "record", EV_F_ANY, EV_F_REQUIRED, NULL, NULL, "of the generator" },
	{ "cohort", EV_F_ANY, EV_F_REQUIRED, NULL, NULL, "its digest" },
	{ "simulatedScore", EV_F_BOOL, EV_F_REQUIRED, NULL, NULL,
	  "whether its scores are no device's" },
	{ 0 }
};
static const struct ev_field report_fields[] = {
	{ "outcome", EV_F_ENUM, EV_F_REQUIRED, NULL, outcomes, "worst of the "
	  "gates" },
	{ "suite", EV_F_ANY, EV_F_REQUIRED, NULL, NULL, "suite id" },
	{ "inputs", EV_F_ANY, 0, NULL, NULL, "what was measured" },
	{ "slices", EV_F_MAP, EV_F_OPEN, NULL, NULL, "metrics by slice" },
	{ "gates", EV_F_LIST, EV_F_REQUIRED | EV_F_OPEN, gate_fields, NULL,
	  "gates" },
	/* what `git evidence validate --json` prints */
	{ "schema", EV_F_STRING, 0, NULL, NULL, "form of the report" },
	{ "capped", EV_F_ENUM, 0, NULL, outcomes, "at best, whatever the "
	  "gates say" },
	{ "reasons", EV_F_LIST, 0, NULL, NULL, "why it is not a pass" },
	{ "flow", EV_F_MAP, EV_F_OPEN, NULL, NULL, "rows" },
	{ "suppressed", EV_F_INT, 0, NULL, NULL, "slices left out" },
	{ "escalations", EV_F_LIST, 0, NULL, NULL, "who is to look" },
	{ "checks", EV_F_MAP, EV_F_OPEN, NULL, NULL, "always looked for" },
	{ "effectiveSuite", EV_F_MAP, EV_F_OPEN, NULL, NULL, "suite" },
	{ "tool", EV_F_MAP, EV_F_OPEN, NULL, NULL, "what measured" },
	{ "product", EV_F_STRING, 0, NULL, NULL, "product" },
	{ "release", EV_F_STRING, 0, NULL, NULL, "release" },
	{ "candidate", EV_F_MAP, EV_F_OPEN, NULL, NULL, "commit" },
	{ "custody", EV_F_ANY, 0, NULL, NULL, "of suite and data" },
	{ "limitations", EV_F_LIST, 0, NULL, NULL, "limitations" },
	{ "syntheticData", EV_F_LIST, EV_F_OPEN, cohort_fields, NULL,
	  "cohorts that the data are of" },
	{ 0 }
};

/* A manifest of ours whole, another's as far as it says what a cohort is
 * for. */
static int check_generator(const struct ev_value *root)
{
	struct ev_synth_known known;
	int ret = ev_synth_manifest_check(root);

	if (ret < 0)
		return ret;
	ret = ev_synth_known_read(&known, root);
	ev_synth_known_release(&known);
	return ret;
}

/* Our own kinds that a file may become; the gate judges more of them. */
static int check_file(const struct ev_value *root, enum ev_kind kind)
{
	struct ev_problems bad = EV_PROBLEMS_INIT;
	const struct ev_value *list = ev_get(root, "configuration");
	size_t i;
	int ret;

	if (kind == EV_KIND_TEST) {
		ev_schema_check(&bad, root, test_fields, "");
		for (i = 0; list && list->type == EV_LIST && i < list->n; i++)
			if (!ev_get(list->items[i], "uri") &&
			    !ev_get(list->items[i], "digest") &&
			    !ev_get(list->items[i], "content"))
				ev_problem_add(&bad, list->items[i], NULL,
					       "'configuration[%zu]' has none "
					       "of uri, digest and content", i);
	} else if (kind == EV_KIND_REPORT) {
		ev_schema_check(&bad, root, report_fields, "");
	} else if (!root->n) {
		ev_problem_add(&bad, root, NULL, "the object is empty");
	}
	ret = ev_problems_fail(&bad);
	ev_problems_release(&bad);
	if (ret == 0 && (kind == EV_KIND_LINEAGE || kind == EV_KIND_GENERATOR))
		ret = ev_outputs_check(root);
	if (ret == 0 && kind == EV_KIND_GENERATOR)
		ret = check_generator(root);
	return ret;
}

/* The record's name: --name, the file's own, or the suite's id. */
static int name_of(char **out, const struct ev_attach *a, enum ev_kind kind,
		   const struct ev_value *root)
{
	const struct ev_value *suite = ev_get(root, "suite");
	const char *name = a->name, *own;

	own = kind == EV_KIND_REPORT
		? (suite && suite->type == EV_STRING ? suite->text
						     : ev_get_string(suite, "id"))
		: kind == EV_KIND_TEST ? NULL : ev_get_string(root, "name");
	if (kind == EV_KIND_GENERATOR && !own)
		own = ev_get_string(ev_get(root, "pack"), "id");
	if (!name)
		name = own;
	if (kind == EV_KIND_REPORT && own && a->name && strcmp(a->name, own))
		return ev_fail_at(suite, "report is of suite '%s', not '%s'",
				  own, a->name);
	if (!name) {
		if (kind == EV_KIND_REPORT)
			return ev_fail_at(suite ? suite : root,
					  "'suite' has no id");
		ev_fail(EV_EINVALID, "this %s has no name",
			ev_kind_name(kind));
		ev_error_hint("git evidence attach %s '%s' --name NAME",
			      ev_kind_name(kind), root->file);
		return EV_EINVALID;
	}
	*out = ev_strdup(name);
	return ev_check_record_name(name);
}

int ev_attach_file(struct ev_written *out, struct ev_repo *r,
		   struct ev_policy *policy, struct ev_attach *a,
		   enum ev_kind kind, const char *path)
{
	struct ev_value *root = NULL;
	struct ev_buf text = EV_BUF_INIT;
	struct ev_draft d;
	char *name = NULL;
	int ret;

	memset(out, 0, sizeof(*out));
	ev_draft_init(&d, kind);
	ret = read_json(&root, &text, path);
	if (ret == 0)
		ret = check_file(root, kind);
	if (ret == 0)
		ret = name_of(&name, a, kind, root);
	d.name = name;
	if (ret == 0)
		ret = prepare(&d, r, policy, a);
	if (ret == 0)
		ret = kind == EV_KIND_REPORT ?
			ev_draft_report(&d, r, root, &text) :
			ev_draft_members(&d.members, root);
	if (ret == 0)
		ret = ev_draft_write(out, r, &policy->trust, &d, a->signer,
				     a->dry_run);
	free(name);
	ev_draft_release(&d);
	ev_buf_release(&text);
	ev_value_free(root);
	return ret;
}

/* What a well-known document is, by the members that its format requires. */
static const char *recognise(const struct ev_value *root)
{
	const char *type = ev_get_string(root, "predicateType");

	if (type && ev_get(root, "_type"))
		return type;
	if (ev_streq(ev_get_string(root, "bomFormat"), "CycloneDX"))
		return "https://cyclonedx.org/bom";
	if (ev_get(root, "spdxVersion"))
		return "https://spdx.dev/Document";
	return NULL;
}

static int has_own_kind(const char *type, const char *path)
{
	enum ev_kind kind = ev_kind_of_predicate(type);

	ev_fail(EV_EINVALID, "'%s' is the type of a %s", type,
		ev_kind_name(kind));
	switch (kind) {
	case EV_KIND_MANIFEST:
		ev_error_hint("git evidence attach manifest");
		break;
	case EV_KIND_REPORT:
	case EV_KIND_TEST:
	case EV_KIND_GENERATOR:
	case EV_KIND_LINEAGE:
	case EV_KIND_DEPLOYMENT:
		ev_error_hint("git evidence attach %s '%s'",
			      ev_kind_name(kind), path);
		break;
	default:
		break;
	}
	return EV_EINVALID;
}

static int check_type(const char *type, const char *path)
{
	const char *colon = type ? strchr(type, ':') : NULL;

	if (!type) {
		ev_fail(EV_EINVALID, "'%s' does not say what it is", path);
		ev_error_hint("git evidence attach statement '%s' --type URI"
			      "   # such as https://slsa.dev/provenance/v1",
			      path);
		return EV_EINVALID;
	}
	if (!colon || colon == type || !colon[1] || strpbrk(type, " \t\n\"<>"))
		return ev_fail(EV_EINVALID, "'%s' is no URI", type);
	if (ev_kind_of_predicate(type) != EV_KIND_STATEMENT) {
		return has_own_kind(type, path);
	}
	return 0;
}

int ev_attach_statement(struct ev_written *out, struct ev_repo *r,
			struct ev_policy *policy, struct ev_attach *a,
			const char *path)
{
	struct ev_value *root = NULL;
	struct ev_buf text = EV_BUF_INIT;
	struct ev_draft d;
	struct ev_json j;
	char *spec = ev_strdupf("statement=%s", path);
	const char *type = a->type;
	int ret;

	memset(out, 0, sizeof(*out));
	ev_draft_init(&d, EV_KIND_STATEMENT);
	ret = type ? 0 : read_json(&root, &text, path);
	if (ret == 0 && !type)
		type = recognise(root);
	if (ret == 0)
		ret = check_type(type, path);
	if (ret == 0 && a->name)
		ret = ev_check_record_name(a->name);
	if (ret < 0)
		goto out;
	d.type = type;
	d.name = a->name;
	ret = ev_artifact_add(&d.artifacts, r, spec);
	if (ret == 0)
		ret = prepare(&d, r, policy, a);
	if (ret < 0)
		goto out;
	ev_json_init(&j, &d.members);
	ev_buf_adds(&d.members, "\"type\":");
	ev_json_string(&j, type);
	ret = ev_draft_write(out, r, &policy->trust, &d, a->signer, a->dry_run);
out:
	free(spec);
	ev_draft_release(&d);
	ev_buf_release(&text);
	ev_value_free(root);
	return ret;
}
