#include "base/compat.h"

#include "synth/expr_internal.h"

#include "base/error.h"
#include "base/mem.h"

/* A truth value in arithmetic, or a number where a truth value is asked for,
 * is a slip of the pen that would compute something: both are refused. */
enum sort { SORT_NUMBER, SORT_TRUTH };

struct parser {
	const char *text;
	size_t n, at;			/* bytes, and the next to be read */
	size_t token, len;		/* the token now: its place, its bytes */
	unsigned depth;
	const struct ev_expr_names *names;
	struct ev_expr *e;
	size_t *fault;
};

static int wrong(struct parser *p, size_t at, const char *what)
{
	*p->fault = at;
	return ev_fail(EV_EINVALID, "%s", what);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t number_length(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (is_digit(s[i]) || s[i] == '.'))
		i++;
	if (i < n && (s[i] == 'e' || s[i] == 'E')) {
		i++;
		if (i < n && (s[i] == '+' || s[i] == '-'))
			i++;
		while (i < n && is_digit(s[i]))
			i++;
	}
	return i;
}

/* The next token; of length 0 at the end. */
static void next(struct parser *p)
{
	const char *s;
	size_t n, i = 1;

	while (p->at < p->n && (p->text[p->at] == ' ' ||
				p->text[p->at] == '\n'))
		p->at++;
	s = p->text + p->at;
	n = p->n - p->at;
	p->token = p->at;
	if (!n) {
		p->len = 0;
		return;
	}
	if (is_letter(*s)) {
		while (i < n && (is_letter(s[i]) || is_digit(s[i])))
			i++;
	} else if (is_digit(*s) || *s == '.') {
		i = number_length(s, n);
	} else if (*s == '\'') {
		while (i < n && s[i] != '\'')
			i++;
		i += i < n;
	} else if (n > 1 && s[1] == '=' && strchr("!<>", *s)) {
		i = 2;
	}
	p->len = i;
	p->at += i;
}

static bool is(const struct parser *p, const char *word)
{
	return p->len == strlen(word) &&
		!memcmp(p->text + p->token, word, p->len);
}

static int add(struct parser *p, enum ev_expr_op op, size_t left, size_t right)
{
	struct ev_expr_node *x;

	if (p->e->n == EV_EXPR_MAX_NODES)
		return wrong(p, p->token, "the expression has too many parts");
	x = &p->e->nodes[p->e->n];
	memset(x, 0, sizeof(*x));
	x->op = op;
	x->left = left;
	x->right = right;
	return (int)p->e->n++;
}

static int any(struct parser *p, enum sort *sort);

static int number(struct parser *p)
{
	double value;
	int node;

	if (!ev_expr_scan(&value, p->text + p->token, p->len))
		return wrong(p, p->token, "this is no number");
	node = add(p, EV_X_NUMBER, 0, 0);
	if (node >= 0)
		p->e->nodes[node].number = value;
	next(p);
	return node;
}

/* The text of a name or quoted token; NULL if it is neither, or too long. */
static char *word(const struct parser *p, char out[256])
{
	const char *s = p->text + p->token;
	size_t n = p->len;

	if (n >= 2 && s[0] == '\'' && s[n - 1] == '\'') {
		s++;
		n -= 2;
	} else if (!n || !is_letter(*s)) {
		return NULL;
	}
	if (n >= 256)
		return NULL;
	memcpy(out, s, n);
	out[n] = '\0';
	return out;
}

/* "motion = '3'", "sex != F": the left side was a category. */
static int level(struct parser *p, size_t variable)
{
	char text[256];
	bool equal = is(p, "=");
	ptrdiff_t code;
	int node;

	next(p);
	if (!word(p, text))
		return wrong(p, p->token, "a level is needed here");
	code = p->names->level(p->names->ctx, variable, text);
	if (code < 0)
		return wrong(p, p->token, "the variable has no such level");
	node = add(p, equal ? EV_X_IS : EV_X_IS_NOT, variable, (size_t)code);
	next(p);
	return node;
}

static int name(struct parser *p, enum sort *sort)
{
	const struct ev_expr_names *names = p->names;
	size_t at = p->token;
	const char *near = NULL;
	char text[256];
	ptrdiff_t i;
	int ret;

	if (p->text[at] == '\'' || !word(p, text))
		return wrong(p, at, "a number, name or '(' is needed here");
	i = names->find(names->ctx, text, &near);
	if (i < 0) {
		ret = wrong(p, at, "no variable has this name");
		if (near)
			ev_error_hint("did you mean '%s'?", near);
		return ret;
	}
	next(p);
	if (names->is_number(names->ctx, (size_t)i)) {
		*sort = SORT_NUMBER;
		return add(p, EV_X_VARIABLE, (size_t)i, 0);
	}
	*sort = SORT_TRUTH;
	if (is(p, "=") || is(p, "!="))
		return level(p, (size_t)i);
	if (names->level(names->ctx, (size_t)i, "yes") != 1)
		return wrong(p, at, "this variable has levels: compare it with "
			     "one by = or !=");
	return add(p, EV_X_IS, (size_t)i, 1);
}

