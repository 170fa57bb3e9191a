#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"

#define MAX_NAME 100

const char *const ev_su_tiers[] = {
	"low", "moderate", "high", "critical", NULL
};
const char *const ev_su_bounds[] = {
	"lower", "upper", "estimate", "interval", NULL
};
const char *const ev_su_comparators[] = {
	"ge", "gt", "le", "lt", "within", NULL
};
const char *const ev_su_compares[] = {
	"non_inferiority", "superiority", "equivalence", "no_new_harm",
	"change", NULL
};
const char *const ev_su_low_ns[] = { "review", "incomplete", "fail", NULL };
const char *const ev_su_missings[] = {
	"worst_case", "as_negative", "as_positive", "complete_case", "fail",
	NULL
};
const char *const ev_su_formats[] = { "csv", "tsv", "jsonl", NULL };
const char *const ev_su_adjustments[] = {
	"none", "bonferroni", "holm", "hochberg", "bh", NULL
};

const char *ev_su_text(const struct ev_value *v)
{
	return v && (v->type == EV_STRING || v->type == EV_NUMBER) ? v->text :
	       NULL;
}

char *ev_su_dup(const struct ev_value *map, const char *key)
{
	return ev_strdup(ev_su_text(ev_get(map, key)));
}

static void add_text(struct ev_strs *out, const struct ev_value *v,
		     const char *path, struct ev_problems *bad)
{
	const char *text = ev_su_text(v);

	if (!text)
		ev_problem_add(bad, v, v->type == EV_BOOL ? "put it in quotes" :
			       NULL, "field '%s' must hold strings or numbers, "
			       "not a %s", path, ev_type_name(v->type));
	else if (!*text)
		ev_problem_add(bad, v, NULL, "field '%s' holds an empty "
			       "string", path);
	else if (ev_strs_has(out, text))
		ev_problem_add(bad, v, NULL, "field '%s' names '%.60s' twice",
			       path, text);
	else
		ev_strs_add(out, text);
}

void ev_su_strs(struct ev_strs *out, const struct ev_value *v,
		const char *path, struct ev_problems *bad)
{
	size_t i;

	if (!v)
		return;
	if (v->type != EV_LIST) {
		add_text(out, v, path, bad);
		return;
	}
	if (!v->n)
		ev_problem_add(bad, v, NULL, "field '%s' must not be empty",
			       path);
	if (v->n > EV_SUITE_MAX_ITEMS) {
		ev_problem_add(bad, v, NULL, "field '%s' has more than %u "
			       "items", path, EV_SUITE_MAX_ITEMS);
		return;
	}
	for (i = 0; i < v->n; i++)
		add_text(out, v->items[i], path, bad);
}

void ev_su_words(struct ev_strs *out, const struct ev_value *v,
		 const char *path, struct ev_problems *bad)
{
	size_t i;

	if (!v || v->type != EV_LIST)
		return;
	for (i = 0; i < v->n; i++)
		if (v->items[i]->type != EV_STRING || !v->items[i]->len)
			return;
	ev_su_strs(out, v, path, bad);
}

bool ev_su_name(const char *s, bool slash)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			  "wxyz0123456789._-/");

	return *s && *s != '-' && !s[n] && n <= MAX_NAME &&
	       (slash || !strchr(s, '/'));
}

bool ev_su_int(int64_t *out, const struct ev_value *v, const char *path,
	       int64_t low, int64_t high, struct ev_problems *bad)
{
	int64_t n;

	if (!ev_value_int(v, &n))
		return false;
	if (n >= low && n <= high) {
		*out = n;
		return true;
	}
	ev_problem_add(bad, v, NULL, "field '%s' must be from %lld to %lld, "
		       "not %s", path, (long long)low, (long long)high,
		       v->text);
	return false;
}

int ev_su_index(const struct ev_value *v, const char *const *words)
{
	int i;

	for (i = 0; v && v->type == EV_STRING && words[i]; i++)
		if (!strcmp(words[i], v->text))
			return i;
	return -1;
}

char *ev_su_meant(const char *word, const char *const *words, size_t n)
{
	const char *near = ev_closest(word, words, n);

	return near ? ev_strdupf("did you mean '%s'?", near) : NULL;
}
