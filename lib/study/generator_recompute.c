#include "base/compat.h"

#include "study/generator.h"

#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"
#include "study/lines.h"
#include "study/validate.h"

struct again {
	struct ev_statement statement;
	struct ev_artifacts artifacts;
	struct ev_buf file[2];		/* pack, manifest.json */
	struct ev_value *whole;		/* the kept manifest */
	struct ev_value *now;
	uint64_t seed, patients;
	bool jsonl;
};

static int read_line(struct again *w, struct ev_ledger *l,
		     const struct ev_line *line)
{
	int ret = ev_line_statement(&w->statement, l, line);

	return ret < 0 ? ret : ev_line_artifacts(&w->artifacts, l, line);
}

static int read_file(struct again *w, struct ev_repo *r, int which,
		     const char *record)
{
	static const char *const names[] = { "pack", "manifest.json" };
	const struct ev_artifacts *l = &w->artifacts;
	size_t i;
	int ret;

	for (i = 0; i < l->n && strcmp(l->items[i].name, names[which]); i++)
		;
	if (i == l->n)
		return ev_fail(EV_ENOTFOUND, "generator record %.12s keeps no "
			       "'%s': its cohort cannot be drawn again", record,
			       names[which]);
	ret = ev_artifact_read(&w->file[which], r, &l->items[i]);
	if (ret == EV_ENOTFOUND) {
		ev_fail(EV_ENOTFOUND, "artifact '%s' of generator record "
			"%.12s is not here", names[which], record);
		ev_error_hint("git evidence sync --artifacts");
	}
	return ret;
}

/* What the record itself says: it is what was signed.  1: it is of another
 * generator. */
static int read_request(struct again *w)
{
	const struct ev_value *m = w->statement.predicate;
	const struct ev_value *outputs = ev_get(m, "outputs");
	struct ev_synth_known known;
	const char *name;
	size_t n;
	int ret;

	if (!ev_streq(ev_get_string(m, "schema"), EV_SYNTH_MANIFEST))
		return 1;
	ret = ev_synth_known_read(&known, m);
	if (ret < 0)
		return ret;
	w->seed = known.seed;
	w->patients = known.patients;
	name = outputs && outputs->type == EV_LIST && outputs->n ?
		ev_get_string(outputs->items[0], "name") : NULL;
	n = name ? strlen(name) : 0;
	w->jsonl = n > 6 && !strcmp(name + n - 6, ".jsonl");
	ev_synth_known_release(&known);
	return 0;
}

static int draw(struct again *w)
{
	struct ev_synth_about about = { 0 };
	long jobs = sysconf(_SC_NPROCESSORS_ONLN);
	struct ev_synth_plan plan = { .only = -1, .jobs = jobs > 1 ?
				      (unsigned)jobs : 1 };
	struct ev_synth_result r = { 0 };
	struct ev_buf text = EV_BUF_INIT;
	struct ev_source s;
	struct ev_pack pack;
	int ret;

	ret = ev_pack_parse(&pack, "pack", w->file[0].ptr, w->file[0].len);
	if (ret < 0)
		return ret;
	ret = ev_source_init(&s, &pack, w->seed, w->patients);
	if (ret < 0) {
		ev_pack_release(&pack);
		return ret;
	}
	plan.source = &s;
	plan.format = w->jsonl ? EV_SYNTH_JSONL : EV_SYNTH_CSV;
	ret = ev_synth_write(&r, &plan);
	if (ret == 0) {
		ev_synth_manifest(&text, &s, &r, &about);
		ret = ev_json_read(&w->now, "drawn again", text.ptr, text.len);
	}
	ev_buf_release(&text);
	ev_synth_result_release(&r);
	ev_source_release(&s);
	ev_pack_release(&pack);
	return ret;
}

/* Comparing --------------------------------------------------------------- */

static const struct ev_value *named(const struct ev_value *list,
				    const char *name)
{
	size_t i;

	for (i = 0; list && list->type == EV_LIST && i < list->n; i++)
		if (ev_streq(ev_get_string(list->items[i], "name"), name))
			return list->items[i];
	return NULL;
}