static int factor(struct parser *p, enum sort *sort)
{
	size_t at = p->token;
	int node;

	if (!p->len)
		return wrong(p, at, "the expression ends too early");
	*sort = SORT_NUMBER;
	if (is(p, "(")) {
		next(p);
		node = any(p, sort);
		if (node >= 0 && !is(p, ")"))
			return wrong(p, p->token, "')' is missing here");
		if (node >= 0)
			next(p);
		return node;
	}
	if (is(p, "-")) {
		if (++p->depth > EV_EXPR_MAX_DEPTH)
			return wrong(p, at, "the expression is too deep");
		next(p);
		node = factor(p, sort);
		p->depth--;
		if (node >= 0 && *sort != SORT_NUMBER)
			return wrong(p, at, "this is true or false, not a "
				     "number");
		return node < 0 ? node : add(p, EV_X_MINUS, (size_t)node, 0);
	}
	if (is_digit(p->text[at]) || p->text[at] == '.')
		return number(p);
	return name(p, sort);
}

static bool operator_at(const struct parser *p, enum ev_expr_op *op, int level)
{
	static const struct { const char *text; enum ev_expr_op op; int level; }
	all[] = {
		{ "*", EV_X_TIMES, 3 }, { "/", EV_X_OVER, 3 },
		{ "+", EV_X_PLUS, 2 }, { "-", EV_X_LESS_BY, 2 },
		{ "=", EV_X_EQ, 1 }, { "!=", EV_X_NE, 1 }, { "<", EV_X_LT, 1 },
		{ "<=", EV_X_LE, 1 }, { ">", EV_X_GT, 1 }, { ">=", EV_X_GE, 1 },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(all); i++)
		if (all[i].level == level && is(p, all[i].text)) {
			*op = all[i].op;
			return true;
		}
	return false;
}

/* Sums and products, and one comparison of two of them. */
static int arithmetic(struct parser *p, enum sort *sort, int level)
{
	enum ev_expr_op op = EV_X_NUMBER;
	enum sort other;
	size_t at;
	int left, right;

	left = level == 3 ? factor(p, sort) : arithmetic(p, sort, level + 1);
	while (left >= 0 && operator_at(p, &op, level)) {
		at = p->token;
		next(p);
		right = level == 3 ? factor(p, &other) :
			arithmetic(p, &other, level + 1);
		if (right < 0)
			return right;
		if (*sort != SORT_NUMBER || other != SORT_NUMBER)
			return wrong(p, at, "both sides of this have to be "
				     "numbers");
		left = add(p, op, (size_t)left, (size_t)right);
		if (level == 1) {
			*sort = SORT_TRUTH;
			break;
		}
	}
	return left;
}

static int negation(struct parser *p, enum sort *sort)
{
	size_t at = p->token;
	int node;

	if (!is(p, "not"))
		return arithmetic(p, sort, 1);
	if (++p->depth > EV_EXPR_MAX_DEPTH)
		return wrong(p, at, "the expression is too deep");
	next(p);
	node = negation(p, sort);
	p->depth--;
	if (node >= 0 && *sort != SORT_TRUTH)
		return wrong(p, at, "'not' needs something true or false");
	return node < 0 ? node : add(p, EV_X_NOT, (size_t)node, 0);
}

static int junction(struct parser *p, enum sort *sort, bool either)
{
	enum sort other;
	size_t at;
	int left, right;

	left = either ? junction(p, sort, false) : negation(p, sort);
	while (left >= 0 && is(p, either ? "or" : "and")) {
		at = p->token;
		next(p);
		right = either ? junction(p, &other, false) :
			negation(p, &other);
		if (right < 0)
			return right;
		if (*sort != SORT_TRUTH || other != SORT_TRUTH)
			return wrong(p, at, "both sides of this have to be "
				     "true or false");
		left = add(p, either ? EV_X_OR : EV_X_AND, (size_t)left,
			   (size_t)right);
	}
	return left;
}

static int any(struct parser *p, enum sort *sort)
{
	int node;

	if (++p->depth > EV_EXPR_MAX_DEPTH)
		return wrong(p, p->token, "the expression is too deep");
	node = junction(p, sort, true);
	p->depth--;
	return node;
}

int ev_expr_parse(struct ev_expr **out, const char *text, size_t *at,
		  const struct ev_expr_names *names)
{
	struct parser p = { .text = text, .n = strlen(text), .names = names,
			    .fault = at };
	enum sort sort = SORT_TRUTH;
	int node;

	*out = NULL;
	*at = 0;
	if (p.n > EV_EXPR_MAX_BYTES)
		return wrong(&p, 0, "the expression is too long");
	p.e = ev_calloc(1, sizeof(*p.e));
	next(&p);
	node = any(&p, &sort);
	if (node >= 0 && p.len)
		node = wrong(&p, p.token, "nothing may follow here");
	if (node < 0) {
		ev_expr_free(p.e);
		return node;
	}
	p.e->root = (size_t)node;
	p.e->is_number = sort == SORT_NUMBER;
	*out = p.e;
	return 0;
}

void ev_expr_free(struct ev_expr *e)
{
	free(e);
}
