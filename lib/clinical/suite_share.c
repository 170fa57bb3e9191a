#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"

/* The condition at the beginning: its length, without " and ". */
static size_t part(const char *text, size_t n)
{
	size_t i;

	for (i = 0; i + 5 <= n; i++)
		if (!memcmp(text + i, " and ", 5))
			return i;
	return n;
}

static void trim(const char **text, size_t *n)
{
	while (*n && **text == ' ') {
		(*text)++;
		(*n)--;
	}
	while (*n && (*text)[*n - 1] == ' ')
		(*n)--;
}

/*
 * A side is meant by its word, or by its text if that is the only one: of
 * several texts one alone would say something else than what is counted.
 */
static char *read_label(struct ev_share *out, const struct ev_dataset *d,
			const char *text)
{
	const struct ev_strs *side[2] = { &d->negative, &d->positive };
	static const char *const words[2] = { "negative", "positive" };
	int i;

	for (i = 0; i < 2; i++)
		if (ev_strs_has(side[i], text)) {
			if (side[i]->n > 1)
				return ev_strdupf("label=%s is one of several "
						  "%s labels, say label=%s",
						  text, words[i], words[i]);
			out->label = i;
			return NULL;
		}
	for (i = 0; i < 2; i++)
		if (!strcmp(text, words[i])) {
			out->label = i;
			return NULL;
		}
	/* where a side is missing, that has been said */
	return d->positive.n && d->negative.n ?
	       ev_strdupf("'%s' is none of the labels", text) : NULL;
}

static char *read_limit(struct ev_share *out, const struct ev_dataset *d,
			const char *text)
{
	const char *why;

	if (ev_starts_with(text, "<=") ||
	    (*text == '>' && text[1] != '='))
		return ev_strdup("a score can be compared by score<LIMIT or "
				 "score>=LIMIT");
	out->below = *text == '<';
	text += out->below ? 1 : 2;
	text += strspn(text, " ");
	why = ev_decimal_why(text);
	if (why)
		return ev_strdupf("'%s' %s", text, why);
	ev_decimal_take(&out->limit, text);
	if (d->score_kind == EV_SCORE_PROBABILITY &&
	    (ev_decimal_compare(0, &out->limit) > 0 ||
	     ev_decimal_compare(1, &out->limit) < 0))
		return ev_strdupf("a probability is from 0 to 1, not %s",
				  text);
	return NULL;
}

static char *read_condition(struct ev_share *out, const struct ev_dataset *d,
			    const char *text)
{
	const char *p;

	if (ev_starts_with(text, "label")) {
		p = text + 5 + strspn(text + 5, " ");
		if (*p == '=' && out->label >= 0)
			return ev_strdup("the label is named twice");
		if (*p == '=') {
			p++;
			return read_label(out, d, p + strspn(p, " "));
		}
	} else if (ev_starts_with(text, "score")) {
		p = text + 5 + strspn(text + 5, " ");
		if ((*p == '<' || *p == '>') && out->limit.text)
			return ev_strdup("the score is named twice");
		if (*p == '<' || *p == '>')
			return read_limit(out, d, p);
	}
	return ev_strdupf("'%s' is no condition: say label=LABEL, score<LIMIT "
			  "or score>=LIMIT", text);
}

char *ev_su_share(struct ev_share *out, const struct ev_dataset *d,
		  const char *text, size_t n)
{
	char *why = NULL, *one;
	const char *p;
	size_t len;

	memset(out, 0, sizeof(*out));
	out->label = -1;
	while (!why) {
		p = text;
		len = part(text, n);
		n -= len;
		text += len;
		trim(&p, &len);
		one = ev_strndup(p, len);
		why = read_condition(out, d, one);
		free(one);
		if (!n)
			break;
		text += 5;
		n -= 5;
	}
	if (!why && !out->limit.text)
		why = ev_strdup("it needs score<LIMIT or score>=LIMIT");
	if (why)
		ev_decimal_release(&out->limit);
	return why;
}
