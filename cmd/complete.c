#include "base/compat.h"
#include "cmd/complete.h"

#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "cmd/render.h"
#include "cmd/usage.h"
#include "ledger/record.h"
#include "repo/git.h"
#include "repo/refs.h"

/* Lines of the answer; several forms of a verb may give the same one. */
static struct ev_strs found;

static void candidate(const char *typed, const char *word, const char *what)
{
	if (ev_starts_with(word, typed))
		ev_strs_addf(&found, "%s\t%s", word, what ? what : "");
}

static int print_found(void)
{
	size_t i;

	ev_strs_sort(&found);
	ev_strs_uniq(&found);
	for (i = 0; i < found.n; i++) {
		out_raw(found.items[i], strlen(found.items[i]));
		out_raw("\n", 1);
	}
	ev_strs_release(&found);
	return finish_output(EXIT_PASS);
}

static void complete_verbs(const char *typed, bool plumbing)
{
	size_t i;

	for (i = 0; verbs[i]; i++)
		if (plumbing || verbs[i]->group != GROUP_PLUMBING)
			candidate(typed, verbs[i]->name, verbs[i]->summary);
}

static int each_ref(void *ctx, const char *name, const struct ev_oid *oid)
{
	static const char *const kinds[][2] = {
		{ "refs/heads/", "branch" }, { "refs/tags/", "tag" },
		{ "refs/remotes/", "remote branch" },
	};
	size_t i;

	(void)oid;
	if (ev_starts_with(name, "refs/tags/evidence/"))
		return 0;
	for (i = 0; i < EV_ARRAY_SIZE(kinds); i++)
		if (ev_starts_with(name, kinds[i][0]))
			candidate(ctx, name + strlen(kinds[i][0]), kinds[i][1]);
	return 0;
}

static void complete_refs(const char *typed, const char *prefix)
{
	struct ev_repo *repo = NULL;
	char word[256];

	if (!ev_repo_open(&repo, NULL) && strlen(typed) < sizeof(word)) {
		memcpy(word, typed, strlen(typed) + 1);
		if (!strcmp(prefix, "refs/"))
			candidate(typed, "HEAD", "the current commit");
		ev_ref_each(repo, prefix, each_ref, word);
	}
	ev_repo_close(repo);
	ev_error_clear();
}

static void complete_remotes(const char *typed)
{
	static const char *const args[] = { "remote", NULL };
	struct ev_buf out = EV_BUF_INIT;
	struct ev_repo *repo = NULL;
	char *name, *save = NULL;

	if (!ev_repo_open(&repo, NULL) && ev_git_out(&out, repo, args) >= 0)
		for (name = strtok_r(out.ptr, "\n", &save); name;
		     name = strtok_r(NULL, "\n", &save))
			candidate(typed, name, "remote");
	ev_repo_close(repo);
	ev_buf_release(&out);
	ev_error_clear();
}

static void complete_kinds(const char *typed)
{
	int k;

	for (k = EV_KIND_NONE + 1; k <= EV_KIND_STATEMENT; k++)
		candidate(typed, ev_kind_name((enum ev_kind)k), NULL);
}

/* What can stand for a placeholder such as "<file>" or "<rev>". */
static void complete_arg(const char *typed, const char *arg)
{
	if (strstr(arg, "remote"))
		complete_remotes(typed);
	else if (strstr(arg, "kind"))
		complete_kinds(typed);
	else if (strstr(arg, "verb"))
		complete_verbs(typed, true);
	else if (strstr(arg, "file") || strstr(arg, "path") || strstr(arg, "dir"))
		ev_strs_add(&found, ":file");
	else if (strstr(arg, "ref"))
		complete_refs(typed, "refs/heads/");
	else if (strstr(arg, "release"))
		complete_refs(typed, "refs/tags/");
	else if (strstr(arg, "rev") || strstr(arg, "range"))
		complete_refs(typed, "refs/");
}

static void complete_option(const char *typed, const struct option *o)
{
	struct ev_buf word = EV_BUF_INIT;

	ev_buf_addf(&word, "--%s", o->name);
	candidate(typed, word.ptr, o->help);
	ev_buf_release(&word);
}

