#include "base/compat.h"
#include "cmd/options.h"

#include <errno.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cmd/usage.h"
#include "cmd/verb.h"

#define COMMON_MAX 4
#define LIST_MAX 100
#define HELP_COLUMN 30

/* The verb's own options and then the common ones, as one list. */
struct optset {
	const char *verb;
	const struct option *own;
	size_t nown, n;
	struct option common[COMMON_MAX];
	bool *json;
	bool json_asked;
	bool *stop;
	bool help, manual;
};

static const struct option *set_at(const struct optset *s, size_t i)
{
	return i < s->nown ? &s->own[i] : &s->common[i - s->nown];
}

static bool set_has_letter(const struct optset *s, char letter)
{
	size_t i;

	for (i = 0; i < s->nown; i++)
		if (s->own[i].letter == letter)
			return true;
	return false;
}

static void set_add(struct optset *s, char letter, const char *name,
		    const char *help, bool *value)
{
	struct option *o = &s->common[s->n - s->nown];

	if (!value)
		return;
	o->kind = OPT_FLAG;
	o->letter = set_has_letter(s, letter) ? 0 : letter;
	o->name = name;
	o->arg = NULL;
	o->help = help;
	o->value = value;
	s->n++;
}

static void set_init(struct optset *s, const char *verb,
		     const struct option *table,
		     const struct common_flags *common)
{
	memset(s, 0, sizeof(*s));
	s->verb = verb;
	s->own = table;
	while (table && table[s->nown].kind) {
		if (table[s->nown].kind == OPT_STOP)
			s->stop = table[s->nown].value;
		s->nown++;
	}
	s->n = s->nown;
	if (common) {
		s->json = common->json;
		set_add(s, 'n', "dry-run",
			"say what would be done; write nothing",
			common->dry_run);
		set_add(s, 0, "json", "print JSON", common->json);
		set_add(s, 'q', "quiet", "say less",
			common->quiet);
	}
	set_add(s, 'h', "help", "-h: this; --help: the manual page",
		&s->manual);
}

static int bad_usage(const struct optset *s, const char *fmt, ...)
	EV_PRINTF(2, 3);

static int bad_usage(const struct optset *s, const char *fmt, ...)
{
	struct ev_buf msg = EV_BUF_INIT;
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ev_buf_vaddf(&msg, fmt, ap);
	va_end(ap);
	ret = usage_fail(s->verb ? verb_find(s->verb) : NULL, s->json_asked,
			 msg.ptr);
	ev_buf_release(&msg);
	return ret;
}

static int store(const struct optset *s, const struct option *o,
		 const char *value, bool on)
{
	long long n;
	char *end;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->value = on;
		return 0;
	case OPT_STRING:
		*(const char **)o->value = value;
		return 0;
	case OPT_LIST:
		ev_strs_add(o->value, value);
		return 0;
	case OPT_INT:
		errno = 0;
		n = strtoll(value, &end, 10);
		if (errno || *value < '0' || *value > '9' || *end)
			return bad_usage(s, "'%s' is not a number that "
					 "--%s can take", value, o->name);
		*(int64_t *)o->value = n;
		return 0;
	case OPT_STOP:
		break;
	}
	return 0;
}

/* --no-NAME turns a flag off; `name` is what follows the dashes. */
static const struct option *find_negated(const struct optset *s,
					 const char *name, size_t len)
{
	size_t i;

	if (len <= 3 || strncmp(name, "no-", 3))
		return NULL;
	for (i = 0; i < s->n; i++) {
		const struct option *o = set_at(s, i);

		if (o->kind == OPT_FLAG && o->value != &s->manual &&
		    strlen(o->name) == len - 3 &&
		    !strncmp(o->name, name + 3, len - 3))
			return o;
	}
	return NULL;
}

static int unknown_long(const struct optset *s, const char *name, size_t len)
{
	const char *names[LIST_MAX];
	char *word = ev_strndup(name, len);
	const char *near;
	size_t i, n = 0;
	int ret;

	for (i = 0; i < s->n && n < LIST_MAX; i++)
		if (set_at(s, i)->kind != OPT_STOP)
			names[n++] = set_at(s, i)->name;
	near = ev_closest(word, names, n);
	if (near)
		ret = bad_usage(s, "unknown option '--%s', did you mean "
				"'--%s'?", word, near);
	else
		ret = bad_usage(s, "unknown option '--%s'", word);
	free(word);
	return ret;
}

/* The option meant by the `len` bytes at `name`: itself, or the only one that
 * begins so.  0 and *out, else 129. */
