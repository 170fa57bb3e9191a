#include "base/compat.h"

#include "cmd/validate.h"

#define COLUMNS 80u
#define REASON_AT 14u

static enum colour colour_of(enum ev_outcome_word o)
{
	switch (o) {
	case EV_OUT_PASS:
		return COLOUR_GOOD;
	case EV_OUT_FAIL:
		return COLOUR_BAD;
	case EV_OUT_REVIEW:
	case EV_OUT_INCOMPLETE:
		break;
	}
	return COLOUR_WARN;
}

/* Lines of words from column `indent` on, the first where the cursor is. */
static void print_wrapped(const char *text, size_t indent)
{
	size_t n, room = COLUMNS - indent;

	while (strlen(text) > room) {
		for (n = room; n && text[n] != ' '; n--)
			;
		if (!n)
			n = strcspn(text, " ");
		if (!text[n])
			break;
		out_line("%.*s", (int)n, text);
		text += n + 1;
		out_cell("", indent);
	}
	out_line("%s", text);
}

/* What does not fit beside gate and slice stands below them. */
static void print_row(const struct ev_evaluation *e,
		      const struct ev_gate_row *r, size_t width)
{
	char place[200];
	size_t used;

	snprintf(place, sizeof(place), "%s%s%s", r->slice_name,
		 r->against ? " against " : "", r->against ? r->against : "");
	used = REASON_AT + width + strlen(place) + 2;
	out_cell("", 2);
	out_word(colour_of(r->outcome), ev_outcome_word(r->outcome),
		 REASON_AT - 2);
	out_cell(e->suite->gates[r->gate].id, width);
	if (used + strlen(r->reason) <= COLUMNS) {
		out_cell(place, strlen(place) + 2);
		out_line("%s", r->reason);
		return;
	}
	out_line("%s", place);
	out_cell("", REASON_AT);
	print_wrapped(r->reason, REASON_AT);
}

/* Of the longest id that is shown. */
static size_t id_width(const struct ev_evaluation *e, bool all)
{
	size_t i, n, width = 0;

	for (i = 0; i < e->n_rows; i++) {
		if (e->rows[i].outcome == EV_OUT_PASS && !all)
			continue;
		n = strlen(e->suite->gates[e->rows[i].gate].id);
		width = n > width ? n : width;
	}
	return (width < 26 ? width : 26) + 2;
}

static void print_rows(const struct ev_evaluation *e, bool all)
{
	int o;
	size_t i, passed = 0, width = id_width(e, all);

	for (o = EV_OUT_FAIL; o >= EV_OUT_PASS; o--) {
		for (i = 0; i < e->n_rows; i++) {
			if ((int)e->rows[i].outcome != o)
				continue;
			if (o == EV_OUT_PASS && !all)
				passed++;
			else
				print_row(e, &e->rows[i], width);
		}
	}
	if (!passed)
		return;
	out_cell("", 2);
	out_word(COLOUR_GOOD, "pass", 12);
	out_line("%zu %s", passed, passed == e->n_rows ? "gates" : "others");
}

/* Reasons that no gate has given already. */
static void print_reasons(const struct ev_evaluation *e)
{
	size_t i, given = 0;

	for (i = 0; i < e->n_rows; i++)
		given += e->rows[i].outcome != EV_OUT_PASS;
	for (i = 0; i < e->reasons.n; i++) {
		bool of_gate = false;
		size_t k;

		for (k = 0; k < e->n_rows && !of_gate; k++) {
			const char *id = e->suite->gates[e->rows[k].gate].id;

			of_gate = ev_starts_with(e->reasons.items[i], id) &&
				e->reasons.items[i][strlen(id)] == ':';
		}
		if (of_gate)
			continue;
		out_cell("", 2);
		print_wrapped(e->reasons.items[i], 2);
	}
	for (i = 0; i < e->n_triggers; i++) {
		const struct ev_trigger *t = &e->triggers[i];
		struct ev_buf roles = EV_BUF_INIT;
		size_t k;

		ev_buf_adds(&roles, "escalated to ");
		for (k = 0; t->roles && k < t->roles->n; k++)
			ev_buf_addf(&roles, "%s%s", k ? ", " : "",
				    t->roles->items[k]);
		ev_buf_addf(&roles, ": %s", t->why);
		out_cell("", 2);
		print_wrapped(roles.ptr, 2);
		ev_buf_release(&roles);
	}
}

void validation_print(const struct validation *v, bool all)
{
	const struct ev_evaluation *e = &v->evaluation;
	const struct ev_cohort *c = e->cohort;

	out_word(colour_of(e->outcome), ev_outcome_word(e->outcome), 0);
	out_line(": %s %s on %zu rows of %u patients (%s)", e->suite->id,
		 e->suite->version ? e->suite->version : "", c->n, c->patients,
		 c->name);
	print_rows(e, all);
	print_reasons(e);
}

/* The report as it is, and the record that holds it as one member more. */
void validation_print_json(const struct validation *v,
			   const struct ev_buf *report)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;

	if (!v->attach) {
		out_raw(report->ptr, report->len);
		return;
	}
	ev_buf_add(&buf, report->ptr, report->len);
	ev_buf_chomp(&buf);
	ev_buf_setlen(&buf, buf.len - 1);
	ev_buf_adds(&buf, ",\"record\":");
	ev_json_init(&j, &buf);
	ev_json_object(&j);
	ev_json_kv(&j, "id", v->written.id);
	ev_json_kv(&j, "line", *v->written.line ? v->written.line : NULL);
	ev_json_kv(&j, "signer", v->record.signer);
	ev_json_kvb(&j, "written", !v->ctx->dry_run && !v->record.already);
	ev_json_end_object(&j);
	ev_buf_adds(&buf, "}\n");
	out_raw(buf.ptr, buf.len);
	ev_buf_release(&buf);
}

void validation_print_record(const struct validation *v)
{
	char label[EV_OID_HEX + 1];

	ev_repo_short(label, v->ctx->repo, &v->record.commit);
	if (v->record.already)
		out_line("report %s %.12s is attached to %s already",
			 v->suite.id, v->written.id, label);
	else if (v->ctx->dry_run)
		out_line("would attach report %s to %s", v->suite.id, label);
	else
		out_line("attached report %s %.12s to %s", v->suite.id,
			 v->written.id, label);
}

int validation_explain(const struct validation *v, const char *gate)
{
	struct ev_buf buf = EV_BUF_INIT;
	char *line, *end;
	int ret = ev_explain(&buf, &v->evaluation, gate);

	for (line = buf.ptr; ret == 0 && *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = 0;
		out_line("%s", line);
	}
	ev_buf_release(&buf);
	return ret;
}
