#include "base/compat.h"

#include "ledger/import.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "ledger/said.h"

void ev_import_release(struct ev_import_result *i)
{
	free(i->refused);
	memset(i, 0, sizeof(*i));
}

static void refuse(struct ev_import_result *out, size_t row, const char *reason)
{
	struct ev_import_refusal *x;

	out->refused = ev_grow(out->refused, out->nrefused + 1, &out->cap,
			       sizeof(*out->refused));
	x = &out->refused[out->nrefused++];
	x->row = row;
	snprintf(x->reason, sizeof(x->reason), "%s", reason);
}

/* A line is judged on the commit that it names itself. */
static int judge_own(struct ev_line *line, struct ev_ledger *l,
		     const struct ev_slice *s)
{
	unsigned char digest[EV_SHA256_SIZE];
	int ret;

	ev_sha256_bytes(digest, s->p, s->n);
	ret = ev_judge_read(line, l, digest, s->p, s->n);
	if (ret == 0)
		ev_judge_place(line, l, line->record.has_commit ?
			       &line->record.commit : &line->record.tree);
	return ret;
}

/* What the ledger holds of the objects met so far. */
struct known {
	struct ev_said said;
	struct ev_oidmap *objects;
};

static int known_already(struct known *k, struct ev_repo *r,
			 struct ev_ledger *l, const struct ev_line *line)
{
	const struct ev_oid *object = line->record.has_commit
		? &line->record.commit : &line->record.tree;
	struct ev_slices there = { 0 };
	struct ev_texts texts = { 0 };
	void **seen = ev_oidmap_at(k->objects, object);
	int ret = 0;

	if (!*seen) {
		*seen = k;
		ret = ev_note_lines(&there, &texts, r, l->notes, object);
		if (ret == 0)
			ret = ev_said_load(&k->said, l, object, &there);
	}
	if (ret == 0)
		ret = ev_said_has(&k->said, object, line);
	if (ret == 0)
		ev_said_add(&k->said, object, line);
	ev_slices_release(&there);
	ev_texts_release(&texts);
	return ret;
}

/* What mail and other systems put at the end of a line is none of it. */
static void trim(struct ev_slices *lines)
{
	struct ev_slice *s;
	size_t i, kept = 0;

	for (i = 0; i < lines->n; i++) {
		s = &lines->items[i];
		while (s->n && (s->p[s->n - 1] == ' ' ||
				s->p[s->n - 1] == '\t' ||
				s->p[s->n - 1] == '\r'))
			s->n--;
		if (s->n)
			lines->items[kept++] = *s;
	}
	lines->n = kept;
}

struct additions { struct ev_append *items; size_t n, cap; };

static void add(struct additions *to, const struct ev_oid *object,
		const struct ev_slice *s)
{
	struct ev_append *a;

	EV_GROW(to->items, to->n, to->cap);
	a = &to->items[to->n++];
	a->object = *object;
	ev_buf_init(&a->line);
	/* Borrowed: the bundle outlives the append. */
	a->line.ptr = (char *)s->p;
	a->line.len = s->n;
}

static int take(struct ev_import_result *out, struct additions *to,
		struct known *known, struct ev_repo *r, struct ev_ledger *l,
		size_t row, const struct ev_slice *s)
{
	struct ev_line line;
	int ret;

	ret = judge_own(&line, l, s);
	if (ret < 0)
		return ret;
	if (line.state != EV_LIVE) {
		refuse(out, row, line.reason);
		goto out;
	}
	ret = known_already(known, r, l, &line);
	if (ret == 1) {
		out->known++;
		ret = 0;
		goto out;
	}
	if (ret < 0)
		goto out;
	out->added++;
	if (line.record.has_commit)
		add(to, &line.record.commit, s);
	if (line.record.has_tree)
		add(to, &line.record.tree, s);
out:
	ev_line_release(&line);
	return ret;
}

int ev_import(struct ev_import_result *out, struct ev_repo *r,
	      struct ev_trust *trust, const struct ev_buf *bundle, bool dry_run)
{
	struct ev_ledger *l = NULL;
	struct additions to = { 0 };
	struct ev_slices lines = { 0 };
	struct known known = { .said = EV_SAID_INIT };
	char message[80];
	const char *p = bundle->ptr;
	size_t i, row = 1;
	int ret;

	memset(out, 0, sizeof(*out));
	known.objects = ev_oidmap_new();
	ret = ev_ledger_open(&l, r, trust, NULL);
	if (ret < 0)
		goto out;
	ev_slices_split(&lines, bundle);
	trim(&lines);
	out->lines = lines.n;
	ret = ev_ledger_learn(l, lines.items, lines.n);
	for (i = 0; ret == 0 && i < lines.n; i++) {
		/* Blank lines are no lines of a bundle, but rows of the file. */
		for (; p < lines.items[i].p; p++)
			row += *p == '\n';
		ret = take(out, &to, &known, r, l, row, &lines.items[i]);
	}
	snprintf(message, sizeof(message), "evidence: import %zu record%s\n",
		 out->added, out->added == 1 ? "" : "s");
	if (ret == 0 && to.n && !dry_run)
		ret = ev_ledger_append(NULL, r, to.items, to.n, message);
out:
	free(to.items);
	ev_said_release(&known.said);
	ev_oidmap_free(known.objects);
	ev_slices_release(&lines);
	ev_ledger_close(l);
	return ret;
}