static int find_long(const struct option **out, bool *on,
		     const struct optset *s, const char *name, size_t len)
{
	const struct option *found = NULL, *second = NULL;
	size_t i;

	*on = true;
	for (i = 0; i < s->n; i++) {
		const struct option *o = set_at(s, i);

		if (o->kind == OPT_STOP || strncmp(o->name, name, len))
			continue;
		if (!o->name[len]) {
			*out = o;
			return 0;
		}
		if (!found)
			found = o;
		else if (strcmp(found->name, o->name))
			second = o;
	}
	if (second)
		return bad_usage(s, "option '--%.*s' is ambiguous (could be "
				 "--%s or --%s)", (int)len, name, found->name,
				 second->name);
	if (!found) {
		found = find_negated(s, name, len);
		*on = false;
	}
	if (!found || !len)
		return unknown_long(s, name, len);
	*out = found;
	return 0;
}

static int parse_long(const struct optset *s, const char **argv, int argc,
		      int *i)
{
	const char *name = argv[*i] + 2, *eq = strchr(name, '=');
	size_t len = eq ? (size_t)(eq - name) : strlen(name);
	const struct option *o = NULL;
	const char *value = eq ? eq + 1 : NULL;
	bool on;
	int ret = find_long(&o, &on, s, name, len);

	if (ret)
		return ret;
	if (o->kind == OPT_FLAG) {
		if (eq)
			return bad_usage(s, "option '--%s' takes no value",
					 o->name);
	} else if (!eq) {
		if (*i + 1 >= argc)
			return bad_usage(s, "option '--%s' needs a value",
					 o->name);
		value = argv[++*i];
	}
	return store(s, o, value, on);
}

static int parse_letters(struct optset *s, const char **argv, int argc, int *i)
{
	const char *p;

	for (p = argv[*i] + 1; *p; p++) {
		const struct option *o = NULL;
		size_t k;
		int ret;

		for (k = 0; k < s->n && !o; k++)
			if (set_at(s, k)->letter == *p)
				o = set_at(s, k);
		if (!o)
			return bad_usage(s, "unknown option '-%s'", p);
		if (o->value == &s->manual) {
			s->help = true;
			return 0;
		}
		if (o->kind == OPT_FLAG) {
			ret = store(s, o, NULL, true);
			if (ret)
				return ret;
			continue;
		}
		if (p[1])
			return store(s, o, p + 1, true);
		if (*i + 1 >= argc)
			return bad_usage(s, "option '-%c' needs a value", *p);
		return store(s, o, argv[++*i], true);
	}
	return 0;
}

static bool ends_options(const char *arg)
{
	return !strcmp(arg, "--") || !strcmp(arg, "--end-of-options");
}

/* A wrong option must still give JSON to who asked for it further on. */
static bool wants_json(const struct optset *s, int argc, const char **argv)
{
	int i;

	if (!s->json)
		return false;
	for (i = 0; i < argc && !ends_options(argv[i]); i++)
		if (!strcmp(argv[i], "--json"))
			return true;
	return false;
}

int options_parse(const char *verb, const struct option *table,
		  const struct common_flags *common,
		  int *argc, const char ***argv)
{
	struct optset s;
	const char **v = *argv;
	int i, kept = 0, ret = 0;

	set_init(&s, verb, table, common);
	s.json_asked = wants_json(&s, *argc, v);
	for (i = 0; i < *argc; i++) {
		const char *arg = v[i];

		if (ends_options(arg)) {
			if (s.stop) {
				*s.stop = true;
				v[kept++] = "--";
			}
			for (i++; i < *argc; i++)
				v[kept++] = v[i];
			break;
		}
		if (arg[0] != '-' || !arg[1]) {
			v[kept++] = arg;
			continue;
		}
		if (arg[1] == '-')
			ret = parse_long(&s, v, *argc, &i);
		else
			ret = parse_letters(&s, v, *argc, &i);
		if (ret || s.help || s.manual)
			return ret ? ret : s.help ? 1 : 2;
	}
	v[kept] = NULL;
	*argc = kept;
	return 0;
}

void options_help(struct ev_buf *out, const struct option *table,
		  const struct common_flags *common)
{
	struct optset s;
	size_t i;

	set_init(&s, NULL, table, common);
	for (i = 0; i < s.n; i++) {
		const struct option *o = set_at(&s, i);
		size_t start = out->len, width;

		if (o->kind == OPT_STOP)
			continue;
		if (o->letter)
			ev_buf_addf(out, "    -%c, --%s", o->letter, o->name);
		else
			ev_buf_addf(out, "    --%s", o->name);
		if (o->arg)
			ev_buf_addf(out, " %s", o->arg);
		width = ev_display_width(out->ptr + start, out->len - start);
		if (width + 2 > HELP_COLUMN) {
			ev_buf_addc(out, '\n');
			width = 0;
		}
		ev_buf_addf(out, "%*s%s\n", (int)(HELP_COLUMN - width), "",
			    o->help ? o->help : "");
	}
}
