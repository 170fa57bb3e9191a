#include "base/compat.h"

#include "cmd/verdict.h"

#include <stdio.h>

#include "base/utf8.h"

/* Least widths of the first two columns. */
#define OUTCOME_WIDTH 8
#define RULE_WIDTH 25

static const enum ev_outcome worst_first[] = {
	EV_FAIL, EV_INCOMPLETE, EV_REVIEW, EV_PASS
};

/* The text in the making: escaped, with colours where a person looks. */
struct page {
	struct ev_buf text;
	bool to_stderr;
	size_t outcome_width, rule_width;
};

const char *verdict_ref(const char *ref)
{
	return ev_starts_with(ref, "refs/heads/") ? ref + strlen("refs/heads/")
						  : ref;
}

void verdict_label(char out[EV_OID_HEX + 1], struct context *ctx,
		   const struct ev_verdict *v)
{
	if (v->has_commit)
		ev_repo_short(out, ctx->repo, &v->commit);
	else if (v->has_to || !ev_oid_is_zero(&v->tree))
		ev_repo_short(out, ctx->repo, v->has_to ? &v->to : &v->tree);
	else
		memcpy(out, "its deletion", sizeof("its deletion"));
}

static void cell(struct page *p, enum colour c, const char *text, size_t width)
{
	struct ev_buf word = EV_BUF_INIT;
	bool colours = c != COLOUR_NONE && !p->to_stderr;
	size_t n;

	ev_displays(&word, text);
	n = ev_display_width(word.ptr, word.len);
	if (colours)
		ev_buf_adds(&p->text, colour_on(c));
	ev_buf_add(&p->text, word.ptr, word.len);
	if (colours)
		ev_buf_adds(&p->text, colour_off());
	if (width && n >= width)
		ev_buf_addc(&p->text, ' ');
	for (; n < width; n++)
		ev_buf_addc(&p->text, ' ');
	ev_buf_release(&word);
}

static void row(struct page *p, enum ev_outcome outcome, const char *rule,
		const char *detail)
{
	enum colour c = outcome == EV_PASS ? COLOUR_GOOD :
			outcome == EV_FAIL ? COLOUR_BAD : COLOUR_WARN;

	ev_buf_adds(&p->text, "  ");
	cell(p, c, ev_outcome_name(outcome), p->outcome_width);
	cell(p, COLOUR_NONE, rule, detail && *detail ? p->rule_width : 0);
	if (detail)
		cell(p, COLOUR_NONE, detail, 0);
	ev_buf_addc(&p->text, '\n');
}

static size_t count_broken(const struct ev_verdict *v)
{
	size_t i, n = 0;

	for (i = 0; i < v->n; i++)
		n += v->rules[i].outcome != EV_PASS;
	return n;
}

/* Trust at first use is a fact that nobody may overlook. */
static bool is_shown(const struct ev_verdict *v, size_t i, bool all)
{
	return all || v->rules[i].outcome != EV_PASS ||
	       (v->first_use && !strcmp(v->rules[i].rule, "policy.link"));
}

static void choose_widths(struct page *p, const struct ev_verdict *v, bool all)
{
	size_t i, n;

	p->outcome_width = OUTCOME_WIDTH;
	p->rule_width = RULE_WIDTH;
	for (i = 0; i < v->n; i++) {
		if (!is_shown(v, i, all))
			continue;
		n = strlen(ev_outcome_name(v->rules[i].outcome)) + 2;
		if (n > p->outcome_width)
			p->outcome_width = n;
		n = ev_display_width(v->rules[i].rule,
				     strlen(v->rules[i].rule)) + 2;
		if (n > p->rule_width)
			p->rule_width = n;
	}
}

static void add_count(struct ev_buf *s, const struct ev_verdict *v)
{
	size_t broken = count_broken(v);

	if (!v->n)
		ev_buf_adds(s, "no rule is about it");
	else if (broken)
		ev_buf_addf(s, "%zu of %zu rule%s do%s not hold", broken, v->n,
			    v->n == 1 ? "" : "s", broken == 1 ? "es" : "");
	else if (v->n == 1)
		ev_buf_adds(s, "its one rule holds");
	else
		ev_buf_addf(s, "all %zu rules hold", v->n);
}

