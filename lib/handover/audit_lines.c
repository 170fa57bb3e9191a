#include "base/compat.h"

#include "handover/internal.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"
#include "repo/notes.h"

struct pass {
	struct ev_auditing *a;
	struct ev_notes *notes;
	size_t count[EV_BAD + 1];	/* of lines without effect */
};

bool ev_audit_first(struct ev_auditing *a, const struct ev_oid *name)
{
	void **at = ev_oidmap_at(a->seen, name);
	bool first = !*at;

	*at = a;
	return first;
}

bool ev_audit_first_id(struct ev_auditing *a, const char *id)
{
	unsigned char digest[32];
	struct ev_oid name;

	if (ev_hex_decode(digest, id, sizeof(digest)) < 0)
		return true;
	memcpy(name.id, digest, sizeof(name.id));
	return ev_audit_first(a, &name);
}

static int look_at_record(struct pass *p, const struct ev_line *line)
{
	if (!ev_audit_first_id(p->a, line->record.line))
		return 0;
	p->a->out->records++;
	if (line->record.kind == EV_KIND_PROMOTION)
		return ev_audit_promotion(p->a, line);
	if (line->record.kind == EV_KIND_WAIVER && line->state == EV_LIVE)
		return ev_audit_waiver(p->a, line);
	return 0;
}

static void bad_line(struct pass *p, const struct ev_line *line)
{
	char subject[EV_SHORT + 1];
	char *hint;

	snprintf(subject, sizeof(subject), "%.12s", line->record.line);
	hint = ev_strdupf("git evidence revoke %s --reason TEXT", subject);
	ev_findings_add(&p->a->out->findings, EV_F_LINE_BAD, subject, hint,
			"%s", line->state == EV_BAD ? line->reason : "it "
			"claims a key that was listed once, and its signature "
			"does not verify");
	free(hint);
}

/* Where it belongs the same line may be as well. */
static bool is_first_here(struct ev_auditing *a, const struct ev_oid *object,
			  const struct ev_line *line)
{
	unsigned char digest[32];
	struct ev_oid name = *object;
	size_t i;

	if (ev_hex_decode(digest, line->record.line, sizeof(digest)) < 0)
		return true;
	for (i = 0; i < sizeof(name.id); i++)
		name.id[i] ^= digest[i];
	return ev_audit_first(a, &name);
}

static int look_at_line(struct pass *p, const struct ev_oid *object,
			const struct ev_line *line)
{
	enum ev_departed how;
	int ret;

	ev_audit_dated(p->a, line->record.signed_at);
	switch (line->state) {
	case EV_BAD:
		bad_line(p, line);
		return 0;
	case EV_FOREIGN:
	case EV_UNTIMELY:
		if (!ev_audit_first_id(p->a, line->record.line))
			return 0;
		ret = ev_audit_departed_line(&how, p->a, object, line);
		if (ret == 0 && how == EV_DEPARTED_BAD)
			bad_line(p, line);
		else if (ret == 0 && how == EV_DEPARTED_UNKNOWN)
			p->count[EV_FOREIGN]++;
		else if (ret == 0 && how == EV_DEPARTED_LOOSE)
			p->count[EV_UNTIMELY]++;
		return ret;
	case EV_MISPLACED:
		if (is_first_here(p->a, object, line))
			p->count[line->state]++;
		return 0;
	case EV_MALFORMED:
		if (ev_audit_first_id(p->a, line->record.line))
			p->count[line->state]++;
		return 0;
	default:
		return look_at_record(p, line);
	}
}

static int look_at_paths(struct pass *p, const struct ev_oid *object)
{
	struct ev_oids blobs = EV_OIDS_INIT;
	char subject[EV_SHORT + 1];
	int ret = ev_notes_find(&blobs, p->notes, object);

	if (ret == 0 && blobs.n > 1) {
		ev_audit_short(subject, object);
		ev_findings_add(&p->a->out->findings, EV_F_LEDGER_PATHS,
				subject, NULL, "its lines lie at %zu paths of "
				"the notes tree", blobs.n);
	}
	ev_oids_release(&blobs);
	return ret;
}

static int look_at_object(void *ctx, const struct ev_oid *object,
			  const struct ev_oid *blob)
{
	struct pass *p = ctx;
	struct ev_lines lines = EV_LINES_INIT;
	enum ev_objtype type = EV_OBJ_NONE;
	size_t i;
	int ret;

	(void)blob;
	if (ev_object_info(&type, NULL, p->a->repo, object) < 0)
		ev_error_clear();	/* it need not be here */
	ret = look_at_paths(p, object);
	if (ret == 0)
		ret = ev_ledger_lines(&lines, p->a->ledger,
				      type == EV_OBJ_COMMIT ? object : NULL,
				      type == EV_OBJ_COMMIT ? NULL : object);
	for (i = 0; ret == 0 && i < lines.n; i++)
		ret = look_at_line(p, object, &lines.items[i]);
	ev_lines_release(&lines);
	return ev_audit_absent(p->a, ret, "note");
}

static void tell_ignored(struct pass *p)
{
	static const struct {
		enum ev_state state;
		enum ev_finding_code code;
		const char *words;
	} ignored[] = {
		{ EV_MALFORMED, EV_F_LINE_MALFORMED, "no record" },
		{ EV_FOREIGN, EV_F_LINE_FOREIGN,
		  "by somebody whom no policy lists" },
		{ EV_MISPLACED, EV_F_LINE_MISPLACED,
		  "about another object or product" },
		{ EV_UNTIMELY, EV_F_LINE_UNTIMELY,
		  "by a key that does not count, and in no checkpoint" },
	};
	size_t i, n;

	for (i = 0; i < EV_ARRAY_SIZE(ignored); i++) {
		n = p->count[ignored[i].state];
		if (n)
			ev_findings_add(&p->a->out->findings, ignored[i].code,
					"ledger", NULL, "%zu line%s %s, "
					"without effect", n, n == 1 ? "" : "s",
					ignored[i].words);
	}
}

int ev_audit_lines(struct ev_auditing *a)
{
	struct pass p = { .a = a };
	size_t strays = 0;
	int ret;

	if (!a->evidence.has_ledger || !a->ledger)
		return 0;
	ret = ev_notes_open(&p.notes, a->repo, &a->evidence.ledger);
	if (ret == 0)
		ret = ev_notes_each(p.notes, look_at_object, &p);
	if (ret == 0)
		ret = ev_notes_strays(&strays, p.notes);
	if (ret == 0 && strays)
		ev_findings_add(&a->out->findings, EV_F_LEDGER_STRAYS, "ledger",
				NULL, "%zu entr%s that no reader of notes "
				"takes for one", strays, strays == 1 ? "y is "
				"there" : "ies are there");
	if (ret == 0)
		tell_ignored(&p);
	ev_notes_close(p.notes);
	return ev_audit_absent(a, ret, "ledger");
}