/* By the names of the files, which say more than their places. */
static void compare_files(struct ev_recomputed *out,
			  const struct ev_value *was,
			  const struct ev_value *now)
{
	const struct ev_value *a = ev_get(was, "outputs");
	const struct ev_value *b = ev_get(now, "outputs");
	const char *name;
	char *path;
	size_t i;

	for (i = 0; a && a->type == EV_LIST && i < a->n; i++) {
		name = ev_get_string(a->items[i], "name");
		path = ev_strdupf("outputs.%.100s", name ? name : "?");
		ev_recomputed_compare(out, path, a->items[i],
				      named(b, name ? name : ""));
		free(path);
	}
	for (i = 0; b && i < b->n; i++) {
		name = ev_get_string(b->items[i], "name");
		if (named(a, name))
			continue;
		path = ev_strdupf("outputs.%s", name);
		ev_recomputed_compare(out, path, NULL, b->items[i]);
		free(path);
	}
}

/*
 * All that follows from pack, seed and number.  What machine and build it was,
 * what was looked at besides, and who approved the pack do not, and what the
 * guardrails found has its own numbers.
 */
static bool follows(const char *key)
{
	static const char *const not[] = {
		"generator", "inputs", "guardrails", "coverage",
		"manifest_id", "outputs", "pack", "gitEvidence", "abridged",
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(not); i++)
		if (!strcmp(key, not[i]))
			return false;
	return true;
}

static void compare_all(struct ev_recomputed *out, const char *head,
			const struct ev_value *was, const struct ev_value *now)
{
	bool all = !ev_get(was, "abridged");
	const char *key;
	char *path;
	size_t i;

	for (i = 0; i < now->n; i++) {
		key = now->keys[i]->text;
		if (!follows(key) || (!all && !ev_get(was, key)))
			continue;
		path = ev_strdupf("%s%s", head, key);
		ev_recomputed_compare(out, path, ev_get(was, key),
				      now->items[i]);
		free(path);
	}
	for (i = 0; i < was->n; i++) {
		key = was->keys[i]->text;
		if (!follows(key) || ev_get(now, key))
			continue;
		path = ev_strdupf("%s%s", head, key);
		ev_recomputed_compare(out, path, was->items[i], NULL);
		free(path);
	}
}

static void compare_pack(struct ev_recomputed *out,
			 const struct ev_value *was,
			 const struct ev_value *now)
{
	static const char *const members[] = { "digest", "id", "version" };
	char path[40];
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(members); i++) {
		snprintf(path, sizeof(path), "pack.%s", members[i]);
		ev_recomputed_compare(out, path, ev_get_path(was, path),
				      ev_get_path(now, path));
	}
	ev_recomputed_compare(out, "generator.alg",
			      ev_get_path(was, "generator.alg"),
			      ev_get_path(now, "generator.alg"));
}

/* What the record says must be what the manifest says that it keeps. */
static void compare_kept(struct ev_recomputed *out, const struct again *w)
{
	const struct ev_value *m = w->statement.predicate;
	char *path;
	size_t i;

	for (i = 0; i < m->n; i++) {
		const char *key = m->keys[i]->text;

		if (!strcmp(key, "gitEvidence") || !strcmp(key, "abridged"))
			continue;
		path = ev_strdupf("record.%s", key);
		ev_recomputed_compare(out, path, m->items[i],
				      ev_get(w->whole, key));
		free(path);
	}
}

int ev_generator_recompute(struct ev_recomputed *out, struct ev_repo *r,
			   struct ev_ledger *l, const struct ev_line *line)
{
	const struct ev_value *was;
	struct again w;
	int ret;

	memset(out, 0, sizeof(*out));
	memset(&w, 0, sizeof(w));
	ev_buf_init(&w.file[0]);
	ev_buf_init(&w.file[1]);
	ret = read_line(&w, l, line);
	if (ret == 0)
		ret = read_request(&w);
	if (ret == 0)
		ret = read_file(&w, r, 0, line->record.id);
	if (ret == 0)
		ret = read_file(&w, r, 1, line->record.id);
	if (ret == 0)
		ret = ev_json_read(&w.whole, "manifest.json", w.file[1].ptr,
				   w.file[1].len);
	if (ret == 0)
		ret = draw(&w);
	if (ret == 0) {
		was = w.statement.predicate;
		out->done = true;
		compare_files(out, was, w.now);
		compare_pack(out, was, w.now);
		compare_all(out, "", was, w.now);
		compare_kept(out, &w);
		if (ev_get(was, "abridged"))
			compare_all(out, "manifest.json: ", w.whole, w.now);
		out->numbers = ev_get(w.now, "outputs")->n;
	}
	ev_statement_release(&w.statement);
	ev_artifacts_release(&w.artifacts);
	ev_buf_release(&w.file[0]);
	ev_buf_release(&w.file[1]);
	ev_value_free(w.whole);
	ev_value_free(w.now);
	return ret;
}