/* What check says. */
static void add_sentence(struct ev_buf *s, const struct ev_verdict *v,
			 const char *label)
{
	static const char *const may[] = {
		[EV_PASS] = "may go to", [EV_REVIEW] = "may not yet go to",
		[EV_INCOMPLETE] = "cannot be judged here for",
		[EV_FAIL] = "may not go to",
	};

	ev_buf_addf(s, "%s %s '%s': ", label, may[v->outcome],
		    verdict_ref(v->ref));
	add_count(s, v);
}

static void head_line(struct page *p, const struct ev_verdict *v,
		      const char *head, const char *label)
{
	struct ev_buf s = EV_BUF_INIT;

	if (head) {
		ev_buf_addf(&s, "error: %s: ", head);
		add_count(&s, v);
		ev_buf_addf(&s, " for %s", label);
	} else {
		add_sentence(&s, v, label);
	}
	cell(p, COLOUR_NONE, s.ptr, 0);
	ev_buf_addc(&p->text, '\n');
	ev_buf_release(&s);
}

/* Where the rest can be seen; a merge not yet made has no name for it. */
static void others_line(struct page *p, const struct ev_verdict *v,
			const char *label, size_t n)
{
	struct ev_buf what = EV_BUF_INIT, how = EV_BUF_INIT;

	ev_buf_addf(&what, "%zu other%s", n, n == 1 ? "" : "s");
	if (v->has_commit)
		ev_buf_addf(&how, "(git evidence check %s --for %s --all)",
			    label, verdict_ref(v->ref));
	row(p, EV_PASS, what.ptr, how.ptr);
	ev_buf_release(&how);
	ev_buf_release(&what);
}

void verdict_print_rules(struct context *ctx, const struct ev_verdict *v,
			 const char *head, bool all, bool to_stderr)
{
	struct page p = { .to_stderr = to_stderr };
	char label[EV_OID_HEX + 1];
	size_t i, k, hidden = 0;

	ev_buf_init(&p.text);
	verdict_label(label, ctx, v);
	head_line(&p, v, head, label);
	choose_widths(&p, v, all);
	for (k = 0; k < EV_ARRAY_SIZE(worst_first); k++)
		for (i = 0; i < v->n; i++) {
			if (v->rules[i].outcome != worst_first[k])
				continue;
			if (is_shown(v, i, all))
				row(&p, v->rules[i].outcome, v->rules[i].rule,
				    v->rules[i].detail);
			else
				hidden++;
		}
	if (hidden && hidden < v->n)
		others_line(&p, v, label, hidden);
	out_flush();
	if (to_stderr)
		fwrite(p.text.ptr, 1, p.text.len, stderr);
	else
		out_raw(p.text.ptr, p.text.len);
	ev_buf_release(&p.text);
}

void verdict_print_hints(const struct ev_verdict *v)
{
	struct ev_strs said = EV_STRS_INIT;
	size_t i, k;

	if (*v->late && v->is_protected) {
		say_warning("%s", v->late);
		say_hint("git evidence checkpoint    # by somebody with a role "
			 "of checkpoint.by");
	}
	/* Nothing that people approve counts before that. */
	if (v->provisional && v->is_protected)
		say_hint("git evidence approve --policy --role <role>    # no "
			 "policy is in force yet");
	else if (v->first_use && v->outcome == EV_PASS && v->is_protected)
		say_hint("git config --local evidence.root <fingerprint>    # "
			 "the key that you trust, told to you elsewhere");
	for (k = 0; k < EV_ARRAY_SIZE(worst_first); k++)
		for (i = 0; i < v->n; i++) {
			const struct ev_verdict_rule *r = &v->rules[i];

			if (r->outcome != worst_first[k] || !r->hint ||
			    ev_strs_has(&said, r->hint))
				continue;
			ev_strs_add(&said, r->hint);
			say_hint("%s", r->hint);
		}
	ev_strs_release(&said);
}

void verdict_print(struct context *ctx, const struct ev_verdict *v,
		   const char *head, bool all, bool to_stderr)
{
	verdict_print_rules(ctx, v, head, all, to_stderr);
	verdict_print_hints(v);
}
