#include "base/compat.h"

#include "study/validate.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "data/json.h"
#include "study/attach.h"
#include "study/lines.h"
#include "study/report.h"

static int add_file(struct ev_artifacts *list, struct ev_repo *r,
		    const char *name, const char *path)
{
	char *spec;
	int ret;

	if (!path)
		return 0;
	spec = ev_strdupf("%s=%s", name, path);
	ret = ev_artifact_add(list, r, spec);
	free(spec);
	return ret;
}

static int add_bytes(struct ev_artifacts *list, struct ev_repo *r,
		     const char *name, const char *type,
		     const struct ev_buf *bytes)
{
	struct ev_buf copy = EV_BUF_INIT;
	int ret;

	if (!bytes)
		return 0;
	ev_buf_add(&copy, bytes->ptr, bytes->len);
	ret = ev_artifact_add_bytes(list, r, name, type, &copy);
	ev_buf_release(&copy);
	return ret;
}

/* What the numbers were made from, so that anybody can make them again. */
static int add_inputs(struct ev_draft *d, struct ev_repo *r,
		      const struct ev_validation *v)
{
	struct ev_artifacts *list = &d->artifacts;
	int ret = add_file(list, r, "predictions", v->predictions);

	if (ret == 0)
		ret = add_file(list, r, "suite", v->suite);
	if (ret == 0)
		ret = add_file(list, r, "previous", v->previous);
	if (ret == 0)
		ret = add_file(list, r, "anchor", v->anchor);
	if (ret == 0)
		ret = add_bytes(list, r, "previous", "text/csv",
				v->previous_bytes);
	if (ret == 0)
		ret = add_bytes(list, r, "anchor", "text/csv",
				v->anchor_bytes);
	if (ret == 0)
		ret = add_bytes(list, r, "report.html", "text/html", v->page);
	return ret;
}

/* The digest that the report names of what is kept as `name`. */
static const char *digest_in(const struct ev_value *root, const char *name)
{
	const struct ev_value *v = ev_get(ev_get(root, "inputs"), name);
	const char *text = ev_get_string(strcmp(name, "suite") ? v :
					 ev_get(root, "suite"), "digest");

	return text && ev_starts_with(text, "sha256:") ? text + 7 : NULL;
}

/* Files are read again to be kept: they have to be what was measured. */
static int check_inputs(const struct ev_draft *d, const struct ev_value *root)
{
	const struct ev_artifact *a;
	const char *digest;
	size_t i;

	for (i = 0; i < d->artifacts.n; i++) {
		a = &d->artifacts.items[i];
		digest = digest_in(root, a->name);
		if (digest && strcmp(digest, a->sha256)) {
			ev_fail(EV_ECONFLICT, "what was read as '%s' is not "
				"there any more", a->name);
			ev_error_hint("name a file that stays as it is while "
				      "it is measured");
			return EV_ECONFLICT;
		}
	}
	return 0;
}

static int prepare(struct ev_draft *d, struct ev_repo *r,
		   struct ev_policy *policy, struct ev_validation *v)
{
	int ret;

	d->commit = v->commit;
	d->supersedes = v->supersedes;
	d->because = v->because;
	if (!v->supersedes != !v->because)
		return ev_fail(EV_EINVALID, "superseding needs both the id of "
			       "a record and a reason");
	ret = ev_repo_tree_of(&d->tree, r, &v->commit);
	if (ret == 0)
		ret = ev_draft_key(v->signer, r, &policy->trust, v->key);
	return ret;
}

/* What was measured and what came out of it; not what was known of the data
 * before, as this very report is known now. */
static bool says_same(const struct ev_value *was, const struct ev_value *now)
{
	static const char *const parts[] = {
		"outcome", "capped", "suite", "inputs", "gates", "escalations",
		"syntheticData",
	};
	struct ev_recomputed r = { 0 };
	bool same;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(parts); i++)
		if (ev_get(was, parts[i]) || ev_get(now, parts[i]))
			ev_recomputed_compare(&r, parts[i],
					      ev_get(was, parts[i]),
					      ev_get(now, parts[i]));
	same = !r.differences.n;
	ev_recomputed_release(&r);
	return same;
}

static int look_at_live(struct ev_written *out, struct ev_validation *v,
			struct ev_ledger *l, const struct ev_line *line,
			const struct ev_value *root)
{
	struct ev_statement st = { 0 };
	int ret = ev_line_statement(&st, l, line);

	if (ret == 0 && says_same(st.predicate, root)) {
		v->already = true;
		memcpy(out->id, line->record.id, sizeof(out->id));
		memcpy(out->line, line->record.line, sizeof(out->line));
	}
	ev_statement_release(&st);
	return ret;
}

/* Twice the same command is one record. */
static int find_already(struct ev_written *out, struct ev_repo *r,
			struct ev_policy *policy, struct ev_validation *v,
			const struct ev_draft *d, const struct ev_value *root)
{
	struct ev_lines lines = EV_LINES_INIT;
	struct ev_ledger *l = NULL;
	const struct ev_record *x;
	size_t i;
	int ret = ev_ledger_open(&l, r, &policy->trust, NULL);

	if (ret == 0)
		ret = ev_ledger_lines(&lines, l, &v->commit, &d->tree);
	for (i = 0; ret == 0 && !v->already && i < lines.n; i++) {
		x = &lines.items[i].record;
		if (lines.items[i].state == EV_LIVE &&
		    x->kind == EV_KIND_REPORT && !strcmp(x->name, d->name) &&
		    x->has_commit && ev_oid_eq(&x->commit, &v->commit) &&
		    !strcmp(x->signer, v->signer))
			ret = look_at_live(out, v, l, &lines.items[i], root);
	}
	ev_lines_release(&lines);
	ev_ledger_close(l);
	return ret;
}

int ev_validation_attach(struct ev_written *out, struct ev_repo *r,
			 struct ev_policy *policy, struct ev_validation *v)
{
	struct ev_value *root = NULL;
	struct ev_buf text = EV_BUF_INIT;
	struct ev_draft d;
	char *name = NULL;
	int ret;

	memset(out, 0, sizeof(*out));
	ev_draft_init(&d, EV_KIND_REPORT);
	ev_buf_add(&text, v->report->ptr, v->report->len);
	ret = ev_json_read(&root, "report.json", text.ptr, text.len);
	if (ret == 0) {
		name = ev_strdup(ev_get_string(ev_get(root, "suite"), "id"));
		d.name = name;
		ret = name ? ev_check_record_name(name) :
			ev_fail(EV_EINVALID, "the report names no suite");
	}
	if (ret == 0)
		ret = prepare(&d, r, policy, v);
	if (ret == 0)
		ret = add_inputs(&d, r, v);
	if (ret == 0)
		ret = check_inputs(&d, root);
	if (ret == 0 && !v->supersedes)
		ret = find_already(out, r, policy, v, &d, root);
	if (ret == 0 && !v->already)
		ret = ev_draft_report(&d, r, root, &text);
	if (ret == 0 && !v->already)
		ret = ev_draft_write(out, r, &policy->trust, &d, v->signer,
				     v->dry_run);
	free(name);
	ev_draft_release(&d);
	ev_buf_release(&text);
	ev_value_free(root);
	return ret;
}