static void complete_options(const char *typed, const struct verb *v)
{
	size_t i;

	for (i = 0; v->options && v->options[i].kind; i++)
		if (v->options[i].kind != OPT_STOP)
			complete_option(typed, &v->options[i]);
	if (v->flags & WRITES)
		candidate(typed, "--dry-run", "write nothing");
	if (v->flags & HAS_JSON)
		candidate(typed, "--json", "print one JSON document");
	candidate(typed, "--quiet", "say less");
	candidate(typed, "--help", "show the manual page");
}

/* The option whose value the word after `word` is, or NULL. */
static const struct option *awaits_value(const struct verb *v, const char *word)
{
	size_t i;

	for (i = 0; v->options && v->options[i].kind; i++) {
		const struct option *o = &v->options[i];

		if (o->kind == OPT_FLAG || o->kind == OPT_STOP)
			continue;
		if ((!strncmp(word, "--", 2) && !strcmp(word + 2, o->name)) ||
		    (word[0] == '-' && o->letter && word[1] == o->letter &&
		     !word[2]))
			return o;
	}
	return NULL;
}

/* Whether `word` may stand where a synopsis has `n` bytes "test|report". */
static bool matches(const char *p, size_t n, const char *word)
{
	size_t k;

	if (*p < 'a' || *p > 'z')
		return true;
	for (; n; p += k, n -= k) {
		k = strcspn(p, "| ");
		if (strlen(word) == k && !strncmp(p, word, k))
			return true;
		k += p[k] == '|';
	}
	return false;
}

/* What stands in a synopsis for one word: literal words or a placeholder. */
static void complete_part(const char *typed, const char *p, size_t n)
{
	char word[64];
	size_t k;

	for (; n; p += k, n -= k) {
		k = strcspn(p, "| ");
		if (k > 0 && k < sizeof(word)) {
			memcpy(word, p, k);
			word[k] = '\0';
			if (word[0] >= 'a' && word[0] <= 'z')
				candidate(typed, word, NULL);
			else
				complete_arg(typed, word);
		}
		k += p[k] == '|';
	}
}

/* The word after `nwords` others, by one line "attach test|report <file>". */
static void complete_synopsis(const char *typed, const char *line,
			      const char **words, size_t nwords)
{
	const char *p = line + strcspn(line, " ");
	size_t n, i = 0;

	for (; *p; p += n) {
		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (*p == '-' || !strncmp(p, "[-", 2))
			return;
		if (i == nwords) {
			complete_part(typed, p, n);
			return;
		}
		if (!matches(p, n, words[i++]))
			return;
	}
}

#define WORDS_MAX 64

static void complete_word(const char *typed, const struct verb *v,
			  int nwords, const char **words)
{
	const char *plain[WORDS_MAX];
	const struct option *o;
	size_t k, n = 0;
	int i;

	for (i = 0; i < nwords; i++) {
		if (!strcmp(words[i], "--"))
			return;		/* the shell knows commands */
		if (words[i][0] == '-')
			i += awaits_value(v, words[i]) != NULL;
		else if (n < WORDS_MAX)
			plain[n++] = words[i];
	}
	o = nwords ? awaits_value(v, words[nwords - 1]) : NULL;
	if (o) {
		complete_arg(typed, o->arg ? o->arg : "");
	} else if (typed[0] == '-') {
		complete_options(typed, v);
	} else if (!strcmp(v->name, "help")) {
		complete_verbs(typed, true);
	} else {
		for (k = 0; v->synopsis && v->synopsis[k]; k++)
			complete_synopsis(typed, v->synopsis[k], plain, n);
	}
}

int complete(int argc, const char **argv)
{
	const struct verb *v;
	const char *typed;

	if (argc && !strcmp(argv[0], "--")) {
		argc--;
		argv++;
	}
	for (; argc > 2 && !strcmp(argv[0], "-C"); argc -= 2, argv += 2)
		if (*argv[1] && chdir(argv[1]))
			return EXIT_PASS;
	typed = argc ? argv[argc - 1] : "";
	if (argc == 2 && !strcmp(argv[0], "-C")) {
		ev_strs_add(&found, ":file");
		return print_found();
	}
	if (argc <= 1) {
		complete_verbs(typed, false);
		if (typed[0] == '-') {
			candidate(typed, "--version", "print the version");
			candidate(typed, "--help", "show the manual page");
		}
		return print_found();
	}
	v = verb_find(argv[0]);
	if (v)
		complete_word(typed, v, argc - 2, argv + 1);
	return print_found();
}
