#include "base/compat.h"

#include "gate/records.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"

#define HEADS "refs/heads/"

void ev_words_clip(struct ev_buf *out, const char *text, size_t max)
{
	size_t n = strlen(text);

	if (n <= max) {
		ev_buf_adds(out, text);
		return;
	}
	for (n = max; n && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
		;
	ev_buf_add(out, text, n);
	ev_buf_adds(out, "...");
}

void ev_words_value(struct ev_buf *out, const struct ev_value *v, size_t max)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;

	if (v->type == EV_STRING || v->type == EV_NUMBER) {
		ev_words_clip(out, v->text, max);
		return;
	}
	ev_json_init(&j, &text);
	ev_json_value(&j, v);
	ev_words_clip(out, text.ptr, max);
	ev_buf_release(&text);
}

void ev_words_record(struct ev_buf *out, const struct ev_case *c,
		     const struct ev_pick *p)
{
	const struct ev_record *r = &p->line->record;
	char name[EV_OID_HEX + 1];

	ev_buf_addf(out, " (record %.12s by %s", r->id, p->line->person->name);
	if (!ev_oid_eq(&r->tree, &c->tree)) {
		ev_repo_short(name, c->repo, &p->commit);
		ev_buf_addf(out, ", on %s", name);
	}
	ev_buf_addc(out, ')');
}

void ev_words_more(struct ev_buf *out, const struct ev_picks *picks)
{
	enum ev_outcome worst = ev_pick_outcome(&picks->items[0]);
	size_t i, n = 0;

	for (i = 1; worst != EV_PASS && i < picks->n; i++)
		n += ev_pick_outcome(&picks->items[i]) == worst;
	if (n)
		ev_buf_addf(out, "; %zu more record%s no better", n,
			    n == 1 ? " is" : "s are");
}

/* Only where there is a choice must the ref be named. */
static bool must_name_ref(const struct ev_case *c)
{
	const struct ev_protect *p;
	size_t i, branches = 0;
	bool is_it = false;

	for (i = 0; i < c->policy->nprotects; i++) {
		p = &c->policy->protects[i];
		if (!ev_starts_with(p->pattern, HEADS) ||
		    strchr(p->pattern, '*'))
			continue;
		branches++;
		is_it = is_it || !strcmp(p->pattern, c->q->ref);
	}
	return branches != 1 || !is_it;
}

void ev_words_ref(struct ev_buf *out, const struct ev_case *c)
{
	const char *ref = c->q->ref;

	if (must_name_ref(c))
		ev_buf_addf(out, " --for %s", ev_starts_with(ref, HEADS) ?
			    ref + strlen(HEADS) : ref);
}

char *ev_words_approve(const struct ev_case *c, const char *role)
{
	struct ev_buf out = EV_BUF_INIT;

	ev_buf_addf(&out, "git evidence approve %s --role %s", c->label, role);
	ev_words_ref(&out, c);
	return ev_buf_detach(&out, NULL);
}

char *ev_words_clear(const struct ev_case *c, const char *name,
		     const struct ev_strs *by)
{
	struct ev_quorum q = { NULL, 0, 0 };
	const char *role = "ROLE";
	char *approve, *clear;

	if (by && by->n) {
		role = by->items[0];
	} else {
		ev_case_quorum(&q, c);
		if (q.n)
			role = q.items[0].role;
	}
	approve = ev_words_approve(c, role);
	clear = ev_strdupf("%s --clears %s", approve, name);
	free(approve);
	ev_quorum_release(&q);
	return clear;
}

char *ev_words_clear_open(const struct ev_case *c, const char *rule,
			  const struct ev_strs *open,
			  const struct ev_strs *by)
{
	char *first = ev_words_clear(c, open->n ? open->items[0] : rule, by);
	struct ev_buf out = EV_BUF_INIT;
	size_t i;

	ev_buf_adds(&out, first);
	for (i = 1; i < open->n; i++)
		ev_buf_addf(&out, " --clears %s", open->items[i]);
	free(first);
	return ev_buf_detach(&out, NULL);
}

char *ev_words_by(char *hint, const struct ev_strs *by)
{
	struct ev_buf out = EV_BUF_INIT;
	size_t i;

	if (!by->n)
		return hint;
	ev_buf_addf(&out, "%s%s", hint, strstr(hint, "  # ") ? "; by " :
		    "    # by ");
	for (i = 0; i < by->n; i++)
		ev_buf_addf(&out, "%s%s", i ? " or " : "", by->items[i]);
	free(hint);
	return ev_buf_detach(&out, NULL);
}

char *ev_words_missing(const struct ev_case *c, char *hint)
{
	if (ev_case_missing(c) != EV_INCOMPLETE)
		return hint;
	free(hint);
	return ev_strdup("git evidence sync");
}
