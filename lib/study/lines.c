#include "base/compat.h"

#include "study/lines.h"

int ev_each_line(struct ev_ledger *l, enum ev_kind kind, ev_line_fn *fn,
		 void *data)
{
	struct ev_subjects subjects = { 0 };
	struct ev_lines lines = EV_LINES_INIT;
	size_t i, k;
	int ret;

	ret = ev_ledger_subjects(&subjects, l, kind);
	for (i = 0; ret == 0 && i < subjects.n; i++) {
		ret = ev_ledger_lines(&lines, l, &subjects.items[i].commit,
				      &subjects.items[i].tree);
		for (k = 0; ret == 0 && k < lines.n; k++)
			if (lines.items[k].record.kind == kind)
				ret = fn(data, &lines.items[k]);
		ev_lines_release(&lines);
	}
	ev_subjects_release(&subjects);
	return ret;
}

bool ev_line_has_spoken(const struct ev_line *l)
{
	return l->state == EV_LIVE || l->state == EV_SUPERSEDED ||
		l->state == EV_REVOKED || l->stood;
}

int ev_line_artifacts(struct ev_artifacts *out, struct ev_ledger *l,
		      const struct ev_line *line)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret = ev_ledger_text(&text, l, line);

	if (ret == 0)
		ret = ev_artifacts_named(out, text.ptr, text.len);
	ev_buf_release(&text);
	return ret;
}
