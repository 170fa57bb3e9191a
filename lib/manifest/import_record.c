#include "base/compat.h"
#include "manifest/build.h"

#include "base/error.h"
#include "base/mem.h"
#include "ledger/ledger.h"
#include "manifest/foreign.h"

/* The one live record of this kind and name; NULL, and the last error. */
static const struct ev_line *pick(const struct ev_lines *set,
				  struct ev_build *b, enum ev_kind kind,
				  const char *name)
{
	const struct ev_line *l, *found = NULL;
	struct ev_strs names = EV_STRS_INIT;
	const char *near;
	size_t i;

	for (i = 0; i < set->n; i++) {
		l = &set->items[i];
		if (l->state != EV_LIVE || l->record.kind != kind)
			continue;
		ev_strs_add(&names, l->record.name);
		if (strcmp(l->record.name, name))
			continue;
		/* two may sign one payload: then it is one record */
		if (found && strcmp(found->record.id, l->record.id)) {
			ev_fail(EV_EINVALID, "%s records %.12s and %.12s are "
				"both live as '%s'", ev_kind_name(kind),
				found->record.id, l->record.id, name);
			goto none;
		}
		found = l;
	}
	if (found)
		goto out;
	ev_fail(EV_EINVALID, "no live %s record '%s' is about %s",
		ev_kind_name(kind), name, b->name);
	near = ev_closest(name, (const char *const *)names.items, names.n);
	if (near)
		ev_error_hint("did you mean '%s'?", near);
	else
		ev_error_hint("git evidence attach %s <file> %s --name %s",
			      ev_kind_name(kind), b->name, name);
none:
	found = NULL;
out:
	ev_strs_release(&names);
	return found;
}

static void take(struct ev_build *b, const struct ev_data_source *s,
		 const struct ev_output *o, const char *id)
{
	char *from = ev_strdupf("%s record %.12s", s->field, id);

	ev_build_text(b, s->section, "record", id);
	ev_build_text(b, s->section, "out", o->name);
	ev_build_import(b, s->section, "digest", o->digest, from);
	if (!s->unless || !ev_build_member(b, s->section, s->unless))
		ev_build_import(b, s->section, s->name, o->name, from);
	if (s->kind == EV_KIND_GENERATOR)
		ev_build_import(b, s->section, "kind", "synthetic", from);
	free(from);
}

int ev_build_record(struct ev_build *b, const struct ev_data_source *s,
		    const struct ev_value *at)
{
	const struct ev_value *which = ev_build_named(b, s->section, "out");
	struct ev_lines set = EV_LINES_INIT;
	struct ev_statement statement = { 0 };
	const struct ev_line *line;
	struct ev_output o;
	int ret = 0;

	if (b->options->ledger)
		ret = ev_ledger_lines(&set, b->options->ledger, b->commit,
				      &b->tree);
	if (ret < 0)
		goto out;
	line = pick(&set, b, s->kind, at->text);
	if (line) {
		ret = ev_line_statement(&statement, b->options->ledger, line);
		if (ret < 0)
			goto out;
	}
	if (line && ev_outputs_find(&o, statement.predicate,
				    which ? which->text : NULL) < 0) {
		ev_fail_prefix("%s record %.12s", s->field, line->record.id);
		line = NULL;
	}
	if (line)
		take(b, s, &o, line->record.id);
	else
		ev_build_refuse(b, at, s->section, s->field);
out:
	ev_statement_release(&statement);
	ev_lines_release(&set);
	return ret < 0 ? ret : 0;
}
